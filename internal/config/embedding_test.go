package config

import (
	"strings"
	"testing"
)

func TestEmbedding(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	for where, served := range map[string]bool{"": false, "models/small": false, "http://10.0.0.5:8000": true, "https://model.local/v1": true} {
		c, err := Load("", none, map[string]string{"embed": where, "embed-key": "zqkey", "embed-question": "query:"})
		if err != nil || c.Embedding.Where != where || c.Embedding.Served() != served || c.Embedding.Question != "query:" {
			t.Errorf("%q: %+v, %v", where, c.Embedding, err)
		}
		if strings.Contains(c.Print(), "zqkey") {
			t.Error("the key is printed")
		}
	}
	for _, where := range []string{"ftp://10.0.0.5", "http://", "http://a:b@10.0.0.5", "http://10.0.0.5?x=1"} {
		if _, err := Load("", none, map[string]string{"embed": where}); err == nil || !strings.Contains(err.Error(), "embed") {
			t.Errorf("%q was taken: %v", where, err)
		}
	}
}
