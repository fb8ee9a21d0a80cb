package desk

import (
	"context"
	"errors"
	"time"
)

// tipsAtOnce is how many tips are looked at together to see whose they are.
const tipsAtOnce = 500

// theirs keeps the tips on whose claim the person is granted the verb; one
// that no claim carries is everybody's.
func (s seatedTx) theirs(ctx context.Context, tips []ID) ([]ID, error) {
	known, out := map[ID]bool{"": true}, []ID{}
	for len(tips) > 0 {
		part := tips[:min(len(tips), tipsAtOnce)]
		tips = tips[len(part):]
		ts, err := s.Tx.Tips(ctx, TipFilter{IDs: part, Limit: len(part)})
		if err != nil {
			return nil, err
		}
		for _, t := range ts {
			if _, asked := known[t.Claim]; !asked {
				_, err := s.Claim(ctx, t.Claim)
				if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden) {
					return nil, err
				}
				known[t.Claim] = err == nil
			}
			if known[t.Claim] {
				out = append(out, t.ID)
			}
		}
	}
	return out, nil
}

// SetAside implements AsideRows for the tips of claims that are theirs.
func (s seatedTx) SetAside(ctx context.Context, quarantine ID, tips []ID) (int, error) {
	tips, err := s.theirs(ctx, tips)
	if err != nil {
		return 0, err
	}
	return s.Tx.SetAside(ctx, quarantine, tips)
}

// PutBack implements AsideRows for the tips of claims that are theirs.
func (s seatedTx) PutBack(ctx context.Context, quarantine ID, tips []ID, at time.Time, by ID) (int, error) {
	if tips == nil {
		ts, err := s.Tx.AsideTips(ctx, quarantine, MostAside)
		if err != nil {
			return 0, err
		}
		for _, t := range ts {
			tips = append(tips, t.ID)
		}
	}
	tips, err := s.theirs(ctx, tips)
	if err != nil || len(tips) == 0 {
		return 0, err
	}
	return s.Tx.PutBack(ctx, quarantine, tips, at, by)
}

// AsideTips implements AsideRows for the claims the person may see.
func (s seatedTx) AsideTips(ctx context.Context, quarantine ID, limit int) ([]Tip, error) {
	ts, err := s.Tx.AsideTips(ctx, quarantine, limit)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, ts, func(t Tip) ID { return t.Claim })
}

// TipMarks implements AsideRows for the claims the person may see.
func (s seatedTx) TipMarks(ctx context.Context, since time.Time, limit int) ([]TipMark, error) {
	ms, err := s.Tx.TipMarks(ctx, since, limit)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, ms, func(m TipMark) ID { return m.Claim })
}

// Ticks implements QueueRows.
func (s seatedTx) Ticks(ctx context.Context, claim ID) ([]Tick, error) {
	if _, err := s.see(ctx, claim); err != nil {
		return nil, err
	}
	return s.Tx.Ticks(ctx, claim)
}

// Bulks implements QueueRows: a bulk action is for those who may see every
// claim of it. Whoever sees some could otherwise end the time in which the
// others can be put back.
func (s seatedTx) Bulks(ctx context.Context, id ID, limit int) ([]Bulk, error) {
	bs, err := s.Tx.Bulks(ctx, id, limit)
	if err != nil {
		return nil, err
	}
	out := []Bulk{}
	for _, b := range bs {
		seen, err := only(ctx, s, b.Items, func(x BulkRow) ID { return x.Claim })
		if err != nil {
			return nil, err
		}
		if len(seen) == len(b.Items) {
			out = append(out, b)
		}
	}
	return out, nil
}
