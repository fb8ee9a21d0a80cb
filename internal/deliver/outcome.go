package deliver

import (
	"context"
	"errors"
	"time"

	"soi/internal/desk"
)

// The pauses after a failure that is sure: 30 s, then twice as long each time,
// at most an hour; after maxTries it is a failure for good.
const (
	firstPause = 30 * time.Second
	mostPause  = time.Hour
	maxTries   = 20              // about fourteen hours
	authPause  = 5 * time.Minute // while our key is refused: staff have to act, tries do not count
	soonPause  = 2 * time.Second // until a text is public
	lastWord   = time.Hour       // how long the last word to someone who said stop is tried
)

// deal moves one message on: finds out whether it may go now, marks it as under
// way, calls the platform, writes down what came of it. goOn is false when
// later messages to the same asker have to wait.
func (s *Sender) deal(ctx context.Context, n desk.Notice) (goOn bool, err error) {
	p, on := s.Platforms[n.Channel]
	var m Message
	err = s.Store.Tx(ctx, func(tx desk.Tx) error {
		goOn, m = false, Message{}
		cur, err := current(ctx, tx, n)
		if err != nil {
			return err
		}
		conv, err := conversation(ctx, tx, cur)
		if err != nil {
			return err
		}
		now := s.now()
		verdict, why, until := s.judge(cur, conv, p, on, now)
		if verdict == ready {
			if verdict, until, err = inTurn(ctx, tx, cur, now); err != nil {
				return err
			}
		}
		if verdict == ready {
			next, ok := s.gateOf(cur.Channel, p.Limits).pass(cur.Conversation, now)
			if !ok && next.IsZero() {
				return errClosed
			}
			if !ok {
				verdict, why, until = wait, desk.WhyRate, next
			}
		}
		switch verdict {
		case ready:
			cur.State, cur.Why, cur.Due = desk.NoticeSending, "", now.Add(leaseTime)
			cur.Calls++
			cur.Tries++
			m = p.message(cur, conv, now)
		case wait:
			cur.Why, cur.Due = why, until
		case lost: // its program died while it was under way
			cur.State, cur.Why, cur.Due = desk.NoticeUnknown, desk.WhyUnknown, now.Add(unknownIn)
		default:
			cur.State, cur.Why = verdict.state(), why
			cur.Body, cur.Address = nil, nil
			goOn = true
		}
		return tx.SetNotice(ctx, cur)
	})
	if errors.Is(err, errMoved) || errors.Is(err, errClosed) {
		return false, nil
	}
	s.moved.Add(1)
	if err != nil || m.Notice.ID == "" {
		return goOn, err
	}
	return s.call(ctx, p, m)
}

// message is what the platform is handed of a notice: to the address of its own,
// or to that of its conversation, which may have ended since.
func (p Platform) message(n desk.Notice, c *desk.Conversation, now time.Time) Message {
	m := Message{Notice: n, Address: n.Address}
	if c == nil {
		return m
	}
	m.Lang, m.Late = c.Lang, p.Limits.closed(*c, now)
	if m.Address == nil {
		m.Address = c.Address
	}
	return m
}

// errMoved: somebody else has dealt with the message since it was listed.
// errClosed: its channel takes no more just now. The message stays as it is, and
// with it its place in the line.
var (
	errMoved  = errors.New("moved meanwhile")
	errClosed = errors.New("no more just now")
)

// current reads a message again, inside the transaction that changes it.
func current(ctx context.Context, tx desk.Tx, n desk.Notice) (desk.Notice, error) {
	ns, err := tx.Notices(ctx, desk.NoticeFilter{IDs: []desk.ID{n.ID}, Limit: 1})
	if err != nil {
		return n, err
	}
	if len(ns) == 0 || ns[0].State != n.State || !ns[0].Due.Equal(n.Due) {
		return n, errMoved
	}
	return ns[0], nil
}

// conversation reads the conversation of a message, nil if it is erased.
func conversation(ctx context.Context, tx desk.Tx, n desk.Notice) (*desk.Conversation, error) {
	if n.Conversation == "" {
		return nil, nil
	}
	cs, err := tx.Conversations(ctx, desk.ConversationFilter{IDs: []desk.ID{n.Conversation}, Limit: 1})
	if err != nil || len(cs) == 0 {
		return nil, err
	}
	return &cs[0], nil
}

// verdict is what may be done with a message now.
type verdict int

// The verdicts.
const (
	ready verdict = iota
	wait          // until later
	lost          // to be sent once more, in a while
	hold          // until the asker writes
	fail
	drop
)

// state is where the verdict leads.
func (v verdict) state() desk.NoticeState {
	return map[verdict]desk.NoticeState{hold: desk.NoticeHeld, fail: desk.NoticeFailed, drop: desk.NoticeDropped}[v]
}

// judge looks whether a message may go out now, and until when it waits if not.
func (s *Sender) judge(n desk.Notice, c *desk.Conversation, p Platform, on bool, now time.Time) (v verdict, why string, until time.Time) {
	switch {
	case n.State == desk.NoticeSending && n.Calls >= 2:
		return fail, desk.WhyUnknown, now // twice under way: never a third time
	case n.State == desk.NoticeSending:
		return lost, desk.WhyUnknown, now
	case n.Address != nil && now.After(n.Made.Add(lastWord)):
		return drop, desk.WhyErased, now
	case n.Address == nil && (c == nil || c.Address == nil):
		return drop, desk.WhyErased, now
	case !on:
		return wait, desk.WhyOff, now.Add(mostPause)
	}
	if c != nil {
		l := p.Limits
		switch {
		case l.closed(*c, now) && !l.AfterWindow:
			return hold, desk.WhyWindow, now
		case l.PerWindow > 0 && c.Said >= l.PerWindow && !l.closed(*c, now):
			return hold, desk.WhyQuota, now
		}
	}
	return ready, "", now
}

// inTurn lets a message wait for one to the same asker that was made before it
// and has to be tried again.
func inTurn(ctx context.Context, tx desk.Tx, n desk.Notice, now time.Time) (verdict, time.Time, error) {
	if n.Conversation == "" {
		return ready, now, nil
	}
	before, err := tx.Notices(ctx, desk.NoticeFilter{Conversations: []desk.ID{n.Conversation}, States: []desk.NoticeState{desk.NoticeWaiting}, MadeBefore: n.Made})
	for _, b := range before {
		if b.ID == n.ID {
			continue
		}
		until := b.Due
		if until.Before(now) { // both are due: the one before goes first
			until = now
		}
		return wait, until.Add(time.Millisecond), err
	}
	return ready, now, err
}

// closed reports whether the platform's window for answers is over.
func (l Limits) closed(c desk.Conversation, now time.Time) bool {
	return l.Window > 0 && now.After(c.Heard.Add(l.Window))
}

// call calls the platform and writes down what came of it. The call is not cut
// off by the end of the program: it has its own time.
func (s *Sender) call(ctx context.Context, p Platform, m Message) (goOn bool, err error) {
	ctx = context.WithoutCancel(ctx)
	callCtx, cancel := context.WithTimeout(ctx, s.Timeout)
	receipt, sendErr := p.Send(callCtx, m)
	cancel()
	n, now := m.Notice, s.now()
	after(&n, sendErr, now)
	if n.State == desk.NoticeSent {
		n.Receipt = receipt
	} else if sendErr != nil {
		s.Log.Warn("a message was not sent", "channel", n.Channel, "state", n.State, "why", n.Why, "tries", n.Tries, "cause", sendErr)
	}
	if f := failureOf(sendErr); f.Kind == Temporary && f.Rate {
		s.gateOf(n.Channel, p.Limits).rest(now.Add(max(f.After, time.Second)))
	}
	err = s.Store.Tx(ctx, func(tx desk.Tx) error {
		// The asker may have said stop meanwhile: then the row has no
		// conversation any more and keeps nothing.
		cur, err := tx.Notices(ctx, desk.NoticeFilter{IDs: []desk.ID{n.ID}, Limit: 1})
		if err != nil || len(cur) == 0 {
			return err
		}
		n.Conversation = cur[0].Conversation
		if n.Conversation == "" {
			n.Body = nil
		}
		if err := tx.SetNotice(ctx, n); err != nil {
			return err
		}
		return noted(ctx, tx, n, now)
	})
	return n.State != desk.NoticeWaiting && n.State != desk.NoticeUnknown, err
}

// after is what a message becomes by the outcome of a call.
func after(n *desk.Notice, err error, now time.Time) {
	if err == nil {
		n.State, n.Why, n.Sent, n.Body, n.Address = desk.NoticeSent, "", now, nil, nil
		return
	}
	f := failureOf(err)
	if f.Kind != Unknown {
		n.Calls-- // surely not delivered: it does not count
	}
	n.State = desk.NoticeWaiting
	switch f.Kind {
	case Gone:
		n.State, n.Why = desk.NoticeFailed, desk.WhyGone
	case Window:
		n.State, n.Why = desk.NoticeHeld, desk.WhyWindow
	case Refused:
		n.State, n.Why = desk.NoticeFailed, desk.WhyRefused
	case Auth:
		n.Tries--
		n.Why, n.Due = desk.WhyAuth, now.Add(authPause)
	case NotYet:
		n.Tries--
		n.Why, n.Due = "", now.Add(soonPause)
		if now.After(n.Made.Add(24 * time.Hour)) { // its document was erased
			n.State, n.Why = desk.NoticeDropped, desk.WhySuperseded
		}
	case Superseded:
		n.State, n.Why = desk.NoticeDropped, desk.WhySuperseded
	case Temporary:
		n.Why = desk.WhyTemporary
		if f.Rate {
			n.Why = desk.WhyRate
		}
		n.Due = now.Add(max(f.After, pauseAfter(n.Tries)))
	default:
		n.State, n.Why, n.Due = desk.NoticeUnknown, desk.WhyUnknown, now.Add(unknownIn)
		if n.Calls >= 2 {
			n.State = desk.NoticeFailed
		}
	}
	if n.State == desk.NoticeWaiting && n.Tries >= maxTries {
		n.State = desk.NoticeFailed
	}
	if n.State == desk.NoticeFailed || n.State == desk.NoticeDropped {
		n.Body, n.Address = nil, nil
	}
}

// pauseAfter is how long to wait after so many tries.
func pauseAfter(tries int) time.Duration {
	d := firstPause
	for range tries - 1 {
		if d *= 2; d >= mostPause {
			return mostPause
		}
	}
	return d
}

// failureOf gives an error its meaning.
func failureOf(err error) Failure {
	var f *Failure
	if errors.As(err, &f) {
		return *f
	}
	return Failure{Kind: Unknown, Err: err}
}

// noted writes down at the conversation what became of a message to it: one
// more was said, or nobody is there any more. When everything was said, the
// conversation ends a week later.
func noted(ctx context.Context, tx desk.Tx, n desk.Notice, now time.Time) error {
	c, err := conversation(ctx, tx, n)
	if err != nil || c == nil {
		return err
	}
	switch {
	case n.State == desk.NoticeSent:
		c.Said++
		ends, err := desk.EndsOf(ctx, tx, c.ID, now)
		if err != nil {
			return err
		}
		c.Ends = ends
		return tx.SetConversation(ctx, *c)
	case n.Why == desk.WhyGone:
		return tx.DropConversation(ctx, c.ID)
	}
	return nil
}
