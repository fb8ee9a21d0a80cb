package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/exchange"
)

// shelf answers what peers ask of us: our card, and pages of our shelf for
// those who may read it. It implements what the pages need of exchange.
type shelf struct{ a *App }

// ServeHTTP answers /exchange/card and /exchange/shelf.
func (s shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, kind, err := []byte(nil), "application/json", error(nil)
	if r.URL.Path == "/exchange/card" {
		b, err = s.card()
	} else {
		kind = "text/plain; charset=utf-8"
		b, err = s.page(r.Context(), r)
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	switch {
	case errors.Is(err, desk.ErrNotFound), errors.Is(err, exchange.ErrSignature):
		http.Error(w, "This desk does not let you read its shelf.", http.StatusForbidden)
	case errors.Is(err, exchange.ErrForm):
		http.Error(w, "This is not a request for a shelf.", http.StatusBadRequest)
	case err != nil:
		s.a.log.Error("the shelf cannot be shown to a peer", "err", err)
		http.Error(w, "The shelf cannot be shown now.", http.StatusServiceUnavailable)
	default:
		h.Set("Content-Type", kind)
		_, _ = w.Write(b)
	}
}

// card tells who we are.
func (s shelf) card() ([]byte, error) {
	k, err := s.a.exchangeKey()
	if err != nil {
		return nil, err
	}
	n, err := s.a.exchangeNotes()
	if err != nil {
		return nil, err
	}
	return exchange.Card{Desk: k.Desk(), Name: s.a.Config.Name, Key: k.VKey(), Changes: n.Changes, Revoked: n.Revoked}.Bytes()
}

// page is what a peer that may read asked for.
func (s shelf) page(ctx context.Context, r *http.Request) ([]byte, error) {
	k, err := s.a.exchangeKey()
	if err != nil {
		return nil, err
	}
	req, err := exchange.OpenRequest(r.URL.Query(), k.Desk(), s.a.now(), func(reader string) (string, error) {
		p, err := s.a.Desk.PeerReading(ctx, reader)
		return p.Key, err
	})
	if err != nil {
		return nil, err
	}
	rows, before, size, err := s.a.Desk.Shelf(ctx, req.From, exchange.MaxLines)
	if errors.Is(err, desk.ErrNotFound) { // the reader has read more than there is: it has to see that
		before, err = make([]byte, 32), nil
	}
	if err != nil {
		return nil, err
	}
	p := exchange.PageOf(rows, before, size, req.From)
	p.For, p.At = req.Reader, s.a.now()
	return p.Sign(k)
}

// Self is our exchange name and verifier key.
func (s shelf) Self() (name, vkey string, err error) {
	k, err := s.a.exchangeKey()
	if err != nil {
		return "", "", err
	}
	return k.Desk(), k.VKey(), nil
}

// DeskOf reads the exchange name in a verifier key; "" if it is none.
func (shelf) DeskOf(vkey string) string {
	name, err := exchange.DeskOf(vkey)
	if err != nil {
		return ""
	}
	return name
}

// ReadNow lays our shelf out and reads a peer at once, for a person who waits.
func (s shelf) ReadNow(ctx context.Context, id desk.ID) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	if err := s.a.layShelf(ctx); err != nil {
		return err
	}
	return s.a.ReadPeer(ctx, id)
}

// examineExchange says how the exchange with each peer goes.
func (a *App) examineExchange(ctx context.Context, d *doctor) {
	ps, err := a.Desk.Peers(ctx, desk.Program())
	if err != nil {
		d.say(Trouble, "The peers of the exchange cannot be read: %v.", "Không đọc được danh sách bàn bạn: %v.", err)
		return
	}
	for _, p := range ps {
		if !p.Active() {
			continue
		}
		r, err := a.peerRemark(ctx, p)
		if err != nil {
			d.say(Trouble, "Refused lines of a peer cannot be read: %v.", "Không đọc được các dòng bị từ chối: %v.", err)
			return
		}
		d.out = append(d.out, r)
	}
}

// peerRemark is how exchange with one peer goes, in a sentence.
func (a *App) peerRemark(ctx context.Context, p desk.Peer) (Remark, error) {
	level, en, vi := Well, "it is read", "đọc được"
	switch s := p.State; {
	case s.Stopped != "":
		level, en, vi = Trouble, "stopped ("+string(s.Stopped)+"), a person has to look at /desk/exchange", "đã dừng ("+string(s.Stopped)+"), cần có người xem tại /desk/exchange"
	case !p.Follows:
		en, vi = "it may read us, we do not read it", "bàn ấy được đọc ta, ta không đọc bàn ấy"
	case s.Trouble != "":
		level, en, vi = Notice, "the last try failed ("+string(s.Trouble)+")", "lần thử gần nhất không được ("+string(s.Trouble)+")"
	case s.Contact.IsZero():
		level, en, vi = Notice, "not read yet", "chưa đọc lần nào"
	}
	last := "—"
	if !p.State.Contact.IsZero() {
		last = p.State.Contact.In(a.Config.Zone).Format("2006-01-02 15:04")
	}
	why, err := a.refusedOf(ctx, p)
	return Remark{level,
		fmt.Sprintf("Exchange with %s (%s): %s; last contact %s; %d lines refused%s.", p.Name, p.Desk, en, last, p.State.Refused, why),
		fmt.Sprintf("Trao đổi với %s (%s): %s; liên lạc gần nhất %s; từ chối %d dòng%s.", p.Name, p.Desk, vi, last, p.State.Refused, why)}, err
}

// refusedOf counts by reason what was refused of a peer lately: " (account 2,
// markup 1)".
func (a *App) refusedOf(ctx context.Context, p desk.Peer) (string, error) {
	rs, err := a.Desk.RefusedLines(ctx, desk.Program(), p.ID, 200)
	if err != nil || len(rs) == 0 {
		return "", err
	}
	n := map[desk.LineTrouble]int{}
	for _, r := range rs {
		n[r.Why]++
	}
	var out []string
	for _, why := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprintf("%s %d", why, n[why]))
	}
	return " (" + strings.Join(out, ", ") + ")", nil
}

// ExchangeSelf is our exchange name and verifier key.
func (a *App) ExchangeSelf() (name, vkey string, err error) { return shelf{a}.Self() }

// ExchangeDeskOf reads the exchange name in another desk's verifier key, and
// refuses our own.
func (a *App) ExchangeDeskOf(vkey string) (string, error) {
	self, _, err := a.ExchangeSelf()
	if err != nil {
		return "", err
	}
	name := shelf{a}.DeskOf(vkey)
	switch name {
	case "":
		return "", errors.New("this is not the verifier key of a desk; `soi exchange key` prints it there")
	case self:
		return "", errors.New("this is the key of this desk itself")
	}
	return name, nil
}
