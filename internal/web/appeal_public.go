package web

import (
	"encoding/hex"
	"strconv"
	"time"

	"soi/internal/desk"
)

// rulingView is a published ruling as a page shows it.
type rulingView struct {
	ID       desk.ID
	Path     string // of the check; "" when a question was refused
	Against  desk.Against
	Rev      int
	RevNow   int
	Kind     desk.AppealKind
	Want     bool // asked that the check disappear
	Outcome  desk.Outcome
	Remedy   desk.Remedy
	Reasons  string
	Lang     string // of the reasons
	Received string
	At       time.Time
	LogIndex int64
	Hash     string
	Erased   bool
}

// rulingOf is a ruling in a language.
func rulingOf(lang string, r desk.PublicRuling) rulingView {
	out := rulingView{ID: r.Ruling, Against: r.Against, Rev: r.Rev, RevNow: r.RevNow, Kind: r.Kind, Want: r.Unpublish, Outcome: r.Outcome,
		Remedy: r.Remedy, Reasons: r.In(lang), Lang: lang, Received: r.Received, At: r.At, LogIndex: r.LogIndex, Hash: hex.EncodeToString(r.Hash), Erased: r.Erased}
	if r.Against != desk.AgainstRefusal {
		out.Path = "/checks/" + string(r.Verdict)
	}
	said := false
	for _, n := range r.RulingDoc.Reasons {
		said = said || n.Lang == lang
	}
	if !said && len(r.RulingDoc.Reasons) > 0 {
		out.Lang = r.RulingDoc.Reasons[0].Lang
	}
	return out
}

// rulingsOn lists the published rulings on a check.
func (s *Site) rulingsOn(v *visit, id desk.ID) ([]rulingView, error) {
	return s.rulings(v, id, 0, 20)
}

// rulings lists published rulings, newest first.
func (s *Site) rulings(v *visit, claim desk.ID, before int64, limit int) (out []rulingView, err error) {
	rs, err := s.Desk.PublicRulings(v.Context(), claim, "", s.Signed(), before, limit)
	for _, r := range rs {
		out = append(out, rulingOf(v.lang, r))
	}
	return out, err
}

// figure is a number with the code of what it counts.
type figure struct {
	Code string
	N    int
}

// appealsPage is what everybody may know of appeals.
type appealsPage struct {
	Figures  desk.AppealFigures
	Outcomes []figure
	Kinds    []figure
	List     []rulingView
	Days     int
	Older    string
	Newer    string
}

// head implements page.
func (appealsPage) head(w *words) head {
	return head{Title: w.t("appeals.title"), Description: w.t("appeals.lead"), Section: "appeals"}
}

// appeals answers GET /appeals.
func (s *Site) appeals(v *visit) (answer, error) {
	before, err := strconv.ParseInt(v.query("before"), 10, 64)
	if err != nil || before < 1 {
		before = 0
	}
	f, err := s.Desk.AppealFigures(v.Context())
	if err != nil {
		return answer{}, err
	}
	p := appealsPage{Figures: f, Days: desk.AppealDays}
	for _, o := range desk.Outcomes() {
		p.Outcomes = append(p.Outcomes, figure{string(o), f.Outcomes[o]})
	}
	for _, k := range desk.AppealKinds() {
		p.Kinds = append(p.Kinds, figure{string(k), f.Kinds[k]})
	}
	if p.List, err = s.rulings(v, "", before, pageSize+1); err != nil {
		return answer{}, err
	}
	if len(p.List) > pageSize {
		p.List = p.List[:pageSize]
		p.Older = v.with("before", strconv.FormatInt(p.List[pageSize-1].LogIndex, 10))
	}
	if before > 0 {
		p.Newer = v.with("before", "")
	}
	return show("appeals", p).fresh(), nil
}

// rulingPage is one published ruling.
type rulingPage struct{ rulingView }

// head implements page.
func (p rulingPage) head(w *words) head {
	return head{Title: w.t("ruling.title") + ": " + w.t("outcome."+string(p.Outcome)), Section: "appeals"}
}

// rulingPage answers GET /appeals/{id}.
func (s *Site) rulingPage(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	rs, err := s.Desk.PublicRulings(v.Context(), "", id, s.Signed(), 0, 1)
	if err != nil {
		return answer{}, err
	}
	if len(rs) == 0 {
		return answer{}, desk.ErrNotFound
	}
	return show("ruling", rulingPage{rulingOf(v.lang, rs[0])}).fresh(), nil
}
