package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// expert puts somebody on the register.
func (o *office) expert(name string) desk.Expert {
	o.t.Helper()
	e, err := o.AddExpert(o.ctx(), o.staff[desk.Editor], desk.Expert{Name: name, Institution: "Đại học X", Topics: []string{"science"}, Payer: "Quỹ Y",
		Lang: "vi", Agreed: "2026-11-02", Proof: "tủ hồ sơ 3", Address: []byte("sealed")})
	o.must(err)
	return e
}

func TestRegisterOfExperts(t *testing.T) {
	o := newOffice(t)
	good := desk.Expert{Name: "Chuyên gia đất", Institution: "Viện Y", Topics: []string{"science"}, Lang: "vi", Agreed: "2026-11-02", Proof: "hồ sơ"}
	for _, r := range desk.Roles() {
		_, err := o.AddExpert(o.ctx(), o.staff[r], good)
		if may := r == desk.Editor; may != (err == nil) {
			t.Errorf("%s: %v", r, err)
		}
	}
	for name, c := range map[string]struct {
		change func(*desk.Expert)
		want   desk.Problem
	}{
		"the same person": {func(*desk.Expert) {}, desk.NameTaken}, "no name": {func(e *desk.Expert) { e.Name = " " }, desk.TextEmpty},
		"no topic":      {func(e *desk.Expert) { e.Topics = nil }, desk.BadChoice},
		"no agreement":  {func(e *desk.Expert) { e.Agreed = "" }, desk.NoAgreement},
		"agreed later":  {func(e *desk.Expert) { e.Agreed = "2027-01-01" }, desk.NoAgreement},
		"without proof": {func(e *desk.Expert) { e.Proof = "" }, desk.NoAgreement},
		"too long":      {func(e *desk.Expert) { e.Institution = strings.Repeat("x", 301) }, desk.TextTooLong},
	} {
		e := good
		e.Name = "Chuyên gia đất"
		c.change(&e)
		if _, err := o.AddExpert(o.ctx(), o.staff[desk.Editor], e); !slices.Contains(desk.Problems(err), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestOpinion(t *testing.T) {
	o := newOffice(t)
	c, e, an := o.open(), o.expert("Nhà vật lý"), o.staff[desk.Checker]
	q, link, err := o.AskExpert(o.ctx(), an, c.ID, e.ID, "Số liệu này có đủ để kết luận không?")
	o.must(err)
	if strings.Contains(string(q.Hash), link) || len(link) < 40 {
		t.Fatal("the secret is stored, or short")
	}
	for _, wrong := range []string{"", "x", link + "x", link[:42], strings.ToUpper(link)} {
		_, err := o.OpinionByLink(o.ctx(), wrong)
		o.want(err, desk.ErrNotFound)
		_, err = o.AnswerOpinion(o.ctx(), wrong, "x")
		o.want(err, desk.ErrNotFound)
	}
	a, err := o.OpinionByLink(o.ctx(), link)
	o.must(err)
	if a.Opinion.Question != q.Question || a.Expert.ID != e.ID {
		t.Errorf("asked %+v", a)
	}
	_, err = o.CiteOpinion(o.ctx(), an, c.ID, q.ID, true)
	o.want(err, desk.ErrState) // nothing was answered yet
	_, err = o.AnswerOpinion(o.ctx(), link, " Chưa đủ:\r\nmẫu quá nhỏ. ")
	o.must(err)
	_, err = o.AnswerOpinion(o.ctx(), link, "Chưa đủ:\nmẫu quá nhỏ.") // sent twice
	o.must(err)
	o.notify()
	if got := o.told(an); !slices.Equal(got, []desk.NotificationKind{desk.ToldAnswered}) {
		t.Errorf("who asked is told %v", got)
	}
	_, err = o.CiteOpinion(o.ctx(), an, c.ID, q.ID, true)
	o.must(err)
	_, err = o.AnswerOpinion(o.ctx(), link, "Đủ rồi.")
	o.want(err, desk.ErrState)

	// An opinion is no source: without an independent one nothing is published.
	v := o.draft(an, c.ID, desk.RatingFalse, "Ngắn.")
	_, err = o.Submit(o.ctx(), an, desk.Proposal{Claim: c.ID, DraftVersion: v})
	if !slices.Contains(desk.Problems(err), desk.NoIndependent) {
		t.Errorf("an opinion stands in for a source: %v", err)
	}
	o.cite(c.ID, true)
	r, err := o.Submit(o.ctx(), an, desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	doc, err := desk.ParseDocument(r.Doc)
	o.must(err)
	want := desk.DocOpinion{ID: q.ID, Name: "Nhà vật lý", Institution: "Đại học X", Payer: "Quỹ Y", Lang: "vi", Question: q.Question,
		Answer: "Chưa đủ:\nmẫu quá nhỏ.", Answered: "2026-11-22"}
	if len(doc.Opinions) != 1 || doc.Opinions[0] != want || doc.Rating != desk.RatingFalse {
		t.Errorf("the document says %+v", doc.Opinions)
	}
	o.withdrawn(c, e, link, r)
}

// withdrawn: the expert withdraws while a text with the name is under review.
func (o *office) withdrawn(c desk.Claim, e desk.Expert, link string, r desk.Review) {
	o.t.Helper()
	an := o.staff[desk.Checker]
	o.must(o.WithdrawByLink(o.ctx(), link))
	_, err := o.OpinionByLink(o.ctx(), link)
	o.want(err, desk.ErrNotFound)
	_, err = o.Approve(o.ctx(), o.staff[desk.Editor], r.ID, r.Hash, nil)
	o.want(err, desk.ErrState)
	es, err := o.Experts(o.ctx(), an)
	o.must(err)
	if len(es) != 1 || es[0].Agrees() || es[0].Address != nil {
		o.t.Errorf("after withdrawing: %+v", es)
	}
	v, err := o.ClaimPage(o.ctx(), an, c.ID)
	o.must(err)
	if v.Claim.Pending() {
		o.t.Error("the text with the name is still under review")
	}
	again, err := o.Submit(o.ctx(), an, desk.Proposal{Claim: c.ID, DraftVersion: v.Draft.Version})
	o.must(err)
	if strings.Contains(string(again.Doc), "Nhà vật lý") {
		o.t.Error("the next text carries the name")
	}
	_, _, err = o.AskExpert(o.ctx(), an, c.ID, e.ID, "Nữa?")
	o.want(err, desk.ErrState)
	o.notify()
	if got := o.told(an); got[len(got)-1] != desk.ToldWithdrawn {
		o.t.Errorf("the author is told %v", got)
	}
}

// TestPublishedOpinionStays: what is published under a name does not change
// when the agreement ends.
func TestPublishedOpinionStays(t *testing.T) {
	o := newOffice(t)
	c, e, an := o.open(), o.expert("Nhà hóa học"), o.staff[desk.Checker]
	q, link, err := o.AskExpert(o.ctx(), an, c.ID, e.ID, "Có đúng không?")
	o.must(err)
	_, err = o.AnswerOpinion(o.ctx(), link, "Không thấy bằng chứng.")
	o.must(err)
	_, err = o.CiteOpinion(o.ctx(), an, c.ID, q.ID, true)
	o.must(err)
	o.publish(c.ID, desk.RatingFalse)
	o.must(o.WithdrawExpert(o.ctx(), o.staff[desk.Editor], e.ID))
	rs, err := o.Check(o.ctx(), c.ID, 100)
	o.must(err)
	if len(rs) != 1 || len(rs[0].Doc.Opinions) != 1 || rs[0].Doc.Opinions[0].Name != "Nhà hóa học" {
		t.Errorf("published: %+v", rs)
	}
}

func TestLinksToExpertsEnd(t *testing.T) {
	o := newOffice(t)
	c, e, an := o.open(), o.expert("Nhà địa chất"), o.staff[desk.Checker]
	q, link, err := o.AskExpert(o.ctx(), an, c.ID, e.ID, "Có đúng không?")
	o.must(err)
	_, err = o.EndOpinion(o.ctx(), an, c.ID, q.ID)
	o.must(err)
	_, err = o.AnswerOpinion(o.ctx(), link, "muộn")
	o.want(err, desk.ErrNotFound)
	_, err = o.EndOpinion(o.ctx(), an, c.ID, q.ID)
	o.want(err, desk.ErrState)
	_, link, err = o.AskExpert(o.ctx(), an, c.ID, e.ID, "Lần nữa?")
	o.must(err)
	o.pass(31 * 24 * time.Hour)
	if _, err = o.OpinionByLink(o.ctx(), link); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("a link past its time: %v", err)
	}
}
