package desk_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// TestRights walks every verb as every role: who is not granted it is refused
// with ErrForbidden, and who is granted it is not.
func TestRights(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	verbs := map[string]struct {
		allowed []desk.Role
		do      func(by desk.Actor) error
	}{
		"edit": {[]desk.Role{desk.Checker, desk.Editor}, func(by desk.Actor) error {
			_, err := o.EditClaim(o.ctx(), by, c.ID, 0, desk.ClaimEdit{Text: "x", Lang: "vi"})
			return err
		}},
		"assign": {[]desk.Role{desk.Checker, desk.Editor}, func(by desk.Actor) error { _, err := o.Assign(o.ctx(), by, c.ID, 0, ""); return err }},
		"close":  {[]desk.Role{desk.Checker, desk.Editor}, func(by desk.Actor) error { _, err := o.Close(o.ctx(), by, "0000000000000000000000000x", 0); return err }},
		"judge": {[]desk.Role{desk.Checker, desk.Editor}, func(by desk.Actor) error {
			_, err := o.Judge(o.ctx(), by, c.ID, 0, desk.ClaimKey("0000000000000000000000000x"), false)
			return err
		}},
		"cite": {[]desk.Role{desk.Contributor, desk.Checker, desk.ExpertRole, desk.Editor}, func(by desk.Actor) error {
			_, err := o.AddEvidence(o.ctx(), by, c.ID, desk.Evidence{URL: "https://example.org", Title: "x", Stance: desk.Context})
			return err
		}},
		"draft": {[]desk.Role{desk.Checker, desk.Editor}, func(by desk.Actor) error {
			_, err := o.SaveDraft(o.ctx(), by, c.ID, 99, "", desk.Text{Lang: "vi"})
			return err
		}},
		"submit": {[]desk.Role{desk.Checker, desk.Editor}, func(by desk.Actor) error {
			_, err := o.Submit(o.ctx(), by, desk.Proposal{Claim: c.ID, DraftVersion: 99})
			return err
		}},
		"approve": {[]desk.Role{desk.Editor}, func(by desk.Actor) error {
			_, err := o.Approve(o.ctx(), by, "0000000000000000000000000x", nil, nil)
			return err
		}},
		"sendback": {[]desk.Role{desk.Editor}, func(by desk.Actor) error {
			_, err := o.SendBack(o.ctx(), by, "0000000000000000000000000x", "x")
			return err
		}},
		"queue":   {desk.Roles(), func(by desk.Actor) error { _, err := o.Queue(o.ctx(), by, "", ""); return err }},
		"journal": {[]desk.Role{desk.Admin, desk.Auditor}, func(by desk.Actor) error { _, err := o.Journal(o.ctx(), by, 1); return err }},
		"staff": {[]desk.Role{desk.Admin}, func(by desk.Actor) error {
			_, err := o.SetRole(o.ctx(), by, "0000000000000000000000000x", desk.Admin)
			return err
		}},
		"ratings": {[]desk.Role{desk.Admin}, func(by desk.Actor) error { return o.SetRatingNames(o.ctx(), by, nil) }},
		"counter": {[]desk.Role{desk.Contributor, desk.Checker, desk.Editor}, func(by desk.Actor) error { _, err := o.Receive(o.ctx(), by, o.tip("y", "new", "")); return err }},
		"choose": {[]desk.Role{desk.Contributor, desk.Checker, desk.Editor}, func(by desk.Actor) error {
			_, err := o.Choose(o.ctx(), by, desk.TicketHash("BBB-BBB-BBBB"), "")
			return err
		}},
		"ticket": {nil, func(by desk.Actor) error {
			_, err := o.ByTicket(o.ctx(), by, desk.TicketHash("BBB-BBB-BBBB"))
			return err
		}},
		"erase":  {nil, func(by desk.Actor) error { _, _, err := o.Erase(o.ctx(), by); return err }},
		"import": {[]desk.Role{desk.Editor, desk.Admin}, func(by desk.Actor) error { _, _, err := o.Import(o.ctx(), by, nil); return err }},
	}
	for name, v := range verbs {
		for _, r := range desk.Roles() {
			err := v.do(o.staff[r])
			if got, want := !errors.Is(err, desk.ErrForbidden), slices.Contains(v.allowed, r); got != want {
				t.Errorf("%s as %s: %v, allowed should be %v", name, r, err, want)
			}
		}
		stranger := desk.Actor{Role: desk.Editor, Staff: "0000000000000000000000000x"}
		if err := v.do(stranger); err == nil && name != "queue" {
			t.Errorf("%s: an account that does not exist got through", name)
		}
	}
}

func TestStaleFormsLoseNothing(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	one, two := o.staff[desk.Checker], o.staff[desk.Editor]
	_, err := o.EditClaim(o.ctx(), one, c.ID, c.Version, desk.ClaimEdit{Text: "first", Lang: "vi"})
	o.must(err)
	_, err = o.EditClaim(o.ctx(), two, c.ID, c.Version, desk.ClaimEdit{Text: "second", Lang: "vi"})
	o.want(err, desk.ErrConflict)
	if got := o.claim(c.ID).Text; got != "first" {
		t.Errorf("text %q", got)
	}
	_, err = o.SaveDraft(o.ctx(), one, c.ID, 0, "", text("vi", "first"))
	o.must(err)
	_, err = o.SaveDraft(o.ctx(), two, c.ID, 0, "", text("vi", "second"))
	o.want(err, desk.ErrConflict)
	// The other language is another part of the same draft: it is kept.
	_, err = o.SaveDraft(o.ctx(), two, c.ID, 1, "", text("en", "english"))
	o.must(err)
	v, err := o.ClaimPage(o.ctx(), one, c.ID)
	o.must(err)
	if v.Draft.Text("vi").Summary != "first" || v.Draft.Text("en").Summary != "english" || len(v.Draft.Authors) != 2 {
		t.Errorf("draft: %+v", v.Draft)
	}
}

func TestTheLastAdminStays(t *testing.T) {
	o := newOffice(t)
	admin := o.staff[desk.Admin]
	_, err := o.SetStaffActive(o.ctx(), admin, admin.Staff, false)
	if !slices.Contains(desk.Problems(err), desk.LastAdmin) {
		t.Errorf("got %v", err)
	}
	_, err = o.AddStaff(o.ctx(), admin, "ADMIN", desk.Checker, "vi")
	if !slices.Contains(desk.Problems(err), desk.NameTaken) {
		t.Errorf("a name in other letters: %v", err)
	}
}

func TestRankFollowsItsReasonsAlone(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	base := desk.Claim{Opened: now.Add(-time.Hour), Harm: desk.HarmLow, HarmKind: "money"}
	rank := func(c desk.Claim, m desk.Demand) desk.Rank {
		r := desk.RankOf(c, m, now)
		sum := 0.0
		for i, x := range r.Reasons {
			sum += x.Points
			if i > 0 && x.Points > r.Reasons[i-1].Points {
				t.Errorf("reasons out of order: %+v", r.Reasons)
			}
		}
		if math.Abs(sum-r.Points) > 1e-9 {
			t.Errorf("%v points, the reasons give %v", r.Points, sum)
		}
		return r
	}
	few := rank(base, desk.Demand{Tips: 2, Askers: 2})
	many := rank(base, desk.Demand{Tips: 40, Askers: 40})
	fast := rank(base, desk.Demand{Tips: 40, Askers: 40, Recent: 30, Earlier: 8})
	high := base
	high.Harm = desk.HarmHigh
	if !(few.Points < many.Points && many.Points < fast.Points && many.Points < rank(high, desk.Demand{Tips: 40, Askers: 40}).Points) {
		t.Error("more askers, more speed and more harm do not rank higher")
	}
	if rank(high, desk.Demand{Tips: 1, Askers: 1}).Points < rank(base, desk.Demand{Tips: 20, Askers: 20}).Points {
		t.Error("a dangerous claim stands below a harmless popular one")
	}
	if r := rank(base, desk.Demand{Tips: 2, Askers: 2, Recent: 2}); slices.ContainsFunc(r.Reasons, func(x desk.RankReason) bool { return x.Code == "speed" }) {
		t.Error("two tips say something about speed")
	}
}

func TestIDsAndTickets(t *testing.T) {
	seen := map[desk.ID]bool{}
	for range 10_000 {
		id := desk.NewID()
		if !id.Valid() || seen[id] {
			t.Fatalf("%q", id)
		}
		seen[id] = true
	}
	for _, bad := range []desk.ID{"", "x", "8zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000I", "0000000000000000000000000u"} {
		if bad.Valid() {
			t.Errorf("%q passes for an ID", bad)
		}
	}
	code := desk.NewTicket([]byte("key"), "form")
	if code != desk.NewTicket([]byte("key"), "form") || code == desk.NewTicket([]byte("key"), "other") || code == desk.NewTicket([]byte("yek"), "form") {
		t.Error("a ticket code is not a function of key and form")
	}
	h := desk.TicketHash(code)
	for _, typed := range []string{code, " " + code + " ", lower(code), drop(code, '-')} {
		if !slices.Equal(desk.TicketHash(typed), h) {
			t.Errorf("%q is not read as %q", typed, code)
		}
	}
	if desk.TicketHash("AEIOU") != nil || desk.TicketHash(code[:5]) != nil {
		t.Error("half a code passes")
	}
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

func drop(s string, c byte) string {
	var out []byte
	for i := range len(s) {
		if s[i] != c {
			out = append(out, s[i])
		}
	}
	return string(out)
}
