package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// newCapture is a copy with everything one can have, of a piece of evidence.
func newCapture(e desk.Evidence, n int) desk.Capture {
	return desk.Capture{ID: desk.NewID(), Evidence: e.ID, Claim: e.Claim, State: desk.CaptureDone, Kind: desk.CapturePage, Why: desk.TroubleTimeout,
		Tries: 2, Queued: noon.Add(time.Duration(n) * time.Minute), Due: noon.Add(time.Hour), At: noon, URL: "https://example.org/bài", Type: "text/html",
		Title: "Tiêu đề 📰", Sum: hash("sum"), Manifest: hash("manifest"), Words: hash("words"), Shot: hash("shot"), Bytes: 12345, Parts: 7, Missed: 2,
		Warnings: []desk.CaptureWarning{desk.WarnThin, desk.WarnMoved}, Damaged: noon.Add(2 * time.Hour), Elsewhere: "https://web.archive.org/web/20261122000000/x", Sent: noon}
}

// addSource stores a piece of evidence.
func addSource(t *testing.T, s desk.Store, claim desk.ID, n int) desk.Evidence {
	t.Helper()
	e := desk.Evidence{ID: desk.NewID(), Claim: claim, URL: "https://example.org", Title: "A", Stance: desk.Refutes, Added: noon.Add(time.Duration(n) * time.Second)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEvidence(ctx, e) })
	return e
}

// setCapture stores a capture.
func setCapture(t *testing.T, s desk.Store, c desk.Capture) desk.Capture {
	t.Helper()
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetCapture(ctx, c) })
	return c
}

// listCaptures reads captures on a snapshot.
func listCaptures(t *testing.T, s desk.Store, f desk.CaptureFilter) []desk.Capture {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Capture, error) { return tx.Captures(ctx, f) })
}

func captures(t *testing.T, open func(*testing.T) Store) {
	t.Run("every field comes back", func(t *testing.T) {
		s := open(t)
		e := addSource(t, s, addClaim(t, s, "a").ID, 1)
		full := newCapture(e, 1)
		bare := desk.Capture{ID: desk.NewID(), Evidence: e.ID, Claim: e.Claim, State: desk.CaptureWaiting, Queued: noon, Due: noon}
		for _, want := range []desk.Capture{full, bare} {
			setCapture(t, s, want)
			same(t, "capture", []desk.Capture{want}, listCaptures(t, s, desk.CaptureFilter{IDs: []desk.ID{want.ID}}))
		}
		full.State, full.Why, full.Sum, full.Warnings, full.Damaged, full.Due = desk.CaptureFailed, desk.TroublePost, nil, nil, time.Time{}, time.Time{}
		setCapture(t, s, full)
		same(t, "capture set again", []desk.Capture{full}, listCaptures(t, s, desk.CaptureFilter{IDs: []desk.ID{full.ID}}))
	})
	t.Run("lists", func(t *testing.T) { captureLists(t, open(t)) })
	t.Run("payloads", func(t *testing.T) { payloads(t, open(t)) })
}

// captureLists: by claim and evidence newest first, by sum, by what is due, and
// all of them in order of ID.
func captureLists(t *testing.T, s Store) {
	claim := addClaim(t, s, "a")
	one, two := addSource(t, s, claim.ID, 1), addSource(t, s, claim.ID, 2)
	old, young, other := newCapture(one, 1), newCapture(one, 5), newCapture(two, 3)
	other.Sum = hash("another")
	for _, c := range []desk.Capture{old, young, other} {
		setCapture(t, s, c)
	}
	waits := desk.Capture{ID: desk.NewID(), Evidence: two.ID, Claim: claim.ID, State: desk.CaptureWaiting, Queued: noon.Add(time.Hour), Due: noon.Add(time.Minute)}
	setCapture(t, s, waits)
	same(t, "of one source", []desk.Capture{young, old}, listCaptures(t, s, desk.CaptureFilter{Evidence: []desk.ID{one.ID}}))
	same(t, "newest alone", []desk.Capture{young}, listCaptures(t, s, desk.CaptureFilter{Evidence: []desk.ID{one.ID}, Limit: 1}))
	same(t, "number of the claim", 4, len(listCaptures(t, s, desk.CaptureFilter{Claim: claim.ID})))
	same(t, "by sum", []desk.Capture{other}, listCaptures(t, s, desk.CaptureFilter{Sum: hash("another")}))
	same(t, "not due yet", []desk.Capture{}, listCaptures(t, s, desk.CaptureFilter{State: desk.CaptureWaiting, Due: noon}))
	same(t, "due", []desk.Capture{waits}, listCaptures(t, s, desk.CaptureFilter{State: desk.CaptureWaiting, Due: noon.Add(time.Minute)}))
	same(t, "damaged", 3, len(listCaptures(t, s, desk.CaptureFilter{Damaged: true})))
	all := listCaptures(t, s, desk.CaptureFilter{State: desk.CaptureDone})
	same(t, "done", 3, len(all))
	same(t, "after the first", all[1:], listCaptures(t, s, desk.CaptureFilter{State: desk.CaptureDone, After: all[0].ID}))
}

// payloads are kept once each, come back whole whatever their size, and go with
// the last capture that has them.
func payloads(t *testing.T, s Store) {
	e := addSource(t, s, addClaim(t, s, "a").ID, 1)
	a, b := setCapture(t, s, newCapture(e, 1)), setCapture(t, s, newCapture(e, 2))
	add := func(c desk.Capture, p []byte) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddPayload(ctx, c.ID, p) })
	}
	read := func(p []byte) []byte {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]byte, error) { return tx.Payload(ctx, hash(string(p))) })
	}
	large := bytes.Repeat([]byte{0, 1, 0xff}, 200_000)
	shared, empty := []byte("shared"), []byte{}
	for _, p := range [][]byte{large, shared, empty} {
		add(a, p)
		add(a, p)
		if !bytes.Equal(read(p), p) {
			t.Errorf("%d bytes came back as %d others", len(p), len(read(p)))
		}
	}
	add(b, shared)
	list := get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.Payloads(ctx, nil, 10) })
	same(t, "number of payloads", 2, len(list)) // the empty one is everywhere
	same(t, "after the first", list[1:], get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.Payloads(ctx, list[0], 10) }))
	same(t, "number of a's", 3, len(get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.PayloadsOf(ctx, a.ID) })))
	with := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ID, error) { return tx.CapturesWith(ctx, hash("shared")) })
	same(t, "captures with it", 2, len(with))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropPayloads(ctx, a.ID) })
	same(t, "what b has", []byte("shared"), read(shared))
	same(t, "what is left", [][]byte{hash("shared")}, get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.Payloads(ctx, nil, 10) }))
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.Payload(ctx, hash(string(large)))
		return err
	})
}
