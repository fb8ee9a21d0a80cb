package e2e

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/tlog"
)

// What the asker of the story types on a phone, and what the desk makes of it.
const (
	floodTyped = "nuoc may xom ben dang bi nhiem chi nang, dung ko moi nguoi"
	floodClaim = "Nước máy xóm Bến đang bị nhiễm chì nặng."
	floodTrue  = "Nước máy xóm Bến đạt chuẩn; lượng chì thấp hơn mức cho phép."
	floodFixed = "Nước máy xóm Bến đạt chuẩn; một vòi ở trường học từng vượt mức và đã thay."
)

// peopleStory is one claim in the hands of an asker, a checker, the office of
// the body concerned, two reviewers and an appellant.
type peopleStory struct {
	claimStory
	first, second *browsertest.Window // the reviewers
	asker, office *browsertest.Window // on phones, without scripts
	body          string              // the desk's name for the body
	appeal        string              // page of the appellant
}

// sixPeople: from the message of somebody on a phone to the ruling on an
// appeal and the correction that follows it.
func sixPeople(t *testing.T, w *world) {
	s := &peopleStory{claimStory: claimStory{T: t, world: w}, body: "Công ty Nước xóm Bến"}
	before := s.logSize()
	s.asks()
	s.first = w.staff(t, "First editor of water", desk.Editor)
	s.knowsBody()
	s.checker = w.staff(t, "Checker of water", desk.Checker)
	s.takes()
	s.citesTwo()
	s.asksBody()
	s.writesIt()
	s.agreeBoth(points()...)
	s.read1()
	s.verify(1, tlog.KindPublish)
	s.appeals()
	ruling := s.rules()
	s.puttingRight()
	s.verify(2, tlog.KindCorrect)
	s.ruled(ruling)
	if got := s.logSize(); got != before+3 {
		t.Errorf("the log has %d entries, had %d; a publication, a ruling and a correction make three more", got, before)
	}
}

// asks: somebody types without marks on a phone and is given a code.
func (s *peopleStory) asks() {
	s.Helper()
	s.asker = s.phone(s.T)
	s.asker.Go("/")
	s.asker.Fill("Tin nhắn hoặc đường dẫn", floodTyped)
	s.asker.Click("Hỏi")
	s.asker.See("Chưa ai kiểm chứng tin này")
	judgePage(s.asker)
	s.ticket = regexp.MustCompile(`[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{4}`).FindString(s.asker.Text())
	if s.ticket == "" {
		s.Fatalf("no ticket code on the page:\n%s", s.asker.Text())
	}
}

// knowsBody: the body concerned stands on the register.
func (s *peopleStory) knowsBody() {
	s.Helper()
	by := desk.As(s.desk.Member(s.T, "Editor of bodies", desk.Editor))
	b := desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: s.body}, desk.Note{Lang: "en", Text: "Water Company of Ben"}), Kind: desk.BodyCompany, Mail: "vanphong@nuoc.example", Lang: "vi"}
	if _, err := s.desk.Desk.SaveBody(s.Context(), by, b); err != nil {
		s.Fatal(err)
	}
}

// takes: the checker takes the claim in the queue and assesses it.
func (s *peopleStory) takes() {
	s.Helper()
	c := s.checker
	c.Go("/en/desk?q=nuoc+may+xom+ben")
	c.See("nuoc may xom ben dang bi nhiem chi")
	c.AxeLightAndDark()
	c.Click("Take")
	s.claim = path.Base(c.Path())
	c.See("Checker of water")
	c.Fill("The claim in one sentence", floodClaim)
	c.Choose("Harm", "high")
	c.Choose("Kind of harm", "health")
	c.Choose("Topic", "Health")
	c.Fill("Body concerned", s.body)
	c.Click("Save assessment")
	c.See("high harm (health)")
	c.AxeLightAndDark()
}

// citesTwo: a source of the body's own and one that is independent of it.
func (s *peopleStory) citesTwo() {
	s.Helper()
	c := s.checker
	for _, x := range [][3]string{
		{"https://water.example/report", "Report of the company", "not independent"},
		{"https://laboratory.example/lead", "Lead in tap water, measured", "independent"},
	} {
		c.Click("Add evidence")
		c.Fill("Link", x[0])
		c.Fill("Title", x[1])
		c.Click(x[2])
		c.Click("Add to the list")
		c.See(x[1])
	}
	c.See("1 source is independent of the body concerned.")
}

// asksBody: the checker asks on the record and hands the letter over; the
// office answers on a phone by the personal link.
func (s *peopleStory) asksBody() {
	s.Helper()
	c := s.checker
	c.Click("Ask the body concerned")
	c.Choose("Body", "Water Company of Ben")
	c.Fill("Question", "Lượng chì đo được tháng này là bao nhiêu?")
	c.Fill("What we publish if nothing comes", "Chúng tôi ghi rằng công ty chưa trả lời.")
	c.Click("See it before it goes")
	c.AxeLightAndDark()
	c.Click("Record it; I deliver it by hand")
	c.Click("Show the letter and its link")
	link := regexp.MustCompile(`/vi/r/[A-Za-z0-9_-]{43}`).FindString(c.HTML())
	if link == "" {
		s.Fatalf("no link in the letter:\n%s", c.Text())
	}
	c.Click("I have delivered it")
	c.See("waiting for an answer")
	s.office = s.phone(s.T)
	s.office.Go(link)
	s.office.See("Lượng chì đo được tháng này là bao nhiêu?")
	judgePage(s.office)
	s.office.Click("Không phải vậy")
	s.office.Fill("Lời của quý đơn vị", "Kết quả đo tháng này đạt chuẩn.")
	s.office.Click("Đây là trả lời của")
	s.office.Click("Gửi trả lời")
	s.office.See("Cảm ơn, chúng tôi đã nhận trả lời.")
	judgePage(s.office)
}

// writesIt: the answer stands on the claim's page; the checker writes and hands
// the text in.
func (s *peopleStory) writesIt() {
	s.Helper()
	c := s.checker
	c.Go("/en/desk/claims/" + s.claim)
	c.See("Kết quả đo tháng này đạt chuẩn.")
	c.Click("False")
	c.Fill("The true statement", floodTrue)
	c.Fill("Short answer", "Phòng thí nghiệm độc lập đo và thấy dưới mức cho phép.")
	c.Fill("What is not known", "Chưa đo từng nhà.")
	c.Click("Send to review")
	c.See("waiting for a decision")
	s.review = c.Path()
}

// agreeBoth: two reviewers read the same text and agree; only then it is
// public.
func (s *peopleStory) agreeBoth(ticks ...string) {
	s.Helper()
	rev := len(s.view(s.T, desk.ID(s.claim)).Revisions)
	s.first.Go(s.review)
	s.first.See("two reviewers must agree to the same text")
	s.first.See("1 independent of the body concerned")
	tickAll(s.first, ticks...)
	s.first.AxeLightAndDark()
	s.first.Click("Approve this text as first reviewer")
	s.first.See("It is published when a second reviewer agrees to the same text.")
	if got := len(s.view(s.T, desk.ID(s.claim)).Revisions); got != rev {
		s.Fatalf("after one reviewer there are %d revisions, were %d", got, rev)
	}
	if s.second == nil {
		s.second = s.staff(s.T, "Second editor of water", desk.Editor)
	}
	s.second.Go(s.review)
	tickAll(s.second, ticks...)
	s.second.Click("Approve this text and publish")
	if got := len(s.view(s.T, desk.ID(s.claim)).Revisions); got != rev+1 {
		s.Fatalf("after two reviewers there are %d revisions, were %d:\n%s", got, rev, s.second.Text())
	}
	signed(s.T, s.world, desk.ID(s.claim))
}

// read1: the asker comes back with the code and reads the answer, with what
// the body said word for word.
func (s *peopleStory) read1() {
	s.Helper()
	s.asker.Go("/t/" + s.ticket)
	s.asker.See(floodTrue)
	judgePage(s.asker)
	s.asker.Click("Đọc cả bài")
	s.asker.See("Kết quả đo tháng này đạt chuẩn.")
	s.asker.See("Đã qua 3 người")
	judgePage(s.asker)
}

// appeals: somebody without an account appeals from the page of the check.
func (s *peopleStory) appeals() {
	s.Helper()
	a := s.open(s.T, browsertest.Options{})
	a.Go("/checks/" + s.claim)
	a.Click("Khiếu nại bài này")
	a.AxeLightAndDark()
	a.Click("Nội dung sai")
	a.Fill("Điều gì sai, và vì sao", "Vòi ở trường học đã vượt mức hồi tháng trước.")
	a.Click("Gửi khiếu nại")
	a.See("Chúng tôi đã nhận khiếu nại của bạn")
	a.AxeLightAndDark()
	s.appeal = a.Path()
}

// rules: whoever had a part sees that they must keep out; an editor without one
// decides, another approves. It returns the page of the ruling.
func (s *peopleStory) rules() string {
	s.Helper()
	page := "/en/desk/appeals/" + string(s.openAppeal(s.T, "Vòi ở trường học đã vượt mức"))
	s.first.Go(page)
	s.first.See("You had a part in this check, so somebody else must decide.")
	d := s.staff(s.T, "Decides on water", desk.Editor)
	d.Go(page)
	d.Click("I decide this")
	d.AxeLightAndDark()
	d.Choose("Outcome", "Upheld")
	d.Choose("What will be done", "What will be done: the check is corrected.")
	d.Fill("Reasons (Vietnamese)", "Một vòi ở trường học đã vượt mức hồi tháng trước.")
	d.Fill("Reasons (English)", "One tap at a school was above the limit last month.")
	d.Click("Send to a second person")
	d.See("You wrote this ruling")
	b := s.staff(s.T, "Reads on water again", desk.Editor)
	b.Go(page)
	b.AxeLightAndDark()
	b.Click("Publish this ruling")
	b.See("Still to be done: correct the check.")
	s.asker.Go(s.appeal) // anybody with the link of the appeal
	s.asker.See("Khiếu nại của bạn đã có kết quả")
	s.asker.Click("Xem kết quả và bằng chứng ghi sổ")
	judgePage(s.asker)
	return s.asker.Path()
}

// puttingRight: the checker corrects the check, and two people review again.
func (s *peopleStory) puttingRight() {
	s.Helper()
	c := s.checker
	c.Go("/en/desk/claims/" + s.claim)
	c.Fill("The true statement", floodFixed)
	c.Choose("Reason", "factual error")
	c.Fill("What changed, in Vietnamese", "Bài trước bỏ sót một vòi ở trường học.")
	c.Click("Send to review")
	c.See("Review of a correction")
	s.review = c.Path()
	s.agreeBoth(append(points(), "The note is clear")...)
	s.asker.Go("/t/" + s.ticket)
	s.asker.See(floodFixed)
	s.asker.Go("/checks/" + s.claim)
	s.asker.See("Bài trước bỏ sót một vòi ở trường học.")
	s.asker.See("Một vòi ở trường học đã vượt mức hồi tháng trước.") // the ruling
	s.asker.DontSee("of water")                                      // nobody of the desk is named
	judgePage(s.asker)
}

// ruled: the ruling stands in the public log, as anyone can verify, and tells
// nothing of who appealed.
func (s *peopleStory) ruled(page string) {
	s.Helper()
	p := s.person(s.T, "203.0.113.110")
	got := p.get(page)
	proof, doc := p.get(linkTo(got.body, "/log/proof/")), p.get(linkTo(got.body, "/log/doc/"))
	v, err := tlog.VerifyProof([]byte(proof.body), nil, []byte(doc.body), s.desk.VKey())
	if err != nil {
		s.Fatalf("the proof of the ruling: %v", err)
	}
	if v.Entry.Kind != tlog.KindRuling || !v.DocChecked {
		s.Errorf("the proof is of %+v", v.Entry)
	}
	for _, private := range []string{"Vòi ở trường học đã vượt mức", "203.0.113", "of water"} {
		if strings.Contains(doc.body, private) || strings.Contains(got.body, private) {
			s.Errorf("the ruling tells of %q", private)
		}
	}
}
