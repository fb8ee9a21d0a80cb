package api

import (
	"errors"
	"strings"
	"unicode/utf8"

	"soi/internal/desk"
	"soi/internal/desk/address"
)

// channelRoutes is the part of the table that asks the register of real
// channels.
func (a *API) channelRoutes() []route {
	return []route{{"GET /api/v1/channels/check", reading, a.channelCheck}}
}

// The answers about an address. A text that is none has an answer of its own,
// which says nothing about anything.
const (
	answerListed    = "listed"
	answerDenied    = "body-says-no"
	answerNotListed = "not-listed"
	answerNoAddress = "not-an-address"
)

// ChannelAnswer says whether an address is a body's own.
type ChannelAnswer struct {
	Answer  string        `json:"answer"`
	Kind    string        `json:"kind,omitempty"`    // of the address as it was read
	Address string        `json:"address,omitempty"` // in its one form
	Page    string        `json:"page"`              // where a person reads the same
	Listed  *ListedAnswer `json:"listed,omitempty"`
	Denied  *DeniedAnswer `json:"body_says,omitempty"`
	Like    []string      `json:"looks_like,omitempty"` // listed addresses that look like it and are others
}

// ListedAnswer is a line of the register.
type ListedAnswer struct {
	Body     string `json:"body"`
	Address  string `json:"address"`
	Since    string `json:"since"`
	Proof    string `json:"proof"`
	Seen     string `json:"proof_seen"`
	GoneFrom string `json:"proof_gone_since,omitempty"`
	Log      int64  `json:"log_index"`
}

// DeniedAnswer is a body's word that an address is not its own.
type DeniedAnswer struct {
	Body  string `json:"body"`
	Words string `json:"words"`
	Lang  string `json:"lang,omitempty"`
	Date  string `json:"date"`
	Check string `json:"check"` // page with the whole answer
}

// channelCheck answers whether an address is a body's own. Nothing about the
// question is kept.
func (a *API) channelCheck(r *request) (reply, error) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if q == "" || utf8.RuneCountInString(q) > 500 {
		return reply{}, errQuery
	}
	out := ChannelAnswer{Answer: answerNoAddress, Page: a.reader.Page(r.lang, "/channels")}
	got, err := a.Desk.IsTheirs(r.Context(), q, a.Signed())
	if errors.Is(err, desk.ErrNotAnAddress) {
		return found(out), nil
	}
	if err != nil {
		return reply{}, err
	}
	out.Answer, out.Kind, out.Address = answerNotListed, string(got.Address.Kind), got.Address.Key
	if l := got.Listed; l != nil {
		out.Answer = answerListed
		out.Listed = &ListedAnswer{Body: l.Names.In(r.lang), Address: l.Address.Key, Since: day(l.Since), Proof: string(l.Proof), Seen: day(l.Looked), Log: l.Index}
		if l.State == desk.ChannelGone {
			out.Listed.GoneFrom = day(l.Turned)
		}
	}
	if d := got.Denied; d != nil {
		out.Answer = answerDenied
		out.Denied = &DeniedAnswer{Body: d.Names.In(r.lang), Words: d.Quote, Lang: d.Lang, Date: day(d.Said), Check: a.reader.Page(r.lang, "/checks/"+string(d.Check))}
	}
	for _, l := range got.Like {
		if l.Address.Kind == address.Site || l.Address.Kind == address.Mail {
			out.Like = append(out.Like, l.Address.Key)
		}
	}
	return found(out), nil
}
