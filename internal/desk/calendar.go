package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CalendarDay is a day that differs from the week: a holiday, or a day worked
// in its place.
type CalendarDay struct {
	Date  string `json:"date"`           // 2006-01-02
	Work  bool   `json:"work,omitempty"` // worked although the week says otherwise
	Title Said   `json:"title"`
}

// Calendar is a list of such days. The built-in one of Vietnam has the ID
// VietnamCalendar and is not stored.
type Calendar struct {
	ID      ID
	Name    string
	Source  string // where its days were announced; an address or a sentence
	Days    []CalendarDay
	Added   time.Time
	Changed time.Time
	Removed time.Time // no longer offered; bodies that use it count without it
}

// Limits of calendars.
const (
	MaxCalendarDays = 1500
	MaxCalendars    = 5 // of one body
)

// VietnamCalendar names the built-in calendar.
const VietnamCalendar ID = "vietnam"

// VietnamUntil is the last day that the built-in calendar knows of.
const VietnamUntil = "2027-12-31"

// Vietnam is the built-in calendar: the public holidays of the Labour Code
// (2019, articles 111 and 112) for 2026 and 2027, as far as they follow from
// the law and the lunar calendar alone. What the Government announces each
// year, working days swapped for Saturdays and the second day of National Day,
// is not guessed: the desk imports it.
func Vietnam() Calendar {
	day := func(date, vi, en string) CalendarDay {
		return CalendarDay{Date: date, Title: Say(Note{"vi", vi}, Note{"en", en})}
	}
	c := Calendar{ID: VietnamCalendar, Name: "Việt Nam", Source: "Bộ luật Lao động 2019, điều 111 và 112"}
	add := func(vi, en string, dates ...string) {
		for _, d := range dates {
			c.Days = append(c.Days, day(d, vi, en))
		}
	}
	add("Tết Dương lịch", "New Year's Day", "2026-01-01", "2027-01-01")
	// These five days are free whichever of the lawful ways to place them around
	// the first day of the year (17 February 2026, 6 February 2027) is chosen.
	add("Tết Bính Ngọ", "Lunar New Year", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20")
	add("Tết Đinh Mùi", "Lunar New Year", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09")
	add("Giỗ Tổ Hùng Vương", "Hùng Kings' Day", "2026-04-26", "2027-04-16")
	add("Nghỉ bù Giỗ Tổ Hùng Vương", "In place of Hùng Kings' Day", "2026-04-27")
	add("Ngày Chiến thắng", "Reunification Day", "2026-04-30", "2027-04-30")
	add("Quốc tế Lao động", "Labour Day", "2026-05-01", "2027-05-01")
	add("Nghỉ bù Quốc tế Lao động", "In place of Labour Day", "2027-05-03")
	add("Quốc khánh", "National Day", "2026-09-02", "2027-09-02")
	slices.SortFunc(c.Days, func(a, b CalendarDay) int { return cmp.Compare(a.Date, b.Date) })
	return c
}

// check refuses a calendar whose days cannot be read. The name is staff's.
func (c *Calendar) check() error {
	c.Name, c.Source = strings.TrimSpace(c.Name), strings.TrimSpace(c.Source)
	var ps []Problem
	if c.Name == "" {
		ps = append(ps, TextEmpty)
	}
	if tooLong(c.Name, MaxLineRunes) || tooLong(c.Source, MaxLineRunes) || len(c.Days) > MaxCalendarDays {
		ps = append(ps, TextTooLong)
	}
	for _, d := range c.Days {
		if _, err := time.Parse(time.DateOnly, d.Date); err != nil || d.Title.longest() > MaxLineRunes {
			ps = append(ps, BadDate)
			break
		}
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	c.Days = tidyDays(c.Days)
	return nil
}

// tidyDays sorts days and keeps each once; a working day and a holiday of one
// date stay both, and the working day wins.
func tidyDays(days []CalendarDay) []CalendarDay {
	out := slices.Clone(days)
	slices.SortStableFunc(out, func(a, b CalendarDay) int { return cmp.Compare(a.Date, b.Date) })
	return slices.CompactFunc(out, func(a, b CalendarDay) bool { return a.Date == b.Date && a.Work == b.Work })
}

// Calendars lists the calendars, the built-in one first.
func (d *Desk) Calendars(ctx context.Context, by Actor) ([]Calendar, error) {
	out := []Calendar{Vietnam()}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		cs, err := tx.Calendars(ctx)
		out = append(out, cs...)
		return err
	})
	return out, err
}

// SaveCalendar adds a calendar (c.ID empty) or replaces its days. Deadlines
// that run move with it, never to an earlier day than was told; moved says how
// many did.
func (d *Desk) SaveCalendar(ctx context.Context, by Actor, c Calendar) (out Calendar, moved int, err error) {
	if err := c.check(); err != nil {
		return c, 0, err
	}
	err = d.do(ctx, by, MayBodies, func(tx Tx) error {
		out = c
		out.Changed = d.Now()
		if c.ID == "" {
			out.ID, out.Added = NewID(), out.Changed
		} else {
			cs, err := tx.Calendars(ctx)
			i := slices.IndexFunc(cs, func(o Calendar) bool { return o.ID == c.ID })
			if err == nil && i < 0 {
				err = ErrNotFound
			}
			if err != nil {
				return err
			}
			out.Added = cs[i].Added
		}
		if err := tx.SetCalendar(ctx, out); err != nil {
			return err
		}
		if moved, err = d.moveDeadlines(ctx, tx, ""); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvCalendarSaved, About: out.ID, Data: map[string]string{"days": strconv.Itoa(len(out.Days)), "moved": strconv.Itoa(moved)}})
	})
	return out, moved, err
}

// RemoveCalendar takes a calendar out of use; deadlines that run keep the days
// they were moved by.
func (d *Desk) RemoveCalendar(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayBodies, func(tx Tx) error {
		cs, err := tx.Calendars(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(cs, func(o Calendar) bool { return o.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		c := cs[i]
		if !c.Removed.IsZero() {
			return ErrState
		}
		c.Removed = d.Now()
		if err := tx.SetCalendar(ctx, c); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvCalendarRemoved, About: id})
	})
}
