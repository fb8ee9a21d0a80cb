package config

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const witnessKey = "w.example/1+0a0b0c0d+BASE/64+x="

func TestWitnesses(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	load := func(flags map[string]string) (Config, error) { return Load("", none, flags) }
	c, err := load(map[string]string{"witnesses": witnessKey + " https://w.example/a/, v.example/2+00+y http://127.0.0.1:9"})
	want := []Witness{{witnessKey, "https://w.example/a"}, {"v.example/2+00+y", "http://127.0.0.1:9"}}
	if err != nil || c.Quorum != 2 || !cmp.Equal(c.Witnesses, want) {
		t.Errorf("%+v, quorum %d, %v", c.Witnesses, c.Quorum, err)
	}
	if c, err := load(nil); err != nil || c.Quorum != 0 || c.Witnesses != nil {
		t.Errorf("none: %+v, %d, %v", c.Witnesses, c.Quorum, err)
	}
	for name, bad := range map[string]map[string]string{
		"no address":  {"witnesses": witnessKey},
		"no key":      {"witnesses": "w.example https://w.example"},
		"in clear":    {"witnesses": witnessKey + " http://w.example"},
		"other place": {"witnesses": witnessKey + " http://10.0.0.1:80"},
		"twice":       {"witnesses": witnessKey + " https://w.example," + witnessKey + " https://v.example"},
		"quorum":      {"witnesses": witnessKey + " https://w.example", "quorum": "2"},
		"negative":    {"quorum": "-1"},
	} {
		if c, err := load(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, c.Witnesses, err)
		}
	}
}
