package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"soi/internal/desk/address"
)

// NewChannel is what staff enter.
type NewChannel struct {
	Body    ID
	Address string
	Proof   ChannelProof
	Page    string // for proofs on a page
	Answer  ID     // for ProofSaid
}

// channelFresh is how old the last good look may be when a second person
// agrees.
const channelFresh = 8 * 24 * time.Hour

// EnterChannel enters a channel with its proof. It waits, unseen by the
// public, until the proof was found and a second person agreed.
func (d *Desk) EnterChannel(ctx context.Context, by Actor, n NewChannel) (BodyChannel, error) {
	a, ok := address.Read(n.Address)
	if !ok {
		return BodyChannel{}, invalid(NoSuchPlace)
	}
	var c BodyChannel
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		b, err := bodyByID(ctx, tx, n.Body)
		if errors.Is(err, ErrNotFound) || err == nil && !b.Used() {
			return invalid(NoBody)
		}
		if err != nil {
			return err
		}
		c = BodyChannel{ID: NewID(), Body: b.ID, Address: a, Proof: n.Proof, State: ChannelWaiting, Entered: d.Now(), By: by.Staff, Check: ChannelCheck{Due: d.Now()}}
		if err := d.prove(ctx, tx, &c, b, n); err != nil {
			return err
		}
		if err := free(ctx, tx, a); err != nil {
			return err
		}
		if err := tx.SetBodyChannel(ctx, c); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvChannelEntered, About: c.ID, Data: map[string]string{"proof": string(c.Proof)}})
	})
	return c, err
}

// prove checks that the proof can be one, and fills in where it stands.
func (d *Desk) prove(ctx context.Context, tx Tx, c *BodyChannel, b Body, n NewChannel) error {
	cs, err := tx.BodyChannels(ctx, ChannelFilter{Body: b.ID})
	if err != nil {
		return err
	}
	own := ownHosts(b, cs)
	switch n.Proof {
	case ProofLink, ProofRelMe:
		page, err := cleanLink(n.Page)
		if err != nil {
			return err
		}
		at, ok := address.Read(page)
		switch {
		case !ok || at.Kind != address.Site || !under(at.Host, own):
			return invalid(ProofElsewhere)
		case c.Address.Kind == address.Site && under(at.Host, []string{c.Address.Host}):
			return invalid(ProofOfItself)
		}
		c.Page = page
	case ProofDNS:
		c.Host = c.Address.Host
		if c.Address.Kind != address.Site && c.Address.Kind != address.Mail && len(own) > 0 {
			c.Host = own[0]
		}
		if !under(c.Host, own) {
			return invalid(ProofElsewhere)
		}
		c.Code = strings.ToLower(string(NewID()))
	case ProofSaid:
		if _, _, err := answerNaming(ctx, tx, n.Answer, b.ID, c.Address); err != nil {
			return err
		}
		c.Answer, c.Check = n.Answer, ChannelCheck{Due: d.Now().Add(WatchEvery), Tried: d.Now(), Good: d.Now()}
	default:
		return invalid(NoProof)
	}
	return nil
}

// answerNaming finds an answer that counts as the body's and names the
// address.
func answerNaming(ctx context.Context, tx Tx, id, body ID, a address.Address) (BodyAnswer, Request, error) {
	ans, r, err := givenAnswer(ctx, tx, id)
	if err != nil {
		return ans, r, err
	}
	if r.Body != body || !names(ans.Text, a) {
		return ans, r, invalid(AnswerNotNaming)
	}
	return ans, r, nil
}

// givenAnswer finds an answer that counts as a body's, with its request.
func givenAnswer(ctx context.Context, tx Tx, id ID) (BodyAnswer, Request, error) {
	as, err := tx.BodyAnswers(ctx, BodyAnswerFilter{ID: id, State: AnswerGiven, Limit: 1})
	if err != nil {
		return BodyAnswer{}, Request{}, err
	}
	if len(as) == 0 || id == "" {
		return BodyAnswer{}, Request{}, invalid(AnswerNotNaming)
	}
	rs, err := tx.Requests(ctx, RequestFilter{IDs: []ID{as[0].Request}, Limit: 1})
	if err == nil && len(rs) == 0 {
		err = invalid(AnswerNotNaming)
	}
	if err != nil {
		return BodyAnswer{}, Request{}, err
	}
	return as[0], rs[0], nil
}

// names reports whether a text names an address, however it is written.
func names(text string, a address.Address) bool {
	is := func(o address.Address) bool { return o.Kind == a.Kind && o.Key == a.Key }
	if slices.ContainsFunc(address.Find(text), is) {
		return true
	}
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool { o, ok := address.Read(w); return ok && is(o) })
}

// free refuses an address that is in the register, or of which a body says
// that it is not its own.
func free(ctx context.Context, tx Tx, a address.Address) error {
	cs, err := tx.BodyChannels(ctx, ChannelFilter{Keys: []string{a.Key}, States: []ChannelState{ChannelWaiting, ChannelProved, ChannelGone}})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(cs, func(c BodyChannel) bool { return c.Address.Kind == a.Kind }) {
		return invalid(ChannelTaken)
	}
	ns, err := tx.Denials(ctx, DenialFilter{Places: [][]byte{DenialPlace(a.Kind, a.Key)}})
	if err == nil && slices.ContainsFunc(ns, func(n Denial) bool { return n.State == ChannelDenied || n.State == ChannelWaiting }) {
		err = invalid(ChannelTaken)
	}
	return err
}

// DecideChannel is the second person's word: with yes the channel is public
// and in the log from here on. Whoever entered it cannot; a proof that was not
// found within the last days cannot be agreed to.
func (d *Desk) DecideChannel(ctx context.Context, by Actor, id ID, yes bool, why string) (BodyChannel, error) {
	return d.onChannel(ctx, by, id, func(tx Tx, c *BodyChannel) (EventKind, error) {
		switch {
		case c.State != ChannelWaiting:
			return "", ErrState
		case c.By == by.Staff:
			return "", ErrOwnWork
		}
		c.Second = by.Staff
		if !yes {
			c.State, c.Why = ChannelRefused, why
			return EvChannelRefused, plainReason(why)
		}
		if c.Check.Trouble != "" || c.Check.Good.IsZero() || d.Now().Sub(c.Check.Good) > channelFresh {
			return "", invalid(ProofNotFound)
		}
		b, err := bodyByID(ctx, tx, c.Body)
		if err == nil && !b.Used() {
			err = invalid(NoBody)
		}
		if err != nil {
			return "", err
		}
		return EvChannelListed, d.enterTurn(ctx, tx, c, b, ChannelProved)
	})
}

// WithdrawChannel takes a channel off the register, with a reason that the
// public sees. One person may, at once: an account that was taken over must
// not stay listed until somebody else is back at work. Putting it back takes
// two.
func (d *Desk) WithdrawChannel(ctx context.Context, by Actor, id ID, why string) (BodyChannel, error) {
	return d.onChannel(ctx, by, id, func(tx Tx, c *BodyChannel) (EventKind, error) {
		if err := plainReason(why); err != nil {
			return "", err
		}
		c.Why = strings.TrimSpace(why)
		if c.State == ChannelWaiting {
			c.State = ChannelRefused
			return EvChannelRefused, nil
		}
		if c.State != ChannelProved && c.State != ChannelGone {
			return "", ErrState
		}
		b, err := bodyByID(ctx, tx, c.Body)
		if err != nil {
			return "", err
		}
		return EvChannelWithdrawn, d.enterTurn(ctx, tx, c, b, ChannelWithdrawn)
	})
}

// LookAtChannel makes a channel due now.
func (d *Desk) LookAtChannel(ctx context.Context, by Actor, id ID) (BodyChannel, error) {
	return d.onChannel(ctx, by, id, func(tx Tx, c *BodyChannel) (EventKind, error) {
		if c.State == ChannelRefused || c.State == ChannelWithdrawn {
			return "", ErrState
		}
		c.Check.Due = d.Now()
		return EvChannelAsked, nil
	})
}

// plainReason refuses a reason that is missing or too long.
func plainReason(why string) error {
	switch why = strings.TrimSpace(why); {
	case why == "":
		return invalid(NoChannelReason)
	case tooLong(why, MaxNoteRunes):
		return invalid(TextTooLong)
	}
	return nil
}

// onChannel changes a channel and tells of it.
func (d *Desk) onChannel(ctx context.Context, by Actor, id ID, change func(Tx, *BodyChannel) (EventKind, error)) (BodyChannel, error) {
	var out BodyChannel
	err := d.do(ctx, by, MayBodies, func(tx Tx) error {
		c, err := channelByID(ctx, tx, id)
		if err != nil {
			return err
		}
		kind, err := change(tx, &c)
		if err != nil {
			return err
		}
		if err := tx.SetBodyChannel(ctx, c); err != nil {
			return err
		}
		out = c
		return d.tell(ctx, tx, by, Event{Kind: kind, About: id, Data: map[string]string{"state": string(c.State)}})
	})
	return out, err
}

// channelByID finds a channel.
func channelByID(ctx context.Context, tx Tx, id ID) (BodyChannel, error) {
	cs, err := tx.BodyChannels(ctx, ChannelFilter{IDs: []ID{id}, Limit: 1})
	if err != nil {
		return BodyChannel{}, err
	}
	if len(cs) == 0 || id == "" {
		return BodyChannel{}, ErrNotFound
	}
	return cs[0], nil
}

// ChannelList is the register as staff see it.
type ChannelList struct {
	Channels []BodyChannel
	Denials  []Denial
	Bodies   map[ID]Body
	Staff    map[ID]string
}

// ChannelDesk lists everything of the register for the desk, what waits
// first, then by time entered, newest first.
func (d *Desk) ChannelDesk(ctx context.Context, by Actor) (out ChannelList, err error) {
	p := MayRead
	if by.Staff == "" {
		p = MayFetch
	}
	out = ChannelList{Bodies: map[ID]Body{}, Staff: map[ID]string{}}
	err = d.read(ctx, by, p, func(tx Tx) error {
		if out.Channels, err = tx.BodyChannels(ctx, ChannelFilter{}); err != nil {
			return err
		}
		if out.Denials, err = tx.Denials(ctx, DenialFilter{}); err != nil {
			return err
		}
		bs, err := tx.Bodies(ctx)
		if err != nil {
			return err
		}
		for _, b := range bs {
			out.Bodies[b.ID] = b
		}
		staff, err := tx.Staff(ctx)
		for _, s := range staff {
			out.Staff[s.ID] = s.Name
		}
		return err
	})
	slices.SortStableFunc(out.Channels, func(a, b BodyChannel) int {
		return cmp.Or(cmp.Compare(rankOf(a.State), rankOf(b.State)), b.Entered.Compare(a.Entered))
	})
	slices.SortStableFunc(out.Denials, func(a, b Denial) int {
		return cmp.Or(cmp.Compare(rankOf(a.State), rankOf(b.State)), b.Entered.Compare(a.Entered))
	})
	return out, err
}

// rankOf orders states for the desk.
func rankOf(s ChannelState) int {
	return slices.Index([]ChannelState{ChannelWaiting, ChannelGone, ChannelProved, ChannelDenied, ChannelWithdrawn, ChannelRefused}, s)
}
