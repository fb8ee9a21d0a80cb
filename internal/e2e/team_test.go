package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// until loads a page again until the words can be read on it: what a follower
// does comes a moment later.
func until(t *testing.T, win *browsertest.Window, path, words string) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); ; {
		win.Go(path)
		if strings.Contains(strings.Join(strings.Fields(win.Text()), " "), words) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s never says %q:\n%s", path, words, win.Text())
		}
	}
}

// together: two people work on one claim at once, and nothing of either is
// lost: who is there, drafts joined and chosen, a text typed while a review
// began, notes, taking over, an expert.
func together(t *testing.T, w *world) {
	an := w.desk.Member(t, "An who writes", desk.Checker)
	id := w.ready(t, "203.0.113.90", "Giếng đá xóm Cối vừa được thợ sơn lại màu tím", an)
	page := "/en/desk/claims/" + string(id)
	first := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, first, an)
	second := w.staff(t, "Binh who writes too", desk.Checker)
	w.joins(t, id, page, first, second)
	w.chooses(t, id, page, first)
	w.keeps(t, page, first, second)
	w.notes(t, page, first, second)
	w.asksAnExpert(t, id, page, first)
}

// joins: both change other paragraphs of one version in two browsers.
func (w *world) joins(t *testing.T, id desk.ID, page string, first, second *browsertest.Window) {
	t.Helper()
	first.Go(page)
	first.Fill("Text", "Một.\n\nHai.\n\nBa.")
	first.Click("Save draft")
	first.See("Draft saved.")
	second.Go(page)
	first.Go(page)
	first.See("Binh who writes too has this page open since")
	second.Fill("Text", "Một.\n\nHai.\n\nBa, do Bình viết.")
	until(t, first, page, "Binh who writes too is writing here since")
	first.AxeLightAndDark()
	first.Fill("Text", "Một, do An viết.\n\nHai.\n\nBa.")
	first.Click("Save draft")
	first.See("Draft saved.")
	second.Click("Save draft")
	second.See("Your text and what a colleague had saved were put together.")
	if got := w.view(t, id).Draft.Text("vi").Body; got != "Một, do An viết.\n\nHai.\n\nBa, do Bình viết." {
		t.Errorf("the joined draft says %q", got)
	}
	second.Click("See what was joined")
	second.See("It was joined with what a colleague had saved.")
	second.AxeLightAndDark()
	second.Fits()
}

// chooses: the same place on a phone without scripts, against the window of
// the other.
func (w *world) chooses(t *testing.T, id desk.ID, page string, first *browsertest.Window) {
	t.Helper()
	phone := w.phone(t)
	who := w.desk.Member(t, "Chi on a phone", desk.Checker)
	phone.Go(strings.Replace(w.desk.Link(t, who), w.base, w.base+"/en", 1))
	phone.Click("Sign in as " + who.Name)
	phone.Go(page)
	first.Go(page)
	first.Fill("Short answer", "Trả lời của An.")
	first.Click("Save draft")
	first.See("Draft saved.")
	phone.Fill("Short answer", "Trả lời của Chi.")
	phone.Click("Save draft")
	phone.See("A colleague changed the same place.")
	phone.See("Trả lời của An.")
	phone.AxeLightAndDark()
	phone.Fits()
	kept := phone.Path()
	phone.Go(page) // the window was closed; the text is found again
	phone.See("1 text is kept beside the draft")
	phone.Click("What you typed")
	if phone.Path() != kept {
		t.Errorf("the kept text is found at %s, not %s", phone.Path(), kept)
	}
	phone.Click("Put it into the draft")
	phone.See("Choose for each place which text stays.")
	phone.Click("Both, one after the other")
	phone.Click("Put it into the draft")
	phone.See("were put together")
	if got := w.view(t, id).Draft.Text("vi").Summary; got != "Trả lời của Chi. Trả lời của An." {
		t.Errorf("after choosing both the draft says %q", got)
	}
}

// keeps: a review begins while somebody still types.
func (w *world) keeps(t *testing.T, page string, first, second *browsertest.Window) {
	t.Helper()
	second.Go(page)
	first.Go(page)
	second.Fill("What is not known", "Chưa rõ mực nước mùa lũ.")
	first.Click("Send to review")
	first.See("waiting for a decision")
	review := first.Path()
	second.Click("Save draft")
	second.See("A review had begun.")
	second.See("Chưa rõ mực nước mùa lũ.")
	second.AxeLightAndDark()
	first.Go(review)
	first.Click("Take it back to change it")
	second.Reload()
	second.Click("Put it into the draft")
	second.See("were put together")
	if got := value(second, "#d-unknown"); got != "Chưa rõ mực nước mùa lũ." {
		t.Errorf("after the review was taken back the draft says %q", got)
	}
}

// notes: a note names a colleague, who is told and taken to it; taking over
// tells who had the claim and can be undone.
func (w *world) notes(t *testing.T, page string, first, second *browsertest.Window) {
	t.Helper()
	second.Go(page)
	second.Click("Add a note")
	second.Fill("Note", "@An who writes, xem lại nguồn này nhé.")
	second.Click("Leave the note")
	second.See("xem lại nguồn này nhé.")
	until(t, first, "/en/desk/notifications", "Binh who writes too names you in a note.")
	first.AxeLightAndDark()
	first.Fits()
	first.Click("Open")
	first.See("xem lại nguồn này nhé.")
	first.Click("Take")
	first.See("Put back")
	second.Go(page)
	second.Fill("A sentence to An who writes", "Tôi làm tiếp nhé.")
	second.Click("Take over")
	second.See("Tôi làm tiếp nhé.")
	until(t, first, "/en/desk/notifications", "Binh who writes too took over a claim that you had.")
	second.Click("Undo: give it back to An who writes")
	second.See("Take over")
	first.Click("Notifications by e-mail")
	first.See("This desk cannot send mail yet.")
	first.AxeLightAndDark()
	first.Fits()
	first.Fill("Your e-mail address", "an@desk.example")
	first.Click("Once a day")
	first.Click("Save")
	first.See("Saved.")
}

// asksAnExpert: an editor puts an expert on the register, a checker asks, the
// expert answers on a phone without an account, and the answer is cited.
func (w *world) asksAnExpert(t *testing.T, id desk.ID, page string, first *browsertest.Window) {
	t.Helper()
	editor := w.staff(t, "Editor of experts", desk.Editor)
	editor.Go("/en/desk/experts")
	editor.Click("Add an expert")
	editor.Fill("Name, as readers will see it", "Thợ đá lành nghề")
	editor.Fill("Institution", "Viện Đá")
	editor.Click("Science")
	editor.Fill("Where the agreement is kept", "tủ hồ sơ 3")
	editor.Eval(`document.querySelector("#agreed").value = "2026-01-02"`)
	editor.Click("Put on the register")
	editor.See("Thợ đá lành nghề, Viện Đá")
	editor.AxeLightAndDark()
	editor.Fits()

	first.Go(page)
	first.Click("Ask an expert")
	first.Choose("Whom", "Thợ đá lành nghề, Viện Đá")
	first.Fill("Question", "Sơn tím có làm hỏng đá ong không?")
	first.Click("Ask")
	first.See("Thợ đá lành nghề has been asked.")
	link := regexp.MustCompile(`/[a-z]+/expert/[A-Za-z0-9_-]{43}`).FindString(first.HTML())
	if link == "" {
		t.Fatalf("no link is shown:\n%s", first.Text())
	}
	link = "/en" + link[strings.Index(link, "/expert"):]
	phone := w.phone(t)
	phone.Go(link)
	phone.See("Sơn tím có làm hỏng đá ong không?")
	phone.AxeLightAndDark()
	phone.Fits()
	phone.Fill("Your answer", "Không, sơn chỉ phủ mặt ngoài.")
	phone.Click("Send the answer")
	phone.See("Thank you. Your answer has arrived.")

	until(t, first, "/en/desk/notifications", "An answer you asked for has come.")
	first.Go(page)
	first.Click("Put it into the text")
	first.See("goes into the text")
	stranger := w.person(t, "203.0.113.91")
	if got := stranger.get(link[:len(link)-1]); got.status != 404 || !strings.Contains(got.body, "This link leads nowhere.") {
		t.Errorf("a wrong link: %d", got.status)
	}
	os, err := w.desk.Desk.OpinionsOf(t.Context(), reader(), id)
	if err != nil || len(os) != 1 {
		t.Fatalf("%v, %v", os, err)
	}
	phone.Go(link)
	phone.See("can no longer be changed here")
	first.Click("End the link")
	phone.Go(link)
	phone.See("This link leads nowhere.")
	if got := stranger.post(link, url.Values{"answer": {"muộn"}}); got.status != 404 || !strings.Contains(got.body, "muộn") {
		t.Errorf("an answer after revocation: %d, or what was typed is lost", got.status)
	}
}
