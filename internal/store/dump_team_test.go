package store

import (
	"bytes"
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// teamwork gives a desk a row of everything that working together leaves.
func teamwork(t testing.TB, db *DB) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx desk.Tx) error {
		ctx, at := context.Background(), time.UnixMilli(1_790_000_000_123).UTC()
		c := desk.Claim{ID: desk.NewID(), Text: "Giá nước", State: desk.ClaimOpen, LogIndex: -1}
		who := desk.Staff{ID: desk.NewID(), Name: "Bình", Role: desk.Checker, Lang: "vi", Created: at}
		typed := desk.Typed{Rating: desk.RatingTrue, Text: desk.Text{Lang: "vi", Body: "“gõ”\n"}}
		e := desk.Expert{ID: desk.NewID(), Name: "Chuyên gia", Topics: []string{"science"}, Agreed: "2026-11-02", Address: []byte{0, 255}, Added: at}
		return firstOf(tx.SetClaim(ctx, c), tx.SetStaff(ctx, who),
			tx.SetPresence(ctx, desk.Presence{Claim: c.ID, Staff: who.ID, Writing: true, Since: at, Seen: at}),
			tx.KeepPast(ctx, desk.Draft{Claim: c.ID, Version: 3, Texts: []desk.Text{typed.Text}}, at),
			tx.SetKept(ctx, desk.Kept{ID: desk.NewID(), Claim: c.ID, Staff: who.ID, Typed: typed, Why: desk.KeptOverlap, State: desk.KeptOpen, At: at}),
			tx.SetNote(ctx, desk.ClaimNote{ID: desk.NewID(), Claim: c.ID, Staff: who.ID, Text: "@Bình <x> & y", At: at}),
			tx.SetExpert(ctx, e),
			tx.SetOpinion(ctx, desk.Opinion{ID: desk.NewID(), Claim: c.ID, Expert: e.ID, By: who.ID, Asked: at, Ends: at, Hash: bytes.Repeat([]byte{3}, 32), Cited: true}),
			tx.AddNotification(ctx, desk.Notification{ID: desk.NewID(), Staff: who.ID, Event: 1, Kind: desk.ToldMention, Claim: c.ID, At: at, Mail: desk.MailWaiting}),
			tx.SetDeadlineLink(ctx, desk.DeadlineLink{Staff: who.ID, Hash: []byte{4, 0, 5}, Made: at}),
			tx.SetMailPlan(ctx, desk.MailPlan{Staff: who.ID, Address: []byte{1, 0}, Schedule: desk.MailOnce, Muted: []desk.NotificationKind{desk.ToldDue}}))
	})
	if err != nil {
		t.Fatal(err)
	}
}
