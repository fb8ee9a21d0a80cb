package e2e

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/fetch"
)

// printed is the press of the tests: two outlets that print the same wire
// text. Nothing is fetched over a network.
type printed struct{}

// Get implements the reader's Web.
func (printed) Get(_ context.Context, q fetch.Request) (*fetch.Page, error) {
	p := &fetch.Page{URL: q.URL, Status: http.StatusNotFound, Chain: []fetch.Hop{{URL: q.URL, Status: http.StatusNotFound}}, Header: http.Header{}, At: time.Now()}
	host := strings.Split(q.URL, "/")[2]
	switch {
	case strings.HasSuffix(q.URL, "/rss"):
		p.Body = []byte(`<rss version="2.0"><channel><title>Feed of ` + host + `</title><item><guid>` + host + `</guid><link>https://` + host + `/piece</link><title>Sugar prices</title><author>Somebody Who Writes</author><description>` +
			"According to the report, the price of sugar in the district rose by 37 percent last year, the highest rate since 2011. " +
			"The ministry said 3 million people lost access to clean water in 2025, according to data published yesterday. " +
			"What a wonderful 20 years it has been! We should cut taxes by 10 percent now. The shop by the river, where three streets meet, is painted in blue and white." +
			`</description></item></channel></rss>`)
	case strings.HasSuffix(q.URL, "/"):
		p.Body = []byte(`<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>Front page</body></html>`)
	default:
		return p, nil
	}
	p.Status = http.StatusOK
	p.Chain[0].Status = http.StatusOK
	return p, nil
}

// readsPress lets a desk of the tests read the press of the tests.
func readsPress(o *app.Options) { o.Press = printed{} }

// thePress: an editor tries an address, adds two outlets, which everyone can
// see; a sentence of theirs is suggested once, and becomes a claim because a
// checker says so.
func thePress(t *testing.T, w *world) {
	editor := w.staff(t, "Reader of the press", desk.Editor)
	editor.Go("/en/desk/feeds")
	editor.Fill("Address of the feed", "https://one.example/")
	editor.Click("Show what would come")
	editor.See("What came is no feed.")
	editor.See("https://one.example/rss")
	for _, host := range []string{"one.example", "two.example"} {
		editor.Go("/en/desk/feeds?url=https://" + host + "/rss")
		editor.Fill("Name, as readers know it", "Paper "+host)
		editor.Fill("Address of its front page", "https://"+host+"/")
		editor.Fill("Address of its imprint", "https://"+host+"/imprint")
		editor.Fill("Why the desk reads it (public)", "Read in the whole district")
		editor.Click("Add an outlet")
		editor.See("Paper " + host)
	}
	editor.Fits()
	editor.AxeLightAndDark()
	reader := w.phone(t)
	reader.Go("/en/outlets")
	reader.See("Paper one.example")
	reader.See("Read in the whole district")
	reader.Fits()
	reader.Axe()
	lists(t, w)

	checker := w.open(t, browsertest.Options{Language: "en", NoScripts: true})
	w.signIn(t, checker, w.desk.Member(t, "Checker of the press", desk.Checker))
	for began := time.Now(); ; {
		checker.Go("/en/desk/press")
		if strings.Contains(checker.Text(), "also in") || time.Since(began) > 90*time.Second {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	checker.See("the price of sugar in the district rose by 37 percent")
	checker.See("The same text, counted once, also in")
	checker.See("a share or percentage")
	for _, never := range []string{"wonderful", "cut taxes", "Somebody Who Writes", "painted"} {
		checker.DontSee(never)
	}
	checker.Fits()
	checker.Axe()
	checker.Click("Make it a claim")
	checker.See("the price of sugar in the district rose by 37 percent")
	checker.See("Paper ")
	checker.Go("/en/desk/press")
	checker.DontSee("the price of sugar in the district")
	reader.Go("/en/outlets")
	reader.DontSee("sugar")
}

// lists: everyone gets the list of what is read as a file for other readers; a
// pasted text that is none stays in its field.
func lists(t *testing.T, w *world) {
	got := w.person(t, "203.0.113.90").get("/outlets.opml")
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/x-opml") || !strings.Contains(got.header.Get("Content-Disposition"), "outlets.opml") {
		t.Errorf("the list as a file: %d %v", got.status, got.header)
	}
	for _, want := range []string{`xmlUrl="https://one.example/rss"`, `xmlUrl="https://two.example/rss"`, `imprint="https://one.example/imprint"`, `reason="Read in the whole district"`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the list as a file has no %s:\n%s", want, got.body)
		}
	}
	editor := w.person(t, "203.0.113.91")
	editor.enter(w.desk.Link(t, w.desk.Member(t, "Keeper of lists", desk.Editor)))
	same := editor.post("/en/desk/feeds/list", url.Values{"opml": {got.body}})
	if same.status != http.StatusOK || !strings.Contains(same.body, "Added: 0 outlets, 0 feeds. Read already: 2.") {
		t.Errorf("the same list brought back: %d\n%s", same.status, same.body)
	}
	bad := editor.post("/en/desk/feeds/list", url.Values{"opml": {"no list at all"}, "reason": {"a reason typed"}})
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, "no list at all</textarea>") || !strings.Contains(bad.body, `value="a reason typed"`) {
		t.Errorf("what is no list: %d\n%s", bad.status, bad.body)
	}
}
