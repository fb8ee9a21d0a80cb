package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Nearness says how near a source is to what it tells of.
type Nearness string

// The degrees of nearness.
const (
	NearUnset Nearness = ""          // nobody has said
	Primary   Nearness = "primary"   // where the thing was found out, decided or measured
	Secondary Nearness = "secondary" // tells what others found out
)

// Nearnesses lists what a person may say.
func Nearnesses() []Nearness { return []Nearness{Primary, Secondary} }

// Release is one text that a body gave out and that several pieces of evidence
// repeat: a press release, a wire text. All of them together are one source.
type Release struct {
	ID        ID
	Claim     ID
	Issuer    string // the institution, agency or company whose text it is, never a person
	Concerned bool   // it is the body concerned
	Made      time.Time
}

// EvidenceWas is what a piece of evidence said before it was edited.
type EvidenceWas struct {
	Evidence
	Until   time.Time
	UntilBy ID // who changed it
}

// SourceRows keeps what is known of sources beyond the evidence itself, and
// what happens to checks after publication.
type SourceRows interface {
	// SetRelease inserts or overwrites by ID.
	SetRelease(ctx context.Context, r Release) error
	// Releases lists the releases of a claim, oldest first.
	Releases(ctx context.Context, claim ID) ([]Release, error)
	// AddEvidenceWas keeps what a piece of evidence said before an edit.
	AddEvidenceWas(ctx context.Context, w EvidenceWas) error
	// EvidenceBefore lists what pieces of a claim said before, newest first.
	EvidenceBefore(ctx context.Context, claim ID) ([]EvidenceWas, error)

	// SetRecheckDate inserts or overwrites by Claim.
	SetRecheckDate(ctx context.Context, r RecheckDate) error
	// RecheckDates lists the dates that people set, of these claims or of all.
	RecheckDates(ctx context.Context, claims []ID) ([]RecheckDate, error)
	// AddRechecked keeps that a check was looked at again; ErrDuplicate if it
	// was at that very time.
	AddRechecked(ctx context.Context, r Rechecked) error
	// RecheckedOf lists the times of these claims, or of all, newest first.
	RecheckedOf(ctx context.Context, claims []ID) ([]Rechecked, error)
	// Settled tells when the newest revision of each check that gave or
	// confirmed its meaning (publish, correct, restore) was published.
	Settled(ctx context.Context) (map[ID]time.Time, error)

	// CitedUnwatched lists addresses in use as evidence of published claims
	// that are not watched yet.
	CitedUnwatched(ctx context.Context, limit int) ([]string, error)
	// SetWatched inserts or overwrites by URL.
	SetWatched(ctx context.Context, w Watched) error
	WatchedLinks(ctx context.Context, f WatchFilter) ([]Watched, error)
	// ClaimsCiting lists the published claims that have the address among
	// their evidence in use.
	ClaimsCiting(ctx context.Context, url string) ([]ID, error)
	// DropUncited forgets watched addresses that no published claim cites.
	DropUncited(ctx context.Context) (int, error)

	// ImportedAt returns the imported check at an address; ErrNotFound if none.
	ImportedAt(ctx context.Context, url string) (Imported, error)
	// ImportedUse counts the tips that an imported check answered, and lists
	// the claims that it answers or that cite it.
	ImportedUse(ctx context.Context, id ID) (tips int, claims []ID, err error)
	// SetImportChange inserts or overwrites by ID.
	SetImportChange(ctx context.Context, c ImportChange) error
	// ImportChanges lists changes, newest first: of one imported check, only
	// those nobody has looked at, or of one claim.
	ImportChanges(ctx context.Context, f ImportChangeFilter) ([]ImportChange, error)
}

// sourceOf reads one piece of evidence of a claim.
func sourceOf(ctx context.Context, tx Tx, claim, evidence ID) (Evidence, error) {
	es, err := tx.EvidenceOf(ctx, claim)
	if err != nil {
		return Evidence{}, err
	}
	i := slices.IndexFunc(es, func(e Evidence) bool { return e.ID == evidence })
	if i < 0 {
		return Evidence{}, ErrNotFound
	}
	return es[i], nil
}

// EditEvidence changes what a piece of evidence says, not its address: a
// source at another address is another source. version is the one the person
// saw; ErrConflict if somebody changed it since. What it said before is kept.
func (d *Desk) EditEvidence(ctx context.Context, by Actor, claim, evidence ID, version int64, e Evidence) (Evidence, error) {
	var out Evidence
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		was, err := sourceOf(ctx, tx, claim, evidence)
		if err != nil {
			return Event{}, err
		}
		if was.Version != version {
			return Event{}, ErrConflict
		}
		if !was.Retired.IsZero() {
			return Event{}, ErrState
		}
		now := was
		now.Title, now.Publisher, now.Lang, now.Quote, now.Says = e.Title, e.Publisher, e.Lang, e.Quote, e.Says
		now.Stance, now.Independent, now.Nearness, now.Payer = e.Stance, e.Independent, e.Nearness, e.Payer
		now.trim()
		if _, err := now.check(); err != nil {
			return Event{}, err
		}
		changed := was.differs(now)
		if len(changed) == 0 {
			return Event{}, invalid(NothingChanged)
		}
		now.Version++
		out = now
		w := EvidenceWas{Evidence: was, Until: d.Now(), UntilBy: by.Staff}
		return Event{Kind: EvEvidenceEdited, About: evidence, Data: map[string]string{"fields": strings.Join(changed, " ")}},
			errors.Join(tx.AddEvidenceWas(ctx, w), tx.SetEvidence(ctx, now))
	})
	return out, err
}

// trim takes blanks off the ends of what was typed.
func (e *Evidence) trim() {
	e.Title, e.Publisher, e.Quote = strings.TrimSpace(e.Title), strings.TrimSpace(e.Publisher), strings.TrimSpace(e.Quote)
	e.Payer = strings.Join(strings.Fields(e.Payer), " ")
}

// differs names the fields in which two texts of one source differ.
func (e Evidence) differs(o Evidence) []string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"title", e.Title == o.Title}, {"publisher", e.Publisher == o.Publisher}, {"lang", e.Lang == o.Lang}, {"quote", e.Quote == o.Quote},
		{"says", e.Says == o.Says}, {"stance", e.Stance == o.Stance}, {"independent", e.Independent == o.Independent},
		{"nearness", e.Nearness == o.Nearness}, {"payer", e.Payer == o.Payer},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}

// Gather is what a person says of pieces that repeat one text.
type Gather struct {
	Release   ID // one there is, or "" for a new one
	Issuer    string
	Concerned bool
	Evidence  []ID // pieces that join it; those in it already stay
}

// GatherRelease marks pieces of evidence as copies of one release: together
// they are one source from then on. A release has two pieces at least.
func (d *Desk) GatherRelease(ctx context.Context, by Actor, claim ID, g Gather) (Release, error) {
	g.Issuer = strings.Join(strings.Fields(g.Issuer), " ")
	if g.Issuer == "" {
		return Release{}, invalid(NoIssuer)
	}
	if tooLong(g.Issuer, MaxLineRunes) {
		return Release{}, invalid(TextTooLong)
	}
	var r Release
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		es, err := tx.EvidenceOf(ctx, claim)
		if err != nil {
			return Event{}, err
		}
		if r, err = d.releaseFor(ctx, tx, claim, g.Release); err != nil {
			return Event{}, err
		}
		r.Issuer, r.Concerned = g.Issuer, g.Concerned
		n, found := 0, 0
		for _, e := range es {
			joins := slices.Contains(g.Evidence, e.ID)
			if joins {
				found++
			}
			if joins && e.Release != r.ID {
				e.Release = r.ID
				e.Version++
				if err := tx.SetEvidence(ctx, e); err != nil {
					return Event{}, err
				}
			}
			if e.Release == r.ID && e.Retired.IsZero() {
				n++
			}
		}
		slices.Sort(g.Evidence)
		if found < len(slices.Compact(g.Evidence)) {
			return Event{}, ErrNotFound
		}
		if n < 2 {
			return Event{}, invalid(ReleaseOfOne)
		}
		return Event{Kind: EvReleaseGathered, About: r.ID, Data: map[string]string{"concerned": yesNo(r.Concerned)}}, tx.SetRelease(ctx, r)
	})
	return r, err
}

// releaseFor finds a release of the claim, or begins one.
func (d *Desk) releaseFor(ctx context.Context, tx Tx, claim, id ID) (Release, error) {
	if id == "" {
		return Release{ID: NewID(), Claim: claim, Made: d.Now()}, nil
	}
	rs, err := tx.Releases(ctx, claim)
	if err != nil {
		return Release{}, err
	}
	i := slices.IndexFunc(rs, func(r Release) bool { return r.ID == id })
	if i < 0 {
		return Release{}, ErrNotFound
	}
	return rs[i], nil
}

// PartRelease says that a piece of evidence is no copy of its release. It is
// a source of its own again, independent or not as it was marked.
func (d *Desk) PartRelease(ctx context.Context, by Actor, claim, evidence ID) error {
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		e, err := sourceOf(ctx, tx, claim, evidence)
		if err != nil {
			return Event{}, err
		}
		if e.Release == "" {
			return Event{}, ErrState
		}
		e.Release = ""
		e.Version++
		return Event{Kind: EvReleaseParted, About: evidence}, tx.SetEvidence(ctx, e)
	})
	return err
}
