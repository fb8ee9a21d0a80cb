package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
)

// Requests is what the pages ask of the program about letters to bodies and
// their calendars. Nil: no relay is set, and no calendar can be imported.
type Requests interface {
	// HasRelay reports whether letters can be sent by mail.
	HasRelay() bool
	// ReadCalendar reads an .ics file. desk.ErrInvalid when it is none.
	ReadCalendar(b []byte) (ReadCalendar, error)
}

// ReadCalendar is what an .ics file holds.
type ReadCalendar struct {
	Name string
	Days []desk.CalendarDay
	Left int // events that are no whole days, or of other years
}

// bodyRoutes is the table of the staff's pages about bodies and calendars.
func (s *Site) bodyRoutes() []route {
	return []route{
		{pattern: "GET /desk/bodies", audience: Staff, may: desk.MayRead, h: s.bodyList},
		{pattern: "POST /desk/bodies", audience: Staff, may: desk.MayBodies, body: bodyForm, keep: []string{"name-vi", "name-en", "mail", "page"}, h: s.saveBody},
		{pattern: "POST /desk/bodies/{id}", audience: Staff, may: desk.MayBodies, body: bodySmall, h: s.turnBody},
		{pattern: "GET /desk/calendars", audience: Staff, may: desk.MayRead, h: s.calendarList},
		{pattern: "POST /desk/calendars", audience: Staff, may: desk.MayBodies, body: bodyDraft, files: 1, keep: []string{"name", "source", "days"}, h: s.saveCalendar},
	}
}

// bodiesPage is the register of bodies.
type bodiesPage struct {
	Used, Removed []desk.Body
	Calendars     []desk.Calendar
	May           bool
	Form          desk.Body // the form, filled
	Problems      []string
}

// head implements page.
func (p bodiesPage) head(w *words) head {
	return head{Title: w.t("bodies.title"), Section: "desk", Private: true}
}

// Kinds and LangCodes are the choices of the form.
func (p bodiesPage) Kinds() []desk.BodyKind { return desk.BodyKinds() }
func (p bodiesPage) LangCodes() []string    { return written() }

// Weekdays are the days of the week as ISO numbers.
func (p bodiesPage) Weekdays() []string { return []string{"1", "2", "3", "4", "5", "6", "7"} }

// Works reports whether the form's body works on a day of the week.
func (p bodiesPage) Works(day string) bool { return strings.Contains(p.Form.Week, day) }

// Uses reports whether the form's body keeps a calendar.
func (p bodiesPage) Uses(id desk.ID) bool { return slices.Contains(p.Form.Calendars, id) }

// Clock writes minutes after midnight.
func (p bodiesPage) Clock(minutes int) string { return clock(minutes) }

// clock writes minutes after midnight as 08:00.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutesOf reads 08:00; -1 for anything else.
func minutesOf(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// bodyList shows the register; ?body= fills the form with an entry.
func (s *Site) bodyList(v *visit) (answer, error) { return s.bodiesWith(v, nil, nil) }

// bodiesWith shows the register with a form that was refused.
func (s *Site) bodiesWith(v *visit, form *desk.Body, err error) (answer, error) {
	p := bodiesPage{May: v.actor().May(desk.MayBodies),
		Form: desk.Body{Lang: s.Desk.Langs()[0], Week: "12345", Open: 8 * 60, Close: 17 * 60, Calendars: []desk.ID{desk.VietnamCalendar}}}
	status := 200
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	}
	all, err := s.Desk.Bodies(v.Context())
	if err != nil {
		return answer{}, err
	}
	for _, b := range all {
		if b.Used() {
			p.Used = append(p.Used, b)
		} else {
			p.Removed = append(p.Removed, b)
		}
		if string(b.ID) == v.query("body") {
			p.Form = b
		}
	}
	if form != nil {
		p.Form = *form
	}
	if p.Calendars, err = s.Desk.Calendars(v.Context(), v.actor()); err != nil {
		return answer{}, err
	}
	p.Calendars = slices.DeleteFunc(p.Calendars, func(c desk.Calendar) bool { return !c.Removed.IsZero() && !p.Uses(c.ID) })
	return show("desk/bodies", p).as(status), nil
}

// saveBody adds a body or changes its entry.
func (s *Site) saveBody(v *visit) (answer, error) {
	b := desk.Body{ID: desk.ID(v.field("id")), Kind: desk.BodyKind(v.field("kind")), Mail: v.field("mail"), Page: v.field("page"), Lang: v.field("lang"),
		Zone: v.field("zone"), Week: strings.Join(v.PostForm["week"], ""), Open: minutesOf(v.field("open")), Close: minutesOf(v.field("close"))}
	if b.Week == "" {
		b.Week = "0" // no day at all is refused, not taken for the usual week
	}
	var names []desk.Note
	for _, l := range written() {
		names = append(names, desk.Note{Lang: l, Text: v.field("name-" + l)})
	}
	b.Names = desk.Say(names...)
	for _, c := range v.PostForm["calendar"] {
		b.Calendars = append(b.Calendars, desk.ID(c))
	}
	saved, err := s.Desk.SaveBody(v.Context(), v.actor(), b)
	if err != nil {
		return s.bodiesWith(v, &b, err)
	}
	return redirect(v.tongue.url("/desk/bodies") + "#b-" + string(saved.ID)), nil
}

// turnBody takes a body off the register or puts it back.
func (s *Site) turnBody(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Desk.RemoveBody(v.Context(), v.actor(), id, v.field("do") == "remove"); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/bodies")), nil
}

// calendarPage is the list of calendars and the form of one.
type calendarPage struct {
	Calendars []desk.Calendar
	May       bool
	Can       bool // .ics files can be read
	ID        desk.ID
	Name      string
	Source    string
	Lines     string // one day a line: 2026-08-31 off National Day
	Read      *ReadCalendar
	Moved     int
	Saved     bool
	Problems  []string
}

// head implements page.
func (p calendarPage) head(w *words) head {
	return head{Title: w.t("calendars.title"), Section: "desk", Private: true}
}

// Works counts the days of a calendar that are worked.
func (p calendarPage) Works(c desk.Calendar) (n int) {
	for _, d := range c.Days {
		if d.Work {
			n++
		}
	}
	return n
}

// calendarList shows the calendars; ?calendar= fills the form with one.
func (s *Site) calendarList(v *visit) (answer, error) {
	return s.calendarsWith(v, calendarPage{Saved: v.query("saved") != "", Moved: number(v.query("moved"))}, nil)
}

// number reads a small number; 0 for anything else.
func number(s string) (n int) {
	_, _ = fmt.Sscanf(s, "%d", &n)
	return max(0, n)
}

// calendarsWith shows the calendars with what a form left to say.
func (s *Site) calendarsWith(v *visit, p calendarPage, err error) (answer, error) {
	status := 200
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	}
	all, err := s.Desk.Calendars(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p.May, p.Can = v.actor().May(desk.MayBodies), s.Requests != nil
	for _, c := range all {
		if !c.Removed.IsZero() {
			continue
		}
		p.Calendars = append(p.Calendars, c)
		if string(c.ID) == v.query("calendar") && p.Lines == "" && c.ID != desk.VietnamCalendar {
			p.ID, p.Name, p.Source, p.Lines = c.ID, c.Name, c.Source, dayLines(c.Days)
		}
	}
	return show("desk/calendars", p).as(status), nil
}

// The words for a day in the lines of a calendar.
const (
	lineOff  = "off"
	lineWork = "work"
)

// dayLines writes days, one a line, for a person to read and change.
func dayLines(days []desk.CalendarDay) string {
	var b strings.Builder
	for _, d := range days {
		kind := lineOff
		if d.Work {
			kind = lineWork
		}
		fmt.Fprintf(&b, "%s %s %s\n", d.Date, kind, d.Title.In(""))
	}
	return b.String()
}

// readDays reads what dayLines wrote and people changed. A line that is no day
// is refused, so that no holiday is lost by a slip.
func readDays(lines string) ([]desk.CalendarDay, error) {
	var out []desk.CalendarDay
	for line := range strings.Lines(lines) {
		parts := strings.Fields(line)
		if len(parts) == 0 {
			continue
		}
		if len(parts) < 2 {
			return nil, &desk.Invalid{Problems: []desk.Problem{desk.BadDate}}
		}
		work := slices.Contains([]string{lineWork, "worked", "làm"}, strings.ToLower(parts[1]))
		off := slices.Contains([]string{lineOff, "nghỉ"}, strings.ToLower(parts[1]))
		_, err := time.Parse(time.DateOnly, parts[0])
		if err != nil || work == off {
			return nil, &desk.Invalid{Problems: []desk.Problem{desk.BadDate}}
		}
		out = append(out, desk.CalendarDay{Date: parts[0], Work: work, Title: desk.Say(desk.Note{Text: strings.Join(parts[2:], " ")})})
	}
	return out, nil
}

// saveCalendar reads an .ics file into the form, keeps a calendar, or takes one
// out of use.
func (s *Site) saveCalendar(v *visit) (answer, error) {
	p := calendarPage{ID: desk.ID(v.field("id")), Name: v.field("name"), Source: v.field("source"), Lines: v.PostForm.Get("days")}
	switch v.field("do") {
	case "read":
		return s.readCalendar(v, p)
	case "remove":
		if err := s.Desk.RemoveCalendar(v.Context(), v.actor(), p.ID); err != nil {
			return answer{}, err
		}
		return redirect(v.tongue.url("/desk/calendars")), nil
	}
	days, err := readDays(p.Lines)
	if err != nil {
		return s.calendarsWith(v, p, err)
	}
	_, moved, err := s.Desk.SaveCalendar(v.Context(), v.actor(), desk.Calendar{ID: p.ID, Name: p.Name, Source: p.Source, Days: days})
	if err != nil {
		return s.calendarsWith(v, p, err)
	}
	return redirect(v.tongue.url("/desk/calendars") + fmt.Sprintf("?saved=yes&moved=%d", moved)), nil
}

// readCalendar puts the days of a file into the form; nothing is stored yet.
func (s *Site) readCalendar(v *visit, p calendarPage) (answer, error) {
	if s.Requests == nil {
		return answer{}, desk.ErrState
	}
	text := []byte(v.PostForm.Get("ics"))
	if v.refused != nil {
		return s.calendarsWith(v, p, v.refused)
	}
	if len(v.files) > 0 {
		text = v.files[0]
	}
	got, err := s.Requests.ReadCalendar(text)
	if err != nil {
		return s.calendarsWith(v, p, err)
	}
	p.Read, p.Name, p.Lines = &got, cmp.Or(p.Name, got.Name), dayLines(got.Days)
	return s.calendarsWith(v, p, nil)
}
