package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// AddEvidence puts a source on the claim's list. e.ID, e.Claim, e.Added and
// e.AddedBy are set here.
func (d *Desk) AddEvidence(ctx context.Context, by Actor, claim ID, e Evidence) (Evidence, error) {
	link, err := e.check()
	if err != nil {
		return e, err
	}
	e.ID, e.Claim, e.URL, e.Added, e.AddedBy = NewID(), claim, link, d.Now(), by.Staff
	e.Release, e.Version = "", 0
	e.trim()
	asked := e // whose copy is made: of a private person's post its words
	if d.opts.Post != nil {
		if platform, is := d.opts.Post(link); is {
			e.URL = platform // from the first moment, so that no check can cite the other
		}
	}
	_, err = d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		independent := "no"
		if e.Independent {
			independent = "yes"
		}
		if err := errors.Join(tx.SetEvidence(ctx, e), d.queueCapture(ctx, tx, asked)); err != nil {
			return Event{}, err
		}
		return Event{Kind: EvEvidenceAdded, About: e.ID, Data: map[string]string{"stance": string(e.Stance), "independent": independent}}, nil
	})
	return e, err
}

// check refuses a source that a reader could not open or understand.
func (e Evidence) check() (link string, err error) {
	var ps []Problem
	link, err = cleanLink(e.URL)
	if err != nil {
		ps = append(ps, BadLink)
	}
	if strings.TrimSpace(e.Title) == "" {
		ps = append(ps, TextEmpty)
	}
	if tooLong(e.Title, MaxLineRunes) || tooLong(e.Publisher, MaxLineRunes) || tooLong(e.Payer, MaxLineRunes) ||
		tooLong(e.Quote, MaxQuoteRunes) || e.Says.longest() > MaxSummaryRunes {
		ps = append(ps, TextTooLong)
	}
	if !slices.Contains(Stances(), e.Stance) || e.Nearness != NearUnset && !slices.Contains(Nearnesses(), e.Nearness) {
		ps = append(ps, BadChoice)
	}
	if len(ps) > 0 {
		return "", invalid(ps...)
	}
	return link, nil
}

// RetireEvidence takes a source off the list; it stays in the history.
// RestoreEvidence puts it back.
func (d *Desk) RetireEvidence(ctx context.Context, by Actor, claim, evidence ID) error {
	return d.setRetired(ctx, by, claim, evidence, true)
}

// RestoreEvidence undoes RetireEvidence.
func (d *Desk) RestoreEvidence(ctx context.Context, by Actor, claim, evidence ID) error {
	return d.setRetired(ctx, by, claim, evidence, false)
}

// setRetired sets or clears the time at which a source left the list.
func (d *Desk) setRetired(ctx context.Context, by Actor, claim, evidence ID, retired bool) error {
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		es, err := tx.EvidenceOf(ctx, claim)
		if err != nil {
			return Event{}, err
		}
		i := slices.IndexFunc(es, func(e Evidence) bool { return e.ID == evidence })
		if i < 0 {
			return Event{}, ErrNotFound
		}
		ev := Event{Kind: EvEvidenceBack, About: evidence}
		es[i].Retired = time.Time{}
		if retired {
			ev.Kind, es[i].Retired = EvEvidenceRetired, d.Now()
		}
		return ev, tx.SetEvidence(ctx, es[i])
	})
	return err
}

// inUse drops the evidence that was taken off the list.
func inUse(es []Evidence) []Evidence {
	var out []Evidence
	for _, e := range es {
		if e.Retired.IsZero() {
			out = append(out, e)
		}
	}
	return out
}
