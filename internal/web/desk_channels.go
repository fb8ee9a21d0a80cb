package web

import (
	"slices"

	"soi/internal/desk"
)

// channelDeskRoutes is the table of the staff's pages about the register of
// real channels.
func (s *Site) channelDeskRoutes() []route {
	return []route{
		{pattern: "GET /desk/channels", audience: Staff, may: desk.MayRead, h: s.channelDesk},
		{pattern: "POST /desk/channels", audience: Staff, may: desk.MayDraft, body: bodySmall, keep: []string{"address", "page"}, h: s.enterChannel},
		{pattern: "POST /desk/channels/{id}", audience: Staff, may: desk.MayBodies, body: bodySmall, keep: []string{"why"}, h: s.turnChannel},
		{pattern: "POST /desk/denials", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"address", "quote"}, h: s.enterDenial},
		{pattern: "POST /desk/denials/{id}", audience: Staff, may: desk.MayBodies, body: bodySmall, keep: []string{"why"}, h: s.turnDenial},
	}
}

// channelDeskPage is the register as staff see it.
type channelDeskPage struct {
	desk.ChannelList
	Me       desk.ID
	MayEnter bool
	MayTurn  bool
	Bodied   []desk.Body       // bodies of the register in use, by name
	Answers  []desk.BodyAnswer // of the body chosen in the form
	Form     desk.NewChannel
	Denial   desk.NewDenial
	Problems []string
}

// head implements page.
func (p channelDeskPage) head(w *words) head {
	return head{Title: w.t("channel-desk.title"), Section: "desk", Private: true}
}

// Proofs are the choices of the form; a proof in the body's words needs an
// answer.
func (p channelDeskPage) Proofs() []desk.ChannelProof { return desk.ChannelProofs() }

// Named is the body of a line.
func (p channelDeskPage) Named(id desk.ID) desk.Said { return p.Bodies[id].Names }

// Mine reports whether the person entered the line, and so cannot decide it.
func (p channelDeskPage) Mine(by desk.ID) bool { return by == p.Me }

// Found reports whether the proof of a line stands as far as is known.
func (p channelDeskPage) Found(c desk.BodyChannel) bool {
	return c.Check.Trouble == "" && !c.Check.Good.IsZero()
}

// channelDesk shows the register; ?body= opens the form with the answers of
// that body.
func (s *Site) channelDesk(v *visit) (answer, error) {
	return s.channelsWith(v, channelDeskPage{Form: desk.NewChannel{Body: desk.ID(v.query("body")), Proof: desk.ProofLink}}, nil)
}

// channelsWith shows the register with what a form left to say.
func (s *Site) channelsWith(v *visit, p channelDeskPage, err error) (answer, error) {
	status := 200
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	}
	if p.ChannelList, err = s.Desk.ChannelDesk(v.Context(), v.actor()); err != nil {
		return answer{}, err
	}
	p.Me, p.MayEnter, p.MayTurn = v.actor().Staff, v.actor().May(desk.MayDraft), v.actor().May(desk.MayBodies)
	all, err := s.Desk.Bodies(v.Context())
	if err != nil {
		return answer{}, err
	}
	for _, b := range all {
		if b.Used() {
			p.Bodied = append(p.Bodied, b)
		}
	}
	if p.MayEnter && slices.ContainsFunc(p.Bodied, func(b desk.Body) bool { return b.ID == p.Form.Body }) {
		p.Answers, err = s.Desk.AnswersOf(v.Context(), v.actor(), p.Form.Body)
	}
	return show("desk/channels", p).as(status), err
}

// enterChannel enters a channel that waits for a second person.
func (s *Site) enterChannel(v *visit) (answer, error) {
	n := desk.NewChannel{Body: desk.ID(v.field("body")), Address: v.field("address"), Proof: desk.ChannelProof(v.field("proof")), Page: v.field("page"), Answer: desk.ID(v.field("answer"))}
	c, err := s.Desk.EnterChannel(v.Context(), v.actor(), n)
	if err != nil {
		return s.channelsWith(v, channelDeskPage{Form: n}, err)
	}
	return redirect(v.tongue.url("/desk/channels") + "#c-" + string(c.ID)), nil
}

// turnChannel agrees, refuses, withdraws, or makes the proof be looked for at once.
func (s *Site) turnChannel(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	why := v.field("why")
	switch v.field("do") {
	case "agree":
		_, err = s.Desk.DecideChannel(v.Context(), v.actor(), id, true, "")
	case "refuse":
		_, err = s.Desk.DecideChannel(v.Context(), v.actor(), id, false, why)
	case "withdraw":
		_, err = s.Desk.WithdrawChannel(v.Context(), v.actor(), id, why)
	case "look":
		_, err = s.Desk.LookAtChannel(v.Context(), v.actor(), id)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	return s.turned(v, id, err)
}

// turned goes back to the register, with the log signed.
func (s *Site) turned(v *visit, id desk.ID, err error) (answer, error) {
	if err != nil {
		return s.channelsWith(v, channelDeskPage{}, err)
	}
	if err := s.AfterPublish(v.Context()); err != nil {
		s.Logger.Warn("a line of the register is stored; signing is tried again", "cause", err)
	}
	return redirect(v.tongue.url("/desk/channels") + "#c-" + string(id)), nil
}

// enterDenial enters a body's word that an address is not its own.
func (s *Site) enterDenial(v *visit) (answer, error) {
	n := desk.NewDenial{Answer: desk.ID(v.field("answer")), Address: v.field("address"), Quote: v.field("quote"), InName: v.field("in-name") != ""}
	d, err := s.Desk.EnterDenial(v.Context(), v.actor(), n)
	if err != nil {
		return s.channelsWith(v, channelDeskPage{Denial: n, Form: desk.NewChannel{Body: desk.ID(v.field("body"))}}, err)
	}
	return redirect(v.tongue.url("/desk/channels") + "#c-" + string(d.ID)), nil
}

// turnDenial agrees to, refuses or withdraws a body's word.
func (s *Site) turnDenial(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	to, ok := map[string]desk.ChannelState{"agree": desk.ChannelDenied, "refuse": desk.ChannelRefused, "withdraw": desk.ChannelWithdrawn}[v.field("do")]
	if !ok {
		return s.turned(v, id, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}})
	}
	_, err = s.Desk.DecideDenial(v.Context(), v.actor(), id, to, v.field("why"))
	return s.turned(v, id, err)
}
