package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"
)

// FediFollower is somebody, or something, that asked from the fediverse to be
// told of checks. The desk knows neither name nor address of them: Key is a
// keyed hash that finds the row again when they leave, and what is sealed is
// where to send to: the shared inbox of their server, their own only where
// the server has none. It is gone the moment they stop following.
type FediFollower struct {
	Key    []byte // HMAC of the follower's id under a key of the installation, 32 bytes
	Inbox  []byte // HMAC of the address in Sealed; followers on one server share it
	Sealed []byte // the address
	Since  time.Time
}

// FediDelivery is one message that is on its way to an inbox. It is gone once
// it has arrived, or cannot any more.
type FediDelivery struct {
	Inbox   []byte // as of FediFollower
	Op      string // what it is about; a newer one for the same inbox takes its place
	Sealed  []byte // the address
	Verdict ID     // the check that it tells of, as it stands when it is sent; "" when Body says it all
	Body    []byte // the sealed answer to a request to follow; nil when it tells of a check
	Tries   int
	Due     time.Time
	Made    time.Time
}

// FediRows keeps followers from the fediverse and what is on its way to them.
type FediRows interface {
	// SetFediFollower inserts or overwrites by Key.
	SetFediFollower(ctx context.Context, f FediFollower) error
	// FediFollower finds one by Key; ErrNotFound if there is none.
	FediFollower(ctx context.Context, key []byte) (FediFollower, error)
	// DropFediFollower removes one; ErrNotFound if there is none.
	DropFediFollower(ctx context.Context, key []byte) error
	// DropFediInbox removes everyone who is told at an inbox, and what is on
	// its way there.
	DropFediInbox(ctx context.Context, inbox []byte) error
	// CountFediFollowers counts all, or those told at one inbox.
	CountFediFollowers(ctx context.Context, inbox []byte) (int, error)
	// CountPublished counts the checks with an entry of the log below a size.
	CountPublished(ctx context.Context, below int64) (int, error)
	// FediInboxes lists one follower for each inbox.
	FediInboxes(ctx context.Context) ([]FediFollower, error)
	// SetFediDelivery inserts or overwrites by Inbox and Op.
	SetFediDelivery(ctx context.Context, f FediDelivery) error
	// FediDelivery finds one; ErrNotFound if there is none.
	FediDelivery(ctx context.Context, inbox []byte, op string) (FediDelivery, error)
	// DropFediDelivery removes one, if it is there.
	DropFediDelivery(ctx context.Context, inbox []byte, op string) error
	// FediDeliveries lists what is due at a time, the longest due first.
	FediDeliveries(ctx context.Context, due time.Time, limit int) ([]FediDelivery, error)
}

// maxFediFollowers bounds what strangers can make the desk keep.
const maxFediFollowers = 100_000

// FediFollow notes somebody who follows and puts the answer to them on its
// way. Following again renews the address. It leaves no event: whoever leaves
// is to be forgotten whole. ErrFull when the desk has as many as it can tell.
func (d *Desk) FediFollow(ctx context.Context, by Actor, f FediFollower, answer []byte) error {
	if len(f.Key) != 32 || len(f.Inbox) != 32 || len(f.Sealed) == 0 {
		return invalid(BadChoice)
	}
	f.Since = d.Now()
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		n, err := tx.CountFediFollowers(ctx, nil)
		if err != nil {
			return err
		}
		if n >= maxFediFollowers {
			return ErrFull
		}
		if err := tx.SetFediFollower(ctx, f); err != nil {
			return err
		}
		return tx.SetFediDelivery(ctx, FediDelivery{Inbox: f.Inbox, Op: "accept " + hex.EncodeToString(f.Key), Sealed: f.Sealed, Body: answer, Due: f.Since, Made: f.Since})
	})
}

// FediLeave forgets somebody who follows no more; nobody of that key is no
// error. What is on its way to an inbox goes with the last one told there.
func (d *Desk) FediLeave(ctx context.Context, by Actor, key []byte) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		f, err := tx.FediFollower(ctx, key)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.DropFediFollower(ctx, key); err != nil {
			return err
		}
		left, err := tx.CountFediFollowers(ctx, f.Inbox)
		if err != nil || left > 0 {
			return err
		}
		return tx.DropFediInbox(ctx, f.Inbox)
	})
}

// FediFollows reports whether the desk knows a follower by this key.
func (d *Desk) FediFollows(ctx context.Context, key []byte) (bool, error) {
	known := false
	err := d.store.Read(ctx, func(tx Tx) error {
		_, err := tx.FediFollower(ctx, key)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		known = err == nil
		return err
	})
	return known, err
}

// FediCount is how many follow.
func (d *Desk) FediCount(ctx context.Context) (n int, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		n, err = tx.CountFediFollowers(ctx, nil)
		return err
	})
	return n, err
}

// fediPosition names how far the public log was told to the fediverse.
const fediPosition = "fediverse"

// FediSpread puts a message for every inbox on its way for each check that the
// log names since the last time, as far as it is signed. The first time it
// only notes where the log stands: what was published before is in the outbox
// for whoever asks.
func (d *Desk) FediSpread(ctx context.Context, by Actor, below int64) error {
	told := false
	err := d.read(ctx, by, MayKeep, func(tx Tx) error { // nearly always there is nothing to write
		was, err := tx.Position(ctx, fediPosition)
		told = was > below
		return err
	})
	if err != nil || told {
		return err
	}
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		was, err := tx.Position(ctx, fediPosition) // one more than the size told, so that 0 means never
		if err != nil || was > below {
			return err
		}
		if was > 0 {
			if err := d.fediSpread(ctx, tx, was-1, below); err != nil {
				return err
			}
		}
		return tx.SetPosition(ctx, fediPosition, below+1)
	})
}

// fediSpread does it for the entries from <= index < below.
func (d *Desk) fediSpread(ctx context.Context, tx Tx, from, below int64) error {
	verdicts, err := loggedBetween(ctx, tx, from, below)
	if err != nil || len(verdicts) == 0 {
		return err
	}
	to, err := tx.FediInboxes(ctx)
	if err != nil {
		return err
	}
	now := d.Now()
	for _, f := range to {
		for _, v := range verdicts {
			m := FediDelivery{Inbox: f.Inbox, Op: "check " + string(v), Sealed: f.Sealed, Verdict: v, Due: now, Made: now}
			if err := tx.SetFediDelivery(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// loggedBetween lists the checks with an entry from <= index < below, each
// once, the one logged first foremost.
func loggedBetween(ctx context.Context, tx Tx, from, below int64) ([]ID, error) {
	var out []ID
	for before := below; before > from; {
		rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Before: before, Limit: 500})
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if before = r.LogIndex; before < from {
				break
			}
			if !slices.Contains(out, r.Verdict) {
				out = append(out, r.Verdict)
			}
		}
		if len(rs) < 500 {
			break
		}
	}
	slices.Reverse(out)
	return out, nil
}

// FediDue lists what may go out now.
func (d *Desk) FediDue(ctx context.Context, by Actor, limit int) (out []FediDelivery, err error) {
	err = d.read(ctx, by, MayKeep, func(tx Tx) error {
		out, err = tx.FediDeliveries(ctx, d.Now(), limit)
		return err
	})
	return out, err
}

// FediEnd is what came of handing a message over.
type FediEnd int

// The ends.
const (
	FediTaken   FediEnd = iota // arrived
	FediRefused                // the server does not want it; it is not tried again
	FediLater                  // the server could not be reached, or asked to wait
	FediGone                   // the inbox is gone for good, and with it everyone told there
)

// fediPauses are the waits between tries: a week in all, as long as servers
// of the fediverse are usually waited for. After the last one the inbox counts
// as gone.
func fediPauses() []time.Duration {
	day := 24 * time.Hour
	return []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, day, day, day, day, day}
}

// FediEnded writes down what came of a message. A newer one that took its
// place meanwhile stays.
func (d *Desk) FediEnded(ctx context.Context, by Actor, m FediDelivery, end FediEnd) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		if end == FediGone {
			return tx.DropFediInbox(ctx, m.Inbox)
		}
		cur, err := tx.FediDelivery(ctx, m.Inbox, m.Op)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil || !cur.Made.Equal(m.Made) {
			return err
		}
		if end != FediLater {
			return tx.DropFediDelivery(ctx, m.Inbox, m.Op)
		}
		pauses := fediPauses()
		if cur.Tries >= len(pauses) {
			return tx.DropFediInbox(ctx, m.Inbox)
		}
		cur.Due = d.Now().Add(pauses[cur.Tries])
		cur.Tries++
		return tx.SetFediDelivery(ctx, cur)
	})
}

// FediPublished is how many checks have a revision below the signed size,
// withdrawn ones included: as many as the outbox lists.
func (d *Desk) FediPublished(ctx context.Context, below int64) (n int, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		n, err = tx.CountPublished(ctx, below)
		return err
	})
	return n, err
}
