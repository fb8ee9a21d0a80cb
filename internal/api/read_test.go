package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// someCheck is the id of a published check.
func someCheck(w *world) string {
	w.t.Helper()
	rs, err := w.d.Desk.Published(w.t.Context(), desk.RevisionFilter{Below: w.d.Signed(), Kinds: []desk.Kind{desk.KindPublish}, Limit: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(rs[0].Verdict)
}

// needed lists the parameters of the address that an operation cannot do without.
func needed(w *world, op any) (out []string) {
	for _, p := range listOf(at(op, "parameters")) {
		m := asMap(p)
		if ref, ok := m["$ref"].(string); ok {
			m = asMap(at(w.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...))
		}
		if m["in"] == "query" && m["required"] == true {
			out = append(out, m["name"].(string))
		}
	}
	return out
}

func listOf(v any) []any {
	l, _ := v.([]any)
	return l
}

// noKey leaves the key out.
var noKey = http.Header{"Authorization": nil}

// into reads an answer.
func into[T any](t *testing.T, a answer) (out T) {
	t.Helper()
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("%v\n%s", err, a.body)
	}
	return out
}

// readable are the addresses for reading, with one of each kind of page.
func (w *world) readable() []string {
	id := someCheck(w)
	return []string{"/api/v1/checks", "/api/v1/checks/" + id, "/api/v1/checks/" + id + "/revisions", "/api/v1/search?q=uong+nuoc", "/api/v1/match?q=" + url.QueryEscape(known),
		"/api/v1/topics", "/api/v1/explainers", "/api/v1/corrections", "/api/v1/questions", "/api/v1/log", "/v1alpha1/claims:search?query=uong+nuoc", "/api/v1/channels/check?q=0912345678"}
}

// readingByPrograms is all of it on one desk; the last uses up the budget of those without a key.
func readingByPrograms(t *testing.T, seen map[string]bool) {
	w := newWorld(t, seen, apptest.Options{Demo: true})
	readingIsPaged(t, w)
	claimsSearchAnswers(t, w)
	readingIsOpen(t, w)
}

func readingIsOpen(t *testing.T, w *world) {
	describedBySpecification(t, w)
	for _, path := range w.readable() {
		first := w.ask("GET", path, "", noKey)
		if first.status != 200 || first.header.Get("Access-Control-Allow-Origin") != "*" || len(first.body) < 10 {
			t.Fatalf("%s: %d %s", path, first.status, first.body)
		}
		if again := w.ask("GET", path, "", http.Header{"Authorization": nil, "If-None-Match": {first.header.Get("ETag")}}); again.status != 304 {
			t.Errorf("%s again: %d", path, again.status)
		}
		if got := w.ask("GET", path, "", http.Header{"Authorization": {"Bearer soi_" + strings.Repeat("x", 43)}}); got.status != 401 {
			t.Errorf("%s with a wrong key: %d", path, got.status)
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodOptions, w.d.URL+path, nil)
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s before: %v %v", path, resp, err)
		}
	}
	one := into[struct {
		Claim, Body string
		Evidence    []struct{ Title string }
		Revision    int
	}](t, w.ask("GET", "/api/v1/checks/"+someCheck(w), "", noKey))
	if one.Claim == "" || one.Body == "" || len(one.Evidence) == 0 || one.Evidence[0].Title == "" || one.Revision < 1 {
		t.Errorf("%+v", one)
	}
	for _, path := range []string{"/api/v1/checks/nothing", "/api/v1/checks/nothing/revisions"} {
		if got := w.ask("GET", path, "", noKey); got.status != 404 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	for _, path := range []string{"/api/v1/checks?limit=0", "/api/v1/checks?topic=gossip", "/api/v1/checks?cursor=zz", "/api/v1/corrections?kind=publish", "/api/v1/search", "/api/v1/search?q=a&limit=1000",
		"/api/v1/match", "/api/v1/channels/check", "/v1alpha1/claims:search", "/v1alpha1/claims:search?query=a&pageSize=x"} {
		if got := w.ask("GET", path, "", noKey); got.status != 400 || got.code() != "query" {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	lookingUpIsNoTip(t, w)
	for range 400 {
		if w.ask("GET", "/api/v1/log", "", noKey).status == 429 {
			break
		}
	}
	for _, path := range w.readable() {
		got := w.ask("GET", path, "", noKey)
		for range 20 { // a little comes back while a busy machine works
			if got.status == 429 {
				break
			}
			got = w.ask("GET", path, "", noKey)
		}
		if got.status != 429 {
			t.Errorf("%s without a budget: %d", path, got.status)
		}
		if got := w.ask("GET", path, "", nil); got.status != 200 {
			t.Errorf("%s with a key: %d", path, got.status)
		}
	}
}

// describedBySpecification has a library of others read the description, which knows the rules of OpenAPI 3.1.
func describedBySpecification(t *testing.T, w *world) {
	b, err := json.Marshal(w.doc)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if doc.Paths.Find("/api/v1/match") == nil {
		t.Error("the library reads no paths")
	}
	delete(asMap(asMap(w.doc)["info"]), "title") // it can refuse
	b, _ = json.Marshal(w.doc)
	if doc, err := openapi3.NewLoader().LoadFromData(b); err == nil && doc.Validate(t.Context()) == nil {
		t.Error("a description without a title is taken")
	}
	asMap(w.doc["info"])["title"] = "soi"
}

// lookingUpIsNoTip: asking whether something was checked stores nothing.
func lookingUpIsNoTip(t *testing.T, w *world) {
	type known2 struct {
		Decision string
		Results  []struct{ URL, Kind string }
	}
	got := into[known2](t, w.ask("GET", "/api/v1/match?lang=en&q="+url.QueryEscape(known), "", noKey))
	if got.Decision != "same" || len(got.Results) != 1 || got.Results[0].Kind != "check" || !strings.Contains(got.Results[0].URL, "/en/checks/") {
		t.Errorf("known: %+v", got)
	}
	if got := into[known2](t, w.ask("GET", "/api/v1/match?q="+url.QueryEscape(unknown), "", noKey)); got.Decision != "new" || len(got.Results) != 0 {
		t.Errorf("unknown: %+v", got)
	}
	all, err := w.d.Desk.TipsOf(t.Context(), desk.As(w.member()), desk.TipFilter{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, tip := range all {
		if tip.Text == unknown || tip.Channel == "api" {
			t.Errorf("a tip was made: %+v", tip)
		}
	}
}

// page is a page of a list of checks.
type page struct {
	Results []struct {
		ID, Kind, Topic, Rating, Updated string
		Langs                            []string
		Withdrawn                        bool
	}
	Next string
}

func readingIsPaged(t *testing.T, w *world) {
	whole := func(query string, limit int) (out page) {
		t.Helper()
		for cursor := "-"; cursor != ""; {
			p := into[page](t, w.ask("GET", fmt.Sprintf("/api/v1/checks?limit=%d&%s&cursor=%s", limit, query, strings.Trim(cursor, "-")), "", noKey))
			if len(p.Results) > limit {
				t.Fatalf("%d results on a page of %d", len(p.Results), limit)
			}
			out.Results, cursor = append(out.Results, p.Results...), p.Next
		}
		return out
	}
	all, again := whole("", 100), whole("", 13)
	if len(all.Results) < 20 || len(all.Results) != len(again.Results) {
		t.Fatalf("%d checks, %d by small pages", len(all.Results), len(again.Results))
	}
	seen := map[string]bool{}
	for i, c := range all.Results {
		if again.Results[i].ID != c.ID || c.Withdrawn || seen[c.ID] {
			t.Errorf("place %d: %+v", i, c)
		}
		seen[c.ID] = true
	}
	for query, ok := range map[string]func(i int) bool{
		"topic=health":    func(i int) bool { return all.Results[i].Topic == "health" },
		"rating=false":    func(i int) bool { return all.Results[i].Rating == "false" },
		"written_in=en":   func(i int) bool { return slices.Contains(all.Results[i].Langs, "en") },
		"place=ha-noi":    func(int) bool { return false },
		"withdrawn=false": func(int) bool { return true },
	} {
		want := 0
		for i := range all.Results {
			if ok(i) {
				want++
			}
		}
		if got := whole(query, 100); len(got.Results) != want {
			t.Errorf("%s: %d, want %d", query, len(got.Results), want)
		}
	}
	changes := into[page](t, w.ask("GET", "/api/v1/corrections?limit=1", "", noKey))
	if len(changes.Results) != 1 || changes.Results[0].Kind == "publish" {
		t.Errorf("%+v", changes)
	}
	for _, c := range into[page](t, w.ask("GET", "/api/v1/corrections?kind=withdraw", "", noKey)).Results {
		if c.Kind != "withdraw" || !c.Withdrawn || c.Rating != "" {
			t.Errorf("%+v", c)
		}
	}
}

// googleClaims is the answer as Google documents it, written down here anew.
type googleClaims struct {
	Claims []struct {
		Text        string `json:"text"`
		Claimant    string `json:"claimant"`
		ClaimDate   string `json:"claimDate"`
		ClaimReview []struct {
			Publisher struct {
				Name string `json:"name"`
				Site string `json:"site"`
			} `json:"publisher"`
			URL           string `json:"url"`
			Title         string `json:"title"`
			ReviewDate    string `json:"reviewDate"`
			TextualRating string `json:"textualRating"`
			LanguageCode  string `json:"languageCode"`
		} `json:"claimReview"`
	} `json:"claims"`
	NextPageToken string `json:"nextPageToken"`
}

func claimsSearchAnswers(t *testing.T, w *world) {
	search := func(query string) googleClaims {
		t.Helper()
		return into[googleClaims](t, w.ask("GET", "/v1alpha1/claims:search?key=AIzaNothing&"+query, "", noKey))
	}
	host := strings.Split(strings.TrimPrefix(w.d.Config.PublicURL, "http://"), ":")[0]
	got := search("languageCode=vi&query=" + url.QueryEscape(known))
	if len(got.Claims) == 0 {
		t.Fatal("nothing found")
	}
	first := got.Claims[0]
	r := first.ClaimReview[0]
	if first.Text == "" || first.Claimant != "" || r.Publisher.Site != host || r.Publisher.Name != w.d.Config.Name || r.TextualRating == "" || r.LanguageCode != "vi" || !strings.HasPrefix(r.URL, w.d.Config.PublicURL) || r.ReviewDate == "" {
		t.Errorf("%+v", first)
	}
	var all []string
	token := ""
	for range 50 {
		p := search("pageSize=30&reviewPublisherSiteFilter=" + host + "&pageToken=" + token)
		for _, c := range p.Claims {
			all = append(all, c.ClaimReview[0].URL)
		}
		if token = p.NextPageToken; token == "" {
			break
		}
	}
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	if len(all) < 10 || len(slices.Compact(sorted)) != len(all) {
		t.Errorf("%d by pages", len(all))
	}
	if off := search("pageSize=1&offset=1&reviewPublisherSiteFilter=" + host); len(off.Claims) != 1 || off.Claims[0].ClaimReview[0].URL != all[1] {
		t.Errorf("offset: %+v", off)
	}
	if old := search("maxAgeDays=1&query=" + url.QueryEscape(known) + "&reviewPublisherSiteFilter=elsewhere.example"); len(old.Claims) != 0 {
		t.Errorf("another publisher: %+v", old)
	}
}
