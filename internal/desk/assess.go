package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// ClaimEdit is what a person may set of a claim in the assess step. Every
// field is written; pages fill in what they do not change.
type ClaimEdit struct {
	Text     string
	Lang     string
	Harm     Harm
	HarmKind string
	Topic    string
	Body     string // the body concerned
}

// check refuses values outside their lists.
func (e ClaimEdit) check() error {
	var ps []Problem
	if strings.TrimSpace(e.Text) == "" {
		ps = append(ps, TextEmpty)
	}
	if tooLong(e.Text, MaxLineRunes) || tooLong(e.Body, MaxLineRunes) {
		ps = append(ps, TextTooLong)
	}
	if e.Harm != HarmUnset && !slices.Contains(Harms(), e.Harm) ||
		e.HarmKind != "" && !slices.Contains(HarmKinds(), e.HarmKind) ||
		e.Topic != "" && !slices.Contains(Topics(), e.Topic) {
		ps = append(ps, BadChoice)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// tooLong reports whether s has more than n characters.
func tooLong(s string, n int) bool { return utf8.RuneCountInString(s) > n }

// EditClaim sets the claim's sentence, harm, topic and body concerned.
// version is the one the person saw; ErrConflict if it has changed since.
func (d *Desk) EditClaim(ctx context.Context, by Actor, id ID, version int64, e ClaimEdit) (Claim, error) {
	if err := e.check(); err != nil {
		return Claim{}, err
	}
	return d.step(ctx, by, MayAssess, id, version, stepWork, func(tx Tx, c *Claim) (Event, error) {
		text := strings.TrimSpace(e.Text)
		sentence := "kept"
		if text != c.Text {
			sentence, c.Typed = "written", true
		}
		c.Text, c.Lang, c.Harm, c.HarmKind, c.Topic, c.Body = text, e.Lang, e.Harm, e.HarmKind, e.Topic, strings.TrimSpace(e.Body)
		return Event{Kind: EvClaimEdited, Data: map[string]string{"harm": string(e.Harm), "topic": e.Topic, "sentence": sentence}}, nil
	})
}

// step runs one change of one claim: permission, version, state, change,
// event.
func (d *Desk) step(ctx context.Context, by Actor, p Permission, id ID, version int64, s step,
	change func(tx Tx, c *Claim) (Event, error)) (Claim, error) {
	var out Claim
	err := d.do(ctx, by, p, func(tx Tx) error {
		var err error
		out, err = d.stepIn(ctx, tx, by, id, version, s, change)
		return err
	})
	return out, err
}

// stepIn is step inside a transaction that looked at the permission already,
// for verbs that change several claims. When it refuses, nothing of this
// claim was written, so the others may go on.
func (d *Desk) stepIn(ctx context.Context, tx Tx, by Actor, id ID, version int64, s step,
	change func(tx Tx, c *Claim) (Event, error)) (Claim, error) {
	c, err := claimAt(ctx, tx, id, version)
	if err != nil {
		return c, err
	}
	if err := c.take(s); err != nil {
		return c, err
	}
	e, err := change(tx, &c)
	if err != nil {
		return c, err
	}
	return d.saveClaim(ctx, tx, by, c, e)
}

// Assign gives the claim to a member of staff who may draft, or to nobody
// ("").
func (d *Desk) Assign(ctx context.Context, by Actor, id ID, version int64, to ID) (Claim, error) {
	return d.step(ctx, by, MayAssess, id, version, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if to != "" {
			s, err := staffByID(ctx, tx, to)
			if err != nil {
				return Event{}, err
			}
			ok, err := mayOnClaim(ctx, tx, As(s), *c, MayDraft)
			if err != nil {
				return Event{}, err
			}
			if !s.Active() || !ok {
				return Event{}, invalid(BadChoice)
			}
		}
		return passOn(c, to), nil
	})
}

// Close ends a claim as not a factual claim: opinion, belief, prediction,
// satire. Its tips get the neutral reply; their text is erased after the
// retention time; nothing of it is published. Reopen undoes it.
func (d *Desk) Close(ctx context.Context, by Actor, id ID, version int64) (Claim, error) {
	return d.CloseFor(ctx, by, id, version, "")
}

// CloseFor is Close with a reason.
func (d *Desk) CloseFor(ctx context.Context, by Actor, id ID, version int64, why CloseReason) (Claim, error) {
	if !why.known() {
		return Claim{}, invalid(BadChoice)
	}
	return d.step(ctx, by, MayAssess, id, version, stepClose, func(tx Tx, c *Claim) (Event, error) {
		return why.event(), tx.SetTipsOf(ctx, id, TipClosed, "")
	})
}

// Reopen undoes Close, or an answer by an imported check.
func (d *Desk) Reopen(ctx context.Context, by Actor, id ID, version int64) (Claim, error) {
	return d.step(ctx, by, MayAssess, id, version, stepReopen, func(tx Tx, c *Claim) (Event, error) {
		c.Imported = ""
		return Event{Kind: EvClaimReopened}, tx.SetTipsOf(ctx, id, TipJoined, "")
	})
}

// Judge records a person's yes or no to a match between an open claim and
// something known (a key of CheckKey, ImportedKey or ClaimKey). A yes answers
// the claim's tips: with a check or an open claim the claim goes into that
// one, with an imported check it ends as answered. A no never returns. Undo
// takes either back.
func (d *Desk) Judge(ctx context.Context, by Actor, id ID, version int64, key string, same bool) (Claim, error) {
	sort, other := ParseKey(key)
	if sort == "check" {
		key = CheckKey(other, "") // a check is one thing in whatever language it matched
	}
	s := stepWork
	if same {
		s = map[string]step{"check": stepMerge, "claim": stepMerge, "imported": stepAnswer}[sort]
	}
	if !slices.Contains([]string{"check", "claim", "imported"}, sort) {
		return Claim{}, invalid(BadChoice)
	}
	return d.step(ctx, by, MayAssess, id, version, s, func(tx Tx, c *Claim) (Event, error) {
		j := Judgment{Claim: id, Other: key, Same: same, By: by.Staff, At: d.Now()}
		if err := tx.SetJudgment(ctx, j); err != nil {
			return Event{}, err
		}
		answer := "no"
		if same {
			answer = "yes"
			if err := d.unite(ctx, tx, c, sort, other); err != nil {
				return Event{}, err
			}
		}
		return Event{Kind: EvClaimJudged, About: other, Data: map[string]string{"same": answer, "with": sort}}, nil
	})
}

// unite carries out a yes: c goes into the other claim, or is answered by the
// imported check.
func (d *Desk) unite(ctx context.Context, tx Tx, c *Claim, sort string, other ID) error {
	if sort == "imported" {
		is, err := tx.Imports(ctx, "", []ID{other}, 1)
		if err != nil {
			return err
		}
		if len(is) == 0 {
			return ErrNotFound
		}
		c.Imported = other
		return tx.SetTipsOf(ctx, c.ID, TipAnswered, other)
	}
	into, err := d.inForce(ctx, tx, other)
	if err != nil {
		return err
	}
	return d.mergeInto(ctx, tx, c, into)
}

// mergeInto moves the tips of c to the claim into.
func (d *Desk) mergeInto(ctx context.Context, tx Tx, c *Claim, into Claim) error {
	if into.ID == c.ID {
		return invalid(MergeSelf)
	}
	if into.State != ClaimOpen && into.State != ClaimPublished {
		return ErrState
	}
	if _, err := tx.MoveTips(ctx, c.ID, into.ID, false); err != nil {
		return err
	}
	state := TipJoined
	if into.State == ClaimPublished {
		state = TipAnswered
	}
	c.Into = into.ID
	return tx.SetTipsOf(ctx, into.ID, state, "")
}

// Merge puts an open claim into another one that is open or published; its
// tips go with it. Unmerge undoes it.
func (d *Desk) Merge(ctx context.Context, by Actor, id ID, version int64, into ID) (Claim, error) {
	return d.step(ctx, by, MayAssess, id, version, stepMerge, func(tx Tx, c *Claim) (Event, error) {
		to, err := d.inForce(ctx, tx, into)
		if err != nil {
			return Event{}, err
		}
		return Event{Kind: EvClaimMerged, About: to.ID}, d.mergeInto(ctx, tx, c, to)
	})
}

// Unmerge takes a merged claim out again, with the tips that came with it,
// and takes back the judgment that merged it, if one did.
func (d *Desk) Unmerge(ctx context.Context, by Actor, id ID, version int64) (Claim, error) {
	return d.step(ctx, by, MayAssess, id, version, stepUnmerge, func(tx Tx, c *Claim) (Event, error) {
		return d.unmerge(ctx, tx, c)
	})
}

// unmerge does the work of Unmerge inside its transaction.
func (d *Desk) unmerge(ctx context.Context, tx Tx, c *Claim) (Event, error) {
	into, err := d.inForce(ctx, tx, c.Into)
	if err != nil {
		return Event{}, err
	}
	if _, err := tx.MoveTips(ctx, c.ID, into.ID, true); err != nil {
		return Event{}, err
	}
	c.Into = ""
	if err := tx.SetTipsOf(ctx, c.ID, TipJoined, ""); err != nil {
		return Event{}, err
	}
	return Event{Kind: EvClaimUnmerged, About: into.ID}, undoYes(ctx, tx, c.ID)
}

// undoYes takes back every yes that is in force for the claim.
func undoYes(ctx context.Context, tx Tx, claim ID) error {
	js, err := tx.Judgments(ctx, claim)
	if err != nil {
		return err
	}
	for _, j := range js {
		if j.Same && !j.Undone {
			j.Undone = true
			if err := tx.SetJudgment(ctx, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// UndoJudgment takes back a no, so that the pair may be suggested again. A
// yes is undone with Unmerge or Reopen.
func (d *Desk) UndoJudgment(ctx context.Context, by Actor, id ID, version int64, key string) (Claim, error) {
	return d.step(ctx, by, MayAssess, id, version, stepWork, func(tx Tx, c *Claim) (Event, error) {
		js, err := tx.Judgments(ctx, id)
		if err != nil {
			return Event{}, err
		}
		i := slices.IndexFunc(js, func(j Judgment) bool { return j.Other == key && !j.Undone && !j.Same })
		if i < 0 {
			return Event{}, ErrNotFound
		}
		js[i].Undone = true
		return Event{Kind: EvJudgmentUndone}, tx.SetJudgment(ctx, js[i])
	})
}

// Split moves some tips of an open or published claim into a claim of their
// own, which it returns. At least one tip must stay behind.
func (d *Desk) Split(ctx context.Context, by Actor, id ID, version int64, tips []ID) (Claim, error) {
	var out Claim
	err := d.do(ctx, by, MayAssess, func(tx Tx) error {
		c, err := claimAt(ctx, tx, id, version)
		if err != nil {
			return err
		}
		if err := c.take(stepWork); err != nil {
			return err
		}
		out, err = d.split(ctx, tx, by, c, tips)
		return err
	})
	return out, err
}

// split does the work of Split inside its transaction.
func (d *Desk) split(ctx context.Context, tx Tx, by Actor, c Claim, tips []ID) (Claim, error) {
	asked, err := tx.Asked(ctx, c.ID, len(tips)+1)
	if err != nil {
		return Claim{}, err
	}
	ts, err := tx.Tips(ctx, TipFilter{Claim: c.ID, IDs: tips, Oldest: true, Limit: len(tips) + 1})
	if err != nil {
		return Claim{}, err
	}
	if len(tips) == 0 || len(ts) == 0 || len(ts) >= asked {
		return Claim{}, invalid(NoTips)
	}
	now := d.Now()
	n := Claim{ID: NewID(), Text: firstLine("", ts[0].Text), Lang: ts[0].Lang, State: ClaimOpen,
		Harm: c.Harm, HarmKind: c.HarmKind, Topic: c.Topic, Body: c.Body, LogIndex: -1, Opened: now, Changed: now}
	if err := tx.SetClaim(ctx, n); err != nil {
		return Claim{}, err
	}
	n.Version++
	if err := sameDesk(ctx, tx, c.ID, n.ID); err != nil {
		return Claim{}, err
	}
	for _, t := range ts {
		t.Claim, t.Origin, t.State, t.Imported = n.ID, "", TipJoined, ""
		if err := tx.SetTip(ctx, t); err != nil {
			return Claim{}, err
		}
	}
	if _, err := d.saveClaim(ctx, tx, by, c, Event{Kind: EvClaimSplit, About: n.ID}); err != nil {
		return Claim{}, err
	}
	return n, d.tell(ctx, tx, by, Event{Kind: EvClaimOpened, Claim: n.ID, About: c.ID})
}
