package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// announceAtOnce is how many askers one transaction of Announce serves.
const announceAtOnce = 200

// mostRecalled is how many tips one recall takes back.
const mostRecalled = 1000

// Announce puts into the outbox what the askers of a claim have not been told
// yet: that it was checked, corrected or withdrawn, that it is no factual
// claim, or that another publisher's check answers it. It may be called as
// often as one likes: each asker gets one row for each revision. It returns how
// many askers it dealt with; 0 means that there is nobody left.
func (d *Desk) Announce(ctx context.Context, by Actor, claim ID) (int, error) {
	n := 0
	err := d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		c, err := d.inForce(ctx, tx, claim)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		as, err := tx.Askings(ctx, AskingFilter{Claim: c.ID, Untold: true, Limit: announceAtOnce})
		if err != nil || len(as) == 0 {
			return err
		}
		var revs []Revision
		if c.Rev > 0 {
			if revs, err = tx.Revisions(ctx, RevisionFilter{Below: c.LogIndex + 1, Verdict: c.ID}); err != nil {
				return err
			}
		}
		made := 0
		for _, a := range as {
			one, err := d.announceTo(ctx, tx, c, revs, a)
			if err != nil {
				return err
			}
			made += one
		}
		n = len(as)
		return d.tell(ctx, tx, by, Event{Kind: EvNoticesMade, Claim: c.ID, Data: map[string]string{"state": string(c.State), "notices": strconv.Itoa(made)}})
	})
	return n, err
}

// announceTo tells one asker how the claim stands, and remembers that.
func (d *Desk) announceTo(ctx context.Context, tx Tx, c Claim, revs []Revision, a Asking) (made int, err error) {
	kind := newsFor(c, revs, a)
	a.Told = c.Rev
	if kind != "" {
		a.As = string(kind)
		if kind == NoticeCorrected {
			a.As = string(NoticePublished)
		}
	}
	if err := tx.SetAsking(ctx, a); err != nil || kind == "" {
		return 0, err
	}
	waiting, err := tx.Notices(ctx, NoticeFilter{Conversations: []ID{a.Conversation}, Claim: c.ID, States: []NoticeState{NoticeWaiting, NoticeHeld}})
	if err != nil {
		return 0, err
	}
	for _, w := range waiting {
		if kind == NoticeCorrected && (w.Kind == NoticePublished || w.Kind == NoticeCorrected) {
			return 0, nil // it is written when it is sent, from what is public then
		}
		if w.Kind != NoticeTalk {
			w.State, w.Why = NoticeDropped, WhySuperseded
			if err := tx.SetNotice(ctx, w); err != nil {
				return 0, err
			}
		}
	}
	return 1, d.addNotice(ctx, tx, Notice{Kind: kind, Tip: a.Tip, Claim: c.ID, Imported: c.Imported, Rev: c.Rev, Conversation: a.Conversation})
}

// newsFor is what an asker has to be told; "" when nothing that matters to them
// changed: a typo was put right.
func newsFor(c Claim, revs []Revision, a Asking) NoticeKind {
	switch c.State {
	case ClaimClosed:
		return NoticeClosed
	case ClaimAnswered:
		return NoticeImported
	case ClaimWithdrawn:
		return NoticeWithdrawn
	}
	if a.Told == 0 || a.As != string(NoticePublished) {
		return NoticePublished
	}
	if slices.ContainsFunc(revs, func(r Revision) bool { return r.Rev > a.Told && r.Kind != KindUpdate }) {
		return NoticeCorrected
	}
	return ""
}

// addNotice puts a row into the outbox unless the same was said before.
func (d *Desk) addNotice(ctx context.Context, tx Tx, n Notice) error {
	cs, err := tx.Conversations(ctx, ConversationFilter{IDs: []ID{n.Conversation}, Limit: 1})
	if err != nil || len(cs) == 0 {
		return err
	}
	n.ID, n.Channel, n.State, n.Made = NewID(), cs[0].Channel, NoticeWaiting, d.Now()
	n.Due = n.Made
	about := string(n.Claim)
	if n.Kind == NoticeRecalled {
		about = string(n.Tip)
	}
	n.Op = fmt.Sprintf("%s/%s/%d/%s", n.Kind, about, n.Rev, n.Conversation)
	if cs[0].Address == nil {
		n.State, n.Why = NoticeDropped, WhyErased
	}
	if err := tx.AddNotice(ctx, n); err != nil && !errors.Is(err, ErrDuplicate) {
		return err
	}
	return nil
}

// Untold lists claims whose askers have something to be told, at most limit:
// what Announce missed because a tip and a publication crossed.
func (d *Desk) Untold(ctx context.Context, by Actor, limit int) ([]ID, error) {
	var out []ID
	err := d.read(ctx, by, MayKeep, func(tx Tx) error {
		as, err := tx.Askings(ctx, AskingFilter{Untold: true, Limit: limit})
		for _, a := range as {
			if !slices.Contains(out, a.Claim) {
				out = append(out, a.Claim)
			}
		}
		return err
	})
	return out, err
}

// Recall takes back a wrong automatic answer: the tip, and all with the same
// words that were answered by the same check without anybody having chosen it,
// leave the check's claim and wait in the queue as a claim of their own. Whoever
// was told gets "we sent you the wrong check"; the pair is never matched again.
// It returns the claim that carries the tips now and how many there are.
func (d *Desk) Recall(ctx context.Context, by Actor, claim, tip ID) (to Claim, n int, err error) {
	err = d.do(ctx, by, MayAssess, func(tx Tx) error {
		to, n = Claim{}, 0
		ts, err := tx.Tips(ctx, TipFilter{IDs: []ID{tip}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ts) == 0 || ts[0].Claim != claim {
			return ErrNotFound
		}
		if !ts[0].Automatic() {
			return ErrState
		}
		alike, err := tx.Tips(ctx, TipFilter{Claim: claim, State: TipAnswered, Limit: 10 * mostRecalled})
		if err != nil {
			return err
		}
		for _, t := range alike {
			if !t.Automatic() || !bytes.Equal(t.Folded, ts[0].Folded) || n == mostRecalled {
				continue
			}
			if err := d.recallTip(ctx, tx, by, t, &to); err != nil {
				return err
			}
			n++
		}
		if err := tx.SetJudgment(ctx, Judgment{Claim: to.ID, Other: CheckKey(claim, ""), By: by.Staff, At: d.Now()}); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvAnswerRecalled, Claim: claim, About: to.ID, Data: map[string]string{"tips": strconv.Itoa(n)}})
	})
	return to, n, err
}

// recallTip moves one tip into the claim of its own words and tells its asker.
func (d *Desk) recallTip(ctx context.Context, tx Tx, by Actor, t Tip, to *Claim) error {
	was := t.Claim
	t.Claim, t.Imported, t.Origin, t.Decision = "", "", "", "recalled"
	if to.ID == "" {
		if _, err := d.carry(ctx, tx, by, &t, "", to); err != nil {
			return err
		}
	} else {
		t.Claim, t.State = to.ID, TipJoined
	}
	if err := tx.SetTip(ctx, t); err != nil {
		return err
	}
	as, err := tx.Askings(ctx, AskingFilter{Tips: []ID{t.ID}, Limit: 1})
	if err != nil || len(as) == 0 {
		return err
	}
	a := as[0]
	waiting, err := tx.Notices(ctx, NoticeFilter{Conversations: []ID{a.Conversation}, Claim: was, States: []NoticeState{NoticeWaiting, NoticeUnknown, NoticeHeld}})
	if err != nil {
		return err
	}
	for _, w := range waiting {
		w.State, w.Why = NoticeDropped, WhySuperseded
		if err := tx.SetNotice(ctx, w); err != nil {
			return err
		}
	}
	a.Told, a.As = 0, ""
	if err := tx.SetAsking(ctx, a); err != nil {
		return err
	}
	return d.addNotice(ctx, tx, Notice{Kind: NoticeRecalled, Tip: t.ID, Claim: was, Conversation: a.Conversation})
}

// Automatic reports whether a check was given as the answer without anybody
// having chosen it.
func (t Tip) Automatic() bool { return t.State == TipAnswered && t.Decision == "same" && t.Claim != "" }

// refuted reports whether the words of a tip were judged before not to be about
// the check that is said to answer them.
func (d *Desk) refuted(ctx context.Context, tx Tx, folded []byte, answer string) (bool, error) {
	id, err := tx.ClaimOf(ctx, folded)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	js, err := tx.Judgments(ctx, id)
	sort, other := ParseKey(answer)
	return slices.ContainsFunc(js, func(j Judgment) bool {
		s, o := ParseKey(j.Other)
		return !j.Same && !j.Undone && s == sort && o == other
	}), err
}

// Standing is how answers stand, in numbers: never who they go to.
type Standing struct {
	Notices  []NoticeCount
	Arrivals []ArrivalCount
}

// Standing counts messages to askers and deliveries of all channels; claim, if
// not empty, restricts the messages to those about one claim.
func (d *Desk) Standing(ctx context.Context, by Actor, claim ID) (s Standing, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if claim != "" {
			if _, err := tx.Claim(ctx, claim); err != nil {
				return err
			}
		}
		s.Notices, s.Arrivals, err = tx.ReplyCounts(ctx, claim)
		return err
	})
	return s, err
}
