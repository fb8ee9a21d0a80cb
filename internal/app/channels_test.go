package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/store/pgtest"
)

// delivered is what the loop's platform posts.
type delivered struct{ ID, Key, Text string }

// Webhook makes the loop a channel with a webhook; the secret is a header.
func (l *loop) Webhook(sink intake.Sink) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var d delivered
		if r.Header.Get("X-Secret") != "right" {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			intake.Refuse(w, http.StatusBadRequest)
			return
		}
		err := sink.Accept(r.Context(), intake.Arrived{Channel: l.name, ExtID: d.ID, Who: intake.Secret(d.Key), Address: intake.Address("to:" + d.Key), Kind: intake.KindMessage, Text: d.Text})
		if err != nil {
			intake.Refuse(w, http.StatusServiceUnavailable)
			return
		}
		intake.Acknowledge(w)
	})
}

// TestACopyOfAMessageIsNotASecondTip: T3 for channels.
func TestACopyOfAMessageIsNotASecondTip(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand deliveries to each database; run without -short")
	}
	t.Run("SQLite", func(t *testing.T) {
		c := &loop{name: "loop"}
		redeliverMessages(t, c, newAnswersWorld(t, c).d)
	})
	t.Run("two programs over one PostgreSQL", func(t *testing.T) {
		database := pgtest.Start(t, pgtest.Options{}).Database(t)
		keys := t.TempDir()
		c := &loop{name: "loop"}
		replica := func() *apptest.Desk {
			return apptest.Start(t, apptest.Options{Database: database, Settings: map[string]string{"keys": keys, "public-url": "http://localhost:8080"},
				With: func(o *app.Options) {
					o.Bundle, o.Channels = time.Millisecond, func(*app.App) []intake.Channel { return []intake.Channel{c} }
				}})
		}
		redeliverMessages(t, c, replica(), replica())
	})
}

// redeliverMessages hands every message over several times, in any order, to
// any of the replicas, and wants one tip and one first answer for each.
func redeliverMessages(t *testing.T, c *loop, replicas ...*apptest.Desk) {
	words := rand.New(rand.NewPCG(7, 11))
	all := make([]delivered, redelivered)
	var order []int
	for i := range all {
		all[i] = delivered{ID: fmt.Sprint("id-", i), Key: fmt.Sprint("person-", i), Text: nonsense(words, 14)}
		for range copies {
			order = append(order, i)
		}
	}
	words.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	var mu sync.Mutex
	var first reply
	var later atomic.Int64
	began := time.Now()
	atOnce(workers, order, func(i int) {
		body, err := json.Marshal(all[i])
		must(t, err)
		var r reply
		for { // a platform delivers again what was not acknowledged
			r, err = send(t.Context(), elsewhere(), http.MethodPost, replicas[random(int64(len(replicas)))].URL+"/hook/loop", string(body), http.Header{"X-Secret": {"right"}})
			must(t, err)
			if r.status != http.StatusServiceUnavailable {
				break
			}
			later.Add(1)
		}
		r.header.Del("Date")
		mu.Lock()
		defer mu.Unlock()
		if first.status == 0 {
			first = r
		}
		if r.status != http.StatusOK || !bytes.Equal(r.body, first.body) || fmt.Sprint(r.header) != fmt.Sprint(first.header) {
			t.Errorf("a copy was answered with status %d %q %v", r.status, r.body, r.header)
		}
	})
	t.Logf("%d deliveries acknowledged in %.1f s; %d were not stored at first", len(order), time.Since(began).Seconds(), later.Load())
	for end := time.Now().Add(20 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		c.mu.Lock()
		n := len(c.said)
		c.mu.Unlock()
		if n >= 2*redelivered {
			break
		}
	}
	took := time.Since(began).Seconds()
	got := map[string]int{}
	for _, x := range allTips(t, replicas[0].App) {
		got[x.Text]++
	}
	for _, x := range all {
		if got[x.Text] != 1 {
			t.Fatalf("%d tips for one delivery: %s", got[x.Text], x.Text)
		}
		if ms := c.to(x.Key); len(ms) != 2 || !ticketShown.MatchString(ms[1].Text) {
			t.Fatalf("%s was told %d messages, want the welcome and the outcome: %+v", x.Key, len(ms), ms)
		}
	}
	if len(got) != redelivered {
		t.Errorf("%d tips, want %d", len(got), redelivered)
	}
	t.Logf("%d tips told of in %.1f s: %.0f tips/s", redelivered, took, float64(redelivered)/took)
	sound(t, replicas[0].App)
}

// Who knocks at a webhook without the secret, or at one that is not there,
// learns nothing and leaves nothing.
func TestWebhooksRefuse(t *testing.T) {
	c := &loop{name: "loop"}
	w := newAnswersWorld(t, c)
	good := `{"ID":"1","Key":"p","Text":"Zq tin"}`
	for name, x := range map[string]struct {
		path, body, secret string
		method             string
		want               int
	}{
		"no secret":     {"/hook/loop", good, "", http.MethodPost, 401},
		"wrong secret":  {"/hook/loop", good, "wrong", http.MethodPost, 401},
		"no channel":    {"/hook/other", good, "right", http.MethodPost, 401},
		"nothing":       {"/hook/", good, "right", http.MethodPost, 401},
		"no sense":      {"/hook/loop", "{", "right", http.MethodPost, 400},
		"too long":      {"/hook/loop", `{"Text":"` + strings.Repeat("x", intake.MaxBody) + `"}`, "right", http.MethodPost, 400},
		"not the site":  {"/hook/loop/../../ask", good, "", http.MethodPost, 401},
		"below it, too": {"/hook/loop/sub", good, "wrong", http.MethodPost, 401},
	} {
		r, err := send(t.Context(), elsewhere(), x.method, w.d.URL+x.path, x.body, http.Header{"X-Secret": {x.secret}, "Content-Type": {"application/json"}})
		if name == "not the site" { // cleaned by the server: whatever comes back, it is no acknowledgement
			if err == nil && r.status == http.StatusOK {
				t.Errorf("%s: status %d", name, r.status)
			}
			continue
		}
		must(t, err)
		if r.status != x.want || string(r.body) != "no" || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: status %d %q, want %d", name, r.status, r.body, x.want)
		}
	}
	if n := len(allTips(t, w.d.App)); n != 0 {
		t.Errorf("%d tips", n)
	}
}

// The outbox: a platform that takes a message and then breaks the connection
// leaves the outcome unknown; one that dies does so too. Everybody is told once
// or twice, nobody never, nobody three times (trust.md 1.3).
func TestToldAtLeastOnceAndAtMostTwice(t *testing.T) {
	const people = 60
	breaks := rand.New(rand.NewPCG(3, 5))
	var mu sync.Mutex
	chance := func(n int) bool { mu.Lock(); defer mu.Unlock(); return breaks.IntN(100) < n }
	c := &loop{name: "loop"}
	w := newAnswersWorld(t, c)
	for i := range people {
		w.says(fmt.Sprint("p", i), ofWater)
	}
	for i := range people {
		w.told(fmt.Sprint("p", i), 2)
	}
	c.send = func(_ int, _ string, m intake.Outgoing) error {
		switch {
		case m.Purpose != intake.PurposeNotice:
		case chance(30):
			return errors.New("connection reset, but it arrived")
		case chance(20):
			return intake.ErrTemporary
		case chance(10):
			return intake.RateLimited(time.Second)
		case chance(5):
			panic("a platform's code fell over")
		}
		return nil
	}
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	apptest.Wait(t, "the outbox to fill", func(context.Context) bool {
		s, err := w.d.Desk.Standing(t.Context(), w.checker, claim)
		return err == nil && len(s.Notices) > 0
	})
	for range 200 { // time passes: pauses, leases, the ten minutes of an unknown outcome
		w.clock.pass(3 * time.Minute)
		n, err := w.d.Answers().Step(t.Context())
		must(t, err)
		if s, err := w.d.Desk.Standing(t.Context(), w.checker, claim); n == 0 && err == nil && !open(s) {
			break
		}
	}
	never, twice := 0, 0
	for i := range people {
		n := 0
		for _, m := range c.to(fmt.Sprint("p", i)) {
			if m.Purpose == intake.PurposeNotice {
				n++
			}
		}
		switch n {
		case 0:
			never++
		case 2:
			twice++
		case 1:
		default:
			t.Errorf("p%d was told %d times", i, n)
		}
	}
	s, err := w.d.Desk.Standing(t.Context(), w.checker, claim)
	must(t, err)
	t.Logf("%d people: %d told twice, %d never; outbox %+v", people, twice, never, s.Notices)
	lost := 0
	for _, x := range s.Notices {
		if x.State == desk.NoticeFailed {
			lost += x.N
		}
	}
	if never > lost {
		t.Errorf("%d were never told, the desk shows %d failures", never, lost)
	}
	if twice == 0 {
		t.Error("nobody was told twice: the platform did not break as it should")
	}
	sound(t, w.d.App)
}

// open reports whether messages are still on their way.
func open(s desk.Standing) bool {
	for _, n := range s.Notices {
		if n.State == desk.NoticeWaiting || n.State == desk.NoticeSending || n.State == desk.NoticeUnknown {
			return true
		}
	}
	return false
}
