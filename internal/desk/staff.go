package desk

import (
	"slices"
	"time"
)

// Role is what a member of staff may do. A person has exactly one on all
// desks of the installation, and perhaps others on single desks: see Seat.
type Role string

// The roles.
const (
	Contributor Role = "contributor" // adds tips and evidence
	Checker     Role = "checker"     // assesses, drafts, submits for review
	ExpertRole  Role = "expert"      // is asked about a matter: gives evidence and opinions, writes no drafts
	Editor      Role = "editor"      // a checker who also reviews and publishes
	Admin       Role = "admin"       // people and settings; no power over any check
	Auditor     Role = "auditor"     // reads everything but sealed fields
)

// Seated is the role of a person who may do nothing but what their seats on
// single desks grant.
const Seated Role = "seated"

// Roles lists the roles in the order pages show them. Seated is none of them:
// it is the absence of a role on all desks.
func Roles() []Role { return []Role{Contributor, Checker, ExpertRole, Editor, Admin, Auditor} }

// Staff is a member of the desk's staff. The name is shown in the desk only:
// never on public pages, in the public log, or in exports.
type Staff struct {
	ID       ID
	Name     string // as colleagues know the person; unique without regard to case
	Role     Role
	Lang     string    // "vi" or "en": the language of the desk's pages
	Created  time.Time // UTC, milliseconds
	Disabled time.Time // zero while the account is in use
	Seats    []Seat    // on single desks; none in an installation of one desk
	Former   int       // who left: the number in "former editor 12"; 0 for all others
}

// Active reports whether the account may act.
func (s Staff) Active() bool { return s.Disabled.IsZero() }

// Actor is who performs a verb: a member of staff, or the program itself.
type Actor struct {
	Staff ID // empty for the program
	Role  Role
	Seats []Seat
	At    ID // lists show this desk alone; "" for all the person sees
}

// program is the role of the program's own acts: receiving tips, settling
// those whose asker did not choose, erasing what has expired.
const program Role = "program"

// Program is the actor for what soi does by itself.
func Program() Actor { return Actor{Role: program} }

// As is the actor for a member of staff.
func As(s Staff) Actor { return Actor{Staff: s.ID, Role: s.Role, Seats: s.Seats} }

// Permission is a group of verbs that are granted together.
type Permission string

// The permissions.
const (
	MayRead    Permission = "read"    // see the desk
	MayAddTip  Permission = "add-tip" // enter a tip for someone at the counter
	MayAsk     Permission = "ask"     // hand in a tip from outside: the program only
	MayCite    Permission = "cite"    // add and retire evidence
	MayAssess  Permission = "assess"  // assign, judge, merge, split, close, rate harm
	MayDraft   Permission = "draft"   // write drafts and submit them
	MayReview  Permission = "review"  // approve or send back other people's drafts
	MayOpine   Permission = "opine"   // give an opinion that was asked for
	MayManage  Permission = "manage"  // all staff accounts, desks and settings
	MaySeat    Permission = "seat"    // who sits at a desk
	MayKeep    Permission = "keep"    // housekeeping of the program: settle, erase
	MayImport  Permission = "import"  // read other publishers' checks into the archive
	MayOutlets Permission = "outlets" // decide which published media the desk reads
	MayFetch   Permission = "fetch"   // read their feeds: the program only
	MayJournal Permission = "journal" // read the event log of the whole desk
	MayBodies  Permission = "bodies"  // keep the register of bodies and their calendars
)

// granted is the one table of who may do what. Admin has no power over
// checks; auditor reads and changes nothing.
func granted(r Role) []Permission {
	switch r {
	case Contributor:
		return []Permission{MayRead, MayAddTip, MayCite}
	case Checker:
		return []Permission{MayRead, MayAddTip, MayCite, MayAssess, MayDraft}
	case ExpertRole:
		return []Permission{MayRead, MayCite, MayOpine}
	case Editor:
		return []Permission{MayRead, MayAddTip, MayCite, MayAssess, MayDraft, MayReview, MayImport, MayOutlets, MayBodies}
	case Admin:
		return []Permission{MayRead, MayManage, MaySeat, MayJournal, MayImport}
	case Auditor:
		return []Permission{MayRead, MayJournal}
	case program:
		return []Permission{MayAsk, MayKeep, MayImport, MayManage, MaySeat, MayOutlets, MayFetch}
	}
	return nil
}

// May reports whether the actor's role carries the permission, or that of any
// of their seats. Where a claim is concerned, its desk and topic decide: see
// MayOn. A seat never carries what concerns the whole installation.
func (a Actor) May(p Permission) bool {
	if slices.Contains(granted(a.Role), p) {
		return true
	}
	return p != MayManage && slices.ContainsFunc(a.Seats, func(s Seat) bool { return slices.Contains(granted(s.Role), p) })
}

// need returns ErrForbidden unless the actor has the permission somewhere.
func need(a Actor, p Permission) error {
	if !a.May(p) {
		return ErrForbidden
	}
	return nil
}
