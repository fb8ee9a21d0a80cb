// Package storetest is the conformance suite of desk.Store and auth.Store:
// what it asks, every database that holds a desk must do.
//
// Owns: one test per promise of the interfaces, and the fixtures they need.
//
// Does not own: opening a database, which each implementation hands in, nor
// tests of what only one engine can do (those are beside it in store).
//
// Start reading at: Run.
package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/auth"
	"soi/internal/desk"
)

// Store is what is tested: a database that holds a desk and its sign-in.
type Store interface {
	desk.Store
	auth.Store
}

// Run runs the whole suite. open returns an empty store, up to date, that is
// closed with the test; it is called once or more per test.
func Run(t *testing.T, open func(t *testing.T) Store) {
	areas := []struct {
		name string
		run  func(*testing.T, func(*testing.T) Store)
	}{
		{"Transactions", transactions}, {"Refusals", refusals}, {"Tips", tips}, {"Media", media}, {"Captures", captures}, {"Demand", demand}, {"Claims", claims},
		{"Evidence", evidence}, {"Reviews", reviews}, {"TwoReviewers", twoReviewers}, {"SentenceComments", sentenceComments}, {"ReviewersWork", reviewersWork},
		{"Revisions", revisions}, {"Imports", imports},
		{"Log", publicLog}, {"Journal", journal}, {"Office", office}, {"Words", words},
		{"Outlets", outlets}, {"Feeds", feeds}, {"Pieces", pieces}, {"Suggestions", suggestions}, {"Keys", apiKeys}, {"Practice", practice}, {"Explainers", explainers}, {"Appeals", appeals}, {"Rulings", rulings}, {"Redactions", redactions}, {"Erasures", erasures},
		{"Conversations", conversations}, {"Forgetting", forgetting}, {"Arrivals", arrivals}, {"Askings", askings}, {"Notices", notices},
		{"Team", team}, {"Opinions", opinions}, {"Notifications", notifications},
		{"Sessions", sessions}, {"Links", links}, {"OutsideAccounts", outsideAccounts}, {"Seats", seats}, {"Factors", factors}, {"Spent", spent},
		{"Checklists", checklistRows}, {"Due", dueRows}, {"Views", viewRows}, {"Bulk", bulkRows}, {"Aside", asideRows},
		{"Sources", sourceRows}, {"Rechecks", recheckRows}, {"Watched", watchedRows}, {"Import changes", importChangeRows},
		{"Shelf", shelfRows}, {"Peers", peerRows}, {"Bodies", bodies}, {"Channels", channels}, {"Requests", requests},
		{"Questions", questions}, {"Standing pages", standing},
		{"Calendars of staff", deadlineLinks}, {"Helped", helped}, {"Fediverse", fediverse},
		{"Digests", digests}, {"Figures", figureRows}, {"Reports", reportRows},
		{"Concurrency", concurrency},
	}
	for _, a := range areas {
		t.Run(a.name, func(t *testing.T) { a.run(t, open) })
	}
}

// noon is the time the fixtures count from.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// limit bounds every call; a store that hangs fails instead of the suite.
const limit = 60 * time.Second

// ctxOf returns a context that ends with the test or after limit.
func ctxOf(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// write runs fn in a writing transaction that must succeed.
func write(t *testing.T, s desk.Store, fn func(ctx context.Context, tx desk.Tx) error) {
	t.Helper()
	ctx := ctxOf(t)
	if err := s.Tx(ctx, func(tx desk.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatalf("Tx: %v", err)
	}
}

// refuse runs fn in a writing transaction that must fail with kind.
func refuse(t *testing.T, s desk.Store, kind error, fn func(ctx context.Context, tx desk.Tx) error) {
	t.Helper()
	ctx := ctxOf(t)
	if err := s.Tx(ctx, func(tx desk.Tx) error { return fn(ctx, tx) }); !errors.Is(err, kind) {
		t.Fatalf("Tx returned %v, want %v", err, kind)
	}
}

// read runs fn on a snapshot; it must succeed.
func read(t *testing.T, s desk.Store, fn func(ctx context.Context, tx desk.Tx) error) {
	t.Helper()
	ctx := ctxOf(t)
	if err := s.Read(ctx, func(tx desk.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatalf("Read: %v", err)
	}
}

// get reads one value on a snapshot.
func get[T any](t *testing.T, s desk.Store, fn func(ctx context.Context, tx desk.Tx) (T, error)) (out T) {
	t.Helper()
	read(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
		out, err = fn(ctx, tx)
		return err
	})
	return out
}

// failing reads on a snapshot and must fail with kind.
func failing(t *testing.T, s desk.Store, kind error, fn func(ctx context.Context, tx desk.Tx) error) {
	t.Helper()
	ctx := ctxOf(t)
	if err := s.Read(ctx, func(tx desk.Tx) error { return fn(ctx, tx) }); !errors.Is(err, kind) {
		t.Fatalf("Read returned %v, want %v", err, kind)
	}
}

// same fails unless got equals want.
func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// isKind fails unless err is of the kind.
func isKind(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s returned %v, want %v", what, err, kind)
	}
}

// hash is the SHA-256 of a text.
func hash(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// newTip is a tip with everything a tip can have, except references.
func newTip(n int) desk.Tip {
	return desk.Tip{
		ID: desk.NewID(), Channel: "web", ExtID: fmt.Sprintf("form-%d-%s", n, desk.NewID()),
		Text:   fmt.Sprintf("Uống nước chanh nóng chữa được ung thư? (%d) 🍋", n),
		Folded: hash(fmt.Sprint("folded", n)), Lang: "vi", Links: []string{"https://example.org/bài?x=1&y=2"},
		Received: noon.Add(time.Duration(n) * time.Minute), State: desk.TipWaiting, Decision: "new",
		Ticket: hash(fmt.Sprint("ticket", n)), Asker: hash(fmt.Sprint("asker", n))[:16],
	}
}

// newClaim is an open claim.
func newClaim(text string) desk.Claim {
	return desk.Claim{ID: desk.NewID(), Text: text, Lang: "vi", State: desk.ClaimOpen, LogIndex: -1, Opened: noon, Changed: noon}
}

// addClaim stores an open claim and returns it as stored.
func addClaim(t *testing.T, s desk.Store, text string) desk.Claim {
	t.Helper()
	c := newClaim(text)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, c) })
	c.Version = 1
	return c
}

// addTip stores a tip.
func addTip(t *testing.T, s desk.Store, tip desk.Tip) desk.Tip {
	t.Helper()
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddTip(ctx, tip) })
	return tip
}

// tipIDs are the IDs of tips, in order.
func tipIDs(ts []desk.Tip) []desk.ID {
	out := make([]desk.ID, len(ts))
	for i, t := range ts {
		out[i] = t.ID
	}
	return out
}
