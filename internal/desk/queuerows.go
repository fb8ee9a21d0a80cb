package desk

import (
	"context"
	"time"
)

// QueueRows keeps what orders the work of a desk: checklists and their ticks,
// due times, saved views, bulk actions, and what is set aside.
type QueueRows interface {
	// AddChecklist inserts one version of a list; ErrConflict if it exists.
	AddChecklist(ctx context.Context, l Checklist) error
	// Checklists lists the versions of a list ("" for all), newest first
	// within each list.
	Checklists(ctx context.Context, list string) ([]Checklist, error)
	// SetTick inserts or overwrites by (Claim, Step).
	SetTick(ctx context.Context, t Tick) error
	// Ticks lists the ticks of a claim by Step.
	Ticks(ctx context.Context, claim ID) ([]Tick, error)
	// SetDue inserts or overwrites by Claim; a zero At removes the row.
	SetDue(ctx context.Context, u DueSet) error
	// Dues lists the due times that were set, of one claim or ("") of all
	// open ones.
	Dues(ctx context.Context, claim ID) ([]DueSet, error)
	// SetView inserts or overwrites by ID.
	SetView(ctx context.Context, v SavedView) error
	// SavedViews lists the views of the desk and those of the owner, by
	// Place, removed ones included.
	SavedViews(ctx context.Context, owner ID) ([]SavedView, error)
	// SetBulk inserts or overwrites by ID.
	SetBulk(ctx context.Context, b Bulk) error
	// Bulks lists bulk actions, newest first; id "" stands for all.
	Bulks(ctx context.Context, id ID, limit int) ([]Bulk, error)
	AsideRows
}

// AsideRows keeps which tips are set aside.
type AsideRows interface {
	// SetQuarantine inserts or overwrites by ID.
	SetQuarantine(ctx context.Context, q Quarantine) error
	// Quarantines lists them newest first; id "" stands for all.
	Quarantines(ctx context.Context, id ID, limit int) ([]Quarantine, error)
	// SetAside sets those of the tips aside that are not, for the quarantine,
	// and returns how many.
	SetAside(ctx context.Context, quarantine ID, tips []ID) (int, error)
	// PutBack puts tips of the quarantine back, all of them if tips is nil,
	// and returns how many.
	PutBack(ctx context.Context, quarantine ID, tips []ID, at time.Time, by ID) (int, error)
	// AsideTips lists the tips of a quarantine that are still set aside,
	// oldest first.
	AsideTips(ctx context.Context, quarantine ID, limit int) ([]Tip, error)
	// AsideCount counts tips set aside since a time, and those of them that
	// were put back.
	AsideCount(ctx context.Context, since time.Time) (aside, back int, err error)
	// TipMarks lists what bursts are found by, of the tips received since, oldest
	// first; the newest ones if there are more than the limit.
	TipMarks(ctx context.Context, since time.Time, limit int) ([]TipMark, error)
	// TipIDs lists the tips of claims that are not set aside, oldest first.
	TipIDs(ctx context.Context, claims []ID, limit int) ([]ID, error)
}

// TipMark is what of a tip a burst is found by.
type TipMark struct {
	Tip      ID
	Folded   []byte
	Text     string // its first MarkRunes characters
	Channel  string
	Claim    ID
	Received time.Time
	Asker    []byte // to count askers, never shown
	Aside    bool
}

// MarkRunes is how much of a text a TipMark holds: two messages whose first
// five hundred characters are alike are alike.
const MarkRunes = 500
