package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"soi/internal/desk"
)

// turn is one step of one conversation: what was heard, what the machine wants,
// and everything that is to be written in the end, in one transaction.
type turn struct {
	in      *Intake
	conv    desk.Conversation
	fresh   bool // the conversation begins with this turn
	talk    Talk
	rules   Rules
	limits  Limits
	op      string // names the turn: the same when it is done again
	arrival *desk.Arrival
	before  []byte // hash of the person with last month's key; nil if there is none
	hold    bool
	forget  bool
	said    int
	lang    string // of the last message taken
	done    []desk.Arrival
	askings []desk.Asking
	notices []desk.Notice
	results map[desk.ID]result
	choices string // page of the topics of a digest that was just joined
}

// result is what a sentence about a tip needs to know.
type result struct {
	code   string // ticket code
	asked  int
	cards  []card // of the options, or the one that answers
	why    string
	chosen bool   // the asker picked it
	title  string // of an explainer that may help meanwhile, "" for none
	path   string // … and where it is
}

// newTurn begins a turn of a conversation.
func (in *Intake) newTurn(conv desk.Conversation, op string) (*turn, error) {
	t := &turn{in: in, conv: conv, fresh: conv.Version == 0, rules: in.rules(conv.Channel), limits: in.limits(conv.Channel), op: op, results: map[desk.ID]result{}}
	if conv.Talk != "" {
		if err := json.Unmarshal([]byte(conv.Talk), &t.talk); err != nil {
			return nil, fmt.Errorf("state of a conversation: %w", err)
		}
	}
	return t, nil
}

// hear runs the machine and does what it wants, until it wants nothing more.
func (t *turn) hear(ctx context.Context, h Heard) error {
	talk, acts := t.talk.On(h, t.rules)
	t.talk = talk
	for _, a := range acts {
		if err := t.do(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// do does one act.
func (t *turn) do(ctx context.Context, a Act) error {
	switch a.Do {
	case DoHold:
		t.hold = true
	case DoForget:
		t.forget = true
		return t.digests(ctx, DoEnd)
	case DoJoin, DoEnd:
		return t.digests(ctx, a.Do)
	case DoDigest:
		h, err := t.hasDigests(ctx)
		if err != nil {
			return err
		}
		return t.hear(ctx, h)
	case DoSay:
		return t.say(ctx, a)
	case DoTake:
		h, err := t.take(ctx)
		if err != nil || h.What == "" {
			return err
		}
		return t.hear(ctx, h)
	case DoChoose:
		h, err := t.choose(ctx, a.Tip, a.Key)
		if err != nil || h.What == "" {
			return err
		}
		return t.hear(ctx, h)
	}
	return nil
}

// tongue is the language of what is said now.
func (t *turn) tongue() string {
	for _, l := range []string{t.talk.Lang, t.lang, t.conv.Lang} {
		if l := t.in.langOf(l); l != "" {
			return l
		}
	}
	return t.in.Langs[0]
}

// say puts one sentence into the outbox.
func (t *turn) say(ctx context.Context, a Act) error {
	if t.conv.Address == nil {
		return nil // nowhere to answer to; the ticket page has it all
	}
	if a.Line == "interim" {
		if waits, err := t.waits(ctx); err != nil || !waits {
			return err
		}
	}
	c := composer{in: t.in, limits: t.limits, lang: t.tongue(), op: "talk/" + t.op + "/" + strconv.Itoa(t.said)}
	at := t.rules.Now.Add(time.Duration(t.said) * time.Millisecond) // in their order, whatever fails
	t.said++
	m := t.words(c, a)
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	n := desk.Notice{ID: desk.NewID(), Op: c.op, Conversation: t.conv.ID, Channel: t.conv.Channel, Kind: desk.NoticeTalk, Tip: a.Tip,
		State: desk.NoticeWaiting, Made: at, Due: at}
	if n.Body, err = t.in.Vault.Seal(labelNotice, body); err != nil {
		return err
	}
	t.notices = append(t.notices, n)
	return nil
}

// words are the message of a sentence.
func (t *turn) words(c composer, a Act) Outgoing {
	r := t.results[a.Tip]
	line, pairs := a.Line, []string{"code", r.code, "others", t.in.others(c.lang, r.asked), "why", "", "background", t.in.background(c.lang, r), "choices", t.choices}
	if len(r.cards) > 0 {
		pairs = append(pairs, r.cards[0].pairs()...)
	}
	if line == OutcomeKnown && r.chosen {
		line = "known-chosen"
	}
	if line == OutcomeKnown && r.why != "" {
		pairs[5] = " " + r.why
	}
	if a.Ask != nil {
		return c.ask(line, a.Ask, r.cards, pairs...)
	}
	return c.message(PurposeTalk, "talk", line, pairs...)
}

// digests puts the address of the conversation down for digests, or erases it
// there. An address that cannot be opened any more is down nowhere.
func (t *turn) digests(ctx context.Context, do Do) error {
	if !t.rules.Digest || t.conv.Address == nil {
		return nil
	}
	a, err := t.in.Vault.OpenAddress(t.conv.Address)
	if errors.Is(err, ErrNoKey) {
		return nil
	}
	if err == nil && do == DoJoin {
		t.choices, err = t.in.Digests.Join(ctx, t.conv.Channel, a, t.tongue())
	} else if err == nil {
		err = t.in.Digests.End(ctx, t.conv.Channel, a)
	}
	return err
}

// hasDigests is which question about digests is to be asked.
func (t *turn) hasDigests(ctx context.Context) (Heard, error) {
	h := Heard{What: HeardOutcome, Tip: t.conv.ID, Outcome: OutcomeDigest}
	if t.conv.Address == nil {
		return h, nil
	}
	a, err := t.in.Vault.OpenAddress(t.conv.Address)
	if errors.Is(err, ErrNoKey) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	has, err := t.in.Digests.Has(ctx, t.conv.Channel, a)
	if has {
		h.Outcome = OutcomeHas
	}
	return h, err
}

// waits reports whether the asker waits for anything.
func (t *turn) waits(ctx context.Context) (waits bool, err error) {
	err = t.in.Store.Read(ctx, func(tx desk.Tx) error {
		as, err := tx.Askings(ctx, desk.AskingFilter{Conversations: []desk.ID{t.conv.ID}, Limit: 1000})
		waits = slices.ContainsFunc(as, func(a desk.Asking) bool { return a.As == "" })
		return err
	})
	return waits, err
}

// commit writes everything the turn has led to. desk.ErrConflict means that
// somebody else moved the conversation meanwhile: nothing was written, the turn
// is to be taken again.
func (t *turn) commit(ctx context.Context) error {
	state, err := json.Marshal(t.talk)
	if err != nil {
		return err
	}
	t.conv.Talk, t.conv.Lang = string(state), t.tongue()
	t.conv.Due = t.talk.Due(t.rules)
	err = t.in.Store.Tx(ctx, func(tx desk.Tx) error {
		if t.forget {
			return t.erase(ctx, tx)
		}
		return t.write(ctx, tx)
	})
	if err == nil && len(t.notices) > 0 {
		t.in.Wake()
	}
	return err
}

// write stores conversation, deliveries, askings and messages.
func (t *turn) write(ctx context.Context, tx desk.Tx) error {
	for _, a := range t.askings {
		a.Conversation = t.conv.ID
		if err := tx.SetAsking(ctx, a); err != nil {
			return err
		}
	}
	ends, err := desk.EndsOf(ctx, tx, t.conv.ID, t.rules.Now)
	if err != nil {
		return err
	}
	t.conv.Ends = ends
	if err := tx.SetConversation(ctx, t.conv); err != nil {
		return err
	}
	if a := t.arrival; a != nil {
		x := *a
		x.Conversation = t.conv.ID
		if t.hold {
			x.State, x.Tries = desk.ArrivalHeld, 0
		} else {
			x = over(x)
		}
		if err := tx.SetArrival(ctx, x); err != nil {
			return err
		}
		if err := release(ctx, tx, t.conv.ID, t.rules.Now); err != nil {
			return err
		}
	}
	for _, a := range t.done {
		if err := tx.SetArrival(ctx, a); err != nil {
			return err
		}
	}
	return addNotices(ctx, tx, t.notices)
}

// release lets messages go that waited for the platform's window to open: the
// asker has written.
func release(ctx context.Context, tx desk.Tx, conversation desk.ID, now time.Time) error {
	ns, err := tx.Notices(ctx, desk.NoticeFilter{Conversations: []desk.ID{conversation}, States: []desk.NoticeState{desk.NoticeHeld}})
	if err != nil {
		return err
	}
	for _, n := range ns {
		n.State, n.Why, n.Due = desk.NoticeWaiting, "", now
		if err := tx.SetNotice(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// addNotices puts messages into the outbox; those that are there stay.
func addNotices(ctx context.Context, tx desk.Tx, ns []desk.Notice) error {
	for _, n := range ns {
		if err := tx.AddNotice(ctx, n); err != nil && !errors.Is(err, desk.ErrDuplicate) {
			return err
		}
	}
	return nil
}

// erase forgets the asker: every conversation with them, and with it addresses,
// keyed hashes, deliveries and messages that wait. The last word carries its
// own address, for the hour it may take.
func (t *turn) erase(ctx context.Context, tx desk.Tx) error {
	if t.arrival != nil {
		x := over(*t.arrival)
		x.Conversation = ""
		if err := tx.SetArrival(ctx, x); err != nil {
			return err
		}
	}
	for _, hash := range [][]byte{t.conv.Asker, t.before} {
		if len(hash) == 0 {
			continue
		}
		cs, err := tx.Conversations(ctx, desk.ConversationFilter{Asker: hash, Limit: 1000})
		if err != nil {
			return err
		}
		for _, c := range cs {
			if err := tx.DropConversation(ctx, c.ID); err != nil {
				return err
			}
		}
	}
	for i := range t.notices {
		t.notices[i].Conversation, t.notices[i].Address = "", t.conv.Address
	}
	return addNotices(ctx, tx, t.notices)
}

// over is a delivery that has been dealt with: its content is erased, its time
// kept to the day.
func over(a desk.Arrival) desk.Arrival {
	a.State, a.Body, a.Why = desk.ArrivalDone, nil, ""
	a.At = a.At.Truncate(24 * time.Hour)
	a.N = a.At.UnixNano()
	return a
}
