package desk

import (
	"context"
	"slices"
)

// The points of the reviewer's checklist. Their sentences are words of our
// own for what members of the International Fact-Checking Network commit to:
// sources in enough detail to replicate the work, evidence for and against,
// the body concerned asked, limits told, no side taken.
const (
	PointSources     = "sources-opened" // every source opened; enough of them to do the work again
	PointIndependent = "independent"    // not on the word of the body concerned alone
	PointBothSides   = "both-sides"     // evidence for and against
	PointBody        = "body-asked"     // the body concerned was asked, or the text says why not
	PointUnknown     = "unknown-said"   // what is not known
	PointNeutral     = "neutral"        // language that takes no side
	PointHeadline    = "headline"       // the headline matches the rating
	PointPicture     = "picture"        // the picture is what the text says it is
	PointMeaning     = "same-meaning"   // a change of wording changes no meaning
	PointReason      = "reason-right"   // the reason of a withdrawal is right
	PointNote        = "note-clear"     // readers understand the note on what changed
	PointUrgent      = "urgent"         // it cannot wait for another reviewer
)

// Points are the points of the reviewer's checklist that a kind of revision
// can have, in the order of the page. Which of them a review has depends on
// the claim as well: see ReviewFacts.Points.
func Points(k Kind) []string {
	switch k {
	case KindWithdraw:
		return []string{PointReason, PointNote, PointUrgent}
	case KindUpdate:
		return []string{PointMeaning, PointNeutral, PointHeadline, PointNote, PointUrgent}
	}
	all := []string{PointSources, PointIndependent, PointBothSides, PointBody, PointUnknown, PointNeutral, PointHeadline, PointPicture}
	if k != KindPublish {
		all = append(all, PointNote)
	}
	return append(all, PointUrgent)
}

// Unticked lists the points that every review of the kind has and that are
// not among the ticks of one reviewer. Points that depend on the claim, which
// may have changed since, are left out.
func Unticked(k Kind, ticks []string) []string {
	return slices.DeleteFunc(Points(k), func(p string) bool {
		return p == PointBody || p == PointPicture || p == PointUrgent || slices.Contains(ticks, p)
	})
}

// ReviewFacts are what can be counted about a text under review; the page
// shows them beside the points they belong to.
type ReviewFacts struct {
	Kind        Kind
	Sources     int // in their number: one text that many repeat is one
	Cited       int // links
	Independent int
	Primary     int
	Stances     map[Stance]int
	Langs       []string // languages the text is written in
	Unknown     []string // … in which it says what is not known
	Body        string   // the body concerned
	Asked       int      // questions put to bodies concerned
	Answered    int      // … that were answered
	Silent      int      // … that were not answered by their date
	Pictures    int      // that carry the claim
	Unjudged    int      // pictures of its tips that nobody has judged
	Harm        Harm
	Need        int  // reviewers
	Urgent      bool // in an emergency
}

// Points are the points that this review has.
func (f ReviewFacts) Points() []string {
	without := map[string]bool{PointBody: f.Body == "" && f.Asked == 0, PointPicture: f.Pictures == 0, PointUrgent: !f.Urgent}
	return slices.DeleteFunc(Points(f.Kind), func(p string) bool { return without[p] })
}

// open reports whether a point was left without a tick.
func (f ReviewFacts) open(ticks []string) bool {
	return slices.ContainsFunc(f.Points(), func(p string) bool { return !slices.Contains(ticks, p) })
}

// facts counts what a review's page shows.
func (d *Desk) facts(ctx context.Context, tx Tx, r Review, c Claim, doc Document) (ReviewFacts, error) {
	f := ReviewFacts{Kind: r.Kind, Sources: len(doc.Sources()), Cited: len(doc.Evidence), Independent: doc.Independent(),
		Stances: map[Stance]int{}, Body: doc.Body, Asked: len(doc.Asked), Harm: c.Harm, Need: r.Need, Urgent: r.Urgent != ""}
	for _, e := range doc.Evidence {
		f.Stances[e.Stance]++
		if e.Nearness == Primary {
			f.Primary++
		}
	}
	for _, a := range doc.Asked {
		if len(a.Answers) > 0 {
			f.Answered++
		}
		if a.Silent {
			f.Silent++
		}
	}
	for _, t := range doc.Texts {
		f.Langs = append(f.Langs, t.Lang)
		if t.Unknown != "" {
			f.Unknown = append(f.Unknown, t.Lang)
		}
	}
	ms, err := tx.Media(ctx, MediaFilter{Claim: c.ID, Limit: mediaShown})
	for _, m := range ms {
		switch {
		case m.Kind != MediaPicture || !m.Erased.IsZero() || m.Use == UseNo:
		case m.Use == UseYes:
			f.Pictures++
		default:
			f.Unjudged++
		}
	}
	return f, err
}
