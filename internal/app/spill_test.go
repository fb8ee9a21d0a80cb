package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/parquet-go/parquet-go"

	"soi/internal/api/dump"
	"soi/internal/app/apptest"
	"soi/internal/exchange"
)

// TestNothingUnpublishedLeaves: the database holds two words of no language
// behind every text that is not published, in every table, and identities in
// tips, mails and accounts; whatever the program answers without a member of
// staff being signed in holds none of them. What there is to ask for is read
// from the tables of routes: one that nobody says how to ask for is an error.
func TestNothingUnpublishedLeaves(t *testing.T) {
	s := newSpill(t)
	asked := s.places()
	for _, r := range s.Routes() {
		if !r.Public {
			continue
		}
		if why := notAsked[r.Pattern]; why != "" {
			continue
		}
		method, path, _ := strings.Cut(r.Pattern, " ")
		paths := asked[r.Pattern]
		if method != http.MethodGet {
			if !slices.Contains(s.posts(), r.Pattern) {
				t.Errorf("nobody says what is sent to %s", r.Pattern)
			}
			continue
		}
		if path = strings.TrimSuffix(path, "{$}"); !strings.Contains(path, "{") && !strings.HasSuffix(path, "/log/") {
			paths = append(paths, path)
		}
		if len(paths) == 0 {
			t.Errorf("nobody says how to ask for %s", r.Pattern)
		}
		s.walk(r.Pattern, paths)
	}
	s.sent()
	s.tools()
	s.shelves()
	s.told()
	s.openData()
}

// notAsked are routes that answer with nothing of the database, or that others
// look into, with the reason.
var notAsked = map[string]string{
	"GET /copies/{sum}": "what it shows is published evidence; TestCopies", "GET /copies/{sum}/page": "the same", "GET /copies/{sum}/shot": "the same", "GET /copies/{sum}/file": "the same", "GET /copies/{sum}/warc": "the same",
	"GET /digests/{name}": "digests have a test of their own", "GET /subscribe/{link}": "the same", "GET /subscribe/{link}/leave": "the same", "POST /subscribe": "the same", "POST /subscribe/{link}": "the same", "POST /subscribe/{link}/leave": "the same",
	"GET /static/{name}": "files of the program", "GET /x": "a stand-in", "POST /x": "a stand-in", "GET /signin/outside": "leads to another service", "GET /signin/outside/back": "the same",
	"GET /signin/link/{token}": "names the account of its holder", "POST /signin/link/{token}": "the same", "POST /desk/sign-in": "answers with the form", "POST /desk/sign-in/passkey": "a challenge", "POST /desk/sign-in/passkey/finish": "yes or no",
	"POST /expert/{token}": "leads back to its page", "POST /r/{link}/answer": "the same", "POST /r/{link}/more": "the same", "POST /checks/{id}/appeal": "leads to the page of the appeal", "POST /t/{code}/appeal": "the same",
	"POST /checks/{id}/helped": "leads back to the check", "POST /ask/choose": "leads to the ticket's page", "POST /fediverse/inbox": "answers with a status", "POST /api/v1/tips/{ticket}/choice": "answers as the tip does",
	"GET /t/{code}/appeal": "an empty form, for who was refused", "GET /sitemap/{n}": "parts of a sitemap of more than 50,000 pages",
}

// ownWords are columns that whoever holds a key may read: their own question
// or message.
var ownWords = map[string][]string{
	"GET /r/{link}":       {"requestquestion", "requestplan", "requestwhy"},
	"GET /expert/{token}": {"opinionquestion", "opinionasked", "expertname", "expertinstitution", "claimtext"},
	"GET /t/{code}":       {"own"}, "GET /exchange/shelf": {"claimtext"}, // what staff typed
}

// places says how each route is asked for whose pattern has a place for
// something, and what else than its bare address others are asked for.
func (s *spill) places() map[string][]string {
	checks := s.in.Column("SELECT verdict FROM revision GROUP BY verdict ORDER BY max(rev) DESC, max(log_index) DESC LIMIT 7")
	explainers := s.in.Column("SELECT DISTINCT explainer FROM explainer_revision")
	out := map[string][]string{
		"GET /topics/{topic}": each("/topics/%s", "health"), "GET /places/{place}": each("/places/%s", "hue"), "GET /archive/{month}": each("/archive/%s", s.Server.Desk.Now().Format("2006-01")),
		"GET /bodies/{id}": each("/bodies/%s", s.body), "GET /data/{name}": each("/data/%s", s.files()...), "GET /embed/topic/{topic}": each("/embed/topic/%s", "health"),
		"GET /appeals/{id}": each("/appeals/%s", s.ruling), "GET /appeals/t/{code}": each("/appeals/t/%s", s.appealCode), "GET /r/{link}": each("/r/%s", s.bodyLink), "GET /expert/{token}": each("/expert/%s", s.expertLink),
		"GET /deadlines/{name}": each("/deadlines/%s.ics", s.calendar), "GET /checks/{id}/preview.png": each("/checks/%s/preview.png", checks[0]), "GET /explainers/{id}/preview.png": each("/explainers/%s/preview.png", explainers[0]),
		"GET /.well-known/webfinger": {"/.well-known/webfinger?resource=" + url.QueryEscape("acct:checks@"+strings.TrimPrefix(s.URL, "http://"))}, "GET /fediverse/outbox": {"/fediverse/outbox?page=1"},
		"GET /api/v1/channels/check": {"/api/v1/channels/check?q=sotran.example"}, "GET /channels/check": {"/channels/check?q=sotran.example", "/channels/check?q=zqalinkxqz.example"}, "GET /checks": {"/checks?topic=health&rating=false"}, "GET /embed": {"/embed?id=" + checks[0]},
		"GET /v1alpha1/claims:search": {"/v1alpha1/claims:search?reviewPublisherSiteFilter=127.0.0.1"}, "GET /exchange/shelf": s.shelfPaths(),
	}
	for pattern, path := range map[string]string{"GET /checks/{id}": "/checks/%s", "GET /checks/{id}/rev/{n}": "/checks/%s/rev/1", "GET /checks/{id}/appeal": "/checks/%s/appeal", "GET /embed/check/{id}": "/embed/check/%s",
		"GET /fediverse/checks/{id}": "/fediverse/checks/%s", "GET /api/v1/checks/{id}": "/api/v1/checks/%s", "GET /api/v1/checks/{id}/revisions": "/api/v1/checks/%s/revisions", "GET /oembed": "/oembed?url=" + url.QueryEscape(s.URL+"/checks/") + "%s",
		"GET /log/": "/log/proof/%s/1.tlog-proof"} {
		out[pattern] = append(out[pattern], each(path, checks...)...)
	}
	out["GET /oembed"] = append(out["GET /oembed"], out["GET /oembed"][0]+"&format=xml")
	out["GET /explainers/{id}"] = each("/explainers/%s", explainers...)
	out["GET /log/"] = append(append(out["GET /log/"], each("/log/%s", "checkpoint", "vkey", "policy.txt", "verify", "tile/0/000.p/1", "tile/entries/000.p/1")...),
		append(each("/log/proof/ruling/%s.tlog-proof", s.ruling), each("/log/doc/%s", s.in.Column("SELECT lower(hex(hash)) FROM document ORDER BY rowid DESC LIMIT 25")...)...)...)
	words := []string{"nước", "chanh", "Bể nước có rong", "zqatiptextxqz", "zqaclaimtextxqz", "zqaclaimtippedxqz", "zqastaffnamexqz", "zqatellxqz"}
	for _, list := range []string{"GET /search", "GET /search.rss", "GET /search.atom", "GET /search.json", "GET /api/v1/search", "GET /api/v1/match"} {
		out[list] = append(out[list], each(strings.TrimPrefix(list, "GET ")+"?q=%s", words...)...)
	}
	out["GET /v1alpha1/claims:search"] = append(out["GET /v1alpha1/claims:search"], each("/v1alpha1/claims:search?query=%s", words...)...)
	open, answered := s.asks("Nghe nói nước bể đổi màu zqaownxqz là có độc, có đúng không?"), s.asks("Ai cũng phải uống đủ tám cốc nước mỗi ngày.")
	out["GET /t/{code}"], out["GET /api/v1/tips/{ticket}"] = each("/t/%s", open, answered), each("/api/v1/tips/%s", s.tips())
	return out
}

// each writes an address for each of some things.
func each(format string, things ...string) (out []string) {
	for _, x := range things {
		out = append(out, strings.Replace(format, "%s", url.PathEscape(x), 1))
	}
	return out
}

// walk asks for the addresses of one route, in each language, and judges what
// comes. One of them at least has to answer.
func (s *spill) walk(pattern string, paths []string) {
	answered := false
	for _, path := range paths {
		for _, prefix := range []string{"", "/en"} {
			header := http.Header{}
			if strings.HasPrefix(pattern, "GET /api/") {
				header.Set("Authorization", "Bearer "+s.key)
			}
			status, body := s.fetch(http.MethodGet, prefix+path, nil, header)
			answered = answered || status == http.StatusOK
			if status >= 500 {
				s.t.Errorf("%s: %d", prefix+path, status)
			}
			s.judge(pattern+" "+prefix+path, body, append(s.echo(path), ownWords[pattern]...)...)
		}
	}
	if !answered && len(paths) > 0 {
		s.t.Errorf("%s answers nothing to %v", pattern, paths)
	}
}

// echo is the word that an address asks for, which its answer may repeat; the
// word that stands behind it everywhere may not follow.
func (s *spill) echo(path string) []string { return marks.FindAllString(path, -1) }

// judge wants none of the planted words in a text.
func (s *spill) judge(where, text string, may ...string) {
	s.t.Helper()
	for _, m := range marks.FindAllString(text, -1) {
		if m = strings.ToLower(m); !slices.Contains(may, m) && !slices.Contains(may, strings.TrimSuffix(m[min(len(m), 3):], "xqz")) {
			i := strings.Index(strings.ToLower(text), m)
			s.t.Errorf("%s holds %s: …%s", where, m, text[max(0, i-90):min(len(text), i+40)])
			return
		}
	}
}

// posts are what is sent to routes that answer with more than an address.
func (s *spill) posts() []string {
	return []string{"POST /ask", "POST /share", "POST /api/v1/tips", "POST /mcp"}
}

// asks hands a question in as a reader does and returns its ticket.
func (s *spill) asks(text string) string {
	status, body := s.fetch(http.MethodPost, "/ask", url.Values{"form": {formValue()}, "text": {text}}, nil)
	code := string(ticketShown.Find([]byte(body)))
	if status != http.StatusOK || code == "" {
		s.t.Fatalf("ask: %d %s", status, body)
	}
	s.judge("the answer to a question", body, "zqaownxqz")
	return code
}

// tips hands one in as a program does and returns its ticket.
func (s *spill) tips() string {
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/api/v1/tips", strings.NewReader(`{"text":"Bể nước có rong xanh zqaownxqz, có đúng không?"}`))
	must(s.t, err)
	r.Header = http.Header{"Authorization": {"Bearer " + s.key}, "Content-Type": {"application/json"}, "Idempotency-Key": {"spill-0001"}}
	resp, err := http.DefaultClient.Do(r)
	must(s.t, err)
	defer resp.Body.Close()
	var tip map[string]any
	must(s.t, json.NewDecoder(resp.Body).Decode(&tip))
	s.judge("the answer to a program", fmt.Sprint(tip))
	return fmt.Sprint(tip["ticket"])
}

// sent sends the forms that answer with a page.
func (s *spill) sent() {
	_, body := s.fetch(http.MethodPost, "/share", url.Values{"text": {"zqaownxqz"}, "title": {"Nghe nói nước bể có độc"}}, nil)
	s.judge("a shared text", body, "zqaownxqz")
}

// tools calls every tool for assistants.
func (s *spill) tools() {
	t := s.t
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: s.URL + "/mcp", DisableStandaloneSSE: true}, nil)
	must(t, err)
	defer c.Close()
	check := s.in.Column("SELECT verdict FROM revision WHERE rev = 1 ORDER BY log_index LIMIT 1")[0]
	args := map[string][]map[string]any{"search_checks": {{"query": "nước"}, {"query": "zqatiptextxqz"}}, "get_check": {{"id": check}}, "has_this_been_checked": {{"message": "Bể nước có rong xanh"}, {"message": "zqaclaimtextxqz"}},
		"open_questions": {{}}, "verify_entry": {{"id": check, "revision": 1}}}
	list, err := c.ListTools(t.Context(), nil)
	must(t, err)
	for _, tool := range list.Tools {
		if args[tool.Name] == nil {
			t.Errorf("nobody says how to call %s", tool.Name)
		}
		for _, a := range args[tool.Name] {
			got, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: tool.Name, Arguments: a})
			must(t, err)
			b, err := json.Marshal(got)
			must(t, err)
			if got.IsError {
				t.Errorf("%s: %s", tool.Name, b)
			}
			s.judge("the tool "+tool.Name, string(b))
		}
	}
}

// shelfPaths asks for our shelf as the peer that may read it.
func (s *spill) shelfPaths() []string {
	must(s.t, s.Exchange(s.t.Context()))
	name, _, err := s.ExchangeSelf()
	must(s.t, err)
	q, err := exchange.RequestQuery(s.reader, name, 0, s.Server.Desk.Now())
	must(s.t, err)
	return []string{"/exchange/shelf?" + q}
}

// shelves wants what is laid out to be more than nothing: the walk judged it.
func (s *spill) shelves() {
	_, body := s.fetch(http.MethodGet, s.shelfPaths()[0], nil, nil)
	if !strings.Contains(body, `"kind":"check"`) {
		s.t.Errorf("the shelf holds no check: %.300s", body)
	}
}

// told publishes a check and judges what a follower is sent.
func (s *spill) told() {
	t := s.t
	publishOne(t, s.App, 743)
	apptest.Wait(t, "a check told", func(context.Context) bool { return len(s.follower.arrived()) > 1 })
	s.follower.set(func() {
		b, err := json.Marshal(s.follower.got)
		must(t, err)
		s.judge("what a follower is sent", string(b))
	})
}

// files are those of the open data that the site gives out.
func (s *spill) files() (out []string) {
	list, err := os.ReadDir(filepath.Join(s.Config.Data, "open-data"))
	must(s.t, err)
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

// openData makes a dump and reads each of its files, as a program does and
// over the site.
func (s *spill) openData() {
	t, dir := s.t, filepath.Join(s.t.TempDir(), "open")
	_, err := s.Export(t.Context(), dir)
	must(t, err)
	list, err := os.ReadDir(dir)
	must(t, err)
	seen := map[string]int{}
	for _, e := range list {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		seen[filepath.Ext(e.Name())]++
		s.judge("open data, "+e.Name(), string(b))
	}
	if seen[".csv"] == 0 || seen[".jsonl"] == 0 || seen[".parquet"] == 0 || seen[".json"] == 0 {
		t.Errorf("the forms of open data: %v", slices.Collect(maps.Keys(seen)))
	}
	checks, err := parquet.ReadFile[dump.Check](filepath.Join(dir, "checks.parquet"))
	must(t, err)
	sources, err := parquet.ReadFile[dump.Source](filepath.Join(dir, "sources.parquet"))
	must(t, err)
	b, err := json.Marshal([]any{checks, sources})
	must(t, err)
	s.judge("open data, unpacked", string(b))
}
