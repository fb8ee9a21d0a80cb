package store

import (
	"context"
	"errors"
	"fmt"

	"soi/internal/desk"
)

// SetReview implements desk.CheckRows. Each person has one part in a review,
// by the key of review_part: a Reviewer or an Other who submitted or wrote any
// of it, or the same person as both, is refused with desk.ErrOwnWork, whatever
// was checked before.
func (t *tx) SetReview(ctx context.Context, r desk.Review) error {
	list, err := asJSON(r.Checklist)
	if err != nil {
		return err
	}
	others, err := asJSON(r.OtherChecklist)
	if err != nil {
		return err
	}
	kinds, err := asJSON(r.Kinds)
	if err != nil {
		return err
	}
	if err := t.setParts(ctx, r); err != nil {
		return err
	}
	var agreed []byte // to the same bytes
	if r.Other != "" {
		agreed = r.Hash
	}
	_, err = t.exec(ctx, `INSERT INTO review (id, claim, kind, reason, doc, hash, submitted_by, at, state, reviewer,
			decided, reasons, checklist, kinds, need, urgent, other, other_at, other_hash, other_checklist, n)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,
			(SELECT COALESCE(MAX(n), 0) + 1 FROM review WHERE claim = $2))
		ON CONFLICT (id) DO UPDATE SET claim=excluded.claim, kind=excluded.kind, reason=excluded.reason,
			doc=excluded.doc, hash=excluded.hash, submitted_by=excluded.submitted_by, at=excluded.at,
			state=excluded.state, reviewer=excluded.reviewer, decided=excluded.decided, reasons=excluded.reasons,
			checklist=excluded.checklist, kinds=excluded.kinds, need=excluded.need, urgent=excluded.urgent,
			other=excluded.other, other_at=excluded.other_at, other_hash=excluded.other_hash,
			other_checklist=excluded.other_checklist`,
		r.ID, r.Claim, r.Kind, r.Reason, r.Doc, r.Hash, orNull(r.By), ms(r.At), r.State, orNull(r.Reviewer),
		msOrNull(r.Decided), r.Reasons, list, kinds, max(r.Need, 1), r.Urgent, orNull(r.Other), msOrNull(r.OtherAt), agreed, others)
	return err
}

// setParts writes down who wrote the text and who agreed to it and decided.
func (t *tx) setParts(ctx context.Context, r desk.Review) error {
	if _, err := t.exec(ctx, `DELETE FROM review_part WHERE review = $1`, r.ID); err != nil {
		return err
	}
	add := func(who desk.ID, part string, n int) error {
		if who == "" {
			return nil
		}
		_, err := t.exec(ctx, `INSERT INTO review_part (review, staff, part, n) VALUES ($1,$2,$3,$4)
			ON CONFLICT (review, staff, part) DO NOTHING`, r.ID, who, part, n)
		return err
	}
	for n, who := range r.Authors {
		if err := add(who, "wrote", n); err != nil {
			return err
		}
	}
	for n, p := range []struct {
		who  desk.ID
		part string
	}{{r.Other, "agreed"}, {r.Reviewer, "decided"}} {
		err := add(p.who, p.part, len(r.Authors)+n)
		if errors.Is(err, desk.ErrDuplicate) || p.who != "" && p.who == r.By {
			return fmt.Errorf("review %s: %w", r.ID, desk.ErrOwnWork)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reviewPart is a person's part in a review.
type reviewPart struct{ review, staff desk.ID }

// Reviews implements desk.CheckRows.
func (t *tx) Reviews(ctx context.Context, f desk.ReviewFilter) ([]desk.Review, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "claim", f.Claim)
	eq(&q, "state", f.State)
	if f.Urgent || f.Waits {
		q.terms = append(q.terms, "urgent <> ''")
	}
	if f.Waits {
		q.terms = append(q.terms, "state = 'approved' AND other IS NULL")
	}
	out, err := many(ctx, t, func(r *desk.Review) []any {
		return []any{word(&r.ID), word(&r.Claim), word(&r.Kind), word(&r.Reason), &r.Doc, &r.Hash, word(&r.By), at(&r.At),
			word(&r.State), word(&r.Reviewer), at(&r.Decided), &r.Reasons, fromJSON(&r.Checklist), fromJSON(&r.Kinds), &r.Need,
			&r.Urgent, word(&r.Other), at(&r.OtherAt), fromJSON(&r.OtherChecklist)}
	}, `SELECT id, claim, kind, reason, doc, hash, submitted_by, at, state, reviewer, decided, reasons, checklist, kinds, need,
			urgent, other, other_at, other_checklist
		FROM review`+q.where()+` ORDER BY at DESC, n DESC, id`+q.limit(f.Limit, 100), q.args...)
	if err != nil || len(out) == 0 {
		return out, err
	}
	return out, t.authorsOf(ctx, out)
}

// authorsOf fills in the authors of reviews, in the order they were given.
func (t *tx) authorsOf(ctx context.Context, rs []desk.Review) error {
	ids := make([]desk.ID, len(rs))
	for i, r := range rs {
		ids[i] = r.ID
	}
	var q filter
	in(&q, "review", ids)
	parts, err := many(ctx, t, func(p *reviewPart) []any { return []any{word(&p.review), word(&p.staff)} },
		"SELECT review, staff FROM review_part"+q.where()+" AND part = 'wrote' ORDER BY review, n", q.args...)
	of := map[desk.ID][]desk.ID{}
	for _, p := range parts {
		of[p.review] = append(of[p.review], p.staff)
	}
	for i, r := range rs {
		rs[i].Authors = of[r.ID]
	}
	return err
}

// SetComment implements desk.ReviewRows.
func (t *tx) SetComment(ctx context.Context, c desk.Comment) error {
	_, err := t.exec(ctx, `INSERT INTO review_comment (id, claim, review, parent, lang, field, place, sentence, text, written_by, at,
			settled, settled_by, n)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13, (SELECT COALESCE(MAX(n), 0) + 1 FROM review_comment WHERE claim = $2))
		ON CONFLICT (id) DO UPDATE SET settled=excluded.settled, settled_by=excluded.settled_by`,
		c.ID, c.Claim, c.Review, orNull(c.Parent), c.Lang, c.Field, c.Place, c.Sentence, c.Text, orNull(c.By), ms(c.At),
		msOrNull(c.Settled), orNull(c.SettledBy))
	return err
}

// Comments implements desk.ReviewRows.
func (t *tx) Comments(ctx context.Context, f desk.CommentFilter) ([]desk.Comment, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "claim", f.Claim)
	eq(&q, "review", f.Review)
	return many(ctx, t, func(c *desk.Comment) []any {
		return []any{word(&c.ID), word(&c.Claim), word(&c.Review), word(&c.Parent), &c.Lang, &c.Field, &c.Place, &c.Sentence, &c.Text,
			word(&c.By), at(&c.At), at(&c.Settled), word(&c.SettledBy)}
	}, `SELECT id, claim, review, parent, lang, field, place, sentence, text, written_by, at, settled, settled_by
		FROM review_comment`+q.where()+` ORDER BY at, n, id`+q.limit(f.Limit, 1000), q.args...)
}

// SetReviewing implements desk.ReviewRows.
func (t *tx) SetReviewing(ctx context.Context, r desk.Reviewing) error {
	ticks, err := asJSON(r.Ticks)
	if err != nil {
		return err
	}
	kinds, err := asJSON(r.Kinds)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO review_work (review, staff, ticks, kinds, reasons, at) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (review, staff) DO UPDATE SET ticks=excluded.ticks, kinds=excluded.kinds, reasons=excluded.reasons, at=excluded.at`,
		r.Review, r.Staff, ticks, kinds, r.Reasons, ms(r.At))
	return err
}

// ReviewingOf implements desk.ReviewRows.
func (t *tx) ReviewingOf(ctx context.Context, review, staff desk.ID) (desk.Reviewing, error) {
	return one(ctx, t, func(r *desk.Reviewing) []any {
		return []any{word(&r.Review), word(&r.Staff), fromJSON(&r.Ticks), fromJSON(&r.Kinds), &r.Reasons, at(&r.At)}
	}, `SELECT review, staff, ticks, kinds, reasons, at FROM review_work WHERE review = $1 AND staff = $2`, review, staff)
}

// DropReviewing implements desk.ReviewRows.
func (t *tx) DropReviewing(ctx context.Context, review, staff desk.ID) error {
	_, err := t.exec(ctx, `DELETE FROM review_work WHERE review = $1 AND staff = $2`, review, staff)
	return err
}
