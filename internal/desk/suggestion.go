package desk

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Suggestion is one sentence of a published piece that may be worth checking.
// It is a hint for staff and nothing else: it becomes a claim only when a
// person says so, it is never public, and it is forgotten in two weeks.
type Suggestion struct {
	ID       ID
	Outlet   ID
	Story    ID       // copies of one wire text are one story
	Link     string   // http(s) address of the piece
	Sentence string   // word for word
	Folded   []byte   // SHA-256 of the folded sentence: the same sentence is suggested once
	Lang     string   // BCP 47
	Points   int      // 0 to 1000, the scorer's; orders the list
	Reasons  []string // codes of why, strongest first: "figure", "attributed", …
	State    SuggestionState
	Claim    ID // what it became, if taken
	Found    time.Time
	Decided  time.Time
}

// SuggestionState is where a suggestion stands.
type SuggestionState string

// The states of a suggestion.
const (
	SuggestionOpen      SuggestionState = "open"
	SuggestionTaken     SuggestionState = "taken"     // became a claim
	SuggestionOpinion   SuggestionState = "opinion"   // not a factual claim
	SuggestionDismissed SuggestionState = "dismissed" // not worth checking
)

// How long the press is remembered. Retention counts from when a thing was
// found, or decided.
const (
	SuggestionTime = 14 * 24 * time.Hour // a suggestion that nobody took
	DecidedTime    = 90 * 24 * time.Hour // one that somebody decided on: it is not suggested again
	PieceTime      = 30 * 24 * time.Hour // the hashes of a piece
)

// SuggestionFilter selects suggestions, those with the most points first;
// zero fields do not restrict.
type SuggestionFilter struct {
	ID     ID
	State  SuggestionState
	Outlet ID
	Shown  bool // leaves out open ones of outlets that are no longer read
	Limit  int  // 0 means 100
}

// Suggested is a suggestion with what a page shows beside it.
type Suggested struct {
	Suggestion
	Outlet Outlet
	Also   []string // names of other outlets that printed the same text; counted once
}

// check refuses a suggestion that a page could not show.
func (s Suggestion) check() error {
	if _, err := cleanLink(s.Link); err != nil || strings.TrimSpace(s.Sentence) == "" || tooLong(s.Sentence, MaxQuoteRunes) || len(s.Folded) == 0 {
		return invalid(BadChoice)
	}
	return nil
}

// Suggestions lists what is suggested from the press, best first. Open ones
// of outlets that are no longer read are left out.
func (d *Desk) Suggestions(ctx context.Context, by Actor, f SuggestionFilter) (out []Suggested, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out = nil
		outlets, err := tx.Outlets(ctx)
		if err != nil {
			return err
		}
		byID := map[ID]Outlet{}
		for _, o := range outlets {
			byID[o.ID] = o
		}
		f.Shown = true
		list, err := tx.Suggestions(ctx, f)
		if err != nil || len(list) == 0 {
			return err
		}
		also, err := othersOf(ctx, tx, list, byID)
		if err != nil {
			return err
		}
		for _, s := range list {
			out = append(out, Suggested{s, byID[s.Outlet], also[s.ID]})
		}
		return nil
	})
	return out, err
}

// othersOf names, for each suggestion, the other outlets of its story.
func othersOf(ctx context.Context, tx Tx, list []Suggestion, byID map[ID]Outlet) (map[ID][]string, error) {
	var stories []ID
	for _, s := range list {
		stories = append(stories, s.Story)
	}
	pieces, err := tx.Pieces(ctx, PieceFilter{Stories: stories})
	if err != nil {
		return nil, err
	}
	out := map[ID][]string{}
	for _, s := range list {
		had := map[ID]bool{s.Outlet: true}
		for _, p := range pieces {
			if p.Story == s.Story && !had[p.Outlet] {
				had[p.Outlet] = true
				out[s.ID] = append(out[s.ID], byID[p.Outlet].Name)
			}
		}
	}
	return out, nil
}

// TakeSuggestion makes a claim of a suggested sentence. The piece goes with
// it as evidence of where it stands, which supports nothing. Asked again, it
// returns the claim of the first time.
func (d *Desk) TakeSuggestion(ctx context.Context, by Actor, id ID) (Claim, error) {
	var c Claim
	err := d.do(ctx, by, MayAssess, func(tx Tx) error {
		s, err := suggestionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if s.State == SuggestionTaken {
			c, err = d.inForce(ctx, tx, s.Claim)
			return err
		}
		if s.State != SuggestionOpen {
			return ErrState
		}
		outlet, err := outletByID(ctx, tx, s.Outlet)
		if err != nil {
			return err
		}
		now := d.Now()
		c = Claim{ID: NewID(), Text: firstLine("", s.Sentence), Typed: true, Lang: s.Lang, State: ClaimOpen, LogIndex: -1, Opened: now, Changed: now}
		if err := tx.SetClaim(ctx, c); err != nil {
			return err
		}
		c.Version++
		e := Evidence{ID: NewID(), Claim: c.ID, URL: s.Link, Title: outlet.Name, Publisher: outlet.Name, Lang: s.Lang,
			Quote: s.Sentence, Stance: Context, Added: now, AddedBy: by.Staff}
		if err := tx.SetEvidence(ctx, e); err != nil {
			return err
		}
		s.State, s.Claim, s.Decided = SuggestionTaken, c.ID, now
		if err := tx.SetSuggestion(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvClaimOpened, Claim: c.ID, About: s.ID, Data: map[string]string{"from": "press"}})
	})
	return c, err
}

// DropSuggestion takes a suggestion off the list: as not a factual claim
// (SuggestionOpinion) or as not worth checking (SuggestionDismissed).
func (d *Desk) DropSuggestion(ctx context.Context, by Actor, id ID, as SuggestionState) error {
	if as != SuggestionOpinion && as != SuggestionDismissed {
		return invalid(BadChoice)
	}
	return d.do(ctx, by, MayAssess, func(tx Tx) error {
		s, err := suggestionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if s.State == as {
			return nil // the button was pressed twice
		}
		if s.State != SuggestionOpen {
			return ErrState
		}
		s.State, s.Decided = as, d.Now()
		if err := tx.SetSuggestion(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSuggestionDropped, About: id, Data: map[string]string{"as": string(as)}})
	})
}

// suggestionByID finds one suggestion.
func suggestionByID(ctx context.Context, tx Tx, id ID) (Suggestion, error) {
	list, err := tx.Suggestions(ctx, SuggestionFilter{ID: id, Limit: 1})
	if err != nil {
		return Suggestion{}, err
	}
	if len(list) == 0 || id == "" {
		return Suggestion{}, ErrNotFound
	}
	return list[0], nil
}

// ForgetPress removes what is past its time of the press: suggestions and the
// hashes of pieces. held says that nothing was removed because the clock
// jumped.
func (d *Desk) ForgetPress(ctx context.Context, by Actor) (n int, held bool, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		if held, err = d.clockHeld(ctx, tx); err != nil || held {
			return err
		}
		now := d.Now()
		if n, err = tx.SweepPress(ctx, now.Add(-PieceTime), now.Add(-SuggestionTime), now.Add(-DecidedTime)); err != nil || n == 0 {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvPressForgotten, Data: map[string]string{"rows": strconv.Itoa(n)}})
	})
	return n, held, err
}
