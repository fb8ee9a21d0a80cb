package web

import (
	"soi/internal/desk"
)

// sampleRulings is a ruling of every outcome and remedy, and an erased one.
func sampleRulings() []rulingView {
	var out []rulingView
	for i, o := range desk.Outcomes() {
		for _, a := range []desk.Against{desk.AgainstCheck, desk.AgainstWithdrawal, desk.AgainstRefusal} {
			for _, r := range desk.Remedies(a) {
				doc := desk.RulingDoc{Ruling: "0123456789abcdefghjkmnpqrs", Verdict: "0123456789abcdefghjkmnpqrt", Against: a, Rev: 1, RevNow: 1 + i%2, Outcome: o, Remedy: r,
					Kind: desk.AppealKinds()[i], Unpublish: i == 2, Reasons: []desk.Note{{Lang: "vi", Text: "Vì số liệu cũ.\n\nĐã xem lại."}}, Received: "2026-11-20"}
				out = append(out, rulingOf("vi", desk.PublicRuling{RulingDoc: doc, Hash: []byte{1}, LogIndex: 7, At: testNow}))
			}
		}
	}
	gone := out[0]
	gone.Erased, gone.Reasons = true, ""
	return append(out, gone)
}

// appealSamples are the public pages of appeals.
func appealSamples() map[string][]page {
	rs := sampleRulings()
	f := desk.AppealFigures{Received: 12, Open: 3, Overdue: 1, Ruled: 9, InTime: 8, Median: 4, Unpublish: 2, Since: testNow}
	full := appealsPage{Figures: f, Outcomes: []figure{{"upheld", 3}, {"not-for-us", 1}}, Kinds: []figure{{"privacy", 4}}, List: rs[:3], Days: 7, Older: "/o", Newer: "/n"}
	form := appealForm{Action: "/checks/0123456789abcdefghjkmnpqrs/appeal", Path: "/checks/0123456789abcdefghjkmnpqrs", Statement: "Nước chanh không chữa được ung thư.", Lang: "vi", Form: newForm(),
		Challenge: "c", Worker: "/static/work.js", Kinds: desk.AppealKinds(), Mails: true, Days: 7}
	back := form
	back.Notice, back.Text, back.Links, back.Mail, back.Kind = &troublePage{Title: "T", Text: "x", Retry: 30, Problems: []string{"p"}}, "giữ lại", "https://example.org", "x", desk.AppealBody
	back.Unpublish, back.Files, back.Withdrawn = true, true, true
	limited := back
	limited.Notice = &troublePage{Title: "T", Text: "x", Retry: 30}
	out := map[string][]page{
		"appeals": {full, appealsPage{Days: 7}},
		"appeal":  {form, back, limited, appealForm{Action: "/t/x/appeal", Kinds: desk.AppealKinds()}},
	}
	for i := range rs {
		out["ruling"] = append(out["ruling"], rulingPage{rs[i]})
	}
	for i, st := range []desk.AppealState{desk.AppealOpen, desk.AppealTaken, desk.AppealProposed, desk.AppealRuled} {
		p := appealStanding{Code: "HN7-4KQ-2RTX", State: st, Kind: desk.AppealKinds()[i], Received: testNow, Due: testNow, Over: i == 1, Path: "/checks/x", Mail: i == 2}
		if st == desk.AppealRuled {
			p.Ruling = &rs[0]
		}
		out["appeal-standing"] = append(out["appeal-standing"], p)
	}
	return out
}

// appealDeskSamples are the staff's pages of appeals.
func appealDeskSamples() map[string][]page {
	staff := sampleStaff()
	names := namesOf(staff)
	var rows []desk.AppealRow
	var views []page
	for i, st := range []desk.AppealState{desk.AppealOpen, desk.AppealOpen, desk.AppealTaken, desk.AppealTaken, desk.AppealProposed, desk.AppealProposed, desk.AppealProposed, desk.AppealRuled, desk.AppealRuled, desk.AppealRuled, desk.AppealRuled} {
		a := desk.Appeal{ID: "0123456789abcdefghjkmnpqrs", Claim: "0123456789abcdefghjkmnpqrt", Against: desk.AgainstCheck, Rev: 1, Kind: desk.AppealKinds()[i%4],
			State: st, Received: testNow, Due: testNow, Ruled: testNow, Version: 2, Unpublish: i == 2}
		if st != desk.AppealOpen {
			a.Decider = staff[2].ID
		}
		r := desk.AppealRow{Appeal: a, Statement: "Nước chanh không chữa được ung thư.", Lang: "vi", Clock: []string{desk.ClockRunning, desk.ClockSoon, desk.ClockOver, desk.ClockStopped}[i%4], Mine: i == 3, Part: i == 1 || i == 6}
		if i >= 7 {
			r.ToDo = []desk.Remedy{desk.RemedyCorrect, desk.RemedyWithdraw, desk.RemedyRedact, desk.RemedyReopen}[i-7]
		}
		rows = append(rows, r)
		v := appealView{AppealView: desk.AppealView{AppealRow: r, Claim: desk.Claim{ID: a.Claim, Text: "x", Rev: 2}, Files: sampleMedia(), Staff: staff, Moved: i%2 == 0, Reachable: true},
			Words: appealWords{Text: "Sai rồi.", Links: []string{"https://example.org/a"}}, Names: names, Me: staff[2].ID, Outcomes: desk.Outcomes(), Remedies: desk.Remedies(a.Against),
			Decision: desk.Decision{Outcome: desk.Partly, Remedy: desk.RemedyDone, Reasons: []desk.Note{{Lang: "vi", Text: "Vì"}}}, Problems: []string{"x"}, Unread: i == 2}
		if i > 1 {
			v.Judges = staff[1:]
		}
		switch i {
		case 3:
			v.Returned = desk.Ruling{Reasons: "Chưa rõ"}
			v.Claim.Review = "0123456789abcdefghjkmnpqrv"
		case 4, 5, 6:
			v.Pending = &rulingDraft{desk.Ruling{ID: "0123456789abcdefghjkmnpqrw", Decider: staff[2].ID, At: testNow}, desk.RulingDoc{Outcome: desk.Upheld, Remedy: desk.RemedyCorrect, Reasons: []desk.Note{{Lang: "vi", Text: "Vì"}}}, "00"}
			if i > 4 {
				v.Me = staff[1].ID
			}
		case 7:
			v.Path = "/appeals/0123456789abcdefghjkmnpqrw"
		case 8:
			v.Erased = testNow
		}
		views = append(views, v)
	}
	redact := redactPage{Claim: desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "x"}, Texts: sampleDoc(desk.RatingFalse, 1).Texts, Choices: desk.RedactReasons(), Reason: desk.ReasonLegal,
		Notes: []desk.Note{{Lang: "vi", Text: "Đã che."}, {Lang: "en"}}, Passages: "x\ny", Problems: []string{"x"}}
	out := map[string][]page{
		"desk/appeals": {appealListPage{Rows: rows, Names: names, May: true}, appealListPage{All: true}, appealListPage{Rows: rows, Names: names}},
		"desk/appeal":  views,
		"desk/redact":  {redact},
		"desk/erase": {erasePage{Claim: redact.Claim, Choices: redact.Choices, Notes: redact.Notes},
			erasePage{Claim: redact.Claim, Choices: redact.Choices, Notes: redact.Notes, Reason: desk.ReasonLegal, Sure: true, Problems: []string{"x"}}},
	}
	return out
}
