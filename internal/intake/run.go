package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"soi/internal/desk"
)

// The pace of Run.
const (
	pollEvery  = 500 * time.Millisecond // without being poked
	meetAtOnce = 200                    // deliveries looked at in one go
	takeAtOnce = 64                     // conversations moved in one go
	workers    = 2
	laterPause = 30 * time.Second // until a bundle is tried again whose file is not there yet
	again      = 5                // times a turn is taken anew because somebody else moved the conversation
)

// Run holds the conversations until ctx ends: it looks at what was taken in and
// at what has become due. One program of several over a database runs it.
func (in *Intake) Run(ctx context.Context) {
	pause := pollEvery
	for ctx.Err() == nil {
		n, err := in.Step(ctx)
		if err != nil && ctx.Err() == nil {
			in.Log.Error("conversations stand still, will try again", "pause", pause, "err", err)
			pause = min(2*pause, 30*time.Second)
		} else {
			pause = pollEvery
		}
		if n > 0 && err == nil {
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-in.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Step looks at deliveries and conversations once and returns how many it
// moved. An error means that the database did not answer; what one delivery or
// conversation does wrong is logged and does not stop the others.
func (in *Intake) Step(ctx context.Context) (int, error) {
	n, err := in.meetAll(ctx)
	if err != nil {
		return n, err
	}
	m, err := in.dueAll(ctx)
	return n + m, err
}

// meetAll looks at the deliveries that are new, in the order they came.
func (in *Intake) meetAll(ctx context.Context) (int, error) {
	var as []desk.Arrival
	err := in.Store.Read(ctx, func(tx desk.Tx) (err error) {
		as, err = tx.Arrivals(ctx, desk.ArrivalFilter{States: []desk.ArrivalState{desk.ArrivalNew}, Bare: true, Limit: meetAtOnce})
		return err
	})
	if err != nil {
		return 0, err
	}
	for i, a := range as {
		a, err := in.whole(ctx, a)
		if errors.Is(err, desk.ErrNotFound) || err == nil && a.State != desk.ArrivalNew {
			continue // erased, or met by another program meanwhile
		}
		if err != nil {
			return i, err
		}
		err = in.safely(func() error { return in.meet(ctx, a) })
		if err == nil {
			continue
		}
		if errors.Is(err, desk.ErrBusy) || errors.Is(err, desk.ErrFull) || ctx.Err() != nil {
			return i, err
		}
		in.Log.Error("a delivery could not be looked at", "channel", a.Channel, "tries", a.Tries+1, "err", err)
		if err := in.strike(ctx, a); err != nil {
			return i, err
		}
	}
	return len(as), nil
}

// whole reads a delivery with its content. Lists leave it out: two hundred mails
// may hold gigabytes.
func (in *Intake) whole(ctx context.Context, a desk.Arrival) (desk.Arrival, error) {
	err := in.Store.Read(ctx, func(tx desk.Tx) error {
		as, err := tx.Arrivals(ctx, desk.ArrivalFilter{Keys: [][]byte{a.Key}, Limit: 1})
		if err == nil && len(as) == 0 {
			err = desk.ErrNotFound
		}
		if err == nil {
			a = as[0]
		}
		return err
	})
	return a, err
}

// strike counts a failure against a delivery and sets it aside after the last.
func (in *Intake) strike(ctx context.Context, a desk.Arrival) error {
	if a.Tries++; a.Tries >= desk.ArrivalTries {
		a.State, a.Why = desk.ArrivalAside, "look"
	}
	return in.Store.Tx(ctx, func(tx desk.Tx) error { return tx.SetArrival(ctx, a) })
}

// safely turns a panic into an error.
func (in *Intake) safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// meet looks at one delivery: finds or begins its conversation and lets the
// machine hear it.
func (in *Intake) meet(ctx context.Context, a desk.Arrival) error {
	p, err := in.open(a)
	if err != nil {
		in.Log.Error("a delivery cannot be opened; it is set aside", "channel", a.Channel, "err", err)
		a.State, a.Why = desk.ArrivalAside, "sealed"
		return in.Store.Tx(ctx, func(tx desk.Tx) error { return tx.SetArrival(ctx, a) })
	}
	for range again {
		err = in.meetOnce(ctx, a, p)
		if !errors.Is(err, desk.ErrConflict) {
			break
		}
	}
	return err
}

// meetOnce is one try of meet.
func (in *Intake) meetOnce(ctx context.Context, a desk.Arrival, p parcel) error {
	conv, before, err := in.conversation(ctx, a.Channel, p)
	if err != nil {
		return err
	}
	t, err := in.newTurn(conv, hex.EncodeToString(a.Key))
	if err != nil {
		return err
	}
	t.before = before
	h, p, err := in.classify(ctx, t, p)
	if err != nil {
		return err
	}
	if h.What == "" { // new words for a message that is still held, or a mail that only thanks
		return in.swap(ctx, a, p)
	}
	if p.EditOf != "" {
		if a.Body, err = in.reseal(a, p); err != nil {
			return err
		}
	}
	t.arrival = &a
	if err := t.hear(ctx, h); err != nil {
		return err
	}
	return t.commit(ctx)
}

// conversation finds the conversation of a delivery, with the keys of this month
// or of the month before, or makes a new one. The address, the time and the keys
// are those of the delivery. before is the hash of the person last month.
func (in *Intake) conversation(ctx context.Context, channel string, p parcel) (c desk.Conversation, beforeHash []byte, err error) {
	now, before, err := in.Vault.identities(channel, Secret(p.Who), Secret(p.Thread))
	if err != nil {
		return c, nil, err
	}
	keys := [][]byte{now.conversation}
	if before.conversation != nil {
		keys = append(keys, before.conversation)
	}
	var cs []desk.Conversation
	err = in.Store.Read(ctx, func(tx desk.Tx) (err error) {
		cs, err = tx.Conversations(ctx, desk.ConversationFilter{Keys: keys, Limit: 2})
		return err
	})
	if err != nil {
		return c, nil, err
	}
	c = desk.Conversation{ID: desk.NewID(), Channel: channel, Lang: in.langOf(p.Lang)}
	if len(cs) > 0 {
		c = cs[0]
	}
	if c.Lang == "" {
		c.Lang = in.langOf(in.Reader.Lang(p.Text))
	}
	c.Key, c.Asker, c.Heard, c.Said = now.conversation, now.person, in.now(), 0
	if p.Address != nil {
		c.Address, err = in.Vault.Seal(labelAddress, p.Address)
	}
	return c, before.person, err
}

// classify says what a delivery is to the machine. An edit of a message that
// was taken long ago is a message of its own that knows which tip it is about;
// one of a message that is still held is nothing to the machine.
func (in *Intake) classify(ctx context.Context, t *turn, p parcel) (Heard, parcel, error) {
	switch p.Kind {
	case KindStart:
		return Heard{What: HeardStart}, p, nil
	case KindLeft:
		return Heard{What: HeardLeft}, p, nil
	case KindPress:
		if h, ok := pressed(p.Data); ok {
			return h, p, nil
		}
		return in.heard(p.Data, true), p, nil
	case KindEdit:
		old, err := in.edited(ctx, t.conv, p)
		if err != nil {
			return Heard{}, p, err
		}
		if old != nil && old.State == desk.ArrivalHeld {
			return Heard{}, p, nil
		}
		if old != nil {
			p.EditOf = old.Tip
		}
	}
	if len(p.Media) > 0 {
		return Heard{What: HeardMessage}, p, nil
	}
	if strings.TrimSpace(p.Text) == "" && len(p.Links) == 0 {
		return Heard{What: HeardEmpty}, p, nil
	}
	if in.limits(t.conv.Channel).Bundle < 0 { // mail: a whole message, commands aside
		h := in.heard(p.Text, true)
		if h.What == HeardThanks || h.What == HeardHello && p.Reply != "" {
			return Heard{}, p, nil // nothing to check, and nobody waits for a mail about it
		}
		return h, p, nil
	}
	return in.heard(p.Text, t.talk.Held == 0), p, nil
}

// edited finds the delivery whose words were edited, nil if it is not known.
func (in *Intake) edited(ctx context.Context, c desk.Conversation, p parcel) (old *desk.Arrival, err error) {
	err = in.Store.Read(ctx, func(tx desk.Tx) error {
		as, err := tx.Arrivals(ctx, desk.ArrivalFilter{Keys: [][]byte{in.Vault.delivery("delivery", c.Channel, p.Of)}, Bare: true, Limit: 1})
		if err == nil && len(as) == 1 && as[0].Conversation == c.ID {
			old = &as[0]
		}
		return err
	})
	return old, err
}

// swap puts new words in place of those of a message that is still held.
func (in *Intake) swap(ctx context.Context, a desk.Arrival, p parcel) error {
	return in.Store.Tx(ctx, func(tx desk.Tx) error {
		as, err := tx.Arrivals(ctx, desk.ArrivalFilter{Keys: [][]byte{in.Vault.delivery("delivery", a.Channel, p.Of)}, Limit: 1})
		if err != nil {
			return err
		}
		if len(as) == 1 && as[0].State == desk.ArrivalHeld {
			old := as[0]
			was, err := in.open(old)
			if err != nil {
				return err
			}
			p.Media, p.At = append(was.Media, p.Media...), was.At
			if old.Body, err = in.reseal(old, p); err != nil {
				return err
			}
			if err := tx.SetArrival(ctx, old); err != nil {
				return err
			}
		}
		return tx.SetArrival(ctx, over(a))
	})
}

// dueAll moves the conversations whose time has come.
func (in *Intake) dueAll(ctx context.Context) (int, error) {
	cs, careful, err := in.due(ctx)
	if err != nil || len(cs) == 0 {
		return 0, err
	}
	n := workers
	if careful {
		n = 1
	}
	queue := make(chan desk.Conversation)
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range n {
		all.Go(func() {
			for c := range queue {
				err := in.safely(func() error { return in.alarm(ctx, c) })
				if err == nil {
					continue
				}
				rest := laterPause
				if errors.Is(err, desk.ErrConflict) {
					rest = 0 // somebody else moved it meanwhile
				} else {
					in.Log.Error("a conversation could not be moved on", "channel", c.Channel, "err", err)
				}
				if err := in.postpone(context.WithoutCancel(ctx), c, rest); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, c := range cs {
		queue <- c
	}
	close(queue)
	all.Wait()
	return len(cs), failed
}

// due lists conversations whose time has come and counts, before anything is
// read, that their deliveries are under way. If some were under way before when
// the program died, one of them alone is given out: whichever of them it was, it
// will not take others with it again.
func (in *Intake) due(ctx context.Context) (cs []desk.Conversation, careful bool, err error) {
	err = in.Store.Tx(ctx, func(tx desk.Tx) error {
		var err error
		if cs, err = tx.Conversations(ctx, desk.ConversationFilter{DueBy: in.now(), Limit: takeAtOnce}); err != nil || len(cs) == 0 {
			return err
		}
		var ids []desk.ID
		for _, c := range cs {
			ids = append(ids, c.ID)
		}
		as, err := tx.Arrivals(ctx, desk.ArrivalFilter{Conversations: ids, States: []desk.ArrivalState{desk.ArrivalHeld}, Bare: true, Limit: takeAtOnce * 2 * maxHeld})
		if err != nil {
			return err
		}
		if cs, careful = suspects(cs, as); careful {
			as = of(as, cs[0].ID)
		}
		var keys [][]byte
		for _, a := range as {
			keys = append(keys, a.Key)
		}
		if len(keys) == 0 {
			return nil
		}
		return tx.TryArrivals(ctx, keys)
	})
	return cs, careful, err
}

// suspects picks the first conversation that was under way before, if any.
func suspects(cs []desk.Conversation, as []desk.Arrival) ([]desk.Conversation, bool) {
	for _, a := range as {
		if a.Tries == 0 {
			continue
		}
		for _, c := range cs {
			if c.ID == a.Conversation {
				return []desk.Conversation{c}, true
			}
		}
	}
	return cs, false
}

// of are the deliveries of one conversation.
func of(as []desk.Arrival, id desk.ID) (out []desk.Arrival) {
	for _, a := range as {
		if a.Conversation == id {
			out = append(out, a)
		}
	}
	return out
}

// alarm lets a conversation hear that its time has come. If somebody else wrote
// to its row meanwhile (a message of ours went out), it hears it again at once,
// before another delivery can join what it was about to take.
func (in *Intake) alarm(ctx context.Context, c desk.Conversation) error {
	err := in.alarmOnce(ctx, c)
	for range again {
		if !errors.Is(err, desk.ErrConflict) {
			break
		}
		var cs []desk.Conversation
		readErr := in.Store.Read(ctx, func(tx desk.Tx) (err error) {
			cs, err = tx.Conversations(ctx, desk.ConversationFilter{IDs: []desk.ID{c.ID}, Limit: 1})
			return err
		})
		if readErr != nil || len(cs) == 0 || cs[0].Due.IsZero() || cs[0].Due.After(in.now()) {
			return errors.Join(err, readErr) // erased, or moved on by another program
		}
		err = in.alarmOnce(ctx, cs[0])
	}
	return err
}

// alarmOnce is one try of alarm.
func (in *Intake) alarmOnce(ctx context.Context, c desk.Conversation) error {
	t, err := in.newTurn(c, fmt.Sprintf("%s/%d", c.ID, c.Version))
	if err != nil {
		return err
	}
	if err := t.hear(ctx, Heard{What: HeardAlarm}); err != nil {
		return err
	}
	return t.commit(ctx)
}

// postpone lets a conversation rest that could not be moved, without counting
// it against its deliveries: the program did not die of them.
func (in *Intake) postpone(ctx context.Context, c desk.Conversation, rest time.Duration) error {
	return in.Store.Tx(ctx, func(tx desk.Tx) error {
		as, err := tx.Arrivals(ctx, desk.ArrivalFilter{Conversations: []desk.ID{c.ID}, States: []desk.ArrivalState{desk.ArrivalHeld}, Limit: 2 * maxHeld})
		if err != nil {
			return err
		}
		for _, a := range as {
			a.Tries = 0
			if err := tx.SetArrival(ctx, a); err != nil {
				return err
			}
		}
		cs, err := tx.Conversations(ctx, desk.ConversationFilter{IDs: []desk.ID{c.ID}, Limit: 1})
		if err != nil || rest == 0 || len(cs) == 0 || cs[0].Version != c.Version {
			return err
		}
		c.Due = in.now().Add(rest)
		return tx.SetConversation(ctx, c)
	})
}
