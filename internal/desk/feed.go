package desk

import (
	"context"
	"errors"
	"time"
)

// Feed is one address of an outlet that the desk reads: RSS, Atom, JSON Feed
// or a sitemap.
type Feed struct {
	ID      ID
	Outlet  ID
	URL     string
	Added   time.Time // or read again, after it was removed
	Removed time.Time // zero while it is read
	Due     time.Time // when it is to be fetched next
	Leased  time.Time // until then one replica is fetching it; zero if none is
	State   FeedState
}

// FeedState is what the fetcher remembers of a feed between two fetches.
type FeedState struct {
	ETag     string        `json:"etag,omitempty"`
	Modified string        `json:"modified,omitempty"` // the Last-Modified header, as it came
	Tried    time.Time     `json:"tried,omitzero"`     // last fetch begun
	Good     time.Time     `json:"good,omitzero"`      // last fetch that gave a feed, or "not changed"
	Newest   time.Time     `json:"newest,omitzero"`    // when the newest piece came, by the desk's clock
	Interval time.Duration `json:"interval,omitempty"` // between fetches, as the rhythm asks
	Gap      time.Duration `json:"gap,omitempty"`      // usual time between two pieces, see intake/feed
	Pieces   int           `json:"pieces,omitempty"`   // pieces seen so far
	Fails    int           `json:"fails,omitempty"`    // fetches in a row that failed
	Trouble  FeedTrouble   `json:"trouble,omitempty"`  // why the last one failed
	Moved    string        `json:"moved,omitempty"`    // where permanent redirects lead; "" if there are none
	Renamed  int           `json:"renamed,omitempty"`  // pieces whose address was known but whose id was new
	Kind     string        `json:"kind,omitempty"`     // "rss", "atom", "json", "sitemap", …
	Mended   bool          `json:"mended,omitempty"`   // the feed is broken in form and was read all the same
	Silent   bool          `json:"silent,omitempty"`   // a notice of silence stands
}

// FeedTrouble is why a fetch gave no feed, as a code that pages turn into a
// sentence.
type FeedTrouble string

// The troubles of a feed.
const (
	FeedUnreachable FeedTrouble = "unreachable" // name, connection, certificate
	FeedSlow        FeedTrouble = "slow"        // no whole answer in 30 s
	FeedRefused     FeedTrouble = "refused"     // 401, 403, 451
	FeedMissing     FeedTrouble = "missing"     // 404
	FeedGone        FeedTrouble = "gone"        // 410: fetched once a day from here on
	FeedServer      FeedTrouble = "server"      // 5xx and other answers
	FeedPaused      FeedTrouble = "paused"      // 429 or 503 with a time to wait
	FeedRobots      FeedTrouble = "robots"      // robots.txt asks not to
	FeedNotAFeed    FeedTrouble = "not-a-feed"  // what came is no feed
	FeedTooLarge    FeedTrouble = "too-large"   // more than 5 MiB
	FeedLoop        FeedTrouble = "loop"        // too many redirects
	FeedForbidden   FeedTrouble = "forbidden"   // the address is not on the public web
)

// FeedTroubles lists the troubles.
func FeedTroubles() []FeedTrouble {
	return []FeedTrouble{FeedUnreachable, FeedSlow, FeedRefused, FeedMissing, FeedGone, FeedServer, FeedPaused,
		FeedRobots, FeedNotAFeed, FeedTooLarge, FeedLoop, FeedForbidden}
}

// Times of the fetcher.
const (
	MinFeedInterval = 15 * time.Minute // no feed is fetched more often
	MaxFeedInterval = 24 * time.Hour   // none less often
	FeedLease       = 2 * time.Minute  // longer than any fetch takes
)

// FeedFilter selects feeds; zero fields do not restrict. Ordered by ID; with
// Ready, those that did not fail last time first, then the longest due.
type FeedFilter struct {
	ID     ID
	Outlet ID
	URL    string
	Ready  time.Time // due at this time or, the clock having jumped, more than two days later, not leased, not removed
	Sound  bool      // with Ready: only those that did not fail last time
	Limit  int       // 0 means 1,000
}

// Piece is one published piece of a feed as the desk remembers it: by hashes
// alone, so that it is told when it comes again.
type Piece struct {
	ID     ID
	Feed   ID
	Outlet ID
	GUID   []byte // hash of the id the feed gives it
	Link   []byte // hash of its address
	Folded []byte // SHA-256 of its folded text
	Sketch []byte // to tell near copies; the fetcher's own form
	Story  ID     // the piece it is a copy of, or itself: copies of one wire text are one story
	Seen   time.Time
}

// PieceFilter selects pieces; zero fields do not restrict. Newest first.
type PieceFilter struct {
	Feed    ID
	GUIDs   [][]byte // pieces with one of these, or
	Links   [][]byte // one of these
	Since   time.Time
	Read    bool // only those whose text was read: they have a sketch
	Stories []ID
	Limit   int // 0 means 1,000
}

// FeedOutcome is what one fetch brought.
type FeedOutcome struct {
	Feed        ID
	Leased      time.Time // the lease under which it was fetched
	State       FeedState
	Due         time.Time
	Pieces      []Piece
	Suggestions []Suggestion
}

// feedsMost is how many feeds are listed: more than any desk reads.
const feedsMost = 20_000

// Feeds lists feeds, removed ones included, for those who work on the desk
// and for the program's own commands.
func (d *Desk) Feeds(ctx context.Context, by Actor) (out []Feed, err error) {
	p := MayRead
	if by.Staff == "" {
		p = MayFetch
	}
	err = d.read(ctx, by, p, func(tx Tx) error {
		out, err = tx.Feeds(ctx, FeedFilter{Limit: feedsMost})
		return err
	})
	return out, err
}

// AddFeed begins to read an address of an outlet that is on the list. A feed
// that was removed is read again.
func (d *Desk) AddFeed(ctx context.Context, by Actor, outlet ID, url string) (Feed, error) {
	link, err := cleanLink(url)
	if err != nil {
		return Feed{}, err
	}
	var f Feed
	err = d.do(ctx, by, MayOutlets, func(tx Tx) error {
		o, err := outletByID(ctx, tx, outlet)
		if err != nil {
			return err
		}
		if !o.Read() {
			return ErrState
		}
		f, err = feedAt(ctx, tx, link)
		if err == nil && f.Removed.IsZero() {
			return invalid(FeedTaken)
		}
		if errors.Is(err, ErrNotFound) {
			f = Feed{ID: NewID(), URL: link}
		} else if err != nil {
			return err
		}
		f.Outlet, f.Added, f.Removed, f.Due, f.State = outlet, d.Now(), time.Time{}, d.Now(), FeedState{}
		if err := tx.SetFeed(ctx, f); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvFeedAdded, About: f.ID, Data: map[string]string{"outlet": o.Name}})
	})
	return f, err
}

// feedAt finds the feed at an address, removed ones included.
func feedAt(ctx context.Context, tx Tx, url string) (Feed, error) {
	fs, err := tx.Feeds(ctx, FeedFilter{URL: url, Limit: 1})
	if err != nil {
		return Feed{}, err
	}
	if len(fs) == 0 {
		return Feed{}, ErrNotFound
	}
	return fs[0], nil
}

// feedByID finds one feed.
func feedByID(ctx context.Context, tx Tx, id ID) (Feed, error) {
	fs, err := tx.Feeds(ctx, FeedFilter{ID: id, Limit: 1})
	if err != nil {
		return Feed{}, err
	}
	if len(fs) == 0 || id == "" {
		return Feed{}, ErrNotFound
	}
	return fs[0], nil
}

// RemoveFeed ends the reading of one address.
func (d *Desk) RemoveFeed(ctx context.Context, by Actor, id ID) error {
	return d.changeFeed(ctx, by, id, EvFeedRemoved, func(tx Tx, f *Feed) error {
		f.Removed = d.Now()
		return nil
	})
}

// MoveFeed takes over the address to which the feed has moved for good. It
// is ErrState when no such redirect was seen, and a problem when the desk
// reads that address already.
func (d *Desk) MoveFeed(ctx context.Context, by Actor, id ID) error {
	return d.changeFeed(ctx, by, id, EvFeedMoved, func(tx Tx, f *Feed) error {
		link, err := cleanLink(f.State.Moved)
		if err != nil {
			return ErrState
		}
		if _, err := feedAt(ctx, tx, link); err == nil {
			return invalid(FeedTaken)
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		f.URL, f.State.Moved, f.State.ETag, f.State.Modified, f.Due = link, "", "", "", d.Now()
		return nil
	})
}

// FetchFeed makes a feed due now, so that somebody who put something right
// need not wait. The fetcher still keeps its pace with the host.
func (d *Desk) FetchFeed(ctx context.Context, by Actor, id ID) error {
	return d.changeFeed(ctx, by, id, EvFeedAsked, func(tx Tx, f *Feed) error {
		f.Due, f.State.Tried = d.Now(), time.Time{} // as if it had never been tried: no pause is kept
		return nil
	})
}

// changeFeed changes a feed in use and tells of it.
func (d *Desk) changeFeed(ctx context.Context, by Actor, id ID, kind EventKind, fn func(Tx, *Feed) error) error {
	return d.do(ctx, by, MayOutlets, func(tx Tx) error {
		f, err := feedByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !f.Removed.IsZero() {
			return ErrState
		}
		if err := fn(tx, &f); err != nil {
			return err
		}
		if err := tx.SetFeed(ctx, f); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, About: id})
	})
}

// TakeFeeds hands out feeds that are due, at most limit, each under a lease:
// no other replica gets them before it ends. sound asks only for those that
// did not fail last time.
func (d *Desk) TakeFeeds(ctx context.Context, by Actor, limit int, sound bool) (out []Feed, err error) {
	// Looking first costs no writing transaction while nothing is due.
	f := FeedFilter{Ready: d.Now(), Sound: sound, Limit: limit}
	err = d.read(ctx, by, MayFetch, func(tx Tx) error {
		out, err = tx.Feeds(ctx, f)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	err = d.do(ctx, by, MayFetch, func(tx Tx) error {
		if out, err = tx.Feeds(ctx, f); err != nil {
			return err
		}
		for i := range out {
			out[i].Leased = f.Ready.Add(FeedLease)
			if err := tx.SetFeed(ctx, out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// FeedFetched stores what a fetch brought, in one transaction, and ends the
// lease. It is ErrConflict when the lease was lost to another replica, and
// ErrState when the feed was removed meanwhile: nothing is stored then. A
// notice is told once when a feed falls silent or begins to fail, and once
// when it is well again.
func (d *Desk) FeedFetched(ctx context.Context, by Actor, o FeedOutcome) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		f, err := feedByID(ctx, tx, o.Feed)
		if err != nil {
			return err
		}
		if !f.Leased.Equal(o.Leased) {
			return ErrConflict
		}
		if !f.Removed.IsZero() {
			return ErrState
		}
		before := f.State
		f.State, f.Due, f.Leased = o.State, o.Due, time.Time{}
		if err := tx.SetFeed(ctx, f); err != nil {
			return err
		}
		for _, p := range o.Pieces {
			if err := tx.AddPiece(ctx, p); err != nil && !errors.Is(err, ErrDuplicate) {
				return err
			}
		}
		for _, s := range o.Suggestions {
			s.ID, s.State, s.Found = NewID(), SuggestionOpen, d.Now()
			if err := s.check(); err != nil {
				return err
			}
			if err := tx.AddSuggestion(ctx, s); err != nil && !errors.Is(err, ErrDuplicate) {
				return err
			}
		}
		return d.noticeFeed(ctx, tx, by, before, f)
	})
}

// failsTold is how many fetches in a row must fail before a notice: a site
// that is down for half an hour is nobody's news.
const failsTold = 3

// noticeFeed tells of a feed whose health changed.
func (d *Desk) noticeFeed(ctx context.Context, tx Tx, by Actor, was FeedState, f Feed) error {
	tell := func(k EventKind, data map[string]string) error {
		return d.tell(ctx, tx, by, Event{Kind: k, About: f.ID, Data: data})
	}
	now := f.State
	ill := func(s FeedState) bool { return s.Fails >= failsTold || s.Silent }
	switch {
	case now.Fails >= failsTold && was.Fails < failsTold:
		return tell(EvFeedFailing, map[string]string{"trouble": string(now.Trouble)})
	case now.Silent && !was.Silent:
		return tell(EvFeedSilent, nil)
	case ill(was) && !ill(now):
		return tell(EvFeedWell, nil)
	}
	return nil
}

// Noticed reports whether the desk's pages show a notice about the feed.
func (f Feed) Noticed() bool {
	return f.Removed.IsZero() && (f.State.Silent || f.State.Fails >= failsTold || f.State.Moved != "")
}

// KnownPieces finds pieces of a feed by the hashes of their ids or addresses.
func (d *Desk) KnownPieces(ctx context.Context, by Actor, feed ID, guids, links [][]byte) (out []Piece, err error) {
	err = d.read(ctx, by, MayFetch, func(tx Tx) error {
		out, err = tx.Pieces(ctx, PieceFilter{Feed: feed, GUIDs: guids, Links: links})
		return err
	})
	return out, err
}

// RecentPieces are the pieces read since a time, newest first, to compare new
// ones with; at most 5,000. Those that were remembered only have nothing to be
// compared by.
func (d *Desk) RecentPieces(ctx context.Context, by Actor, since time.Time) (out []Piece, err error) {
	err = d.read(ctx, by, MayFetch, func(tx Tx) error {
		out, err = tx.Pieces(ctx, PieceFilter{Since: since, Read: true, Limit: 5000})
		return err
	})
	return out, err
}
