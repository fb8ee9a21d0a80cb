package desk

import (
	"context"
	"errors"
	"time"

	"soi/internal/desk/address"
)

// ChannelDoc is what an entry of the public log about a channel commits to.
// Of a denial it names the check in which the body's answer is published, and
// no address.
type ChannelDoc struct {
	Nonce   string       `json:"nonce"` // 32 random bytes, base64; first member
	Schema  string       `json:"schema"`
	Channel ID           `json:"channel"`
	State   ChannelState `json:"state"`
	Body    ID           `json:"body"`
	Names   Said         `json:"names"`
	Kind    address.Kind `json:"kind,omitempty"`
	Address string       `json:"address,omitempty"`
	Proof   ChannelProof `json:"proof,omitempty"`
	Page    string       `json:"page,omitempty"`
	Host    string       `json:"host,omitempty"`
	Check   ID           `json:"check,omitempty"` // of a denial: where the body's answer stands
	Said    string       `json:"said,omitempty"`  // of a denial: date of that answer
	Why     string       `json:"why,omitempty"`   // of a withdrawal
	People  int          `json:"approvals"`       // who stood behind the line when it was entered
}

// ChannelSchema names the layout of ChannelDoc, and KindChannel the kind of
// its entry in the public log.
const (
	ChannelSchema      = "soi-channel/v1"
	KindChannel   Kind = "channel"
)

// enterTurn enters a state of a channel into the public log.
func (d *Desk) enterTurn(ctx context.Context, tx Tx, c *BodyChannel, b Body, s ChannelState) error {
	doc := ChannelDoc{Channel: c.ID, State: s, Body: b.ID, Names: b.Names, Kind: c.Address.Kind, Address: c.Address.Key, Proof: c.Proof, Page: c.Page, Host: c.Host}
	if s == ChannelWithdrawn {
		doc.Why = c.Why
	}
	t, err := d.logChannel(ctx, tx, doc)
	c.State, c.Turns = s, append(c.Turns, t)
	return err
}

// logChannel appends one entry about a channel or a denial.
func (d *Desk) logChannel(ctx context.Context, tx Tx, doc ChannelDoc) (ChannelTurn, error) {
	doc.Nonce, doc.Schema, doc.People = NewNonce(), ChannelSchema, Approvals
	b, err := docBytes("channel", doc)
	if err != nil {
		return ChannelTurn{}, err
	}
	hash := DocHash(b)
	place, err := d.log.Append(ctx, tx, LogEntry{Op: string(NewID()), Kind: KindChannel, Channel: doc.Channel, Standing: doc.State, Doc: hash})
	if err != nil {
		return ChannelTurn{}, err
	}
	return ChannelTurn{State: doc.State, At: d.Now(), Index: place.Index, Hash: hash}, tx.AddDocument(ctx, hash, b)
}

// TakeChannels hands out channels whose proof is to be looked for, at most
// limit, each under a lease; all of them, due or not, with all. Those that an answer proves are looked at here
// and now. A clock that jumped does no harm: it takes three looks, a day apart,
// to hold that a proof has gone.
func (d *Desk) TakeChannels(ctx context.Context, by Actor, limit int, all bool) (out []BodyChannel, err error) {
	f := ChannelFilter{Ready: d.Now(), States: []ChannelState{ChannelWaiting, ChannelProved, ChannelGone}, Limit: limit}
	if all {
		f.Ready = f.Ready.AddDate(10, 0, 0)
	}
	err = d.read(ctx, by, MayFetch, func(tx Tx) error {
		out, err = tx.BodyChannels(ctx, f)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	err = d.do(ctx, by, MayFetch, func(tx Tx) error {
		due, err := tx.BodyChannels(ctx, f)
		if err != nil {
			return err
		}
		out = nil
		for _, c := range due {
			if c.Proof == ProofSaid {
				if err := d.sawSaid(ctx, tx, by, c); err != nil {
					return err
				}
				continue
			}
			c.Check.Leased = d.Now().Add(watchLease)
			if err := tx.SetBodyChannel(ctx, c); err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// sawSaid looks whether an answer still counts as the body's.
func (d *Desk) sawSaid(ctx context.Context, tx Tx, by Actor, c BodyChannel) error {
	_, _, err := answerNaming(ctx, tx, c.Answer, c.Body, c.Address)
	if err != nil && !errors.Is(err, ErrInvalid) {
		return err
	}
	var t ChannelTrouble
	if err != nil {
		t = ProofUnsaid
	}
	return d.saw(ctx, tx, by, c, t)
}

// ChannelLook is what a look for a proof found.
type ChannelLook struct {
	ID      ID
	Leased  time.Time
	Trouble ChannelTrouble // "" when the proof is there
}

// ChannelLooked stores what a look found and ends the lease; ErrConflict when
// the lease was lost. A proof is held to have gone after three looks over two
// days, and to be back at the first that finds it: both are entered in the
// log.
func (d *Desk) ChannelLooked(ctx context.Context, by Actor, l ChannelLook) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		c, err := channelByID(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		if !c.Check.Leased.Equal(l.Leased) {
			return ErrConflict
		}
		return d.saw(ctx, tx, by, c, l.Trouble)
	})
}

// saw takes a look over.
func (d *Desk) saw(ctx context.Context, tx Tx, by Actor, c BodyChannel, t ChannelTrouble) error {
	if c.State != ChannelWaiting && c.State != ChannelProved && c.State != ChannelGone {
		c.Check.Leased = time.Time{}
		return tx.SetBodyChannel(ctx, c) // decided meanwhile
	}
	gone := c.Check.saw(t, d.Now(), string(c.ID))
	to := c.State
	switch {
	case c.State == ChannelProved && gone:
		to = ChannelGone
	case c.State == ChannelGone && t == "":
		to = ChannelProved
	}
	if to != c.State {
		b, err := bodyByID(ctx, tx, c.Body)
		if err != nil {
			return err
		}
		if err := d.enterTurn(ctx, tx, &c, b, to); err != nil {
			return err
		}
		if err := d.tell(ctx, tx, by, Event{Kind: EvChannelTurned, About: c.ID, Data: map[string]string{"state": string(to), "trouble": string(t)}}); err != nil {
			return err
		}
	}
	return tx.SetBodyChannel(ctx, c)
}

// saw takes a look over into what is remembered; gone is true when the proof
// has been missing long enough.
func (k *ChannelCheck) saw(t ChannelTrouble, now time.Time, id string) (gone bool) {
	k.Leased, k.Tried, k.Trouble = time.Time{}, now, t
	k.Due = now.Add(WatchEvery - WatchEvery/8 + spread(id+now.Format(time.DateOnly), WatchEvery/8))
	switch t {
	case "":
		k.Good, k.Fails, k.Since = now, 0, time.Time{}
		return false
	case ProofKeptOut: // says nothing about the proof
		return false
	}
	k.Fails++
	if k.Since.IsZero() || k.Since.After(now) {
		k.Since = now
	}
	if gone = k.Fails >= watchFails && now.Sub(k.Since) >= watchFailing; !gone {
		k.Due = now.Add(watchAgain + spread(id, watchAgain/8))
	}
	return gone
}
