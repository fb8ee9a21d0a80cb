package e2e

import (
	"crypto/sha256"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// realChannels: a body names its hotline in an answer; a checker enters it, an
// editor agrees, a reader on a phone asks about the number as it came in a
// message. A source of other publishers' checks is added, and says why it
// cannot be read.
func realChannels(t *testing.T, w *world) {
	ctx := t.Context()
	checker, editor := w.desk.Member(t, "Checker of channels", desk.Checker), w.desk.Member(t, "Editor of channels", desk.Editor)
	body, err := w.desk.Desk.SaveBody(ctx, desk.As(editor), desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Trạm Thủy văn xóm Bèo"}, desk.Note{Lang: "en", Text: "Duckweed Gauge Office"}),
		Kind: desk.BodyAgency, Lang: "vi"})
	if err != nil {
		t.Fatal(err)
	}
	claim, _ := w.asked(t, "203.0.113.96", "Thước đo nước xóm Bèo biết tự gọi cho chủ ruộng")
	link := sha256.Sum256([]byte("a link of the story of channels"))
	r, err := w.desk.Desk.AskBody(ctx, desk.As(checker), desk.NewRequest{ID: desk.NewID(), Claim: claim, Body: body.ID, Question: "Số nào là của trạm?", Plan: "Chúng tôi ghi rằng trạm chưa trả lời.", Link: link[:]})
	if err == nil {
		_, err = w.desk.Desk.MarkSent(ctx, desk.As(checker), r.ID)
	}
	if err == nil {
		err = w.desk.Desk.EnterAnswer(ctx, desk.As(checker), r.ID, desk.NewAnswer{Kind: desk.AnswerText, Text: "Số của trạm là 1900 636 111.", Lang: "vi", Ext: []byte("an answer of the story of channels")})
	}
	if err != nil {
		t.Fatal(err)
	}

	c := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, c, checker)
	c.Go("/en/desk/channels?body=" + string(body.ID))
	c.Fill("Site, number, e-mail address or account", "1900-636-111")
	c.Choose("How it is known", "The body named it in an answer to us")
	c.Click("Enter")
	c.See("No answer of this body names the address.") // none was chosen, and what was typed is still there
	c.Eval(`(() => { const s = document.querySelector("#answer"); s.selectedIndex = 1; return "" })()`)
	c.Click("Enter")
	c.See("Waits for a second person")
	c.AxeLightAndDark()

	p := w.phone(t)
	p.Go("/en/channels/check?q=1900636111")
	p.See("Not listed")
	p.See("That says nothing about it")

	e := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, e, editor)
	e.Go("/en/desk/channels")
	e.Click("Agree 1900 636111")
	e.See("Listed")

	p.Go("/en/channels")
	p.See("Duckweed Gauge Office")
	p.Fill("Link, number or address", "gọi 1900.636.111"[len("gọi "):])
	p.Click("Look it up")
	p.See("Yes: this is listed as a channel of Duckweed Gauge Office")
	p.See("The body named it in an answer to us")
	p.Fits()
	p.Go("/en/channels/check?q=ai%20đó")
	p.See("We cannot tell which site, number or account this is.")

	e.Go("/en/desk/imports")
	e.Fill("Name", "Searched reviews")
	e.Choose("Kind", "Google Fact Check Tools, or a service that answers like it")
	e.Click("Add")
	e.See("This service wants words to look for, or a publisher's site.")
	e.Fill("Publisher's site (Google)", "kiem-beo.example")
	e.Click("Add")
	e.See("It has not run yet.")
	if err := w.desk.RunImports(ctx); err != nil {
		t.Fatal(err)
	}
	e.Reload()
	e.See("This service wants a key.")
	e.AxeLightAndDark()
	e.Click("Pause")
	e.See("Resume")
	e.Go("/en/desk/imports")
	e.See("Paused")
	e.AxeLightAndDark()
}
