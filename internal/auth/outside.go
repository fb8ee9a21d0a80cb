package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"soi/internal/desk"
)

// outsidePath is where the provider sends the browser back to.
const outsidePath = "/signin/outside/back"

// outsideLife is how long a person may take at the provider.
const outsideLife = 10 * time.Minute

// outsidePause keeps a provider that does not answer from being asked with
// every click.
const outsidePause = 10 * time.Second

// OutsideConfig says with which provider of OpenID Connect people may sign in
// beside passkeys. The zero value is none.
type OutsideConfig struct {
	Issuer string       // exactly as the provider writes it in its tokens
	Name   string       // what the button calls it; the issuer's host when empty
	Client string       // the identifier of soi at the provider
	Secret string       // … and its secret
	HTTP   *http.Client // reaches the provider and nothing else; follows no redirect
	// ACR are values of the claim acr, any of which counts as a fresh proof
	// of who acts; without any, what amr says counts.
	ACR []string
	// GroupsClaim and Groups open accounts for those whom the provider puts
	// into one of the groups, with that role; never an admin. Without Groups
	// nobody comes in who was not invited.
	GroupsClaim string
	Groups      map[string]desk.Role
	// Provision opens such an account.
	Provision func(ctx context.Context, name string, r desk.Role) (desk.Staff, error)
}

// Outside is the account at the provider that a member of staff signs in
// with. It is matched by the provider's own identifier, never by a name or an
// e-mail address, which others could take.
type Outside struct {
	Issuer, Subject string
	Staff           desk.ID
	Created         time.Time
}

// Purpose is what a person went to the provider for.
type Purpose string

// The purposes.
const (
	ToSignIn Purpose = "sign-in"
	ToLink   Purpose = "link"  // join the outside account to the one signed in
	ToProve  Purpose = "prove" // a fresh proof of who acts
)

// outside is the provider as it described itself.
type outside struct {
	cfg OutsideConfig

	mu       sync.Mutex
	provider *oidc.Provider
	tried    time.Time
	about    struct {
		End       string `json:"end_session_endpoint"`
		IssAlways bool   `json:"authorization_response_iss_parameter_supported"`
	}
}

// trip is what soi remembers, sealed in a cookie, while a person is at the
// provider.
type trip struct {
	Purpose  Purpose `json:"purpose"`
	State    string  `json:"state"`
	Nonce    string  `json:"nonce"`
	Verifier string  `json:"verifier"` // of PKCE
	Session  desk.ID `json:"session"`  // to which an account is joined, or whose proof it is
	Back     string  `json:"back"`
	Begun    int64   `json:"begun"` // Unix seconds
}

// newOutside checks the configuration; nil without a provider.
func newOutside(cfg OutsideConfig) (*outside, error) {
	if cfg.Issuer == "" {
		return nil, nil
	}
	u, err := url.Parse(cfg.Issuer)
	if err != nil || u.Host == "" || cfg.Client == "" || cfg.HTTP == nil {
		return nil, errors.New("auth: the outside provider needs an address, a client and a way to be reached")
	}
	for group, r := range cfg.Groups {
		if !slices.Contains([]desk.Role{desk.Contributor, desk.Checker, desk.ExpertRole, desk.Editor, desk.Auditor}, r) {
			return nil, fmt.Errorf("auth: the group %q cannot give the role %q", group, r)
		}
	}
	if cfg.Name == "" {
		cfg.Name = u.Hostname()
	}
	if cfg.GroupsClaim == "" {
		cfg.GroupsClaim = "groups"
	}
	return &outside{cfg: cfg}, nil
}

// OutsideName is what the provider is called; "" when there is none.
func (s *Service) OutsideName() string {
	if s.outside == nil {
		return ""
	}
	return s.outside.cfg.Name
}

// ask reads the provider's description, once. ErrOutsideDown when it cannot
// be had.
func (o *outside) ask(ctx context.Context, now time.Time) (*oidc.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider != nil {
		return o.provider, nil
	}
	if now.Sub(o.tried).Abs() < outsidePause {
		return nil, ErrOutsideDown
	}
	// The provider goes on reading keys with this context long after the
	// request has ended.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.cfg.HTTP), o.cfg.Issuer)
	if err != nil {
		o.tried = now
		return nil, errors.Join(ErrOutsideDown, err)
	}
	if err := p.Claims(&o.about); err != nil {
		return nil, errors.Join(ErrOutsideDown, err)
	}
	o.provider = p
	return p, nil
}

// CheckOutside reads the provider's description, for soi doctor.
func (s *Service) CheckOutside(ctx context.Context) error {
	if s.outside == nil {
		return nil
	}
	_, err := s.outside.ask(ctx, s.now())
	return err
}

// oauth is the client as the provider knows it.
func (s *Service) oauth(p *oidc.Provider) *oauth2.Config {
	c := s.outside.cfg
	return &oauth2.Config{ClientID: c.Client, ClientSecret: c.Secret, Endpoint: p.Endpoint(),
		RedirectURL: s.public.JoinPath(outsidePath).String(), Scopes: []string{oidc.ScopeOpenID, "profile", "groups"}}
}

// BeginOutside returns the address at the provider to which the browser goes
// and sets the cookie by which its return is recognised. Joining an account
// needs a POST of our own page and a fresh proof; proving and joining need a
// session.
func (s *Service) BeginOutside(w http.ResponseWriter, r *http.Request, why Purpose, back string) (string, error) {
	if s.outside == nil {
		return "", desk.ErrNotFound
	}
	tr := trip{Purpose: why, State: newToken(), Nonce: newToken(), Verifier: oauth2.GenerateVerifier(), Back: back, Begun: s.now().Unix()}
	if why == ToLink || why == ToProve {
		_, sess, err := s.Actor(r)
		if err == nil && why == ToLink {
			err = errors.Join(s.ownPost(r), s.RequireRecent(sess))
		}
		if err != nil {
			return "", err
		}
		tr.Session = sess.ID
	}
	p, err := s.outside.ask(r.Context(), s.now())
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(tr)
	if err != nil {
		return "", fmt.Errorf("state of a trip: %w", err)
	}
	s.setCookie(w, s.cookies.outside, s.sealer.sealText(useOutside, "", b), int(outsideLife/time.Second))
	opts := []oauth2.AuthCodeOption{oidc.Nonce(tr.Nonce), oauth2.S256ChallengeOption(tr.Verifier)}
	if why == ToProve {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	if len(s.outside.cfg.ACR) > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", strings.Join(s.outside.cfg.ACR, " ")))
	}
	return s.oauth(p).AuthCodeURL(tr.State, opts...), nil
}

// Returned is what became of a trip to the provider.
type Returned struct {
	Purpose Purpose
	Staff   desk.Staff
	Back    string // where the person was going
}

// FinishOutside takes the browser back from the provider: it signs in, joins
// the account, or notes the proof, whatever the trip was for. Whatever does
// not fit is ErrOutside, and nothing has changed; ErrOutsideUnknown when the
// account is nobody's here.
func (s *Service) FinishOutside(w http.ResponseWriter, r *http.Request) (Returned, error) {
	if s.outside == nil {
		return Returned{}, desk.ErrNotFound
	}
	tr, err := s.tripOf(r)
	s.setCookie(w, s.cookies.outside, "", -1)
	if err != nil {
		return Returned{}, err
	}
	ret := Returned{Purpose: tr.Purpose, Back: tr.Back}
	p, err := s.outside.ask(r.Context(), s.now())
	if err != nil {
		return ret, err
	}
	tok, err := s.token(r, p, tr)
	if err != nil {
		return ret, err
	}
	switch tr.Purpose {
	case ToLink:
		ret.Staff, err = s.join(r, tr, tok)
	case ToProve:
		ret.Staff, err = s.proveOutside(w, r, tr, tok)
	default:
		ret.Staff, err = s.enter(w, r, tok)
	}
	return ret, err
}

// tripOf finds the trip that the browser comes back from and uses it up.
func (s *Service) tripOf(r *http.Request) (trip, error) {
	var tr trip
	found := r.CookiesNamed(s.cookies.outside)
	if len(found) != 1 {
		return tr, refusal("no trip was begun in this browser")
	}
	b, err := s.sealer.openText(useOutside, "", found[0].Value)
	if err != nil || json.Unmarshal(b, &tr) != nil {
		return tr, refusal("the cookie of the trip was changed")
	}
	q := r.URL.Query()
	if age := s.now().Unix() - tr.Begun; age < -120 || age > int64(outsideLife/time.Second) {
		return tr, refusal("the trip took too long")
	}
	if len(q["state"]) != 1 || !sameText(q.Get("state"), tr.State) {
		return tr, refusal("the state is another trip's")
	}
	sum := sha256.Sum256([]byte("outside\x00" + tr.State))
	err = s.store.Spend(r.Context(), sum[:], s.now().Add(2*outsideLife))
	if errors.Is(err, desk.ErrDuplicate) {
		return tr, refusal("the browser came back from this trip before")
	}
	return tr, err
}

// idToken is what the provider says about who signed in.
type idToken struct {
	subject string
	name    string
	groups  []string
	strong  bool      // by more than a password, as far as the provider says
	at      time.Time // when the person proved it there; zero if it does not say
}

// token exchanges the code of the address for a token and checks it.
func (s *Service) token(r *http.Request, p *oidc.Provider, tr trip) (idToken, error) {
	q, o := r.URL.Query(), s.outside
	if iss := q["iss"]; len(iss) > 1 || len(iss) == 1 && iss[0] != o.cfg.Issuer || len(iss) == 0 && o.about.IssAlways {
		return idToken{}, refusal("the answer is another provider's")
	}
	if q.Get("error") != "" || len(q["code"]) != 1 || q.Get("code") == "" {
		return idToken{}, refusal("the provider refused")
	}
	ctx := oidc.ClientContext(r.Context(), o.cfg.HTTP)
	got, err := s.oauth(p).Exchange(ctx, q.Get("code"), oauth2.VerifierOption(tr.Verifier))
	if err != nil {
		return idToken{}, errors.Join(ErrOutside, err)
	}
	raw, ok := got.Extra("id_token").(string)
	if !ok {
		return idToken{}, refusal("the provider sent no identity token")
	}
	tok, err := p.VerifierContext(ctx, &oidc.Config{ClientID: o.cfg.Client, Now: s.now,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.PS256, oidc.ES256, oidc.ES384, oidc.EdDSA}}).Verify(ctx, raw)
	if err != nil {
		return idToken{}, errors.Join(ErrOutside, err)
	}
	if !sameText(tok.Nonce, tr.Nonce) {
		return idToken{}, refusal("the token belongs to another trip")
	}
	return o.read(tok)
}

// read takes out of a checked token what soi uses of it.
func (o *outside) read(tok *oidc.IDToken) (idToken, error) {
	var c struct {
		Azp      string   `json:"azp"`
		Name     string   `json:"name"`
		ACR      string   `json:"acr"`
		AMR      []string `json:"amr"`
		AuthTime int64    `json:"auth_time"`
	}
	var all map[string]json.RawMessage
	if err := errors.Join(tok.Claims(&c), tok.Claims(&all)); err != nil {
		return idToken{}, errors.Join(ErrOutside, err)
	}
	if tok.Subject == "" || c.Azp != "" && c.Azp != o.cfg.Client || len(tok.Audience) > 1 && c.Azp == "" {
		return idToken{}, refusal("the token was made for another program")
	}
	out := idToken{subject: tok.Subject, name: c.Name}
	if c.AuthTime > 0 {
		out.at = time.Unix(c.AuthTime, 0).UTC()
	}
	strong := []string{"mfa", "hwk", "swk", "pop", "fpt", "face", "otp", "sc"}
	out.strong = len(o.cfg.ACR) == 0 && slices.ContainsFunc(c.AMR, func(m string) bool { return slices.Contains(strong, m) }) ||
		slices.Contains(o.cfg.ACR, c.ACR) && c.ACR != ""
	// Groups may be a list or one word; anything else is no group.
	var one string
	if raw := all[o.cfg.GroupsClaim]; json.Unmarshal(raw, &out.groups) != nil && json.Unmarshal(raw, &one) == nil {
		out.groups = []string{one}
	}
	return out, nil
}

// enter signs in whoever the outside account belongs to, or opens an account
// for a member of a group.
func (s *Service) enter(w http.ResponseWriter, r *http.Request, tok idToken) (desk.Staff, error) {
	ctx := r.Context()
	o, err := s.store.Outside(ctx, s.outside.cfg.Issuer, tok.subject)
	if errors.Is(err, desk.ErrNotFound) {
		return s.provision(w, r, tok)
	}
	if err != nil {
		return desk.Staff{}, err
	}
	staff, err := s.cfg.Staff(ctx, o.Staff)
	if errors.Is(err, desk.ErrNotFound) || err == nil && !staff.Active() {
		return desk.Staff{}, ErrOutsideUnknown
	}
	if err != nil {
		return desk.Staff{}, err
	}
	return staff, s.startOutside(w, r, staff, tok)
}

// provision opens an account for somebody whom the provider puts into a group
// that the settings name.
func (s *Service) provision(w http.ResponseWriter, r *http.Request, tok idToken) (desk.Staff, error) {
	cfg := s.outside.cfg
	var role desk.Role
	for _, group := range tok.groups {
		if g, ok := cfg.Groups[group]; ok && slices.Index(desk.Roles(), g) >= slices.Index(desk.Roles(), role) {
			role = g
		}
	}
	if role == "" || cfg.Provision == nil || tok.name == "" {
		return desk.Staff{}, ErrOutsideUnknown
	}
	// A colleague of the same name is somebody else: AddStaff refuses it.
	staff, err := cfg.Provision(r.Context(), tok.name, role)
	if len(desk.Problems(err)) > 0 {
		return desk.Staff{}, errors.Join(ErrOutsideUnknown, err)
	}
	if err != nil {
		return desk.Staff{}, err
	}
	err = s.store.LinkOutside(r.Context(), cfg.Issuer, tok.subject, staff.ID, s.now())
	if err != nil {
		return desk.Staff{}, err
	}
	return staff, s.startOutside(w, r, staff, tok)
}

// startOutside signs in by an outside account. It counts as a fresh proof
// only if the provider says how it was made.
func (s *Service) startOutside(w http.ResponseWriter, r *http.Request, staff desk.Staff, tok idToken) error {
	proven := time.Unix(0, 0).UTC()
	if tok.strong {
		proven = s.now()
		if !tok.at.IsZero() && tok.at.Before(proven) {
			proven = tok.at
		}
	}
	return s.startProven(w, r, staff, ByOutside, proven)
}

// join links the outside account to the person whose session began the trip.
func (s *Service) join(r *http.Request, tr trip, tok idToken) (desk.Staff, error) {
	staff, sess, err := s.Actor(r)
	if err != nil {
		return desk.Staff{}, err
	}
	if sess.ID != tr.Session {
		return desk.Staff{}, refusal("the trip was begun in another session")
	}
	err = s.store.LinkOutside(r.Context(), s.outside.cfg.Issuer, tok.subject, staff.ID, s.now())
	if errors.Is(err, desk.ErrDuplicate) {
		return staff, ErrOutsideTaken
	}
	return staff, err
}

// proveOutside notes a proof made at the provider during this very trip.
func (s *Service) proveOutside(w http.ResponseWriter, r *http.Request, tr trip, tok idToken) (desk.Staff, error) {
	staff, sess, err := s.Actor(r)
	if err != nil {
		return desk.Staff{}, err
	}
	o, err := s.store.Outside(r.Context(), s.outside.cfg.Issuer, tok.subject)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return desk.Staff{}, err
	}
	fresh := !tok.at.IsZero() && tok.at.Unix() >= tr.Begun-60
	if err != nil || o.Staff != staff.ID || sess.ID != tr.Session || !tok.strong || !fresh {
		return staff, ErrOutsideWeak
	}
	return staff, s.raise(w, r, sess, ByOutside)
}

// refusal is ErrOutside with a cause for the log.
func refusal(cause string) error { return fmt.Errorf("%w: %s", ErrOutside, cause) }
