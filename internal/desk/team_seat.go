package desk

import (
	"context"
	"errors"
	"time"
)

// Presences implements TeamRows for the claims that the person may see.
func (s seatedTx) Presences(ctx context.Context, claim ID, after time.Time) ([]Presence, error) {
	if _, err := s.see(ctx, claim); err != nil {
		return nil, err
	}
	return s.Tx.Presences(ctx, claim, after)
}

// PastDraft implements TeamRows.
func (s seatedTx) PastDraft(ctx context.Context, claim ID, version int64) (Draft, error) {
	if _, err := s.see(ctx, claim); err != nil {
		return Draft{}, err
	}
	return s.Tx.PastDraft(ctx, claim, version)
}

// KeptTexts implements TeamRows.
func (s seatedTx) KeptTexts(ctx context.Context, f KeptFilter) ([]Kept, error) {
	ks, err := s.Tx.KeptTexts(ctx, f)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, ks, func(k Kept) ID { return k.Claim })
}

// NotesOf implements TeamRows.
func (s seatedTx) NotesOf(ctx context.Context, claim ID) ([]ClaimNote, error) {
	if _, err := s.see(ctx, claim); err != nil {
		return nil, err
	}
	return s.Tx.NotesOf(ctx, claim)
}

// Opinions implements TeamRows.
func (s seatedTx) Opinions(ctx context.Context, f OpinionFilter) ([]Opinion, error) {
	os, err := s.Tx.Opinions(ctx, f)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, os, func(o Opinion) ID { return o.Claim })
}

// sees reports whether a member of staff may see a claim.
func sees(ctx context.Context, tx Tx, who Staff, claim ID) (bool, error) {
	a := As(who)
	seats, err := tx.SeatsOf(ctx, who.ID)
	if err != nil || len(seats) == 0 && a.Role != Seated {
		return err == nil && a.May(MayRead), err
	}
	a.Seats = seats
	_, err = seatedTx{Tx: tx, by: a, p: MayRead}.see(ctx, claim)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
