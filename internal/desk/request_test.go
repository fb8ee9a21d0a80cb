package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

// linkKey makes the links of the tests.
const linkKey = "the key of an installation"

// link is the hash of the n-th link of a request.
func link(id desk.ID, n int) []byte {
	return desk.RequestLinkHash(desk.NewRequestLink([]byte(linkKey), id, n))
}

// body puts a body into the register.
func (o *office) body(names ...string) desk.Body {
	o.t.Helper()
	if len(names) == 0 {
		names = []string{"Sở Y tế"}
	}
	b, err := o.SaveBody(o.ctx(), o.staff[desk.Editor], desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: names[0]}, desk.Note{Lang: "en", Text: "The " + names[0]}),
		Kind: desk.BodyAgency, Mail: "vanphong@soyte.example", Page: "https://soyte.example/", Lang: "vi", Calendars: []desk.ID{desk.VietnamCalendar}})
	o.must(err)
	return b
}

// newRequest is a request as the form hands it in.
func newRequest(claim desk.ID, b desk.Body) desk.NewRequest {
	id := desk.NewID()
	return desk.NewRequest{ID: id, Claim: claim, Body: b.ID, Question: "Có đúng vậy không?", Plan: "Chúng tôi đăng rằng chưa có trả lời.", Link: link(id, 1)}
}

// ask puts a question and has its letter go out.
func (o *office) ask(claim desk.ID, b desk.Body) desk.Request {
	o.t.Helper()
	r, err := o.AskBody(o.ctx(), o.staff[desk.Checker], newRequest(claim, b))
	o.must(err)
	o.post(desk.LetterTaken)
	return r
}

// post sends every letter that is due, with one outcome, and says which kinds.
func (o *office) post(end desk.LetterEnd) (kinds []desk.LetterKind) {
	o.t.Helper()
	due, err := o.DueLetters(o.ctx(), desk.Program())
	o.must(err)
	for _, l := range due {
		_, _, err := o.TakeLetter(o.ctx(), desk.Program(), l)
		if errors.Is(err, desk.ErrState) {
			continue
		}
		o.must(err)
		o.must(o.EndLetter(o.ctx(), desk.Program(), l.ID, end))
		kinds = append(kinds, l.Kind)
	}
	return kinds
}

// view reads a request.
func (o *office) request(id desk.ID) desk.RequestView {
	o.t.Helper()
	v, err := o.RequestView(o.ctx(), o.staff[desk.Auditor], id)
	o.must(err)
	return v
}

// says hands an answer in by the first link.
func (o *office) says(r desk.Request, k desk.AnswerKind, text string) error {
	o.n++
	_, err := o.AnswerRequest(o.ctx(), desk.Program(), link(r.ID, 1), desk.NewAnswer{Kind: k, Text: text, Lang: "vi", Ext: []byte(fmt.Sprint("answer ", o.n))})
	return err
}

// to sets the clock.
func (o *office) to(at time.Time) { o.mu.Lock(); o.clock = at; o.mu.Unlock() }

func TestABodyIsAskedAndAnswers(t *testing.T) {
	o := newOffice(t)
	c, b := o.open(), o.body()
	n := newRequest(c.ID, b)
	p, err := o.Preview(o.ctx(), o.staff[desk.Checker], n)
	o.must(err)
	if len(o.history(c.ID, desk.EvRequestAsked)) != 0 || p.Days != 3 || p.Due.IsZero() {
		t.Errorf("a preview: %+v", p)
	}
	r, err := o.AskBody(o.ctx(), o.staff[desk.Checker], n)
	o.must(err)
	again, err := o.AskBody(o.ctx(), o.staff[desk.Checker], n)
	o.must(err)
	if again.ID != r.ID || len(o.history(c.ID, desk.EvRequestAsked)) != 1 {
		t.Error("a form sent twice asked twice")
	}
	if v := o.request(r.ID); v.Stand != desk.StandUnsent || !v.Due.IsZero() {
		t.Errorf("before the letter went out: %s, due %s", v.Stand, v.Due)
	}
	if got := o.post(desk.LetterTaken); !slices.Equal(got, []desk.LetterKind{desk.LetterAsk}) {
		t.Errorf("letters %v", got)
	}
	v := o.request(r.ID)
	// Asked on Sunday, 22 November: three working days end on Wednesday.
	if v.Stand != desk.StandWaiting || !v.Due.Equal(local(t, "2026-11-25 17:00")) || !v.Told.Equal(v.Due) {
		t.Errorf("%s, due %s", v.Stand, v.Due)
	}
	o.must(o.says(r, desk.AnswerNotSo, "Không phải vậy."))
	o.pass(time.Minute)
	o.must(o.says(r, desk.AnswerText, "Xin nói thêm."))
	v = o.request(r.ID)
	if v.Stand != desk.StandAnswered || !v.InTime() || len(v.Given()) != 2 || v.Answers[0].Text != "Không phải vậy." || !v.Answers[0].At.Before(v.Answers[1].At) {
		t.Errorf("%s %+v", v.Stand, v.Answers)
	}
	if n := len(o.history(c.ID, desk.EvRequestAnswered)); n != 2 {
		t.Errorf("%d events for two answers", n)
	}
}

// history lists the events of a kind.
func (o *office) history(claim desk.ID, k desk.EventKind) (out []desk.Event) {
	o.t.Helper()
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Auditor], claim)
	o.must(err)
	for _, e := range v.Events {
		if e.Kind == k {
			out = append(out, e)
		}
	}
	return out
}

func TestDeadlinesFollowHarmOrAReason(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	for harm, days := range map[desk.Harm]int{desk.HarmHigh: 1, desk.HarmMedium: 3, desk.HarmLow: 7, desk.HarmUnset: 3} {
		c := o.open()
		c, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], c.ID, c.Version, desk.ClaimEdit{Text: c.Text, Lang: "vi", Harm: harm})
		o.must(err)
		if r := o.ask(c.ID, b); r.Days != days {
			t.Errorf("harm %q: %d days", harm, r.Days)
		}
		n := newRequest(c.ID, b)
		n.Days = 5
		_, err = o.AskBody(o.ctx(), o.staff[desk.Checker], n)
		if !slices.Contains(desk.Problems(err), desk.NoDaysReason) {
			t.Errorf("another deadline without a reason: %v", err)
		}
		n.Why = "Cơ quan đã hẹn"
		_, err = o.AskBody(o.ctx(), o.staff[desk.Checker], n)
		o.must(err)
	}
}

func TestLateAndVeryLate(t *testing.T) {
	o := newOffice(t)
	c, b := o.open(), o.body()
	r := o.ask(c.ID, b)
	for at, want := range map[string]desk.RequestStand{
		"2026-11-25 17:00": desk.StandWaiting, "2026-11-25 17:01": desk.StandLate,
		"2026-11-30 17:00": desk.StandLate, "2026-11-30 17:01": desk.StandVeryLate, // three working days more
	} {
		o.to(local(t, at))
		if got := o.request(r.ID).Stand; got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	o.to(local(t, "2026-11-30 17:01")) // whichever of the times above came last
	o.must(o.says(r, desk.AnswerConfirmed, ""))
	v := o.request(r.ID)
	if v.Stand != desk.StandAnswered || v.InTime() || !v.Late(v.Answers[0]) {
		t.Error("a late answer is not kept as a late answer")
	}
}

// TestLinks: only the newest link of a request that stands leads anywhere, and
// nothing tells the others apart.
func TestLinks(t *testing.T) {
	o := newOffice(t)
	c, b := o.open(), o.body()
	r := o.ask(c.ID, b)
	seen := map[string]bool{}
	for n := range 50 {
		s := desk.NewRequestLink([]byte(linkKey), r.ID, n)
		if len(s) != 43 || seen[s] {
			t.Fatalf("link %q", s)
		}
		seen[s] = true
	}
	if desk.NewRequestLink([]byte("another key"), r.ID, 1) == desk.NewRequestLink([]byte(linkKey), r.ID, 1) {
		t.Error("a link needs no key")
	}
	for _, bad := range []string{"", "x", string(r.ID), strings.Repeat("A", 43) + "A", "../../etc", strings.Repeat("é", 43)} {
		if h := desk.RequestLinkHash(bad); h != nil {
			t.Errorf("%q passes for a link", bad)
		}
	}
	dead := func(when string, hash []byte) {
		t.Helper()
		_, err := o.RequestByLink(o.ctx(), hash)
		o.want(err, desk.ErrNotFound)
		_, err = o.AnswerRequest(o.ctx(), desk.Program(), hash, desk.NewAnswer{Kind: desk.AnswerConfirmed, Ext: []byte(when)})
		o.want(err, desk.ErrNotFound)
		_, err = o.AskMoreTime(o.ctx(), desk.Program(), hash, "x")
		o.want(err, desk.ErrNotFound)
	}
	dead("nothing", nil)
	dead("another request", link(desk.NewID(), 1))
	dead("the second before it was made", link(r.ID, 2))
	_, err := o.RenewLink(o.ctx(), o.staff[desk.Checker], r.ID, func(n int) []byte { return link(r.ID, n) })
	o.must(err)
	dead("a forwarded copy after a new one was made", link(r.ID, 1))
	v, err := o.RequestByLink(o.ctx(), link(r.ID, 2))
	o.must(err)
	if v.ID != r.ID {
		t.Error("the new link leads elsewhere")
	}
	due := v.Due
	for _, jump := range []time.Duration{time.Hour, -time.Hour, -87_600 * time.Hour} { // the clock changing: an open link stays open
		was := o.now()
		o.to(was.Add(jump))
		if _, err := o.RequestByLink(o.ctx(), link(r.ID, 2)); err != nil {
			t.Errorf("the clock moved by %s: %v", jump, err)
		}
		o.to(was)
	}
	o.to(due.Add(60*24*time.Hour + time.Minute))
	dead("expired", link(r.ID, 2))
	o.to(due.Add(87_600 * time.Hour))
	dead("ten years later", link(r.ID, 2))
	o.to(due)
	if _, err := o.RequestByLink(o.ctx(), link(r.ID, 2)); err != nil {
		t.Errorf("the clock went back to where it was: %v", err)
	}
	_, err = o.WithdrawRequest(o.ctx(), o.staff[desk.Checker], r.ID, "")
	if !slices.Contains(desk.Problems(err), desk.NoEndReason) {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	_, err = o.WithdrawRequest(o.ctx(), o.staff[desk.Checker], r.ID, "Hỏi nhầm nơi")
	o.must(err)
	dead("withdrawn", link(r.ID, 2))
	if got := o.post(desk.LetterTaken); !slices.Equal(got, []desk.LetterKind{desk.LetterNoLonger}) {
		t.Errorf("letters after the withdrawal: %v", got)
	}
}

// TestAHolidayInTheMiddle: a day off that is added while a deadline runs moves
// it, is shown, is told to the body; nothing ever makes a deadline earlier.
func TestAHolidayInTheMiddle(t *testing.T) {
	o := newOffice(t)
	c, b := o.open(), o.body()
	cal, _, err := o.SaveCalendar(o.ctx(), o.staff[desk.Editor], desk.Calendar{Name: "Nghỉ riêng", Source: "Thông báo 12"})
	o.must(err)
	b.Calendars = append(b.Calendars, cal.ID)
	b, err = o.SaveBody(o.ctx(), o.staff[desk.Editor], b)
	o.must(err)
	r := o.ask(c.ID, b)
	told := o.request(r.ID).Due
	o.pass(24 * time.Hour)
	cal.Days = []desk.CalendarDay{{Date: "2026-11-24", Title: desk.Say(desk.Note{Lang: "vi", Text: "Nghỉ bão"})}}
	cal, moved, err := o.SaveCalendar(o.ctx(), o.staff[desk.Editor], cal)
	o.must(err)
	v := o.request(r.ID)
	if moved != 1 || !v.Due.Equal(local(t, "2026-11-26 17:00")) || !v.Told.Equal(told) {
		t.Fatalf("moved %d, due %s, told %s", moved, v.Due, v.Told)
	}
	if len(v.Moves) != 1 || !slices.Equal(v.Moves[0].Days, []string{"2026-11-24"}) || len(v.Off) != 1 || v.Off[0].Title.In("vi") != "Nghỉ bão" {
		t.Errorf("what is shown: %+v, %+v", v.Moves, v.Off)
	}
	if got := o.post(desk.LetterTaken); !slices.Equal(got, []desk.LetterKind{desk.LetterMoved}) {
		t.Errorf("letters %v", got)
	}
	cal.Days = nil // the day off is taken back
	cal, moved, err = o.SaveCalendar(o.ctx(), o.staff[desk.Editor], cal)
	o.must(err)
	if v := o.request(r.ID); moved != 0 || !v.Due.Equal(local(t, "2026-11-26 17:00")) {
		t.Errorf("a deadline became earlier: %s", v.Due)
	}
	cal.Days = []desk.CalendarDay{{Date: "2026-11-28", Work: true}} // a Saturday that is worked makes none earlier either
	_, moved, err = o.SaveCalendar(o.ctx(), o.staff[desk.Editor], cal)
	o.must(err)
	o.must(o.says(r, desk.AnswerConfirmed, ""))
	cal.Days = []desk.CalendarDay{{Date: "2026-11-25"}, {Date: "2026-11-26"}}
	_, after, err := o.SaveCalendar(o.ctx(), o.staff[desk.Editor], cal)
	o.must(err)
	if moved != 0 || after != 0 {
		t.Errorf("moved %d, after the answer %d", moved, after)
	}
	cal.Days = []desk.CalendarDay{{Date: "2026-02-30"}}
	_, _, err = o.SaveCalendar(o.ctx(), o.staff[desk.Editor], cal)
	if !slices.Contains(desk.Problems(err), desk.BadDate) {
		t.Errorf("a day that is none: %v", err)
	}
}

func TestMoreTimeOnce(t *testing.T) {
	o := newOffice(t)
	c, b := o.open(), o.body()
	r := o.ask(c.ID, b)
	_, err := o.AskMoreTime(o.ctx(), desk.Program(), link(r.ID, 1), " ")
	if !slices.Contains(desk.Problems(err), desk.NoMoreReason) {
		t.Errorf("without a reason: %v", err)
	}
	_, err = o.AskMoreTime(o.ctx(), desk.Program(), link(r.ID, 1), "Phòng xét nghiệm cần hai ngày")
	o.must(err)
	_, err = o.AskMoreTime(o.ctx(), desk.Program(), link(r.ID, 1), "Nữa")
	o.want(err, desk.ErrState)
	if l, err := o.Requests(o.ctx(), o.staff[desk.Auditor]); err != nil || len(l.ToDo) != 1 {
		t.Errorf("the wish does not wait for staff: %+v %v", l, err)
	}
	_, err = o.DecideMore(o.ctx(), o.staff[desk.Checker], r.ID, true)
	o.must(err)
	v := o.request(r.ID)
	if !v.Due.Equal(local(t, "2026-11-30 17:00")) || v.More.State != desk.MoreAccepted || v.Extra() != 3 {
		t.Errorf("due %s, %+v", v.Due, v.More)
	}
	_, err = o.DecideMore(o.ctx(), o.staff[desk.Checker], r.ID, false)
	o.want(err, desk.ErrState)
	if got := o.post(desk.LetterTaken); !slices.Equal(got, []desk.LetterKind{desk.LetterMoreYes}) {
		t.Errorf("letters %v", got)
	}
	other := o.ask(o.open().ID, b)
	o.to(o.request(other.ID).Due.Add(time.Second))
	_, err = o.AskMoreTime(o.ctx(), desk.Program(), link(other.ID, 1), "Quá hạn")
	o.want(err, desk.ErrState)
}

// TestAnswersAtOnceAndTwice: two people of an office answer at the same moment,
// one of them presses twice: two answers, nothing lost.
func TestAnswersAtOnceAndTwice(t *testing.T) {
	o := newOffice(t)
	c, b := o.open(), o.body()
	r := o.ask(c.ID, b)
	var all sync.WaitGroup
	errs := make(chan error, 12)
	for i := range 12 {
		all.Go(func() {
			_, err := o.AnswerRequest(o.ctx(), desk.Program(), link(r.ID, 1), desk.NewAnswer{Kind: desk.AnswerText,
				Text: fmt.Sprint("Trả lời ", i%2), Ext: []byte(fmt.Sprint("form ", i%2))})
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		o.must(err)
	}
	if got := len(o.request(r.ID).Given()); got != 2 {
		t.Errorf("%d answers of two", got)
	}
}

// TestAnswersToAClaimThatIsElsewhere: whatever became of the claim, the answer
// is kept, changes nothing of it, and is seen where the claim went.
func TestAnswersToAClaimThatIsElsewhere(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	merged, into, closed := o.open(), o.open(), o.open()
	one, two := o.ask(merged.ID, b), o.ask(closed.ID, b)
	_, err := o.Merge(o.ctx(), o.staff[desk.Checker], merged.ID, 0, into.ID)
	o.must(err)
	_, err = o.Close(o.ctx(), o.staff[desk.Checker], closed.ID, 0)
	o.must(err)
	was := o.claim(closed.ID)
	o.must(o.says(one, desk.AnswerConfirmed, "Đúng"))
	o.must(o.says(two, desk.AnswerNotSo, "Sai"))
	vs, err := o.RequestsOf(o.ctx(), o.staff[desk.Checker], into.ID)
	o.must(err)
	if len(vs) != 1 || len(vs[0].Given()) != 1 {
		t.Errorf("at the claim it went into: %+v", vs)
	}
	if d := cmp.Diff(was, o.claim(closed.ID)); d != "" {
		t.Errorf("the closed claim changed:\n%s", d)
	}
	if len(o.request(two.ID).Given()) != 1 {
		t.Error("an answer was lost")
	}
	_, err = o.AskBody(o.ctx(), o.staff[desk.Checker], newRequest(closed.ID, b))
	o.want(err, desk.ErrState)
}
