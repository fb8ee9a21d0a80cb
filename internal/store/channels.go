package store

import (
	"context"
	"time"

	"soi/internal/desk"
	"soi/internal/desk/address"
)

// channelRow is a channel as it is read: data holds what nothing is selected
// by.
type channelRow struct {
	desk.BodyChannel
	data channelData
}

// channelData is kept as JSON.
type channelData struct {
	Address address.Address
	Proof   desk.ChannelProof
	Page    string             `json:",omitempty"`
	Host    string             `json:",omitempty"`
	Code    string             `json:",omitempty"`
	Answer  desk.ID            `json:",omitempty"`
	Why     string             `json:",omitempty"`
	Turns   []desk.ChannelTurn `json:",omitempty"`
	Check   desk.ChannelCheck
}

// SetBodyChannel implements desk.ChannelRows.
func (t *tx) SetBodyChannel(ctx context.Context, c desk.BodyChannel) error {
	data, err := asJSON(channelData{c.Address, c.Proof, c.Page, c.Host, c.Code, c.Answer, c.Why, c.Turns, c.Check})
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO body_channel (id, body, kind, place, state, entered, entered_by, second, due, leased, data)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
		ON CONFLICT (id) DO UPDATE SET state=excluded.state, second=excluded.second, due=excluded.due, leased=excluded.leased, data=excluded.data`,
		c.ID, c.Body, c.Address.Kind, c.Address.Key, c.State, ms(c.Entered), c.By, orNull(c.Second), ms(c.Check.Due), msOrNull(c.Check.Leased), data)
	return err
}

// ready restricts to rows that are due and not leased; a lease far ahead is
// one from before the clock was put right.
func (f *filter) ready(now time.Time) {
	f.and("due <=", ms(now))
	f.terms = append(f.terms, "(leased IS NULL OR leased <= "+f.arg(ms(now))+" OR leased > "+f.arg(ms(now.Add(2*time.Hour)))+")")
}

// BodyChannels implements desk.ChannelRows.
func (t *tx) BodyChannels(ctx context.Context, f desk.ChannelFilter) ([]desk.BodyChannel, error) {
	var q filter
	in(&q, "id", f.IDs)
	eq(&q, "body", f.Body)
	in(&q, "place", f.Keys)
	in(&q, "state", f.States)
	if !f.Ready.IsZero() {
		q.ready(f.Ready)
	}
	rows, err := many(ctx, t, func(r *channelRow) []any {
		return []any{word(&r.ID), word(&r.Body), word(&r.State), at(&r.Entered), word(&r.By), word(&r.Second), fromJSON(&r.data)}
	}, "SELECT id, body, state, entered, entered_by, second, data FROM body_channel"+q.where()+" ORDER BY entered, id"+q.limit(f.Limit, 5000), q.args...)
	out := make([]desk.BodyChannel, 0, len(rows))
	for _, r := range rows {
		c, d := r.BodyChannel, r.data
		c.Address, c.Proof, c.Page, c.Host, c.Code, c.Answer, c.Why, c.Turns, c.Check = d.Address, d.Proof, d.Page, d.Host, d.Code, d.Answer, d.Why, d.Turns, d.Check
		out = append(out, c)
	}
	return out, err
}

// denialRow is a denial as it is read.
type denialRow struct {
	desk.Denial
	data denialData
}

// denialData is what of a denial nothing is selected by.
type denialData struct {
	Lang  string
	Said  time.Time
	Why   string             `json:",omitempty"`
	Turns []desk.ChannelTurn `json:",omitempty"`
}

// SetDenial implements desk.ChannelRows.
func (t *tx) SetDenial(ctx context.Context, n desk.Denial) error {
	data, err := asJSON(denialData{n.Lang, n.Said, n.Why, n.Turns})
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO denial (id, body, claim, answer, place, quote, state, entered, entered_by, second, ends, data)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)
		ON CONFLICT (id) DO UPDATE SET state=excluded.state, second=excluded.second, data=excluded.data`,
		n.ID, n.Body, n.Claim, n.Answer, n.Place, n.Quote, n.State, ms(n.Entered), n.By, orNull(n.Second), ms(n.Ends), data)
	return err
}

// Denials implements desk.ChannelRows.
func (t *tx) Denials(ctx context.Context, f desk.DenialFilter) ([]desk.Denial, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "answer", f.Answer)
	if f.Places != nil {
		places := make([]any, len(f.Places))
		for i, p := range f.Places {
			places[i] = p
		}
		q.terms = append(q.terms, isOneOf(&q, "place", places))
	}
	rows, err := many(ctx, t, func(r *denialRow) []any {
		n := &r.Denial
		return []any{word(&n.ID), word(&n.Body), word(&n.Claim), word(&n.Answer), &n.Place, &n.Quote, word(&n.State), at(&n.Entered), word(&n.By),
			word(&n.Second), at(&n.Ends), fromJSON(&r.data)}
	}, "SELECT id, body, claim, answer, place, quote, state, entered, entered_by, second, ends, data FROM denial"+q.where()+" ORDER BY entered, id"+q.limit(f.Limit, 1000), q.args...)
	out := make([]desk.Denial, 0, len(rows))
	for _, r := range rows {
		n := r.Denial
		n.Lang, n.Said, n.Why, n.Turns = r.data.Lang, r.data.Said, r.data.Why, r.data.Turns
		out = append(out, n)
	}
	return out, err
}

// SetImportSource implements desk.ImportRows.
func (t *tx) SetImportSource(ctx context.Context, s desk.ImportSource) error {
	data, err := asJSON(s)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO import_source (id, kind, name, due, leased, paused, removed, data) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, due=excluded.due, leased=excluded.leased, paused=excluded.paused,
			removed=excluded.removed, data=excluded.data`,
		s.ID, s.Kind, s.Name, ms(s.Due), msOrNull(s.Leased), msOrNull(s.Paused), msOrNull(s.Removed), data)
	return err
}

// ImportSources implements desk.ImportRows.
func (t *tx) ImportSources(ctx context.Context, f desk.ImportSourceFilter) ([]desk.ImportSource, error) {
	var q filter
	eq(&q, "id", f.ID)
	if !f.Ready.IsZero() {
		q.ready(f.Ready)
		q.terms = append(q.terms, "paused IS NULL", "removed IS NULL")
	}
	type row struct{ s desk.ImportSource }
	rows, err := many(ctx, t, func(r *row) []any { return []any{fromJSON(&r.s)} },
		"SELECT data FROM import_source"+q.where()+" ORDER BY name, id"+q.limit(f.Limit, 500), q.args...)
	out := make([]desk.ImportSource, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.s)
	}
	return out, err
}

// AddImportRun implements desk.ImportRows. The newest of a source are kept.
func (t *tx) AddImportRun(ctx context.Context, r desk.ImportRun, keep int) error {
	data, err := asJSON(r)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `INSERT INTO import_run (id, source, began, data) VALUES ($1,$2,$3,$4)`, r.ID, r.Source, ms(r.Began), data); err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM import_run WHERE source = $1 AND id NOT IN
		(SELECT id FROM import_run WHERE source = $1 ORDER BY began DESC, id DESC LIMIT $2)`, r.Source, keep)
	return err
}

// ImportRuns implements desk.ImportRows.
func (t *tx) ImportRuns(ctx context.Context, source desk.ID, limit int) ([]desk.ImportRun, error) {
	var q filter
	eq(&q, "source", source)
	type row struct{ r desk.ImportRun }
	rows, err := many(ctx, t, func(r *row) []any { return []any{fromJSON(&r.r)} },
		"SELECT data FROM import_run"+q.where()+" ORDER BY began DESC, id DESC"+q.limit(limit, 20), q.args...)
	out := make([]desk.ImportRun, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.r)
	}
	return out, err
}
