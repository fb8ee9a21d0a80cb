package web

import (
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
	"soi/internal/match"
)

// sampleStaff is one account of each role, the last one closed.
func sampleStaff() []desk.Staff {
	var out []desk.Staff
	for i, r := range desk.Roles() {
		out = append(out, desk.Staff{ID: desk.ID("0123456789abcdefghjkmnpq0" + string(rune('0'+i))), Name: "Account " + string(r), Role: r, Lang: "vi", Created: testNow})
	}
	out[len(out)-1].Disabled = testNow
	return out
}

// sampleSuggestions is one of each kind.
func sampleSuggestions() []suggestion {
	return []suggestion{
		{Key: "check/0123456789abcdefghjkmnpqrs/vi", Kind: match.KindCheck, Title: "Nước chanh không chữa được ung thư.", Rating: desk.RatingFalse, URL: "/checks/x", Reasons: []string{"7 trong 9 từ giống nhau"}, Probability: 97},
		{Key: "imported/0123456789abcdefghjkmnpqrs", Kind: match.KindImported, Title: "Lemon water", RatingText: "Pants on fire", Publisher: "A newsroom", URL: "https://example.org", Probability: 40},
		{Key: "claim/0123456789abcdefghjkmnpqrs", Kind: match.KindClaim, Title: "Nước chanh chữa ung thư", URL: "/desk/claims/x"},
	}
}

// sampleQueue is a queue with every reason of a rank.
func sampleQueue(books map[string]*words) page {
	p := queuePage{Feeds: 2, Waiting: 3, MayAdd: true, Order: "…", All: "/desk?all=1", Total: 9,
		Tabs: []viewTab{{tab{"To do", 3, "/desk", true}, desk.ViewOpen}, {tab{"Published", 3, "/desk?view=done", false}, desk.ViewDone}}, Topics: []tab{{"All", 0, "/desk", true}}}
	for i, h := range append(desk.Harms(), desk.HarmUnset) {
		c := desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "Ngân hàng sẽ đóng cửa", State: desk.ClaimOpen, Harm: h, HarmKind: "money", Topic: "scam", Opened: testNow.Add(-time.Duration(20*i+1) * time.Hour), Changed: testNow}
		if i == 1 {
			c.Review = "0123456789abcdefghjkmnpqrt"
		}
		if i == 2 {
			c.State, c.Rating, c.HarmKind = desk.ClaimPublished, desk.RatingFalse, ""
		}
		r := desk.RankOf(c, desk.Demand{Tips: 47, Askers: 47, Recent: 20, Earlier: 4, Forwards: 2}, testNow)
		p.Claims = append(p.Claims, queueRow{Queued: desk.Queued{Claim: c, Rank: r}, Place: i + 1, Reasons: books["vi"].rankReasons(r), Bars: bars(r), Assignee: "Someone"})
	}
	return p
}

// sampleClaims are pages of claims in every state, with every form refused
// once.
func sampleClaims(books map[string]*words) []page {
	var out []page
	staff := sampleStaff()
	for _, st := range []desk.ClaimState{desk.ClaimOpen, desk.ClaimPublished, desk.ClaimWithdrawn, desk.ClaimClosed, desk.ClaimMerged, desk.ClaimAnswered} {
		c := desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "Uống nước chanh nóng chữa ung thư", Lang: "vi", State: st, Topic: "health", Body: "Bộ Y tế", Version: 3, LogIndex: -1, Assignee: staff[1].ID, Harm: desk.HarmHigh, HarmKind: "health"}
		p := claimPage{ClaimView: desk.ClaimView{Claim: c, Staff: staff, Demand: desk.Demand{Tips: 2}}, Me: staff[2], Names: namesOf(staff), Next: books["vi"].t("next.take"),
			May: rights{true, true, true, true}, Reasons: []string{"47 người hỏi"}, Assignees: staff[1:3], Suggestions: sampleSuggestions(),
			Rejected: []judged{{desk.Judgment{Other: "check/0123456789abcdefghjkmnpqrs/"}, "Một bài khác"}}}
		p.ClaimView.Tips = []desk.Tip{{ID: "0123456789abcdefghjkmnpqrv", Text: "<b>uong nuoc chanh</b>", Channel: "web", Received: testNow}, {Channel: "counter", Erased: testNow, Received: testNow}}
		p.Sources = []desk.Evidence{{ID: "0123456789abcdefghjkmnpqrw", URL: "https://example.org", Title: "A study", Publisher: "A journal", Says: "Says", Quote: "Quote", Stance: desk.Refutes, Independent: true}}
		captured, copies := sampleCaptures()
		p.Sources, p.Copies, p.CopyProblems = append(p.Sources, captured...), copies, []string{"x"}
		p.ClaimView.Media = sampleMedia()
		p.Upload.Problems = []string{"x"}
		p.Retired = p.Sources
		p.Independent = 1
		p.Draft = draftForm{Text: desk.Text{Lang: "vi", Claim: "a", Statement: "b", Summary: "c", Body: "d\n\ne", Unknown: "f"}, Rating: desk.RatingFalse, Saved: true, Problems: []string{"Thiếu nguồn."},
			Theirs: &desk.Text{Claim: "g", Body: "h"}, TheirsBy: desk.RatingTrue, Langs: []tab{{"Tiếng Việt", 1, "?lang=vi", true}}}
		p.Edit = editForm{ClaimEdit: desk.ClaimEdit{Text: c.Text, Lang: "vi"}, Theirs: &c, Problems: []string{"x"}}
		p.Evidence = evidenceForm{Problems: []string{"x"}, Asked: true}
		p.Withdrawal.Problems = []string{"x"}
		p.Merged = []desk.Claim{c}
		p.Requests = claimRequests{List: sampleRequests(), News: true, Used: []string{"Sở Y tế"}}
		p.History = []happened{{desk.Event{At: testNow}, "Someone", "Did something"}}
		switch st {
		case desk.ClaimPublished:
			p.Claim.Rev, p.Claim.Review = 4, "0123456789abcdefghjkmnpqrt"
			p.Revisions = sampleRevisions(desk.RatingFalse)
			p.ClaimView.Tips = append(p.ClaimView.Tips, desk.Tip{ID: "0123456789abcdefghjkmnpqrx", Text: "y", Channel: "telegram", Received: testNow, State: desk.TipAnswered, Decision: "same", Claim: c.ID})
			p.Answers = channelAnswers{Way: 1, Sent: 40, Held: 2, Failed: 3}
			p.Pending = desk.Review{ID: "0123456789abcdefghjkmnpqrt"}
		case desk.ClaimMerged:
			p.Into = c
		case desk.ClaimAnswered:
			p.Answer = desk.Imported{ID: "0123456789abcdefghjkmnpqrs", URL: "https://example.org", Publisher: "A newsroom", Rating: "False"}
		case desk.ClaimOpen:
			p.Returned = desk.Review{ID: "0123456789abcdefghjkmnpqrt", Reasons: "Nêu thêm nguồn.", Reviewer: staff[2].ID, Kinds: desk.ReturnKinds()}
			p.Remarks, p.Two = remarksShown(sampleRemarks(), p.Names, true, ""), true
			p.Claim.Harm = desk.HarmUnset
		}
		withSources(&p)
		p.Place, p.Exchange = samplePlace(), sampleClaimExchange()
		out = append(out, p)
	}
	return append(out, claimPage{ClaimView: desk.ClaimView{Claim: desk.Claim{ID: "0123456789abcdefghjkmnpqrs", State: desk.ClaimOpen}}})
}

// sampleTold is every answer that can be read out.
func sampleTold(s *Site) []page {
	cs := sampleCards()
	var out []page
	for i, a := range []answerPage{{State: stateKnown, Card: cs[0]}, {State: stateImported, Card: cs[1]}, {State: statePerhaps, Options: cs}, {State: stateClosed}, {State: stateNew, Others: 3}, {State: stateNew, Many: true}, {State: stateNew}} {
		a.Code, a.Received = "AAA-BBB-CCCC", testNow
		p := toldPage{answerPage: a, Door: []string{doorCounter, doorHotline}[i%2], Link: "http://localhost/t/AAA-BBB-CCCC", Say: sentences(s.books["vi"], a)}
		if i > 3 {
			p.Claim = desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "x"}
		}
		out = append(out, p)
	}
	return out
}

// deskSamples are the pages of the staff site.
func deskSamples(s *Site) map[string][]page {
	staff := sampleStaff()
	var empty []page
	for _, v := range desk.Views() {
		empty = append(empty, queuePage{View: v})
	}
	var ratings ratingsPage
	for _, r := range desk.Ratings() {
		ratings.Rows = append(ratings.Rows, ratingRow{r, []ratingName{{"vi", "Chuẩn", "Đúng"}}})
	}
	ratings.Saved = true
	ways := auth.Ways{Passkeys: []auth.Factor{{ID: "0123456789abcdefghjkmnpqrs", Name: "Phone", Created: testNow}, {Created: testNow}}, Code: true, CodeSince: testNow, Recovery: 9}
	account := []page{accountPage{Me: staff[0], Elsewhere: "http://localhost:8080"}}
	for _, st := range staff {
		account = append(account, accountPage{Me: st, Ways: ways, Passkeys: true, First: true, Manage: true, Journal: true, Problem: "x", Current: "a",
			Outside: "Cổng", GoOutside: map[bool]string{true: "https://id.example/authorize"}[st.Role == desk.Admin], IsJoined: st.Role == desk.Editor, Seat: true,
			Sessions: []auth.Session{{ID: "a", Means: auth.ByPasskey, Created: testNow, Used: testNow}, {ID: "b", Means: auth.ByOutside, Created: testNow, Used: testNow}}})
	}
	return map[string][]page{
		"desk/queue":   append(empty, sampleQueue(s.books)),
		"desk/claim":   sampleClaims(s.books),
		"desk/copy":    sampleCopyPages(true),
		"desk/after":   sampleAfter(),
		"desk/review":  sampleReviews(s),
		"desk/reviews": sampleAwaited(),
		"desk/tips": {tipsPage{Claim: desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "x"}, Total: 2, May: true, Older: "?before=1", Newer: "?", Tips: []desk.Tip{
			{ID: "0123456789abcdefghjkmnpqrs", Text: "x", Channel: "web", State: desk.TipJoined, Received: testNow}, {ID: "0123456789abcdefghjkmnpqrt", Channel: "counter", State: desk.TipAnswered, Received: testNow}}}},
		"desk/new":     {counterPage{Form: "f", Door: doorHotline, Problems: []string{"x"}}, counterPage{Door: doorCounter}},
		"desk/told":    sampleTold(s),
		"desk/journal": {journalPage{Events: []happened{{desk.Event{At: testNow, Claim: "0123456789abcdefghjkmnpqrs"}, "Someone", "Did"}, {desk.Event{At: testNow}, "soi", "Did"}}}},
		"desk/sign-in": {signInPage{Passkeys: true, Problem: "x", Name: "y"}, signInPage{Elsewhere: "http://localhost:8080"}, signInPage{}},
		"desk/link":    {linkPage{Token: "t", Name: "Someone"}, linkPage{Problem: "x"}},
		"desk/prove":   {provePage{Back: "/desk/reviews/x", Passkeys: true, Ways: ways, Problem: "x"}, provePage{Back: "/desk"}},
		"desk/account": account,
		"desk/code":    {codePage{Setup: auth.Setup{Secret: "ABCD EFGH", QRSize: 41, QRPath: "M1,1h1v1h-1z", State: "s"}, Problems: []string{"x"}}, codePage{Codes: []string{"aaaa-bbbb"}}},
		"desk/people":  {peoplePage{Staff: staff, Link: "http://127.0.0.1/signin/link/x", LinkFor: "Someone", Problems: []string{"x"}}},
		"desk/ratings": {ratings},
		"desk/person":  samplePersons(),
		"desk/desks":   sampleDesks(),
	}
}
