package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Typed is everything a person typed into the form of a draft.
type Typed struct {
	Rating Rating `json:"rating,omitempty"`
	Text   Text   `json:"text"`
	Reason Reason `json:"reason,omitempty"`
	Notes  []Note `json:"notes,omitempty"` // what changed and why, for readers
}

// KeptWhy says why a text was kept beside the draft.
type KeptWhy string

// The reasons.
const (
	KeptOverlap KeptWhy = "overlap" // a colleague changed the same place
	KeptReview  KeptWhy = "review"  // a review had begun
	KeptEnded   KeptWhy = "ended"   // the claim was closed, merged or answered
	KeptJoined  KeptWhy = "joined"  // nothing was wrong: it was joined with a colleague's text, which it shows
)

// KeptState is where a kept text stands.
type KeptState string

// The states.
const (
	KeptOpen    KeptState = "open"
	KeptUsed    KeptState = "used"    // it went into the draft
	KeptDropped KeptState = "dropped" // its writer, or who drafts, does not need it
)

// Kept is what a person typed that could not simply be saved. It stays until
// it was used or dropped, whatever becomes of the page it was typed in.
type Kept struct {
	ID      ID
	Claim   ID
	Staff   ID // who typed it
	Typed   Typed
	Base    Typed // the rating and text it was made from
	Result  Typed // what became of it, once it was used
	Why     KeptWhy
	State   KeptState
	At      time.Time
	Settled time.Time
}

// KeptFilter selects kept texts; zero fields do not restrict.
type KeptFilter struct {
	ID    ID
	Claim ID
	Staff ID
	State KeptState
	Limit int // 0 means 100
}

// Written is what became of a text that was sent.
type Written struct {
	Draft Draft // as it stands now
	Kept  Kept  // set if the text was kept, or joined with a colleague's
}

// Saved reports whether all that was typed stands in the draft.
func (w Written) Saved() bool { return w.Kept.ID == "" || w.Kept.State == KeptUsed }

// Choice is whose text stands in a place that two people changed.
type Choice string

// The choices.
const (
	ChooseMine   Choice = "mine"
	ChooseTheirs Choice = "theirs"
	ChooseBoth   Choice = "both" // one after the other, to be put right by hand
)

// MergedField is one field of a draft that two people changed.
type MergedField struct {
	Name         string // rating, claim, statement, summary, body, unknown
	Pieces       []Stretch
	Mine, Theirs Rating // of the rating
	Clash        bool
}

// MergeTyped holds what was typed against the draft as it is now, field by
// field. Fields in which nothing differs are left out.
func MergeTyped(base, mine, theirs Typed) []MergedField {
	var out []MergedField
	if mine.Rating != theirs.Rating {
		out = append(out, MergedField{Name: "rating", Mine: mine.Rating, Theirs: theirs.Rating,
			Clash: mine.Rating != base.Rating && theirs.Rating != base.Rating})
	}
	for i, f := range fieldsOf(&mine.Text) {
		b, t := *fieldsOf(&base.Text)[i].value, *fieldsOf(&theirs.Text)[i].value
		if unit(*f.value) == unit(t) {
			continue
		}
		merge := Merge3
		if f.line {
			merge = MergeLine
		}
		ps := merge(b, *f.value, t)
		out = append(out, MergedField{Name: f.name, Pieces: ps, Clash: Clashes(ps)})
	}
	return out
}

// textField is one field of a text.
type textField struct {
	name  string
	value *string
	line  bool // one sentence
}

// fieldsOf are the fields of a text in the order of the page.
func fieldsOf(t *Text) []textField {
	return []textField{{"claim", &t.Claim, true}, {"statement", &t.Statement, true}, {"summary", &t.Summary, false},
		{"body", &t.Body, false}, {"unknown", &t.Unknown, false}}
}

// Settle puts a merge together. choose says whose text stands in the nth clash
// of a field; ok is false if a clash was left without a choice.
func Settle(base, mine, theirs Typed, choose func(field string, n int) Choice) (out Typed, ok bool) {
	out, ok = mine, true
	out.Rating = theirs.Rating
	for _, f := range fieldsOf(&out.Text) {
		for _, t := range fieldsOf(&theirs.Text) {
			if t.name == f.name {
				*f.value = *t.value
			}
		}
	}
	for _, m := range MergeTyped(base, mine, theirs) {
		if m.Name == "rating" {
			c := choose("rating", 0)
			switch {
			case !m.Clash && mine.Rating != base.Rating, m.Clash && c == ChooseMine:
				out.Rating = mine.Rating
			case m.Clash && c != ChooseTheirs:
				ok = false
			}
			continue
		}
		text, whole := settleField(m, choose)
		ok = ok && whole
		for _, f := range fieldsOf(&out.Text) {
			if f.name == m.Name {
				*f.value = text
			}
		}
	}
	return out, ok
}

// settleField puts one field together.
func settleField(m MergedField, choose func(field string, n int) Choice) (string, bool) {
	var b strings.Builder
	n, ok := 0, true
	for _, p := range m.Pieces {
		if !p.Clash {
			b.WriteString(p.Text())
			continue
		}
		switch choose(m.Name, n) {
		case ChooseMine:
			b.WriteString(p.Mine)
		case ChooseTheirs:
			b.WriteString(p.Theirs)
		case ChooseBoth:
			b.WriteString(bothOf(p))
		default:
			ok = false
		}
		n++
	}
	return b.String(), ok
}

// bothOf sets two texts one after the other: beside each other within a line,
// as paragraphs of their own when they are.
func bothOf(p Stretch) string {
	mine := strings.TrimRight(p.Mine, " \t\r\n")
	gap := " "
	if strings.Contains(p.Mine+p.Theirs, "\n") {
		gap = "\n\n"
	}
	return mine + gap + p.Theirs
}

// WriteDraft saves what a person typed into a draft of the version they saw.
// If colleagues saved meanwhile, the two are joined where that is safe. Where
// it is not, and where the draft can no longer be changed, the text is kept
// and nothing is overwritten.
func (d *Desk) WriteDraft(ctx context.Context, by Actor, claim ID, version int64, t Typed) (Written, error) {
	if err := checkDraft(d.opts.Langs, t.Rating, t.Text); err != nil {
		return Written{}, err
	}
	t = t.tidy(d.opts.Langs)
	var out Written
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		dr, err := draftOf(ctx, tx, c)
		if err != nil {
			return err
		}
		out, err = d.write(ctx, tx, by, c, dr, version, t)
		return err
	})
	return out, err
}

// tidy trims what was typed as a draft stores it, so that it can be compared.
func (t Typed) tidy(langs []string) Typed {
	var dr Draft
	dr.setText(t.Text, langs)
	t.Text, t.Notes = dr.Text(t.Text.Lang), trimNotes(t.Notes)
	return t
}

// typedOf is what a draft says in a language.
func typedOf(dr Draft, lang string) Typed { return Typed{Rating: dr.Rating, Text: dr.Text(lang)} }

// write does the work of WriteDraft in its transaction.
func (d *Desk) write(ctx context.Context, tx Tx, by Actor, c Claim, dr Draft, version int64, t Typed) (Written, error) {
	now := typedOf(dr, t.Text.Lang)
	if now.Rating == t.Rating && now.Text == t.Text && (dr.Version == version || c.Pending()) {
		return Written{Draft: dr}, nil // nothing to save: the button was pressed twice
	}
	k := Kept{ID: NewID(), Claim: c.ID, Staff: by.Staff, Typed: t, State: KeptOpen, At: d.Now()}
	var err error
	if k.Base, err = d.ground(ctx, tx, dr, version, t.Text.Lang); err != nil {
		return Written{}, err
	}
	work := c
	switch {
	case c.Pending():
		k.Why = KeptReview
		return d.keep(ctx, tx, by, dr, k)
	case work.take(stepWork) != nil:
		k.Why = KeptEnded
		return d.keep(ctx, tx, by, dr, k)
	case dr.Version == version:
		dr, err = d.saveTyped(ctx, tx, by, c, dr, t, nil)
		return Written{Draft: dr}, err
	case now.Rating == t.Rating && now.Text == t.Text:
		return Written{Draft: dr}, nil // both wrote the same
	}
	joined, ok := Settle(k.Base, t, now, func(string, int) Choice { return "" })
	if !ok {
		k.Why = KeptOverlap
		return d.keep(ctx, tx, by, dr, k)
	}
	k.Why, k.State, k.Settled, k.Result = KeptJoined, KeptUsed, d.Now(), joined
	if err := tx.SetKept(ctx, k); err != nil {
		return Written{}, err
	}
	dr, err = d.saveTyped(ctx, tx, by, c, dr, joined, map[string]string{"joined": "yes"})
	return Written{Draft: dr, Kept: k}, err
}

// ground is what the draft said in the version that a text was made from;
// nothing at all when that is not known any more, so that everything is shown.
func (d *Desk) ground(ctx context.Context, tx Tx, now Draft, version int64, lang string) (Typed, error) {
	if now.Version == version {
		return typedOf(now, lang), nil
	}
	past, err := tx.PastDraft(ctx, now.Claim, version)
	if errors.Is(err, ErrNotFound) {
		return Typed{Text: Text{Lang: lang}}, nil
	}
	return typedOf(past, lang), err
}

// keep stores a text beside the draft.
func (d *Desk) keep(ctx context.Context, tx Tx, by Actor, dr Draft, k Kept) (Written, error) {
	mine, err := tx.KeptTexts(ctx, KeptFilter{Claim: k.Claim, Staff: by.Staff, State: KeptOpen})
	if err != nil {
		return Written{}, err
	}
	for _, o := range mine {
		if o.Why == k.Why && o.Typed.Text == k.Typed.Text && o.Typed.Rating == k.Typed.Rating {
			return Written{Draft: dr, Kept: o}, nil // sent again
		}
	}
	if err := tx.SetKept(ctx, k); err != nil {
		return Written{}, err
	}
	return Written{Draft: dr, Kept: k}, d.tell(ctx, tx, by, Event{Kind: EvTextKept, Claim: k.Claim, About: k.ID,
		Data: map[string]string{"why": string(k.Why), "lang": k.Typed.Text.Lang}})
}

// saveTyped overwrites the draft, keeps what it said before, and leaves the
// event of a saved draft.
func (d *Desk) saveTyped(ctx context.Context, tx Tx, by Actor, c Claim, dr Draft, t Typed, data map[string]string) (Draft, error) {
	if err := tx.KeepPast(ctx, dr, d.Now()); err != nil {
		return dr, err
	}
	dr.Rating = t.Rating
	dr.setText(t.Text, d.opts.Langs)
	if !slices.Contains(dr.Authors, by.Staff) {
		dr.Authors = append(dr.Authors, by.Staff)
	}
	dr.Changed = d.Now()
	if err := tx.SetDraft(ctx, dr); err != nil {
		return dr, err
	}
	dr.Version++
	e := Event{Kind: EvDraftSaved, Data: map[string]string{"lang": t.Text.Lang}}
	for k, v := range data {
		e.Data[k] = v
	}
	_, err := d.saveClaim(ctx, tx, by, c, e)
	return dr, err
}

// KeptText reads one kept text, with the draft and claim it belongs to. Those
// who may draft see the texts of all, so that nothing is lost with a colleague
// who left; others see none.
func (d *Desk) KeptText(ctx context.Context, by Actor, claim, id ID) (k Kept, dr Draft, c Claim, err error) {
	err = d.read(ctx, by, MayDraft, func(tx Tx) (err error) {
		if k, err = keptAt(ctx, tx, claim, id); err != nil {
			return err
		}
		if c, err = tx.Claim(ctx, claim); err != nil {
			return err
		}
		dr, err = draftOf(ctx, tx, c)
		return err
	})
	return k, dr, c, err
}

// keptAt finds a kept text of a claim.
func keptAt(ctx context.Context, tx Tx, claim, id ID) (Kept, error) {
	ks, err := tx.KeptTexts(ctx, KeptFilter{ID: id, Claim: claim, Limit: 1})
	if err != nil {
		return Kept{}, err
	}
	if len(ks) == 0 {
		return Kept{}, ErrNotFound
	}
	return ks[0], nil
}

// KeptTexts lists kept texts for those who may draft.
func (d *Desk) KeptTexts(ctx context.Context, by Actor, f KeptFilter) ([]Kept, error) {
	var out []Kept
	err := d.read(ctx, by, MayDraft, func(tx Tx) (err error) {
		out, err = tx.KeptTexts(ctx, f)
		return err
	})
	return out, err
}

// UseKept puts a kept text into the draft of the version the person saw, with
// their choice for each clash. ErrConflict if the draft changed again: the
// caller shows the merge anew; NoChoice if a clash was left open.
func (d *Desk) UseKept(ctx context.Context, by Actor, claim, id ID, version int64, choose func(field string, n int) Choice) (Written, error) {
	var out Written
	_, err := d.step(ctx, by, MayDraft, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		k, err := keptAt(ctx, tx, claim, id)
		if err != nil {
			return Event{}, err
		}
		if c.Pending() || k.State != KeptOpen {
			return Event{}, ErrState
		}
		dr, err := draftOf(ctx, tx, *c)
		if err != nil {
			return Event{}, err
		}
		if dr.Version != version {
			return Event{}, ErrConflict
		}
		t, ok := Settle(k.Base, k.Typed, typedOf(dr, k.Typed.Text.Lang), choose)
		if !ok {
			return Event{}, invalid(NoChoice)
		}
		if err := checkDraft(d.opts.Langs, t.Rating, t.Text); err != nil {
			return Event{}, err
		}
		out, err = d.useKept(ctx, tx, by, dr, k, t)
		return Event{Kind: EvDraftSaved, About: k.ID, Data: map[string]string{"lang": t.Text.Lang, "joined": "yes"}}, err
	})
	return out, err
}

// useKept overwrites the draft with a settled text; whoever typed it is an
// author now, as is who settled it.
func (d *Desk) useKept(ctx context.Context, tx Tx, by Actor, dr Draft, k Kept, t Typed) (Written, error) {
	if err := tx.KeepPast(ctx, dr, d.Now()); err != nil {
		return Written{}, err
	}
	dr.Rating, dr.Changed = t.Rating, d.Now()
	dr.setText(t.Text, d.opts.Langs)
	for _, who := range []ID{by.Staff, k.Staff} {
		if !slices.Contains(dr.Authors, who) {
			dr.Authors = append(dr.Authors, who)
		}
	}
	if err := tx.SetDraft(ctx, dr); err != nil {
		return Written{}, err
	}
	dr.Version++
	k.State, k.Settled, k.Result = KeptUsed, d.Now(), t
	return Written{Draft: dr, Kept: k}, tx.SetKept(ctx, k)
}

// DropKept says that a kept text is not needed; back = true takes that back.
// It is erased some days later.
func (d *Desk) DropKept(ctx context.Context, by Actor, claim, id ID, back bool) error {
	return d.do(ctx, by, MayDraft, func(tx Tx) error {
		k, err := keptAt(ctx, tx, claim, id)
		if err != nil {
			return err
		}
		from, to, e := KeptOpen, KeptDropped, EvTextDropped
		if back {
			from, to, e = KeptDropped, KeptOpen, EvTextBack
		}
		if k.State != from {
			return ErrState
		}
		k.State, k.Settled = to, time.Time{}
		if !back {
			k.Settled = d.Now()
		}
		if err := tx.SetKept(ctx, k); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: e, Claim: claim, About: id})
	})
}
