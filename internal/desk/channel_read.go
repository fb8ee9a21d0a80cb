package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"soi/internal/desk/address"
)

// Listed is a channel as readers see it.
type Listed struct {
	ID      ID
	Address address.Address
	Body    ID
	Names   Said // of the body
	Proof   ChannelProof
	Page    string
	Host    string
	State   ChannelState
	Since   time.Time // proved for the first time
	Turned  time.Time // into the state it is in
	Looked  time.Time // last look that found the proof
	Index   int64     // of its newest entry in the public log
	Hash    []byte    // of that entry's document
	Why     string    // of a withdrawal
}

// listed is a channel as a signed log of this size lets readers see it.
func (c BodyChannel) listed(b Body, below int64) (Listed, bool) {
	t, ok := turnBelow(c.Turns, below)
	l := Listed{ID: c.ID, Address: c.Address, Body: b.ID, Names: b.Names, Proof: c.Proof, Page: c.Page, Host: c.Host, State: t.State,
		Since: c.provedSince(), Turned: t.At, Looked: c.Check.Good, Index: t.Index, Hash: t.Hash}
	if t.State == ChannelWithdrawn {
		l.Why = c.Why
	}
	return l, ok
}

// Channels is the public register: by body, as names are ordered; withdrawn
// lines are among them.
func (d *Desk) Channels(ctx context.Context, below int64) (out []Listed, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = listedOf(ctx, tx, ChannelFilter{}, below)
		return err
	})
	return out, err
}

// listedOf reads channels as readers see them.
func listedOf(ctx context.Context, tx Tx, f ChannelFilter, below int64) ([]Listed, error) {
	cs, err := tx.BodyChannels(ctx, f)
	if err != nil || len(cs) == 0 {
		return nil, err
	}
	bs, err := tx.Bodies(ctx)
	if err != nil {
		return nil, err
	}
	var out []Listed
	for _, b := range bs {
		for _, c := range cs {
			if c.Body != b.ID {
				continue
			}
			if l, ok := c.listed(b, below); ok {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// Said no, as readers see it: the words stand in a published answer.
type DeniedBy struct {
	Body  ID
	Names Said
	Quote string
	Lang  string
	Said  time.Time
	Check ID // the check in which the whole answer stands
}

// Theirs is the answer to "is this theirs?". At most one of Listed and Denied
// is set; with neither, the register says nothing about the address.
type Theirs struct {
	Address address.Address
	Listed  *Listed
	Denied  *DeniedBy
	Was     *Listed  // it stood in the register once
	Like    []Listed // listed addresses that look like it and are others
	Near    *Listed  // the site below whose host it lies, or whose host its mail is at
	Foreign bool     // its letters are of another alphabet and look like Latin ones
}

// ErrNotAnAddress: what was asked about is no site, number, e-mail address or
// account.
var ErrNotAnAddress = errors.New("desk: not an address")

// IsTheirs answers whether an address is a body's own, as a signed log of this
// size has it. Nothing about the question is kept.
func (d *Desk) IsTheirs(ctx context.Context, question string, below int64) (Theirs, error) {
	a, ok := address.Read(question)
	if !ok {
		return Theirs{}, ErrNotAnAddress
	}
	out := Theirs{Address: a, Foreign: a.Host != "" && address.Foreign(a.Host)}
	err := d.store.Read(ctx, func(tx Tx) error {
		all, err := listedOf(ctx, tx, ChannelFilter{}, below)
		if err != nil {
			return err
		}
		out.find(all)
		if out.Denied, err = d.deniedBy(ctx, tx, a, below); err == nil && out.Denied != nil {
			out.Listed = nil
		}
		return err
	})
	return out, err
}

// find takes what the register holds of the address.
func (t *Theirs) find(all []Listed) {
	over := t.Address.Over()
	for _, l := range all {
		stands := l.State == ChannelProved || l.State == ChannelGone
		same := l.Address.Kind == t.Address.Kind && slices.Contains(over, l.Address.Key)
		switch {
		case same && stands && (t.Listed == nil || len(l.Address.Key) > len(t.Listed.Address.Key)):
			t.Listed = &l
		case same && !stands && t.Was == nil:
			t.Was = &l
		case !stands || l.Address.Host == "" || t.Address.Host == "" || same:
		case address.Alike(t.Address.Host, l.Address.Host) && len(t.Like) < 3:
			t.Like = append(t.Like, l)
		case l.Address.Kind == address.Site && l.Address.Key == l.Address.Host && under(t.Address.Host, []string{l.Address.Host}):
			t.Near = &l
		}
	}
	if t.Listed != nil {
		t.Was, t.Like, t.Near = nil, nil, nil
	}
}

// ListedIn finds the listed channels among the addresses of a message.
func (d *Desk) ListedIn(ctx context.Context, message string, below int64) (out []Listed, err error) {
	found := address.Find(message)
	var keys []string
	for _, a := range found {
		keys = append(keys, a.Over()...)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		all, err := listedOf(ctx, tx, ChannelFilter{Keys: keys}, below)
		for _, l := range all {
			if l.State == ChannelProved && slices.ContainsFunc(found, func(a address.Address) bool {
				return a.Kind == l.Address.Kind && slices.Contains(a.Over(), l.Address.Key)
			}) {
				out = append(out, l)
			}
		}
		return err
	})
	return out, err
}

// deniedBy finds the body that says in a published answer that the address is
// not its own, while that answer stands and is not older than a year.
func (d *Desk) deniedBy(ctx context.Context, tx Tx, a address.Address, below int64) (*DeniedBy, error) {
	var places [][]byte
	for _, k := range a.Over() {
		places = append(places, DenialPlace(a.Kind, k))
	}
	ns, err := tx.Denials(ctx, DenialFilter{Places: places})
	if err != nil {
		return nil, err
	}
	slices.Reverse(ns) // the newest word counts
	for _, n := range ns {
		t, ok := turnBelow(n.Turns, below)
		if !ok || t.State != ChannelDenied || !d.Now().Before(n.Ends) {
			continue
		}
		if open, err := published(ctx, tx, n, below); err != nil || !open {
			if err != nil {
				return nil, err
			}
			continue
		}
		b, err := bodyByID(ctx, tx, n.Body)
		if err != nil {
			return nil, err
		}
		return &DeniedBy{Body: b.ID, Names: b.Names, Quote: n.Quote, Lang: n.Lang, Said: n.Said, Check: n.Claim}, nil
	}
	return nil, nil
}

// published reports whether the words of a denial stand in the check in force:
// a correction, withdrawal or redaction that takes them away takes the denial
// away.
func published(ctx context.Context, tx Tx, n Denial, below int64) (bool, error) {
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Verdict: n.Claim, Newest: true, Limit: 1})
	if err != nil || len(rs) == 0 || rs[0].Erased || rs[0].Kind == KindWithdraw {
		return false, err
	}
	return slices.ContainsFunc(rs[0].Doc.Asked, func(q DocAsked) bool {
		return slices.ContainsFunc(q.Answers, func(a DocAnswer) bool { return strings.Contains(a.Text, n.Quote) })
	}), nil
}
