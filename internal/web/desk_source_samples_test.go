package web

import (
	"time"

	"soi/internal/desk"
)

// sampleGrouped is a document of which two pieces repeat one release.
func sampleGrouped() desk.Document {
	return desk.Document{Body: "Cục Đê điều", Releases: []desk.DocRelease{{Issuer: "Cục Đê điều", Concerned: true}}, Evidence: []desk.DocEvidence{
		{URL: "https://a.example/", Title: "A", Stance: desk.Refutes, Release: 1, Nearness: desk.Secondary},
		{URL: "https://b.example/", Title: "B", Stance: desk.Refutes, Release: 1, Payer: "Một công ty"},
		{URL: "https://c.example/", Title: "C", Stance: desk.Refutes, Independent: true, Nearness: desk.Primary}}}
}

// sampleWatched is a link for each trouble, every other one held to have gone.
func sampleWatched() []desk.Watched {
	var out []desk.Watched
	for i, t := range desk.LinkTroubles() {
		w := desk.Watched{URL: "https://example.org/" + string(t), Trouble: t, Fails: 3}
		if i%2 == 0 {
			w.Gone = testNow
		}
		out = append(out, w)
	}
	return out
}

// sampleImportChange is a change of rating and text.
func sampleImportChange() importChangeView {
	return importChangeView{ImportChange: desk.ImportChange{ID: "0123456789abcdefghjkmnpqr1", At: testNow, Was: desk.ImportText{Rating: "False", Title: "A b", Claim: "x y"},
		Now: desk.ImportText{Rating: "True", Title: "A c", Claim: "x z"}, Tips: 2, Claims: []desk.ID{"0123456789abcdefghjkmnpqrs"}},
		Check: desk.Imported{URL: "https://fact.example/1", Publisher: "A newsroom"}, Title: diffWords("A b", "A c"), Text: diffWords("x y", "x z")}
}

// withSources fills in the part of a claim's page about sources.
func withSources(p *claimPage) {
	staff := sampleStaff()
	e := desk.Evidence{ID: "0123456789abcdefghjkmnpqr2", URL: "https://b.example/", Title: "B", Stance: desk.Context, Nearness: desk.Secondary, Payer: "Một công ty", Release: "r", Version: 2}
	p.Sources = append(p.Sources, e)
	p.Src.Doc = sampleGrouped()
	p.Src.Releases = []desk.Release{{ID: "r", Issuer: "Cục Đê điều"}}
	p.Src.Before = map[desk.ID][]desk.EvidenceWas{e.ID: {{Evidence: desk.Evidence{Title: "Old", Publisher: "P", Stance: desk.Supports, Quote: "q", Says: "s", Payer: "C", Nearness: desk.Primary}, Until: testNow, UntilBy: staff[1].ID}}}
	p.Src.Likely = []likely{{Pieces: p.Sources, Issuer: "Cục Đê điều", ID: "r"}, {Pieces: []desk.Evidence{{ID: "0123456789abcdefghjkmnpqr3", Title: "C"}}}}
	p.Src.Gather = gatherForm{desk.Gather{Release: "r", Issuer: "X", Concerned: true, Evidence: []desk.ID{e.ID}}, []string{"x"}}
	p.Src.Edit, p.Src.Theirs = evidenceForm{Evidence: e, Problems: []string{"x"}}, true
	p.Src.Imported = []importChangeView{sampleImportChange()}
	if p.Claim.State == desk.ClaimPublished {
		p.Src.Due = &desk.Expiring{Claim: p.Claim, Due: testNow, Why: desk.WhySet, Set: desk.RecheckDate{Why: "Vì sao", By: staff[1].ID}}
		p.Src.Looked, p.Src.Over = []desk.Rechecked{{At: testNow, By: staff[1].ID}}, true
		p.Src.Recheck = recheckForm{Date: "2026-12-01", Why: "x", Never: true, Problems: []string{"x"}}
		p.Src.Dead = sampleWatched()
	}
}

// sampleAfter is the list of what wants a look, full and empty.
func sampleAfter() []page {
	p := afterPage{May: rights{true, true, true, true}, Later: 3, Never: 1, Imported: []importChangeView{sampleImportChange()}}
	for i, why := range []desk.RecheckWhy{desk.WhyHealth, desk.WhyDisaster, desk.WhyYear, desk.WhySet} {
		c := desk.Claim{ID: "0123456789abcdefghjkmnpqrs", Text: "Nước chanh", State: desk.ClaimPublished, Rating: desk.RatingFalse}
		x := expiringRow{desk.Expiring{Claim: c, Settled: testNow, Due: testNow, Why: why, Set: desk.RecheckDate{Why: "Vì sao"}}, i}
		p.Over, x.Seen = append(p.Over, x), testNow
		p.Soon = append(p.Soon, x)
	}
	for _, w := range sampleWatched() {
		p.Links = append(p.Links, deadLink{w, []desk.Claim{p.Over[0].Claim}})
	}
	return []page{p, afterPage{}}
}

// sampleStand is how the sources of a public check stand.
func sampleStand() sourceStand {
	d := sampleGrouped()
	return sourceStand{Pieces: 3, Sources: 2, Groups: groups(d), Looked: testNow.Add(-time.Hour),
		Dead: []deadSource{{desk.DocEvidence{Title: "C", ArchivedSHA256: "00"}, testNow}, {desk.DocEvidence{Title: "D"}, testNow}}}
}

// sourceFamilies are the keys that are made of codes.
func sourceFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, n := range desk.Nearnesses() {
		add("nearness.", "", string(n))
	}
	for _, t := range desk.LinkTroubles() {
		add("link.trouble.", "", string(t))
	}
	for _, w := range []desk.RecheckWhy{desk.WhyHealth, desk.WhyDisaster, desk.WhyYear, desk.WhySet} {
		add("recheck.why.", "", string(w))
	}
}
