package desk_test

import (
	"slices"
	"strings"
	"testing"

	"soi/internal/desk"
)

// secret is what must not stand in a published text.
const secret = "số điện thoại 0912 345 678"

// TestRedactionThroughTwoPeople publishes a secret twice and takes it out.
func TestRedactionThroughTwoPeople(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	checker, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	_, err := o.AddEvidence(o.ctx(), checker, c.ID, desk.Evidence{URL: "https://example.org/b", Title: "A source", Quote: "Gọi " + secret + ".", Stance: desk.Refutes, Independent: true})
	o.must(err)
	o.publish(c.ID, desk.RatingFalse)
	v := o.draft(checker, c.ID, desk.RatingFalse, "The answer, "+secret+".")
	r, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
	ask := desk.Redaction{Claim: c.ID, Passages: []string{secret, " "}, Reason: desk.ReasonPrivacy, Notes: note()}
	for problem, spoil := range map[desk.Problem]func(*desk.Redaction){
		desk.TextEmpty:     func(n *desk.Redaction) { n.Passages = []string{" "} },
		desk.RedactNothing: func(n *desk.Redaction) { n.Passages = []string{"stands nowhere"} },
		desk.NoReason:      func(n *desk.Redaction) { n.Reason = desk.ReasonTypo },
		desk.NoNote:        func(n *desk.Redaction) { n.Notes = nil },
		desk.BadChoice:     func(n *desk.Redaction) { n.Notes = []desk.Note{{Lang: "vi", Text: "Đã che " + secret}} },
	} {
		bad := ask
		spoil(&bad)
		if _, err := o.Redact(o.ctx(), checker, bad); !slices.Contains(desk.Problems(err), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
	_, err = o.Redact(o.ctx(), o.staff[desk.Contributor], ask)
	o.want(err, desk.ErrForbidden)
	r, err = o.Redact(o.ctx(), editor, ask)
	o.must(err)
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrOwnWork)
	before, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	if len(before) != 2 || before[0].Erased || before[1].Erased {
		t.Fatal("something was deleted before the second person agreed")
	}
	second := o.hire(desk.Editor, "second")
	ps, err := o.Redacting(o.ctx(), second, r.ID)
	o.must(err)
	if !slices.Equal(ps, []string{secret}) {
		t.Errorf("the second person sees %q", ps)
	}
	_, err = o.Approve(o.ctx(), second, r.ID, r.Hash, desk.Points(r.Kind))
	o.must(err)
	o.nowhere(c.ID, second)
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	if len(rs) != 3 || rs[0].Erased || !rs[1].Erased || !rs[2].Erased || !slices.Equal(rs[0].Doc.Erases, []int{1, 2}) {
		t.Fatalf("revisions: %+v", rs)
	}
	if text, _ := rs[0].Doc.Text("vi"); text.Summary != "The answer, [đã che]." || rs[0].Doc.Rating != desk.RatingFalse {
		t.Errorf("%+v", rs[0].Doc)
	}
	for _, old := range rs[1:] {
		_, err := o.DocumentBytes(o.ctx(), old.Hash)
		o.want(err, desk.ErrErased)
	}
	// The check lives on.
	v = o.draft(checker, c.ID, desk.RatingFalse, "A last answer.")
	r, err = o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
}

// nowhere fails if the secret stands anywhere staff or the public can read.
func (o *office) nowhere(claim desk.ID, by desk.Actor) {
	o.t.Helper()
	v, err := o.ClaimPage(o.ctx(), by, claim)
	o.must(err)
	said := []string{v.Claim.Text}
	for _, e := range v.Evidence {
		said = append(said, e.Title, e.Quote, e.URL, string(e.Says))
	}
	for _, t := range v.Draft.Texts {
		said = append(said, t.Claim, t.Statement, t.Summary, t.Body, t.Unknown)
	}
	for _, r := range v.Reviews {
		said = append(said, string(r.Doc), r.Reasons)
	}
	for _, r := range v.Revisions {
		b, err := r.Doc.Bytes()
		o.must(err)
		said = append(said, string(b))
	}
	for _, s := range said {
		if strings.Contains(s, secret) {
			o.t.Errorf("the secret still stands in %q", s)
		}
	}
}

// TestRedactionKeepsRevisionsWithoutThePassage.
func TestRedactionKeepsRevisionsWithoutThePassage(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	checker := o.staff[desk.Checker]
	v := o.draft(checker, c.ID, desk.RatingFalse, "The answer, "+secret+".")
	r, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
	v = o.draft(checker, c.ID, desk.RatingFalse, "The answer again.")
	r, err = o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
	// The text in force is clean: only the old document has to go.
	r, err = o.Redact(o.ctx(), checker, desk.Redaction{Claim: c.ID, Passages: []string{secret}, Reason: desk.ReasonLegal, Notes: note()})
	o.must(err)
	o.approve(r)
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	var gone []bool
	for _, x := range rs {
		gone = append(gone, x.Erased)
	}
	if !slices.Equal(gone, []bool{false, false, true, false}) {
		t.Errorf("erased, newest first: %v", gone)
	}
	// A withdrawn check has no text in force to be redacted.
	w, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, Withdraw: true, Reason: desk.ReasonSource, Notes: note()})
	o.must(err)
	o.approve(w)
	_, err = o.Redact(o.ctx(), checker, desk.Redaction{Claim: c.ID, Passages: []string{"The answer"}, Reason: desk.ReasonPrivacy, Notes: note()})
	o.want(err, desk.ErrState)
}
