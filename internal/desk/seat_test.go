package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"soi/internal/desk"
)

// province is an installation of two desks: Home and a district, with an
// editor and a checker who sit at the district alone.
type province struct {
	*office
	district        desk.ID
	editor, checker desk.ID
}

func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{office: newOffice(t)}
	b, err := p.SaveBranch(p.ctx(), p.staff[desk.Admin], desk.Branch{Name: "Huyện"})
	p.must(err)
	p.district = b.ID
	p.editor, p.checker = p.seat("district editor", desk.Editor), p.seat("district checker", desk.Checker)
	return p
}

// seat invites a person to the district.
func (p *province) seat(name string, r desk.Role, topics ...string) desk.ID {
	p.t.Helper()
	s, err := p.Invite(p.ctx(), p.staff[desk.Admin], name, "vi", desk.Seat{Desk: p.district, Role: r, Topics: topics})
	p.must(err)
	return s.ID
}

// as is the person with the seats they have now.
func (p *province) as(id desk.ID) desk.Actor {
	p.t.Helper()
	s, err := p.StaffByID(p.ctx(), id)
	p.must(err)
	return desk.As(s)
}

// atDistrict opens a claim by a tip that arrives there.
func (p *province) atDistrict(text string) desk.Claim {
	p.t.Helper()
	n := p.tip(text, "new", "")
	n.Desk = p.district
	r, err := p.Receive(p.ctx(), desk.Program(), n)
	p.must(err)
	return r.Claim
}

// verbsOn tries every kind of reading and writing on a claim.
func (p *province) verbsOn(by desk.Actor, c desk.ID) map[string]error {
	out := map[string]error{}
	_, out["page"] = p.ClaimPage(p.ctx(), by, c)
	_, out["edit"] = p.EditClaim(p.ctx(), by, c, 0, desk.ClaimEdit{Text: "x", Lang: "vi"})
	_, out["assign"] = p.Assign(p.ctx(), by, c, 0, "")
	_, out["cite"] = p.AddEvidence(p.ctx(), by, c, desk.Evidence{URL: "https://example.org", Title: "x", Stance: desk.Context})
	_, out["draft"] = p.SaveDraft(p.ctx(), by, c, 0, "", text("vi", "x"))
	_, out["offer"] = p.Offer(p.ctx(), by, c, 0, desk.Home, "x")
	_, out["standing"] = p.Standing(p.ctx(), by, c)
	return out
}

// TestSeatsGrantWhatTheirDeskGrants: a claim of another desk is not there, one
// of another topic is read and not worked on.
func TestSeatsGrantWhatTheirDeskGrants(t *testing.T) {
	p := newProvince(t)
	home, theirs := p.open(), p.atDistrict("Nước giếng ở huyện có thạch tín")
	for what, err := range p.verbsOn(p.as(p.checker), home.ID) {
		if !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("%s of a claim of another desk: %v", what, err)
		}
	}
	for what, err := range p.verbsOn(p.as(p.checker), theirs.ID) {
		if errors.Is(err, desk.ErrNotFound) || errors.Is(err, desk.ErrForbidden) {
			t.Errorf("%s of a claim of one's desk: %v", what, err)
		}
	}
	q, err := p.Queue(p.ctx(), p.as(p.checker), desk.ViewOpen, "")
	p.must(err)
	if len(q.Claims) != 1 || q.Claims[0].Claim.ID != theirs.ID {
		t.Errorf("the queue of the district: %+v", q.Claims)
	}
	cs, err := p.Claims(p.ctx(), p.as(p.checker), desk.ClaimFilter{IDs: []desk.ID{home.ID, theirs.ID}})
	p.must(err)
	if len(cs) != 1 {
		t.Errorf("a list names %d claims", len(cs))
	}
	// Who has a role on all desks works at each.
	if _, err := p.EditClaim(p.ctx(), p.staff[desk.Checker], theirs.ID, 0, desk.ClaimEdit{Text: "x", Lang: "vi", Topic: "scam"}); err != nil {
		t.Errorf("a checker of all desks: %v", err)
	}
	health := p.as(p.seat("health only", desk.Checker, "health"))
	for what, err := range p.verbsOn(health, theirs.ID) {
		want := desk.ErrForbidden
		if what == "page" || what == "standing" {
			want = nil
		}
		if !errors.Is(err, want) {
			t.Errorf("%s of another topic: %v, want %v", what, err, want)
		}
	}
	_, err = p.EditClaim(p.ctx(), p.staff[desk.Checker], theirs.ID, 0, desk.ClaimEdit{Text: "x", Lang: "vi", Topic: "health"})
	p.must(err)
	if _, err := p.Assign(p.ctx(), health, theirs.ID, 0, health.Staff); err != nil {
		t.Errorf("one's own topic: %v", err)
	}
	if _, err := p.Assign(p.ctx(), p.staff[desk.Editor], home.ID, 0, p.checker); !slices.Contains(desk.Problems(err), desk.BadChoice) {
		t.Errorf("a claim was given to somebody who may not see it: %v", err)
	}
}

// TestSeatsFadeAtOnce: rights are those of the seat as it is now, not as it
// was when the page was opened.
func TestSeatsFadeAtOnce(t *testing.T) {
	p := newProvince(t)
	c := p.atDistrict("Cầu mới sắp sập")
	before := p.as(p.checker)
	p.must(p.TakeSeat(p.ctx(), p.staff[desk.Admin], p.checker, p.district, desk.Checker))
	if _, err := p.Assign(p.ctx(), before, c.ID, 0, ""); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("a seat that was taken away still grants: %v", err)
	}
	if _, err := p.ClaimPage(p.ctx(), before, c.ID); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("… and reads: %v", err)
	}
	if a := p.as(p.checker); a.May(desk.MayRead) {
		t.Error("without a seat the person may still read")
	}
}

// TestHandover takes a claim with a review under way to another desk and
// back: nothing is lost, and the author still does not review.
func TestHandover(t *testing.T) {
	p := newProvince(t)
	c, author := p.open(), p.staff[desk.Checker]
	p.cite(c.ID, true)
	r, err := p.Submit(p.ctx(), author, desk.Proposal{Claim: c.ID, DraftVersion: p.draft(author, c.ID, desk.RatingFalse, "The answer.")})
	p.must(err)
	if _, err := p.Offer(p.ctx(), author, c.ID, 0, p.district, " "); !slices.Contains(desk.Problems(err), desk.HandoverNoReasons) {
		t.Errorf("without reasons: %v", err)
	}
	if _, err := p.ReviewPage(p.ctx(), p.as(p.editor), r.ID); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("a review of another desk is seen: %v", err)
	}
	_, err = p.Offer(p.ctx(), author, c.ID, 0, p.district, "Việc ở huyện, các bạn gần hơn")
	p.must(err)
	if _, err := p.Offer(p.ctx(), author, c.ID, 0, p.district, "x"); !slices.Contains(desk.Problems(err), desk.HandoverOpen) {
		t.Errorf("offered twice: %v", err)
	}
	if _, err := p.ClaimPage(p.ctx(), p.as(p.checker), c.ID); err != nil {
		t.Errorf("the desk that is asked does not see what it is offered: %v", err)
	}
	if _, err := p.SaveDraft(p.ctx(), p.as(p.checker), c.ID, 0, "", text("vi", "x")); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("the desk that is asked writes already: %v", err)
	}
	_, err = p.Return(p.ctx(), p.as(p.checker), c.ID, "Chúng tôi đang lo lũ")
	p.must(err)
	_, err = p.Offer(p.ctx(), author, c.ID, 0, p.district, "Hết lũ rồi")
	p.must(err)
	if _, err := p.TakeOfferBack(p.ctx(), p.as(p.checker), c.ID); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("the desk that is asked takes the offer back: %v", err)
	}
	_, err = p.Accept(p.ctx(), p.as(p.editor), c.ID)
	p.must(err)
	if _, err := p.Approve(p.ctx(), author, r.ID, r.Hash, desk.Points(r.Kind)); !errors.Is(err, desk.ErrForbidden) && !errors.Is(err, desk.ErrOwnWork) {
		t.Errorf("the author decides across desks: %v", err)
	}
	v, err := p.ClaimPage(p.ctx(), p.as(p.editor), c.ID)
	p.must(err)
	if v.Claim.Review != r.ID || !slices.Contains(v.Draft.Authors, author.Staff) || len(v.Evidence) == 0 {
		t.Errorf("something was lost: %+v", v.Claim)
	}
	var kinds []string
	for _, e := range v.Events {
		if strings.HasPrefix(string(e.Kind), "handover.") {
			kinds = append(kinds, string(e.Kind))
		}
	}
	if want := []string{"handover.accepted", "handover.offered", "handover.returned", "handover.offered"}; !slices.Equal(kinds, want) {
		t.Errorf("history: %v", kinds)
	}
	_, err = p.Approve(p.ctx(), p.as(p.editor), r.ID, r.Hash, desk.Points(r.Kind))
	p.must(err)
	_, err = p.Offer(p.ctx(), p.as(p.editor), c.ID, 0, desk.Home, "Xong rồi, trả lại tỉnh")
	p.must(err)
	_, err = p.Accept(p.ctx(), p.staff[desk.Editor], c.ID)
	p.must(err)
	place, err := p.PlaceOf(p.ctx(), p.staff[desk.Editor], c.ID)
	p.must(err)
	if place.Desk.ID != desk.Home || len(place.Handovers) != 3 {
		t.Errorf("back home: %+v", place)
	}
	if _, err := p.ClaimPage(p.ctx(), p.as(p.checker), c.ID); err != nil {
		t.Errorf("a desk that handed a claim on does not read it any more: %v", err)
	}
}

// TestLeaving: the name goes, the number stays, the work goes on.
func TestLeaving(t *testing.T) {
	p := newProvince(t)
	c := p.atDistrict("Trường cấp hai sẽ đóng cửa")
	_, err := p.Assign(p.ctx(), p.as(p.editor), c.ID, 0, p.checker)
	p.must(err)
	admin := p.staff[desk.Admin]
	w, err := p.WorkOf(p.ctx(), admin, p.checker)
	p.must(err)
	if len(w.Claims) != 1 || w.Claims[0].ID != c.ID {
		t.Fatalf("open work: %+v", w)
	}
	if _, err := p.Leave(p.ctx(), admin, p.checker, p.staff[desk.Auditor].Staff); !slices.Contains(desk.Problems(err), desk.SuccessorMayNot) {
		t.Errorf("work goes to an auditor: %v", err)
	}
	s, err := p.Leave(p.ctx(), admin, p.checker, p.editor)
	p.must(err)
	if s.Former != 1 || s.Active() || s.Name != desk.FormerName(desk.Checker, 1) || p.claim(c.ID).Assignee != p.editor {
		t.Errorf("left: %+v, claim %+v", s, p.claim(c.ID))
	}
	all, err := p.StaffList(p.ctx(), admin)
	p.must(err)
	if slices.ContainsFunc(all, func(s desk.Staff) bool { return s.Name == "district checker" }) {
		t.Error("the name is still there")
	}
	if _, err := p.SetStaffActive(p.ctx(), admin, p.checker, true); !errors.Is(err, desk.ErrState) {
		t.Errorf("who left comes back: %v", err)
	}
	if _, err := p.Leave(p.ctx(), admin, admin.Staff, ""); !slices.Contains(desk.Problems(err), desk.LastAdmin) {
		t.Errorf("the last admin leaves: %v", err)
	}
	second, err := p.Leave(p.ctx(), admin, p.editor, "")
	p.must(err)
	if second.Former != 2 {
		t.Errorf("the second who left has number %d", second.Former)
	}
}

// TestDeskAdmin: an admin of one desk keeps the people of that desk and
// nothing else.
func TestDeskAdmin(t *testing.T) {
	p := newProvince(t)
	boss := p.as(p.seat("district admin", desk.Admin))
	other, err := p.SaveBranch(p.ctx(), p.staff[desk.Admin], desk.Branch{Name: "Xã", Parent: p.district})
	p.must(err)
	ctx := p.ctx()
	both, err := p.Invite(ctx, p.staff[desk.Admin], "of both", "vi", desk.Seat{Desk: p.district, Role: desk.Checker}, desk.Seat{Desk: other.ID, Role: desk.Editor})
	p.must(err)
	own, err := p.Invite(ctx, boss, "new", "vi", desk.Seat{Desk: p.district, Role: desk.Contributor})
	p.must(err)
	refused := map[string]error{
		"a seat at another desk":   p.GiveSeat(ctx, boss, desk.Seat{Staff: own.ID, Desk: other.ID, Role: desk.Editor}),
		"taking one there":         p.TakeSeat(ctx, boss, both.ID, other.ID, desk.Editor),
		"a new desk":               failure(p.SaveBranch(ctx, boss, desk.Branch{Name: "Khác"})),
		"an account for all":       failure(p.AddStaff(ctx, boss, "all", desk.Editor, "vi")),
		"a role on all desks":      failure(p.SetRole(ctx, boss, own.ID, desk.Editor)),
		"a name of a rating":       p.SetRatingNames(ctx, boss, nil),
		"an invitation elsewhere":  failure(p.Invite(ctx, boss, "there", "vi", desk.Seat{Desk: other.ID, Role: desk.Checker})),
		"a channel of the program": p.SetChannelDesk(ctx, boss, "mail", p.district),
	}
	for what, err := range refused {
		if !errors.Is(err, desk.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"closing the installation's admin": failure(p.SetStaffActive(ctx, boss, p.staff[desk.Admin].Staff, false)),
		"closing somebody of two desks":    failure(p.SetStaffActive(ctx, boss, both.ID, false)),
		"a link for the admin":             p.NoteLink(ctx, boss, p.staff[desk.Admin].Staff),
		"ending somebody of two desks":     failure(p.Leave(ctx, boss, both.ID, "")),
	} {
		if !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	p.must(p.NoteLink(ctx, boss, own.ID))
	p.must(p.GiveSeat(ctx, boss, desk.Seat{Staff: own.ID, Desk: p.district, Role: desk.Checker, Topics: []string{"health"}}))
	_, err = p.Leave(ctx, boss, own.ID, "")
	p.must(err)
}

// TestOneDeskIsAsBefore: without seats there is nothing to see of desks.
func TestOneDeskIsAsBefore(t *testing.T) {
	o := newOffice(t)
	bs, err := o.Branches(o.ctx())
	o.must(err)
	if len(bs) != 1 || bs[0].ID != desk.Home {
		t.Fatalf("%+v", bs)
	}
	c := o.open()
	p, err := o.PlaceOf(o.ctx(), o.staff[desk.Editor], c.ID)
	o.must(err)
	if p.MayOffer || p.MayAnswer || p.MayTake {
		t.Errorf("one desk offers something: %+v", p)
	}
}

// TestDesksHaveOnePlace: a desk is not below itself, and no two have one name.
func TestDesksHaveOnePlace(t *testing.T) {
	p := newProvince(t)
	admin := p.staff[desk.Admin]
	below, err := p.SaveBranch(p.ctx(), admin, desk.Branch{Name: "Xã", Parent: p.district})
	p.must(err)
	for what, b := range map[string]desk.Branch{
		"below itself": {ID: p.district, Name: "Huyện", Parent: below.ID}, "below nothing": {Name: "Đảo", Parent: desk.NewID()},
		"without a name": {Name: " "}, "in a language nobody reads": {Name: "Đảo", Langs: []string{"fr"}},
	} {
		if _, err := p.SaveBranch(p.ctx(), admin, b); !slices.Contains(desk.Problems(err), desk.BadChoice) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := p.SaveBranch(p.ctx(), admin, desk.Branch{Name: "HUYỆN"}); !slices.Contains(desk.Problems(err), desk.NameTaken) {
		t.Errorf("a name twice: %v", err)
	}
	p.must(p.SetBranchOpen(p.ctx(), admin, p.district, false))
	if c := p.atDistrict("Đập nước nứt"); p.deskOf(c.ID) != desk.Home {
		t.Error("a closed desk took a claim in")
	}
	p.must(p.SetBranchOpen(p.ctx(), admin, p.district, true))
	p.must(p.SetChannelDesk(p.ctx(), admin, "web", p.district))
	r, err := p.Receive(p.ctx(), desk.Program(), p.tip("Cá chết hàng loạt", "new", ""))
	p.must(err)
	if p.deskOf(r.Claim.ID) != p.district {
		t.Error("the channel of the district opened a claim elsewhere")
	}
}

// deskOf is whose a claim is.
func (p *province) deskOf(c desk.ID) desk.ID {
	p.t.Helper()
	v, err := p.PlaceOf(context.Background(), p.staff[desk.Editor], c)
	p.must(err)
	return v.Desk.ID
}

// failure is the error of a verb that returns something too.
func failure[T any](_ T, err error) error { return err }
