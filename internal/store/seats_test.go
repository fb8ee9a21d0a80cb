package store

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// someDesks fills the rows of desks and of whoever sits there.
func someDesks(t testing.TB, db *DB) {
	t.Helper()
	ctx, at, id := context.Background(), time.UnixMilli(1_790_000_000_123).UTC(), desk.NewID()
	err := db.Tx(ctx, func(tx desk.Tx) error {
		_, numbered := tx.SetFormer(ctx, id, desk.Editor)
		return firstOf(numbered,
			tx.SetBranch(ctx, desk.Branch{ID: id, Name: "Huyện", Langs: []string{"vi"}, Parent: desk.Home, Created: at}),
			tx.SetSeat(ctx, desk.Seat{Staff: id, Desk: id, Role: desk.ExpertRole, Topics: []string{"health"}, Since: at}),
			tx.SetDeskOf(ctx, id, id), tx.SetTipDesk(ctx, id, id),
			tx.SetHandover(ctx, desk.Handover{ID: id, Claim: id, From: desk.Home, To: id, By: id, At: at, Reasons: "gần", State: desk.HandoverOffered}))
	})
	if err == nil {
		err = db.LinkOutside(ctx, "https://id.example", "abc", id, at)
	}
	if err != nil {
		t.Fatal(err)
	}
}
