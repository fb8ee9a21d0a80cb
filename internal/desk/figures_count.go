package desk

import (
	"context"
	"strconv"
	"time"
)

// The tables of figures.
const (
	TableAsked       = "asked"
	TableAnswered    = "answered"
	TableChecks      = "checks"
	TableRatings     = "ratings"
	TableCorrections = "corrections"
	TableTimes       = "times"
	TableOpenAge     = "open-age"
	TableOpenHarm    = "open-harm"
	TableOpenTopic   = "open-topic"
	TableNotChecked  = "not-checked"
	TableBodies      = "bodies"
	TableAppeals     = "appeals"
	TableRulings     = "rulings"
	TableReach       = "reach"
)

// EventCount is how many events of a kind hold the same data.
type EventCount struct {
	Kind EventKind
	Data map[string]string
	N    int
}

// figureAsked counts what came in and what askers were given at once, from the
// event log.
func figureAsked(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	es, err := tx.CountEvents(ctx, s, []EventKind{EvTipReceived, EvTipAdded, EvTipChosen, EvTipRefused, EvAnswerRecalled,
		EvTipsAside, EvTipsBack, EvClaimClosed, EvClaimMerged, EvClaimJudged})
	if err != nil {
		return err
	}
	sum := func(fits func(e EventCount) bool) (n int) {
		for _, e := range es {
			if fits(e) {
				n += e.N
			}
		}
		return n
	}
	of := func(k EventKind) int { return sum(func(e EventCount) bool { return e.Kind == k }) }
	tips := func(k EventKind) int { return tipsIn(es, k) }
	came := func(state TipState, opened bool) int {
		return sum(func(e EventCount) bool {
			return (e.Kind == EvTipReceived || e.Kind == EvTipAdded) && e.Data["state"] == string(state) && (e.Data["opened"] != "") == opened
		})
	}
	chosen := sum(func(e EventCount) bool { return e.Kind == EvTipChosen && e.Data["state"] == string(TipAnswered) })
	people, err := tx.AnsweredByPeople(ctx, s)
	if err != nil {
		return err
	}
	f.Tables = append(f.Tables,
		counts(TableAsked, true, count(RowAll, of(EvTipReceived)+of(EvTipAdded)), count("at-once", came(TipAnswered, false)), count("perhaps", came(TipWaiting, false)),
			count("joined", came(TipJoined, false)), count("opened", came(TipJoined, true)), count("neutral", came(TipClosed, false)),
			count("set-aside", tips(EvTipsAside)), count("put-back", tips(EvTipsBack))),
		counts(TableAnswered, true, count("automatic", came(TipAnswered, false)+chosen), count("taken-back", of(EvTipRefused)+tips(EvAnswerRecalled)),
			count("people", people)),
		notChecked(es))
	return nil
}

// tipsIn adds up the tips that events of a kind name.
func tipsIn(es []EventCount, k EventKind) (n int) {
	for _, e := range es {
		if e.Kind == k {
			tips, err := strconv.Atoi(e.Data["tips"])
			if err == nil {
				n += tips * e.N
			}
		}
	}
	return n
}

// RevisionCount is how many revisions of the public log are alike.
type RevisionCount struct {
	Kind   Kind
	Logged Kind // the kind of its entry in the log: KindErase and KindRedact delete documents
	Reason Reason
	Rating Rating
	N      int
}

// figureChecks counts publications, corrections and withdrawals, from the
// public log.
func figureChecks(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	rs, err := tx.CountRevisions(ctx, s)
	if err != nil {
		return err
	}
	sum := func(fits func(RevisionCount) bool) (n int) {
		for _, r := range rs {
			if fits(r) {
				n += r.N
			}
		}
		return n
	}
	urgent, followed, err := tx.CountEmergencies(ctx, s)
	if err != nil {
		return err
	}
	var checks, ratings, corrections []FigureRow
	for _, k := range []Kind{KindPublish, KindUpdate, KindCorrect, KindWithdraw, KindRestore} {
		checks = append(checks, count(string(k), sum(func(r RevisionCount) bool { return r.Kind == k })))
	}
	for _, k := range []Kind{KindErase, KindRedact} {
		checks = append(checks, count(string(k), sum(func(r RevisionCount) bool { return r.Logged == k })))
	}
	checks = append(checks, count("emergency", urgent), count("followed", followed))
	for _, x := range Ratings() {
		ratings = append(ratings, count(string(x), sum(func(r RevisionCount) bool { return r.Kind == KindPublish && r.Rating == x })))
	}
	for _, x := range correctionReasons() {
		corrections = append(corrections, count(string(x), sum(func(r RevisionCount) bool { return r.Kind == KindCorrect && r.Reason == x })))
	}
	f.Tables = append(f.Tables, counts(TableChecks, false, checks...), counts(TableRatings, false, ratings...), counts(TableCorrections, false, corrections...))
	return nil
}

// correctionReasons are the reasons a correction can have, in the order shown.
func correctionReasons() []Reason {
	return []Reason{ReasonFactual, ReasonRating, ReasonNewEvidence, ReasonSource, ReasonLegal, ReasonPrivacy, ReasonTypo, ReasonClarity, ReasonDuplicate, ReasonPolicy}
}

// FirstPublished is a claim's first publication, with the first question about
// it: the time between is what askers waited.
type FirstPublished struct {
	Claim     ID
	Harm      Harm
	Asked, At time.Time
}

// figureTimes tells how long people waited for a check, by harm.
func figureTimes(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	ps, err := tx.FirstPublications(ctx, s)
	if err != nil {
		return err
	}
	took := map[Harm][]time.Duration{}
	var all []time.Duration
	for _, p := range ps {
		d := max(p.At.Sub(p.Asked), 0)
		all, took[p.Harm] = append(all, d), append(took[p.Harm], d)
	}
	t := FigureTable{Key: TableTimes, Columns: []string{ColMedian, ColP90, ColN}, Rows: []FigureRow{{Key: RowAll, Cells: timing(all)}}}
	for _, h := range []Harm{HarmHigh, HarmMedium, HarmLow, HarmNone, HarmUnset} {
		t.Rows = append(t.Rows, FigureRow{Key: harmRow(h), Cells: timing(took[h])})
	}
	f.Tables = append(f.Tables, t)
	return nil
}

// harmRow is the key of a row about a harm.
func harmRow(h Harm) string {
	if h == HarmUnset {
		return "unset"
	}
	return string(h)
}

// OpenCount is how many open claims are alike; Days is their age in whole days.
type OpenCount struct {
	Harm  Harm
	Topic string
	Days  int
	N     int
}

// openAges are the rows of open claims by age, each with the days it begins at.
func openAges() []struct {
	Key  string
	From int
} {
	return []struct {
		Key  string
		From int
	}{{"day", 0}, {"days", 1}, {"week", 3}, {"weeks", 7}, {"long", 30}}
}

// figureOpen counts what is open now, by age, harm and topic.
func figureOpen(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error {
	os, err := tx.CountOpen(ctx, s, f.Made)
	if err != nil {
		return err
	}
	ages, harms, topics := map[string]int{}, map[Harm]int{}, map[string]int{}
	all := 0
	for _, o := range os {
		age := ""
		for _, a := range openAges() {
			if o.Days >= a.From {
				age = a.Key
			}
		}
		all, ages[age], harms[o.Harm], topics[o.Topic] = all+o.N, ages[age]+o.N, harms[o.Harm]+o.N, topics[o.Topic]+o.N
	}
	age, harm, topic := []FigureRow{count(RowAll, all)}, []FigureRow{}, []FigureRow{}
	for _, a := range openAges() {
		age = append(age, count(a.Key, ages[a.Key]))
	}
	for _, h := range []Harm{HarmHigh, HarmMedium, HarmLow, HarmNone, HarmUnset} {
		harm = append(harm, count(harmRow(h), harms[h]))
	}
	for _, t := range Topics() {
		topic = append(topic, count(t, topics[t]))
	}
	topic = append(topic, count("unset", topics[""]))
	f.Tables = append(f.Tables, counts(TableOpenAge, false, age...), counts(TableOpenHarm, false, harm...), counts(TableOpenTopic, false, topic...))
	for i := range f.Tables {
		if f.Tables[i].Key == TableNotChecked {
			f.Tables[i].Rows = append(f.Tables[i].Rows, count("long", ages["long"]))
		}
	}
	return nil
}
