package web

import (
	"time"

	"soi/internal/desk"
)

// sampleBody is a body of the register.
func sampleBody() desk.Body {
	return desk.Body{ID: "0123456789abcdefghjkmnpqrb", Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở <b>Y tế</b>"}, desk.Note{Lang: "en", Text: "Department of Health"}),
		Kind: desk.BodyAgency, Mail: "vanphong@soyte.example", Page: "https://soyte.example/", Lang: "vi", Zone: desk.DefaultZone, Week: "12345", Open: 480, Close: 1020,
		Calendars: []desk.ID{desk.VietnamCalendar}, Added: testNow}
}

// sampleRequests are requests in every stand, with answers by every way.
func sampleRequests() []desk.RequestView {
	b := sampleBody()
	var out []desk.RequestView
	for i, st := range []desk.RequestStand{desk.StandUnsent, desk.StandWaiting, desk.StandLate, desk.StandVeryLate, desk.StandAnswered, desk.StandEnded} {
		v := desk.RequestView{Office: b, Stand: st, IfNow: testNow.Add(72 * time.Hour)}
		v.Request = desk.Request{ID: desk.ID("0123456789abcdefghjkmnpqc" + string(rune('0'+i))), Claim: "0123456789abcdefghjkmnpqrs", Body: b.ID, Names: b.Names, Mail: b.Mail, Lang: "vi",
			Question: "Có đúng không?\n\n<script>", Plan: "Chúng tôi đăng.", Days: 3, Why: "Đã hẹn", Asked: testNow, LinkN: 1, Expires: testNow.Add(time.Hour)}
		v.More = desk.MoreTime{State: []desk.MoreState{"", desk.MoreAsked, desk.MoreAccepted, desk.MoreDeclined, "", ""}[i], Reason: "Cần hai ngày", At: testNow}
		if st != desk.StandUnsent {
			v.Sent, v.Told, v.Due, v.Twice = testNow, testNow.Add(24*time.Hour), testNow.Add(48*time.Hour), testNow.Add(96*time.Hour)
			v.Moves = []desk.DueMove{{At: testNow, From: v.Told, To: v.Due, Days: []string{"2026-11-24"}}, {To: v.Due, Extra: 3}}
			v.Off = []desk.CalendarDay{{Date: "2026-11-24", Title: "Nghỉ bão"}, {Date: "2026-11-28", Work: true, Title: "Làm bù"}}
		} else {
			v.Mail = ""
		}
		if st == desk.StandEnded {
			v.Ended, v.EndedWhy = testNow, "Hỏi nhầm"
		}
		v.Files = []desk.Media{{ID: "0123456789abcdefghjkmnpqf0", Type: "application/pdf", Kind: desk.MediaPDF, Bytes: 1 << 20}, {ID: "0123456789abcdefghjkmnpqf1", Erased: testNow}}
		if st == desk.StandAnswered {
			for j, way := range []desk.AnswerWay{desk.WayPage, desk.WayMail, desk.WayHand, desk.WayMail} {
				v.Answers = append(v.Answers, desk.BodyAnswer{ID: desk.ID("0123456789abcdefghjkmnpqa" + string(rune('0'+j))), Kind: desk.AnswerKinds()[j%3], Text: "Lời <i>trả lời</i>", Way: way, Own: j == 1,
					State: []desk.AnswerState{desk.AnswerGiven, desk.AnswerWaiting, desk.AnswerGiven, desk.AnswerRefused}[j], At: v.Due.Add(time.Duration(j-1) * time.Hour), Files: []desk.ID{v.Files[0].ID, v.Files[1].ID}})
			}
		}
		for j, s := range []desk.NoticeState{desk.NoticeWaiting, desk.NoticeSending, desk.NoticeUnknown, desk.NoticeSent, desk.NoticeFailed, desk.NoticeDropped, desk.LetterByHand} {
			kinds := []desk.LetterKind{desk.LetterAsk, desk.LetterHalf, desk.LetterDay, desk.LetterMoved, desk.LetterMoreYes, desk.LetterMoreNo, desk.LetterLink, desk.LetterNoLonger}
			whys := []string{"", desk.WhyTemporary, desk.WhyUnknown, desk.WhyAuth, desk.WhyGone, desk.WhySuperseded, desk.WhyRefused}
			v.Letters = append(v.Letters, desk.Letter{Kind: kinds[(i+j)%len(kinds)], State: s, Why: whys[j], Made: testNow})
		}
		out = append(out, v)
	}
	return out
}

// requestSamples are the pages of bodies, calendars and requests.
func requestSamples(s *Site) map[string][]page {
	rs, b := sampleRequests(), sampleBody()
	claim := desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "Nước máy có độc", Lang: "vi", Harm: desk.HarmHigh}
	var one, link []page
	for i, r := range rs {
		one = append(one, requestPage{RequestView: r, May: i != 3, Relay: true, ClaimText: claim.Text, Problems: []string{"x"}[:i%2], Kinds: desk.AnswerKinds(), FormID: "0123456789abcdefghjkmnpqff"})
		link = append(link, bodyPage{RequestView: r, Link: "abc", Form: "0123456789abcdefghjkmnpqff", Kind: desk.AnswerText, Text: "…", Done: i == 0, Asked: i == 1, Problems: []string{"x"}[:i%2]})
	}
	title, text := s.Letter(desk.LetterAsk, rs[0])
	one = append(one, requestPage{RequestView: rs[0], May: true, Title: title, Text: text})
	link = append(link, bodyPage{Gone: true}, bodyPage{Gone: true, Text: "Lời"}, bodyPage{Gone: true, Reason: "Lời"})
	list := requestsPage{May: true, Open: rs, Inbox: []desk.StrayMail{{ID: "0123456789abcdefghjkmnpqm0", Text: "Thư", At: testNow, Own: true, Files: []desk.ID{"x"}}, {ID: "0123456789abcdefghjkmnpqm1", Text: "y", At: testNow}},
		RequestList: desk.RequestList{ToDo: rs[:1], Late: rs[2:4], Waiting: rs[1:2], Answered: rs[4:5], Ended: rs[5:]}}
	form := desk.NewRequest{ID: "0123456789abcdefghjkmnpqff", Body: b.ID, Question: "?", Plan: "!", Days: 5, Why: "Vì"}
	cal := desk.Calendar{ID: "0123456789abcdefghjkmnpqk0", Name: "Nghỉ riêng", Days: []desk.CalendarDay{{Date: "2026-11-28", Work: true, Title: "Làm bù"}, {Date: "2026-11-24", Title: "Nghỉ"}}}
	return map[string][]page{
		"desk/requests": {list, requestsPage{Relay: true}, requestsPage{Inbox: list.Inbox, May: true}},
		"desk/request":  one,
		"desk/ask-body": {askingPage{Claim: claim, Bodies: []desk.Body{b}, Form: form, Usual: 1, Problems: []string{"x"}}, askingPage{Claim: claim, Usual: 7, Relay: true, May: true},
			askingPage{Claim: claim, Form: form, Relay: true, Preview: &rs[1], Title: title, Text: text}, askingPage{Claim: claim, Form: form, Preview: &rs[0], Title: title, Text: text}},
		"desk/bodies": {bodiesPage{}, bodiesPage{Used: []desk.Body{b, {ID: "0123456789abcdefghjkmnpqb1", Names: "x", Kind: desk.BodyCompany}}, Removed: []desk.Body{b}, Calendars: []desk.Calendar{desk.Vietnam(), cal}, May: true, Form: b, Problems: []string{"x"}},
			bodiesPage{May: true, Form: desk.Body{Kind: desk.BodyInstitution}}},
		"desk/calendars": {calendarPage{Calendars: []desk.Calendar{desk.Vietnam(), cal}}, calendarPage{Calendars: []desk.Calendar{desk.Vietnam(), cal}, May: true, Can: true, ID: cal.ID, Name: cal.Name, Lines: dayLines(cal.Days),
			Read: &ReadCalendar{Days: cal.Days, Left: 2}, Saved: true, Moved: 1, Problems: []string{"x"}}, calendarPage{May: true}},
		"body-answer": link,
	}
}

// requestFamilies adds the keys that the pages of requests put together at run
// time.
func requestFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, s := range []desk.RequestStand{desk.StandUnsent, desk.StandWaiting, desk.StandLate, desk.StandVeryLate, desk.StandAnswered, desk.StandEnded} {
		add("stand.", "", string(s))
	}
	for _, k := range desk.BodyKinds() {
		add("body-kind.", "", string(k))
	}
	for _, k := range desk.AnswerKinds() {
		add("answer-kind.", "", string(k))
		add("answering.kind.", "", string(k))
	}
	for _, w := range []desk.AnswerWay{desk.WayPage, desk.WayMail, desk.WayHand} {
		add("answer-way.", "", string(w))
	}
	add("answer-state.", "", string(desk.AnswerWaiting), string(desk.AnswerRefused))
	for _, m := range []desk.MoreState{desk.MoreAsked, desk.MoreAccepted, desk.MoreDeclined} {
		add("more.", "", string(m))
		add("asked.more.", "", string(m))
		add("answering.more.", "", string(m))
	}
	for _, k := range []desk.LetterKind{desk.LetterAsk, desk.LetterHalf, desk.LetterDay, desk.LetterMoved, desk.LetterMoreYes, desk.LetterMoreNo, desk.LetterLink, desk.LetterNoLonger} {
		add("letter-kind.", "", string(k))
		add("letter.", ".title", string(k))
		add("letter.", ".text", string(k))
	}
	for _, s := range []desk.NoticeState{desk.NoticeWaiting, desk.NoticeSending, desk.NoticeUnknown, desk.NoticeSent, desk.NoticeFailed, desk.NoticeDropped, desk.LetterByHand} {
		add("letter-state.", "", string(s))
	}
	add("letter-why.", "", desk.WhyGone, desk.WhyRefused, desk.WhyTemporary, desk.WhyAuth, desk.WhyUnknown, desk.WhySuperseded)
	add("weekday.", "", "1", "2", "3", "4", "5", "6", "7")
}
