package web

import (
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// reviewPage is what the second person sees: on one side exactly what will be
// published, on the other what changed, the checklist and the decision.
type reviewPage struct {
	desk.ReviewPage
	Hash     string
	Raw      string   // the exact bytes
	Passages []string // that are taken out, when it is a redaction
	Names    map[desk.ID]string
	Points   []point
	Kinds    []returnKind
	Reasons  string // typed for sending back
	Problems []string
	Role     bool // the person's role reviews
	Author   bool // the person may take it back
	Answers  bool // the person may answer comments
	Fresh    bool // the proof of who they are is recent enough to publish
	Changes  []langChanges
	Since    []langChanges // since the person saw it last
	Texts    []shownText
	Notes    []desk.Note
	Comment  commentForm
	Sent     []desk.Remark // open comments of the person's own, which go with sending back
	Said     string        // what was just done, as a catalogue key
}

// point is one line of the checklist with what can be counted about it.
type point struct {
	Code   string
	Ticked bool
	Facts  []string
}

// returnKind is one kind of reason for sending back.
type returnKind struct {
	Code   string
	Ticked bool
}

// commentForm is the form of a new comment.
type commentForm struct {
	At, Text string
	Problems []string
}

// head implements page.
func (p reviewPage) head(w *words) head {
	return head{Title: w.t("desk.review.title"), Section: "desk", Private: true}
}

// Pending reports whether the review waits for a decision.
func (p reviewPage) Pending() bool { return p.Review.Pending() }

// Decides reports whether this person can decide on the text now.
func (p reviewPage) Decides() bool { return p.Role && p.May() }

// First reports whether this person's approval is the first of two.
func (p reviewPage) First() bool {
	return p.Review.Pending() && p.Review.Need > 1 && p.Review.Urgent == "" && !p.Stands
}

// Late reports whether the other reviewer of an emergency is late.
func (p reviewPage) Late() bool { return p.Review.Late(p.Now) }

// reviewRoutes are the routes of reviews.
func (s *Site) reviewRoutes() []route {
	return []route{
		{pattern: "GET /desk/reviews", audience: Staff, may: desk.MayRead, h: s.reviews},
		{pattern: "GET /desk/reviews/{id}", audience: Staff, may: desk.MayRead, h: s.review},
		{pattern: "POST /desk/reviews/{id}/approve", audience: Staff, may: desk.MayReview, body: bodyForm, h: s.approve},
		{pattern: "POST /desk/reviews/{id}/return", audience: Staff, may: desk.MayReview, body: bodyForm, keep: []string{"reasons"}, h: s.sendBack},
		{pattern: "POST /desk/reviews/{id}/keep", audience: Staff, may: desk.MayReview, body: bodyForm, keep: []string{"reasons"}, h: s.keepReviewing},
		{pattern: "POST /desk/reviews/{id}/comments", audience: Staff, may: desk.MayReview, body: bodyForm, keep: []string{"text"}, h: s.addComment},
		{pattern: "POST /desk/reviews/{id}/take-back", audience: Staff, may: desk.MayDraft, body: bodySmall, h: s.takeBack},
		{pattern: "POST /desk/claims/{id}/comments/{comment}", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"text"}, h: s.turnComment},
	}
}

// review shows a review.
func (s *Site) review(v *visit) (answer, error) {
	p, err := s.reviewPage(v)
	if err != nil {
		return answer{}, err
	}
	return show("desk/review", p), nil
}

// reviewPage reads the review of the address.
func (s *Site) reviewPage(v *visit) (reviewPage, error) {
	id, err := v.id()
	if err != nil {
		return reviewPage{}, err
	}
	r, err := s.Desk.ReviewPage(v.Context(), v.actor(), id)
	if err != nil {
		return reviewPage{}, err
	}
	a := v.actor()
	p := reviewPage{ReviewPage: r, Hash: hex.EncodeToString(r.Review.Hash), Raw: string(r.Review.Doc), Names: namesOf(r.Staff),
		Role: a.May(desk.MayReview), Answers: a.May(desk.MayDraft), Author: slices.Contains(r.Review.Authors, v.staff.ID), Notes: r.Doc.Notes,
		Fresh: s.Auth == nil || s.Auth.RequireRecent(v.session) == nil, Texts: shownTexts(r.Doc.Texts, r.Remarks), Reasons: r.Mine.Reasons}
	p.tick(v)
	if len(r.Doc.Erases) > 0 && p.Role {
		if p.Passages, err = s.Desk.Redacting(v.Context(), a, id); err != nil {
			return reviewPage{}, err
		}
	}
	if r.Before != nil {
		p.Changes = v.words.nameParts(changesOf(*r.Before, r.Doc))
	}
	if r.Seen != nil {
		p.Since = v.words.nameParts(changesOf(*r.Seen, r.Doc))
	}
	for _, m := range r.Remarks {
		if m.Open() && m.By == v.staff.ID && m.Review == r.Review.ID {
			p.Sent = append(p.Sent, m)
		}
	}
	if said := v.query("said"); slices.Contains(saidKeys(), said) {
		p.Said = "review.said." + said
	}
	return p, nil
}

// saidKeys are the ends of the sentences that say what was just done.
func saidKeys() []string { return []string{"agreed", "confirmed", "kept", "comment"} }

// tick fills in the checklist and the kinds of reasons as the person left
// them.
func (p *reviewPage) tick(v *visit) {
	ticks, kinds := append(slices.Clone(p.Mine.Ticks), v.PostForm["point"]...), append(slices.Clone(p.Mine.Kinds), v.PostForm["kind"]...)
	for _, c := range p.Facts.Points() {
		p.Points = append(p.Points, point{c, slices.Contains(ticks, c), v.words.factsOf(c, p.Facts, p.Doc.Rating)})
	}
	for _, c := range desk.ReturnKinds() {
		p.Kinds = append(p.Kinds, returnKind{c, slices.Contains(kinds, c)})
	}
}

// keepWork keeps what the person has ticked and written, so that neither a
// proof of identity nor a refusal loses it.
func (s *Site) keepWork(v *visit, id desk.ID) error {
	return s.Desk.KeepReviewing(v.Context(), v.actor(), id, v.PostForm["point"], v.PostForm["kind"], v.field("reasons"))
}

// keepReviewing keeps the person's work on a review for later.
func (s *Site) keepReviewing(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.keepWork(v, id); err != nil {
		return s.reviewRefused(v, id, err)
	}
	return redirect(v.reviewAt(id, "kept", "#checklist")), nil
}

// reviewAt is the address of a review, with what was just done.
func (v *visit) reviewAt(id desk.ID, said, part string) string {
	to := v.tongue.url("/desk/reviews/" + string(id))
	if said != "" {
		to += "?said=" + said
	}
	return to + part
}

// approve publishes the text whose hash the form carries, or is the first of
// two approvals, or the one that follows an emergency publication.
func (s *Site) approve(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Auth.RequireRecent(v.session); err != nil {
		if errors.Is(err, auth.ErrStepUp) {
			if err := s.keepWork(v, id); err != nil {
				return s.reviewRefused(v, id, err)
			}
			return redirect(v.tongue.url("/desk/prove") + "?back=/desk/reviews/" + string(id)), nil
		}
		return answer{}, err
	}
	hash, err := hex.DecodeString(v.field("hash"))
	if err != nil {
		return s.reviewRefused(v, id, errors.Join(desk.ErrConflict, err))
	}
	verb := s.Desk.Approve
	if v.field("do") == "confirm" {
		verb = s.Desk.Confirm
	}
	r, err := verb(v.Context(), v.actor(), id, hash, v.PostForm["point"])
	switch {
	case err != nil:
		return s.reviewRefused(v, id, err)
	case r.Pending():
		return redirect(v.reviewAt(id, "agreed", "")), nil
	case v.field("do") == "confirm":
		return redirect(v.reviewAt(id, "confirmed", "")), nil
	}
	if err := s.AfterPublish(v.Context()); err != nil {
		// The publication is committed; the signing loop goes on trying, and
		// the claim's page says that it is not public yet.
		s.Logger.Error("published, but not signed yet", "cause", err)
	}
	return v.toClaim(r.Claim, "#published"), nil
}

// sendBack returns the text to its author.
func (s *Site) sendBack(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	r, err := s.Desk.SendBack(v.Context(), v.actor(), id, v.field("reasons"), v.PostForm["kind"]...)
	if err != nil {
		return s.reviewRefused(v, id, err)
	}
	return v.toClaim(r.Claim, ""), nil
}

// takeBack ends the review so that its author can change the text.
func (s *Site) takeBack(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	r, err := s.Desk.TakeBack(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(r.Claim, "#draft"), nil
}

// reviewRefused shows the review again, as it stands now, with why the
// decision was not taken and with everything that was ticked and typed.
// Whoever took the same decision a moment ago is led on as after that.
func (s *Site) reviewRefused(v *visit, id desk.ID, err error) (answer, error) {
	problems, status := v.words.problems(err), 422
	if len(problems) == 0 && !errors.Is(err, desk.ErrState) && !errors.Is(err, desk.ErrConflict) {
		return answer{}, err
	}
	p, readErr := s.reviewPage(v)
	if readErr != nil {
		return answer{}, readErr
	}
	if a, done := s.doneAlready(v, p); done {
		return a, nil
	}
	if len(problems) == 0 {
		problems, status = []string{v.words.overtaken(p, err)}, 409
	}
	p.Problems = problems
	if typed := v.field("reasons"); typed != "" {
		p.Reasons = typed
	}
	return show("desk/review", p).as(status), nil
}

// doneAlready leads on a person whose decision was taken when the form came a
// second time.
func (s *Site) doneAlready(v *visit, p reviewPage) (answer, bool) {
	r, me := p.Review, v.staff.ID
	switch {
	case r.Reviewer == me && v.field("do") != "confirm" && slices.Contains([]desk.ReviewState{desk.ReviewApproved, desk.ReviewReturned}, r.State):
		return v.toClaim(r.Claim, ""), true
	case r.Other == me && v.field("do") == "confirm":
		return redirect(v.reviewAt(r.ID, "confirmed", "")), true
	case p.Agreed && v.field("hash") != "":
		return redirect(v.reviewAt(r.ID, "agreed", "")), true
	}
	return answer{}, false
}

// overtaken says in words why a decision came too late.
func (w *words) overtaken(p reviewPage, err error) string {
	switch {
	case errors.Is(err, desk.ErrConflict) && p.Pending():
		return w.t("review.overtaken.text")
	case p.Review.State == desk.ReviewTaken:
		return w.t("review.overtaken.taken")
	}
	return w.t("review.overtaken."+string(p.Review.State), "Name", p.Names[p.Review.Reviewer])
}

// reviewsPage lists what waits for reviewers.
type reviewsPage struct {
	List  []desk.Awaited
	Names map[desk.ID]string
	Now   time.Time
}

// head implements page.
func (p reviewsPage) head(w *words) head {
	return head{Title: w.t("reviews.title"), Section: "desk", Private: true}
}

// reviews shows what waits for reviewers.
func (s *Site) reviews(v *visit) (answer, error) {
	list, err := s.Desk.AwaitedReviews(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	return show("desk/reviews", reviewsPage{List: list, Names: namesOf(staff), Now: s.Desk.Now()}), err
}

// fromMillis is a time from unix milliseconds, as addresses carry it.
func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
