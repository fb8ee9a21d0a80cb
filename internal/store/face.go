package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// AddHelped implements desk.FaceRows.
func (t *tx) AddHelped(ctx context.Context, h desk.Helped) error {
	_, err := t.exec(ctx, `INSERT INTO helped (verdict, day, yes, no) VALUES ($1,$2,$3,$4)
		ON CONFLICT (verdict, day) DO UPDATE SET yes = helped.yes + excluded.yes, no = helped.no + excluded.no`,
		h.Verdict, h.Day, h.Yes, h.No)
	return err
}

// HelpedBy implements desk.FaceRows.
func (t *tx) HelpedBy(ctx context.Context, f desk.HelpedFilter) ([]desk.Helped, error) {
	return many(ctx, t, func(h *desk.Helped) []any {
		return []any{word(&h.Verdict), &h.Day, &h.Yes, &h.No}
	}, `SELECT verdict, day, yes, no FROM helped WHERE ($1 = '' OR verdict = $1) AND ($2 = '' OR day >= $2) AND ($3 = '' OR day <= $3)
		ORDER BY day, verdict`, f.Verdict, f.From, f.To)
}

// SetFediFollower implements desk.FediRows.
func (t *tx) SetFediFollower(ctx context.Context, f desk.FediFollower) error {
	_, err := t.exec(ctx, `INSERT INTO fedi_follower (hash, inbox, sealed, since) VALUES ($1,$2,$3,$4)
		ON CONFLICT (hash) DO UPDATE SET inbox=excluded.inbox, sealed=excluded.sealed`, f.Key, f.Inbox, f.Sealed, ms(f.Since))
	return err
}

// fediFollower is where a row of fedi_follower is read into.
func fediFollower(f *desk.FediFollower) []any {
	return []any{&f.Key, &f.Inbox, &f.Sealed, at(&f.Since)}
}

// FediFollower implements desk.FediRows.
func (t *tx) FediFollower(ctx context.Context, key []byte) (desk.FediFollower, error) {
	return one(ctx, t, fediFollower, `SELECT hash, inbox, sealed, since FROM fedi_follower WHERE hash = $1`, key)
}

// DropFediFollower implements desk.FediRows.
func (t *tx) DropFediFollower(ctx context.Context, key []byte) error {
	return t.must(ctx, desk.ErrNotFound, `DELETE FROM fedi_follower WHERE hash = $1`, key)
}

// DropFediInbox implements desk.FediRows.
func (t *tx) DropFediInbox(ctx context.Context, inbox []byte) error {
	if _, err := t.exec(ctx, `DELETE FROM fedi_delivery WHERE inbox = $1`, inbox); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM fedi_follower WHERE inbox = $1`, inbox)
	return err
}

// CountFediFollowers implements desk.FediRows.
func (t *tx) CountFediFollowers(ctx context.Context, inbox []byte) (int, error) {
	count := func(n *int) []any { return []any{n} }
	if len(inbox) == 0 {
		return one(ctx, t, count, `SELECT COUNT(*) FROM fedi_follower`)
	}
	return one(ctx, t, count, `SELECT COUNT(*) FROM fedi_follower WHERE inbox = $1`, inbox)
}

// CountPublished implements desk.FediRows.
func (t *tx) CountPublished(ctx context.Context, below int64) (int, error) {
	return one(ctx, t, func(n *int) []any { return []any{n} }, `SELECT COUNT(DISTINCT verdict) FROM revision WHERE log_index < $1`, below)
}

// FediInboxes implements desk.FediRows: of those told at one inbox the one
// with the smallest hash stands for all.
func (t *tx) FediInboxes(ctx context.Context) ([]desk.FediFollower, error) {
	return many(ctx, t, fediFollower, `SELECT hash, inbox, sealed, since FROM fedi_follower f
		WHERE NOT EXISTS (SELECT 1 FROM fedi_follower o WHERE o.inbox = f.inbox AND o.hash < f.hash) ORDER BY inbox`)
}

// SetFediDelivery implements desk.FediRows.
func (t *tx) SetFediDelivery(ctx context.Context, f desk.FediDelivery) error {
	_, err := t.exec(ctx, `INSERT INTO fedi_delivery (inbox, op, sealed, verdict, body, tries, due, made) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (inbox, op) DO UPDATE SET sealed=excluded.sealed, verdict=excluded.verdict, body=excluded.body,
			tries=excluded.tries, due=excluded.due, made=excluded.made`,
		f.Inbox, f.Op, f.Sealed, f.Verdict, f.Body, f.Tries, ms(f.Due), ms(f.Made))
	return err
}

// fediDelivery is where a row of fedi_delivery is read into.
func fediDelivery(f *desk.FediDelivery) []any {
	return []any{&f.Inbox, &f.Op, &f.Sealed, word(&f.Verdict), &f.Body, &f.Tries, at(&f.Due), at(&f.Made)}
}

// FediDelivery implements desk.FediRows.
func (t *tx) FediDelivery(ctx context.Context, inbox []byte, op string) (desk.FediDelivery, error) {
	return one(ctx, t, fediDelivery, `SELECT inbox, op, sealed, verdict, body, tries, due, made FROM fedi_delivery WHERE inbox = $1 AND op = $2`, inbox, op)
}

// DropFediDelivery implements desk.FediRows.
func (t *tx) DropFediDelivery(ctx context.Context, inbox []byte, op string) error {
	_, err := t.exec(ctx, `DELETE FROM fedi_delivery WHERE inbox = $1 AND op = $2`, inbox, op)
	return err
}

// FediDeliveries implements desk.FediRows.
func (t *tx) FediDeliveries(ctx context.Context, due time.Time, limit int) ([]desk.FediDelivery, error) {
	return many(ctx, t, fediDelivery, `SELECT inbox, op, sealed, verdict, body, tries, due, made FROM fedi_delivery
		WHERE due <= $1 ORDER BY due, inbox, op LIMIT $2`, ms(due), limit)
}
