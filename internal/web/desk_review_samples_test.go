package web

import (
	"time"

	"soi/internal/desk"
)

// sampleRemarks are comments on a sentence that stands, one that has changed,
// one that has gone, and one that is settled.
func sampleRemarks() []desk.Remark {
	staff := sampleStaff()
	c := desk.Comment{ID: "0123456789abcdefghjkmnpqr1", Claim: "0123456789abcdefghjkmnpqrs", Review: "0123456789abcdefghjkmnpqrt", Lang: "vi", Field: "body",
		Sentence: "Một.", Text: "<b>Nguồn nào?</b>", By: staff[2].ID, At: testNow}
	stands := desk.Remark{Comment: c, Now: "Một.", Same: true, Answers: []desk.Comment{{Text: "Nguồn thứ hai.", By: staff[1].ID, At: testNow}}}
	changed, gone, settled := stands, stands, stands
	changed.ID, changed.Now, changed.Same, changed.Spot = "0123456789abcdefghjkmnpqr2", "Một hai.", false, 1
	gone.ID, gone.Spot, gone.Now, gone.Same = "0123456789abcdefghjkmnpqr3", -1, "", false
	settled.ID, settled.Settled, settled.SettledBy = "0123456789abcdefghjkmnpqr4", testNow, staff[1].ID
	return []desk.Remark{stands, changed, gone, settled}
}

// sampleReviews are reviews of every kind and state, as author, as second
// person and as someone who may not; with one reviewer, with two, and in an
// emergency.
func sampleReviews(s *Site) []page {
	var out []page
	staff := sampleStaff()
	revs := sampleRevisions(desk.RatingTrue)
	for i, k := range []desk.Kind{desk.KindPublish, desk.KindUpdate, desk.KindCorrect, desk.KindWithdraw, desk.KindRestore} {
		doc := revs[0].Doc
		if k == desk.KindWithdraw {
			doc = revs[1].Doc
		}
		states := []desk.ReviewState{desk.ReviewPending, desk.ReviewPending, desk.ReviewPending, desk.ReviewApproved, desk.ReviewReturned}
		p := reviewPage{ReviewPage: desk.ReviewPage{Doc: doc, Before: &revs[3].Doc, Staff: staff, Own: i == 1,
			Claim: desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "Claim", Rev: doc.Rev},
			Review: desk.Review{ID: "0123456789abcdefghjkmnpqrt", Kind: k, By: staff[1].ID, State: states[i], At: testNow, Decided: testNow, Reviewer: staff[2].ID,
				Reasons: "Why", Reason: desk.ReasonFactual, Need: 1, Doc: []byte("{}"), Kinds: desk.ReturnKinds()},
			Facts:   desk.ReviewFacts{Kind: k, Sources: 2, Cited: 3, Langs: []string{"vi", "en"}, Unknown: []string{"vi"}, Body: "Bệnh viện X", Pictures: 1, Unjudged: 2},
			Remarks: sampleRemarks(), Now: testNow},
			Hash: "0123456789abcdef0123456789abcdef", Raw: "{}", Names: namesOf(staff), Role: i != 2, Answers: i != 2, Author: i == 1, Fresh: i == 0, Notes: doc.Notes, Problems: []string{"x"},
			Changes: changesOf(revs[3].Doc, doc), Texts: shownTexts(doc.Texts, sampleRemarks()), Sent: sampleRemarks()[:1], Said: "review.said.kept"}
		p.Comment.Problems = []string{"x"}
		p.fillPoints(s)
		out = append(out, p)
	}
	return append(out, samplePairs(out[0].(reviewPage), s)...)
}

// fillPoints ticks every point and kind.
func (p *reviewPage) fillPoints(s *Site) {
	p.Points, p.Kinds = nil, nil
	for _, c := range p.Facts.Points() {
		p.Points = append(p.Points, point{c, true, s.books["vi"].factsOf(c, p.Facts, desk.RatingFalse)})
	}
	for _, c := range desk.ReturnKinds() {
		p.Kinds = append(p.Kinds, returnKind{c, true})
	}
}

// samplePairs are reviews that need two people, at every point of their way.
func samplePairs(p reviewPage, s *Site) []page {
	var out []page
	staff := sampleStaff()
	add := func(change func(p *reviewPage)) {
		q := p
		q.Review.Need = 2
		change(&q)
		q.Facts.Urgent = q.Review.Urgent != ""
		q.fillPoints(s)
		out = append(out, q)
	}
	add(func(p *reviewPage) {
		p.Facts = desk.ReviewFacts{Kind: desk.KindPublish, Body: "X", Asked: 2, Answered: 1, Silent: 1, Langs: []string{"vi"}, Unknown: []string{"vi"}}
	})
	add(func(p *reviewPage) { p.Review.Other, p.Review.OtherAt, p.Stands = staff[2].ID, testNow, true })
	add(func(p *reviewPage) { p.Review.Other, p.Review.OtherAt = staff[2].ID, testNow })
	add(func(p *reviewPage) { p.Review.Other, p.Agreed, p.Stands = staff[2].ID, true, true })
	before := sampleRevisions(desk.RatingFalse)[3].Doc
	before.Topic = "food"
	add(func(p *reviewPage) {
		p.Seen, p.SeenAt, p.Returned, p.Since = &before, testNow, true, s.books["vi"].nameParts(changesOf(before, p.Doc))
	})
	add(func(p *reviewPage) { p.Seen, p.SeenAt = &before, testNow })
	for i := range 5 {
		add(func(p *reviewPage) {
			p.Review.Urgent = "Tonight"
			switch i {
			case 1:
				p.Review.State = desk.ReviewApproved
			case 2:
				p.Review.State, p.Now = desk.ReviewApproved, testNow.Add(24*time.Hour)
			case 3:
				p.Review.State, p.Review.Other, p.Review.OtherAt = desk.ReviewApproved, staff[2].ID, testNow
			case 4:
				p.Review.State, p.Claim.Rev = desk.ReviewApproved, p.Doc.Rev+1
			}
		})
	}
	return out
}

// sampleAwaited are lists of what waits for reviewers.
func sampleAwaited() []page {
	staff := sampleStaff()
	var list []desk.Awaited
	for i, r := range []desk.Review{{Need: 1}, {Need: 2}, {Need: 2, Other: staff[2].ID}, {Need: 2, Urgent: "x"},
		{Need: 2, Urgent: "x", State: desk.ReviewApproved, Decided: testNow}, {Need: 2, Urgent: "x", State: desk.ReviewApproved, Decided: testNow.Add(-24 * time.Hour)}} {
		r.ID, r.Kind, r.By, r.At = "0123456789abcdefghjkmnpqrt", desk.KindPublish, staff[1].ID, testNow
		list = append(list, desk.Awaited{Review: r, Claim: desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "Claim"}, Own: i == 0, Mine: i == 2})
	}
	return []page{reviewsPage{List: list, Names: namesOf(staff), Now: testNow}, reviewsPage{}}
}
