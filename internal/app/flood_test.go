package app_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
)

// A flood is one text from everywhere, with real tips in between: 98 of 100
// are junk (trust.md T10); a tenth of it under the race detector, which makes
// the database ten times slower. Most of the junk is handed to the desk as the form
// hands it over, a part of it and all real tips come over HTTP.
const (
	floodJunk = 30_000
	floodHTTP = 900
	floodReal = 600
)

func TestAFloodHidesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty thousand tips; run without -short")
	}
	d := apptest.Start(t, apptest.Options{Data: inMemory(t)})
	words := rand.New(rand.NewPCG(3, 5))
	junk, real := nonsense(words, 12), map[string]bool{}
	var queue []string
	for len(real) < floodReal {
		text := nonsense(words, 12)
		real[text], queue = true, append(queue, text)
	}
	for range floodJunk {
		queue = append(queue, junk)
	}
	words.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })

	watch := watchDesk(t, d)
	statuses := map[int]int{}
	var mu sync.Mutex
	start := time.Now()
	handed, tip := 0, match.ReadTip(junk)
	atOnce(workers, queue, func(text string) {
		mu.Lock()
		straight := text == junk && handed < floodJunk-floodHTTP
		if straight {
			handed++
		}
		mu.Unlock()
		if straight {
			handIn(t, d, tip)
			return
		}
		r := ask(t, d.URL, formValue(), text)
		mu.Lock()
		statuses[r.status]++
		mu.Unlock()
	})
	took := time.Since(start)
	pages, slowest := watch()
	t.Logf("%d tips in %.1f s (%.0f a second): %s; %d staff pages meanwhile, the slowest in %.2f s", len(queue), took.Seconds(),
		float64(len(queue))/took.Seconds(), counted(statuses), pages, slowest.Seconds())
	if statuses[http.StatusOK] != floodHTTP+floodReal {
		t.Errorf("not every tip was accepted: %s", counted(statuses))
	}
	if pages == 0 || slowest > 30*time.Second {
		t.Errorf("the desk stood still: %d staff pages, the slowest in %s", pages, slowest)
	}
	inQueue(t, d, junk, real)
	sound(t, d.App)
}

// inMemory is a data folder in memory where there is one: a flood is no test
// of the disk.
func inMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "soi-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// handIn matches a tip and hands it to the desk, as the form does.
func handIn(t *testing.T, d *apptest.Desk, tip match.Tip) {
	res := d.Matcher.Match(t.Context(), match.Query{Text: tip.Text, Limit: 3})
	n := desk.NewTip{Channel: "web", ExtID: formValue(), Text: tip.Text, Folded: tip.Key, Lang: tip.Lang, Summary: tip.Summary,
		Decision: string(match.DecisionNew)}
	if res.Decision == match.DecisionSame {
		n.Decision, n.Answer = string(res.Decision), res.Matches[0].ID
	}
	// A busy desk says so and asks to be sent the same form again.
	for tries := 0; ; tries++ {
		_, err := d.Desk.Receive(t.Context(), desk.Program(), n)
		if err == nil {
			return
		}
		if !errors.Is(err, desk.ErrBusy) || tries == 9 {
			t.Error(err)
			return
		}
	}
}

// inQueue wants one open claim for the junk, with its count, and one for
// every real tip.
func inQueue(t *testing.T, d *apptest.Desk, junk string, real map[string]bool) {
	t.Helper()
	carries := map[string]map[desk.ID]int{}
	for _, x := range allTips(t, d.App) {
		if carries[x.Text] == nil {
			carries[x.Text] = map[desk.ID]int{}
		}
		carries[x.Text][x.Claim]++
	}
	auditor := desk.Actor{Role: desk.Auditor}
	view, err := d.Desk.Queue(t.Context(), auditor, desk.ViewOpen, "")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[desk.ID]int{}
	for _, q := range view.Claims {
		listed[q.Claim.ID] = q.Demand.Tips
	}
	if len(carries[junk]) != 1 {
		t.Errorf("the junk is in %d claims, want 1", len(carries[junk]))
	}
	for id, n := range carries[junk] {
		if n != floodJunk || listed[id] != floodJunk {
			t.Errorf("the junk's claim has %d tips and shows %d, want %d", n, listed[id], floodJunk)
		}
	}
	missing := 0
	for text := range real {
		for id := range carries[text] {
			if listed[id] == 0 {
				missing++
			}
		}
		if len(carries[text]) != 1 {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d of %d real tips are not in the queue", missing, len(real))
	}
}

// watchDesk signs an editor in and keeps reading the queue until the returned
// function is called, which says how many pages were read and how long the
// slowest took.
func watchDesk(t *testing.T, d *apptest.Desk) (stop func() (pages int, slowest time.Duration)) {
	t.Helper()
	cookie := signIn(t, d, "Biên tập viên", desk.Editor)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	var pages int
	var slowest time.Duration
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			start := time.Now()
			r, err := send(ctx, net.IPv4(127, 0, 0, 1), http.MethodGet, d.URL+"/desk", "", http.Header{"Cookie": {cookie}})
			if ctx.Err() != nil {
				return
			}
			if err != nil || r.status != http.StatusOK {
				t.Errorf("staff page: status %d, %v", r.status, err)
				return
			}
			pages, slowest = pages+1, max(slowest, time.Since(start))
			time.Sleep(400 * time.Millisecond)
		}
	}()
	return func() (int, time.Duration) { cancel(); <-done; return pages, slowest }
}

// signIn opens an account and signs it in by a one-time link; it returns the
// cookies of the session.
func signIn(t *testing.T, d *apptest.Desk, name string, role desk.Role) string {
	t.Helper()
	link, err := url.Parse(d.Link(t, d.Member(t, name, role)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := send(t.Context(), net.IPv4(127, 0, 0, 1), http.MethodPost, d.URL+link.Path, "", http.Header{"Origin": {d.Config.PublicURL}})
	if err != nil || r.status != http.StatusSeeOther {
		t.Fatalf("sign in: status %d, %v\n%s", r.status, err, r.body)
	}
	var cookies string
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		cookies += c.Name + "=" + c.Value + "; "
	}
	return cookies
}
