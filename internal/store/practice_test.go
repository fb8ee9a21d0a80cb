package store

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// practised gives a desk a practice case somebody did, and an explainer that
// was published and is linked.
func practised(t testing.TB, db *DB) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx desk.Tx) error {
		ctx := context.Background()
		a := desk.Staff{ID: desk.NewID(), Name: "Người học", Role: desk.Checker, Lang: "vi"}
		b := desk.Staff{ID: desk.NewID(), Name: "Người duyệt", Role: desk.Editor, Lang: "vi"}
		c := desk.Claim{ID: desk.NewID(), Text: "Giá nước", State: desk.ClaimClosed, LogIndex: -1}
		e := desk.Explainer{ID: desk.NewID(), Topic: "health", Words: []string{"vắc-xin"}, Rev: 1}
		doc := desk.ExplainerDoc{Schema: desk.ExplainerSchema, Explainer: e.ID, Rev: 1, Texts: []desk.ExplainerText{{Lang: "vi", Title: "Đếm thế nào"}}}
		raw, err := doc.Bytes()
		if err != nil {
			return err
		}
		return firstOf(tx.SetStaff(ctx, a), tx.SetStaff(ctx, b), tx.SetClaim(ctx, c),
			tx.SetCase(ctx, desk.PracticeCase{ID: string(desk.NewID()), Kind: desk.CaseClaim, Right: []int{2}, Claim: c.ID, MadeBy: b.ID, Texts: map[string]desk.CaseText{"vi": {Title: "Nước"}}}),
			tx.SetTry(ctx, desk.PracticeTry{Staff: a.ID, Case: "one", Tries: 2, LastRight: true}), tx.SharePractice(ctx, a.ID, time.UnixMilli(7)),
			tx.SetExplainer(ctx, e), tx.AddExplainerRevision(ctx, desk.ExplainerRevision{Explainer: e.ID, Rev: 1, Hash: desk.ExplainerHash(raw), By: a.ID, Approver: b.ID}, raw),
			tx.LinkExplainer(ctx, c.ID, e.ID, true))
	})
	if err != nil {
		t.Fatal(err)
	}
}
