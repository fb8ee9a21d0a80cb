package auth

import (
	"net/http"
	"net/url"
	"strings"
)

// Protect wraps the whole site and hands requests that another site may have
// made a browser send to refused instead of next. GET, HEAD and OPTIONS pass:
// no route may change anything on them.
//
// It is http.CrossOriginProtection with its three openings closed: a request
// with one of our cookies must carry Sec-Fetch-Site or Origin; an Origin with
// our host but http instead of https is another site; and headers that occur
// twice or contradict one another are not believed.
//
// The site's Referrer-Policy must not be no-referrer: browsers then send
// "Origin: null" with their own forms, and a browser without Sec-Fetch-Site
// would be refused. same-origin is right.
func (s *Service) Protect(next, refused http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.crossSite(r, s.hasCookie(r)) {
			refused.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownPost is the same guard for the verbs of this package, which need it even
// where there is no cookie yet: otherwise another site could sign a person in
// to an account that is not theirs.
func (s *Service) ownPost(r *http.Request) error {
	if r.Method != http.MethodPost || s.crossSite(r, true) {
		return ErrCrossSite
	}
	return nil
}

// hasCookie reports whether the request carries a cookie of ours.
func (s *Service) hasCookie(r *http.Request) bool {
	return len(r.CookiesNamed(s.cookies.session)) > 0 || len(r.CookiesNamed(s.cookies.known)) > 0
}

// crossSite reports whether the request may come from another site. strict
// refuses requests that say nothing about where they come from.
func (s *Service) crossSite(r *http.Request, strict bool) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	if s.guard.Check(r) != nil {
		return true
	}
	site, origin := r.Header.Values("Sec-Fetch-Site"), r.Header.Values("Origin")
	if len(site) > 1 || len(origin) > 1 {
		return true
	}
	switch {
	case len(origin) == 1 && origin[0] == "null":
		// Only Sec-Fetch-Site can vouch for it: a page with a strict referrer
		// policy sends this to its own site too.
		return len(site) == 0 || site[0] != "same-origin"
	case len(origin) == 1 && origin[0] != "":
		return !s.ownOrigin(origin[0], r.Host)
	}
	return strict && (len(site) == 0 || site[0] == "")
}

// ownOrigin reports whether an Origin is this site: the host the request was
// sent to, or the public one where a proxy changes the host; and https where
// the site is public by https.
func (s *Service) ownOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	if s.public.Scheme == "https" && u.Scheme != "https" {
		return false
	}
	return strings.EqualFold(u.Host, host) || strings.EqualFold(u.Host, s.public.Host)
}
