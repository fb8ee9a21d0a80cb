package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// service is a server that gives checks of other publishers in every form.
type service struct {
	*httptest.Server
	t     *testing.T
	mu    sync.Mutex
	asked []string // "GET /path?query"
	pages map[string]http.HandlerFunc
}

// newService starts one, and a desk that may read from it.
func newService(t *testing.T) (*service, *app.App, *moving) {
	s := &service{t: t, pages: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
		page := s.pages[r.URL.Path]
		s.mu.Unlock()
		if page == nil {
			http.NotFound(w, r)
			return
		}
		page(w, r)
	}))
	t.Cleanup(s.Close)
	clock := &moving{at: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)}
	a := apptest.Open(t, apptest.Options{Now: clock.now, Settings: map[string]string{"google-key": "the-key", "public-url": "https://desk.example"},
		With: func(o *app.Options) {
			o.ImportsFrom = netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
		}})
	return s, a, clock
}

// count says how often a path was asked for.
func (s *service) count(part string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.asked {
		if strings.Contains(x, part) {
			n++
		}
	}
	return n
}

// add adds a source and reads it once.
func (s *service) add(a *app.App, src desk.ImportSource) (desk.ID, desk.ImportRun) {
	s.t.Helper()
	src.Name, src.Every = "Nguồn", 6*time.Hour
	saved, err := a.Desk.SaveImportSource(s.t.Context(), desk.Program(), src)
	if err != nil {
		s.t.Fatal(err)
	}
	return saved.ID, s.run(a, saved.ID)
}

// run reads a source now.
func (s *service) run(a *app.App, id desk.ID) desk.ImportRun {
	s.t.Helper()
	got, err := a.RunImport(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

// refused is what a run refused, by reason.
func refused(r desk.ImportRun) string {
	var out []string
	for _, x := range r.Refused {
		if x.Lost {
			out = append(out, fmt.Sprintf("%s %d", x.Kind, x.Count))
		}
	}
	return strings.Join(out, ", ")
}

// archive lists the imported checks: address, publisher, rating.
func archive(t *testing.T, a *app.App) map[string]desk.Imported {
	t.Helper()
	out := map[string]desk.Imported{}
	es, err := a.Desk.Journal(t.Context(), desk.Actor{Role: desk.Auditor}, 5000)
	var ids []desk.ID
	for _, e := range es {
		if e.Kind == desk.EvImported {
			ids = append(ids, e.About)
		}
	}
	if err != nil || len(ids) == 0 {
		return out
	}
	got, err := a.Desk.ImportedByID(t.Context(), ids...)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range got {
		out[i.URL] = i
	}
	return out
}

// TestImportFromGoogle reads an API page by page, then only what is new. The
// key goes in a header and who made a claim is dropped.
func TestImportFromGoogle(t *testing.T) {
	s, a, clock := newService(t)
	claim := func(n int) string {
		return fmt.Sprintf(`{"text":"Điều lạ số %d","claimant":"Ông Nguyễn Kín","claimDate":"2026-11-01T00:00:00Z","claimReview":[{"publisher":{"name":"Báo Kiểm","site":"kiem.example"},
			"url":"https://kiem.example/%d","title":"Bài %d","reviewDate":"2026-11-02T00:00:00Z","textualRating":"Sai","languageCode":"vi"}]}`, n, n, n)
	}
	var ages []string
	s.pages["/v1alpha1/claims:search"] = func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.Header.Get("X-Goog-Api-Key") != "" || q.Get("key") != "" {
			t.Error("the key went to a service that is not Google's")
		}
		if q.Get("reviewPublisherSiteFilter") != "kiem.example" || q.Get("pageSize") != "100" {
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
		switch q.Get("pageToken") {
		case "":
			ages = append(ages, q.Get("maxAgeDays"))
			fmt.Fprintf(w, `{"claims":[%s,%s,{"text":"Không địa chỉ","claimReview":[{"publisher":{"name":"Báo Kiểm"},"textualRating":"Sai"}]}],"nextPageToken":"T2"}`, claim(1), claim(2))
		case "T2":
			fmt.Fprintf(w, `{"claims":[%s,%s]}`, claim(3), strings.ReplaceAll(claim(4), "https://kiem.example", "https://desk.example"))
		}
	}
	id, run := s.add(a, desk.ImportSource{Kind: desk.ImportGoogle, URL: s.URL, Site: "kiem.example"})
	if run.Stored != 3 || refused(run) != "no-url 1, our-own 1" || run.Trouble != "" {
		t.Fatalf("first run: %+v", run)
	}
	got := archive(t, a)["https://kiem.example/1"]
	if got.Publisher != "Báo Kiểm" || got.Rating != "Sai" || got.Claim != "Điều lạ số 1" {
		t.Errorf("stored: %+v", got)
	}
	if b, _ := json.Marshal(archive(t, a)); strings.Contains(string(b), "Nguyễn Kín") {
		t.Error("who made a claim was kept")
	}
	clock.pass(50 * time.Hour)
	if again := s.run(a, id); again.Stored != 0 || again.Same != 3 || strings.Join(ages, ",") != ",4" {
		t.Errorf("second run: %+v, ages %q", again, ages)
	}
}

// TestImportAFile reads a Data Commons feed, a CSV of Check and a dump of
// Cofacts, each told by its content, and not again while it stays the same.
func TestImportAFile(t *testing.T) {
	s, a, clock := newService(t)
	review := `{"@type":"ClaimReview","claimReviewed":"Nước mắm có thép","url":"https://dc.example/1","datePublished":"2026-10-01","author":{"@type":"Organization","name":"Trung tâm DC","url":"https://dc.example/"},"reviewRating":{"@type":"Rating","alternateName":"Sai"}}`
	body := `{"@context":"https://schema.org","@type":"DataFeed","dataFeedElement":[{"@type":"DataFeedItem","item":[` + review + `,null]},{"@type":"DataFeedItem","item":[{"@type":"ClaimReview","url":"https://dc.example/2"}]}]}`
	s.pages["/data.json"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(body)))
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, body)
	}
	id, run := s.add(a, desk.ImportSource{Kind: desk.ImportFile, URL: s.URL + "/data.json"})
	if run.Stored != 1 || refused(run) != "no-claim 1" {
		t.Fatalf("%+v", run)
	}
	clock.pass(7 * time.Hour)
	if again := s.run(a, id); !again.Unchanged || again.Found != 0 {
		t.Errorf("read again though it did not change: %+v", again)
	}
	body = strings.Replace(body, `"alternateName":"Sai"`, `"alternateName":"Đúng một nửa"`, 1)
	if changed := s.run(a, id); changed.Stored != 1 || archive(t, a)["https://dc.example/1"].Rating != "Đúng một nửa" {
		t.Errorf("a changed rating: %+v", changed)
	}
	s.pages["/check.csv"] = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "ID,Title,Summary,URL,Language,Report Status,Imported?\n1,Uống giấm tan xương,Tóm tắt,https://check.example/1,vi,Published,No\n2,Chưa đăng,x,https://check.example/2,vi,Unpublished,No\n")
	}
	if _, run = s.add(a, desk.ImportSource{Kind: desk.ImportFile, URL: s.URL + "/check.csv"}); run.Stored != 1 || refused(run) != "csv-unpublished 1" {
		t.Errorf("Check: %+v", run)
	}
	dump := cofactsDump(t)
	s.pages["/dump.zip"] = func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(dump) }
	if _, run = s.add(a, desk.ImportSource{Kind: desk.ImportFile, URL: s.URL + "/dump.zip"}); run.Stored != 2 || refused(run) != "opinion 1, no-reply 1, replies-differ 1" {
		t.Errorf("Cofacts: %s %+v", refused(run), run)
	}
	file := filepath.Join(t.TempDir(), "cofacts.zip") // the same from a file: what is known already is met again
	must(t, os.WriteFile(file, dump, 0o600))
	if run, err := a.ImportDump(t.Context(), file); err != nil || run.Same != 2 || run.Stored != 0 || refused(run) != "opinion 1, no-reply 1, replies-differ 1" {
		t.Errorf("Cofacts from a file: %v %s %+v", err, refused(run), run)
	}
	must(t, os.WriteFile(file, []byte("<html>"), 0o600))
	if _, err := a.ImportDump(t.Context(), file); !errors.Is(err, app.ErrNoDump) {
		t.Errorf("a page is taken for a dump: %v", err)
	}
	if b, _ := json.Marshal(archive(t, a)); strings.Contains(string(b), "kin123") {
		t.Error("the hash of a person was kept")
	}
	s.pages["/nothing"] = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html><p>Chào</p></html>") }
	if _, run = s.add(a, desk.ImportSource{Kind: desk.ImportFile, URL: s.URL + "/nothing"}); run.Trouble != desk.ImportForeign {
		t.Errorf("a page without checks: %+v", run)
	}
}

// cofactsDump is a dump as Cofacts publishes it, with the columns that name
// people.
func cofactsDump(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"opendata/articles.csv":        "id,articleType,status,text,userIdsha256,createdAt\na1,TEXT,NORMAL,\"一則\n謠言\",kin123,2026-01-01T00:00:00.000Z\na2,TEXT,NORMAL,真的,kin123,2026-01-01T00:00:00.000Z\na3,TEXT,NORMAL,意見,kin123,x\na4,TEXT,NORMAL,沒有,kin123,x\na5,TEXT,NORMAL,兩種,kin123,x\n",
		"opendata/replies.csv":         "id,type,userIdsha,text\nr1,RUMOR,kin123,不是\nr2,NOT_RUMOR,kin123,是\nr3,OPINIONATED,kin123,看法\n",
		"opendata/article_replies.csv": "articleId,replyId,userIdsha,replyType,status,createdAt\na1,r1,kin123,RUMOR,NORMAL,2026-02-01T00:00:00.000Z\na2,r2,kin123,,NORMAL,2026-02-01T00:00:00.000Z\na3,r3,kin123,OPINIONATED,NORMAL,x\na4,r1,kin123,RUMOR,DELETED,x\na5,r1,kin123,RUMOR,NORMAL,x\na5,r2,kin123,NOT_RUMOR,NORMAL,x\n",
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImportFromAFeed follows a feed to its pages, each once, and again when
// the feed says that a piece changed; pages that fail are tried again.
func TestImportFromAFeed(t *testing.T) {
	s, a, clock := newService(t)
	updated := "2026-11-01T00:00:00Z"
	piece := func(n int) string {
		return fmt.Sprintf(`<entry><id>%d</id><title>Bài %d</title><link href="%s/bai/%d"/><updated>%s</updated></entry>`, n, n, s.URL, n, updated)
	}
	s.pages["/feed.atom"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/atom+xml")
		fmt.Fprint(w, `<feed xmlns="http://www.w3.org/2005/Atom"><title>Kiểm</title>`+piece(1)+piece(2)+piece(3)+piece(4)+`</feed>`)
	}
	page := func(n int, rating, at string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `<html lang="vi"><head><meta property="og:site_name" content="Báo Kiểm"><script type="application/ld+json">{"@context":"https://schema.org","@type":"ClaimReview","claimReviewed":"Điều %d","url":"%s","author":{"@type":"Organization","name":"Báo Kiểm"},"reviewRating":{"@type":"Rating","alternateName":"%s"}}</script></head><body>x</body></html>`, n, at, rating)
		}
	}
	s.pages["/bai/1"] = page(1, "Sai", s.URL+"/bai/1")
	s.pages["/bai/2"] = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html><p>Tin thường</p></html>") }
	s.pages["/bai/3"] = page(3, "Đúng", "https://noi-khac.example/3")
	s.pages["/bai/4"] = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	id, run := s.add(a, desk.ImportSource{Kind: desk.ImportFeed, URL: s.URL + "/feed.atom"})
	if run.Stored != 1 || refused(run) != "page-without 1, not-theirs 1, page-failed 1" {
		t.Fatalf("%s: %+v", refused(run), run)
	}
	if s.count("/robots.txt") == 0 {
		t.Error("robots.txt was not asked for")
	}
	s.mu.Lock()
	s.pages["/bai/4"] = page(4, "Sai", s.URL+"/bai/4")
	s.mu.Unlock()
	clock.pass(7 * time.Hour)
	if again := s.run(a, id); again.Stored != 1 || s.count("/bai/1") != 1 || s.count("/bai/4") != 2 {
		t.Errorf("second run: %+v; asked %v", again, s.asked)
	}
	updated = "2026-11-21T00:00:00Z"
	s.mu.Lock()
	s.pages["/bai/1"] = page(1, "Đúng một nửa", s.URL+"/bai/1")
	s.mu.Unlock()
	if s.run(a, id); archive(t, a)[s.URL+"/bai/1"].Rating != "Đúng một nửa" {
		t.Error("a corrected check of the publisher was not read again")
	}
	s.mu.Lock()
	s.pages["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "User-agent: *\nDisallow: /feed\n") }
	s.mu.Unlock()
	if run := s.run(a, id); run.Trouble != desk.ImportRobots {
		t.Errorf("robots.txt is not kept to: %+v", run)
	}
}

// TestImportFromCofacts pages through GraphQL; what its replies hold to be an
// opinion is left alone.
func TestImportFromCofacts(t *testing.T) {
	s, a, clock := newService(t)
	var since []string
	edge := func(id, kind string) string {
		return fmt.Sprintf(`{"cursor":"c-%s","node":{"id":%q,"text":"訊息 %s","articleReplies":[{"createdAt":"2026-11-01T00:00:00.000Z","reply":{"type":%q}}]}}`, id, id, id, kind)
	}
	s.pages["/graphql"] = func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Query     string
			Variables struct{ Since, After string }
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || !strings.Contains(q.Query, "ListArticles") || strings.Contains(q.Query, "user") {
			t.Errorf("asked %q %v", q.Query, err)
		}
		if q.Variables.After == "" {
			since = append(since, q.Variables.Since)
			fmt.Fprintf(w, `{"data":{"ListArticles":{"edges":[%s,%s],"pageInfo":{"lastCursor":"c-3"}}}}`, edge("1", "RUMOR"), edge("2", "OPINIONATED"))
			return
		}
		fmt.Fprintf(w, `{"data":{"ListArticles":{"edges":[%s],"pageInfo":{"lastCursor":"c-3"}}}}`, edge("3", "NOT_RUMOR"))
	}
	id, run := s.add(a, desk.ImportSource{Kind: desk.ImportCofacts, URL: s.URL + "/graphql"})
	if run.Stored != 2 || refused(run) != "opinion 1" || s.count("/graphql") != 2 {
		t.Fatalf("%+v", run)
	}
	if got := archive(t, a)["https://cofacts.tw/article/1"]; got.Publisher != "Cofacts" || got.Rating != "含有不實訊息" || got.Lang != "zh-Hant" {
		t.Errorf("%+v", got)
	}
	clock.pass(24 * time.Hour)
	if s.run(a, id); since[1] != "2026-11-21T05:00:00Z" {
		t.Errorf("the second run asked for what is newer than %q", since)
	}
	s.pages["/graphql"] = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"errors":[{"message":"x"}]}`) }
	if run := s.run(a, id); run.Trouble != desk.ImportForeign {
		t.Errorf("%+v", run)
	}
}

// TestImportTroubles: each trouble has its code, the source rests, and begins
// where it was. Nothing on this machine can be read from but what a test
// allows.
func TestImportTroubles(t *testing.T) {
	s, a, clock := newService(t)
	for status, want := range map[int]desk.ImportTrouble{403: desk.ImportKeptOut, 404: desk.ImportMissing, 500: desk.ImportServer, 429: desk.ImportPaused} {
		path := fmt.Sprintf("/s%d", status)
		s.pages[path] = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "90000")
			w.WriteHeader(status)
		}
		if _, run := s.add(a, desk.ImportSource{Kind: desk.ImportFile, URL: s.URL + path}); run.Trouble != want {
			t.Errorf("%d: %q", status, run.Trouble)
		}
	}
	for _, src := range []desk.ImportSource{{Kind: desk.ImportFile, URL: "http://127.0.0.1:9/x"}, {Kind: desk.ImportGoogle, URL: "http://127.0.0.1:9", Query: "x"},
		{Kind: desk.ImportCofacts, URL: "http://169.254.169.254/graphql"}, {Kind: desk.ImportFeed, URL: "http://127.0.0.1:9/feed"}} {
		if _, run := s.add(a, src); run.Trouble != desk.ImportForbidden {
			t.Errorf("%s %s: %q", src.Kind, src.URL, run.Trouble)
		}
	}
	if err := a.RunImports(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(s.asked)
	clock.pass(25 * time.Hour)
	if err := a.RunImports(t.Context()); err != nil || len(s.asked) != before+4 {
		t.Errorf("%d asked for a day later, err %v", len(s.asked)-before, err)
	}
}

// TestPausedAndRemovedSourcesRest, and what was taken over stays.
func TestPausedAndRemovedSourcesRest(t *testing.T) {
	s, a, clock := newService(t)
	s.pages["/f.csv"] = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "claim,url,publisher,rating\nMuối chữa bệnh,https://o.example/1,Nơi khác,Sai\n")
	}
	id, _ := s.add(a, desk.ImportSource{Kind: desk.ImportFile, URL: s.URL + "/f.csv"})
	for _, turn := range []desk.ImportTurn{desk.ImportPause, desk.ImportRemove} {
		if err := a.Desk.TurnImportSource(t.Context(), desk.Program(), id, turn); err != nil {
			t.Fatal(err)
		}
		clock.pass(8 * time.Hour)
		before := len(s.asked)
		if err := a.RunImports(t.Context()); err != nil || len(s.asked) != before {
			t.Errorf("%s: read all the same (%v)", turn, err)
		}
	}
	if len(archive(t, a)) != 1 {
		t.Error("what was taken over has gone")
	}
	// None of it counts as ours.
	if rs, err := a.Desk.Published(t.Context(), desk.RevisionFilter{Below: 1 << 60}); err != nil || len(rs) != 0 {
		t.Errorf("imported checks among our own: %v %v", rs, err)
	}
}
