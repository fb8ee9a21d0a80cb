package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// tongue is a language and how it was chosen: prefix is "/vi" or "/en" when
// the address says it, "" when Accept-Language or the default did. Links
// keep the prefix, so that a choice lasts without a cookie.
type tongue struct{ lang, prefix string }

// visit is one request with what the pages know about it. It never leaves
// the request it belongs to.
type visit struct {
	*http.Request
	tongue
	path    string // without the language prefix
	words   *words
	staff   desk.Staff          // zero for the public
	session auth.Session        // of staff
	files   []upload            // of a form that may carry them
	refused error               // why its files were not taken
	out     http.ResponseWriter // for cookies alone: what is answered is returned
}

// visitKey is the context key under which ServeHTTP hands the visit to serve.
type visitKey struct{}

// visit reads the language off the path and the headers. The request inside
// has the path without the prefix, so that a route is written once.
func (s *Site) visit(r *http.Request) *visit {
	v := &visit{}
	v.tongue, v.path = s.tongueOf(r)
	v.words = s.books[v.lang]
	r2 := r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
	u := *r.URL
	u.Path, u.RawPath = v.path, ""
	r2.URL = &u
	v.Request = r2
	return v
}

// tongueOf is the language of a request and its path without it.
func (s *Site) tongueOf(r *http.Request) (t tongue, path string) {
	path = r.URL.Path
	for _, lang := range s.langs {
		if n := 1 + len(lang); len(path) >= n && path[0] == '/' && path[1:n] == lang && (len(path) == n || path[n] == '/') {
			t, path = tongue{lang, path[:n]}, path[n:]
			break
		}
	}
	if path == "" {
		path = "/"
	}
	if t.lang == "" {
		t.lang = accepted(s.langs, r.Header.Get("Accept-Language"))
	}
	return t, path
}

// accepted picks the language with the highest weight that the pages have, a
// region's own before the language at large; the first one when the header
// names none of them.
func accepted(langs []string, header string) string {
	best, weight := langs[0], 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if _, val, ok := strings.Cut(params, "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimSpace(val), 64); err != nil {
				continue
			}
		}
		tag = strings.ToLower(strings.TrimSpace(tag))
		base, _, _ := strings.Cut(tag, "-")
		if slices.Contains(langs, tag) {
			base = tag
		}
		if slices.Contains(langs, base) && q > weight {
			best, weight = base, q
		}
	}
	return best
}

// url adds the language prefix to a path of the site.
func (t tongue) url(path string) string {
	if t.prefix != "" && path == "/" {
		return t.prefix + "/"
	}
	return t.prefix + path
}

// writes is the language in which the desk writes to who is here: that of the
// pages, or the foremost one where the pages are in an added language.
func (t tongue) writes() string {
	if slices.Contains(written(), t.lang) {
		return t.lang
	}
	return written()[0]
}

// actor is who acts: the member of staff signed in, or the program on behalf
// of a person nobody knows.
func (v *visit) actor() desk.Actor {
	if v.staff.ID == "" {
		return desk.Program()
	}
	return desk.As(v.staff)
}

// field is a form value without surrounding spaces.
func (v *visit) field(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }

// query is a value of the address.
func (v *visit) query(name string) string { return strings.TrimSpace(v.URL.Query().Get(name)) }

// with is the path of this page with values of the address set; an empty
// value takes the name away.
func (v *visit) with(pairs ...string) string {
	q := v.URL.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u := url.URL{Path: v.tongue.url(v.path), RawQuery: q.Encode()}
	return u.String()
}

// id is the {id} of the path; ErrNotFound when it cannot be one.
func (v *visit) id() (desk.ID, error) {
	id := desk.ID(v.PathValue("id"))
	if !id.Valid() {
		return "", desk.ErrNotFound
	}
	return id, nil
}

// since is the time a page was asked for, for the log alone.
func since(start time.Time) int64 { return time.Since(start).Milliseconds() }
