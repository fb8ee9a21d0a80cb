package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/evidence/post"
	"soi/internal/fetch"
)

// Limits of one capture. What is beyond them is left out and counted, but for
// the page itself, which is then refused.
const (
	MaxCited      = 20 << 20         // bytes of a cited PDF, picture or other file
	MaxPage       = maxHTML          // bytes of a cited page
	MaxNeeded     = 4 << 20          // bytes of one style, picture or font
	MaxNeededAll  = 16 << 20         // bytes of all of them
	MaxNeededN    = 80               // how many
	NeededTime    = 45 * time.Second // for all of them together
	neededAtOnce  = 4
	acceptPage    = "text/html,application/xhtml+xml,application/pdf,image/*;q=0.9,*/*;q=0.8"
	acceptNeeded  = "text/css,image/*,font/*,*/*;q=0.5"
	maxNestStyles = 3
)

// Web is what captures are fetched with: the guarded client of package fetch.
type Web interface {
	// Follow is fetch.Client.Follow.
	Follow(ctx context.Context, r fetch.Request, limit int) ([]fetch.Exchange, error)
}

// Options are what a Keeper is made of.
type Options struct {
	Web      Web
	Tools    Tools
	Software string           // name and version, for the file
	Now      func() time.Time // nil means time.Now
}

// Keeper makes captures and the formats they are shown and handed out in. Safe
// for concurrent use.
type Keeper struct {
	web      Web
	tools    Tools
	software string
	now      func() time.Time
}

// New makes a Keeper.
func New(o Options) *Keeper {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Software == "" {
		o.Software = "soi"
	}
	return &Keeper{web: o.Web, tools: o.Tools, software: o.Software, now: o.Now}
}

// TroubleError is why a capture failed: a kind that a person reads as a
// sentence, and the cause for the log, which names the host at most.
type TroubleError struct {
	Why     desk.CaptureTrouble
	Replace string // the platform's address, when it was to be a post
	Err     error
}

// Error is for the log.
func (e *TroubleError) Error() string { return fmt.Sprintf("capture: %s: %v", e.Why, e.Err) }

// Unwrap gives the cause.
func (e *TroubleError) Unwrap() error { return e.Err }

// work is one capture under way.
type work struct {
	*Keeper
	m        Manifest
	payloads map[string][]byte // by SHA-256
	missed   int
	warnings []desk.CaptureWarning
}

// Capture fetches what the evidence cites and what is needed to show it. All
// errors are *TroubleError. The page of a private person's post is read for its
// words and forgotten.
func (k *Keeper) Capture(ctx context.Context, c desk.Capture) (desk.NewCapture, error) {
	w := &work{Keeper: k, payloads: map[string][]byte{},
		m: Manifest{Soi: manifestKind, ID: c.ID, Software: k.software, Begun: k.now().UTC().Truncate(time.Second)}}
	hops, err := k.web.Follow(ctx, fetch.Request{URL: c.URL, Accept: acceptPage}, MaxCited)
	if platform, is := postAmong(c.URL, hops); is {
		return w.post(platform, c.URL, hops, err)
	}
	if err != nil {
		return desk.NewCapture{}, &TroubleError{Why: troubleOf(err), Err: err}
	}
	page := hops[len(hops)-1]
	if why := troubleOfStatus(page); why != "" {
		return desk.NewCapture{}, &TroubleError{Why: why, Err: fmt.Errorf("status %d, %d bytes", page.Status, len(page.Body))}
	}
	for _, h := range hops[:len(hops)-1] {
		w.record(RoleRedirect, h)
	}
	page.URL = strings.TrimSpace(page.URL)
	w.m.URL = page.URL
	w.record(RolePage, page)
	if err := w.look(ctx, c.URL, page); err != nil {
		return desk.NewCapture{}, err
	}
	return w.done(page.At)
}

// postAmong reports whether the cited address, or one that it leads to, is a
// post's.
func postAmong(asked string, hops []fetch.Exchange) (platform string, is bool) {
	for _, u := range append([]string{asked}, urlsOf(hops)...) {
		if post.Is(u) {
			return post.Platform(u), true
		}
	}
	return "", false
}

// urlsOf are the addresses of a chain.
func urlsOf(hops []fetch.Exchange) []string {
	var out []string
	for _, h := range hops {
		out = append(out, h.URL)
	}
	return out
}

// post keeps the words of a post and nothing else of what was fetched.
func (w *work) post(platform, asked string, hops []fetch.Exchange, err error) (desk.NewCapture, error) {
	fail := func(why desk.CaptureTrouble, err error) (desk.NewCapture, error) {
		return desk.NewCapture{}, &TroubleError{Why: why, Replace: platform, Err: err}
	}
	if err != nil {
		why := troubleOf(err)
		if !why.Passing() {
			why = desk.TroublePost // a person can still type what they see
		}
		return fail(why, withoutAddress(err))
	}
	page := hops[len(hops)-1]
	if page.Status >= 500 {
		return fail(desk.TroubleServer, errors.New("the platform has trouble"))
	}
	address := page.URL
	if !post.Is(address) {
		address = asked
	}
	found, err := post.Read(address, page.Body)
	if err != nil {
		return fail(desk.TroublePost, err)
	}
	if found.Platform != "" {
		platform = found.Platform
	}
	return w.words(platform, found.Words, found.Lang, page.At)
}

// withoutAddress keeps the address of a post out of the log.
func withoutAddress(err error) error {
	var f *fetch.Error
	if errors.As(err, &f) {
		return errors.New("fetch: " + f.Kind.String())
	}
	return err
}

// words makes the capture of a post's words.
func (w *work) words(platform, words, lang string, at time.Time) (desk.NewCapture, error) {
	body := []byte(words + "\n")
	w.m.Kind, w.m.URL, w.m.Lang = string(desk.CaptureWords), platform, lang
	w.m.Words = w.keep(body)
	w.m.Records = []Record{{Role: RoleWords, URL: platform, At: at.UTC().Truncate(time.Second), Type: "text/plain; charset=utf-8", Payload: w.m.Words, Size: int64(len(body))}}
	n, err := w.done(at)
	n.Replace = platform
	return n, err
}

// Typed implements desk.Archive.
func (k *Keeper) Typed(id desk.ID, platform, words string, at time.Time) (desk.NewCapture, error) {
	w := &work{Keeper: k, payloads: map[string][]byte{}, m: Manifest{Soi: manifestKind, ID: id, Software: k.software, Begun: at.UTC().Truncate(time.Second)}}
	return w.words(platform, words, "", at)
}

// Post implements desk.Archive.
func (k *Keeper) Post(address string) (platform string, is bool) { return postAmong(address, nil) }

// keep takes a payload and returns its hash.
func (w *work) keep(b []byte) []byte {
	sum := sumOf(b)
	w.payloads[string(sum)] = b
	return sum
}

// record takes an exchange.
func (w *work) record(role Role, e fetch.Exchange) {
	w.m.Records = append(w.m.Records, Record{Role: role, URL: e.URL, At: e.At.UTC().Truncate(time.Second), Status: e.Status, Type: e.Type,
		Request: e.Request, Head: e.Head, Payload: w.keep(e.Body), Size: int64(len(e.Body))})
}

// look says what was captured and takes what belongs to it.
func (w *work) look(ctx context.Context, asked string, page fetch.Exchange) error {
	kind, media := kindOf(page)
	w.m.Kind = string(kind)
	switch kind {
	case desk.CapturePage:
		return w.page(ctx, asked, page)
	case desk.CapturePDF:
		w.pdf(ctx, page)
	case desk.CaptureFile:
		if strings.HasPrefix(media, "text/") {
			w.text(strings.ToValidUTF8(string(page.Body), "\uFFFD"))
		}
	}
	if w.m.Title == "" {
		w.m.Title = oneLine(lastOf(page.URL), desk.MaxLineRunes)
	}
	return nil
}

// lastOf is the last part of an address's path: the name of a file.
func lastOf(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address[strings.LastIndexByte(strings.TrimRight(address, "/"), '/')+1:]
}

// kindOf tells by the bytes, and by what the site says where they leave it
// open, what was captured.
func kindOf(page fetch.Exchange) (desk.CaptureKind, string) {
	said, seen := mediaType(page.Type), mediaType(http.DetectContentType(page.Body))
	switch {
	case bytes.HasPrefix(page.Body, []byte("%PDF-")):
		return desk.CapturePDF, "application/pdf"
	case seen == "image/svg+xml", strings.HasPrefix(seen, "image/"):
		return desk.CapturePicture, seen
	case said == "text/html", said == "application/xhtml+xml", seen == "text/html" && said != "text/plain":
		return desk.CapturePage, "text/html"
	case strings.HasPrefix(said, "text/"), said == "application/json", strings.HasSuffix(said, "xml"):
		return desk.CaptureFile, "text/plain"
	}
	return desk.CaptureFile, said
}

// text takes the readable text.
func (w *work) text(s string) {
	if s = cut(strings.TrimSpace(s), desk.MaxCopyRunes); s != "" {
		w.m.Words = w.keep([]byte(s + "\n"))
	}
}

// page takes the text of a page and what it needs to be shown.
func (w *work) page(ctx context.Context, asked string, page fetch.Exchange) error {
	if len(page.Body) > MaxPage {
		return &TroubleError{Why: desk.TroubleLarge, Err: fmt.Errorf("a page of %d bytes", len(page.Body))}
	}
	d, err := parsePage(page.Body, page.Type, page.URL)
	if err != nil { // nested without end, for example: it is kept as it came
		w.warnings = append(w.warnings, desk.WarnThin)
		return nil
	}
	r := d.read()
	w.m.Title, w.m.Lang = r.title, r.lang
	w.text(r.text)
	w.warnings = r.warnings(asked, page.URL)
	w.needed(ctx, d.needs())
	if w.missed > 0 {
		w.warnings = append(w.warnings, desk.WarnPartial)
	}
	if html, err := w.m.Replay(w.load, ""); err == nil && w.tools.Shot != nil {
		if shot, err := w.tools.Shot(ctx, html); err == nil {
			w.m.Shot = w.keep(shot)
		}
	}
	return nil
}

// load is desk.Load over what was taken.
func (w *work) load(hash []byte) ([]byte, error) {
	b, ok := w.payloads[string(hash)]
	if !ok {
		return nil, desk.ErrDamaged
	}
	return b, nil
}

// pdf takes the text of a PDF and a picture of its first page.
func (w *work) pdf(ctx context.Context, page fetch.Exchange) {
	text := ""
	if w.tools.Text != nil {
		text, _ = w.tools.Text(ctx, page.Body)
	}
	w.text(text)
	if len(w.m.Words) == 0 {
		w.warnings = append(w.warnings, desk.WarnNoText)
	}
	if w.tools.FirstPage != nil {
		if shot, err := w.tools.FirstPage(ctx, page.Body); err == nil {
			w.m.Shot = w.keep(shot)
		}
	}
}

// needed fetches what a page names, and what its styles name in turn.
func (w *work) needed(ctx context.Context, list []wanted) {
	ctx, cancel := context.WithTimeout(ctx, NeededTime)
	defer cancel()
	seen := map[string]bool{}
	count, total := 0, 0
	for depth := 0; depth < maxNestStyles && len(list) > 0; depth++ {
		var round []wanted
		for _, x := range list {
			switch {
			case seen[x.url]:
			case count >= MaxNeededN, post.Is(x.url):
				w.missed++
			default:
				count++
				round = append(round, x)
			}
			seen[x.url] = true
		}
		list = nil
		for _, got := range w.fetchAll(ctx, round) {
			last := got.last()
			if last == nil || total+len(last.Body) > MaxNeededAll {
				w.missed++
				continue
			}
			total += len(last.Body)
			for _, h := range got.hops[:len(got.hops)-1] {
				w.record(RoleRedirect, h)
			}
			w.record(RoleNeeded, *last)
			if last.URL != got.url {
				w.m.Records[len(w.m.Records)-1].For = got.url
			}
			if got.kind == needStyle && mediaType(last.Type) == "text/css" {
				list = append(list, needsOfCSS(last.Body, last.URL)...)
			}
		}
	}
	w.missed += len(list)
}

// fetched is what came for something wanted.
type fetched struct {
	wanted
	hops []fetch.Exchange
}

// last is the answer, nil unless it is of use.
func (f fetched) last() *fetch.Exchange {
	if len(f.hops) == 0 {
		return nil
	}
	e := &f.hops[len(f.hops)-1]
	if e.Status != http.StatusOK || len(e.Body) == 0 || mediaType(e.Type) == "text/html" || post.Is(e.URL) {
		return nil
	}
	return e
}

// fetchAll fetches several at once and returns them in their order.
func (w *work) fetchAll(ctx context.Context, list []wanted) []fetched {
	out := make([]fetched, len(list))
	turns := make(chan struct{}, neededAtOnce)
	var wg sync.WaitGroup
	for i, x := range list {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			out[i] = fetched{wanted: x}
			if hops, err := w.web.Follow(ctx, fetch.Request{URL: x.url, Accept: acceptNeeded}, MaxNeeded); err == nil {
				out[i].hops = hops
			}
		})
	}
	wg.Wait()
	return out
}

// done closes the capture.
func (w *work) done(at time.Time) (desk.NewCapture, error) {
	sum, err := w.m.Sum(w.load)
	if err != nil {
		return desk.NewCapture{}, &TroubleError{Why: desk.TroubleSelf, Err: err}
	}
	manifest, err := w.m.Bytes()
	if err != nil {
		return desk.NewCapture{}, &TroubleError{Why: desk.TroubleSelf, Err: err}
	}
	rec, _ := w.m.page()
	n := desk.NewCapture{Capture: desk.Capture{ID: w.m.ID, State: desk.CaptureDone, Kind: desk.CaptureKind(w.m.Kind), At: at.UTC().Truncate(time.Second),
		URL: w.m.URL, Type: mediaType(rec.Type), Title: w.m.Title, Sum: sum, Manifest: w.keep(manifest), Words: w.m.Words, Shot: w.m.Shot,
		Parts: len(w.m.Records), Missed: w.missed, Warnings: w.warnings}}
	for _, r := range w.m.Records {
		n.Bytes += r.Size
	}
	for _, b := range w.payloads {
		n.Payloads = append(n.Payloads, b)
	}
	return n, nil
}

// troubleOf is what a fetch's error means for a checker.
func troubleOf(err error) desk.CaptureTrouble {
	var f *fetch.Error
	if !errors.As(err, &f) {
		return desk.TroubleSelf
	}
	switch f.Kind {
	case fetch.KindURL, fetch.KindScheme, fetch.KindPort, fetch.KindAddress:
		return desk.TroubleAddress
	case fetch.KindName:
		return desk.TroubleName
	case fetch.KindConnect:
		return desk.TroubleConnect
	case fetch.KindTLS:
		return desk.TroubleTLS
	case fetch.KindTimeout:
		return desk.TroubleTimeout
	case fetch.KindRedirects:
		return desk.TroubleRedirects
	case fetch.KindTooLarge, fetch.KindBomb:
		return desk.TroubleLarge
	case fetch.KindCancelled:
		return desk.TroubleSelf
	}
	return desk.TroubleBroken
}

// troubleOfStatus is why an answer is none, "" if it is one.
func troubleOfStatus(e fetch.Exchange) desk.CaptureTrouble {
	switch s := e.Status; {
	case s == http.StatusNotFound || s == http.StatusGone:
		return desk.TroubleGone
	case s == http.StatusUnauthorized || s == http.StatusForbidden || s == http.StatusProxyAuthRequired || s == http.StatusTooManyRequests ||
		s == http.StatusUnavailableForLegalReasons || s == http.StatusPaymentRequired:
		return desk.TroubleRefused
	case s >= 500:
		return desk.TroubleServer
	case s < 200 || s > 299:
		return desk.TroubleStatus
	case len(e.Body) == 0:
		return desk.TroubleEmpty
	}
	return ""
}
