package e2e

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// planted is what must never become an element, whichever field it is typed into.
const planted = `"><img src=x onerror=document.title='taken'><script>document.title='taken'</script><b data-planted>bold</b>`

// badInput: whatever is sent gets a sentence, the right status, and loses
// nothing.
func badInput(t *testing.T, w *world) {
	p := w.person(t, "203.0.113.100")
	for _, c := range []struct {
		name, text string
		status     int
		says       string
	}{
		{"empty", "", 422, "Nothing was written."},
		{"only spaces and invisible letters", " \u200b\u2060\ufeff \n\t", 422, "Nothing was written."},
		{"one megabyte", strings.Repeat("tin nay co dung khong ", 1<<20/22), 413, "too large"},
		{"more than a question holds", strings.Repeat("a b c d e ", 2100), 413, "20,000 characters"},
	} {
		got := p.post("/en/ask", url.Values{"text": {c.text}})
		if got.status != c.status || !strings.Contains(got.body, c.says) {
			t.Errorf("%s: %d, want %d and %q\n%.2000s", c.name, got.status, c.status, c.says, got.body)
		}
	}
	w.upload(t)
	w.tricks(t)
	w.unknown(t)
	w.elsewhere(t)
	w.plantHTML(t)
	w.languages(t)
}

// upload sends twenty-five megabytes as a file.
func (w *world) upload(t *testing.T) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("text", "video.mp4")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(bytes.Repeat([]byte{7}, 25<<20)) // a buffer takes everything
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	got := w.person(t, "203.0.113.101").do(http.MethodPost, "/en/ask", form.FormDataContentType(), body.String())
	if got.status != 413 || !strings.Contains(got.body, "The file is too large") {
		t.Errorf("an upload of 25 MB: %d\n%.500s", got.status, got.body)
	}
}

// tricks: bytes that are no text, invisible letters and turned directions come
// out as readable text; two spellings that look the same are one question.
func (w *world) tricks(t *testing.T) {
	t.Helper()
	p := w.person(t, "203.0.113.102")
	got := p.do(http.MethodPost, "/en/ask", "application/x-www-form-urlencoded", "text=Ch%E1%BB%A3+%FF%FE+%C3%28+hoa+xu%C3%A2n+m%E1%BB%9F+m%E1%BB%99t+n%C4%83m+hai+l%E1%BA%A7n")
	if got.status != 200 || strings.ContainsRune(got.body, '\ufffd') && !strings.Contains(got.body, "Chợ") {
		t.Errorf("invalid UTF-8: %d\n%.500s", got.status, got.body)
	}
	plain := "Phố đi bộ sẽ cấm chó mèo từ mùng một"
	id, _ := w.asked(t, "203.0.113.103", plain)
	hidden := strings.ReplaceAll(plain, "đi", "\u200bđ\u2060i") + "\u202e\u2066"
	w.ask(t, "203.0.113.104", "\u202e"+hidden)
	v := w.view(t, id)
	if v.Demand.Tips != 2 {
		t.Errorf("the same words with invisible letters are %d tips of the claim, want 2", v.Demand.Tips)
	}
	for _, tip := range v.Tips {
		if strings.ContainsAny(tip.Text, "\u200b\u2060\u202e\u2066") {
			t.Errorf("stored with what nobody sees: %+q", tip.Text)
		}
	}
}

// unknown: tickets, checks, claims and pages that are not there.
func (w *world) unknown(t *testing.T) {
	t.Helper()
	p := w.person(t, "203.0.113.105")
	for path, says := range map[string]string{
		"/en/t/HN7-4KQ-2RTX": "No question has the code", "/en/t?code=%3Cb%3E": "No question has the code", "/en/t/%F0%9F": "No question has the code",
		"/en/checks/00000000000000000000000000": "There is no such page", "/en/checks/x": "There is no such page",
		"/en/checks/../../etc/passwd": "There is no such page", "/en/nothing": "There is no such page", "/en/static/desk.go": "There is no such page",
		"/log/doc/" + strings.Repeat("0", 64): "",
	} {
		if got := p.get(path); got.status != 404 && !(got.status >= 300 && got.status < 400) || got.status == 404 && !strings.Contains(got.body, says) {
			t.Errorf("%s: %d, want 404 and %q\n%.600s", path, got.status, says, got.body)
		}
	}
	if got := p.do(http.MethodDelete, "/en/checks", "", ""); got.status != 405 || got.header.Get("Allow") == "" {
		t.Errorf("DELETE: %d, Allow %q", got.status, got.header.Get("Allow"))
	}
}

// elsewhere: a form that may come from another site changes nothing.
func (w *world) elsewhere(t *testing.T) {
	t.Helper()
	who := w.desk.Member(t, "Checker of other sites", desk.Checker)
	id, _ := w.asked(t, "203.0.113.106", "Bến phà cũ sẽ mở lại cho xe tải")
	p := w.person(t, "203.0.113.106")
	p.enter(w.desk.Link(t, who))
	path, form := "/en/desk/claims/"+string(id)+"/close", url.Values{"version": {fmt.Sprint(w.view(t, id).Claim.Version)}}
	for name, set := range map[string]http.Header{
		"neither header":          {},
		"another site":            {"Sec-Fetch-Site": {"cross-site"}},
		"another origin":          {"Origin": {"http://evil.example"}},
		"an origin of null":       {"Origin": {"null"}},
		"a neighbouring origin":   {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://sub.localhost"}},
		"headers that contradict": {"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://evil.example"}},
	} {
		p.header.Del("Sec-Fetch-Site")
		p.header.Del("Origin")
		for k, v := range set {
			p.header[k] = v
		}
		if got := p.post(path, form); got.status != 403 || !strings.Contains(got.body, "This request came from another site") {
			t.Errorf("%s: %d, want 403\n%.300s", name, got.status, got.body)
		}
	}
	if s := w.view(t, id).Claim.State; s != desk.ClaimOpen {
		t.Errorf("a form of another site left the claim %s", s)
	}
	p.header.Del("Origin")
	p.header.Set("Sec-Fetch-Site", "same-origin")
	if got := p.post(path, form); got.status != 303 {
		t.Errorf("the same form of our own: %d, want 303", got.status)
	}
}

// plantHTML types markup into every field of the ask, assess, evidence and
// draft forms and publishes it: nowhere does it become an element.
func (w *world) plantHTML(t *testing.T) {
	t.Helper()
	checker, editor := w.desk.Member(t, "Checker <b data-planted>bold</b>", desk.Checker), w.desk.Member(t, "Editor of markup", desk.Editor)
	w.ask(t, "203.0.113.107", planted+" Thả đèn trời được phép trở lại")
	id := w.claimOf(t, planted+" Thả đèn trời được phép trở lại")
	a, d := desk.As(checker), w.desk.Desk
	if _, err := d.EditClaim(t.Context(), a, id, 0, desk.ClaimEdit{Text: planted, Lang: "vi", Harm: desk.HarmLow, HarmKind: "money", Topic: "daily", Body: planted}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddEvidence(t.Context(), a, id, desk.Evidence{URL: "https://university.example/?q=" + url.QueryEscape(planted), Title: planted,
		Publisher: planted, Says: planted, Quote: planted, Stance: desk.Refutes, Independent: true}); err != nil {
		t.Fatal(err)
	}
	dr, err := d.SaveDraft(t.Context(), a, id, w.view(t, id).Draft.Version, desk.RatingFalse, desk.Text{Lang: "vi", Claim: planted, Statement: planted,
		Summary: planted, Body: planted, Unknown: planted})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Submit(t.Context(), a, desk.Proposal{Claim: id, DraftVersion: dr.Version})
	if err != nil {
		t.Fatal(err)
	}
	win := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, win, checker)
	pages := []string{"/en/desk", "/en/desk?view=review", "/en/desk/claims/" + string(id), "/en/desk/claims/" + string(id) + "/tips", "/en/desk/reviews/" + string(r.ID)}
	for _, path := range pages {
		w.harmless(t, win, path)
	}
	if _, err := d.Approve(t.Context(), desk.As(editor), r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.AfterPublish(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/en/checks/" + string(id), "/en/checks", "/en/", "/en/search?q=" + url.QueryEscape(planted), "/en/t?code=" + url.QueryEscape(planted), "/en/log"} {
		w.harmless(t, win, path)
	}
}

// harmless fails where planted markup became an element, or its script ran.
func (w *world) harmless(t *testing.T, win *browsertest.Window, path string) {
	t.Helper()
	win.Go(path)
	if got := win.Eval(`document.querySelectorAll("[data-planted], img, [onerror]").length`); got != "0" {
		t.Errorf("%s: planted markup became %s elements", path, got)
	}
	if strings.Contains(win.Title(), "taken") && !strings.Contains(win.Title(), "document.title") {
		t.Errorf("%s: a planted script ran", path)
	}
}

// languages: the prefix wins over the header, and the header over nothing.
func (w *world) languages(t *testing.T) {
	t.Helper()
	p := w.person(t, "203.0.113.108")
	for _, c := range []struct{ path, accept, says string }{
		{"/", "", "Tin này có đúng không?"}, {"/", "en-GB,en;q=0.8", "Is this true?"}, {"/", "fr", "Tin này có đúng không?"},
		{"/", "en;q=0.3, vi;q=0.9", "Tin này có đúng không?"}, {"/en", "vi", "Is this true?"}, {"/vi/", "en", "Tin này có đúng không?"},
	} {
		p.header.Set("Accept-Language", c.accept)
		if got := p.get(c.path); got.status != 200 || !strings.Contains(got.body, c.says) {
			t.Errorf("%s with Accept-Language %q: %d without %q", c.path, c.accept, got.status, c.says)
		}
	}
}
