package desk

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// RequestCount is one request to a body that went out, with its first answer;
// Answered is zero before.
type RequestCount struct {
	Body     ID
	Names    Said // of the body, as it was asked
	Sent     time.Time
	Due      time.Time
	Ended    time.Time
	Answered time.Time
}

// bodyTally adds up the requests to one body.
type bodyTally struct {
	names                         Said
	asked, answered, late, silent int
	took                          []time.Duration
}

// add counts a request. A body is silent when its deadline has passed without
// an answer; a late answer is an answer.
func (b *bodyTally) add(r RequestCount, now time.Time) {
	b.asked++
	switch {
	case !r.Answered.IsZero():
		b.answered++
		b.took = append(b.took, max(r.Answered.Sub(r.Sent), 0))
		if r.Answered.After(r.Due) {
			b.late++
		}
	case r.Ended.IsZero() && now.After(r.Due):
		b.silent++
	}
}

// row is the tally as a row.
func (b bodyTally) row(key string) FigureRow {
	return FigureRow{Key: key, Names: b.names, Cells: append([]Figure{{N: int64(b.asked)}, {N: int64(b.answered)}, {N: int64(b.late)}, {N: int64(b.silent)}}, timing(b.took)[:2]...)}
}

// figureBodies tells how bodies answered what they were asked in the span.
func figureBodies(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	rs, err := tx.RequestCounts(ctx, s)
	if err != nil {
		return err
	}
	all, by := bodyTally{}, map[ID]*bodyTally{}
	for _, r := range rs {
		all.add(r, f.Made)
		if by[r.Body] == nil {
			by[r.Body] = &bodyTally{names: r.Names}
		}
		by[r.Body].add(r, f.Made)
	}
	t := FigureTable{Key: TableBodies, Columns: []string{ColAsked, ColAnswered, ColLate, ColSilent, ColMedian, ColP90}, Rows: []FigureRow{all.row(RowAll)}}
	ids := make([]ID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return cmp.Or(by[b].asked-by[a].asked, cmp.Compare(a, b)) })
	for _, id := range ids {
		t.Rows = append(t.Rows, by[id].row(string(id)))
	}
	f.Tables = append(f.Tables, t)
	return nil
}

// AppealCount is what came of appeals in a span.
type AppealCount struct {
	Kinds    map[AppealKind]int // received
	Outcomes map[Outcome]int    // of rulings in the public log
	Open     int                // now
}

// figureAppeals counts appeals received and rulings published.
func figureAppeals(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	a, err := tx.CountAppeals(ctx, s)
	if err != nil {
		return err
	}
	all, kinds, outcomes := 0, []FigureRow{}, []FigureRow{}
	for _, k := range AppealKinds() {
		all += a.Kinds[k]
		kinds = append(kinds, count(string(k), a.Kinds[k]))
	}
	for _, o := range Outcomes() {
		outcomes = append(outcomes, count(string(o), a.Outcomes[o]))
	}
	f.Tables = append(f.Tables, counts(TableAppeals, false, slices.Concat([]FigureRow{count(RowAll, all)}, kinds, []FigureRow{count("open", a.Open)})...),
		counts(TableRulings, false, outcomes...))
	return nil
}

// ReachKind says what was read.
type ReachKind string

// The kinds of reach that are counted. A feed that says "unchanged" was asked
// for by a reader that had it.
const (
	ReachPage     ReachKind = "page"
	ReachEmbed    ReachKind = "embed"
	ReachFeed     ReachKind = "feed"
	ReachFeedSame ReachKind = "feed-same"
)

// ReachKinds lists the kinds.
func ReachKinds() []ReachKind { return []ReachKind{ReachPage, ReachEmbed, ReachFeed, ReachFeedSame} }

// Reach is how often something was read on one day, in the desk's zone.
// Nothing tells who read it.
type Reach struct {
	Day   string
	Kind  ReachKind
	About ID // a check; "" for what belongs to none
	N     int
}

// CountReach adds what was counted in memory. It is no verb and leaves no
// event: only numbers of a day are kept.
func (d *Desk) CountReach(ctx context.Context, rs []Reach) error {
	if len(rs) == 0 {
		return nil
	}
	return d.store.Tx(ctx, func(tx Tx) error {
		for _, r := range rs {
			if err := tx.AddReach(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// Day is a time's date where the desk works, as Reach has it.
func (d *Desk) Day(at time.Time) string { return d.day(at) }

// figureReach tells how far answers went. Days of the desk's zone are taken
// whole: those on which the span begins up to the one before it ends.
func figureReach(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	r, err := tx.CountReached(ctx, s)
	if err != nil {
		return err
	}
	rows := []FigureRow{}
	for _, k := range ReachKinds() {
		rows = append(rows, count(string(k), r.Read[k]))
	}
	f.Tables = append(f.Tables, counts(TableReach, true, append(rows, count("sent", r.Sent), count("helped", r.Yes), count("not-helped", r.No))...))
	return nil
}

// Reached is what came of answers in a span.
type Reached struct {
	Read    map[ReachKind]int
	Sent    int // messages to askers that went out
	Yes, No int // readers who said that a check answered them, or did not
}

// FigureRows are the questions that figures ask of a database. Each keeps to
// the span, and to the claims of its desk unless that is "".
type FigureRows interface {
	// CountEvents counts events of the kinds that hold the same data.
	CountEvents(ctx context.Context, s FigureSpan, kinds []EventKind) ([]EventCount, error)
	// AnsweredByPeople counts tips, without those set aside, that waited when
	// the first revision of their claim was published.
	AnsweredByPeople(ctx context.Context, s FigureSpan) (int, error)
	// CountRevisions counts revisions below s.Below that are alike.
	CountRevisions(ctx context.Context, s FigureSpan) ([]RevisionCount, error)
	// CountEmergencies counts texts that were published in an emergency, and
	// those of them whose other reviewer has come.
	CountEmergencies(ctx context.Context, s FigureSpan) (all, followed int, err error)
	// FirstPublications lists claims whose first revision below s.Below is of
	// the span, in order of publication. Asked is the time of the first tip
	// that is not set aside, or when the claim was opened if it has none.
	FirstPublications(ctx context.Context, s FigureSpan) ([]FirstPublished, error)
	// CountOpen counts open claims, as of now, whatever the span.
	CountOpen(ctx context.Context, s FigureSpan, now time.Time) ([]OpenCount, error)
	// RequestCounts lists requests that went out within the span, oldest first.
	RequestCounts(ctx context.Context, s FigureSpan) ([]RequestCount, error)
	// CountAppeals counts appeals received and rulings below s.Below.
	CountAppeals(ctx context.Context, s FigureSpan) (AppealCount, error)
	// AddReach adds to the number of a day.
	AddReach(ctx context.Context, r Reach) error
	// CountReached adds up what was read, sent and said.
	CountReached(ctx context.Context, s FigureSpan) (Reached, error)
}
