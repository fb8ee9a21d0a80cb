package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
)

// handler decides what a request is answered with. It does not write: it
// returns a page, a redirect, bytes, or an error of the kinds in trouble.go.
type handler func(v *visit) (answer, error)

// page is what a template is executed with. Every page says its own head.
type page interface{ head(w *words) head }

// head is what a page says about itself outside its main part.
type head struct {
	Title       string // without the name of the desk
	Description string // one sentence for previews; "" leaves it out
	Section     string // which part of the site it belongs to: ask, checks, log, about, desk
	Private     bool   // search engines are asked not to keep it
	LD          []any  // structured data, one script element each
	Picture     string // what is shown beside a link to the page: its path, "" for the site's own
	PictureAlt  string // what the picture says; "" for the title
	Links       []link // other forms of the page
}

// answer is what a handler decided. Exactly one of template, to and raw is
// set.
type answer struct {
	status   int // 0 means 200
	template string
	page     page
	to       string // path or address of a redirect (303)
	raw      []byte
	ctype    string        // of raw
	through  http.Handler  // answers by itself: the log, static files
	keep     time.Duration // how long a shared cache may keep it; 0 means not at all
	check    bool          // caches may keep it but must ask whether it is still so
	retry    time.Duration // Retry-After
	header   [][2]string   // further headers
}

// show answers with a page. The template is its path under templates/
// without ".html": "ask", "desk/queue".
func show(template string, p page) answer { return answer{template: template, page: p} }

// redirect answers with 303 See Other to a path of the site (with its
// language prefix: use v.url) or to a full address.
func redirect(to string) answer { return answer{to: to, status: http.StatusSeeOther} }

// raw answers with bytes.
func raw(ctype string, b []byte) answer { return answer{raw: b, ctype: ctype} }

// as changes the status of an answer.
func (a answer) as(status int) answer { a.status = status; return a }

// kept lets caches keep an answer that is the same for everyone.
func (a answer) kept(d time.Duration) answer { a.keep = d; return a }

// fresh lets caches keep an answer that is the same for everyone, but makes
// them ask each time whether it changed: a correction is seen at once.
func (a answer) fresh() answer { a.check = true; return a }

// also adds a header.
func (a answer) also(name, value string) answer {
	a.header = append(a.header, [2]string{name, value})
	return a
}

// serve makes the http.Handler of a route: who may, how large, then the
// handler, then drawing. Everything a route has in common happens here.
func (s *Site) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := time.Now()
		v := req.Context().Value(visitKey{}).(*visit)
		v.Request, v.out = req, w // the mux has filled in the path values
		a, p := s.answerTo(w, r, v)
		if p != nil {
			s.sendKept(w, req, p)
			return
		}
		if a.through != nil {
			a.through.ServeHTTP(w, req)
			return
		}
		status := s.draw(w, v, a)
		s.count(r, v, status)
		// No address, no query, no id: the pattern says enough (trust.md §3.2).
		s.Logger.Info("request", "route", r.pattern, "status", status, "ms", since(start))
	})
}

// answerTo decides what a request is answered with. A page that another request
// has just drawn comes back as it is kept.
func (s *Site) answerTo(w http.ResponseWriter, r route, v *visit) (answer, *drawnPage) {
	key, keeps := s.key(r, v)
	var from pageState // told before anything is read
	if keeps {
		from = s.state()
		p, drawn := s.drawn.turn(v.Context(), key, r.pattern, func() *drawnPage { return s.drawn.get(key, s.state(), s.Now()) })
		defer drawn()
		if p != nil {
			return answer{}, p
		}
	}
	a, err := s.decide(w, r, v)
	if err != nil {
		return s.trouble(r, v, err), nil
	}
	if keeps {
		if p := s.keepDrawn(key, from, r, v, a); p != nil {
			a = p.answer
		}
	}
	return a, nil
}

// decide checks the audience and runs the handler; a panic comes back as an
// error.
func (s *Site) decide(w http.ResponseWriter, r route, v *visit) (a answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	most := max(r.body, 1) + drainBytes
	if hasFiles(r, v) {
		most += bodyUpload
	}
	v.Body = http.MaxBytesReader(w, v.Body, most)
	if err := s.admit(w, r, v); err != nil {
		return answer{}, err
	}
	if v.Method == http.MethodPost {
		read := readForm
		if hasFiles(r, v) {
			read = s.readFiles
		}
		if err := read(r, v); err != nil {
			return answer{}, err
		}
	}
	return r.h(v)
}

// drainBytes is how much of an oversized body is read and thrown away, so
// that the sender gets to read the sentence that refuses it instead of a
// reset connection: 10 MiB of upload and its envelope.
const drainBytes = 11 << 20

// errTooLarge refuses a body above the limit of its route.
var errTooLarge = errors.New("body too large")

// readForm parses a form of at most r.body bytes. What the reader sent fits
// into memory, so the rest of the request can show it again.
func readForm(r route, v *visit) error {
	if r.stream {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(v.Body, r.body+1))
	if err != nil {
		return errors.Join(errTooLarge, err)
	}
	if int64(len(b)) > r.body {
		_, _ = io.Copy(io.Discard, v.Body)
		v.Body = http.NoBody
		_ = v.ParseForm()
		return errTooLarge
	}
	v.Body = io.NopCloser(bytes.NewReader(b))
	if strings.HasPrefix(v.Header.Get("Content-Type"), "multipart/form-data") {
		if err := v.ParseMultipartForm(r.body); err != nil {
			return errors.Join(desk.ErrInvalid, err)
		}
		v.PostForm = v.MultipartForm.Value
		return nil
	}
	if err := v.ParseForm(); err != nil {
		return errors.Join(desk.ErrInvalid, err)
	}
	return nil
}

// draw writes an answer and returns its status.
func (s *Site) draw(w http.ResponseWriter, v *visit, a answer) int {
	h := w.Header()
	for _, kv := range a.header {
		h.Set(kv[0], kv[1])
	}
	if a.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int((a.retry+time.Second-1)/time.Second)))
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.to != "" {
		h.Set("Cache-Control", "no-store")
		h.Set("Location", a.to)
		w.WriteHeader(a.status)
		return a.status
	}
	if a.template != "" {
		b, err := s.render(v, a)
		if err != nil {
			s.Logger.Error("page could not be drawn", "template", a.template, "cause", err)
			a = answer{status: http.StatusInternalServerError}
			b = []byte(v.words.t("error.internal.title") + "\n\n" + v.words.t("error.internal.text") + "\n")
			a.ctype = "text/plain; charset=utf-8"
		} else {
			a.ctype = "text/html; charset=utf-8"
		}
		a.raw = b
	}
	return s.send(w, v, a)
}

// send writes the bytes with their validators, compressed where it helps.
func (s *Site) send(w http.ResponseWriter, v *visit, a answer) int {
	h := w.Header()
	h.Set("Content-Type", a.ctype)
	h.Set("Content-Language", v.lang)
	h.Add("Vary", "Accept-Encoding")
	if v.prefix == "" {
		h.Add("Vary", "Accept-Language")
	}
	if (a.keep > 0 || a.check) && a.status == http.StatusOK && v.staff.ID == "" {
		h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(a.keep/time.Second)))
		if a.check {
			h.Set("Cache-Control", "public, no-cache")
		}
		sum := sha256.Sum256(a.raw)
		tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
		h.Set("ETag", tag)
		if again := v.Header.Get("If-None-Match"); matches(again, tag) || again == "" && unchanged(h.Get("Last-Modified"), v.Header.Get("If-Modified-Since")) {
			w.WriteHeader(http.StatusNotModified)
			return http.StatusNotModified
		}
	} else {
		h.Set("Cache-Control", "no-store")
	}
	b := a.raw
	if len(b) > 1024 && acceptsGzip(v.Header.Get("Accept-Encoding")) {
		b = gzipped(b)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(a.status)
	if v.Method != http.MethodHead {
		_, _ = w.Write(b) // the reader is gone; nothing is left to tell
	}
	return a.status
}

// matches reports whether an If-None-Match header names the tag.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// unchanged reports whether something that says when it changed has not changed
// since a time.
func unchanged(modified, since string) bool {
	m, err := http.ParseTime(modified)
	if err != nil {
		return false
	}
	t, err := http.ParseTime(since)
	return err == nil && !m.After(t)
}

// acceptsGzip reports whether the header allows gzip.
func acceptsGzip(header string) bool {
	for one := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(one), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.ReplaceAll(strings.TrimSpace(params), " ", "") != "q=0"
		}
	}
	return false
}

// gzipped compresses at a level that costs less than a millisecond a page.
func gzipped(b []byte) []byte {
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed+2)
	_, _ = z.Write(b) // a bytes.Buffer takes everything
	_ = z.Close()
	return buf.Bytes()
}
