package app

import (
	"context"

	"soi/internal/desk"
	"soi/internal/match"
)

// mostPictures is how many files of a claim are looked through for pictures.
const mostPictures = 200

// pictures tells the matcher which pictures a claim has: those that staff said
// are its own, and those of the tips that opened it, as with wordings.
func (x *indexer) pictures(ctx context.Context, tx desk.Tx, c desk.Claim) error {
	ms, err := tx.Media(ctx, desk.MediaFilter{Claim: c.ID, Limit: mostPictures})
	if err != nil {
		return err
	}
	ps, err := x.ownPictures(ctx, tx, ms)
	if err != nil {
		return err
	}
	open, published := ps, ps
	if c.State != desk.ClaimOpen {
		open = nil
	}
	if c.State != desk.ClaimPublished {
		published = nil
	}
	x.matcher.SetPictures(desk.ClaimKey(c.ID), match.KindClaim, open)
	for _, l := range x.langs {
		x.matcher.SetPictures(desk.CheckKey(c.ID, l), match.KindCheck, published)
	}
	return nil
}

// ownPictures picks those files that are pictures of their claim.
func (x *indexer) ownPictures(ctx context.Context, tx desk.Tx, ms []desk.Media) (ps []match.Picture, err error) {
	var tips []desk.ID
	for _, m := range ms {
		if m.Tip != "" && m.Use == desk.UseOpen {
			tips = append(tips, m.Tip)
		}
	}
	opened := map[desk.ID]bool{}
	if len(tips) > 0 {
		ts, err := tx.Tips(ctx, desk.TipFilter{IDs: tips, Limit: len(tips)})
		if err != nil {
			return nil, err
		}
		for _, t := range ts {
			opened[t.ID] = t.Decision != string(match.DecisionSame) || t.Origin != ""
		}
	}
	for _, m := range ms {
		p, ok := match.PictureOf(m)
		if ok && m.Kind == desk.MediaPicture && (m.Use == desk.UseYes || m.Use == desk.UseOpen && opened[m.Tip]) {
			ps = append(ps, p)
		}
	}
	return ps, nil
}

// allPictures sets the pictures of every claim: a snapshot of the index does
// not hold them.
func (x *indexer) allPictures(ctx context.Context) error {
	return x.store.Read(ctx, func(tx desk.Tx) error {
		done := map[desk.ID]bool{}
		for after := desk.ID(""); ; {
			ms, err := tx.Media(ctx, desk.MediaFilter{Hashed: true, After: after, Limit: 500})
			if err != nil || len(ms) == 0 {
				return err
			}
			after = ms[len(ms)-1].ID
			ids, err := claimsOf(ctx, tx, ms)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if done[id] {
					continue
				}
				done[id] = true
				c, err := tx.Claim(ctx, id)
				if err != nil {
					return err
				}
				if err := x.pictures(ctx, tx, c); err != nil {
					return err
				}
			}
		}
	})
}

// claimsOf names the claims that files belong to now.
func claimsOf(ctx context.Context, tx desk.Tx, ms []desk.Media) (ids []desk.ID, err error) {
	var tips []desk.ID
	for _, m := range ms {
		if m.Tip != "" {
			tips = append(tips, m.Tip)
		}
		if m.Claim != "" {
			ids = append(ids, m.Claim)
		}
	}
	if len(tips) == 0 {
		return ids, nil
	}
	ts, err := tx.Tips(ctx, desk.TipFilter{IDs: tips, Limit: len(tips)})
	for _, t := range ts {
		if t.Claim != "" {
			ids = append(ids, t.Claim)
		}
	}
	return ids, err
}
