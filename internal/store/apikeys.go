package store

import (
	"context"

	"soi/internal/desk"
)

// SetAPIKey implements desk.KeyRows.
func (t *tx) SetAPIKey(ctx context.Context, k desk.APIKey) error {
	folded := foldName(k.Name)
	taken, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT id FROM api_key WHERE (folded = $1 OR hash = $2) AND id <> $3`, folded, k.Hash, k.ID)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return desk.ErrDuplicate
	}
	_, err = t.exec(ctx, `INSERT INTO api_key (id, name, folded, hash, per_hour, webhook, made, ended) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, folded=excluded.folded, hash=excluded.hash, per_hour=excluded.per_hour,
			webhook=excluded.webhook, made=excluded.made, ended=excluded.ended`,
		k.ID, k.Name, folded, k.Hash, k.PerHour, k.Webhook, ms(k.Made), msOrNull(k.Ended))
	return err
}

// APIKeys implements desk.KeyRows. Names are ordered without regard to case.
func (t *tx) APIKeys(ctx context.Context) ([]desk.APIKey, error) {
	return many(ctx, t, func(k *desk.APIKey) []any {
		return []any{word(&k.ID), &k.Name, &k.Hash, &k.PerHour, &k.Webhook, at(&k.Made), at(&k.Ended)}
	}, `SELECT id, name, hash, per_hour, webhook, made, ended FROM api_key ORDER BY folded`)
}
