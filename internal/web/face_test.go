package web_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"html"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// TestFace looks at checks as other sites, chats and programs do, on a whole
// desk with the demo archive.
func TestFace(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	for name, test := range map[string]func(*testing.T, face){
		"pictures": pictures, "oembed": oembeds, "frames": frames, "helped": saysHelped, "offline": offlineList, "no fediverse": noFediverse,
	} {
		t.Run(name, func(t *testing.T) { test(t, face{d, reader{t, d.URL}}) })
	}
}

// face is a desk with somebody who looks at it.
type face struct {
	d *apptest.Desk
	r reader
}

// newest finds a check whose newest revision is of a kind.
func (f face) newest(kind desk.Kind) desk.Revision {
	f.r.t.Helper()
	rs, err := f.d.Desk.Published(f.r.t.Context(), desk.RevisionFilter{Below: f.d.Signed(), Newest: true, Limit: 500})
	if err != nil {
		f.r.t.Fatal(err)
	}
	for _, r := range rs {
		if r.Kind == kind && !r.Erased {
			return r
		}
	}
	f.r.t.Fatalf("no check ends with %q", kind)
	return desk.Revision{}
}

// meta is the content of a meta element of a page.
func (p reply) meta(name string) string {
	m := regexp.MustCompile(`<meta (?:name|property)="` + regexp.QuoteMeta(name) + `" content="([^"]*)"`).FindStringSubmatch(p.body)
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

// pictures: each public page names a picture of the right size; that of a
// withdrawn check is not that of a check in force; pages of staff have none.
func pictures(t *testing.T, f face) {
	seen := map[string]string{}
	for _, path := range []string{"/vi/", "/vi/checks/" + string(f.newest(desk.KindPublish).Verdict), "/vi/checks/" + string(f.newest(desk.KindWithdraw).Verdict), "/en/checks/" + string(f.newest(desk.KindCorrect).Verdict)} {
		p := f.r.get(path)
		at := p.meta("og:image")
		if !strings.HasPrefix(at, f.d.URL+path[:3]) || p.meta("twitter:card") != "summary_large_image" || p.meta("og:image:alt") == "" {
			t.Fatalf("%s: picture %q, card %q", path, at, p.meta("twitter:card"))
		}
		img := f.r.get(strings.TrimPrefix(at, f.d.URL))
		c, err := png.DecodeConfig(strings.NewReader(img.body))
		if err != nil || c.Width != 1200 || c.Height != 630 || img.header.Get("Content-Type") != "image/png" || img.header.Get("ETag") == "" {
			t.Errorf("%s: %v, %v, %v", at, c, err, img.header)
		}
		if other, twice := seen[img.body]; twice {
			t.Errorf("%s has the picture of %s", path, other)
		}
		seen[img.body] = path
	}
	withdrawn := f.r.get("/vi/checks/" + string(f.newest(desk.KindWithdraw).Verdict))
	if alt := withdrawn.meta("og:image:alt"); !strings.Contains(alt, "rút lại") {
		t.Errorf("the picture of a withdrawn check is described as %q", alt)
	}
	if p := f.r.get("/vi/search?q=x"); p.meta("og:image") != "" {
		t.Error("a page that nobody should keep has a picture")
	}
	f.r.get("/vi/checks/0123456789abcdefghjkmnpqrs/preview.png").has(t, http.StatusNotFound)
}

// oembeds asks as a provider's clients do: by the links of the page, in both
// formats, with limits, for what is no check.
func oembeds(t *testing.T, f face) {
	id := string(f.newest(desk.KindPublish).Verdict)
	page := f.r.get("/vi/checks/" + id)
	var answers []map[string]any
	for _, kind := range []string{"application/json+oembed", "text/xml+oembed"} {
		m := regexp.MustCompile(`<link rel="alternate" type="` + regexp.QuoteMeta(kind) + `" href="([^"]+)"`).FindStringSubmatch(html.UnescapeString(page.body))
		if m == nil {
			t.Fatalf("the page has no link for %s", kind)
		}
		p := f.r.get(strings.TrimPrefix(m[1], f.d.URL))
		p.has(t, http.StatusOK, "rich", "1.0", "/vi/embed/check/"+id)
		got := map[string]any{}
		if kind == "application/json+oembed" {
			if err := json.Unmarshal([]byte(p.body), &got); err != nil {
				t.Fatal(err)
			}
		} else {
			var doc struct {
				XMLName xml.Name `xml:"oembed"`
				HTML    string   `xml:"html"`
				Title   string   `xml:"title"`
			}
			if err := xml.Unmarshal([]byte(p.body), &doc); err != nil {
				t.Fatal(err)
			}
			got["html"], got["title"] = doc.HTML, doc.Title
		}
		answers = append(answers, got)
	}
	if answers[0]["html"] != answers[1]["html"] || answers[0]["title"] != answers[1]["title"] || answers[0]["thumbnail_width"] != 1200.0 {
		t.Errorf("the two formats say different things: %v", answers)
	}
	ask := func(address, more string) reply { return f.r.get("/oembed?url=" + url.QueryEscape(address) + more) }
	small := ask(f.d.URL+"/en/checks/"+id, "&maxwidth=400&maxheight=300")
	small.has(t, http.StatusOK, `"width":400`, `"height":300`)
	if strings.Contains(small.body, "thumbnail") {
		t.Error("a picture larger than what was asked for")
	}
	ask(f.d.URL+"/en/checks/"+id, "&format=yaml").has(t, http.StatusNotImplemented)
	for _, address := range []string{"", "x", f.d.URL + "/vi/about", "https://elsewhere.example/vi/checks/" + id, f.d.URL + "/vi/checks/0123456789abcdefghjkmnpqrs",
		strings.Replace(f.d.URL, "http://", "http://a@", 1) + "/vi/checks/" + id, f.d.URL + "/vi/checks/" + id + "/../../../desk"} {
		ask(address, "").has(t, http.StatusNotFound)
	}
}

// frames: what is meant for frames can be framed and sets nothing; everything
// else cannot. The page that explains it makes what it promises.
func frames(t *testing.T, f face) {
	pub, gone := string(f.newest(desk.KindPublish).Verdict), string(f.newest(desk.KindWithdraw).Verdict)
	may := func(path string) bool {
		p := f.r.get(path)
		p.has(t, http.StatusOK)
		if p.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
		return strings.Contains(p.header.Get("Content-Security-Policy"), "frame-ancestors *")
	}
	for _, path := range []string{"/vi/embed/check/" + pub, "/en/embed/check/" + gone, "/vi/embed/topic/all", "/en/embed/topic/health", "/vi/embed/ask"} {
		if !may(path) {
			t.Errorf("%s cannot be framed", path)
		}
	}
	for _, path := range []string{"/vi/", "/vi/checks/" + pub, "/vi/embed", "/vi/offline", "/vi/t"} {
		if may(path) {
			t.Errorf("%s can be framed", path)
		}
	}
	f.r.get("/vi/embed/topic/nothing").has(t, http.StatusNotFound)
	f.r.get("/vi/embed/check/"+gone).has(t, http.StatusOK, "đã được rút lại")
	p := f.r.get("/vi/embed?check=" + url.QueryEscape(f.d.URL+"/vi/checks/"+pub) + "&topic=health")
	p.has(t, http.StatusOK, `&lt;iframe src=&#34;`+f.d.URL+`/vi/embed/check/`+pub, "/vi/embed/topic/health", "/vi/embed/ask", "resize:vertical")
	f.r.get("/vi/embed?check=x").has(t, http.StatusOK, "không phải địa chỉ", `value="x"`)
	f.r.get("/vi/embed?check=0123456789abcdefghjkmnpqrs").has(t, http.StatusOK, "không phải địa chỉ")
}

// saysHelped: a reader's word is counted, one network's not without end, and
// the numbers stand nowhere in public.
func saysHelped(t *testing.T, f face) {
	id := f.newest(desk.KindPublish).Verdict
	path := "/vi/checks/" + string(id)
	f.r.get(path).has(t, http.StatusOK, `action="/vi/checks/`+string(id)+`/helped"`)
	f.r.post(path+"/helped", url.Values{"said": {"yes"}}).has(t, http.StatusOK, "Cảm ơn bạn")
	for range 6 {
		p := f.r.post(path+"/helped", url.Values{"said": {"no"}})
		p.has(t, http.StatusOK, "Cảm ơn bạn", "/vi/search")
		if p.header.Get("Set-Cookie") != "" {
			t.Error("saying so sets a cookie")
		}
	}
	editor := f.d.Member(t, "Biên tập của trang", desk.Editor)
	h, err := f.d.Desk.HelpedOn(t.Context(), desk.As(editor), id)
	if err != nil || h.Yes != 1 || h.No != 2 {
		t.Errorf("counted %+v, %v: want the three of one network", h, err)
	}
	if h.Shown() {
		t.Error("three answers may be shown outside the desk")
	}
	all, err := f.d.Desk.HelpedBetween(t.Context(), desk.Program(), "", "")
	if err != nil || len(all) != 1 || all[0].Yes+all[0].No != 3 {
		t.Errorf("for reports: %+v, %v", all, err)
	}
	if _, err := f.d.Desk.HelpedBetween(t.Context(), desk.Actor{Staff: desk.NewID()}, "", ""); err == nil {
		t.Error("somebody without a right reads what readers said")
	}
	f.r.post(path+"/helped", url.Values{"said": {"maybe"}}).has(t, http.StatusUnprocessableEntity)
	f.r.post("/vi/checks/0123456789abcdefghjkmnpqrs/helped", url.Values{"said": {"yes"}}).has(t, http.StatusNotFound)
	r := f.r.post("/vi/ask", f.r.question(knownText))
	r.has(t, http.StatusOK, "/helped")
}

// offlineList: a browser learns what changed since it was here, and the
// worker has its words.
func offlineList(t *testing.T, f face) {
	ask := func(since string) (out struct {
		Size    int64
		Changed []desk.ID
		All     bool
		Latest  []desk.ID
	}) {
		p := f.r.get("/offline.json?since=" + since)
		p.has(t, http.StatusOK)
		if err := json.Unmarshal([]byte(p.body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	now := ask("")
	if !now.All || now.Size != f.d.Signed() || len(now.Latest) == 0 || len(now.Latest) > 50 {
		t.Errorf("the first contact: %+v", now)
	}
	gone := f.newest(desk.KindWithdraw)
	for _, id := range now.Latest {
		if id == gone.Verdict {
			t.Error("a withdrawn check is among those to keep")
		}
	}
	before, after := ask(jsonNumber(gone.LogIndex)), ask(jsonNumber(gone.LogIndex+1))
	has := func(ids []desk.ID) bool {
		for _, id := range ids {
			if id == gone.Verdict {
				return true
			}
		}
		return false
	}
	if !has(before.Changed) || has(after.Changed) || before.All {
		t.Errorf("a withdrawal is told %v before it and %v after it", has(before.Changed), has(after.Changed))
	}
	if same := ask(jsonNumber(now.Size)); len(same.Changed) != 0 || same.All {
		t.Errorf("nothing happened since: %+v", same)
	}
	for _, odd := range []string{"-1", "x", "999999999"} {
		if !ask(odd).All {
			t.Errorf("since=%s: not everything is asked for again", odd)
		}
	}
	sw := f.r.get("/sw.js")
	sw.has(t, http.StatusOK, "Bạn đang không có mạng.", "You are offline.", "/static/soi.css?v=")
	if strings.Contains(sw.body, `"SETTINGS"`) || !strings.HasPrefix(sw.header.Get("Content-Type"), "text/javascript") {
		t.Error("the worker is not made ready")
	}
}

// jsonNumber writes a number.
func jsonNumber(n int64) string {
	b, _ := json.Marshal(n)
	return string(bytes.TrimSpace(b))
}

// noFediverse: on a desk without an account there nothing answers.
func noFediverse(t *testing.T, f face) {
	for _, path := range []string{"/.well-known/webfinger?resource=acct:checks@x", "/fediverse/actor", "/fediverse/outbox", "/fediverse/followers", "/fediverse/checks/" + string(f.newest(desk.KindPublish).Verdict)} {
		f.r.get(path).has(t, http.StatusNotFound)
	}
	if strings.Contains(f.r.get("/vi/checks/"+string(f.newest(desk.KindPublish).Verdict)).body, "activity+json") {
		t.Error("a page names a form that there is not")
	}
}
