package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

func TestLettersGoOutAtMostTwice(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	state := func(id desk.ID) desk.Letter { return o.request(id).Letters[0] }
	first := func(end desk.LetterEnd) desk.Request {
		t.Helper()
		r, err := o.AskBody(o.ctx(), o.staff[desk.Checker], newRequest(o.open().ID, b))
		o.must(err)
		o.post(end)
		return r
	}
	maybe := first(desk.LetterMaybe)
	if l := state(maybe.ID); l.State != desk.NoticeUnknown || l.Calls != 1 {
		t.Errorf("no answer: %+v", l)
	}
	if got := o.post(desk.LetterTaken); got != nil {
		t.Errorf("tried again at once: %v", got)
	}
	o.pass(11 * time.Minute)
	o.post(desk.LetterMaybe)
	if l := state(maybe.ID); l.State != desk.NoticeFailed || l.Calls != 2 {
		t.Errorf("twice no answer: %+v", l)
	}
	o.pass(time.Hour)
	if got := o.post(desk.LetterTaken); got != nil {
		t.Errorf("a third time: %v", got)
	}
	refused := first(desk.LetterRefused)
	if l := state(refused.ID); l.State != desk.NoticeFailed || l.Calls != 0 || !o.request(refused.ID).Stuck() {
		t.Errorf("refused: %+v", l)
	}
	_, err := o.MarkSent(o.ctx(), o.staff[desk.Checker], refused.ID) // staff deliver what mail could not
	o.must(err)
	if v := o.request(refused.ID); v.Stand != desk.StandWaiting || v.Stuck() {
		t.Errorf("delivered by hand: %s", v.Stand)
	}
	slow := first(desk.LetterLater)
	for range 40 {
		o.pass(time.Hour)
		o.post(desk.LetterLater)
	}
	if l := state(slow.ID); l.State != desk.NoticeFailed || l.Tries != 20 {
		t.Errorf("a relay that is away: %+v", l)
	}
	locked := first(desk.LetterAuth)
	for range 30 {
		o.pass(time.Hour)
		o.post(desk.LetterAuth)
	}
	if l := state(locked.ID); l.State != desk.NoticeWaiting || l.Why != desk.WhyAuth {
		t.Errorf("our key was refused: %+v", l)
	}
	// A program that dies while a letter is under way sends it once more.
	died, err := o.AskBody(o.ctx(), o.staff[desk.Checker], newRequest(o.open().ID, b))
	o.must(err)
	l := state(died.ID)
	_, l, err = o.TakeLetter(o.ctx(), desk.Program(), l)
	o.must(err)
	_, _, err = o.TakeLetter(o.ctx(), desk.Program(), l)
	o.want(err, desk.ErrState) // it is unknown now
	o.pass(11 * time.Minute)
	o.post(desk.LetterTaken)
	if l := state(died.ID); l.State != desk.NoticeSent || l.Calls != 2 || o.request(died.ID).Stand != desk.StandWaiting {
		t.Errorf("after a death: %+v", l)
	}
}

// TestRemindersComeOnce: at half of the time and one working day before, not
// after an answer, and none when the clock jumps.
func TestRemindersComeOnce(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	c := o.open()
	c, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], c.ID, c.Version, desk.ClaimEdit{Text: c.Text, Lang: "vi", Harm: desk.HarmLow})
	o.must(err)
	o.ask(c.ID, b) // seven days: due Tuesday, 1 December
	quiet := o.ask(c.ID, b)
	o.must(o.says(quiet, desk.AnswerConfirmed, ""))
	got := map[string][]desk.LetterKind{}
	for o.now().Before(local(t, "2026-12-05 00:00")) {
		o.pass(time.Hour)
		for range 2 { // asked twice within a moment: written once
			_, err := o.Remind(o.ctx(), desk.Program())
			o.must(err)
		}
		for _, k := range o.post(desk.LetterTaken) {
			day := o.now().In(inHanoi()).Format("2006-01-02 15")
			got[day] = append(got[day], k)
		}
	}
	want := map[string][]desk.LetterKind{"2026-11-26 08": {desk.LetterHalf}, "2026-11-30 08": {desk.LetterDay}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("reminders: -want +got\n%s", d)
	}
	jumping := o.ask(o.open().ID, b)
	_, err = o.Remind(o.ctx(), desk.Program())
	o.must(err)
	o.to(o.request(jumping.ID).Due.Add(-time.Hour)) // days later at once
	if n, err := o.Remind(o.ctx(), desk.Program()); err != nil || n != 0 {
		t.Errorf("the clock jumped and %d reminders were written (%v)", n, err)
	}
}

// TestMailsInReply: a mail to a letter waits for staff at its request; one that
// matches nothing lies in the inbox and is erased in time; nothing keeps an
// address.
func TestMailsInReply(t *testing.T) {
	o := newOffice(t)
	b := o.body()
	c := o.open()
	r := o.ask(c.ID, b)
	letter := o.request(r.ID).Letters[0].ID
	take := func(m desk.MailReply) {
		t.Helper()
		o.must(o.TakeMail(o.ctx(), desk.Program(), m))
	}
	own := desk.MailReply{Letter: letter, Text: "Trả lời qua thư", From: b.Mail, Sure: true, Ext: []byte("1")}
	take(own)
	take(own) // delivered twice
	take(desk.MailReply{Letter: letter, Text: "Kẻ lạ", From: "someone@else.example", Sure: true, Ext: []byte("2")})
	take(desk.MailReply{Letter: letter, Text: "Giả mạo", From: b.Mail, Ext: []byte("3")})
	v := o.request(r.ID)
	if len(v.Answers) != 3 || !v.Answers[0].Own || v.Answers[1].Own || v.Answers[2].Own || v.Stand != desk.StandWaiting || !v.ToDo() {
		t.Fatalf("%s %+v", v.Stand, v.Answers)
	}
	_, err := o.DecideAnswer(o.ctx(), o.staff[desk.Checker], v.Answers[0].ID, true, "")
	if !slices.Contains(desk.Problems(err), desk.NoAnswerKind) {
		t.Errorf("confirmed without saying what it says: %v", err)
	}
	_, err = o.DecideAnswer(o.ctx(), o.staff[desk.Checker], v.Answers[0].ID, true, desk.AnswerNotSo)
	o.must(err)
	_, err = o.DecideAnswer(o.ctx(), o.staff[desk.Checker], v.Answers[1].ID, false, "")
	o.must(err)
	_, err = o.DecideAnswer(o.ctx(), o.staff[desk.Checker], v.Answers[1].ID, true, desk.AnswerText)
	o.want(err, desk.ErrState)
	if v := o.request(r.ID); v.Stand != desk.StandAnswered || len(v.Given()) != 1 || v.Given()[0].Kind != desk.AnswerNotSo {
		t.Errorf("%s %+v", v.Stand, v.Given())
	}
	stray := desk.MailReply{Letter: desk.NewID(), Text: "Không khớp", From: b.Mail, Sure: true, Ext: []byte("4")}
	take(stray)
	take(stray)
	o.pass(time.Minute)
	take(desk.MailReply{Text: "Cũng không khớp", Ext: []byte("5")})
	in, err := o.Inbox(o.ctx(), o.staff[desk.Contributor])
	o.must(err)
	if len(in) != 2 || !in[0].Own || in[1].Own {
		t.Fatalf("inbox %+v", in)
	}
	o.must(o.SettleStray(o.ctx(), o.staff[desk.Checker], in[0].ID, r.ID))
	if v := o.request(r.ID); len(v.Answers) != 4 || v.Answers[3].State != desk.AnswerWaiting {
		t.Errorf("matched: %+v", v.Answers)
	}
	if is, err := o.Office(o.ctx(), strings.ToUpper(b.Mail)); err != nil || !is {
		t.Errorf("the office's address is not known: %v", err)
	}
	for range 32 {
		o.pass(23 * time.Hour)
		_, err := o.Remind(o.ctx(), desk.Program())
		o.must(err)
	}
	if in, err := o.Inbox(o.ctx(), o.staff[desk.Contributor]); err != nil || len(in) != 0 {
		t.Errorf("after thirty days: %+v %v", in, err)
	}
	for _, a := range o.request(r.ID).Answers {
		if a.State == desk.AnswerRefused && a.Text != "" {
			t.Error("the words of a stranger are kept for ever")
		}
		if a.State == desk.AnswerGiven && a.Text == "" {
			t.Error("the body's words were erased")
		}
	}
}
