package app_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/intake"
)

// loop is a channel that hands over what a test says and keeps what it is told.
type loop struct {
	name   string
	limits intake.Limits
	send   func(n int, to string, m intake.Outgoing) error // nil: everything arrives
	files  map[string]string

	mu    sync.Mutex
	said  []said
	calls atomic.Int64
	next  atomic.Int64
}

// said is one message that arrived.
type said struct {
	to string
	intake.Outgoing
}

func (l *loop) Name() string                                 { return l.name }
func (l *loop) Limits() intake.Limits                        { return l.limits }
func (l *loop) Run(ctx context.Context, _ intake.Sink) error { <-ctx.Done(); return ctx.Err() }
func (l *loop) Open(_ context.Context, ref []byte) (io.ReadCloser, int64, error) {
	s, ok := l.files[string(ref)]
	if !ok {
		return nil, 0, intake.ErrGone
	}
	return io.NopCloser(strings.NewReader(s)), int64(len(s)), nil
}

func (l *loop) Send(_ context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	n := int(l.calls.Add(1))
	var err error
	if l.send != nil {
		err = l.send(n, string(to), m)
	}
	if err != nil && !strings.Contains(fmt.Sprint(err), "but it arrived") {
		return intake.Receipt{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, said{string(to), m})
	return intake.Receipt{ID: fmt.Sprintf("out-%d", n)}, err
}

// to lists what one address was told.
func (l *loop) to(who string) (out []intake.Outgoing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.said {
		if s.to == "to:"+who {
			out = append(out, s.Outgoing)
		}
	}
	return out
}

// answersWorld is a desk with one such channel.
type answersWorld struct {
	t       *testing.T
	d       *apptest.Desk
	c       *loop
	clock   *movingClock
	checker desk.Actor
	editor  desk.Actor
	stopped bool // the program does not run: what is published waits for its next life
}

func newAnswersWorld(t *testing.T, c *loop, more ...func(*apptest.Options)) *answersWorld {
	t.Helper()
	if c.name == "" {
		c.name = "loop"
	}
	w := &answersWorld{t: t, c: c, clock: &movingClock{}}
	o := apptest.Options{Now: w.clock.now, With: func(o *app.Options) {
		o.Channels = func(*app.App) []intake.Channel { return []intake.Channel{c} }
		o.Bundle = 30 * time.Millisecond
	}}
	for _, f := range more {
		f(&o)
	}
	w.d = apptest.Start(t, o)
	w.checker, w.editor = desk.As(w.d.Member(t, "checker", desk.Checker)), desk.As(w.d.Member(t, "editor", desk.Editor))
	return w
}

// hear hands over one delivery of a person.
func (w *answersWorld) hear(who string, a intake.Arrived) string {
	w.t.Helper()
	a.Channel, a.Who = w.c.name, intake.Secret(who)
	if a.Address == nil {
		a.Address = intake.Address("to:" + who)
	}
	if a.ExtID == "" {
		a.ExtID = fmt.Sprintf("in-%d", w.c.next.Add(1))
	}
	if a.Kind == "" {
		a.Kind = intake.KindMessage
	}
	must(w.t, w.d.Intake().Accept(w.t.Context(), a))
	return a.ExtID
}

// says hands over a text.
func (w *answersWorld) says(who, text string) string { return w.hear(who, intake.Arrived{Text: text}) }

// told waits for the n-th message to a person and returns it.
func (w *answersWorld) told(who string, n int) intake.Outgoing {
	w.t.Helper()
	apptest.Wait(w.t, fmt.Sprintf("message %d to %s", n, who), func(context.Context) bool { return len(w.c.to(who)) >= n })
	return w.c.to(who)[n-1]
}

// silent wants a person to have been told n messages, and no more after a while.
func (w *answersWorld) silent(who string, n int) {
	w.t.Helper()
	time.Sleep(300 * time.Millisecond)
	if got := w.c.to(who); len(got) != n {
		w.t.Errorf("%s was told %d messages, want %d: %+v", who, len(got), n, got[min(n, len(got)):])
	}
}

// publish publishes a check on a claim, or the next revision of one.
func (w *answersWorld) publish(claim desk.ID, rating desk.Rating, statement string) {
	w.t.Helper()
	ctx := w.t.Context()
	v, err := w.d.Desk.ClaimPage(ctx, w.checker, claim)
	must(w.t, err)
	p := desk.Proposal{Claim: claim}
	if len(v.Evidence) == 0 {
		_, err = w.d.Desk.AddEvidence(ctx, w.checker, claim, desk.Evidence{URL: "https://www.who.int/", Title: "WHO", Stance: desk.Refutes, Independent: true})
		must(w.t, err)
	} else {
		p.Reason = desk.ReasonFactual
		p.Notes = []desk.Note{{Lang: "vi", Text: "Có số liệu mới."}, {Lang: "en", Text: "There are new figures."}}
	}
	draft, err := w.d.Desk.SaveDraft(ctx, w.checker, claim, v.Draft.Version, rating,
		desk.Text{Lang: "vi", Claim: "Uống nước zqchanh nóng mỗi sáng chữa khỏi ung thư.", Statement: statement, Summary: "Không có bằng chứng nào cho điều đó.", Body: "Một."})
	must(w.t, err)
	p.DraftVersion = draft.Version
	review, err := w.d.Desk.Submit(ctx, w.checker, p)
	must(w.t, err)
	_, err = w.d.Desk.Approve(ctx, w.editor, review.ID, review.Hash, desk.Points(review.Kind))
	must(w.t, err)
	if !w.stopped {
		must(w.t, w.d.AfterPublish(ctx))
	}
}

// onlyClaim waits for the one claim whose tips hold the words.
func (w *answersWorld) claimOf(words string) (claim, tip desk.ID) {
	w.t.Helper()
	apptest.Wait(w.t, "a tip with "+words, func(context.Context) bool {
		for _, x := range allTips(w.t, w.d.App) {
			if strings.Contains(x.Text, words) {
				claim, tip = x.Claim, x.ID
				return true
			}
		}
		return false
	})
	return claim, tip
}
