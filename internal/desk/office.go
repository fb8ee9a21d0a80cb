package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// staffByID finds an account; ErrNotFound if there is none.
func staffByID(ctx context.Context, tx Tx, id ID) (Staff, error) {
	all, err := tx.Staff(ctx)
	if err != nil {
		return Staff{}, err
	}
	i := slices.IndexFunc(all, func(s Staff) bool { return s.ID == id })
	if i < 0 {
		return Staff{}, fmt.Errorf("staff %s: %w", id, ErrNotFound)
	}
	all[i].Seats, err = tx.SeatsOf(ctx, id)
	return all[i], err
}

// staffSeated lists all accounts with their seats.
func staffSeated(ctx context.Context, tx Tx) ([]Staff, error) {
	all, err := tx.Staff(ctx)
	if err != nil {
		return nil, err
	}
	seats, err := tx.SeatsOf(ctx, "")
	if err != nil || len(seats) == 0 {
		return all, err
	}
	for i := range all {
		for _, s := range seats {
			if s.Staff == all[i].ID {
				all[i].Seats = append(all[i].Seats, s)
			}
		}
	}
	return all, nil
}

// AddStaff opens an account. Names are unique without regard to case.
func (d *Desk) AddStaff(ctx context.Context, by Actor, name string, r Role, lang string) (Staff, error) {
	name = strings.Join(strings.Fields(name), " ")
	s := Staff{ID: NewID(), Name: name, Role: r, Lang: lang, Created: d.Now()}
	if name == "" || tooLong(name, MaxLineRunes) || !slices.Contains(Roles(), r) || !slices.Contains(d.opts.Langs, lang) {
		return s, invalid(BadChoice)
	}
	err := d.do(ctx, by, MayManage, func(tx Tx) error {
		all, err := tx.Staff(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o Staff) bool { return strings.EqualFold(o.Name, name) }) {
			return invalid(NameTaken)
		}
		if err := tx.SetStaff(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvStaffAdded, About: s.ID, Data: map[string]string{"role": string(r)}})
	})
	return s, err
}

// SetRole changes what a person may do on all desks; Seated leaves them what
// their seats grant. The last active admin keeps the role.
func (d *Desk) SetRole(ctx context.Context, by Actor, id ID, r Role) (Staff, error) {
	if !slices.Contains(Roles(), r) && r != Seated {
		return Staff{}, invalid(BadChoice)
	}
	if !by.May(MayManage) {
		return Staff{}, ErrForbidden
	}
	return d.changeStaff(ctx, by, id, func(s *Staff) { s.Role = r })
}

// SetStaffActive opens or ends the use of an account. Its history stays.
func (d *Desk) SetStaffActive(ctx context.Context, by Actor, id ID, active bool) (Staff, error) {
	return d.changeStaff(ctx, by, id, func(s *Staff) {
		s.Disabled = time.Time{}
		if !active {
			s.Disabled = d.Now()
		}
	})
}

// changeStaff applies a change to an account and refuses to leave the desk
// without an admin.
func (d *Desk) changeStaff(ctx context.Context, by Actor, id ID, change func(*Staff)) (Staff, error) {
	var out Staff
	err := d.do(ctx, by, MaySeat, func(tx Tx) error {
		s, err := staffByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !Manages(by, s) {
			return ErrNotFound
		}
		if s.Former > 0 {
			return ErrState
		}
		was := s
		change(&s)
		if s.Role != Admin || !s.Active() {
			if err := anAdminStays(ctx, tx, was); err != nil {
				return err
			}
		}
		if err := tx.SetStaff(ctx, s); err != nil {
			return err
		}
		out = s
		active := "yes"
		if !s.Active() {
			active = "no"
		}
		return d.tell(ctx, tx, by, Event{Kind: EvStaffChanged, About: id, Data: map[string]string{"role": string(s.Role), "active": active}})
	})
	return out, err
}

// NoteLink records that a sign-in link was made for an account. Whoever holds
// a link is that person until it is used, so the making of one must be seen:
// it is called before the link exists.
func (d *Desk) NoteLink(ctx context.Context, by Actor, staff ID) error {
	return d.do(ctx, by, MaySeat, func(tx Tx) error {
		s, err := staffByID(ctx, tx, staff)
		if err != nil {
			return err
		}
		if !Manages(by, s) {
			return ErrNotFound
		}
		return d.tell(ctx, tx, by, Event{Kind: EvStaffLinked, About: staff})
	})
}

// SetLang changes the language of a person's own desk pages.
func (d *Desk) SetLang(ctx context.Context, by Actor, lang string) error {
	if !slices.Contains(d.opts.Langs, lang) {
		return invalid(BadChoice)
	}
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		s, err := staffByID(ctx, tx, by.Staff)
		if err != nil {
			return err
		}
		s.Lang = lang
		return tx.SetStaff(ctx, s)
	})
}

// StaffList lists all accounts by name. Everyone on the desk may see who
// their colleagues are.
func (d *Desk) StaffList(ctx context.Context, by Actor) ([]Staff, error) {
	var out []Staff
	err := d.store.Read(ctx, func(tx Tx) error {
		if !by.May(MayRead) && !by.May(MayManage) {
			return ErrForbidden
		}
		var err error
		out, err = staffSeated(ctx, tx)
		return err
	})
	return out, err
}

// StaffByID finds one account for whoever checks a session.
func (d *Desk) StaffByID(ctx context.Context, id ID) (Staff, error) {
	var out Staff
	err := d.store.Read(ctx, func(tx Tx) error {
		var err error
		out, err = staffByID(ctx, tx, id)
		return err
	})
	return out, err
}

// StaffNamed finds one account by name, without regard to case, for signing
// in.
func (d *Desk) StaffNamed(ctx context.Context, name string) (Staff, error) {
	var out Staff
	err := d.store.Read(ctx, func(tx Tx) error {
		all, err := tx.Staff(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(s Staff) bool { return strings.EqualFold(s.Name, strings.Join(strings.Fields(name), " ")) })
		if i < 0 {
			return ErrNotFound
		}
		out, err = staffByID(ctx, tx, all[i].ID)
		return err
	})
	return out, err
}

// ratingNamesKey is the setting that holds names of ratings per language.
const ratingNamesKey = "rating-names"

// RatingNames returns the desk's own names of ratings, by language and
// rating; those that were never edited are absent.
func (d *Desk) RatingNames(ctx context.Context) (map[string]map[Rating]string, error) {
	out := map[string]map[Rating]string{}
	err := d.store.Read(ctx, func(tx Tx) error {
		v, err := tx.Setting(ctx, ratingNamesKey)
		if err != nil || v == "" {
			return err
		}
		return json.Unmarshal([]byte(v), &out)
	})
	return out, err
}

// SetRatingNames replaces the desk's own names of ratings. Only names can be
// edited: the scale and its meaning are part of the public log.
func (d *Desk) SetRatingNames(ctx context.Context, by Actor, names map[string]map[Rating]string) error {
	for _, byRating := range names {
		for r, n := range byRating {
			if !r.Valid() || strings.TrimSpace(n) == "" || tooLong(n, 60) {
				return invalid(BadChoice)
			}
		}
	}
	v, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return d.do(ctx, by, MayManage, func(tx Tx) error {
		if err := tx.SetSetting(ctx, ratingNamesKey, string(v)); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvSettingChanged, Data: map[string]string{"setting": ratingNamesKey}})
	})
}
