package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
)

// newAppeal is an appeal against the check of a claim, with everything it can
// have while it is open.
func newAppeal(c desk.Claim, n string) desk.Appeal {
	return desk.Appeal{ID: desk.NewID(), ExtID: "form " + n, Claim: c.ID, Against: desk.AgainstCheck, Rev: 2, Kind: desk.AppealPrivacy,
		Unpublish: true, Lang: "vi", Words: []byte{0, 1, 255}, Ticket: hash("appeal ticket " + n), Received: noon,
		Due: noon.Add(7 * 24 * time.Hour), State: desk.AppealOpen}
}

// listAppeals reads appeals on a snapshot.
func listAppeals(t *testing.T, s Store, f desk.AppealFilter) []desk.Appeal {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Appeal, error) { return tx.Appeals(ctx, f) })
}

// addAppeal stores an appeal and returns it as stored.
func addAppeal(t *testing.T, s Store, a desk.Appeal, files ...desk.ID) desk.Appeal {
	t.Helper()
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddAppeal(ctx, a, files) })
	a.Version = 1
	return a
}

// appeals is what a store promises of appeals.
func appeals(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "a")
	file := desk.Media{ID: desk.NewID(), Kind: desk.MediaPDF, Type: "application/pdf", Bytes: 9, State: desk.MediaReady, Use: desk.UseNo, Added: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetMedia(ctx, file) })
	a := addAppeal(t, s, newAppeal(c, "1"), file.ID)
	late := newAppeal(c, "2")
	late.Due = noon
	late = addAppeal(t, s, late)
	same(t, "by ID", []desk.Appeal{a}, listAppeals(t, s, desk.AppealFilter{ID: a.ID}))
	same(t, "by ticket", []desk.Appeal{a}, listAppeals(t, s, desk.AppealFilter{Ticket: a.Ticket}))
	same(t, "by form", []desk.Appeal{a}, listAppeals(t, s, desk.AppealFilter{ExtID: a.ExtID}))
	bare := func(a desk.Appeal) desk.Appeal { a.Words = nil; return a }
	same(t, "the list has no words, and what is due first comes first", []desk.Appeal{bare(late), bare(a)}, listAppeals(t, s, desk.AppealFilter{Claim: c.ID}))
	same(t, "files", []desk.Media{file}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Media, error) { return tx.AppealFiles(ctx, a.ID) }))
	again := newAppeal(c, "1")
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddAppeal(ctx, again, nil) })
	a.State, a.Decider, a.Taken, a.Ruled, a.Conversation = desk.AppealRuled, desk.NewID(), noon.Add(time.Hour), noon.Add(2*time.Hour), desk.NewID()
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetAppeal(ctx, a) })
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetAppeal(ctx, a) })
	a.Version++
	same(t, "changed", []desk.Appeal{a}, listAppeals(t, s, desk.AppealFilter{ID: a.ID}))
	same(t, "by state", []desk.Appeal{bare(late)}, listAppeals(t, s, desk.AppealFilter{States: []desk.AppealState{desk.AppealOpen, desk.AppealTaken}}))
	same(t, "not yet erasable", []desk.Appeal{}, listAppeals(t, s, desk.AppealFilter{Erasable: a.Ruled}))
	same(t, "erasable", []desk.Appeal{bare(a)}, listAppeals(t, s, desk.AppealFilter{Erasable: a.Ruled.Add(time.Millisecond)}))
	a.Words, a.Erased = nil, noon.Add(3*time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetAppeal(ctx, a) })
	same(t, "erased once", []desk.Appeal{}, listAppeals(t, s, desk.AppealFilter{Erasable: noon.Add(24 * time.Hour)}))
}

// rulings is what a store promises of rulings: above all who may not decide.
func rulings(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "a")
	r := newReview(c)
	r.State, r.Reviewer, r.Decided = desk.ReviewApproved, desk.NewID(), noon.Add(time.Minute)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, r) })
	parts := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ID, error) { return tx.Parts(ctx, c.ID) })
	if len(parts) != 4 {
		t.Fatalf("%d people had a part, want 4", len(parts))
	}
	a := addAppeal(t, s, newAppeal(c, "1"))
	doc := []byte("{}\n")
	rule := desk.Ruling{ID: desk.NewID(), Appeal: a.ID, Claim: c.ID, Outcome: desk.Partly, Doc: doc, Hash: desk.DocHash(doc), Decider: desk.NewID(),
		At: noon.Add(3 * time.Hour), State: desk.ReviewPending, LogIndex: -1}
	set := func(r desk.Ruling) error {
		return s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetRuling(t.Context(), r) })
	}
	for _, who := range append([]desk.ID{r.By, r.Reviewer}, r.Authors...) {
		taken := a
		taken.State, taken.Decider, taken.Taken = desk.AppealTaken, who, noon.Add(2*time.Hour)
		if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetAppeal(t.Context(), taken) }); err == nil {
			t.Errorf("somebody with a part took the appeal")
		}
		own, agreed := rule, rule
		own.Decider = who
		agreed.Approver, agreed.Settled, agreed.State = who, noon.Add(4*time.Hour), desk.ReviewReturned
		if set(own) == nil || set(agreed) == nil {
			t.Errorf("somebody with a part decided")
		}
	}
	alone := rule
	alone.Approver, alone.Settled, alone.State = rule.Decider, noon.Add(4*time.Hour), desk.ReviewReturned
	if set(alone) == nil {
		t.Error("one person ruled alone")
	}
	early := rule // before anybody had a part in the check
	early.ID, early.Decider, early.At, early.State, early.Settled = desk.NewID(), r.By, noon.Add(-time.Hour), desk.ReviewTaken, noon
	if err := set(early); err != nil {
		t.Errorf("who took a part later: %v", err)
	}
	publishRuling(t, s, rule, set)
	same(t, "another appeal's", []desk.Ruling{}, listRulings(t, s, desk.RulingFilter{Appeal: desk.NewID()}))
}

// publishRuling takes a ruling through its states.
func publishRuling(t *testing.T, s Store, r desk.Ruling, set func(desk.Ruling) error) {
	t.Helper()
	if err := set(r); err != nil {
		t.Fatal(err)
	}
	same(t, "pending", []desk.Ruling{r}, listRulings(t, s, desk.RulingFilter{ID: r.ID}))
	second := r
	second.ID = desk.NewID()
	if err := set(second); !errors.Is(err, desk.ErrDuplicate) {
		t.Errorf("a second ruling at once: %v", err)
	}
	r.State, r.Approver, r.Settled, r.LogIndex = desk.ReviewApproved, desk.NewID(), noon.Add(4*time.Hour), 0
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return errors.Join(tx.AddLogEntry(ctx, string(r.ID), []byte("entry\n"), nil, desk.LogHead{Size: 1, Root: r.Hash, Time: noon}),
			tx.AddDocument(ctx, r.Hash, r.Doc), tx.SetRuling(ctx, r))
	})
	same(t, "published", []desk.Ruling{r}, listRulings(t, s, desk.RulingFilter{Claim: r.Claim, Below: 1}))
	same(t, "not signed yet", []desk.Ruling{}, listRulings(t, s, desk.RulingFilter{Below: -1}))
	r.Outcome = desk.NotUpheld
	if set(r) == nil {
		t.Error("a published ruling was changed")
	}
}

// listRulings reads rulings on a snapshot.
func listRulings(t *testing.T, s Store, f desk.RulingFilter) []desk.Ruling {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Ruling, error) { return tx.Rulings(ctx, f) })
}

// redactions is what a store promises of what is taken out.
func redactions(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "a")
	secret, kept := []byte(`{"a":"số 0912"}`), []byte(`{"a":"b"}`)
	mk := func(doc []byte, st desk.ReviewState) desk.Review {
		r := newReview(c)
		r.Doc, r.Hash, r.State = doc, desk.DocHash(doc), st
		if st == desk.ReviewApproved || st == desk.ReviewReturned {
			r.Reviewer, r.Decided = desk.NewID(), noon
		}
		return r
	}
	old, fine, returned, now := mk(secret, desk.ReviewApproved), mk(kept, desk.ReviewApproved), mk([]byte(`{"c":"số 0912"}`), desk.ReviewReturned), mk([]byte(`{"d":1}`), desk.ReviewPending)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		errs := []error{tx.SetRedaction(ctx, now.ID, []string{"số 0912"}), tx.AddLogEntry(ctx, "1", []byte("e\n"), nil, desk.LogHead{Size: 1, Root: old.Hash, Time: noon})}
		for _, r := range []desk.Review{old, fine, returned, now} {
			errs = append(errs, tx.SetReview(ctx, r))
		}
		errs = append(errs, tx.AddRevision(ctx, desk.Revision{Verdict: c.ID, Rev: 1, Kind: desk.KindPublish, At: noon, Hash: old.Hash}, secret))
		return errors.Join(errs...)
	})
	same(t, "passages", []string{"số 0912"}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]string, error) { return tx.Redaction(ctx, now.ID) }))
	same(t, "of another review", nil, get(t, s, func(ctx context.Context, tx desk.Tx) ([]string, error) { return tx.Redaction(ctx, old.ID) }))
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.EraseRevisions(ctx, c.ID, []int{1}, []string{"số 0912"}, func(desk.Review) ([]byte, error) { return []byte("blank"), nil })
	})
	failing(t, s, desk.ErrErased, func(ctx context.Context, tx desk.Tx) error { _, err := tx.Document(ctx, old.Hash); return err })
	want := map[desk.ID]string{old.ID: "blank", returned.ID: "blank", fine.ID: string(kept), now.ID: string(now.Doc)}
	for _, r := range listReviews(t, s, desk.ReviewFilter{Claim: c.ID}) {
		same(t, "copy in a review", want[r.ID], string(r.Doc))
	}
	now.State = desk.ReviewTaken
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		n, err := tx.DropRedactions(ctx)
		if n != 0 {
			t.Errorf("%d redactions forgotten while their review waits", n)
		}
		err = errors.Join(err, tx.SetReview(ctx, now))
		n, dropErr := tx.DropRedactions(ctx)
		if n != 1 {
			t.Errorf("%d redactions forgotten, want 1", n)
		}
		return errors.Join(err, dropErr)
	})
	same(t, "forgotten when the review is over", nil, get(t, s, func(ctx context.Context, tx desk.Tx) ([]string, error) { return tx.Redaction(ctx, now.ID) }))
}
