package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// digestReader is the address that subscribes in these tests.
const digestReader = "digest.canary@reader.example"

// post sends a form from an address of its own.
func (w *answersWorld) post(path string, form url.Values) reply {
	w.t.Helper()
	r, err := send(w.t.Context(), elsewhere(), http.MethodPost, w.d.URL+path, form.Encode(), nil)
	must(w.t, err)
	return r
}

// get reads a page.
func (w *answersWorld) get(path string) reply {
	w.t.Helper()
	r, err := send(w.t.Context(), elsewhere(), http.MethodGet, w.d.URL+path, "", nil)
	must(w.t, err)
	return r
}

// mailed waits for the n-th mail to the reader.
func (w *mailWorld) mailed(n int) (raw string, head mail.Header, text string) {
	w.t.Helper()
	apptest.Wait(w.t, "a mail to the reader", func(context.Context) bool { return len(w.toReader()) >= n })
	raw = w.toReader()[n-1]
	m, err := mail.ReadMessage(strings.NewReader(raw))
	must(w.t, err)
	return raw, m.Header, plainOf(w.t, raw)
}

// toReader are the mails to the reader so far.
func (w *mailWorld) toReader() (out []string) {
	for _, m := range w.relay.sent() {
		if m.to == digestReader {
			out = append(out, m.raw)
		}
	}
	return out
}

// htmlOf is the HTML half of a mail.
func htmlOf(t *testing.T, raw string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	must(t, err)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextPart()
		must(t, err)
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			b, err := io.ReadAll(p)
			must(t, err)
			return string(b)
		}
	}
}

// toHour moves the clock to the next hour of the plan and a little past it.
func (w *answersWorld) toHour(more time.Duration) time.Time {
	w.t.Helper()
	plan, cal, err := w.d.Desk.DigestPlan(w.t.Context())
	must(w.t, err)
	next, ok := plan.Next(w.clock.now(), w.d.Config.Zone, cal)
	if !ok {
		w.t.Fatal("no hour comes")
	}
	w.clock.pass(next.Sub(w.clock.now()) + more)
	return next
}

// edition waits for the edition of an hour.
func (w *answersWorld) edition(due time.Time) desk.Edition {
	w.t.Helper()
	var e desk.Edition
	apptest.Wait(w.t, "the edition", func(ctx context.Context) bool {
		es, err := w.d.Desk.Editions(ctx, desk.EditionFilter{Limit: 1})
		must(w.t, err)
		if len(es) == 1 && es[0].Due.Equal(due) {
			e = es[0]
		}
		return e.ID != ""
	})
	return e
}

// planned waits until the program noted its hours: nothing before counts as missed.
func (w *answersWorld) planned() {
	w.t.Helper()
	apptest.Wait(w.t, "the plan", func(ctx context.Context) bool {
		plan, _, err := w.d.Desk.DigestPlan(ctx)
		must(w.t, err)
		return !plan.Changed.IsZero()
	})
}

var linkIn = regexp.MustCompile(`/vi/subscribe/[A-Za-z0-9_-]+`)

// TestDigestsByMail is the life of a subscription: asked for on the page, confirmed by the address itself, one mail for
// each hour, none twice, left by one click of a mail program; opening links changes nothing, and the address is written
// nowhere.
func TestDigestsByMail(t *testing.T) {
	w := newMailWorld(t)
	w.planned()
	form := url.Values{"form": {formValue()}, "mail": {digestReader}, "lang": {"vi"}}
	if r := w.post("/vi/subscribe", form); r.status != http.StatusOK {
		t.Fatalf("subscribe: %d\n%s", r.status, r.body)
	}
	_, _, text := w.mailed(1)
	link := linkIn.FindString(text)
	if link == "" {
		t.Fatalf("no link in %q", text)
	}
	// Programs that open links in mails do no harm.
	for _, path := range []string{link, link + "/leave", link} {
		if r := w.get(path); r.status != http.StatusOK || !strings.Contains(string(r.body), "<button") {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	w.says("asker", ofWater)
	w.told("asker", 2)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.edition(w.toHour(time.Second)) // goes to nobody: the address has not said yes
	if r := w.post(link, url.Values{"do": {"confirm"}}); r.status != http.StatusSeeOther {
		t.Fatalf("confirm: %d\n%s", r.status, r.body)
	}
	w.publish(claim, desk.RatingMostlyFalse, waterTrue)
	due := w.toHour(time.Second)
	e := w.edition(due)
	raw, head, text := w.mailed(2)
	if !strings.Contains(text, "Đã đổi kết luận") && !strings.Contains(text, "Đính chính") || !strings.Contains(text, waterTrue) || strings.Contains(text, "asker") {
		t.Errorf("the digest says\n%s", text)
	}
	if got := head.Get("List-Unsubscribe"); !strings.Contains(got, link+"/leave>") || head.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || head.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v", head)
	}
	html := htmlOf(t, raw)
	if !strings.Contains(html, `role="presentation"`) || strings.Contains(html, "<img") || strings.Contains(html, "<style") || strings.Contains(html, "<script") {
		t.Errorf("HTML:\n%s", html)
	}
	if r := w.get("/vi/digests/" + e.Name()); r.status != http.StatusOK || !bytes.Contains(r.body, []byte(waterTrue)) {
		t.Errorf("the page of %s: %d", e.Name(), r.status)
	}
	if r := w.get("/vi/digests.atom"); r.status != http.StatusOK || !bytes.Contains(r.body, []byte(e.Name())) {
		t.Errorf("the feed: %d", r.status)
	}
	if r := w.post(link+"/leave", url.Values{"List-Unsubscribe": {"One-Click"}}); r.status != http.StatusOK {
		t.Errorf("leaving: %d", r.status)
	}
	if r := w.get(link); r.status != http.StatusGone {
		t.Errorf("the link after leaving: %d", r.status)
	}
	w.edition(w.toHour(time.Second))
	if n := len(w.toReader()); n != 2 {
		t.Errorf("%d mails, want the question and one digest", n)
	}
	must(t, os.WriteFile(filepath.Join(w.d.Config.Data, "log.txt"), w.logged.bytes(), 0o600))
	for _, fragment := range []string{digestReader, "digest.canary", base64.StdEncoding.EncodeToString([]byte(digestReader))} {
		if hits := sweep(t, w.d.Config.Data, fragment); len(hits) > 0 {
			t.Errorf("%q is in %v", fragment, hits)
		}
	}
	sound(t, w.d.App)
}

// TestADigestIsMadeOnce: hours that passed while nothing ran make one edition, late, and staff are told once; a clock
// that goes back makes none again; what has nothing to say says so in one line.
func TestADigestIsMadeOnce(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.planned()
	first := w.toHour(time.Second)
	e := w.edition(first)
	if e.Late() || e.N < 1 {
		t.Errorf("%+v", e)
	}
	if r := w.get("/vi/digests/" + e.Name()); !bytes.Contains(r.body, []byte("Không có gì mới")) {
		t.Errorf("an edition without news: %d\n%s", r.status, r.body)
	}
	w.clock.pass(4*24*time.Hour + 20*time.Minute) // eight hours come and go
	last := first.Add(4 * 24 * time.Hour)
	e = w.edition(last)
	if !e.Late() || e.Alarmed.IsZero() {
		t.Errorf("made %s for %s, told %s", e.Made, e.Due, e.Alarmed)
	}
	w.clock.pass(-30 * time.Minute) // before the hour
	for range 3 {
		if _, made, err := w.d.MakeDigest(t.Context()); made || err != nil {
			t.Errorf("made again: %v %v", made, err)
		}
	}
	w.clock.pass(30 * time.Minute)
	if _, made, err := w.d.MakeDigest(t.Context()); made || err != nil {
		t.Errorf("made again: %v %v", made, err)
	}
	es, err := w.d.Desk.Editions(t.Context(), desk.EditionFilter{})
	must(t, err)
	if len(es) != 2 {
		t.Errorf("%d editions, want 2", len(es))
	}
}

// TestTwoProgramsMakeOneDigest: two programs over one PostgreSQL look at the same hour at once; one of them makes it.
func TestTwoProgramsMakeOneDigest(t *testing.T) {
	database, keys, clock := pgtest.Start(t, pgtest.Options{}).Database(t), t.TempDir(), &movingClock{}
	open := func() *app.App {
		return apptest.Open(t, apptest.Options{Database: database, Now: clock.now, Settings: map[string]string{"keys": keys, "public-url": "http://localhost:8080"}})
	}
	both := []*app.App{open(), open()}
	_, _, err := both[0].MakeDigest(t.Context()) // notes the hours
	must(t, err)
	for range 6 {
		clock.pass(24 * time.Hour) // at whatever hour the test runs, two editions fall due: one is made for both
		var w sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for _, a := range append(both, both...) {
			w.Go(func() {
				_, ok, err := a.MakeDigest(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if ok {
					made++
				}
			})
		}
		w.Wait()
		if made != 1 {
			t.Errorf("made %d times, want once", made)
		}
	}
}
