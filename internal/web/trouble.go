package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"soi/internal/desk"
)

// methodError refuses a method that the path does not take.
type methodError struct{ allow string }

// Error is for the log.
func (e methodError) Error() string { return "method not allowed; allowed: " + e.allow }

// limitError refuses a request beyond its budget.
type limitError struct{ wait time.Duration }

// Error is for the log.
func (e limitError) Error() string { return "budget used up for " + e.wait.String() }

// trouble is how one kind of error is told: the status, and the catalogue
// keys error.CODE.title (what happened), .text (what is safe) and .do (what
// to do now).
type trouble struct {
	code   string
	status int
	retry  time.Duration
}

// troubleOf is the one table from kinds of error to what a reader is told.
// The order matters: an error may carry several kinds, the first counts.
func troubleOf(err error) trouble {
	var method methodError
	var limit limitError
	switch {
	case errors.As(err, &method):
		return trouble{"method", http.StatusMethodNotAllowed, 0}
	case errors.As(err, &limit):
		return trouble{"limit", http.StatusTooManyRequests, limit.wait}
	case errors.Is(err, errTooLarge):
		return trouble{"too-large", http.StatusRequestEntityTooLarge, 0}
	case errors.Is(err, errForeign):
		return trouble{"foreign", http.StatusForbidden, 0}
	case errors.Is(err, errSignIn):
		return trouble{"sign-in", http.StatusUnauthorized, 0}
	case errors.Is(err, errSpent):
		return trouble{"spent", http.StatusConflict, 0}
	}
	return deskTrouble(err)
}

// deskTrouble is troubleOf for the kinds that verbs return.
func deskTrouble(err error) trouble {
	for _, k := range []struct {
		kind error
		trouble
	}{
		{desk.ErrErased, trouble{"gone", http.StatusGone, 0}},
		{desk.ErrDamaged, trouble{"damaged", http.StatusGone, 0}},
		{desk.ErrNotFound, trouble{"not-found", http.StatusNotFound, 0}},
		{desk.ErrOwnWork, trouble{"own-work", http.StatusForbidden, 0}},
		{desk.ErrForbidden, trouble{"forbidden", http.StatusForbidden, 0}},
		{desk.ErrConflict, trouble{"conflict", http.StatusConflict, 0}},
		{desk.ErrState, trouble{"state", http.StatusConflict, 0}},
		{desk.ErrDuplicate, trouble{"again", http.StatusConflict, 0}},
		{desk.ErrInvalid, trouble{"invalid", http.StatusUnprocessableEntity, 0}},
		{desk.ErrClock, trouble{"clock", http.StatusServiceUnavailable, time.Minute}},
		{desk.ErrLogClosed, trouble{"log-closed", http.StatusServiceUnavailable, time.Hour}},
		{desk.ErrFull, trouble{"full", http.StatusServiceUnavailable, 5 * time.Minute}},
		{desk.ErrBusy, trouble{"busy", http.StatusServiceUnavailable, 5 * time.Second}},
		{context.DeadlineExceeded, trouble{"busy", http.StatusServiceUnavailable, 5 * time.Second}},
	} {
		if errors.Is(err, k.kind) {
			return k.trouble
		}
	}
	return trouble{"internal", http.StatusInternalServerError, 0}
}

// troubleCodes lists the codes of troubleOf, for the test that each has its
// words.
func troubleCodes() []string {
	return []string{"method", "limit", "too-large", "foreign", "sign-in", "spent", "gone", "damaged", "not-found", "own-work",
		"forbidden", "conflict", "state", "again", "invalid", "clock", "log-closed", "full", "busy", "internal"}
}

// troublePage is the page of an error.
type troublePage struct {
	Code     string
	Status   int
	Title    string
	Text     string
	Do       string
	Problems []string // one sentence for each reason of a refusal
	Kept     []kept   // what the reader had typed
	Retry    int      // seconds, 0 for none
	Desk     bool     // a staff page: the way on leads back to the desk
}

// kept is a field of a refused form with what was typed into it.
type kept struct{ Name, Value string }

// head implements page.
func (p troublePage) head(*words) head {
	return head{Title: p.Title, Private: true}
}

// trouble turns an error into its page, and tells the log the cause. It is
// the only place where an error becomes something a person reads.
func (s *Site) trouble(r route, v *visit, err error) answer {
	t := troubleOf(err)
	if errors.Is(err, errSignIn) && v.Method == http.MethodGet {
		return redirect(v.tongue.url("/desk/sign-in"))
	}
	level := s.Logger.Warn
	if t.status >= 500 {
		level = s.Logger.Error
	}
	level("request refused", "route", r.pattern, "kind", t.code, "cause", err)
	p := s.told(r, v, err)
	a := show("trouble", p).as(t.status)
	a.retry = t.retry
	var method methodError
	if errors.As(err, &method) {
		a = a.also("Allow", method.allow)
	}
	return a
}

// told puts an error into words, with what the reader had typed into the
// fields that the route keeps.
func (s *Site) told(r route, v *visit, err error) troublePage {
	t := troubleOf(err)
	p := troublePage{
		Code: t.code, Status: t.status, Retry: int(t.retry / time.Second), Desk: v.staff.ID != "",
		Title: v.words.t("error." + t.code + ".title"),
		Text:  v.words.t("error." + t.code + ".text"),
		Do:    v.words.t("error." + t.code + ".do"),
	}
	p.Problems = v.words.problems(err)
	for _, name := range r.keep {
		if val := v.PostForm.Get(name); val != "" {
			p.Kept = append(p.Kept, kept{name, val})
		}
	}
	return p
}

// problems says each reason of a refusal as a sentence.
func (w *words) problems(err error) []string {
	var out []string
	for _, p := range desk.Problems(err) {
		out = append(out, w.t("problem."+string(p)))
	}
	return out
}
