package desk

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
)

// How long what belongs to a conversation is kept. Addresses go a week after
// the last answer, or ninety days after the last word of somebody who still
// waits.
const (
	keepWaiting  = 90 * 24 * time.Hour
	keepAnswered = 7 * 24 * time.Hour
	keepKeys     = 35 * 24 * time.Hour // of deliveries that are done: platforms deliver again for a week
	keepAside    = 7 * 24 * time.Hour  // deliveries that could not be read
	keepNotices  = 90 * 24 * time.Hour // messages that are over, without words and address
)

// EndsOf is when a conversation is to be forgotten: a week from now, or ninety
// days if the asker waits for an answer.
func EndsOf(ctx context.Context, tx Tx, conversation ID, now time.Time) (time.Time, error) {
	as, err := tx.Askings(ctx, AskingFilter{Conversations: []ID{conversation}, Limit: 1000})
	for _, a := range as {
		if a.As == "" {
			return now.Add(keepWaiting), err
		}
	}
	return now.Add(keepAnswered), err
}

// Following says where the answer to a tip is to go that was not taken in by a
// conversation.
type Following struct {
	Tip     ID
	Channel string
	Key     []byte // keyed hash that finds the conversation again
	Asker   []byte // keyed hash of whoever asks; may be nil
	Address []byte // sealed
	Lang    string
}

// Follow ties a tip to an address. Repeating it changes nothing.
func (d *Desk) Follow(ctx context.Context, by Actor, f Following) error {
	if err := need(by, MayAsk); err != nil {
		return err
	}
	return d.store.Tx(ctx, func(tx Tx) error {
		cs, err := tx.Conversations(ctx, ConversationFilter{Keys: [][]byte{f.Key}, Limit: 1})
		if err != nil {
			return err
		}
		c := Conversation{ID: NewID(), Channel: f.Channel, Key: f.Key}
		if len(cs) == 1 {
			c = cs[0]
		}
		as, err := tx.Askings(ctx, AskingFilter{Tips: []ID{f.Tip}, Limit: 1})
		if err != nil || len(as) == 1 && as[0].Conversation == c.ID {
			return err
		}
		c.Asker, c.Address, c.Lang, c.Heard = f.Asker, f.Address, f.Lang, d.Now()
		c.Ends = d.Now().Add(keepWaiting)
		if err := tx.SetConversation(ctx, c); err != nil {
			return err
		}
		a, err := askingNow(ctx, tx, f.Tip)
		a.Conversation = c.ID
		return errors.Join(err, tx.SetAsking(ctx, a))
	})
}

// askingNow is what an asker knows who has just been shown the page of a tip.
func askingNow(ctx context.Context, tx Tx, tip ID) (Asking, error) {
	a := Asking{Tip: tip}
	ts, err := tx.Tips(ctx, TipFilter{IDs: []ID{tip}, Limit: 1})
	if err != nil || len(ts) == 0 {
		return a, errors.Join(err, ErrNotFound)
	}
	switch t := ts[0]; {
	case t.State == TipClosed:
		a.As = string(NoticeClosed)
	case t.Imported != "":
		a.As = string(NoticeImported)
	case t.State == TipAnswered:
		c, err := tx.Claim(ctx, t.Claim)
		a.As, a.Told = string(NoticePublished), c.Rev
		return a, err
	}
	return a, nil
}

// ForgetAskers erases what has reached the end of its time: addresses and
// keyed hashes, deliveries that were set aside, messages that are over. Call it
// only when Erase did not find that the clock jumped. It returns how many
// conversations it forgot, at most 200 at a call.
func (d *Desk) ForgetAskers(ctx context.Context, by Actor) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		now := d.Now()
		cs, err := tx.Conversations(ctx, ConversationFilter{EndsBy: now, Limit: 200})
		if err != nil {
			return err
		}
		for _, c := range cs {
			if err := tx.DropConversation(ctx, c.ID); err != nil {
				return err
			}
			n++
		}
		aside, err := tx.DropArrivals(ctx, ArrivalAside, now.Add(-keepAside))
		if err != nil {
			return err
		}
		if _, err := tx.DropArrivals(ctx, ArrivalDone, now.Add(-keepKeys)); err != nil {
			return err
		}
		if _, err := tx.DropNotices(ctx, now.Add(-keepNotices)); err != nil {
			return err
		}
		if n+aside == 0 {
			return nil
		}
		return d.tell(ctx, tx, by, Event{Kind: EvAskersForgotten, Data: map[string]string{"conversations": strconv.Itoa(n), "deliveries": strconv.Itoa(aside)}})
	})
	return n, err
}

// Lease gives the right to do something to one program of several over one
// database, until the time runs out: holder names the program, a random word.
// It reports whether the holder has it now; whoever has it asks again in good
// time before it ends. With lasts 0 it gives the right back.
func (d *Desk) Lease(ctx context.Context, by Actor, name, holder string, lasts time.Duration) (mine bool, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		mine = false
		key := "lease " + name
		v, err := tx.Setting(ctx, key)
		if err != nil {
			return err
		}
		who, end, _ := strings.Cut(v, " ")
		if lasts <= 0 && who != holder {
			return nil // nothing to give back
		}
		until, err := strconv.ParseInt(end, 10, 64)
		if err == nil && who != holder && until > d.Now().UnixMilli() && until < d.Now().Add(2*lasts).UnixMilli() {
			return nil // a time far ahead was written by a clock that was wrong
		}
		mine = true
		return tx.SetSetting(ctx, key, holder+" "+strconv.FormatInt(d.Now().Add(lasts).UnixMilli(), 10))
	})
	return mine, err
}
