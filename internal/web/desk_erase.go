package web

import "soi/internal/desk"

// erasePage is the form by which a whole check is erased.
type erasePage struct {
	Claim    desk.Claim
	Reason   desk.Reason
	Choices  []desk.Reason
	Notes    []desk.Note
	Sure     bool // what it is not for was read
	Problems []string
}

// head implements page.
func (erasePage) head(w *words) head {
	return head{Title: w.t("erase.title"), Section: "desk", Private: true}
}

// eraseRoutes are the routes of erasing a whole check.
func (s *Site) eraseRoutes() []route {
	return []route{
		{pattern: "GET /desk/claims/{id}/erase", audience: Staff, may: desk.MayDraft, h: s.eraseForm},
		{pattern: "POST /desk/claims/{id}/erase", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"note-vi", "note-en"}, h: s.eraseCheck},
	}
}

// eraseForm answers GET /desk/claims/{id}/erase.
func (s *Site) eraseForm(v *visit) (answer, error) {
	p, err := s.erasePage(v)
	if err != nil {
		return answer{}, err
	}
	return show("desk/erase", p), nil
}

// erasePage reads the check of the address.
func (s *Site) erasePage(v *visit) (erasePage, error) {
	id, err := v.id()
	if err != nil {
		return erasePage{}, err
	}
	c, err := s.Desk.ClaimPage(v.Context(), v.actor(), id)
	if err != nil {
		return erasePage{}, err
	}
	if c.Claim.State != desk.ClaimPublished && c.Claim.State != desk.ClaimWithdrawn || len(c.Revisions) == 0 || c.Revisions[0].Doc.Whole() {
		return erasePage{}, desk.ErrState
	}
	p := erasePage{Claim: c.Claim, Choices: desk.RedactReasons()}
	for _, l := range written() {
		p.Notes = append(p.Notes, desk.Note{Lang: l})
	}
	return p, nil
}

// eraseCheck answers POST /desk/claims/{id}/erase: the erasure goes to review.
func (s *Site) eraseCheck(v *visit) (answer, error) {
	p, err := s.erasePage(v)
	if err != nil {
		return answer{}, err
	}
	p.Reason, p.Sure = desk.Reason(v.field("reason")), v.field("sure") != ""
	for i, n := range p.Notes {
		p.Notes[i].Text = v.field("note-" + n.Lang)
	}
	if !p.Sure {
		p.Problems = []string{v.words.t("erase.sure.missing")}
		return show("desk/erase", p).as(422), nil
	}
	r, err := s.Desk.EraseCheck(v.Context(), v.actor(), desk.Erasure{Claim: p.Claim.ID, Reason: p.Reason, Notes: p.Notes})
	if ps := v.words.problems(err); len(ps) > 0 {
		p.Problems = ps
		return show("desk/erase", p).as(422), nil
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/reviews/" + string(r.ID))), nil
}
