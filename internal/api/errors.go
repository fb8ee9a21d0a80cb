package api

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"soi/internal/desk"
)

// What only the API refuses.
var (
	errKey       = errors.New("no good key")
	errPanic     = errors.New("panic")
	errType      = errors.New("not JSON by its Content-Type")
	errJSON      = errors.New("not the JSON that is described")
	errLarge     = errors.New("body too large")
	errNoOnce    = errors.New("no Idempotency-Key")
	errOtherText = errors.New("the Idempotency-Key came with another text before")
)

// limitError says how long until the key may bring another tip.
type limitError struct{ wait time.Duration }

// Error is for the log.
func (e limitError) Error() string { return "limit of the key reached, wait " + e.wait.String() }

// methodError says which methods a path has.
type methodError struct{ allow string }

// Error is for the log.
func (e methodError) Error() string { return "method not allowed; " + e.allow }

// Problem is an error as RFC 9457 writes it. Code never changes; the sentences
// are for people.
type Problem struct {
	Type   string `json:"type"` // address of the description, with the code behind #
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

// kinds is the one table of errors: which kind, which status, which code.
func kinds() []struct {
	is     error
	status int
	code   string
} {
	return []struct {
		is     error
		status int
		code   string
	}{
		{errKey, http.StatusUnauthorized, "key"}, {errType, http.StatusUnsupportedMediaType, "type"}, {errJSON, http.StatusBadRequest, "json"},
		{errQuery, http.StatusBadRequest, "query"}, {errLarge, http.StatusRequestEntityTooLarge, "too-large"}, {errNoOnce, http.StatusBadRequest, "idempotency-key"},
		{errOtherText, http.StatusUnprocessableEntity, "idempotency-text"},
		{desk.ErrNotFound, http.StatusNotFound, "not-found"}, {desk.ErrForbidden, http.StatusForbidden, "forbidden"},
		{desk.ErrConflict, http.StatusConflict, "conflict"}, {desk.ErrState, http.StatusConflict, "state"}, {desk.ErrInvalid, http.StatusUnprocessableEntity, "invalid"},
		{desk.ErrFull, http.StatusServiceUnavailable, "full"}, {desk.ErrBusy, http.StatusServiceUnavailable, "busy"}, {desk.ErrErased, http.StatusGone, "erased"},
	}
}

// trouble turns an error into an answer: by kind, with a sentence of the
// catalogue. The log has the cause.
func (a *API) trouble(rt route, r *request, err error) reply {
	status, code := http.StatusInternalServerError, "internal"
	var wait limitError
	var method methodError
	out := reply{header: [][2]string{{"Content-Type", "application/problem+json; charset=utf-8"}}}
	add := func(name, value string) { out.header = append(out.header, [2]string{name, value}) }
	switch {
	case errors.As(err, &wait):
		status, code = http.StatusTooManyRequests, "limit"
		add("Retry-After", strconv.Itoa(int(math.Ceil(wait.wait.Seconds()))))
	case errors.As(err, &method):
		status, code = http.StatusMethodNotAllowed, "method"
		add("Allow", method.allow)
	default:
		for _, k := range kinds() {
			if errors.Is(err, k.is) {
				status, code = k.status, k.code
				break
			}
		}
	}
	if ps := desk.Problems(err); len(ps) > 0 && words()[string(ps[0])].En != "" {
		code = string(ps[0])
	}
	switch status {
	case http.StatusUnauthorized:
		add("WWW-Authenticate", `Bearer realm="soi"`)
	case http.StatusServiceUnavailable:
		add("Retry-After", "5")
	case http.StatusInternalServerError:
		a.Log.Error("a request of the API failed", "route", rt.pattern, "cause", err)
	}
	s := words()[code]
	out.status = status
	out.body = Problem{Type: a.URL + "/api/v1/openapi.json#" + code, Title: s.in(r.lang).title, Status: status, Detail: s.in(r.lang).detail, Code: code}
	return out
}
