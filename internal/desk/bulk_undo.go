package desk

import "context"

// UndoBulk takes a bulk action back within BulkUndoTime, as far as nothing was
// changed since: a claim that somebody went on with is left alone and named.
func (d *Desk) UndoBulk(ctx context.Context, by Actor, id ID) (Bulk, error) {
	var out Bulk
	err := d.do(ctx, by, MayAssess, func(tx Tx) error {
		b, err := bulkByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !b.Undoable(d.Now()) {
			return ErrState
		}
		for i := range b.Items {
			x := &b.Items[i]
			if x.Outcome != BulkDone {
				continue
			}
			if x.Undo, err = outcome(d.undoOne(ctx, tx, by, b.Kind, x)); err != nil {
				return err
			}
			if x.Undo == BulkDone {
				x.Undo = BulkUndone
			}
		}
		b.Undone, b.UndoneBy = d.Now(), by.Staff
		out = b
		return tx.SetBulk(ctx, b)
	})
	return out, err
}

// undoOne takes back what was done to one claim.
func (d *Desk) undoOne(ctx context.Context, tx Tx, by Actor, kind BulkKind, x *BulkRow) error {
	switch kind {
	case BulkAssign:
		return d.bulkChange(ctx, tx, by, x, stepWork, func(c *Claim) (Event, error) {
			to := x.Was.Assignee
			if mayHave(ctx, tx, to, *c) != nil {
				to = "" // whoever had it cannot work on it any more: it is nobody's
			}
			return passOn(c, to), nil
		})
	case BulkClassify:
		return d.bulkChange(ctx, tx, by, x, stepWork, func(c *Claim) (Event, error) {
			c.Topic, c.Harm, c.HarmKind = x.Was.Topic, x.Was.Harm, x.Was.HarmKind
			return Event{Kind: EvClaimEdited, Data: map[string]string{"harm": string(c.Harm), "topic": c.Topic}}, nil
		})
	case BulkClose:
		return d.bulkChange(ctx, tx, by, x, stepReopen, func(c *Claim) (Event, error) {
			return Event{Kind: EvClaimReopened}, tx.SetTipsOf(ctx, x.Claim, TipJoined, "")
		})
	case BulkMerge:
		return d.bulkChange(ctx, tx, by, x, stepUnmerge, func(c *Claim) (Event, error) {
			return d.unmerge(ctx, tx, c)
		})
	}
	_, err := d.putBack(ctx, tx, by, x.Was.Aside, nil)
	return err
}
