package desk

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
)

// SavedView is a filter of the queue under a name, for one person or for the
// whole desk.
type SavedView struct {
	ID      ID
	Owner   ID // "" for the desk
	Name    string
	Query   string // the filter as an address has it
	Place   int    // order of the tabs; those of the desk come first
	Made    time.Time
	By      ID
	Removed time.Time // taken away; can be put back
}

// Filter reads the view's filter.
func (v SavedView) Filter() QueueFilter {
	q, _ := url.ParseQuery(v.Query) // what SaveView wrote; anything else is no filter
	return FilterOf(q)
}

// QueueOrder is how a list of claims is sorted.
type QueueOrder string

// The orders of the queue.
const (
	OrderRank  QueueOrder = ""      // as the view has it: by rank, finished ones by change
	OrderDue   QueueOrder = "due"   // due first
	OrderAsked QueueOrder = "asked" // most askers first
	OrderNew   QueueOrder = "new"   // opened last first
)

// QueueOrders lists them as forms show them.
func QueueOrders() []QueueOrder { return []QueueOrder{OrderRank, OrderDue, OrderAsked, OrderNew} }

// Whose says whose claims a filter keeps.
type Whose string

// Who may have taken the claims.
const (
	WhoseAny  Whose = ""
	WhoseMine Whose = "mine"
	WhoseFree Whose = "free"
)

// QueueFilter is what a list of claims is narrowed to, and how it is sorted.
// All of it stands in the address of the page; nothing else narrows it.
type QueueFilter struct {
	View     View
	Topic    string
	Harm     Harm
	Unjudged bool // only claims whose harm nobody has judged
	Kind     string
	Lang     string
	Whose    Whose
	Due      DueState // overdue: past; soon: soon or past
	Words    string   // words of the claim's sentence, marks and case apart
	Order    QueueOrder
}

// FilterOf reads a filter from the values of an address; what is outside the
// lists does not restrict.
func FilterOf(q url.Values) QueueFilter {
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	f := QueueFilter{View: View(get("view")), Words: get("q")}
	if !slices.Contains(Views(), f.View) {
		f.View = ViewOpen
	}
	if t := get("topic"); slices.Contains(Topics(), t) {
		f.Topic = t
	}
	if h := Harm(get("harm")); slices.Contains(Harms(), h) {
		f.Harm = h
	} else if h == "unset" {
		f.Unjudged = true
	}
	if k := get("kind"); slices.Contains(HarmKinds(), k) {
		f.Kind = k
	}
	if l := get("lang"); len(l) <= 8 {
		f.Lang = l
	}
	if w := Whose(get("who")); w == WhoseMine || w == WhoseFree {
		f.Whose = w
	}
	if s := DueState(get("due")); s == DueOver || s == DueSoon {
		f.Due = s
	}
	if o := QueueOrder(get("order")); slices.Contains(QueueOrders(), o) {
		f.Order = o
	}
	if tooLong(f.Words, MaxLineRunes) {
		f.Words = ""
	}
	return f
}

// Values writes the filter as an address has it, without what does not
// restrict.
func (f QueueFilter) Values() url.Values {
	q := url.Values{}
	harm := string(f.Harm)
	if f.Unjudged {
		harm = "unset"
	}
	for _, p := range [][2]string{{"view", string(f.View)}, {"topic", f.Topic}, {"harm", harm}, {"kind", f.Kind}, {"lang", f.Lang},
		{"who", string(f.Whose)}, {"due", string(f.Due)}, {"q", f.Words}, {"order", string(f.Order)}} {
		if p[1] != "" {
			q.Set(p[0], p[1])
		}
	}
	return q
}

// Narrow reports whether the filter keeps a claim of its view.
func (f QueueFilter) Narrow(by Actor, x Queued) bool {
	c := x.Claim
	switch {
	case f.Topic != "" && c.Topic != f.Topic, f.Kind != "" && c.HarmKind != f.Kind, f.Lang != "" && c.Lang != f.Lang,
		f.Harm != "" && c.Harm != f.Harm, f.Unjudged && c.Harm != HarmUnset,
		f.Whose == WhoseMine && c.Assignee != by.Staff, f.Whose == WhoseFree && c.Assignee != "",
		f.Due == DueOver && x.Due.State != DueOver, f.Due == DueSoon && x.Due.State != DueOver && x.Due.State != DueSoon:
		return false
	}
	return f.Words == "" || hasWords(c.Text, f.Words)
}

// sort orders claims as the filter asks; equal ones stand in the order they
// were opened.
func (f QueueFilter) sort(list []Queued) {
	never := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	due := func(x Queued) time.Time {
		if x.Due.At.IsZero() {
			return never
		}
		return x.Due.At
	}
	slices.SortFunc(list, func(a, b Queued) int {
		tie := cmp.Or(cmp.Compare(b.Rank.Points, a.Rank.Points), a.Claim.Opened.Compare(b.Claim.Opened), cmp.Compare(a.Claim.ID, b.Claim.ID))
		switch {
		case f.Order == OrderDue:
			return cmp.Or(due(a).Compare(due(b)), tie)
		case f.Order == OrderAsked:
			return cmp.Or(cmp.Compare(b.Demand.Askers, a.Demand.Askers), tie)
		case f.Order == OrderNew:
			return cmp.Or(b.Claim.Opened.Compare(a.Claim.Opened), cmp.Compare(a.Claim.ID, b.Claim.ID))
		case f.View == ViewDone || f.View == ViewClosed:
			return cmp.Or(b.Claim.Changed.Compare(a.Claim.Changed), cmp.Compare(a.Claim.ID, b.Claim.ID))
		}
		return tie
	})
}

// mostViews bounds how many views one person, or the desk, keeps.
const mostViews = 30

// SavedViews lists the person's tabs in their order: those of the desk, then
// their own; removed ones are left out.
func (d *Desk) SavedViews(ctx context.Context, by Actor) (out []SavedView, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		all, err := tx.SavedViews(ctx, by.Staff)
		out = slices.DeleteFunc(all, func(v SavedView) bool { return !v.Removed.IsZero() })
		return err
	})
	return out, err
}

// SaveView keeps a filter under a name, at the end of the tabs.
func (d *Desk) SaveView(ctx context.Context, by Actor, name string, f QueueFilter, wide bool) (SavedView, error) {
	v := SavedView{ID: NewID(), Owner: by.Staff, Query: f.Values().Encode(), Made: d.Now(), By: by.Staff}
	p := MayRead
	if wide {
		v.Owner, p = "", MayAssess
	}
	var err error
	if v.Name, err = viewName(name); err != nil {
		return v, err
	}
	err = d.do(ctx, by, p, func(tx Tx) error {
		all, err := tx.SavedViews(ctx, by.Staff)
		if err != nil {
			return err
		}
		n := 0
		for _, o := range all {
			if o.Owner == v.Owner {
				v.Place = max(v.Place, o.Place+1)
				if o.Removed.IsZero() {
					n++
				}
			}
		}
		if n >= mostViews {
			return invalid(TooManyViews)
		}
		return d.putView(ctx, tx, by, v, "saved")
	})
	return v, err
}

// viewName trims a name and refuses one that a tab cannot show.
func viewName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return name, invalid(TextEmpty)
	case tooLong(name, 40):
		return name, invalid(TextTooLong)
	}
	return name, nil
}

// putView stores a view and its event.
func (d *Desk) putView(ctx context.Context, tx Tx, by Actor, v SavedView, what string) error {
	if err := tx.SetView(ctx, v); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvViewChanged, About: v.ID, Data: map[string]string{"what": what}})
}

// RenameView gives a view another name.
func (d *Desk) RenameView(ctx context.Context, by Actor, id ID, name string) error {
	name, err := viewName(name)
	if err != nil {
		return err
	}
	return d.changeView(ctx, by, id, "renamed", func(v *SavedView, _ []SavedView) { v.Name = name })
}

// RemoveView takes a view away; with back it is put back.
func (d *Desk) RemoveView(ctx context.Context, by Actor, id ID, back bool) error {
	what := "removed"
	if back {
		what = "restored"
	}
	return d.changeView(ctx, by, id, what, func(v *SavedView, _ []SavedView) {
		v.Removed = time.Time{}
		if !back {
			v.Removed = d.Now()
		}
	})
}

// changeView changes one view of the person's, or of the desk's if they may.
func (d *Desk) changeView(ctx context.Context, by Actor, id ID, what string, change func(v *SavedView, all []SavedView)) error {
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		all, err := tx.SavedViews(ctx, by.Staff)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(v SavedView) bool { return v.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		if all[i].Owner == "" && !by.May(MayAssess) {
			return ErrForbidden
		}
		change(&all[i], all)
		return d.putView(ctx, tx, by, all[i], what)
	})
}

// MoveView moves a view one place to the front or, with back, to the end of
// the tabs of its owner.
func (d *Desk) MoveView(ctx context.Context, by Actor, id ID, back bool) error {
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		all, err := tx.SavedViews(ctx, by.Staff)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(v SavedView) bool { return !v.Removed.IsZero() })
		i := slices.IndexFunc(all, func(v SavedView) bool { return v.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		j := i - 1
		if back {
			j = i + 1
		}
		if all[i].Owner == "" && !by.May(MayAssess) {
			return ErrForbidden
		}
		if j < 0 || j >= len(all) || all[j].Owner != all[i].Owner {
			return nil // it stands at that end already
		}
		all[i].Place, all[j].Place = all[j].Place, all[i].Place
		if err := tx.SetView(ctx, all[j]); err != nil {
			return err
		}
		return d.putView(ctx, tx, by, all[i], "moved")
	})
}

// hasWords reports whether a sentence holds all the words, marks and case
// apart, as people type into a search field.
func hasWords(sentence, words string) bool {
	sentence = plain(sentence)
	for _, w := range strings.Fields(plain(words)) {
		if !strings.Contains(sentence, w) {
			return false
		}
	}
	return true
}

// plain is a text in lower case without the marks of Vietnamese.
func plain(s string) string {
	const vowels = "aàáảãạăằắẳẵặâầấẩẫậ eèéẻẽẹêềếểễệ iìíỉĩị oòóỏõọôồốổỗộơờớởỡợ uùúủũụưừứửữự yỳýỷỹỵ dđ"
	family := strings.Fields(vowels)
	return strings.Map(func(r rune) rune {
		for _, f := range family {
			if r > 127 && strings.ContainsRune(f, r) {
				return rune(f[0])
			}
		}
		return r
	}, strings.ToLower(s))
}
