package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Question is an open claim that the public may see: its sentence as staff
// wrote it and a second person listed it, never the words of a tip.
type Question struct {
	Claim  ID
	Text   string
	Lang   string
	Topic  string   // see Topics; "" if none
	Places []string // codes; see Localities
	By     ID       // who listed it
	At     time.Time
	Band   Band // how many ask; not stored
}

// maxQuestions bounds how many questions are shown at a time.
const maxQuestions = 200

// SiteRows keeps what the public site shows besides checks.
type SiteRows interface {
	// SetQuestion inserts or overwrites by Claim.
	SetQuestion(ctx context.Context, q Question) error
	// DropQuestion removes it; ErrNotFound if absent.
	DropQuestion(ctx context.Context, claim ID) error
	// Questions lists the questions of open claims, those listed last first;
	// with a claim, that one whatever its state.
	Questions(ctx context.Context, claim ID, limit int) ([]Question, error)
	// SetPlaces replaces the places of a claim; PlacesOf lists them by code.
	SetPlaces(ctx context.Context, claim ID, codes []string) error
	PlacesOf(ctx context.Context, claim ID) ([]string, error)
	// SetStanding inserts with Version 0, or overwrites the one whose stored
	// version is p.Version; raises it by one. ErrConflict otherwise.
	SetStanding(ctx context.Context, p StandingPage) error
	// StandingPage returns a page's working copy; ErrNotFound before the first save.
	StandingPage(ctx context.Context, word string) (StandingPage, error)
	// AddStandingRevision stores a revision with its document's bytes; it is
	// never changed. ErrDuplicate if it exists.
	AddStandingRevision(ctx context.Context, r StandingRevision, doc []byte) error
	// StandingRevisions lists the revisions of one page, newest first, or with
	// "" the newest of each page, by word.
	StandingRevisions(ctx context.Context, word string) ([]StandingRevision, error)
}

// ListQuestion shows the sentence of an open claim to the public, as it stands
// now. Whoever wrote the sentence cannot list it, and the sentence of a tip
// cannot be listed by anyone.
func (d *Desk) ListQuestion(ctx context.Context, by Actor, claim ID, version int64) (Claim, error) {
	return d.step(ctx, by, MayReview, claim, version, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if c.State != ClaimOpen {
			return Event{}, ErrState
		}
		if !c.Typed || c.Wordless() || strings.TrimSpace(c.Text) == "" {
			return Event{}, invalid(QuestionNotTyped)
		}
		typed, own, err := wroteSentence(ctx, tx, claim, by)
		switch {
		case err != nil:
			return Event{}, err
		case !typed:
			return Event{}, invalid(QuestionNotTyped)
		case own || by.Staff == "":
			return Event{}, ErrOwnWork
		}
		places, err := tx.PlacesOf(ctx, claim)
		if err != nil {
			return Event{}, err
		}
		q := Question{Claim: claim, Text: c.Text, Lang: c.Lang, Topic: c.Topic, Places: places, By: by.Staff, At: d.Now()}
		return Event{Kind: EvQuestionListed}, tx.SetQuestion(ctx, q)
	})
}

// wroteSentence reports whether anybody of staff typed the claim's sentence, as
// the event log has it, and whether that was the actor: the newest edit that
// changed it was theirs. Edits from before the log told the two apart count as
// changing it.
func wroteSentence(ctx context.Context, tx Tx, claim ID, by Actor) (typed, own bool, err error) {
	es, err := tx.Events(ctx, EventFilter{Claim: claim, Limit: 10_000})
	if err != nil {
		return false, false, err
	}
	for _, e := range es { // newest first
		if e.Kind == EvClaimEdited && e.Data["sentence"] != "kept" {
			return true, e.Actor == by.Staff, nil
		}
	}
	return false, false, nil
}

// UnlistQuestion takes the sentence of a claim off the public pages.
func (d *Desk) UnlistQuestion(ctx context.Context, by Actor, claim ID) (Claim, error) {
	return d.step(ctx, by, MayAssess, claim, 0, stepWork, func(tx Tx, _ *Claim) (Event, error) {
		return Event{Kind: EvQuestionUnlisted}, tx.DropQuestion(ctx, claim)
	})
}

// QuestionOf is the question of a claim as the public sees it, nil if it is
// not listed. typed reports whether staff wrote the claim's sentence, own
// whether that was the actor, who then cannot list it.
func (d *Desk) QuestionOf(ctx context.Context, by Actor, claim ID) (q *Question, typed, own bool, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if _, err := tx.Claim(ctx, claim); err != nil {
			return err
		}
		qs, err := tx.Questions(ctx, claim, 1)
		if err != nil {
			return err
		}
		if len(qs) > 0 {
			q = &qs[0]
		}
		typed, own, err = wroteSentence(ctx, tx, claim, by)
		return err
	})
	return q, typed, own, err
}

// OpenQuestions lists the questions that the public may see: what most ask
// first, by bands, and among equals what was listed last. No number below the
// smallest band can be read from it.
func (d *Desk) OpenQuestions(ctx context.Context) (out []Question, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		if out, err = tx.Questions(ctx, "", maxQuestions); err != nil || len(out) == 0 {
			return err
		}
		ids := make([]ID, len(out))
		for i, q := range out {
			ids[i] = q.Claim
		}
		asked, err := tx.Demands(ctx, d.Now(), nil, ids)
		for i := range out {
			out[i].Band = BandOf(asked[out[i].Claim].Askers)
		}
		return err
	})
	slices.SortStableFunc(out, func(a, b Question) int { return slices.Index(Bands(), b.Band) - slices.Index(Bands(), a.Band) })
	return out, err
}

// OpenQuestion is one of OpenQuestions; ErrNotFound when the public may not
// see it.
func (d *Desk) OpenQuestion(ctx context.Context, claim ID) (Question, error) {
	all, err := d.OpenQuestions(ctx)
	if err != nil {
		return Question{}, err
	}
	i := slices.IndexFunc(all, func(q Question) bool { return q.Claim == claim })
	if i < 0 {
		return Question{}, ErrNotFound
	}
	return all[i], nil
}
