package web

import (
	"net/http"
	"net/http/httptest"
	"time"

	"soi/internal/desk"
)

// sampleTeam is everything a claim's page can show of working together.
func sampleTeam() teamPart {
	const id = "0123456789abcdefghjkmnpqrs"
	e := desk.Expert{ID: id, Name: "An expert", Institution: "A university", Payer: "A fund", Topics: []string{"science"}, Agreed: "2026-11-02", Proof: "x", Address: []byte{1}}
	left := e
	left.ID, left.Withdrawn, left.Payer, left.Address = "0123456789abcdefghjkmnpqrt", testNow, "", nil
	o := desk.Opinion{ID: id, Expert: id, Question: "Câu hỏi?", Lang: "vi", Asked: testNow, Ends: testNow.Add(time.Hour)}
	done := o
	done.ID, done.Answer, done.Answered, done.Cited = "0123456789abcdefghjkmnpqrt", "Trả lời <b>", testNow, true
	k := desk.Kept{ID: id, Claim: id, Typed: desk.Typed{Text: desk.Text{Lang: "vi", Summary: "x"}}, Why: desk.KeptOverlap, State: desk.KeptOpen, At: testNow}
	return teamPart{Here: "Someone is writing here since 10:42.", Holder: desk.Staff{ID: id, Name: "Someone"}, GiveBack: desk.Staff{ID: id, Name: "Another"},
		MayNote: true, Note: noteForm{Text: "x", Tell: "y", Problems: []string{"z"}},
		Notes: []noteRow{{desk.ClaimNote{ID: id, Text: "@Someone\n<b>", At: testNow, Edited: testNow}, "Someone", true},
			{desk.ClaimNote{ID: "0123456789abcdefghjkmnpqrt", At: testNow, Retracted: testNow}, "Another", false}, {desk.ClaimNote{At: testNow}, "Another", false}},
		Kept: []keptRow{{k, "Someone", "/desk/x", true}, {k, "Another", "/desk/y", false}}, Joined: &keptRow{k, "Someone", "/desk/x", true},
		Opinions: []opinionRow{{o, e, true, false}, {done, e, false, true}, {o, left, false, false}},
		Experts:  []expertChoice{{e, true}, {left, false}},
		Asking:   askForm{Expert: id, Question: "x", Problems: []string{"y"}, Link: "https://desk.example/expert/x", Sent: true, To: "An expert"}}
}

// teamSamples are the pages of working together.
func teamSamples(s *Site) map[string][]page {
	const id = "0123456789abcdefghjkmnpqrs"
	staff := sampleStaff()
	var claims []page
	for i, st := range []desk.ID{"", staff[2].ID, staff[1].ID} {
		p := claimPage{ClaimView: desk.ClaimView{Claim: desk.Claim{ID: id, Text: "x", Lang: "vi", State: desk.ClaimOpen, Assignee: st, Version: 2}, Staff: staff},
			Me: staff[2], Names: namesOf(staff), May: rights{true, true, true, true}, Team: sampleTeam()}
		if i == 0 {
			p.Team.Asking.Link, p.Team.Experts = "", nil
		}
		claims = append(claims, p)
	}
	base := desk.Typed{Rating: desk.RatingTrue, Text: desk.Text{Lang: "vi", Claim: "a", Summary: "một hai ba", Body: "A.\n\nB."}}
	mine := desk.Typed{Rating: desk.RatingFalse, Text: desk.Text{Lang: "vi", Claim: "b", Summary: "một hai", Body: "A!\n\nB."}, Notes: []desk.Note{{Lang: "vi", Text: "y"}}}
	theirs := desk.Typed{Rating: desk.RatingHalfTrue, Text: desk.Text{Lang: "vi", Claim: "c", Summary: "hai ba", Body: "A.\n\nB?"}}
	v := s.visit(httptest.NewRequest(http.MethodGet, "/vi/x", nil))
	var kept []page
	for i, why := range []desk.KeptWhy{desk.KeptOverlap, desk.KeptReview, desk.KeptEnded, desk.KeptJoined} {
		k := desk.Kept{ID: id, Claim: id, Staff: staff[1].ID, Typed: mine, Base: base, Why: why, At: testNow,
			State: []desk.KeptState{desk.KeptOpen, desk.KeptOpen, desk.KeptDropped, desk.KeptUsed}[i]}
		if k.State == desk.KeptUsed {
			k.Result = theirs
		}
		p := keptPage{Claim: desk.Claim{ID: id, Text: "x"}, Kept: k, Version: 3, Name: "Someone", Mine: i%2 == 0, Usable: i == 0, Problem: "x", Typed: typedWords(k)}
		for _, m := range desk.MergeTyped(base, mine, theirs) {
			p.Fields = append(p.Fields, fieldOf(v, m))
		}
		kept = append(kept, p)
	}
	kept = append(kept, keptPage{Claim: desk.Claim{ID: id, Text: "x"}, Kept: desk.Kept{Why: desk.KeptOverlap, State: desk.KeptOpen, Typed: mine}, Usable: true})
	bell := bellPage{Unread: 2, Older: "?before=1"}
	for i, k := range desk.NotificationKinds() {
		n := desk.Notification{ID: desk.NewID(), Kind: k, At: testNow, Claim: id}
		if i%2 == 0 {
			n.Read = testNow
		}
		bell.Rows = append(bell.Rows, bellRow{n, s.books["vi"].told(n, nil), desk.Claim{ID: id, Text: "x"}, "/desk/x"})
	}
	bell.Rows = append(bell.Rows, bellRow{Notification: desk.Notification{Kind: desk.ToldDue, At: testNow}, Say: "x"})
	team := sampleTeam()
	asked := desk.OpinionAsked{Opinion: team.Opinions[1].Opinion, Expert: team.Opinions[1].Expert, Claim: desk.Claim{Text: "x", Lang: "vi", Typed: true}}
	open := asked
	open.Opinion.Cited = false
	return map[string][]page{
		"desk/claim": claims, "desk/kept": kept, "desk/notifications": {bell, bellPage{}},
		"desk/mail": {mailPage{Plan: desk.MailPlan{Schedule: desk.MailDaily, Zone: "Asia/Hanoi", Muted: []desk.NotificationKind{desk.ToldDue}}, Address: "x@y.example",
			From: "22:00", To: "06:00", Saved: true, Problems: []string{"x"}, Zone: "Asia/Ho_Chi_Minh"}, mailPage{Relay: true}},
		"desk/experts": {expertsPage{Experts: []desk.Expert{team.Opinions[0].Expert, team.Opinions[2].Expert}, May: true, Problems: []string{"x"}}, expertsPage{}},
		"expert": {expertPage{Over: true}, expertPage{Over: true, Answer: "x"}, expertPage{Gone: true}, expertPage{Token: "t", Asked: asked, Answer: "x"},
			expertPage{Token: "t", Asked: open, Answer: "x", Most: 4000, Saved: true, Problems: []string{"x"}}},
	}
}

// teamFamilies are the words that codes of the team's pages lead to.
func teamFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, k := range desk.NotificationKinds() {
		add("told.", "", string(k))
		add("told-kind.", "", string(k))
	}
	for _, x := range desk.Schedules() {
		add("schedule.", "", string(x))
	}
	for _, w := range []desk.KeptWhy{desk.KeptOverlap, desk.KeptReview, desk.KeptEnded, desk.KeptJoined} {
		add("kept.why.", "", string(w))
		add("kept.text.", "", string(w))
	}
	for _, c := range []desk.Choice{desk.ChooseMine, desk.ChooseTheirs, desk.ChooseBoth} {
		add("kept.take.", "", string(c))
	}
}
