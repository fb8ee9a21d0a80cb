package web

import (
	"net/http"

	"soi/internal/desk"
)

// laidPage is one question or check of another desk, with what can be made of
// it. All of it is shown as theirs.
type laidPage struct {
	laidRow
	Shown     desk.ShelfText // of a check, in the reader's language
	Claim     desk.Claim     // of ours, if it is linked to one
	Known     []suggestion   // of ours that may be the same
	Self      string
	May       rights
	Source    desk.ShelfSource // of the form
	Problems  []string
	TheyAgree bool // another desk works on it too
}

// head implements page.
func (p laidPage) head(w *words) head {
	return head{Title: w.t("exchange.one." + string(p.Kind)), Section: "desk", Private: true}
}

// Stances are the choices of the form.
func (laidPage) Stances() []desk.Stance { return desk.Stances() }

// Open reports whether something can be made of it.
func (p laidPage) Open() bool { return p.Ended.IsZero() && p.From.Active() }

// Ours reports whether it comes from a claim of ours.
func (p laidPage) Ours() bool { return p.Root.Desk == p.Self && p.Self != "" }

// Via reports whether the peer passes on what comes from a third desk.
func (p laidPage) Via() bool { return p.Root.Desk != p.From.Desk && !p.Ours() }

// laidKey reads what the address names.
func (v *visit) laidKey() desk.LaidKey {
	return desk.LaidKey{Peer: desk.ID(v.PathValue("peer")), Kind: desk.LineKind(v.PathValue("kind")), Entry: desk.ID(v.PathValue("entry"))}
}

// laidOne shows one thing of a peer.
func (s *Site) laidOne(v *visit) (answer, error) { return s.laidWith(v, laidPage{}, nil) }

// laidWith shows it with what a verb left to say.
func (s *Site) laidWith(v *visit, p laidPage, err error) (answer, error) {
	status := http.StatusOK
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = http.StatusUnprocessableEntity
	}
	a := v.actor()
	if p.LaidOf, err = s.Desk.LaidOne(v.Context(), a, v.laidKey()); err != nil {
		return answer{}, err
	}
	if p.Kind != desk.LineQuestion && p.Kind != desk.LineCheck {
		return answer{}, desk.ErrNotFound
	}
	if s.Exchange != nil {
		if p.Self, _, err = s.Exchange.Self(); err != nil {
			return answer{}, err
		}
	}
	p.May = rights{a.May(desk.MayAssess), a.May(desk.MayCite), a.May(desk.MayDraft), a.May(desk.MayReview)}
	p.Shown = checkText(p.Line.Check, v.lang)
	if p.LaidOf.Claim != "" {
		cs, err := s.Desk.Claims(v.Context(), a, desk.ClaimFilter{IDs: []desk.ID{p.LaidOf.Claim}, Limit: 1})
		if err != nil {
			return answer{}, err
		}
		if len(cs) == 1 {
			p.Claim = cs[0]
		}
	} else if p.Known, err = s.samePlaces(v, p.Line.Sentence()); err != nil {
		return answer{}, err
	}
	for _, d := range p.Line.Takers {
		p.TheyAgree = p.TheyAgree || d != p.Self
	}
	return show("desk/exchange-one", p).as(status), nil
}

// doLaid makes something of a peer's question or check, or offers evidence.
func (s *Site) doLaid(v *visit) (answer, error) {
	ctx, a, k := v.Context(), v.actor(), v.laidKey()
	claim := desk.ID(v.field("claim"))
	if sort, id := desk.ParseKey(v.field("claim")); id.Valid() && sort != "" {
		claim = id
	}
	if claim != "" && !claim.Valid() {
		return answer{}, desk.ErrNotFound
	}
	var c desk.Claim
	var err error
	p := laidPage{}
	switch v.field("do") {
	case "join":
		c, err = s.Desk.JoinLaid(ctx, a, k, claim)
	case "part":
		_, err = s.Desk.PartLaid(ctx, a, k)
	case "take":
		c, err = s.Desk.TakeLaid(ctx, a, k, claim)
	case "leave":
		_, err = s.Desk.LeaveLaid(ctx, a, k)
	case "adopt":
		c, err = s.Desk.AdoptLaid(ctx, a, k, claim)
	case "offer":
		p.Source = desk.ShelfSource{URL: v.field("url"), Title: v.field("title"), Publisher: v.field("publisher"), Quote: v.field("quote"),
			Lang: v.writes(), Stance: desk.Stance(v.field("stance"))}
		_, err = s.Desk.OfferSource(ctx, a, k, p.Source)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	switch {
	case err != nil:
		return s.laidWith(v, p, err)
	case c.ID != "":
		return v.toClaim(c.ID, "#exchange"), nil
	case v.field("do") == "offer":
		return redirect(v.tongue.url("/desk/exchange") + "#offered"), nil
	}
	return redirect(v.tongue.url(laidPath(k))), nil
}

// claimExchange is the part of a claim's page about other desks.
type claimExchange struct {
	desk.ClaimExchange
	Self  string
	Clash bool // more than one desk works on it
}

// exchangeOf reads what other desks have to do with the claim of the page.
func (s *Site) exchangeOf(v *visit, p *claimPage) (err error) {
	if p.Exchange.ClaimExchange, err = s.Desk.ExchangeOfClaim(v.Context(), v.actor(), p.Claim.ID); err != nil || !p.Exchange.Any() {
		return err
	}
	if s.Exchange != nil {
		p.Exchange.Self, _, err = s.Exchange.Self()
	}
	p.Exchange.Clash = p.Exchange.Conflict(p.Exchange.Self)
	return err
}

// claimExchangeDo keeps a claim here or lays it out, or answers offered
// evidence.
func (s *Site) claimExchangeDo(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	ctx, a := v.Context(), v.actor()
	k := desk.LaidKey{Peer: desk.ID(v.field("peer")), Kind: desk.LineSource, Entry: desk.ID(v.field("entry"))}
	switch v.field("do") {
	case "hold", "free":
		err = s.Desk.HoldBack(ctx, a, id, v.field("do") == "hold")
	case "accept-yes", "accept-no":
		_, err = s.Desk.AcceptSource(ctx, a, k, v.field("do") == "accept-yes")
	case "decline":
		_, err = s.Desk.DeclineSource(ctx, a, k)
	default:
		err = desk.ErrNotFound
	}
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#exchange"), nil
}
