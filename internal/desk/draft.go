package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// SaveDraft stores what a person wrote in one language, and the rating. The
// draft's version must be the one the person saw; otherwise ErrConflict, and
// the caller shows both texts. A draft under review cannot be changed: it
// must be taken back first (ErrState).
func (d *Desk) SaveDraft(ctx context.Context, by Actor, claim ID, version int64, rating Rating, t Text) (Draft, error) {
	if err := checkDraft(d.opts.Langs, rating, t); err != nil {
		return Draft{}, err
	}
	var out Draft
	_, err := d.step(ctx, by, MayDraft, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if c.Pending() {
			return Event{}, ErrState
		}
		dr, err := draftOf(ctx, tx, *c)
		if err != nil {
			return Event{}, err
		}
		if dr.Version != version {
			return Event{}, ErrConflict
		}
		if err := tx.KeepPast(ctx, dr, d.Now()); err != nil {
			return Event{}, err
		}
		dr.Rating = rating
		dr.setText(t, d.opts.Langs)
		if !slices.Contains(dr.Authors, by.Staff) {
			dr.Authors = append(dr.Authors, by.Staff)
		}
		dr.Changed = d.Now()
		if err := tx.SetDraft(ctx, dr); err != nil {
			return Event{}, err
		}
		dr.Version++
		out = dr
		return Event{Kind: EvDraftSaved, Data: map[string]string{"lang": t.Lang}}, nil
	})
	return out, err
}

// checkDraft refuses what does not fit its field.
func checkDraft(langs []string, rating Rating, t Text) error {
	var ps []Problem
	if rating != "" && !rating.Valid() || !slices.Contains(langs, t.Lang) {
		ps = append(ps, BadChoice)
	}
	if tooLong(t.Claim, MaxLineRunes) || tooLong(t.Statement, MaxLineRunes) || tooLong(t.Summary, MaxSummaryRunes) ||
		tooLong(t.Body, MaxBodyRunes) || tooLong(t.Unknown, MaxNoteRunes) {
		ps = append(ps, TextTooLong)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// setText replaces the text in t.Lang, keeps the languages in the desk's
// order and drops empty ones.
func (dr *Draft) setText(t Text, langs []string) {
	t.Claim, t.Statement = strings.TrimSpace(t.Claim), strings.TrimSpace(t.Statement)
	t.Summary, t.Unknown = strings.TrimSpace(t.Summary), strings.TrimSpace(t.Unknown)
	t.Body = strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	var out []Text
	for _, l := range langs {
		x := dr.Text(l)
		if l == t.Lang {
			x = t
		}
		if !x.Empty() {
			out = append(out, x)
		}
	}
	dr.Texts = out
}

// draftOf returns the claim's draft; before the first save, an empty one in
// which the claim's sentence stands if a person wrote it.
func draftOf(ctx context.Context, tx Tx, c Claim) (Draft, error) {
	dr, err := tx.DraftOf(ctx, c.ID)
	if errors.Is(err, ErrNotFound) {
		dr = Draft{Claim: c.ID}
		if c.Typed {
			dr.Texts = []Text{{Lang: c.Lang, Claim: c.Text}}
		}
		return dr, nil
	}
	return dr, err
}
