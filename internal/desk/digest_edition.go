package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Edition is one digest: which part of the public log it tells of, and which
// open questions stood foremost. It holds no words.
type Edition struct {
	ID        ID
	Day       string // in the plan's zone, 2006-01-02
	N         int    // of the day, from 1
	Slot      string // unique: the hour it was made for
	Due       time.Time
	Made      time.Time
	From, To  int64     // entries of the public log: From <= index < To
	Since     time.Time // when the one before was made; what is not in the log counts from there
	Questions []DigestQuestion
	Alarmed   time.Time // when staff were told that it, or its sending, is late; zero if they were not
}

// DigestQuestion is an open question as an edition refers to it.
type DigestQuestion struct {
	Claim ID   `json:"claim"`
	Band  Band `json:"band"`
}

// Name is the edition's name in addresses: 2026-11-23-1.
func (e Edition) Name() string { return e.Day + "-" + strconv.Itoa(e.N) }

// Late reports whether the edition was made more than five minutes after its
// hour.
func (e Edition) Late() bool { return e.Made.Sub(e.Due) > DigestLate }

// Void reports whether a wrong clock made the edition ahead of its hour; the
// hour gets another one when it comes.
func (e Edition) Void() bool { return strings.HasPrefix(e.Slot, voidSlot) }

// voidSlot begins the slot of an edition whose own hour was given back.
const voidSlot = "void "

const (
	// DigestLate is how long after its hour a digest counts as late.
	DigestLate = 5 * time.Minute
	// voidAfter is how far ahead of the clock an edition must lie to count as
	// made by a clock that was wrong: its hour is then made again when it comes.
	voidAfter = time.Hour
	// questionsTold is how many open questions an edition names at most.
	questionsTold = 10
)

// MakeEdition makes the edition of the last hour of the plan, if it was not
// made yet, with a message to every subscription. However many hours passed
// while nothing ran, there is one edition, and it tells of all that happened.
// signed is the size of the published checkpoint. made is false when there was
// nothing to do, also because another program was faster.
func (d *Desk) MakeEdition(ctx context.Context, by Actor, signed int64, zone *time.Location) (e Edition, made bool, err error) {
	e, due, err := d.dueEdition(ctx, by, signed, zone)
	if err != nil || !due {
		return e, false, err
	}
	asked, err := d.OpenQuestions(ctx)
	if err != nil {
		return e, false, err
	}
	for _, q := range asked[:min(len(asked), questionsTold)] {
		e.Questions = append(e.Questions, DigestQuestion{q.Claim, q.Band})
	}
	n := 0
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		if err := tx.AddEdition(ctx, e); err != nil {
			return err
		}
		if n, err = tx.AddEditionMails(ctx, e.ID, d.Now()); err != nil {
			return err
		}
		if err := d.tell(ctx, tx, by, Event{Kind: EvDigestMade, About: e.ID, Data: map[string]string{"mails": strconv.Itoa(n)}}); err != nil || e.Alarmed.IsZero() {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestLate, About: e.ID})
	})
	if errors.Is(err, ErrDuplicate) {
		return e, false, nil
	}
	return e, err == nil, err
}

// dueEdition is the edition that is to be made now. The first call of all
// writes down the plan, so that nothing before it counts as missed.
func (d *Desk) dueEdition(ctx context.Context, by Actor, signed int64, zone *time.Location) (e Edition, due bool, err error) {
	first, void := false, []Edition(nil)
	look := func(tx Tx) error {
		e, due, void = Edition{}, false, nil
		plan, cal, set, err := digestPlan(ctx, tx)
		if err != nil {
			return err
		}
		if first = !set; first {
			return nil
		}
		past, err := tx.Editions(ctx, EditionFilter{})
		if err != nil {
			return err
		}
		e, due, void = d.nextEdition(plan, cal, past, signed, zone)
		return nil
	}
	if err := need(by, MayKeep); err != nil {
		return e, false, err
	}
	if err := d.store.Read(ctx, look); err != nil {
		return e, false, err
	}
	if !first && len(void) == 0 {
		return e, due, nil
	}
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		if first {
			p, _, set, err := digestPlan(ctx, tx)
			if err != nil || set {
				return err
			}
			p.Log = signed
			return d.putDigestPlan(ctx, tx, p)
		}
		for _, v := range void {
			v.Slot = voidSlot + string(v.ID)
			if err := tx.SetEdition(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	return e, due && err == nil, err
}

// nextEdition is the edition to make as of now, and those that a wrong clock
// made and whose hour is still to come.
func (d *Desk) nextEdition(plan DigestPlan, cal Calendar, past []Edition, signed int64, zone *time.Location) (e Edition, due bool, void []Edition) {
	now := d.Now()
	e = Edition{ID: NewID(), N: 1, Made: now, From: plan.Log, To: signed, Since: plan.Changed}
	var last time.Time
	for _, p := range past {
		e.From = max(e.From, p.To)
		if p.Void() {
			continue // what it told is told; its hour is not taken
		}
		if p.Due.After(now.Add(voidAfter)) {
			void = append(void, p)
			continue
		}
		if p.Due.After(last) {
			last, e.Since = p.Due, p.Made
		}
	}
	slot, ok := plan.Last(now, zone, cal)
	if !ok || !slot.After(plan.Changed) || !slot.After(last) {
		return e, false, void
	}
	e.From = min(e.From, signed) // a restored backup may hold less than was told
	e.Due, e.Day, e.Slot = slot.UTC(), slot.Format(time.DateOnly), slotOf(slot)
	for _, p := range past {
		if p.Day == e.Day && p.N >= e.N {
			e.N = p.N + 1
		}
	}
	if e.Late() {
		e.Alarmed = now
	}
	return e, true, void
}

// slotOf names an hour.
func slotOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// WatchDigests tells staff, once for each edition, when its messages are not
// out five minutes after its hour. It returns the editions it told of.
func (d *Desk) WatchDigests(ctx context.Context, by Actor) (late []Edition, err error) {
	now := d.Now()
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		late = nil
		past, err := tx.Editions(ctx, EditionFilter{Limit: 4})
		if err != nil {
			return err
		}
		for _, e := range past {
			if !e.Alarmed.IsZero() || now.Sub(e.Due) <= DigestLate || now.Sub(e.Due) > 24*time.Hour {
				continue
			}
			n, err := tx.DigestMailCounts(ctx, e.ID)
			if err != nil {
				return err
			}
			if n[NoticeWaiting]+n[NoticeSending]+n[NoticeUnknown] == 0 {
				continue
			}
			e.Alarmed = now
			if err := tx.SetEdition(ctx, e); err != nil {
				return err
			}
			if err := d.tell(ctx, tx, by, Event{Kind: EvDigestLate, About: e.ID}); err != nil {
				return err
			}
			late = append(late, e)
		}
		return nil
	})
	return late, err
}

// DigestEnd is what came of handing over one message: a LetterEnd, or
// DigestGone.
type DigestEnd = LetterEnd

// DigestGone: there is no such address (any more). It is erased.
const DigestGone DigestEnd = "gone"

// DueDigestMails lists the messages that may go out now.
func (d *Desk) DueDigestMails(ctx context.Context, by Actor) (out []DigestMail, err error) {
	if err := need(by, MayKeep); err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = tx.DigestMails(ctx, DigestMailFilter{States: []NoticeState{NoticeWaiting, NoticeSending, NoticeUnknown}, DueBy: d.Now(), Limit: 100})
		return err
	})
	return out, err
}

// ToSend is a message under way, with all that is needed to write it.
type ToSend struct {
	Mail         DigestMail
	Subscription Subscription
	Edition      Edition // zero for a mail that asks for a confirmation
	Staff        Staff   // of a member of staff alone
	Plan         MailPlan
}

// TakeDigestMail marks a message as under way. ErrState when it is not to be
// sent (any more): somebody else has it, whoever it is for has left, or it was
// under way twice already.
func (d *Desk) TakeDigestMail(ctx context.Context, by Actor, m DigestMail) (out ToSend, err error) {
	stop := false
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		out, stop = ToSend{}, false
		ms, err := tx.DigestMails(ctx, DigestMailFilter{Op: m.Op, Limit: 1})
		if err != nil {
			return err
		}
		if len(ms) == 0 || ms[0].State != m.State || !ms[0].Due.Equal(m.Due) {
			return ErrState
		}
		out.Mail = ms[0]
		ready, err := d.fillToSend(ctx, tx, &out)
		if err != nil {
			return err
		}
		stop = !out.Mail.take(ready, d.Now())
		return tx.SetDigestMail(ctx, out.Mail)
	})
	if err == nil && stop {
		err = ErrState
	}
	return out, err
}

// take moves a message on; false when it is not to be sent now. What was under
// way when its program died may have gone out: it is sent once more after a
// while, and not a third time.
func (m *DigestMail) take(ready bool, now time.Time) bool {
	switch {
	case m.State == NoticeSending && m.Calls >= 2:
		m.State, m.Why = NoticeFailed, WhyUnknown
	case m.State == NoticeSending:
		m.State, m.Why, m.Due = NoticeUnknown, WhyUnknown, now.Add(letterUnknown)
	case !ready:
		m.State, m.Why = NoticeDropped, WhySuperseded
	default:
		m.State, m.Why, m.Due = NoticeSending, "", now.Add(letterLease)
		m.Calls++
		m.Tries++
		return true
	}
	return false
}

// fillToSend reads what a message needs; false when it has nothing to say any
// more.
func (d *Desk) fillToSend(ctx context.Context, tx Tx, out *ToSend) (bool, error) {
	ss, err := tx.Subscriptions(ctx, SubscriptionFilter{IDs: []ID{out.Mail.Subscription}, Limit: 1})
	if err != nil || len(ss) == 0 {
		return false, err
	}
	out.Subscription = ss[0]
	if out.Mail.Edition == "" {
		return true, nil
	}
	es, err := tx.Editions(ctx, EditionFilter{ID: out.Mail.Edition, Limit: 1})
	if err != nil || len(es) == 0 || out.Subscription.State != SubscriptionOn {
		return false, err
	}
	out.Edition = es[0]
	if out.Subscription.Kind != ForStaff {
		return true, nil
	}
	if out.Staff, err = staffByID(ctx, tx, out.Subscription.Staff); err != nil {
		return false, err
	}
	plans, err := plansOf(ctx, tx)
	out.Plan = plans[out.Staff.ID]
	seats, err2 := tx.SeatsOf(ctx, out.Staff.ID)
	out.Staff.Seats = seats
	return out.Staff.Active() && len(out.Plan.Address) > 0, errors.Join(err, err2)
}

// EndDigestMail writes down what came of handing a message over.
func (d *Desk) EndDigestMail(ctx context.Context, by Actor, op string, end DigestEnd) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		ms, err := tx.DigestMails(ctx, DigestMailFilter{Op: op, Limit: 1})
		if err != nil {
			return err
		}
		if len(ms) == 0 || ms[0].State != NoticeSending {
			return ErrState
		}
		m := ms[0]
		if end == DigestGone {
			ss, err := tx.Subscriptions(ctx, SubscriptionFilter{IDs: []ID{m.Subscription}, Limit: 1})
			if err != nil {
				return err
			}
			if len(ss) == 1 && ss[0].Kind != ForStaff {
				return d.leaveDigest(ctx, tx, by, ss[0])
			}
			end = LetterRefused
		}
		l := Letter{State: m.State, Calls: m.Calls, Tries: m.Tries, Due: m.Due} // the same rules as for letters
		l.end(end, d.Now())
		m.State, m.Why, m.Calls, m.Tries, m.Due, m.Sent = l.State, l.Why, l.Calls, l.Tries, l.Due, l.Sent
		return tx.SetDigestMail(ctx, m)
	})
}

// TidyDigests erases addresses that did not confirm in three days, and messages
// that are long over. It returns how many addresses.
func (d *Desk) TidyDigests(ctx context.Context, by Actor) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		now := d.Now()
		ss, err := tx.Subscriptions(ctx, SubscriptionFilter{State: SubscriptionWaiting, AskedBefore: now.Add(-confirmLife)})
		if err != nil {
			return err
		}
		for _, s := range ss {
			if err := tx.DropSubscription(ctx, s.ID); err != nil {
				return err
			}
			n++
		}
		if _, err := tx.SweepDigestMails(ctx, now.Add(-keepDigestMails)); err != nil || n == 0 {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestForgotten, Data: map[string]string{"addresses": strconv.Itoa(n)}})
	})
	return n, err
}

// Reseal gives every sealed address that fresh returns anew: addresses are
// sealed under keys that are destroyed in time. fresh returns nil for one that
// needs nothing.
func (d *Desk) Reseal(ctx context.Context, by Actor, fresh func(Subscription) ([]byte, error)) (n int, err error) {
	for after := ID(""); ; {
		var ss []Subscription
		if err := d.store.Read(ctx, func(tx Tx) error {
			ss, err = tx.Subscriptions(ctx, SubscriptionFilter{After: after, Limit: 200})
			return err
		}); err != nil || len(ss) == 0 {
			return n, err
		}
		after = ss[len(ss)-1].ID
		sealed := map[ID][]byte{}
		for _, s := range ss {
			b, err := fresh(s)
			if err != nil {
				return n, err
			}
			if b != nil {
				sealed[s.ID] = b
			}
		}
		m, err := d.reseal(ctx, by, sealed)
		if n += m; err != nil {
			return n, err
		}
	}
}

// reseal stores addresses that were sealed anew, of those that are still there.
func (d *Desk) reseal(ctx context.Context, by Actor, sealed map[ID][]byte) (n int, err error) {
	if len(sealed) == 0 {
		return 0, nil
	}
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		ids := make([]ID, 0, len(sealed))
		for id := range sealed {
			ids = append(ids, id)
		}
		ss, err := tx.Subscriptions(ctx, SubscriptionFilter{IDs: ids})
		if err != nil {
			return err
		}
		for _, s := range ss {
			s.Address = sealed[s.ID]
			if err := tx.SetSubscription(ctx, s); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// Editions lists editions for readers, newest first.
func (d *Desk) Editions(ctx context.Context, f EditionFilter) (out []Edition, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = tx.Editions(ctx, f)
		return err
	})
	return out, err
}

// EditionNamed finds an edition by its day and number; ErrNotFound if there is
// none.
func (d *Desk) EditionNamed(ctx context.Context, day string, n int) (Edition, error) {
	if day == "" || n < 1 {
		return Edition{}, ErrNotFound
	}
	es, err := d.Editions(ctx, EditionFilter{Day: day, N: n, Limit: 1})
	if err == nil && len(es) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Edition{}, err
	}
	return es[0], nil
}

// DigestCounts says how far the sending of an edition is.
func (d *Desk) DigestCounts(ctx context.Context, edition ID) (n map[NoticeState]int, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		n, err = tx.DigestMailCounts(ctx, edition)
		return err
	})
	return n, err
}

// toldLate are those who look after the installation.
func toldLate(ctx context.Context, tx Tx, _ Event) ([]ID, error) {
	staff, err := tx.Staff(ctx)
	out := []ID{}
	for _, s := range staff {
		if slices.Contains([]Role{Admin, Editor}, s.Role) {
			out = append(out, s.ID)
		}
	}
	return out, err
}
