package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"soi/internal/desk"
)

// newOutlet is an outlet with every field.
func newOutlet(name string) desk.Outlet {
	return desk.Outlet{ID: desk.NewID(), Name: name, Site: "https://bao.example/", Imprint: "https://bao.example/toa-soan", Lang: "vi",
		Reason: "Báo của tỉnh, nhiều người đọc", Added: noon}
}

// newFeed is a feed of an outlet with every field.
func newFeed(o desk.Outlet, n int) desk.Feed {
	return desk.Feed{ID: desk.NewID(), Outlet: o.ID, URL: fmt.Sprintf("https://bao.example/rss/%d", n), Added: noon, Due: noon.Add(time.Duration(n) * time.Minute),
		State: desk.FeedState{ETag: `"v1"`, Modified: "Sun, 22 Nov 2026 05:00:00 GMT", Tried: noon, Good: noon, Newest: noon, Interval: time.Hour,
			Gap: 2 * time.Hour, Pieces: 7, Moved: "https://bao.example/new", Renamed: 1, Kind: "rss", Mended: true, Silent: true}}
}

func outlets(t *testing.T, open func(*testing.T) Store) {
	set := func(t *testing.T, s Store, o desk.Outlet) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetOutlet(ctx, o) })
	}
	list := func(t *testing.T, s Store) []desk.Outlet {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Outlet, error) { return tx.Outlets(ctx) })
	}
	t.Run("every field comes back, by name", func(t *testing.T) {
		s := open(t)
		same(t, "none", []desk.Outlet{}, list(t, s))
		b, a := newOutlet("báo B"), newOutlet("Báo A")
		set(t, s, b)
		set(t, s, a)
		same(t, "two", []desk.Outlet{a, b}, list(t, s))
		b.Removed, b.Why, b.Name, b.Lang = noon.Add(time.Hour), "Đã đóng cửa", "Báo Bê", "en"
		set(t, s, b)
		same(t, "removed", []desk.Outlet{a, b}, list(t, s))
	})
	t.Run("names are unique without regard to case, removed ones included", func(t *testing.T) {
		s := open(t)
		o := newOutlet("Báo Điện tử")
		o.Removed, o.Why = noon, "x"
		set(t, s, o)
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetOutlet(ctx, newOutlet("BÁO  điện TỬ")) })
	})
	t.Run("no outlet without imprint and reason, none removed without a reason", func(t *testing.T) {
		s := open(t)
		for name, spoil := range map[string]func(*desk.Outlet){
			"imprint": func(o *desk.Outlet) { o.Imprint = "" },
			"reason":  func(o *desk.Outlet) { o.Reason = "" },
			"why":     func(o *desk.Outlet) { o.Removed = noon },
		} {
			o := newOutlet(name)
			spoil(&o)
			if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetOutlet(t.Context(), o) }); err == nil {
				t.Errorf("the database took an outlet without %s", name)
			}
		}
	})
}

func feeds(t *testing.T, open func(*testing.T) Store) {
	set := func(t *testing.T, s Store, f desk.Feed) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetFeed(ctx, f) })
	}
	list := func(t *testing.T, s Store, f desk.FeedFilter) []desk.Feed {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Feed, error) { return tx.Feeds(ctx, f) })
	}
	with := func(t *testing.T) (Store, desk.Outlet) {
		s, o := open(t), newOutlet("Báo A")
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetOutlet(ctx, o) })
		return s, o
	}
	t.Run("every field comes back", func(t *testing.T) {
		s, o := with(t)
		f := newFeed(o, 1)
		set(t, s, f)
		f.Removed, f.Leased, f.State.Fails, f.State.Trouble = noon.Add(time.Hour), noon.Add(time.Minute), 3, desk.FeedSlow
		f.URL = "https://bao.example/rss/other"
		set(t, s, f)
		same(t, "changed", []desk.Feed{f}, list(t, s, desk.FeedFilter{ID: f.ID}))
		same(t, "by address", []desk.Feed{f}, list(t, s, desk.FeedFilter{URL: f.URL, Outlet: o.ID}))
		same(t, "none", []desk.Feed{}, list(t, s, desk.FeedFilter{Outlet: desk.NewID()}))
		other := newFeed(o, 2)
		other.URL = f.URL
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetFeed(ctx, other) })
	})
	t.Run("ready: due, not leased, not removed, the sound ones first", func(t *testing.T) {
		s, o := with(t)
		at := noon.Add(time.Hour)
		mk := func(n int, change func(*desk.Feed)) desk.Feed {
			f := newFeed(o, n)
			change(&f)
			set(t, s, f)
			return f
		}
		failing := mk(0, func(f *desk.Feed) { f.State.Fails = 2 })
		late := mk(30, func(*desk.Feed) {})
		early := mk(10, func(*desk.Feed) {})
		expired := mk(40, func(f *desk.Feed) { f.Leased = at })
		jumped := mk(50, func(f *desk.Feed) { f.Due, f.Leased = at.AddDate(10, 0, 0), at.AddDate(10, 0, 0) })
		mk(60, func(f *desk.Feed) { f.Due = at.Add(time.Millisecond) })
		mk(61, func(f *desk.Feed) { f.Due, f.Leased = noon, at.Add(time.Millisecond) })
		mk(62, func(f *desk.Feed) { f.Due, f.Removed = noon, noon })
		same(t, "ready", []desk.Feed{early, late, expired, jumped, failing}, list(t, s, desk.FeedFilter{Ready: at}))
		same(t, "sound", []desk.Feed{early, late}, list(t, s, desk.FeedFilter{Ready: at, Sound: true, Limit: 2}))
	})
}

func pieces(t *testing.T, open func(*testing.T) Store) {
	s, o := open(t), newOutlet("Báo A")
	f := newFeed(o, 1)
	mk := func(n int) desk.Piece {
		id := desk.NewID()
		return desk.Piece{ID: id, Feed: f.ID, Outlet: o.ID, GUID: hash(fmt.Sprint("g", n))[:16], Link: hash(fmt.Sprint("l", n))[:16],
			Folded: hash("x"), Sketch: []byte{1, 2, 3}, Story: id, Seen: noon.Add(time.Duration(n) * time.Hour)}
	}
	a, b, c := mk(1), mk(2), mk(3)
	b.Story = a.ID
	c.Sketch = nil // remembered, not read
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetOutlet(ctx, o); err != nil {
			return err
		}
		if err := tx.SetFeed(ctx, f); err != nil {
			return err
		}
		for _, p := range []desk.Piece{a, b, c} {
			if err := tx.AddPiece(ctx, p); err != nil {
				return err
			}
		}
		twin := mk(3)
		isKind(t, "AddPiece", tx.AddPiece(ctx, twin), desk.ErrDuplicate)
		return nil
	})
	for _, w := range []struct {
		what string
		f    desk.PieceFilter
		want []desk.Piece
	}{
		{"all, newest first", desk.PieceFilter{}, []desk.Piece{c, b, a}},
		{"by id or address", desk.PieceFilter{Feed: f.ID, GUIDs: [][]byte{a.GUID}, Links: [][]byte{c.Link, hash("no")}}, []desk.Piece{c, a}},
		{"by id", desk.PieceFilter{GUIDs: [][]byte{b.GUID}}, []desk.Piece{b}},
		{"another feed", desk.PieceFilter{Feed: desk.NewID()}, []desk.Piece{}},
		{"since", desk.PieceFilter{Since: b.Seen}, []desk.Piece{c, b}},
		{"read since", desk.PieceFilter{Since: b.Seen, Read: true}, []desk.Piece{b}},
		{"of a story", desk.PieceFilter{Stories: []desk.ID{a.ID}}, []desk.Piece{b, a}},
		{"limit", desk.PieceFilter{Limit: 1}, []desk.Piece{c}},
	} {
		same(t, w.what, w.want, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Piece, error) { return tx.Pieces(ctx, w.f) }))
	}
}

func suggestions(t *testing.T, open func(*testing.T) Store) {
	s, o := open(t), newOutlet("Báo A")
	mk := func(n, points int) desk.Suggestion {
		return desk.Suggestion{ID: desk.NewID(), Outlet: o.ID, Story: desk.NewID(), Link: "https://bao.example/bài", Sentence: "Giá điện tăng 3 %.",
			Folded: hash(fmt.Sprint(n)), Lang: "vi", Points: points, Reasons: []string{"figure"}, State: desk.SuggestionOpen, Found: noon.Add(time.Duration(n) * time.Hour)}
	}
	low, high, late := mk(1, 100), mk(2, 900), mk(50, 500)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetOutlet(ctx, o); err != nil {
			return err
		}
		for _, x := range []desk.Suggestion{low, high, late} {
			if err := tx.AddSuggestion(ctx, x); err != nil {
				return err
			}
		}
		isKind(t, "AddSuggestion", tx.AddSuggestion(ctx, mk(1, 5)), desk.ErrDuplicate)
		isKind(t, "SetSuggestion", tx.SetSuggestion(ctx, mk(9, 5)), desk.ErrNotFound)
		return nil
	})
	list := func(f desk.SuggestionFilter) []desk.Suggestion {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Suggestion, error) { return tx.Suggestions(ctx, f) })
	}
	same(t, "best first", []desk.Suggestion{high, late, low}, list(desk.SuggestionFilter{}))
	high.State, high.Claim, high.Decided = desk.SuggestionTaken, desk.NewID(), noon.Add(3*time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSuggestion(ctx, high) })
	same(t, "taken", []desk.Suggestion{high}, list(desk.SuggestionFilter{State: desk.SuggestionTaken, Outlet: o.ID}))
	same(t, "one", []desk.Suggestion{low}, list(desk.SuggestionFilter{ID: low.ID}))
	gone := o
	gone.Removed, gone.Why = noon, "x"
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetOutlet(ctx, gone) })
	same(t, "shown of an outlet that is no longer read", []desk.Suggestion{high}, list(desk.SuggestionFilter{Shown: true}))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetOutlet(ctx, o) })
	same(t, "shown", []desk.Suggestion{high, late, low}, list(desk.SuggestionFilter{Shown: true}))
	sweep := func(open, decided time.Time) (n int) {
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			n, err = tx.SweepPress(ctx, noon, open, decided)
			return err
		})
		return n
	}
	same(t, "swept, nothing", 0, sweep(low.Found, high.Decided))
	same(t, "swept, one open", 1, sweep(low.Found.Add(time.Millisecond), high.Decided))
	same(t, "swept, one decided", 1, sweep(low.Found, high.Decided.Add(time.Millisecond)))
	same(t, "left", []desk.Suggestion{late}, list(desk.SuggestionFilter{}))
}
