package web

import (
	"slices"
	"time"

	"soi/internal/desk"
)

// answersPage shows how answers stand, in numbers: never who they go to.
type answersPage struct {
	Channels []channelAnswers
	Reasons  []reasonCount // of all channels, those that are more first
}

// channelAnswers are the numbers of one channel.
type channelAnswers struct {
	Channel                 string
	Way, Sent, Held, Failed int
	Arrivals, Aside         int
	Last                    time.Time // newest delivery; whole days
}

// reasonCount is how many messages stand where they stand for one reason.
type reasonCount struct {
	Channel string
	State   desk.NoticeState
	Why     string
	N       int
}

// head implements page.
func (p answersPage) head(w *words) head {
	return head{Title: w.t("answers.title"), Section: "desk", Private: true}
}

// Aside reports whether any delivery was set aside.
func (p answersPage) Aside() bool {
	return slices.ContainsFunc(p.Channels, func(c channelAnswers) bool { return c.Aside > 0 })
}

// answers shows the page.
func (s *Site) answers(v *visit) (answer, error) {
	st, err := s.Desk.Standing(v.Context(), v.actor(), "")
	if err != nil {
		return answer{}, err
	}
	return show("desk/answers", answersOf(st)), nil
}

// answersOf sums the counts up by channel.
func answersOf(st desk.Standing) answersPage {
	var p answersPage
	of := func(name string) *channelAnswers {
		for i := range p.Channels {
			if p.Channels[i].Channel == name {
				return &p.Channels[i]
			}
		}
		p.Channels = append(p.Channels, channelAnswers{Channel: name})
		return &p.Channels[len(p.Channels)-1]
	}
	for _, a := range st.Arrivals {
		c := of(a.Channel)
		switch a.State {
		case desk.ArrivalNew, desk.ArrivalHeld:
			c.Arrivals += a.N
		case desk.ArrivalAside:
			c.Aside += a.N
		}
		if a.Last.After(c.Last) {
			c.Last = a.Last
		}
	}
	for _, n := range st.Notices {
		c := of(n.Channel)
		switch n.State {
		case desk.NoticeWaiting, desk.NoticeSending, desk.NoticeUnknown:
			c.Way += n.N
		case desk.NoticeSent:
			c.Sent += n.N
		case desk.NoticeHeld:
			c.Held += n.N
		case desk.NoticeFailed:
			c.Failed += n.N
		}
		if n.Why != "" && n.State != desk.NoticeSent {
			p.Reasons = append(p.Reasons, reasonCount(n))
		}
	}
	slices.SortStableFunc(p.Reasons, func(a, b reasonCount) int { return b.N - a.N })
	slices.SortFunc(p.Channels, func(a, b channelAnswers) int { return b.Sent + b.Way - a.Sent - a.Way })
	return p
}

// claimAnswers are the numbers of one claim's messages, on its page.
func (s *Site) claimAnswers(v *visit, claim desk.ID) (channelAnswers, error) {
	st, err := s.Desk.Standing(v.Context(), v.actor(), claim)
	var sum channelAnswers
	for _, c := range answersOf(desk.Standing{Notices: st.Notices}).Channels {
		sum.Way, sum.Sent, sum.Held, sum.Failed = sum.Way+c.Way, sum.Sent+c.Sent, sum.Held+c.Held, sum.Failed+c.Failed
	}
	return sum, err
}

// Any reports whether there is anything to show.
func (c channelAnswers) Any() bool { return c.Way+c.Sent+c.Held+c.Failed > 0 }

// recallAnswer takes a wrong automatic answer back and goes to the claim that
// carries the tips now.
func (s *Site) recallAnswer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	to, _, err := s.Desk.Recall(v.Context(), v.actor(), id, desk.ID(v.field("tip")))
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(to.ID, ""), nil
}
