package store

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"soi/internal/desk"
)

// foldName makes names equal that differ in case or in spaces only, by
// Unicode's simple folding; SQL's own lower() knows ASCII alone on SQLite.
func foldName(name string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)), " ")
}

// SetStaff implements desk.OfficeRows.
func (t *tx) SetStaff(ctx context.Context, s desk.Staff) error {
	args := []any{s.ID, s.Name, foldName(s.Name), s.Role, s.Lang, ms(s.Created), msOrNull(s.Disabled)}
	taken, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT id FROM staff WHERE folded = $1 AND id <> $2`, args[2], s.ID)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return desk.ErrDuplicate
	}
	_, err = t.exec(ctx, `INSERT INTO staff (id, name, folded, role, lang, created, disabled) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, folded=excluded.folded, role=excluded.role,
			lang=excluded.lang, created=excluded.created, disabled=excluded.disabled`, args...)
	return err
}

// Staff implements desk.OfficeRows. Names are ordered without regard to case.
func (t *tx) Staff(ctx context.Context) ([]desk.Staff, error) {
	return many(ctx, t, func(s *desk.Staff) []any {
		return []any{word(&s.ID), &s.Name, word(&s.Role), &s.Lang, at(&s.Created), at(&s.Disabled), &s.Former}
	}, `SELECT id, name, staff.role, lang, created, disabled, COALESCE(former.n, 0) FROM staff
		LEFT JOIN former ON former.staff = staff.id ORDER BY folded`)
}

// Setting implements desk.OfficeRows.
func (t *tx) Setting(ctx context.Context, key string) (string, error) {
	v, err := one(ctx, t, func(v *string) []any { return []any{v} }, `SELECT value FROM setting WHERE name = $1`, key)
	if errors.Is(err, desk.ErrNotFound) {
		return "", nil
	}
	return v, err
}

// SetSetting implements desk.OfficeRows.
func (t *tx) SetSetting(ctx context.Context, key, value string) error {
	_, err := t.exec(ctx, `INSERT INTO setting (name, value) VALUES ($1,$2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, key, value)
	return err
}
