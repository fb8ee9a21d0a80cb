package store

import (
	"context"
	"fmt"
	"slices"

	"soi/internal/desk"
)

// LogHead implements desk.LogRows.
func (t *tx) LogHead(ctx context.Context) (desk.LogHead, error) {
	query := `SELECT size, root, time FROM log_head WHERE one = 1`
	if t.pg && t.write {
		query += ` FOR UPDATE` // SQLite's writer is alone anyway
	}
	h, err := one(ctx, t, func(h *desk.LogHead) []any { return []any{&h.Size, &h.Root, at(&h.Time)} }, query)
	if h.Size == 0 {
		h = desk.LogHead{}
	}
	return h, err
}

// AddLogEntry implements desk.LogRows. desk.ErrConflict if the head is not
// the one before next.
func (t *tx) AddLogEntry(ctx context.Context, op string, body []byte, hashes []desk.LogHash, next desk.LogHead) error {
	if err := t.must(ctx, desk.ErrDuplicate, `INSERT INTO log_entry (idx, op, body) VALUES ($1,$2,$3)
		ON CONFLICT (op) DO NOTHING`, next.Size-1, op, body); err != nil {
		return err
	}
	if err := t.must(ctx, desk.ErrConflict, `UPDATE log_head SET size=$1, root=$2, time=$3 WHERE one=1 AND size=$4`,
		next.Size, next.Root, ms(next.Time), next.Size-1); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := t.exec(ctx, `INSERT INTO log_hash (i, h) VALUES ($1,$2)`, h.Index, h.Hash); err != nil {
			return err
		}
	}
	return nil
}

// LogEntries implements desk.LogRows.
func (t *tx) LogEntries(ctx context.Context, from, to int64) ([][]byte, error) {
	return many(ctx, t, func(b *[]byte) []any { return []any{b} },
		`SELECT body FROM log_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx`, from, to)
}

// LogHashes implements desk.LogRows. A hash that is absent is
// desk.ErrNotFound.
func (t *tx) LogHashes(ctx context.Context, indexes []int64) ([][]byte, error) {
	found := make(map[int64][]byte, len(indexes))
	for part := range slices.Chunk(indexes, 512) {
		var q filter
		terms := make([]any, 0, 512)
		for _, i := range part {
			terms = append(terms, i)
		}
		rows, err := many(ctx, t, func(h *desk.LogHash) []any { return []any{&h.Index, &h.Hash} },
			"SELECT i, h FROM log_hash WHERE "+isOneOf(&q, "i", terms), q.args...)
		if err != nil {
			return nil, err
		}
		for _, h := range rows {
			found[h.Index] = h.Hash
		}
	}
	out := make([][]byte, len(indexes))
	for n, i := range indexes {
		if out[n] = found[i]; out[n] == nil {
			return nil, fmt.Errorf("hash %d of the public log: %w", i, desk.ErrNotFound)
		}
	}
	return out, nil
}

// AddCheckpoint implements desk.LogRows.
func (t *tx) AddCheckpoint(ctx context.Context, size int64, note []byte) error {
	return t.must(ctx, desk.ErrDuplicate,
		`INSERT INTO log_checkpoint (size, note) VALUES ($1,$2) ON CONFLICT (size) DO NOTHING`, size, note)
}

// LastCheckpoint implements desk.LogRows.
func (t *tx) LastCheckpoint(ctx context.Context) (int64, []byte, error) {
	type checkpoint struct {
		size int64
		note []byte
	}
	c, err := one(ctx, t, func(c *checkpoint) []any { return []any{&c.size, &c.note} },
		`SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1`)
	return c.size, c.note, err
}
