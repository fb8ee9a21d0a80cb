package web

import (
	"errors"

	"soi/internal/desk"
	"soi/internal/desk/address"
)

// channelRoutes is the table of the public pages of the register of real
// channels.
func (s *Site) channelRoutes() []route {
	return []route{
		{pattern: "GET /channels", audience: Public, h: s.channels},
		{pattern: "GET /channels/check", audience: Public, budget: budgetSearch, h: s.channelCheck},
	}
}

// bodyChannels is a body with its channels.
type bodyChannels struct {
	Names desk.Said
	List  []desk.Listed
}

// channelsPage is the public register.
type channelsPage struct {
	Bodies    []bodyChannels
	Withdrawn []desk.Listed
}

// head implements page.
func (channelsPage) head(w *words) head {
	return head{Title: w.t("channels.title"), Description: w.t("channels.lead")}
}

// channels answers GET /channels.
func (s *Site) channels(v *visit) (answer, error) {
	all, err := s.Desk.Channels(v.Context(), s.Signed())
	if err != nil {
		return answer{}, err
	}
	var p channelsPage
	at := map[desk.ID]int{}
	for _, l := range all {
		if l.State == desk.ChannelWithdrawn {
			p.Withdrawn = append(p.Withdrawn, l)
			continue
		}
		i, ok := at[l.Body]
		if !ok {
			i = len(p.Bodies)
			at[l.Body] = i
			p.Bodies = append(p.Bodies, bodyChannels{Names: l.Names})
		}
		p.Bodies[i].List = append(p.Bodies[i].List, l)
	}
	return show("channels", p).fresh(), nil
}

// channelCheckPage answers "is this theirs?".
type channelCheckPage struct {
	Query  string
	Asked  bool // something was asked
	Unread bool // and is no address
	Theirs desk.Theirs
	ASCII  string // the name as it is looked up, when it is written otherwise
}

// head implements page.
func (p channelCheckPage) head(w *words) head {
	return head{Title: w.t("channel-check.title"), Description: w.t("channel-check.lead"), Private: p.Asked}
}

// Verdict is the code of the answer: listed, denied or not-listed.
func (p channelCheckPage) Verdict() string {
	switch {
	case p.Theirs.Listed != nil:
		return "listed"
	case p.Theirs.Denied != nil:
		return "denied"
	}
	return "not-listed"
}

// channelCheck answers GET /channels/check. The question is looked up and
// forgotten: it is neither stored nor logged.
func (s *Site) channelCheck(v *visit) (answer, error) {
	p := channelCheckPage{Query: v.query("q")}
	if p.Query == "" {
		return show("channel-check", p), nil
	}
	p.Asked = true
	var err error
	p.Theirs, err = s.Desk.IsTheirs(v.Context(), p.Query, s.Signed())
	if errors.Is(err, desk.ErrNotAnAddress) {
		p.Unread = true
		return show("channel-check", p), nil
	}
	if a := p.Theirs.Address; err == nil && a.Host != "" && a.Shown != a.Key {
		p.ASCII = a.Key
	}
	return show("channel-check", p), err
}

// listedIn finds the listed channels that a message names, for answer pages. A
// trouble with the register never stands in the way of an answer.
func (s *Site) listedIn(v *visit, message string) (named []desk.Listed, places bool) {
	ls, err := s.Desk.ListedIn(v.Context(), message, s.Signed())
	if err != nil {
		s.Logger.Error("the register of channels could not be read", "cause", err)
	}
	return ls[:min(len(ls), 5)], len(address.Find(message)) > 0
}
