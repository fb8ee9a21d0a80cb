package app_test

import (
	"slices"
	"strings"
	"testing"

	"soi/internal/desk"
)

// TestDigestsHoldNothingUnpublished: with words planted behind everything that
// is not published, no digest of readers, of the press or of an office holds
// one, in either language, as text or as HTML. Those of staff hold sentences of
// claims and of the press, and nothing else of all that: no message, no asker,
// no draft, no note.
func TestDigestsHoldNothingUnpublished(t *testing.T) {
	s := newSpill(t)
	if _, err := s.Server.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: formValue(), Text: "zqatiptextxqz", Folded: []byte(formValue()), Lang: "vi",
		Decision: "new", Ticket: []byte(formValue())}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range desk.SubscriptionKinds() {
		for _, lang := range []string{"vi", "en"} {
			to := desk.ToSend{Subscription: desk.Subscription{Kind: kind, Lang: lang}}
			if kind == desk.ForStaff {
				to.Staff = s.Member(t, "Người đọc bản tin "+lang, desk.Editor)
				to.Staff.Lang = lang
			}
			d, err := s.PreviewDigestFor(t.Context(), to)
			must(t, err)
			page, err := d.HTML()
			must(t, err)
			text := d.Text()
			if len(d.Sections) < 2 || !strings.Contains(text, s.URL) {
				t.Errorf("the digest of %s tells nothing: %s", kind, text)
			}
			var may []string
			if kind == desk.ForStaff {
				may = []string{"claimtext", "suggestionsentence"}
			}
			s.judge("the text of "+string(kind)+" in "+lang, text, may...)
			s.judge("the mail of "+string(kind)+" in "+lang, page, may...)
			if kind == desk.ForStaff && slices.Contains(marks.FindAllString(text, -1), "zqatiptextxqz") {
				t.Errorf("staff read a message in their mail")
			}
		}
	}
}
