package web

import (
	"testing"

	"soi/internal/desk"
)

// practiceSamples are the pages of practice: begun, done, a case of each kind
// of answer, the form for a case.
func practiceSamples() map[string][]page {
	text := desk.CaseText{Title: "Năm báo, mấy nguồn?", Told: "a\n\nb", Ask: "Mấy nguồn?", Lesson: "Đếm nơi bắt đầu.",
		Table:   desk.CaseFigures{Caption: "c", Head: []string{"d", "e"}, Rows: [][]string{{"1", "<b>2</b>"}}},
		Choices: []desk.CaseChoice{{Says: "Năm", Why: "Không."}, {Says: "Một", Why: "Đúng."}}}
	row := func(try desk.PracticeTry) caseRow { return caseRow{"one-release", "Năm báo", "vi", 2, try} }
	full := practicePage{Shared: true, Make: true, Done: 3, Right: 1, All: 40, Next: "one-release", Others: []sharedRow{{"Someone", 40, 31}}}
	for _, k := range desk.CaseKinds() {
		full.Kinds = append(full.Kinds, caseKind{Kind: k, Done: 2, Cases: []caseRow{row(desk.PracticeTry{}), row(desk.PracticeTry{Tries: 1, FirstRight: true}),
			row(desk.PracticeTry{Tries: 2, LastRight: true}), row(desk.PracticeTry{Tries: 1})}})
	}
	asked := casePage{PracticeCase: desk.PracticeCase{ID: "one-release", Kind: desk.CaseTable, Minutes: 1, Right: []int{2}}, Told: text, Lang: "vi", Problems: []string{"x"},
		Choices: []caseChoice{{text.Choices[0], 1, false, false}, {text.Choices[1], 2, false, true}}}
	missed, solved := asked, asked
	missed.Answered, missed.Next, missed.Problems, missed.Choices = true, "two", nil, []caseChoice{{text.Choices[0], 1, true, false}, {text.Choices[1], 2, false, true}}
	solved.Answered, solved.Solved, solved.Retire, solved.Retired, solved.Problems = true, true, true, testNow, nil
	several := asked
	several.Right, several.Retire = []int{1, 2}, true
	text.Choices = append(text.Choices, desk.CaseChoice{}, desk.CaseChoice{})
	return map[string][]page{"desk/practice": {practicePage{}, full}, "desk/case": {asked, missed, solved, several},
		"desk/new-case": {newCasePage{Claim: desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "x", Lang: "vi"}, Text: text, Minutes: 2, Right: []int{2}, Problems: []string{"y"}}}}
}

// A case is suggested from what was decided: the rating first, other ratings
// beside it, and the published words as the reason.
func TestACaseIsSuggestedFromWhatWasDecided(t *testing.T) {
	w := testSite(t).books["vi"]
	published := desk.ClaimView{Claim: desk.Claim{Text: "Nước chanh chữa ung thư", State: desk.ClaimPublished, Rating: desk.RatingFalse},
		Revisions: []desk.Revision{{Doc: desk.Document{Texts: []desk.Text{{Lang: "en", Statement: "It does not."}, {Lang: "vi", Statement: "Nước chanh không chữa được.", Summary: "Đã thử."}}}}}}
	p := caseFrom(w, published)
	if c := p.Text.Choices; len(c) != caseChoices || c[0].Says != "Sai" || c[0].Why != "Nước chanh không chữa được. Đã thử." || c[1].Says == "" || c[1].Says == "Sai" || c[2].Why == "" || c[3].Says != "" {
		t.Errorf("published: %+v", c)
	}
	p = caseFrom(w, desk.ClaimView{Claim: desk.Claim{Text: "Cầu xấu", State: desk.ClaimClosed}})
	if c := p.Text.Choices; c[0].Says != w.t("state.closed") || c[0].Why != w.t("practice.why-closed") {
		t.Errorf("closed: %+v", c)
	}
	if got := shorten("một hai ba bốn năm", 10); got != "một hai…" {
		t.Errorf("%q", got)
	}
}
