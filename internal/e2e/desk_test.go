package e2e

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// world is a demo desk that runs and a browser to use it with. The stories
// share it: each works on claims and accounts of its own.
type world struct {
	desk    *apptest.Desk
	browser *browsertest.Browser
	windows atomic.Int64 // opened so far
	base    string       // http://localhost:PORT: browsers make passkeys for a name alone

	appealLinks []string // pages of appeals that only their codes lead to

	bodyLink string // a body's personal link, once its story has been told
}

// TestDesk is every story on one demo desk.
func TestDesk(t *testing.T) {
	w := &world{browser: browsertest.Start(t)}
	w.desk, w.base = start(t, apptest.Options{Demo: true, With: readsPress})
	for _, story := range []struct {
		name string
		tell func(*testing.T, *world)
	}{
		{"one claim all the way", oneClaim},
		{"choosing", choosing},
		{"deskwork", deskwork},
		{"stale forms", stale},
		{"together", together},
		{"two reviewers", twoReviewers},
		{"twice", twice},
		{"keyboard", keyboard},
		{"keys alone", keysAlone},
		{"the order of work", orderOfWork},
		{"passkeys", passkeys},
		{"at the counter", atTheCounter},
		{"in a frame", inAFrame},
		{"without a network", withoutNetwork},
		{"a check in a frame", aCheckInAFrame},
		{"a picture", aPicture},
		{"the press", thePress},
		{"practising", practising},
		{"explaining", explaining},
		{"asking the body", askingTheBody},
		{"real channels", realChannels},
		{"sources and after", sourcesAndAfter},
		{"appealing", appealing},
		{"reporting", reporting},
		{"six people", sixPeople},
		{"counting the steps", countingSteps},
		{"bad input", badInput},
		{"every page", everyPage},
	} {
		t.Run(story.name, func(t *testing.T) {
			began := time.Now()
			story.tell(t, w)
			t.Logf("%.1f s", time.Since(began).Seconds())
		})
	}
}

// start runs a desk whose public address is localhost. It stands as behind a
// proxy, so that plain requests of the tests can come from many networks and
// each story has the budgets of people of its own.
func start(t *testing.T, o apptest.Options) (*apptest.Desk, string) {
	t.Helper()
	o.Listen = apptest.FreePort(t)
	base := "http://localhost:" + o.Listen[strings.LastIndexByte(o.Listen, ':')+1:]
	settings := map[string]string{"public-url": base, "proxy": "true", "idle-minutes": "240"}
	for k, v := range o.Settings {
		settings[k] = v
	}
	o.Settings = settings
	return apptest.Start(t, o), base
}

// phone opens an asker's window: small, and without scripts.
func (w *world) phone(t *testing.T) *browsertest.Window {
	t.Helper()
	return w.open(t, browsertest.Options{Phone: true, NoScripts: true})
}

// open opens a window and sees to it that it stays clean until the story ends.
func (w *world) open(t *testing.T, o browsertest.Options) *browsertest.Window {
	t.Helper()
	if o.Network == "" { // each person has a network, and its budgets, of their own
		n := w.windows.Add(1)
		o.Network = fmt.Sprintf("198.51.%d.%d", 100+n/250, 1+n%250)
	}
	win := w.browser.Open(t, w.base, o)
	t.Cleanup(win.Clean)
	return win
}

// staff opens an account for the story and signs it in, in English.
func (w *world) staff(t *testing.T, name string, r desk.Role) *browsertest.Window {
	t.Helper()
	win := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, win, w.desk.Member(t, name, r))
	return win
}

// signIn uses a one-time link as its owner does and goes to the queue.
func (w *world) signIn(t *testing.T, win *browsertest.Window, who desk.Staff) {
	t.Helper()
	link := strings.Replace(w.desk.Link(t, who), w.base, w.base+"/en", 1)
	win.Go(link)
	win.Click("Sign in as " + who.Name)
	win.See(who.Name)
	win.Go("/en/desk")
	win.See("Queue")
}

// person is somebody with a program instead of a browser: cookies, an address
// of their own, and the headers a browser would send with its own forms.
type person struct {
	t      *testing.T
	base   string
	client *http.Client
	header http.Header // added to each request; a nil value leaves a header out
}

// person returns a new person behind the address 203.0.113.n.
func (w *world) person(t *testing.T, network string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, base: w.base, client: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "X-Forwarded-For": {network}, "Accept-Language": {"en"}}}
}

// enter signs the person in by a one-time link.
func (p *person) enter(link string) {
	p.t.Helper()
	if got := p.post(strings.TrimPrefix(link, p.base), nil); got.status != http.StatusSeeOther {
		p.t.Fatalf("sign in by link: %d\n%s", got.status, got.body)
	}
}

// reply is what came back.
type reply struct {
	status int
	body   string
	header http.Header
}

// get asks for a page.
func (p *person) get(path string) reply {
	p.t.Helper()
	return p.do(http.MethodGet, path, "", "")
}

// post sends a form.
func (p *person) post(path string, form url.Values) reply {
	p.t.Helper()
	return p.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}
