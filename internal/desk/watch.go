package desk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"
)

// Times of the watch over cited links.
const (
	WatchEvery   = 7 * 24 * time.Hour // between two looks at a sound link
	watchAgain   = 24 * time.Hour     // after a look that failed
	watchLease   = 5 * time.Minute    // longer than a look takes
	watchFails   = 3                  // looks in a row that must fail
	watchFailing = 48 * time.Hour     // and how long ago the first of them must be
	watchHold    = 24 * time.Hour     // no look after the clock jumped
)

// LinkTrouble is why a look at a link found no page, as a code that pages turn
// into a sentence.
type LinkTrouble string

// The troubles of a link. Refused is no sign that the page has gone: many
// sites send programs away.
const (
	LinkGone        LinkTrouble = "gone"        // 404 or 410
	LinkSoft        LinkTrouble = "soft"        // answers 200 and says that there is no such page, or shows the front page
	LinkUnreachable LinkTrouble = "unreachable" // name, connection, certificate, time
	LinkServer      LinkTrouble = "server"      // 5xx
	LinkRefused     LinkTrouble = "refused"     // 401, 403, 407, 429, 451: not counted
)

// LinkTroubles lists the troubles.
func LinkTroubles() []LinkTrouble {
	return []LinkTrouble{LinkGone, LinkSoft, LinkUnreachable, LinkServer, LinkRefused}
}

// Watched is a link that published checks cite, with how it was found.
type Watched struct {
	URL     string
	Due     time.Time // of the next look
	Leased  time.Time // until then one replica looks; zero if none does
	Tried   time.Time // last look
	Good    time.Time // last look that found the page
	Fails   int       // looks in a row that did not
	Since   time.Time // the first of them; zero if there is none
	Gone    time.Time // when it was held to have gone; zero while it stands
	Trouble LinkTrouble
	Mark    string // what the server gave to tell a change by (ETag or date); "" if nothing
}

// WatchFilter selects watched links; zero fields do not restrict. Ordered by
// time due, then address.
type WatchFilter struct {
	URLs   []string
	Ready  time.Time // due at this time, or so much later that the clock must have jumped; not leased
	Gone   bool
	Failed bool // failed at the last look or gone
	Limit  int  // 0 means 1,000
}

// Look is what a look at a link found.
type Look struct {
	URL     string
	Leased  time.Time
	Trouble LinkTrouble // "" when the page is there
	Mark    string
}

// The settings by which the watch notices that the clock jumped.
const (
	watchSeenKey = "watch-clock-seen"
	watchHoldKey = "watch-clock-hold"
)

// TakeLinks hands out links that are due, at most limit, each under a lease.
// New ones are spread over a week, so that a desk that begins to watch does
// not ask for all of them at once; after a jump of the clock nothing is handed
// out for a day (held). How many are handed out is bounded by limit alone,
// however many are due.
func (d *Desk) TakeLinks(ctx context.Context, by Actor, limit int) (out []Watched, held bool, err error) {
	err = d.do(ctx, by, MayFetch, func(tx Tx) error {
		out = nil
		now := d.Now()
		if held, err = d.jumped(ctx, tx, watchSeenKey, watchHoldKey, watchHold); err != nil || held {
			return err
		}
		news, err := tx.CitedUnwatched(ctx, 500)
		if err != nil {
			return err
		}
		for _, url := range news {
			if err := tx.SetWatched(ctx, Watched{URL: url, Due: now.Add(spread(url, WatchEvery))}); err != nil {
				return err
			}
		}
		if _, err := tx.DropUncited(ctx); err != nil {
			return err
		}
		if out, err = tx.WatchedLinks(ctx, WatchFilter{Ready: now, Limit: limit}); err != nil {
			return err
		}
		for i := range out {
			out[i].Leased = now.Add(watchLease)
			if err := tx.SetWatched(ctx, out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, held, err
}

// spread is a share of a time that is always the same for one address.
func spread(url string, within time.Duration) time.Duration {
	sum := sha256.Sum256([]byte(url))
	return time.Duration(binary.BigEndian.Uint64(sum[:8]) % uint64(within))
}

// LinkLooked stores what a look found and ends the lease. It is ErrConflict
// when the lease was lost. A link is held to have gone after three looks over
// two days; then, and when it is back, every claim that cites it is told.
func (d *Desk) LinkLooked(ctx context.Context, by Actor, l Look) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		ws, err := tx.WatchedLinks(ctx, WatchFilter{URLs: []string{l.URL}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ws) == 0 {
			return ErrNotFound
		}
		w := ws[0]
		if !w.Leased.Equal(l.Leased) {
			return ErrConflict
		}
		was := !w.Gone.IsZero()
		w.saw(l, d.Now())
		if err := tx.SetWatched(ctx, w); err != nil {
			return err
		}
		kind := EvLinkGone
		switch now := !w.Gone.IsZero(); {
		case now == was:
			return nil
		case was:
			kind = EvLinkBack
		}
		claims, err := tx.ClaimsCiting(ctx, w.URL)
		if err != nil {
			return err
		}
		for _, c := range claims {
			if err := d.tell(ctx, tx, by, Event{Kind: kind, Claim: c, Data: map[string]string{"trouble": string(l.Trouble)}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// saw takes a look over into the state of a link.
func (w *Watched) saw(l Look, now time.Time) {
	w.Leased, w.Tried, w.Trouble = time.Time{}, now, l.Trouble
	w.Due = now.Add(WatchEvery - WatchEvery/8 + spread(w.URL+now.Format(time.DateOnly), WatchEvery/4))
	switch l.Trouble {
	case "":
		w.Good, w.Mark, w.Fails, w.Since, w.Gone = now, l.Mark, 0, time.Time{}, time.Time{}
		return
	case LinkRefused: // says nothing about the page
		return
	}
	w.Fails++
	if w.Since.IsZero() || w.Since.After(now) {
		w.Since = now
	}
	if w.Gone.IsZero() {
		w.Due = now.Add(watchAgain + spread(w.URL, watchAgain/4))
		if w.Fails >= watchFails && now.Sub(w.Since) >= watchFailing {
			w.Gone, w.Due = now, now.Add(WatchEvery)
		}
	}
}

// GoneLinks lists links that have gone, or that failed at the last look, with
// the claims that cite them.
func (d *Desk) GoneLinks(ctx context.Context, by Actor) (links []Watched, claims map[string][]Claim, err error) {
	claims = map[string][]Claim{}
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if links, err = tx.WatchedLinks(ctx, WatchFilter{Failed: true, Limit: 500}); err != nil {
			return err
		}
		for _, w := range links {
			ids, err := tx.ClaimsCiting(ctx, w.URL)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				continue
			}
			if claims[w.URL], err = tx.Claims(ctx, ClaimFilter{IDs: ids}); err != nil {
				return err
			}
		}
		return nil
	})
	return links, claims, err
}

// goneAmong tells which sources of a document have gone, and since when.
func goneAmong(ctx context.Context, tx Tx, doc Document) (map[string]time.Time, error) {
	var urls []string
	for _, e := range doc.Evidence {
		urls = append(urls, e.URL)
	}
	out := map[string]time.Time{}
	if len(urls) == 0 {
		return out, nil
	}
	ws, err := tx.WatchedLinks(ctx, WatchFilter{URLs: urls, Gone: true})
	for _, w := range ws {
		out[w.URL] = w.Gone
	}
	return out, err
}

// GoneSources tells which sources of a published document have gone, and since
// when, for readers.
func (d *Desk) GoneSources(ctx context.Context, doc Document) (out map[string]time.Time, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = goneAmong(ctx, tx, doc)
		return err
	})
	return out, err
}

// LookAgain makes a link due now, for somebody who does not want to wait.
func (d *Desk) LookAgain(ctx context.Context, by Actor, url string) error {
	return d.do(ctx, by, MayCite, func(tx Tx) error {
		ws, err := tx.WatchedLinks(ctx, WatchFilter{URLs: []string{url}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ws) == 0 {
			return ErrNotFound
		}
		ws[0].Due = d.Now()
		ids, err := tx.ClaimsCiting(ctx, url)
		if err != nil || len(ids) == 0 {
			return errors.Join(ErrNotFound, err)
		}
		if err := tx.SetWatched(ctx, ws[0]); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvLinkAsked, Claim: ids[0]})
	})
}
