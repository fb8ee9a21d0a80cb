package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/exchange"
	"soi/internal/fetch"
	"soi/internal/intake/feed"
	"soi/internal/match"
)

// How often the shelf is laid out and peers are read. One that fails is asked
// less often, at last four times a day.
const (
	exchangeEvery = time.Minute
	peerEvery     = 5 * time.Minute
	peerSlowest   = 6 * time.Hour
	peerPages     = 5 // pages of one peer in a round
)

// peerWeb is what peers are read with: fetch.Client, or a test's.
type peerWeb interface {
	Follow(ctx context.Context, r fetch.Request, limit int) ([]fetch.Exchange, error)
}

// peerClient says who asks and where that is explained.
func (a *App) peerClient() peerWeb {
	if a.peers != nil {
		return a.peers
	}
	return fetch.New(fetch.Options{UserAgent: feed.Product + " (+" + a.Config.PublicURL + "/about)"})
}

// Exchange is one round: it brings our shelf up to date and reads the peers
// that are due.
func (a *App) Exchange(ctx context.Context) error {
	err := a.layShelf(ctx)
	ps, listErr := a.Desk.Peers(ctx, desk.Program())
	if listErr != nil {
		return errors.Join(err, listErr)
	}
	for _, p := range ps {
		if !p.Active() || !p.Follows || p.State.Stopped != "" || a.now().Before(nextLook(p)) {
			continue
		}
		if readErr := a.ReadPeer(ctx, p.ID); readErr != nil {
			err = errors.Join(err, readErr)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return err
}

// nextLook is when a peer is due to be read.
func nextLook(p desk.Peer) time.Time {
	wait := peerEvery
	for range min(p.State.Fails, 10) {
		wait = min(wait*2, peerSlowest)
	}
	return p.State.Tried.Add(wait)
}

// layShelf appends to our shelf until it says what stands.
func (a *App) layShelf(ctx context.Context) error {
	last, err := a.lastEvent(ctx)
	if err != nil || last == a.laid.Load() {
		return err
	}
	self, err := a.exchangeName()
	if err != nil {
		return err
	}
	for range 1000 {
		n, err := a.Desk.Lay(ctx, desk.Program(), self, a.Config.PublicURL, a.signed.Load())
		if errors.Is(err, desk.ErrDuplicate) {
			return nil // another process with this database is at it
		}
		if err != nil {
			return fmt.Errorf("lay out the shelf: %w", err)
		}
		if n == 0 {
			break
		}
	}
	last, err = a.lastEvent(ctx)
	a.laid.Store(last)
	return err
}

// ReadPeer reads what a peer has laid out since the last time. What it does
// wrong is kept with the peer and is no error of ours.
func (a *App) ReadPeer(ctx context.Context, id desk.ID) error {
	key, err := a.exchangeKey()
	if err != nil {
		return err
	}
	for range peerPages {
		p, err := a.peer(ctx, id)
		if err != nil || !p.Active() || !p.Follows || p.State.Stopped != "" {
			return err
		}
		if p.State.Day == a.now().UTC().Format(time.DateOnly) && p.State.Lines >= desk.PeerDayLines {
			return a.peerTrouble(ctx, p, desk.PeerFlood, nil)
		}
		more, trouble, err := a.readPage(ctx, p, key)
		if ctx.Err() != nil {
			return ctx.Err() // what was cut short tells nothing
		}
		if trouble != "" {
			return a.peerTrouble(ctx, p, trouble, err)
		}
		if errors.Is(err, desk.ErrConflict) {
			return nil // another process read it
		}
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// peer finds a peer.
func (a *App) peer(ctx context.Context, id desk.ID) (desk.Peer, error) {
	ps, err := a.Desk.Peers(ctx, desk.Program())
	for _, p := range ps {
		if p.ID == id {
			return p, err
		}
	}
	return desk.Peer{}, errors.Join(err, desk.ErrNotFound)
}

// peerTrouble keeps why a peer could not be read.
func (a *App) peerTrouble(ctx context.Context, p desk.Peer, t desk.PeerTrouble, cause error) error {
	a.log.Warn("a peer of the exchange cannot be read", "desk", p.Desk, "trouble", string(t), "err", cause)
	err := a.Desk.PeerTroubled(ctx, desk.Program(), p.ID, t)
	if errors.Is(err, desk.ErrConflict) {
		return nil
	}
	return err
}

// readPage reads the card and one page of a peer, and takes the page in. more
// says that the shelf goes on.
func (a *App) readPage(ctx context.Context, p desk.Peer, key *exchange.Key) (more bool, trouble desk.PeerTrouble, err error) {
	b, trouble, err := a.askPeer(ctx, p.Address+"/exchange/card", exchange.MaxCard)
	if trouble != "" {
		return false, trouble, err
	}
	card, err := exchange.ReadCard(b, p.Key)
	if err != nil {
		return false, cardTrouble(err), err
	}
	if card.Key != p.Key {
		if p, err = a.Desk.FollowPeerKey(ctx, desk.Program(), p.ID, p.Key, card.Key); err != nil {
			return false, "", err
		}
		a.log.Info("a peer of the exchange has a new key, signed by the one before", "desk", p.Desk)
	}
	query, err := exchange.RequestQuery(key, p.Desk, p.State.Cursor, a.now())
	if err != nil {
		return false, "", err
	}
	if b, trouble, err = a.askPeer(ctx, p.Address+"/exchange/shelf?"+query, exchange.MaxPage+8<<10); trouble != "" {
		return false, trouble, err
	}
	g, err := exchange.OpenPage(b, p.Key, key.Desk(), p.State.Cursor)
	switch {
	case errors.Is(err, exchange.ErrSignature):
		return false, desk.PeerSignature, err
	case err != nil:
		return false, desk.PeerMalformed, err
	case g.At.After(a.now().Add(time.Hour)):
		return false, desk.PeerFuture, nil
	}
	taken, refused, err := a.Desk.TakePage(ctx, desk.Program(), a.peerPage(ctx, p, g, key.Desk()))
	if err == nil && taken+refused > 0 {
		a.log.Info("lines of a peer were read", "desk", p.Desk, "taken", taken, "refused", refused)
	}
	return g.From+int64(len(g.Lines)) < g.Size, "", err
}

// cardTrouble says what a card that cannot be used means.
func cardTrouble(err error) desk.PeerTrouble {
	switch {
	case errors.Is(err, exchange.ErrRevoked):
		return desk.PeerRevoked
	case errors.Is(err, exchange.ErrSignature):
		return desk.PeerSignature
	}
	return desk.PeerMalformed
}

// peerPage is a verified page as the desk takes it in. Matching is done here,
// before the transaction begins.
func (a *App) peerPage(ctx context.Context, p desk.Peer, g exchange.Page, self string) desk.PeerPage {
	out := desk.PeerPage{Peer: p.ID, Cursor: p.State.Cursor, Before: g.Before, After: g.After(), Size: g.Size, Said: g.At, Self: self}
	same := map[string]desk.ID{}
	for i, l := range g.Lines {
		out.Lines = append(out.Lines, l.Body)
		if l.Body == nil {
			continue
		}
		if x, trouble := desk.ParseLine(l.Body, g.From+int64(i), a.now()); trouble == "" && !x.Ended {
			if s := x.Sentence(); s != "" {
				same[s] = a.sameClaim(ctx, s)
			}
		}
	}
	out.Same = func(s string) desk.ID { return same[s] }
	return out
}

// sameClaim finds the claim of ours that says the same as a sentence, open or
// published; "" unless the matcher is sure.
func (a *App) sameClaim(ctx context.Context, sentence string) desk.ID {
	r := a.Matcher.Match(ctx, match.Query{Text: sentence, Kinds: []match.Kind{match.KindClaim, match.KindCheck}})
	if r.Decision != match.DecisionSame || len(r.Matches) == 0 {
		return ""
	}
	_, id := desk.ParseKey(r.Matches[0].ID)
	return id
}

// askPeer fetches an address of a peer behind the guard.
func (a *App) askPeer(ctx context.Context, address string, limit int) ([]byte, desk.PeerTrouble, error) {
	hops, err := a.peerClient().Follow(ctx, fetch.Request{URL: address}, limit)
	var e *fetch.Error
	switch {
	case errors.As(err, &e) && (e.Kind == fetch.KindTooLarge || e.Kind == fetch.KindBomb):
		return nil, desk.PeerTooLarge, err
	case err != nil || len(hops) == 0:
		return nil, desk.PeerUnreachable, err
	}
	last := hops[len(hops)-1]
	switch last.Status {
	case http.StatusOK:
		return last.Body, "", nil
	case http.StatusForbidden:
		return nil, desk.PeerRefusesUs, nil
	}
	return nil, desk.PeerUnreachable, fmt.Errorf("status %d", last.Status)
}

// exchangeName is the exchange name of this desk.
func (a *App) exchangeName() (string, error) {
	u, err := url.Parse(a.Config.PublicURL)
	if err != nil {
		return "", err
	}
	return exchange.NameOf(strings.ToLower(u.Host)), nil
}
