package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// What is taken in of one peer, whatever it offers.
const (
	PeerDayLines  = 3_000  // lines in a day
	PeerMostLaid  = 20_000 // questions, checks and so on that are kept
	theirsKept    = 90 * 24 * time.Hour
	refusedKept   = 90 * 24 * time.Hour
	refusedOfPage = 20 // lines of one page whose reason is kept
)

// PeerPage is a verified page of a peer's shelf: its lines from the cursor on,
// with nil for those that were erased. Names finds a claim of ours that says
// the same as a text; nil finds none.
type PeerPage struct {
	Peer   ID
	Cursor int64 // where the page was asked for from
	Before []byte
	Lines  [][]byte
	After  []byte
	Size   int64
	Said   time.Time
	Self   string // our own exchange name
	Same   func(text string) ID
}

// TakePage takes in one page. A page that contradicts what was read before
// stops the peer instead. It returns how many lines were taken in and how many
// refused.
func (d *Desk) TakePage(ctx context.Context, by Actor, g PeerPage) (taken, refused int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		taken, refused = 0, 0
		p, err := peerByID(ctx, tx, g.Peer)
		if err != nil {
			return err
		}
		if !p.Active() || !p.Follows || p.State.Stopped != "" || p.State.Cursor != g.Cursor {
			return ErrConflict
		}
		p.State.Tried = d.Now()
		if t := p.judge(g); t != "" {
			return d.troubled(ctx, tx, by, p, t)
		}
		r := reader{d: d, tx: tx, peer: &p, page: g, now: d.Now()}
		if err := r.prepare(ctx); err != nil {
			return err
		}
		for i := range g.Lines {
			if err := r.line(ctx, i); err != nil {
				return err
			}
		}
		taken, refused = r.taken, r.refused
		p.State.Cursor, p.State.Chain, p.State.Said = g.Cursor+int64(len(g.Lines)), g.After, g.Said
		p.State.Contact, p.State.Fails, p.State.Trouble = d.Now(), 0, ""
		p.State.Refused += refused
		if r.full {
			return d.troubled(ctx, tx, by, p, PeerFull)
		}
		if err := tx.SetPeer(ctx, p); err != nil || len(g.Lines) == 0 {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvPeerRead, About: p.ID, Data: map[string]string{"lines": strconv.Itoa(taken), "refused": strconv.Itoa(refused)}})
	})
	return taken, refused, err
}

// judge compares a page with what was read before.
func (p Peer) judge(g PeerPage) PeerTrouble {
	switch {
	case g.Size < p.State.Cursor:
		return PeerRewound
	case p.State.Cursor > 0 && string(g.Before) != string(p.State.Chain):
		return PeerForked
	case g.Said.Before(p.State.Said):
		return PeerReplayed
	}
	return ""
}

// PeerTroubled notes that a peer's shelf could not be read, and stops it where
// a person has to look.
func (d *Desk) PeerTroubled(ctx context.Context, by Actor, id ID, t PeerTrouble) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		p, err := peerByID(ctx, tx, id)
		if err != nil {
			return err
		}
		p.State.Tried = d.Now()
		return d.troubled(ctx, tx, by, p, t)
	})
}

// troubled stores a trouble; the event tells of those that stop a peer.
func (d *Desk) troubled(ctx context.Context, tx Tx, by Actor, p Peer, t PeerTrouble) error {
	p.State.Trouble = t
	p.State.Fails++
	stops := t.Stops() && p.State.Stopped == ""
	if t.Stops() {
		p.State.Stopped = t
	}
	if err := tx.SetPeer(ctx, p); err != nil || !stops {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvPeerStopped, About: p.ID, Data: map[string]string{"why": string(t)}})
}

// reader takes in the lines of one page.
type reader struct {
	d              *Desk
	tx             Tx
	peer           *Peer
	page           PeerPage
	now            time.Time
	kept           int    // what is kept of the peer
	all            []Laid // of all peers, about claims of ours
	taken, refused int
	full           bool
}

// prepare reads what the lines are compared with and begins a new day.
func (r *reader) prepare(ctx context.Context) (err error) {
	if day := r.now.Format(time.DateOnly); r.peer.State.Day != day {
		r.peer.State.Day, r.peer.State.Lines = day, 0
	}
	if r.kept, err = r.tx.CountLaid(ctx, r.peer.ID); err != nil {
		return err
	}
	r.all, err = r.tx.LaidOf(ctx, LaidFilter{Linked: true, Limit: queueLimit})
	return err
}

// line takes in one line or keeps why it was refused.
func (r *reader) line(ctx context.Context, i int) error {
	n := r.page.Cursor + int64(i)
	r.peer.State.Lines++
	if r.page.Lines[i] == nil {
		return nil // erased there since; a later line says what stands
	}
	l, trouble := ParseLine(r.page.Lines[i], n, r.now)
	if trouble == "" {
		trouble = r.foreign(ctx, l)
	}
	if trouble != "" {
		if r.refused++; r.refused > refusedOfPage {
			return nil // counted, and that is enough
		}
		return r.tx.AddRefused(ctx, RefusedLine{Peer: r.peer.ID, N: n, At: r.now, Why: trouble})
	}
	return r.keep(ctx, l)
}

// foreign refuses a line that says to be something of ours that we never laid
// out, or that speaks in the name of its own desk about itself.
func (r *reader) foreign(ctx context.Context, l ShelfLine) LineTrouble {
	ours := func(id ID) bool { _, err := r.tx.Claim(ctx, id); return err == nil }
	if l.Root != nil && (l.Root.Desk == r.peer.Desk || l.Root.Desk == r.page.Self && !ours(l.Root.Entry)) {
		return LineForeign
	}
	if l.To == r.page.Self && !ours(l.About) {
		return LineForeign
	}
	return ""
}

// keep stores what a line says.
func (r *reader) keep(ctx context.Context, l ShelfLine) error {
	if (l.Kind == LineSource || l.Kind == LineTaken) && l.To != r.page.Self {
		return nil // for another desk
	}
	had, err := r.tx.LaidOf(ctx, LaidFilter{Peer: r.peer.ID, Kind: l.Kind, Entry: l.Entry, Limit: 1})
	if err != nil {
		return err
	}
	t := Laid{Peer: r.peer.ID, Kind: l.Kind, Entry: l.Entry, Root: Ref{r.peer.Desk, l.Entry}}
	if len(had) > 0 {
		t = had[0]
	} else if l.Ended {
		return nil // never seen
	} else if r.kept++; r.kept > PeerMostLaid {
		r.full = true
		return nil
	}
	was := t
	t.N, t.Seen = l.N, r.now
	if l.Ended {
		if t.Ended.IsZero() {
			t.Ended = r.now
		}
		t.Line = t.Line.bare()
		if err := r.tx.SetSetting(ctx, uncleanSetting, "yes"); err != nil {
			return err
		}
	} else {
		t.Ended, t.Line = time.Time{}, l
		if l.Root != nil {
			t.Root = *l.Root
		}
		r.relate(&t)
	}
	r.taken++
	if err := r.tx.SetLaid(ctx, t); err != nil {
		return err
	}
	return r.told(ctx, was, t)
}

// uncleanSetting says that words were deleted of which the files of the database
// may still hold something; the next hourly pass has them cleaned.
const uncleanSetting = "files-to-clean"

// bare is a line without what it told: what another desk has taken back, erased
// perhaps, is not kept here. That it was there, and where, is.
func (l ShelfLine) bare() ShelfLine {
	l.Text, l.Source = "", nil
	if c := l.Check; c != nil {
		l.Check = &ShelfCheck{URL: c.URL, Rev: c.Rev, Kind: c.Kind, Rating: c.Rating, Hash: c.Hash}
	}
	return l
}

// relate finds the claim of ours that a new thing is about: the one it comes
// from, the one that another thing of the same root is linked to, or the one
// whose wording is the same.
func (r *reader) relate(t *Laid) {
	if t.Claim != "" || t.Why == WhyApart {
		return
	}
	l := t.Line
	switch {
	case l.To == r.page.Self:
		t.Claim, t.Why = l.About, WhyKnown
	case t.Root.Desk == r.page.Self:
		t.Claim, t.Why = t.Root.Entry, WhyKnown
	default:
		if i := slices.IndexFunc(r.all, func(o Laid) bool { return o.Root == t.Root && o.Why != WhyApart }); i >= 0 {
			t.Claim, t.Why = r.all[i].Claim, WhyKnown
			return
		}
		if r.page.Same != nil {
			if id := r.page.Same(l.Sentence()); id != "" {
				t.Claim, t.Why = id, WhyWording
			}
		}
	}
}

// Sentence is what a question or check is about, "" for other lines.
func (l ShelfLine) Sentence() string {
	if l.Check != nil && len(l.Check.Texts) > 0 {
		return l.Check.Texts[0].Claim
	}
	return l.Text
}

// told appends an event on a claim of ours when a peer did something that its
// people should see: took it over, let it go, offered evidence, or changed a
// check that a draft of ours began with.
func (r *reader) told(ctx context.Context, was, t Laid) error {
	if t.Claim == "" {
		return nil
	}
	var kind EventKind
	switch {
	case t.Kind == LineTaken && was.Seen.IsZero():
		kind = EvPeerTook
	case t.Kind == LineTaken && was.Ended.IsZero() && !t.Ended.IsZero():
		kind = EvPeerLeft
	case t.Kind == LineSource && was.Seen.IsZero():
		kind = EvPeerOffers
	case t.Kind == LineCheck && t.Why == WhyAdopted && was.Ended.IsZero() && !t.Ended.IsZero(): // their page is gone
		kind = EvPeerCheckChanged
	case t.Kind == LineCheck && t.Why == WhyAdopted && was.Line.Check != nil && t.Line.Check != nil && was.Line.Check.Hash != t.Line.Check.Hash:
		kind = EvPeerCheckChanged
	default:
		return nil
	}
	if _, err := r.tx.Claim(ctx, t.Claim); errors.Is(err, ErrNotFound) {
		return nil
	}
	return r.d.tell(ctx, r.tx, Program(), Event{Kind: kind, Claim: t.Claim, About: t.Peer})
}

// TidyExchange forgets what ended long ago and nothing was made of, and why
// lines were refused. What it returns is above 0 also when only the files of the
// database have to be cleaned.
func (d *Desk) TidyExchange(ctx context.Context, by Actor) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		a, err := tx.DropLaid(ctx, "", d.Now().Add(-theirsKept))
		if err != nil {
			return err
		}
		b, err := tx.DropRefused(ctx, d.Now().Add(-refusedKept))
		if n = a + b; err != nil {
			return err
		}
		if n > 0 {
			if err := d.tell(ctx, tx, by, Event{Kind: EvLaidForgot, Data: map[string]string{"rows": strconv.Itoa(n)}}); err != nil {
				return err
			}
		}
		unclean, err := tx.Setting(ctx, uncleanSetting)
		if err != nil || unclean == "" {
			return err
		}
		n++
		return tx.SetSetting(ctx, uncleanSetting, "")
	})
	return n, err
}
