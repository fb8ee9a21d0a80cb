package desk

import (
	"context"
	"slices"
	"time"
)

// Schedule is when a person wants notifications by mail.
type Schedule string

// The schedules.
const (
	MailNever  Schedule = "never"
	MailOnce   Schedule = "once"   // as it happens
	MailDigest Schedule = "digest" // at the desk's two digest hours
	MailDaily  Schedule = "daily"  // once a day, in the morning of the person's zone
)

// Schedules lists them in the order pages show them.
func Schedules() []Schedule { return []Schedule{MailNever, MailOnce, MailDigest, MailDaily} }

// MailPlan is how a member of staff wants to be told by mail. The address is
// sealed; the person alone sets it and takes it away.
type MailPlan struct {
	Staff     ID
	Address   []byte // sealed; nil: no mail
	Schedule  Schedule
	Zone      string // IANA name; "" for the desk's
	QuietFrom int    // minute of the day in the person's zone; equal to QuietTo: no quiet hours
	QuietTo   int
	Muted     []NotificationKind
	Mailed    time.Time // when the last mail was made
}

// wants reports whether a kind goes out by mail at all.
func (p MailPlan) wants(k NotificationKind) bool {
	return len(p.Address) > 0 && p.Schedule != MailNever && p.Schedule != "" && !slices.Contains(p.Muted, k)
}

// Quiet reports whether the person is not to be disturbed at a time.
func (p MailPlan) Quiet(at time.Time, desk *time.Location) bool {
	if p.QuietFrom == p.QuietTo {
		return false
	}
	t := at.In(personZone(p.Zone, desk))
	m := t.Hour()*60 + t.Minute()
	if p.QuietFrom < p.QuietTo {
		return p.QuietFrom <= m && m < p.QuietTo
	}
	return m >= p.QuietFrom || m < p.QuietTo
}

// dailyMinute is the minute of the daily mail.
const dailyMinute = 8 * 60

// hours is when mail that gathers is made: the desk's zone, and the hours of
// its digests.
type hours struct {
	zone     *time.Location
	digests  DigestPlan
	calendar Calendar
}

// slot is the last moment at or before a time at which the plan sends what has
// come together; the time itself for a plan that sends at once. On a desk that
// makes no digests those who want mail with them are sent the daily one.
func (p MailPlan) slot(at time.Time, h hours) time.Time {
	switch p.Schedule {
	case MailOnce:
		return at
	case MailDigest:
		if last, ok := h.digests.Last(at, h.zone, h.calendar); ok {
			return last
		}
	}
	daily := DigestPlan{Minutes: []int{dailyMinute}, Zone: p.Zone}
	last, _ := daily.Last(at, h.zone, Calendar{})
	return last
}

// due reports whether a notification of that time is to be mailed now: its
// slot has come and the person is not asleep. A clock that moves back sends
// nothing twice: what was sent is marked, and the rest waits.
func (p MailPlan) due(n Notification, now time.Time, h hours) bool {
	return p.wants(n.Kind) && !p.Quiet(now, h.zone) && !p.slot(now, h).Before(n.At)
}

// MailPlanOf reads the person's own plan; the zero plan sends nothing.
func (d *Desk) MailPlanOf(ctx context.Context, by Actor) (MailPlan, error) {
	out := MailPlan{Staff: by.Staff, Schedule: MailNever}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		plans, err := plansOf(ctx, tx)
		if p, ok := plans[by.Staff]; ok {
			out = p
		}
		return err
	})
	return out, err
}

// SetMailPlan stores the person's own plan. Without an address, or with the
// schedule never, what still waits is not mailed.
func (d *Desk) SetMailPlan(ctx context.Context, by Actor, p MailPlan) error {
	if _, err := time.LoadLocation(p.Zone); err != nil || !slices.Contains(Schedules(), p.Schedule) || p.QuietFrom < 0 || p.QuietTo < 0 ||
		p.QuietFrom > 1439 || p.QuietTo > 1439 || slices.ContainsFunc(p.Muted, func(k NotificationKind) bool { return !slices.Contains(NotificationKinds(), k) }) {
		return invalid(BadChoice)
	}
	if by.Staff == "" {
		return ErrForbidden
	}
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		plans, err := plansOf(ctx, tx)
		if err != nil {
			return err
		}
		p.Staff, p.Mailed = by.Staff, plans[by.Staff].Mailed
		if err := tx.SetMailPlan(ctx, p); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvMailPlanSet, About: by.Staff})
	})
}

// StaffMail is one mail that is to be made: to whom, in which language, what
// it tells.
type StaffMail struct {
	Staff   Staff
	Address []byte // sealed
	Bell    Bell
}

// TakeStaffMail takes what is due by mail for one person after another and marks it
// as sent before it is: whoever calls it hands each mail over once. zone is
// the desk's.
func (d *Desk) TakeStaffMail(ctx context.Context, by Actor, zone *time.Location) ([]StaffMail, error) {
	var out []StaffMail
	err := d.do(ctx, by, MayKeep, func(tx Tx) error {
		out = nil
		plans, err := plansOf(ctx, tx)
		if err != nil {
			return err
		}
		h := hours{zone: zone}
		if h.digests, h.calendar, _, err = digestPlan(ctx, tx); err != nil {
			return err
		}
		staff, err := tx.Staff(ctx)
		if err != nil {
			return err
		}
		for _, s := range staff {
			m, err := d.takeStaffMail(ctx, tx, s, plans[s.ID], h)
			if err != nil {
				return err
			}
			if len(m.Bell.List) > 0 {
				out = append(out, m)
			}
		}
		return nil
	})
	return out, err
}

// takeStaffMail takes what is due for one person.
func (d *Desk) takeStaffMail(ctx context.Context, tx Tx, s Staff, p MailPlan, h hours) (StaffMail, error) {
	m := StaffMail{Staff: s, Address: p.Address}
	if len(p.Address) == 0 {
		return m, nil
	}
	bell, err := bellOf(ctx, tx, NotificationFilter{Staff: s.ID, Mail: MailWaiting, Limit: 200})
	if err != nil || len(bell.List) == 0 {
		return m, err
	}
	m.Bell = Bell{Claims: bell.Claims, Names: bell.Names}
	now := d.Now()
	for _, n := range bell.List {
		switch {
		case !s.Active() || !p.wants(n.Kind) || now.Sub(n.At) > mailAge:
			n.Mail = MailNone
		case p.due(n, now, h):
			n.Mail = MailSent
			m.Bell.List = append(m.Bell.List, n)
		default:
			continue
		}
		if err := tx.SetNotification(ctx, n); err != nil {
			return m, err
		}
	}
	if len(m.Bell.List) == 0 {
		return m, nil
	}
	p.Mailed = now
	return m, tx.SetMailPlan(ctx, p)
}

// MailNotSent gives back what a mail told, after the relay surely did not take
// it, so that it is tried again.
func (d *Desk) MailNotSent(ctx context.Context, by Actor, m StaffMail) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		for _, n := range m.Bell.List {
			now, err := tx.Notifications(ctx, NotificationFilter{ID: n.ID, Staff: n.Staff, Limit: 1})
			if err != nil {
				return err
			}
			if len(now) == 0 || !now[0].Read.IsZero() {
				continue
			}
			now[0].Mail = MailWaiting
			if err := tx.SetNotification(ctx, now[0]); err != nil {
				return err
			}
		}
		return nil
	})
}
