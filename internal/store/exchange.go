package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// AddShelfRow implements desk.ExchangeRows.
func (t *tx) AddShelfRow(ctx context.Context, r desk.ShelfRow) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO shelf (n, kind, entry, at, hash, chain, body) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING`,
		r.N, r.Kind, r.Entry, ms(r.At), r.Hash, r.Chain, r.Body)
}

// shelfFields are the columns of a line in the order of shelfRow.
const shelfFields = "n, kind, entry, at, hash, chain, body"

// shelfRow reads a row.
func shelfRow(r *desk.ShelfRow) []any {
	return []any{&r.N, word(&r.Kind), word(&r.Entry), at(&r.At), &r.Hash, &r.Chain, &r.Body}
}

// ShelfRows implements desk.ExchangeRows.
func (t *tx) ShelfRows(ctx context.Context, from int64, limit int) ([]desk.ShelfRow, error) {
	return many(ctx, t, shelfRow, "SELECT "+shelfFields+" FROM shelf WHERE n >= $1 ORDER BY n LIMIT $2", from, limit)
}

// ShelfHead implements desk.ExchangeRows.
func (t *tx) ShelfHead(ctx context.Context) (int64, []byte, error) {
	rs, err := many(ctx, t, shelfRow, "SELECT "+shelfFields+" FROM shelf ORDER BY n DESC LIMIT 1")
	if err != nil || len(rs) == 0 {
		return 0, nil, err
	}
	return rs[0].N + 1, rs[0].Chain, nil
}

// ShelfStands implements desk.ExchangeRows.
func (t *tx) ShelfStands(ctx context.Context) ([]desk.ShelfRow, error) {
	return many(ctx, t, shelfRow, "SELECT "+shelfFields+` FROM shelf s WHERE n = (SELECT MAX(o.n) FROM shelf o WHERE o.kind = s.kind AND o.entry = s.entry) ORDER BY n`)
}

// EraseShelf implements desk.ExchangeRows.
func (t *tx) EraseShelf(ctx context.Context, kind desk.LineKind, entry desk.ID, below int64) error {
	_, err := t.exec(ctx, "UPDATE shelf SET body = NULL WHERE kind = $1 AND entry = $2 AND n < $3 AND body IS NOT NULL", kind, entry, below)
	return err
}

// SetHeld implements desk.ExchangeRows.
func (t *tx) SetHeld(ctx context.Context, claim desk.ID, on bool) error {
	query := "DELETE FROM held_back WHERE claim = $1"
	if on {
		query = "INSERT INTO held_back (claim) VALUES ($1) ON CONFLICT DO NOTHING"
	}
	_, err := t.exec(ctx, query, claim)
	return err
}

// HeldBack implements desk.ExchangeRows.
func (t *tx) HeldBack(ctx context.Context) ([]desk.ID, error) {
	return many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} }, "SELECT claim FROM held_back ORDER BY claim")
}

// SetSourceOffer implements desk.ExchangeRows.
func (t *tx) SetSourceOffer(ctx context.Context, o desk.SourceOffer) error {
	src, err := asJSON(o.Source)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO source_offer (id, peer, about, source, at, offer_by, ended) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET source = excluded.source, ended = excluded.ended`, o.ID, o.Peer, o.About, src, ms(o.At), o.By, msOrNull(o.Ended))
	return err
}

// SourceOffers implements desk.ExchangeRows.
func (t *tx) SourceOffers(ctx context.Context) ([]desk.SourceOffer, error) {
	return many(ctx, t, func(o *desk.SourceOffer) []any {
		return []any{word(&o.ID), word(&o.Peer), word(&o.About), fromJSON(&o.Source), at(&o.At), word(&o.By), at(&o.Ended)}
	}, "SELECT id, peer, about, source, at, offer_by, ended FROM source_offer ORDER BY at DESC, id LIMIT 5000")
}

// SetPeer implements desk.ExchangeRows.
func (t *tx) SetPeer(ctx context.Context, p desk.Peer) error {
	state, err := asJSON(p.State)
	if err != nil {
		return err
	}
	args := []any{p.ID, p.Desk, p.Name, p.Address, p.Key, p.Follows, p.Reads, ms(p.Added), orNull(p.AddedBy), msOrNull(p.Ended), state, p.Version + 1}
	if p.Version == 0 {
		return t.must(ctx, desk.ErrDuplicate, `INSERT INTO peer (id, desk, name, address, vkey, follows, reads, added, added_by, ended, state, version)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT DO NOTHING`, args...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE peer SET desk=$2, name=$3, address=$4, vkey=$5, follows=$6, reads=$7, added=$8, added_by=$9, ended=$10, state=$11, version=$12
		WHERE id=$1 AND version=$13`, append(args, p.Version)...)
}

// Peers implements desk.ExchangeRows.
func (t *tx) Peers(ctx context.Context) ([]desk.Peer, error) {
	return many(ctx, t, func(p *desk.Peer) []any {
		return []any{word(&p.ID), &p.Desk, &p.Name, &p.Address, &p.Key, &p.Follows, &p.Reads, at(&p.Added), word(&p.AddedBy), at(&p.Ended), fromJSON(&p.State), &p.Version}
	}, "SELECT id, desk, name, address, vkey, follows, reads, added, added_by, ended, state, version FROM peer ORDER BY name, id LIMIT 1000")
}

// SetLaid implements desk.ExchangeRows.
func (t *tx) SetLaid(ctx context.Context, x desk.Laid) error {
	line, err := asJSON(x.Line)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO laid (peer, kind, entry, n, seen, ended, line, root_desk, root_entry, claim, why, said_by)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT (peer, kind, entry) DO UPDATE SET n=excluded.n, seen=excluded.seen, ended=excluded.ended,
		line=excluded.line, root_desk=excluded.root_desk, root_entry=excluded.root_entry, claim=excluded.claim, why=excluded.why, said_by=excluded.said_by`,
		x.Peer, x.Kind, x.Entry, x.N, ms(x.Seen), msOrNull(x.Ended), line, x.Root.Desk, x.Root.Entry, orNull(x.Claim), x.Why, orNull(x.By))
	return err
}

// LaidOf implements desk.ExchangeRows.
func (t *tx) LaidOf(ctx context.Context, f desk.LaidFilter) ([]desk.Laid, error) {
	var q filter
	eq(&q, "peer", f.Peer)
	eq(&q, "kind", f.Kind)
	eq(&q, "entry", f.Entry)
	eq(&q, "claim", f.Claim)
	eq(&q, "root_desk", f.Root.Desk)
	eq(&q, "root_entry", f.Root.Entry)
	if f.Linked {
		q.terms = append(q.terms, "claim IS NOT NULL")
	}
	if f.Open {
		q.terms = append(q.terms, "ended IS NULL")
	}
	query := "SELECT peer, kind, entry, n, seen, ended, line, root_desk, root_entry, claim, why, said_by FROM laid" + q.where() +
		" ORDER BY seen DESC, peer, kind, entry" + q.limit(f.Limit, 200)
	return many(ctx, t, func(x *desk.Laid) []any {
		return []any{word(&x.Peer), word(&x.Kind), word(&x.Entry), &x.N, at(&x.Seen), at(&x.Ended), fromJSON(&x.Line), &x.Root.Desk, word(&x.Root.Entry), word(&x.Claim), word(&x.Why), word(&x.By)}
	}, query, q.args...)
}

// CountLaid implements desk.ExchangeRows.
func (t *tx) CountLaid(ctx context.Context, peer desk.ID) (int, error) {
	return one(ctx, t, func(n *int) []any { return []any{n} }, "SELECT COUNT(*) FROM laid WHERE peer = $1", peer)
}

// DropLaid implements desk.ExchangeRows.
func (t *tx) DropLaid(ctx context.Context, peer desk.ID, before time.Time) (int, error) {
	query, args := "ended < $1", []any{ms(before)}
	if peer != "" {
		query, args = "peer = $1", []any{peer}
	}
	n, err := t.exec(ctx, "DELETE FROM laid WHERE "+query+" AND why NOT IN ('joined', 'taken', 'adopted', 'accepted')", args...)
	return int(n), err
}

// AddRefused implements desk.ExchangeRows.
func (t *tx) AddRefused(ctx context.Context, r desk.RefusedLine) error {
	_, err := t.exec(ctx, `INSERT INTO refused_line (peer, n, at, why) VALUES ($1,$2,$3,$4) ON CONFLICT (peer, n) DO UPDATE SET at = excluded.at, why = excluded.why`,
		r.Peer, r.N, ms(r.At), r.Why)
	return err
}

// RefusedLines implements desk.ExchangeRows.
func (t *tx) RefusedLines(ctx context.Context, peer desk.ID, limit int) ([]desk.RefusedLine, error) {
	var q filter
	eq(&q, "peer", peer)
	query := "SELECT peer, n, at, why FROM refused_line" + q.where() + " ORDER BY at DESC, peer, n DESC" + q.limit(limit, 200)
	return many(ctx, t, func(r *desk.RefusedLine) []any { return []any{word(&r.Peer), &r.N, at(&r.At), word(&r.Why)} }, query, q.args...)
}

// DropRefused implements desk.ExchangeRows.
func (t *tx) DropRefused(ctx context.Context, before time.Time) (int, error) {
	n, err := t.exec(ctx, "DELETE FROM refused_line WHERE at < $1", ms(before))
	return int(n), err
}
