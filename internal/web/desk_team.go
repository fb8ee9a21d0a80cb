package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
)

// teamRoutes is the table of working together: who is there, taking over,
// notes, kept texts, experts, notifications.
func (s *Site) teamRoutes() []route {
	return []route{
		{pattern: "POST /desk/claims/{id}/here", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.here},
		{pattern: "POST /desk/claims/{id}/take", audience: Staff, may: desk.MayAssess, body: bodyForm, keep: []string{"sentence"}, h: s.takeOver},
		{pattern: "POST /desk/claims/{id}/notes", audience: Staff, may: desk.MayCite, body: bodyForm, keep: []string{"note"}, h: s.addNote},
		{pattern: "POST /desk/claims/{id}/notes/{note}", audience: Staff, may: desk.MayCite, body: bodyForm, keep: []string{"note"}, h: s.changeNote},
		{pattern: "GET /desk/claims/{id}/kept/{kept}", audience: Staff, may: desk.MayDraft, h: s.keptText},
		{pattern: "POST /desk/claims/{id}/kept/{kept}", audience: Staff, may: desk.MayDraft, body: bodyForm, h: s.settleKept},
		{pattern: "POST /desk/claims/{id}/opinions", audience: Staff, may: desk.MayAssess, body: bodyForm, keep: []string{"question"}, h: s.askExpert},
		{pattern: "POST /desk/claims/{id}/opinions/{opinion}", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.changeOpinion},
		{pattern: "GET /desk/experts", audience: Staff, may: desk.MayRead, h: s.experts},
		{pattern: "POST /desk/experts", audience: Staff, may: desk.MayReview, body: bodyForm, keep: []string{"name", "institution", "payer", "proof"}, h: s.addExpert},
		{pattern: "POST /desk/experts/{id}", audience: Staff, may: desk.MayReview, body: bodySmall, h: s.withdrawExpert},
		{pattern: "GET /desk/notifications", audience: Staff, may: desk.MayRead, h: s.notifications},
		{pattern: "POST /desk/notifications", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.readNotifications},
		{pattern: "GET /desk/notifications/mail", audience: Staff, may: desk.MayRead, h: s.mailPlan},
		{pattern: "POST /desk/notifications/mail", audience: Staff, may: desk.MayRead, body: bodySmall, keep: []string{"address"}, h: s.setMailPlan},
		{pattern: "GET /expert/{token}", audience: Public, budget: budgetLookup, h: s.expertAsked},
		{pattern: "POST /expert/{token}", audience: Public, body: bodyForm, budget: budgetLookup, keep: []string{"answer"}, h: s.expertAnswers},
	}
}

// TeamPost keeps and uses the addresses of staff and experts, which stand
// sealed in the database.
type TeamPost interface {
	// Seal and Open bind the sealed bytes to their owner by the label.
	Seal(label string, plain []byte) ([]byte, error)
	Open(label string, sealed []byte) ([]byte, error)
	// Usable reports whether a text is one e-mail address.
	Usable(address string) bool
	// HasRelay reports whether mail can go out at all.
	HasRelay() bool
	// MailTo hands one mail to the relay. A second mail with the same op bears the
	// same id.
	MailTo(ctx context.Context, to, lang, title, text, op string) error
}

// teamPart is what a claim's page shows of working together.
type teamPart struct {
	Here     string // who else is there, in one sentence; "" for nobody
	Holder   desk.Staff
	GiveBack desk.Staff // from whom the person took the claim, while that is the last thing that happened to it
	Notes    []noteRow
	MayNote  bool
	Note     noteForm
	Kept     []keptRow // what somebody typed and is not in the draft
	Joined   *keptRow  // what was just put together
	Opinions []opinionRow
	Experts  []expertChoice // who can be asked
	Asking   askForm
}

// noteRow is a note with what the person may do with it.
type noteRow struct {
	desk.ClaimNote
	Name string
	Mine bool
}

// noteForm is the form of a note.
type noteForm struct {
	Text, Tell string
	Problems   []string
}

// keptRow is a kept text as lists show it.
type keptRow struct {
	desk.Kept
	Name, URL string
	Mine      bool
}

// teamPart reads what the claim's page shows. Opening the page is itself a
// sign of being there; that sign being lost is no reason to show no page.
func (s *Site) teamPart(v *visit, p claimPage) (teamPart, error) {
	id, a := p.Claim.ID, v.actor()
	t := teamPart{MayNote: a.May(desk.MayCite)}
	others, err := s.Desk.Here(v.Context(), a, id, false)
	if err != nil {
		s.Logger.Warn("presence was not noted", "cause", err)
	}
	t.Here = v.words.presence(others, p.Names)
	for _, st := range p.Staff {
		if st.ID == p.Claim.Assignee {
			t.Holder = st
		}
	}
	t.GiveBack = giveBack(p, v.staff.ID)
	notes, err := s.Desk.Notes(v.Context(), a, id)
	if err != nil {
		return t, err
	}
	for _, n := range notes {
		t.Notes = append(t.Notes, noteRow{n, p.Names[n.Staff], n.Staff == v.staff.ID})
	}
	if err := s.keptOf(v, p, &t); err != nil {
		return t, err
	}
	return t, s.opinionsOf(v, p, &t)
}

// giveBackFor is how long taking over can be undone with one button.
const giveBackFor = time.Hour

// giveBack is from whom the person took the claim, if that was the last
// assignment and not long ago.
func giveBack(p claimPage, me desk.ID) desk.Staff {
	for _, e := range p.Events {
		if e.Kind != desk.EvClaimAssigned {
			continue
		}
		from := e.GivenFrom()
		i := slices.IndexFunc(p.Staff, func(st desk.Staff) bool { return st.ID == from && st.Active() })
		if i < 0 || e.Actor != me || e.About != me || p.Claim.Assignee != me || e.At.Before(p.Events[0].At.Add(-giveBackFor)) {
			return desk.Staff{}
		}
		return p.Staff[i]
	}
	return desk.Staff{}
}

// presence says who else is there: those who write, then those who read.
func (w *words) presence(others []desk.Presence, names map[desk.ID]string) string {
	var out []string
	for _, writing := range []bool{true, false} {
		for _, o := range others {
			if o.Writing != writing || names[o.Staff] == "" {
				continue
			}
			key := "team.reads"
			if writing {
				key = "team.writes"
			}
			out = append(out, w.t(key, "Name", names[o.Staff], "Since", w.clock(o.Since)))
		}
	}
	return strings.Join(out, " ")
}

// clock is the time of day.
func (w *words) clock(t time.Time) string { return t.In(w.zone).Format("15:04") }

// here answers the script of a claim's page: it notes that the person is
// there, and says who else is.
func (s *Site) here(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if v.field("gone") != "" {
		return raw("application/json", []byte(`{"say":""}`)), s.Desk.LeavePage(v.Context(), v.actor(), id)
	}
	others, err := s.Desk.Here(v.Context(), v.actor(), id, v.field("writing") != "")
	if err != nil {
		return answer{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	return s.script(v, map[string]string{"say": v.words.presence(others, namesOf(staff))}, nil)
}

// takeOver makes the claim the person's own and tells who had it.
func (s *Site) takeOver(v *visit) (answer, error) {
	return s.onClaim(v, "#holder", func(id desk.ID, version int64) error {
		_, err := s.Desk.TakeOver(v.Context(), v.actor(), id, version, v.field("sentence"))
		return err
	})
}

// addNote leaves a note. The colleague chosen beside it is told, named in it
// or not.
func (s *Site) addNote(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	f := noteForm{Text: v.field("note"), Tell: strings.TrimPrefix(v.field("tell"), "@")}
	tell, ok, err := s.colleague(v, f.Tell)
	if err != nil {
		return answer{}, err
	}
	if ok {
		_, err = s.Desk.AddNote(v.Context(), v.actor(), id, f.Text, tell...)
		if err == nil {
			return v.toClaim(id, "#notes"), nil
		}
		f.Problems = v.words.problems(err)
	} else {
		f.Problems = []string{v.words.t("team.no-colleague", "Name", f.Tell)}
	}
	if len(f.Problems) == 0 {
		return answer{}, err
	}
	p, err := s.claimPage(v)
	p.Team.Note = f
	return show("desk/claim", p).as(422), err
}

// colleague finds a colleague by the name typed; no name is nobody, and fine.
func (s *Site) colleague(v *visit, name string) (found []desk.ID, ok bool, err error) {
	if name == "" {
		return nil, true, nil
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	for _, st := range staff {
		if st.Active() && strings.EqualFold(st.Name, strings.Join(strings.Fields(name), " ")) {
			return []desk.ID{st.ID}, true, err
		}
	}
	return nil, false, err
}

// changeNote edits a note of the person's own or takes it back.
func (s *Site) changeNote(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	note := desk.ID(v.PathValue("note"))
	if v.field("do") == "retract" {
		_, err = s.Desk.RetractNote(v.Context(), v.actor(), id, note)
	} else {
		_, err = s.Desk.EditNote(v.Context(), v.actor(), id, note, v.field("note"))
	}
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#notes"), nil
}

// keptOf lists the texts that were kept, and the one that was just joined.
func (s *Site) keptOf(v *visit, p claimPage, t *teamPart) error {
	if !v.actor().May(desk.MayDraft) {
		return nil
	}
	row := func(k desk.Kept) keptRow {
		return keptRow{k, cmp.Or(p.Names[k.Staff], v.words.t("desk.program")), keptURL(v, k), k.Staff == v.staff.ID}
	}
	open, err := s.Desk.KeptTexts(v.Context(), v.actor(), desk.KeptFilter{Claim: p.Claim.ID, State: desk.KeptOpen})
	if err != nil {
		return err
	}
	for _, k := range open {
		t.Kept = append(t.Kept, row(k))
	}
	if id := desk.ID(v.query("joined")); id.Valid() {
		ks, err := s.Desk.KeptTexts(v.Context(), v.actor(), desk.KeptFilter{ID: id, Claim: p.Claim.ID, State: desk.KeptUsed, Limit: 1})
		if err != nil {
			return err
		}
		if len(ks) == 1 {
			r := row(ks[0])
			t.Joined = &r
		}
	}
	return nil
}

// keptURL is the address of a kept text.
func keptURL(v *visit, k desk.Kept) string {
	return v.tongue.url("/desk/claims/" + string(k.Claim) + "/kept/" + string(k.ID))
}
