package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"soi/internal/auth"
	"soi/internal/desk"
)

// errSignIn asks a stranger to sign in; errForeign refuses a form that
// another site sent.
var (
	errSignIn  = errors.New("not signed in")
	errForeign = errors.New("request from another site")
)

// admit lets a request through to its handler or says why not: budgets,
// then who is signed in and what they may.
func (s *Site) admit(w http.ResponseWriter, r route, v *visit) error {
	if r.budget != "" {
		if wait, ok := s.limit.take(r.budget, s.network(v.Request)); !ok {
			return limitError{wait: wait}
		}
	}
	if r.audience == Public {
		return nil
	}
	w.Header().Set("Cache-Control", "no-store")
	if s.Auth == nil {
		return errSignIn
	}
	who, session, err := s.Auth.Actor(v.Request)
	if errors.Is(err, auth.ErrSignedOut) || errors.Is(err, auth.ErrEnded) {
		return errors.Join(errSignIn, err)
	}
	if err != nil {
		return err
	}
	v.session = session
	v.staff = who
	if v.prefix == "" && s.books[who.Lang] != nil {
		v.lang, v.words = who.Lang, s.books[who.Lang]
	}
	if r.may != "" && !desk.As(who).May(r.may) {
		return desk.ErrForbidden
	}
	return s.sees(r, v)
}

// sees refuses everything below a claim that the person may not see, before
// its form is read: what is wrong with a form says nothing about a claim of
// another desk. Whoever has a role on all desks sees every claim.
func (s *Site) sees(r route, v *visit) error {
	if len(v.staff.Seats) == 0 && v.staff.Role != desk.Seated || !strings.Contains(r.pattern, " /desk/claims/{id}") {
		return nil
	}
	id, err := v.id()
	if err != nil {
		return err
	}
	return s.Desk.Sees(v.Context(), v.actor(), id)
}

// setHeaders sets what every answer carries (trust.md §2.5).
func (s *Site) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "+
		"require-trusted-types-for 'script'; worker-src 'self'; manifest-src 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	// Nothing is told to other sites. "no-referrer" would also make browsers
	// send "Origin: null" with our own forms, and forms without Sec-Fetch-Site
	// could then not be told from another site's.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	if u, err := url.Parse(s.Config.URL); err == nil && u.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
