package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"soi/internal/desk"
)

// setupLife is how long a person may take to set up an authenticator or to
// answer a passkey prompt.
const setupLife = 10 * time.Minute

// RecoveryCodes is how many recovery codes a person gets.
const RecoveryCodes = 10

// Setup is an authenticator app being set up: what the page shows, and State,
// which its form sends back in a hidden field. Nothing is stored until the
// person has shown that the app works.
type Setup struct {
	Secret string // for typing in: base32 in groups of four letters
	Link   string // otpauth:// address, for a tap on the phone itself
	QRSize int    // side of the square QR code in modules, quiet zone included
	QRPath string // its dark modules as SVG path data, one unit a module
	State  string // sealed; bound to the session
}

// setupState is what Setup.State seals.
type setupState struct {
	Secret []byte `json:"secret"`
	Until  int64  `json:"until"` // Unix seconds
}

// BeginCode begins to set up passphrase and authenticator app for the person
// who sent the request. ErrStepUp unless the proof of who acts is fresh.
func (s *Service) BeginCode(r *http.Request) (Setup, error) {
	staff, sess, _, err := s.enroller(r)
	if err != nil {
		return Setup{}, err
	}
	secret := make([]byte, 20) // 160 bits, as RFC 4226 recommends
	_, _ = rand.Read(secret)
	b, err := json.Marshal(setupState{Secret: secret, Until: s.now().Add(setupLife).Unix()})
	if err != nil {
		return Setup{}, fmt.Errorf("set-up state: %w", err)
	}
	text := base32.StdEncoding.EncodeToString(secret)
	link := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + s.cfg.SiteName + ":" + staff.Name,
		// %20 for a space: apps do not read + as one.
		RawQuery: strings.ReplaceAll(url.Values{"secret": {text}, "issuer": {s.cfg.SiteName}}.Encode(), "+", "%20"),
	}
	size, path, err := qrPath(link.String())
	if err != nil {
		return Setup{}, err
	}
	return Setup{
		Secret: groups(text, " "), Link: link.String(), QRSize: size, QRPath: path,
		State: s.sealer.sealText(useSetupState, string(sess.ID), b),
	}, nil
}

// FinishCode completes the set-up: state from BeginCode, a new passphrase and
// the six digits the app shows. It returns recovery codes, to be shown this
// once. An older passphrase, authenticator and recovery codes are replaced,
// sessions elsewhere end, this one gets a new token.
//
// ErrSetup, ErrCode, or a desk.Invalid with one of the passphrase problems;
// after the latter two the person can try again with the same state.
func (s *Service) FinishCode(w http.ResponseWriter, r *http.Request, state, passphrase, code string) ([]string, error) {
	if err := s.ownPost(r); err != nil {
		return nil, err
	}
	staff, sess, factors, err := s.enroller(r)
	if err != nil {
		return nil, err
	}
	b, err := s.sealer.openText(useSetupState, string(sess.ID), state)
	if err != nil {
		return nil, ErrSetup
	}
	var st setupState
	if err := json.Unmarshal(b, &st); err != nil || s.now().Unix() > st.Until {
		return nil, ErrSetup
	}
	passphrase = s.cfg.Normal(passphrase)
	if err := checkPassphrase(passphrase, staff.Name); err != nil {
		return nil, err
	}
	fresh := &codeWay{secret: st.Secret}
	if _, by := fresh.pick(code, s.now()); by != ByCode {
		return nil, ErrCode
	}
	release, err := s.hasher.slot(r.Context(), true)
	if err != nil {
		return nil, err
	}
	phc := hashPassphrase(passphrase)
	release()
	now := s.now()
	codes, add := newRecovery(staff.ID, now)
	add = append(add,
		Factor{ID: desk.NewID(), Staff: staff.ID, Kind: Passphrase, Data: phc, Created: now},
		// The step counts as used: the code on the screen signs nobody in.
		Factor{ID: desk.NewID(), Staff: staff.ID, Kind: Authenticator, Counter: fresh.next, Created: now,
			Data: s.sealer.seal(useAuthenticator, string(staff.ID), st.Secret)})
	c := FactorChange{Staff: staff.ID, Drop: idsOf(factors, Passphrase, Authenticator, RecoveryCode), Add: add, Keep: sess.ID}
	if err := s.store.ChangeFactors(r.Context(), c); err != nil {
		return nil, err
	}
	return codes, s.raise(w, r, sess, ByCode)
}

// NewRecoveryCodes replaces the recovery codes of the person who sent the
// request and returns the new ones, to be shown this once. desk.ErrState for
// a person without an authenticator: recovery codes stand in for it alone.
func (s *Service) NewRecoveryCodes(w http.ResponseWriter, r *http.Request) ([]string, error) {
	if err := s.ownPost(r); err != nil {
		return nil, err
	}
	staff, sess, factors, err := s.enroller(r)
	if err != nil {
		return nil, err
	}
	if len(idsOf(factors, Authenticator)) == 0 {
		return nil, desk.ErrState
	}
	codes, add := newRecovery(staff.ID, s.now())
	c := FactorChange{Staff: staff.ID, Drop: idsOf(factors, RecoveryCode), Add: add, Keep: sess.ID}
	if err := s.store.ChangeFactors(r.Context(), c); err != nil {
		return nil, err
	}
	return codes, s.raise(w, r, sess, sess.Means)
}

// Ways is what a person can sign in with, for their account page.
type Ways struct {
	Passkeys  []Factor  // oldest first; Data is left out
	Code      bool      // passphrase and authenticator app are set up
	CodeSince time.Time // when they were
	Recovery  int       // recovery codes not used yet
}

// Ways lists what a member of staff can sign in with.
func (s *Service) Ways(ctx context.Context, staff desk.ID) (Ways, error) {
	factors, err := s.store.Factors(ctx, staff)
	if err != nil {
		return Ways{}, err
	}
	var w Ways
	for _, f := range factors {
		f.Data = nil
		switch {
		case f.Kind == Passkey:
			w.Passkeys = append(w.Passkeys, f)
		case f.Kind == Authenticator:
			w.Code, w.CodeSince = true, f.Created
		case f.Kind == RecoveryCode && f.Counter == 0:
			w.Recovery++
		}
	}
	return w, nil
}

// RemovePasskey removes a passkey of the person who sent the request.
// desk.ErrNotFound when it is not theirs, ErrLastWay when nothing would be
// left to sign in with, ErrStepUp without a fresh proof.
func (s *Service) RemovePasskey(w http.ResponseWriter, r *http.Request, id desk.ID) error {
	return s.remove(w, r, func(factors []Factor) []desk.ID {
		for _, f := range factors {
			if f.ID == id && f.Kind == Passkey {
				return []desk.ID{id}
			}
		}
		return nil
	})
}

// RemoveCode removes passphrase, authenticator and recovery codes of the
// person who sent the request, with the errors of RemovePasskey.
func (s *Service) RemoveCode(w http.ResponseWriter, r *http.Request) error {
	return s.remove(w, r, func(factors []Factor) []desk.ID {
		return idsOf(factors, Passphrase, Authenticator, RecoveryCode)
	})
}

// remove drops what pick chooses, ends sessions elsewhere and gives this one
// a new token.
func (s *Service) remove(w http.ResponseWriter, r *http.Request, pick func([]Factor) []desk.ID) error {
	if err := s.ownPost(r); err != nil {
		return err
	}
	staff, sess, factors, err := s.enroller(r)
	if err != nil {
		return err
	}
	drop := pick(factors)
	switch {
	case len(drop) == 0:
		return desk.ErrNotFound
	case len(drop) == len(factors):
		return ErrLastWay
	}
	if err := s.store.ChangeFactors(r.Context(), FactorChange{Staff: staff.ID, Drop: drop, Keep: sess.ID}); err != nil {
		return err
	}
	return s.raise(w, r, sess, sess.Means)
}

// enroller is the person who sent the request, if they may change what they
// sign in with: their proof is fresh, or they have nothing yet, as after
// their first link. Nobody can do it for somebody else.
func (s *Service) enroller(r *http.Request) (desk.Staff, Session, []Factor, error) {
	staff, sess, err := s.Actor(r)
	if err != nil {
		return desk.Staff{}, Session{}, nil, err
	}
	factors, err := s.store.Factors(r.Context(), staff.ID)
	if err != nil {
		return desk.Staff{}, Session{}, nil, err
	}
	// Who came by an outside account that may be guarded by a password alone
	// must not make a passkey of it.
	if len(factors) > 0 || sess.Means == ByOutside {
		if err := s.RequireRecent(sess); err != nil {
			return desk.Staff{}, Session{}, nil, err
		}
	}
	return staff, sess, factors, nil
}

// idsOf are the IDs of the factors of the given kinds.
func idsOf(factors []Factor, kinds ...FactorKind) []desk.ID {
	var ids []desk.ID
	for _, f := range factors {
		for _, k := range kinds {
			if f.Kind == k {
				ids = append(ids, f.ID)
			}
		}
	}
	return ids
}

// newRecovery makes recovery codes of 16 letters, 80 random bits each, so
// that a plain hash keeps them: nobody tries 2^80.
func newRecovery(staff desk.ID, now time.Time) (codes []string, factors []Factor) {
	for range RecoveryCodes {
		letters := string(desk.NewID())[10:] // the last 16 letters: 80 of its 128 bits
		codes = append(codes, groups(letters, "-"))
		factors = append(factors, Factor{ID: desk.NewID(), Staff: staff, Kind: RecoveryCode, Data: recoveryHash(letters), Created: now})
	}
	return codes, factors
}

// recoveryHash is what the database keeps of a recovery code, however it was
// typed: capitals, gaps and the letters that Crockford's alphabet leaves out
// for looking like digits are put right first.
func recoveryHash(code string) []byte {
	plain := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '–', '.':
			return -1
		case 'o':
			return '0'
		case 'i', 'l':
			return '1'
		}
		return r
	}, strings.ToLower(code))
	sum := sha256.Sum256([]byte("soi recovery code\x00" + plain))
	return sum[:]
}

// groups sets sep after every fourth letter.
func groups(s, sep string) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			b.WriteString(sep)
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// qrPath draws a text as a QR code: one horizontal stroke of height 1 per run
// of dark modules. The path is data for the d attribute of an SVG path, so
// the page needs no image and no script.
func qrPath(text string) (size int, path string, err error) {
	const quiet = 4 // modules of white around it, as the standard asks
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return 0, "", fmt.Errorf("qr code: %w", err)
	}
	side := code.Bounds().Dx()
	dark := func(x, y int) bool {
		if x >= side {
			return false
		}
		c, _, _, _ := code.At(x, y).RGBA()
		return c == 0
	}
	var b strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			run := 0
			for dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	return side + 2*quiet, b.String(), nil
}
