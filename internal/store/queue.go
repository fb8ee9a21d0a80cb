package store

import (
	"context"
	"strings"
	"time"

	"soi/internal/desk"
)

// AddChecklist implements desk.QueueRows.
func (t *tx) AddChecklist(ctx context.Context, l desk.Checklist) error {
	steps, err := asJSON(l.Steps)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrConflict, `INSERT INTO checklist (list, version, steps, changed, changed_by) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (list, version) DO NOTHING`, l.List, l.Version, steps, ms(l.Changed), orNull(l.By))
}

// Checklists implements desk.QueueRows.
func (t *tx) Checklists(ctx context.Context, list string) ([]desk.Checklist, error) {
	var q filter
	eq(&q, "list", list)
	return many(ctx, t, func(l *desk.Checklist) []any {
		return []any{&l.List, &l.Version, fromJSON(&l.Steps), at(&l.Changed), word(&l.By)}
	}, "SELECT list, version, steps, changed, changed_by FROM checklist"+q.where()+" ORDER BY list, version DESC"+q.limit(0, 1000), q.args...)
}

// SetTick implements desk.QueueRows.
func (t *tx) SetTick(ctx context.Context, x desk.Tick) error {
	_, err := t.exec(ctx, `INSERT INTO tick (claim, step, state, why, at, done_by) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (claim, step) DO UPDATE SET state=excluded.state, why=excluded.why, at=excluded.at, done_by=excluded.done_by`,
		x.Claim, x.Step, x.State, x.Why, ms(x.At), orNull(x.By))
	return err
}

// Ticks implements desk.QueueRows.
func (t *tx) Ticks(ctx context.Context, claim desk.ID) ([]desk.Tick, error) {
	return many(ctx, t, func(x *desk.Tick) []any {
		return []any{word(&x.Claim), &x.Step, word(&x.State), &x.Why, at(&x.At), word(&x.By)}
	}, `SELECT claim, step, state, why, at, done_by FROM tick WHERE claim = $1 ORDER BY step LIMIT 1000`, claim)
}

// SetDue implements desk.QueueRows.
func (t *tx) SetDue(ctx context.Context, u desk.DueSet) error {
	if u.At.IsZero() {
		_, err := t.exec(ctx, `DELETE FROM due WHERE claim = $1`, u.Claim)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO due (claim, at, why, set_at, set_by) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (claim) DO UPDATE SET at=excluded.at, why=excluded.why, set_at=excluded.set_at, set_by=excluded.set_by`,
		u.Claim, ms(u.At), u.Why, ms(u.SetAt), orNull(u.By))
	return err
}

// Dues implements desk.QueueRows.
func (t *tx) Dues(ctx context.Context, claim desk.ID) ([]desk.DueSet, error) {
	query, args := `SELECT u.claim, u.at, u.why, u.set_at, u.set_by FROM due u`, []any{}
	if claim != "" {
		query, args = query+` WHERE u.claim = $1`, []any{claim}
	} else {
		query += ` JOIN claim c ON c.id = u.claim WHERE c.state = 'open'`
	}
	return many(ctx, t, func(u *desk.DueSet) []any {
		return []any{word(&u.Claim), at(&u.At), &u.Why, at(&u.SetAt), word(&u.By)}
	}, query+` ORDER BY u.claim LIMIT 10000`, args...)
}

// SetView implements desk.QueueRows.
func (t *tx) SetView(ctx context.Context, v desk.SavedView) error {
	_, err := t.exec(ctx, `INSERT INTO saved_view (id, owner, name, query, place, made, made_by, removed) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (id) DO UPDATE SET owner=excluded.owner, name=excluded.name, query=excluded.query, place=excluded.place,
			made=excluded.made, made_by=excluded.made_by, removed=excluded.removed`,
		v.ID, orNull(v.Owner), v.Name, v.Query, v.Place, ms(v.Made), orNull(v.By), msOrNull(v.Removed))
	return err
}

// SavedViews implements desk.QueueRows.
func (t *tx) SavedViews(ctx context.Context, owner desk.ID) ([]desk.SavedView, error) {
	return many(ctx, t, func(v *desk.SavedView) []any {
		return []any{word(&v.ID), word(&v.Owner), &v.Name, &v.Query, &v.Place, at(&v.Made), word(&v.By), at(&v.Removed)}
	}, `SELECT id, owner, name, query, place, made, made_by, removed FROM saved_view WHERE owner IS NULL OR owner = $1
		ORDER BY CASE WHEN owner IS NULL THEN 0 ELSE 1 END, place, id LIMIT 1000`, owner)
}

// SetBulk implements desk.QueueRows.
func (t *tx) SetBulk(ctx context.Context, b desk.Bulk) error {
	items, err := asJSON(b.Items)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO bulk (id, kind, at, done_by, items, undone, undone_by) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET kind=excluded.kind, at=excluded.at, done_by=excluded.done_by, items=excluded.items,
			undone=excluded.undone, undone_by=excluded.undone_by`,
		b.ID, b.Kind, ms(b.At), orNull(b.By), items, msOrNull(b.Undone), orNull(b.UndoneBy))
	return err
}

// Bulks implements desk.QueueRows.
func (t *tx) Bulks(ctx context.Context, id desk.ID, limit int) ([]desk.Bulk, error) {
	var q filter
	eq(&q, "id", id)
	return many(ctx, t, func(b *desk.Bulk) []any {
		return []any{word(&b.ID), word(&b.Kind), at(&b.At), word(&b.By), fromJSON(&b.Items), at(&b.Undone), word(&b.UndoneBy)}
	}, "SELECT id, kind, at, done_by, items, undone, undone_by FROM bulk"+q.where()+" ORDER BY at DESC, id DESC"+q.limit(limit, 20), q.args...)
}

// SetQuarantine implements desk.AsideRows.
func (t *tx) SetQuarantine(ctx context.Context, q desk.Quarantine) error {
	_, err := t.exec(ctx, `INSERT INTO quarantine (id, reason, at, made_by, tips, back) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (id) DO UPDATE SET reason=excluded.reason, at=excluded.at, made_by=excluded.made_by, tips=excluded.tips, back=excluded.back`,
		q.ID, q.Reason, ms(q.At), orNull(q.By), q.Tips, q.Back)
	return err
}

// Quarantines implements desk.AsideRows.
func (t *tx) Quarantines(ctx context.Context, id desk.ID, limit int) ([]desk.Quarantine, error) {
	var q filter
	eq(&q, "id", id)
	return many(ctx, t, func(x *desk.Quarantine) []any {
		return []any{word(&x.ID), word(&x.Reason), at(&x.At), word(&x.By), &x.Tips, &x.Back}
	}, "SELECT id, reason, at, made_by, tips, back FROM quarantine"+q.where()+" ORDER BY at DESC, id DESC"+q.limit(limit, 100), q.args...)
}

// idsAtOnce is how many tips one statement names.
const idsAtOnce = 512

// SetAside implements desk.AsideRows.
func (t *tx) SetAside(ctx context.Context, quarantine desk.ID, tips []desk.ID) (int, error) {
	n := 0
	for len(tips) > 0 {
		part := tips[:min(len(tips), idsAtOnce)]
		tips = tips[len(part):]
		var q filter
		id := q.arg(quarantine)
		got, err := t.exec(ctx, `INSERT INTO quarantined (quarantine, tip) SELECT `+id+`, id FROM tip WHERE NOT aside AND `+isIn(&q, "id", part), q.args...)
		if err != nil {
			return n, err
		}
		var u filter
		if _, err := t.exec(ctx, `UPDATE tip SET aside = TRUE WHERE NOT aside AND `+isIn(&u, "id", part), u.args...); err != nil {
			return n, err
		}
		n += int(got)
	}
	return n, nil
}

// PutBack implements desk.AsideRows.
func (t *tx) PutBack(ctx context.Context, quarantine desk.ID, tips []desk.ID, when time.Time, by desk.ID) (int, error) {
	n := 0
	for first := true; first || len(tips) > 0; first = false {
		part := tips[:min(len(tips), idsAtOnce)]
		tips = tips[len(part):]
		var q filter
		id, only := q.arg(quarantine), ""
		if part != nil {
			only = " AND " + isIn(&q, "tip", part)
		}
		if _, err := t.exec(ctx, `UPDATE tip SET aside = FALSE WHERE id IN (SELECT tip FROM quarantined
			WHERE quarantine = `+id+` AND back IS NULL`+only+`)`, q.args...); err != nil {
			return n, err
		}
		at, who := q.arg(ms(when)), q.arg(orNull(by))
		got, err := t.exec(ctx, `UPDATE quarantined SET back = `+at+`, back_by = `+who+` WHERE quarantine = `+id+` AND back IS NULL`+only, q.args...)
		if err != nil {
			return n, err
		}
		n += int(got)
	}
	return n, nil
}

// AsideTips implements desk.AsideRows.
func (t *tx) AsideTips(ctx context.Context, quarantine desk.ID, limit int) ([]desk.Tip, error) {
	return many(ctx, t, tipInto, `SELECT `+prefixed("t", tipFields)+` FROM quarantined q JOIN tip t ON t.id = q.tip
		WHERE q.quarantine = $1 AND q.back IS NULL ORDER BY t.received, t.id LIMIT $2`, quarantine, limit)
}

// prefixed puts the name of a table before each column of a list.
func prefixed(table, columns string) string {
	parts := strings.Split(columns, ",")
	for i, c := range parts {
		parts[i] = table + "." + strings.TrimSpace(c)
	}
	return strings.Join(parts, ", ")
}

// AsideCount implements desk.AsideRows.
func (t *tx) AsideCount(ctx context.Context, since time.Time) (aside, back int, err error) {
	type count struct{ aside, back int }
	c, err := one(ctx, t, func(c *count) []any { return []any{&c.aside, &c.back} },
		`SELECT COALESCE(SUM(tips), 0), COALESCE(SUM(back), 0) FROM quarantine WHERE at >= $1`, ms(since))
	return c.aside, c.back, err
}

// TipMarks implements desk.AsideRows. The inner query walks tip_received from
// its end.
func (t *tx) TipMarks(ctx context.Context, since time.Time, limit int) ([]desk.TipMark, error) {
	return many(ctx, t, func(m *desk.TipMark) []any {
		return []any{word(&m.Tip), &m.Folded, &m.Text, &m.Channel, word(&m.Claim), at(&m.Received), &m.Asker, &m.Aside}
	}, `SELECT id, folded, substr(text, 1, $3), channel, claim, received, asker, aside FROM (
			SELECT id, folded, text, channel, claim, received, asker, aside FROM tip WHERE received >= $1
			ORDER BY received DESC, id DESC LIMIT $2) AS newest
		ORDER BY received, id`, ms(since), limit, desk.MarkRunes)
}

// TipIDs implements desk.AsideRows.
func (t *tx) TipIDs(ctx context.Context, claims []desk.ID, limit int) ([]desk.ID, error) {
	var q filter
	in(&q, "claim", claims)
	q.terms = append(q.terms, "NOT aside")
	return many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		"SELECT id FROM tip"+q.where()+" ORDER BY received, id"+q.limit(limit, 100), q.args...)
}
