package desk

import (
	"cmp"
	"context"
	"strings"
)

// dataFrom is the key of an event's data under which the one stands who had
// the claim before.
const dataFrom = "from"

// passOn gives a claim to somebody, or to nobody, and makes the event.
func passOn(c *Claim, to ID) Event {
	e := Event{Kind: EvClaimAssigned, About: to}
	if c.Assignee != "" && c.Assignee != to {
		e.Data = map[string]string{dataFrom: string(c.Assignee)}
	}
	c.Assignee = to
	return e
}

// TakeOver makes the claim the person's own. Whoever had it is told, with a
// sentence if there is one, which stays as a note on the claim. Undo is giving
// it back (Assign).
func (d *Desk) TakeOver(ctx context.Context, by Actor, id ID, version int64, sentence string) (Claim, error) {
	n := ClaimNote{ID: NewID(), Claim: id, Staff: by.Staff, At: d.Now()}
	if strings.TrimSpace(sentence) != "" {
		if err := n.say(sentence); err != nil {
			return Claim{}, err
		}
	}
	return d.step(ctx, by, MayAssess, id, version, stepWork, func(tx Tx, c *Claim) (Event, error) {
		me, err := staffByID(ctx, tx, by.Staff)
		if err != nil {
			return Event{}, err
		}
		if ok, err := mayOnClaim(ctx, tx, As(me), *c, MayDraft); err != nil || !ok {
			return Event{}, cmp.Or(err, ErrForbidden)
		}
		e := passOn(c, by.Staff)
		if n.Text == "" {
			return e, nil
		}
		if e.Data == nil {
			e.Data = map[string]string{}
		}
		e.Data["note"] = string(n.ID)
		return e, tx.SetNote(ctx, n)
	})
}

// GivenFrom is the one from whom an event took a claim; "" if nobody.
func (e Event) GivenFrom() ID {
	if e.Kind != EvClaimAssigned {
		return ""
	}
	return ID(e.Data[dataFrom])
}
