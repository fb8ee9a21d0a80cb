package desk_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store"
)

// standing is everything that a body's answer must never touch.
type standing struct {
	Rating desk.Rating
	State  desk.ClaimState
	Rev    int
	Review desk.ID
	Harm   desk.Harm
	Draft  desk.Draft
	Proofs int // evidence in use
	Revs   int
}

// standing reads it.
func (o *office) standing(id desk.ID) standing {
	o.t.Helper()
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Auditor], id)
	o.must(err)
	return standing{v.Claim.Rating, v.Claim.State, v.Claim.Rev, v.Claim.Review, v.Claim.Harm, v.Draft, len(v.Evidence), len(v.Revisions)}
}

// TestABodysAnswerNeverSetsTheRating goes through every verb of the request and
// every answer, on an open claim with a draft, one under review, and a
// published one: nothing of the claim moves, and it is publishable or not as
// before (scope, line 5).
func TestABodysAnswerNeverSetsTheRating(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	drafted, reviewed, published := o.open(), o.open(), o.open()
	o.cite(drafted.ID, false)
	version := o.draft(o.staff[desk.Checker], drafted.ID, desk.RatingTrue, "The answer.")
	o.publish(published.ID, desk.RatingFalse)
	o.cite(reviewed.ID, true)
	n := o.draft(o.staff[desk.Checker], reviewed.ID, desk.RatingHalfTrue, "The answer.")
	_, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: reviewed.ID, DraftVersion: n})
	o.must(err)
	for _, c := range []desk.ID{drafted.ID, reviewed.ID, published.ID} {
		before := o.standing(c)
		same := func(verb string) {
			t.Helper()
			if d := cmp.Diff(before, o.standing(c)); d != "" {
				t.Fatalf("%s moved the claim:\n%s", verb, d)
			}
		}
		r := o.ask(c, b)
		same("asking")
		for _, verb := range o.everyRequestVerb(r) {
			if err := verb.do(); err != nil && !errors.Is(err, desk.ErrState) {
				t.Fatalf("%s: %v", verb.name, err)
			}
			same(verb.name)
		}
		for _, at := range []time.Duration{24 * time.Hour, 10 * 24 * time.Hour} {
			o.pass(at)
			_, err := o.Remind(o.ctx(), desk.Program())
			o.must(err)
			o.post(desk.LetterTaken)
			same("time")
		}
		if got := o.request(r.ID); len(got.Given()) < len(desk.AnswerKinds()) {
			t.Fatalf("only %d answers were given", len(got.Given()))
		}
	}
	// With the body's word alone, the draft is as little publishable as before.
	_, err = o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: drafted.ID, DraftVersion: version})
	if ps := desk.Problems(err); !slices.Equal(ps, []desk.Problem{desk.NoIndependent}) {
		t.Errorf("submitted on the body's word: %v", err)
	}
	o.cite(drafted.ID, true)
	if _, err = o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: drafted.ID, DraftVersion: version}); err != nil {
		t.Errorf("with an independent source: %v", err)
	}
}

// verb is one thing that can be done with a request.
type verb struct {
	name string
	do   func() error
}

// everyRequestVerb lists every verb of the request flow but asking, in an order in
// which each can succeed.
func (o *office) everyRequestVerb(r desk.Request) []verb {
	ctx, checker := o.ctx(), o.staff[desk.Checker]
	letter := func() desk.ID { return o.request(r.ID).Letters[0].ID }
	mail := func(n string) error {
		return o.TakeMail(ctx, desk.Program(), desk.MailReply{Letter: letter(), Text: "Mail " + n, From: r.Mail, Sure: true, Ext: []byte(string(r.ID) + n)})
	}
	waiting := func() desk.ID {
		for _, a := range o.request(r.ID).Answers {
			if a.State == desk.AnswerWaiting {
				return a.ID
			}
		}
		return ""
	}
	verbs := []verb{
		{"asking for more time", func() error { _, err := o.AskMoreTime(ctx, desk.Program(), link(r.ID, 1), "x"); return err }},
		{"giving it", func() error { _, err := o.DecideMore(ctx, checker, r.ID, true); return err }},
		{"a mail", func() error { return mail("1") }},
		{"a mail that is not the body's", func() error { _, err := o.DecideAnswer(ctx, checker, waiting(), false, ""); return err }},
		{"a letter that came back", func() error { return o.LetterBack(ctx, desk.Program(), letter()) }},
		{"showing the letter", func() error { _, err := o.NoteShown(ctx, checker, r.ID); return err }},
		{"delivering it", func() error { _, err := o.MarkSent(ctx, checker, r.ID); return err }},
	}
	for i, k := range desk.AnswerKinds() {
		verbs = append(verbs,
			verb{"answering " + string(k), func() error { return o.says(r, k, "Lời của đơn vị") }},
			verb{"entering " + string(k), func() error {
				return o.EnterAnswer(ctx, checker, r.ID, desk.NewAnswer{Kind: k, Text: "Qua điện thoại", Ext: []byte(fmt.Sprint(r.ID, "hand", i))})
			}},
			verb{"a mail to be " + string(k), func() error { return mail("k" + string(k)) }},
			verb{"confirming " + string(k), func() error { _, err := o.DecideAnswer(ctx, checker, waiting(), true, k); return err }})
	}
	return append(verbs,
		verb{"a stray mail", func() error {
			return o.TakeMail(ctx, desk.Program(), desk.MailReply{Text: "Lạc", From: r.Mail, Sure: true, Ext: []byte(string(r.ID) + "stray")})
		}},
		verb{"matching it", func() error {
			in, err := o.Inbox(ctx, checker)
			if err != nil {
				return err
			}
			return o.SettleStray(ctx, checker, in[len(in)-1].ID, r.ID)
		}},
		verb{"a new link", func() error {
			_, err := o.RenewLink(ctx, checker, r.ID, func(n int) []byte { return link(r.ID, n) })
			return err
		}})
}

// TestTheWordOfABodyIsNotApproved puts a text that rests on the body's word
// alone before the reviewer by the back door: approving refuses it as well.
func TestTheWordOfABodyIsNotApproved(t *testing.T) {
	data := t.TempDir()
	o := &office{t: t, clock: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), staff: map[desk.Role]desk.Actor{}}
	o.Desk = apptest.Open(t, apptest.Options{Now: o.now, Data: data}).Desk
	for _, r := range desk.Roles() {
		o.staff[r] = o.hire(r, string(r))
	}
	c := o.open()
	r := o.ask(c.ID, o.body())
	o.must(o.says(r, desk.AnswerNotSo, "Chúng tôi bác bỏ."))
	o.cite(c.ID, true)
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "The answer.")
	rev, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	doc, err := desk.ParseDocument(rev.Doc)
	o.must(err)
	if len(doc.Asked) != 1 || len(doc.Asked[0].Answers) != 1 {
		t.Fatalf("the answer is not in the text under review: %+v", doc.Asked)
	}
	doc.Evidence[0].Independent = false
	rev.Doc, err = doc.Bytes()
	o.must(err)
	rev.Hash = desk.DocHash(rev.Doc)
	db, err := store.Open(t.Context(), filepath.Join(data, "soi.db"), store.Options{})
	o.must(err)
	defer db.Close()
	o.must(db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetReview(t.Context(), rev) }))
	_, err = o.Approve(o.ctx(), o.staff[desk.Editor], rev.ID, rev.Hash, desk.Points(rev.Kind))
	if !slices.Contains(desk.Problems(err), desk.NoIndependent) {
		t.Errorf("approved on the body's word: %v", err)
	}
	if o.claim(c.ID).State != desk.ClaimOpen {
		t.Error("it was published")
	}
}

// TestWhatIsPublishedOfARequest: answer, lateness and silence stand in the
// reviewed document word for word and dated; what comes later is a notice to
// publish an update; documents without a request have the bytes they had.
func TestWhatIsPublishedOfARequest(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	plain := o.open()
	rev := o.publish(plain.ID, desk.RatingFalse)
	if bytes.Contains(rev.Doc, []byte("asked")) {
		t.Errorf("a document without a request has other bytes:\n%s", rev.Doc)
	}
	c := o.open()
	r := o.ask(c.ID, b)
	o.to(o.request(r.ID).Due.Add(time.Hour))
	silent, err := desk.ParseDocument(o.publish(c.ID, desk.RatingFalse).Doc)
	o.must(err)
	want := []desk.DocAsked{{Body: "Sở Y tế", Lang: "vi", Question: r.Question, Asked: "2026-11-22", Due: "2026-11-25", Silent: true}}
	if d := cmp.Diff(want, silent.Asked); d != "" {
		t.Errorf("silence: -want +got\n%s", d)
	}
	if news, err := o.AskedNews(o.ctx(), o.staff[desk.Checker], c.ID); err != nil || news {
		t.Errorf("news right after publishing: %v %v", news, err)
	}
	o.must(o.says(r, desk.AnswerConfirmed, "Đúng, <b>chúng tôi</b> xác nhận."))
	if news, err := o.AskedNews(o.ctx(), o.staff[desk.Checker], c.ID); err != nil || !news {
		t.Errorf("an answer that came later is no news: %v %v", news, err)
	}
	facts, err := o.AskedFacts(o.ctx(), c.ID)
	o.must(err)
	if len(facts) != 1 || facts[0].Answered.IsZero() || !facts[0].Late {
		t.Errorf("facts %+v", facts)
	}
	// The same draft can be published again: only what the body said is new.
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], c.ID)
	o.must(err)
	again, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v.Draft.Version, Reason: desk.ReasonNewEvidence, Notes: note()})
	o.must(err)
	doc, err := desk.ParseDocument(o.approve(again).Doc)
	o.must(err)
	if a := doc.Asked[0]; a.Silent || len(a.Answers) != 1 || a.Answers[0].Text != "Đúng, <b>chúng tôi</b> xác nhận." || !a.Answers[0].Late || a.Answers[0].Date != "2026-11-25" {
		t.Errorf("the answer: %+v", a)
	}
	if news, err := o.AskedNews(o.ctx(), o.staff[desk.Checker], c.ID); err != nil || news {
		t.Errorf("news after the update: %v %v", news, err)
	}
	_, err = o.WithdrawRequest(o.ctx(), o.staff[desk.Checker], r.ID, "Hỏi nhầm")
	o.must(err)
	if facts, err := o.AskedFacts(o.ctx(), c.ID); err != nil || len(facts) != 0 {
		t.Errorf("a withdrawn request is public: %+v %v", facts, err)
	}
}

// TestRecordsOfBodies counts answers and silences of published checks alone.
func TestRecordsOfBodies(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	o.body("Công ty Nước")
	var asked []desk.Request
	for range 4 {
		c := o.open()
		asked = append(asked, o.ask(c.ID, b))
		if len(asked) < 4 {
			o.publish(c.ID, desk.RatingFalse)
		}
	}
	o.pass(2 * time.Hour)
	o.must(o.says(asked[0], desk.AnswerConfirmed, ""))
	o.to(o.request(asked[0].ID).Due.Add(time.Hour))
	o.must(o.says(asked[1], desk.AnswerNotSo, "Không"))
	rs, err := o.BodyRecords(o.ctx())
	o.must(err)
	if len(rs) != 2 || rs[0].Asked != 0 || rs[0].Body.Name("vi") != "Công ty Nước" {
		t.Fatalf("records %+v", rs)
	}
	if r := rs[1]; r.Asked != 3 || r.InTime != 1 || r.Late != 1 || r.Silent != 1 || r.Waiting != 0 || r.Median == 0 {
		t.Errorf("record %+v", r)
	}
}

// TestRightsToBodiesAndRequests walks the verbs as every role.
func TestRightsToBodiesAndRequests(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	r := o.ask(o.open().ID, b)
	write := []desk.Role{desk.Checker, desk.Editor}
	for name, v := range map[string]struct {
		allowed []desk.Role
		do      func(by desk.Actor) error
	}{
		"body":   {[]desk.Role{desk.Editor}, func(by desk.Actor) error { _, err := o.SaveBody(o.ctx(), by, b); return err }},
		"remove": {[]desk.Role{desk.Editor}, func(by desk.Actor) error { return o.RemoveBody(o.ctx(), by, b.ID, false) }},
		"calendar": {[]desk.Role{desk.Editor}, func(by desk.Actor) error {
			_, _, err := o.SaveCalendar(o.ctx(), by, desk.Calendar{Name: "x"})
			return err
		}},
		"ask":  {write, func(by desk.Actor) error { _, err := o.AskBody(o.ctx(), by, newRequest(r.Claim, b)); return err }},
		"sent": {write, func(by desk.Actor) error { _, err := o.MarkSent(o.ctx(), by, r.ID); return err }},
		"show": {write, func(by desk.Actor) error { _, err := o.NoteShown(o.ctx(), by, r.ID); return err }},
		"more": {write, func(by desk.Actor) error { _, err := o.DecideMore(o.ctx(), by, r.ID, true); return err }},
		"link": {write, func(by desk.Actor) error {
			_, err := o.RenewLink(o.ctx(), by, r.ID, func(n int) []byte { return link(r.ID, n) })
			return err
		}},
		"enter": {write, func(by desk.Actor) error {
			return o.EnterAnswer(o.ctx(), by, r.ID, desk.NewAnswer{Kind: desk.AnswerText, Text: "x", Ext: []byte(by.Role)})
		}},
		"decide": {write, func(by desk.Actor) error { _, err := o.DecideAnswer(o.ctx(), by, desk.NewID(), false, ""); return err }},
		"settle": {write, func(by desk.Actor) error { return o.SettleStray(o.ctx(), by, desk.NewID(), "") }},
		"list":   {desk.Roles(), func(by desk.Actor) error { _, err := o.Requests(o.ctx(), by); return err }},
		"inbox":  {desk.Roles(), func(by desk.Actor) error { _, err := o.Inbox(o.ctx(), by); return err }},
		"remind": {nil, func(by desk.Actor) error { _, err := o.Remind(o.ctx(), by); return err }},
		"answer": {nil, func(by desk.Actor) error {
			_, err := o.AnswerRequest(o.ctx(), by, link(r.ID, 1), desk.NewAnswer{Kind: desk.AnswerConfirmed, Ext: []byte("x")})
			return err
		}},
		"mail":     {nil, func(by desk.Actor) error { return o.TakeMail(o.ctx(), by, desk.MailReply{Ext: []byte("x")}) }},
		"withdraw": {write, func(by desk.Actor) error { _, err := o.WithdrawRequest(o.ctx(), by, r.ID, "x"); return err }},
	} {
		for _, role := range desk.Roles() {
			err := v.do(o.staff[role])
			if got, want := !errors.Is(err, desk.ErrForbidden), slices.Contains(v.allowed, role); got != want {
				t.Errorf("%s as %s: %v, allowed should be %v", name, role, err, want)
			}
		}
	}
}

func TestTheRegisterRefuses(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	for name, c := range map[string]struct {
		spoil func(*desk.Body)
		want  desk.Problem
	}{
		"no name":          {func(b *desk.Body) { b.Names = "" }, desk.TextEmpty},
		"a kind of person": {func(b *desk.Body) { b.Kind = "person" }, desk.BadChoice},
		"no address":       {func(b *desk.Body) { b.Mail = "van phong" }, desk.BadMail},
		"two addresses":    {func(b *desk.Body) { b.Mail = "a@b.example, c@d.example" }, desk.BadMail},
		"a script":         {func(b *desk.Body) { b.Page = "javascript:alert(1)" }, desk.BadLink},
		"no zone":          {func(b *desk.Body) { b.Zone = "Asia/Nowhere" }, desk.BadHours},
		"no day":           {func(b *desk.Body) { b.Week = "0" }, desk.BadHours},
		"closed first":     {func(b *desk.Body) { b.Open, b.Close = 1000, 500 }, desk.BadHours},
		"a name that is":   {func(b *desk.Body) { b.ID = "" }, desk.BodyTaken},
	} {
		x := b
		c.spoil(&x)
		if _, err := o.SaveBody(o.ctx(), o.staff[desk.Editor], x); !slices.Contains(desk.Problems(err), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	o.must(o.RemoveBody(o.ctx(), o.staff[desk.Editor], b.ID, true))
	_, err := o.AskBody(o.ctx(), o.staff[desk.Checker], newRequest(o.open().ID, b))
	if !slices.Contains(desk.Problems(err), desk.NoBody) {
		t.Errorf("asked a body that was removed: %v", err)
	}
}
