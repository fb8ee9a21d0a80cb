package desk

import (
	"cmp"
	"context"
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
	ViewLate   View = "late"   // open ones, under review or not, that are past due
	ViewAside  View = "aside"  // open ones all of whose messages are set aside
)

// Views lists the queue's filters in the order pages show them.
func Views() []View {
	return []View{ViewOpen, ViewMine, ViewFree, ViewReview, ViewLate, ViewDone, ViewClosed, ViewAside}
}

// Queued is a claim with its demand and the reasons of its place.
type Queued struct {
	Claim  Claim
	Demand Demand
	Rank   Rank
	Due    Due
}

// Queue is one view of the queue, and how many claims each view has.
type Queue struct {
	View    View
	Claims  []Queued
	Counts  map[View]int
	Waiting int // tips whose asker has not chosen yet
	Soon    int // open claims that are due soon; Counts has those past due
	Cut     int // how many claims were read of a state that has more; 0 if all were
}

// queueLimit bounds how many claims of one kind a view loads: open ones,
// published ones, others, each by itself, so that a large archive never pushes
// an open claim out. Those changed last are kept; the page says so.
const queueLimit = DefaultQueueLimit

// Queue lists claims by rank (open views) or newest change first. topic ""
// stands for all.
func (d *Desk) Queue(ctx context.Context, by Actor, v View, topic string) (Queue, error) {
	return d.QueueBy(ctx, by, QueueFilter{View: v, Topic: topic})
}

// QueueBy lists the claims that a filter keeps, in its order.
func (d *Desk) QueueBy(ctx context.Context, by Actor, f QueueFilter) (Queue, error) {
	q := Queue{View: f.View, Counts: map[View]int{}}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		cs, cut, err := queued(ctx, tx, cmp.Or(d.opts.QueueLimit, queueLimit))
		if err != nil {
			return err
		}
		q.Cut = cut
		ts, err := tx.Tips(ctx, TipFilter{State: TipWaiting, Limit: 1000})
		if err != nil {
			return err
		}
		q.Waiting = len(ts)
		dm, err := tx.Demands(ctx, d.Now(), []ClaimState{ClaimOpen, ClaimPublished}, nil)
		if err != nil {
			return err
		}
		sets, err := duesOf(ctx, tx, "")
		if err != nil {
			return err
		}
		for _, c := range cs {
			m := dm[c.ID]
			d.enter(&q, by, f, Queued{Claim: c, Demand: m, Rank: RankOf(c, m, d.Now()), Due: DueOf(c, m, sets[c.ID], d.opts.Hours, d.Now())})
		}
		return nil
	})
	f.sort(q.Claims)
	return q, err
}

// queued reads the claims that the queue sorts into its views, each once, at
// most limit of a kind; cut is the limit if a kind had more. What waits for a
// second person is read by itself: it may be an old publication.
func queued(ctx context.Context, tx Tx, limit int) (all []Claim, cut int, err error) {
	seen := map[ID]bool{}
	for _, f := range []ClaimFilter{
		{Pending: true},
		{States: []ClaimState{ClaimOpen}},
		{States: []ClaimState{ClaimPublished}},
		{States: []ClaimState{ClaimWithdrawn, ClaimClosed, ClaimMerged, ClaimAnswered}},
	} {
		f.Newest, f.Limit = true, limit+1
		cs, err := tx.Claims(ctx, f)
		if err != nil {
			return nil, 0, err
		}
		if len(cs) > limit {
			cs, cut = cs[:limit], limit
		}
		for _, c := range cs {
			if !seen[c.ID] {
				seen[c.ID], all = true, append(all, c)
			}
		}
	}
	return all, cut, nil
}

// enter counts a claim in the views it belongs to and lists it if that is the
// view asked for.
func (d *Desk) enter(q *Queue, by Actor, f QueueFilter, x Queued) {
	if !f.Narrow(by, x) {
		return
	}
	in := viewsOf(by, x)
	for _, v := range in {
		q.Counts[v]++
	}
	if x.Due.State == DueSoon {
		q.Soon++
	}
	if slices.Contains(in, q.View) {
		q.Claims = append(q.Claims, x)
	}
}

// viewsOf lists the views a claim belongs to. One all of whose messages are
// set aside stands apart until somebody else asks about it.
func viewsOf(by Actor, x Queued) []View {
	c := x.Claim
	mine := c.Assignee == by.Staff && by.Staff != ""
	if c.State == ClaimOpen && !c.Pending() && x.Demand.Tips == 0 && x.Demand.Aside > 0 && !mine {
		return []View{ViewAside}
	}
	var in []View
	add := func(is bool, v View) {
		if is {
			in = append(in, v)
		}
	}
	open := c.State == ClaimOpen
	add(c.Pending(), ViewReview)
	add(open && !c.Pending(), ViewOpen)
	add(!open && !c.Pending() && c.State != ClaimPublished, ViewClosed)
	add(c.State == ClaimPublished, ViewDone)
	add(open && c.Assignee == "" && !c.Pending(), ViewFree)
	add(open && mine, ViewMine)
	add(open && x.Due.State == DueOver, ViewLate)
	return in
}

// ClaimView is all a claim's page shows.
type ClaimView struct {
	Claim     Claim
	Demand    Demand
	Rank      Rank
	Tips      []Tip   // newest first, at most tipsShown; Demand.Tips has the number
	Media     []Media // oldest first, at most mediaShown
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

// mediaShown is how many files a claim's page loads.
const mediaShown = 60

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
	read(func() (e error) { v.Media, e = tx.Media(ctx, MediaFilter{Claim: id, Limit: mediaShown}); return })
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
	read(func() (e error) { v.Staff, e = staffSeated(ctx, tx); return })
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
