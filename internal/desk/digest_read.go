package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// DigestNews is what an edition tells somebody, read as it is public now: a
// check that was withdrawn since is told as withdrawn, a passage that was
// redacted since stands nowhere.
type DigestNews struct {
	Edition Edition
	Asked   []Question     // listed open questions, with the bands of the edition
	Gone    int            // questions of the edition that are neither listed nor checked any more
	Checks  []DigestCheck  // what was answered
	Changed []DigestCheck  // corrections, withdrawals, restorations
	Press   []DigestStory  // what the press wrote
	Waiting *DigestWaiting // of a member of staff; nil for everybody else
}

// Empty reports whether there is nothing to tell.
func (n DigestNews) Empty() bool {
	return len(n.Asked)+len(n.Checks)+len(n.Changed)+len(n.Press) == 0 && (n.Waiting == nil || n.Waiting.Empty())
}

// DigestCheck is a check as an edition tells of it.
type DigestCheck struct {
	Then Revision // what happened in the edition's time
	Now  Revision // the newest public revision; of a withdrawal too
	Text Document // the newest document with texts that is still public; zero if none is
}

// DigestStory is one story of the press: a published piece, and who printed it.
// For readers it is what published checks cite; staff are told what was
// suggested from the feeds.
type DigestStory struct {
	Title   string
	Link    string
	Outlets []string // names of published media, each once
}

// DigestWaiting is what waits for a member of staff, within their seats.
type DigestWaiting struct {
	Mine   []Queued // open claims they have taken
	Late   []Queued // open claims past due
	Review []Queued // texts that wait for a second person; of those who may review
	Counts map[View]int
}

// Empty reports whether nothing waits.
func (w DigestWaiting) Empty() bool { return len(w.Mine)+len(w.Late)+len(w.Review) == 0 }

// The most lines a digest has of each sort.
const (
	digestChecks  = 25
	digestStories = 12
	digestWaiting = 8
)

// DigestFor reads what an edition tells a subscription. signed is the size of
// the published checkpoint now.
func (d *Desk) DigestFor(ctx context.Context, e Edition, s Subscription, signed int64) (n DigestNews, err error) {
	n.Edition = e
	asked, err := d.OpenQuestions(ctx)
	if err != nil {
		return n, err
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		n.Asked, n.Gone, n.Checks, n.Changed, n.Press = nil, 0, nil, nil, nil
		if err := d.digestQuestions(ctx, tx, &n, asked, s, signed); err != nil {
			return err
		}
		if err := d.digestChecks(ctx, tx, &n, s, signed); err != nil {
			return err
		}
		if s.Kind == ForStaff {
			n.Press, err = suggestedStories(ctx, tx, e)
		} else {
			n.Press, err = citedStories(ctx, tx, n.Checks)
		}
		return err
	})
	return n, err
}

// digestQuestions keeps the questions of the edition that are still listed.
// One that was answered meanwhile is told by its check.
func (d *Desk) digestQuestions(ctx context.Context, tx Tx, n *DigestNews, listed []Question, s Subscription, signed int64) error {
	for _, q := range n.Edition.Questions {
		i := slices.IndexFunc(listed, func(l Question) bool { return l.Claim == q.Claim })
		if i >= 0 {
			if l := listed[i]; s.Wants(l.Topic, l.Places) {
				l.Band = q.Band
				n.Asked = append(n.Asked, l)
			}
			continue
		}
		rs, err := tx.Revisions(ctx, RevisionFilter{Below: signed, Verdict: q.Claim, Limit: 1})
		if err != nil {
			return err
		}
		if len(rs) == 0 {
			n.Gone++
		}
	}
	return nil
}

// digestChecks fills in what was published between the edition's two sizes of
// the log, each check once, as it stands now.
func (d *Desk) digestChecks(ctx context.Context, tx Tx, n *DigestNews, s Subscription, signed int64) error {
	rs, err := revisionsBetween(ctx, tx, n.Edition.From, min(n.Edition.To, signed))
	if err != nil {
		return err
	}
	for _, then := range rs {
		c, err := digestCheck(ctx, tx, then, signed)
		if err != nil {
			return err
		}
		if !s.Wants(c.Text.Topic, c.Text.Places) || c.Then.Erased && c.Now.Erased {
			continue
		}
		answered := then.Kind == KindPublish || then.Kind == KindUpdate
		switch {
		case !answered && len(n.Changed) < digestChecks:
			n.Changed = append(n.Changed, c)
		case answered && len(n.Checks) < digestChecks:
			n.Checks = append(n.Checks, c)
		}
	}
	return nil
}

// revisionsBetween lists the newest revision of each check among those at
// from <= index < to, newest first.
func revisionsBetween(ctx context.Context, tx Tx, from, to int64) (out []Revision, err error) {
	seen := map[ID]bool{}
	for before := to; before > from; {
		rs, err := tx.Revisions(ctx, RevisionFilter{Below: before, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if before = r.LogIndex; before < from {
				return out, nil
			}
			if !seen[r.Verdict] {
				seen[r.Verdict] = true
				out = append(out, r)
			}
		}
		if len(rs) < 100 || len(out) >= 4*digestChecks {
			break
		}
	}
	return out, nil
}

// digestCheck finds how a check stands now.
func digestCheck(ctx context.Context, tx Tx, then Revision, signed int64) (DigestCheck, error) {
	c := DigestCheck{Then: then, Now: then}
	all, err := tx.Revisions(ctx, RevisionFilter{Below: signed, Verdict: then.Verdict, Limit: 100})
	if err != nil || len(all) == 0 {
		return c, err
	}
	c.Now = all[0]
	for _, r := range all {
		if !r.Erased && r.Kind != KindWithdraw && len(r.Doc.Texts) > 0 {
			c.Text = r.Doc
			break
		}
	}
	return c, nil
}

// citedStories groups the pieces of the press that published checks cite, one
// line a story. Only outlets of the public list count as the press.
func citedStories(ctx context.Context, tx Tx, checks []DigestCheck) ([]DigestStory, error) {
	outlets, err := tx.Outlets(ctx)
	if err != nil {
		return nil, err
	}
	var out []DigestStory
	for _, c := range checks {
		if c.Now.Kind == KindWithdraw {
			continue
		}
		for _, e := range c.Text.Evidence {
			i := slices.IndexFunc(outlets, func(o Outlet) bool { return o.Removed.IsZero() && strings.EqualFold(o.Name, e.Publisher) })
			if i < 0 || e.Title == "" {
				continue
			}
			out = addStory(out, DigestStory{Title: e.Title, Link: e.URL}, outlets[i].Name, strings.EqualFold)
		}
	}
	return out[:min(len(out), digestStories)], nil
}

// addStory adds an outlet to the story of the same title, or a new story.
func addStory(to []DigestStory, s DigestStory, outlet string, same func(a, b string) bool) []DigestStory {
	i := slices.IndexFunc(to, func(o DigestStory) bool { return same(o.Title, s.Title) })
	if i < 0 {
		to, i = append(to, s), len(to)
	}
	if !slices.Contains(to[i].Outlets, outlet) {
		to[i].Outlets = append(to[i].Outlets, outlet)
	}
	return to
}

// suggestedStories groups what was suggested from the press in the edition's
// time, for staff: one line a story, the sentence with the most points first.
func suggestedStories(ctx context.Context, tx Tx, e Edition) (out []DigestStory, err error) {
	list, err := tx.Suggestions(ctx, SuggestionFilter{State: SuggestionOpen, Shown: true, Limit: 200})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	outlets, err := tx.Outlets(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[ID]Outlet{}
	for _, o := range outlets {
		byID[o.ID] = o
	}
	list = slices.DeleteFunc(list, func(s Suggestion) bool { return s.Found.Before(e.Since) || s.Found.After(e.Made) })
	also, err := othersOf(ctx, tx, list, byID)
	if err != nil {
		return nil, err
	}
	told := map[ID]bool{}
	for _, s := range list {
		if s.Story != "" && told[s.Story] || len(out) == digestStories {
			continue
		}
		told[s.Story] = true
		out = append(out, DigestStory{Title: s.Sentence, Link: s.Link, Outlets: append([]string{byID[s.Outlet].Name}, also[s.ID]...)})
	}
	return out, nil
}

// DigestWaiting reads what waits for a member of staff, as the queue shows it
// to them.
func (d *Desk) DigestWaiting(ctx context.Context, by Actor, s Subscription) (*DigestWaiting, error) {
	out := &DigestWaiting{}
	for _, v := range []struct {
		view View
		to   *[]Queued
	}{{ViewMine, &out.Mine}, {ViewLate, &out.Late}, {ViewReview, &out.Review}} {
		if v.view == ViewReview && !by.May(MayReview) {
			continue
		}
		q, err := d.Queue(ctx, by, v.view, "")
		if err != nil {
			return nil, err
		}
		out.Counts = q.Counts
		for _, c := range q.Claims {
			mine := c.Claim.Assignee == by.Staff
			if len(*v.to) < digestWaiting && (mine || s.Wants(c.Claim.Topic, nil)) {
				*v.to = append(*v.to, c)
			}
		}
	}
	return out, nil
}

// PreviewEdition is the edition that would be made now, for looking at: it is
// not stored and nothing is sent.
func (d *Desk) PreviewEdition(ctx context.Context, signed int64, zone *time.Location) (e Edition, err error) {
	asked, err := d.OpenQuestions(ctx)
	if err != nil {
		return e, err
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		plan, cal, _, err := digestPlan(ctx, tx)
		if err != nil {
			return err
		}
		past, err := tx.Editions(ctx, EditionFilter{})
		if err != nil {
			return err
		}
		e, _, _ = d.nextEdition(plan, cal, past, signed, zone)
		if e.Due.IsZero() {
			next, ok := plan.Next(d.Now(), zone, cal)
			if !ok {
				next = d.Now()
			}
			e.Due, e.Day = next.UTC(), next.Format(time.DateOnly)
		}
		return nil
	})
	for _, q := range asked[:min(len(asked), questionsTold)] {
		e.Questions = append(e.Questions, DigestQuestion{q.Claim, q.Band})
	}
	slices.SortStableFunc(e.Questions, func(a, b DigestQuestion) int {
		return cmp.Compare(slices.Index(Bands(), b.Band), slices.Index(Bands(), a.Band))
	})
	return e, err
}
