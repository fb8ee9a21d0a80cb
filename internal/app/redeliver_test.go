package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// redelivered is how many tips are sent, copies how often each, workers by how
// many senders at once (trust.md T3).
const (
	redelivered = 2000
	copies      = 5
	workers     = 8
)

func TestACopyOfADeliveryIsNotASecondTip(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand requests to each database; run without -short")
	}
	t.Run("SQLite", func(t *testing.T) {
		redeliver(t, apptest.Start(t, apptest.Options{}))
	})
	t.Run("two programs over one PostgreSQL", func(t *testing.T) {
		database := pgtest.Start(t, pgtest.Options{}).Database(t)
		keys := t.TempDir()
		replica := func() *apptest.Desk {
			// One desk has one name and one set of keys, wherever its programs run.
			return apptest.Start(t, apptest.Options{Database: database,
				Settings: map[string]string{"keys": keys, "public-url": "http://localhost:8080"}})
		}
		redeliver(t, replica(), replica())
	})
}

// redeliver sends every tip several times, in any order, to any of the
// replicas, and wants one item and one answer for each.
func redeliver(t *testing.T, replicas ...*apptest.Desk) {
	words := rand.New(rand.NewPCG(7, 11))
	type delivery struct{ form, text string }
	tips := make([]delivery, redelivered)
	var order []int
	for i := range tips {
		tips[i] = delivery{formValue(), nonsense(words, 14)}
		for range copies {
			order = append(order, i)
		}
	}
	words.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	answers := make([][]reply, redelivered)
	var mu sync.Mutex
	start := time.Now()
	atOnce(workers, order, func(i int) {
		r := ask(t, replicas[random(int64(len(replicas)))].URL, tips[i].form, tips[i].text)
		mu.Lock()
		answers[i] = append(answers[i], r)
		mu.Unlock()
	})
	t.Logf("%d requests in %.1f s", len(order), time.Since(start).Seconds())
	for i, all := range answers {
		for _, r := range all {
			if r.status != http.StatusOK || !bytes.Equal(r.body, all[0].body) {
				t.Fatalf("tip %d: a copy was answered with status %d and another page:\n%s\n---\n%s", i, r.status, r.body, all[0].body)
			}
		}
	}
	got := map[string]int{}
	for _, x := range allTips(t, replicas[0].App) {
		got[x.Text]++
	}
	for _, x := range tips {
		if got[x.text] != 1 {
			t.Errorf("%d items for one delivery: %s", got[x.text], x.text)
		}
	}
	if len(got) != redelivered {
		t.Errorf("%d items, want %d", len(got), redelivered)
	}
	sound(t, replicas[0].App)
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a tip as a browser without scripts does, from an address of its
// own, as if every asker sat in another network. A request that gets no
// answer fails the test.
func ask(t testing.TB, base, form, text string) reply {
	t.Helper()
	r, err := send(t.Context(), elsewhere(), http.MethodPost, base+"/ask", url.Values{"form": {form}, "text": {text}}.Encode(), nil)
	if err != nil {
		t.Error(err)
	}
	return r
}

// elsewhere is an address of this machine that hardly anyone has used.
func elsewhere() net.IP {
	return net.IPv4(127, byte(1+random(250)), byte(random(250)), byte(1+random(250)))
}

// send makes one request from an address over a connection of its own and
// does not follow redirects.
func send(ctx context.Context, from net.IP, method, address, body string, header http.Header) (reply, error) {
	client := &http.Client{Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true,
			DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}).DialContext}}
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, b}, err
}

// atOnce hands the items to f, n at a time.
func atOnce[T any](n int, items []T, f func(T)) {
	queue := make(chan T)
	var w sync.WaitGroup
	for range n {
		w.Go(func() {
			for x := range queue {
				f(x)
			}
		})
	}
	for _, x := range items {
		queue <- x
	}
	close(queue)
	w.Wait()
}

// nonsense is a sentence of n words that nobody has said before, so that it
// matches nothing.
func nonsense(r *rand.Rand, n int) string {
	const consonants, vowels = "bcdghklmnpqrstvx", "aeiou"
	var words []string
	for range n {
		var w strings.Builder
		for range 2 + r.IntN(3) {
			w.WriteByte(consonants[r.IntN(len(consonants))])
			w.WriteByte(vowels[r.IntN(len(vowels))])
		}
		words = append(words, w.String())
	}
	return strings.Join(words, " ")
}

// allTips reads every tip of a desk.
func allTips(t testing.TB, a *app.App) (all []desk.Tip) {
	t.Helper()
	// The page by time overlaps by its last moment, so tips are told apart by ID.
	seen := map[desk.ID]bool{}
	for before := a.Desk.Now().Add(time.Hour); ; {
		ts, err := a.Desk.TipsOf(t.Context(), desk.Actor{Role: desk.Auditor}, desk.TipFilter{Before: before, Limit: 5000})
		if err != nil {
			t.Fatal(err)
		}
		fresh := 0
		for _, x := range ts {
			if !seen[x.ID] {
				seen[x.ID], fresh, all = true, fresh+1, append(all, x)
			}
		}
		if fresh == 0 {
			return all
		}
		before = ts[len(ts)-1].Received.Add(time.Millisecond)
	}
}

// sound wants the invariants of the design to hold.
func sound(t testing.TB, a *app.App) {
	t.Helper()
	findings, _, err := a.Fsck(context.WithoutCancel(t.Context()))
	if err != nil || len(findings) > 0 {
		t.Errorf("fsck: %v %v", findings, err)
	}
}

// counted writes how many of each there are, in a fixed order.
func counted(m map[int]int) string {
	var parts []string
	for status := 100; status < 600; status++ {
		if m[status] > 0 {
			parts = append(parts, fmt.Sprintf("%d × %d", m[status], status))
		}
	}
	return strings.Join(parts, ", ")
}
