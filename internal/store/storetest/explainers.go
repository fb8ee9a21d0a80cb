package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// explainers is what a store promises of explainers.
func explainers(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	author := desk.Staff{ID: desk.NewID(), Name: "Checker", Role: desk.Checker, Lang: "vi", Created: noon}
	approver := desk.Staff{ID: desk.NewID(), Name: "Editor", Role: desk.Editor, Lang: "vi", Created: noon}
	claim := desk.Claim{ID: desk.NewID(), Text: "x", State: desk.ClaimOpen, LogIndex: -1, Opened: noon, Changed: noon}
	a := desk.Explainer{ID: desk.NewID(), Topic: "health", Texts: []desk.ExplainerText{{Lang: "vi", Title: "Đếm", Summary: "b", Body: "c"}},
		Sources: []desk.ExplainerSource{{URL: "https://who.example/", Title: "d"}}, Words: []string{"vắc-xin"}, Authors: []desk.ID{author.ID},
		Pending: []byte("{}"), By: author.ID, Returned: "e", Changed: noon}
	b := desk.Explainer{ID: desk.NewID(), Changed: noon.Add(time.Hour)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []desk.Staff{author, approver} {
			if err := tx.SetStaff(ctx, x); err != nil {
				return err
			}
		}
		if err := tx.SetClaim(ctx, claim); err != nil {
			return err
		}
		if err := tx.SetExplainer(ctx, a); err != nil {
			return err
		}
		return tx.SetExplainer(ctx, b)
	})
	a.Version, b.Version = 1, 1
	one := func(id desk.ID) desk.Explainer {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Explainer, error) { return tx.Explainer(ctx, id) })
	}
	same(t, "one", a, one(a.ID))
	same(t, "changed last first", []desk.Explainer{b, a}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Explainer, error) { return tx.Explainers(ctx) }))
	stale := a
	stale.Version = 7
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetExplainer(ctx, stale) })
	a.Pending, a.By, a.Withdrawn, a.Rev = nil, "", noon, 2
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetExplainer(ctx, a) })
	a.Version = 2
	same(t, "decided", a, one(a.ID))

	mk := func(id desk.ID, rev int, after time.Duration) (desk.ExplainerRevision, []byte) {
		doc := desk.ExplainerDoc{Nonce: "n", Schema: desk.ExplainerSchema, Explainer: id, Rev: rev, Texts: a.Texts, Approvals: 2}
		raw, err := doc.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return desk.ExplainerRevision{Explainer: id, Rev: rev, At: noon.Add(after), Hash: desk.ExplainerHash(raw), Doc: doc, By: author.ID, Approver: approver.ID}, raw
	}
	add := func(r desk.ExplainerRevision, raw []byte) func(ctx context.Context, tx desk.Tx) error {
		return func(ctx context.Context, tx desk.Tx) error { return tx.AddExplainerRevision(ctx, r, raw) }
	}
	first, raw1 := mk(a.ID, 1, 0)
	second, raw2 := mk(a.ID, 2, 2*time.Hour)
	other, raw3 := mk(b.ID, 1, time.Hour)
	write(t, s, add(first, raw1))
	write(t, s, add(second, raw2))
	write(t, s, add(other, raw3))
	refuse(t, s, desk.ErrDuplicate, add(second, raw2))
	own, raw4 := mk(b.ID, 2, 0)
	own.Approver = own.By
	if err := s.Tx(t.Context(), func(tx desk.Tx) error { return add(own, raw4)(t.Context(), tx) }); err == nil {
		t.Error("the database takes a revision that its author approved")
	}
	revisions := func(id desk.ID) []desk.ExplainerRevision {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ExplainerRevision, error) {
			return tx.ExplainerRevisions(ctx, id)
		})
	}
	same(t, "of one", []desk.ExplainerRevision{second, first}, revisions(a.ID))
	same(t, "newest of each", []desk.ExplainerRevision{second, other}, revisions(""))

	link := func(id desk.ID, on bool) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.LinkExplainer(ctx, claim.ID, id, on) })
	}
	links := func() []desk.ID {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ID, error) { return tx.ExplainerLinks(ctx, claim.ID) })
	}
	link(a.ID, true)
	link(a.ID, true)
	same(t, "linked", []desk.ID{a.ID}, links())
	link(a.ID, false)
	same(t, "no longer", []desk.ID{}, links())
}
