package web

import (
	"strings"
	"testing"

	"soi/internal/desk"
)

// TestStaffLetter: a mail holds the desk's own sentence of a claim, and no
// word of an asker: until staff write one, a claim's text is the asker's.
func TestStaffLetter(t *testing.T) {
	s := testSite(t)
	const own, asked = "0123456789abcdefghjkmnpqrs", "0123456789abcdefghjkmnpqrt"
	m := desk.StaffMail{Bell: desk.Bell{
		List:   []desk.Notification{{Kind: desk.ToldMention, Claim: own, Actor: "a"}, {Kind: desk.ToldDue, Claim: asked}},
		Claims: map[desk.ID]desk.Claim{own: {ID: own, Text: "Câu của bàn.", Typed: true}, asked: {ID: asked, Text: "lời của người hỏi"}},
		Names:  map[desk.ID]string{"a": "Bình"}}}
	for lang, want := range map[string][]string{
		"en": {"Bình names you in a note.", "A claim of yours is due soon.", "Câu của bàn.", "https://desk.example/en/desk/claims/" + asked, "/en/desk/notifications/mail"},
		"vi": {"Bình nhắc đến bạn trong một ghi chú.", "/vi/desk/claims/" + own, "/vi/desk/notifications/mail"},
	} {
		m.Staff.Lang = lang
		title, text := s.StaffLetter(m)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the mail lacks %q:\n%s", lang, w, text)
			}
		}
		if strings.Contains(title+text, "người hỏi") || !strings.Contains(title, "2") {
			t.Errorf("%s: the mail says\n%s\n%s", lang, title, text)
		}
	}
}

// TestMergeEdit: two changes of an assessment are joined field by field.
func TestMergeEdit(t *testing.T) {
	base := desk.ClaimEdit{Text: "a", Lang: "vi", Harm: desk.HarmLow, Topic: "health", Body: "x"}
	mine, theirs := base, base
	mine.Harm, theirs.Topic = desk.HarmHigh, "food"
	want := mine
	want.Topic = "food"
	if got, clash := mergeEdit(base, mine, theirs); clash || got != want {
		t.Errorf("joined to %+v, clash %v", got, clash)
	}
	theirs.Harm = desk.HarmMedium
	if got, clash := mergeEdit(base, mine, theirs); !clash || got != want {
		t.Errorf("both changed the harm: %+v, clash %v", got, clash)
	}
	mine.Harm = desk.HarmMedium
	if _, clash := mergeEdit(base, mine, theirs); clash {
		t.Error("both changed the harm alike, and it clashes")
	}
}
