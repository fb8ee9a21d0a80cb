package e2e

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// appealing is the story of an appeal: somebody on a phone without scripts, the
// editor who decides, the one who reads the ruling again, and one who must
// keep out of it.
func appealing(t *testing.T, w *world) {
	check, _, _ := w.samples(t)
	badAppeals(t, w, check)
	ph := w.phone(t)
	ph.Go("/checks/" + check)
	ph.Click("Khiếu nại bài này")
	ph.See("Bạn thấy chúng tôi sai ở đâu?")
	ph.Click("Nội dung sai")
	ph.Fill("Điều gì sai, và vì sao", "Con số này đã cũ. Sở y tế đã sửa từ tháng trước.")
	ph.Fill("Đường dẫn làm bằng chứng, mỗi dòng một đường dẫn (không bắt buộc)", "https://health.example/so-moi")
	ph.Click("Gửi khiếu nại")
	ph.See("Chúng tôi đã nhận khiếu nại của bạn")
	judgePage(ph)
	standing := ph.Path()
	refused, code := w.asked(t, "203.0.113.95", "Chợ hoa làng bên năm nay bán đắt gấp đôi năm ngoái")
	if _, err := w.desk.Desk.Close(t.Context(), desk.As(w.desk.Member(t, "Closes an opinion", desk.Checker)), refused, 0); err != nil {
		t.Fatal(err)
	}
	w.appealLinks = []string{standing, "/t/" + code}

	d := w.staff(t, "Decides appeals", desk.Editor)
	d.Go("/en/desk/appeals")
	d.See("Waits for an editor without a part in the check.")
	d.Go("/en/desk/appeals/" + string(w.openAppeal(t, "Con số này đã cũ")))
	d.See("Con số này đã cũ.")
	d.See("https://health.example/so-moi")
	one := d.Path()
	d.Click("I decide this")
	d.Click("Send to a second person")
	d.DontSee("Exactly what will be published") // the browser asks for the outcome first
	d.Choose("Outcome", "Upheld")
	d.Choose("What will be done", "Nothing changes.")
	d.Fill("Reasons (Vietnamese)", "Số liệu mới có từ tháng trước.")
	d.Fill("Reasons (English)", "There are newer figures since last month.")
	d.Click("Send to a second person")
	d.See("contradict each other")
	if typed := d.Eval(`document.getElementById("reasons-en").value`); !strings.Contains(typed, "There are newer figures since last month.") {
		t.Errorf("what was typed came back as %q", typed)
	}
	d.Choose("What will be done", "What will be done: the check is corrected.")
	d.Click("Send to a second person")
	d.See("Exactly what will be published")
	d.See("You wrote this ruling")
	judgePage(d)

	a := w.staff(t, "Reads rulings again", desk.Editor)
	a.Go(one)
	a.See("There are newer figures since last month.")
	a.Fill("What to change, and why", "Say which figures.")
	a.Click("Send back with reasons")
	d.Go(one)
	d.See("Say which figures.")
	d.Fill("Reasons (English)", "There are newer figures of the health office since last month.")
	d.Click("Send to a second person")
	a.Go(one)
	a.Click("Publish this ruling")
	a.See("Still to be done: correct the check.")

	ph.Go(standing)
	ph.See("Khiếu nại của bạn đã có kết quả")
	ph.See("Số liệu mới có từ tháng trước.")
	ph.Click("Xem kết quả và bằng chứng ghi sổ")
	ph.See("2 người, đều không tham gia làm bài")
	ph.Go("/appeals")
	ph.See("Số liệu mới có từ tháng trước.")
	ph.Go("/checks/" + check)
	ph.See("Số liệu mới có từ tháng trước.")
	for _, path := range []string{"/appeals", "/checks/" + check, "/en/appeals"} {
		ph.Go(path)
		ph.DontSee("Con số này đã cũ") // what the appeal says is nobody's business
	}
	keptOut(t, w, check)
}

// judgePage holds a page against axe-core and sideways scrolling. The walk of
// every page judges those that links lead to.
func judgePage(win *browsertest.Window) {
	win.AxeLightAndDark()
	win.Fits()
}

// openAppeal finds the appeal whose words hold a text, as an editor reads it.
func (w *world) openAppeal(t *testing.T, text string) desk.ID {
	t.Helper()
	n := strconv.Itoa(len(text)) // another account for each look, which the pages then name
	by := desk.As(w.desk.Member(t, "Looks for appeals "+n, desk.Editor))
	rows, err := w.desk.Desk.AppealList(t.Context(), by, true)
	if err != nil {
		t.Fatal(err)
	}
	p := w.person(t, "203.0.113.94")
	p.enter(w.desk.Link(t, w.desk.Member(t, "Reads appeals "+n, desk.Editor)))
	for _, r := range rows {
		if strings.Contains(p.get("/desk/appeals/"+string(r.ID)).body, text) {
			return r.ID
		}
	}
	t.Fatalf("no appeal says %q", text)
	return ""
}

// badAppeals sends what cannot be taken, and what must be taken all the same.
func badAppeals(t *testing.T, w *world, check string) {
	t.Helper()
	p := w.person(t, "203.0.113.90")
	path := "/en/checks/" + check + "/appeal"
	form := func(kind, text string) url.Values {
		return url.Values{"kind": {kind}, "text": {text}, "links": {"https://example.org/kept"}}
	}
	long := strings.Repeat("ngừ ", 5001)
	for what, c := range map[string]struct {
		form   url.Values
		status int
		want   string
	}{
		"20,000 characters and more": {form("factual", long), 413, "longer"},
		"no kind":                    {form("", "Something is wrong."), 422, "Choose what the appeal is about."},
		"no words":                   {form("factual", "  "), 422, "Write what is wrong."},
		"a link that is none":        {url.Values{"kind": {"factual"}, "text": {"Wrong."}, "links": {"javascript:alert(1)"}}, 422, "Wrong."},
		"an address that is none":    {url.Values{"kind": {"factual"}, "text": {"Wrong."}, "mail": {"nobody"}}, 422, "not an e-mail address"},
	} {
		got := p.post(path, c.form)
		kept := strings.TrimSpace(c.form.Get("text"))
		if got.status != c.status || !strings.Contains(got.body, c.want) || kept != "" && !strings.Contains(got.body, kept[:min(len(kept), 12)]) {
			t.Errorf("%s: %d, %q or what was typed is missing", what, got.status, c.want)
		}
	}
	// An abusive text is just text, and shows as text.
	angry := form("body", "You are all <script>liars</script> and thieves")
	angry.Set("form", p.get(path).field("form"))
	got := p.post(path, angry)
	standing := got.header.Get("Location")
	code := regexp.MustCompile(`[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{4}`).FindString(standing)
	if got.status != 303 || code == "" {
		t.Fatalf("an angry appeal: %d", got.status)
	}
	if again := p.post(path, angry); again.header.Get("Location") != standing {
		t.Errorf("the same form again leads to %s", again.header.Get("Location"))
	}
	if again := p.post(path, form("factual", "Another.")); again.status != 303 || again.header.Get("Location") == standing {
		t.Errorf("another appeal by the same person: %d", again.status)
	}
	if got := p.get("/en/t/" + code); got.status != 303 || got.header.Get("Location") != standing {
		t.Errorf("the code where tips are looked up: %d, %s", got.status, got.header.Get("Location"))
	}
	if got := p.get("/appeals/t/ZZZ-ZZZ-ZZZZ"); got.status != 404 {
		t.Errorf("a wrong code: %d", got.status)
	}
	if got := p.get("/checks/" + strings.Repeat("0", 26) + "/appeal"); got.status != 404 {
		t.Errorf("a check that is not there: %d", got.status)
	}
	w.openAppeal(t, "You are all &lt;script&gt;liars&lt;/script&gt; and thieves")
}

// keptOut: whoever had a part in the check sees why they cannot decide.
func keptOut(t *testing.T, w *world, check string) {
	t.Helper()
	part := w.desk.Member(t, "Had a part", desk.Editor)
	v := w.view(t, desk.ID(check))
	text := v.Draft.Text("vi")
	text.Summary += " Thêm."
	if _, err := w.desk.Desk.SaveDraft(t.Context(), desk.As(part), desk.ID(check), v.Draft.Version, v.Draft.Rating, text); err != nil {
		t.Fatal(err)
	}
	win := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, win, part)
	id := w.openAppeal(t, "and thieves")
	win.Go("/en/desk/appeals/" + string(id))
	win.See("You had a part in this check, so somebody else must decide.")
	p := w.person(t, "203.0.113.91")
	p.enter(w.desk.Link(t, part))
	if got := p.post("/en/desk/appeals/"+string(id)+"/take", nil); got.status != 403 || !strings.Contains(got.body, "second") {
		t.Errorf("taking it all the same: %d", got.status)
	}
}
