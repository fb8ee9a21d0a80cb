package web

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// explainerRoutes are the staff's pages of explainers.
func (s *Site) explainerRoutes() []route {
	keep := []string{"words", "sources", "title-vi", "summary-vi", "body-vi", "title-en", "summary-en", "body-en"}
	return []route{
		{pattern: "GET /desk/explainers", audience: Staff, may: desk.MayRead, h: s.deskExplainers},
		{pattern: "GET /desk/explainers/new", audience: Staff, may: desk.MayDraft, h: s.newExplainer},
		{pattern: "POST /desk/explainers/new", audience: Staff, may: desk.MayDraft, body: bodyDraft, keep: keep, h: s.saveExplainer},
		{pattern: "GET /desk/explainers/{id}", audience: Staff, may: desk.MayRead, h: s.deskExplainer},
		{pattern: "POST /desk/explainers/{id}", audience: Staff, may: desk.MayDraft, body: bodyDraft, keep: keep, h: s.saveExplainer},
		{pattern: "POST /desk/explainers/{id}/hand-in", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"note-vi", "note-en"}, h: s.handInExplainer},
		{pattern: "POST /desk/explainers/{id}/decide", audience: Staff, may: desk.MayReview, body: bodyForm, keep: []string{"reasons"}, h: s.decideExplainer},
		{pattern: "POST /desk/claims/{id}/explainer", audience: Staff, may: desk.MayDraft, body: bodySmall, h: s.linkExplainer},
	}
}

// deskExplainersPage lists the working copies.
type deskExplainersPage struct {
	All []explainerRow
	May bool // write
}

// explainerRow is one working copy in the list.
type explainerRow struct {
	desk.Explainer
	Name string
}

// head implements page.
func (p deskExplainersPage) head(w *words) head {
	return head{Title: w.t("explainers.title"), Section: "desk", Private: true}
}

// deskExplainers shows them.
func (s *Site) deskExplainers(v *visit) (answer, error) {
	all, err := s.Desk.Explainers(v.Context(), v.actor())
	p := deskExplainersPage{May: v.actor().May(desk.MayDraft)}
	for _, e := range all {
		p.All = append(p.All, explainerRow{e, e.Title(v.lang)})
	}
	return show("desk/explainers", p), err
}

// deskExplainerPage is one working copy: the form, and what waits for a second
// person.
type deskExplainerPage struct {
	desk.Explainer
	Texts    []desk.ExplainerText // of the form, one of each language
	Lines    string               // sources, as the form writes them
	Phrases  string               // words, one a line
	Waiting  *desk.ExplainerDoc   // what waits
	Hash     string
	Notes    map[string]string // by language
	Reasons  string
	Draft    bool // the person may write and hand in
	Review   bool // … and may decide on what waits
	Own      bool // what waits is the person's own
	Saved    bool
	Problems []string
	Stale    bool // somebody else saved meanwhile
}

// head implements page.
func (p deskExplainerPage) head(w *words) head {
	title := p.Explainer.Title(w.lang)
	if title == "" {
		title = w.t("explainers.new")
	}
	return head{Title: title, Section: "desk", Private: true}
}

// Topics are the topics of the form.
func (p deskExplainerPage) Topics() []string { return desk.Topics() }

// deskExplainerOf puts the page together.
func (s *Site) deskExplainerOf(v *visit, e desk.Explainer) (deskExplainerPage, error) {
	a := v.actor()
	p := deskExplainerPage{Explainer: e, Phrases: strings.Join(e.Words, "\n"), Lines: explainerLines(e.Sources), Draft: a.May(desk.MayDraft) && !e.Waits(), Notes: map[string]string{}}
	for _, l := range written() {
		p.Texts = append(p.Texts, e.Text(l))
	}
	if e.Waits() {
		doc, err := desk.ParseExplainer(e.Pending)
		if err != nil {
			return p, err
		}
		p.Waiting, p.Hash = &doc, hex.EncodeToString(desk.ExplainerHash(e.Pending))
		p.Own = e.By == a.Staff
		for _, id := range e.Authors {
			p.Own = p.Own || id == a.Staff
		}
		p.Review = a.May(desk.MayReview) && !p.Own
	}
	return p, nil
}

// explainerLines writes sources for a field: address, title and publisher of one
// in a line, parted by " | ".
func explainerLines(ss []desk.ExplainerSource) string {
	var b strings.Builder
	for _, s := range ss {
		b.WriteString(s.URL + " | " + s.Title)
		if s.Publisher != "" {
			b.WriteString(" | " + s.Publisher)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// parseSources reads them again.
func parseSources(lines string) (out []desk.ExplainerSource) {
	for line := range strings.Lines(lines) {
		part := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if strings.TrimSpace(part[0]) == "" {
			continue
		}
		part = append(part, "", "")
		out = append(out, desk.ExplainerSource{URL: strings.TrimSpace(part[0]), Title: strings.TrimSpace(part[1]), Publisher: strings.TrimSpace(part[2])})
	}
	return out
}

// newExplainer shows an empty form.
func (s *Site) newExplainer(v *visit) (answer, error) {
	p, err := s.deskExplainerOf(v, desk.Explainer{})
	return show("desk/explainer", p), err
}

// deskExplainer shows one.
func (s *Site) deskExplainer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	e, err := s.Desk.Explainer(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	p, err := s.deskExplainerOf(v, e)
	p.Saved = v.query("saved") != ""
	return show("desk/explainer", p), err
}

// saveExplainer stores the form. What was typed comes back whatever happens.
func (s *Site) saveExplainer(v *visit) (answer, error) {
	e := desk.Explainer{ID: desk.ID(v.PathValue("id")), Topic: v.field("topic"), Sources: parseSources(v.field("sources")), Words: strings.Split(v.field("words"), "\n")}
	e.Version, _ = strconv.ParseInt(v.field("version"), 10, 64)
	for _, l := range written() {
		e.Texts = append(e.Texts, desk.ExplainerText{Lang: l, Title: v.field("title-" + l), Summary: v.field("summary-" + l), Body: v.field("body-" + l)})
	}
	got, err := s.Desk.SaveExplainer(v.Context(), v.actor(), e)
	if err == nil {
		return redirect(v.tongue.url("/desk/explainers/"+string(got.ID)) + "?saved=1"), nil
	}
	p, e2 := s.deskExplainerOf(v, e)
	p.Stale = errors.Is(err, desk.ErrConflict)
	if p.Stale && e.ID != "" {
		now, err := s.Desk.Explainer(v.Context(), v.actor(), e.ID)
		if err != nil {
			return answer{}, err
		}
		p.Version = now.Version
	}
	if p.Problems = v.words.problems(err); len(p.Problems) == 0 && !p.Stale {
		return answer{}, err
	}
	return show("desk/explainer", p).as(422), e2
}

// handInExplainer asks for a second person.
func (s *Site) handInExplainer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	var notes []desk.Note
	for _, l := range written() {
		notes = append(notes, desk.Note{Lang: l, Text: v.field("note-" + l)})
	}
	_, err = s.Desk.HandInExplainer(v.Context(), v.actor(), id, version, v.field("do") == "withdraw", notes)
	return s.explainerDone(v, id, err)
}

// explainerDone goes back to the explainer, or says what is to be put right.
func (s *Site) explainerDone(v *visit, id desk.ID, err error) (answer, error) {
	if err == nil {
		return redirect(v.tongue.url("/desk/explainers/" + string(id))), nil
	}
	problems := v.words.problems(err)
	if len(problems) == 0 {
		return answer{}, err
	}
	e, err := s.Desk.Explainer(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	p, err := s.deskExplainerOf(v, e)
	p.Problems, p.Reasons = problems, v.field("reasons")
	for _, l := range written() {
		p.Notes[l] = v.field("note-" + l)
	}
	return show("desk/explainer", p).as(422), err
}

// decideExplainer publishes what waits, or sends it back.
func (s *Site) decideExplainer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if v.field("do") == "return" {
		_, err := s.Desk.ReturnExplainer(v.Context(), v.actor(), id, v.field("reasons"))
		return s.explainerDone(v, id, err)
	}
	if err := s.Auth.RequireRecent(v.session); err != nil {
		if errors.Is(err, auth.ErrStepUp) {
			return redirect(v.tongue.url("/desk/prove") + "?back=/desk/explainers/" + string(id)), nil
		}
		return answer{}, err
	}
	hash, err := hex.DecodeString(v.field("hash"))
	if err != nil {
		return answer{}, desk.ErrConflict
	}
	_, err = s.Desk.ApproveExplainer(v.Context(), v.actor(), id, hash)
	return s.explainerDone(v, id, err)
}

// linkExplainer links an explainer from the check of a claim, or ends that.
func (s *Site) linkExplainer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Desk.LinkExplainer(v.Context(), v.actor(), id, desk.ID(v.field("explainer")), v.field("do") != "end"); err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#explainers"), nil
}

// claimExplainers is what a claim's page shows of explainers.
type claimExplainers struct {
	Linked, Others []explainerCard
	May            bool
}

// claimExplainers reads them.
func (s *Site) claimExplainers(v *visit, claim desk.ID) (out claimExplainers, err error) {
	out.May = v.actor().May(desk.MayDraft)
	if out.Linked, err = s.explainersOf(v, claim); err != nil {
		return out, err
	}
	all, err := s.Desk.PublishedExplainers(v.Context())
	there := map[desk.ID]bool{}
	for _, c := range out.Linked {
		there[c.ID] = true
	}
	for _, r := range all {
		if !there[r.Explainer] {
			out.Others = append(out.Others, explainerOf(r, v.lang))
		}
	}
	return out, err
}

// At is when the working copy was changed, for the list.
func (r explainerRow) At() time.Time { return r.Changed }
