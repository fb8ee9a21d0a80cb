package web

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"soi/internal/desk"
	"soi/internal/match"
)

// claimPage is all that is known and can be done about one claim.
type claimPage struct {
	desk.ClaimView
	Me           desk.Staff
	Place        placeBox // at which desk it is, in an installation of several
	May          rights
	Reasons      []string
	Bars         []spark
	Next         string // the next step, in words
	Names        map[desk.ID]string
	Sources      []desk.Evidence // in use
	Retired      []desk.Evidence
	Independent  int
	Suggestions  []suggestion
	Rejected     []judged
	Into         desk.Claim    // the claim it was merged into
	Answer       desk.Imported // the imported check that answers it
	Assignees    []desk.Staff  // who can take it
	Pending      desk.Review   // the review under way
	Returned     desk.Review   // the last one that was sent back, until the text changes
	History      []happened
	Edit         editForm
	Draft        draftForm
	Evidence     evidenceForm
	Withdrawal   withdrawForm
	Upload       mediaForm
	Copies       map[desk.ID]copyView // the newest archived copy of each source
	CopyProblems []string             // why the words of a post were refused
	Team         teamPart             // who is there, notes, kept texts, experts
	Src          sourcePart           // what counts as one source, and after publication
	Explainers   claimExplainers
	Site         claimSite
	Helped       desk.Helped    // what readers say of its check
	Answers      channelAnswers // how answers to those who asked stand
	Steps        claimSteps     // checklists and due time
	Requests     claimRequests  // to bodies concerned
	Remarks      []remarkView   // comments on sentences of its texts
	Two          bool           // its texts need two reviewers
	Exchange     claimExchange  // what other installations have to do with it
}

// rights is what the person may do here, for what the page offers. The verbs
// check for themselves.
type rights struct{ Assess, Cite, Draft, Review bool }

// editForm is the form of the assess step.
type editForm struct {
	desk.ClaimEdit
	Version  int64
	Problems []string
	Theirs   *desk.Claim    // set when somebody else changed it meanwhile
	Was      desk.ClaimEdit // what the form was made from
}

// draftForm is the form of one language's text.
type draftForm struct {
	desk.Text
	Rating   desk.Rating
	Version  int64
	Langs    []tab
	Reason   desk.Reason
	NoteVi   string
	NoteEn   string
	Urgent   string // why it cannot wait for two reviewers
	Problems []string
	Theirs   *desk.Text // set when somebody else changed it meanwhile
	TheirsBy desk.Rating
	Saved    bool
}

// evidenceForm is the form of a new source.
type evidenceForm struct {
	desk.Evidence
	Asked    bool // the question of independence was answered
	Problems []string
}

// withdrawForm is the form of a withdrawal.
type withdrawForm struct {
	Reason         desk.Reason
	NoteVi, NoteEn string
	Urgent         string
	Problems       []string
}

// head implements page.
func (p claimPage) head(w *words) head {
	return head{Title: w.named(p.Claim), Section: "desk", Private: true}
}

// Reasons and choices the page's forms offer.
func (p claimPage) Harms() []desk.Harm               { return desk.Harms() }
func (p claimPage) CloseReasons() []desk.CloseReason { return desk.CloseReasons() }
func (p claimPage) HarmKinds() []string              { return desk.HarmKinds() }
func (p claimPage) Topics() []string                 { return desk.Topics() }
func (p claimPage) Ratings() []desk.Rating           { return desk.Ratings() }
func (p claimPage) Stances() []desk.Stance           { return desk.Stances() }
func (p claimPage) Corrections() []desk.Reason       { return desk.CorrectionReasons() }
func (p claimPage) WithdrawalReasons() []desk.Reason { return desk.WithdrawalReasons() }
func (p claimPage) LangCodes() []string              { return written() }

// Open reports whether the claim is still worked on as an open one.
func (p claimPage) Open() bool { return p.Claim.State == desk.ClaimOpen && !p.Claim.Pending() }

// Writable reports whether a draft can be written now.
func (p claimPage) Writable() bool {
	return p.May.Draft && !p.Claim.Pending() &&
		slices.Contains([]desk.ClaimState{desk.ClaimOpen, desk.ClaimPublished, desk.ClaimWithdrawn}, p.Claim.State)
}

// suggestion is something known that may be the same, with the reasons.
type suggestion struct {
	Key         string
	Kind        match.Kind
	Title       string
	Claim       string
	Rating      desk.Rating
	RatingText  string // of an imported check, in its publisher's words
	Publisher   string
	URL         string
	Reasons     []string
	Probability int // in hundredths
}

// judged is a no that can be taken back.
type judged struct {
	desk.Judgment
	Title string
}

// happened is one line of the history in words.
type happened struct {
	desk.Event
	Who, What string
}

// claim shows the page of a claim.
func (s *Site) claim(v *visit) (answer, error) {
	p, err := s.claimPage(v)
	if err != nil {
		return answer{}, err
	}
	return show("desk/claim", p), nil
}

// claimPage reads the claim of the address and prepares its forms.
func (s *Site) claimPage(v *visit) (claimPage, error) {
	id, err := v.id()
	if err != nil {
		return claimPage{}, err
	}
	view, err := s.Desk.ClaimPage(v.Context(), v.actor(), id)
	if err != nil {
		return claimPage{}, err
	}
	a := v.actor()
	p := claimPage{ClaimView: view, Me: v.staff, Reasons: v.words.rankReasons(view.Rank), Bars: bars(view.Rank), Names: namesOf(view.Staff, v.words),
		May: rights{a.May(desk.MayAssess), a.May(desk.MayCite), a.May(desk.MayDraft), a.May(desk.MayReview)}}
	p.sortOut()
	p.fillForms(v)
	if p.Team, err = s.teamPart(v, p); err != nil {
		return p, err
	}
	p.refill()
	if err = s.fillCopies(v, &p); err != nil {
		return p, err
	}
	if err := s.sources(v, &p); err != nil {
		return p, err
	}
	p.Next = v.words.t("next." + p.next())
	for _, e := range view.Events {
		p.History = append(p.History, happened{e, cmp.Or(p.Names[e.Actor], v.words.t("desk.program")), v.words.event(e)})
	}
	if p.Explainers, err = s.claimExplainers(v, view.Claim.ID); err != nil {
		return p, err
	}
	if p.Site, err = s.siteOf(v, view.Claim); err != nil {
		return p, err
	}
	if p.Helped, err = s.Desk.HelpedOn(v.Context(), v.actor(), view.Claim.ID); err != nil {
		return p, err
	}
	if p.Answers, err = s.claimAnswers(v, view.Claim.ID); err != nil {
		return p, err
	}
	if err := s.claimRemarks(v, &p); err != nil {
		return p, err
	}
	if p.Requests, err = s.claimRequests(v, view.Claim.ID); err != nil {
		return p, err
	}
	if p.Steps, err = s.claimSteps(v, view); err != nil {
		return p, err
	}
	if err := s.place(v, &p); err != nil {
		return p, err
	}
	if err := s.exchangeOf(v, &p); err != nil {
		return p, err
	}
	return p, s.relate(v, &p)
}

// sortOut divides evidence, reviews and staff into what the page shows where.
func (p *claimPage) sortOut() {
	for _, e := range p.ClaimView.Evidence {
		if !e.Retired.IsZero() {
			p.Retired = append(p.Retired, e)
			continue
		}
		p.Sources = append(p.Sources, e)
		if e.Independent {
			p.Independent++
		}
	}
	for _, st := range p.Staff {
		if st.Active() && desk.As(st).May(desk.MayDraft) {
			p.Assignees = append(p.Assignees, st)
		}
	}
	if len(p.Reviews) > 0 {
		switch r := p.Reviews[0]; r.State {
		case desk.ReviewPending:
			p.Pending = r
		case desk.ReviewReturned:
			p.Returned = r
		}
	}
}

// fillForms puts what stands now into the forms.
func (p *claimPage) fillForms(v *visit) {
	c := p.Claim
	p.Edit = editForm{ClaimEdit: desk.ClaimEdit{Text: c.Text, Lang: c.Lang, Harm: c.Harm, HarmKind: c.HarmKind, Topic: c.Topic, Body: c.Body},
		Version: c.Version}
	p.Edit.Was = p.Edit.ClaimEdit
	lang := v.query("lang")
	if !slices.Contains(written(), lang) {
		lang = written()[0]
		if len(p.ClaimView.Draft.Texts) > 0 {
			lang = p.ClaimView.Draft.Texts[0].Lang
		}
	}
	p.Draft = draftForm{Text: p.ClaimView.Draft.Text(lang), Rating: p.ClaimView.Draft.Rating, Version: p.ClaimView.Draft.Version,
		Saved: v.query("saved") != ""}
	p.langTabs(v, lang)
	p.Evidence = evidenceForm{Evidence: desk.Evidence{Stance: desk.Refutes}}
}

// langTabs lists the languages of the draft; Count is 1 for one begun.
func (p *claimPage) langTabs(v *visit, lang string) {
	p.Draft.Langs = nil
	for _, l := range written() {
		begun := 0
		if !p.ClaimView.Draft.Text(l).Empty() {
			begun = 1
		}
		p.Draft.Langs = append(p.Draft.Langs, tab{v.words.langName(l), begun, v.tongue.url("/desk/claims/"+string(p.Claim.ID)) + "?lang=" + l + "#draft", l == lang})
	}
}

// next names the step that moves the claim on, as a catalogue key.
func (p *claimPage) next() string {
	c := p.Claim
	switch {
	case c.Pending():
		return "review"
	case c.State == desk.ClaimPublished:
		return "published"
	case c.State != desk.ClaimOpen:
		return string(c.State)
	case c.Harm == desk.HarmUnset || !c.Typed:
		return "assess"
	case c.Assignee == "":
		return "take"
	case len(p.Sources) == 0:
		return "evidence"
	case p.Independent == 0:
		return "independent"
	case len(p.ClaimView.Draft.Texts) == 0 || p.ClaimView.Draft.Rating == "":
		return "draft"
	}
	return "submit"
}

// relate finds what the claim is related to: suggestions while it is open,
// rejected ones, the claim it went into, the check that answers it.
func (s *Site) relate(v *visit, p *claimPage) error {
	var err error
	if p.Claim.Into != "" {
		cs, err := s.Desk.Claims(v.Context(), v.actor(), desk.ClaimFilter{IDs: []desk.ID{p.Claim.Into}, Limit: 1})
		if err != nil {
			return err
		}
		if len(cs) == 1 {
			p.Into = cs[0]
		}
	}
	if p.Claim.Imported != "" {
		is, err := s.Desk.ImportedByID(v.Context(), p.Claim.Imported)
		if err != nil {
			return err
		}
		if len(is) == 1 {
			p.Answer = is[0]
		}
	}
	if !p.Open() {
		return nil
	}
	if p.Suggestions, err = s.suggest(v, *p); err != nil {
		return err
	}
	return s.rejected(v, p)
}

// suggest asks the matcher what the claim may be the same as: by its sentence
// and by the newest tip, since one may say what the other leaves out.
func (s *Site) suggest(v *visit, p claimPage) ([]suggestion, error) {
	no := map[string]bool{desk.ClaimKey(p.Claim.ID): true}
	for _, j := range p.Judgments {
		if !j.Same && !j.Undone {
			no[sameThing(j.Other)] = true
		}
	}
	texts := []string{p.Claim.Text}
	if len(p.Tips) > 0 && p.Tips[0].Text != "" {
		texts = append(texts, p.Tips[0].Text)
	}
	var found []match.Match
	seen := map[string]bool{}
	pictures := picturesOf(p.ClaimView.Media)
	for i, t := range texts {
		if i > 0 {
			pictures = nil // once is enough
		}
		q := match.Query{Text: t, Pictures: pictures, Limit: 6, Not: func(id string) bool { return no[sameThing(id)] }}
		for _, m := range s.matches(v, q).Matches {
			if k := sameThing(m.ID); !seen[k] && m.Probability >= suggestFrom {
				seen[k] = true
				found = append(found, m)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b match.Match) int { return cmp.Compare(b.Probability, a.Probability) })
	return s.suggestions(v, found[:min(len(found), 4)])
}

// suggestFrom is the chance below which a match is not worth a person's look.
const suggestFrom = 0.12

// sameThing is a match key without its language: a check is one thing in
// whatever language it matched.
func sameThing(key string) string {
	sort, id := desk.ParseKey(key)
	return sort + "/" + string(id)
}

// suggestions reads what stands behind matches and puts their reasons into
// words. What has vanished since is left out.
func (s *Site) suggestions(v *visit, ms []match.Match) ([]suggestion, error) {
	var out []suggestion
	for _, m := range ms {
		g := suggestion{Key: m.ID, Kind: m.Kind, Probability: int(m.Probability*100 + 0.5)}
		for _, r := range m.Reasons {
			g.Reasons = append(g.Reasons, r.Text(v.lang))
		}
		ok, err := s.describe(v, &g)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, g)
		}
	}
	return out, nil
}

// describe fills in title, rating and address of a suggestion.
func (s *Site) describe(v *visit, g *suggestion) (bool, error) {
	sort, id := desk.ParseKey(g.Key)
	switch sort {
	case "check":
		rs, err := s.Desk.Check(v.Context(), id, s.Signed())
		if errors.Is(err, desk.ErrNotFound) || err == nil && rs[0].Kind == desk.KindWithdraw {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		lang := g.Key[strings.LastIndexByte(g.Key, '/')+1:]
		t, ok := rs[0].Doc.Text(lang)
		if !ok && len(rs[0].Doc.Texts) > 0 {
			t = rs[0].Doc.Texts[0]
		}
		g.Title, g.Claim, g.Rating, g.URL = t.Statement, t.Claim, rs[0].Rating, v.tongue.url("/checks/"+string(id))
		return true, nil
	case "imported":
		is, err := s.Desk.ImportedByID(v.Context(), id)
		if err != nil || len(is) == 0 {
			return false, err
		}
		g.Title, g.Claim, g.RatingText, g.Publisher, g.URL = cmp.Or(is[0].Title, is[0].Claim), is[0].Claim, is[0].Rating, is[0].Publisher, is[0].URL
		return true, nil
	}
	cs, err := s.Desk.Claims(v.Context(), v.actor(), desk.ClaimFilter{IDs: []desk.ID{id}, Limit: 1})
	if err != nil || len(cs) == 0 || cs[0].State != desk.ClaimOpen {
		return false, err
	}
	g.Title, g.URL = cs[0].Text, v.tongue.url("/desk/claims/"+string(id))
	return true, nil
}

// rejected lists the noes that are in force, so that they can be taken back.
func (s *Site) rejected(v *visit, p *claimPage) error {
	for _, j := range p.Judgments {
		if j.Same || j.Undone {
			continue
		}
		g := suggestion{Key: j.Other}
		if _, err := s.describe(v, &g); err != nil {
			return err
		}
		p.Rejected = append(p.Rejected, judged{j, cmp.Or(g.Title, j.Other)})
	}
	return nil
}

// event says what happened.
func (w *words) event(e desk.Event) string {
	switch e.Kind {
	case desk.EvClaimJudged:
		return w.t("event.claim.judged." + e.Data["same"])
	case desk.EvClaimClosed:
		if why := e.Data["why"]; why != "" {
			return w.t("event.claim.closed.why", "Why", w.t("close.why."+why))
		}
	case desk.EvEvidenceAdded:
		return w.t("event.evidence.added." + e.Data["independent"])
	case desk.EvDraftSaved:
		return w.t("event.draft.saved", "Lang", w.langName(e.Data["lang"]))
	case desk.EvReviewAsked:
		return w.t("event.review.asked." + e.Data["kind"])
	case desk.EvAnswerRecalled:
		return w.t("event.answer.recalled", "Count", e.Data["tips"])
	case desk.EvTipErased:
		return w.t("event.tip.erased", "Count", e.Data["tips"])
	}
	return w.t("event." + string(e.Kind))
}

// journalPage is the event log of the whole desk.
type journalPage struct{ Events []happened }

// head implements page.
func (p journalPage) head(w *words) head {
	return head{Title: w.t("desk.journal.title"), Section: "desk", Private: true}
}

// journal shows the newest events.
func (s *Site) journal(v *visit) (answer, error) {
	es, err := s.Desk.Journal(v.Context(), v.actor(), 300)
	if err != nil {
		return answer{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	names := namesOf(staff)
	var p journalPage
	for _, e := range es {
		p.Events = append(p.Events, happened{e, cmp.Or(names[e.Actor], v.words.t("desk.program")), v.words.event(e)})
	}
	return show("desk/journal", p), nil
}
