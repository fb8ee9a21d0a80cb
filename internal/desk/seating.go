package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Manages reports whether the actor may close the account, end its sessions
// and make sign-in links for it: an admin of the installation everybody's,
// an admin of a desk that of those who sit at their desks and nowhere else.
// Whoever makes a link could sign in as that person; so nobody gains by it
// what they do not have.
func Manages(by Actor, s Staff) bool {
	if by.May(MayManage) {
		return true
	}
	return s.Role == Seated && len(s.Seats) > 0 &&
		!slices.ContainsFunc(s.Seats, func(x Seat) bool { return !by.MayOn(x.Desk, "", MaySeat) })
}

// check refuses a seat that says nothing.
func (s Seat) check() error {
	if !slices.Contains(Roles(), s.Role) || !s.Desk.Valid() ||
		slices.ContainsFunc(s.Topics, func(t string) bool { return !slices.Contains(Topics(), t) }) {
		return invalid(BadChoice)
	}
	return nil
}

// Invite opens an account with seats and no role on all desks. It is followed
// by a sign-in link, with which the person comes in.
func (d *Desk) Invite(ctx context.Context, by Actor, name, lang string, seats ...Seat) (Staff, error) {
	for _, s := range seats {
		if err := s.check(); err != nil {
			return Staff{}, err
		}
	}
	if len(seats) == 0 {
		return Staff{}, invalid(BadChoice)
	}
	name = strings.Join(strings.Fields(name), " ")
	s := Staff{ID: NewID(), Name: name, Role: Seated, Lang: lang, Created: d.Now()}
	if name == "" || tooLong(name, MaxLineRunes) || !slices.Contains(d.opts.Langs, lang) {
		return s, invalid(BadChoice)
	}
	err := d.do(ctx, by, MaySeat, func(tx Tx) error {
		if err := d.openAccount(ctx, tx, by, s); err != nil {
			return err
		}
		s.Seats = nil
		for _, x := range seats {
			x.Staff, x.Since = s.ID, d.Now()
			if err := d.giveSeat(ctx, tx, by, x); err != nil {
				return err
			}
			s.Seats = append(s.Seats, x)
		}
		return nil
	})
	return s, err
}

// openAccount stores a new account.
func (d *Desk) openAccount(ctx context.Context, tx Tx, by Actor, s Staff) error {
	err := tx.SetStaff(ctx, s)
	if errors.Is(err, ErrDuplicate) {
		return invalid(NameTaken)
	}
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvStaffAdded, About: s.ID, Data: map[string]string{"role": string(s.Role)}})
}

// giveSeat stores a seat if the actor may say who sits at the desk.
func (d *Desk) giveSeat(ctx context.Context, tx Tx, by Actor, s Seat) error {
	if !by.MayOn(s.Desk, "", MaySeat) {
		return ErrForbidden
	}
	if err := openDesk(ctx, tx, s.Desk); err != nil {
		return err
	}
	if err := tx.SetSeat(ctx, s); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvSeatGiven, About: s.Staff, Data: map[string]string{"desk": string(s.Desk), "role": string(s.Role)}})
}

// GiveSeat gives a person a seat at a desk, or changes the topics of one they
// have.
func (d *Desk) GiveSeat(ctx context.Context, by Actor, s Seat) error {
	if err := s.check(); err != nil {
		return err
	}
	s.Since = d.Now()
	return d.do(ctx, by, MaySeat, func(tx Tx) error {
		who, err := staffByID(ctx, tx, s.Staff)
		if err != nil {
			return err
		}
		if !who.Active() {
			return ErrState
		}
		return d.giveSeat(ctx, tx, by, s)
	})
}

// TakeSeat takes a person's seat away. Nobody gains by it: who has no role on
// all desks and no seat can do nothing.
func (d *Desk) TakeSeat(ctx context.Context, by Actor, staff, at ID, r Role) error {
	return d.do(ctx, by, MaySeat, func(tx Tx) error {
		if !by.MayOn(at, "", MaySeat) {
			return ErrForbidden
		}
		if err := tx.DropSeat(ctx, staff, at, r); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSeatTaken, About: staff, Data: map[string]string{"desk": string(at), "role": string(r)}})
	})
}

// OpenWork is what a person has in hand.
type OpenWork struct {
	Claims  []Claim  // taken and not finished
	Reviews []Review // texts of theirs that wait for a second person
}

// Any reports whether there is something to hand on.
func (w OpenWork) Any() bool { return len(w.Claims)+len(w.Reviews) > 0 }

// WorkOf lists what a person has in hand, for whoever manages the account.
func (d *Desk) WorkOf(ctx context.Context, by Actor, staff ID) (out OpenWork, err error) {
	err = d.read(ctx, by, MaySeat, func(tx Tx) error {
		who, err := staffByID(ctx, tx, staff)
		if err != nil {
			return err
		}
		if !Manages(by, who) {
			return ErrNotFound
		}
		out, err = workOf(ctx, whole(tx), staff)
		return err
	})
	return out, err
}

// workOf lists what a person has in hand.
func workOf(ctx context.Context, tx Tx, staff ID) (w OpenWork, err error) {
	w.Claims, err = tx.Claims(ctx, ClaimFilter{Assignee: staff, States: []ClaimState{ClaimOpen, ClaimPublished, ClaimWithdrawn}})
	if err != nil {
		return w, err
	}
	rs, err := tx.Reviews(ctx, ReviewFilter{State: ReviewPending, Limit: 1000})
	for _, r := range rs {
		if r.By == staff {
			w.Reviews = append(w.Reviews, r)
		}
	}
	return w, err
}

// Leave ends an account for good: the name is replaced by a number that never
// changes ("former editor 12"), the seats end, and the claims the person had
// taken go to a colleague, or to nobody (""), in the same act. What they wrote
// stays theirs: nobody reviews a text they had a part in. The last
// admin cannot leave.
func (d *Desk) Leave(ctx context.Context, by Actor, staff, to ID) (Staff, error) {
	var out Staff
	err := d.do(ctx, by, MaySeat, func(guarded Tx) error {
		tx := whole(guarded)
		s, err := staffByID(ctx, tx, staff)
		if err != nil {
			return err
		}
		if !Manages(by, s) {
			return ErrNotFound
		}
		if s.Former > 0 {
			return ErrState
		}
		if err := anAdminStays(ctx, tx, s); err != nil {
			return err
		}
		work, err := workOf(ctx, tx, staff)
		if err != nil {
			return err
		}
		if err := d.handOn(ctx, tx, by, work.Claims, staff, to); err != nil {
			return err
		}
		out, err = d.retire(ctx, tx, by, s, len(work.Claims))
		return err
	})
	return out, err
}

// handOn gives claims to a colleague who may work on all of them, or to
// nobody.
func (d *Desk) handOn(ctx context.Context, tx Tx, by Actor, claims []Claim, from, to ID) error {
	var next Staff
	if to != "" {
		var err error
		if next, err = staffByID(ctx, tx, to); err != nil {
			return err
		}
		if !next.Active() || to == from {
			return invalid(BadChoice)
		}
	}
	for _, c := range claims {
		if to != "" {
			ok, err := mayOnClaim(ctx, tx, As(next), c, MayDraft)
			if err != nil {
				return err
			}
			if !ok {
				return invalid(SuccessorMayNot)
			}
		}
		c.Assignee = to
		if _, err := d.saveClaim(ctx, tx, by, c, Event{Kind: EvClaimAssigned, About: to}); err != nil {
			return err
		}
	}
	return nil
}

// topRole is the role by which a person is remembered: that on all desks, or
// of the seat that carries most.
func topRole(s Staff) Role {
	if s.Role != Seated {
		return s.Role
	}
	top := Contributor
	for _, x := range s.Seats {
		if slices.Index(Roles(), x.Role) > slices.Index(Roles(), top) {
			top = x.Role
		}
	}
	return top
}

// FormerName is the name under which a person who left stands in histories,
// where no page puts it into the reader's language.
func FormerName(r Role, n int) string { return "former " + string(r) + " " + strconv.Itoa(n) }

// retire closes an account for good.
func (d *Desk) retire(ctx context.Context, tx Tx, by Actor, s Staff, handed int) (Staff, error) {
	role := topRole(s)
	n, err := tx.SetFormer(ctx, s.ID, role)
	if err != nil {
		return s, err
	}
	for _, x := range s.Seats {
		if err := tx.DropSeat(ctx, s.ID, x.Desk, x.Role); err != nil {
			return s, err
		}
	}
	s.Name, s.Role, s.Seats, s.Former = FormerName(role, n), role, nil, n
	if s.Disabled.IsZero() {
		s.Disabled = d.Now()
	}
	if err := tx.SetStaff(ctx, s); err != nil {
		return s, err
	}
	return s, d.tell(ctx, tx, by, Event{Kind: EvStaffLeft, About: s.ID,
		Data: map[string]string{"role": string(role), "number": strconv.Itoa(n), "claims": strconv.Itoa(handed)}})
}

// anAdminStays refuses what would leave the installation without an admin.
func anAdminStays(ctx context.Context, tx Tx, leaving Staff) error {
	if leaving.Role != Admin || !leaving.Active() {
		return nil
	}
	all, err := tx.Staff(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(o Staff) bool { return o.ID != leaving.ID && o.Role == Admin && o.Active() }) {
		return invalid(LastAdmin)
	}
	return nil
}
