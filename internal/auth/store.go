package auth

import (
	"context"
	"time"

	"soi/internal/desk"
)

// Store is everything auth asks of a database. Implementations translate
// driver errors into the kinds of desk/errors.go: ErrNotFound, ErrConflict,
// ErrDuplicate, ErrFull, ErrBusy. Each method is one transaction of its own;
// when it returns nil, what it wrote survives loss of power. Times are UTC, in
// whole milliseconds; the zero time is kept as such. Lists that hold nothing
// are empty, not an error.
//
// No row holds an address, a browser's name, or anything else about the
// machine a person signs in from.
type Store interface {
	// AddSession inserts a session; ErrDuplicate if its ID or Token exists.
	AddSession(ctx context.Context, s Session) error
	// Sessions lists the sessions that f picks, newest Created first, expired
	// ones that were not swept included. A filter without Token, Staff and ID
	// picks none.
	Sessions(ctx context.Context, f SessionFilter) ([]Session, error)
	// RenewSession overwrites all fields of the session with s.ID if its
	// stored Token still equals was; ErrNotFound otherwise (it has ended, or
	// another request gave it a new token).
	RenewSession(ctx context.Context, was []byte, s Session) error
	// EndSessions deletes the sessions that f picks and returns how many. A
	// filter without Token, Staff and ID picks none.
	EndSessions(ctx context.Context, f SessionFilter) (int, error)

	// PutLink inserts a sign-in link and deletes the older ones of the same
	// member of staff: there is one at most.
	PutLink(ctx context.Context, l Link) error
	// Link returns the link with this Hash, expired or not, and leaves it in
	// place; ErrNotFound if there is none.
	Link(ctx context.Context, hash []byte) (Link, error)
	// TakeLink deletes the link with this Hash and returns what it held. Of
	// any number of callers at once exactly one gets it; the others get
	// ErrNotFound.
	TakeLink(ctx context.Context, hash []byte) (Link, error)

	// Links lists all sign-in links, newest Created first, without their Hash,
	// expired ones that were not swept included.
	Links(ctx context.Context) ([]Link, error)
	// DropLink deletes the link of a member of staff; it is no error if there
	// is none.
	DropLink(ctx context.Context, staff desk.ID) error

	// LinkOutside joins an account at a provider to a member of staff, whose
	// older one it replaces; ErrDuplicate if it is joined to somebody else.
	LinkOutside(ctx context.Context, issuer, subject string, staff desk.ID, at time.Time) error
	// Outside finds whose an account at a provider is, OutsideOf which account
	// a member of staff has; ErrNotFound if none.
	Outside(ctx context.Context, issuer, subject string) (Outside, error)
	OutsideOf(ctx context.Context, staff desk.ID) (Outside, error)
	// DropOutside takes the account of a member of staff away; it is no error
	// if there is none.
	DropOutside(ctx context.Context, staff desk.ID) error

	// Factors lists what a member of staff can sign in with, oldest first.
	Factors(ctx context.Context, staff desk.ID) ([]Factor, error)
	// ChangeFactors carries out one change of somebody's factors: all of it
	// or nothing. ErrDuplicate if an added ID exists; an ID in Drop that is
	// absent, or belongs to somebody else, is passed over.
	ChangeFactors(ctx context.Context, c FactorChange) error
	// AdvanceFactor overwrites Data, Counter and Used of the factor with f.ID
	// if its stored Counter still equals was. ErrConflict if the counter
	// differs, ErrNotFound if the factor is gone. Of any number of callers at
	// once with the same was exactly one succeeds: a code works once.
	AdvanceFactor(ctx context.Context, f Factor, was int64) error

	// Spend remembers a SHA-256 (32 bytes) until the given time; ErrDuplicate
	// if it is remembered already. It makes a passkey challenge work once.
	Spend(ctx context.Context, hash []byte, until time.Time) error
	// Sweep deletes sessions and links with Expires at or before now, and
	// spent hashes whose time has come.
	Sweep(ctx context.Context, now time.Time) error
}

// Session is one signed-in browser. The database holds the SHA-256 of its
// cookie, so a copy of the database opens no session.
type Session struct {
	ID      desk.ID   // names the session in the list its owner sees; no secret
	Token   []byte    // SHA-256 of the cookie's value, 32 bytes; unique
	Staff   desk.ID   // whose it is
	Role    desk.Role // role when the session began; another role ends it
	Means   Means     // by what it was opened or last proven
	Created time.Time // when the person signed in
	Proven  time.Time // when the person last proved who they are
	Used    time.Time // last request, in whole minutes: no finer trace of somebody's day
	Expires time.Time // ends then unless used before; never after Until
	Until   time.Time // ends then whatever happens
}

// SessionFilter picks sessions. Fields that are set must all agree; those
// left empty do not narrow.
type SessionFilter struct {
	Token  []byte  // the one with this token
	Staff  desk.ID // those of a member of staff
	ID     desk.ID // the one with this ID
	Except desk.ID // not the one with this ID
}

// Means is by what a person proved who they are.
type Means string

// The means of signing in. There is none with a passphrase alone.
const (
	ByPasskey  Means = "passkey"  // a passkey with the device's own check of the person
	ByCode     Means = "code"     // passphrase and the code of an authenticator app
	ByRecovery Means = "recovery" // passphrase and one of the recovery codes
	ByLink     Means = "link"     // a one-time sign-in link
	ByOutside  Means = "outside"  // an account at the outside provider
)

// Link is a one-time sign-in link, made by an admin or at the command line.
// The link itself is shown once and never kept.
type Link struct {
	Hash    []byte  // SHA-256 of the token in the link, 32 bytes; unique
	Staff   desk.ID // who may sign in with it; unique
	By      desk.ID // the admin who made it; empty when made at the command line
	Created time.Time
	Expires time.Time
}

// FactorKind is the kind of a factor.
type FactorKind string

// The kinds of factors. Passphrase, Authenticator and RecoveryCode work only
// together, Passkey by itself.
const (
	Passkey       FactorKind = "passkey"
	Passphrase    FactorKind = "passphrase"
	Authenticator FactorKind = "authenticator" // an app that shows six digits (TOTP, RFC 6238)
	RecoveryCode  FactorKind = "recovery-code"
)

// Factor is something a member of staff signs in with. A person may have
// several passkeys, at most one passphrase and one authenticator, and up to
// ten recovery codes.
type Factor struct {
	ID    desk.ID
	Staff desk.ID
	Kind  FactorKind
	Name  string // what the owner calls a passkey; empty for the other kinds
	// Data is, by kind: the passkey's public record as JSON; the passphrase
	// as an Argon2id PHC string; the authenticator's secret sealed with
	// AES-256-GCM; the SHA-256 of a recovery code. 8 KiB at most.
	Data []byte
	// Counter is, by kind: how often the passkey was used; 0 for a
	// passphrase; the last accepted 30-second step of the authenticator; 1
	// for a recovery code that was used, else 0.
	Counter int64
	Created time.Time
	Used    time.Time // zero before the first use
}

// FactorChange is one change of somebody's factors. It ends the sessions the
// person has elsewhere, in the same transaction: whoever got in by a factor
// that is gone is out.
type FactorChange struct {
	Staff desk.ID
	Drop  []desk.ID // factors to delete
	Add   []Factor  // factors to insert; their Staff is Staff
	Keep  desk.ID   // the session that stays; empty ends all
}
