package web

import (
	"net/url"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// bulkRoutes are what can be done to several claims at once.
func (s *Site) bulkRoutes() []route {
	return []route{
		{pattern: "POST /desk/bulk", audience: Staff, may: desk.MayAssess, body: bodyForm, h: s.doBulk},
		{pattern: "GET /desk/bulk/{id}", audience: Staff, may: desk.MayRead, h: s.bulkResult},
		{pattern: "POST /desk/bulk/{id}/undo", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.undoBulk},
	}
}

// bulkForm is what the queue offers for the claims ticked.
type bulkForm struct {
	May   bool
	Draft bool         // the person may take claims
	Staff []desk.Staff // who can have them
	Me    desk.ID
	Back  string // the filter to come back to
}

// Lists the form offers.
func (f bulkForm) Topics() []string                 { return desk.Topics() }
func (f bulkForm) Harms() []desk.Harm               { return desk.Harms() }
func (f bulkForm) CloseReasons() []desk.CloseReason { return desk.CloseReasons() }
func (f bulkForm) Kinds() []string                  { return desk.HarmKinds() }
func (f bulkForm) Reasons() []desk.AsideReason      { return desk.AsideReasons() }

// bulkFormOf prepares the form of a queue page.
func bulkFormOf(v *visit, staff []desk.Staff) bulkForm {
	q := v.URL.Query()
	q.Del("done")
	f := bulkForm{May: v.actor().May(desk.MayAssess), Draft: v.actor().May(desk.MayDraft), Me: v.staff.ID, Back: q.Encode()}
	for _, st := range staff {
		if st.Active() && desk.As(st).May(desk.MayDraft) {
			f.Staff = append(f.Staff, st)
		}
	}
	return f
}

// doBulk does what was chosen to the claims ticked, or to the one whose own
// button was pressed.
func (s *Site) doBulk(v *visit) (answer, error) {
	do := desk.BulkDo{Kind: desk.BulkKind(v.field("do")), To: desk.ID(v.field("to")), Topic: v.field("set-topic"), Harm: desk.Harm(v.field("set-harm")),
		HarmKind: v.field("set-kind"), Reason: desk.AsideReason(v.field("reason")), Why: desk.CloseReason(v.field("why")), Items: chosenOf(v.PostForm["item"])}
	if v.field("do") == "take" {
		do.Kind, do.To = desk.BulkAssign, v.staff.ID
	}
	one := v.field("one") // "take.ID.VERSION"
	if kind, item, ok := strings.Cut(one, "."); ok {
		do.Items = chosenOf([]string{item})
		do.Kind = desk.BulkKind(kind)
		if kind == "take" {
			do.Kind, do.To = desk.BulkAssign, v.staff.ID
		}
	}
	b, err := s.Desk.DoBulk(v.Context(), v.actor(), do)
	if err != nil {
		return s.bulkRefused(v, err)
	}
	all := b.Count(desk.BulkDone)+b.Count(desk.BulkTarget) == len(b.Items)
	switch back := v.backQuery(); {
	case strings.HasPrefix(one, "take.") && all:
		return v.toClaim(b.Items[0].Claim, ""), nil // whoever takes a claim wants to see it
	case all:
		back.Set("done", string(b.ID))
		return redirect(v.tongue.url("/desk") + "?" + back.Encode()), nil
	}
	return redirect(v.tongue.url("/desk/bulk/"+string(b.ID)) + "?" + url.Values{"back": {v.backQuery().Encode()}}.Encode()), nil
}

// chosenOf reads "ID.VERSION"; what is none is left out.
func chosenOf(items []string) []desk.BulkRow {
	var out []desk.BulkRow
	for _, x := range items {
		id, version, _ := strings.Cut(x, ".")
		n, err := strconv.ParseInt(version, 10, 64)
		if err == nil && desk.ID(id).Valid() {
			out = append(out, desk.BulkRow{Claim: desk.ID(id), Version: n})
		}
	}
	return out
}

// backQuery is the filter of the queue that the person came from, cleaned.
func (v *visit) backQuery() url.Values {
	q, _ := url.ParseQuery(v.field("back")) // a broken filter restricts nothing
	return desk.FilterOf(q).Values()
}

// bulkRefused shows the queue again, with everything still ticked.
func (s *Site) bulkRefused(v *visit, err error) (answer, error) {
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	ticked := map[string]bool{}
	for _, x := range v.PostForm["item"] {
		ticked[x] = true
	}
	v.path, v.URL.RawQuery = "/desk", v.backQuery().Encode()
	p, err := s.queuePage(v)
	if err != nil {
		return answer{}, err
	}
	for i, c := range p.Claims {
		p.Claims[i].Ticked = ticked[c.Item()]
	}
	p.Problems = ps
	return show("desk/queue", p).as(422), nil
}

// Item names the row's claim as the person saw it.
func (r queueRow) Item() string {
	return string(r.Claim.ID) + "." + strconv.FormatInt(r.Claim.Version, 10)
}

// bulkDone is an action that was just carried out, for the notice above the
// list.
type bulkDone struct {
	ID   desk.ID
	Text string
	Undo bool
}

// bulkDone reads it.
func (s *Site) bulkDone(v *visit, id desk.ID) (*bulkDone, error) {
	p, err := s.Desk.BulkPage(v.Context(), v.actor(), id)
	if err != nil {
		return nil, err
	}
	return &bulkDone{ID: id, Text: v.words.bulkSaid(p.Bulk), Undo: p.Bulk.Undoable(s.Now().UTC()) && v.actor().May(desk.MayAssess)}, nil
}

// bulkSaid says what an action did, or that it was undone.
func (w *words) bulkSaid(b desk.Bulk) string {
	if !b.Undone.IsZero() {
		n := 0
		for _, i := range b.Items {
			if i.Undo == desk.BulkUndone {
				n++
			}
		}
		return w.n("bulk.undone", n)
	}
	return w.n("bulk.did."+string(b.Kind), b.Count(desk.BulkDone))
}

// bulkPage is what became of each claim of an action.
type bulkPage struct {
	Bulk  desk.Bulk
	Said  string
	Who   string
	Rows  []bulkRow
	Undo  bool
	Until string // how long it can be undone
	Back  string
}

// bulkRow is one claim with its outcome.
type bulkRow struct {
	Claim    desk.Claim // zero when there is none
	What     string
	Left     bool // left alone
	UndoWhat string
}

// head implements page.
func (p bulkPage) head(w *words) head {
	return head{Title: w.t("bulk.title"), Section: "desk", Private: true}
}

// bulkResult shows it: first what was left alone.
func (s *Site) bulkResult(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	b, err := s.Desk.BulkPage(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	q, _ := url.ParseQuery(v.query("back")) // a broken filter restricts nothing
	p := bulkPage{Bulk: b.Bulk, Said: v.words.bulkSaid(b.Bulk), Who: namesOf(b.Staff)[b.Bulk.By], Undo: b.Bulk.Undoable(s.Now().UTC()) && v.actor().May(desk.MayAssess),
		Until: v.words.when(b.Bulk.At.Add(desk.BulkUndoTime)), Back: v.tongue.url("/desk") + "?" + desk.FilterOf(q).Values().Encode()}
	var done []bulkRow
	for _, i := range b.Bulk.Items {
		row := bulkRow{Claim: b.Claims[i.Claim], What: v.words.t("bulk.outcome." + string(i.Outcome)), Left: i.Outcome != desk.BulkDone && i.Outcome != desk.BulkTarget}
		if i.Undo != "" {
			row.UndoWhat = v.words.t("bulk.outcome." + string(i.Undo))
			row.Left = i.Undo != desk.BulkUndone
		}
		if row.Left {
			p.Rows = append(p.Rows, row)
		} else {
			done = append(done, row)
		}
	}
	p.Rows = append(p.Rows, done...)
	return show("desk/bulk", p), nil
}

// undoBulk takes an action back and shows what became of each claim.
func (s *Site) undoBulk(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if _, err := s.Desk.UndoBulk(v.Context(), v.actor(), id); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/bulk/"+string(id)) + "?" + url.Values{"back": {v.backQuery().Encode()}}.Encode()), nil
}
