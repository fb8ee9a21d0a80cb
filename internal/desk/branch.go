package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// channelDesksKey is the setting that says at which desk the messages of a
// channel arrive.
const channelDesksKey = "channel-desks"

// Branches lists the desks of the installation, Home first; an installation
// of one desk has Home alone.
func (d *Desk) Branches(ctx context.Context) ([]Branch, error) {
	var out []Branch
	err := d.store.Read(ctx, func(tx Tx) (err error) {
		out, err = branches(ctx, tx)
		return err
	})
	return out, err
}

// branches lists the desks, Home first.
func branches(ctx context.Context, tx Tx) ([]Branch, error) {
	all, err := tx.Branches(ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(b Branch) bool { return b.ID == Home }); i >= 0 {
		home := all[i]
		return append([]Branch{home}, slices.Delete(all, i, i+1)...), nil
	}
	return append([]Branch{{ID: Home}}, all...), nil
}

// openDesk finds a desk that takes in claims; BadChoice if there is none.
func openDesk(ctx context.Context, tx Tx, id ID) error {
	all, err := branches(ctx, tx)
	if err == nil && !slices.ContainsFunc(all, func(b Branch) bool { return b.ID == id && b.Open() }) {
		err = invalid(BadChoice)
	}
	return err
}

// SaveBranch adds a desk (without an ID), or changes name, languages and
// place of one. Home can be named.
func (d *Desk) SaveBranch(ctx context.Context, by Actor, b Branch) (Branch, error) {
	b.Name = strings.Join(strings.Fields(b.Name), " ")
	if b.Name == "" || tooLong(b.Name, 60) || slices.ContainsFunc(b.Langs, func(l string) bool { return !slices.Contains(d.opts.Langs, l) }) {
		return b, invalid(BadChoice)
	}
	kind := EvDeskChanged
	if b.ID == "" {
		b.ID, kind = NewID(), EvDeskAdded
	}
	err := d.do(ctx, by, MayManage, func(tx Tx) error {
		all, err := branches(ctx, tx)
		if err != nil {
			return err
		}
		b.Created = d.Now()
		if kind == EvDeskChanged {
			i := slices.IndexFunc(all, func(o Branch) bool { return o.ID == b.ID })
			if i < 0 {
				return ErrNotFound
			}
			b.Created, b.Closed = all[i].Created, all[i].Closed
		}
		if b.Created.IsZero() {
			b.Created = d.Now()
		}
		if !above(all, b) {
			return invalid(BadChoice)
		}
		if err := tx.SetBranch(ctx, b); errors.Is(err, ErrDuplicate) {
			return invalid(NameTaken)
		} else if err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, About: b.ID})
	})
	return b, err
}

// above reports whether b's parent exists and is not below b itself.
func above(all []Branch, b Branch) bool {
	for id, n := b.Parent, 0; id != ""; n++ {
		i := slices.IndexFunc(all, func(o Branch) bool { return o.ID == id })
		if i < 0 || id == b.ID || n > len(all) {
			return false
		}
		id = all[i].Parent
	}
	return true
}

// SetBranchOpen ends or resumes the taking in of claims by a desk. What it
// has stays with it and can be worked on or handed on. Home is never closed.
func (d *Desk) SetBranchOpen(ctx context.Context, by Actor, id ID, open bool) error {
	return d.do(ctx, by, MayManage, func(tx Tx) error {
		all, err := tx.Branches(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(o Branch) bool { return o.ID == id && id != Home })
		if i < 0 {
			return ErrNotFound
		}
		b := all[i]
		if b.Open() == open {
			return nil
		}
		b.Closed = d.Now()
		if open {
			b.Closed = time.Time{}
		}
		if err := tx.SetBranch(ctx, b); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDeskChanged, About: id})
	})
}

// ChannelDesks says at which desk the messages of each channel arrive;
// channels that were not given to one arrive at Home.
func (d *Desk) ChannelDesks(ctx context.Context) (map[string]ID, error) {
	var out map[string]ID
	err := d.store.Read(ctx, func(tx Tx) (err error) {
		out, err = channelDesks(ctx, tx)
		return err
	})
	return out, err
}

// channelDesks reads the setting.
func channelDesks(ctx context.Context, tx Tx) (map[string]ID, error) {
	out := map[string]ID{}
	v, err := tx.Setting(ctx, channelDesksKey)
	if err != nil || v == "" {
		return out, err
	}
	return out, json.Unmarshal([]byte(v), &out)
}

// SetChannelDesk lets the messages of a channel arrive at a desk.
func (d *Desk) SetChannelDesk(ctx context.Context, by Actor, channel string, desk ID) error {
	if channel == "" || tooLong(channel, 60) {
		return invalid(BadChoice)
	}
	return d.do(ctx, by, MayManage, func(tx Tx) error {
		if err := openDesk(ctx, tx, desk); err != nil {
			return err
		}
		all, err := channelDesks(ctx, tx)
		if err != nil {
			return err
		}
		all[channel] = desk
		if desk == Home {
			delete(all, channel)
		}
		v, err := json.Marshal(all)
		if err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, channelDesksKey, string(v)); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSettingChanged, Data: map[string]string{"setting": channelDesksKey}})
	})
}

// arrive notes at which desk a tip arrives: the one its form names, that of
// the person who enters it, that of its channel, else Home. A desk that is
// closed takes in nothing.
func (d *Desk) arrive(ctx context.Context, tx Tx, by Actor, n NewTip, tip ID) error {
	all, err := tx.Branches(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	open := func(id ID) bool {
		return slices.ContainsFunc(all, func(b Branch) bool { return b.ID == id && b.Open() })
	}
	to := n.Desk
	if seats, everywhere := by.Desks(MayAddTip); !open(to) && !everywhere && len(seats) > 0 {
		to = seats[0]
	}
	if !open(to) && to != Home {
		of, err := channelDesks(ctx, tx)
		if err != nil {
			return err
		}
		to = of[n.Channel]
	}
	if !open(to) || to == Home {
		return nil
	}
	return tx.SetTipDesk(ctx, tip, to)
}

// atDeskOf gives a claim that a tip opens to the desk where the tip arrived.
func atDeskOf(ctx context.Context, tx Tx, tip, claim ID) error {
	to, err := tx.TipDesk(ctx, tip)
	if err != nil || to == Home {
		return err
	}
	return tx.SetDeskOf(ctx, claim, to)
}

// Counted is a desk with the open claims it has, for the filter of the queue.
type Counted struct {
	Branch
	Claims int
}

// DeskCounts lists the desks at which the person reads, with how many open
// claims each has; none when there is only one.
func (d *Desk) DeskCounts(ctx context.Context, by Actor) (out []Counted, err error) {
	by.At = ""
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if s, ok := tx.(seatedTx); ok {
			by = s.by
		}
		all, err := branches(ctx, tx)
		if err != nil || len(all) == 1 {
			return err
		}
		cs, err := tx.Claims(ctx, ClaimFilter{States: []ClaimState{ClaimOpen}, Limit: queueLimit})
		if err != nil {
			return err
		}
		ids := make([]ID, len(cs))
		for i, c := range cs {
			ids[i] = c.ID
		}
		of, err := tx.DesksOf(ctx, ids)
		if err != nil {
			return err
		}
		n := map[ID]int{}
		for _, id := range ids {
			n[homeOr(of[id])]++
		}
		for _, b := range all {
			if by.MayOn(b.ID, "", MayRead) {
				out = append(out, Counted{b, n[b.ID]})
			}
		}
		return nil
	})
	if len(out) == 1 {
		out = nil
	}
	return out, err
}

// Sees returns ErrNotFound unless the claim is there for the person.
func (d *Desk) Sees(ctx context.Context, by Actor, claim ID) error {
	return d.read(ctx, by, MayRead, func(tx Tx) error {
		_, err := tx.Claim(ctx, claim)
		return err
	})
}
