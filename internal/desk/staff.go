package desk

import (
	"slices"
	"time"
)

// Role is what a member of staff may do. A person has exactly one.
type Role string

// The five roles.
const (
	Contributor Role = "contributor" // adds tips and evidence
	Checker     Role = "checker"     // assesses, drafts, submits for review
	Editor      Role = "editor"      // a checker who also reviews and publishes
	Admin       Role = "admin"       // people and settings; no power over any check
	Auditor     Role = "auditor"     // reads everything but sealed fields
)

// Roles lists the roles in the order pages show them.
func Roles() []Role { return []Role{Contributor, Checker, Editor, Admin, Auditor} }

// Staff is a member of the desk's staff. The name is shown in the desk only:
// never on public pages, in the public log, or in exports.
type Staff struct {
	ID       ID
	Name     string // as colleagues know the person; unique without regard to case
	Role     Role
	Lang     string    // "vi" or "en": the language of the desk's pages
	Created  time.Time // UTC, milliseconds
	Disabled time.Time // zero while the account is in use
}

// Active reports whether the account may act.
func (s Staff) Active() bool { return s.Disabled.IsZero() }

// Actor is who performs a verb: a member of staff, or the program itself.
type Actor struct {
	Staff ID // empty for the program
	Role  Role
}

// program is the role of the program's own acts: receiving tips, settling
// those whose asker did not choose, erasing what has expired.
const program Role = "program"

// Program is the actor for what soi does by itself.
func Program() Actor { return Actor{Role: program} }

// As is the actor for a member of staff.
func As(s Staff) Actor { return Actor{Staff: s.ID, Role: s.Role} }

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
	MayManage  Permission = "manage"  // staff accounts and settings
	MayKeep    Permission = "keep"    // housekeeping of the program: settle, erase
	MayImport  Permission = "import"  // read other publishers' checks into the archive
	MayJournal Permission = "journal" // read the event log of the whole desk
)

// granted is the one table of who may do what. Admin has no power over
// checks; auditor reads and changes nothing.
func granted(r Role) []Permission {
	switch r {
	case Contributor:
		return []Permission{MayRead, MayAddTip, MayCite}
	case Checker:
		return []Permission{MayRead, MayAddTip, MayCite, MayAssess, MayDraft}
	case Editor:
		return []Permission{MayRead, MayAddTip, MayCite, MayAssess, MayDraft, MayReview, MayImport}
	case Admin:
		return []Permission{MayRead, MayManage, MayJournal, MayImport}
	case Auditor:
		return []Permission{MayRead, MayJournal}
	case program:
		return []Permission{MayAsk, MayKeep, MayImport, MayManage}
	}
	return nil
}

// May reports whether the actor's role carries the permission.
func (a Actor) May(p Permission) bool { return slices.Contains(granted(a.Role), p) }

// need returns ErrForbidden unless the actor has the permission.
func need(a Actor, p Permission) error {
	if !a.May(p) {
		return ErrForbidden
	}
	return nil
}
