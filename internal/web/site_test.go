package web_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/web"
)

// reader is a person with a browser that keeps no cookies.
type reader struct {
	t    *testing.T
	base string
}

// reply is what the reader got.
type reply struct {
	status int
	body   string
	header http.Header
}

// get opens a page.
func (r reader) get(path string) reply {
	r.t.Helper()
	return r.do(http.MethodGet, path, nil)
}

// post sends a form, as a browser on the page itself does.
func (r reader) post(path string, form url.Values) reply {
	r.t.Helper()
	return r.do(http.MethodPost, path, form)
}

// do sends a request and follows no redirect.
func (r reader) do(method, path string, form url.Values) reply {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{res.StatusCode, string(b), res.Header}
}

// field is the value of a hidden field, "" if there is none.
func (p reply) field(name string) string {
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.body)
	if m == nil {
		return ""
	}
	return m[1]
}

// code is the ticket code a page shows.
func (p reply) code() string {
	m := regexp.MustCompile(`class="value">([^<]+)<`).FindStringSubmatch(p.body)
	if m == nil {
		return ""
	}
	return m[1]
}

// has fails the test unless the page has the status and the words.
func (p reply) has(t *testing.T, status int, words ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("status %d, want %d", p.status, status)
	}
	for _, w := range words {
		if !strings.Contains(p.body, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

// question is the form of a fresh ask page, filled in.
func (r reader) question(text string) url.Values {
	r.t.Helper()
	p := r.get("/vi/")
	return url.Values{"text": {text}, "form": {p.field("form")}, "challenge": {p.field("challenge")}, "solution": {""}}
}

// The demo archive has a check on lemon water, and nothing on this.
const (
	knownText = "UONG NUOC CHANH NONG MOI NGAY chua duoc ung thu"
	newText   = "Thư viện xã Hòa Lạc mở thêm giờ đọc sách vào tối thứ Ba hằng tuần"
)

// TestPublicSite asks and reads on a whole desk with the demo archive.
func TestPublicSite(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	r := reader{t, d.URL}
	for name, test := range map[string]func(*testing.T, reader){
		"ask": askKnown, "pages": readPages, "feeds": readFeeds, "lists": readLists, "sitemap": readSitemap, "check": readCheck, "tickets": unknownTickets, "foreign": foreignForms, "stranger": staffOnly, "shared": sharedText,
	} {
		t.Run(name, func(t *testing.T) { test(t, reader{t, r.base}) })
	}
	t.Run("data", func(t *testing.T) { readData(t, d) })
	t.Run("kept pages", func(t *testing.T) { keptPages(t, d) })
	t.Run("calendars", func(t *testing.T) { calendars(t, d) })
}

// TestAskNew: a new message gets a code; sending the form again, also many
// times at once, gives the same code and one tip.
func TestAskNew(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	r := reader{t, d.URL}
	form := r.question(newText)
	first := r.post("/vi/ask", form)
	first.has(t, http.StatusOK, "Chưa ai kiểm chứng", "Bạn là người đầu tiên", "chuyển tiếp")
	code := first.code()
	if code == "" {
		t.Fatal("no ticket code")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if again := r.post("/vi/ask", form); again.code() != code || !strings.Contains(again.body, "Bạn là người đầu tiên") {
				t.Errorf("sent again: %d, code %q, want %q", again.status, again.code(), code)
			}
		})
	}
	wg.Wait()
	r.get("/en/t/"+code).has(t, http.StatusOK, "Nobody has checked this yet", code)
	r.get("/vi/t/"+strings.ToLower(strings.ReplaceAll(code, "-", ""))).has(t, http.StatusOK, "Chưa ai kiểm chứng")
	other := r.post("/vi/ask", r.question(strings.ToUpper(newText)))
	other.has(t, http.StatusOK, "1 người khác")
	if other.code() == code || other.code() == "" {
		t.Errorf("another asker has code %q", other.code())
	}
}

// TestSlowLane: without a solved challenge the budget ends with a sentence,
// a time to come back, and the text still in the field.
func TestSlowLane(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	r := reader{t, d.URL}
	for i := range 100 {
		p := r.post("/vi/ask", r.question(fmt.Sprintf("%s, lần %d", newText, i)))
		if p.status == http.StatusOK {
			continue
		}
		p.has(t, http.StatusTooManyRequests, "quá nhiều câu hỏi", fmt.Sprintf("%s, lần %d</textarea>", newText, i))
		if p.header.Get("Retry-After") == "" || p.field("challenge") == "" {
			t.Error("no time to come back, or no fresh challenge")
		}
		if i < 5 {
			t.Errorf("refused after %d questions", i)
		}
		return
	}
	t.Error("100 questions without a solved challenge were all taken")
}

// askKnown: a message without marks and in capitals finds its check; "not my
// message" takes it to the queue; bad input is told in words.
func askKnown(t *testing.T, r reader) {
	p := r.post("/vi/ask", r.question(knownText))
	p.has(t, http.StatusOK, "Chúng tôi đã kiểm chứng tin này", "Sai", "Nước chanh", "Vì sao chúng tôi cho là cùng một tin?", "Xem 3 nguồn", `/vi/checks/`)
	no := r.post("/vi/ask/choose", url.Values{"code": {p.field("code")}, "key": {""}})
	no.has(t, http.StatusOK, "Chưa ai kiểm chứng", no.code())
	r.post("/vi/ask/choose", url.Values{"code": {p.field("code")}, "key": {"claim/0123456789abcdefghjkmnpqrs"}}).has(t, http.StatusUnprocessableEntity)
	r.post("/vi/ask/choose", url.Values{"code": {"234-567-89BC"}, "key": {""}}).has(t, http.StatusNotFound)
	r.post("/vi/ask", r.question(" \u200b ")).has(t, http.StatusUnprocessableEntity, "Bạn chưa viết gì")
	long := strings.Repeat("dài ", 6000)
	r.post("/vi/ask", r.question(long)).has(t, http.StatusRequestEntityTooLarge, "20.000 ký tự", "dài dài")
	r.post("/vi/ask", r.question("\xff\xfe http://127.0.0.1:22/ \x00 tin xa\u0323")).has(t, http.StatusOK, "Mã tra cứu")
}

// readPages opens every still page in both languages.
func readPages(t *testing.T, r reader) {
	for _, p := range []string{"/", "/about", "/privacy", "/checks", "/checks?topic=health&rating=false", "/corrections", "/log", "/t", "/search", "/search?q=nuoc+chanh"} {
		for _, lang := range []string{"vi", "en"} {
			r.get("/"+lang+p).has(t, http.StatusOK, `<html lang="`+lang+`"`)
		}
	}
	r.get("/vi/search?q=nuoc+chanh").has(t, http.StatusOK, "ung thư")
	r.get("/vi/checks?topic=scam").has(t, http.StatusOK, "Lừa đảo</span>")
	if p := r.get("/vi/checks?topic=scam"); strings.Contains(p.body, "Thiên tai</span>") {
		t.Error("the list narrowed to scams shows a disaster")
	}
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(r.get("/vi/checks").body)
	if older == nil {
		t.Fatal("the list of checks has no second page")
	}
	r.get(strings.ReplaceAll(older[1], "&amp;", "&")).has(t, http.StatusOK, `rel="prev"`)
	r.get("/vi/nope").has(t, http.StatusNotFound, "Không có trang này")
	r.get("/log/checkpoint").has(t, http.StatusOK, "/log\n")
}

// checkLink finds a check on a page.
func checkLink(t *testing.T, p reply) string {
	t.Helper()
	link := regexp.MustCompile(`/vi/checks/[0-9a-z]{26}`).FindString(p.body)
	if link == "" {
		t.Fatal("no check on the page")
	}
	return link
}

// readCheck opens a corrected check, its first revision, its structured data
// and its proof.
func readCheck(t *testing.T, r reader) {
	corrections := r.get("/vi/corrections")
	corrections.has(t, http.StatusOK, "Đính chính", "Rút lại")
	link := checkLink(t, corrections)
	p := r.get(link)
	p.has(t, http.StatusOK, "Bằng chứng", "Các bản của bài này", "<ins>", "Điều đã đổi")
	r.get(link+"/rev/1").has(t, http.StatusOK, "Bạn đang đọc bản 1", "Đọc bản mới nhất", `content="noindex"`)
	r.get(link+"/rev/99").has(t, http.StatusNotFound)
	r.get("/vi/checks/0123456789abcdefghjkmnpqrs").has(t, http.StatusNotFound)
	ld := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(p.body)
	if ld == nil {
		t.Fatal("no structured data")
	}
	var review map[string]any
	if err := json.Unmarshal([]byte(ld[1]), &review); err != nil || review["@type"] != "ClaimReview" || review["correction"] == nil {
		t.Errorf("structured data %v, %v", review, err)
	}
	for _, m := range regexp.MustCompile(`href="(/log/(?:proof|doc)/[^"]+)"`).FindAllStringSubmatch(p.body, -1) {
		r.get(m[1]).has(t, http.StatusOK)
	}
	for _, m := range regexp.MustCompile(`/vi/checks/[0-9a-z]{26}`).FindAllString(corrections.body, -1) {
		if w := r.get(m); strings.Contains(w.body, "Bài này đã được rút lại") {
			w.has(t, http.StatusOK, "Đã rút lại", "Lý do:", `"creativeWorkStatus":"Withdrawn"`)
			return
		}
	}
	t.Error("no withdrawn check among the corrections")
}

// readFeeds parses every feed in both languages, and the sitemap.
func readFeeds(t *testing.T, r reader) {
	for _, lang := range []string{"", "/vi", "/en"} {
		for _, name := range []string{"/feed", "/corrections"} {
			for ext, parse := range map[string]func([]byte) error{
				".rss": wellFormed, ".atom": wellFormed, ".json": func(b []byte) error { return json.Unmarshal(b, new(map[string]any)) },
			} {
				p := r.get(lang + name + ext)
				p.has(t, http.StatusOK, "/checks/")
				if err := parse([]byte(p.body)); err != nil {
					t.Errorf("%s%s%s: %v", lang, name, ext, err)
				}
			}
		}
	}
	r.get("/en/feed.rss").has(t, http.StatusOK, "<language>en</language>", "/en/checks/")
	p := r.get("/sitemap.xml")
	p.has(t, http.StatusOK, "/vi/checks/", "/en/checks/")
	if err := wellFormed([]byte(p.body)); err != nil {
		t.Error(err)
	}
}

// wellFormed reads XML to its end.
func wellFormed(b []byte) error {
	for d := xml.NewDecoder(strings.NewReader(string(b))); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// unknownTickets: a code that fits nothing, or cannot be one, gets a form
// and a sentence.
func unknownTickets(t *testing.T, r reader) {
	for _, code := range []string{"234-567-89BC", "x", "%3Cscript%3E"} {
		r.get("/vi/t/"+code).has(t, http.StatusNotFound, "Không có câu hỏi nào", `name="code"`)
	}
	if p := r.get("/vi/t?code=234-567-89bc"); p.status != http.StatusSeeOther || p.header.Get("Location") != "/vi/t/234-567-89bc" {
		t.Errorf("%d to %q", p.status, p.header.Get("Location"))
	}
	r.get("/vi/t?code=hello").has(t, http.StatusNotFound, "hello")
}

// staffOnly: whatever staff can open or send, a stranger cannot.
func staffOnly(t *testing.T, r reader) {
	all := web.StaffRequests(t)
	if len(all) < 10 {
		t.Fatalf("%d routes for staff", len(all))
	}
	for _, one := range all {
		method, path := one[0], one[1]
		p := r.do(method, path, url.Values{"text": {"x"}})
		if method == http.MethodGet && (p.status != http.StatusSeeOther || !strings.Contains(p.header.Get("Location"), "/desk/sign-in")) ||
			method == http.MethodPost && p.status != http.StatusUnauthorized {
			t.Errorf("%s %s answers a stranger with %d to %q", method, path, p.status, p.header.Get("Location"))
		}
	}
}

// foreignForms: a form that another site sends is refused.
func foreignForms(t *testing.T, r reader) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+"/vi/ask", strings.NewReader("text=x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d", res.StatusCode)
	}
}

// sharedText: what a share sheet or the bookmark brings stands in the field,
// and nothing was sent in before the person pressed the button.
func sharedText(t *testing.T, r reader) {
	p := r.post("/vi/share", url.Values{"title": {"Tin nóng"}, "text": {"Uống nước <b>chanh</b>"}, "url": {""}})
	p.has(t, http.StatusOK, "Tin nóng\nUống nước &lt;b&gt;chanh&lt;/b&gt;</textarea>", "noindex")
	if p.code() != "" || p.field("challenge") == "" {
		t.Error("a shared text was taken in as if the person had sent it")
	}
	r.get("/?text="+url.QueryEscape("Nước </textarea> chanh")).has(t, http.StatusOK, "Nước &lt;/textarea&gt; chanh</textarea>", "noindex")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("text", newText)
	part, _ := form.CreateFormFile("file", "x.png")
	_ = png.Encode(part, image.NewGray(image.Rect(0, 0, 64, 64)))
	_ = form.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+"/vi/share", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "none") // as a share sheet sends it
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if got := (reply{res.StatusCode, string(b), res.Header}); got.status != http.StatusOK || got.code() == "" {
		t.Errorf("a shared picture: status %d, code %q", got.status, got.code())
	}
	r.get("/vi/manifest.webmanifest").has(t, http.StatusOK, `"/vi/share"`)
	r.get("/en/ways").has(t, http.StatusOK, "javascript:void", "&lt;iframe src=")
}
