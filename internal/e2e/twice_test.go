package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// stale: two people change the same draft, and the same assessment, at once.
// The second is shown both and loses nothing.
func stale(t *testing.T, w *world) {
	id, _ := w.asked(t, "203.0.113.60", "Đường hầm mới qua núi sẽ đóng cửa vào các ngày lẻ")
	page := "/en/desk/claims/" + string(id)
	first := w.staff(t, "Checker of the first window", desk.Checker)
	second := w.staff(t, "Checker of the second window", desk.Checker)
	first.Go(page)
	second.Go(page)
	first.Fill("Short answer", "Written in the first window.")
	first.Click("Save draft")
	first.See("Draft saved.")
	second.Fill("Short answer", "Written in the second window.")
	second.Click("Save draft")
	second.See("A colleague changed the same place.")
	second.See("Written in the first window.")
	second.AxeLightAndDark()
	second.Click("The kept text")
	second.Click("Put it into the draft")
	second.See("were put together")
	if got := w.view(t, id).Draft.Text("vi").Summary; got != "Written in the second window." {
		t.Errorf("after both were joined the draft says %q", got)
	}

	first.Go(page)
	second.Go(page)
	assessAs(first, "Đường hầm qua núi đóng cửa ngày lẻ.", "low")
	first.See("low harm (money)")
	assessAs(second, "Đường hầm mới đóng cửa vào ngày lẻ.", "high")
	second.See("Someone else changed this while you were writing")
	second.See("Đường hầm qua núi đóng cửa ngày lẻ.")
	if got := value(second, "#a-text"); second.Status() != 409 || !strings.Contains(got, "Đường hầm mới đóng cửa") {
		t.Errorf("a stale assessment: %d, the field holds %s", second.Status(), got)
	}
	second.Click("Save assessment")
	second.See("high harm (money)")
}

// value is what a field of the page holds now.
func value(win *browsertest.Window, selector string) string {
	var s string
	_ = json.Unmarshal([]byte(win.Eval(fmt.Sprintf("document.querySelector(%q).value", selector))), &s) // else ""
	return s
}

// assessAs fills in and sends the assess form of the page shown.
func assessAs(win *browsertest.Window, text, harm string) {
	if win.Eval(`document.querySelector("#assess details").open`) == "false" {
		win.Click("Assess")
	}
	win.Fill("The claim in one sentence", text)
	win.Choose("Harm", harm)
	win.Choose("Kind of harm", "money")
	win.Click("Save assessment")
}

// twice: a double click and a form sent again do everything once, and nobody
// is told off for it.
func twice(t *testing.T, w *world) {
	checker := w.desk.Member(t, "Checker who clicks twice", desk.Checker)
	id := w.ready(t, "203.0.113.70", "Xe buýt tuyến vòng hồ sẽ chạy suốt đêm từ tuần sau", checker)
	c := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, c, checker)
	c.Go("/en/desk/claims/" + string(id))
	press(c, "Twice", `const b = document.querySelector("button[name=do][value=submit]"); b.click(); b.click()`)
	c.See("waiting for a decision")
	if v := w.view(t, id); len(v.Reviews) != 1 {
		t.Errorf("a double click asked for %d reviews", len(v.Reviews))
	}
	e := w.staff(t, "Editor who clicks twice", desk.Editor)
	e.Go(c.Path())
	press(e, "Twice", `document.querySelectorAll("[name=point]").forEach(p => p.checked = true);
		const b = document.querySelector("form.checklist button"); b.click(); b.click()`)
	e.See("Published. It can be corrected or withdrawn.")
	if v := w.view(t, id); len(v.Revisions) != 1 || v.Reviews[0].State != desk.ReviewApproved {
		t.Errorf("a double click published %d revisions", len(v.Revisions))
	}
	w.replays(t, checker)
	w.decideTwice(t, checker)
}

// decideTwice sends a decision a second time: it is taken once, and the person
// is led on as after the first time.
func (w *world) decideTwice(t *testing.T, checker desk.Staff) {
	t.Helper()
	id := w.ready(t, "203.0.113.72", "Zqvurlo zqpantem zqhibrok zqsendul zqmarfit", checker)
	p := w.person(t, "203.0.113.73")
	p.enter(w.desk.Link(t, w.desk.Member(t, "Editor whose network stutters", desk.Editor)))
	for _, do := range []string{"return", "approve"} {
		r, err := w.desk.Desk.Submit(t.Context(), desk.As(checker), desk.Proposal{Claim: id, DraftVersion: w.view(t, id).Draft.Version})
		if err != nil {
			t.Fatal(err)
		}
		page := "/en/desk/reviews/" + string(r.ID)
		form := approval(p.get(page).field("hash"))
		for i := range 2 {
			if got := p.post(page+"/"+do, form); got.status != 303 || !strings.Contains(got.header.Get("Location"), string(id)) {
				t.Errorf("%s, time %d: %d to %q", do, i+1, got.status, got.header.Get("Location"))
			}
		}
	}
	if v := w.view(t, id); len(v.Revisions) != 1 || len(v.Reviews) != 2 {
		t.Errorf("decisions sent twice: %d revisions, %d reviews", len(v.Revisions), len(v.Reviews))
	}
	other := w.person(t, "203.0.113.74")
	other.enter(w.desk.Link(t, w.desk.Member(t, "Editor who comes too late", desk.Editor)))
	late := "/en/desk/reviews/" + string(w.view(t, id).Reviews[0].ID)
	if got := other.post(late+"/approve", approval(strings.Repeat("0", 64))); got.status != 409 {
		t.Errorf("another editor's late approval: %d, want 409", got.status)
	}
}

// replays sends whole requests a second time.
func (w *world) replays(t *testing.T, checker desk.Staff) {
	t.Helper()
	p := w.person(t, "203.0.113.71")
	home := p.get("/en/")
	ask := url.Values{"text": {"Chợ nổi cuối tuần sẽ dời sang bến mới"}, "form": {home.field("form")}, "challenge": {home.field("challenge")}, "solution": {""}}
	first, again := p.post("/en/ask", ask), p.post("/en/ask", ask)
	code := ticketOn(first)
	if code == "" || ticketOn(again) != code {
		t.Errorf("the same form sent twice: tickets %q and %q", code, ticketOn(again))
	}
	id := w.claimOf(t, "Chợ nổi cuối tuần sẽ dời sang bến mới")
	if v := w.view(t, id); v.Demand.Tips != 1 {
		t.Errorf("the same form sent twice made %d tips", v.Demand.Tips)
	}
	ask.Set("text", "Chợ nổi cuối tuần sẽ nghỉ hẳn")
	if other := p.post("/en/ask", ask); other.status == 200 && ticketOn(other) == code {
		t.Error("another message got the ticket of the first")
	}

	p.enter(w.desk.Link(t, checker))
	page := p.get("/en/desk/claims/" + string(id))
	draft := url.Values{"version": {versionOf(page, "/draft")}, "lang": {"vi"}, "rating": {"false"}, "claim": {"Chợ nổi dời sang bến mới."},
		"statement": {"Chợ nổi ở nguyên bến cũ."}, "summary": {"Không có thông báo nào."}, "body": {"Một.\r\n\r\nHai."}, "do": {"save"}}
	for i := range 2 {
		got := p.post("/en/desk/claims/"+string(id)+"/draft", draft)
		if got.status != 303 || !strings.Contains(got.header.Get("Location"), "saved=1") {
			t.Errorf("saving the same draft, time %d: %d to %q", i+1, got.status, got.header.Get("Location"))
		}
	}
	if v := w.view(t, id); v.Draft.Version != 1 || v.Draft.Text("vi").Body != "Một.\n\nHai." {
		t.Errorf("the draft is at version %d: %+v", v.Draft.Version, v.Draft)
	}
}

// ticketOn is the ticket code that a page gives.
func ticketOn(r reply) string {
	_, rest, _ := strings.Cut(r.body, `class="value">`)
	code, _, _ := strings.Cut(rest, "<")
	return code
}

// versionOf is the hidden version in the form that sends to an address with
// this end.
func versionOf(r reply, action string) string {
	_, rest, _ := strings.Cut(r.body, action+`"`)
	return reply{body: rest}.field("version")
}
