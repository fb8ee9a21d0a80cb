package web

import (
	"encoding/json"
	"time"

	"soi/internal/desk"
)

// sampleDoc is a document with every part filled in.
func sampleDoc(rating desk.Rating, rev int) desk.Document {
	return desk.Document{
		Picture: true, Authenticity: desk.Authenticities(),
		Verdict: "0123456789abcdefghjkmnpqrs", Rev: rev, Rating: rating, Topic: "health", Body: "Bệnh viện X", Approvals: 2,
		Adopted: []desk.DocAdopted{{Desk: "huyen.example/exchange", Name: "Huyện", URL: "https://huyen.example/checks/x"}},
		Texts: []desk.Text{
			{Lang: "vi", Claim: "Uống nước chanh nóng chữa được ung thư.", Statement: "Nước chanh không chữa được ung thư.",
				Summary: "Chưa có nghiên cứu nào trên người.", Body: "Một.\n\nHai.", Unknown: "Một số hợp chất đang được nghiên cứu."},
			{Lang: "en", Claim: "Hot lemon water cures cancer.", Statement: "Lemon water does not cure cancer.", Summary: "No study in people.", Body: "One."},
		},
		Evidence: []desk.DocEvidence{
			{URL: "https://example.org/a", Title: "A study", Publisher: "A journal", Lang: "en", Quote: "No effect.", Says: "Không thấy tác dụng.", Stance: desk.Refutes, Independent: true, Seen: "2026-11-02"},
			{URL: "https://example.org/b", Title: "Thông cáo", Stance: desk.Context, Seen: "2026-11-03"},
			{URL: "https://example.org/c", Title: "Bài ủng hộ", Stance: desk.Supports, Independent: true, Seen: "2026-11-03"},
		},
	}
}

// sampleRevisions is a check that was published, corrected, withdrawn and
// restored, newest first; rating is that of the newest.
func sampleRevisions(rating desk.Rating) []desk.Revision {
	at := func(days int) time.Time { return testNow.AddDate(0, 0, -days) }
	first, second := sampleDoc(desk.RatingHalfTrue, 1), sampleDoc(desk.RatingFalse, 2)
	second.Texts[0].Summary = "Chưa có nghiên cứu nào cho thấy điều đó."
	second.Evidence = second.Evidence[1:]
	note := []desk.Note{{Lang: "vi", Text: "Chúng tôi đã bỏ một nguồn."}, {Lang: "en", Text: "We removed a source."}}
	gone := desk.Document{Verdict: first.Verdict, Rev: 3, Kind: desk.KindWithdraw, Reason: desk.ReasonSource, Notes: note}
	second.Notes = note
	last := sampleDoc(rating, 4)
	last.Notes = note
	return []desk.Revision{
		{Verdict: first.Verdict, Rev: 4, Kind: desk.KindRestore, Reason: desk.ReasonSource, Rating: rating, LogIndex: 40, At: at(0), Hash: []byte{4}, Doc: last},
		{Verdict: first.Verdict, Rev: 3, Kind: desk.KindWithdraw, Reason: desk.ReasonSource, LogIndex: 30, At: at(1), Hash: []byte{3}, Doc: gone},
		{Verdict: first.Verdict, Rev: 2, Kind: desk.KindCorrect, Reason: desk.ReasonFactual, Rating: desk.RatingFalse, LogIndex: 20, At: at(2), Hash: []byte{2}, Doc: second},
		{Verdict: first.Verdict, Rev: 1, Kind: desk.KindPublish, Rating: desk.RatingHalfTrue, LogIndex: 10, At: at(3), Hash: []byte{1}, Doc: first},
	}
}

// sampleCards is a card for every rating and one of another publisher.
func sampleCards() []card {
	var out []card
	for _, r := range append(desk.Ratings(), "") {
		rev := sampleRevisions(r)[0]
		c := cardOf("vi", rev)
		c.Reasons = []string{"7 trong 9 từ giống nhau", "cùng con số 30"}
		out = append(out, c)
	}
	return append(out, importedCard(desk.Imported{ID: "0123456789abcdefghjkmnpqrt", URL: "https://www.example.org/x", Site: "https://example.org",
		Published: testNow, Lang: "en", Claim: "Claim", Rating: "Pants on fire"}),
		importedCard(desk.Imported{ID: "0123456789abcdefghjkmnpqrv", URL: "https://example.org/y", Publisher: "Báo Y", Claim: "Claim", Title: "Title"}))
}

// sampleChecks is a check page for every revision and rating, one language
// only, and erased.
func sampleChecks() []page {
	var out []page
	for _, r := range desk.Ratings() {
		for at := range 4 {
			p := checkOf("vi", sampleRevisions(r), at)
			p.Stand = sampleStand()
			p.ShareText, p.ShareURL = "Sai: x", "https://desk.example/vi/checks/x"
			p.ld = json.RawMessage(`{"@type":"ClaimReview","x":"\u003c/script\u003e"}`)
			out = append(out, p)
		}
	}
	foreign := sampleRevisions(desk.RatingTrue)[3:]
	foreign[0].Doc.Texts = foreign[0].Doc.Texts[1:]
	erased := []desk.Revision{{Verdict: foreign[0].Verdict, Rev: 1, Kind: desk.KindPublish, Rating: desk.RatingTrue, At: testNow, Erased: true}}
	whole := []desk.Revision{{Verdict: foreign[0].Verdict, Rev: 2, Kind: desk.KindWithdraw, Reason: desk.ReasonLegal, At: testNow, Erased: true,
		Doc: desk.Document{Kind: desk.KindWithdraw, Erases: []int{1}, Notes: []desk.Note{{Lang: "vi", Text: "x"}}}}, erased[0]}
	return append(out, checkOf("vi", foreign, 0), checkOf("en", foreign, 0), checkOf("vi", erased, 0), checkOf("vi", whole, 0))
}

// publicSamples are the pages of the public site.
func publicSamples(*Site) map[string][]page {
	cards := sampleCards()
	note := troublePage{Code: "limit", Status: 429, Title: "T", Text: "x", Do: "y", Retry: 30, Problems: []string{"p"}}
	var later []changed
	for _, k := range append(laterKinds(), desk.KindPublish) {
		c := changed{card: cards[0], Number: 2, Note: "Vì sao", Reason: desk.ReasonFactual}
		c.Kind = k
		later = append(later, c)
	}
	answerFor := func(state string, others int, c card) page {
		return answerPage{State: state, Code: "HN7-4KQ-2RTX", Text: "tin đã gửi", Received: testNow, Others: others, Card: c, Options: cards[:3], Named: sampleListed()[:2], Places: true}
	}
	theirs := cards[len(cards)-2:]
	return map[string][]page{
		"trouble": {note, troublePage{Code: "invalid", Status: 422, Title: "T", Text: "x", Do: "y", Problems: []string{"a", "b"}, Kept: []kept{{"text", "abc"}}, Desk: true}},
		"about":   {aboutPage{Steps: []said{{"a", "b"}}, Promises: []said{{"c", "d"}}, Ratings: desk.Ratings()}},
		"privacy": {privacyPage{[]said{{"a", "b"}}}},
		"ask": {askPage{Form: newForm(), Challenge: "c", Worker: "/static/work.js", Latest: cards}, askPage{},
			askPage{Text: "giữ lại", Notice: &note, Most: 20000}, askPage{Text: "giữ lại", Notice: &troublePage{Title: "T", Text: "x", Retry: 3}}, askPage{Notice: &note}},
		"answer": {answerFor(stateKnown, 0, cards[0]), answerFor(stateImported, 0, theirs[0]), answerFor(stateImported, 0, theirs[1]),
			answerFor(statePerhaps, 0, card{}), answerFor(stateNew, 0, card{}), answerFor(stateNew, 1, card{}),
			answerFor(stateNew, 1234, card{}), answerFor(stateClosed, 0, card{}), answerPage{State: stateNew}},
		"ticket":      {ticketPage{}, ticketPage{Code: "x", Unknown: true}},
		"checks":      {checksPage{Topics: desk.Topics(), Ratings: desk.Ratings(), List: cards, Older: "/o", Newer: "/n"}, checksPage{Filter: checksFilter{Topic: "food", Rating: "true"}, Topics: desk.Topics(), Ratings: desk.Ratings()}},
		"corrections": {correctionsPage{List: later, Older: "/o"}, correctionsPage{}},
		"search":      {searchPage{}, searchPage{Query: "chanh", List: cards}, searchPage{Query: "chanh"}},
		"check":       sampleChecks(),
		"copy":        sampleCopyPages(false),
		"ways":        {waysPage{Bookmark: bookmark("https://desk.example/vi/"), Snippet: "<iframe>", Box: "https://desk.example/vi/embed/ask"}},
		"embed/check": sampleEmbeds(), "embed/topic": {embedTopicPage{Topic: "food", List: cards, Home: "/x"}, embedTopicPage{}},
		"embed-how": {embedHowPage{Topics: desk.Topics(), Check: "x", Wrong: true}, embedHowPage{Title: "T", All: []snippet{{Name: "check", See: "/x", HTML: "<iframe>"}}}},
		"offline":   {offlinePage{}}, "helped": {helpedPage{Path: "/checks/x", Yes: true}, helpedPage{Path: "/checks/x", Mail: true}},
		"embed/ask": {embedPage{askPage{Form: newForm(), Challenge: "c", Worker: "/static/work.js"}}},
		"log":       {logPage{}, logPage{Size: 1500, VKey: "k", Proves: []said{{"a", "b"}}, Not: []string{"x"}, List: later, Newer: "/n"}},
	}
}

// sampleEmbeds are cards of a check in every state it may be embedded in.
func sampleEmbeds() []page {
	all := sampleRevisions(desk.RatingFalse)
	return []page{embedCheckPage{checkOf("vi", all, 0), "/x"}, embedCheckPage{checkOf("en", all[1:], 0), "/x"}, embedCheckPage{checkPage{Erased: true}, "/x"}}
}
