package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Request is a question to a body concerned, on the record, with a deadline in
// working days. It touches neither rating nor draft nor state of its claim.
type Request struct {
	ID       ID
	Claim    ID
	Body     ID
	Names    Said   // of the body, when it was asked
	Mail     string // address of the office it goes to; "" when staff deliver it by hand
	Lang     string // language of question and letters
	Question string // word for word, as the public may read it
	Plan     string // what will be published if nothing comes
	Harm     Harm   // of the claim, when it was asked
	Days     int    // working days given
	Why      string // why Days is not what the harm asks for; "" if it is
	Asked    time.Time
	By       ID        // staff
	Sent     time.Time // when it went out, and the deadline began; zero before
	Told     time.Time // the deadline as first told; zero before Sent
	Due      time.Time // the deadline now, never before Told
	Moves    []DueMove // why it is later, oldest first
	More     MoreTime
	Link     []byte // hash of the personal link; nil once it is withdrawn
	LinkN    int    // how often the link was made
	Expires  time.Time
	Ended    time.Time // withdrawn by the desk; zero while it stands
	EndedWhy string
	Version  int64 // rises with each change; ErrConflict otherwise
}

// DueMove is one move of a deadline to a later day.
type DueMove struct {
	At    time.Time `json:"at"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Days  []string  `json:"days,omitempty"`  // dates that came to be off
	Extra int       `json:"extra,omitempty"` // working days added because the body asked
}

// MoreState is where a body's wish for more time stands.
type MoreState string

// The states of a wish for more time.
const (
	MoreNone     MoreState = ""
	MoreAsked    MoreState = "asked"
	MoreAccepted MoreState = "accepted"
	MoreDeclined MoreState = "declined"
)

// MoreTime is a body's one wish for more time.
type MoreTime struct {
	State   MoreState `json:"state,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Decided time.Time `json:"decided,omitzero"`
	By      ID        `json:"by,omitempty"`
}

// RequestStand is how a request stands, computed from its dates.
type RequestStand string

// The stands of a request.
const (
	StandUnsent   RequestStand = "unsent" // not out yet: no clock runs
	StandWaiting  RequestStand = "waiting"
	StandLate     RequestStand = "late"
	StandVeryLate RequestStand = "very-late" // twice the deadline
	StandAnswered RequestStand = "answered"
	StandEnded    RequestStand = "ended" // withdrawn by the desk
)

// DaysFor is how many working days a body has: 1 where harm is high, 7 where
// it is low, else 3.
func DaysFor(h Harm) int {
	switch h {
	case HarmHigh:
		return 1
	case HarmLow:
		return 7
	}
	return 3
}

// Limits of requests.
const (
	MaxRequestDays   = 30
	MaxQuestionRunes = 4_000
	MaxReplyRunes    = 20_000
	MaxReplyFiles    = 4
	linkLife         = 60 * 24 * time.Hour // after the deadline
)

// NewRequestLink derives the secret of a personal link: 256 bits that only the
// holder of the installation's key can make. n counts how often it was made
// for the request; an older one leads nowhere. The desk keeps only its hash.
func NewRequestLink(key []byte, request ID, n int) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("soi request link\x00" + string(request) + "\x00" + strconv.Itoa(n)))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// RequestLinkHash is what the desk keeps of a link; nil for a text that cannot
// be one.
func RequestLinkHash(secret string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil || len(b) != sha256.Size {
		return nil
	}
	sum := sha256.Sum256(append([]byte("soi request link hash\x00"), b...))
	return sum[:]
}

// AnswerKind is what a body says.
type AnswerKind string

// The kinds of answer.
const (
	AnswerConfirmed AnswerKind = "confirmed" // it is as claimed
	AnswerNotSo     AnswerKind = "not-so"
	AnswerText      AnswerKind = "text" // neither: in its own words
)

// AnswerKinds lists the kinds in the order pages show them.
func AnswerKinds() []AnswerKind { return []AnswerKind{AnswerConfirmed, AnswerNotSo, AnswerText} }

// AnswerWay is how an answer came.
type AnswerWay string

// The ways of an answer.
const (
	WayPage AnswerWay = "page" // the personal page
	WayMail AnswerWay = "mail" // a reply by e-mail
	WayHand AnswerWay = "hand" // a letter or a call, entered by staff
)

// AnswerState is whether an answer counts as the body's.
type AnswerState string

// The states of an answer.
const (
	AnswerGiven   AnswerState = "given"
	AnswerWaiting AnswerState = "waiting" // came by mail: staff confirm that it is the body's
	AnswerRefused AnswerState = "refused" // it is not the body's
)

// BodyAnswer is one answer of a body, word for word. It is evidence of the
// body's position and never sets a rating. Nothing tells who wrote it.
type BodyAnswer struct {
	ID        ID
	Request   ID
	Kind      AnswerKind
	Text      string
	Lang      string
	Way       AnswerWay
	At        time.Time
	State     AnswerState
	Own       bool // by mail: from the address that was asked, and the mail server vouched for it
	Decided   time.Time
	DecidedBy ID
	Ext       []byte // hash of the form or mail it came by; unique, so that a copy is known as one
	Files     []ID   // media of the claim
}

// RequestView is a request with what belongs to it.
type RequestView struct {
	Request
	Office  Body
	Answers []BodyAnswer // oldest first, refused ones included
	Letters []Letter     // oldest first
	Twice   time.Time    // from here on the answer is very late
	IfNow   time.Time    // the deadline if it went out now; zero once it has
	Stand   RequestStand
	Off     []CalendarDay // days off, and days worked, that the count of the deadline met
	Files   []Media
}

// Given lists the answers that count.
func (v RequestView) Given() []BodyAnswer {
	var out []BodyAnswer
	for _, a := range v.Answers {
		if a.State == AnswerGiven {
			out = append(out, a)
		}
	}
	return out
}

// InTime reports whether the first answer that counts came by the deadline.
func (v RequestView) InTime() bool {
	given := v.Given()
	return len(given) > 0 && !given[0].late(v.Request)
}

// late reports whether the answer came after the deadline.
func (a BodyAnswer) late(r Request) bool { return !r.Due.IsZero() && a.At.After(r.Due) }

// Late reports whether an answer of the request came after the deadline.
func (v RequestView) Late(a BodyAnswer) bool { return a.late(v.Request) }

// FilesOf lists the files of one answer.
func (v RequestView) FilesOf(a BodyAnswer) (out []Media) {
	for _, m := range v.Files {
		for _, id := range a.Files {
			if m.ID == id {
				out = append(out, m)
			}
		}
	}
	return out
}

// stand computes how a request stands at a time.
func stand(r Request, answers []BodyAnswer, twice, now time.Time) RequestStand {
	for _, a := range answers {
		if a.State == AnswerGiven {
			return StandAnswered
		}
	}
	switch {
	case !r.Ended.IsZero():
		return StandEnded
	case r.Sent.IsZero():
		return StandUnsent
	case !now.After(r.Due):
		return StandWaiting
	case !now.After(twice):
		return StandLate
	}
	return StandVeryLate
}

// Extra is how many working days were added because the body asked.
func (r Request) Extra() (n int) {
	for _, m := range r.Moves {
		n += m.Extra
	}
	return n
}

// open reports whether the request still takes answers by its link.
func (r Request) open(now time.Time) bool {
	return r.Ended.IsZero() && len(r.Link) > 0 && now.Before(r.Expires)
}

// RequestFilter selects requests, newest first; zero fields do not restrict.
type RequestFilter struct {
	IDs    []ID
	Claims []ID
	Body   ID
	Link   []byte
	Open   bool // not withdrawn, and the link not expired at the time below
	Now    time.Time
	Limit  int // 0 means 500
}

// BodyAnswerFilter selects answers, oldest first; zero fields do not restrict.
type BodyAnswerFilter struct {
	ID       ID
	Requests []ID
	State    AnswerState
	Limit    int // 0 means 1,000
}

// cleanAnswer brings an answer into one form and refuses what cannot be kept.
func cleanAnswer(a *BodyAnswer, langs []string) error {
	a.Text = strings.TrimSpace(strings.ReplaceAll(a.Text, "\r\n", "\n"))
	var ps []Problem
	known := false
	for _, k := range AnswerKinds() {
		known = known || a.Kind == k
	}
	if !known {
		ps = append(ps, NoAnswerKind)
	}
	if a.Kind == AnswerText && a.Text == "" {
		ps = append(ps, TextEmpty)
	}
	if tooLong(a.Text, MaxReplyRunes) {
		ps = append(ps, TextTooLong)
	}
	if len(a.Files) > MaxReplyFiles {
		ps = append(ps, MediaTooMany)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	lang := ""
	for _, l := range langs {
		if a.Lang == l {
			lang = l
		}
	}
	a.Lang = lang
	return nil
}
