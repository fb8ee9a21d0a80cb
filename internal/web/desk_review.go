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
// published, on the other the checklist and what changed.
type reviewPage struct {
	desk.ReviewPage
	Hash     string
	Names    map[desk.ID]string
	Points   []point
	Reasons  string // typed for sending back
	Problems []string
	May      bool // the person's role reviews
	Author   bool // the person may take it back
	Fresh    bool // the proof of who they are is recent enough to publish
	Changes  []langChanges
	Notes    []desk.Note
}

// point is one line of the checklist.
type point struct {
	Code   string
	Ticked bool
}

// langChanges is what changed for the readers of one language.
type langChanges struct {
	Lang    string
	Changes []change
}

// head implements page.
func (p reviewPage) head(w *words) head {
	return head{Title: w.t("desk.review.title"), Section: "desk", Private: true}
}

// Pending reports whether the review waits for a decision.
func (p reviewPage) Pending() bool { return p.Review.State == desk.ReviewPending }

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
	p := reviewPage{ReviewPage: r, Hash: hex.EncodeToString(r.Review.Hash), Names: namesOf(r.Staff), May: v.actor().May(desk.MayReview),
		Author: slices.Contains(r.Review.Authors, v.staff.ID), Notes: r.Doc.Notes,
		Fresh: s.Auth == nil || s.Auth.RequireRecent(v.session) == nil}
	for _, c := range desk.Points(r.Review.Kind) {
		p.Points = append(p.Points, point{c, slices.Contains(v.PostForm["point"], c)})
	}
	if r.Before != nil {
		p.Changes = changesOf(*r.Before, r.Doc)
	}
	return p, nil
}

// changesOf lists what the readers of each language will see differ; what
// concerns all of them (rating, sources) stands with the first.
func changesOf(before, after desk.Document) []langChanges {
	var out []langChanges
	shared := false
	for _, l := range Languages() {
		_, had := before.Text(l)
		_, has := after.Text(l)
		if !had && !has {
			continue
		}
		cs := changesBetween(before, after, l)
		if shared {
			cs = slices.DeleteFunc(cs, func(c change) bool { return slices.Contains([]string{"rating", "added", "removed"}, c.Field) })
		}
		shared = true
		if len(cs) > 0 {
			out = append(out, langChanges{l, cs})
		}
	}
	return out
}

// approve publishes the text whose hash the form carries.
func (s *Site) approve(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Auth.RequireRecent(v.session); err != nil {
		if errors.Is(err, auth.ErrStepUp) {
			return redirect(v.tongue.url("/desk/prove") + "?back=/desk/reviews/" + string(id)), nil
		}
		return answer{}, err
	}
	hash, err := hex.DecodeString(v.field("hash"))
	if err != nil {
		return answer{}, errors.Join(desk.ErrConflict, err)
	}
	r, err := s.Desk.Approve(v.Context(), v.actor(), id, hash, v.PostForm["point"])
	if ps := v.words.problems(err); len(ps) > 0 {
		p, readErr := s.reviewPage(v)
		if readErr != nil {
			return answer{}, readErr
		}
		p.Problems = ps
		return show("desk/review", p).as(422), nil
	}
	if err != nil {
		return s.decidedAlready(v, id, desk.ReviewApproved, err)
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
	r, err := s.Desk.SendBack(v.Context(), v.actor(), id, v.field("reasons"))
	if ps := v.words.problems(err); len(ps) > 0 {
		p, readErr := s.reviewPage(v)
		if readErr != nil {
			return answer{}, readErr
		}
		p.Problems, p.Reasons = ps, v.field("reasons")
		return show("desk/review", p).as(422), nil
	}
	if err != nil {
		return s.decidedAlready(v, id, desk.ReviewReturned, err)
	}
	return v.toClaim(r.Claim, ""), nil
}

// decidedAlready leads on a person whose decision was taken when the form
// came a second time; every other refusal stays one.
func (s *Site) decidedAlready(v *visit, id desk.ID, as desk.ReviewState, err error) (answer, error) {
	if !errors.Is(err, desk.ErrState) {
		return answer{}, err
	}
	r, readErr := s.Desk.ReviewPage(v.Context(), v.actor(), id)
	if readErr != nil || r.Review.Reviewer != v.staff.ID || r.Review.State != as {
		return answer{}, err
	}
	return v.toClaim(r.Claim.ID, ""), nil
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

// fromMillis is a time from unix milliseconds, as addresses carry it.
func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
