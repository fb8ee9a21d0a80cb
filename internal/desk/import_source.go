package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ImportKind is how a source gives checks of other publishers.
type ImportKind string

// The kinds of source.
const (
	ImportGoogle  ImportKind = "google"  // Google's Fact Check Tools API, or what answers like it
	ImportFile    ImportKind = "file"    // one address with everything: Data Commons' feed, a CSV of Check, a dump of Cofacts
	ImportFeed    ImportKind = "feed"    // a publisher's feed, whose pages carry ClaimReview
	ImportCofacts ImportKind = "cofacts" // the GraphQL API of Cofacts
)

// ImportKinds lists the kinds in the order pages show them.
func ImportKinds() []ImportKind {
	return []ImportKind{ImportFeed, ImportGoogle, ImportFile, ImportCofacts}
}

// ImportTrouble is why a run brought nothing or ended early, as a code that
// pages turn into a sentence.
type ImportTrouble string

// The troubles of a run.
const (
	ImportUnreachable ImportTrouble = "unreachable"
	ImportKeptOut     ImportTrouble = "kept-out"  // 401, 403, 451: sent away, or the key is wrong
	ImportMissing     ImportTrouble = "missing"   // 404, 410
	ImportServer      ImportTrouble = "server"    // 5xx and other answers
	ImportPaused      ImportTrouble = "wait"      // 429, or 503 with a time to wait
	ImportNoKey       ImportTrouble = "no-key"    // the service asks for a key and none is set
	ImportForeign     ImportTrouble = "foreign"   // what came is not what the kind of source gives
	ImportTooLarge    ImportTrouble = "too-large" // more than is read of one file
	ImportForbidden   ImportTrouble = "forbidden" // the address is not on the public web
	ImportRobots      ImportTrouble = "robots"    // robots.txt asks not to
)

// ImportTroubles lists the troubles.
func ImportTroubles() []ImportTrouble {
	return []ImportTrouble{ImportUnreachable, ImportKeptOut, ImportMissing, ImportServer, ImportPaused, ImportNoKey, ImportForeign, ImportTooLarge, ImportForbidden, ImportRobots}
}

// ImportSource is a place from which checks of other publishers are read by
// schedule. What they say stays theirs: it is shown under the publisher's
// name, in the publisher's words, and counted nowhere as the desk's own.
type ImportSource struct {
	ID      ID
	Kind    ImportKind
	Name    string
	URL     string        // "" means the service's own address, where it has one
	Site    string        // of ImportGoogle: only reviews of this publisher's site
	Query   string        // of ImportGoogle: only what these words find
	Lang    string        // BCP 47; "" means any
	Every   time.Duration // between two runs
	Added   time.Time
	Due     time.Time
	Leased  time.Time
	Paused  time.Time // zero while it runs
	Removed time.Time // zero while it is in use
	State   ImportState
}

// ImportState is what a source remembers between two runs.
type ImportState struct {
	ETag     string // of the file or feed as it was read last
	Modified string
	Cursor   string // where the next run begins: the source's own form
	Tried    time.Time
	Good     time.Time // last run that came to its end
	Fails    int       // runs in a row that did not
	Trouble  ImportTrouble
	Stored   int // checks stored or changed, in all
}

// ImportRun is what one run did.
type ImportRun struct {
	ID        ID
	Source    ID
	Began     time.Time
	Ended     time.Time
	Found     int  // checks met
	Stored    int  // new or changed
	Same      int  // stood in the archive already
	Unchanged bool // the server said that nothing changed since the last run
	More      bool // stopped at the bound of one run; the next one goes on
	Trouble   ImportTrouble
	Refused   []ImportRefusal
}

// ImportRefusal is one reason for which checks were not taken over, or taken
// over with a repair, and how often.
type ImportRefusal struct {
	Kind    string // a kind of claimreview.Problem, or of the reader of the source
	Lost    bool   // the check was not taken over
	Count   int
	Samples []ImportSample // the first few
}

// ImportSample is where a reason was met.
type ImportSample struct {
	Line   int    // of the file; 0 when not known
	Number int    // the how-manieth check; 0 when not known
	URL    string // of the publisher's page, where known
	Detail string // fills the blank of the reason's sentence
}

// Bounds of sources.
const (
	MinImportEvery  = time.Hour
	MaxImportEvery  = 30 * 24 * time.Hour
	importLease     = 40 * time.Minute // longer than a run may take
	importRunsKept  = 30
	importSamples   = 5
	importFailsMost = 24 * time.Hour // the longest pause after failures
)

// Refuse counts one more check that was not taken over, or was repaired.
func (r *ImportRun) Refuse(kind string, lost bool, s ImportSample) {
	i := slices.IndexFunc(r.Refused, func(x ImportRefusal) bool { return x.Kind == kind && x.Lost == lost })
	if i < 0 {
		r.Refused = append(r.Refused, ImportRefusal{Kind: kind, Lost: lost})
		i = len(r.Refused) - 1
	}
	x := &r.Refused[i]
	if x.Count++; len(x.Samples) < importSamples {
		x.Samples = append(x.Samples, s)
	}
}

// Lost counts the checks that were not taken over.
func (r ImportRun) Lost() (n int) {
	for _, x := range r.Refused {
		if x.Lost {
			n += x.Count
		}
	}
	return n
}

// ImportSourceFilter selects sources; zero fields do not restrict. Ordered by
// name, then ID.
type ImportSourceFilter struct {
	ID    ID
	Ready time.Time // due at this time, not leased, paused or removed
	Limit int       // 0 means 500
}

// ImportRows keeps the sources of imported checks and their runs.
type ImportRows interface {
	// SetImportSource inserts or overwrites by ID.
	SetImportSource(ctx context.Context, s ImportSource) error
	ImportSources(ctx context.Context, f ImportSourceFilter) ([]ImportSource, error)
	// AddImportRun inserts a run; of its source the newest runs are kept, as
	// many as keep says.
	AddImportRun(ctx context.Context, r ImportRun, keep int) error
	// ImportRuns lists runs of a source, of all for "", newest first; limit 0
	// means 20.
	ImportRuns(ctx context.Context, source ID, limit int) ([]ImportRun, error)
}

// check brings a source into one form and refuses what could not be read.
func (s *ImportSource) check() error {
	s.Name, s.Query, s.Lang = strings.Join(strings.Fields(s.Name), " "), strings.TrimSpace(s.Query), strings.TrimSpace(s.Lang)
	s.Site, s.URL = strings.ToLower(strings.TrimSpace(s.Site)), strings.TrimSpace(s.URL)
	var ps []Problem
	add := func(bad bool, p Problem) {
		if bad && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	add(s.Name == "", TextEmpty)
	add(tooLong(s.Name, MaxLineRunes) || tooLong(s.Query, MaxLineRunes) || len(s.Site) > 253 || len(s.Lang) > 35, TextTooLong)
	add(!slices.Contains(ImportKinds(), s.Kind) || s.Every < MinImportEvery || s.Every > MaxImportEvery, BadChoice)
	if s.URL != "" || s.Kind == ImportFile || s.Kind == ImportFeed {
		_, err := cleanLink(s.URL)
		add(err != nil, BadLink)
	}
	add(s.Kind == ImportGoogle && s.Query == "" && s.Site == "", NoImportQuery)
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// SaveImportSource adds a source (s.ID empty) or changes its settings. What it
// reads from is fixed: another address, site or query is another source.
func (d *Desk) SaveImportSource(ctx context.Context, by Actor, s ImportSource) (ImportSource, error) {
	if err := s.check(); err != nil {
		return s, err
	}
	var out ImportSource
	err := d.do(ctx, by, MayImport, func(tx Tx) error {
		all, err := tx.ImportSources(ctx, ImportSourceFilter{})
		if err != nil {
			return err
		}
		kind := EvImportSourceAdded
		if s.ID == "" {
			out = s
			out.ID, out.Added, out.Due, out.Leased, out.Paused, out.Removed, out.State = NewID(), d.Now(), d.Now(), time.Time{}, time.Time{}, time.Time{}, ImportState{}
			if slices.ContainsFunc(all, func(o ImportSource) bool {
				return o.Removed.IsZero() && o.Kind == out.Kind && o.URL == out.URL && o.Site == out.Site && o.Query == out.Query && o.Lang == out.Lang
			}) {
				return invalid(ImportTaken)
			}
		} else {
			i := slices.IndexFunc(all, func(o ImportSource) bool { return o.ID == s.ID && o.Removed.IsZero() })
			if i < 0 {
				return ErrNotFound
			}
			kind, out = EvImportSourceChanged, all[i]
			out.Name, out.Every = s.Name, s.Every
			if next := out.State.Tried.Add(out.Every); out.State.Fails == 0 && next.Before(out.Due) {
				out.Due = next
			}
		}
		if err := tx.SetImportSource(ctx, out); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, About: out.ID, Data: map[string]string{"kind": string(out.Kind), "hours": strconv.Itoa(int(out.Every / time.Hour))}})
	})
	return out, err
}

// ImportTurn is what a person does with a source.
type ImportTurn string

// The turns.
const (
	ImportPause  ImportTurn = "pause"
	ImportResume ImportTurn = "resume"
	ImportNow    ImportTurn = "now"   // due at once
	ImportAnew   ImportTurn = "anew"  // due at once, from the beginning
	ImportRemove ImportTurn = "leave" // what was taken over stays
)

// TurnImportSource pauses a source, resumes it, makes it due now, or takes it
// out of use.
func (d *Desk) TurnImportSource(ctx context.Context, by Actor, id ID, turn ImportTurn) error {
	return d.do(ctx, by, MayImport, func(tx Tx) error {
		s, err := importSourceByID(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case !s.Removed.IsZero():
			return ErrState
		case turn == ImportPause && s.Paused.IsZero():
			s.Paused = d.Now()
		case turn == ImportResume && !s.Paused.IsZero():
			s.Paused, s.Due = time.Time{}, d.Now()
		case turn == ImportNow && s.Paused.IsZero():
			s.Due = d.Now()
		case turn == ImportAnew && s.Paused.IsZero():
			s.Due, s.State.ETag, s.State.Modified, s.State.Cursor = d.Now(), "", "", ""
		case turn == ImportRemove:
			s.Removed = d.Now()
		case !slices.Contains([]ImportTurn{ImportPause, ImportResume, ImportNow, ImportAnew}, turn):
			return invalid(BadChoice)
		default:
			return ErrState
		}
		if err := tx.SetImportSource(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvImportSourceTurned, About: id, Data: map[string]string{"turn": string(turn)}})
	})
}

// importSourceByID finds a source.
func importSourceByID(ctx context.Context, tx Tx, id ID) (ImportSource, error) {
	ss, err := tx.ImportSources(ctx, ImportSourceFilter{ID: id, Limit: 1})
	if err != nil {
		return ImportSource{}, err
	}
	if len(ss) == 0 || id == "" {
		return ImportSource{}, ErrNotFound
	}
	return ss[0], nil
}

// ImportSources lists the sources by name, removed ones included, with the
// runs of one of them, or of none for "".
func (d *Desk) ImportSources(ctx context.Context, by Actor, of ID) (out []ImportSource, runs []ImportRun, err error) {
	p := MayRead
	if by.Staff == "" {
		p = MayImport
	}
	err = d.read(ctx, by, p, func(tx Tx) error {
		if out, err = tx.ImportSources(ctx, ImportSourceFilter{}); err != nil || of == "" {
			return err
		}
		runs, err = tx.ImportRuns(ctx, of, importRunsKept)
		return err
	})
	return out, runs, err
}

// TakeImportSource hands out one source that is due, under a lease; id asks
// for that one, due or not. ErrNotFound when there is none.
func (d *Desk) TakeImportSource(ctx context.Context, by Actor, id ID) (out ImportSource, err error) {
	f := ImportSourceFilter{Ready: d.Now(), Limit: 1}
	if id != "" {
		f = ImportSourceFilter{ID: id, Limit: 1}
	}
	look := func(tx Tx) error {
		ss, err := tx.ImportSources(ctx, f)
		if err != nil {
			return err
		}
		if len(ss) == 0 || !ss[0].Removed.IsZero() {
			return ErrNotFound
		}
		out = ss[0]
		return nil
	}
	if err = d.read(ctx, by, MayImport, look); err != nil { // costs no writing transaction while nothing is due
		return out, err
	}
	err = d.do(ctx, by, MayImport, func(tx Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		if out.Leased.After(d.Now()) {
			return ErrBusy
		}
		out.Leased = d.Now().Add(importLease)
		return tx.SetImportSource(ctx, out)
	})
	return out, err
}

// ImportRan stores what a run did and ends the lease; ErrConflict when the
// lease was lost. state carries how far the source was read. After a failure
// the source rests longer each time; wait is how long the server asked for.
func (d *Desk) ImportRan(ctx context.Context, by Actor, s ImportSource, r ImportRun, wait time.Duration) error {
	return d.do(ctx, by, MayImport, func(tx Tx) error {
		now, err := importSourceByID(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if !now.Leased.Equal(s.Leased) {
			return ErrConflict
		}
		now.State, now.Leased = s.State, time.Time{}
		now.State.Tried, now.State.Trouble, now.State.Stored = r.Began, r.Trouble, now.State.Stored+r.Stored
		now.Due = d.Now().Add(now.Every)
		switch {
		case r.Trouble != "":
			now.State.Fails++
			now.Due = d.Now().Add(max(wait, min(now.Every, importFailsMost)))
		default:
			now.State.Good, now.State.Fails = d.Now(), 0
			if r.More {
				now.Due = d.Now().Add(time.Minute)
			}
		}
		if err := tx.SetImportSource(ctx, now); err != nil {
			return err
		}
		r.ID, r.Source, r.Ended = NewID(), s.ID, d.Now()
		if err := tx.AddImportRun(ctx, r, importRunsKept); err != nil {
			return err
		}
		if r.Stored == 0 && r.Lost() == 0 && r.Trouble == "" {
			return nil // nothing happened
		}
		return d.tell(ctx, tx, by, Event{Kind: EvImportRan, About: s.ID, Data: map[string]string{"found": strconv.Itoa(r.Found), "stored": strconv.Itoa(r.Stored),
			"refused": strconv.Itoa(r.Lost()), "trouble": string(r.Trouble)}})
	})
}

// ImportRefusals lists the reasons for refusing that readers of sources give
// beside those of the reader of formats (claimreview).
func ImportRefusals() []string {
	return []string{RefusedOpinion, RefusedUncheckable, RefusedNoReply, RefusedReplies, RefusedPage, RefusedWithout, RefusedTheirs, RefusedOwn, RefusedLanguage}
}

// The reasons of readers of sources.
const (
	RefusedOpinion     = "opinion"        // marked as an opinion by its publisher
	RefusedUncheckable = "not-checkable"  // its publisher says so
	RefusedNoReply     = "no-reply"       // nobody has answered it there
	RefusedReplies     = "replies-differ" // the replies there contradict each other
	RefusedPage        = "page-failed"    // its page could not be read
	RefusedWithout     = "page-without"   // its page carries no ClaimReview
	RefusedTheirs      = "not-theirs"     // a page says that the check stands at another site
	RefusedOwn         = "our-own"        // a check of this desk, come back
	RefusedLanguage    = "other-language" // than was asked for
)
