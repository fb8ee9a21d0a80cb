package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// DigestPlan is when editions are made: at which minutes of which days, in
// which zone, and which calendar's days off go without.
type DigestPlan struct {
	Minutes  []int          `json:"minutes"` // of the day, rising; none: no digests
	Zone     string         `json:"zone"`    // IANA name; "" for the desk's
	Days     []time.Weekday `json:"days"`    // empty for every day
	Calendar ID             `json:"calendar,omitempty"`
	Changed  time.Time      `json:"changed"` // what lies before was not missed
	Log      int64          `json:"log"`     // size of the public log when digests began
}

// MaxDigestHours is how many editions a day may have.
const MaxDigestHours = 8

// digestPlanKey is the setting that holds the plan.
const digestPlanKey = "digest plan"

// DefaultDigestPlan is 07:30 and 15:30 on every day, in the desk's zone.
func DefaultDigestPlan() DigestPlan { return DigestPlan{Minutes: []int{7*60 + 30, 15*60 + 30}} }

// planBack is how far back a plan looks for its last hour: longer than any run
// of days off.
const planBack = 40

// Last is the last hour of the plan at or before a time; false if there is
// none. Each hour comes once a day, also on days when clocks are moved.
func (p DigestPlan) Last(at time.Time, desk *time.Location, c Calendar) (time.Time, bool) {
	zone := personZone(p.Zone, desk)
	local := at.In(zone)
	for back := -1; back <= planBack; back++ { // tomorrow too: an hour that does not exist may move over midnight
		slots := p.slotsOf(local.Year(), local.Month(), local.Day()-back, zone, c)
		for _, s := range slices.Backward(slots) {
			if !s.After(at) {
				return s, true
			}
		}
	}
	return time.Time{}, false
}

// Next is the first hour of the plan after a time; false if there is none.
func (p DigestPlan) Next(at time.Time, desk *time.Location, c Calendar) (time.Time, bool) {
	zone := personZone(p.Zone, desk)
	local := at.In(zone)
	for ahead := -1; ahead <= planBack; ahead++ {
		for _, s := range p.slotsOf(local.Year(), local.Month(), local.Day()+ahead, zone, c) {
			if s.After(at) {
				return s, true
			}
		}
	}
	return time.Time{}, false
}

// slotsOf are the hours of one day, rising.
func (p DigestPlan) slotsOf(y int, m time.Month, day int, zone *time.Location, c Calendar) (out []time.Time) {
	noon := time.Date(y, m, day, 12, 0, 0, 0, zone)
	is := len(p.Days) == 0 || slices.Contains(p.Days, noon.Weekday())
	date := noon.Format(time.DateOnly)
	for _, d := range c.Days {
		if d.Date == date {
			is = d.Work
			if d.Work {
				break // a day worked wins over a holiday of the same date
			}
		}
	}
	if !is {
		return nil
	}
	for _, min := range p.Minutes {
		out = append(out, time.Date(y, m, day, min/60, min%60, 0, 0, zone))
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// check refuses a plan that cannot be kept.
func (p *DigestPlan) check() error {
	slices.Sort(p.Minutes)
	p.Minutes = slices.Compact(p.Minutes)
	slices.Sort(p.Days)
	p.Days = slices.Compact(p.Days)
	bad := func(m int) bool { return m < 0 || m > 1439 }
	wrong := func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }
	if _, err := time.LoadLocation(p.Zone); err != nil || len(p.Zone) > 60 || len(p.Minutes) > MaxDigestHours || slices.ContainsFunc(p.Minutes, bad) || slices.ContainsFunc(p.Days, wrong) {
		return invalid(BadChoice)
	}
	return nil
}

// DigestPlan reads the plan with its calendar.
func (d *Desk) DigestPlan(ctx context.Context) (p DigestPlan, c Calendar, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		p, c, _, err = digestPlan(ctx, tx)
		return err
	})
	return p, c, err
}

// digestPlan reads the plan and its calendar; set is false before the first.
func digestPlan(ctx context.Context, tx Tx) (p DigestPlan, c Calendar, set bool, err error) {
	v, err := tx.Setting(ctx, digestPlanKey)
	if err != nil || v == "" {
		return DefaultDigestPlan(), Calendar{}, false, err
	}
	if err := json.Unmarshal([]byte(v), &p); err != nil {
		return p, c, false, err
	}
	switch p.Calendar {
	case "":
	case VietnamCalendar:
		c = Vietnam()
	default:
		cs, err := tx.Calendars(ctx)
		if err != nil {
			return p, c, true, err
		}
		if i := slices.IndexFunc(cs, func(c Calendar) bool { return c.ID == p.Calendar }); i >= 0 {
			c = cs[i]
		}
	}
	return p, c, true, nil
}

// putDigestPlan stores a plan as of now.
func (d *Desk) putDigestPlan(ctx context.Context, tx Tx, p DigestPlan) error {
	p.Changed = d.Now()
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.SetSetting(ctx, digestPlanKey, string(b))
}

// SetDigestPlan changes when editions are made. What the new plan would have
// made before now is not made up for.
func (d *Desk) SetDigestPlan(ctx context.Context, by Actor, p DigestPlan) error {
	if err := p.check(); err != nil {
		return err
	}
	return d.do(ctx, by, MayManage, func(tx Tx) error {
		old, _, _, err := digestPlan(ctx, tx)
		if err != nil {
			return err
		}
		if p.Calendar != "" && p.Calendar != VietnamCalendar {
			cs, err := tx.Calendars(ctx)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(cs, func(c Calendar) bool { return c.ID == p.Calendar && c.Removed.IsZero() }) {
				return invalid(BadChoice)
			}
		}
		p.Log = old.Log
		if err := d.putDigestPlan(ctx, tx, p); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestPlanSet})
	})
}
