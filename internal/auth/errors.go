package auth

import (
	"errors"
	"time"

	"soi/internal/desk"
)

// The kinds of error of this package, beside those of desk/errors.go. Callers
// compare with errors.Is; web chooses the sentence a person reads.
var (
	// ErrSignedOut: the request carries no session.
	ErrSignedOut = errors.New("not signed in")
	// ErrEnded: the request carries a session that has ended: unused for too
	// long, closed elsewhere, or the account or its role changed.
	ErrEnded = errors.New("session has ended")
	// ErrSignIn: name, passphrase or code is not right. Which of them is
	// never said, nor whether the name exists.
	ErrSignIn = errors.New("sign-in refused")
	// ErrTooSoon: too many tries with this name; see Wait.
	ErrTooSoon = errors.New("too many tries")
	// ErrStepUp: the deed needs a fresh proof of who acts; ask for a passkey
	// or for passphrase and code, then let the person go on.
	ErrStepUp = errors.New("fresh proof needed")
	// ErrLink: the sign-in link is unknown, used or expired, or its account is
	// closed. A new one helps.
	ErrLink = errors.New("sign-in link not valid")
	// ErrPasskey: the browser's answer does not fit: taken too long, used
	// before, another site's, or a passkey that was removed. Trying again
	// helps.
	ErrPasskey = errors.New("passkey refused")
	// ErrPasskeyHost: passkeys cannot work at the address the browser is at,
	// because browsers bind them to a domain over https or to localhost; see
	// PasskeysAt for an address where they do.
	ErrPasskeyHost = errors.New("no passkeys at this address")
	// ErrSetup: setting up an authenticator took too long or was begun in
	// another session; begin again.
	ErrSetup = errors.New("set-up has expired")
	// ErrCode: the six digits do not fit the authenticator being set up.
	ErrCode = errors.New("code does not fit")
	// ErrLastWay: what was to be removed is the only way the person can sign
	// in by.
	ErrLastWay = errors.New("last way to sign in")
	// ErrOutside: what came back from the outside provider does not fit: taken
	// too long, begun elsewhere, not signed by it, or made for somebody else.
	// Trying again helps.
	ErrOutside = errors.New("outside sign-in refused")
	// ErrOutsideUnknown: the outside account is nobody's here. Whoever has an
	// account signs in as usual and joins the two.
	ErrOutsideUnknown = errors.New("outside account unknown")
	// ErrOutsideTaken: the outside account is joined to a colleague's.
	ErrOutsideTaken = errors.New("outside account taken")
	// ErrOutsideWeak: the provider does not say that the person proved anew,
	// by more than a password, who they are. A passkey helps.
	ErrOutsideWeak = errors.New("outside proof too weak")
	// ErrOutsideDown: the provider cannot be reached, or does not describe
	// itself. Passkeys go on working.
	ErrOutsideDown = errors.New("outside provider cannot be reached")
	// ErrCrossSite: the request may have been sent by another site, or it is
	// not a POST.
	ErrCrossSite = errors.New("cross-site request")
)

// The problems this package finds in input; see desk.Problems.
const (
	PassphraseShort desk.Problem = "passphrase-short" // fewer than MinPassphrase characters
	PassphraseLong  desk.Problem = "passphrase-long"  // more than MaxPassphrase characters
	PassphraseEasy  desk.Problem = "passphrase-easy"  // among the first that anyone would try
	PasskeyName     desk.Problem = "passkey-name"     // longer than 60 characters, or not printable
	PasskeyMany     desk.Problem = "passkey-many"     // ten passkeys are enough
)

// tooSoon is ErrTooSoon with the time to wait.
type tooSoon struct{ after time.Duration }

// Error says how long to wait; it is for logs.
func (e tooSoon) Error() string { return "too many tries; next in " + e.after.String() }

// Is makes errors.Is(err, ErrTooSoon) true.
func (e tooSoon) Is(target error) bool { return target == ErrTooSoon }

// Wait is how long to wait before the next try, in whole seconds upwards; 0
// when err is not ErrTooSoon.
func Wait(err error) time.Duration {
	var e tooSoon
	if !errors.As(err, &e) {
		return 0
	}
	return (e.after + time.Second - 1).Truncate(time.Second)
}

// invalid is desk.ErrInvalid with a problem.
func invalid(p desk.Problem) error { return &desk.Invalid{Problems: []desk.Problem{p}} }
