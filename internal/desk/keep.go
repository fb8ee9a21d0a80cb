package desk

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Import stores checks of other publishers, in one transaction a call. It
// returns how many were new or changed and how many stood there already.
func (d *Desk) Import(ctx context.Context, by Actor, items []Imported) (stored, same int, err error) {
	err = d.do(ctx, by, MayImport, func(tx Tx) error {
		stored, same = 0, 0
		for _, i := range items {
			if _, err := cleanLink(i.URL); err != nil {
				return err
			}
			if strings.TrimSpace(i.Claim) == "" && strings.TrimSpace(i.Title) == "" {
				return invalid(TextEmpty)
			}
			i.ID, i.Added = NewID(), d.Now()
			changed, err := d.takeImport(ctx, tx, by, i)
			if err != nil {
				return err
			}
			if changed {
				stored++
			} else {
				same++
			}
		}
		return nil
	})
	return stored, same, err
}

// The settings by which erasing notices that the clock jumped.
const (
	clockSeenKey = "erase-clock-seen"
	clockHoldKey = "erase-clock-hold"
)

// A clock that moved back, or forward by more than clockStep since the last
// run, is not trusted: nothing is erased for clockHold. A desk that was
// switched off for long waits as well, which does no harm.
const (
	clockStep = 25 * time.Hour
	clockHold = 24 * time.Hour
)

// Erase removes the text of tips, and what claims repeat of it, that have reached the end of their
// retention and that no claim in use carries, at most 500 at a call. It
// returns how many it erased. When the clock jumped it erases nothing and
// reports held.
func (d *Desk) Erase(ctx context.Context, by Actor) (n int, held bool, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		var err error
		if held, err = d.clockHeld(ctx, tx); err != nil || held {
			return err
		}
		ts, err := tx.Tips(ctx, TipFilter{Erasable: d.Now().Add(-d.opts.Retention), Oldest: true, Limit: 500})
		if err != nil {
			return err
		}
		for _, t := range ts {
			// The hash of the folded text goes too: a short text could be guessed
			// from it.
			t.Text, t.Folded, t.Links, t.Asker, t.Erased = "", nil, nil, nil, d.Now()
			if err := eraseMedia(ctx, tx, t, d.Now()); err != nil {
				return err
			}
			if err := tx.SetTip(ctx, t); err != nil {
				return err
			}
			for _, id := range []ID{t.Claim, t.Origin} {
				if err := forget(ctx, tx, id); err != nil {
					return err
				}
			}
			n++
		}
		if n == 0 {
			return nil
		}
		return d.tell(ctx, tx, by, Event{Kind: EvTipErased, Data: map[string]string{"tips": strconv.Itoa(n)}})
	})
	return n, held, err
}

// forgotten stands where the first line of an erased tip stood, and where a tip
// has no line.
const forgotten = "…"

// forget takes an asker's words out of a claim that is not in use any more:
// until a person writes one, its text is the first line of a tip.
func forget(ctx context.Context, tx Tx, id ID) error {
	if id == "" {
		return nil
	}
	c, err := tx.Claim(ctx, id)
	if err != nil || c.Typed || c.State == ClaimOpen || c.State == ClaimPublished || c.Text == forgotten {
		return err
	}
	c.Text = forgotten
	return tx.SetClaim(ctx, c)
}

// clockHeld compares the clock with the one of the run before and says
// whether erasing must wait.
func (d *Desk) clockHeld(ctx context.Context, tx Tx) (bool, error) {
	return d.jumped(ctx, tx, clockSeenKey, clockHoldKey, clockHold)
}

// jumped compares the clock with the one of the run before, kept in the
// setting seenKey, and says whether work must wait since a jump, until the
// time in the setting holdKey.
func (d *Desk) jumped(ctx context.Context, tx Tx, seenKey, holdKey string, wait time.Duration) (bool, error) {
	now := d.Now()
	seen, err := timeSetting(ctx, tx, seenKey)
	if err != nil {
		return false, err
	}
	hold, err := timeSetting(ctx, tx, holdKey)
	if err != nil {
		return false, err
	}
	if !seen.IsZero() && (now.Before(seen.Add(-5*time.Minute)) || now.After(seen.Add(clockStep))) {
		hold = now.Add(wait)
		if err := tx.SetSetting(ctx, holdKey, strconv.FormatInt(hold.UnixMilli(), 10)); err != nil {
			return false, err
		}
	}
	return now.Before(hold), tx.SetSetting(ctx, seenKey, strconv.FormatInt(now.UnixMilli(), 10))
}

// timeSetting reads a time kept as unix milliseconds; zero if never set.
func timeSetting(ctx context.Context, tx Tx, key string) (time.Time, error) {
	v, err := tx.Setting(ctx, key)
	if err != nil || v == "" {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(v, 10, 64)
	return time.UnixMilli(ms).UTC(), err
}
