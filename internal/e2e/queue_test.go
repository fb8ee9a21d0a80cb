package e2e

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// focus fails unless the focus is on what begins so.
func focus(t *testing.T, win *browsertest.Window, after, thing string) {
	t.Helper()
	if got := win.FocusedOn(thing); !strings.HasPrefix(got, thing) {
		t.Errorf("%s leads to %s, want %s", after, got, thing)
	}
}

// keysAlone takes a claim from the queue over text and review into the public
// and corrects it, and answers a known one, with no mouse; it counts the steps.
func keysAlone(t *testing.T, w *world) {
	const said = "Cầu gỗ đầu làng sẽ sơn lại màu xanh vào rằm"
	w.hand(t, "bridge", said, "")
	c := w.hands(t, "Checker without a mouse", desk.Checker)
	c.Press("?")
	c.See("These are all the keys of the desk.")
	c.Axe()
	c.Press("q")
	c.Find("cau go son lai")
	c.See("Only: “cau go son lai”.")
	focus(t, c.Window, "j", `link "`+said)
	for _, want := range []string{"1", "0"} {
		if c.Press("X"); c.Eval(`document.querySelectorAll("[name=item]:checked").length`) != want {
			t.Errorf("X ticks other than %s claims", want)
		}
	}
	c.Key("a")
	c.See("Checker without a mouse")
	if !strings.HasPrefix(c.Path(), "/en/desk/claims/") {
		t.Fatalf("a leads to %s", c.Path())
	}
	id := desk.ID(c.Path()[strings.LastIndex(c.Path(), "/")+1:])
	assessWithKeys(t, c)
	draftWithKeys(t, c, said)
	c.written("new claim published, checker, keyboard")
	e := w.hands(t, "Editor without a mouse", desk.Editor)
	approveWithKeys(t, e, "Approve this text")
	e.See("Published. It can be corrected or withdrawn.")
	e.written("new claim published, reviewer, keyboard")
	correctWithKeys(t, c)
	approveWithKeys(t, e, "Approve this text")
	e.See("Corrected")
	e.written("correction published, reviewer, keyboard")
	if got := w.view(t, id); got.Claim.State != desk.ClaimPublished || len(got.Revisions) != 2 {
		t.Errorf("the claim is %s with %d revisions", got.Claim.State, len(got.Revisions))
	}
	w.nearlyKnown(t, "bôi kem đánh răng mỗi tối thì mụn khỏi để lại sẹo thật à")
	c.Press("q")
	c.Find("boi kem danh rang moi toi")
	c.Key("o")
	c.Move("y")
	focus(t, c.Window, "y", `button "Yes, the same: answer with this"`)
	c.Key("\r")
	c.See("This was merged into:")
	c.written("known claim answered, checker, keyboard")
	switchKeysOff(t, c.Window)
}

// assessWithKeys judges the harm, walks through the list of steps and adds a
// source.
func assessWithKeys(t *testing.T, c *hands) {
	t.Helper()
	c.Move("h")
	focus(t, c.Window, "h", `textbox "The claim in one sentence"`)
	c.To("\t", `combobox "Harm`)
	c.Move("l") // low
	c.To("\t", `button "Save assessment`)
	c.Key("\r")
	c.See("low harm")
	c.Press("c") // the list helps and is no step that a path needs, so it is not counted
	focus(t, c.Window, "c", `button "The claim says one thing`)
	c.Press("\r")
	c.See("done")
	c.Press("c")
	focus(t, c.Window, "c again", `button "I looked for where and when`)
	c.Move("e")
	focus(t, c.Window, "e", `textbox "Link`)
	c.Type("https://library.example/bridge")
	c.Move("\t")
	c.Type("The bridge, as it is")
	c.To("\t", `radio "independent`)
	c.Move(" ")
	c.Key("\r") // the rest of the form may stay empty
	c.See("The bridge, as it is")
}

// draftWithKeys writes the text and hands it in.
func draftWithKeys(t *testing.T, c *hands, said string) {
	t.Helper()
	c.Move("g")
	focus(t, c.Window, "g", `radio "`)
	c.To(kb.ArrowDown, `radio "False`)
	c.Move("\t")
	focus(t, c.Window, "Tab", `textbox "The claim`)
	c.Type(said)
	c.Move("\t")
	c.Type("Cầu gỗ đầu làng không sơn lại.")
	c.Move("\t")
	focus(t, c.Window, "Tab", `textbox "Short answer`)
	c.Type("Làng không có việc ấy.")
	c.To("\t", `button "Send to review"`)
	c.Key("\r")
	c.See("waiting for a decision")
}

// approveWithKeys finds the text in the queue and decides.
func approveWithKeys(t *testing.T, e *hands, approve string) {
	t.Helper()
	e.Press("q") // the count begins at the queue
	e.Key("r")
	e.Find("cau go son lai")
	e.Key("v")
	for range 12 {
		if e.Move("c"); !strings.HasPrefix(e.FocusedOn("checkbox "), "checkbox ") {
			break
		}
		e.Move(" ")
		if e.Eval(`document.querySelectorAll("[name=point]:not(:checked)").length`) == "0" {
			break
		}
	}
	e.Move("p")
	focus(t, e.Window, "p", `button "`+approve)
	e.Key("\r")
}

// correctWithKeys adds to the published text, says why, and hands it in.
func correctWithKeys(t *testing.T, c *hands) {
	t.Helper()
	c.Press("q")
	c.Key("p")
	c.Find("cau go son lai")
	c.Key("o")
	c.Move("d")
	focus(t, c.Window, "d", `textbox "The claim`)
	c.To("\t", `textbox "Short answer`)
	c.Type("Trưởng thôn đã xác nhận. ")
	c.To("\t", `combobox "Reason`)
	c.Move("f") // factual error
	c.Move("\t")
	c.Type("Thêm lời xác nhận.")
	c.To("\t", `button "Send to review"`)
	c.Key("\r")
	c.See("Review of a correction")
	c.written("correction published, checker, keyboard")
}

// switchKeysOff does what WCAG 2.1.4 asks for: after it a letter does nothing.
func switchKeysOff(t *testing.T, c *browsertest.Window) {
	t.Helper()
	c.Go("/en/desk/keys")
	c.Click("Switch single keys off")
	c.See("Single keys are off for you.")
	c.Press("q")
	if c.Path() != "/en/desk/keys" {
		t.Errorf("with the keys off q leads to %s", c.Path())
	}
	c.Click("Switch single keys on")
	c.See("Single keys are on.")
}

// hand hands a message in and says which open claim it is about, "" for none,
// so that the story does not hang on what matching holds of it; its ticket is
// made from the delivery's id.
func (w *world) hand(t *testing.T, id, said, answer string) desk.ID {
	t.Helper()
	sum := sha256.Sum256([]byte(said))
	tip := desk.NewTip{Channel: "web", ExtID: "campaign " + id, Text: said, Folded: sum[:], Lang: "vi", Decision: "new",
		Ticket: desk.TicketHash(desk.NewTicket([]byte("campaign"), id))}
	if answer != "" {
		tip.Decision, tip.Answer = "same", answer
	}
	r, err := w.desk.Desk.Receive(t.Context(), desk.Program(), tip)
	if err != nil {
		t.Fatal(err)
	}
	return r.Claim.ID
}

// campaign hands in near-equal messages as a program would send them.
func (w *world) campaign(t *testing.T, n int) desk.ID {
	t.Helper()
	var claim desk.ID
	for i := range n {
		said := fmt.Sprintf("Ngân hàng làng bên sẽ khoá thẻ của mọi người vào ngày mai, hãy rút hết tiền ngay hôm nay rồi báo cho người thân, mã %d", i)
		answer := ""
		if i > 1 {
			answer = desk.ClaimKey(claim)
		}
		claim = w.hand(t, fmt.Sprint(i), said, answer)
	}
	return claim
}

// orderOfWork narrows, saves, ticks, undoes, and deals with a campaign, all
// without scripts.
func orderOfWork(t *testing.T, w *world) {
	c := w.open(t, browsertest.Options{Language: "en", NoScripts: true})
	w.signIn(t, c, w.desk.Member(t, "Checker in order", desk.Checker))
	w.hand(t, "well 1", "Giếng làng trên cạn nước vì trăng tròn", "")
	w.hand(t, "well 2", "Ai đào giếng ở đồi chè cũng gặp vàng", "")

	c.Go("/en/desk?q=gieng")
	c.See("Only: “gieng”.")
	c.AxeLightAndDark()
	c.Go("/en/desk/views?of=q%3Dgieng")
	c.Fill("Name", "Giếng")
	c.Click("Save")
	c.See("Giếng")
	c.Click("Tick Giếng làng trên cạn nước vì trăng tròn")
	c.Click("Tick Ai đào giếng ở đồi chè cũng gặp vàng")
	c.Click("With those ticked")
	c.Choose("Topic", "Daily life")
	c.Click("Set")
	c.See("Topic and harm of 2 claims were set.")
	c.Click("Undo all of it")
	c.See("Undone for 2 claims.")
	c.AxeLightAndDark()
	c.Fits()
	c.Go("/en/desk/views")
	c.Click("Remove")
	c.See("The view was removed.")
	c.Click("Put it back")
	c.DontSee("The view was removed.")
	for _, page := range []string{"/en/desk/views", "/en/desk/checklists", "/en/desk/checklists/number", "/en/desk/claims/" + string(w.claimOf(t, "Giếng làng trên cạn nước vì trăng tròn"))} {
		c.Go(page)
		c.AxeLightAndDark()
		c.Fits()
	}

	id := w.campaign(t, 30)
	c.Go("/en/desk/bursts")
	c.See("30 messages")
	c.See("30 wordings")
	c.AxeLightAndDark()
	c.Click("Make it one claim")
	c.See("1 claim was merged into another.")
	c.Go("/en/desk/bursts")
	c.Choose("Why", "A campaign to keep the desk busy")
	c.Click("Set aside")
	c.See("30 messages were set aside.")
	c.AxeLightAndDark()
	c.Go("/en/desk?view=aside")
	c.See("Ngân hàng làng bên sẽ khoá thẻ")
	if m := w.view(t, id).Demand; m.Tips != 0 {
		t.Errorf("after setting aside the claim has %+v", m)
	}
	ticketSays(t, w)
	c.Go("/en/desk/aside")
	c.Click("Put all of it back")
	c.See("All of it was put back.")
	c.Go("/en/corrections")
	c.See("30 messages were set aside in the last 30 days, 30 put back.")
}

// ticketSays: whoever asked is told the truth.
func ticketSays(t *testing.T, w *world) {
	t.Helper()
	code := desk.NewTicket([]byte("campaign"), "7")
	got := w.person(t, "203.0.113.97").get("/en/t/" + code)
	if !strings.Contains(got.body, "We have set them aside") {
		t.Errorf("the ticket of a message set aside: %d\n%s", got.status, got.body)
	}
}
