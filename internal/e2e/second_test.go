package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// grave opens a claim of high harm, brings it to where it can be submitted and
// hands it in, as the checker.
func (w *world) grave(t *testing.T, network, text, urgent string, checker desk.Staff) (claim desk.ID, r desk.Review) {
	t.Helper()
	claim = w.ready(t, network, text, checker)
	edit := desk.ClaimEdit{Text: text, Lang: "vi", Harm: desk.HarmHigh, HarmKind: "safety", Topic: "daily", Body: "Ban quản lý hồ"}
	if _, err := w.desk.Desk.EditClaim(t.Context(), desk.As(checker), claim, 0, edit); err != nil {
		t.Fatal(err)
	}
	r, err := w.desk.Desk.Submit(t.Context(), desk.As(checker), desk.Proposal{Claim: claim, DraftVersion: w.view(t, claim).Draft.Version, Urgent: urgent})
	if err != nil {
		t.Fatal(err)
	}
	return claim, r
}

// points are the beginnings of the sentences of the checklist.
func points() []string {
	return []string{"I opened every source", "The rating does not rest", "Evidence against the rating", "The body concerned was asked",
		"The text says what is not known.", "The language is neutral", "The headline says what is true"}
}

// twoReviewers: a text on a claim of high harm goes to a reviewer at a desk,
// back with comments, and again; and to a second one on a phone.
func twoReviewers(t *testing.T, w *world) {
	checker := w.desk.Member(t, "Checker of the lake", desk.Checker)
	first := w.staff(t, "First editor of the lake", desk.Editor)
	claim, r := w.grave(t, "203.0.113.100", "Hồ trên núi sẽ vỡ đập trong đêm nay", "", checker)
	first.Go("/en/desk/reviews")
	first.See("two reviewers needed")
	first.AxeLightAndDark()
	first.Click("Hồ trên núi sẽ vỡ đập trong đêm nay")
	first.See("two reviewers must agree to the same text")
	first.See("Ban quản lý hồ: no question is part of this text.")
	first.See("1 independent of the body concerned")
	first.Press("n")
	first.Press("n")
	first.Press("c")
	if got := first.FocusedOn(`textbox "Comment"`); !strings.HasPrefix(got, `textbox "Comment"`) {
		t.Errorf("n, n, c lead to %s", got)
	}
	first.Press("Who measured this?")
	first.Click("Keep the comment")
	first.See("Your comment is kept. Only the desk sees it.")
	first.See("Who measured this?")
	first.AxeLightAndDark()
	first.Click("sources")
	first.Click("Send back with reasons")
	first.See("Sent back by First editor of the lake, with reasons")
	w.answersComment(t, checker, claim)
	r, err := w.desk.Desk.Submit(t.Context(), desk.As(checker), desk.Proposal{Claim: claim, DraftVersion: w.view(t, claim).Draft.Version})
	if err != nil {
		t.Fatal(err)
	}
	page := "/en/desk/reviews/" + string(r.ID)
	first.Go(page)
	first.See("Since you sent it back")
	first.See("Nothing has changed except this:")
	first.See("Viện đo đạc đã đo")
	first.See("the sentence has changed")
	tickAll(first, points()...)
	first.Click("Approve this text as first reviewer")
	first.See("It is published when a second reviewer agrees to the same text.")
	first.See("Yours is the first of two approvals.")
	if v := w.view(t, claim); len(v.Revisions) != 0 {
		t.Fatal("one reviewer published a claim of high harm")
	}
	w.onThePhone(t, claim, page)
	w.tooLate(t, checker)
	w.emergency(t, checker, first)
}

// answersComment: the author finds the comment beside the draft, answers it,
// and puts the sentence right.
func (w *world) answersComment(t *testing.T, checker desk.Staff, claim desk.ID) {
	t.Helper()
	c := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, c, checker)
	c.Go("/en/desk/claims/" + string(claim))
	c.See("Comments on sentences")
	c.See("Who measured this?")
	c.Fill("Answer", "The institute did; it says so now.")
	c.Click("Send answer")
	c.See("The institute did; it says so now.")
	c.Click("Mark as settled")
	c.See("settled by Checker of the lake")
	c.AxeLightAndDark()
	v := w.view(t, claim).Draft
	text := v.Text("vi")
	text.Claim = "Hồ trên núi sẽ vỡ đập trong đêm nay, theo tin nhắn."
	text.Summary = "Viện đo đạc đã đo và thấy không đúng."
	if _, err := w.desk.Desk.SaveDraft(t.Context(), desk.As(checker), claim, v.Version, v.Rating, text); err != nil {
		t.Fatal(err)
	}
}

// onThePhone: the second reviewer opens the link on a phone, without scripts,
// goes away and comes back to the ticks, and publishes. Every tap is counted.
func (w *world) onThePhone(t *testing.T, claim desk.ID, page string) {
	t.Helper()
	win := w.phone(t)
	w.signIn(t, win, w.desk.Member(t, "Second editor of the lake", desk.Editor))
	win.Go(page) // the link of a notification
	win.See("First approval: First editor of the lake")
	win.Fits()
	win.AxeLightAndDark()
	taps := 0
	tap := func(names ...string) {
		taps += len(names)
		tickAll(win, names...)
	}
	tap(points()[:3]...)
	win.Click("Keep my ticks for later") // not needed on the way; ticks of three stay
	win.See("Your ticks and words are kept.")
	win.Go(page)
	tap(points()[3:]...)
	tap("Approve this text and publish")
	win.See("Published. It can be corrected or withdrawn.")
	if want := len(points()) + 1; taps != want {
		t.Errorf("%d taps from the link to the publication, want %d", taps, want)
	}
	t.Logf("%d taps from the link to the publication", taps)
	if v := w.view(t, claim); len(v.Revisions) != 1 || v.Revisions[0].Doc.Approvals != 3 {
		t.Errorf("published: %+v", v.Revisions)
	}
	reader := w.phone(t)
	reader.Go("/en/checks/" + string(claim))
	reader.DontSee("Who measured this?")
	reader.DontSee("of the lake")
}

// tooLate: two reviewers have the same page open; whoever comes second is told
// what happened, and keeps what was ticked and typed.
func (w *world) tooLate(t *testing.T, checker desk.Staff) {
	t.Helper()
	id := w.ready(t, "203.0.113.101", "Cầu phao qua sông nghỉ chạy ba ngày", checker)
	submit := func() string {
		r, err := w.desk.Desk.Submit(t.Context(), desk.As(checker), desk.Proposal{Claim: id, DraftVersion: w.view(t, id).Draft.Version})
		if err != nil {
			t.Fatal(err)
		}
		return "/en/desk/reviews/" + string(r.ID)
	}
	quick, slow := w.person(t, "203.0.113.102"), w.person(t, "203.0.113.103")
	quick.enter(w.desk.Link(t, w.desk.Member(t, "Quick editor", desk.Editor)))
	slow.enter(w.desk.Link(t, w.desk.Member(t, "Slow editor", desk.Editor)))
	says := func(got reply, status int, want string) {
		t.Helper()
		if got.status != status || !strings.Contains(got.body, want) {
			t.Errorf("%d without %q; want %d\n%s", got.status, want, status, got.body)
		}
	}
	page := submit()
	form := approval(slow.get(page).field("hash"))
	quick.post(page+"/return", url.Values{"reasons": {"Not yet."}})
	says(slow.post(page+"/approve", form), 409, "Quick editor has sent this text back meanwhile.")
	stale := form.Get("hash")
	page = submit()
	says(slow.post(page+"/approve", approval(stale)), 409, "This is not the text you looked at")
	says(slow.post(page+"/approve", url.Values{"hash": {slow.get(page).field("hash")}, "point": {"neutral"}}), 422, "The checklist is not complete.")
	slow.post(page+"/keep", url.Values{"reasons": {"Half written"}, "point": {"neutral"}})
	quick.post(page+"/approve", approval(quick.get(page).field("hash")))
	says(slow.post(page+"/return", url.Values{"reasons": {"I was slow."}}), 409, "Quick editor has approved this text meanwhile, and it is published.")
	if v := w.view(t, id); len(v.Revisions) != 1 {
		t.Errorf("%d revisions", len(v.Revisions))
	}
}

// emergency: author and one reviewer publish at night, readers are told, and
// another reviewer follows.
func (w *world) emergency(t *testing.T, checker desk.Staff, first *browsertest.Window) {
	t.Helper()
	c := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, c, checker)
	claim, r := w.grave(t, "203.0.113.104", "Nước hồ dâng lên ba mét lúc nửa đêm", "", checker)
	c.Go("/en/desk/reviews/" + string(r.ID))
	c.Click("Take it back to change it")
	c.Click("It cannot wait for two reviewers")
	c.Fill("Why it cannot wait", "People are leaving their houses.")
	c.Click("Send to review")
	c.See("Emergency publication")
	first.Go(c.Path())
	first.See("People are leaving their houses.")
	tickAll(first, append(points(), "It cannot wait for a second reviewer.")...)
	first.Click("Approve this text and publish")
	first.See("Published. It can be corrected or withdrawn.")
	reader := w.phone(t)
	reader.Go("/en/checks/" + string(claim))
	reader.See("Published in an emergency")
	reader.See("By two people; a third looks at it before")
	reader.AxeLightAndDark()
	reader.Go("/en/corrections")
	reader.See("waiting, in time")
	reader.AxeLightAndDark()
	first.Go(c.Path())
	first.DontSee("Agree to this text as the other reviewer")
	third := w.staff(t, "Third editor of the lake", desk.Editor)
	third.Go("/en/desk/reviews")
	third.See("Published in an emergency; another reviewer until")
	third.Click("Nước hồ dâng lên ba mét lúc nửa đêm")
	tickAll(third, append(points(), "It cannot wait for a second reviewer.")...)
	third.Click("Agree to this text as the other reviewer")
	third.See("You agreed. Thank you for coming.")
	third.AxeLightAndDark()
	reader.Go("/en/checks/" + string(claim))
	reader.See("a third has agreed since")
	if got := fmt.Sprint(w.view(t, claim).Revisions[0].Doc.Approvals); got != "2" {
		t.Errorf("the document of the emergency says %s people", got)
	}
}
