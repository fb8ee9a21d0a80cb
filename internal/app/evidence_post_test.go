package app_test

import (
	"bytes"
	"testing"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// TestAPostsAddressIsNeverCited: from the first moment, and where no copies are
// made, a source that is a private person's post has its platform's address.
func TestAPostsAddressIsNeverCited(t *testing.T) {
	d := apptest.Start(t, apptest.Options{With: func(o *app.Options) { o.NoCapture = true }})
	checker := d.Member(t, "checker", desk.Checker)
	got, err := d.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: "x", Text: "Mai xăng lên", Folded: bytes.Repeat([]byte{1}, 32), Lang: "vi", Decision: "new"})
	must(t, err)
	e, err := d.Desk.AddEvidence(t.Context(), desk.As(checker), got.Claim.ID, desk.Evidence{URL: "https://www.facebook.com/canary.handle.9931/posts/778899", Title: "Một bài đăng", Stance: desk.Context})
	must(t, err)
	view, err := d.Desk.ClaimPage(t.Context(), desk.As(checker), got.Claim.ID)
	must(t, err)
	if e.URL != "https://www.facebook.com/" || view.Evidence[0].URL != e.URL {
		t.Errorf("%s, kept as %s", e.URL, view.Evidence[0].URL)
	}
}
