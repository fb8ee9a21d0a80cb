package desk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Step is one step of a checklist: a key that stays while its words may
// change, and the words in each language.
type Step struct {
	Key string `json:"key"`
	Vi  string `json:"vi"`
	En  string `json:"en"`
}

// In is the step in a language, in the other one if it was not translated.
func (s Step) In(lang string) string {
	if lang == "en" && s.En != "" || s.Vi == "" {
		return s.En
	}
	return s.Vi
}

// Checklist is what to look at for one kind of claim, as it stood from
// Changed on. Version 0 is the list the program comes with.
type Checklist struct {
	List    string // see Lists
	Version int64
	Steps   []Step
	Changed time.Time
	By      ID
}

// Lists names the checklists in the order pages show them: "any" is for every
// claim, the others for a kind of it.
func Lists() []string {
	return []string{"any", "picture", "number", "quotation", "health", "money", "safety", "panic", "disaster", "science"}
}

// TickState is how a step stands for a claim.
type TickState string

// The states of a tick. On and off are of a whole list: a person put it on the
// claim, or took it off.
const (
	TickOpen    TickState = "open"
	TickDone    TickState = "done"
	TickNotHere TickState = "not-here" // does not apply, for a reason
	ListOn      TickState = "on"
	ListOff     TickState = "off"
)

// Tick says who did a step, or why it does not apply.
type Tick struct {
	Claim ID
	Step  string // list and key with a slash between; for a whole list its name alone
	State TickState
	Why   string
	At    time.Time
	By    ID
}

// listOf is the list that a step belongs to.
func (t Tick) listOf() string { list, _, _ := strings.Cut(t.Step, "/"); return list }

// ListOfClaim is a checklist with how each of its steps stands for a claim.
type ListOfClaim struct {
	List  string
	Rows  []StepRow
	Asked bool // a person put it there; otherwise the claim's kind did
}

// StepRow is a step with its tick; Tick.State is TickOpen before anyone did
// anything.
type StepRow struct {
	Name string // list and key with a slash between
	Step Step
	Tick Tick
}

// ListsFit says which lists a claim calls for, by its harm, its topic and its
// form, before anyone puts one there or takes one off.
func ListsFit(c Claim, picture bool) []string {
	fit := map[string]bool{
		"any": true, "picture": picture,
		"number":    strings.ContainsFunc(c.Text, unicode.IsDigit),
		"quotation": strings.ContainsAny(c.Text, "“”«»\""),
		"health":    c.HarmKind == "health" || c.Topic == "health" || c.Topic == "food",
		"money":     c.HarmKind == "money" || c.Topic == "scam",
		"safety":    c.HarmKind == "safety", "panic": c.HarmKind == "panic",
		"disaster": c.Topic == "disaster", "science": c.Topic == "science",
	}
	return slices.DeleteFunc(Lists(), func(l string) bool { return !fit[l] })
}

// Checklists reads the lists as they stand, by name.
func (d *Desk) Checklists(ctx context.Context, by Actor) (out map[string]Checklist, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = checklists(ctx, tx)
		return err
	})
	return out, err
}

// checklists is the newest version of each list, the built-in one where nobody
// changed it.
func checklists(ctx context.Context, tx Tx) (map[string]Checklist, error) {
	out := map[string]Checklist{}
	for _, l := range Lists() {
		out[l] = Checklist{List: l, Steps: builtIn(l)}
	}
	all, err := tx.Checklists(ctx, "")
	for _, l := range all {
		if l.Version > out[l.List].Version {
			out[l.List] = l
		}
	}
	return out, err
}

// ListHistory reads all versions of a list, newest first; the built-in one is
// the last.
func (d *Desk) ListHistory(ctx context.Context, by Actor, list string) (out []Checklist, err error) {
	if !slices.Contains(Lists(), list) {
		return nil, ErrNotFound
	}
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.Checklists(ctx, list)
		return err
	})
	return append(out, Checklist{List: list, Steps: builtIn(list)}), err
}

// SetChecklist makes a new version of a list; version is the one the person
// saw. Steps without words are left out; what was ticked under a key stays.
func (d *Desk) SetChecklist(ctx context.Context, by Actor, list string, version int64, steps []Step) error {
	steps, err := cleanSteps(steps)
	if err != nil {
		return err
	}
	if !slices.Contains(Lists(), list) {
		return invalid(BadChoice)
	}
	return d.do(ctx, by, MayReview, func(tx Tx) error {
		now, err := checklists(ctx, tx)
		if err != nil {
			return err
		}
		if now[list].Version != version {
			return ErrConflict
		}
		l := Checklist{List: list, Version: version + 1, Steps: steps, Changed: d.Now(), By: by.Staff}
		if err := tx.AddChecklist(ctx, l); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvListChanged, Data: map[string]string{"list": list}})
	})
}

// mostSteps bounds a list: a longer one is not read.
const mostSteps = 15

// cleanSteps trims steps, gives new ones a key and refuses what is too long.
func cleanSteps(in []Step) ([]Step, error) {
	var out []Step
	for _, s := range in {
		s.Vi, s.En = strings.Join(strings.Fields(s.Vi), " "), strings.Join(strings.Fields(s.En), " ")
		if s.Vi == "" && s.En == "" {
			continue
		}
		if tooLong(s.Vi, MaxLineRunes) || tooLong(s.En, MaxLineRunes) {
			return nil, invalid(TextTooLong)
		}
		if s.Key == "" || slices.ContainsFunc(out, func(o Step) bool { return o.Key == s.Key }) || strings.ContainsRune(s.Key, '/') {
			s.Key = strings.ToLower(string(NewID()))
		}
		out = append(out, s)
	}
	if len(out) == 0 || len(out) > mostSteps {
		return nil, invalid(ListLength)
	}
	return out, nil
}

// ClaimLists reads the checklists of a claim with its ticks; picture says
// whether one came with it.
func (d *Desk) ClaimLists(ctx context.Context, by Actor, c Claim, picture bool) (out []ListOfClaim, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		lists, err := checklists(ctx, tx)
		if err != nil {
			return err
		}
		ts, err := tx.Ticks(ctx, c.ID)
		out = claimLists(lists, ListsFit(c, picture), ts)
		return err
	})
	return out, err
}

// claimLists puts ticks to the lists that fit or were put there.
func claimLists(lists map[string]Checklist, fit []string, ts []Tick) []ListOfClaim {
	by := map[string]Tick{}
	for _, t := range ts {
		by[t.Step] = t
	}
	var out []ListOfClaim
	for _, l := range Lists() {
		asked := by[l].State == ListOn
		if !asked && (!slices.Contains(fit, l) || by[l].State == ListOff) {
			continue
		}
		one := ListOfClaim{List: l, Asked: asked}
		for _, s := range lists[l].Steps {
			row := StepRow{Name: l + "/" + s.Key, Step: s, Tick: by[l+"/"+s.Key]}
			if row.Tick.State == "" {
				row.Tick.State = TickOpen
			}
			one.Rows = append(one.Rows, row)
		}
		out = append(out, one)
	}
	return out
}

// OpenSteps counts the steps that nobody has done or set aside.
func OpenSteps(ls []ListOfClaim) (open, all int) {
	for _, l := range ls {
		for _, r := range l.Rows {
			all++
			if r.Tick.State == TickOpen {
				open++
			}
		}
	}
	return open, all
}

// SetTick records how a step stands: done, open again, or not applying for a
// reason; or puts a whole list on the claim or takes it off. A checklist never
// holds anything up.
func (d *Desk) SetTick(ctx context.Context, by Actor, id ID, step string, state TickState, why string) error {
	t := Tick{Claim: id, Step: step, State: state, Why: strings.Join(strings.Fields(why), " "), At: d.Now(), By: by.Staff}
	if err := t.check(); err != nil {
		return err
	}
	return d.do(ctx, by, MayCite, func(tx Tx) error {
		c, err := claimAt(ctx, tx, id, 0)
		if err != nil {
			return err
		}
		if _, ok := next(c.State, stepWork); !ok {
			return ErrState
		}
		lists, err := checklists(ctx, tx)
		if err != nil {
			return err
		}
		known := func(s Step) bool { return t.Step == t.listOf()+"/"+s.Key }
		if t.State != ListOn && t.State != ListOff && !slices.ContainsFunc(lists[t.listOf()].Steps, known) {
			return invalid(BadChoice)
		}
		if err := tx.SetTick(ctx, t); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvStepTicked, Claim: id, Data: map[string]string{"step": step, "state": string(state)}})
	})
}

// check refuses a tick outside the lists, or one that does not say why a step
// does not apply.
func (t Tick) check() error {
	whole := t.State == ListOn || t.State == ListOff
	switch {
	case !slices.Contains([]TickState{TickOpen, TickDone, TickNotHere, ListOn, ListOff}, t.State),
		!slices.Contains(Lists(), t.listOf()), whole == strings.Contains(t.Step, "/"), whole && t.Step == "any":
		return invalid(BadChoice)
	case t.State == TickNotHere && t.Why == "":
		return invalid(TickNoReason)
	case tooLong(t.Why, MaxLineRunes):
		return invalid(TextTooLong)
	}
	return nil
}
