package web

import (
	"errors"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// toClaim sends the person back to the claim's page after a verb, to the part
// they were at.
func (v *visit) toClaim(id desk.ID, part string) answer {
	return redirect(v.tongue.url("/desk/claims/"+string(id)) + part)
}

// version is the version of what the form was made from. A form without one
// was not made by these pages.
func (v *visit) version() (int64, error) {
	n, err := strconv.ParseInt(v.field("version"), 10, 64)
	if err != nil || n < 0 {
		return 0, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	return n, nil
}

// onClaim runs a verb that takes the claim and the version the person saw,
// and goes back to the claim's page.
func (s *Site) onClaim(v *visit, part string, verb func(id desk.ID, version int64) error) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	if err := verb(id, version); err != nil {
		return answer{}, err
	}
	return v.toClaim(id, part), nil
}

// editClaim saves the assess step. When somebody else changed the claim
// meanwhile, the page shows both and loses nothing.
func (s *Site) editClaim(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	e := desk.ClaimEdit{Text: v.field("text"), Lang: v.field("lang"), Harm: desk.Harm(v.field("harm")), HarmKind: v.field("harm-kind"),
		Topic: v.field("topic"), Body: v.field("body-concerned")}
	_, err = s.Desk.EditClaim(v.Context(), v.actor(), id, version, e)
	if err == nil {
		return v.toClaim(id, "#assess"), nil
	}
	ps := v.words.problems(err)
	if len(ps) == 0 && !errors.Is(err, desk.ErrConflict) {
		return answer{}, err
	}
	p, readErr := s.claimPage(v)
	if readErr != nil {
		return answer{}, readErr
	}
	p.Edit = editForm{ClaimEdit: e, Version: version, Problems: ps}
	if len(ps) > 0 {
		return show("desk/claim", p).as(422), nil
	}
	theirs := p.Claim
	if e == editOf(theirs) {
		return v.toClaim(id, "#assess"), nil // what the form says is stored: the button was pressed twice
	}
	merged, clash := mergeEdit(v.editWas(), e, editOf(theirs))
	if !clash {
		if _, err := s.Desk.EditClaim(v.Context(), v.actor(), id, theirs.Version, merged); err == nil {
			return v.toClaim(id, "#assess"), nil
		}
	}
	p.Edit.ClaimEdit, p.Edit.Was = merged, editOf(theirs)
	p.Edit.Theirs, p.Edit.Version = &theirs, theirs.Version
	return show("desk/claim", p).as(409), nil
}

// assignClaim gives the claim to somebody.
func (s *Site) assignClaim(v *visit) (answer, error) {
	return s.onClaim(v, "", func(id desk.ID, version int64) error {
		_, err := s.Desk.Assign(v.Context(), v.actor(), id, version, desk.ID(v.field("to")))
		return err
	})
}

// closeClaim ends it as not a factual claim.
func (s *Site) closeClaim(v *visit) (answer, error) {
	return s.onClaim(v, "", func(id desk.ID, version int64) error {
		_, err := s.Desk.CloseFor(v.Context(), v.actor(), id, version, desk.CloseReason(v.field("why")))
		return err
	})
}

// reopenClaim undoes closeClaim, or an answer by an imported check.
func (s *Site) reopenClaim(v *visit) (answer, error) {
	return s.onClaim(v, "", func(id desk.ID, version int64) error {
		_, err := s.Desk.Reopen(v.Context(), v.actor(), id, version)
		return err
	})
}

// judgeMatch confirms or rejects a suggestion.
func (s *Site) judgeMatch(v *visit) (answer, error) {
	return s.onClaim(v, "#known", func(id desk.ID, version int64) error {
		_, err := s.Desk.Judge(v.Context(), v.actor(), id, version, v.field("key"), v.field("same") == "yes")
		return err
	})
}

// undoJudgment takes a no back.
func (s *Site) undoJudgment(v *visit) (answer, error) {
	return s.onClaim(v, "#known", func(id desk.ID, version int64) error {
		_, err := s.Desk.UndoJudgment(v.Context(), v.actor(), id, version, v.field("key"))
		return err
	})
}

// mergeClaim puts the claim into another one, named by its id or by the
// address of its page.
func (s *Site) mergeClaim(v *visit) (answer, error) {
	return s.onClaim(v, "", func(id desk.ID, version int64) error {
		into := v.field("into")
		if i := strings.LastIndex(into, "/"); i >= 0 {
			into = into[i+1:]
		}
		into, _, _ = strings.Cut(into, "?")
		into, _, _ = strings.Cut(into, "#")
		if !desk.ID(into).Valid() {
			return &desk.Invalid{Problems: []desk.Problem{desk.BadClaim}}
		}
		_, err := s.Desk.Merge(v.Context(), v.actor(), id, version, desk.ID(into))
		return err
	})
}

// unmergeClaim takes it out again.
func (s *Site) unmergeClaim(v *visit) (answer, error) {
	return s.onClaim(v, "", func(id desk.ID, version int64) error {
		_, err := s.Desk.Unmerge(v.Context(), v.actor(), id, version)
		return err
	})
}

// splitClaim moves the ticked tips into a claim of their own and goes there.
func (s *Site) splitClaim(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	var tips []desk.ID
	for _, t := range v.PostForm["tip"] {
		tips = append(tips, desk.ID(t))
	}
	c, err := s.Desk.Split(v.Context(), v.actor(), id, version, tips)
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(c.ID, ""), nil
}

// addEvidence puts a source on the list.
func (s *Site) addEvidence(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	e := desk.Evidence{URL: v.field("url"), Title: v.field("title"), Publisher: v.field("publisher"), Lang: v.field("lang"),
		Quote: v.field("quote"), Says: v.saidHere(), Stance: desk.Stance(v.field("stance")), Independent: v.field("independent") == "yes",
		Nearness: desk.Nearness(v.field("nearness")), Payer: v.field("payer")}
	var ps []string
	if v.field("independent") == "" {
		// Nothing is ticked beforehand: whether a source is independent decides
		// whether the check may be published, so a person must say it.
		ps = append(ps, v.words.t("desk.evidence.say-independent"))
	} else {
		_, err = s.Desk.AddEvidence(v.Context(), v.actor(), id, e)
		if err == nil {
			s.captureSoon()
			return v.toClaim(id, "#evidence"), nil
		}
		if ps = v.words.problems(err); len(ps) == 0 {
			return answer{}, err
		}
	}
	p, err := s.claimPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Evidence = evidenceForm{Evidence: e, Asked: v.field("independent") != "", Problems: ps}
	return show("desk/claim", p).as(422), nil
}

// saidHere is what a source says, from the form's fields of each language.
func (v *visit) saidHere() desk.Said {
	var notes []desk.Note
	for _, l := range written() {
		notes = append(notes, desk.Note{Lang: l, Text: v.field("says-" + l)})
	}
	return desk.Say(notes...)
}

// turnEvidence takes a source off the list or puts it back.
func (s *Site) turnEvidence(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	verb := s.Desk.RetireEvidence
	if v.field("do") == "restore" {
		verb = s.Desk.RestoreEvidence
	}
	if err := verb(v.Context(), v.actor(), id, desk.ID(v.PathValue("evidence"))); err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#evidence"), nil
}

// saveDraft saves the text of one language and, if that button was pressed,
// submits the draft for review.
func (s *Site) saveDraft(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	f := draftForm{Text: desk.Text{Lang: v.field("lang"), Claim: v.field("claim"), Statement: v.field("statement"),
		Summary: v.field("summary"), Body: v.field("body"), Unknown: v.field("unknown")},
		Rating: desk.Rating(v.field("rating")), Version: version, Reason: desk.Reason(v.field("reason")),
		NoteVi: v.field("note-vi"), NoteEn: v.field("note-en"), Urgent: v.field("urgent")}
	saved, look, err := s.writeDraft(v, id, f)
	if err == nil && look.to != "" {
		return look, nil
	}
	if errors.Is(err, desk.ErrConflict) || errors.Is(err, desk.ErrState) || err == nil && v.field("do") == "submit" {
		done, a, againErr := s.savedAlready(v, id, f)
		switch {
		case againErr != nil:
			return answer{}, againErr
		case a.to != "":
			return a, nil
		case done.Version > 0:
			saved, err = done, nil
		}
	}
	if err == nil && v.field("do") != "submit" {
		return v.toClaim(id, "?lang="+f.Lang+"&saved=1#draft"), nil
	}
	if err == nil {
		f.Version = saved.Version
		var r desk.Review
		if r, err = s.Desk.Submit(v.Context(), v.actor(), desk.Proposal{Claim: id, DraftVersion: saved.Version,
			Reason: f.Reason, Notes: noteList(f.NoteVi, f.NoteEn), Urgent: f.Urgent}); err == nil {
			return redirect(v.tongue.url("/desk/reviews/" + string(r.ID))), nil
		}
	}
	return s.draftRefused(v, f, err)
}

// savedAlready looks whether a draft that was refused for its version is the
// one that is stored: the button was pressed twice, or the form sent again.
// Then there is nothing to complain of. Under review by this person, the
// answer leads to the review.
func (s *Site) savedAlready(v *visit, id desk.ID, f draftForm) (desk.Draft, answer, error) {
	view, err := s.Desk.ClaimPage(v.Context(), v.actor(), id)
	if err != nil {
		return desk.Draft{}, answer{}, err
	}
	typed := f.Text
	typed.Body = strings.ReplaceAll(typed.Body, "\r\n", "\n") // as browsers send what they were given
	stored := view.Draft.Text(f.Lang)
	stored.Lang = f.Lang
	if view.Draft.Rating != f.Rating || stored != typed {
		return desk.Draft{}, answer{}, nil
	}
	if view.Claim.Pending() {
		if v.field("do") == "submit" && len(view.Reviews) > 0 && view.Reviews[0].By == v.staff.ID {
			return desk.Draft{}, redirect(v.tongue.url("/desk/reviews/" + string(view.Claim.Review))), nil
		}
		return desk.Draft{}, answer{}, nil
	}
	return view.Draft, answer{}, nil
}

// draftRefused shows the form again with everything that was typed and, when
// somebody else changed the draft meanwhile, their text beside it.
func (s *Site) draftRefused(v *visit, f draftForm, err error) (answer, error) {
	f.Problems = v.words.problems(err)
	conflict := errors.Is(err, desk.ErrConflict)
	if len(f.Problems) == 0 && !conflict {
		return answer{}, err
	}
	p, readErr := s.claimPage(v)
	if readErr != nil {
		return answer{}, readErr
	}
	status := 422
	if conflict {
		theirs := p.ClaimView.Draft.Text(f.Lang)
		f.Theirs, f.TheirsBy, f.Version, status = &theirs, p.ClaimView.Draft.Rating, p.ClaimView.Draft.Version, 409
	}
	p.Draft = f
	p.langTabs(v, f.Lang)
	return show("desk/claim", p).as(status), nil
}

// noteList makes notes of what was typed in each language.
func noteList(vi, en string) []desk.Note {
	return []desk.Note{{Lang: "vi", Text: vi}, {Lang: "en", Text: en}}
}

// submitWithdrawal asks a second person to withdraw the check.
func (s *Site) submitWithdrawal(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	f := withdrawForm{Reason: desk.Reason(v.field("reason")), NoteVi: v.field("note-vi"), NoteEn: v.field("note-en"), Urgent: v.field("urgent")}
	r, err := s.Desk.Submit(v.Context(), v.actor(), desk.Proposal{Claim: id, Withdraw: true, Reason: f.Reason, Notes: noteList(f.NoteVi, f.NoteEn), Urgent: f.Urgent})
	if err == nil {
		return redirect(v.tongue.url("/desk/reviews/" + string(r.ID))), nil
	}
	if f.Problems = v.words.problems(err); len(f.Problems) == 0 {
		return answer{}, err
	}
	p, readErr := s.claimPage(v)
	if readErr != nil {
		return answer{}, readErr
	}
	p.Withdrawal = f
	return show("desk/claim", p).as(422), nil
}

// tipsPage lists all tips of a claim, a hundred at a time, for splitting.
type tipsPage struct {
	Claim desk.Claim
	Tips  []desk.Tip
	Total int
	Older string
	Newer string
	May   bool
}

// head implements page.
func (p tipsPage) head(w *words) head {
	return head{Title: w.t("desk.tips.title"), Section: "desk", Private: true}
}

// tipsAPage is how many tips one page lists.
const tipsAPage = 100

// claimTips lists the tips of a claim, newest first.
func (s *Site) claimTips(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	view, err := s.Desk.ClaimPage(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	f := desk.TipFilter{Claim: id, Limit: tipsAPage + 1}
	if ms, err := strconv.ParseInt(v.query("before"), 10, 64); err == nil {
		f.Before = fromMillis(ms)
	}
	ts, err := s.Desk.TipsOf(v.Context(), v.actor(), f)
	if err != nil {
		return answer{}, err
	}
	p := tipsPage{Claim: view.Claim, Tips: ts, Total: view.Demand.Tips,
		May: v.actor().May(desk.MayAssess) && (view.Claim.State == desk.ClaimOpen || view.Claim.State == desk.ClaimPublished)}
	if len(ts) > tipsAPage {
		p.Tips = ts[:tipsAPage]
		p.Older = v.with("before", strconv.FormatInt(p.Tips[tipsAPage-1].Received.UnixMilli(), 10))
	}
	if v.query("before") != "" {
		p.Newer = v.with("before", "")
	}
	return show("desk/tips", p), nil
}
