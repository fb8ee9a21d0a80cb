package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewRequest is what staff hand in to ask a body.
type NewRequest struct {
	ID       ID // made with the form, so that a form sent twice asks once
	Claim    ID
	Body     ID
	Question string
	Plan     string
	Days     int    // 0 means what the harm asks for
	Why      string // needed when Days differs from that
	Link     []byte // hash of the personal link; see NewRequestLink with n 1
	ByHand   bool   // no relay is set: staff deliver the letter
}

// check refuses a request that a body could not answer.
func (n *NewRequest) check() error {
	n.Question, n.Plan, n.Why = strings.TrimSpace(n.Question), strings.TrimSpace(n.Plan), strings.TrimSpace(n.Why)
	var ps []Problem
	if n.Question == "" {
		ps = append(ps, NoQuestion)
	}
	if n.Plan == "" {
		ps = append(ps, NoPlan)
	}
	if tooLong(n.Question, MaxQuestionRunes) || tooLong(n.Plan, MaxNoteRunes) || tooLong(n.Why, MaxNoteRunes) {
		ps = append(ps, TextTooLong)
	}
	if n.Days < 0 || n.Days > MaxRequestDays || !n.ID.Valid() || len(n.Link) != 32 {
		ps = append(ps, BadChoice)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// Preview is a request as it would be sent now; nothing is stored.
func (d *Desk) Preview(ctx context.Context, by Actor, n NewRequest) (v RequestView, err error) {
	if err := n.check(); err != nil {
		return v, err
	}
	err = d.read(ctx, by, MayDraft, func(tx Tx) error {
		c, err := tx.Claim(ctx, n.Claim)
		if err != nil {
			return err
		}
		if v.Request, v.Office, err = d.newRequest(ctx, tx, by, c, n); err != nil {
			return err
		}
		if err := d.start(ctx, tx, &v.Request, d.Now()); err != nil {
			return err
		}
		v.Stand = StandUnsent
		w, err := workTime(ctx, tx, v.Office)
		v.Off = w.Holidays(v.Sent, v.Due)
		return err
	})
	return v, err
}

// newRequest makes the row of a request.
func (d *Desk) newRequest(ctx context.Context, tx Tx, by Actor, c Claim, n NewRequest) (Request, Body, error) {
	b, err := bodyByID(ctx, tx, n.Body)
	if errors.Is(err, ErrNotFound) || err == nil && !b.Used() {
		err = invalid(NoBody)
	}
	if err != nil {
		return Request{}, b, err
	}
	usual := DaysFor(c.Harm)
	if n.Days == 0 {
		n.Days = usual
	}
	if n.Days == usual {
		n.Why = ""
	} else if n.Why == "" {
		return Request{}, b, invalid(NoDaysReason)
	}
	r := Request{ID: n.ID, Claim: c.ID, Body: b.ID, Names: b.Names, Mail: b.Mail, Lang: b.Lang, Question: n.Question, Plan: n.Plan,
		Harm: c.Harm, Days: n.Days, Why: n.Why, Asked: d.Now(), By: by.Staff, Link: n.Link, LinkN: 1, Expires: d.Now().Add(linkLife)}
	if n.ByHand {
		r.Mail = ""
	}
	return r, b, nil
}

// AskBody puts a question to a body: the letter goes into the outbox, or waits
// for staff to deliver it. A form sent twice asks once.
func (d *Desk) AskBody(ctx context.Context, by Actor, n NewRequest) (Request, error) {
	if err := n.check(); err != nil {
		return Request{}, err
	}
	var out Request
	_, err := d.step(ctx, by, MayDraft, n.Claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		same, err := requestByID(ctx, tx, n.ID)
		if err == nil && same.Claim == c.ID {
			out = same
			return Event{}, ErrDuplicate
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Event{}, err
		}
		if out, _, err = d.newRequest(ctx, tx, by, *c, n); err != nil {
			return Event{}, err
		}
		if err := tx.SetRequest(ctx, out); err != nil {
			return Event{}, err
		}
		return Event{Kind: EvRequestAsked, About: out.ID, Data: map[string]string{"days": strconv.Itoa(out.Days)}}, d.writeLetter(ctx, tx, out, LetterAsk, 1)
	})
	if errors.Is(err, ErrDuplicate) {
		return out, nil
	}
	return out, err
}

// change runs one change of one request by staff: permission, change, event on
// its claim. The claim itself is not touched, whatever became of it.
func (d *Desk) change(ctx context.Context, by Actor, id ID, fn func(tx Tx, r *Request) (Event, error)) (out Request, err error) {
	err = d.do(ctx, by, MayDraft, func(tx Tx) error {
		if out, err = requestByID(ctx, tx, id); err != nil {
			return err
		}
		e, err := fn(tx, &out)
		if err != nil {
			return err
		}
		if err := tx.SetRequest(ctx, out); err != nil {
			return err
		}
		e.Claim, e.About = out.Claim, out.ID
		return d.tell(ctx, tx, by, e)
	})
	return out, err
}

// MarkSent says that staff delivered the question by hand: the deadline begins.
func (d *Desk) MarkSent(ctx context.Context, by Actor, id ID) (Request, error) {
	return d.change(ctx, by, id, func(tx Tx, r *Request) (Event, error) {
		if !r.Sent.IsZero() || !r.Ended.IsZero() {
			return Event{}, ErrState
		}
		if err := d.letterSent(ctx, tx, r.ID); err != nil {
			return Event{}, err
		}
		return Event{Kind: EvRequestSent}, d.start(ctx, tx, r, d.Now())
	})
}

// letterSent settles the first letter of a request that was delivered by hand,
// also when it waits in the outbox or failed there.
func (d *Desk) letterSent(ctx context.Context, tx Tx, request ID) error {
	ls, err := tx.Letters(ctx, LetterFilter{Requests: []ID{request}})
	if err != nil {
		return err
	}
	for _, l := range ls {
		if l.Kind == LetterAsk && l.State != NoticeSent {
			l.State, l.Why, l.Sent = LetterByHand, "", d.Now()
			if err := tx.SetLetter(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// NoteShown records that the letter with its link was shown to a member of
// staff, who could now answer in the body's place: it must be seen.
func (d *Desk) NoteShown(ctx context.Context, by Actor, id ID) (RequestView, error) {
	var v RequestView
	err := d.do(ctx, by, MayDraft, func(tx Tx) (err error) {
		if v, err = d.requestView(ctx, tx, id); err != nil {
			return err
		}
		if !v.Request.open(d.Now()) || v.Mail != "" && !v.stuck() {
			return ErrState
		}
		return d.tell(ctx, tx, by, Event{Kind: EvRequestShown, Claim: v.Claim, About: id})
	})
	return v, err
}

// stuck reports whether a letter of the request failed for good.
func (v RequestView) stuck() bool {
	return slices.ContainsFunc(v.Letters, func(l Letter) bool { return l.State == NoticeFailed })
}

// Stuck reports whether a letter failed, so that staff may deliver it by hand.
func (v RequestView) Stuck() bool { return v.stuck() }

// RenewLink replaces the personal link: the old one, and every copy of it that
// was forwarded, leads nowhere. link makes the hash of the n-th link.
func (d *Desk) RenewLink(ctx context.Context, by Actor, id ID, link func(n int) []byte) (Request, error) {
	return d.change(ctx, by, id, func(tx Tx, r *Request) (Event, error) {
		if !r.Ended.IsZero() {
			return Event{}, ErrState
		}
		r.LinkN++
		r.Link = link(r.LinkN)
		r.Expires = later(r.Expires, d.Now().Add(linkLife))
		return Event{Kind: EvRequestLink}, d.writeLetter(ctx, tx, *r, LetterLink, r.LinkN)
	})
}

// WithdrawRequest ends a request: its link leads nowhere, silence counts for
// nothing, it is not published.
func (d *Desk) WithdrawRequest(ctx context.Context, by Actor, id ID, why string) (Request, error) {
	why = strings.TrimSpace(why)
	if why == "" || tooLong(why, MaxNoteRunes) {
		return Request{}, invalid(NoEndReason)
	}
	return d.change(ctx, by, id, func(tx Tx, r *Request) (Event, error) {
		if !r.Ended.IsZero() {
			return Event{}, ErrState
		}
		r.Ended, r.EndedWhy, r.Link = d.Now(), why, nil
		if r.Sent.IsZero() {
			return Event{Kind: EvRequestEnded}, nil
		}
		return Event{Kind: EvRequestEnded}, d.writeLetter(ctx, tx, *r, LetterNoLonger, 1)
	})
}

// DecideMore answers a body's wish for more time. The rule: once, and as many
// working days as it had at first, counted from the deadline.
func (d *Desk) DecideMore(ctx context.Context, by Actor, id ID, accept bool) (Request, error) {
	return d.change(ctx, by, id, func(tx Tx, r *Request) (Event, error) {
		if r.More.State != MoreAsked || !r.Ended.IsZero() {
			return Event{}, ErrState
		}
		r.More.Decided, r.More.By, r.More.State = d.Now(), by.Staff, MoreDeclined
		kind, e := LetterMoreNo, Event{Kind: EvMoreDeclined}
		if accept {
			b, err := bodyByID(ctx, tx, r.Body)
			if err != nil {
				return Event{}, err
			}
			w, err := workTime(ctx, tx, b)
			if err != nil {
				return Event{}, err
			}
			from := r.Due
			r.setDue(w.Due(from, r.Days))
			r.Moves = append(r.Moves, DueMove{At: d.Now(), From: from, To: r.Due, Extra: r.Days})
			r.More.State, kind, e = MoreAccepted, LetterMoreYes, Event{Kind: EvMoreAccepted}
		}
		return e, d.writeLetter(ctx, tx, *r, kind, 1)
	})
}

// setDue moves the deadline, and the end of the link with it.
func (r *Request) setDue(due time.Time) {
	r.Due, r.Expires = due, later(r.Expires, due.Add(linkLife))
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// requestByID finds a request; ErrNotFound if there is none.
func requestByID(ctx context.Context, tx Tx, id ID) (Request, error) {
	rs, err := tx.Requests(ctx, RequestFilter{IDs: []ID{id}, Limit: 1})
	if err == nil && len(rs) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Request{}, err
	}
	return rs[0], nil
}
