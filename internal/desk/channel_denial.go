package desk

import (
	"context"
	"errors"
	"strings"

	"soi/internal/desk/address"
)

// NewDenial is what staff enter of a body's "not ours".
type NewDenial struct {
	Answer  ID
	Address string
	Quote   string // word for word out of the answer, naming the address
	InName  bool   // staff say: the address speaks in the body's name
}

// EnterDenial enters a body's own word that an address which speaks in its
// name is not its own. It is no report of anybody: only sites, numbers and
// e-mail addresses that pretend to be the body's, only in the body's words,
// only out of an answer to a request. Accounts on platforms are refused.
func (d *Desk) EnterDenial(ctx context.Context, by Actor, n NewDenial) (Denial, error) {
	a, ok := address.Read(n.Address)
	n.Quote = strings.TrimSpace(n.Quote)
	switch {
	case !ok:
		return Denial{}, invalid(NoSuchPlace)
	case a.Kind.Account():
		return Denial{}, invalid(DenialAccount)
	case !n.InName:
		return Denial{}, invalid(DenialNotInName)
	case tooLong(n.Quote, MaxNoteRunes):
		return Denial{}, invalid(TextTooLong)
	}
	var out Denial
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		ans, r, err := givenAnswer(ctx, tx, n.Answer)
		if err != nil {
			return err
		}
		if n.Quote == "" || !strings.Contains(ans.Text, n.Quote) || !names(n.Quote, a) {
			return invalid(DenialQuote)
		}
		if err := free(ctx, tx, a); err != nil {
			return err
		}
		out = Denial{ID: NewID(), Body: r.Body, Claim: r.Claim, Answer: ans.ID, Place: DenialPlace(a.Kind, a.Key), Quote: n.Quote, Lang: ans.Lang,
			Said: ans.At, Ends: ans.At.Add(DenialKept), State: ChannelWaiting, Entered: d.Now(), By: by.Staff}
		if err := tx.SetDenial(ctx, out); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDenialEntered, Claim: out.Claim, About: out.ID})
	})
	return out, err
}

// DecideDenial is the second person's word on a denial, or with
// ChannelWithdrawn the end of one. It is public only while the answer it is
// taken from stands in a published check.
func (d *Desk) DecideDenial(ctx context.Context, by Actor, id ID, to ChannelState, why string) (Denial, error) {
	var out Denial
	err := d.do(ctx, by, MayBodies, func(tx Tx) error {
		ns, err := tx.Denials(ctx, DenialFilter{ID: id, Limit: 1})
		if err != nil {
			return err
		}
		if len(ns) == 0 || id == "" {
			return ErrNotFound
		}
		out = ns[0]
		kind, err := d.turnDenial(ctx, tx, by, &out, to, why)
		if err != nil {
			return err
		}
		if err := tx.SetDenial(ctx, out); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, Claim: out.Claim, About: out.ID})
	})
	return out, err
}

// turnDenial moves a denial into another state.
func (d *Desk) turnDenial(ctx context.Context, tx Tx, by Actor, n *Denial, to ChannelState, why string) (EventKind, error) {
	was := n.State
	if to != ChannelDenied {
		if err := plainReason(why); err != nil {
			return "", err
		}
		n.Why = strings.TrimSpace(why)
	}
	kind := EvDenialRefused
	switch {
	case was == ChannelWaiting && to == ChannelRefused && n.By != by.Staff:
		n.State, n.Second = to, by.Staff
		return kind, nil
	case was == ChannelWaiting && to == ChannelDenied && n.By != by.Staff:
		kind, n.Second = EvDenialListed, by.Staff
		if _, _, err := givenAnswer(ctx, tx, n.Answer); err != nil {
			return "", err
		}
	case was == ChannelWaiting && (to == ChannelDenied || to == ChannelRefused):
		return "", ErrOwnWork
	case was == ChannelDenied && to == ChannelWithdrawn:
		kind = EvDenialWithdrawn
	default:
		return "", ErrState
	}
	b, err := bodyByID(ctx, tx, n.Body)
	if err != nil {
		return "", err
	}
	doc := ChannelDoc{Channel: n.ID, State: to, Body: b.ID, Names: b.Names, Check: n.Claim, Said: n.Said.Format("2006-01-02"), Why: n.Why}
	t, err := d.logChannel(ctx, tx, doc)
	n.State, n.Turns = to, append(n.Turns, t)
	return kind, err
}

// AnswersOf lists what a body answered, newest first, for the forms of the
// register.
func (d *Desk) AnswersOf(ctx context.Context, by Actor, body ID) (out []BodyAnswer, err error) {
	err = d.read(ctx, by, MayDraft, func(tx Tx) error {
		rs, err := tx.Requests(ctx, RequestFilter{Body: body})
		if err != nil || len(rs) == 0 {
			return err
		}
		var ids []ID
		for _, r := range rs {
			ids = append(ids, r.ID)
		}
		as, err := tx.BodyAnswers(ctx, BodyAnswerFilter{Requests: ids, State: AnswerGiven, Limit: 200})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		for i := len(as) - 1; i >= 0; i-- {
			out = append(out, as[i])
		}
		return nil
	})
	return out, err
}
