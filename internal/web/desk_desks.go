package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// desksPage is the list of the desks of an installation, for admins.
type desksPage struct {
	Desks    []desk.Branch
	Names    map[desk.ID]string
	Channels []channelDesk
	Name     string
	Problems []string
}

// channelDesk is at which desk the messages of a channel arrive.
type channelDesk struct {
	Channel string
	Desk    desk.ID
}

// head implements page.
func (p desksPage) head(w *words) head {
	return head{Title: w.t("desks.title"), Section: "desk", Private: true}
}

// LangCodes are the languages a desk can work in.
func (p desksPage) LangCodes() []string { return written() }

// Works reports whether a desk was said to work in a language.
func (p desksPage) Works(b desk.Branch, lang string) bool { return slices.Contains(b.Langs, lang) }

// desksRoutes is the table of desks and of claims that go from one to
// another.
func (s *Site) desksRoutes() []route {
	return []route{
		{pattern: "GET /desk/desks", audience: Staff, may: desk.MayManage, h: s.desks},
		{pattern: "POST /desk/desks", audience: Staff, may: desk.MayManage, body: bodySmall, keep: []string{"name"}, h: s.saveDesk},
		{pattern: "POST /desk/desks/channel", audience: Staff, may: desk.MayManage, body: bodySmall, h: s.setChannelDesk},
		{pattern: "POST /desk/desks/{id}", audience: Staff, may: desk.MayManage, body: bodySmall, keep: []string{"name"}, h: s.saveDesk},
		{pattern: "POST /desk/claims/{id}/handover", audience: Staff, may: desk.MayAssess, body: bodySmall, keep: []string{"reasons"}, h: s.handover},
	}
}

// deskName is what a desk is called; Home has a usual name until it is given
// one.
func (w *words) deskName(b desk.Branch) string {
	if b.Name == "" {
		return w.t("desks.home")
	}
	return b.Name
}

// deskNames maps desks to their names.
func (w *words) deskNames(bs []desk.Branch) map[desk.ID]string {
	out := map[desk.ID]string{}
	for _, b := range bs {
		out[b.ID] = w.deskName(b)
	}
	return out
}

// desks lists them.
func (s *Site) desks(v *visit) (answer, error) { return s.desksWith(v, desksPage{}, nil) }

// desksWith shows the list with what a verb left to say.
func (s *Site) desksWith(v *visit, p desksPage, err error) (answer, error) {
	status := http.StatusOK
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = http.StatusUnprocessableEntity
	}
	if p.Desks, err = s.Desk.Branches(v.Context()); err != nil {
		return answer{}, err
	}
	p.Names = v.words.deskNames(p.Desks)
	of, err := s.Desk.ChannelDesks(v.Context())
	if err != nil {
		return answer{}, err
	}
	for _, c := range deskChannels() {
		at := of[c]
		if at == "" {
			at = desk.Home
		}
		p.Channels = append(p.Channels, channelDesk{c, at})
	}
	return show("desk/desks", p).as(status), nil
}

// deskChannels are the channels that can be given to a desk.
func deskChannels() []string {
	return []string{"web", "email", "telegram", "whatsapp", "zalo", "zalobot", "webhook", "api"}
}

// saveDesk adds a desk, changes one, or closes or opens it.
func (s *Site) saveDesk(v *visit) (answer, error) {
	b := desk.Branch{Name: v.field("name"), Langs: v.PostForm["lang"], Parent: desk.ID(v.field("parent"))}
	var err error
	if v.PathValue("id") != "" {
		if b.ID, err = v.id(); err != nil {
			return answer{}, err
		}
	}
	switch v.field("do") {
	case "close", "open":
		err = s.Desk.SetBranchOpen(v.Context(), v.actor(), b.ID, v.field("do") == "open")
	default:
		_, err = s.Desk.SaveBranch(v.Context(), v.actor(), b)
	}
	if err != nil {
		return s.desksWith(v, desksPage{Name: b.Name}, err)
	}
	return redirect(v.tongue.url("/desk/desks")), nil
}

// setChannelDesk lets the messages of a channel arrive at a desk.
func (s *Site) setChannelDesk(v *visit) (answer, error) {
	if !slices.Contains(deskChannels(), v.field("channel")) {
		return s.desksWith(v, desksPage{}, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}})
	}
	err := s.Desk.SetChannelDesk(v.Context(), v.actor(), v.field("channel"), desk.ID(v.field("desk")))
	if err != nil {
		return s.desksWith(v, desksPage{}, err)
	}
	return redirect(v.tongue.url("/desk/desks")), nil
}

// placeBox is the part of a claim's page about its desk; it shows nothing in
// an installation of one desk.
type placeBox struct {
	desk.Place
	Names    map[desk.ID]string
	To       []desk.Branch // desks it can be offered to
	Reasons  string
	Problems []string
}

// Any reports whether there is something to show.
func (b placeBox) Any() bool { return len(b.Desks) > 1 }

// place reads at which desk the claim of the page is, and narrows what the
// page offers to what the person may do there, on its topic.
func (s *Site) place(v *visit, p *claimPage) error {
	var err error
	b := &p.Place
	if b.Place, err = s.Desk.PlaceOf(v.Context(), v.actor(), p.Claim.ID); err != nil {
		return err
	}
	b.Names = v.words.deskNames(b.Desks)
	for _, x := range b.Desks {
		if x.Open() && x.ID != b.Desk.ID {
			b.To = append(b.To, x)
		}
	}
	if !b.Any() {
		return nil
	}
	a, at, topic := v.actor(), b.Desk.ID, p.Claim.Topic
	p.May = rights{a.MayOn(at, topic, desk.MayAssess), a.MayOn(at, topic, desk.MayCite), a.MayOn(at, topic, desk.MayDraft), a.MayOn(at, topic, desk.MayReview)}
	p.Assignees = slices.DeleteFunc(p.Assignees, func(st desk.Staff) bool { return !desk.As(st).MayOn(at, topic, desk.MayDraft) })
	return nil
}

// handover offers a claim to another desk, or answers such an offer.
func (s *Site) handover(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	version, err := strconv.ParseInt(v.field("version"), 10, 64)
	if err != nil {
		version = 0
	}
	ctx, a, reasons := v.Context(), v.actor(), v.field("reasons")
	switch v.field("do") {
	case "offer":
		_, err = s.Desk.Offer(ctx, a, id, version, desk.ID(v.field("to")), reasons)
	case "accept":
		_, err = s.Desk.Accept(ctx, a, id)
	case "return":
		_, err = s.Desk.Return(ctx, a, id, reasons)
	case "take":
		_, err = s.Desk.TakeOfferBack(ctx, a, id)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if ps := v.words.problems(err); len(ps) > 0 {
		p, readErr := s.claimPage(v)
		if readErr != nil {
			return answer{}, readErr
		}
		p.Place.Problems, p.Place.Reasons = ps, reasons
		return show("desk/claim", p).as(http.StatusUnprocessableEntity), nil
	}
	if err != nil {
		return answer{}, err
	}
	if v.field("do") == "return" {
		// The claim is not there any more for who returned it.
		if _, err := s.Desk.PlaceOf(ctx, a, id); errors.Is(err, desk.ErrNotFound) {
			return redirect(v.tongue.url("/desk")), nil
		}
	}
	return v.toClaim(id, "#place"), nil
}

// actorAt is who acts, looking at the one desk that the address names.
func (v *visit) actorAt() desk.Actor {
	a := v.actor()
	if at := desk.ID(v.query("at")); at.Valid() {
		a.At = at
	}
	return a
}

// deskTabs are the desks whose claims the queue can be narrowed to; none in
// an installation of one desk.
func (s *Site) deskTabs(v *visit) ([]tab, error) {
	cs, err := s.Desk.DeskCounts(v.Context(), v.actor())
	if err != nil || len(cs) == 0 {
		return nil, err
	}
	at, all := v.query("at"), 0
	var out []tab
	for _, c := range cs {
		all += c.Claims
		out = append(out, tab{v.words.deskName(c.Branch), c.Claims, v.with("at", string(c.ID), "all", ""), string(c.ID) == at})
	}
	return append([]tab{{v.words.t("desks.all"), all, v.with("at", "", "all", ""), at == ""}}, out...), nil
}

// former names a person who left: "former editor 12".
func (w *words) former(s desk.Staff) string {
	return w.t("former."+string(s.Role), "Number", strconv.Itoa(s.Former))
}

// seatLine is a seat in words: role, desk and topics.
func (w *words) seatLine(s desk.Seat, names map[desk.ID]string) string {
	role, _, _ := strings.Cut(w.t("role."+string(s.Role)), ":")
	line := names[s.Desk] + ": " + role
	if len(s.Topics) == 0 {
		return line
	}
	var ts []string
	for _, t := range s.Topics {
		ts = append(ts, w.t("topic."+t))
	}
	return line + " (" + strings.Join(ts, ", ") + ")"
}

// deskNamed is the desk that a form or an address names; "" for none.
func (v *visit) deskNamed() desk.ID {
	for _, s := range []string{v.field("desk"), v.query("desk")} {
		if id := desk.ID(s); id.Valid() {
			return id
		}
	}
	return ""
}
