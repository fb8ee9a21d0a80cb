package store

import (
	"context"

	"soi/internal/desk"
)

// SetDeadlineLink implements desk.DeadlineRows.
func (t *tx) SetDeadlineLink(ctx context.Context, l desk.DeadlineLink) error {
	_, err := t.exec(ctx, `INSERT INTO deadline_link (staff, hash, made) VALUES ($1,$2,$3)
		ON CONFLICT (staff) DO UPDATE SET hash=excluded.hash, made=excluded.made`, l.Staff, l.Hash, ms(l.Made))
	return err
}

// DropDeadlineLink implements desk.DeadlineRows.
func (t *tx) DropDeadlineLink(ctx context.Context, staff desk.ID) error {
	return t.must(ctx, desk.ErrNotFound, `DELETE FROM deadline_link WHERE staff = $1`, staff)
}

// DeadlineLink implements desk.DeadlineRows.
func (t *tx) DeadlineLink(ctx context.Context, staff desk.ID, hash []byte) (desk.DeadlineLink, error) {
	columns := func(l *desk.DeadlineLink) []any { return []any{word(&l.Staff), &l.Hash, at(&l.Made)} }
	if staff != "" {
		return one(ctx, t, columns, `SELECT staff, hash, made FROM deadline_link WHERE staff = $1`, staff)
	}
	return one(ctx, t, columns, `SELECT staff, hash, made FROM deadline_link WHERE hash = $1`, hash)
}
