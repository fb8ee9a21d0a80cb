package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"soi/internal/activitypub"
	"soi/internal/desk"
)

// Fediverse is the desk's actor as the pages need it.
type Fediverse interface {
	// Desk describes the one account that publishes checks, with its public key.
	Desk() activitypub.Desk
	// Take receives what was sent to the inbox; target is the path of the
	// request line. activitypub.ErrSignature and ErrFormat refuse it, and
	// desk.ErrBusy when too many come at once.
	Take(ctx context.Context, r *http.Request, target string, body []byte) error
}

// outboxSize is how many checks a page of the outbox holds.
const outboxSize = 20

// fediverseRoutes are the documents of ActivityPub. Without an actor each of
// them is not found.
func (s *Site) fediverseRoutes() []route {
	return []route{
		{pattern: "GET " + activitypub.PathFinger, audience: Public, h: s.actor(s.finger)},
		{pattern: "GET " + activitypub.PathActor, audience: Public, h: s.actor(s.fediActor)},
		{pattern: "GET " + activitypub.PathOutbox, audience: Public, h: s.actor(s.outbox)},
		{pattern: "GET " + activitypub.PathFollowers, audience: Public, h: s.actor(s.followers)},
		{pattern: "GET " + activitypub.PathChecks + "{id}", audience: Public, h: s.actor(s.fediCheck)},
		{pattern: "POST " + activitypub.PathInbox, audience: Public, stream: true, body: activitypub.MaxBody, budget: budgetSearch, h: s.actor(s.inbox)},
	}
}

// actor lets a handler run where there is an actor.
func (s *Site) actor(h func(*visit, activitypub.Desk) (answer, error)) handler {
	return func(v *visit) (answer, error) {
		if s.Fediverse == nil {
			return answer{}, desk.ErrNotFound
		}
		return h(v, s.Fediverse.Desk())
	}
}

// fediDoc answers with a document of ActivityPub.
func fediDoc(b []byte, err error) (answer, error) {
	return raw(activitypub.Type+"; charset=utf-8", b).fresh().also("Cross-Origin-Resource-Policy", "cross-origin"), err
}

// finger answers WebFinger, which any page may ask (RFC 7033, section 5).
func (s *Site) finger(v *visit, d activitypub.Desk) (answer, error) {
	b, ok := d.Finger(v.query("resource"))
	if !ok {
		return notHere(), nil
	}
	return raw(activitypub.TypeFinger, b).fresh().also("Access-Control-Allow-Origin", "*"), nil
}

// fediActor answers with the actor. It speaks the desk's foremost language.
func (s *Site) fediActor(_ *visit, d activitypub.Desk) (answer, error) {
	lang := s.foremost()
	return fediDoc(d.Actor(s.books[lang].t("fediverse.about"), s.Config.URL+"/"+lang+"/preview.png"))
}

// foremost is the first language of checks that the pages have.
func (s *Site) foremost() string {
	for _, lang := range s.Desk.Langs() {
		if s.books[lang] != nil {
			return lang
		}
	}
	return written()[0]
}

// followers answers with how many there are.
func (s *Site) followers(v *visit, d activitypub.Desk) (answer, error) {
	n, err := s.Desk.FediCount(v.Context())
	if err != nil {
		return answer{}, err
	}
	return fediDoc(d.Followers(n))
}

// outbox answers with the number of checks, or with a page of them.
func (s *Site) outbox(v *visit, d activitypub.Desk) (answer, error) {
	before, _ := strconv.ParseInt(v.query("before"), 10, 64)
	if v.query("page") == "" {
		n, err := s.Desk.FediPublished(v.Context(), s.Signed())
		if err != nil {
			return answer{}, err
		}
		return fediDoc(d.Outbox(n))
	}
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Before: before, Limit: outboxSize})
	if err != nil {
		return answer{}, err
	}
	var notes []activitypub.Note
	for _, r := range rs {
		n, err := s.note(v.Context(), r.Verdict)
		if err != nil {
			return answer{}, err
		}
		notes = append(notes, n)
	}
	next := ""
	if len(rs) == outboxSize {
		next = strconv.FormatInt(rs[len(rs)-1].LogIndex, 10)
	}
	from := ""
	if before > 0 {
		from = strconv.FormatInt(before, 10)
	}
	return fediDoc(d.OutboxPage(notes, from, next))
}

// fediCheck answers with one check, or with what is left of it.
func (s *Site) fediCheck(v *visit, d activitypub.Desk) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	n, err := s.note(v.Context(), id)
	if err != nil {
		return answer{}, err
	}
	a, err := fediDoc(d.Object(n))
	if n.Gone {
		a = a.as(http.StatusGone)
	}
	return a, err
}

// inbox answers POST /fediverse/inbox. What it does not understand it takes
// and forgets: there is nothing here that reads replies.
func (s *Site) inbox(v *visit, _ activitypub.Desk) (answer, error) {
	body, err := io.ReadAll(io.LimitReader(v.Body, activitypub.MaxBody+1))
	if err != nil || len(body) > activitypub.MaxBody {
		return answer{}, errors.Join(errTooLarge, err)
	}
	status := http.StatusAccepted
	switch err := s.Fediverse.Take(v.Context(), v.Request, v.RequestURI, body); {
	case errors.Is(err, activitypub.ErrSignature):
		status = http.StatusUnauthorized
	case errors.Is(err, activitypub.ErrFormat), errors.Is(err, activitypub.ErrKey):
		status = http.StatusBadRequest
	case errors.Is(err, desk.ErrBusy), errors.Is(err, desk.ErrFull):
		return raw("text/plain; charset=utf-8", []byte("later\n")).as(http.StatusServiceUnavailable).also("Retry-After", "60"), nil
	case err != nil:
		return answer{}, err
	}
	return raw("text/plain; charset=utf-8", []byte(http.StatusText(status)+"\n")).as(status), nil
}

// fediID is the address of a check in the fediverse.
func (s *Site) fediID(id desk.ID) string { return s.Config.URL + activitypub.PathChecks + string(id) }

// FediActivity is what followers are told of a check as it stands now below
// the signed size.
func (s *Site) FediActivity(ctx context.Context, verdict desk.ID) ([]byte, error) {
	n, err := s.note(ctx, verdict)
	if err != nil {
		return nil, err
	}
	return s.Fediverse.Desk().Activity(n)
}

// note is a check as the fediverse sees it: the rating first, then what is
// true; the claim that was asked about once, after both.
func (s *Site) note(ctx context.Context, verdict desk.ID) (activitypub.Note, error) {
	all, err := s.Desk.Check(ctx, verdict, s.Signed())
	if err != nil {
		return activitypub.Note{}, err
	}
	lang := s.foremost()
	n := activitypub.Note{Check: string(verdict), Rev: all[0].Rev, Texts: map[string][]string{}, Published: all[len(all)-1].At}
	if n.Gone = all[0].Erased; all[0].Rev > 1 || n.Gone {
		n.Updated = all[0].At
	}
	for _, l := range checkOf(lang, all, 0).Langs {
		if w := s.books[l]; w != nil {
			n.Texts[l] = noteText(w, checkOf(l, all, 0))
		}
	}
	if n.Lang = lang; n.Texts[lang] == nil {
		for _, l := range written() {
			if n.Texts[l] != nil {
				n.Lang = l
			}
		}
	}
	n.Link = s.checkURL(verdict, n.Lang)
	return n, nil
}

// noteText is the paragraphs of a note.
func noteText(w *words, p checkPage) []string {
	if p.Withdrawn {
		out := []string{markOf(w, "").Word + ". " + w.t("preview.withdrawn")}
		if p.Note != "" {
			out = append(out, p.Note)
		}
		return out
	}
	out := []string{markOf(w, p.Rating).Word + ": " + p.Text.Statement, p.Text.Summary}
	if p.Rev > 1 && p.Note != "" {
		out = append(out, w.t("kind."+string(p.Kind))+": "+p.Note)
	}
	return append(out, w.t("card.asked")+" “"+p.Text.Claim+"”")
}
