package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"soi/internal/desk"
)

// codePeriod is how long a code of an authenticator app is shown (RFC 6238,
// and the only period that all apps know).
const codePeriod = 30 * time.Second

// knownLife is how long a browser is remembered after it last signed in.
const knownLife = 90 * 24 * time.Hour

// SignInWithPassphrase signs in by name, passphrase and either the six digits
// of an authenticator app or a recovery code. Both must be right; which was
// wrong, and whether there is such a name, shows in neither text nor time.
// ErrSignIn, ErrTooSoon (see Wait), or desk.ErrBusy.
func (s *Service) SignInWithPassphrase(w http.ResponseWriter, r *http.Request, name, passphrase, code string) (desk.Staff, error) {
	if err := s.ownPost(r); err != nil {
		return desk.Staff{}, err
	}
	ctx := r.Context()
	name = strings.TrimSpace(s.cfg.Normal(name))
	if name == "" || len(name) > 400 {
		return desk.Staff{}, ErrSignIn
	}
	staff, err := s.cfg.StaffNamed(ctx, name)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return desk.Staff{}, err
	}
	if err != nil {
		staff = desk.Staff{ID: desk.NewID(), Disabled: s.now()} // nobody, so that the rest takes as long
	}
	count, known := "name\x00"+strings.ToLower(name), false
	if own := s.knownAs(r, staff.ID); own != "" {
		count, known = own, true
	}
	by, err := s.proveCode(ctx, staff, count, known, passphrase, code)
	if err != nil {
		return desk.Staff{}, err
	}
	return staff, s.start(w, r, staff, by)
}

// StepUpWithPassphrase proves again who acts, by passphrase and code, and
// gives the session a new token. The tries count for the session alone.
func (s *Service) StepUpWithPassphrase(w http.ResponseWriter, r *http.Request, passphrase, code string) error {
	if err := s.ownPost(r); err != nil {
		return err
	}
	staff, sess, err := s.Actor(r)
	if err != nil {
		return err
	}
	by, err := s.proveCode(r.Context(), staff, "session\x00"+string(sess.ID), true, passphrase, code)
	if err != nil {
		return err
	}
	return s.raise(w, r, sess, by)
}

// proveCode checks passphrase and code of one account and uses the code up.
// It does the same work whatever is missing or wrong.
func (s *Service) proveCode(ctx context.Context, staff desk.Staff, count string, known bool, passphrase, code string) (Means, error) {
	if after, ok := s.pace.take(count); !ok {
		return "", tooSoon{after}
	}
	if len(passphrase) > maxPassphraseBytes || len(code) > 100 {
		return "", ErrSignIn
	}
	factors, err := s.store.Factors(ctx, staff.ID)
	if err != nil {
		return "", err
	}
	way, err := s.codeWay(staff, factors)
	if err != nil {
		return "", err
	}
	right, err := s.hasher.matches(ctx, known, way.phc, s.cfg.Normal(passphrase))
	if err != nil {
		return "", err
	}
	f, by := way.pick(code, s.now())
	if !right || f.ID == "" || !way.usable {
		return "", ErrSignIn
	}
	was := f.Counter
	f.Counter, f.Used = way.next, s.now()
	err = s.store.AdvanceFactor(ctx, f, was)
	if errors.Is(err, desk.ErrConflict) || errors.Is(err, desk.ErrNotFound) {
		return "", ErrSignIn // another request used this code a moment ago
	}
	if err != nil {
		return "", err
	}
	s.pace.refund(count)
	return by, nil
}

// codeWay is somebody's passphrase with what must come beside it; made up
// where they have none.
type codeWay struct {
	usable   bool // the account is open and has all of it
	phc      []byte
	secret   []byte
	app      Factor
	recovery []Factor
	next     int64 // the counter after use of what pick returned
}

// codeWay gathers the factors, with decoys in the place of missing ones.
func (s *Service) codeWay(staff desk.Staff, factors []Factor) (*codeWay, error) {
	way := &codeWay{phc: s.hasher.decoy, secret: s.hasher.decoy[:20]}
	var phrase, app bool
	for _, f := range factors {
		switch f.Kind {
		case Passphrase:
			way.phc, phrase = f.Data, true
		case Authenticator:
			secret, err := s.sealer.open(useAuthenticator, string(staff.ID), f.Data)
			if err != nil {
				return nil, err
			}
			way.secret, way.app, app = secret, f, true
		case RecoveryCode:
			way.recovery = append(way.recovery, f)
		}
	}
	way.usable = staff.Active() && phrase && app
	return way, nil
}

// pick finds the factor that the code proves: the authenticator, if the code
// is that of now, of 30 seconds ago or in 30 seconds, and of a later step than
// the last one used; or an unused recovery code. It looks at all of them
// whatever it finds, and returns the zero Factor when none fits.
func (c *codeWay) pick(code string, now time.Time) (found Factor, by Means) {
	digits := strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	step := now.Unix() / int64(codePeriod/time.Second)
	for _, n := range []int64{step - 1, step, step + 1} {
		if sameText(appCode(c.secret, n), digits) && n > c.app.Counter {
			found, by, c.next = c.app, ByCode, n
		}
	}
	sum := recoveryHash(code)
	for _, f := range c.recovery {
		if subtle.ConstantTimeCompare(sum, f.Data) == 1 && f.Counter == 0 {
			found, by, c.next = f, ByRecovery, 1
		}
	}
	return found, by
}

// appCode is the six digits an app with this secret shows in a step, "" if
// the secret is unreadable.
func appCode(secret []byte, step int64) string {
	code, err := hotp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(secret), uint64(step),
		hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return ""
	}
	return code
}

// sameText compares in constant time; "" equals nothing.
func sameText(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// known is what the cookie of a known browser holds, sealed: that somebody
// signed in to this account here, and nothing about the browser.
type known struct {
	Staff desk.ID `json:"staff"`
	Nonce string  `json:"nonce"`
	Until int64   `json:"until"` // Unix seconds
}

// remember marks the browser as one that has signed in to the account, so
// that strangers who try the same name cannot slow it down ("device cookie",
// OWASP). It grants nothing else.
func (s *Service) remember(w http.ResponseWriter, staff desk.ID) {
	b, err := json.Marshal(known{Staff: staff, Nonce: newToken(), Until: s.now().Add(knownLife).Unix()})
	if err != nil {
		return // strings and a number: cannot happen, and nothing would be lost
	}
	s.setCookie(w, s.cookies.known, s.sealer.sealText(useKnownBrowser, "", b), int(knownLife/time.Second))
}

// knownAs is the count of a browser that has signed in to this account
// before; "" for any other.
func (s *Service) knownAs(r *http.Request, staff desk.ID) string {
	c, err := r.Cookie(s.cookies.known)
	if err != nil {
		return ""
	}
	b, err := s.sealer.openText(useKnownBrowser, "", c.Value)
	if err != nil {
		return ""
	}
	var k known
	if json.Unmarshal(b, &k) != nil || k.Staff != staff || s.now().Unix() > k.Until {
		return ""
	}
	sum := sha256.Sum256([]byte(k.Nonce))
	return "known\x00" + string(sum[:])
}
