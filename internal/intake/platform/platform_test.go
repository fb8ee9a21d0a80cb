package platform

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"soi/internal/fetch"
	"soi/internal/intake"
)

func TestCutFitsAndCutsWords(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{
		{"ngắn", 10, "ngắn"},
		{"một hai ba", 10, "một hai ba"},
		{"một hai ba", 9, "một hai…"},
		{"một hai ba", 8, "một hai…"},
		{"mộthaiba", 5, "mộth…"},
		{"🟥🟥🟥", 5, "🟥🟥…"},
		{"🟥🟥🟥", 6, "🟥🟥🟥"},
	} {
		if got := Cut(tc.text, tc.limit); got != tc.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tc.text, tc.limit, got, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, limit := rapid.String().Draw(t, "text"), rapid.IntRange(2, 60).Draw(t, "limit")
		got := Cut(text, limit)
		if Units(got) > limit || !utf8.ValidString(got) || Units(text) <= limit && got != text {
			t.Fatalf("%q: %q has %d units", text, got, Units(got))
		}
	})
}

func TestSame(t *testing.T) {
	if !Same("abc", "abc") || Same("abc", "abd") || Same("abc", "ab") || Same("", "") || Same("", "a") {
		t.Error("wrong")
	}
}

func TestRawWantsPlainBytesOfALimitedLength(t *testing.T) {
	ask := func(body, enc string) bool {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if enc != "" {
			r.Header.Set("Content-Encoding", enc)
		}
		got, ok := Raw(r)
		return ok && string(got) == body
	}
	if !ask("{}", "") || !ask(strings.Repeat("x", intake.MaxBody), "") {
		t.Error("refused")
	}
	if ask("{}", "gzip") || ask(strings.Repeat("x", intake.MaxBody+1), "") {
		t.Error("accepted")
	}
}

func TestOutcomeTellsNotSentFromUnknown(t *testing.T) {
	for kind, want := range map[fetch.Kind]error{fetch.KindConnect: intake.ErrTemporary, fetch.KindName: intake.ErrTemporary, fetch.KindTLS: intake.ErrTemporary,
		fetch.KindTimeout: intake.ErrUnknown, fetch.KindBroken: intake.ErrUnknown, fetch.KindCancelled: intake.ErrUnknown} {
		if got := Outcome(&fetch.Error{Kind: kind, Err: errors.New("x")}); !errors.Is(got, want) {
			t.Errorf("%v: %v", kind, got)
		}
	}
}

func TestPresentKeepsNothing(t *testing.T) {
	var v struct{ A, B, C Present }
	if err := json.Unmarshal([]byte(`{"a":{"type":"user","sender_user":{"first_name":"X"}},"b":null}`), &v); err != nil || !bool(v.A) || bool(v.B) || bool(v.C) {
		t.Errorf("%+v %v", v, err)
	}
}

func TestTextTakesNumbers(t *testing.T) {
	var v struct{ A, B, C Text }
	err := json.Unmarshal([]byte(`{"a":"12","b":9007199254740993,"c":null}`), &v)
	if err != nil || v.A != "12" || v.B != "9007199254740993" || v.C != "" {
		t.Errorf("%+v %v", v, err)
	}
	if json.Unmarshal([]byte(`{"a":{}}`), &v) == nil || json.Unmarshal([]byte(`{"a":[1]}`), &v) == nil {
		t.Error("took an object")
	}
}

func TestLink(t *testing.T) {
	for in, want := range map[string]string{"https://a.example/x": "https://a.example/x", "javascript:alert(1)": "", "http://": "", "https://u:p@a/": "", "a.example": "", "tel:+84": ""} {
		if got := Link(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
