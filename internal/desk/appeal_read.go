package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// mostAppeals bounds the appeals that figures are made of.
const mostAppeals = 10_000

// AppealRow is one appeal as the desk's list shows it.
type AppealRow struct {
	Appeal
	Statement string // of the check, or the claim's text when there is none
	Lang      string
	Clock     string
	Mine      bool   // the person decides it
	Part      bool   // the person had a part in the check, and may not
	ToDo      Remedy // ruled, and what the ruling says was not done yet; "" otherwise
	Ruling    Ruling // the newest; zero before the first
}

// AppealList lists the appeals that are not ruled, what is due first at the
// top, and then those whose rulings were not carried out yet; with all set,
// every one.
func (d *Desk) AppealList(ctx context.Context, by Actor, all bool) (rows []AppealRow, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		rows = nil
		tx = whole(tx)
		as, err := tx.Appeals(ctx, AppealFilter{Limit: mostAppeals})
		if err != nil {
			return err
		}
		var over []AppealRow
		for _, a := range as {
			if a.State == AppealRuled && !all && d.Now().Sub(a.Ruled) > DefaultRetention {
				continue
			}
			r, err := d.appealRow(ctx, tx, by, a)
			switch {
			case err != nil:
				return err
			case a.State != AppealRuled:
				rows = append(rows, r)
			case all || r.ToDo != "":
				over = append(over, r)
			}
		}
		slices.SortStableFunc(over, func(a, b AppealRow) int { return b.Ruled.Compare(a.Ruled) })
		rows = append(rows, over...)
		return nil
	})
	return rows, err
}

// appealRow fills in what a list says of an appeal.
func (d *Desk) appealRow(ctx context.Context, tx Tx, by Actor, a Appeal) (AppealRow, error) {
	r := AppealRow{Appeal: a, Clock: a.Clock(d.Now()), Mine: a.Decider != "" && a.Decider == by.Staff}
	c, err := tx.Claim(ctx, a.Claim)
	if err != nil {
		return r, err
	}
	r.Statement, r.Lang = c.Text, c.Lang
	doc, err := d.newest(ctx, tx, c)
	if err == nil && doc != nil && len(doc.Texts) > 0 {
		r.Statement, r.Lang = doc.Texts[0].Statement, doc.Texts[0].Lang
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return r, err
	}
	if err := withoutPart(ctx, tx, by, a.Claim); errors.Is(err, ErrOwnWork) {
		r.Part = true
	} else if err != nil {
		return r, err
	}
	rs, err := tx.Rulings(ctx, RulingFilter{Appeal: a.ID, Limit: 1})
	if err != nil || len(rs) == 0 {
		return r, err
	}
	r.Ruling = rs[0]
	if a.State == AppealRuled && rs[0].Doc != nil {
		doc, err := ParseRuling(rs[0].Doc)
		if err != nil {
			return r, err
		}
		r.ToDo = undone(doc, c)
	}
	return r, nil
}

// undone is the remedy of a ruling that was not carried out yet: no later
// revision was published, and no refused claim reopened.
func undone(doc RulingDoc, c Claim) Remedy {
	switch doc.Remedy {
	case RemedyCorrect, RemedyWithdraw, RemedyRedact:
		if c.Rev == doc.RevNow {
			return doc.Remedy
		}
	case RemedyReopen:
		if c.State == ClaimClosed {
			return doc.Remedy
		}
	}
	return ""
}

// AppealView is one appeal as those who decide see it. Its words are sealed.
type AppealView struct {
	AppealRow
	Claim     Claim
	Files     []Media
	Rulings   []Ruling
	Staff     []Staff
	Langs     []string // in which a ruling must give its reasons
	Moved     bool     // the check has changed since the appeal came in
	Judges    []Staff  // who may decide or approve: editors without a part in the check
	Reachable bool     // an address was left and is not erased
}

// AppealPage reads one appeal for whoever may decide appeals.
func (d *Desk) AppealPage(ctx context.Context, by Actor, id ID) (v AppealView, err error) {
	err = d.read(ctx, by, MayReview, func(tx Tx) error {
		v = AppealView{}
		tx = whole(tx)
		a, err := appealByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if v.AppealRow, err = d.appealRow(ctx, tx, by, a); err != nil {
			return err
		}
		if v.Claim, err = tx.Claim(ctx, a.Claim); err != nil {
			return err
		}
		v.Moved = v.Claim.Rev != a.Rev
		if v.Files, err = tx.AppealFiles(ctx, id); err != nil {
			return err
		}
		if v.Rulings, err = tx.Rulings(ctx, RulingFilter{Appeal: id}); err != nil {
			return err
		}
		if v.Staff, err = tx.Staff(ctx); err != nil {
			return err
		}
		if v.Langs, err = d.langsOf(ctx, tx, v.Claim); err != nil {
			return err
		}
		cs, err := tx.Conversations(ctx, ConversationFilter{IDs: []ID{a.Conversation}, Limit: 1})
		v.Reachable = a.Conversation != "" && len(cs) == 1 && cs[0].Address != nil
		if err != nil {
			return err
		}
		v.Judges, err = judges(ctx, tx, v.Staff, a.Claim)
		return err
	})
	return v, err
}

// judges lists who may decide on an appeal against a claim's check.
func judges(ctx context.Context, tx Tx, staff []Staff, claim ID) ([]Staff, error) {
	parts, err := partsIn(ctx, tx, claim)
	var out []Staff
	for _, s := range staff {
		if s.Active() && As(s).May(MayReview) && !slices.Contains(parts, s.ID) {
			out = append(out, s)
		}
	}
	return out, err
}

// AppealFile reads a sealed part of a file that came with an appeal.
func (d *Desk) AppealFile(ctx context.Context, by Actor, appeal, media ID, part MediaPart) (m Media, sealed []byte, err error) {
	err = d.read(ctx, by, MayReview, func(tx Tx) error {
		tx = whole(tx)
		files, err := tx.AppealFiles(ctx, appeal)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(files, func(f Media) bool { return f.ID == media })
		if i < 0 {
			return ErrNotFound
		}
		if m = files[i]; !m.Erased.IsZero() {
			return ErrErased
		}
		sealed, err = tx.Blob(ctx, media, part)
		return err
	})
	return m, sealed, err
}

// PublicRuling is a ruling as everybody may read it.
type PublicRuling struct {
	RulingDoc
	Hash     []byte
	LogIndex int64
	At       time.Time // published
	Erased   bool
}

// PublicRulings lists published rulings below the given size of the public
// log, newest first: all, those on one claim, or one. before pages.
func (d *Desk) PublicRulings(ctx context.Context, claim, id ID, below, before int64, limit int) (out []PublicRuling, err error) {
	if below <= 0 {
		return nil, nil
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		out = nil
		rs, err := tx.Rulings(ctx, RulingFilter{ID: id, Claim: claim, State: ReviewApproved, Below: below, Before: before, Limit: limit})
		if err != nil {
			return err
		}
		for _, r := range rs {
			p := PublicRuling{Hash: r.Hash, LogIndex: r.LogIndex, At: r.Settled, Erased: r.Doc == nil}
			p.Ruling, p.Verdict, p.Outcome = r.ID, r.Claim, r.Outcome
			if !p.Erased {
				if p.RulingDoc, err = ParseRuling(r.Doc); err != nil {
					return err
				}
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// AppealFigures is what the public is told of all appeals, in numbers.
type AppealFigures struct {
	Received  int
	Open      int
	Overdue   int
	Ruled     int
	InTime    int // ruled within the time
	Median    int // whole days from receipt to ruling, of all that were ruled; meaningless when none was
	Outcomes  map[Outcome]int
	Kinds     map[AppealKind]int
	Unpublish int // asked that a check disappear though nothing in it is wrong
	Since     time.Time
}

// AppealFigures counts all appeals. Every one is counted, whatever became of
// its words.
func (d *Desk) AppealFigures(ctx context.Context) (f AppealFigures, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		f = AppealFigures{Outcomes: map[Outcome]int{}, Kinds: map[AppealKind]int{}}
		as, err := tx.Appeals(ctx, AppealFilter{Limit: mostAppeals})
		if err != nil {
			return err
		}
		var days []int
		for _, a := range as {
			f.count(a, d.Now())
			if a.State == AppealRuled {
				days = append(days, int(a.Ruled.Sub(a.Received)/(24*time.Hour)))
			}
		}
		if slices.Sort(days); len(days) > 0 {
			f.Median = days[len(days)/2]
		}
		rs, err := tx.Rulings(ctx, RulingFilter{State: ReviewApproved, Limit: mostAppeals})
		for _, r := range rs {
			f.Outcomes[r.Outcome]++
		}
		return err
	})
	return f, err
}

// count adds one appeal.
func (f *AppealFigures) count(a Appeal, now time.Time) {
	f.Received++
	f.Kinds[a.Kind]++
	if a.Unpublish {
		f.Unpublish++
	}
	if f.Since.IsZero() || a.Received.Before(f.Since) {
		f.Since = a.Received
	}
	switch {
	case a.State == AppealRuled:
		f.Ruled++
		if !a.Ruled.After(a.Due) {
			f.InTime++
		}
	case now.After(a.Due):
		f.Open++
		f.Overdue++
	default:
		f.Open++
	}
}
