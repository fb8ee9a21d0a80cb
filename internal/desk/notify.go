package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// NotificationKind says what a person is told.
type NotificationKind string

// The kinds of notification.
const (
	ToldMention   NotificationKind = "mention"   // named in a note
	ToldGiven     NotificationKind = "given"     // a claim was given to the person
	ToldTaken     NotificationKind = "taken"     // a colleague took a claim over
	ToldReturned  NotificationKind = "returned"  // a text of theirs was sent back
	ToldApproved  NotificationKind = "approved"  // a text of theirs was published
	ToldDraft     NotificationKind = "draft"     // a draft they are at was changed by a colleague
	ToldAnswered  NotificationKind = "answered"  // a body or an expert answered
	ToldLate      NotificationKind = "late"      // a body did not answer in time
	ToldDue       NotificationKind = "due"       // something is due soon
	ToldAppeal    NotificationKind = "appeal"    // against a check they wrote
	ToldRecheck   NotificationKind = "recheck"   // a check they wrote is to be looked at again
	ToldWithdrawn NotificationKind = "withdrawn" // an expert they asked withdrew
	ToldDigest    NotificationKind = "digest"    // a digest is late
	ToldReport    NotificationKind = "report"    // a report was made
)

// NotificationKinds lists the kinds in the order a person's settings show them.
func NotificationKinds() []NotificationKind {
	return []NotificationKind{ToldMention, ToldGiven, ToldTaken, ToldReturned, ToldApproved, ToldDraft, ToldAnswered, ToldLate, ToldDue, ToldAppeal,
		ToldRecheck, ToldWithdrawn, ToldPeerTook, ToldPeerOffers, ToldPeerChanged, ToldDigest, ToldReport}
}

// Notification tells one member of staff of one event. It holds no text: what
// it says is made of the kind and of the claim when it is read.
type Notification struct {
	ID    ID
	Staff ID
	Event int64 // Seq of what it tells of; a person is told of an event once
	Kind  NotificationKind
	Claim ID
	Actor ID // who did it; "" for the program
	At    time.Time
	Read  time.Time // zero until the person saw it
	Mail  MailState
}

// MailState is whether a notification still has to go out by mail.
type MailState string

// The states. A notification is set to sent before it is handed over, so that
// nothing goes out twice: what a crash swallows stands in the desk.
const (
	MailWaiting MailState = "waiting"
	MailSent    MailState = "sent"
	MailNone    MailState = "none" // the person wanted none, or it is too old
)

// NotificationFilter selects notifications; zero fields do not restrict.
type NotificationFilter struct {
	ID     ID
	Staff  ID
	Claim  ID
	Unread bool
	Mail   MailState
	Before int64 // Event smaller than this; 0 does not restrict
	Limit  int   // 0 means 100
}

// notifyAge is how old an event may be and still be told: a desk that comes
// back after a long time, or begins to tell at all, starts quietly.
const notifyAge = 7 * 24 * time.Hour

// mailAge is how old a notification may be and still go out by mail.
const mailAge = 3 * 24 * time.Hour

// Notify makes the notifications that events lead to. Seeing an event again
// makes nothing new. It is the handler of a follower.
func (d *Desk) Notify(ctx context.Context, by Actor, events []Event) (made int, err error) {
	now := d.Now()
	rules := map[EventKind][]notifyRule{}
	for _, r := range notifyRules() {
		rules[r.on] = append(rules[r.on], r)
	}
	events = slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return len(rules[e.Kind]) == 0 || now.Sub(e.At) > notifyAge })
	if len(events) == 0 {
		return 0, need(by, MayKeep)
	}
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		made = 0
		staff, err := tx.Staff(ctx)
		if err != nil {
			return err
		}
		plans, err := plansOf(ctx, tx)
		if err != nil {
			return err
		}
		for _, e := range events {
			for _, r := range rules[e.Kind] {
				who, err := r.who(ctx, tx, e)
				if err != nil && !errors.Is(err, ErrNotFound) {
					return err
				}
				n, err := d.notifyAll(ctx, tx, e, r.tell, inDesk(staff, who), plans)
				if err != nil {
					return err
				}
				made += n
			}
		}
		return nil
	})
	return made, err
}

// inDesk keeps the active accounts among ids, each once.
func inDesk(staff []Staff, ids []ID) []Staff {
	var out []Staff
	for _, s := range staff {
		if s.Active() && slices.Contains(ids, s.ID) {
			out = append(out, s)
		}
	}
	return out
}

// notifyAll tells people of one event: not whoever did it, and nobody of a
// claim they may not see.
func (d *Desk) notifyAll(ctx context.Context, tx Tx, e Event, kind NotificationKind, who []Staff, plans map[ID]MailPlan) (made int, err error) {
	for _, s := range who {
		if ok, err := sees(ctx, tx, s, e.Claim); err != nil {
			return made, err
		} else if !ok || s.ID == e.Actor {
			continue
		}
		n := Notification{ID: NewID(), Staff: s.ID, Event: e.Seq, Kind: kind, Claim: e.Claim, Actor: e.Actor, At: d.Now(), Mail: MailNone}
		if plans[s.ID].wants(kind) {
			n.Mail = MailWaiting
		}
		switch err := tx.AddNotification(ctx, n); {
		case err == nil:
			made++
		case !errors.Is(err, ErrDuplicate):
			return made, err
		}
	}
	return made, nil
}

// Bell is what a person's list of notifications shows.
type Bell struct {
	List   []Notification
	Claims map[ID]Claim
	Names  map[ID]string
}

// Bell reads the person's own notifications, newest first.
func (d *Desk) Bell(ctx context.Context, by Actor, f NotificationFilter) (Bell, error) {
	var b Bell
	f.Staff = by.Staff
	if by.Staff == "" {
		return b, ErrForbidden
	}
	err := d.read(ctx, by, MayRead, func(tx Tx) (err error) {
		b, err = bellOf(ctx, tx, f)
		return err
	})
	return b, err
}

// bellOf reads notifications and what they speak of.
func bellOf(ctx context.Context, tx Tx, f NotificationFilter) (b Bell, err error) {
	b = Bell{Claims: map[ID]Claim{}, Names: map[ID]string{}}
	if b.List, err = tx.Notifications(ctx, f); err != nil {
		return b, err
	}
	ids := []ID{}
	for _, n := range b.List {
		if n.Claim != "" && !slices.Contains(ids, n.Claim) {
			ids = append(ids, n.Claim)
		}
	}
	cs, err := tx.Claims(ctx, ClaimFilter{IDs: ids, Limit: len(ids) + 1})
	if err != nil {
		return b, err
	}
	for _, c := range cs {
		b.Claims[c.ID] = c
	}
	staff, err := tx.Staff(ctx)
	for _, s := range staff {
		b.Names[s.ID] = s.Name
	}
	return b, err
}

// Unread counts what the person has not read.
func (d *Desk) Unread(ctx context.Context, by Actor) (n int, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) (err error) {
		n, err = tx.CountUnread(ctx, by.Staff)
		return err
	})
	return n, err
}

// ReadNotifications marks the person's own notifications as read: one, those
// of a claim, or all. A read one is not mailed any more. It is no verb: what a
// person has read is nobody else's, and no event tells of it.
func (d *Desk) ReadNotifications(ctx context.Context, by Actor, one, claim ID) error {
	if by.Staff == "" {
		return ErrForbidden
	}
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		ns, err := tx.Notifications(ctx, NotificationFilter{ID: one, Staff: by.Staff, Claim: claim, Unread: true, Limit: 1000})
		if err != nil {
			return err
		}
		for _, n := range ns {
			n.Read = d.Now()
			if n.Mail == MailWaiting {
				n.Mail = MailNone
			}
			if err := tx.SetNotification(ctx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// notifyRule is one line of the table: an event, whom it concerns, and what
// they are told.
type notifyRule struct {
	on   EventKind
	tell NotificationKind
	who  func(ctx context.Context, tx Tx, e Event) ([]ID, error)
}

// notifyRules is the one table of who is told of what. A new kind of event
// needs a line here and nothing else; of two lines that reach one person with
// one event, the first counts.
func notifyRules() []notifyRule {
	return append(peerRules(), []notifyRule{
		{EvNoteAdded, ToldMention, named}, {EvNoteEdited, ToldMention, named},
		{EvClaimAssigned, ToldGiven, about}, {EvClaimAssigned, ToldTaken, formerHolder},
		{EvReviewReturned, ToldReturned, reviewAuthors},
		{EvPublished, ToldApproved, reviewAuthors}, {EvCorrected, ToldApproved, reviewAuthors}, {EvWithdrawn, ToldApproved, reviewAuthors},
		{EvDraftSaved, ToldDraft, writingNow},
		{EvOpinionGiven, ToldAnswered, askerAndHolder}, {EvReviewTaken, ToldWithdrawn, expertLeft},
		{EvRequestAnswered, ToldAnswered, requestAsker}, {EvRequestLate, ToldLate, requestAsker},
		{EvDueSoon, ToldDue, about}, {EvRecheckDue, ToldRecheck, checkAuthors}, {EvAppealReceived, ToldAppeal, checkAuthors},
		{EvDigestLate, ToldDigest, toldLate}, {EvReportMade, ToldReport, toldReport},
	}...)
}

// named are those a note is for.
func named(_ context.Context, _ Tx, e Event) ([]ID, error) { return splitIDs(e.Data[dataTold]), nil }

// about is the one the event is about.
func about(_ context.Context, _ Tx, e Event) ([]ID, error) { return []ID{e.About}, nil }

// formerHolder is the one who had the claim.
func formerHolder(_ context.Context, _ Tx, e Event) ([]ID, error) { return []ID{e.GivenFrom()}, nil }

// holder is the one who has the claim.
func holder(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	c, err := tx.Claim(ctx, e.Claim)
	return []ID{c.Assignee}, err
}

// reviewAuthors are those who wrote or submitted the text of a review.
func reviewAuthors(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	rs, err := tx.Reviews(ctx, ReviewFilter{ID: e.About, Limit: 1})
	if err != nil || len(rs) == 0 {
		return nil, err
	}
	return append(slices.Clone(rs[0].Authors), rs[0].By), nil
}

// checkAuthors are those who wrote what is published of a claim.
func checkAuthors(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	rs, err := tx.Reviews(ctx, ReviewFilter{Claim: e.Claim, State: ReviewApproved})
	var out []ID
	for _, r := range rs {
		out = append(append(out, r.Authors...), r.By)
	}
	return out, err
}

// writingNow are those who have the draft of the claim under their hands.
func writingNow(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	ps, err := tx.Presences(ctx, e.Claim, e.At.Add(-PresenceFor))
	var out []ID
	for _, p := range ps {
		if p.Writing {
			out = append(out, p.Staff)
		}
	}
	return out, err
}

// askerAndHolder are who asked an expert and who has the claim.
func askerAndHolder(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	os, err := tx.Opinions(ctx, OpinionFilter{ID: e.About, Limit: 1})
	if err != nil {
		return nil, err
	}
	out, err := holder(ctx, tx, e)
	for _, o := range os {
		out = append(out, o.By)
	}
	return out, err
}

// expertLeft are the authors of a text that went back because an expert in it
// withdrew.
func expertLeft(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	if e.Data["why"] != "expert" {
		return nil, nil
	}
	return reviewAuthors(ctx, tx, e)
}

// plansOf maps staff to their mail plans.
func plansOf(ctx context.Context, tx Tx) (map[ID]MailPlan, error) {
	ps, err := tx.MailPlans(ctx)
	out := map[ID]MailPlan{}
	for _, p := range ps {
		out[p.Staff] = p
	}
	return out, err
}

// personZone reads the name of a zone; fallback where it has none or is unknown.
func personZone(name string, fallback *time.Location) *time.Location {
	if name == "" {
		return fallback
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return cmp.Or(fallback, time.UTC)
	}
	return z
}
