package e2e

import (
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// passkeys: an editor adds a passkey after the one-time link, signs in with
// it, and proves again who acts before publishing, an hour later. It has a
// desk of its own, because it moves the desk's clock.
func passkeys(t *testing.T, shared *world) {
	var later atomic.Int64 // nanoseconds by which the desk's clock is ahead
	w := &world{browser: shared.browser}
	w.desk, w.base = start(t, apptest.Options{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	checker, editor := w.desk.Member(t, "Checker", desk.Checker), w.desk.Member(t, "Editor", desk.Editor)
	id := w.ready(t, "203.0.113.95", "Nước máy khu tập thể sẽ ngừng ba ngày", checker)
	r, err := w.desk.Desk.Submit(t.Context(), desk.As(checker), desk.Proposal{Claim: id, DraftVersion: w.view(t, id).Draft.Version})
	if err != nil {
		t.Fatal(err)
	}
	win := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, win, editor)
	win.Passkeys()
	win.Go("/en/desk/account")
	win.Fill("A name to tell this passkey by", "Khóa của biên tập viên")
	win.Click("Add a passkey")
	win.See("Khóa của biên tập viên")
	win.Click("Sign out")
	win.Go("/en/desk/sign-in")
	win.Click("Sign in with a passkey")
	win.See("Queue")

	later.Store(int64(61 * time.Minute))
	review := "/en/desk/reviews/" + string(r.ID)
	points := []string{"I opened every source", "The rating does not rest", "Evidence against the rating", "The text says what is not known.",
		"The language is neutral", "The headline says what is true"}
	win.Go(review)
	win.See("You will be asked to prove who you are before it is published.")
	tickAll(win, points...)
	win.Click("Approve this text and publish")
	win.See("Prove who you are")
	if v := w.view(t, id); len(v.Revisions) != 0 {
		t.Error("a text was published without a recent proof of who approves")
	}
	win.AxeLightAndDark()
	win.Click("Prove it with a passkey")
	win.See("Exactly what will be published")
	win.DontSee("You will be asked to prove who you are")
	// What was ticked before the proof still is.
	win.Click("Approve this text and publish")
	win.See("Published. It can be corrected or withdrawn.")
	if v := w.view(t, id); len(v.Revisions) != 1 {
		t.Errorf("%d revisions after the proof, want 1", len(v.Revisions))
	}
}
