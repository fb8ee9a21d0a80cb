package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// LaidKey names one thing of a peer.
type LaidKey struct {
	Peer  ID
	Kind  LineKind
	Entry ID
}

// laidAt finds one thing of an active peer.
func laidAt(ctx context.Context, tx Tx, k LaidKey) (Laid, Peer, error) {
	p, err := peerByID(ctx, tx, k.Peer)
	if err != nil {
		return Laid{}, p, err
	}
	if !k.Entry.Valid() || !slices.Contains(LineKinds(), k.Kind) {
		return Laid{}, p, ErrNotFound
	}
	ts, err := tx.LaidOf(ctx, LaidFilter{Peer: k.Peer, Kind: k.Kind, Entry: k.Entry, Limit: 1})
	if err == nil && len(ts) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Laid{}, p, err
	}
	return ts[0], p, nil
}

// JoinLaid records that a peer's question or check says the same as a claim of
// ours.
func (d *Desk) JoinLaid(ctx context.Context, by Actor, k LaidKey, claim ID) (Claim, error) {
	return d.step(ctx, by, MayAssess, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		t, _, err := laidAt(ctx, tx, k)
		if err != nil {
			return Event{}, err
		}
		if t.Why == WhyTaken || t.Why == WhyAdopted || k.Kind != LineQuestion && k.Kind != LineCheck {
			return Event{}, ErrState
		}
		t.Claim, t.Why, t.By = claim, WhyJoined, by.Staff
		return Event{Kind: EvLaidJoined, About: k.Peer}, tx.SetLaid(ctx, t)
	})
}

// PartLaid records that a peer's question or check is not what a claim of ours
// is about; it is not linked by its wording again.
func (d *Desk) PartLaid(ctx context.Context, by Actor, k LaidKey) (Claim, error) {
	return d.changeLaid(ctx, by, MayAssess, k, EvLaidParted, func(t *Laid, p Peer) error {
		if t.Why != WhyWording && t.Why != WhyJoined && t.Why != WhyKnown || k.Kind != LineQuestion && k.Kind != LineCheck {
			return ErrState
		}
		t.Claim, t.Why = "", WhyApart
		return nil
	})
}

// LeaveLaid says that this desk does not work on a peer's question any more.
// Its own claim stays.
func (d *Desk) LeaveLaid(ctx context.Context, by Actor, k LaidKey) (Claim, error) {
	return d.changeLaid(ctx, by, MayAssess, k, EvLaidLeft, func(t *Laid, _ Peer) error {
		if t.Why != WhyTaken {
			return ErrState
		}
		t.Why = WhyJoined
		return nil
	})
}

// changeLaid changes something of a peer that is linked to a claim of ours.
func (d *Desk) changeLaid(ctx context.Context, by Actor, perm Permission, k LaidKey, kind EventKind, change func(*Laid, Peer) error) (Claim, error) {
	var out Claim
	err := d.do(ctx, by, perm, func(tx Tx) error {
		t, p, err := laidAt(ctx, tx, k)
		if err != nil {
			return err
		}
		if out, err = tx.Claim(ctx, t.Claim); err != nil {
			return err
		}
		if err := change(&t, p); err != nil {
			return err
		}
		t.By = by.Staff
		if err := tx.SetLaid(ctx, t); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, Claim: out.ID, About: k.Peer})
	})
	return out, err
}

// TakeLaid takes a peer's question over: this desk works on it, as the claim
// named or as a new one, and says so on its shelf. Others may do the same;
// then both are shown.
func (d *Desk) TakeLaid(ctx context.Context, by Actor, k LaidKey, claim ID) (Claim, error) {
	return d.beginLaid(ctx, by, MayAssess, k, claim, EvLaidTaken, func(tx Tx, t *Laid, p Peer, c *Claim) error {
		if k.Kind != LineQuestion {
			return ErrState
		}
		t.Why = WhyTaken
		return nil
	})
}

// beginLaid makes something of a peer's question or check: on the claim named, or
// one that is opened for it.
func (d *Desk) beginLaid(ctx context.Context, by Actor, perm Permission, k LaidKey, claim ID, kind EventKind,
	change func(Tx, *Laid, Peer, *Claim) error) (Claim, error) {
	var out Claim
	err := d.do(ctx, by, perm, func(tx Tx) error {
		t, p, err := laidAt(ctx, tx, k)
		if err != nil {
			return err
		}
		if !t.Ended.IsZero() || !p.Active() || t.Why.Made() && t.Why != WhyJoined {
			return ErrState
		}
		if claim == "" && t.Why != WhyApart {
			claim = t.Claim
		}
		c, err := d.claimFor(ctx, tx, claim, t, kind == EvLaidAdopted)
		if err != nil {
			return err
		}
		t.Claim, t.By = c.ID, by.Staff
		if err := change(tx, &t, p, &c); err != nil {
			return err
		}
		if err := tx.SetLaid(ctx, t); err != nil {
			return err
		}
		out, err = d.saveClaim(ctx, tx, by, c, Event{Kind: kind, About: k.Peer, Data: map[string]string{"entry": string(k.Entry)}})
		return err
	})
	return out, err
}

// claimFor is the claim that something of a peer is worked on as; a new one
// carries their sentence, which the person takes over as the desk's own.
func (d *Desk) claimFor(ctx context.Context, tx Tx, id ID, t Laid, draft bool) (Claim, error) {
	if id != "" {
		c, err := tx.Claim(ctx, id)
		if err != nil {
			return c, err
		}
		if draft && c.Pending() {
			return c, ErrState
		}
		return c, c.take(stepWork)
	}
	lang, text := t.Line.Lang, t.Line.Text
	if c := t.Line.Check; c != nil {
		lang, text = c.Texts[0].Lang, c.Texts[0].Claim
		for _, x := range c.Texts {
			if x.Lang == d.opts.Langs[0] {
				lang, text = x.Lang, x.Claim
			}
		}
	}
	now := d.Now()
	c := Claim{ID: NewID(), Text: text, Typed: true, Lang: lang, State: ClaimOpen, Topic: t.Line.Topic, Harm: t.Line.Harm, HarmKind: t.Line.HarmKind,
		LogIndex: -1, Opened: now, Changed: now}
	if err := tx.SetClaim(ctx, c); err != nil {
		return c, err
	}
	c.Version++
	return c, nil
}

// AdoptLaid begins the draft of a check with a peer's: their words in the
// languages nobody has begun, their sources, each to be judged anew, and their
// check as context. The rating is left open, nothing is published: the draft
// goes the way of every other, to a second person. The document that comes of
// it names where it began.
func (d *Desk) AdoptLaid(ctx context.Context, by Actor, k LaidKey, claim ID) (Claim, error) {
	return d.beginLaid(ctx, by, MayDraft, k, claim, EvLaidAdopted, func(tx Tx, t *Laid, p Peer, c *Claim) error {
		check := t.Line.Check
		if k.Kind != LineCheck || check == nil || check.Kind == KindWithdraw {
			return ErrState
		}
		t.Why = WhyAdopted
		if err := d.adoptSources(ctx, tx, by, c.ID, p, *check); err != nil {
			return err
		}
		dr, err := draftOf(ctx, tx, *c)
		if err != nil {
			return err
		}
		for _, x := range check.Texts {
			if had := dr.Text(x.Lang); slices.Contains(d.opts.Langs, x.Lang) && had.Statement == "" && had.Summary == "" && had.Body == "" {
				had.Lang, had.Statement, had.Summary = x.Lang, x.Statement, x.Summary
				if had.Claim == "" {
					had.Claim = x.Claim
				}
				dr.setText(had, d.opts.Langs)
			}
		}
		if !slices.Contains(dr.Authors, by.Staff) {
			dr.Authors = append(dr.Authors, by.Staff)
		}
		dr.Changed = d.Now()
		return tx.SetDraft(ctx, dr)
	})
}

// adoptSources puts the sources of a peer's check, and the check itself, on
// the list of a claim. None counts as independent until a person here says so.
func (d *Desk) adoptSources(ctx context.Context, tx Tx, by Actor, claim ID, p Peer, c ShelfCheck) error {
	es, err := tx.EvidenceOf(ctx, claim)
	if err != nil {
		return err
	}
	had := map[string]bool{}
	for _, e := range es {
		had[e.URL] = true
	}
	title := c.URL
	if len(c.Texts) > 0 && c.Texts[0].Statement != "" {
		title = c.Texts[0].Statement
	}
	list := append([]ShelfSource{{URL: c.URL, Title: title, Publisher: p.Name, Stance: Context}}, c.Sources...)
	for i, s := range list {
		if had[s.URL] {
			continue
		}
		had[s.URL] = true
		e := Evidence{URL: s.URL, Title: s.Title, Publisher: s.Publisher, Lang: s.Lang, Quote: s.Quote, Stance: s.Stance}
		if i == 0 {
			e.Nearness = Secondary
		}
		if err := d.putEvidence(ctx, tx, by, claim, e); err != nil {
			return err
		}
	}
	return nil
}

// putEvidence puts a source that another desk named on the list of a claim, in
// the way of AddEvidence.
func (d *Desk) putEvidence(ctx context.Context, tx Tx, by Actor, claim ID, e Evidence) error {
	link, err := e.check()
	if err != nil {
		return err
	}
	e.ID, e.Claim, e.URL, e.Added, e.AddedBy = NewID(), claim, link, d.Now(), by.Staff
	e.trim()
	asked := e
	if d.opts.Post != nil {
		if platform, is := d.opts.Post(link); is {
			e.URL = platform
		}
	}
	return errors.Join(tx.SetEvidence(ctx, e), d.queueCapture(ctx, tx, asked))
}

// adopted lists the checks of peers with which the draft of a claim began, and
// sees to it that none of them counts as an independent source of it.
func adopted(ctx context.Context, tx Tx, claim ID, es []DocEvidence) (out []DocAdopted, err error) {
	ts, err := tx.LaidOf(ctx, LaidFilter{Claim: claim, Kind: LineCheck, Limit: 50})
	if err != nil || len(ts) == 0 {
		return nil, err
	}
	peers, err := peersByID(ctx, whole(tx))
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if t.Why != WhyAdopted || t.Line.Check == nil {
			continue
		}
		c := t.Line.Check
		out = append(out, DocAdopted{Desk: t.Ref(peers[t.Peer]).Desk, Name: peers[t.Peer].Name, URL: c.URL, SHA256: c.Hash})
		for i := range es {
			if es[i].URL == c.URL {
				es[i].Independent = false
			}
		}
	}
	return out, nil
}

// DocAdopted is a check of another desk with which a document began.
type DocAdopted struct {
	Desk   string `json:"desk"` // its exchange name
	Name   string `json:"name"` // as this desk calls it
	URL    string `json:"url"`
	SHA256 string `json:"sha256"` // of its document
}

// OfferSource offers evidence for a peer's question: it stands on our shelf
// until it is taken back, and the other desk fetches it or does not.
func (d *Desk) OfferSource(ctx context.Context, by Actor, k LaidKey, s ShelfSource) (SourceOffer, error) {
	s.URL, s.Title, s.Publisher, s.Quote = strings.TrimSpace(s.URL), strings.TrimSpace(s.Title), strings.TrimSpace(s.Publisher), strings.TrimSpace(s.Quote)
	if _, err := (Evidence{URL: s.URL, Title: s.Title, Publisher: s.Publisher, Quote: s.Quote, Stance: s.Stance}).check(); err != nil {
		return SourceOffer{}, err
	}
	if s.trouble() != "" {
		return SourceOffer{}, invalid(SourceUnfit)
	}
	var o SourceOffer
	err := d.do(ctx, by, MayCite, func(tx Tx) error {
		t, p, err := laidAt(ctx, tx, k)
		if err != nil {
			return err
		}
		if k.Kind != LineQuestion || !t.Ended.IsZero() || !p.Active() {
			return ErrState
		}
		o = SourceOffer{ID: NewID(), Peer: k.Peer, About: k.Entry, Source: s, At: d.Now(), By: by.Staff}
		if err := tx.SetSourceOffer(ctx, o); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSourceOffered, About: k.Peer})
	})
	return o, err
}

// TakeOfferedBack takes offered evidence off our shelf.
func (d *Desk) TakeOfferedBack(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayCite, func(tx Tx) error {
		os, err := tx.SourceOffers(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(os, func(o SourceOffer) bool { return o.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		if !os[i].Ended.IsZero() {
			return nil // the button was pressed twice
		}
		os[i].Ended = d.Now()
		if err := tx.SetSourceOffer(ctx, os[i]); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSourceUnoffer, About: os[i].Peer})
	})
}

// AcceptSource puts evidence that a peer offers on the list of our claim. The
// person says whether it is independent of the body concerned.
func (d *Desk) AcceptSource(ctx context.Context, by Actor, k LaidKey, independent bool) (Claim, error) {
	var out Claim
	err := d.do(ctx, by, MayCite, func(tx Tx) error {
		t, _, err := laidAt(ctx, tx, k)
		if err != nil {
			return err
		}
		if k.Kind != LineSource || t.Why != WhyKnown && t.Why != WhyDeclined {
			return ErrState
		}
		out, err = d.stepIn(ctx, tx, by, t.Claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
			s := t.Line.Source
			e := Evidence{URL: s.URL, Title: s.Title, Publisher: s.Publisher, Lang: s.Lang, Quote: s.Quote, Stance: s.Stance, Independent: independent}
			t.Why, t.By = WhyAccepted, by.Staff
			return Event{Kind: EvSourceAccepted, About: k.Peer}, errors.Join(d.putEvidence(ctx, tx, by, c.ID, e), tx.SetLaid(ctx, t))
		})
		return err
	})
	return out, err
}

// DeclineSource says that evidence a peer offers is not needed.
func (d *Desk) DeclineSource(ctx context.Context, by Actor, k LaidKey) (Claim, error) {
	return d.changeLaid(ctx, by, MayCite, k, EvSourceDeclined, func(t *Laid, _ Peer) error {
		if k.Kind != LineSource || t.Why != WhyKnown {
			return ErrState
		}
		t.Why = WhyDeclined
		return nil
	})
}
