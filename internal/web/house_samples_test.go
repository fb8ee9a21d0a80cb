package web

import (
	"time"

	"soi/internal/desk"
)

// houseSamples are the pages that lead through the archive, those about the
// desk itself and those of the bodies it asks.
func houseSamples() map[string][]page {
	id := desk.ID("0123456789abcdefghjkmnpqrs")
	cards := sampleCards()
	open := []question{{"Ao làng mọc <b>sen đen</b>?", "vi", "daily", desk.BandFew, testNow}, {"Is it so?", "en", "", desk.BandTens, testNow}}
	items := []browseItem{{"/topics/health", "Sức khỏe", 12}, {"/topics/food", "Ăn uống", 0}}
	asked := sampleDoc(desk.RatingTrue, 1).Asked
	asked = append(asked, desk.DocAsked{Body: "Cục Đê điều", Lang: "vi", Question: "Đê có vỡ không?", Asked: "2026-11-02", Due: "2026-11-05", Silent: true})
	rec := desk.BodyRecord{Body: desk.Body{ID: id, Names: desk.Say(desk.Note{Lang: "vi", Text: "Cục Đê điều"})}, Asked: 3, InTime: 1, Late: 1, Silent: 1, Median: 50 * time.Hour}
	part := desk.StandingPart{Point: "payers", Lang: "vi", Text: "Quỹ.\n\nHai <i>quỹ</i>."}
	doc := desk.StandingDoc{Page: "funding", Rev: 2, Parts: []desk.StandingPart{part}, Notes: []desk.Note{{Lang: "vi", Text: "Thêm"}}}
	form := institutionForm{StandingPage: desk.StandingPage{Word: "funding", Rev: 1, Version: 3, Returned: "Thiếu"}, Draft: true, Saved: true, Stale: true, Problems: []string{"p"},
		Fields: []standingField{{"payers", "vi", "Quỹ"}, {"payers", "en", ""}}, Notes: map[string]string{"vi": "n"}}
	waits := institutionForm{StandingPage: desk.StandingPage{Word: "funding"}, Waiting: &doc, Hash: "00", Review: true, Notes: map[string]string{}}
	own := waits
	own.Review, own.Own = false, true
	in := desk.Institution{Missing: 1, Checks: 3, Sourced: 2, Newest: 3, Pages: []desk.InstitutionPage{
		{StandingPage: desk.StandingPage{Word: "team"}, Points: []desk.InstitutionPoint{{Point: "people", Missing: []string{"vi", "en"}}, {Point: "decide", Public: []string{"vi"}}}},
		{StandingPage: desk.StandingPage{Word: "funding", Rev: 2}}, {StandingPage: desk.StandingPage{Word: "contact", Pending: []byte("{}")}}}}
	claim := desk.Claim{ID: id, State: desk.ClaimOpen, Text: "mới", Typed: true, Version: 2}
	onSite := func(c claimSite) page {
		return claimPage{ClaimView: desk.ClaimView{Claim: claim}, Site: c}
	}
	places := []placeChoice{{"hue", "Huế", true}, {"ha-noi", "Hà Nội", false}}
	facets := []facet{{"rating", []option{{"false", "Sai", 3, true, "/search"}}}, {"place", []option{{"hue", "Huế", 1, false, "/search?place=hue"}}}}
	past := []explainerPast{{2, testNow, "Thêm", false}, {1, testNow, "", false}}
	return map[string][]page{
		"browse":           {browsePage{What: "topics", Items: items}, browsePage{What: "places"}},
		"subject":          {subjectPage{What: "topics", Code: "health", Name: "Sức khỏe", Questions: open, Explainers: []explainerCard{{ID: id, Lang: "vi", Title: "T"}}, N: 2, List: cards, Feed: "/f", Older: "/o"}, subjectPage{What: "places", Code: "hue", Name: "Huế", Feed: "/f"}},
		"archive":          {archivePage{}, archivePage{[]archiveYear{{2026, 3, items}}}},
		"month":            {monthPage{Month: 11, Year: 2026, N: 2, List: cards, Newer: "/n"}},
		"search":           {searchPage{Query: "chanh", Asked: true, Facets: facets, N: 2, List: cards, Theirs: cards[len(cards)-2:], Feed: "/f", Clear: "/c", Older: "/o"}, searchPage{Asked: true, Facets: facets}},
		"ask":              {askPage{Questions: open, Corrected: []changed{{card: cards[0]}}}},
		"asked-bodies":     {askedBodiesPage{}, askedBodiesPage{[]desk.BodyRecord{rec, {Body: rec.Body, Asked: 1, Waiting: 1}}}},
		"asked-body":       {askedBodyPage{BodyRecord: rec, Name: "Cục", Said: []bodySaid{{"/checks/x", "vi", "T", asked}}}, askedBodyPage{Name: "Cục"}},
		"standing":         {standingPage{Word: "funding"}, standingPage{Word: "funding", Rev: 1, Newest: 2, Parts: doc.Parts, History: past}},
		"desk/institution": {institutionHome{in}, institutionHome{}},
		"desk/standing":    {form, waits, own},
		"desk/claim": {onSite(claimSite{Claim: claim, Question: &desk.Question{Text: "cũ", Lang: "vi"}, Typed: true, MayList: true, May: true, Places: places}),
			onSite(claimSite{Claim: claim, Typed: true, Own: true, May: true, Places: places}), onSite(claimSite{Claim: claim})},
	}
}

// houseFamilies adds the keys that these pages put together at run time.
func houseFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, b := range desk.Bands() {
		add("asks.", "", string(b))
	}
	for _, p := range desk.StandingPlans() {
		add("standing.", "", p.Word)
		add("standing.", ".lead", p.Word)
		add("standing-point.", "", p.Points...)
		add("standing-point.", ".help", p.Points...)
	}
	add("facet.", "", facetNames()...)
	add("claim-kind.", "", claimKinds()...)
	for _, x := range []string{"topics", "places"} {
		add(x, ".title", "")
		add(x, ".lead", "")
		add(x, ".none", "")
		add(x, ".about", "")
	}
}
