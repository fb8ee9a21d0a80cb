package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// SetPresence implements desk.TeamRows.
func (t *tx) SetPresence(ctx context.Context, p desk.Presence) error {
	_, err := t.exec(ctx, `INSERT INTO presence (claim, staff, writing, since, seen) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (claim, staff) DO UPDATE SET writing=excluded.writing, since=excluded.since, seen=excluded.seen`,
		p.Claim, p.Staff, p.Writing, ms(p.Since), ms(p.Seen))
	return err
}

// Presences implements desk.TeamRows.
func (t *tx) Presences(ctx context.Context, claim desk.ID, after time.Time) ([]desk.Presence, error) {
	return many(ctx, t, func(p *desk.Presence) []any {
		return []any{word(&p.Claim), word(&p.Staff), &p.Writing, at(&p.Since), at(&p.Seen)}
	}, `SELECT claim, staff, writing, since, seen FROM presence WHERE claim = $1 AND seen > $2 ORDER BY since, staff`, claim, ms(after))
}

// DropPresence implements desk.TeamRows.
func (t *tx) DropPresence(ctx context.Context, claim, staff desk.ID) error {
	_, err := t.exec(ctx, `DELETE FROM presence WHERE claim = $1 AND staff = $2`, claim, staff)
	return err
}

// KeepPast implements desk.TeamRows. first follows the last version before
// this one that is known; where none is known, only this version is vouched for.
func (t *tx) KeepPast(ctx context.Context, d desk.Draft, until time.Time) error {
	texts, err := asJSON(d.Texts)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO draft_past (claim, version, first, rating, texts, until)
		VALUES ($1,$2,(SELECT COALESCE(MAX(version) + 1, $2) FROM draft_past WHERE claim = $1 AND version < $2),$3,$4,$5)
		ON CONFLICT (claim, version) DO NOTHING`, d.Claim, d.Version, d.Rating, texts, ms(until))
	return err
}

// PastDraft implements desk.TeamRows.
func (t *tx) PastDraft(ctx context.Context, claim desk.ID, version int64) (desk.Draft, error) {
	return one(ctx, t, func(d *desk.Draft) []any {
		return []any{word(&d.Claim), word(&d.Rating), fromJSON(&d.Texts), &d.Version}
	}, `SELECT claim, rating, texts, version FROM draft_past WHERE claim = $1 AND first <= $2 AND version >= $2`, claim, version)
}

// SetKept implements desk.TeamRows.
func (t *tx) SetKept(ctx context.Context, k desk.Kept) error {
	typed, err := asJSON(k.Typed)
	if err != nil {
		return err
	}
	base, err := asJSON(k.Base)
	if err != nil {
		return err
	}
	result, err := asJSON(k.Result)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO kept_text (id, claim, staff, typed, base, result, why, state, at, settled)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (id) DO UPDATE SET claim=excluded.claim, staff=excluded.staff, typed=excluded.typed, base=excluded.base,
			result=excluded.result, why=excluded.why, state=excluded.state, at=excluded.at, settled=excluded.settled`,
		k.ID, k.Claim, k.Staff, typed, base, result, k.Why, k.State, ms(k.At), msOrNull(k.Settled))
	return err
}

// KeptTexts implements desk.TeamRows.
func (t *tx) KeptTexts(ctx context.Context, f desk.KeptFilter) ([]desk.Kept, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "claim", f.Claim)
	eq(&q, "staff", f.Staff)
	eq(&q, "state", f.State)
	return many(ctx, t, func(k *desk.Kept) []any {
		return []any{word(&k.ID), word(&k.Claim), word(&k.Staff), fromJSON(&k.Typed), fromJSON(&k.Base), fromJSON(&k.Result),
			word(&k.Why), word(&k.State), at(&k.At), at(&k.Settled)}
	}, "SELECT id, claim, staff, typed, base, result, why, state, at, settled FROM kept_text"+q.where()+
		" ORDER BY at DESC, id DESC"+q.limit(f.Limit, 100), q.args...)
}

// SetNote implements desk.TeamRows.
func (t *tx) SetNote(ctx context.Context, n desk.ClaimNote) error {
	_, err := t.exec(ctx, `INSERT INTO claim_note (id, claim, staff, text, at, edited, retracted) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET claim=excluded.claim, staff=excluded.staff, text=excluded.text, at=excluded.at,
			edited=excluded.edited, retracted=excluded.retracted`,
		n.ID, n.Claim, n.Staff, n.Text, ms(n.At), msOrNull(n.Edited), msOrNull(n.Retracted))
	return err
}

// NotesOf implements desk.TeamRows.
func (t *tx) NotesOf(ctx context.Context, claim desk.ID) ([]desk.ClaimNote, error) {
	return many(ctx, t, func(n *desk.ClaimNote) []any {
		return []any{word(&n.ID), word(&n.Claim), word(&n.Staff), &n.Text, at(&n.At), at(&n.Edited), at(&n.Retracted)}
	}, `SELECT id, claim, staff, text, at, edited, retracted FROM claim_note WHERE claim = $1 ORDER BY at, id`, claim)
}

// SetExpert implements desk.TeamRows.
func (t *tx) SetExpert(ctx context.Context, e desk.Expert) error {
	topics, err := asJSON(e.Topics)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO expert (id, name, institution, topics, payer, lang, agreed, proof, address, added, added_by, withdrawn)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, institution=excluded.institution, topics=excluded.topics, payer=excluded.payer,
			lang=excluded.lang, agreed=excluded.agreed, proof=excluded.proof, address=excluded.address, added=excluded.added,
			added_by=excluded.added_by, withdrawn=excluded.withdrawn`,
		e.ID, e.Name, e.Institution, topics, e.Payer, e.Lang, e.Agreed, e.Proof, e.Address, ms(e.Added), orNull(e.AddedBy), msOrNull(e.Withdrawn))
	return err
}

// Experts implements desk.TeamRows.
func (t *tx) Experts(ctx context.Context) ([]desk.Expert, error) {
	return many(ctx, t, func(e *desk.Expert) []any {
		return []any{word(&e.ID), &e.Name, &e.Institution, fromJSON(&e.Topics), &e.Payer, &e.Lang, &e.Agreed, &e.Proof, &e.Address,
			at(&e.Added), word(&e.AddedBy), at(&e.Withdrawn)}
	}, `SELECT id, name, institution, topics, payer, lang, agreed, proof, address, added, added_by, withdrawn
		FROM expert ORDER BY name, id`)
}

// SetOpinion implements desk.TeamRows.
func (t *tx) SetOpinion(ctx context.Context, o desk.Opinion) error {
	if len(o.Hash) > 0 {
		taken, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} }, `SELECT id FROM opinion WHERE hash = $1 AND id <> $2`, o.Hash, o.ID)
		if err != nil {
			return err
		}
		if len(taken) > 0 {
			return desk.ErrDuplicate
		}
	}
	_, err := t.exec(ctx, `INSERT INTO opinion (id, claim, expert, question, lang, staff, asked, hash, ends, revoked, answer, answered, cited)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)
		ON CONFLICT (id) DO UPDATE SET claim=excluded.claim, expert=excluded.expert, question=excluded.question, lang=excluded.lang,
			staff=excluded.staff, asked=excluded.asked, hash=excluded.hash, ends=excluded.ends, revoked=excluded.revoked,
			answer=excluded.answer, answered=excluded.answered, cited=excluded.cited`,
		o.ID, o.Claim, o.Expert, o.Question, o.Lang, o.By, ms(o.Asked), o.Hash, ms(o.Ends), msOrNull(o.Revoked), o.Answer, msOrNull(o.Answered), o.Cited)
	return err
}

// Opinions implements desk.TeamRows.
func (t *tx) Opinions(ctx context.Context, f desk.OpinionFilter) ([]desk.Opinion, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "claim", f.Claim)
	eq(&q, "expert", f.Expert)
	if len(f.Hash) > 0 {
		q.and("hash =", f.Hash)
	}
	return many(ctx, t, func(o *desk.Opinion) []any {
		return []any{word(&o.ID), word(&o.Claim), word(&o.Expert), &o.Question, &o.Lang, word(&o.By), at(&o.Asked), &o.Hash, at(&o.Ends),
			at(&o.Revoked), &o.Answer, at(&o.Answered), &o.Cited}
	}, "SELECT id, claim, expert, question, lang, staff, asked, hash, ends, revoked, answer, answered, cited FROM opinion"+q.where()+
		" ORDER BY asked, id"+q.limit(f.Limit, 500), q.args...)
}

// AddNotification implements desk.TeamRows.
func (t *tx) AddNotification(ctx context.Context, n desk.Notification) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO notification (id, staff, event, kind, claim, actor, at, read, mail)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (staff, event) DO NOTHING`,
		n.ID, n.Staff, n.Event, n.Kind, orNull(n.Claim), orNull(n.Actor), ms(n.At), msOrNull(n.Read), n.Mail)
}

// SetNotification implements desk.TeamRows.
func (t *tx) SetNotification(ctx context.Context, n desk.Notification) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE notification SET read=$2, mail=$3 WHERE id=$1`, n.ID, msOrNull(n.Read), n.Mail)
}

// Notifications implements desk.TeamRows.
func (t *tx) Notifications(ctx context.Context, f desk.NotificationFilter) ([]desk.Notification, error) {
	var q filter
	eq(&q, "staff", f.Staff)
	eq(&q, "id", f.ID)
	eq(&q, "claim", f.Claim)
	eq(&q, "mail", f.Mail)
	if f.Unread {
		q.terms = append(q.terms, "read IS NULL")
	}
	if f.Before > 0 {
		q.and("event <", f.Before)
	}
	return many(ctx, t, func(n *desk.Notification) []any {
		return []any{word(&n.ID), word(&n.Staff), &n.Event, word(&n.Kind), word(&n.Claim), word(&n.Actor), at(&n.At), at(&n.Read), word(&n.Mail)}
	}, "SELECT id, staff, event, kind, claim, actor, at, read, mail FROM notification"+q.where()+
		" ORDER BY event DESC, id DESC"+q.limit(f.Limit, 100), q.args...)
}

// CountUnread implements desk.TeamRows.
func (t *tx) CountUnread(ctx context.Context, staff desk.ID) (int, error) {
	return one(ctx, t, func(n *int) []any { return []any{n} }, `SELECT COUNT(*) FROM notification WHERE staff = $1 AND read IS NULL`, staff)
}

// SetMailPlan implements desk.TeamRows.
func (t *tx) SetMailPlan(ctx context.Context, p desk.MailPlan) error {
	muted, err := asJSON(p.Muted)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO mail_plan (staff, address, schedule, zone, quiet_from, quiet_to, muted, mailed) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (staff) DO UPDATE SET address=excluded.address, schedule=excluded.schedule, zone=excluded.zone,
			quiet_from=excluded.quiet_from, quiet_to=excluded.quiet_to, muted=excluded.muted, mailed=excluded.mailed`,
		p.Staff, p.Address, p.Schedule, p.Zone, p.QuietFrom, p.QuietTo, muted, msOrNull(p.Mailed))
	return err
}

// MailPlans implements desk.TeamRows.
func (t *tx) MailPlans(ctx context.Context) ([]desk.MailPlan, error) {
	return many(ctx, t, func(p *desk.MailPlan) []any {
		return []any{word(&p.Staff), &p.Address, word(&p.Schedule), &p.Zone, &p.QuietFrom, &p.QuietTo, fromJSON(&p.Muted), at(&p.Mailed)}
	}, `SELECT staff, address, schedule, zone, quiet_from, quiet_to, muted, mailed FROM mail_plan ORDER BY staff`)
}

// SweepTeam implements desk.TeamRows.
func (t *tx) SweepTeam(ctx context.Context, s desk.TeamSweep) (int, error) {
	total := 0
	for _, q := range []struct {
		query string
		at    time.Time
	}{
		{`DELETE FROM presence WHERE seen < $1`, s.Presence},
		{`DELETE FROM draft_past WHERE until < $1`, s.Past},
		{`DELETE FROM kept_text WHERE state <> 'open' AND settled < $1`, s.Settled},
		{`DELETE FROM kept_text WHERE state = 'open' AND at < $1`, s.Kept},
		{`UPDATE claim_note SET text = '' WHERE text <> '' AND claim IN
			(SELECT id FROM claim WHERE state <> 'open' AND review IS NULL AND changed < $1)`, s.Notes},
		{`UPDATE opinion SET hash = NULL WHERE hash IS NOT NULL AND ends < $1`, s.Links},
		{`DELETE FROM notification WHERE read IS NOT NULL AND at < $1`, s.Read},
		{`DELETE FROM notification WHERE at < $1`, s.Notifications},
	} {
		n, err := t.exec(ctx, q.query, ms(q.at))
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	return total, nil
}
