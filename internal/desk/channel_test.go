package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/desk/address"
)

// all is a signed log that holds everything.
const all = int64(1 << 60)

// enter enters a channel of a body by a link on its own site.
func (o *office) enter(b desk.Body, what string) desk.BodyChannel {
	o.t.Helper()
	c, err := o.EnterChannel(o.ctx(), o.staff[desk.Checker], desk.NewChannel{Body: b.ID, Address: what, Proof: desk.ProofLink, Page: "https://tin.soyte.example/lien-he"})
	o.must(err)
	return c
}

// prove has every proof that is due looked for, with one outcome, and returns
// how many were.
func (o *office) prove(t desk.ChannelTrouble) int {
	o.t.Helper()
	cs, err := o.TakeChannels(o.ctx(), desk.Program(), 0, false)
	o.must(err)
	for _, c := range cs {
		o.must(o.ChannelLooked(o.ctx(), desk.Program(), desk.ChannelLook{ID: c.ID, Leased: c.Check.Leased, Trouble: t}))
	}
	return len(cs)
}

// isTheirs asks as a reader does.
func (o *office) isTheirs(q string) desk.Theirs {
	o.t.Helper()
	got, err := o.IsTheirs(o.ctx(), q, all)
	o.must(err)
	return got
}

// problem fails unless the error is exactly this problem.
func (o *office) problem(err error, want desk.Problem) {
	o.t.Helper()
	if ps := desk.Problems(err); len(ps) != 1 || ps[0] != want {
		o.t.Errorf("got %v (%v), want %s", ps, err, want)
	}
}

// TestChannelIsListedByTwo walks a channel from its entry to its withdrawal.
func TestChannelIsListedByTwo(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	c := o.enter(b, "facebook.com/So.Y.Te.HN?mibextid=1")
	if o.isTheirs("https://m.facebook.com/soytehn").Listed != nil {
		t.Fatal("a channel that nobody agreed to is public")
	}
	o.problem(second(o.DecideChannel(o.ctx(), o.staff[desk.Editor], c.ID, true, "")), desk.ProofNotFound)
	if o.prove("") != 1 {
		t.Fatal("the proof is not looked for at once")
	}
	_, err := o.DecideChannel(o.ctx(), o.staff[desk.Checker], c.ID, true, "")
	o.want(err, desk.ErrForbidden)
	own, err := o.EnterChannel(o.ctx(), o.staff[desk.Editor], desk.NewChannel{Body: b.ID, Address: "t.me/soyte", Proof: desk.ProofLink, Page: "https://soyte.example/"})
	o.must(err)
	o.prove("")
	_, err = o.DecideChannel(o.ctx(), o.staff[desk.Editor], own.ID, true, "")
	o.want(err, desk.ErrOwnWork)
	listed, err := o.DecideChannel(o.ctx(), o.staff[desk.Editor], c.ID, true, "")
	o.must(err)
	got := o.isTheirs("https://m.facebook.com/soytehn/posts/1")
	if got.Listed == nil || got.Listed.Names.In("vi") != "Sở Y tế" || !got.Listed.Since.Equal(o.now()) || got.Listed.Proof != desk.ProofLink {
		t.Fatalf("not listed: %+v", got)
	}
	if unsigned, err := o.IsTheirs(o.ctx(), "facebook.com/soytehn", listed.Turns[0].Index); err != nil || unsigned.Listed != nil {
		t.Errorf("public before the log is signed: %+v %v", unsigned, err)
	}
	if got := o.isTheirs("facebook.com/soytehanoi"); got.Listed != nil || got.Denied != nil {
		t.Errorf("another account is listed: %+v", got)
	}
	in, err := o.ListedIn(o.ctx(), "Hãy xem facebook.com/soytehn và facebook.com/khac", all)
	if o.must(err); len(in) != 1 || in[0].ID != c.ID {
		t.Errorf("listed in the message: %+v", in)
	}
	o.problem(second(o.WithdrawChannel(o.ctx(), o.staff[desk.Editor], c.ID, " ")), desk.NoChannelReason)
	_, err = o.WithdrawChannel(o.ctx(), o.staff[desk.Editor], c.ID, "Đơn vị không dùng nữa")
	o.must(err)
	if got := o.isTheirs("facebook.com/soytehn"); got.Listed != nil || got.Was == nil || got.Was.Why != "Đơn vị không dùng nữa" {
		t.Errorf("after it was withdrawn: %+v", got)
	}
}

// TestWhereAProofMayStand refuses proofs on sites that are not the body's.
func TestWhereAProofMayStand(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	for _, c := range []struct {
		n    desk.NewChannel
		want desk.Problem
	}{
		{desk.NewChannel{Address: "nhóm Zalo", Proof: desk.ProofLink, Page: "https://soyte.example/"}, desk.NoSuchPlace},
		{desk.NewChannel{Address: "facebook.com/groups/1", Proof: desk.ProofLink, Page: "https://soyte.example/"}, desk.NoSuchPlace},
		{desk.NewChannel{Address: "t.me/soyte", Proof: desk.ProofLink, Page: "https://soyte.example.khac.example/"}, desk.ProofElsewhere},
		{desk.NewChannel{Address: "t.me/soyte", Proof: desk.ProofRelMe, Page: "https://www.facebook.com/soyte"}, desk.ProofElsewhere},
		{desk.NewChannel{Address: "t.me/soyte", Proof: desk.ProofLink, Page: ""}, desk.BadLink},
		{desk.NewChannel{Address: "soyte.example", Proof: desk.ProofLink, Page: "https://soyte.example/lien-he"}, desk.ProofOfItself},
		{desk.NewChannel{Address: "khac.example", Proof: desk.ProofDNS}, desk.ProofElsewhere},
		{desk.NewChannel{Address: "vp@khac.example", Proof: desk.ProofDNS}, desk.ProofElsewhere},
		{desk.NewChannel{Address: "t.me/soyte", Proof: desk.ProofSaid, Answer: "x"}, desk.AnswerNotNaming},
		{desk.NewChannel{Address: "t.me/soyte"}, desk.NoProof},
	} {
		c.n.Body = b.ID
		o.problem(second(o.EnterChannel(o.ctx(), o.staff[desk.Checker], c.n)), c.want)
	}
	dns, err := o.EnterChannel(o.ctx(), o.staff[desk.Checker], desk.NewChannel{Body: b.ID, Address: "0912 345 678", Proof: desk.ProofDNS})
	if o.must(err); dns.Host != "soyte.example" || len(dns.Code) != 26 {
		t.Errorf("the record is to stand at %q with %q", dns.Host, dns.Code)
	}
	o.problem(second(o.EnterChannel(o.ctx(), o.staff[desk.Editor], desk.NewChannel{Body: b.ID, Address: "+84 912.345.678", Proof: desk.ProofDNS})), desk.ChannelTaken)
	for _, r := range []desk.Role{desk.Contributor, desk.Admin, desk.Auditor, desk.ExpertRole} {
		_, err := o.EnterChannel(o.ctx(), o.staff[r], desk.NewChannel{Body: b.ID, Address: "t.me/soyte", Proof: desk.ProofDNS})
		o.want(err, desk.ErrForbidden)
	}
}

// TestProofGoes: three looks over two days, never one; and back at the first.
func TestProofGoes(t *testing.T) {
	o := newOffice(t)
	c := o.enter(o.body(), "zalo.me/1234567890123")
	o.prove("")
	_, err := o.DecideChannel(o.ctx(), o.staff[desk.Editor], c.ID, true, "")
	o.must(err)
	if o.prove(desk.ProofNotThere) != 0 {
		t.Fatal("looked for again on the day it was found")
	}
	o.pass(8 * 24 * time.Hour)
	for i, trouble := range []desk.ChannelTrouble{desk.ProofNotThere, desk.ProofKeptOut, desk.ProofUnreachable, desk.ProofNoPage} {
		if o.prove(trouble) != 1 {
			t.Fatalf("look %d: not due", i)
		}
		state := o.isTheirs("zalo.me/1234567890123").Listed.State
		if want := i == 3; (state == desk.ChannelGone) != want {
			t.Fatalf("after look %d (%s): %s", i, trouble, state)
		}
		o.pass(7*24*time.Hour + time.Hour)
	}
	if in, err := o.ListedIn(o.ctx(), "zalo.me/1234567890123", all); err != nil || len(in) != 0 {
		t.Errorf("an answer vouches for a channel without proof: %v %v", in, err)
	}
	o.prove("")
	if got := o.isTheirs("zalo.me/1234567890123"); got.Listed.State != desk.ChannelProved || !got.Listed.Since.Equal(time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("back: %+v", got.Listed)
	}
}

// TestSites: a listed host covers its pages, not other hosts; look-alikes are
// shown beside what they look like.
func TestSites(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	cs, err := o.EnterChannel(o.ctx(), o.staff[desk.Checker], desk.NewChannel{Body: b.ID, Address: "https://www.soyte.example/", Proof: desk.ProofDNS})
	o.must(err)
	o.prove("")
	_, err = o.DecideChannel(o.ctx(), o.staff[desk.Editor], cs.ID, true, "")
	o.must(err)
	if got := o.isTheirs("http://soyte.example/tin/1?utm_source=zalo"); got.Listed == nil {
		t.Errorf("a page of a listed site: %+v", got)
	}
	for q, like := range map[string]bool{"https://sоyte.example/": true, "s0yte.example": true, "soyte.example.tin.example": true, "khac.example": false} {
		if got := o.isTheirs(q); got.Listed != nil || (len(got.Like) == 1) != like {
			t.Errorf("%s: listed %v, like %v", q, got.Listed, got.Like)
		}
	}
	if got := o.isTheirs("tin.soyte.example"); got.Listed != nil || got.Near == nil {
		t.Errorf("a host below a listed one: %+v", got)
	}
	if _, err := o.IsTheirs(o.ctx(), "họ tên ai đó", all); !errors.Is(err, desk.ErrNotAnAddress) {
		t.Errorf("a name is looked up: %v", err)
	}
}

// answered publishes a check that carries an answer of a body.
func (o *office) answered(b desk.Body, text string) (desk.Claim, desk.BodyAnswer) {
	o.t.Helper()
	c := o.open()
	r := o.ask(c.ID, b)
	o.must(o.says(r, desk.AnswerNotSo, text))
	o.publish(c.ID, desk.RatingFalse)
	return c, o.request(r.ID).Answers[0]
}

// TestTheBodySaysNo: only in the body's words, only while they are published,
// never about accounts.
func TestTheBodySaysNo(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	const words = "Số 0909 111 222 không phải của Sở."
	c, ans := o.answered(b, "Chúng tôi đã xem. "+words+" Trang facebook.com/soytegia cũng không phải.")
	good := desk.NewDenial{Answer: ans.ID, Address: "0909.111.222", Quote: words, InName: true}
	for _, x := range []struct {
		change func(*desk.NewDenial)
		want   desk.Problem
	}{
		{func(n *desk.NewDenial) { n.Address = "facebook.com/soytegia" }, desk.DenialAccount},
		{func(n *desk.NewDenial) { n.InName = false }, desk.DenialNotInName},
		{func(n *desk.NewDenial) { n.Quote = "Số 0909 111 222 là của kẻ gian." }, desk.DenialQuote},
		{func(n *desk.NewDenial) { n.Address = "0909 111 223" }, desk.DenialQuote},
		{func(n *desk.NewDenial) { n.Answer = "x" }, desk.AnswerNotNaming},
		{func(n *desk.NewDenial) { n.Address = "ai đó" }, desk.NoSuchPlace},
	} {
		n := good
		x.change(&n)
		o.problem(second(o.EnterDenial(o.ctx(), o.staff[desk.Checker], n)), x.want)
	}
	d, err := o.EnterDenial(o.ctx(), o.staff[desk.Checker], good)
	o.must(err)
	if o.isTheirs("0909111222").Denied != nil {
		t.Fatal("shown before a second person agreed")
	}
	_, err = o.DecideDenial(o.ctx(), o.staff[desk.Editor], d.ID, desk.ChannelDenied, "")
	o.must(err)
	got := o.isTheirs("+84 909 111 222")
	if got.Denied == nil || got.Denied.Quote != words || got.Denied.Check != c.ID || !got.Denied.Said.Equal(ans.At) || got.Listed != nil {
		t.Fatalf("the body's no: %+v", got.Denied)
	}
	public, err := o.Channels(o.ctx(), all)
	if o.must(err); len(public) != 0 {
		t.Errorf("the register lists what is not theirs: %+v", public)
	}
	o.problem(second(o.EnterChannel(o.ctx(), o.staff[desk.Checker], desk.NewChannel{Body: b.ID, Address: "0909111222", Proof: desk.ProofDNS})), desk.ChannelTaken)
	o.pass(desk.DenialKept + time.Hour)
	if o.isTheirs("0909111222").Denied != nil {
		t.Error("still shown after a year")
	}
	o.pass(-desk.DenialKept)
	rev, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, Withdraw: true, Reason: desk.ReasonSource, Notes: []desk.Note{{Lang: "vi", Text: "Rút"}, {Lang: "en", Text: "Withdrawn"}}})
	o.must(err)
	o.approve(rev)
	if o.isTheirs("0909111222").Denied != nil {
		t.Error("still shown after the check with the answer was withdrawn")
	}
}

// TestTheBodyNamesItsChannel: an answer that names an address proves it as long
// as it counts as the body's.
func TestTheBodyNamesItsChannel(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	_, ans := o.answered(b, "Đường dây nóng của Sở là 1900 9095, trang facebook.com/soyte.hn.")
	c, err := o.EnterChannel(o.ctx(), o.staff[desk.Checker], desk.NewChannel{Body: b.ID, Address: "19009095", Proof: desk.ProofSaid, Answer: ans.ID})
	o.must(err)
	_, err = o.DecideChannel(o.ctx(), o.staff[desk.Editor], c.ID, true, "")
	o.must(err)
	if got := o.isTheirs("1900.9095"); got.Listed == nil || got.Listed.Proof != desk.ProofSaid {
		t.Errorf("%+v", got)
	}
	other, err := o.SaveBody(o.ctx(), o.staff[desk.Editor], desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Khác"}), Kind: desk.BodyAgency, Lang: "vi"})
	o.must(err)
	o.problem(second(o.EnterChannel(o.ctx(), o.staff[desk.Checker], desk.NewChannel{Body: other.ID, Address: "facebook.com/soytehn", Proof: desk.ProofSaid, Answer: ans.ID})), desk.AnswerNotNaming)
}

// TestNothingAskedIsKept: looking up leaves no event, and no row changes.
func TestNothingAskedIsKept(t *testing.T) {
	o := newOffice(t)
	o.body()
	before, err := o.Journal(o.ctx(), o.staff[desk.Admin], 500)
	o.must(err)
	o.isTheirs("0901 234 567")
	after, err := o.Journal(o.ctx(), o.staff[desk.Admin], 500)
	o.must(err)
	if len(after) != len(before) {
		t.Error("a question left an event")
	}
}

// second drops the first of two results.
func second[T any](_ T, err error) error { return err }

// TestKindsAgree: the database, the words and the address package know the
// same kinds.
func TestKindsAgree(t *testing.T) {
	if len(address.Kinds()) != 9 || slices.Contains(address.Kinds(), "") || !strings.HasPrefix(desk.ChannelHostPrefix, "_") {
		t.Error("kinds changed: the migration's list has to follow")
	}
}
