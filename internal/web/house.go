package web

import (
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// houseRoutes are the public pages about the desk itself and the bodies it
// asks.
func (s *Site) houseRoutes() []route {
	return []route{
		{pattern: "GET /bodies", audience: Public, h: s.askedBodies},
		{pattern: "GET /bodies/{id}", audience: Public, h: s.askedBody},
		{pattern: "GET /methodology", audience: Public, h: s.standing("methodology")},
		{pattern: "GET /team", audience: Public, h: s.standing("team")},
		{pattern: "GET /funding", audience: Public, h: s.standing("funding")},
		{pattern: "GET /contact", audience: Public, h: s.standing("contact")},
		{pattern: "GET /corrections-policy", audience: Public, h: s.standing("corrections-policy")},
	}
}

// institutionRoutes are the staff's pages where those are written, and what
// staff decide about a claim for the public site.
func (s *Site) institutionRoutes() []route {
	keep := []string{"note-vi", "note-en"}
	return []route{
		{pattern: "GET /desk/institution", audience: Staff, may: desk.MayRead, h: s.institution},
		{pattern: "GET /desk/institution/{word}", audience: Staff, may: desk.MayRead, h: s.institutionPage},
		{pattern: "POST /desk/institution/{word}", audience: Staff, may: desk.MayManage, body: bodyDraft, h: s.saveStanding},
		{pattern: "POST /desk/institution/{word}/hand-in", audience: Staff, may: desk.MayManage, body: bodyForm, keep: keep, h: s.handInStanding},
		{pattern: "POST /desk/institution/{word}/decide", audience: Staff, body: bodyForm, keep: []string{"reasons"}, h: s.decideStanding},
		{pattern: "POST /desk/claims/{id}/question", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.turnQuestion},
		{pattern: "POST /desk/claims/{id}/places", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.setPlaces},
	}
}

// askedBodiesPage is the public register of bodies that were asked.
type askedBodiesPage struct{ List []desk.BodyRecord }

// head implements page.
func (askedBodiesPage) head(w *words) head {
	return head{Title: w.t("asked-bodies.title"), Description: w.t("asked-bodies.lead"), Section: "bodies"}
}

// askedBodies answers GET /bodies.
func (s *Site) askedBodies(v *visit) (answer, error) {
	list, err := s.Desk.BodyRecords(v.Context())
	return show("asked-bodies", askedBodiesPage{list}).fresh(), err
}

// askedBodyPage is one body with every published answer.
type askedBodyPage struct {
	desk.BodyRecord
	Name string
	Said []bodySaid
}

// bodySaid is what it was asked and said about one check.
type bodySaid struct {
	Path, Lang, Statement string
	Asked                 []desk.DocAsked // one, as the shared template has it
}

// head implements page.
func (p askedBodyPage) head(w *words) head {
	return head{Title: p.Name, Description: w.t("asked-bodies.about", "Name", p.Name), Section: "bodies"}
}

// askedBody answers GET /bodies/{id}.
func (s *Site) askedBody(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	rec, said, err := s.Desk.BodyRecord(v.Context(), id, s.Signed())
	if err != nil {
		return answer{}, err
	}
	p := askedBodyPage{BodyRecord: rec, Name: rec.Body.Name(v.lang)}
	for _, x := range said {
		t := textFor(x.Doc, v.lang)
		p.Said = append(p.Said, bodySaid{"/checks/" + string(x.Verdict), t.Lang, t.Statement, []desk.DocAsked{x.Asked}})
	}
	return show("asked-body", p).fresh(), nil
}

// within says how long half of the answers took: hours under two days, else
// days.
func (w *words) within(d time.Duration) string {
	if h := int((d + time.Hour - 1) / time.Hour); h < 48 {
		return w.n("within.hours", max(h, 1))
	}
	return w.n("within.days", int((d+12*time.Hour)/(24*time.Hour)))
}

// standingPage is a page on which the desk speaks about itself, as published.
type standingPage struct {
	Word    string
	Rev     int // 0 before the first
	Newest  int
	At      time.Time
	Parts   []desk.StandingPart
	History []explainerPast
}

// head implements page.
func (p standingPage) head(w *words) head {
	return head{Title: w.t("standing." + p.Word), Description: w.t("standing." + p.Word + ".lead"), Section: "about", Private: p.Rev < p.Newest}
}

// standing answers GET /methodology and so on; ?rev= shows an earlier text.
func (s *Site) standing(word string) handler {
	return func(v *visit) (answer, error) {
		rs, err := s.Desk.PublishedStanding(v.Context(), word)
		if err != nil {
			return answer{}, err
		}
		p := standingPage{Word: word}
		if len(rs) > 0 {
			p.Newest = rs[0].Rev
		}
		rev, _ := strconv.Atoi(v.query("rev"))
		plan, _ := desk.StandingPlanOf(word)
		for _, r := range rs {
			p.History = append(p.History, explainerPast{Rev: r.Rev, At: r.At, Note: desk.Document{Notes: r.Doc.Notes}.Note(v.lang)})
			if rev == 0 && r.Rev == p.Newest || r.Rev == rev {
				p.Rev, p.At = r.Rev, r.At
				for _, point := range plan.Points {
					if part, ok := r.Doc.Part(point, v.lang); ok {
						p.Parts = append(p.Parts, part)
					}
				}
			}
		}
		if rev != 0 && p.Rev == 0 {
			return answer{}, desk.ErrNotFound
		}
		return show("standing", p).fresh(), nil
	}
}

// institutionHome shows how complete the desk's own pages are.
type institutionHome struct{ desk.Institution }

// head implements page.
func (institutionHome) head(w *words) head {
	return head{Title: w.t("institution.title"), Section: "desk", Private: true}
}

// institution answers GET /desk/institution.
func (s *Site) institution(v *visit) (answer, error) {
	in, err := s.Desk.Institution(v.Context(), v.actor(), s.Signed())
	return show("desk/institution", institutionHome{in}), err
}

// institutionForm is one standing page at work.
type institutionForm struct {
	desk.StandingPage
	Fields   []standingField
	Waiting  *desk.StandingDoc
	Hash     string
	Notes    map[string]string
	Reasons  string
	Draft    bool // the person may write and hand in
	Review   bool // … and may decide on what waits
	Own      bool // what waits is the person's own
	Saved    bool
	Stale    bool
	Problems []string
}

// standingField is one point in one language.
type standingField struct{ Point, Lang, Text string }

// head implements page.
func (p institutionForm) head(w *words) head {
	return head{Title: w.t("standing." + p.Word), Section: "desk", Private: true}
}

// formOf puts the page together.
func (s *Site) formOf(v *visit, x desk.StandingPage) (institutionForm, error) {
	a := v.actor()
	p := institutionForm{StandingPage: x, Draft: a.May(desk.MayManage) && !x.Waits(), Notes: map[string]string{}}
	plan, _ := desk.StandingPlanOf(x.Word)
	for _, point := range plan.Points {
		for _, l := range s.Desk.Langs() {
			p.Fields = append(p.Fields, standingField{point, l, x.Text(point, l)})
		}
	}
	if !x.Waits() {
		return p, nil
	}
	doc, err := desk.ParseStanding(x.Pending)
	if err != nil {
		return p, err
	}
	p.Waiting, p.Hash, p.Own = &doc, hex.EncodeToString(desk.StandingHash(x.Pending)), x.By == a.Staff
	for _, id := range x.Authors {
		p.Own = p.Own || id == a.Staff
	}
	p.Review = (a.May(desk.MayReview) || a.May(desk.MayManage)) && !p.Own
	return p, nil
}

// institutionPage answers GET /desk/institution/{word}.
func (s *Site) institutionPage(v *visit) (answer, error) {
	x, err := s.Desk.StandingPage(v.Context(), v.actor(), v.PathValue("word"))
	if err != nil {
		return answer{}, err
	}
	p, err := s.formOf(v, x)
	p.Saved = v.query("saved") != ""
	return show("desk/standing", p), err
}

// saveStanding stores the form. What was typed comes back whatever happens.
func (s *Site) saveStanding(v *visit) (answer, error) {
	word := v.PathValue("word")
	plan, ok := desk.StandingPlanOf(word)
	if !ok {
		return answer{}, desk.ErrNotFound
	}
	version, _ := strconv.ParseInt(v.field("version"), 10, 64)
	var parts []desk.StandingPart
	for _, point := range plan.Points {
		for _, l := range s.Desk.Langs() {
			parts = append(parts, desk.StandingPart{Point: point, Lang: l, Text: v.field(point + "-" + l)})
		}
	}
	_, err := s.Desk.SaveStanding(v.Context(), v.actor(), word, version, parts)
	if err == nil {
		return redirect(v.tongue.url("/desk/institution/"+word) + "?saved=1"), nil
	}
	stale, problems := errors.Is(err, desk.ErrConflict), v.words.problems(err)
	if len(problems) == 0 && !stale {
		return answer{}, err
	}
	now, err := s.Desk.StandingPage(v.Context(), v.actor(), word)
	if err != nil {
		return answer{}, err
	}
	now.Parts = parts
	p, err := s.formOf(v, now)
	p.Stale, p.Problems = stale, problems
	return show("desk/standing", p).as(422), err
}

// handInStanding asks for a second person.
func (s *Site) handInStanding(v *visit) (answer, error) {
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	var notes []desk.Note
	for _, l := range s.Desk.Langs() {
		notes = append(notes, desk.Note{Lang: l, Text: v.field("note-" + l)})
	}
	_, err = s.Desk.HandInStanding(v.Context(), v.actor(), v.PathValue("word"), version, notes)
	return s.standingDone(v, err)
}

// standingDone goes back to the page, or says what is to be put right.
func (s *Site) standingDone(v *visit, err error) (answer, error) {
	word := v.PathValue("word")
	if err == nil {
		return redirect(v.tongue.url("/desk/institution/" + word)), nil
	}
	problems := v.words.problems(err)
	if len(problems) == 0 {
		return answer{}, err
	}
	x, err := s.Desk.StandingPage(v.Context(), v.actor(), word)
	if err != nil {
		return answer{}, err
	}
	p, err := s.formOf(v, x)
	p.Problems, p.Reasons = problems, v.field("reasons")
	for _, l := range s.Desk.Langs() {
		p.Notes[l] = v.field("note-" + l)
	}
	return show("desk/standing", p).as(422), err
}

// decideStanding publishes what waits, or sends it back.
func (s *Site) decideStanding(v *visit) (answer, error) {
	word := v.PathValue("word")
	if v.field("do") == "return" {
		_, err := s.Desk.ReturnStanding(v.Context(), v.actor(), word, v.field("reasons"))
		return s.standingDone(v, err)
	}
	if err := s.Auth.RequireRecent(v.session); err != nil {
		if errors.Is(err, auth.ErrStepUp) {
			return redirect(v.tongue.url("/desk/prove") + "?back=/desk/institution/" + word), nil
		}
		return answer{}, err
	}
	hash, err := hex.DecodeString(v.field("hash"))
	if err != nil {
		return answer{}, desk.ErrConflict
	}
	_, err = s.Desk.ApproveStanding(v.Context(), v.actor(), word, hash)
	return s.standingDone(v, err)
}

// claimSite is what a claim's page shows about the public site: whether its
// question is listed, and the places it is about.
type claimSite struct {
	Claim    desk.Claim
	Question *desk.Question
	Typed    bool // staff wrote the sentence
	Own      bool // … and that was this person
	MayList  bool
	May      bool // set places, take the question off
	Places   []placeChoice
}

// placeChoice is a place of the form.
type placeChoice struct {
	Code, Name string
	On         bool
}

// Stale reports whether the sentence changed since it was listed.
func (c claimSite) Stale() bool { return c.Question != nil && c.Question.Text != c.Claim.Text }

// siteOf reads that for a claim.
func (s *Site) siteOf(v *visit, c desk.Claim) (out claimSite, err error) {
	a := v.actor()
	out = claimSite{Claim: c, May: a.May(desk.MayAssess), MayList: a.May(desk.MayReview)}
	if out.Question, out.Typed, out.Own, err = s.Desk.QuestionOf(v.Context(), a, c.ID); err != nil {
		return out, err
	}
	codes, err := s.Desk.PlacesOf(v.Context(), a, c.ID)
	on := map[string]bool{}
	for _, x := range codes {
		on[x] = true
	}
	for _, l := range desk.Localities() {
		out.Places = append(out.Places, placeChoice{l.Code, l.In(v.lang), on[l.Code]})
	}
	return out, err
}

// turnQuestion lists the sentence of a claim as an open question, or takes it
// off.
func (s *Site) turnQuestion(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if v.field("do") == "end" {
		_, err = s.Desk.UnlistQuestion(v.Context(), v.actor(), id)
	} else {
		version, bad := v.version()
		if bad != nil {
			return answer{}, bad
		}
		_, err = s.Desk.ListQuestion(v.Context(), v.actor(), id, version)
	}
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#site"), nil
}

// setPlaces says which places a claim is about.
func (s *Site) setPlaces(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if _, err := s.Desk.SetPlaces(v.Context(), v.actor(), id, 0, v.PostForm["place"]); err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#site"), nil
}
