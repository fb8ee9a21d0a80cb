package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/api/dump"
	"soi/internal/api/public"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
	"soi/internal/store"
	"soi/internal/web"
)

// longShelf is a desk with many published checks, without the program around it.
type longShelf struct {
	desk   *desk.Desk
	match  *match.Matcher
	signed int64
	asked  []string // claims, as people type them into a search
}

// BenchmarkArchive measures what an archive of 100,000 checks costs: a search
// on the site, and the open data, all tables in all three forms.
// SOI_BENCH_CHECKS sets another number of checks.
func BenchmarkArchive(b *testing.B) {
	n := 100_000
	if set, err := strconv.Atoi(os.Getenv("SOI_BENCH_CHECKS")); err == nil {
		n = set
	}
	a := newLongShelf(b, n)
	b.Run("search", a.search)
	b.Run("dump", a.dump)
}

// newLongShelf publishes each check of the demo again and again, every time with
// a place and a number of its own in all its sentences.
func newLongShelf(b *testing.B, n int) *longShelf {
	b.Helper()
	demo := apptest.Start(b, apptest.Options{Demo: true})
	rs, err := demo.Desk.Published(b.Context(), desk.RevisionFilter{Below: 1 << 40, Newest: true, Kinds: []desk.Kind{desk.KindPublish, desk.KindCorrect}, Limit: 1000})
	if err != nil || len(rs) < 50 {
		b.Fatal(len(rs), err)
	}
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "soi.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() }) // the folder goes too
	if err := db.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	a := &longShelf{desk: desk.New(db, nil, time.Now, desk.Options{}), match: match.New(match.Options{})}
	const batch = 1000
	var docs []match.Doc
	if err := db.Tx(b.Context(), func(tx desk.Tx) error { // a log begins with its key
		return tx.AddLogEntry(b.Context(), "genesis", []byte("genesis"), nil, desk.LogHead{Size: 1, Root: make([]byte, 32), Time: time.Now().AddDate(-1, 0, 0)})
	}); err != nil {
		b.Fatal(err)
	}
	a.signed = 1
	for a.signed <= int64(n) {
		if err := db.Tx(b.Context(), func(tx desk.Tx) error {
			for range min(batch, n+1-int(a.signed)) {
				ds, err := a.publish(b.Context(), tx, rs)
				if err != nil {
					return err
				}
				docs = append(docs, ds...)
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	a.match.PutAll(docs)
	return a
}

// publish writes one more check and returns what the matcher knows of it.
func (a *longShelf) publish(ctx context.Context, tx desk.Tx, rs []desk.Revision) (out []match.Doc, err error) {
	i := int(a.signed)
	doc := rs[i%len(rs)].Doc
	doc.Verdict, doc.Nonce, doc.Rev, doc.Kind, doc.Reason = desk.NewID(), desk.NewNonce(), 1, desk.KindPublish, ""
	doc.Texts = slices.Clone(doc.Texts)
	where := desk.Localities()[i%len(desk.Localities())].In("vi")
	for k := range doc.Texts {
		t := &doc.Texts[k]
		own := fmt.Sprintf("%s, %d: ", where, i/len(rs)+2)
		t.Claim, t.Statement = own+t.Claim, own+t.Statement
		out = append(out, match.Doc{ID: string(doc.Verdict), Kind: match.KindCheck, Lang: t.Lang, Claim: t.Claim, Title: t.Statement, Summary: t.Summary, Body: t.Body})
	}
	if len(a.asked) < 500 && i%197 == 0 {
		a.asked = append(a.asked, strings.Join(strings.Fields(doc.Texts[0].Claim)[:5], " "), where)
	}
	at := time.Now().Add(time.Duration(i-200_000) * time.Minute).UTC()
	if err := tx.SetClaim(ctx, desk.Claim{ID: doc.Verdict, Text: doc.Texts[0].Claim, Lang: "vi", State: desk.ClaimPublished, Topic: doc.Topic, Rating: doc.Rating,
		Rev: 1, LogIndex: a.signed, Opened: at, Changed: at}); err != nil {
		return nil, err
	}
	bytes, err := doc.Bytes()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bytes)
	if err := tx.AddLogEntry(ctx, hex.EncodeToString(sum[:]), bytes[:40], nil, desk.LogHead{Size: a.signed + 1, Root: sum[:], Time: at}); err != nil {
		return nil, err
	}
	a.signed++
	return out, tx.AddRevision(ctx, desk.Revision{Verdict: doc.Verdict, Rev: 1, Kind: doc.Kind, Rating: doc.Rating, LogIndex: a.signed - 1, At: at, Hash: sum[:], Doc: doc}, bytes)
}

// search asks the search page a thousand times for claims, with and without a facet.
func (a *longShelf) search(b *testing.B) {
	site, err := web.New(web.Deps{Desk: a.desk, Matcher: a.match, Signed: func() int64 { return a.signed }, Now: time.Now,
		Config: web.Config{Key: make([]byte, 32), URL: "https://desk.example", Name: "soi", Zone: time.UTC, PowBits: 8}})
	if err != nil {
		b.Fatal(err)
	}
	ask := func(i int) time.Duration {
		address := "/search?q=" + url.QueryEscape(a.asked[i%len(a.asked)])
		if i%3 == 0 {
			address += "&topic=health"
		}
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.RemoteAddr = fmt.Sprintf("%d.%d.1.1:1", 20+i/200, i%200) // everyone asks from elsewhere, within their budgets
		w, start := httptest.NewRecorder(), time.Now()
		site.ServeHTTP(w, r)
		took := time.Since(start)
		if w.Code != http.StatusOK {
			b.Fatal(address, w.Code)
		}
		return took
	}
	first := ask(0) // reads the list of all checks, once
	var took []time.Duration
	for b.Loop() {
		for i := range 1000 {
			took = append(took, ask(i))
		}
	}
	slices.Sort(took)
	b.ReportMetric(first.Seconds(), "first-s")
	b.ReportMetric(float64(took[len(took)/2])/1e6, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
}

// dump writes the open data of all checks; the heap it tells has the matcher in it.
func (a *longShelf) dump(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "open")
	most := new(atomic.Uint64)
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	go func() {
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			time.Sleep(50 * time.Millisecond)
		}
	}()
	for b.Loop() {
		done, err := dump.Write(b.Context(), dir, dump.Options{Reader: &public.Reader{Desk: a.desk, Matcher: a.match, Signed: func() int64 { return a.signed }, URL: "https://desk.example", Name: "soi"},
			Langs: []string{"vi", "en"}, Licence: "CC BY 4.0", Now: time.Now()})
		if err != nil || int64(done.Checks) != a.signed-1 {
			b.Fatalf("%+v, %v", done, err)
		}
		b.ReportMetric(float64(done.Bytes)/(1<<20), "MiB-written")
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/dump")
	b.ReportMetric(float64(most.Load())/(1<<20), "heap-MiB")
}
