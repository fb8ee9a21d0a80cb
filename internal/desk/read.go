package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// View is one of the queue's filters.
type View string

// The views of the queue.
const (
	ViewOpen   View = ""       // open claims that are not under review
	ViewMine   View = "mine"   // … that the person has taken
	ViewFree   View = "free"   // … that nobody has taken
	ViewReview View = "review" // waiting for a second person
	ViewDone   View = "done"   // published
	ViewClosed View = "closed" // not a factual claim, merged, answered elsewhere, withdrawn
)

// Views lists the queue's filters in the order pages show them.
func Views() []View {
	return []View{ViewOpen, ViewMine, ViewFree, ViewReview, ViewDone, ViewClosed}
}

// Queued is a claim with its demand and the reasons of its place.
type Queued struct {
	Claim  Claim
	Demand Demand
	Rank   Rank
}

// Queue is one view of the queue, and how many claims each view has.
type Queue struct {
	View    View
	Claims  []Queued
	Counts  map[View]int
	Waiting int // tips whose asker has not chosen yet
}

// queueLimit bounds how many claims a view loads. A desk with more open
// claims than this has lost control of its queue; the page says so.
const queueLimit = 5000

// Queue lists claims by rank (open views) or newest change first. topic ""
// stands for all.
func (d *Desk) Queue(ctx context.Context, by Actor, v View, topic string) (Queue, error) {
	q := Queue{View: v, Counts: map[View]int{}}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		cs, err := tx.Claims(ctx, ClaimFilter{States: []ClaimState{ClaimOpen, ClaimPublished, ClaimWithdrawn}, Limit: queueLimit})
		if err != nil {
			return err
		}
		closed, err := tx.Claims(ctx, ClaimFilter{States: []ClaimState{ClaimClosed, ClaimMerged, ClaimAnswered}, Limit: queueLimit})
		if err != nil {
			return err
		}
		ts, err := tx.Tips(ctx, TipFilter{State: TipWaiting, Limit: 1000})
		if err != nil {
			return err
		}
		q.Waiting = len(ts)
		dm, err := tx.Demands(ctx, d.Now(), []ClaimState{ClaimOpen, ClaimPublished}, nil)
		if err != nil {
			return err
		}
		for _, c := range append(cs, closed...) {
			d.enter(&q, by, c, topic, dm[c.ID])
		}
		return nil
	})
	q.order()
	return q, err
}

// enter counts a claim in the views it belongs to and lists it if that is the
// view asked for.
func (d *Desk) enter(q *Queue, by Actor, c Claim, topic string, m Demand) {
	if topic != "" && c.Topic != topic {
		return
	}
	var in []View
	switch {
	case c.Pending():
		in = append(in, ViewReview)
	case c.State == ClaimOpen:
		in = append(in, ViewOpen)
	case c.State != ClaimPublished:
		in = append(in, ViewClosed)
	}
	if c.State == ClaimPublished {
		in = append(in, ViewDone)
	}
	if c.State == ClaimOpen && c.Assignee == "" && !c.Pending() {
		in = append(in, ViewFree)
	}
	if c.Assignee == by.Staff && by.Staff != "" && c.State == ClaimOpen {
		in = append(in, ViewMine)
	}
	for _, v := range in {
		q.Counts[v]++
	}
	if slices.Contains(in, q.View) {
		q.Claims = append(q.Claims, Queued{Claim: c, Demand: m, Rank: RankOf(c, m, d.Now())})
	}
}

// order sorts the view: by rank while claims wait, newest change first once
// they are done. Equal ranks stand in the order they were opened.
func (q *Queue) order() {
	slices.SortFunc(q.Claims, func(a, b Queued) int {
		if q.View == ViewDone || q.View == ViewClosed {
			return b.Claim.Changed.Compare(a.Claim.Changed)
		}
		return cmp.Or(cmp.Compare(b.Rank.Points, a.Rank.Points), a.Claim.Opened.Compare(b.Claim.Opened))
	})
}

// ClaimView is all a claim's page shows.
type ClaimView struct {
	Claim     Claim
	Demand    Demand
	Rank      Rank
	Tips      []Tip // newest first, at most tipsShown; Demand.Tips has the number
	Evidence  []Evidence
	Judgments []Judgment
	Draft     Draft
	Reviews   []Review // newest first; the pending one, if any, is first
	Revisions []Revision
	Merged    []Claim // claims that were merged into this one
	Events    []Event // newest first
	Staff     []Staff
}

// tipsShown is how many tips a claim's page loads.
const tipsShown = 50

// ClaimPage reads everything about one claim.
func (d *Desk) ClaimPage(ctx context.Context, by Actor, id ID) (ClaimView, error) {
	var v ClaimView
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		var err error
		if v.Claim, err = tx.Claim(ctx, id); err != nil {
			return err
		}
		return d.fill(ctx, tx, &v)
	})
	return v, err
}

// fill reads what belongs to the claim of v.
func (d *Desk) fill(ctx context.Context, tx Tx, v *ClaimView) error {
	id := v.Claim.ID
	dm, err := tx.Demands(ctx, d.Now(), nil, []ID{id})
	v.Demand = dm[id]
	v.Rank = RankOf(v.Claim, v.Demand, d.Now())
	read := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	read(func() (e error) { v.Tips, e = tx.Tips(ctx, TipFilter{Claim: id, Limit: tipsShown}); return })
	read(func() (e error) { v.Evidence, e = tx.EvidenceOf(ctx, id); return })
	read(func() (e error) { v.Judgments, e = tx.Judgments(ctx, id); return })
	read(func() (e error) { v.Draft, e = draftOf(ctx, tx, v.Claim); return })
	read(func() (e error) { v.Reviews, e = tx.Reviews(ctx, ReviewFilter{Claim: id}); return })
	read(func() (e error) {
		v.Revisions, e = tx.Revisions(ctx, RevisionFilter{Below: v.Claim.LogIndex + 1, Verdict: id})
		return
	})
	read(func() (e error) { v.Merged, e = tx.Claims(ctx, ClaimFilter{Into: id, Limit: 100}); return })
	read(func() (e error) { v.Events, e = tx.Events(ctx, EventFilter{Claim: id, Limit: 200}); return })
	read(func() (e error) { v.Staff, e = tx.Staff(ctx); return })
	return err
}

// TipsOf lists tips of a claim, newest first, received before the given tip
// time (zero for the newest); for claims with more tips than a page shows.
func (d *Desk) TipsOf(ctx context.Context, by Actor, f TipFilter) ([]Tip, error) {
	var out []Tip
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		var err error
		out, err = tx.Tips(ctx, f)
		return err
	})
	return out, err
}

// Claims reads claims by filter, for pages that name several.
func (d *Desk) Claims(ctx context.Context, by Actor, f ClaimFilter) ([]Claim, error) {
	var out []Claim
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		var err error
		out, err = tx.Claims(ctx, f)
		return err
	})
	return out, err
}

// ReviewPage is a review with its claim and, when the check was published
// before, the document that stands now.
type ReviewPage struct {
	Review Review
	Doc    Document
	Before *Document
	Claim  Claim
	Own    bool // the person had a part in the text and cannot decide
	Staff  []Staff
}

// ReviewPage reads one review.
func (d *Desk) ReviewPage(ctx context.Context, by Actor, id ID) (ReviewPage, error) {
	var p ReviewPage
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		r, c, err := pending(ctx, tx, id)
		if err != nil && !errors.Is(err, ErrState) {
			return err
		}
		p.Review, p.Claim = r, c
		if p.Doc, err = ParseDocument(r.Doc); err != nil {
			return err
		}
		if p.Staff, err = tx.Staff(ctx); err != nil {
			return err
		}
		p.Own = secondPerson(by, r) != nil
		if p.Doc.Rev > 1 {
			rs, err := tx.Revisions(ctx, RevisionFilter{Below: c.LogIndex + 1, Verdict: c.ID, Rev: p.Doc.Rev - 1, Limit: 1})
			if err != nil {
				return err
			}
			if len(rs) == 1 {
				p.Before = &rs[0].Doc
			}
		}
		return nil
	})
	return p, err
}

// Published lists revisions that the public may see; f.Below is the size of
// the signed checkpoint.
func (d *Desk) Published(ctx context.Context, f RevisionFilter) ([]Revision, error) {
	var out []Revision
	err := d.store.Read(ctx, func(tx Tx) error {
		var err error
		out, err = tx.Revisions(ctx, f)
		return err
	})
	return out, err
}

// Check returns all public revisions of one check, newest first; ErrNotFound
// if there is none below the signed checkpoint. A merged claim's check is
// never asked for: only open claims are merged.
func (d *Desk) Check(ctx context.Context, verdict ID, below int64) ([]Revision, error) {
	rs, err := d.Published(ctx, RevisionFilter{Below: below, Verdict: verdict, Limit: 1000})
	if err == nil && len(rs) == 0 {
		err = ErrNotFound
	}
	return rs, err
}

// DocumentBytes returns the exact bytes behind a hash; ErrErased if erased.
func (d *Desk) DocumentBytes(ctx context.Context, hash []byte) ([]byte, error) {
	var out []byte
	err := d.store.Read(ctx, func(tx Tx) error {
		var err error
		out, err = tx.Document(ctx, hash)
		return err
	})
	return out, err
}

// ImportedByID reads imported checks by ID.
func (d *Desk) ImportedByID(ctx context.Context, ids ...ID) ([]Imported, error) {
	var out []Imported
	if len(ids) == 0 {
		return nil, nil
	}
	err := d.store.Read(ctx, func(tx Tx) error {
		var err error
		out, err = tx.Imports(ctx, "", ids, len(ids))
		return err
	})
	return out, err
}

// Journal reads the event log of the whole desk, newest first.
func (d *Desk) Journal(ctx context.Context, by Actor, limit int) ([]Event, error) {
	var out []Event
	err := d.read(ctx, by, MayJournal, func(tx Tx) error {
		var err error
		out, err = tx.Events(ctx, EventFilter{Newest: true, Limit: limit})
		return err
	})
	return out, err
}
