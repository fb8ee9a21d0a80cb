package desk

import (
	"context"
	"slices"
)

// dataDue is the key of an event's data that says which time has come.
const dataDue = "due"

// Tend writes down what the passing of time has brought: claims that somebody
// has and that are due soon, answers of bodies that are late, checks to be
// looked at again. Each is an event, written once for each due time, so that
// whoever it concerns is told once. When the clock jumped it writes nothing.
func (d *Desk) Tend(ctx context.Context, by Actor) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		if held, err := d.clockHeld(ctx, tx); err != nil || held {
			return err
		}
		var es []Event
		for _, find := range []func(context.Context, Tx) ([]Event, error){d.dueSoon, d.lateAnswers, d.recheckDue} {
			more, err := find(ctx, tx)
			if err != nil {
				return err
			}
			es = append(es, more...)
		}
		for _, e := range es {
			done, err := written(ctx, tx, e)
			if err != nil {
				return err
			}
			if done {
				continue
			}
			n++
			if err := d.tell(ctx, tx, by, e); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// written reports whether the event was written before.
func written(ctx context.Context, tx Tx, e Event) (bool, error) {
	es, err := tx.Events(ctx, EventFilter{Claim: e.Claim, Limit: 1000})
	return slices.ContainsFunc(es, func(o Event) bool {
		return o.Kind == e.Kind && o.About == e.About && o.Data[dataDue] == e.Data[dataDue]
	}), err
}

// tended makes such an event.
func tended(k EventKind, claim, about ID, due string) Event {
	return Event{Kind: k, Claim: claim, About: about, Data: map[string]string{dataDue: due}}
}

// dueSoon finds the claims that somebody has and that are due soon. One that
// is overdue already was told of, or nobody had it then: it is told too.
func (d *Desk) dueSoon(ctx context.Context, tx Tx) (out []Event, err error) {
	cs, err := tx.Claims(ctx, ClaimFilter{States: []ClaimState{ClaimOpen}, Limit: queueLimit})
	if err != nil {
		return nil, err
	}
	cs = slices.DeleteFunc(cs, func(c Claim) bool { return c.Assignee == "" || c.Pending() })
	if len(cs) == 0 {
		return nil, nil
	}
	ids := make([]ID, len(cs))
	for i, c := range cs {
		ids[i] = c.ID
	}
	demand, err := tx.Demands(ctx, d.Now(), nil, ids)
	if err != nil {
		return nil, err
	}
	sets, err := duesOf(ctx, tx, "")
	for _, c := range cs {
		u := DueOf(c, demand[c.ID], sets[c.ID], d.opts.Hours, d.Now())
		if u.State == DueSoon || u.State == DueOver {
			out = append(out, tended(EvDueSoon, c.ID, c.Assignee, dayOf(u.At)))
		}
	}
	return out, err
}

// lateAnswers finds the bodies that have not answered in time.
func (d *Desk) lateAnswers(ctx context.Context, tx Tx) (out []Event, err error) {
	rs, err := tx.Requests(ctx, RequestFilter{Open: true, Now: d.Now(), Limit: 5000})
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if r.Due.IsZero() || !r.Due.Before(d.Now()) {
			continue
		}
		as, err := tx.BodyAnswers(ctx, BodyAnswerFilter{Requests: []ID{r.ID}, State: AnswerGiven, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(as) == 0 {
			out = append(out, tended(EvRequestLate, r.Claim, r.ID, dayOf(r.Due)))
		}
	}
	return out, nil
}

// recheckDue finds the checks whose date has come.
func (d *Desk) recheckDue(ctx context.Context, tx Tx) (out []Event, err error) {
	es, err := expiringIn(ctx, tx, nil)
	for _, e := range es {
		if e.Over(d.Now()) {
			out = append(out, tended(EvRecheckDue, e.Claim.ID, "", dayOf(e.Due)))
		}
	}
	return out, err
}

// requestAsker are who asked a body and who has the claim.
func requestAsker(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	rs, err := tx.Requests(ctx, RequestFilter{IDs: []ID{e.About}, Limit: 1})
	if err != nil {
		return nil, err
	}
	out, err := holder(ctx, tx, e)
	for _, r := range rs {
		out = append(out, r.By)
	}
	return out, err
}
