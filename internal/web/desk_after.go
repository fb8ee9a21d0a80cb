package web

import (
	"slices"
	"time"

	"soi/internal/desk"
)

// recheckForm is the form of another date for looking at a check again.
type recheckForm struct {
	Date, Why string
	Never     bool
	Problems  []string
}

// importChangeView is a change of an imported check, with the check and where
// it differs.
type importChangeView struct {
	desk.ImportChange
	Check       desk.Imported
	Title, Text []span // what went and came
}

// afterPage lists what wants a look after publication.
type afterPage struct {
	May      rights
	Over     []expiringRow // overdue, the longest first
	Soon     []expiringRow // due within 30 days
	Later    int           // checks due later
	Never    int           // checks that are never due
	Links    []deadLink
	Imported []importChangeView
	Names    map[desk.ID]string
}

// expiringRow is one check of the list.
type expiringRow struct {
	desk.Expiring
	Days int // overdue by, or left
}

// deadLink is a link that failed, with the claims that cite it.
type deadLink struct {
	desk.Watched
	Claims []desk.Claim
}

// head implements page.
func (p afterPage) head(w *words) head {
	return head{Title: w.t("after.title"), Section: "desk", Private: true}
}

// soon is how far ahead the list of what comes due looks.
const soon = 30 * 24 * time.Hour

// after shows what wants a look after publication: checks to look at again,
// links that have gone, imported checks that changed.
func (s *Site) after(v *visit) (answer, error) {
	a := v.actor()
	p := afterPage{May: rights{a.May(desk.MayAssess), a.May(desk.MayCite), a.May(desk.MayDraft), a.May(desk.MayReview)}}
	es, err := s.Desk.Expiring(v.Context(), a)
	if err != nil {
		return answer{}, err
	}
	now := s.Desk.Now()
	for _, e := range es {
		switch left := e.Due.Sub(now); {
		case e.Due.IsZero():
			p.Never++
		case left < 0:
			p.Over = append(p.Over, expiringRow{e, int(-left / (24 * time.Hour))})
		case left < soon:
			p.Soon = append(p.Soon, expiringRow{e, int(left/(24*time.Hour)) + 1})
		default:
			p.Later++
		}
	}
	links, claims, err := s.Desk.GoneLinks(v.Context(), a)
	if err != nil {
		return answer{}, err
	}
	for _, w := range links {
		if len(claims[w.URL]) > 0 {
			p.Links = append(p.Links, deadLink{w, claims[w.URL]})
		}
	}
	slices.SortStableFunc(p.Links, func(a, b deadLink) int { // those that have gone first
		switch {
		case a.Gone.IsZero() == b.Gone.IsZero():
			return 0
		case a.Gone.IsZero():
			return 1
		}
		return -1
	})
	p.Imported, err = s.importChanges(v, desk.ImportChangeFilter{Open: true})
	return show("desk/after", p), err
}

// importChanges reads changes and draws where they differ.
func (s *Site) importChanges(v *visit, f desk.ImportChangeFilter) ([]importChangeView, error) {
	cs, of, err := s.Desk.ImportChanges(v.Context(), v.actor(), f)
	var out []importChangeView
	for _, c := range cs {
		out = append(out, importChangeView{ImportChange: c, Check: of[c.Imported], Title: diffWords(c.Was.Title, c.Now.Title), Text: diffWords(c.Was.Claim, c.Now.Claim)})
	}
	return out, err
}

// afterwards fills in what a claim's page shows of the time after publication.
func (s *Site) afterwards(v *visit, p *claimPage) error {
	var err error
	if p.Src.Imported, err = s.importChanges(v, desk.ImportChangeFilter{Claim: p.Claim.ID}); err != nil {
		return err
	}
	p.Src.Imported = slices.DeleteFunc(p.Src.Imported, func(c importChangeView) bool { return !c.Seen.IsZero() })
	if p.Claim.State != desk.ClaimPublished {
		return nil
	}
	due, seen, err := s.Desk.RecheckPage(v.Context(), v.actor(), p.Claim.ID)
	if err != nil {
		return err
	}
	p.Src.Due, p.Src.Looked, p.Src.Over = &due, seen, due.Over(s.Desk.Now())
	links, claims, err := s.Desk.GoneLinks(v.Context(), v.actor())
	for _, w := range links {
		if slices.ContainsFunc(claims[w.URL], func(c desk.Claim) bool { return c.ID == p.Claim.ID }) {
			p.Src.Dead = append(p.Src.Dead, w)
		}
	}
	return err
}

// recheck records that a check is still right, or sets another date.
func (s *Site) recheck(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	var f recheckForm
	if v.field("do") == "right" {
		if v.field("opened") != "yes" {
			f.Problems = []string{v.words.t("recheck.say-opened")}
		} else if rev, revErr := v.version(); revErr != nil {
			return answer{}, revErr
		} else {
			err = s.Desk.Recheck(v.Context(), v.actor(), id, int(rev))
		}
	} else {
		f = recheckForm{Date: v.field("date"), Why: v.field("why"), Never: v.field("never") == "yes"}
		var due time.Time
		if !f.Never {
			if due, err = time.ParseInLocation("2006-01-02", f.Date, v.words.zone); err != nil {
				f.Problems, err = []string{v.words.t("problem.bad-recheck")}, nil
			}
		}
		if len(f.Problems) == 0 {
			err = s.Desk.SetRecheck(v.Context(), v.actor(), id, due, f.Why)
		}
	}
	if err == nil && len(f.Problems) == 0 {
		return v.toClaim(id, "#after"), nil
	}
	f.Problems = append(f.Problems, v.words.problems(err)...)
	if len(f.Problems) == 0 {
		return answer{}, err
	}
	p, err := s.claimPage(v)
	p.Src.Recheck = f
	return show("desk/claim", p).as(422), err
}

// lookAgain has a link looked at in the next round.
func (s *Site) lookAgain(v *visit) (answer, error) {
	if err := s.Desk.LookAgain(v.Context(), v.actor(), v.field("url")); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/after") + "?asked=1#links"), nil
}

// seeImport records that somebody looked at the change of an imported check.
func (s *Site) seeImport(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Desk.SeeImportChange(v.Context(), v.actor(), id); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/after") + "#imported"), nil
}

// deadSource is a source of a public check that has gone.
type deadSource struct {
	desk.DocEvidence
	Since time.Time
}

// sourceStand is how the sources of a public check stand now: computed facts
// beside the reviewed text.
type sourceStand struct {
	Pieces, Sources int
	Groups          []desk.SourceGroup
	Dead            []deadSource
	Looked          time.Time // when somebody last looked at the check again
}

// Grouped reports whether several pieces count as one source.
func (x sourceStand) Grouped() bool { return len(x.Groups) > 0 }

// standOf reads how the sources of a document stand. Of an older revision only
// the groups are told.
func (s *Site) standOf(v *visit, p checkPage) (sourceStand, error) {
	x := sourceStand{Pieces: len(p.Doc.Evidence), Sources: len(p.Doc.Sources()), Groups: groups(p.Doc)}
	if p.Old() || p.Withdrawn {
		return x, nil
	}
	gone, err := s.Desk.GoneSources(v.Context(), p.Doc)
	if err != nil {
		return x, err
	}
	for _, e := range p.Doc.Evidence {
		if at, ok := gone[e.URL]; ok {
			x.Dead = append(x.Dead, deadSource{e, at})
		}
	}
	x.Looked, err = s.Desk.Looked(v.Context(), p.ID)
	return x, err
}
