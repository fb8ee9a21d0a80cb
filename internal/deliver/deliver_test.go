package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"soi/internal/deliver"
	"soi/internal/desk"
	"soi/internal/store"
)

// office is an outbox over a real database, with a clock that a test moves.
type office struct {
	t     *testing.T
	db    *store.DB
	mu    sync.Mutex
	now   time.Time
	calls []string // ops, in the order they were called
	s     *deliver.Sender
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newOffice(t *testing.T, l deliver.Limits, send func(n int, m deliver.Message) error) *office {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "soi.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, now: noon}
	o.s = o.sender(l, send)
	return o
}

// sender is a program that sends; a second one is what is started after the
// first has died.
func (o *office) sender(l deliver.Limits, send func(n int, m deliver.Message) error) *deliver.Sender {
	return deliver.New(deliver.Options{Store: o.db, Now: o.clock, Timeout: time.Second, Platforms: map[string]deliver.Platform{"loop": {Limits: l,
		Send: func(_ context.Context, m deliver.Message) ([]byte, error) {
			o.mu.Lock()
			o.calls = append(o.calls, m.Notice.Op)
			n := len(o.calls)
			o.mu.Unlock()
			return []byte{byte(n)}, send(n, m)
		}}}})
}

func (o *office) clock() time.Time { o.mu.Lock(); defer o.mu.Unlock(); return o.now }

func (o *office) pass(d time.Duration) { o.mu.Lock(); defer o.mu.Unlock(); o.now = o.now.Add(d) }

func (o *office) called() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.calls...)
}

// talking makes a conversation whose asker wrote a while ago.
func (o *office) talking(ago time.Duration) desk.ID {
	o.t.Helper()
	id := desk.NewID()
	o.write(func(ctx context.Context, tx desk.Tx) error {
		return tx.SetConversation(ctx, desk.Conversation{ID: id, Channel: "loop", Key: []byte(id), Address: []byte("sealed"), Lang: "vi", Talk: "{}", Heard: o.now.Add(-ago), Ends: o.now.Add(time.Hour)})
	})
	return id
}

// post puts a message into the outbox.
func (o *office) post(op string, c desk.ID, after time.Duration) {
	o.t.Helper()
	at := o.clock().Add(after)
	o.write(func(ctx context.Context, tx desk.Tx) error {
		return tx.AddNotice(ctx, desk.Notice{ID: desk.NewID(), Op: op, Conversation: c, Channel: "loop", Kind: desk.NoticeTalk, Body: []byte("x"), State: desk.NoticeWaiting, Made: at, Due: at})
	})
}

func (o *office) write(fn func(context.Context, desk.Tx) error) {
	o.t.Helper()
	if err := o.db.Tx(o.t.Context(), func(tx desk.Tx) error { return fn(o.t.Context(), tx) }); err != nil {
		o.t.Fatal(err)
	}
}

// step lets the sender look once.
func (o *office) step() {
	o.t.Helper()
	if _, err := o.s.Step(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// notice reads a message.
func (o *office) notice(op string) (n desk.Notice) {
	o.t.Helper()
	err := o.db.Read(o.t.Context(), func(tx desk.Tx) error {
		ns, err := tx.Notices(o.t.Context(), desk.NoticeFilter{Op: op})
		if err == nil && len(ns) == 1 {
			n = ns[0]
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// stands wants a message in a state for a reason, due so much later than now.
func (o *office) stands(op string, s desk.NoticeState, why string, due time.Duration) {
	o.t.Helper()
	n := o.notice(op)
	if n.State != s || n.Why != why || due >= 0 && !n.Due.Equal(o.clock().Add(due)) {
		o.t.Errorf("%s is %s %q, due in %s; want %s %q in %s", op, n.State, n.Why, n.Due.Sub(o.clock()), s, why, due)
	}
}

// Each kind of failure leads where it should, and only one that may have arrived
// counts as a call.
func TestOutcomes(t *testing.T) {
	for name, x := range map[string]struct {
		err   error
		state desk.NoticeState
		why   string
		due   time.Duration // -1: whatever
		calls int
		body  bool // the words are still there
	}{
		"arrived":        {nil, desk.NoticeSent, "", -1, 1, false},
		"gone":           {&deliver.Failure{Kind: deliver.Gone}, desk.NoticeFailed, desk.WhyGone, -1, 0, false},
		"window":         {&deliver.Failure{Kind: deliver.Window}, desk.NoticeHeld, desk.WhyWindow, -1, 0, true},
		"refused":        {&deliver.Failure{Kind: deliver.Refused}, desk.NoticeFailed, desk.WhyRefused, -1, 0, false},
		"temporary":      {&deliver.Failure{Kind: deliver.Temporary}, desk.NoticeWaiting, desk.WhyTemporary, 30 * time.Second, 0, true},
		"rate":           {&deliver.Failure{Kind: deliver.Temporary, Rate: true, After: 3 * time.Minute}, desk.NoticeWaiting, desk.WhyRate, 3 * time.Minute, 0, true},
		"auth":           {&deliver.Failure{Kind: deliver.Auth}, desk.NoticeWaiting, desk.WhyAuth, 5 * time.Minute, 0, true},
		"not public yet": {&deliver.Failure{Kind: deliver.NotYet}, desk.NoticeWaiting, "", 2 * time.Second, 0, true},
		"superseded":     {&deliver.Failure{Kind: deliver.Superseded}, desk.NoticeDropped, desk.WhySuperseded, -1, 0, false},
		"unknown":        {errors.New("connection reset"), desk.NoticeUnknown, desk.WhyUnknown, 10 * time.Minute, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, deliver.Limits{}, func(int, deliver.Message) error { return x.err })
			o.post("a", o.talking(0), 0)
			o.step()
			o.stands("a", x.state, x.why, x.due)
			if n := o.notice("a"); n.Calls != x.calls || (n.Body != nil) != x.body {
				t.Errorf("%d calls, words there %v; want %d, %v", n.Calls, n.Body != nil, x.calls, x.body)
			}
		})
	}
}

// A program that died while sending: the message is sent once more after ten
// minutes, and if that one dies too, never again.
func TestAfterDeath(t *testing.T) {
	dies := func(int, deliver.Message) error { panic("the program dies here") }
	o := newOffice(t, deliver.Limits{}, dies)
	o.post("a", o.talking(0), 0)
	o.step()
	o.stands("a", desk.NoticeSending, "", 2*time.Minute)
	o.step() // nobody else touches it while its sender may live
	if n := len(o.called()); n != 1 {
		t.Fatalf("%d calls", n)
	}
	o.s = o.sender(deliver.Limits{}, dies)
	o.pass(2 * time.Minute)
	o.step()
	o.stands("a", desk.NoticeUnknown, desk.WhyUnknown, 10*time.Minute)
	o.pass(10*time.Minute - time.Millisecond)
	o.step()
	if n := len(o.called()); n != 1 {
		t.Fatalf("called again after less than ten minutes")
	}
	o.pass(time.Millisecond)
	o.step()
	o.pass(time.Hour)
	for range 5 {
		o.step()
		o.pass(time.Hour)
	}
	o.stands("a", desk.NoticeFailed, desk.WhyUnknown, -1)
	if n := len(o.called()); n != 2 {
		t.Errorf("called %d times, want twice", n)
	}
}

// Pauses after sure failures double up to an hour, and end after half a day.
func TestBackingOff(t *testing.T) {
	o := newOffice(t, deliver.Limits{}, func(int, deliver.Message) error { return &deliver.Failure{Kind: deliver.Temporary} })
	o.post("a", o.talking(0), 0)
	var pauses []time.Duration
	for o.notice("a").State == desk.NoticeWaiting {
		o.step()
		wait := o.notice("a").Due.Sub(o.clock())
		pauses = append(pauses, wait)
		o.pass(wait)
	}
	o.stands("a", desk.NoticeFailed, desk.WhyTemporary, -1)
	var sum time.Duration
	for i, p := range pauses[:len(pauses)-1] {
		sum += p
		if want := min(30*time.Second<<i, time.Hour); p != want {
			t.Errorf("pause %d is %s, want %s", i+1, p, want)
		}
	}
	if len(pauses) != 20 || sum < 8*time.Hour {
		t.Errorf("%d tries over %s", len(pauses), sum)
	}
}

// The windows of platforms: closed, used up, or closed with a template.
func TestWindows(t *testing.T) {
	day := 24 * time.Hour
	late := false
	send := func(_ int, m deliver.Message) error { late = m.Late; return nil }
	o := newOffice(t, deliver.Limits{Window: day, PerWindow: 2}, send)
	o.post("old", o.talking(day+time.Second), 0)
	c := o.talking(time.Hour)
	for i := range 3 {
		o.post(fmt.Sprint("n", i), c, time.Duration(i)*time.Millisecond)
	}
	o.pass(time.Second)
	for range 4 {
		o.step()
	}
	o.stands("old", desk.NoticeHeld, desk.WhyWindow, -1)
	o.stands("n0", desk.NoticeSent, "", -1)
	o.stands("n1", desk.NoticeSent, "", -1)
	o.stands("n2", desk.NoticeHeld, desk.WhyQuota, -1)
	if late {
		t.Error("within the window a template was asked for")
	}
	o = newOffice(t, deliver.Limits{Window: day, AfterWindow: true}, send)
	o.post("old", o.talking(day+time.Second), 0)
	o.step()
	o.stands("old", desk.NoticeSent, "", -1)
	if !late {
		t.Error("after the window no template was asked for")
	}
}

// Ten messages a second at most, half a second between two to one person, in
// the order they were made; and a pause the platform asks for holds for all.
func TestRates(t *testing.T) {
	o := newOffice(t, deliver.Limits{PerSecond: 10, Pause: 500 * time.Millisecond}, func(n int, _ deliver.Message) error {
		if n == 30 {
			return &deliver.Failure{Kind: deliver.Temporary, Rate: true, After: time.Minute}
		}
		return nil
	})
	var want []string
	one := o.talking(0)
	for i := range 3 {
		o.post(fmt.Sprint("one", i), one, time.Duration(i)*time.Millisecond)
		want = append(want, fmt.Sprint("one", i))
	}
	for i := range 40 {
		o.post(fmt.Sprint("other", i), o.talking(0), 0)
	}
	per := map[int]int{}
	for tick := range 40 { // four seconds
		before := len(o.called())
		o.step()
		per[tick/10] += len(o.called()) - before
		o.pass(100 * time.Millisecond)
	}
	for second, n := range per {
		if most := 20; n > most { // a full bucket, and what flows in meanwhile
			t.Errorf("%d messages in second %d", n, second)
		}
	}
	if n := len(o.called()); n != 30 {
		t.Errorf("%d calls although the platform asked for a pause at the thirtieth", n)
	}
	o.pass(time.Minute)
	for range 60 {
		o.step()
		o.pass(100 * time.Millisecond)
	}
	if n := len(o.called()); n != 44 {
		t.Errorf("%d calls in the end, want 43 messages and one more try", n)
	}
	var ones []string
	for _, op := range o.called() {
		if op[:3] == "one" {
			ones = append(ones, op)
		}
	}
	if fmt.Sprint(ones) != fmt.Sprint(want) {
		t.Errorf("one person was told %v, want %v", ones, want)
	}
}

// Two programs that send at once send nothing twice; a channel that is off
// waits; an address that is erased is not written to.
func TestWhoSends(t *testing.T) {
	o := newOffice(t, deliver.Limits{}, func(int, deliver.Message) error { time.Sleep(time.Millisecond); return nil })
	for i := range 50 {
		o.post(fmt.Sprint(i), o.talking(0), 0)
	}
	second := o.sender(deliver.Limits{}, func(int, deliver.Message) error { return nil })
	var w sync.WaitGroup
	for _, s := range []*deliver.Sender{o.s, second} {
		w.Go(func() {
			for range 5 {
				if _, err := s.Step(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	w.Wait()
	if n := len(o.called()); n != 50 {
		t.Errorf("%d calls for 50 messages", n)
	}
	gone := o.talking(0)
	o.post("erased", gone, 0)
	o.write(func(ctx context.Context, tx desk.Tx) error { return tx.DropConversation(ctx, gone) })
	o.write(func(ctx context.Context, tx desk.Tx) error {
		return tx.AddNotice(ctx, desk.Notice{ID: desk.NewID(), Op: "off", Conversation: o.talkingIn(ctx, tx), Channel: "other", Kind: desk.NoticeTalk, Body: []byte("x"), State: desk.NoticeWaiting, Made: noon, Due: noon})
	})
	o.step()
	o.stands("erased", desk.NoticeDropped, desk.WhyErased, -1)
	o.stands("off", desk.NoticeWaiting, desk.WhyOff, time.Hour)
	if n := len(o.called()); n != 50 {
		t.Errorf("%d calls", n-50)
	}
}

// talkingIn makes a conversation within a transaction.
func (o *office) talkingIn(ctx context.Context, tx desk.Tx) desk.ID {
	id := desk.NewID()
	if err := tx.SetConversation(ctx, desk.Conversation{ID: id, Channel: "other", Key: []byte(id), Address: []byte("sealed"), Talk: "{}", Heard: noon, Ends: noon}); err != nil {
		o.t.Fatal(err)
	}
	return id
}
