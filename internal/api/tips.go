package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"soi/internal/api/public"
	"soi/internal/desk"
	"soi/internal/match"
)

// channel is the door that tips of the API come through.
const channel = "api"

// NewTip is the body of POST /api/v1/tips.
type NewTip struct {
	Text      string   `json:"text"`                // what is asked about, at most 20,000 characters
	Links     []string `json:"links,omitempty"`     // http(s) addresses that do not stand in Text
	Forwarded bool     `json:"forwarded,omitempty"` // it was passed on from somebody else
}

// Choice is the body of POST /api/v1/tips/{ticket}/choice.
type Choice struct {
	Key *string `json:"key"` // of one of the options; "" for none of them
}

// Tip is what became of a tip, as it stands now. It says nothing about who
// asked, for the desk knows nothing about that.
type Tip struct {
	Ticket   string   `json:"ticket"` // code by which its holder finds it again
	Page     string   `json:"page"`   // the same for a person
	State    string   `json:"state"`
	Received string   `json:"received"` // day
	Others   int      `json:"others"`   // how many others ask the same, counted up to 999
	Answer   *Answer  `json:"answer,omitempty"`
	Options  []Answer `json:"options,omitempty"`
}

// The states of a tip.
const (
	stateAnswered = "answered"    // Answer says what was found
	statePerhaps  = "perhaps"     // one of Options may answer it: whoever asks is to choose
	stateQueued   = "queued"      // the desk looks at it
	stateClosed   = "not-factual" // not a factual claim: there is nothing to check
)

// Answer is a check that answers, or may answer, a tip.
type Answer = public.Answer

// addTip answers POST /api/v1/tips. The same Idempotency-Key of the same key
// gives the same tip however often it is sent.
func (a *API) addTip(r *request) (reply, error) {
	once, err := onceOf(r.Header.Values("Idempotency-Key"))
	if err != nil {
		return reply{}, err
	}
	var body NewTip
	if err := read(r.Request, &body); err != nil {
		return reply{}, err
	}
	tip := match.ReadTip(body.Text)
	if err := readable(tip.Text, body.Links); err != nil {
		return reply{}, err
	}
	delivery := deliveryOf(r.key.ID, once)
	code := desk.NewTicket(a.Ticket, "api\x00"+delivery)
	wait, drawn := a.keys.take(r.key)
	if !drawn { // a copy of what was taken in is answered all the same
		if _, err := a.Desk.ByTicket(r.Context(), desk.Program(), desk.TicketHash(code)); errors.Is(err, desk.ErrNotFound) {
			return reply{}, limitError{wait}
		} else if err != nil {
			return reply{}, err
		}
	}
	got, res, err := a.receive(r, tip, body, delivery, code)
	if drawn && (err != nil || got.Again) {
		a.keys.giveBack(r.key)
	}
	if err != nil {
		return reply{}, err
	}
	if a.Follow != nil && r.key.Webhook != "" { // again on a copy: the first may have ended before this
		if err := a.Follow(r.Context(), got.Tip.ID, r.key.ID, code, r.lang); err != nil {
			return reply{}, err
		}
	}
	out, err := a.told(r, got, code, res)
	if err != nil {
		return reply{}, err
	}
	if got.Again {
		return reply{status: http.StatusOK, body: out, header: [][2]string{{"Idempotent-Replayed", "true"}}}, nil
	}
	return reply{status: http.StatusCreated, body: out, header: [][2]string{{"Location", a.URL + "/api/v1/tips/" + code}}}, nil
}

// receive matches a tip and hands it to the desk.
func (a *API) receive(r *request, tip match.Tip, body NewTip, delivery, code string) (desk.Received, match.Result, error) {
	res := a.look(r.Context(), tip.Text)
	decision, key := res.Settle()
	links := slices.Compact(append(tip.Links, body.Links...))
	got, err := a.Desk.Receive(r.Context(), desk.Program(), desk.NewTip{Channel: channel, ExtID: delivery, Text: tip.Text, Folded: tip.Key, Lang: tip.Lang,
		Links: links, Ticket: desk.TicketHash(code), Forward: body.Forwarded, Decision: string(decision), Answer: key, Summary: tip.Summary})
	if err == nil && got.Again && !bytes.Equal(got.Tip.Folded, tip.Key) {
		err = errOtherText
	}
	return got, res, err
}

// tip answers GET /api/v1/tips/{ticket}.
func (a *API) tip(r *request) (reply, error) {
	code := r.PathValue("ticket")
	got, err := a.Desk.ByTicket(r.Context(), desk.Program(), desk.TicketHash(code))
	if err != nil {
		return reply{}, err
	}
	out, err := a.told(r, got, code, a.look(r.Context(), got.Tip.Text))
	return reply{status: http.StatusOK, body: out}, err
}

// choose answers POST /api/v1/tips/{ticket}/choice.
func (a *API) choose(r *request) (reply, error) {
	var c Choice
	if err := read(r.Request, &c); err != nil {
		return reply{}, err
	}
	if c.Key == nil {
		return reply{}, errJSON
	}
	code := r.PathValue("ticket")
	got, err := a.Desk.Choose(r.Context(), desk.Program(), desk.TicketHash(code), *c.Key)
	if err != nil {
		return reply{}, err
	}
	out, err := a.told(r, got, code, a.look(r.Context(), got.Tip.Text))
	return reply{status: http.StatusOK, body: out}, err
}

// onceOf reads the one Idempotency-Key: 8 to 200 printable characters of ASCII.
func onceOf(headers []string) (string, error) {
	if len(headers) != 1 || len(headers[0]) < 8 || len(headers[0]) > 200 {
		return "", errNoOnce
	}
	if strings.ContainsFunc(headers[0], func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "", errNoOnce
	}
	return headers[0], nil
}

// read reads one JSON object without members that are not described.
func read(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return errType
	}
	b, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errLarge
	}
	if err != nil || !utf8.Valid(b) || len(bytes.TrimSpace(b)) == 0 || bytes.TrimSpace(b)[0] != '{' {
		return errJSON
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.Join(errJSON, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errJSON
	}
	return nil
}

// readable refuses, before it costs anything, what the desk would refuse.
func readable(text string, links []string) error {
	switch {
	case text == "":
		return &desk.Invalid{Problems: []desk.Problem{desk.TextEmpty}}
	case utf8.RuneCountInString(text) > desk.MaxTipRunes:
		return &desk.Invalid{Problems: []desk.Problem{desk.TextTooLong}}
	case len(links) > desk.MaxLinks:
		return &desk.Invalid{Problems: []desk.Problem{desk.BadLink}}
	}
	for _, l := range links {
		u, err := url.Parse(l)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(l) > 2000 {
			return &desk.Invalid{Problems: []desk.Problem{desk.BadLink}}
		}
	}
	return nil
}

// deliveryOf names a delivery: one key's Idempotency-Key is one tip.
func deliveryOf(key desk.ID, once string) string {
	sum := sha256.Sum256([]byte(string(key) + "\x00" + once))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// look asks the matcher; without one nothing is known.
func (a *API) look(ctx context.Context, text string) match.Result {
	if a.Matcher == nil || strings.TrimSpace(text) == "" {
		return match.Result{Decision: match.DecisionNew}
	}
	return a.Matcher.Match(ctx, match.Query{Text: text, Limit: match.Looked})
}

// day is how exactly a time is told.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
