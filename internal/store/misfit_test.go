package store

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// inOrder fills a desk with rows that every kind of misfit is about, all in
// order, and returns their ids by name.
func inOrder(t *testing.T, db *DB) map[string]desk.ID {
	t.Helper()
	id := map[string]desk.ID{}
	for _, name := range []string{"anh", "branch", "claim", "into", "other", "review", "strange", "tip", "still", "counted", "aside", "back", "handover", "comment", "answer"} {
		id[name] = desk.NewID()
	}
	now := time.UnixMilli(1_790_000_000_000).UTC()
	doc := []byte(`{}`)
	claim := desk.Claim{ID: id["claim"], Text: "Giá điện", State: desk.ClaimOpen, LogIndex: -1, Assignee: id["anh"], Review: id["review"]}
	merged := desk.Claim{ID: id["other"], Text: "Giá nước", State: desk.ClaimMerged, LogIndex: -1, Into: id["into"]}
	into := desk.Claim{ID: id["into"], Text: "Giá than", State: desk.ClaimOpen, LogIndex: -1}
	review := desk.Review{ID: id["review"], Claim: claim.ID, Kind: desk.KindPublish, Doc: doc, Hash: desk.DocHash(doc), By: desk.NewID(), State: desk.ReviewPending, At: now}
	strange := review
	strange.ID, strange.Claim = id["strange"], id["into"]
	remark := desk.Comment{ID: id["comment"], Claim: claim.ID, Review: review.ID, Lang: "vi", Field: "summary", Sentence: "Một câu.", Text: "Nguồn?", At: now}
	answer := desk.Comment{ID: id["answer"], Claim: claim.ID, Review: review.ID, Parent: remark.ID, Text: "Nguồn hai.", At: now}
	tip := func(name string) desk.Tip {
		return desk.Tip{ID: id[name], Channel: "web", ExtID: name, Text: name, Folded: bytes.Repeat([]byte{1}, 32), Received: now, State: desk.TipJoined, Claim: claim.ID}
	}
	err := db.Tx(t.Context(), func(tx desk.Tx) error {
		ctx := t.Context()
		q := desk.Quarantine{ID: id["aside"], Reason: desk.AsideCopies, At: now, Tips: 2}
		err := firstOf(tx.SetStaff(ctx, desk.Staff{ID: id["anh"], Name: "Anh", Role: desk.Checker, Created: now}),
			tx.SetBranch(ctx, desk.Branch{ID: id["branch"], Name: "Huyện", Created: now}),
			tx.SetClaim(ctx, claim), tx.SetClaim(ctx, into), tx.SetClaim(ctx, merged),
			tx.SetReview(ctx, review), tx.SetReview(ctx, strange), tx.SetComment(ctx, remark), tx.SetComment(ctx, answer),
			tx.AddTip(ctx, tip("tip")), tx.AddTip(ctx, tip("still")), tx.AddTip(ctx, tip("counted")), tx.SetQuarantine(ctx, q),
			tx.SetSeat(ctx, desk.Seat{Staff: id["anh"], Desk: id["branch"], Role: desk.Checker, Since: now}),
			tx.SetSeat(ctx, desk.Seat{Staff: id["anh"], Desk: desk.Home, Role: desk.Checker, Since: now}),
			tx.SetDeskOf(ctx, claim.ID, id["branch"]), tx.SetTipDesk(ctx, id["tip"], id["branch"]),
			tx.SetHandover(ctx, desk.Handover{ID: id["handover"], Claim: claim.ID, From: desk.Home, To: id["branch"], By: id["anh"], At: now, State: desk.HandoverAccepted}))
		if err != nil {
			return err
		}
		if _, err := tx.SetAside(ctx, q.ID, []desk.ID{id["tip"], id["still"]}); err != nil {
			return err
		}
		if _, err := tx.PutBack(ctx, q.ID, []desk.ID{id["tip"]}, now, id["anh"]); err != nil {
			return err
		}
		q.Back = 1
		return tx.SetQuarantine(ctx, q)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// misfitsAreNamed breaks one row after the other with other means than the
// program's: each is named, and nothing else is.
func misfitsAreNamed(t *testing.T, fresh func(testing.TB) *DB) {
	db := fresh(t)
	id := inOrder(t, db)
	find := func() []Misfit {
		t.Helper()
		out, err := db.Misfits(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if found := find(); len(found) > 0 {
		t.Fatalf("a desk in order has misfits: %v", found)
	}
	missing := desk.NewID()
	tested := map[MisfitKind]bool{}
	for _, c := range []struct {
		kind        MisfitKind
		about       desk.ID
		spoil, mend string
		a, b        any
	}{
		{AsideUnheld, id["counted"], "UPDATE tip SET aside = TRUE WHERE id = $1", "UPDATE tip SET aside = FALSE WHERE id = $1", id["counted"], id["counted"]},
		{AsideCounted, id["still"], "UPDATE tip SET aside = FALSE WHERE id = $1", "UPDATE tip SET aside = TRUE WHERE id = $1", id["still"], id["still"]},
		{AsideMiscounted, id["aside"], "UPDATE quarantine SET tips = 3 WHERE id = $1", "UPDATE quarantine SET tips = 2 WHERE id = $1", id["aside"], id["aside"]},
		{AsideMiscounted, id["aside"], "UPDATE quarantine SET back = 2 WHERE id = $1", "UPDATE quarantine SET back = 1 WHERE id = $1", id["aside"], id["aside"]},
		{SeatOfNobody, missing, "UPDATE seat SET staff = $1", "UPDATE seat SET staff = $1", missing, id["anh"]},
		{SeatNowhere, id["anh"], "UPDATE seat SET branch = $1 WHERE branch <> " + home, "UPDATE seat SET branch = $1 WHERE branch <> " + home, missing, id["branch"]},
		{ClaimNowhere, id["claim"], "UPDATE claim_branch SET branch = $1", "UPDATE claim_branch SET branch = $1", missing, id["branch"]},
		{TipNowhere, id["tip"], "UPDATE tip_branch SET branch = $1", "UPDATE tip_branch SET branch = $1", missing, id["branch"]},
		{HandoverAstray, id["handover"], "UPDATE handover SET claim = $1", "UPDATE handover SET claim = $1", missing, id["claim"]},
		{HandoverAstray, id["handover"], "UPDATE handover SET to_branch = $1", "UPDATE handover SET to_branch = $1", missing, id["branch"]},
		{CommentAstray, id["answer"], "UPDATE review_comment SET review = $1, claim = '" + string(id["into"]) + "' WHERE parent IS NOT NULL",
			"UPDATE review_comment SET review = $1, claim = '" + string(id["claim"]) + "' WHERE parent IS NOT NULL", id["strange"], id["review"]},
		{ReviewAstray, id["claim"], "UPDATE claim SET review = $1 WHERE review IS NOT NULL", "UPDATE claim SET review = $1 WHERE review IS NOT NULL", id["strange"], id["review"]},
		{TakenByNobody, id["claim"], "UPDATE claim SET assignee = $1 WHERE assignee IS NOT NULL", "UPDATE claim SET assignee = $1 WHERE assignee IS NOT NULL", missing, id["anh"]},
		{MergedNowhere, id["other"], "UPDATE claim SET state = $1 WHERE merged_into IS NOT NULL", "UPDATE claim SET state = $1 WHERE merged_into IS NOT NULL", "open", "merged"},
	} {
		tested[c.kind] = true
		if err := raw(t, db, c.spoil, c.a); err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		if found := find(); !slices.Equal(found, []Misfit{{c.kind, string(c.about)}}) {
			t.Errorf("%s of %s: found %v", c.kind, c.about, found)
		}
		if err := raw(t, db, c.mend, c.b); err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
	}
	for _, m := range misfits {
		if !tested[m.kind] {
			t.Errorf("%s is not tested", m.kind)
		}
	}
	if found := find(); len(found) > 0 {
		t.Errorf("mended, and still: %v", found)
	}
}
