package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// shelfRows is what a store promises of our shelf.
func shelfRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b := desk.NewID(), desk.NewID()
	line := func(n int64, kind desk.LineKind, entry desk.ID) desk.ShelfRow {
		body := []byte{'{', byte('0' + n), '}'}
		return desk.ShelfRow{N: n, Kind: kind, Entry: entry, At: noon.Add(time.Duration(n) * time.Second), Hash: desk.LineHash(body), Chain: desk.ShelfChain(nil, body), Body: body}
	}
	head := func() (n int64) {
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) { n, _, err = tx.ShelfHead(ctx); return err })
		return n
	}
	if head() != 0 {
		t.Error("an empty shelf has lines")
	}
	rows := []desk.ShelfRow{line(0, desk.LineQuestion, a), line(1, desk.LineQuestion, b), line(2, desk.LineQuestion, a), line(3, desk.LineCheck, a)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, r := range rows {
			if err := tx.AddShelfRow(ctx, r); err != nil {
				return err
			}
		}
		return tx.EraseShelf(ctx, desk.LineQuestion, a, 2)
	})
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddShelfRow(ctx, line(3, desk.LineCheck, b)) })
	rows[0].Body = nil
	read := func(from int64, limit int) []desk.ShelfRow {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ShelfRow, error) { return tx.ShelfRows(ctx, from, limit) })
	}
	same(t, "all", rows, read(0, 10))
	same(t, "a page", rows[1:3], read(1, 2))
	same(t, "past the end", []desk.ShelfRow{}, read(4, 2))
	same(t, "what stands", []desk.ShelfRow{rows[1], rows[2], rows[3]}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ShelfRow, error) { return tx.ShelfStands(ctx) }))
	if head() != 4 {
		t.Error("the head is not at the end")
	}
	c := desk.Claim{ID: desk.NewID(), Text: "x", State: desk.ClaimOpen, LogIndex: -1, Opened: noon, Changed: noon}
	held := func() []desk.ID {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ID, error) { return tx.HeldBack(ctx) })
	}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetClaim(ctx, c); err != nil {
			return err
		}
		if err := tx.SetHeld(ctx, c.ID, true); err != nil {
			return err
		}
		return tx.SetHeld(ctx, c.ID, true) // twice is once
	})
	same(t, "held back", []desk.ID{c.ID}, held())
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetHeld(ctx, c.ID, false) })
	same(t, "free again", []desk.ID{}, held())
}

// peerRows is what a store promises of peers and what they have laid out.
func peerRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	who := desk.Staff{ID: desk.NewID(), Name: "Checker", Role: desk.Checker, Lang: "vi", Created: noon}
	p := desk.Peer{ID: desk.NewID(), Desk: "b.example/exchange", Name: "B", Address: "https://b.example", Key: "k", Follows: true, Added: noon, AddedBy: who.ID,
		State: desk.PeerState{Cursor: 7, Chain: []byte{1, 2}, Said: noon, Contact: noon, Tried: noon, KeyAt: noon, Trouble: desk.PeerFlood}}
	q := desk.Peer{ID: desk.NewID(), Desk: "a.example/exchange", Name: "A", Address: "https://a.example", Key: "k", Reads: true, Added: noon, Ended: noon, State: desk.PeerState{Said: noon, Contact: noon, Tried: noon, KeyAt: noon}}
	offer := desk.SourceOffer{ID: desk.NewID(), Peer: p.ID, About: desk.NewID(), Source: desk.ShelfSource{URL: "https://x.example/", Title: "x", Stance: desk.Refutes}, At: noon, By: who.ID}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetStaff(ctx, who); err != nil {
			return err
		}
		if err := tx.SetPeer(ctx, p); err != nil {
			return err
		}
		if err := tx.SetPeer(ctx, q); err != nil {
			return err
		}
		return tx.SetSourceOffer(ctx, offer)
	})
	p.Version, q.Version = 1, 1
	peers := func() []desk.Peer {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Peer, error) { return tx.Peers(ctx) })
	}
	same(t, "by name", []desk.Peer{q, p}, peers())
	twin := p
	twin.ID, twin.Version = desk.NewID(), 0
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetPeer(ctx, twin) })
	stale := p
	stale.Version = 9
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetPeer(ctx, stale) })
	p.Ended, p.Key, p.State.Cursor = noon, "other", 8
	offer.Ended = noon
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetPeer(ctx, p); err != nil {
			return err
		}
		return tx.SetSourceOffer(ctx, offer)
	})
	p.Version = 2
	same(t, "changed", []desk.Peer{q, p}, peers())
	same(t, "offers", []desk.SourceOffer{offer}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.SourceOffer, error) { return tx.SourceOffers(ctx) }))
	laidRows(t, s, p.ID, q.ID, who.ID)
}

// laidRows is the part about what peers have laid out.
func laidRows(t *testing.T, s Store, p, q, who desk.ID) {
	mk := func(peer desk.ID, kind desk.LineKind, after time.Duration, why desk.LaidWhy) desk.Laid {
		id := desk.NewID()
		return desk.Laid{Peer: peer, Kind: kind, Entry: id, N: 3, Seen: noon.Add(after), Why: why, Root: desk.Ref{Desk: "r.example/exchange", Entry: id},
			Line: desk.ShelfLine{Nonce: "n", N: 3, At: noon, Kind: kind, Entry: id, Text: "Nước <chanh>", Missing: []string{"text"}}}
	}
	a, b, c := mk(p, desk.LineQuestion, 0, ""), mk(p, desk.LineCheck, time.Hour, desk.WhyAdopted), mk(q, desk.LineQuestion, 2*time.Hour, desk.WhyWording)
	b.Claim, b.By, c.Claim = desk.NewID(), who, desk.NewID()
	a.Ended, b.Ended = noon, noon
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []desk.Laid{a, b, c} {
			if err := tx.SetLaid(ctx, x); err != nil {
				return err
			}
		}
		a.Line.Text = "Khác"
		return tx.SetLaid(ctx, a)
	})
	for name, try := range map[string]struct {
		f    desk.LaidFilter
		want []desk.Laid
	}{
		"all, newest first": {desk.LaidFilter{}, []desk.Laid{c, b, a}},
		"of one peer":       {desk.LaidFilter{Peer: p}, []desk.Laid{b, a}},
		"of a kind":         {desk.LaidFilter{Kind: desk.LineQuestion}, []desk.Laid{c, a}},
		"one":               {desk.LaidFilter{Peer: p, Kind: desk.LineQuestion, Entry: a.Entry}, []desk.Laid{a}},
		"of a claim":        {desk.LaidFilter{Claim: c.Claim}, []desk.Laid{c}},
		"linked":            {desk.LaidFilter{Linked: true}, []desk.Laid{c, b}},
		"open":              {desk.LaidFilter{Open: true}, []desk.Laid{c}},
		"of a root":         {desk.LaidFilter{Root: b.Root}, []desk.Laid{b}},
		"some":              {desk.LaidFilter{Limit: 1}, []desk.Laid{c}},
	} {
		same(t, name, try.want, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Laid, error) { return tx.LaidOf(ctx, try.f) }))
	}
	counted := func(peer desk.ID) int {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (int, error) { return tx.CountLaid(ctx, peer) })
	}
	same(t, "counted", 2, counted(p))
	refused := []desk.RefusedLine{{Peer: p, N: 4, At: noon.Add(time.Hour), Why: desk.LineMarkup}, {Peer: q, N: 1, At: noon, Why: desk.LineFuture}}
	dropped := 0
	write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
		for _, r := range refused {
			if err := tx.AddRefused(ctx, r); err != nil {
				return err
			}
		}
		if err := tx.AddRefused(ctx, refused[0]); err != nil {
			return err
		}
		dropped, err = tx.DropLaid(ctx, "", noon.Add(time.Minute))
		return err
	})
	same(t, "what ended and nothing was made of", 1, dropped)
	lines := func(peer desk.ID) []desk.RefusedLine {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.RefusedLine, error) {
			return tx.RefusedLines(ctx, peer, 10)
		})
	}
	same(t, "refused", refused, lines(""))
	same(t, "refused of one", refused[1:], lines(q))
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if _, err := tx.DropRefused(ctx, noon.Add(time.Minute)); err != nil {
			return err
		}
		if _, err := tx.DropLaid(ctx, p, time.Time{}); err != nil {
			return err
		}
		_, err := tx.DropLaid(ctx, q, time.Time{})
		return err
	})
	same(t, "refused lately", refused[:1], lines(""))
	same(t, "kept is what something was made of", 1, counted(p))
	same(t, "and nothing of the other", 0, counted(q))
}
