package store

import (
	"context"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// do runs one statement of auth.Store in a transaction of its own.
func (db *DB) do(ctx context.Context, none error, query string, args ...any) error {
	return db.write(ctx, func(t *tx) error {
		n, err := t.exec(ctx, query, args...)
		if err == nil && n == 0 {
			return none
		}
		return err
	})
}

// sessionArgs are the values of a session's columns.
func sessionArgs(s auth.Session) []any {
	return []any{s.ID, s.Token, s.Staff, s.Role, s.Means, ms(s.Created), ms(s.Proven), ms(s.Used), ms(s.Expires), ms(s.Until)}
}

// AddSession implements auth.Store.
func (db *DB) AddSession(ctx context.Context, s auth.Session) error {
	return db.do(ctx, desk.ErrDuplicate, `INSERT INTO session (id, token, staff, role, means, created, proven, used, expires, until)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT DO NOTHING`, sessionArgs(s)...)
}

// sessionsOf spells the conditions of a filter; ok is false when it picks
// none.
func sessionsOf(f auth.SessionFilter) (q filter, ok bool) {
	if len(f.Token) == 0 && f.Staff == "" && f.ID == "" {
		return q, false
	}
	if len(f.Token) > 0 {
		q.and("token =", f.Token)
	}
	eq(&q, "staff", f.Staff)
	eq(&q, "id", f.ID)
	if f.Except != "" {
		q.and("id <>", f.Except)
	}
	return q, true
}

// Sessions implements auth.Store.
func (db *DB) Sessions(ctx context.Context, f auth.SessionFilter) (out []auth.Session, err error) {
	q, ok := sessionsOf(f)
	if !ok {
		return []auth.Session{}, nil
	}
	err = db.read(ctx, func(t *tx) error {
		out, err = many(ctx, t, func(s *auth.Session) []any {
			return []any{word(&s.ID), &s.Token, word(&s.Staff), word(&s.Role), word(&s.Means), at(&s.Created),
				at(&s.Proven), at(&s.Used), at(&s.Expires), at(&s.Until)}
		}, `SELECT id, token, staff, role, means, created, proven, used, expires, until FROM session`+
			q.where()+` ORDER BY created DESC, id`, q.args...)
		return err
	})
	return out, err
}

// RenewSession implements auth.Store.
func (db *DB) RenewSession(ctx context.Context, was []byte, s auth.Session) error {
	return db.do(ctx, desk.ErrNotFound, `UPDATE session SET token=$2, staff=$3, role=$4, means=$5, created=$6, proven=$7,
		used=$8, expires=$9, until=$10 WHERE id=$1 AND token=$11`, append(sessionArgs(s), was)...)
}

// EndSessions implements auth.Store.
func (db *DB) EndSessions(ctx context.Context, f auth.SessionFilter) (int, error) {
	q, ok := sessionsOf(f)
	if !ok {
		return 0, nil
	}
	var n int64
	err := db.write(ctx, func(t *tx) (err error) {
		n, err = t.exec(ctx, "DELETE FROM session"+q.where(), q.args...)
		return err
	})
	return int(n), err
}

// linkFields are the columns of a sign-in link.
const linkFields = `hash, staff, made_by, created, expires`

// linkInto is where a row of linkFields goes.
func linkInto(l *auth.Link) []any {
	return []any{&l.Hash, word(&l.Staff), word(&l.By), at(&l.Created), at(&l.Expires)}
}

// PutLink implements auth.Store.
func (db *DB) PutLink(ctx context.Context, l auth.Link) error {
	return db.do(ctx, nil, `INSERT INTO sign_in_link (`+linkFields+`) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (staff) DO UPDATE SET hash=excluded.hash, made_by=excluded.made_by, created=excluded.created,
			expires=excluded.expires`, l.Hash, l.Staff, orNull(l.By), ms(l.Created), ms(l.Expires))
}

// Link implements auth.Store.
func (db *DB) Link(ctx context.Context, hash []byte) (l auth.Link, err error) {
	err = db.read(ctx, func(t *tx) error {
		l, err = one(ctx, t, linkInto, `SELECT `+linkFields+` FROM sign_in_link WHERE hash = $1`, hash)
		return err
	})
	return l, err
}

// TakeLink implements auth.Store.
func (db *DB) TakeLink(ctx context.Context, hash []byte) (l auth.Link, err error) {
	err = db.write(ctx, func(t *tx) error {
		l, err = one(ctx, t, linkInto, `DELETE FROM sign_in_link WHERE hash = $1 RETURNING `+linkFields, hash)
		return err
	})
	return l, err
}

// Links implements auth.Store.
func (db *DB) Links(ctx context.Context) (out []auth.Link, err error) {
	err = db.read(ctx, func(t *tx) error {
		out, err = many(ctx, t, func(l *auth.Link) []any {
			return []any{word(&l.Staff), word(&l.By), at(&l.Created), at(&l.Expires)}
		}, `SELECT staff, made_by, created, expires FROM sign_in_link ORDER BY created DESC, staff`)
		return err
	})
	return out, err
}

// DropLink implements auth.Store.
func (db *DB) DropLink(ctx context.Context, staff desk.ID) error {
	return db.do(ctx, nil, `DELETE FROM sign_in_link WHERE staff = $1`, staff)
}

// LinkOutside implements auth.Store.
func (db *DB) LinkOutside(ctx context.Context, issuer, subject string, staff desk.ID, now time.Time) error {
	return db.write(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, `DELETE FROM outside_account WHERE staff = $1`, staff); err != nil {
			return err
		}
		return t.must(ctx, desk.ErrDuplicate, `INSERT INTO outside_account (issuer, subject, staff, created) VALUES ($1,$2,$3,$4)
			ON CONFLICT DO NOTHING`, issuer, subject, staff, ms(now))
	})
}

// outsideInto is where a row of an outside account goes.
func outsideInto(o *auth.Outside) []any {
	return []any{&o.Issuer, &o.Subject, word(&o.Staff), at(&o.Created)}
}

// Outside implements auth.Store.
func (db *DB) Outside(ctx context.Context, issuer, subject string) (o auth.Outside, err error) {
	err = db.read(ctx, func(t *tx) error {
		o, err = one(ctx, t, outsideInto, `SELECT issuer, subject, staff, created FROM outside_account WHERE issuer = $1 AND subject = $2`, issuer, subject)
		return err
	})
	return o, err
}

// OutsideOf implements auth.Store.
func (db *DB) OutsideOf(ctx context.Context, staff desk.ID) (o auth.Outside, err error) {
	err = db.read(ctx, func(t *tx) error {
		o, err = one(ctx, t, outsideInto, `SELECT issuer, subject, staff, created FROM outside_account WHERE staff = $1`, staff)
		return err
	})
	return o, err
}

// DropOutside implements auth.Store.
func (db *DB) DropOutside(ctx context.Context, staff desk.ID) error {
	return db.do(ctx, nil, `DELETE FROM outside_account WHERE staff = $1`, staff)
}

// Factors implements auth.Store.
func (db *DB) Factors(ctx context.Context, staff desk.ID) (out []auth.Factor, err error) {
	err = db.read(ctx, func(t *tx) error {
		out, err = many(ctx, t, func(f *auth.Factor) []any {
			return []any{word(&f.ID), word(&f.Staff), word(&f.Kind), &f.Name, &f.Data, &f.Counter, at(&f.Created), at(&f.Used)}
		}, `SELECT id, staff, kind, name, data, counter, created, used FROM factor WHERE staff = $1 ORDER BY created, n`, staff)
		return err
	})
	return out, err
}

// ChangeFactors implements auth.Store.
func (db *DB) ChangeFactors(ctx context.Context, c auth.FactorChange) error {
	return db.write(ctx, func(t *tx) error {
		var q filter
		q.and("staff =", c.Staff)
		q.terms = append(q.terms, isIn(&q, "id", c.Drop))
		if _, err := t.exec(ctx, "DELETE FROM factor"+q.where(), q.args...); err != nil {
			return err
		}
		for _, f := range c.Add {
			if err := t.must(ctx, desk.ErrDuplicate, `INSERT INTO factor (id, staff, kind, name, data, counter, created, used, n)
				VALUES ($1,$2,$3,$4,$5,$6,$7,$8, (SELECT COALESCE(MAX(n), 0) + 1 FROM factor WHERE staff = $2))
				ON CONFLICT (id) DO NOTHING`,
				f.ID, c.Staff, f.Kind, f.Name, f.Data, f.Counter, ms(f.Created), ms(f.Used)); err != nil {
				return err
			}
		}
		_, err := t.exec(ctx, `DELETE FROM session WHERE staff = $1 AND id <> $2`, c.Staff, c.Keep)
		return err
	})
}

// AdvanceFactor implements auth.Store.
func (db *DB) AdvanceFactor(ctx context.Context, f auth.Factor, was int64) error {
	return db.write(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE factor SET data=$2, counter=$3, used=$4 WHERE id=$1 AND counter=$5`,
			f.ID, f.Data, f.Counter, ms(f.Used), was)
		if err != nil || n > 0 {
			return err
		}
		if _, err := one(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
			`SELECT id FROM factor WHERE id = $1`, f.ID); err != nil {
			return err
		}
		return desk.ErrConflict
	})
}

// Spend implements auth.Store.
func (db *DB) Spend(ctx context.Context, hash []byte, until time.Time) error {
	return db.do(ctx, desk.ErrDuplicate,
		`INSERT INTO spent (hash, until) VALUES ($1,$2) ON CONFLICT (hash) DO NOTHING`, hash, ms(until))
}

// Sweep implements auth.Store.
func (db *DB) Sweep(ctx context.Context, now time.Time) error {
	return db.write(ctx, func(t *tx) error {
		for _, query := range []string{
			`DELETE FROM session WHERE expires <= $1`,
			`DELETE FROM sign_in_link WHERE expires <= $1`,
			`DELETE FROM spent WHERE until <= $1`,
		} {
			if _, err := t.exec(ctx, query, ms(now)); err != nil {
				return err
			}
		}
		return nil
	})
}
