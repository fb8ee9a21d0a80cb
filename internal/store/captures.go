package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"strings"

	"soi/internal/desk"
)

// captureFields are the columns of a capture, in the order of captureArgs and
// captureInto.
const captureFields = `id, evidence, claim, state, kind, why, tries, queued, due, at, url, type, title, sum, manifest, words, shot,
	bytes, parts, missed, warnings, damaged, sent, elsewhere`

// captureArgs are a capture's values.
func captureArgs(c desk.Capture) []any {
	var warnings []string
	for _, w := range c.Warnings {
		warnings = append(warnings, string(w))
	}
	return []any{c.ID, c.Evidence, c.Claim, c.State, c.Kind, c.Why, c.Tries, ms(c.Queued), msOrNull(c.Due), msOrNull(c.At), c.URL, c.Type,
		c.Title, c.Sum, c.Manifest, c.Words, c.Shot, c.Bytes, c.Parts, c.Missed, strings.Join(warnings, " "), msOrNull(c.Damaged),
		msOrNull(c.Sent), c.Elsewhere}
}

// captureInto is where a row of captureFields goes.
func captureInto(c *desk.Capture) []any {
	warnings := scan(func(v sql.NullString) error {
		for _, w := range strings.Fields(v.String) {
			c.Warnings = append(c.Warnings, desk.CaptureWarning(w))
		}
		return nil
	})
	return []any{word(&c.ID), word(&c.Evidence), word(&c.Claim), word(&c.State), word(&c.Kind), word(&c.Why), &c.Tries, at(&c.Queued),
		at(&c.Due), at(&c.At), &c.URL, &c.Type, &c.Title, &c.Sum, &c.Manifest, &c.Words, &c.Shot, &c.Bytes, &c.Parts, &c.Missed, warnings,
		at(&c.Damaged), at(&c.Sent), &c.Elsewhere}
}

// SetCapture implements desk.CaptureRows.
func (t *tx) SetCapture(ctx context.Context, c desk.Capture) error {
	_, err := t.exec(ctx, `INSERT INTO capture (`+captureFields+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24)
		ON CONFLICT (id) DO UPDATE SET evidence=$2, claim=$3, state=$4, kind=$5, why=$6, tries=$7, queued=$8, due=$9, at=$10, url=$11,
		type=$12, title=$13, sum=$14, manifest=$15, words=$16, shot=$17, bytes=$18, parts=$19, missed=$20, warnings=$21, damaged=$22,
		sent=$23, elsewhere=$24`, captureArgs(c)...)
	return err
}

// Captures implements desk.CaptureRows.
func (t *tx) Captures(ctx context.Context, f desk.CaptureFilter) ([]desk.Capture, error) {
	var q filter
	in(&q, "id", f.IDs)
	in(&q, "evidence", f.Evidence)
	eq(&q, "claim", f.Claim)
	eq(&q, "state", f.State)
	order := " ORDER BY evidence, queued DESC, id DESC"
	if f.Sum != nil {
		q.and("sum =", f.Sum)
	}
	if !f.Due.IsZero() {
		q.and("due <=", ms(f.Due))
		order = " ORDER BY due, id"
	}
	if f.Damaged {
		q.terms = append(q.terms, "damaged IS NOT NULL")
	}
	if f.After != "" || len(f.Evidence) == 0 && f.Claim == "" && f.Due.IsZero() {
		q.and("id >", string(f.After))
		order = " ORDER BY id"
	}
	return many(ctx, t, captureInto, "SELECT "+captureFields+" FROM capture"+q.where()+order+q.limit(f.Limit, 100), q.args...)
}

// AddPayload implements desk.CaptureRows.
func (t *tx) AddPayload(ctx context.Context, capture desk.ID, b []byte) error {
	sum := sha256.Sum256(b)
	if _, err := t.exec(ctx, `INSERT INTO capture_payload (capture, hash) VALUES ($1,$2) ON CONFLICT (capture, hash) DO NOTHING`,
		capture, sum[:]); err != nil {
		return err
	}
	for n := 0; len(b) > 0; n++ { // the empty payload needs no row
		piece := b[:min(len(b), pieceSize)]
		b = b[len(piece):]
		// Pieces that are there are replaced: what was damaged is whole again
		// when the same bytes come once more.
		if _, err := t.exec(ctx, `INSERT INTO payload (hash, n, body) VALUES ($1,$2,$3) ON CONFLICT (hash, n) DO UPDATE SET body=$3`,
			sum[:], n, piece); err != nil {
			return err
		}
	}
	return nil
}

// Payload implements desk.CaptureRows.
func (t *tx) Payload(ctx context.Context, hash []byte) ([]byte, error) {
	pieces, err := many(ctx, t, bytesInto, `SELECT body FROM payload WHERE hash = $1 ORDER BY n`, hash)
	if err != nil {
		return nil, err
	}
	out := []byte{}
	if nothing := sha256.Sum256(nil); len(pieces) == 0 && !bytes.Equal(hash, nothing[:]) {
		return nil, desk.ErrNotFound
	}
	for _, p := range pieces {
		out = append(out, p...)
	}
	return out, nil
}

// bytesInto is where a row of one column of bytes goes.
func bytesInto(b *[]byte) []any { return []any{b} }

// Payloads implements desk.CaptureRows.
func (t *tx) Payloads(ctx context.Context, after []byte, limit int) ([][]byte, error) {
	if len(after) == 0 {
		return many(ctx, t, bytesInto, `SELECT DISTINCT hash FROM payload ORDER BY hash LIMIT $1`, limit)
	}
	return many(ctx, t, bytesInto, `SELECT DISTINCT hash FROM payload WHERE hash > $1 ORDER BY hash LIMIT $2`, after, limit)
}

// PayloadsOf implements desk.CaptureRows.
func (t *tx) PayloadsOf(ctx context.Context, capture desk.ID) ([][]byte, error) {
	return many(ctx, t, bytesInto, `SELECT hash FROM capture_payload WHERE capture = $1 ORDER BY hash`, capture)
}

// CapturesWith implements desk.CaptureRows.
func (t *tx) CapturesWith(ctx context.Context, hash []byte) ([]desk.ID, error) {
	return many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT capture FROM capture_payload WHERE hash = $1 ORDER BY capture`, hash)
}

// DropPayloads implements desk.CaptureRows.
func (t *tx) DropPayloads(ctx context.Context, capture desk.ID) error {
	if _, err := t.exec(ctx, `DELETE FROM payload WHERE hash IN (SELECT hash FROM capture_payload WHERE capture = $1)
		AND NOT EXISTS (SELECT 1 FROM capture_payload o WHERE o.hash = payload.hash AND o.capture <> $1)`, capture); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM capture_payload WHERE capture = $1`, capture)
	return err
}
