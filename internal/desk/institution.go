package desk

import "context"

// Institution is how far the desk has said about itself what the principles
// that fact-checkers have agreed on ask for, and what its own records show. It
// is a help for writing, never a badge.
type Institution struct {
	Pages   []InstitutionPage
	Missing int // points that a page lacks in some language
	Checks  int // checks published in the last half year
	Sourced int // of the newest checks, those with two sources or more
	Newest  int // … of how many
}

// InstitutionPage is one standing page with how each of its points stands.
type InstitutionPage struct {
	StandingPage
	Points []InstitutionPoint
}

// InstitutionPoint is a point with the languages in which it is public, and
// those in which it is missing.
type InstitutionPoint struct {
	Point   string
	Public  []string
	Missing []string
}

// Institution looks at the standing pages and the published checks; below is
// the size of the signed log.
func (d *Desk) Institution(ctx context.Context, by Actor, below int64) (out Institution, err error) {
	pages, err := d.StandingPages(ctx, by)
	if err != nil {
		return out, err
	}
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		rs, err := tx.StandingRevisions(ctx, "")
		if err != nil {
			return err
		}
		public := map[string]StandingDoc{}
		for _, r := range rs {
			public[r.Word] = r.Doc
		}
		out = Institution{}
		for i, plan := range StandingPlans() {
			p := InstitutionPage{StandingPage: pages[i]}
			for _, point := range plan.Points {
				x := InstitutionPoint{Point: point}
				for _, l := range d.opts.Langs {
					if public[plan.Word].Text(point, l) != "" {
						x.Public = append(x.Public, l)
					} else {
						x.Missing = append(x.Missing, l)
					}
				}
				if len(x.Missing) > 0 {
					out.Missing++
				}
				p.Points = append(p.Points, x)
			}
			out.Pages = append(out.Pages, p)
		}
		return d.practiceOf(ctx, tx, below, &out)
	})
	return out, err
}

// practiceOf counts what the newest checks show of regular work and sources.
func (d *Desk) practiceOf(ctx context.Context, tx Tx, below int64, out *Institution) error {
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Newest: true, Limit: 100})
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Kind == KindWithdraw || r.Erased {
			continue
		}
		out.Newest++
		if len(r.Doc.Evidence) >= 2 {
			out.Sourced++
		}
	}
	since := d.Now().AddDate(0, -6, 0)
	first, err := tx.Revisions(ctx, RevisionFilter{Below: below, Kinds: []Kind{KindPublish}, Limit: 1000})
	for _, r := range first {
		if r.At.After(since) {
			out.Checks++
		}
	}
	return err
}
