package desk_test

import (
	"encoding/json"
	"testing"

	"soi/internal/desk"
)

func TestSaid(t *testing.T) {
	s := desk.Say(desk.Note{Lang: "vi", Text: "không thấy tác dụng"}, desk.Note{Lang: "en", Text: " no effect "}, desk.Note{Lang: "fr"})
	for lang, want := range map[string]string{"vi": "không thấy tác dụng", "en": "no effect", "de": "không thấy tác dụng"} {
		if got := s.In(lang); got != want {
			t.Errorf("in %s: %q, want %q", lang, got, want)
		}
	}
	if s.Only("de") != "" || desk.Said("").In("vi") != "" || desk.Said("plain").In("en") != "plain" {
		t.Error("absent texts are not empty")
	}
	for _, x := range []desk.Said{s, "", "plain", desk.Say(desk.Note{Lang: "vi", Text: "a\x1eb\x1fc"})} {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var back desk.Said
		if err := json.Unmarshal(b, &back); err != nil || back != x {
			t.Errorf("%q came back from %s as %q, %v", x, b, back, err)
		}
	}
}
