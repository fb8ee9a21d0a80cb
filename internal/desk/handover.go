package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// HandoverState is where the handing on of a claim stands.
type HandoverState string

// The states of a handover.
const (
	HandoverOffered  HandoverState = "offered"  // the other desk has not answered
	HandoverAccepted HandoverState = "accepted" // the claim is the other desk's
	HandoverBack     HandoverState = "returned" // the other desk did not take it, with reasons
	HandoverTaken    HandoverState = "taken"    // taken back before an answer
)

// Handover is one claim handed by one desk to another. The claim stays with
// the first until the other accepts; nothing of it is changed but whose it is.
type Handover struct {
	ID      ID
	Claim   ID
	From    ID
	To      ID
	By      ID
	At      time.Time
	Reasons string
	State   HandoverState
	Decided time.Time
	Decider ID
	Answer  string // why it was returned
}

// HandoverFilter selects handovers; zero fields do not restrict.
type HandoverFilter struct {
	Claim ID
	State HandoverState
	Limit int // 0 means 100
}

// Offer hands a claim to another desk, with reasons. It stays where it is,
// and work on it goes on, until the other desk accepts. One offer at a time.
func (d *Desk) Offer(ctx context.Context, by Actor, claim ID, version int64, to ID, reasons string) (Claim, error) {
	reasons, err := handoverReasons(reasons)
	if err != nil {
		return Claim{}, err
	}
	return d.step(ctx, by, MayAssess, claim, version, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if err := openDesk(ctx, tx, to); err != nil {
			return Event{}, err
		}
		of, err := tx.DesksOf(ctx, []ID{claim})
		if err != nil {
			return Event{}, err
		}
		if homeOr(of[claim]) == to {
			return Event{}, invalid(BadChoice)
		}
		if _, err := offered(ctx, tx, claim); err == nil {
			return Event{}, invalid(HandoverOpen)
		}
		h := Handover{ID: NewID(), Claim: claim, From: homeOr(of[claim]), To: to, By: by.Staff, At: d.Now(), Reasons: reasons, State: HandoverOffered}
		return Event{Kind: EvHandoverOffered, About: to}, tx.SetHandover(ctx, h)
	})
}

// handoverReasons trims reasons and refuses none, or too many words.
func handoverReasons(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", invalid(HandoverNoReasons)
	}
	if tooLong(s, MaxNoteRunes) {
		return "", invalid(TextTooLong)
	}
	return s, nil
}

// offered finds the offer of a claim that waits; ErrState if none does.
func offered(ctx context.Context, tx Tx, claim ID) (Handover, error) {
	hs, err := tx.Handovers(ctx, HandoverFilter{Claim: claim, State: HandoverOffered, Limit: 1})
	if err != nil {
		return Handover{}, err
	}
	if len(hs) == 0 {
		return Handover{}, ErrState
	}
	return hs[0], nil
}

// Accept takes over a claim that was offered to the person's desk, with its
// history, its draft and its authors, and a review that is under way. Who had
// taken it keeps it only if they work at the new desk too.
func (d *Desk) Accept(ctx context.Context, by Actor, claim ID) (Claim, error) {
	return d.answerOffer(ctx, by, claim, "", func(h Handover) ID { return h.To }, func(ctx context.Context, tx Tx, h *Handover, c *Claim) (EventKind, error) {
		h.State = HandoverAccepted
		if err := tx.SetDeskOf(ctx, claim, h.To); err != nil {
			return "", err
		}
		if c.Assignee != "" {
			s, err := staffByID(ctx, tx, c.Assignee)
			if err != nil {
				return "", err
			}
			if !As(s).MayOn(h.To, c.Topic, MayDraft) {
				c.Assignee = ""
			}
		}
		return EvHandoverAccepted, nil
	})
}

// Return refuses a claim that was offered to the person's desk, with reasons.
func (d *Desk) Return(ctx context.Context, by Actor, claim ID, reasons string) (Claim, error) {
	reasons, err := handoverReasons(reasons)
	if err != nil {
		return Claim{}, err
	}
	return d.answerOffer(ctx, by, claim, reasons, func(h Handover) ID { return h.To }, func(_ context.Context, _ Tx, h *Handover, _ *Claim) (EventKind, error) {
		h.State = HandoverBack
		return EvHandoverReturned, nil
	})
}

// TakeOfferBack ends an offer that the other desk has not answered.
func (d *Desk) TakeOfferBack(ctx context.Context, by Actor, claim ID) (Claim, error) {
	return d.answerOffer(ctx, by, claim, "", func(h Handover) ID { return h.From }, func(_ context.Context, _ Tx, h *Handover, _ *Claim) (EventKind, error) {
		h.State = HandoverTaken
		return EvHandoverTaken, nil
	})
}

// answerOffer ends the offer of a claim. whose says which of its two desks
// may: the one that offers or the one that is asked.
func (d *Desk) answerOffer(ctx context.Context, by Actor, claim ID, reasons string, whose func(Handover) ID,
	change func(context.Context, Tx, *Handover, *Claim) (EventKind, error)) (Claim, error) {
	var out Claim
	err := d.do(ctx, by, MayAssess, func(guarded Tx) error {
		if by.Staff == "" {
			return ErrForbidden
		}
		if s, ok := guarded.(seatedTx); ok {
			if _, err := s.see(ctx, claim); err != nil {
				return err
			}
			by = s.by
		}
		tx := whole(guarded)
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		h, err := offered(ctx, tx, claim)
		if err != nil {
			return err
		}
		if !by.MayOn(whose(h), c.Topic, MayAssess) {
			return ErrForbidden
		}
		h.Decided, h.Decider, h.Answer = d.Now(), by.Staff, reasons
		kind, err := change(ctx, tx, &h, &c)
		if err != nil {
			return err
		}
		if err := tx.SetHandover(ctx, h); err != nil {
			return err
		}
		out, err = d.saveClaim(ctx, tx, by, c, Event{Kind: kind, About: whose(h)})
		return err
	})
	return out, err
}

// Place is at which desk a claim is, and how it came there.
type Place struct {
	Desk      Branch
	Desks     []Branch   // all of the installation
	Handovers []Handover // newest first
	Offer     Handover   // the one that waits; zero without one
	May       bool       // the person may work on the claim
	MayOffer  bool
	MayAnswer bool // the person's desk is asked
	MayTake   bool // the person's desk asks
}

// PlaceOf reads at which desk a claim is and what the person may do about it.
func (d *Desk) PlaceOf(ctx context.Context, by Actor, claim ID) (p Place, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		if s, ok := tx.(seatedTx); ok {
			by = s.by
		}
		of, err := tx.DesksOf(ctx, []ID{claim})
		if err != nil {
			return err
		}
		if p.Desks, err = branches(ctx, tx); err != nil {
			return err
		}
		at := homeOr(of[claim])
		if i := slices.IndexFunc(p.Desks, func(b Branch) bool { return b.ID == at }); i >= 0 {
			p.Desk = p.Desks[i]
		}
		p.Handovers, err = tx.Handovers(ctx, HandoverFilter{Claim: claim})
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(p.Handovers, func(h Handover) bool { return h.State == HandoverOffered }); i >= 0 {
			p.Offer = p.Handovers[i]
		}
		p.settle(by, at, c)
		return nil
	})
	return p, err
}

// settle says what the person may do.
func (p *Place) settle(by Actor, at ID, c Claim) {
	may := by.MayOn(at, c.Topic, MayAssess)
	p.May = may
	p.MayAnswer = p.Offer.ID != "" && by.MayOn(p.Offer.To, c.Topic, MayAssess)
	p.MayTake = p.Offer.ID != "" && may
	_, worked := next(c.State, stepWork)
	p.MayOffer = p.Offer.ID == "" && may && worked && len(p.Desks) > 1
}
