package desk

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxPeers is how many installations one exchanges with.
const maxPeers = 200

// NewPeer is what an admin says of another installation.
type NewPeer struct {
	Name      string
	Address   string
	Key       string // verifier key, got from the other desk by another way
	Desk      string // the exchange name in that key
	Confirmed bool   // the person compared the key with the other desk
	Follows   bool
	Reads     bool
}

// check trims what was typed and refuses what cannot be.
func (n *NewPeer) check() error {
	n.Name, n.Key = strings.Join(strings.Fields(n.Name), " "), strings.TrimSpace(n.Key)
	n.Address = strings.TrimRight(strings.TrimSpace(n.Address), "/")
	var ps []Problem
	if n.Name == "" {
		ps = append(ps, TextEmpty)
	}
	if tooLong(n.Name, 80) {
		ps = append(ps, TextTooLong)
	}
	if u, err := url.Parse(n.Address); err != nil || !webLink(n.Address) || u.RawQuery != "" || u.Fragment != "" {
		ps = append(ps, BadLink)
	}
	if !deskName(n.Desk) || len(n.Key) > 512 {
		ps = append(ps, PeerBadKey)
	}
	if !n.Confirmed {
		ps = append(ps, PeerUnconfirmed)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// AddPeer begins exchange with another installation. Its key was confirmed by
// the person who adds it.
func (d *Desk) AddPeer(ctx context.Context, by Actor, n NewPeer) (Peer, error) {
	if err := n.check(); err != nil {
		return Peer{}, err
	}
	var p Peer
	err := d.do(ctx, by, MayManage, func(tx Tx) error {
		all, err := tx.Peers(ctx)
		if err != nil {
			return err
		}
		p = Peer{ID: NewID(), Added: d.Now(), AddedBy: by.Staff}
		active := 0
		for _, o := range all {
			if o.Active() {
				active++
			}
			if o.Desk == n.Desk && o.Active() {
				return invalid(PeerTaken)
			}
			if o.Desk == n.Desk {
				p = o // exchange begins again: what it had laid out is read anew
			}
		}
		if active >= maxPeers {
			return invalid(PeerTooMany)
		}
		p.Desk, p.Name, p.Address, p.Key, p.Follows, p.Reads = n.Desk, n.Name, n.Address, n.Key, n.Follows, n.Reads
		p.Ended, p.State = time.Time{}, PeerState{KeyAt: d.Now()}
		if err := tx.SetPeer(ctx, p); err != nil {
			return err
		}
		p.Version++
		return d.tell(ctx, tx, by, Event{Kind: EvPeerAdded, About: p.ID})
	})
	return p, err
}

// changePeer changes one peer that is active, with one event.
func (d *Desk) changePeer(ctx context.Context, by Actor, perm Permission, id ID, kind EventKind, change func(Tx, *Peer) error) (p Peer, err error) {
	err = d.do(ctx, by, perm, func(tx Tx) error {
		if p, err = peerByID(ctx, tx, id); err != nil {
			return err
		}
		if !p.Active() {
			return ErrState
		}
		if err := change(tx, &p); err != nil {
			return err
		}
		if err := tx.SetPeer(ctx, p); err != nil {
			return err
		}
		p.Version++
		return d.tell(ctx, tx, by, Event{Kind: kind, About: id})
	})
	return p, err
}

// peerByID finds a peer; ErrNotFound if there is none.
func peerByID(ctx context.Context, tx Tx, id ID) (Peer, error) {
	all, err := tx.Peers(ctx)
	if err != nil {
		return Peer{}, err
	}
	i := slices.IndexFunc(all, func(p Peer) bool { return p.ID == id })
	if i < 0 {
		return Peer{}, ErrNotFound
	}
	return all[i], nil
}

// SetPeerWays says whether we read a peer's shelf, and it ours.
func (d *Desk) SetPeerWays(ctx context.Context, by Actor, id ID, follows, reads bool) (Peer, error) {
	return d.changePeer(ctx, by, MayManage, id, EvPeerChanged, func(_ Tx, p *Peer) error {
		p.Follows, p.Reads = follows, reads
		return nil
	})
}

// EndPeer ends the exchange with a peer. What nothing was made of is forgotten.
func (d *Desk) EndPeer(ctx context.Context, by Actor, id ID) (Peer, error) {
	return d.changePeer(ctx, by, MayManage, id, EvPeerEnded, func(tx Tx, p *Peer) error {
		p.Ended, p.Follows, p.Reads = d.Now(), false, false
		_, err := tx.DropLaid(ctx, id, time.Time{})
		return err
	})
}

// ResumePeer lets a peer be read again after it was stopped. again begins from
// its first line: after it told by another way that it lost lines, from a
// backup for instance. What is known of it stays.
func (d *Desk) ResumePeer(ctx context.Context, by Actor, id ID, again bool) (Peer, error) {
	return d.changePeer(ctx, by, MayManage, id, EvPeerResumed, func(_ Tx, p *Peer) error {
		p.State.Stopped, p.State.Trouble, p.State.Fails = "", "", 0
		if again {
			p.State.Cursor, p.State.Chain, p.State.Said = 0, nil, time.Time{}
		}
		return nil
	})
}

// ConfirmPeerKey sets another key for a peer that a person compared with the
// other desk, after the one before was lost or revoked.
func (d *Desk) ConfirmPeerKey(ctx context.Context, by Actor, id ID, desk, key string, confirmed bool) (Peer, error) {
	key = strings.TrimSpace(key)
	if !deskName(desk) || len(key) > 512 {
		return Peer{}, invalid(PeerBadKey)
	}
	if !confirmed {
		return Peer{}, invalid(PeerUnconfirmed)
	}
	return d.changePeer(ctx, by, MayManage, id, EvPeerKeyChanged, func(_ Tx, p *Peer) error {
		if p.Desk != desk {
			return invalid(PeerBadKey)
		}
		p.Key, p.State.KeyAt = key, d.Now()
		if p.State.Stopped == PeerRevoked {
			p.State.Stopped = ""
		}
		return nil
	})
}

// FollowPeerKey takes over a key that the key before has signed. The caller
// has verified that.
func (d *Desk) FollowPeerKey(ctx context.Context, by Actor, id ID, was, key string) (Peer, error) {
	return d.changePeer(ctx, by, MayKeep, id, EvPeerKeyChanged, func(_ Tx, p *Peer) error {
		if p.Key != was {
			return ErrConflict
		}
		p.Key, p.State.KeyAt = key, d.Now()
		return nil
	})
}

// Peers lists the installations this one exchanges with, by name.
func (d *Desk) Peers(ctx context.Context, by Actor) (out []Peer, err error) {
	if by.Staff == "" { // the program: its commands and its rounds
		err = d.store.Read(ctx, func(tx Tx) error { out, err = tx.Peers(ctx); return err })
		return out, err
	}
	err = d.read(ctx, by, MayRead, func(tx Tx) error { out, err = tx.Peers(ctx); return err })
	return out, err
}

// PeerReading finds the peer that may read our shelf under an exchange name;
// ErrNotFound if none may.
func (d *Desk) PeerReading(ctx context.Context, desk string) (p Peer, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		all, err := tx.Peers(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(o Peer) bool { return o.Desk == desk && o.Active() && o.Reads })
		if i < 0 {
			return ErrNotFound
		}
		p = all[i]
		return nil
	})
	return p, err
}

// Shelf reads lines of our own shelf from a place on, with the chain before
// them, for a peer's page.
func (d *Desk) Shelf(ctx context.Context, from int64, limit int) (rows []ShelfRow, before []byte, size int64, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		if size, _, err = tx.ShelfHead(ctx); err != nil {
			return err
		}
		if from < 0 || from > size {
			return ErrNotFound
		}
		before = make([]byte, 32)
		if from > 0 {
			rs, err := tx.ShelfRows(ctx, from-1, 1)
			if err != nil || len(rs) == 0 {
				return err
			}
			before = rs[0].Chain
		}
		rows, err = tx.ShelfRows(ctx, from, limit)
		return err
	})
	return rows, before, size, err
}
