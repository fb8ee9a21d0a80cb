package web

import (
	"errors"
	"slices"
	"strings"

	"soi/internal/desk"
	"soi/internal/match"
)

// sourcePart is what a claim's page shows of its sources beyond the list: what
// counts as one source, which pieces look like copies, and what happens after
// publication.
type sourcePart struct {
	desk.SourcesPage
	Likely   []likely // pieces that nearly agree and are in no release together
	Gather   gatherForm
	Edit     evidenceForm // an edit that was refused
	Theirs   bool         // … because somebody else changed the source meanwhile
	Due      *desk.Expiring
	Looked   []desk.Rechecked // newest first
	Over     bool             // the date has passed
	Recheck  recheckForm
	Dead     []desk.Watched // links of this claim that failed or have gone
	Imported []importChangeView
}

// likely is a set of pieces that look like copies of one text.
type likely struct {
	Pieces []desk.Evidence
	Issuer string // of a release that one of them is in already
	ID     desk.ID
}

// gatherForm is the form that marks pieces as copies of one release.
type gatherForm struct {
	desk.Gather
	Problems []string
}

// Has reports whether a piece was ticked.
func (f gatherForm) Has(id desk.ID) bool { return slices.Contains(f.Evidence, id) }

// Sourcing offers what a template needs for one piece of evidence.
type sourcing struct {
	desk.Evidence
	Claim  desk.ID
	Issuer string // of the release it is a copy of
	Past   []desk.EvidenceWas
	May    bool
	Edit   bool // its form is open, with Form's content
	Form   evidenceForm
	Theirs bool
	Names  map[desk.ID]string
}

// Stances, Nearnesses and LangCodes are the choices of the form.
func (x sourcing) Stances() []desk.Stance       { return desk.Stances() }
func (x sourcing) Nearnesses() []desk.Nearness  { return desk.Nearnesses() }
func (x sourcing) LangCodes() []string          { return written() }
func (p claimPage) Nearnesses() []desk.Nearness { return desk.Nearnesses() }

// Sourcing is what the page shows of one piece.
func (p claimPage) Sourcing(e desk.Evidence) sourcing {
	x := sourcing{Evidence: e, Claim: p.Claim.ID, Past: p.Src.Before[e.ID], May: p.May.Cite, Form: evidenceForm{Evidence: e, Asked: true}, Names: p.Names}
	for _, r := range p.Src.Releases {
		if r.ID == e.Release {
			x.Issuer = r.Issuer
		}
	}
	if p.Src.Edit.ID == e.ID && e.ID != "" {
		x.Edit, x.Form, x.Theirs = true, p.Src.Edit, p.Src.Theirs
	}
	return x
}

// Groups are the sources of a document that several pieces repeat.
func groups(d desk.Document) []desk.SourceGroup {
	return slices.DeleteFunc(d.Sources(), func(g desk.SourceGroup) bool { return g.Release == nil })
}

// Groups are the releases among the claim's sources.
func (p sourcePart) Groups() []desk.SourceGroup { return groups(p.Doc) }

// Count is how many sources there are, releases counted once.
func (p sourcePart) Count() int { return len(p.Doc.Sources()) }

// sources fills in the part of a claim's page.
func (s *Site) sources(v *visit, p *claimPage) error {
	var err error
	if p.Src.SourcesPage, err = s.Desk.SourcesPage(v.Context(), v.actor(), p.Claim.ID); err != nil {
		return err
	}
	p.Independent = p.Src.Doc.Independent()
	p.Src.Likely = likelyCopies(p.Sources, p.Src.Releases)
	return s.afterwards(v, p)
}

// likelyCopies finds pieces whose words nearly agree, by the same runs of
// words that tell copies of one wire text in the press.
func likelyCopies(es []desk.Evidence, rs []desk.Release) []likely {
	docs := make([]match.Doc, len(es))
	for i, e := range es {
		docs[i] = match.Doc{Body: e.Quote, Claim: strings.Join(saidTexts(e.Says), "\n")}
		if len(strings.Fields(e.Quote)) < 8 { // a few words agree by chance
			docs[i].Body = ""
		}
	}
	var out []likely
	for _, group := range match.Copies(docs) {
		var l likely
		together := true
		for _, i := range group {
			l.Pieces = append(l.Pieces, es[i])
			together = together && es[i].Release != "" && es[i].Release == es[group[0]].Release
			for _, r := range rs {
				if r.ID == es[i].Release {
					l.Issuer, l.ID = r.Issuer, r.ID
				}
			}
		}
		if len(group) > 1 && !together {
			out = append(out, l)
		}
	}
	return out
}

// saidTexts are the texts of a Said.
func saidTexts(s desk.Said) []string {
	var out []string
	for _, n := range s.Notes() {
		out = append(out, n.Text)
	}
	return out
}

// editEvidence changes what a source says. Nothing typed is lost when somebody
// else changed it meanwhile: the form comes back with it, beside what stands.
func (s *Site) editEvidence(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	e := desk.Evidence{ID: desk.ID(v.PathValue("evidence")), Title: v.field("title"), Publisher: v.field("publisher"), Lang: v.field("lang"), Quote: v.field("quote"),
		Says: v.saidHere(), Stance: desk.Stance(v.field("stance")), Independent: v.field("independent") == "yes",
		Nearness: desk.Nearness(v.field("nearness")), Payer: v.field("payer"), Version: version}
	_, err = s.Desk.EditEvidence(v.Context(), v.actor(), id, e.ID, version, e)
	if err == nil {
		return v.toClaim(id, "#evidence"), nil
	}
	ps := v.words.problems(err)
	theirs := errors.Is(err, desk.ErrConflict)
	if len(ps) == 0 && !theirs {
		return answer{}, err
	}
	p, err := s.claimPage(v)
	if err != nil {
		return answer{}, err
	}
	if theirs {
		ps = []string{v.words.t("source.conflict")}
		for _, now := range p.Sources {
			if now.ID == e.ID {
				e.Version = now.Version // saving again is a decision made with both in sight
			}
		}
	}
	p.Src.Edit, p.Src.Theirs = evidenceForm{Evidence: e, Asked: true, Problems: ps}, theirs
	status := 422
	if theirs {
		status = 409
	}
	return show("desk/claim", p).as(status), nil
}

// gatherRelease marks pieces as copies of one release.
func (s *Site) gatherRelease(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	g := desk.Gather{Release: desk.ID(v.field("release")), Issuer: v.field("issuer"), Concerned: v.field("concerned") == "yes"}
	for _, e := range v.PostForm["piece"] {
		g.Evidence = append(g.Evidence, desk.ID(e))
	}
	_, err = s.Desk.GatherRelease(v.Context(), v.actor(), id, g)
	if err == nil {
		return v.toClaim(id, "#releases"), nil
	}
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	p, err := s.claimPage(v)
	p.Src.Gather = gatherForm{g, ps}
	return show("desk/claim", p).as(422), err
}

// partRelease says that a piece is no copy.
func (s *Site) partRelease(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Desk.PartRelease(v.Context(), v.actor(), id, desk.ID(v.PathValue("evidence"))); err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#evidence"), nil
}

// sourceRoutes are the pages about sources and about checks after
// publication.
func (s *Site) sourceRoutes() []route {
	evidence := "POST /desk/claims/{id}/evidence/{evidence}"
	return []route{
		{pattern: evidence + "/edit", audience: Staff, may: desk.MayCite, body: bodyForm, keep: []string{"title", "quote", "says-vi", "says-en"}, h: s.editEvidence},
		{pattern: evidence + "/part", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.partRelease},
		{pattern: "POST /desk/claims/{id}/release", audience: Staff, may: desk.MayCite, body: bodyForm, keep: []string{"issuer"}, h: s.gatherRelease},
		{pattern: "POST /desk/claims/{id}/recheck", audience: Staff, may: desk.MayDraft, body: bodySmall, keep: []string{"why"}, h: s.recheck},
		{pattern: "GET /desk/after", audience: Staff, may: desk.MayRead, h: s.after},
		{pattern: "POST /desk/after/link", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.lookAgain},
		{pattern: "POST /desk/after/imported/{id}", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.seeImport},
	}
}

// Counted tells the reviewer what readers will see counted as one source.
func (p reviewPage) Counted() sourceStand {
	return sourceStand{Pieces: len(p.Doc.Evidence), Sources: len(p.Doc.Sources()), Groups: groups(p.Doc)}
}
