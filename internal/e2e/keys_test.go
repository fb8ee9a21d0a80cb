package e2e

import (
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// tabTo presses Tab until the focus is on what begins so, such as
// `button "Ask`; at most 80 times.
func tabTo(t *testing.T, win *browsertest.Window, thing string) {
	t.Helper()
	var passed []string
	for range 80 {
		if got := win.Focused(); strings.HasPrefix(got, thing) {
			return
		} else if got != "" {
			passed = append(passed, got)
		}
		win.Press("\t")
	}
	t.Fatalf("Tab never comes to %s on %s; it passed:\n%s", thing, win.Path(), strings.Join(passed, "\n"))
}

// keyboard: asking, finding the next claim and reviewing without a mouse.
func keyboard(t *testing.T, w *world) {
	win := w.open(t, browsertest.Options{Language: "en"})
	win.Go("/en/")
	tabTo(t, win, `textbox "Message or link"`)
	win.Press("Hoa sua ven ho no vao thang sau")
	win.Press("\t\t") // the choice of a file stands between
	if got := win.FocusedOn(`button "Ask"`); got != `button "Ask"` {
		t.Errorf("after the field Tab comes to %s", got)
	}
	win.Press("\r")
	win.See("Nobody has checked this yet")

	checker := w.desk.Member(t, "Checker with a keyboard", desk.Checker)
	id := w.ready(t, "203.0.113.90", "Đèn đường phố cổ sẽ tắt lúc mười giờ", checker)
	v := w.view(t, id)
	r, err := w.desk.Desk.Submit(t.Context(), desk.As(checker), desk.Proposal{Claim: id, DraftVersion: v.Draft.Version})
	if err != nil {
		t.Fatal(err)
	}
	e := w.staff(t, "Editor with a keyboard", desk.Editor)
	e.Go("/en/desk")
	e.Press("j")
	first := e.FocusedOn("link ")
	e.Press("j")
	second := e.FocusedBeside(first)
	e.Press("k")
	if back := e.FocusedBeside(second); !strings.HasPrefix(first, "link ") || second == first || back != first {
		t.Errorf("j, j, k lead to %s, %s, %s", first, second, back)
	}
	e.Press("o")
	if !strings.HasPrefix(e.Path(), "/en/desk/claims/") {
		t.Errorf("o leads to %s", e.Path())
	}
	e.See(strings.Trim(strings.TrimPrefix(first, "link "), `"`))

	e.Go("/en/desk/reviews/" + string(r.ID))
	for _, point := range []string{"I opened every source", "The rating does not rest", "Evidence against the rating", "The text says what is not known",
		"The language is neutral", "The headline says"} {
		tabTo(t, e, `checkbox "`+point)
		e.Press(" ")
	}
	tabTo(t, e, `button "Approve this text and publish"`)
	e.Press("\r")
	e.See("Published. It can be corrected or withdrawn.")
}
