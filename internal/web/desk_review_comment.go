package web

import (
	"slices"

	"soi/internal/desk"
)

// remarkView is a comment on a page: with the names of staff, and with forms
// where the person may answer.
type remarkView struct {
	desk.Remark
	Number int // in its list, from 1
	Names  map[desk.ID]string
	May    bool    // the person may answer and settle
	Back   desk.ID // the review to come back to; "" for the claim's page
	Answer string  // typed
}

// remarksShown prepares comments for a page.
func remarksShown(rs []desk.Remark, names map[desk.ID]string, may bool, back desk.ID) []remarkView {
	var out []remarkView
	for i, r := range rs {
		out = append(out, remarkView{Remark: r, Number: i + 1, Names: names, May: may, Back: back})
	}
	return out
}

// Shown are the comments on the page of a review.
func (p reviewPage) Shown() []remarkView {
	return remarksShown(p.Remarks, p.Names, p.Answers, p.Review.ID)
}

// addComment says something about one sentence of the text under review.
func (s *Site) addComment(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	n := desk.NewComment{Text: v.field("text")}
	n.Lang, n.Field, n.Place = parseKey(v.field("at"))
	c, err := s.Desk.AddComment(v.Context(), v.actor(), id, n)
	if err == nil {
		return redirect(v.reviewAt(id, "comment", "#c-"+string(c.ID))), nil
	}
	a, err := s.reviewRefused(v, id, err)
	if p, ok := a.page.(reviewPage); ok {
		p.Comment = commentForm{At: v.field("at"), Text: v.field("text"), Problems: p.Problems}
		a.page = p
	}
	return a, err
}

// turnComment answers a comment, marks it as settled, or opens it again.
func (s *Site) turnComment(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	comment := desk.ID(v.PathValue("comment"))
	if !comment.Valid() {
		return answer{}, desk.ErrNotFound
	}
	if text := v.field("text"); text != "" || v.field("do") == "answer" {
		_, err = s.Desk.AnswerComment(v.Context(), v.actor(), id, comment, text)
	}
	if do := v.field("do"); err == nil && slices.Contains([]string{"settle", "open"}, do) {
		err = s.Desk.SettleComment(v.Context(), v.actor(), id, comment, do == "settle")
	}
	if err != nil {
		return answer{}, err
	}
	if back := desk.ID(v.field("review")); back.Valid() {
		return redirect(v.reviewAt(back, "", "#c-"+string(comment))), nil
	}
	return v.toClaim(id, "#c-"+string(comment)), nil
}

// claimRemarks puts the comments on a claim's texts beside its draft.
func (s *Site) claimRemarks(v *visit, p *claimPage) error {
	rs, err := s.Desk.Remarks(v.Context(), v.actor(), p.Claim.ID)
	p.Remarks = remarksShown(rs, p.Names, p.May.Draft, "")
	p.Two = s.Desk.TwoFor(p.Claim.Harm)
	return err
}
