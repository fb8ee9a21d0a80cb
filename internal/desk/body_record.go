package desk

import (
	"context"
	"slices"
	"strings"
)

// BodySaid is what a body was asked and said about one published check, word
// for word as the check has it.
type BodySaid struct {
	Verdict ID
	Doc     Document
	Asked   DocAsked
}

// BodyRecord is the record of one body of the register with what it was asked
// and said about published checks, asked last first; below is the size of the
// signed log.
func (d *Desk) BodyRecord(ctx context.Context, id ID, below int64) (rec BodyRecord, said []BodySaid, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		b, err := bodyByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if rec, err = d.bodyRecord(ctx, tx, b); err != nil {
			return err
		}
		if !b.Used() && rec.Asked == 0 {
			return ErrNotFound
		}
		said, err = saidOf(ctx, tx, id, below)
		return err
	})
	return rec, said, err
}

// saidOf finds the requests to a body in the published checks.
func saidOf(ctx context.Context, tx Tx, body ID, below int64) (out []BodySaid, err error) {
	asked, err := tx.Requests(ctx, RequestFilter{Body: body, Limit: 5000})
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	var claims []ID
	for _, r := range asked {
		claims = append(claims, r.Claim)
	}
	slices.Sort(claims)
	claims = slices.Compact(claims)
	for part := range slices.Chunk(slices.Clone(claims), 200) {
		cs, err := tx.Claims(ctx, ClaimFilter{IDs: part, Limit: len(part)})
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			if c.Into != "" { // its requests are published with the claim it went into
				claims = append(claims, c.Into)
			}
		}
	}
	slices.Sort(claims)
	for part := range slices.Chunk(slices.Compact(claims), 200) {
		rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Newest: true, Verdicts: part, Limit: len(part)})
		if err != nil {
			return nil, err
		}
		for _, rev := range rs {
			for _, a := range rev.Doc.Asked {
				if slices.ContainsFunc(asked, func(r Request) bool { return r.Names.In(r.Lang) == a.Body && r.Question == a.Question }) {
					out = append(out, BodySaid{rev.Verdict, rev.Doc, a})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b BodySaid) int { return strings.Compare(b.Asked.Asked, a.Asked.Asked) })
	return out, nil
}
