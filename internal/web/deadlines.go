package web

import (
	"bytes"
	"strings"
	"time"

	"soi/internal/claimreview/feeds"
	"soi/internal/desk"
)

// deadlineRoutes is the calendar of what is due: the page on which a person
// makes its address, and the address itself, which needs no session.
func (s *Site) deadlineRoutes() []route {
	return []route{
		{pattern: "GET /desk/deadlines", audience: Staff, may: desk.MayRead, h: s.deadlines},
		{pattern: "POST /desk/deadlines", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.makeDeadlines},
		{pattern: "POST /desk/deadlines/end", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.endDeadlines},
		{pattern: "GET /deadlines/{name}", audience: Public, budget: budgetLookup, h: s.deadlineFile},
	}
}

// deadlinesPage says what the calendar holds and, once, its address.
type deadlinesPage struct {
	Address string // shown once, after it was made
	Since   time.Time
}

// head implements page.
func (deadlinesPage) head(w *words) head {
	return head{Title: w.t("deadlines.title"), Section: "desk", Private: true}
}

func (s *Site) deadlines(v *visit) (answer, error) {
	since, err := s.Desk.DeadlineLinkSince(v.Context(), v.actor())
	return show("desk/deadlines", deadlinesPage{Since: since}), err
}

// makeDeadlines makes a new address; the one before is good no longer.
func (s *Site) makeDeadlines(v *visit) (answer, error) {
	secret, err := s.Desk.MakeDeadlineLink(v.Context(), v.actor())
	return show("desk/deadlines", deadlinesPage{Address: s.Config.URL + "/deadlines/" + secret + ".ics", Since: s.Desk.Now()}), err
}

func (s *Site) endDeadlines(v *visit) (answer, error) {
	return redirect(v.tongue.url("/desk/deadlines")), s.Desk.EndDeadlineLink(v.Context(), v.actor())
}

// deadlineFile answers with the calendar of whoever holds the address, in the
// language of their account.
func (s *Site) deadlineFile(v *visit) (answer, error) {
	secret, ok := strings.CutSuffix(v.PathValue("name"), ".ics")
	if !ok || len(secret) != 43 {
		return answer{}, desk.ErrNotFound
	}
	list, of, err := s.Desk.Deadlines(v.Context(), secret)
	if err != nil {
		return answer{}, err
	}
	w := s.books[of.Lang]
	if w == nil {
		w = v.words
	}
	var dates []feeds.Date
	for _, d := range list {
		dates = append(dates, s.dateOf(w, d))
	}
	var b bytes.Buffer
	if err := feeds.ICal(&b, w.t("deadlines.name", "Desk", s.Config.Name), dates); err != nil {
		return answer{}, err
	}
	return raw("text/calendar; charset=utf-8", b.Bytes()), nil
}

// dateOf writes a deadline without a word of the claim.
func (s *Site) dateOf(w *words, d desk.Deadline) feeds.Date {
	out := feeds.Date{UID: string(d.Kind) + "-" + string(d.ID) + "@" + hostOf(s.Config.URL), At: d.At, Touched: s.Desk.Now(), URL: s.Config.URL + "/desk/claims/" + string(d.Claim)}
	switch d.Kind {
	case desk.DeadlineAnswer:
		out.URL = s.Config.URL + "/desk/requests/" + string(d.ID)
		out.Title = w.t("deadlines.answer", "Body", d.Body.In(w.lang))
	case desk.DeadlineRecheck:
		out.Title = w.t("deadlines.recheck")
	default:
		out.Title = w.t("deadlines.claim")
	}
	if d.Topic != "" {
		out.Title += " · " + w.t("topic."+d.Topic)
	}
	if d.Harm != "" && d.Harm != desk.HarmNone {
		out.Title += " · " + w.t("harm."+string(d.Harm))
	}
	return out
}
