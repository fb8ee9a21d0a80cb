package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"soi/internal/desk"
)

// The times of a session and a link when Config leaves them at 0, and the
// longest that Config may set. Thirty minutes unused is what GlobaLeaks
// allows; twelve hours is a long shift.
const (
	DefaultIdle     = 30 * time.Minute
	DefaultLongest  = 12 * time.Hour
	DefaultLinkLife = 24 * time.Hour
	DefaultRecent   = 15 * time.Minute

	MaxIdle     = 8 * time.Hour
	MaxLongest  = 24 * time.Hour
	MaxLinkLife = 7 * 24 * time.Hour
	MaxRecent   = time.Hour
)

// Config is what a Service needs. Store, PublicURL, Staff, StaffNamed and Key
// must be given.
type Config struct {
	Store Store
	// PublicURL is the address people type, such as https://desk.example.org.
	// Its scheme decides over the cookie's name and Secure; its host is what
	// passkeys are bound to.
	PublicURL string
	// SiteName is what a passkey prompt and an authenticator app call the
	// desk; "soi" when empty.
	SiteName string
	// Staff returns an account, disabled ones included; desk.ErrNotFound if
	// there is none.
	Staff func(ctx context.Context, id desk.ID) (desk.Staff, error)
	// StaffNamed does the same by name, without regard to case.
	StaffNamed func(ctx context.Context, name string) (desk.Staff, error)
	// Key is a secret of the installation, KeySize bytes, kept outside the
	// database. With another key, authenticator apps no longer work and have
	// to be set up again; passkeys and sessions are not touched.
	Key []byte
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Normal brings names and passphrases into one Unicode form, because one
	// keyboard sends ế as one character and another as three; unchanged when
	// nil. It must not change once passphrases exist.
	Normal func(string) string

	Outside OutsideConfig // another provider to sign in with; none when zero

	Idle     time.Duration // a session ends when unused for this long
	Longest  time.Duration // … and after this long in any case
	LinkLife time.Duration // a sign-in link works for this long
	Recent   time.Duration // a proof of who acts is fresh for this long
}

// Service signs people in and says who acts. It is safe for use by many
// goroutines.
type Service struct {
	cfg      Config
	store    Store
	public   *url.URL
	sealer   sealer
	cookies  cookieNames
	rp       *webauthn.WebAuthn // nil where browsers allow no passkeys
	rpOrigin string             // the one origin passkeys work at
	hasher   *hasher
	pace     *pace
	guard    *http.CrossOriginProtection
	outside  *outside // nil without an outside provider
}

// New checks the configuration and makes a Service. It hashes one passphrase,
// which takes some 60 ms: unknown names are compared with that.
func New(cfg Config) (*Service, error) {
	if err := complete(&cfg); err != nil {
		return nil, err
	}
	public, err := publicURL(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	sealer, err := newSealer(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	s := &Service{
		cfg: cfg, store: cfg.Store, public: public, sealer: sealer,
		cookies: namesFor(public.Scheme),
		hasher:  newHasher(),
		pace:    newPace(cfg.Now),
		guard:   http.NewCrossOriginProtection(),
	}
	if s.rp, s.rpOrigin, err = relyingParty(public, cfg.SiteName); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	if s.outside, err = newOutside(cfg.Outside); err != nil {
		return nil, err
	}
	return s, nil
}

// complete fills in defaults and refuses what cannot work.
func complete(cfg *Config) error {
	if cfg.Store == nil || cfg.Staff == nil || cfg.StaffNamed == nil {
		return errors.New("auth: Store, Staff and StaffNamed must be given")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Normal == nil {
		cfg.Normal = func(s string) string { return s }
	}
	if cfg.SiteName == "" {
		cfg.SiteName = "soi"
	}
	for _, t := range []struct {
		name         string
		value        *time.Duration
		normal, most time.Duration
	}{
		{"idle time", &cfg.Idle, DefaultIdle, MaxIdle},
		{"longest session", &cfg.Longest, DefaultLongest, MaxLongest},
		{"life of a link", &cfg.LinkLife, DefaultLinkLife, MaxLinkLife},
		{"life of a proof", &cfg.Recent, DefaultRecent, MaxRecent},
	} {
		if *t.value == 0 {
			*t.value = t.normal
		}
		if *t.value < time.Minute || *t.value > t.most {
			return fmt.Errorf("auth: %s is %v, must be from 1m to %v", t.name, *t.value, t.most)
		}
	}
	return nil
}

// publicURL reads the public address; only scheme and host count.
func publicURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("auth: the public address must begin with http:// or https:// and name a host")
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// PasskeysAt reports whether passkeys can work at the address the request
// was sent to, and if not, the address where they do: "" when there is none.
// Browsers bind passkeys to a domain, so http://127.0.0.1:8080 has none where
// http://localhost:8080 has.
func (s *Service) PasskeysAt(r *http.Request) (here bool, elsewhere string) {
	if s.rp == nil {
		return false, ""
	}
	public := s.public.Scheme + "://" + s.public.Host
	// Behind https the host the program sees may be the proxy's word for it;
	// the browser itself checks the address it is at.
	if s.public.Scheme == "https" && s.rpOrigin == public {
		return true, ""
	}
	if s.public.Scheme+"://"+strings.ToLower(r.Host) == s.rpOrigin {
		return true, ""
	}
	return false, s.rpOrigin
}

// now is the clock in the form the store keeps.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }

// loopback reports whether a host name (without port) is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}

// Sweep deletes what has expired. The program calls it every minute: a clock
// that is set back then revives nothing.
func (s *Service) Sweep(ctx context.Context) error { return s.store.Sweep(ctx, s.now()) }
