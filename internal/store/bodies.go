package store

import (
	"context"

	"soi/internal/desk"
)

// SetBody implements desk.BodyRows.
func (t *tx) SetBody(ctx context.Context, b desk.Body) error {
	calendars, err := asJSON(b.Calendars)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO body (id, names, folded, kind, mail, page, lang, zone, week, opens, closes, calendars, added, removed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)
		ON CONFLICT (id) DO UPDATE SET names=excluded.names, folded=excluded.folded, kind=excluded.kind, mail=excluded.mail, page=excluded.page,
			lang=excluded.lang, zone=excluded.zone, week=excluded.week, opens=excluded.opens, closes=excluded.closes,
			calendars=excluded.calendars, added=excluded.added, removed=excluded.removed`,
		b.ID, b.Names, foldName(b.Names.In("")), b.Kind, b.Mail, b.Page, b.Lang, b.Zone, b.Week, b.Open, b.Close, calendars, ms(b.Added), msOrNull(b.Removed))
	return err
}

// Bodies implements desk.BodyRows. Names are ordered without regard to case.
func (t *tx) Bodies(ctx context.Context) ([]desk.Body, error) {
	return many(ctx, t, func(b *desk.Body) []any {
		return []any{word(&b.ID), word(&b.Names), word(&b.Kind), &b.Mail, &b.Page, &b.Lang, &b.Zone, &b.Week, &b.Open, &b.Close,
			fromJSON(&b.Calendars), at(&b.Added), at(&b.Removed)}
	}, `SELECT id, names, kind, mail, page, lang, zone, week, opens, closes, calendars, added, removed FROM body ORDER BY folded, id`)
}

// SetCalendar implements desk.BodyRows.
func (t *tx) SetCalendar(ctx context.Context, c desk.Calendar) error {
	days, err := asJSON(c.Days)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO calendar (id, name, source, days, added, changed, removed) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, source=excluded.source, days=excluded.days, added=excluded.added,
			changed=excluded.changed, removed=excluded.removed`,
		c.ID, c.Name, c.Source, days, ms(c.Added), ms(c.Changed), msOrNull(c.Removed))
	return err
}

// Calendars implements desk.BodyRows.
func (t *tx) Calendars(ctx context.Context) ([]desk.Calendar, error) {
	return many(ctx, t, func(c *desk.Calendar) []any {
		return []any{word(&c.ID), &c.Name, &c.Source, fromJSON(&c.Days), at(&c.Added), at(&c.Changed), at(&c.Removed)}
	}, `SELECT id, name, source, days, added, changed, removed FROM calendar ORDER BY name, id`)
}

// requestFields are the columns of a request, in the order of requestArgs and
// requestInto.
const requestFields = `id, claim, body, names, mail, lang, question, plan, harm, days, why, asked, opened_by, sent, told, due,
	moves, more, link, link_n, expires, ended, ended_why, version`

// requestArgs are a request's values with its version raised.
func requestArgs(r desk.Request) ([]any, error) {
	moves, err := asJSON(r.Moves)
	if err != nil {
		return nil, err
	}
	more, err := asJSON(r.More)
	return []any{r.ID, r.Claim, r.Body, r.Names, r.Mail, r.Lang, r.Question, r.Plan, r.Harm, r.Days, r.Why, ms(r.Asked), r.By,
		msOrNull(r.Sent), msOrNull(r.Told), msOrNull(r.Due), moves, more, r.Link, r.LinkN, ms(r.Expires), msOrNull(r.Ended), r.EndedWhy,
		r.Version + 1}, err
}

// requestInto is where a row of requestFields goes.
func requestInto(r *desk.Request) []any {
	return []any{word(&r.ID), word(&r.Claim), word(&r.Body), word(&r.Names), &r.Mail, &r.Lang, &r.Question, &r.Plan, word(&r.Harm), &r.Days,
		&r.Why, at(&r.Asked), word(&r.By), at(&r.Sent), at(&r.Told), at(&r.Due), fromJSON(&r.Moves), fromJSON(&r.More), &r.Link,
		&r.LinkN, at(&r.Expires), at(&r.Ended), &r.EndedWhy, &r.Version}
}

// SetRequest implements desk.BodyRows.
func (t *tx) SetRequest(ctx context.Context, r desk.Request) error {
	args, err := requestArgs(r)
	if err != nil {
		return err
	}
	if r.Version == 0 {
		return t.must(ctx, desk.ErrConflict, `INSERT INTO request (`+requestFields+`)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24)
			ON CONFLICT (id) DO NOTHING`, args...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE request SET claim=$2, body=$3, names=$4, mail=$5, lang=$6, question=$7, plan=$8, harm=$9,
		days=$10, why=$11, asked=$12, opened_by=$13, sent=$14, told=$15, due=$16, moves=$17, more=$18, link=$19, link_n=$20, expires=$21,
		ended=$22, ended_why=$23, version=$24 WHERE id=$1 AND version=$25`, append(args, r.Version)...)
}

// Requests implements desk.BodyRows.
func (t *tx) Requests(ctx context.Context, f desk.RequestFilter) ([]desk.Request, error) {
	var q filter
	in(&q, "id", f.IDs)
	in(&q, "claim", f.Claims)
	eq(&q, "body", f.Body)
	if f.Link != nil {
		q.and("link =", f.Link)
	}
	if f.Open {
		q.terms = append(q.terms, "ended IS NULL")
		q.and("expires >", ms(f.Now))
	}
	return many(ctx, t, requestInto, "SELECT "+requestFields+" FROM request"+q.where()+" ORDER BY asked DESC, id"+q.limit(f.Limit, 500), q.args...)
}

// AddBodyAnswer implements desk.BodyRows.
func (t *tx) AddBodyAnswer(ctx context.Context, a desk.BodyAnswer) error {
	files, err := asJSON(a.Files)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO body_answer (id, request, kind, text, lang, way, at, state, own, decided, decided_by, ext, files, n)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13, (SELECT COALESCE(MAX(n), 0) + 1 FROM body_answer WHERE request = $2))
		ON CONFLICT (ext) DO NOTHING`,
		a.ID, a.Request, a.Kind, a.Text, a.Lang, a.Way, ms(a.At), a.State, a.Own, msOrNull(a.Decided), orNull(a.DecidedBy), a.Ext, files)
}

// SetBodyAnswer implements desk.BodyRows.
func (t *tx) SetBodyAnswer(ctx context.Context, a desk.BodyAnswer) error {
	files, err := asJSON(a.Files)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrNotFound, `UPDATE body_answer SET kind=$2, text=$3, state=$4, decided=$5, decided_by=$6, files=$7 WHERE id=$1`,
		a.ID, a.Kind, a.Text, a.State, msOrNull(a.Decided), orNull(a.DecidedBy), files)
}

// BodyAnswers implements desk.BodyRows.
func (t *tx) BodyAnswers(ctx context.Context, f desk.BodyAnswerFilter) ([]desk.BodyAnswer, error) {
	var q filter
	eq(&q, "id", f.ID)
	in(&q, "request", f.Requests)
	eq(&q, "state", f.State)
	return many(ctx, t, func(a *desk.BodyAnswer) []any {
		return []any{word(&a.ID), word(&a.Request), word(&a.Kind), &a.Text, &a.Lang, word(&a.Way), at(&a.At), word(&a.State), &a.Own,
			at(&a.Decided), word(&a.DecidedBy), &a.Ext, fromJSON(&a.Files)}
	}, "SELECT id, request, kind, text, lang, way, at, state, own, decided, decided_by, ext, files FROM body_answer"+q.where()+
		" ORDER BY at, n, id"+q.limit(f.Limit, 1000), q.args...)
}

// AddLetter implements desk.BodyRows.
func (t *tx) AddLetter(ctx context.Context, l desk.Letter) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO letter (id, request, kind, op, state, why, calls, tries, made, due, sent)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) ON CONFLICT (op) DO NOTHING`,
		l.ID, l.Request, l.Kind, l.Op, l.State, l.Why, l.Calls, l.Tries, ms(l.Made), ms(l.Due), msOrNull(l.Sent))
}

// SetLetter implements desk.BodyRows.
func (t *tx) SetLetter(ctx context.Context, l desk.Letter) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE letter SET state=$2, why=$3, calls=$4, tries=$5, due=$6, sent=$7 WHERE id=$1`,
		l.ID, l.State, l.Why, l.Calls, l.Tries, ms(l.Due), msOrNull(l.Sent))
}

// Letters implements desk.BodyRows.
func (t *tx) Letters(ctx context.Context, f desk.LetterFilter) ([]desk.Letter, error) {
	var q filter
	in(&q, "id", f.IDs)
	in(&q, "request", f.Requests)
	in(&q, "state", f.States)
	if !f.DueBy.IsZero() {
		q.and("due <=", ms(f.DueBy))
	}
	return many(ctx, t, func(l *desk.Letter) []any {
		return []any{word(&l.ID), word(&l.Request), word(&l.Kind), &l.Op, word(&l.State), &l.Why, &l.Calls, &l.Tries, at(&l.Made), at(&l.Due), at(&l.Sent)}
	}, "SELECT id, request, kind, op, state, why, calls, tries, made, due, sent FROM letter"+q.where()+" ORDER BY due, id"+q.limit(f.Limit, 500), q.args...)
}

// SetStrayMail implements desk.BodyRows.
func (t *tx) SetStrayMail(ctx context.Context, m desk.StrayMail) error {
	files, err := asJSON(m.Files)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO stray_mail (id, text, lang, at, ext, own, files) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (ext) DO NOTHING`, m.ID, m.Text, m.Lang, ms(m.At), m.Ext, m.Own, files)
}

// StrayMails implements desk.BodyRows.
func (t *tx) StrayMails(ctx context.Context) ([]desk.StrayMail, error) {
	return many(ctx, t, func(m *desk.StrayMail) []any {
		return []any{word(&m.ID), &m.Text, &m.Lang, at(&m.At), &m.Ext, &m.Own, fromJSON(&m.Files)}
	}, `SELECT id, text, lang, at, ext, own, files FROM stray_mail ORDER BY at, id LIMIT 1000`)
}

// DropStrayMail implements desk.BodyRows.
func (t *tx) DropStrayMail(ctx context.Context, id desk.ID) error {
	return t.must(ctx, desk.ErrNotFound, `DELETE FROM stray_mail WHERE id = $1`, id)
}
