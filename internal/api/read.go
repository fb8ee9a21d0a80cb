package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"soi/internal/api/public"
	"soi/internal/desk"
)

// errQuery refuses a parameter that cannot be what it is.
var errQuery = errors.New("a parameter is not usable")

// access says what a route needs of a key.
type access int

// A route for reading takes a good key for a larger budget, and goes without.
const (
	needsKey access = iota
	free
	reading
)

// How many entries a page of a list has, unless limit says otherwise, and at most.
const (
	pageUsual = 20
	pageMost  = 100
)

// list is a page of a list. Next asks for the following one; absent at the end.
type list[T any] struct {
	Results []T    `json:"results"`
	Next    string `json:"next,omitempty"`
	Licence string `json:"licence,omitempty"`
}

// readRoutes is the part of the table that reads what is published.
func (a *API) readRoutes() []route {
	return []route{
		{"GET /api/v1/checks", reading, a.checks},
		{"GET /api/v1/checks/{id}", reading, a.oneCheck},
		{"GET /api/v1/checks/{id}/revisions", reading, a.revisions},
		{"GET /api/v1/search", reading, a.search},
		{"GET /api/v1/match", reading, a.match},
		{"GET /api/v1/topics", reading, a.topics},
		{"GET /api/v1/explainers", reading, a.explainers},
		{"GET /api/v1/corrections", reading, a.corrections},
		{"GET /api/v1/questions", reading, a.questions},
		{"GET /api/v1/log", reading, a.logState},
		{"GET " + Claims + "claims:search", reading, a.claimsSearch},
	}
}

// found answers with a body that anyone may keep, if they ask whether it changed.
func found(body any) reply {
	return reply{status: http.StatusOK, body: body, header: [][2]string{{"Cache-Control", "public, no-cache"}}}
}

// page makes one page of a list.
func page[T any](all []T, next int64, licence string) reply {
	if all == nil {
		all = []T{}
	}
	out := list[T]{Results: all, Licence: licence}
	if next > 0 {
		out.Next = cursorOf(next)
	}
	return found(out)
}

// cursorOf hides the place of a page, so that nobody counts on its form.
func cursorOf(n int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("c1:" + strconv.FormatInt(n, 36)))
}

// placeOf reads a cursor; "" is the beginning.
func placeOf(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	text, ok := strings.CutPrefix(string(b), "c1:")
	if err != nil || !ok {
		return 0, errQuery
	}
	n, err := strconv.ParseInt(text, 36, 64)
	if err != nil || n < 1 {
		return 0, errQuery
	}
	return n, nil
}

// whole reads a number of the address between least and most, usual without it.
func (r *request) whole(name string, usual, least, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, errQuery
	}
	return n, nil
}

// span reads limit and cursor.
func (r *request) span() (limit int, before int64, err error) {
	if limit, err = r.whole("limit", pageUsual, 1, pageMost); err != nil {
		return 0, 0, err
	}
	before, err = placeOf(r.URL.Query().Get("cursor"))
	return limit, before, err
}

// words reads q, which has to say something.
func (r *request) words() (string, error) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if q == "" || len(q) > 4*public.MostQuery {
		return "", errQuery
	}
	return q, nil
}

// filter reads what a list of checks is narrowed to; a value off its list is refused.
func (r *request) filter() (public.Filter, error) {
	q := r.URL.Query()
	limit, before, err := r.span()
	f := public.Filter{Topic: q.Get("topic"), Rating: desk.Rating(q.Get("rating")), Place: q.Get("place"), Lang: q.Get("written_in"),
		Withdrawn: q.Get("withdrawn") == "true", Before: before, Limit: limit}
	known := func(have string, ok bool) bool { return have == "" || ok }
	if !known(f.Topic, slices.Contains(desk.Topics(), f.Topic)) || !known(string(f.Rating), f.Rating.Valid()) || !slices.Contains([]string{"", "true", "false"}, q.Get("withdrawn")) {
		return f, errQuery
	}
	return f, err
}

func (a *API) checks(r *request) (reply, error) {
	f, err := r.filter()
	if err != nil {
		return reply{}, err
	}
	out, next, err := a.reader.Checks(r.Context(), r.lang, f)
	return page(out, next, a.Licence), err
}

func (a *API) oneCheck(r *request) (reply, error) {
	out, err := a.reader.Check(r.Context(), r.lang, desk.ID(r.PathValue("id")))
	return found(out), err
}

func (a *API) revisions(r *request) (reply, error) {
	out, err := a.reader.Revisions(r.Context(), r.lang, desk.ID(r.PathValue("id")))
	return page(out, 0, a.Licence), err
}

func (a *API) search(r *request) (reply, error) {
	q, err := r.words()
	if err != nil {
		return reply{}, err
	}
	limit, err := r.whole("limit", pageUsual, 1, pageMost)
	if err != nil {
		return reply{}, err
	}
	out, err := a.reader.Search(r.Context(), r.lang, q, limit)
	return page(out, 0, ""), err
}

// match answers whether something was checked before. It makes no tip.
func (a *API) match(r *request) (reply, error) {
	q, err := r.words()
	if err != nil {
		return reply{}, err
	}
	out, err := a.reader.Match(r.Context(), r.lang, q)
	return found(out), err
}

func (a *API) topics(r *request) (reply, error) {
	out, err := a.reader.Topics(r.Context(), r.lang)
	return page(out, 0, ""), err
}

func (a *API) explainers(r *request) (reply, error) {
	out, err := a.reader.Explainers(r.Context(), r.lang)
	return page(out, 0, a.Licence), err
}

// corrections lists later revisions; kind narrows them to one kind.
func (a *API) corrections(r *request) (reply, error) {
	limit, before, err := r.span()
	if err != nil {
		return reply{}, err
	}
	kinds := public.LaterKinds()
	if k := desk.Kind(r.URL.Query().Get("kind")); k != "" {
		if !slices.Contains(kinds, k) {
			return reply{}, errQuery
		}
		kinds = []desk.Kind{k}
	}
	out, next, err := a.reader.Changes(r.Context(), r.lang, kinds, before, limit)
	return page(out, next, a.Licence), err
}

func (a *API) questions(r *request) (reply, error) {
	out, err := a.reader.Questions(r.Context())
	return page(out, 0, ""), err
}

// logState is how far the public log is signed and where to read and check it.
type logState struct {
	Size       int64  `json:"size"` // entries that the newest checkpoint covers
	Key        string `json:"key"`  // verifier key
	Checkpoint string `json:"checkpoint"`
}

func (a *API) logState(*request) (reply, error) {
	return found(logState{Size: a.Signed(), Key: a.VKey, Checkpoint: a.reader.Log("checkpoint")}), nil
}

// Claims begins the paths of Google's Fact Check Tools API.
const Claims = "/v1alpha1/"

// claimsSearch answers GET /v1alpha1/claims:search as Google's API does. The
// parameter key is ignored.
func (a *API) claimsSearch(r *request) (reply, error) {
	q := r.URL.Query()
	ask := public.ClaimsQuery{Words: strings.TrimSpace(q.Get("query")), Lang: q.Get("languageCode"), Site: strings.TrimSpace(q.Get("reviewPublisherSiteFilter")), Now: a.Now()}
	if ask.Words == "" && ask.Site == "" || len(ask.Words) > 4*public.MostQuery {
		return reply{}, errQuery
	}
	var err error
	if ask.Size, err = r.whole("pageSize", 10, 1, pageMost); err != nil {
		return reply{}, err
	}
	if ask.MaxAge, err = r.whole("maxAgeDays", 0, 0, 100_000); err != nil {
		return reply{}, err
	}
	if ask.Offset, err = r.whole("offset", 0, 0, 1_000_000); err != nil {
		return reply{}, err
	}
	if token := q.Get("pageToken"); token != "" {
		place, err := placeOf(token)
		if err != nil {
			return reply{}, err
		}
		ask.Offset = int(min(place, 1_000_000))
	}
	out, more, err := a.reader.Claims(r.Context(), ask)
	if more {
		out.Next = cursorOf(int64(ask.Offset + ask.Size))
	}
	return found(out), err
}

// mayRead opens a route for reading: a good key draws on its own budget, anyone
// else on that of the network.
func (a *API) mayRead(r *request) error {
	if len(r.Header.Values("Authorization")) == 0 {
		if wait, ok := a.Budget(r.Request); !ok {
			return limitError{wait}
		}
		return nil
	}
	var err error
	if r.key, err = a.keys.holder(r.Context(), r.Header.Values("Authorization")); err != nil {
		return err
	}
	if wait, ok := a.keys.reads.take(r.key); !ok {
		return limitError{wait}
	}
	return nil
}

// openToPages lets scripts of other sites read: without cookies, which the API
// never looks at.
func openToPages(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Content-Language, Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// preflight answers the question of a browser before it reads with a key.
func preflight(w http.ResponseWriter) {
	h := w.Header()
	openToPages(h)
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "Authorization, Accept-Language, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// tagged gives an answer that may be kept its ETag, and makes it 304 where the
// asking program has it already.
func (out *reply) tagged(r *request) error {
	b, err := json.Marshal(out.body)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	out.header = append(out.header, [2]string{"ETag", tag})
	out.body = json.RawMessage(append(b, '\n'))
	for one := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			out.status, out.body = http.StatusNotModified, nil
			return nil
		}
	}
	return nil
}

// readsPerHour is how much a key may read in an hour.
const readsPerHour = 50_000

// anyone lets everybody read as much as they like; the program hands in a
// budget.
func anyone(*http.Request) (time.Duration, bool) { return 0, true }
