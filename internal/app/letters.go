package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"soi/internal/calendar"
	"soi/internal/deliver"
	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/intake/email"
	"soi/internal/web"
)

// mailroom takes mails that concern letters to bodies, for the mail channel.
type mailroom struct{ *App }

// Office implements email.Letters.
func (m mailroom) Office(ctx context.Context, address intake.Secret) (bool, error) {
	return m.Desk.Office(ctx, string(address))
}

// Answered implements email.Letters. A file that cannot be kept is left out:
// the mail itself stays in the mailbox.
func (m mailroom) Answered(ctx context.Context, r email.Reply) error {
	ext := sha256.Sum256([]byte("mail\x00" + r.ExtID))
	reply := desk.MailReply{Letter: desk.ID(r.Letter), Text: r.Text, Lang: r.Lang, From: string(r.From), Sure: r.Sure, Ext: ext[:]}
	for _, f := range r.Media {
		if len(reply.Files) == desk.MaxMedia || f.Data == nil {
			continue
		}
		n, err := m.media.Take(ctx, bytes.NewReader(f.Data), "")
		if errors.Is(err, desk.ErrInvalid) {
			m.log.Info("a file of a reply was not kept", "channel", email.Name)
			continue
		}
		if err != nil {
			return err
		}
		reply.Files = append(reply.Files, n)
	}
	return m.Desk.TakeMail(ctx, desk.Program(), reply)
}

// Returned implements email.Letters.
func (m mailroom) Returned(ctx context.Context, letter string) error {
	return m.Desk.LetterBack(ctx, desk.Program(), desk.ID(letter))
}

// mailChannel is the channel through which letters go out, nil if mail is
// switched off.
func (a *App) mailChannel() *email.Channel {
	for _, c := range a.answers.channels {
		if ch, ok := c.(*email.Channel); ok {
			return ch
		}
	}
	return nil
}

// HasRelay reports whether letters to bodies can be sent.
func (a *App) HasRelay() bool {
	ch := a.mailChannel()
	return ch != nil && ch.HasRelay()
}

// calendarYears are how many years before and after this one a calendar is
// read for.
const calendarYears = 2

// ReadCalendar reads an .ics file as days off and days worked.
func (a *App) ReadCalendar(b []byte) (web.ReadCalendar, error) {
	year := a.now().Year()
	f, err := calendar.Read(b, year-1, year+calendarYears)
	switch {
	case errors.Is(err, calendar.ErrFormat):
		a.log.Info("a calendar could not be read", "cause", err)
		return web.ReadCalendar{}, &desk.Invalid{Problems: []desk.Problem{desk.BadCalendar}}
	case errors.Is(err, calendar.ErrTooLarge):
		return web.ReadCalendar{}, &desk.Invalid{Problems: []desk.Problem{desk.TextTooLong}}
	}
	return web.ReadCalendar{Name: f.Name, Days: f.Days, Left: f.Left}, err
}

// letters is what sends letters; without a relay nothing does, and they wait.
func (s *Server) letters() deliver.Letters {
	out := deliver.Letters{Desk: s.Desk, Log: s.log}
	ch := s.mailChannel()
	if ch == nil || !ch.HasRelay() {
		return out
	}
	out.Send = func(ctx context.Context, l desk.Letter, r desk.RequestView) error {
		title, text := s.site.Letter(l.Kind, r)
		return failure(ch.SendLetter(ctx, email.Letter{ID: string(l.ID), To: r.Mail, Lang: r.Lang, Title: title, Text: text}))
	}
	return out
}

// remind writes reminders and clears the inbox of replies.
func (s *Server) remind(ctx context.Context) error {
	_, err := s.Desk.Remind(ctx, desk.Program())
	return err
}

// runLetters sends letters and writes reminders beside requests.
func (s *Server) runLetters(every func(name string, d time.Duration, f func(context.Context) error)) {
	every("letters", 3*time.Second, s.letters().Step)
	every("remind", time.Minute, s.remind)
}

// examineRequests says what of requests to bodies waits for somebody.
func (a *App) examineRequests(ctx context.Context, d *doctor) {
	var unsent, failed int
	var horizon time.Time
	err := a.db.Read(ctx, func(tx desk.Tx) error {
		ls, err := tx.Letters(ctx, desk.LetterFilter{States: []desk.NoticeState{desk.NoticeWaiting, desk.NoticeUnknown, desk.NoticeFailed}, Limit: 5000})
		for _, l := range ls {
			if l.State == desk.NoticeFailed {
				failed++
			} else {
				unsent++
			}
		}
		if err != nil {
			return err
		}
		horizon, err = calendarEnd(ctx, tx)
		return err
	})
	switch {
	case err != nil:
		return // the database has been spoken of already
	case unsent > 0 && !a.HasRelay():
		d.say(Notice, "%d letters to bodies concerned wait and no mail relay is set: set mail-relay, or deliver them by hand from /desk/requests.",
			"%d thư gửi cơ quan, tổ chức đang chờ mà chưa đặt máy chủ gửi thư: hãy đặt mail-relay, hoặc tự chuyển thư từ /desk/requests.", unsent)
	case failed > 0:
		d.say(Notice, "%d letters to bodies concerned could not be delivered; /desk/requests says which.",
			"%d thư gửi cơ quan, tổ chức không chuyển được; xem /desk/requests.", failed)
	}
	if !horizon.IsZero() && horizon.Before(a.now().AddDate(0, 0, 60)) {
		d.say(Notice, "The calendars of bodies concerned know no day after %s: import the holidays of the next year at /desk/calendars.",
			"Lịch nghỉ của cơ quan, tổ chức chưa có ngày nào sau %s: hãy nhập lịch nghỉ năm sau ở /desk/calendars.", horizon.Format(time.DateOnly))
	}
}

// calendarEnd is the last day that any calendar in use knows of; zero when the
// register is empty.
func calendarEnd(ctx context.Context, tx desk.Tx) (time.Time, error) {
	bodies, err := tx.Bodies(ctx)
	if err != nil || len(bodies) == 0 {
		return time.Time{}, err
	}
	stored, err := tx.Calendars(ctx)
	last := desk.VietnamUntil
	for _, c := range stored {
		for _, day := range c.Days {
			if c.Removed.IsZero() && strings.Compare(day.Date, last) > 0 {
				last = day.Date
			}
		}
	}
	end, err2 := time.Parse(time.DateOnly, last)
	return end, errors.Join(err, err2)
}
