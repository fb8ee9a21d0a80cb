package desk

import (
	"context"
	"strconv"
	"time"
)

// BodyRows keeps the register of bodies, their calendars, and what they were
// asked.
type BodyRows interface {
	// SetBody inserts or overwrites by ID.
	SetBody(ctx context.Context, b Body) error
	// Bodies lists all bodies by name, removed ones included.
	Bodies(ctx context.Context) ([]Body, error)
	// SetCalendar inserts or overwrites by ID.
	SetCalendar(ctx context.Context, c Calendar) error
	// Calendars lists all calendars by name, removed ones included.
	Calendars(ctx context.Context) ([]Calendar, error)
	// SetRequest inserts a request with Version 0, or overwrites the one whose
	// stored version is r.Version; raises it by one. ErrConflict otherwise.
	SetRequest(ctx context.Context, r Request) error
	Requests(ctx context.Context, f RequestFilter) ([]Request, error)
	// AddBodyAnswer inserts an answer; ErrDuplicate if its Ext exists.
	AddBodyAnswer(ctx context.Context, a BodyAnswer) error
	// SetBodyAnswer overwrites kind, state, text and decision; ErrNotFound if
	// absent.
	SetBodyAnswer(ctx context.Context, a BodyAnswer) error
	BodyAnswers(ctx context.Context, f BodyAnswerFilter) ([]BodyAnswer, error)
	// AddLetter inserts a letter; ErrDuplicate if its Op exists.
	AddLetter(ctx context.Context, l Letter) error
	// SetLetter overwrites the letter with l.ID; ErrNotFound if absent.
	SetLetter(ctx context.Context, l Letter) error
	Letters(ctx context.Context, f LetterFilter) ([]Letter, error)
	// SetStrayMail inserts a mail that matches nothing; ErrDuplicate if its Ext
	// exists.
	SetStrayMail(ctx context.Context, m StrayMail) error
	// StrayMails lists them, oldest first.
	StrayMails(ctx context.Context) ([]StrayMail, error)
	// DropStrayMail deletes one; ErrNotFound if absent.
	DropStrayMail(ctx context.Context, id ID) error
}

// moveDeadlines counts the deadlines that run again, of one body or of all,
// and moves those that come to be later. No deadline is ever made earlier than
// the body was told.
func (d *Desk) moveDeadlines(ctx context.Context, tx Tx, body ID) (moved int, err error) {
	rs, err := whole(tx).Requests(ctx, RequestFilter{Body: body, Open: true, Now: d.Now(), Limit: 5000})
	if err != nil {
		return 0, err
	}
	for _, r := range rs {
		if r.Sent.IsZero() {
			continue
		}
		ok, err := d.moveDeadline(ctx, whole(tx), r)
		if err != nil {
			return moved, err
		}
		if ok {
			moved++
		}
	}
	return moved, nil
}

// moveDeadline counts one deadline again.
func (d *Desk) moveDeadline(ctx context.Context, tx Tx, r Request) (bool, error) {
	as, err := tx.BodyAnswers(ctx, BodyAnswerFilter{Requests: []ID{r.ID}, State: AnswerGiven, Limit: 1})
	if err != nil || len(as) > 0 {
		return false, err // what came was in time or late by the days as they were
	}
	b, err := bodyByID(ctx, tx, r.Body)
	if err != nil {
		return false, err
	}
	w, err := workTime(ctx, tx, b)
	if err != nil {
		return false, err
	}
	due := w.Due(r.Sent, r.Days)
	if n := r.Extra(); n > 0 {
		due = w.Due(due, n)
	}
	if !due.After(r.Due) {
		return false, nil
	}
	m := DueMove{At: d.Now(), From: r.Due, To: due}
	for _, day := range w.Holidays(r.Sent, due) {
		if !day.Work {
			m.Days = append(m.Days, day.Date)
		}
	}
	r.Moves = append(r.Moves, m)
	r.setDue(due)
	if err := tx.SetRequest(ctx, r); err != nil {
		return false, err
	}
	return true, d.writeLetter(ctx, tx, r, LetterMoved, len(r.Moves))
}

// Remind writes the reminders that are due, once each: at half of the time and
// one working day before the deadline. When the clock jumped it writes
// none. It also drops mails that match nothing at the end of their time, and
// the words of those that staff said were not the body's. It returns how many
// letters and mails it dealt with.
func (d *Desk) Remind(ctx context.Context, by Actor) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		held, err := d.clockHeld(ctx, tx)
		if err != nil || held {
			return err
		}
		rs, err := tx.Requests(ctx, RequestFilter{Open: true, Now: d.Now(), Limit: 5000})
		if err != nil {
			return err
		}
		for _, r := range rs {
			k, err := d.reminder(ctx, tx, r)
			if err != nil {
				return err
			}
			if k == "" {
				continue
			}
			n++
			if err := d.tell(ctx, tx, by, Event{Kind: EvRequestReminded, Claim: r.Claim, About: r.ID}); err != nil {
				return err
			}
		}
		dropped, err := d.dropStrays(ctx, tx, by)
		n += dropped
		return err
	})
	return n, err
}

// reminder writes the reminder of one request that is due now; "" when none is.
func (d *Desk) reminder(ctx context.Context, tx Tx, r Request) (LetterKind, error) {
	now := d.Now()
	if r.Sent.IsZero() || now.After(r.Due) || r.Mail == "" {
		return "", nil
	}
	v, err := d.requestView(ctx, tx, r.ID)
	if err != nil || v.Stand != StandWaiting {
		return "", err
	}
	w, err := workTime(ctx, tx, v.Office)
	if err != nil {
		return "", err
	}
	half, before := w.Half(r.Sent, r.Days+r.Extra()), w.Before(r.Due, r.Sent)
	var k LetterKind
	switch {
	case !before.IsZero() && before.After(r.Sent) && !now.Before(before):
		k = LetterDay
	case !half.IsZero() && half.After(r.Sent) && !now.Before(half):
		k = LetterHalf
	default:
		return "", nil
	}
	for _, l := range v.Letters { // one of each for a deadline; none the day after another
		if l.Kind == k && !l.Made.Before(half) || (l.Kind == LetterHalf || l.Kind == LetterDay) && now.Sub(l.Made) < 12*time.Hour {
			return "", nil
		}
	}
	return k, d.writeLetter(ctx, tx, r, k, len(r.Moves)+1)
}

// dropStrays deletes mails that match nothing at the end of their time.
func (d *Desk) dropStrays(ctx context.Context, tx Tx, by Actor) (n int, err error) {
	now := d.Now()
	ms, err := tx.StrayMails(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range ms {
		if now.Sub(m.At) < StrayLife {
			continue
		}
		if err := tx.DropStrayMail(ctx, m.ID); err != nil {
			return n, err
		}
		if err := dropFiles(ctx, tx, m.Files, now); err != nil {
			return n, err
		}
		n++
	}
	refused, err := tx.BodyAnswers(ctx, BodyAnswerFilter{State: AnswerRefused})
	if err != nil {
		return n, err
	}
	for _, a := range refused {
		if a.Text == "" && len(a.Files) == 0 || now.Sub(a.Decided) < StrayLife {
			continue
		}
		if err := dropFiles(ctx, tx, a.Files, now); err != nil {
			return n, err
		}
		a.Text, a.Files = "", nil
		if err := tx.SetBodyAnswer(ctx, a); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, d.tell(ctx, tx, by, Event{Kind: EvStrayErased, Data: map[string]string{"mails": strconv.Itoa(n)}})
}
