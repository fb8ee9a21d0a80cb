package store

import (
	"context"
	"fmt"

	"soi/internal/desk"
)

// PastLogs implements desk.LogRows.
func (t *tx) PastLogs(ctx context.Context) ([]desk.PastLog, error) {
	return many(ctx, t, func(p *desk.PastLog) []any {
		return []any{&p.N, &p.VKey, &p.Opening, &p.Size, &p.Note, &p.Cosignatures}
	}, `SELECT n, vkey, opening, size, note, cosignatures FROM past_log ORDER BY n`)
}

// AddPastLog implements desk.LogRows.
func (t *tx) AddPastLog(ctx context.Context, p desk.PastLog) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO past_log (n, vkey, opening, size, note, cosignatures)
		VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (n) DO NOTHING`, p.N, p.VKey, p.Opening, p.Size, p.Note, p.Cosignatures)
}

// SucceedLog implements desk.LogRows. It is the one act that changes the first
// row of the log: the guards of these tables step aside for it, inside the
// transaction, and are back before it ends.
func (t *tx) SucceedLog(ctx context.Context, s desk.LogSuccession) error {
	if err := t.AddPastLog(ctx, s.Past); err != nil {
		return err
	}
	back, err := t.unguard(ctx, "log_entry", "log_hash", "log_checkpoint", "log_head")
	if err != nil {
		return err
	}
	if err := t.must(ctx, desk.ErrConflict, `UPDATE log_head SET root=$1, time=$2 WHERE one=1 AND size=$3`,
		s.Head.Root, ms(s.Head.Time), s.Head.Size); err != nil {
		return err
	}
	if err := t.must(ctx, desk.ErrConflict, `UPDATE log_entry SET body=$1 WHERE idx=0`, s.Body); err != nil {
		return err
	}
	for _, h := range s.Hashes {
		if err := t.must(ctx, desk.ErrConflict, `UPDATE log_hash SET h=$1 WHERE i=$2`, h.Hash, h.Index); err != nil {
			return err
		}
	}
	for _, name := range []string{"log_cosignature", "log_checkpoint"} {
		if _, err := t.exec(ctx, "DELETE FROM "+name); err != nil {
			return err
		}
	}
	return back()
}

// unguard lifts the triggers of some tables for the rest of the transaction, or
// until back is called, which has to be before it ends.
func (t *tx) unguard(ctx context.Context, tables ...string) (back func() error, err error) {
	var again []string
	for _, table := range tables {
		if t.pg {
			if _, err := t.exec(ctx, "ALTER TABLE "+table+" DISABLE TRIGGER USER"); err != nil {
				return nil, err
			}
			again = append(again, "ALTER TABLE "+table+" ENABLE TRIGGER USER")
			continue
		}
		type trigger struct{ name, sql string }
		ts, err := many(ctx, t, func(x *trigger) []any { return []any{&x.name, &x.sql} },
			`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1`, table)
		if err != nil {
			return nil, err
		}
		for _, x := range ts {
			if _, err := t.exec(ctx, fmt.Sprintf("DROP TRIGGER %q", x.name)); err != nil {
				return nil, err
			}
			again = append(again, x.sql)
		}
	}
	return func() error {
		if t.pg {
			// PostgreSQL alters no table that still has references to check.
			again = append([]string{"SET CONSTRAINTS ALL IMMEDIATE"}, again...)
		}
		for _, s := range again {
			if _, err := t.exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
