package desk

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// NewTip is a tip as a channel hands it over, already cleaned of names and
// matched.
type NewTip struct {
	Channel  string   // "web", "counter", …
	ExtID    string   // the delivery's own id; for the web form its random form value
	Text     string   // cleaned, valid UTF-8
	Folded   []byte   // SHA-256 of the folded text
	Lang     string   // as detected
	Links    []string // http(s) links found
	Ticket   []byte   // hash of the ticket code, nil if the channel gives none
	Asker    []byte   // keyed hash, nil if unknown
	Forward  bool
	Decision string     // what matching said: same, perhaps, new
	Answer   string     // for "same": the key of the check, imported check or open claim that it is
	Summary  string     // one sentence a new claim starts with: the part of the text that is not frame
	Desk     ID         // the desk its form names; "" to let the channel decide
	Media    []NewMedia // files that came with it, at most MaxMedia; with them Text may be empty
}

// Received is what became of a tip.
type Received struct {
	Tip   Tip
	Claim Claim // the claim that carries it; zero while waiting or answered by an imported check
	Again bool  // the same delivery was accepted before; nothing was written now
	Asked int   // tips the claim has, this one included, counted up to MostAsked
}

// Receive takes a tip in. It is one transaction: when it returns nil the tip
// is on stable storage. The same delivery received again changes nothing and
// returns what became of it. A tip that matched a check is answered by it; one
// that matched an open claim, or whose folded text an open claim already
// carries, joins it; "perhaps" waits for the asker's choice; the rest open
// claims.
func (d *Desk) Receive(ctx context.Context, by Actor, n NewTip) (Received, error) {
	p := MayAsk
	if by.Staff != "" {
		p = MayAddTip
	}
	if err := n.check(); err != nil {
		return Received{}, err
	}
	var r Received
	err := d.do(ctx, by, p, func(tx Tx) error {
		r = Received{}
		if old, err := delivered(ctx, tx, n); err == nil {
			r.Tip, r.Again = old, true
			return d.recall(ctx, tx, &r)
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		return d.admit(ctx, tx, by, n, &r)
	})
	if err != nil {
		return r, err
	}
	return r, d.count(ctx, &r)
}

// check refuses what no channel may hand over.
func (n NewTip) check() error {
	switch {
	case strings.TrimSpace(n.Text) == "" && len(n.Media) == 0:
		return invalid(TextEmpty)
	case len(n.Media) > MaxMedia:
		return invalid(MediaTooMany)
	case utf8.RuneCountInString(n.Text) > MaxTipRunes:
		return invalid(TextTooLong)
	case !utf8.ValidString(n.Text) || n.Channel == "" || n.ExtID == "" || len(n.Folded) == 0:
		return invalid(BadChoice)
	}
	return nil
}

// delivered finds the tip of the same delivery.
func delivered(ctx context.Context, tx Tx, n NewTip) (Tip, error) {
	ts, err := tx.Tips(ctx, TipFilter{Channel: n.Channel, ExtID: n.ExtID, Limit: 1})
	if err != nil {
		return Tip{}, err
	}
	if len(ts) == 0 {
		return Tip{}, ErrNotFound
	}
	return ts[0], nil
}

// recall fills in the claim of a tip that was received before.
func (d *Desk) recall(ctx context.Context, tx Tx, r *Received) error {
	if r.Tip.Claim == "" {
		return nil
	}
	var err error
	r.Claim, err = tx.Claim(ctx, r.Tip.Claim)
	return err
}

// MostAsked is where counting the others who ask ends, so that the thirty
// thousandth copy of a message costs no more than the thousandth.
const MostAsked = 1000

// count fills in how many ask the same. It has a transaction of its own: one
// that writes would have to be run again whenever somebody else asks.
func (d *Desk) count(ctx context.Context, r *Received) error {
	if r.Claim.ID == "" {
		return nil
	}
	return d.store.Read(ctx, func(tx Tx) (err error) {
		r.Asked, err = tx.Asked(ctx, r.Claim.ID, MostAsked)
		return err
	})
}

// admit stores a tip that is new.
func (d *Desk) admit(ctx context.Context, tx Tx, by Actor, n NewTip, r *Received) error {
	t := Tip{
		ID: NewID(), Channel: n.Channel, ExtID: n.ExtID, Text: n.Text, Folded: n.Folded, Lang: n.Lang,
		Links: n.Links[:min(len(n.Links), MaxLinks)], Received: d.Now(), Ticket: n.Ticket,
		Asker: n.Asker, Forward: n.Forward, Decision: n.Decision, State: TipJoined,
	}
	if err := d.arrive(ctx, tx, by, n, t.ID); err != nil {
		return err
	}
	opened, err := d.place(ctx, tx, by, n, &t, &r.Claim)
	if err != nil {
		return err
	}
	if err := tx.AddTip(ctx, t); err != nil {
		return err
	}
	if err := d.keepMedia(ctx, tx, t.ID, n.Media); err != nil {
		return err
	}
	kind := EvTipReceived
	if by.Staff != "" {
		kind = EvTipAdded
	}
	data := map[string]string{"channel": t.Channel, "decision": t.Decision, "state": string(t.State)}
	if opened {
		data["opened"] = "yes"
	}
	if len(n.Media) > 0 {
		data["media"] = strconv.Itoa(len(n.Media))
	}
	r.Tip = t
	return d.tell(ctx, tx, by, Event{Kind: kind, Claim: t.Claim, About: t.ID, Data: data})
}

// place decides which claim carries the tip and opens one if none does.
func (d *Desk) place(ctx context.Context, tx Tx, by Actor, n NewTip, t *Tip, c *Claim) (opened bool, err error) {
	if n.Decision == "same" {
		wrong, err := d.refuted(ctx, tx, n.Folded, n.Answer)
		if err != nil {
			return false, err
		}
		if wrong {
			return d.carry(ctx, tx, by, t, n.Summary, c)
		}
		if ok, err := d.placeKnown(ctx, tx, n.Answer, t, c); ok || err != nil {
			return false, err
		}
	}
	if n.Decision == "perhaps" {
		t.State = TipWaiting
		return false, nil
	}
	return d.carry(ctx, tx, by, t, n.Summary, c)
}

// placeKnown puts the tip where its match says. It reports false when the
// match is no longer in force, so that the tip is treated as new.
func (d *Desk) placeKnown(ctx context.Context, tx Tx, answer string, t *Tip, c *Claim) (bool, error) {
	sort, id := ParseKey(answer)
	switch sort {
	case "imported":
		is, err := tx.Imports(ctx, "", []ID{id}, 1)
		if err != nil || len(is) == 0 {
			return false, err
		}
		t.State, t.Imported = TipAnswered, id
		return true, nil
	case "check", "claim":
		got, err := d.inForce(ctx, tx, id)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		*c, t.Claim = got, got.ID
		switch got.State {
		case ClaimOpen:
			t.State = TipJoined
		case ClaimPublished:
			t.State = TipAnswered
		case ClaimAnswered:
			t.State, t.Imported = TipAnswered, got.Imported
		default:
			*c, t.Claim = Claim{}, ""
			return false, nil
		}
		return true, nil
	}
	return false, nil
}

// inForce follows merges to the claim that counts now. What is published may
// be of any desk.
func (d *Desk) inForce(ctx context.Context, tx Tx, id ID) (Claim, error) {
	own := tx
	tx = whole(tx)
	for range 20 { // merges of merges; a loop is refused when merging
		c, err := tx.Claim(ctx, id)
		if err != nil || c.State != ClaimMerged {
			if err == nil && c.State != ClaimPublished {
				return own.Claim(ctx, id)
			}
			return c, err
		}
		id = c.Into
	}
	return Claim{}, ErrNotFound
}

// carry joins the claim that has the same folded text, or opens one. A text
// that was closed as not a factual claim stays closed: its askers get the
// same neutral reply, and the queue does not fill with it again.
func (d *Desk) carry(ctx context.Context, tx Tx, by Actor, t *Tip, summary string, c *Claim) (opened bool, err error) {
	t.State = TipJoined
	tx = whole(tx) // the same words may be another desk's claim already
	id, err := tx.ClaimOf(ctx, t.Folded)
	if err == nil {
		t.Claim = id
		*c, err = tx.Claim(ctx, id)
		if err == nil && c.State == ClaimClosed {
			t.State = TipClosed
		}
		return false, err
	}
	if !errors.Is(err, ErrNotFound) {
		return false, err
	}
	if summary == "" && t.Text == "" {
		if summary, err = words(ctx, tx, t.ID); err != nil {
			return false, err
		}
	}
	now := d.Now()
	*c = Claim{ID: NewID(), Text: firstLine(summary, t.Text), Lang: t.Lang, State: ClaimOpen,
		LogIndex: -1, Opened: now, Changed: now}
	t.Claim = c.ID
	if err := tx.SetClaim(ctx, *c); err != nil {
		return false, err
	}
	c.Version++
	if err := atDeskOf(ctx, tx, t.ID, c.ID); err != nil {
		return false, err
	}
	return true, d.tell(ctx, tx, by, Event{Kind: EvClaimOpened, Claim: c.ID})
}

// firstLine is the sentence a claim starts with until a person writes one. It
// takes the whole first text there is and is never empty.
func firstLine(summary, text string) string {
	s := strings.TrimSpace(summary)
	if s == "" {
		s = strings.TrimSpace(text)
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > MaxLineRunes {
		r := []rune(s)
		s = strings.TrimSpace(string(r[:MaxLineRunes-1])) + "…"
	}
	if s == "" {
		s = forgotten // a picture or a voice message without a word
	}
	return s
}

// ParseKey splits a match key into its sort (check, imported, claim) and ID.
func ParseKey(key string) (sort string, id ID) {
	parts := strings.Split(key, "/")
	if len(parts) < 2 {
		return "", ""
	}
	return parts[0], ID(parts[1])
}

// Choose records what the asker picked among "perhaps one of these", or that
// a check shown as the answer is another message: key is the match's key, ""
// for "none of these"; never an open claim, whose words are another asker's.
// ticket is the asker's proof that the tip is theirs, or that of the member of
// staff who entered it for them.
func (d *Desk) Choose(ctx context.Context, by Actor, ticket []byte, key string) (Received, error) {
	p := MayAsk
	if by.Staff != "" {
		p = MayAddTip
	}
	if sort, id := ParseKey(key); key != "" && (sort != "check" && sort != "imported" || !id.Valid()) {
		return Received{}, invalid(BadChoice)
	}
	var r Received
	err := d.do(ctx, by, p, func(tx Tx) error {
		r = Received{}
		t, err := byTicket(ctx, tx, ticket)
		if err != nil {
			return err
		}
		r.Tip = t
		if t.State == TipClosed || t.State == TipJoined && key == "" {
			r.Again = true
			return d.recall(ctx, tx, &r)
		}
		return d.choose(ctx, tx, by, &r, key)
	})
	if err != nil {
		return r, err
	}
	return r, d.count(ctx, &r)
}

// choose moves the tip of r to what the asker picked.
func (d *Desk) choose(ctx context.Context, tx Tx, by Actor, r *Received, key string) error {
	t := &r.Tip
	was := t.State
	t.Claim, t.Imported, t.Origin = "", "", ""
	kind := EvTipChosen
	placed := false
	var err error
	if key != "" {
		if placed, err = d.placeKnown(ctx, tx, key, t, &r.Claim); err != nil {
			return err
		}
	} else if was == TipAnswered {
		kind = EvTipRefused
	}
	if !placed {
		if _, err := d.carry(ctx, tx, by, t, "", &r.Claim); err != nil {
			return err
		}
	}
	if err := tx.SetTip(ctx, *t); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: kind, Claim: t.Claim, About: t.ID, Data: map[string]string{"state": string(t.State)}})
}

// byTicket finds the tip of a ticket code's hash.
func byTicket(ctx context.Context, tx Tx, hash []byte) (Tip, error) {
	if len(hash) == 0 {
		return Tip{}, ErrNotFound
	}
	ts, err := tx.Tips(ctx, TipFilter{Ticket: hash, Limit: 1})
	if err != nil {
		return Tip{}, err
	}
	if len(ts) == 0 {
		return Tip{}, ErrNotFound
	}
	return ts[0], nil
}

// ByTicket is what a holder of a ticket code may see: the tip and the claim
// that carries it now.
func (d *Desk) ByTicket(ctx context.Context, by Actor, hash []byte) (Received, error) {
	var r Received
	err := d.read(ctx, by, MayAsk, func(tx Tx) error {
		t, err := byTicket(ctx, tx, hash)
		if err != nil {
			return err
		}
		r.Tip, r.Again = t, true
		return d.recall(ctx, tx, &r)
	})
	if err != nil {
		return r, err
	}
	return r, d.count(ctx, &r)
}

// Settle lets the tips whose asker did not choose within ChoiceTime join the
// queue, as if "none of these" had been said. It returns how many it settled,
// at most 100 at a call.
func (d *Desk) Settle(ctx context.Context, by Actor) (int, error) {
	n := 0
	err := d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		ts, err := tx.Tips(ctx, TipFilter{State: TipWaiting, Before: d.Now().Add(-d.opts.ChoiceTime), Oldest: true, Limit: 100})
		if err != nil {
			return err
		}
		for _, t := range ts {
			var c Claim
			if _, err := d.carry(ctx, tx, by, &t, "", &c); err != nil {
				return err
			}
			if err := tx.SetTip(ctx, t); err != nil {
				return err
			}
			if err := d.tell(ctx, tx, by, Event{Kind: EvTipSettled, Claim: t.Claim, About: t.ID}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// cleanLink accepts an http or https address with a host, without a password,
// and returns it trimmed.
func cleanLink(s string) (string, error) {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 2000 {
		return "", invalid(BadLink)
	}
	return s, nil
}
