package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// Sound loads payloads within a transaction and refuses changed ones with
// ErrDamaged.
func Sound(ctx context.Context, tx Tx) Load {
	return func(hash []byte) ([]byte, error) {
		b, err := tx.Payload(ctx, hash)
		if errors.Is(err, ErrNotFound) {
			return nil, ErrDamaged
		}
		if err != nil {
			return nil, err
		}
		if got := sha256.Sum256(b); !bytes.Equal(got[:], hash) {
			return nil, ErrDamaged
		}
		return b, nil
	}
}

// CapturesOf lists the captures of a claim's evidence, newest first for each.
func (d *Desk) CapturesOf(ctx context.Context, by Actor, claim ID) (out []Capture, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.Captures(ctx, CaptureFilter{Claim: claim, Limit: 5000})
		return err
	})
	return out, err
}

// Copy hands the copy with this SHA-256 to fn. ErrNotFound when there is none,
// ErrDamaged when it is not what it was; that is noted.
func (d *Desk) Copy(ctx context.Context, by Actor, sum []byte, fn func(Capture, Load) error) error {
	if err := need(by, MayRead); err != nil {
		return err
	}
	return d.openCopy(ctx, sum, func(Tx, Capture) error { return nil }, fn)
}

// openCopy hands a copy that may be seen to fn.
func (d *Desk) openCopy(ctx context.Context, sum []byte, may func(Tx, Capture) error, fn func(Capture, Load) error) error {
	var met Capture
	err := d.store.Read(ctx, func(tx Tx) error {
		cs, err := tx.Captures(ctx, CaptureFilter{Sum: sum})
		if err != nil {
			return err
		}
		refused := ErrNotFound
		for _, c := range cs {
			if refused = may(tx, c); refused != nil {
				continue
			}
			met = c
			return c.open(ctx, tx, fn)
		}
		return refused
	})
	return d.noteDamage(ctx, met, err)
}

// open hands a copy over if it may be shown.
func (c Capture) open(ctx context.Context, tx Tx, fn func(Capture, Load) error) error {
	switch {
	case !c.Damaged.IsZero():
		return ErrDamaged
	case c.State != CaptureDone:
		return ErrNotFound
	}
	return fn(c, Sound(ctx, tx))
}

// noteDamage tells the desk of a damage that was met while a copy was read.
func (d *Desk) noteDamage(ctx context.Context, c Capture, err error) error {
	if errors.Is(err, ErrDamaged) && c.ID != "" && c.Damaged.IsZero() {
		err = errors.Join(err, d.MarkDamaged(context.WithoutCancel(ctx), Program(), c.ID))
	}
	return err
}

// PublicCopy hands fn the copy with this SHA-256 if a public revision of its
// check cites it: only what a second person approved is public. below is the
// size of the signed log.
func (d *Desk) PublicCopy(ctx context.Context, sum []byte, below int64, fn func(DocEvidence, Capture, Load) error) error {
	var cited DocEvidence
	return d.openCopy(ctx, sum, func(tx Tx, c Capture) (err error) {
		cited, err = citedCopy(ctx, tx, c.Claim, sum, below)
		return err
	}, func(c Capture, load Load) error { return fn(cited, c, load) })
}

// Copies hands fn the sound copies of a claim's evidence in use, in the order
// of the list.
func (d *Desk) Copies(ctx context.Context, by Actor, claim ID, fn func(Claim, []Capture, Load) error) error {
	return d.read(ctx, by, MayRead, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		es, err := tx.EvidenceOf(ctx, claim)
		if err != nil {
			return err
		}
		copies, err := archived(ctx, tx, claim)
		if err != nil {
			return err
		}
		var out []Capture
		for _, e := range inUse(es) {
			if copy, ok := copies[e.ID]; ok {
				out = append(out, copy)
			}
		}
		if len(out) == 0 {
			return ErrNotFound
		}
		return fn(c, out, Sound(ctx, tx))
	})
}

// citedCopy finds the published evidence that cites a copy.
func citedCopy(ctx context.Context, tx Tx, check ID, sum []byte, below int64) (DocEvidence, error) {
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Verdict: check, Limit: 1000})
	if err != nil {
		return DocEvidence{}, err
	}
	want := hex.EncodeToString(sum)
	for _, r := range rs {
		for _, e := range r.Doc.Evidence {
			if len(sum) == sha256.Size && e.ArchivedSHA256 == want {
				return e, nil
			}
		}
	}
	return DocEvidence{}, ErrNotFound
}

// archived are the newest sound copies of a claim's evidence, for its next
// revision.
func archived(ctx context.Context, tx Tx, claim ID) (map[ID]Capture, error) {
	cs, err := tx.Captures(ctx, CaptureFilter{Claim: claim, Limit: 5000})
	if err != nil {
		return nil, err
	}
	out := map[ID]Capture{}
	for _, c := range cs {
		if _, there := out[c.Evidence]; !there && c.Sound() {
			out[c.Evidence] = c
		}
	}
	return out, nil
}

// withCopies puts the copies into published evidence. es and docs are in the
// same order.
func withCopies(docs []DocEvidence, es []Evidence, copies map[ID]Capture) []DocEvidence {
	for i := range docs {
		if c, ok := copies[es[i].ID]; ok {
			docs[i].ArchivedSHA256, docs[i].Archived = hex.EncodeToString(c.Sum), c.At.UTC().Format(time.RFC3339)
		}
	}
	return docs
}
