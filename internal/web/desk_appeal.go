package web

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"soi/internal/auth"
	"soi/internal/desk"
)

// appealListPage is the desk's list of appeals.
type appealListPage struct {
	Rows  []desk.AppealRow
	All   bool
	Names map[desk.ID]string
	May   bool // the person decides on appeals
}

// head implements page.
func (appealListPage) head(w *words) head {
	return head{Title: w.t("desk.appeals.title"), Section: "desk", Private: true}
}

// appealList answers GET /desk/appeals.
func (s *Site) appealList(v *visit) (answer, error) {
	p := appealListPage{All: v.query("all") != "", May: v.actor().May(desk.MayReview)}
	var err error
	if p.Rows, err = s.Desk.AppealList(v.Context(), v.actor(), p.All); err != nil {
		return answer{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p.Names = namesOf(staff)
	return show("desk/appeals", p), nil
}

// appealView is one appeal as those who decide see it.
type appealView struct {
	desk.AppealView
	Words    appealWords
	Unread   bool // the words cannot be opened: their key is gone
	Names    map[desk.ID]string
	Me       desk.ID
	Pending  *rulingDraft // waits for a second person
	Returned desk.Ruling  // the newest, when it was sent back
	Outcomes []desk.Outcome
	Remedies []desk.Remedy
	Decision desk.Decision // as typed, or as it was sent back
	Problems []string
	Reasons  string // typed for sending back
	Fresh    bool   // the proof of who they are is recent enough to publish
	Path     string // of the published ruling
}

// rulingDraft is a ruling that waits.
type rulingDraft struct {
	desk.Ruling
	desk.RulingDoc
	Hex string
}

// head implements page.
func (p appealView) head(w *words) head {
	return head{Title: w.t("desk.appeal.title"), Section: "desk", Private: true}
}

// Reason is what was typed in a language.
func (p appealView) Reason(lang string) string {
	for _, n := range p.Decision.Reasons {
		if n.Lang == lang {
			return n.Text
		}
	}
	return ""
}

// appealView reads the appeal of the address and opens its words.
func (s *Site) appealView(v *visit) (appealView, error) {
	id, err := v.id()
	if err != nil {
		return appealView{}, err
	}
	a, err := s.Desk.AppealPage(v.Context(), v.actor(), id)
	if err != nil {
		return appealView{}, err
	}
	p := appealView{AppealView: a, Names: namesOf(a.Staff), Me: v.staff.ID, Outcomes: desk.Outcomes(), Remedies: desk.Remedies(a.Against),
		Fresh: s.Auth == nil || s.Auth.RequireRecent(v.session) == nil}
	if a.Words != nil && s.Appeals != nil {
		b, err := s.Appeals.Open(a.Words)
		if err == nil {
			err = json.Unmarshal(b, &p.Words)
		}
		if err != nil {
			s.Logger.Warn("the words of an appeal cannot be opened", "cause", err)
			p.Unread = true
		}
	}
	return p, p.fillRulings()
}

// fillRulings picks the ruling that waits, and the text that was sent back.
func (p *appealView) fillRulings() error {
	if len(p.Rulings) == 0 {
		return nil
	}
	r := p.Rulings[0]
	if r.Doc == nil {
		return nil
	}
	doc, err := desk.ParseRuling(r.Doc)
	if err != nil {
		return err
	}
	switch r.State {
	case desk.ReviewPending:
		p.Pending = &rulingDraft{r, doc, hex.EncodeToString(r.Hash)}
	case desk.ReviewApproved:
		p.Path = "/appeals/" + string(r.ID)
	default:
		if r.State == desk.ReviewReturned {
			p.Returned = r
		}
		p.Decision = desk.Decision{Outcome: doc.Outcome, Remedy: doc.Remedy, Reasons: doc.Reasons}
	}
	return nil
}

// showAppeal answers GET /desk/appeals/{id}.
func (s *Site) showAppeal(v *visit) (answer, error) {
	p, err := s.appealView(v)
	if err != nil {
		return answer{}, err
	}
	return show("desk/appeal", p), nil
}

// toAppeal leads back to the appeal's page.
func (v *visit) toAppeal() answer {
	return redirect(v.tongue.url("/desk/appeals/" + v.PathValue("id")))
}

// onAppeal runs a verb that needs nothing but the appeal.
func (s *Site) onAppeal(verb func(*visit, desk.ID) error) handler {
	return func(v *visit) (answer, error) {
		id, err := v.id()
		if err != nil {
			return answer{}, err
		}
		if err := verb(v, id); err != nil && !s.already(v, id, err) {
			return answer{}, err
		}
		return v.toAppeal(), nil
	}
}

// already reports whether a form came twice: the appeal is with this person.
func (s *Site) already(v *visit, id desk.ID, err error) bool {
	if !errors.Is(err, desk.ErrState) {
		return false
	}
	a, err := s.Desk.AppealPage(v.Context(), v.actor(), id)
	return err == nil && a.Mine && a.State == desk.AppealTaken
}

// rule answers POST /desk/appeals/{id}/rule: the ruling goes to a second
// person, or comes back with what is to be put right.
func (s *Site) rule(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, _ := strconv.ParseInt(v.field("version"), 10, 64) // 0 is refused like any other that does not fit
	d := desk.Decision{Appeal: id, Version: max(version, 1), Outcome: desk.Outcome(v.field("outcome")), Remedy: desk.Remedy(v.field("remedy"))}
	for _, l := range written() {
		d.Reasons = append(d.Reasons, desk.Note{Lang: l, Text: strings.ReplaceAll(v.field("reasons-"+l), "\r\n", "\n")})
	}
	_, err = s.Desk.ProposeRuling(v.Context(), v.actor(), d)
	if ps := v.words.problems(err); len(ps) > 0 {
		p, readErr := s.appealView(v)
		if readErr != nil {
			return answer{}, readErr
		}
		p.Problems, p.Decision = ps, d
		return show("desk/appeal", p).as(422), nil
	}
	if err != nil {
		return answer{}, err
	}
	return v.toAppeal(), nil
}

// settleRuling runs a decision on the ruling of the form.
func (s *Site) settleRuling(decide func(*visit, appealView, desk.ID) error) handler {
	return func(v *visit) (answer, error) {
		p, err := s.appealView(v)
		if err != nil {
			return answer{}, err
		}
		id := desk.ID(v.field("ruling"))
		if !slices.ContainsFunc(p.Rulings, func(r desk.Ruling) bool { return r.ID == id }) {
			return answer{}, desk.ErrNotFound
		}
		err = decide(v, p, id)
		if errors.Is(err, auth.ErrStepUp) {
			return redirect(v.tongue.url("/desk/prove") + "?back=" + url.QueryEscape("/desk/appeals/"+string(p.ID))), nil
		}
		if ps := v.words.problems(err); len(ps) > 0 {
			p.Problems, p.Reasons = ps, v.field("reasons")
			return show("desk/appeal", p).as(422), nil
		}
		if err != nil {
			return answer{}, err
		}
		return v.toAppeal(), nil
	}
}

// approveRuling publishes the ruling whose hash the form carries, and writes
// to whoever left an address.
func (s *Site) approveRuling(v *visit, p appealView, id desk.ID) error {
	if err := s.Auth.RequireRecent(v.session); err != nil {
		return err
	}
	hash, err := hex.DecodeString(v.field("hash"))
	if err != nil {
		return errors.Join(desk.ErrConflict, err)
	}
	var word []byte
	if p.Reachable && s.Appeals != nil && s.books[p.Appeal.Lang] != nil {
		w := s.books[p.Appeal.Lang]
		text := w.t("appeal.mail.ruled", "Link", s.Config.URL+"/"+p.Appeal.Lang+"/appeals/"+string(id))
		if word, err = s.Appeals.Letter("appeal/ruled/"+string(p.ID), p.Appeal.Lang, w.t("appeal.mail.ruled.title"), text); err != nil {
			return err
		}
	}
	r, err := s.Desk.ApproveRuling(v.Context(), v.actor(), id, hash, word)
	if errors.Is(err, desk.ErrState) && slices.ContainsFunc(p.Rulings, func(r desk.Ruling) bool {
		return r.ID == id && r.State == desk.ReviewApproved && r.Approver == v.staff.ID
	}) {
		return nil // the form came twice
	}
	if err != nil {
		return err
	}
	if err := s.AfterPublish(v.Context()); err != nil {
		s.Logger.Error("ruling published, but not signed yet", "ruling", r.ID, "cause", err)
	}
	return nil
}

// appealMedia answers with a file of an appeal: the picture drawn anew, or
// anything else as an attachment.
func (s *Site) appealMedia(part desk.MediaPart) handler {
	return func(v *visit) (answer, error) {
		id, err := v.id()
		if err != nil {
			return answer{}, err
		}
		media, err := v.mediaID()
		if err != nil || s.Media == nil {
			return answer{}, desk.ErrNotFound
		}
		m, sealed, err := s.Desk.AppealFile(v.Context(), v.actor(), id, media, part)
		if err != nil {
			return answer{}, err
		}
		b, err := s.Media.Open(m, part, sealed)
		switch {
		case err != nil:
			return answer{}, err
		case part == desk.MediaView:
			return boxed(raw("image/jpeg", b)).also("Content-Disposition", "inline"), nil
		case m.Kind == desk.MediaPicture:
			return answer{}, desk.ErrForbidden
		}
		name := "soi-" + string(m.ID) + "." + extension(m.Type)
		return boxed(raw("application/octet-stream", b)).also("Content-Disposition", `attachment; filename="`+name+`"`), nil
	}
}

// redactPage is the form by which passages are taken out of a check.
type redactPage struct {
	Claim    desk.Claim
	Texts    []desk.Text // as published
	Passages string      // one a line
	Reason   desk.Reason
	Choices  []desk.Reason
	Notes    []desk.Note
	Problems []string
}

// head implements page.
func (redactPage) head(w *words) head {
	return head{Title: w.t("redact.title"), Section: "desk", Private: true}
}

// redactForm answers GET /desk/claims/{id}/redact.
func (s *Site) redactForm(v *visit) (answer, error) {
	p, err := s.redactPage(v)
	if err != nil {
		return answer{}, err
	}
	return show("desk/redact", p), nil
}

// redactPage reads the check of the address.
func (s *Site) redactPage(v *visit) (redactPage, error) {
	id, err := v.id()
	if err != nil {
		return redactPage{}, err
	}
	c, err := s.Desk.ClaimPage(v.Context(), v.actor(), id)
	if err != nil {
		return redactPage{}, err
	}
	if c.Claim.State != desk.ClaimPublished || len(c.Revisions) == 0 {
		return redactPage{}, desk.ErrState
	}
	p := redactPage{Claim: c.Claim, Texts: c.Revisions[0].Doc.Texts, Choices: desk.RedactReasons(), Reason: desk.ReasonPrivacy}
	for _, l := range written() {
		p.Notes = append(p.Notes, desk.Note{Lang: l})
	}
	return p, nil
}

// redact answers POST /desk/claims/{id}/redact: the text without the passages
// goes to review.
func (s *Site) redact(v *visit) (answer, error) {
	p, err := s.redactPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Passages, p.Reason = strings.ReplaceAll(v.PostForm.Get("passages"), "\r\n", "\n"), desk.Reason(v.field("reason"))
	for i, n := range p.Notes {
		p.Notes[i].Text = v.field("note-" + n.Lang)
	}
	r, err := s.Desk.Redact(v.Context(), v.actor(), desk.Redaction{Claim: p.Claim.ID, Passages: strings.Split(p.Passages, "\n"), Reason: p.Reason, Notes: p.Notes})
	if ps := v.words.problems(err); len(ps) > 0 {
		p.Problems = ps
		return show("desk/redact", p).as(422), nil
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/reviews/" + string(r.ID))), nil
}

// appealDeskRoutes is the table of what staff do about appeals.
func (s *Site) appealDeskRoutes() []route {
	verb := func(path string, h handler) route {
		return route{pattern: "POST /desk/appeals/{id}/" + path, audience: Staff, may: desk.MayReview, body: bodyAsk, keep: []string{"reasons", "reasons-vi", "reasons-en"}, h: h}
	}
	return []route{
		{pattern: "GET /desk/appeals", audience: Staff, may: desk.MayRead, h: s.appealList},
		{pattern: "GET /desk/appeals/{id}", audience: Staff, may: desk.MayReview, h: s.showAppeal},
		{pattern: "GET /desk/appeals/{id}/media/{media}", audience: Staff, may: desk.MayReview, h: s.appealMedia(desk.MediaView)},
		{pattern: "GET /desk/appeals/{id}/media/{media}/file", audience: Staff, may: desk.MayReview, h: s.appealMedia(desk.MediaFile)},
		verb("take", s.onAppeal(func(v *visit, id desk.ID) error { _, err := s.Desk.TakeAppeal(v.Context(), v.actor(), id); return err })),
		verb("release", s.onAppeal(func(v *visit, id desk.ID) error {
			_, err := s.Desk.ReleaseAppeal(v.Context(), v.actor(), id)
			return err
		})),
		verb("rule", s.rule),
		verb("approve", s.settleRuling(s.approveRuling)),
		verb("return", s.settleRuling(func(v *visit, _ appealView, id desk.ID) error {
			_, err := s.Desk.ReturnRuling(v.Context(), v.actor(), id, v.field("reasons"))
			return err
		})),
		verb("take-back", s.settleRuling(func(v *visit, _ appealView, id desk.ID) error {
			_, err := s.Desk.TakeBackRuling(v.Context(), v.actor(), id)
			return err
		})),
		{pattern: "GET /desk/claims/{id}/redact", audience: Staff, may: desk.MayDraft, h: s.redactForm},
		{pattern: "POST /desk/claims/{id}/redact", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"passages", "note-vi", "note-en"}, h: s.redact},
	}
}
