package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"soi/internal/desk"
	"soi/internal/match"
)

// Exchange is what the pages need to exchange with other installations.
type Exchange interface {
	http.Handler // the card and the shelf, for peers
	// Self is our exchange name and verifier key.
	Self() (name, vkey string, err error)
	// DeskOf reads the exchange name in a verifier key; "" if it is none.
	DeskOf(vkey string) string
	// ReadNow reads a peer at once.
	ReadNow(ctx context.Context, peer desk.ID) error
}

// exchangePage is the other desks, what they ask and what they have checked.
type exchangePage struct {
	Self, VKey string
	Offers     desk.ExchangeOffers
	Peers      []peerRow
	Questions  []laidRow
	Checks     []laidRow
	Offered    []desk.SourceOffer
	Names      map[desk.ID]string // of peers
	Manage     bool
	Cite       bool
	Form       desk.NewPeer
	Problems   []string
}

// peerRow is a peer with why its lines were refused.
type peerRow struct {
	desk.Peer
	Refused []refusedCount
}

// refusedCount is how many lines were refused for one reason lately.
type refusedCount struct {
	Why desk.LineTrouble
	N   int
}

// laidRow is one thing of a peer in a list.
type laidRow struct{ desk.LaidOf }

// Path leads to its own page.
func (r laidRow) Path() string { return laidPath(r.Key()) }

// Text is a check's in the reader's language, if it has one.
func (r laidRow) Text(lang string) desk.ShelfText { return checkText(r.Line.Check, lang) }

// laidPath is the page of one thing of a peer.
func laidPath(k desk.LaidKey) string {
	return "/desk/exchange/" + string(k.Peer) + "/" + string(k.Kind) + "/" + string(k.Entry)
}

// checkText is what a peer's check says in a language, else in its first one.
func checkText(c *desk.ShelfCheck, lang string) desk.ShelfText {
	if c == nil || len(c.Texts) == 0 {
		return desk.ShelfText{}
	}
	i := slices.IndexFunc(c.Texts, func(t desk.ShelfText) bool { return t.Lang == lang })
	return c.Texts[max(i, 0)]
}

// head implements page.
func (p exchangePage) head(w *words) head {
	return head{Title: w.t("exchange.title"), Section: "desk", Private: true}
}

// OfferChoices are what the shelf can hold.
func (exchangePage) OfferChoices() []desk.ExchangeOffers {
	return []desk.ExchangeOffers{desk.OffersNothing, desk.OffersChecks, desk.OffersAll}
}

// exchangeRoutes is the table of exchange with other installations.
func (s *Site) exchangeRoutes() []route {
	return []route{
		{pattern: "GET /exchange/card", audience: Public, h: through(s.exchangeHandler())},
		{pattern: "GET /exchange/shelf", audience: Public, h: through(s.exchangeHandler())},
		{pattern: "GET /desk/exchange", audience: Staff, may: desk.MayRead, h: s.exchangeList},
		{pattern: "POST /desk/exchange/offers", audience: Staff, may: desk.MayManage, body: bodySmall, h: s.setOffers},
		{pattern: "POST /desk/exchange/peers", audience: Staff, may: desk.MayManage, body: bodySmall, keep: []string{"name", "address", "key"}, h: s.addPeer},
		{pattern: "POST /desk/exchange/peers/{id}", audience: Staff, may: desk.MayManage, body: bodySmall, keep: []string{"key"}, h: s.changePeer},
		{pattern: "POST /desk/exchange/offered/{id}", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.takeOfferedBack},
		{pattern: "GET /desk/exchange/{peer}/{kind}/{entry}", audience: Staff, may: desk.MayRead, h: s.laidOne},
		{pattern: "POST /desk/exchange/{peer}/{kind}/{entry}", audience: Staff, may: desk.MayCite, body: bodyForm, keep: []string{"url", "title", "quote"}, h: s.doLaid},
		{pattern: "POST /desk/claims/{id}/exchange", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.claimExchangeDo},
	}
}

// exchangeHandler is the handler for peers; nil without exchange.
func (s *Site) exchangeHandler() http.Handler {
	if s.Exchange == nil {
		return nil
	}
	return s.Exchange
}

// exchangeList shows the peers and what they have laid out.
func (s *Site) exchangeList(v *visit) (answer, error) { return s.exchangeWith(v, exchangePage{}, nil) }

// exchangeWith shows the page with what a verb left to say.
func (s *Site) exchangeWith(v *visit, p exchangePage, err error) (answer, error) {
	status := http.StatusOK
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = http.StatusUnprocessableEntity
	}
	ctx, a := v.Context(), v.actor()
	p.Manage, p.Cite = a.May(desk.MayManage), a.May(desk.MayCite)
	if p.Offers, err = s.Desk.ExchangeOffers(ctx); err != nil {
		return answer{}, err
	}
	if s.Exchange != nil {
		if p.Self, p.VKey, err = s.Exchange.Self(); err != nil {
			return answer{}, err
		}
	}
	if err := s.fillPeers(v, &p); err != nil {
		return answer{}, err
	}
	for kind, into := range map[desk.LineKind]*[]laidRow{desk.LineQuestion: &p.Questions, desk.LineCheck: &p.Checks} {
		list, err := s.Desk.LaidOut(ctx, a, desk.LaidFilter{Kind: kind, Open: true, Limit: 200})
		if err != nil {
			return answer{}, err
		}
		for _, l := range list {
			*into = append(*into, laidRow{l})
		}
	}
	p.Offered, err = s.Desk.OfferedSources(ctx, a)
	p.Offered = slices.DeleteFunc(p.Offered, func(o desk.SourceOffer) bool { return !o.Ended.IsZero() })
	return show("desk/exchange", p).as(status), err
}

// fillPeers reads the peers and why their lines were refused.
func (s *Site) fillPeers(v *visit, p *exchangePage) error {
	ps, err := s.Desk.Peers(v.Context(), v.actor())
	if err != nil {
		return err
	}
	p.Names = map[desk.ID]string{}
	for _, x := range ps {
		p.Names[x.ID] = x.Name
		if !x.Active() {
			continue
		}
		rs, err := s.Desk.RefusedLines(v.Context(), v.actor(), x.ID, 500)
		if err != nil {
			return err
		}
		row := peerRow{Peer: x}
		for _, r := range rs {
			i := slices.IndexFunc(row.Refused, func(c refusedCount) bool { return c.Why == r.Why })
			if i < 0 {
				row.Refused, i = append(row.Refused, refusedCount{Why: r.Why}), len(row.Refused)
			}
			row.Refused[i].N++
		}
		p.Peers = append(p.Peers, row)
	}
	return nil
}

// setOffers says what our shelf holds.
func (s *Site) setOffers(v *visit) (answer, error) {
	if err := s.Desk.SetExchangeOffers(v.Context(), v.actor(), desk.ExchangeOffers(v.field("offers"))); err != nil {
		return s.exchangeWith(v, exchangePage{}, err)
	}
	return redirect(v.tongue.url("/desk/exchange")), nil
}

// addPeer begins exchange with another installation.
func (s *Site) addPeer(v *visit) (answer, error) {
	n := desk.NewPeer{Name: v.field("name"), Address: v.field("address"), Key: v.field("key"), Confirmed: v.field("compared") != "",
		Follows: v.field("follows") != "", Reads: v.field("reads") != ""}
	if s.Exchange == nil {
		return answer{}, desk.ErrNotFound
	}
	self, _, err := s.Exchange.Self()
	if err != nil {
		return answer{}, err
	}
	if n.Desk = s.Exchange.DeskOf(n.Key); n.Desk == self {
		return s.exchangeWith(v, exchangePage{Form: n}, &desk.Invalid{Problems: []desk.Problem{desk.PeerOurselves}})
	}
	if _, err := s.Desk.AddPeer(v.Context(), v.actor(), n); err != nil {
		return s.exchangeWith(v, exchangePage{Form: n}, err)
	}
	return redirect(v.tongue.url("/desk/exchange")), nil
}

// changePeer does what an admin asks about one peer.
func (s *Site) changePeer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	ctx, a := v.Context(), v.actor()
	switch v.field("do") {
	case "ways":
		_, err = s.Desk.SetPeerWays(ctx, a, id, v.field("follows") != "", v.field("reads") != "")
	case "resume", "again":
		_, err = s.Desk.ResumePeer(ctx, a, id, v.field("do") == "again")
	case "end":
		_, err = s.Desk.EndPeer(ctx, a, id)
	case "key":
		key := v.field("key")
		name := ""
		if s.Exchange != nil {
			name = s.Exchange.DeskOf(key)
		}
		_, err = s.Desk.ConfirmPeerKey(ctx, a, id, name, key, v.field("compared") != "")
	case "read":
		if s.Exchange != nil {
			err = s.Exchange.ReadNow(ctx, id)
		}
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err != nil {
		return s.exchangeWith(v, exchangePage{}, err)
	}
	return redirect(v.tongue.url("/desk/exchange") + "#peer-" + string(id)), nil
}

// takeOfferedBack takes offered evidence off our shelf.
func (s *Site) takeOfferedBack(v *visit) (answer, error) {
	id, err := v.id()
	if err == nil {
		err = s.Desk.TakeOfferedBack(v.Context(), v.actor(), id)
	}
	return redirect(v.tongue.url("/desk/exchange")), err
}

// alsoAsked fills in at which other desks the claims of the queue are asked,
// and counts what other desks ask that nobody here has looked at.
func (s *Site) alsoAsked(v *visit, p *queuePage) error {
	also, err := s.Desk.AlsoAsked(v.Context(), v.actor())
	if err != nil {
		return err
	}
	for i, c := range p.Claims {
		p.Claims[i].Also = strings.Join(also[c.Claim.ID], ", ")
	}
	list, err := s.Desk.LaidOut(v.Context(), v.actor(), desk.LaidFilter{Kind: desk.LineQuestion, Open: true, Limit: 200})
	for _, l := range list {
		if l.Why == desk.WhyNothing {
			p.Theirs++
		}
	}
	return err
}

// samePlaces asks the matcher what of ours a peer's sentence may be.
func (s *Site) samePlaces(v *visit, sentence string) ([]suggestion, error) {
	r := s.matches(v, match.Query{Text: sentence, Limit: 4, Kinds: []match.Kind{match.KindClaim, match.KindCheck}})
	ms := slices.DeleteFunc(slices.Clone(r.Matches), func(m match.Match) bool { return m.Probability < suggestFrom })
	return s.suggestions(v, ms)
}
