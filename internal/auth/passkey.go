package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"soi/internal/desk"
)

// Limits of passkeys.
const (
	maxPasskeys    = 10       // per person
	maxPasskeyName = 60       // characters
	maxPasskeyBody = 64 << 10 // bytes of a browser's answer; real ones are under 4 KiB
)

// The purposes of a passkey prompt. A prompt made for one is worthless for
// another.
const (
	forSignIn = "sign-in"
	forStepUp = "step-up"
	forEnrol  = "enrol"
)

// relyingParty binds passkeys to the public address: its host over https, or
// localhost. For the demo at http://127.0.0.1 that is localhost at the same
// port. nil for any other address: browsers allow no passkeys there.
func relyingParty(public *url.URL, name string) (*webauthn.WebAuthn, string, error) {
	host := public.Hostname()
	isIP := net.ParseIP(host) != nil
	origin := public.Scheme + "://" + public.Host
	switch {
	case isIP && loopback(host):
		host = "localhost"
		origin = public.Scheme + "://localhost"
		if p := public.Port(); p != "" {
			origin += ":" + p
		}
	case isIP, public.Scheme != "https" && !loopback(host):
		return nil, "", nil
	}
	rp, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: []string{origin},
		// What make a device is says more than the desk wants to know.
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			// The device itself must check the person: that is the second factor.
			UserVerification: protocol.VerificationRequired,
		},
		// Some password managers answer more than was asked. It is not read.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	return rp, origin, err
}

// holder shows a member of staff to the WebAuthn library.
type holder struct {
	staff    desk.Staff
	passkeys []webauthn.Credential
}

// WebAuthnID is the handle the passkey keeps: the account's random ID.
func (h holder) WebAuthnID() []byte { return []byte(h.staff.ID) }

// WebAuthnName is what the prompt calls the account.
func (h holder) WebAuthnName() string { return h.staff.Name }

// WebAuthnDisplayName is the same name.
func (h holder) WebAuthnDisplayName() string { return h.staff.Name }

// WebAuthnCredentials are the passkeys of the account.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.passkeys }

// passkeyState travels sealed through the browser between begin and finish,
// so that strangers who begin and never finish leave no rows.
type passkeyState struct {
	Purpose  string               `json:"purpose"`
	Session  desk.ID              `json:"session"` // empty for sign-in
	Ceremony webauthn.SessionData `json:"ceremony"`
	Until    int64                `json:"until"` // Unix seconds
}

// prompt is what a begin returns as JSON; static/passkey.js reads it.
type prompt struct {
	State     string `json:"state"`
	PublicKey any    `json:"publicKey"`
}

// answer is what static/passkey.js sends to a finish.
type answer struct {
	State      string          `json:"state"`
	Name       string          `json:"name"` // of a new passkey; may be empty
	Credential json.RawMessage `json:"credential"`
}

// BeginPasskeySignIn returns, as JSON for the browser, the prompt for signing
// in with a passkey; no name is needed. ErrPasskeyHost where there are none.
func (s *Service) BeginPasskeySignIn(r *http.Request) (json.RawMessage, error) {
	if err := s.ownPost(r); err != nil {
		return nil, err
	}
	return s.ask(r, forSignIn, "")
}

// FinishPasskeySignIn reads the browser's answer from the request's body and
// signs its owner in. ErrPasskey when it does not fit.
func (s *Service) FinishPasskeySignIn(w http.ResponseWriter, r *http.Request) (desk.Staff, error) {
	if err := s.ownPost(r); err != nil {
		return desk.Staff{}, err
	}
	staff, err := s.check(w, r, forSignIn, "")
	if err != nil {
		return desk.Staff{}, err
	}
	return staff, s.start(w, r, staff, ByPasskey)
}

// BeginPasskeyStepUp returns the prompt by which the person who sent the
// request proves again who they are.
func (s *Service) BeginPasskeyStepUp(r *http.Request) (json.RawMessage, error) {
	if err := s.ownPost(r); err != nil {
		return nil, err
	}
	_, sess, err := s.Actor(r)
	if err != nil {
		return nil, err
	}
	return s.ask(r, forStepUp, sess.ID)
}

// FinishPasskeyStepUp reads the browser's answer from the request's body and
// gives the session a new token. Somebody else's passkey is ErrPasskey.
func (s *Service) FinishPasskeyStepUp(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownPost(r); err != nil {
		return err
	}
	staff, sess, err := s.Actor(r)
	if err != nil {
		return err
	}
	other, err := s.check(w, r, forStepUp, sess.ID)
	if err != nil {
		return err
	}
	if other.ID != staff.ID {
		return ErrPasskey
	}
	return s.raise(w, r, sess, ByPasskey)
}

// ask makes a prompt for an existing passkey.
func (s *Service) ask(r *http.Request, purpose string, session desk.ID) (json.RawMessage, error) {
	if here, _ := s.PasskeysAt(r); !here {
		return nil, ErrPasskeyHost
	}
	assertion, ceremony, err := s.rp.BeginDiscoverableLogin()
	if err != nil {
		return nil, fmt.Errorf("passkey prompt: %w", err)
	}
	return s.prompt(purpose, session, ceremony, assertion.Response)
}

// prompt seals the state of a ceremony and sets it beside the options.
func (s *Service) prompt(purpose string, session desk.ID, ceremony *webauthn.SessionData, options any) (json.RawMessage, error) {
	b, err := json.Marshal(passkeyState{Purpose: purpose, Session: session, Ceremony: *ceremony, Until: s.now().Add(setupLife).Unix()})
	if err != nil {
		return nil, fmt.Errorf("passkey prompt: %w", err)
	}
	return json.Marshal(prompt{State: s.sealer.sealText(usePasskeyState, "", b), PublicKey: options})
}

// read takes the browser's answer from the body and opens its state.
func (s *Service) read(w http.ResponseWriter, r *http.Request, purpose string, session desk.ID) (answer, webauthn.SessionData, error) {
	var a answer
	var st passkeyState
	if here, _ := s.PasskeysAt(r); !here {
		return a, st.Ceremony, ErrPasskeyHost
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPasskeyBody))
	if err != nil || json.Unmarshal(body, &a) != nil {
		return a, st.Ceremony, ErrPasskey
	}
	b, err := s.sealer.openText(usePasskeyState, "", a.State)
	if err != nil || json.Unmarshal(b, &st) != nil {
		return a, st.Ceremony, ErrPasskey
	}
	if st.Purpose != purpose || st.Session != session || s.now().Unix() > st.Until {
		return a, st.Ceremony, ErrPasskey
	}
	return a, st.Ceremony, nil
}

// check verifies an answer to ask and returns whose passkey it was.
func (s *Service) check(w http.ResponseWriter, r *http.Request, purpose string, session desk.ID) (desk.Staff, error) {
	ctx := r.Context()
	a, ceremony, err := s.read(w, r, purpose, session)
	if err != nil {
		return desk.Staff{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(a.Credential)
	if err != nil {
		return desk.Staff{}, because(err)
	}
	// The library wraps what find returns; a failure of the database must
	// come out as itself and not as a wrong passkey.
	var failed error
	var factors []Factor
	find := func(_, handle []byte) (webauthn.User, error) {
		var h holder
		h, factors, failed = s.holder(ctx, desk.ID(handle))
		return h, failed
	}
	owner, used, err := s.rp.ValidatePasskeyLogin(find, ceremony, parsed)
	if failed != nil && !errors.Is(failed, ErrPasskey) {
		return desk.Staff{}, failed
	}
	if err != nil {
		return desk.Staff{}, because(err)
	}
	if used.Authenticator.CloneWarning {
		return desk.Staff{}, fmt.Errorf("%w: signature counter stood still or fell: a copied key", ErrPasskey)
	}
	if err := s.spend(ctx, ceremony); err != nil {
		return desk.Staff{}, err
	}
	return owner.(holder).staff, s.noteUse(ctx, factors, used)
}

// because is ErrPasskey with the library's reason, for the log: what was wrong
// in general, without the details that quote what the browser sent.
func because(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%w: %s", ErrPasskey, e.Details)
	}
	return ErrPasskey
}

// holder looks an account up by the handle in a passkey.
func (s *Service) holder(ctx context.Context, id desk.ID) (holder, []Factor, error) {
	if !id.Valid() {
		return holder{}, nil, ErrPasskey
	}
	staff, err := s.cfg.Staff(ctx, id)
	if errors.Is(err, desk.ErrNotFound) || (err == nil && !staff.Active()) {
		return holder{}, nil, ErrPasskey
	}
	if err != nil {
		return holder{}, nil, err
	}
	factors, err := s.store.Factors(ctx, id)
	if err != nil {
		return holder{}, nil, err
	}
	passkeys, err := credentials(factors)
	return holder{staff, passkeys}, factors, err
}

// credentials are the library's records in the passkeys among factors.
func credentials(factors []Factor) ([]webauthn.Credential, error) {
	var all []webauthn.Credential
	for _, f := range factors {
		if f.Kind != Passkey {
			continue
		}
		var c webauthn.Credential
		if err := json.Unmarshal(f.Data, &c); err != nil {
			return nil, fmt.Errorf("stored passkey: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// spend makes a challenge work once, on every replica.
func (s *Service) spend(ctx context.Context, ceremony webauthn.SessionData) error {
	sum := sha256.Sum256([]byte("passkey challenge\x00" + ceremony.Challenge))
	err := s.store.Spend(ctx, sum[:], s.now().Add(setupLife+time.Minute))
	if errors.Is(err, desk.ErrDuplicate) {
		return ErrPasskey
	}
	return err
}

// noteUse stores what the use of a passkey changed in its record.
func (s *Service) noteUse(ctx context.Context, factors []Factor, used *webauthn.Credential) error {
	for _, f := range factors {
		var c webauthn.Credential
		if f.Kind != Passkey || json.Unmarshal(f.Data, &c) != nil || string(c.ID) != string(used.ID) {
			continue
		}
		data, err := json.Marshal(used)
		if err != nil {
			return fmt.Errorf("store passkey: %w", err)
		}
		was := f.Counter
		f.Data, f.Counter, f.Used = data, was+1, s.now()
		err = s.store.AdvanceFactor(ctx, f, was)
		if errors.Is(err, desk.ErrConflict) || errors.Is(err, desk.ErrNotFound) {
			return ErrPasskey
		}
		return err
	}
	return ErrPasskey
}

// BeginPasskeyEnrol returns the prompt for adding a passkey to the account of
// the person who sent the request. ErrStepUp without a fresh proof.
func (s *Service) BeginPasskeyEnrol(r *http.Request) (json.RawMessage, error) {
	if err := s.ownPost(r); err != nil {
		return nil, err
	}
	staff, sess, factors, err := s.enroller(r)
	if err != nil {
		return nil, err
	}
	if here, _ := s.PasskeysAt(r); !here {
		return nil, ErrPasskeyHost
	}
	passkeys, err := credentials(factors)
	if err != nil {
		return nil, err
	}
	if len(passkeys) >= maxPasskeys {
		return nil, invalid(PasskeyMany)
	}
	creation, ceremony, err := s.rp.BeginRegistration(holder{staff, passkeys},
		webauthn.WithExclusions(webauthn.Credentials(passkeys).CredentialDescriptors()))
	if err != nil {
		return nil, fmt.Errorf("passkey prompt: %w", err)
	}
	return s.prompt(forEnrol, sess.ID, ceremony, creation.Response)
}

// FinishPasskeyEnrol reads the browser's answer from the request's body and
// adds the passkey. Sessions elsewhere end, this one gets a new token.
func (s *Service) FinishPasskeyEnrol(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownPost(r); err != nil {
		return err
	}
	staff, sess, factors, err := s.enroller(r)
	if err != nil {
		return err
	}
	a, ceremony, err := s.read(w, r, forEnrol, sess.ID)
	if err != nil {
		return err
	}
	a.Name = strings.TrimSpace(a.Name)
	if utf8.RuneCountInString(a.Name) > maxPasskeyName || strings.ContainsFunc(a.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return invalid(PasskeyName)
	}
	passkeys, err := credentials(factors)
	if err != nil {
		return err
	}
	if len(passkeys) >= maxPasskeys {
		return invalid(PasskeyMany)
	}
	f, err := s.newPasskey(holder{staff, passkeys}, ceremony, a)
	if err != nil {
		return err
	}
	if err := s.spend(r.Context(), ceremony); err != nil {
		return err
	}
	if err := s.store.ChangeFactors(r.Context(), FactorChange{Staff: staff.ID, Add: []Factor{f}, Keep: sess.ID}); err != nil {
		return err
	}
	return s.raise(w, r, sess, ByPasskey)
}

// newPasskey verifies a browser's answer to BeginPasskeyEnrol.
func (s *Service) newPasskey(h holder, ceremony webauthn.SessionData, a answer) (Factor, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(a.Credential)
	if err != nil {
		return Factor{}, because(err)
	}
	c, err := s.rp.CreateCredential(h, ceremony, parsed)
	if err != nil {
		return Factor{}, because(err)
	}
	for _, old := range h.passkeys {
		if string(old.ID) == string(c.ID) {
			return Factor{}, ErrPasskey
		}
	}
	// The maker and model of the device are not kept.
	c.Attestation = webauthn.CredentialAttestation{}
	c.Authenticator.AAGUID = nil
	data, err := json.Marshal(c)
	if err != nil {
		return Factor{}, fmt.Errorf("store passkey: %w", err)
	}
	return Factor{ID: desk.NewID(), Staff: h.staff.ID, Kind: Passkey, Name: a.Name, Data: data, Created: s.now()}, nil
}
