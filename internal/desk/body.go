package desk

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// BodyKind is what sort of body answers for things claimed. There is none for
// a person.
type BodyKind string

// The kinds of body.
const (
	BodyAgency      BodyKind = "agency"      // of a state or a province
	BodyCompany     BodyKind = "company"     //
	BodyInstitution BodyKind = "institution" // hospital, university, association
)

// BodyKinds lists the kinds in the order pages show them.
func BodyKinds() []BodyKind { return []BodyKind{BodyAgency, BodyCompany, BodyInstitution} }

// Body is a body concerned, as the desk's register has it: an office with its
// public contact, never a person.
type Body struct {
	ID        ID
	Names     Said // as it calls itself, by language
	Kind      BodyKind
	Mail      string // e-mail address of the office, as it publishes it
	Page      string // its own page
	Lang      string // language it is asked in
	Zone      string // "" means DefaultZone
	Week      string // working days of the week as ISO numbers; "12345"
	Open      int    // minutes after midnight
	Close     int    // minutes after midnight
	Calendars []ID   // of its days off, in any order
	Added     time.Time
	Removed   time.Time // no longer asked; its requests stay
}

// Used reports whether the body is in the register.
func (b Body) Used() bool { return b.Removed.IsZero() }

// Name is the name in a language, or the first there is.
func (b Body) Name(lang string) string { return b.Names.In(lang) }

// Named reports whether a text is one of the body's names, without regard to
// case and spaces.
func (b Body) Named(text string) bool {
	text = strings.Join(strings.Fields(text), " ")
	return text != "" && slices.ContainsFunc(b.Names.Notes(), func(n Note) bool { return strings.EqualFold(n.Text, text) })
}

// tidy brings what staff typed into one form.
func (b *Body) tidy() {
	notes := b.Names.Notes()
	for i := range notes {
		notes[i].Text = strings.Join(strings.Fields(notes[i].Text), " ")
	}
	b.Names = Say(notes...)
	b.Mail = strings.ToLower(strings.TrimSpace(b.Mail))
	if b.Zone == "" {
		b.Zone = DefaultZone
	}
	if b.Week == "" {
		b.Week = "12345"
	}
	if b.Open == 0 && b.Close == 0 {
		b.Open, b.Close = 8*60, 17*60
	}
	slices.Sort(b.Calendars)
	b.Calendars = slices.Compact(b.Calendars)
}

// check refuses a body that could not be asked, or whose days could not be
// counted.
func (b *Body) check(langs []string) error {
	b.tidy()
	var ps []Problem
	add := func(bad bool, p Problem) {
		if bad && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	add(b.Names == "", TextEmpty)
	add(b.Names.longest() > MaxLineRunes || len(b.Mail) > 254 || len(b.Page) > 2000, TextTooLong)
	add(!slices.Contains(BodyKinds(), b.Kind) || !slices.Contains(langs, b.Lang) || len(b.Calendars) > MaxCalendars, BadChoice)
	if b.Mail != "" {
		a, err := mail.ParseAddress(b.Mail)
		add(err != nil || a.Address != b.Mail || !strings.Contains(b.Mail, "."), BadMail)
	}
	if b.Page != "" {
		page, err := cleanLink(b.Page)
		add(err != nil, BadLink)
		b.Page = page
	}
	_, err := zoneOf(b.Zone)
	week := strings.Trim(b.Week, "1234567") == ""
	add(err != nil || !week || b.Open < 0 || b.Close > 24*60-1 || b.Open >= b.Close, BadHours)
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// Bodies lists the register by name, removed bodies included. Whoever the desk
// asks is public.
func (d *Desk) Bodies(ctx context.Context) (out []Body, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = tx.Bodies(ctx)
		return err
	})
	return out, err
}

// SaveBody adds a body to the register (b.ID empty) or changes its entry.
// Deadlines that run follow its hours and calendars, never to an earlier day
// than was told.
func (d *Desk) SaveBody(ctx context.Context, by Actor, b Body) (Body, error) {
	if err := b.check(d.opts.Langs); err != nil {
		return b, err
	}
	var out Body
	err := d.do(ctx, by, MayBodies, func(tx Tx) error {
		out = b
		all, err := tx.Bodies(ctx)
		if err != nil {
			return err
		}
		kind := EvBodyChanged
		if b.ID == "" {
			kind, out.ID, out.Added, out.Removed = EvBodyAdded, NewID(), d.Now(), time.Time{}
		} else {
			i := slices.IndexFunc(all, func(o Body) bool { return o.ID == b.ID })
			if i < 0 {
				return ErrNotFound
			}
			out.Added, out.Removed = all[i].Added, all[i].Removed
		}
		for _, n := range out.Names.Notes() {
			if slices.ContainsFunc(all, func(o Body) bool { return o.ID != out.ID && o.Named(n.Text) }) {
				return invalid(BodyTaken)
			}
		}
		if err := tx.SetBody(ctx, out); err != nil {
			return err
		}
		if _, err := d.moveDeadlines(ctx, tx, out.ID); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, About: out.ID})
	})
	return out, err
}

// RemoveBody takes a body off the register, or puts it back. What it was asked
// and answered stays.
func (d *Desk) RemoveBody(ctx context.Context, by Actor, id ID, removed bool) error {
	return d.do(ctx, by, MayBodies, func(tx Tx) error {
		b, err := bodyByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if b.Used() != removed {
			return ErrState
		}
		kind := EvBodyBack
		b.Removed = time.Time{}
		if removed {
			kind, b.Removed = EvBodyRemoved, d.Now()
		}
		if err := tx.SetBody(ctx, b); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, About: id})
	})
}

// bodyByID finds a body of the register; ErrNotFound if there is none.
func bodyByID(ctx context.Context, tx Tx, id ID) (Body, error) {
	all, err := tx.Bodies(ctx)
	if err != nil {
		return Body{}, err
	}
	i := slices.IndexFunc(all, func(b Body) bool { return b.ID == id })
	if i < 0 {
		return Body{}, ErrNotFound
	}
	return all[i], nil
}

// workTime is when a body works, by its calendars as they stand now.
func workTime(ctx context.Context, tx Tx, b Body) (WorkTime, error) {
	stored, err := tx.Calendars(ctx)
	if err != nil {
		return WorkTime{}, err
	}
	var own []Calendar
	for _, c := range append([]Calendar{Vietnam()}, stored...) {
		if slices.Contains(b.Calendars, c.ID) && c.Removed.IsZero() {
			own = append(own, c)
		}
	}
	zone, err := zoneOf(b.Zone)
	if err != nil { // a zone that the machine no longer knows
		zone, err = zoneOf("")
	}
	return NewWorkTime(zone, b.Week, b.Open, b.Close, own...), err
}
