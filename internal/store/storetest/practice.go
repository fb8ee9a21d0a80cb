package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// practice is what a store promises of practice cases and who did them.
func practice(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	staff := desk.Staff{ID: desk.NewID(), Name: "Checker", Role: desk.Checker, Lang: "vi", Created: noon}
	other := desk.Staff{ID: desk.NewID(), Name: "Editor", Role: desk.Editor, Lang: "vi", Created: noon}
	claim := desk.Claim{ID: desk.NewID(), Text: "x", State: desk.ClaimClosed, LogIndex: -1, Opened: noon, Changed: noon}
	mk := func(after time.Duration) desk.PracticeCase {
		return desk.PracticeCase{ID: string(desk.NewID()), Kind: desk.CaseClaim, Minutes: 2, Right: []int{1, 3}, Claim: claim.ID, Made: noon.Add(after), MadeBy: other.ID,
			Texts: map[string]desk.CaseText{"vi": {Title: "Nước", Told: "a", Ask: "b", Choices: []desk.CaseChoice{{Says: "c", Why: "d"}},
				Table: desk.CaseFigures{Caption: "e", Head: []string{"f"}, Rows: [][]string{{"g"}}}}}}
	}
	late, early := mk(time.Hour), mk(0)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []desk.Staff{staff, other} {
			if err := tx.SetStaff(ctx, x); err != nil {
				return err
			}
		}
		if err := tx.SetClaim(ctx, claim); err != nil {
			return err
		}
		if err := tx.SetCase(ctx, late); err != nil {
			return err
		}
		return tx.SetCase(ctx, early)
	})
	list := func() []desk.PracticeCase {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.PracticeCase, error) { return tx.Cases(ctx) })
	}
	same(t, "oldest first", []desk.PracticeCase{early, late}, list())
	early.Retired, early.Minutes = noon.Add(time.Minute), 5
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetCase(ctx, early) })
	same(t, "retired", []desk.PracticeCase{early, late}, list())

	tries := func(id desk.ID) []desk.PracticeTry {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.PracticeTry, error) { return tx.TriesOf(ctx, id) })
	}
	b := desk.PracticeTry{Staff: staff.ID, Case: "b", First: noon, Last: noon, Tries: 1}
	a := desk.PracticeTry{Staff: staff.ID, Case: "a", First: noon, Last: noon.Add(time.Hour), Tries: 2, FirstRight: true, LastRight: true}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetTry(ctx, b); err != nil {
			return err
		}
		return tx.SetTry(ctx, a)
	})
	b.Tries, b.LastRight = 2, true
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTry(ctx, b) })
	same(t, "one's own tries", []desk.PracticeTry{a, b}, tries(staff.ID))
	same(t, "somebody else's", []desk.PracticeTry{}, tries(other.ID))

	shared := func() map[desk.ID]time.Time {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.ID]time.Time, error) { return tx.PracticeShared(ctx) })
	}
	share := func(at time.Time) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SharePractice(ctx, staff.ID, at) })
	}
	share(noon)
	share(noon.Add(time.Hour))
	same(t, "shared", map[desk.ID]time.Time{staff.ID: noon.Add(time.Hour)}, shared())
	share(time.Time{})
	same(t, "no longer", map[desk.ID]time.Time{}, shared())
}
