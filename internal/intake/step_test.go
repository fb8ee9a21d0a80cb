package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/store"
)

// line is a channel that only has limits.
type line struct{ limits intake.Limits }

func (line) Name() string                                 { return "line" }
func (l line) Limits() intake.Limits                      { return l.limits }
func (line) Run(ctx context.Context, _ intake.Sink) error { <-ctx.Done(); return ctx.Err() }
func (line) Send(context.Context, intake.Address, intake.Outgoing) (intake.Receipt, error) {
	return intake.Receipt{}, nil
}

// words is a reader that knows no checks; during is called while it reads.
type words struct{ during func(text string) }

func (words) Clean(s string) string { return strings.TrimSpace(s) }
func (words) Lang(string) string    { return "vi" }
func (w *words) Read(_ context.Context, text string, _ []desk.NewMedia) intake.Reading {
	if w.during != nil {
		w.during(text)
	}
	key := sha256.Sum256([]byte(text))
	return intake.Reading{Text: text, Key: key[:], Lang: "vi", Summary: text, Decision: "new"}
}

// room is intake over a real database, moved on by hand.
type room struct {
	*intake.Intake
	t      *testing.T
	db     *store.DB
	now    time.Time
	reader *words
	keys   monthly
	logged bytes.Buffer
	n      int
}

func newRoom(t *testing.T, l intake.Limits) *room {
	t.Helper()
	r := &room{t: t, now: start, reader: &words{}, keys: monthly{gone: map[string]bool{}}}
	var err error
	if r.db, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "soi.db"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.db.Close() })
	if err := r.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return r.now }
	r.Intake, err = intake.New(intake.Options{Desk: desk.New(r.db, nil, clock, desk.Options{}), Store: r.db, Reader: r.reader, Channels: []intake.Channel{line{l}},
		Vault: intake.Vault{Keys: r.keys, Fixed: make([]byte, 32), Now: clock}, TicketKey: make([]byte, 32), Signed: func() int64 { return 0 }, Now: clock,
		URL: "https://desk.example", Name: "soi", Log: slog.New(slog.NewTextHandler(&r.logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// says hands over a message of one person.
func (r *room) says(a intake.Arrived) {
	r.t.Helper()
	r.n++
	a.Channel, a.ExtID, a.Who, a.Address = "line", fmt.Sprint("in-", r.n), "an", intake.Address("to:an")
	if a.Kind == "" {
		a.Kind = intake.KindMessage
	}
	if err := r.Accept(r.t.Context(), a); err != nil {
		r.t.Fatal(err)
	}
}

// step moves on after a while.
func (r *room) step(after time.Duration) {
	r.t.Helper()
	r.now = r.now.Add(after)
	if _, err := r.Step(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// stands reads what there is: tips, messages to askers, deliveries, conversations.
func (r *room) stands() (tips []desk.Tip, said []desk.Notice, as []desk.Arrival, cs []desk.Conversation) {
	r.t.Helper()
	ctx := r.t.Context()
	err := r.db.Read(ctx, func(tx desk.Tx) error {
		var e1, e2, e3, e4 error
		tips, e1 = tx.Tips(ctx, desk.TipFilter{})
		said, e2 = tx.Notices(ctx, desk.NoticeFilter{})
		as, e3 = tx.Arrivals(ctx, desk.ArrivalFilter{})
		cs, e4 = tx.Conversations(ctx, desk.ConversationFilter{})
		return errors.Join(e1, e2, e3, e4)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return tips, said, as, cs
}

// write changes rows.
func (r *room) write(fn func(tx desk.Tx) error) {
	r.t.Helper()
	if err := r.db.Tx(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// A mail that only thanks, or greets in reply, makes no tip, and nobody is
// written to about it: two programs that thank each other would never end. A
// chat that thanks is thanked.
func TestMailThatOnlyThanks(t *testing.T) {
	mail, chat := intake.Limits{Bundle: -1}, intake.Limits{}
	for name, x := range map[string]struct {
		limits intake.Limits
		a      intake.Arrived
		said   int
	}{
		"thanks":                {mail, intake.Arrived{Text: "Cảm ơn bạn!"}, 0},
		"thanks in reply":       {mail, intake.Arrived{Text: "Thank you.", ReplyTo: "out-1"}, 0},
		"a greeting in reply":   {mail, intake.Arrived{Text: "Xin chào", ReplyTo: "out-1"}, 0},
		"a greeting of its own": {mail, intake.Arrived{Text: "Xin chào"}, 1},
		"thanks in a chat":      {chat, intake.Arrived{Text: "Cảm ơn bạn!"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, x.limits)
			r.says(x.a)
			for range 3 {
				r.step(time.Minute)
			}
			tips, said, as, _ := r.stands()
			if len(tips) != 0 || len(said) != x.said {
				t.Errorf("%d tips and %d messages, want none and %d", len(tips), len(said), x.said)
			}
			if len(as) != 1 || as[0].State != desk.ArrivalDone || as[0].Body != nil || !as[0].At.Equal(as[0].At.Truncate(24*time.Hour)) || as[0].N != as[0].At.UnixNano() {
				t.Errorf("the delivery is not over: %+v", as)
			}
		})
	}
	r := newRoom(t, mail)
	r.says(intake.Arrived{Text: "Cảm ơn, nhưng cầu Zqlong sập là thật à?"})
	r.step(time.Minute)
	if tips, said, _, _ := r.stands(); len(tips) != 1 || len(said) != 2 {
		t.Errorf("%d tips, %d messages; want one tip, its welcome and its outcome", len(tips), len(said))
	}
}

// Whatever comes between reading a message and writing down what became of it,
// and whatever the asker writes meanwhile: every word is in a tip.
func TestNothingIsLostBetween(t *testing.T) {
	for name, between := range map[string]func(r *room){
		"a message of ours went out": func(r *room) {
			_, _, _, cs := r.stands()
			r.write(func(tx desk.Tx) error { return tx.SetConversation(t.Context(), cs[0]) })
		},
		"the answer cannot be sealed": func(r *room) { r.keys.gone["seal2026-11"] = true },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, intake.Limits{})
			r.says(intake.Arrived{Text: "Zqmột: cầu sập"})
			r.step(0)
			times := 0
			r.reader.during = func(string) {
				if times++; times == 1 {
					r.says(intake.Arrived{Text: "Zqhai: đường ngập"})
					between(r)
				}
			}
			r.step(15 * time.Second)
			clear(r.keys.gone)
			for range 10 {
				r.step(15 * time.Second)
			}
			tips, said, as, cs := r.stands()
			var all []string
			for _, x := range tips {
				all = append(all, x.Text)
			}
			for _, word := range []string{"Zqmột", "Zqhai"} {
				if !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, word) }) {
					t.Errorf("%s is in no tip: %q", word, all)
				}
			}
			if len(said) < 2 || len(cs) != 1 {
				t.Errorf("%d messages, %d conversations", len(said), len(cs))
			}
			for _, a := range as {
				if a.State != desk.ArrivalDone || a.Tip == "" {
					t.Errorf("a delivery is left over: %+v", a)
				}
			}
		})
	}
}

// What cannot be opened is set aside, and the log says why.
func TestWhatCannotBeOpened(t *testing.T) {
	r := newRoom(t, intake.Limits{})
	r.says(intake.Arrived{Text: "Zq"})
	r.keys.gone["seal2026-11"] = true
	r.step(0)
	if _, _, as, _ := r.stands(); len(as) != 1 || as[0].State != desk.ArrivalAside || as[0].Why != "sealed" || as[0].Body == nil {
		t.Errorf("%+v", as)
	}
	if !strings.Contains(r.logged.String(), intake.ErrNoKey.Error()) {
		t.Errorf("the log does not say why:\n%s", r.logged.String())
	}
}

// What a platform reports of a message later: lost ones are shown, one that was
// too late waits for the asker and may go out again, who is gone is forgotten.
func TestStatus(t *testing.T) {
	for name, x := range map[string]struct {
		kind          desk.NoticeKind
		failed        error
		state         desk.NoticeState
		why           string
		calls         int
		conversations int
	}{
		"arrived":          {desk.NoticePublished, nil, desk.NoticeSent, "", 2, 1},
		"too late":         {desk.NoticePublished, fmt.Errorf("%w: 131047", intake.ErrWindow), desk.NoticeHeld, desk.WhyWindow, 1, 1},
		"too late to talk": {desk.NoticeTalk, intake.ErrWindow, desk.NoticeFailed, desk.WhyLost, 1, 1},
		"lost":             {desk.NoticePublished, intake.ErrTemporary, desk.NoticeFailed, desk.WhyLost, 1, 1},
		"gone":             {desk.NoticePublished, intake.ErrGone, desk.NoticeFailed, desk.WhyGone, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, intake.Limits{})
			c := desk.Conversation{ID: desk.NewID(), Channel: "line", Key: []byte{1}, Address: []byte("sealed"), Talk: "{}", Heard: r.now, Ends: r.now.Add(time.Hour)}
			r.write(func(tx desk.Tx) error {
				return errors.Join(tx.SetConversation(t.Context(), c), tx.AddNotice(t.Context(), desk.Notice{ID: desk.NewID(), Op: "op", Conversation: c.ID, Channel: "line",
					Kind: x.kind, State: desk.NoticeSent, Calls: 2, Made: r.now, Due: r.now, Sent: r.now, Receipt: r.ReceiptKey("line", "out-1")}))
			})
			for _, id := range []string{"", "out-2", "out-1", "out-1"} { // unknown ones and copies change nothing
				if err := r.Status(t.Context(), "line", id, x.failed); err != nil {
					t.Fatal(err)
				}
			}
			_, said, _, cs := r.stands()
			if n := said[0]; n.State != x.state || n.Why != x.why || n.Calls != x.calls || len(cs) != x.conversations {
				t.Errorf("%s %q after %d calls, %d conversations; want %s %q, %d, %d", n.State, n.Why, n.Calls, len(cs), x.state, x.why, x.calls, x.conversations)
			}
		})
	}
}
