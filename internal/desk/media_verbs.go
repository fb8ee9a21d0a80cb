package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// keepMedia stores the files of a tip in the transaction that stores the tip.
func (d *Desk) keepMedia(ctx context.Context, tx Tx, tip ID, files []NewMedia) error {
	for _, n := range files {
		n.Tip, n.Claim, n.Added, n.AddedBy, n.Use = tip, "", d.Now(), "", UseOpen
		if err := storeMedia(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// storeMedia stores a file and its parts, replacing what stood there.
func storeMedia(ctx context.Context, tx Tx, n NewMedia) error {
	if err := n.check(); err != nil {
		return err
	}
	if err := tx.SetMedia(ctx, n.Media); err != nil {
		return err
	}
	return errors.Join(tx.SetBlob(ctx, n.ID, MediaFile, n.File), tx.SetBlob(ctx, n.ID, MediaView, n.View))
}

// check refuses what no keeper hands over.
func (n NewMedia) check() error {
	kinds := []MediaKind{MediaPicture, MediaPDF, MediaVoice, MediaVideo}
	switch {
	case !n.ID.Valid() || !slices.Contains(kinds, n.Kind) || n.Bytes <= 0 || len(n.Hash) != 0 && len(n.Hash) != 32:
		return invalid(BadChoice)
	case len(n.File) > MaxBlob || len(n.View) > MaxBlob:
		return invalid(MediaTooLarge)
	case len(n.File) == 0 && len(n.View) == 0:
		return invalid(MediaEmpty)
	case tooLong(n.Text, MaxTipRunes):
		return invalid(TextTooLong)
	}
	return nil
}

// AddPicture puts a picture that staff hand in on a claim: messages with the
// same picture find the claim from now on.
func (d *Desk) AddPicture(ctx context.Context, by Actor, claim ID, n NewMedia) (Media, error) {
	if n.Kind != MediaPicture {
		return Media{}, invalid(MediaUnknown)
	}
	n.Tip, n.Claim, n.Added, n.AddedBy, n.Use = "", claim, d.Now(), by.Staff, UseYes
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		return Event{Kind: EvMediaAdded, About: n.ID}, storeMedia(ctx, tx, n)
	})
	return n.Media, err
}

// UsePicture says whether a picture of the claim's tips, or one that staff
// added, carries the claim. One that does is found again, and is kept when
// its tip is erased.
func (d *Desk) UsePicture(ctx context.Context, by Actor, claim, media ID, use MediaUse) error {
	if use != UseYes && use != UseNo && use != UseOpen {
		return invalid(BadChoice)
	}
	_, err := d.step(ctx, by, MayAssess, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		m, err := mediaOf(ctx, tx, claim, media)
		if err != nil {
			return Event{}, err
		}
		if m.Kind != MediaPicture || !m.Erased.IsZero() {
			return Event{}, ErrState
		}
		m.Use = use
		return Event{Kind: EvMediaUsed, About: media, Data: map[string]string{"use": string(use)}}, tx.SetMedia(ctx, m)
	})
	return err
}

// mediaOf finds one file among those of a claim.
func mediaOf(ctx context.Context, tx Tx, claim, media ID) (Media, error) {
	ms, err := tx.Media(ctx, MediaFilter{Claim: claim, IDs: []ID{media}, Limit: 1})
	if err != nil {
		return Media{}, err
	}
	if len(ms) == 0 {
		return Media{}, ErrNotFound
	}
	return ms[0], nil
}

// ClaimMedia reads a sealed part of one file of a claim. ErrErased when its
// content was erased, ErrNotFound when the file has no such part.
func (d *Desk) ClaimMedia(ctx context.Context, by Actor, claim, media ID, part MediaPart) (m Media, sealed []byte, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if m, err = mediaOf(ctx, tx, claim, media); err != nil {
			return err
		}
		if !m.Erased.IsZero() {
			return ErrErased
		}
		sealed, err = tx.Blob(ctx, media, part)
		return err
	})
	return m, sealed, err
}

// TipMedia lists the files of tips, for whoever took the tips in.
func (d *Desk) TipMedia(ctx context.Context, by Actor, tips ...ID) (out []Media, err error) {
	if len(tips) == 0 {
		return nil, nil
	}
	if !by.May(MayAsk) && !by.May(MayRead) {
		return nil, ErrForbidden
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = tx.Media(ctx, MediaFilter{Tips: tips, Limit: MaxMedia * len(tips)})
		return err
	})
	return out, err
}

// NextUnread takes one file that waits to be looked into, counts the attempt
// before it is made, and returns its sealed bytes: a file that brings the whole
// program down is counted as well. One that was tried MediaTries times is held
// instead, and the next one is taken. ErrNotFound when none waits.
func (d *Desk) NextUnread(ctx context.Context, by Actor) (m Media, sealed []byte, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		m, sealed = Media{}, nil
		ms, err := tx.Media(ctx, MediaFilter{State: MediaUnread, Limit: 20})
		if err != nil {
			return err
		}
		for _, w := range ms {
			if w.Tries >= MediaTries {
				if err := d.hold(ctx, tx, by, w); err != nil {
					return err
				}
				continue
			}
			w.Tries++
			if sealed, err = tx.Blob(ctx, w.ID, MediaFile); err != nil {
				return err
			}
			m = w
			return tx.SetMedia(ctx, w)
		}
		return nil
	})
	if err == nil && m.ID == "" {
		err = ErrNotFound
	}
	return m, sealed, err
}

// hold keeps a file apart for good.
func (d *Desk) hold(ctx context.Context, tx Tx, by Actor, m Media) error {
	m.State = MediaHeld
	if err := tx.SetMedia(ctx, m); err != nil {
		return err
	}
	return d.tellMedia(ctx, tx, by, EvMediaHeld, m)
}

// tellMedia appends an event of a file under the claim it belongs to.
func (d *Desk) tellMedia(ctx context.Context, tx Tx, by Actor, kind EventKind, m Media) error {
	claim := m.Claim
	if m.Tip != "" {
		ts, err := tx.Tips(ctx, TipFilter{IDs: []ID{m.Tip}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ts) == 1 {
			claim = ts[0].Claim
		}
	}
	return d.tell(ctx, tx, by, Event{Kind: kind, Claim: claim, About: m.ID})
}

// FinishRead stores what looking into a waiting file found: state, parts,
// hash, words. n.ID names the file; whose it is does not change.
func (d *Desk) FinishRead(ctx context.Context, by Actor, n NewMedia) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		ms, err := tx.Media(ctx, MediaFilter{IDs: []ID{n.ID}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ms) == 0 {
			return ErrNotFound
		}
		was := ms[0]
		if was.State != MediaUnread || !was.Erased.IsZero() {
			return ErrState
		}
		n.Tip, n.Claim, n.Added, n.AddedBy, n.Use, n.Tries = was.Tip, was.Claim, was.Added, was.AddedBy, was.Use, was.Tries
		n.Sum, n.Bytes = was.Sum, was.Bytes
		if n.Tip == "" && n.Claim == "" { // of an appeal: only looked at
			n.Text, n.Hash = "", nil
		}
		if err := storeMedia(ctx, tx, n); err != nil {
			return err
		}
		kind := EvMediaRead
		if n.State == MediaHeld {
			kind = EvMediaHeld
		}
		return d.tellMedia(ctx, tx, by, kind, n.Media)
	})
}

// eraseMedia erases the files of a tip. A picture that a person chose as one of
// the claim's stays as a picture of the claim, drawn anew as it is, and is no
// tip's any more.
func eraseMedia(ctx context.Context, tx Tx, t Tip, now time.Time) error {
	ms, err := tx.Media(ctx, MediaFilter{Tips: []ID{t.ID}, Limit: MaxMedia})
	if err != nil {
		return err
	}
	for _, m := range ms {
		if err := tx.SetBlob(ctx, m.ID, MediaFile, nil); err != nil {
			return err
		}
		if m.Use == UseYes && m.State == MediaReady && t.Claim != "" {
			m.Tip, m.Claim = "", t.Claim
		} else {
			if err := tx.SetBlob(ctx, m.ID, MediaView, nil); err != nil {
				return err
			}
			m.Sum, m.Hash, m.Text, m.Quality, m.Erased = nil, nil, "", 0, now
		}
		if err := tx.SetMedia(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// words is the first line read from the pictures of a tip without words of its
// own, for the claim it opens.
func words(ctx context.Context, tx Tx, tip ID) (string, error) {
	ms, err := tx.Media(ctx, MediaFilter{Tips: []ID{tip}, Limit: MaxMedia})
	if err != nil {
		return "", err
	}
	for _, m := range ms {
		if m.Text != "" {
			return firstLine("", m.Text), nil
		}
	}
	return "", nil
}
