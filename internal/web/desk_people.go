package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// peopleRoutes is the table of accounts, seats and whoever is signed in.
func (s *Site) peopleRoutes() []route {
	return []route{
		{pattern: "GET /desk/people", audience: Staff, may: desk.MaySeat, h: s.people},
		{pattern: "POST /desk/people/add", audience: Staff, may: desk.MaySeat, body: bodySmall, keep: []string{"name"}, h: s.addPerson},
		{pattern: "GET /desk/people/{id}", audience: Staff, may: desk.MaySeat, h: s.person},
		{pattern: "POST /desk/people/{id}", audience: Staff, may: desk.MaySeat, body: bodySmall, h: s.changePerson},
		{pattern: "POST /desk/people/{id}/seat", audience: Staff, may: desk.MaySeat, body: bodySmall, h: s.changeSeat},
		{pattern: "POST /desk/people/{id}/session", audience: Staff, may: desk.MaySeat, body: bodySmall, h: s.endTheirSession},
		{pattern: "POST /desk/people/{id}/leave", audience: Staff, may: desk.MaySeat, body: bodySmall, h: s.leave},
	}
}

// peoplePage is the list of staff, for admins.
type peoplePage struct {
	Staff    []desk.Staff
	Link     string // a new sign-in link, shown this once
	LinkFor  string
	Name     string
	Role     desk.Role
	Problems []string
	All      bool // the person keeps everybody's account, not those of a desk alone
	Several  bool // the installation has several desks
	Names    map[desk.ID]string
	Desks    []desk.Branch // at which the person says who sits there
	Seat     desk.Seat     // of the form
	Invited  []invited     // sign-in links that nobody has used
}

// invited is a sign-in link that works now.
type invited struct {
	Staff desk.ID
	Name  string
	By    string
	Until time.Time
}

// Topics are the topics a seat can be for.
func (p peoplePage) Topics() []string { return desk.Topics() }

// Left names somebody who left.
func (p peoplePage) Left(s desk.Staff) bool { return s.Former > 0 }

// head implements page.
func (p peoplePage) head(w *words) head {
	return head{Title: w.t("people.title"), Section: "desk", Private: true}
}

// Roles are the roles a person can have.
func (p peoplePage) Roles() []desk.Role { return desk.Roles() }

// people lists the accounts.
func (s *Site) people(v *visit) (answer, error) {
	return s.peopleWith(v, peoplePage{}, nil)
}

// peopleWith shows the list with what a verb left to say.
func (s *Site) peopleWith(v *visit, p peoplePage, err error) (answer, error) {
	status := http.StatusOK
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = http.StatusUnprocessableEntity
	}
	a := v.actor()
	p.All = a.May(desk.MayManage)
	all, err := s.Desk.StaffList(v.Context(), a)
	if err != nil {
		return answer{}, err
	}
	for _, st := range all {
		if desk.Manages(a, st) {
			p.Staff = append(p.Staff, st)
		}
	}
	names := namesOf(all, v.words)
	for i := range p.Staff {
		p.Staff[i].Name = names[p.Staff[i].ID]
	}
	if p.Names, p.Desks, err = s.seatDesks(v); err != nil {
		return answer{}, err
	}
	p.Several = len(p.Names) > 1
	links, err := s.Auth.Links(v.Context(), a)
	for _, l := range links {
		p.Invited = append(p.Invited, invited{l.Staff, names[l.Staff], names[l.By], l.Expires})
	}
	return show("desk/people", p).as(status), err
}

// seatDesks are the names of all desks, and the open ones at which the person
// says who sits there.
func (s *Site) seatDesks(v *visit) (map[desk.ID]string, []desk.Branch, error) {
	all, err := s.Desk.Branches(v.Context())
	mine := slices.DeleteFunc(slices.Clone(all), func(b desk.Branch) bool {
		return !b.Open() || !v.actor().MayOn(b.ID, "", desk.MaySeat)
	})
	return v.words.deskNames(all), mine, err
}

// addPerson opens an account, on all desks or with a seat at one, and shows
// its sign-in link.
func (s *Site) addPerson(v *visit) (answer, error) {
	if a, ok := v.proveFirst(s.Auth.RequireRecent(v.session), "/desk/people"); ok {
		return a, nil
	}
	p := peoplePage{Name: v.field("name"), Role: desk.Role(v.field("role")), Seat: v.seat()}
	var st desk.Staff
	var err error
	if p.Seat.Desk != "" {
		p.Seat.Role = p.Role
		st, err = s.Desk.Invite(v.Context(), v.actor(), p.Name, written()[0], p.Seat)
	} else {
		st, err = s.Desk.AddStaff(v.Context(), v.actor(), p.Name, p.Role, written()[0])
	}
	if err != nil {
		return s.peopleWith(v, p, err)
	}
	link, err := s.newLink(v, st.ID)
	return s.peopleWith(v, peoplePage{Link: link, LinkFor: st.Name}, err)
}

// seat reads the seat of a form; its desk is empty for "on all desks".
func (v *visit) seat() desk.Seat {
	return desk.Seat{Desk: desk.ID(v.field("desk")), Role: desk.Role(v.field("seat-role")), Topics: v.PostForm["topic"]}
}

// newLink makes a sign-in link; the journal says that one was made, and by
// whom.
func (s *Site) newLink(v *visit, staff desk.ID) (string, error) {
	if err := s.Desk.NoteLink(v.Context(), v.actor(), staff); err != nil {
		return "", err
	}
	link, _, err := s.Auth.NewLink(v.Context(), v.actor(), staff)
	return link, err
}

// changePerson changes a role, opens or closes an account, or makes a link or
// takes it back.
func (s *Site) changePerson(v *visit) (answer, error) {
	if a, ok := v.proveFirst(s.Auth.RequireRecent(v.session), "/desk/people"); ok {
		return a, nil
	}
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	var p peoplePage
	var st desk.Staff
	switch v.field("do") {
	case "role":
		st, err = s.Desk.SetRole(v.Context(), v.actor(), id, desk.Role(v.field("role")))
	case "close", "open":
		st, err = s.Desk.SetStaffActive(v.Context(), v.actor(), id, v.field("do") == "open")
	case "link":
		if st, err = s.Desk.StaffByID(v.Context(), id); err == nil {
			p.LinkFor = st.Name
			p.Link, err = s.newLink(v, id)
		}
	case "revoke":
		err = s.Auth.RevokeLink(v.Context(), v.actor(), id)
	default:
		return answer{}, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err == nil && (v.field("do") == "role" || v.field("do") == "close") {
		// Who lost a role or the account is out at once.
		_, err = s.Auth.EndSessions(v.Context(), st.ID, "")
	}
	return s.peopleWith(v, p, err)
}

// personPage is one account: seats, sessions, open work, and the way out.
type personPage struct {
	Who      desk.Staff
	Seats    []seatRow
	Sessions []auth.Session
	Work     desk.OpenWork
	Next     []desk.Staff // who may take the work over
	Desks    []desk.Branch
	Several  bool
	Problems []string
}

// seatRow is one seat in words; Mine says that the person may take it away.
type seatRow struct {
	desk.Seat
	Line string
	Mine bool
}

// head implements page.
func (p personPage) head(w *words) head {
	return head{Title: p.Who.Name, Section: "desk", Private: true}
}

// Roles and topics that the page's forms offer.
func (p personPage) Roles() []desk.Role { return desk.Roles() }
func (p personPage) Topics() []string   { return desk.Topics() }

// person shows one account to whoever manages it.
func (s *Site) person(v *visit) (answer, error) { return s.personWith(v, nil) }

// personWith shows the page with what a verb left to say.
func (s *Site) personWith(v *visit, err error) (answer, error) {
	var p personPage
	status := http.StatusOK
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = http.StatusUnprocessableEntity
	}
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	a := v.actor()
	if p.Who, err = s.Desk.StaffByID(v.Context(), id); err != nil {
		return answer{}, err
	}
	if !desk.Manages(a, p.Who) {
		return answer{}, desk.ErrNotFound
	}
	names, mine, err := s.seatDesks(v)
	if err != nil {
		return answer{}, err
	}
	p.Desks, p.Several = mine, len(names) > 1
	for _, x := range p.Who.Seats {
		p.Seats = append(p.Seats, seatRow{x, v.words.seatLine(x, names), a.MayOn(x.Desk, "", desk.MaySeat)})
	}
	if err := s.personWork(v, &p); err != nil {
		return answer{}, err
	}
	if p.Who.Former > 0 {
		p.Who.Name = v.words.former(p.Who)
	}
	return show("desk/person", p).as(status), nil
}

// personWork reads where the person is signed in and what they have in hand.
func (s *Site) personWork(v *visit, p *personPage) error {
	var err error
	if p.Sessions, err = s.Auth.Sessions(v.Context(), p.Who.ID); err != nil {
		return err
	}
	if p.Work, err = s.Desk.WorkOf(v.Context(), v.actor(), p.Who.ID); err != nil {
		return err
	}
	all, err := s.Desk.StaffList(v.Context(), v.actor())
	for _, st := range all {
		if st.Active() && st.ID != p.Who.ID && desk.As(st).May(desk.MayDraft) {
			p.Next = append(p.Next, st)
		}
	}
	return err
}

// onPerson runs a change of somebody else's account and goes back to it.
func (s *Site) onPerson(v *visit, change func(id desk.ID) error) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if a, ok := v.proveFirst(s.Auth.RequireRecent(v.session), "/desk/people/"+string(id)); ok {
		return a, nil
	}
	if err := change(id); err != nil {
		return s.personWith(v, err)
	}
	return redirect(v.tongue.url("/desk/people/" + string(id))), nil
}

// changeSeat gives a seat or takes one away. The person's sessions go on: each
// verb looks at the seats as they are.
func (s *Site) changeSeat(v *visit) (answer, error) {
	return s.onPerson(v, func(id desk.ID) error {
		x := v.seat()
		x.Staff = id
		if v.field("do") == "take" {
			return s.Desk.TakeSeat(v.Context(), v.actor(), id, x.Desk, x.Role)
		}
		return s.Desk.GiveSeat(v.Context(), v.actor(), x)
	})
}

// endTheirSession ends one session of somebody whose account the person
// manages, or all.
func (s *Site) endTheirSession(v *visit) (answer, error) {
	return s.onPerson(v, func(id desk.ID) error {
		who, err := s.Desk.StaffByID(v.Context(), id)
		if err != nil {
			return err
		}
		if !desk.Manages(v.actor(), who) {
			return desk.ErrNotFound
		}
		if v.field("session") == "" {
			_, err = s.Auth.EndSessions(v.Context(), id, "")
			return err
		}
		return s.Auth.EndSession(v.Context(), id, desk.ID(v.field("session")))
	})
}

// leave closes an account for good and hands its work on. Sessions and ways to
// sign in end after the account: what fails between leaves nobody in.
func (s *Site) leave(v *visit) (answer, error) {
	return s.onPerson(v, func(id desk.ID) error {
		if _, err := s.Desk.Leave(v.Context(), v.actor(), id, desk.ID(v.field("to"))); err != nil {
			return err
		}
		_, err := s.Auth.EndSessions(v.Context(), id, "")
		return errors.Join(err, s.Auth.Forget(v.Context(), id))
	})
}
