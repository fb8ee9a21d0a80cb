// Package monitor answers: does the site show what its log says?
//
// It owns the comparison of a desk's live pages, ClaimReview and index with its
// public log, from outside, trusting nothing but a key.
//
// It does not own the audit of the log itself (tlog), nor any code that draws a
// page: it reads documents and pages with its own eyes, so that a fault of the
// site is not repeated here.
//
// Start reading at Watch.
package monitor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"soi/internal/tlog"
)

// maxPage bounds a page that is read, in bytes.
const maxPage = 4 << 20

// minApprovals is how many people must stand behind every document.
const minApprovals = 2

// Kind says what a look at the site found.
type Kind string

// The kinds of finding. All but SiteUnreachable are evidence that the site shows
// something else than the log.
const (
	SiteUnreachable Kind = "site-unreachable" // a page could not be asked for
	SiteRemoved     Kind = "silent-removal"   // in force by the log, and not shown
	SiteChanged     Kind = "silent-change"    // shown otherwise than the document says
	SiteInvented    Kind = "not-in-log"       // shown, and unknown to the log
	SiteClaimReview Kind = "claimreview"      // the machine-readable form says something else
	SiteEnding      Kind = "ending-not-shown" // withdrawn or erased by the log, and shown as if in force
	SiteOnePerson   Kind = "one-person"       // a document with fewer than two people behind it
	SiteDocument    Kind = "document"         // a document that says something else than its entry
	SiteFeed        Kind = "feed"             // a feed that says something else than the log
	SiteRuling      Kind = "ruling"           // a ruling that is not shown as it was logged
	SiteChannel     Kind = "channel"          // a line of the register of channels that is not as it was logged
	SiteSplit       Kind = "split-view"       // another history at another address
	SiteUnwitnessed Kind = "not-witnessed"    // fewer witnesses confirmed the checkpoint than are wanted
	SiteStale       Kind = "stale"            // no witness has confirmed it lately
)

// Kinds are all kinds of finding.
func Kinds() []Kind {
	return []Kind{SiteUnreachable, SiteRemoved, SiteChanged, SiteInvented, SiteClaimReview, SiteEnding, SiteOnePerson, SiteDocument,
		SiteFeed, SiteRuling, SiteChannel, SiteSplit, SiteUnwitnessed, SiteStale}
}

// Finding is one difference between the site and its log.
type Finding struct {
	Kind    Kind   `json:"kind"`
	Path    string `json:"path"`              // the page concerned
	Verdict string `json:"verdict,omitempty"` // the check concerned
	What    string `json:"what,omitempty"`    // the part of the page: a code such as summary
}

// Options says what to watch and whom to trust.
type Options struct {
	URL     string // the desk's address, such as https://desk.example
	Client  tlog.Doer
	Audit   tlog.AuditOptions
	LogOnly bool // look at the log alone and at no page

	Also      []string         // further addresses of the same log: mirrors, or another way to it
	Witnesses []string         // verifier keys of witnesses that are trusted
	Quorum    int              // how many of them must have confirmed the checkpoint; at least one
	Now       func() time.Time // time.Now when nil
	Without   []string         // kinds of finding, of the site or the log, that are not looked for
}

// Report is what one look found.
type Report struct {
	Log   tlog.Audit
	Site  []Finding
	Pages int // pages compared
}

// ExitCode is 0 when all fits, 2 for evidence of misbehaviour or damage, 3
// when something could not be read and nothing worse was found.
func (r Report) ExitCode() int {
	code := r.Log.ExitCode()
	for _, f := range r.Site {
		if f.Kind != SiteUnreachable {
			return 2
		}
		code = max(code, 3)
	}
	return code
}

// Watch audits the log at o.URL and then compares every check of it with what
// the site shows now: page, ClaimReview and the index in the sitemap. Pages are
// left alone when another log follows the one that is trusted. The error
// is for what is wrong on the caller's side, as with tlog.VerifyURL.
func Watch(ctx context.Context, o Options) (Report, error) {
	if err := checkKinds(o.Without); err != nil {
		return Report{}, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	audit, err := tlog.VerifyURL(ctx, o.Client, o.URL, o.Audit)
	r := Report{Log: audit}
	if err != nil || audit.Note == nil {
		r.without(o.Without)
		return r, err
	}
	w := &watch{o: o, log: logPath(audit.Origin), base: strings.TrimSuffix(o.URL, "/"), entries: map[string][]tlog.Entry{}, named: map[string]string{}, texts: map[string]text{}}
	w.witnesses(audit)
	if err = w.elsewhere(ctx, audit); err == nil && !o.LogOnly && audit.Next == "" && audit.ExitCode() != 3 && audit.Verdicts != nil {
		err = w.site(ctx, audit)
	}
	r.Site, r.Pages = w.found, w.pages
	r.without(o.Without)
	return r, err
}

// site compares what the site shows with the log.
func (w *watch) site(ctx context.Context, audit tlog.Audit) error {
	for _, e := range audit.Log {
		if e.Kind.OfVerdict() {
			w.entries[e.Verdict] = append(w.entries[e.Verdict], e)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.entries)) {
		w.check(ctx, id, audit.Verdicts[id])
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	w.index(ctx, audit.Verdicts)
	w.feeds(ctx, audit.Verdicts)
	w.rulings(ctx, audit.Log)
	w.channels(ctx, audit.Log)
	return ctx.Err()
}

// watch is one look under way.
type watch struct {
	o       Options
	base    string
	log     string                  // path of the log under it, such as /log
	entries map[string][]tlog.Entry // by verdict, in order
	named   map[string]string       // language and rating code → its name, as met on pages
	texts   map[string]text         // language and verdict → the text in force
	found   []Finding
	pages   int
}

func (w *watch) find(k Kind, path, verdict, what string) {
	w.found = append(w.found, Finding{Kind: k, Path: path, Verdict: verdict, What: what})
}

// get asks for a page; status 0 means that nobody answered.
func (w *watch) get(ctx context.Context, path string) (body []byte, status int) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+path, nil)
	if err != nil {
		return nil, 0
	}
	resp, err := w.o.Client.Do(req)
	if err != nil {
		return nil, 0
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	if errors.Join(err, resp.Body.Close()) != nil || len(body) > maxPage {
		return nil, 0
	}
	return body, resp.StatusCode
}

// check compares one check: its newest document with its entry, then every
// language of its page with the document.
func (w *watch) check(ctx context.Context, id string, s tlog.VerdictState) {
	path := "/checks/" + id
	switch s.Status {
	case tlog.StatusErased:
		if _, status := w.get(ctx, path); status == http.StatusOK {
			w.find(SiteEnding, path, id, "erased")
		}
		return
	case tlog.StatusWithdrawn:
		w.withdrawn(ctx, path, id)
		return
	}
	d, ok := w.document(ctx, id, w.entries[id][len(w.entries[id])-1])
	if !ok {
		return
	}
	for _, t := range d.Texts {
		w.texts[t.Lang+" "+id] = t
		w.page(ctx, id, d, t)
	}
}

// logPath is where a desk serves its log of this name.
func logPath(origin string) string {
	_, n, err := tlog.SplitOrigin(origin)
	if err != nil {
		n = 1
	}
	return "/" + tlog.LogName(n)
}

// docPath is where the document of an entry is.
func (w *watch) docPath(e tlog.Entry) string { return w.log + "/doc/" + hex.EncodeToString(e.Doc[:]) }

// document reads the document of an entry and holds it against the entry.
func (w *watch) document(ctx context.Context, id string, e tlog.Entry) (document, bool) {
	path := w.docPath(e)
	b, status := w.get(ctx, path)
	if status != http.StatusOK || sha256.Sum256(b) != e.Doc {
		return document{}, false // the audit of the log has named it
	}
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		w.find(SiteDocument, path, id, "form")
		return d, false
	}
	if d.Verdict != id || d.Rev != e.Rev || d.Rating != e.Rating || d.Kind != string(e.Kind) && e.Kind != tlog.KindRedact {
		w.find(SiteDocument, path, id, "entry")
	}
	if d.Approvals < minApprovals && !d.Emergency {
		w.find(SiteOnePerson, path, id, "approvals")
	}
	return d, true
}

// prefixOf is the language prefix of a page's address.
func prefixOf(lang string) string {
	if lang == "vi" || lang == "en" {
		return "/" + lang
	}
	return ""
}

// shown fetches the page of a check; false, with the finding noted, when it is
// not there.
func (w *watch) shown(ctx context.Context, path, id string) ([]byte, bool) {
	b, status := w.get(ctx, path)
	switch {
	case status == 0 || status >= http.StatusInternalServerError:
		w.find(SiteUnreachable, path, id, "")
		return nil, false
	case status != http.StatusOK:
		w.find(SiteRemoved, path, id, fmt.Sprintf("status-%d", status))
		return nil, false
	}
	w.pages++
	return b, true
}

// page compares the page of a check in one language.
func (w *watch) page(ctx context.Context, id string, d document, t text) {
	path := prefixOf(t.Lang) + "/checks/" + id
	b, ok := w.shown(ctx, path, id)
	if !ok {
		return
	}
	p, err := readPage(b)
	if err != nil {
		w.find(SiteChanged, path, id, "form")
		return
	}
	for _, what := range p.differs(w.log, d, t) {
		w.find(SiteChanged, path, id, what)
	}
	for _, what := range w.reviewDiffers(p, id, d, t) {
		w.find(SiteClaimReview, path, id, what)
	}
}

// withdrawn wants the page of a withdrawn check to say so to machines, and its
// earlier text to stay readable there.
func (w *watch) withdrawn(ctx context.Context, path, id string) {
	b, ok := w.shown(ctx, path, id)
	if !ok {
		return
	}
	p, err := readPage(b)
	if err != nil || p.review == nil || p.review.Status != "Withdrawn" || p.review.Rating.Value != 0 {
		w.find(SiteEnding, path, id, "withdrawn")
	}
}

// index compares the sitemap with the log: everything in force is listed, and
// no check is listed that the log does not know as in force.
func (w *watch) index(ctx context.Context, states map[string]tlog.VerdictState) {
	listed := map[string]bool{}
	if !w.sitemap(ctx, "/sitemap.xml", listed, true) {
		w.find(SiteUnreachable, "/sitemap.xml", "", "")
		return
	}
	for id, s := range states {
		if s.Status == tlog.StatusPublished && !listed[id] {
			w.find(SiteRemoved, "/sitemap.xml", id, "index")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(listed)) {
		switch s, known := states[id]; {
		case !known:
			w.find(SiteInvented, "/sitemap.xml", id, "index")
		case s.Status != tlog.StatusPublished:
			w.find(SiteEnding, "/sitemap.xml", id, "index")
		}
	}
}

// sitemap collects the checks that a sitemap lists, through its parts if it has any.
func (w *watch) sitemap(ctx context.Context, path string, listed map[string]bool, parts bool) bool {
	b, status := w.get(ctx, path)
	if status != http.StatusOK {
		return false
	}
	for _, loc := range locations(b) {
		u, err := url.Parse(loc)
		if err != nil {
			continue
		}
		if parts && strings.HasPrefix(u.Path, "/sitemap/") {
			if !w.sitemap(ctx, u.Path, listed, false) {
				return false
			}
		}
		if _, id, ok := strings.Cut(u.Path, "/checks/"); ok && id != "" && !strings.Contains(id, "/") {
			listed[id] = true
		}
	}
	return true
}
