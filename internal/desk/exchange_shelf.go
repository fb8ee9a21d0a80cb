package desk

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"
)

// exchangeKey is the setting that says what the shelf holds.
const exchangeKey = "exchange.offers"

// ExchangeOffers says what a desk lays out for its peers.
type ExchangeOffers string

// What can be laid out.
const (
	OffersNothing ExchangeOffers = ""
	OffersChecks  ExchangeOffers = "checks"    // published checks, and evidence and taking over
	OffersAll     ExchangeOffers = "questions" // open questions too
)

// layAtOnce is how many lines are laid out in one transaction.
const layAtOnce = 300

// ExchangeOffers says what this desk lays out.
func (d *Desk) ExchangeOffers(ctx context.Context) (o ExchangeOffers, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		v, err := tx.Setting(ctx, exchangeKey)
		o = ExchangeOffers(v)
		return err
	})
	return o, err
}

// SetExchangeOffers sets what this desk lays out. What is laid out already
// and shall not be any more is ended at the next laying out.
func (d *Desk) SetExchangeOffers(ctx context.Context, by Actor, o ExchangeOffers) error {
	if !slices.Contains([]ExchangeOffers{OffersNothing, OffersChecks, OffersAll}, o) {
		return invalid(BadChoice)
	}
	return d.do(ctx, by, MayManage, func(tx Tx) error {
		if err := tx.SetSetting(ctx, exchangeKey, string(o)); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSettingChanged, Data: map[string]string{"setting": exchangeKey, "value": string(o)}})
	})
}

// HoldBack keeps a claim off the shelf, or lays it out again.
func (d *Desk) HoldBack(ctx context.Context, by Actor, claim ID, on bool) error {
	_, err := d.step(ctx, by, MayAssess, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		kind := EvQuestionFree
		if on {
			kind = EvQuestionHeld
		}
		return Event{Kind: kind}, tx.SetHeld(ctx, claim, on)
	})
	return err
}

// shelfKey tells lines of a shelf apart.
type shelfKey struct {
	kind  LineKind
	entry ID
}

// Lay brings the shelf up to date: it compares what should stand there with
// what does, and appends what differs. signed is the size of the published
// log, self our exchange name, url the address of the site. It returns how many lines were laid out.
func (d *Desk) Lay(ctx context.Context, by Actor, self, url string, signed int64) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		want, err := d.offers(ctx, tx, self, url, signed)
		if err != nil {
			return err
		}
		stands, err := tx.ShelfStands(ctx)
		if err != nil {
			return err
		}
		size, chain, err := tx.ShelfHead(ctx)
		if err != nil {
			return err
		}
		lay := layer{tx: tx, now: d.Now().Truncate(time.Second), size: size, chain: chain}
		have := map[shelfKey]ShelfLine{}
		for _, r := range stands {
			l, trouble := ParseLine(r.Body, r.N, r.At)
			if trouble != "" {
				continue // laid out again below
			}
			have[shelfKey{r.Kind, r.Entry}] = l
			if _, ok := want[shelfKey{r.Kind, r.Entry}]; !ok && !l.Ended {
				end := ShelfLine{Kind: l.Kind, Entry: l.Entry, Ended: true, To: l.To, About: l.About, Root: l.Root}
				if err := lay.add(ctx, end); err != nil {
					return err
				}
			}
		}
		for _, k := range sortedKeys(want) {
			if lay.n >= layAtOnce {
				break
			}
			if err := lay.put(ctx, want[k], have[k]); err != nil {
				return err
			}
		}
		if n = lay.n; n == 0 {
			return nil
		}
		return d.tell(ctx, tx, by, Event{Kind: EvShelfLaid, Data: map[string]string{"lines": strconv.Itoa(n)}})
	})
	return n, err
}

// sortedKeys lists what should stand on the shelf in a fixed order.
func sortedKeys(m map[shelfKey]ShelfLine) []shelfKey {
	out := make([]shelfKey, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b shelfKey) int {
		return bytes.Compare([]byte(string(a.kind)+string(a.entry)), []byte(string(b.kind)+string(b.entry)))
	})
	return out
}

// layer appends lines to the shelf.
type layer struct {
	tx    Tx
	now   time.Time
	size  int64
	chain []byte
	n     int
}

// put lays a line out unless the one that stands says the same, or a peer
// would refuse it.
func (y *layer) put(ctx context.Context, l, stands ShelfLine) error {
	l.Nonce, l.N, l.At = stands.Nonce, stands.N, stands.At
	a, err := l.Bytes()
	if err != nil {
		return err
	}
	b, err := stands.Bytes()
	if err != nil {
		return err
	}
	if bytes.Equal(a, b) {
		return nil
	}
	l.Nonce = NewNonce()
	if l.trouble() != "" || len(a) > MaxLineBytes-200 {
		if stands.Entry == "" || stands.Ended {
			return nil
		}
		l = ShelfLine{Kind: l.Kind, Entry: l.Entry, Ended: true}
	}
	return y.add(ctx, l)
}

// add appends a line and erases the bytes of those it replaces.
func (y *layer) add(ctx context.Context, l ShelfLine) error {
	l.Nonce, l.N, l.At = NewNonce(), y.size, y.now
	b, err := l.Bytes()
	if err != nil {
		return err
	}
	hash := LineHash(b)
	r := ShelfRow{N: l.N, Kind: l.Kind, Entry: l.Entry, At: l.At, Hash: hash, Chain: ShelfChain(y.chain, hash), Body: b}
	if err := errors.Join(y.tx.AddShelfRow(ctx, r), y.tx.EraseShelf(ctx, l.Kind, l.Entry, l.N)); err != nil {
		return err
	}
	y.size, y.chain = y.size+1, r.Chain
	y.n++
	return nil
}

// offers is what should stand on the shelf now.
func (d *Desk) offers(ctx context.Context, tx Tx, self, url string, signed int64) (map[shelfKey]ShelfLine, error) {
	out := map[shelfKey]ShelfLine{}
	v, err := tx.Setting(ctx, exchangeKey)
	if err != nil || v == "" {
		return out, err
	}
	peers, err := peersByID(ctx, tx)
	if err != nil {
		return nil, err
	}
	linked, err := tx.LaidOf(ctx, LaidFilter{Linked: true, Limit: queueLimit})
	if err != nil {
		return nil, err
	}
	s := shelver{d: d, tx: tx, self: self, url: url, peers: peers, linked: linked, out: out}
	if err := s.checks(ctx, signed); err != nil {
		return nil, err
	}
	if err := s.answers(ctx); err != nil {
		return nil, err
	}
	if ExchangeOffers(v) == OffersAll {
		err = s.questions(ctx)
	}
	return out, err
}

// peersByID maps peers by number.
func peersByID(ctx context.Context, tx Tx) (map[ID]Peer, error) {
	ps, err := tx.Peers(ctx)
	out := map[ID]Peer{}
	for _, p := range ps {
		out[p.ID] = p
	}
	return out, err
}

// shelver gathers what should stand on the shelf.
type shelver struct {
	d      *Desk
	tx     Tx
	self   string
	url    string
	peers  map[ID]Peer
	linked []Laid
	silent map[ID]bool // claims about which a body was asked and has not answered
	out    map[shelfKey]ShelfLine
}

// put adds a line.
func (s *shelver) put(l ShelfLine) { s.out[shelfKey{l.Kind, l.Entry}] = l }

// root is where a claim of ours came from, if from another desk.
func (s *shelver) root(claim ID) *Ref {
	for _, t := range s.linked {
		if t.Claim == claim && (t.Why == WhyTaken || t.Why == WhyAdopted) {
			if r := t.Root; r.Desk != s.self { // what came back to where it began comes from nobody
				return &r
			}
		}
	}
	return nil
}

// checks adds the published checks, in the newest revision of each.
func (s *shelver) checks(ctx context.Context, signed int64) error {
	if signed == 0 {
		return nil
	}
	for before := int64(0); ; { // to the last: what is not put here counts as ended
		rs, err := s.tx.Revisions(ctx, RevisionFilter{Below: signed, Newest: true, Before: before, Limit: 500})
		if err != nil || len(rs) == 0 {
			return err
		}
		for _, r := range rs {
			if !r.Erased {
				s.put(ShelfLine{Kind: LineCheck, Entry: r.Verdict, Root: s.root(r.Verdict), Topic: r.Doc.Topic, Check: shelfCheck(r, s.url)})
			}
		}
		before = rs[len(rs)-1].LogIndex
	}
}

// answers adds evidence offered to peers, and their questions we work on.
func (s *shelver) answers(ctx context.Context) error {
	os, err := s.tx.SourceOffers(ctx)
	if err != nil {
		return err
	}
	for _, o := range os {
		if p, ok := s.peers[o.Peer]; ok && p.Active() && o.Ended.IsZero() {
			src := o.Source
			s.put(ShelfLine{Kind: LineSource, Entry: o.ID, To: p.Desk, About: o.About, Source: &src})
		}
	}
	for _, t := range s.linked {
		if p, ok := s.peers[t.Peer]; ok && p.Active() && t.Why == WhyTaken && t.Kind == LineQuestion {
			r := t.Root
			s.put(ShelfLine{Kind: LineTaken, Entry: t.Claim, To: p.Desk, About: t.Entry, Root: &r})
		}
	}
	return nil
}

// questions adds the open claims whose sentence a person typed.
func (s *shelver) questions(ctx context.Context) error {
	cs, err := s.tx.Claims(ctx, ClaimFilter{States: []ClaimState{ClaimOpen}, Limit: queueLimit})
	if err != nil {
		return err
	}
	held, err := s.tx.HeldBack(ctx)
	if err != nil {
		return err
	}
	demand, err := s.tx.Demands(ctx, s.d.Now(), []ClaimState{ClaimOpen}, nil)
	if err != nil {
		return err
	}
	if err := s.findSilent(ctx); err != nil {
		return err
	}
	for _, c := range cs {
		if !c.Typed || c.Wordless() || c.Harm == HarmUnset || slices.Contains(held, c.ID) {
			continue
		}
		missing, err := s.missing(ctx, c)
		if err != nil {
			return err
		}
		s.put(ShelfLine{Kind: LineQuestion, Entry: c.ID, Root: s.root(c.ID), Lang: c.Lang, Text: c.Text, Harm: c.Harm, HarmKind: c.HarmKind,
			Topic: c.Topic, Demand: BandOf(demand[c.ID].Askers), Missing: missing, Takers: s.takers(c.ID)})
	}
	return nil
}

// takers lists the desks that said they work on a claim of ours.
func (s *shelver) takers(claim ID) (out []string) {
	for _, t := range s.linked {
		p := s.peers[t.Peer]
		if t.Kind == LineTaken && t.Claim == claim && t.Ended.IsZero() && p.Active() && !slices.Contains(out, p.Desk) && len(out) < maxLineTakers {
			out = append(out, p.Desk)
		}
	}
	slices.Sort(out)
	return out
}

// missing lists what a claim lacks before it can be answered.
func (s *shelver) missing(ctx context.Context, c Claim) (out []string, err error) {
	es, err := s.tx.EvidenceOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	es = inUse(es)
	add := func(is bool, m string) {
		if is {
			out = append(out, m)
		}
	}
	add(len(es) == 0, MissingEvidence)
	add(len(es) > 0 && !slices.ContainsFunc(es, func(e Evidence) bool { return e.Independent }), MissingIndependent)
	add(s.silent[c.ID], MissingAnswer)
	dr, err := draftOf(ctx, s.tx, c)
	if err != nil {
		return nil, err
	}
	add(len(dr.Texts) == 0 || dr.Rating == "", MissingText)
	add(c.Pending(), MissingReview)
	return out, nil
}

// findSilent finds the claims about which a body has not answered yet.
func (s *shelver) findSilent(ctx context.Context) error {
	rs, err := s.tx.Requests(ctx, RequestFilter{Open: true, Now: s.d.Now(), Limit: queueLimit})
	if err != nil || len(rs) == 0 {
		return err
	}
	s.silent = map[ID]bool{}
	claim, ids := map[ID]ID{}, []ID{}
	for _, r := range rs {
		claim[r.ID], ids, s.silent[r.Claim] = r.Claim, append(ids, r.ID), true
	}
	as, err := s.tx.BodyAnswers(ctx, BodyAnswerFilter{Requests: ids})
	for _, a := range as {
		delete(s.silent, claim[a.Request])
	}
	return err
}

// shelfCheck is a published revision as the shelf holds it.
func shelfCheck(r Revision, url string) *ShelfCheck {
	c := &ShelfCheck{URL: url + "/checks/" + string(r.Verdict), Rev: r.Rev, Kind: r.Kind, Rating: r.Rating, Hash: hex.EncodeToString(r.Hash)}
	if len(r.Doc.Notes) > 0 {
		c.Note = r.Doc.Notes[0].Text
	}
	for _, t := range r.Doc.Texts {
		c.Texts = append(c.Texts, ShelfText{t.Lang, t.Claim, t.Statement, t.Summary})
	}
	for _, e := range r.Doc.Evidence {
		if len(c.Sources) < maxLineSources {
			c.Sources = append(c.Sources, ShelfSource{URL: e.URL, Title: e.Title, Publisher: e.Publisher, Lang: e.Lang, Quote: e.Quote, Stance: e.Stance, Independent: e.Independent})
		}
	}
	return c
}
