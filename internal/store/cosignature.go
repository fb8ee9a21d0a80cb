package store

import (
	"context"

	"soi/internal/desk"
)

// PutCosignature implements desk.LogRows. A witness may cosign the same
// checkpoint again, to say that it still sees the log; the later one stays.
func (t *tx) PutCosignature(ctx context.Context, c desk.Cosignature) error {
	_, err := t.exec(ctx, `INSERT INTO log_cosignature (witness, size, line, at) VALUES ($1,$2,$3,$4)
		ON CONFLICT (witness, size) DO UPDATE SET line = excluded.line, at = excluded.at WHERE log_cosignature.at <= excluded.at`,
		c.Witness, c.Size, c.Line, ms(c.At))
	return err
}

// Cosignatures implements desk.LogRows.
func (t *tx) Cosignatures(ctx context.Context, size int64) ([]desk.Cosignature, error) {
	return many(ctx, t, cosignatureRow, `SELECT witness, size, line, at FROM log_cosignature WHERE size = $1 ORDER BY witness`, size)
}

// LastCosignatures implements desk.LogRows.
func (t *tx) LastCosignatures(ctx context.Context) ([]desk.Cosignature, error) {
	return many(ctx, t, cosignatureRow, `SELECT witness, size, line, at FROM log_cosignature c
		WHERE size = (SELECT MAX(size) FROM log_cosignature o WHERE o.witness = c.witness) ORDER BY witness`)
}

func cosignatureRow(c *desk.Cosignature) []any {
	return []any{&c.Witness, &c.Size, &c.Line, at(&c.At)}
}
