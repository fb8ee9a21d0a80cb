package e2e

import (
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// atTheCounter: a clerk takes in what a caller reads out, with the keyboard
// alone, and reads out what is known; the same answer stands under the
// address of its code, in both languages and on a phone without scripts.
func atTheCounter(t *testing.T, w *world) {
	text := w.perhaps(t) + " ạ"
	clerk := w.staff(t, "Clerk with a keyboard", desk.Contributor)
	clerk.Go("/en/desk/new?door=hotline")
	if got := clerk.FocusedOn(`textbox "The message"`); got != `textbox "The message"` {
		t.Errorf("the page begins at %s, not in the field", got)
	}
	clerk.AxeLightAndDark()
	clerk.Press("Quả chuông đồng ở bến phà tối qua tự kêu chín tiếng")
	clerk.Eval(`document.querySelector("textarea").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true}))`)
	clerk.See("Read this out")
	clerk.See("We have not checked this yet")
	clerk.AxeLightAndDark()
	code, _, _ := strings.Cut(strings.TrimPrefix(clerk.Path(), "/en/desk/told/"), "?")
	if r, err := w.desk.Desk.ByTicket(t.Context(), desk.Program(), desk.TicketHash(code)); err != nil || r.Tip.Channel != "hotline" || r.Tip.State != desk.TipJoined {
		t.Errorf("the tip of a caller: %q %q, %v", r.Tip.Channel, r.Tip.State, err)
	}
	clerk.Press("n")
	if clerk.Path() != "/en/desk/new?door=hotline" {
		t.Errorf("n leads to %s", clerk.Path())
	}
	clerk.Press(text)
	clerk.Click("Look it up")
	clerk.See("It may be one of these")
	clerk.AxeLightAndDark()
	asked := clerk.Path()
	clerk.Press("1")
	clerk.See("We have checked this. Our rating")
	clerk.AxeLightAndDark()
	// The same page in the other language and without scripts.
	clerk.Go(strings.Replace(asked, "/en/", "/vi/", 1))
	clerk.See("Đọc cho người hỏi nghe")
	plain := w.open(t, browsertest.Options{Phone: true, NoScripts: true, Language: "en"})
	w.signIn(t, plain, w.desk.Member(t, "Clerk without scripts", desk.Contributor))
	plain.Go("/en/desk/new")
	plain.Fill("The message", w.perhaps(t)+" nhé")
	plain.Click("Look it up")
	plain.See("It may be one of these")
	plain.Fits()
	plain.Click("This one")
	plain.See("We have checked this. Our rating")
	plain.DontSee("Read aloud") // what only a script can do is not offered

	clerk.Go(asked)
	clerk.Press("0")
	clerk.See("We have not checked this yet")

	// Nobody chooses by guessing at codes.
	if status := clerk.Go("/en/desk/told/AAA-BBB-CCCC"); status != 404 {
		t.Errorf("a code that fits nothing: status %d", status)
	}
}
