package web

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

// explainerSamples are the pages of explainers, public and of staff, and pages
// that offer or link them.
func explainerSamples() map[string][]page {
	id := desk.ID("0123456789abcdefghjkmnpqrs")
	card := explainerCard{ID: id, Lang: "vi", Title: "Lừa trúng thưởng", Summary: "b", Topic: "scam", At: testNow, Because: []string{"nhận thưởng", "<b>trúng</b>"}}
	text := desk.ExplainerText{Lang: "vi", Title: "Lừa trúng thưởng", Summary: "<i>b</i>", Body: "c\n\nd"}
	doc := desk.ExplainerDoc{Explainer: id, Rev: 2, Topic: "scam", Texts: []desk.ExplainerText{text}, Sources: []desk.ExplainerSource{{URL: "https://example.org/", Title: "A law", Publisher: "A gazette"}},
		Words: []string{"trúng thưởng", "nhận quà"}, Notes: []desk.Note{{Lang: "vi", Text: "Thêm nguồn."}}}
	ended := doc
	ended.Withdrawn, ended.Texts = true, nil
	past := []explainerPast{{2, testNow, "Thêm nguồn.", true}, {1, testNow, "", false}}
	form := deskExplainerPage{Explainer: desk.Explainer{ID: id, Topic: "scam", Rev: 2, Version: 4, Returned: "Thiếu nguồn."}, Texts: []desk.ExplainerText{text, {Lang: "en"}},
		Lines: "https://example.org/ | A law", Phrases: "trúng thưởng", Notes: map[string]string{"vi": "x"}, Draft: true, Saved: true, Stale: true, Problems: []string{"y"}}
	fresh := form
	fresh.Explainer, fresh.Saved, fresh.Stale = desk.Explainer{}, false, false
	waits := deskExplainerPage{Explainer: desk.Explainer{ID: id, Pending: []byte("{}")}, Waiting: &doc, Hash: "00", Review: true, Reasons: "z"}
	own := waits
	own.Review, own.Own, own.Waiting = false, true, &ended
	rows := []explainerRow{{desk.Explainer{ID: id, Changed: testNow}, "a"}, {desk.Explainer{ID: id, Rev: 1, Changed: testNow}, "b"}, {desk.Explainer{ID: id, Rev: 2, Withdrawn: testNow}, "c"}, {desk.Explainer{ID: id, Pending: []byte("{}")}, "d"}}
	return map[string][]page{
		"explainers":      {explainersPage{}, explainersPage{All: []explainerCard{card}}},
		"explainer":       {explainerPage{ID: id, Text: text, Doc: doc, Foreign: true, History: past}, explainerPage{ID: id, Doc: ended, Withdrawn: true, Note: "e", History: past}},
		"desk/explainers": {deskExplainersPage{}, deskExplainersPage{All: rows, May: true}},
		"desk/explainer":  {form, fresh, waits, own},
		"answer":          {answerPage{State: stateNew, Explainers: []explainerCard{card}}},
		"desk/claim":      {claimPage{ClaimView: desk.ClaimView{Claim: desk.Claim{ID: id, State: desk.ClaimOpen, Lang: "vi"}}, Explainers: claimExplainers{Linked: []explainerCard{card}, Others: []explainerCard{card}, May: true}}},
	}
}

// Sources go through the field and come back.
func TestSourcesOfAnExplainerInAField(t *testing.T) {
	ss := []desk.ExplainerSource{{URL: "https://example.org/a", Title: "A law", Publisher: "A gazette"}, {URL: "https://example.org/b", Title: "A study"}}
	if d := cmp.Diff(ss, parseSources(explainerLines(ss))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := parseSources("\n  \n https://example.org |x| y | z \n"); !slices.Equal(got, []desk.ExplainerSource{{URL: "https://example.org", Title: "x", Publisher: "y | z"}}) {
		t.Errorf("%+v", got)
	}
}
