package desk

import (
	"context"
	"time"
)

// TeamRows keeps what people who work on one claim need of each other.
type TeamRows interface {
	// SetPresence inserts or overwrites by (Claim, Staff).
	SetPresence(ctx context.Context, p Presence) error
	// Presences lists who was seen at the claim after the time, longest there first.
	Presences(ctx context.Context, claim ID, after time.Time) ([]Presence, error)
	// DropPresence removes one; none there is no error.
	DropPresence(ctx context.Context, claim, staff ID) error

	// KeepPast stores what a draft said in its versions up to d.Version; a
	// second call for the same version changes nothing.
	KeepPast(ctx context.Context, d Draft, until time.Time) error
	// PastDraft returns what the draft said in a version, without its authors;
	// ErrNotFound if that is not known any more.
	PastDraft(ctx context.Context, claim ID, version int64) (Draft, error)
	// SetKept inserts or overwrites by ID.
	SetKept(ctx context.Context, k Kept) error
	// KeptTexts lists them, newest first.
	KeptTexts(ctx context.Context, f KeptFilter) ([]Kept, error)

	// SetNote inserts or overwrites by ID.
	SetNote(ctx context.Context, n ClaimNote) error
	// NotesOf lists the notes of a claim, oldest first, retracted ones included.
	NotesOf(ctx context.Context, claim ID) ([]ClaimNote, error)

	// SetExpert inserts or overwrites by ID.
	SetExpert(ctx context.Context, e Expert) error
	// Experts lists all by name, those who withdrew included.
	Experts(ctx context.Context) ([]Expert, error)
	// SetOpinion inserts or overwrites by ID; ErrDuplicate if the hash of the
	// link is another's.
	SetOpinion(ctx context.Context, o Opinion) error
	// Opinions lists them, oldest first.
	Opinions(ctx context.Context, f OpinionFilter) ([]Opinion, error)

	// AddNotification inserts one; ErrDuplicate if the person has one for the event.
	AddNotification(ctx context.Context, n Notification) error
	// SetNotification overwrites Read and Mail; ErrNotFound if absent.
	SetNotification(ctx context.Context, n Notification) error
	// Notifications lists them, newest first.
	Notifications(ctx context.Context, f NotificationFilter) ([]Notification, error)
	// CountUnread counts those a person has not read.
	CountUnread(ctx context.Context, staff ID) (int, error)
	// SetMailPlan inserts or overwrites by Staff.
	SetMailPlan(ctx context.Context, p MailPlan) error
	// MailPlans lists all, ordered by Staff.
	MailPlans(ctx context.Context) ([]MailPlan, error)

	// SweepTeam removes what is past its time; returns how many rows it removed
	// or emptied.
	SweepTeam(ctx context.Context, s TeamSweep) (int, error)
}

// TeamSweep is until when each thing is kept: what is older goes.
type TeamSweep struct {
	Presence      time.Time // last seen
	Past          time.Time // overwritten
	Settled       time.Time // kept texts that were used or dropped
	Kept          time.Time // kept texts that nobody came back to
	Notes         time.Time // texts of notes on claims that ended, by the claim's last change
	Links         time.Time // hashes of links to experts, by their end
	Read          time.Time // notifications that were read
	Notifications time.Time // all others
}

// How long what the team leaves behind is kept.
const (
	presenceWiped       = 10 * time.Minute
	pastKept            = 60 * 24 * time.Hour
	settledKept         = 14 * 24 * time.Hour
	openKept            = 180 * 24 * time.Hour
	NoteRetention       = 365 * 24 * time.Hour // after the last change of a claim that is not open any more
	readNotificationFor = 30 * 24 * time.Hour
	notificationFor     = 90 * 24 * time.Hour
)

// TidyTeam erases what the team's tables need not hold any more. Like Erase it
// belongs after a look at the clock, which the caller has had.
func (d *Desk) TidyTeam(ctx context.Context, by Actor) (n int, err error) {
	now := d.Now()
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n, err = tx.SweepTeam(ctx, TeamSweep{Presence: now.Add(-presenceWiped), Past: now.Add(-pastKept), Settled: now.Add(-settledKept),
			Kept: now.Add(-openKept), Notes: now.Add(-NoteRetention), Links: now, Read: now.Add(-readNotificationFor), Notifications: now.Add(-notificationFor)})
		return err
	})
	return n, err
}
