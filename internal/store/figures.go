package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"soi/internal/desk"
)

// within adds from <= column < to.
func (f *filter) within(column string, s desk.FigureSpan) {
	f.and(column+" >=", ms(s.From))
	f.and(column+" <", ms(s.To))
}

// atDesk keeps to claims of the desk of a span. column is a claim's id; what
// has no row in claim_branch is of the desk every installation has.
func (f *filter) atDesk(column string, s desk.FigureSpan) {
	if s.Desk != "" {
		f.terms = append(f.terms, "COALESCE((SELECT cb.branch FROM claim_branch cb WHERE cb.claim = "+column+"), "+f.arg(string(desk.Home))+") = "+f.arg(string(s.Desk)))
	}
}

// CountEvents implements desk.FigureRows. A tip that no claim carries is of
// the desk where it arrived.
func (t *tx) CountEvents(ctx context.Context, s desk.FigureSpan, kinds []desk.EventKind) ([]desk.EventCount, error) {
	var f filter
	in(&f, "e.kind", kinds)
	f.within("e.at", s)
	at := "" // joined, not asked of each event: PostgreSQL reads the desks of a million events once
	if s.Desk != "" {
		at = " LEFT JOIN claim_branch cb ON cb.claim = e.claim LEFT JOIN tip_branch tb ON tb.tip = e.about"
		f.terms = append(f.terms, "COALESCE(cb.branch, tb.branch, "+f.arg(string(desk.Home))+") = "+f.arg(string(s.Desk)))
	}
	return many(ctx, t, func(e *desk.EventCount) []any {
		return []any{word(&e.Kind), fromJSON(&e.Data), &e.N}
	}, "SELECT e.kind, e.data, COUNT(*) FROM event e"+at+f.where()+" GROUP BY e.kind, e.data ORDER BY e.kind, e.data", f.args...)
}

// firstPublished keeps revisions r that are the first of their check, within
// the span and signed.
func firstPublished(s desk.FigureSpan) (f filter) {
	f.and("r.rev =", 1)
	f.within("r.at", s)
	f.and("r.log_index <", s.Below)
	f.atDesk("r.verdict", s)
	return f
}

// AnsweredByPeople implements desk.FigureRows.
func (t *tx) AnsweredByPeople(ctx context.Context, s desk.FigureSpan) (int, error) {
	f := firstPublished(s)
	return one(ctx, t, func(n *int) []any { return []any{n} },
		"SELECT COUNT(*) FROM revision r JOIN tip ON tip.claim = r.verdict AND tip.received <= r.at AND NOT tip.aside"+f.where(), f.args...)
}

// FirstPublications implements desk.FigureRows.
func (t *tx) FirstPublications(ctx context.Context, s desk.FigureSpan) ([]desk.FirstPublished, error) {
	f := firstPublished(s)
	return many(ctx, t, func(p *desk.FirstPublished) []any {
		return []any{word(&p.Claim), word(&p.Harm), at(&p.Asked), at(&p.At)}
	}, `SELECT c.id, c.harm, COALESCE((SELECT MIN(tip.received) FROM tip WHERE tip.claim = c.id AND NOT tip.aside), c.opened), r.at
		FROM revision r JOIN claim c ON c.id = r.verdict`+f.where()+" ORDER BY r.log_index", f.args...)
}

// CountRevisions implements desk.FigureRows.
func (t *tx) CountRevisions(ctx context.Context, s desk.FigureSpan) ([]desk.RevisionCount, error) {
	var f filter
	f.within("r.at", s)
	f.and("r.log_index <", s.Below)
	f.atDesk("r.verdict", s)
	type row struct {
		desk.RevisionCount
		entry []byte
	}
	rows, err := many(ctx, t, func(r *row) []any {
		return []any{word(&r.Kind), word(&r.Reason), word(&r.Rating), &r.entry, &r.N}
	}, "SELECT r.kind, r.reason, r.rating, "+loggedKind+", COUNT(*) FROM revision r LEFT JOIN log_entry l ON l.idx = r.log_index"+f.where()+
		" GROUP BY r.kind, r.reason, r.rating, "+loggedKind+" ORDER BY r.kind, r.reason, r.rating, "+loggedKind, f.args...)
	var out []desk.RevisionCount
	for _, r := range rows {
		kind, _, _ := strings.Cut(string(r.entry), "\n")
		r.Logged = desk.Kind(kind)
		out = append(out, r.RevisionCount)
	}
	return out, err
}

// loggedKind is where the one form of an entry has its kind, which no kind
// exceeds: after "soi-log/v1", a line feed and "kind ". What was erased is
// counted by the log, which stays when the documents are gone.
const loggedKind = "substr(l.body, 17, 9)"

// CountEmergencies implements desk.FigureRows.
func (t *tx) CountEmergencies(ctx context.Context, s desk.FigureSpan) (all, followed int, err error) {
	var f filter
	f.terms = append(f.terms, "v.urgent <> ''")
	f.and("v.state =", "approved")
	f.within("v.decided", s)
	f.atDesk("v.claim", s)
	n, err := one(ctx, t, func(n *[2]int) []any { return []any{&n[0], &n[1]} },
		"SELECT COUNT(*), COUNT(v.other) FROM review v"+f.where(), f.args...)
	return n[0], n[1], err
}

// CountOpen implements desk.FigureRows.
func (t *tx) CountOpen(ctx context.Context, s desk.FigureSpan, now time.Time) ([]desk.OpenCount, error) {
	var f filter
	days := "(" + f.arg(ms(now)) + " - c.opened) / 86400000"
	f.and("c.state =", "open")
	f.atDesk("c.id", s)
	return many(ctx, t, func(o *desk.OpenCount) []any {
		return []any{word(&o.Harm), &o.Topic, &o.Days, &o.N}
	}, "SELECT harm, topic, days, COUNT(*) FROM (SELECT c.harm, c.topic, "+days+" AS days FROM claim c"+f.where()+") AS o GROUP BY harm, topic, days ORDER BY harm, topic, days", f.args...)
}

// RequestCounts implements desk.FigureRows.
func (t *tx) RequestCounts(ctx context.Context, s desk.FigureSpan) ([]desk.RequestCount, error) {
	var f filter
	f.within("q.sent", s)
	f.atDesk("q.claim", s)
	return many(ctx, t, func(r *desk.RequestCount) []any {
		return []any{word(&r.Body), word(&r.Names), at(&r.Sent), at(&r.Due), at(&r.Ended), at(&r.Answered)}
	}, `SELECT q.body, q.names, q.sent, q.due, q.ended, (SELECT MIN(a.at) FROM body_answer a WHERE a.request = q.id AND a.state = 'given')
		FROM request q`+f.where()+" ORDER BY q.sent, q.id", f.args...)
}

// wordCount is a word with how often it stands.
type wordCount struct {
	word string
	n    int
}

// wordCounts reads words with their counts.
func (t *tx) wordCounts(ctx context.Context, query string, args ...any) (map[string]int, error) {
	ws, err := many(ctx, t, func(w *wordCount) []any { return []any{&w.word, &w.n} }, query, args...)
	out := map[string]int{}
	for _, w := range ws {
		out[w.word] = w.n
	}
	return out, err
}

// CountAppeals implements desk.FigureRows.
func (t *tx) CountAppeals(ctx context.Context, s desk.FigureSpan) (desk.AppealCount, error) {
	a := desk.AppealCount{Kinds: map[desk.AppealKind]int{}, Outcomes: map[desk.Outcome]int{}}
	var came, ruled, open filter
	came.within("a.received", s)
	came.atDesk("a.claim", s)
	kinds, err := t.wordCounts(ctx, "SELECT a.kind, COUNT(*) FROM appeal a"+came.where()+" GROUP BY a.kind", came.args...)
	if err != nil {
		return a, err
	}
	for k, n := range kinds {
		a.Kinds[desk.AppealKind(k)] = n
	}
	ruled.within("r.settled", s)
	ruled.and("r.state =", "approved")
	ruled.and("r.log_index <", s.Below)
	ruled.atDesk("a.claim", s)
	outcomes, err := t.wordCounts(ctx, "SELECT r.outcome, COUNT(*) FROM ruling r JOIN appeal a ON a.id = r.appeal"+ruled.where()+" GROUP BY r.outcome", ruled.args...)
	if err != nil {
		return a, err
	}
	for o, n := range outcomes {
		a.Outcomes[desk.Outcome(o)] = n
	}
	open.and("a.state <>", "ruled")
	open.atDesk("a.claim", s)
	a.Open, err = one(ctx, t, func(n *int) []any { return []any{n} }, "SELECT COUNT(*) FROM appeal a"+open.where(), open.args...)
	return a, err
}

// AddReach implements desk.FigureRows.
func (t *tx) AddReach(ctx context.Context, r desk.Reach) error {
	_, err := t.exec(ctx, `INSERT INTO reach (day, kind, about, n) VALUES ($1,$2,$3,$4)
		ON CONFLICT (day, kind, about) DO UPDATE SET n = reach.n + excluded.n`, r.Day, r.Kind, r.About, r.N)
	return err
}

// CountReached implements desk.FigureRows.
func (t *tx) CountReached(ctx context.Context, s desk.FigureSpan) (desk.Reached, error) {
	out := desk.Reached{Read: map[desk.ReachKind]int{}}
	var read, said, sent filter
	read.and("w.day >=", s.FirstDay)
	read.and("w.day <=", s.LastDay)
	if s.Desk != "" {
		read.terms = append(read.terms, "w.about <> ''")
		read.atDesk("w.about", s)
	}
	kinds, err := t.wordCounts(ctx, "SELECT w.kind, CAST(SUM(w.n) AS BIGINT) FROM reach w"+read.where()+" GROUP BY w.kind", read.args...)
	if err != nil {
		return out, err
	}
	for k, n := range kinds {
		out.Read[desk.ReachKind(k)] = n
	}
	said.and("h.day >=", s.FirstDay)
	said.and("h.day <=", s.LastDay)
	said.atDesk("h.verdict", s)
	yesNo, err := one(ctx, t, func(n *[2]int) []any { return []any{&n[0], &n[1]} },
		"SELECT CAST(COALESCE(SUM(h.yes), 0) AS BIGINT), CAST(COALESCE(SUM(h.no), 0) AS BIGINT) FROM helped h"+said.where(), said.args...)
	if err != nil {
		return out, err
	}
	out.Yes, out.No = yesNo[0], yesNo[1]
	sent.within("n.sent", s)
	sent.and("n.state =", "sent")
	sent.and("n.kind <>", "talk")
	sent.atDesk("n.claim", s)
	out.Sent, err = one(ctx, t, func(n *int) []any { return []any{n} }, "SELECT COUNT(*) FROM notice n"+sent.where(), sent.args...)
	return out, err
}

// SetReport implements desk.ReportRows.
func (t *tx) SetReport(ctx context.Context, r desk.Report) error {
	figures := any(nil)
	if r.Figures != nil {
		b, err := json.Marshal(r.Figures)
		if err != nil {
			return err
		}
		figures = string(b)
	}
	n, err := t.exec(ctx, `INSERT INTO report (id, period, branch, state, step, steps, asked, changed, made, ends, figures)
		SELECT $1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11 WHERE NOT EXISTS (SELECT 1 FROM report WHERE period = $2 AND branch = $3 AND id <> $1)
		ON CONFLICT (id) DO UPDATE SET state=excluded.state, step=excluded.step, steps=excluded.steps, asked=excluded.asked,
			changed=excluded.changed, made=excluded.made, ends=excluded.ends, figures=excluded.figures`,
		r.ID, r.Period, r.Desk, r.State, r.Step, r.Steps, ms(r.Asked), ms(r.Changed), msOrNull(r.Made), ms(r.Ends), figures)
	if err == nil && n == 0 {
		err = desk.ErrDuplicate
	}
	return err
}

// Reports implements desk.ReportRows.
func (t *tx) Reports(ctx context.Context, f desk.ReportFilter) ([]desk.Report, error) {
	var q filter
	eq(&q, "period", f.Period)
	in(&q, "branch", f.Desks)
	eq(&q, "state", f.State)
	return many(ctx, t, func(r *desk.Report) []any {
		return []any{word(&r.ID), &r.Period, word(&r.Desk), word(&r.State), &r.Step, &r.Steps, at(&r.Asked), at(&r.Changed), at(&r.Made), at(&r.Ends), figuresIn(&r.Figures)}
	}, "SELECT id, period, branch, state, step, steps, asked, changed, made, ends, figures FROM report"+q.where()+" ORDER BY ends DESC, period DESC, branch"+q.limit(f.Limit, 100), q.args...)
}

// SetReportFile implements desk.ReportRows.
func (t *tx) SetReportFile(ctx context.Context, report desk.ID, lang string, b []byte) error {
	_, err := t.exec(ctx, `INSERT INTO report_file (report, lang, bytes) VALUES ($1,$2,$3)
		ON CONFLICT (report, lang) DO UPDATE SET bytes = excluded.bytes`, report, lang, b)
	return err
}

// ReportFile implements desk.ReportRows.
func (t *tx) ReportFile(ctx context.Context, report desk.ID, lang string) ([]byte, error) {
	return one(ctx, t, func(b *[]byte) []any { return []any{b} },
		`SELECT bytes FROM report_file WHERE report = $1 AND lang = $2 AND bytes IS NOT NULL`, report, lang)
}

// figuresIn reads figures; NULL is nil.
func figuresIn(p **desk.Figures) sql.Scanner {
	return scan(func(v sql.NullString) error {
		if *p = nil; !v.Valid {
			return nil
		}
		*p = new(desk.Figures)
		return json.Unmarshal([]byte(v.String), *p)
	})
}
