package storetest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// newReview is a pending review of a claim, with two authors and another
// person who submitted it.
func newReview(c desk.Claim) desk.Review {
	doc := []byte("{}\n" + desk.NewID())
	return desk.Review{ID: desk.NewID(), Claim: c.ID, Kind: desk.KindPublish, Doc: doc, Hash: desk.DocHash(doc), By: desk.NewID(),
		Authors: []desk.ID{desk.NewID(), desk.NewID()}, At: noon, State: desk.ReviewPending, Need: 1}
}

// listReviews reads reviews on a snapshot.
func listReviews(t *testing.T, s Store, f desk.ReviewFilter) []desk.Review {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Review, error) { return tx.Reviews(ctx, f) })
}

func reviews(t *testing.T, open func(*testing.T) Store) {
	set := func(t *testing.T, s Store, r desk.Review) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, r) })
	}
	t.Run("every field comes back, through every state", func(t *testing.T) {
		s := open(t)
		r := newReview(addClaim(t, s, "a"))
		r.Authors = append(r.Authors, r.By)
		set(t, s, r)
		same(t, "pending", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))
		r.State, r.Reviewer, r.Decided, r.Reasons = desk.ReviewReturned, desk.NewID(), noon.Add(time.Hour), "Thiếu nguồn"
		set(t, s, r)
		same(t, "returned", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))
		r.State, r.Kind, r.Reason, r.Checklist = desk.ReviewApproved, desk.KindCorrect, desk.ReasonFactual, []string{"sources", "rating"}
		r.Authors = r.Authors[:1]
		set(t, s, r)
		same(t, "approved", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))
		r.State, r.Reviewer, r.Authors = desk.ReviewTaken, "", nil
		set(t, s, r)
		same(t, "taken back", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))
	})
	t.Run("the first person is never the second", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		for _, who := range []func(desk.Review) desk.ID{
			func(r desk.Review) desk.ID { return r.By },
			func(r desk.Review) desk.ID { return r.Authors[0] },
			func(r desk.Review) desk.ID { return r.Authors[1] },
		} {
			r := newReview(c)
			set(t, s, r)
			own := r
			own.State, own.Reviewer, own.Decided = desk.ReviewApproved, who(r), noon
			refuse(t, s, desk.ErrOwnWork, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, own) })
			same(t, "review", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))
		}
		r := newReview(c)
		r.State, r.Reviewer = desk.ReviewApproved, r.Authors[0]
		refuse(t, s, desk.ErrOwnWork, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, r) })
	})
	t.Run("nothing is approved by nobody", func(t *testing.T) {
		s := open(t)
		r := newReview(addClaim(t, s, "a"))
		r.State = desk.ReviewApproved
		if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetReview(t.Context(), r) }); err == nil {
			t.Error("a review was approved without a reviewer")
		}
	})
	t.Run("filters, order and limits", func(t *testing.T) { reviewFilters(t, open(t)) })
}

func reviewFilters(t *testing.T, s Store) {
	a, b := addClaim(t, s, "a"), addClaim(t, s, "b")
	var rs []desk.Review // oldest first
	for n := range 105 {
		r := newReview([]desk.Claim{a, b}[n%2])
		r.At = noon.Add(time.Duration(n) * time.Second)
		if n%3 == 0 {
			r.State = desk.ReviewTaken
		}
		rs = append(rs, r)
	}
	twin := newReview(a) // of the same millisecond as the newest of a, stored later
	twin.At = rs[104].At
	rs = append(rs, twin)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, r := range rs {
			if err := tx.SetReview(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Reverse(rs)
	want := func(what string, f desk.ReviewFilter, keep func(desk.Review) bool) {
		t.Helper()
		wanted := []desk.Review{}
		for _, r := range rs {
			if keep(r) && len(wanted) < max(f.Limit, 100*(1-min(f.Limit, 1))) {
				wanted = append(wanted, r)
			}
		}
		same(t, what, wanted, listReviews(t, s, f))
	}
	want("all, 100 at most", desk.ReviewFilter{}, func(desk.Review) bool { return true })
	want("limit", desk.ReviewFilter{Limit: 2}, func(desk.Review) bool { return true })
	want("claim", desk.ReviewFilter{Claim: a.ID}, func(r desk.Review) bool { return r.Claim == a.ID })
	want("state", desk.ReviewFilter{State: desk.ReviewTaken}, func(r desk.Review) bool { return r.State == desk.ReviewTaken })
	want("claim and state", desk.ReviewFilter{Claim: b.ID, State: desk.ReviewPending},
		func(r desk.Review) bool { return r.Claim == b.ID && r.State == desk.ReviewPending })
	want("none", desk.ReviewFilter{ID: desk.NewID()}, func(desk.Review) bool { return false })
}

// publish stores a revision with its log entry and returns it as it reads.
func publish(t *testing.T, s Store, r desk.Revision) desk.Revision {
	t.Helper()
	r.Doc.Nonce, r.Doc.Schema, r.Doc.Verdict, r.Doc.Rev, r.Doc.Kind = desk.NewNonce(), desk.DocSchema, r.Verdict, r.Rev, r.Kind
	doc, err := r.Doc.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	r.Hash = desk.DocHash(doc)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		head, err := tx.LogHead(ctx)
		if err != nil {
			return err
		}
		r.LogIndex = head.Size
		next := desk.LogHead{Size: head.Size + 1, Root: hash(fmt.Sprint("root", head.Size)), Time: r.At}
		if err := tx.AddLogEntry(ctx, "op-"+string(desk.NewID()), []byte("entry"), nil, next); err != nil {
			return err
		}
		return tx.AddRevision(ctx, r, doc)
	})
	return r
}

func revisions(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b := addClaim(t, s, "a"), addClaim(t, s, "b")
	rev := func(c desk.Claim, n int, k desk.Kind, topic string) desk.Revision {
		r := desk.Revision{Verdict: c.ID, Rev: n, Kind: k, Rating: desk.RatingFalse, At: noon.Add(time.Duration(n) * time.Minute)}
		if k != desk.KindPublish {
			r.Reason = desk.ReasonFactual
		}
		r.Doc = desk.Document{Topic: topic, Rating: r.Rating, Approvals: desk.Approvals, Texts: []desk.Text{{Lang: "vi", Claim: "Chanh <b>"}}}
		return r
	}
	a1 := publish(t, s, rev(a, 1, desk.KindPublish, "health"))
	b1 := publish(t, s, rev(b, 1, desk.KindPublish, "scam"))
	a2 := publish(t, s, rev(a, 2, desk.KindCorrect, "food"))
	w := rev(b, 2, desk.KindWithdraw, "")
	w.Rating, w.Doc.Rating = "", ""
	b2 := publish(t, s, w)
	list := func(f desk.RevisionFilter) []desk.Revision {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Revision, error) { return tx.Revisions(ctx, f) })
	}
	type rs = []desk.Revision
	const all = math.MaxInt64
	for _, c := range []struct {
		what string
		f    desk.RevisionFilter
		want rs
	}{
		{"all, newest first", desk.RevisionFilter{Below: all}, rs{b2, a2, b1, a1}},
		{"nothing is signed", desk.RevisionFilter{}, rs{}},
		{"below the checkpoint", desk.RevisionFilter{Below: 2}, rs{b1, a1}},
		{"limit", desk.RevisionFilter{Below: all, Limit: 1}, rs{b2}},
		{"next page", desk.RevisionFilter{Below: all, Before: a2.LogIndex, Limit: 1}, rs{b1}},
		{"of one check", desk.RevisionFilter{Below: all, Verdict: a.ID}, rs{a2, a1}},
		{"one revision", desk.RevisionFilter{Below: all, Verdict: a.ID, Rev: 1}, rs{a1}},
		{"of checks", desk.RevisionFilter{Below: all, Verdicts: []desk.ID{b.ID, desk.NewID()}}, rs{b2, b1}},
		{"of no checks", desk.RevisionFilter{Below: all, Verdicts: []desk.ID{}}, rs{}},
		{"kinds", desk.RevisionFilter{Below: all, Kinds: []desk.Kind{desk.KindCorrect, desk.KindWithdraw}}, rs{b2, a2}},
		{"topic", desk.RevisionFilter{Below: all, Topic: "scam"}, rs{b1}},
		{"newest", desk.RevisionFilter{Below: all, Newest: true}, rs{b2, a2}},
		{"newest that are signed", desk.RevisionFilter{Below: 3, Newest: true}, rs{a2, b1}},
		{"newest of a kind", desk.RevisionFilter{Below: all, Newest: true, Kinds: []desk.Kind{desk.KindPublish}}, rs{}},
		{"newest with a topic", desk.RevisionFilter{Below: all, Newest: true, Topic: "health"}, rs{}},
	} {
		same(t, c.what, c.want, list(c.f))
	}
	doc := get(t, s, func(ctx context.Context, tx desk.Tx) ([]byte, error) { return tx.Document(ctx, a2.Hash) })
	same(t, "the bytes hash to what the log has", a2.Hash, desk.DocHash(doc))
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.Document(ctx, hash("none")); return err })
	again := a2
	again.LogIndex = 99
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddRevision(ctx, again, doc) })
	again = a2
	again.Rev = 3
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddRevision(ctx, again, doc) })
	again.LogIndex = 99
	if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.AddRevision(t.Context(), again, doc) }); err == nil {
		t.Error("a revision without an entry in the public log was stored")
	}
}

// addImport stores an imported check and returns its ID.
func addImport(t *testing.T, s Store, url string) desk.ID {
	t.Helper()
	i := desk.Imported{ID: desk.NewID(), URL: url, Publisher: "AFP", Site: "https://afp.com", Published: noon, Lang: "en", Claim: "c", Title: "t", Rating: "Sai", Added: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { _, _, err := tx.SetImported(ctx, i); return err })
	return i.ID
}

func imports(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	set := func(i desk.Imported) (id desk.ID, changed bool) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			id, changed, err = tx.SetImported(ctx, i)
			return err
		})
		return id, changed
	}
	list := func(after desk.ID, ids []desk.ID, limit int) []desk.Imported {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Imported, error) {
			return tx.Imports(ctx, after, ids, limit)
		})
	}
	i := desk.Imported{ID: desk.NewID(), URL: "https://tingia.gov.vn/1", Publisher: "VAFC", Site: "https://tingia.gov.vn", Published: noon,
		Lang: "vi", Claim: "Nước chanh", Title: "Không", Rating: "Tin giả", Added: noon}
	id, changed := set(i)
	same(t, "id", i.ID, id)
	same(t, "changed", true, changed)
	same(t, "imported", []desk.Imported{i}, list("", nil, 0))
	again := i
	again.ID, again.Added = desk.NewID(), noon.Add(time.Hour)
	id, changed = set(again)
	same(t, "id of the same check read again", i.ID, id)
	same(t, "changed", false, changed)
	same(t, "nothing was written", []desk.Imported{i}, list("", nil, 0))
	for n, change := range []func(*desk.Imported){
		func(i *desk.Imported) { i.Published = time.Time{} }, func(i *desk.Imported) { i.Rating = "Sai" },
		func(i *desk.Imported) { i.Claim = "x" }, func(i *desk.Imported) { i.Title = "y" }, func(i *desk.Imported) { i.Lang = "en" },
		func(i *desk.Imported) { i.Site = "" }, func(i *desk.Imported) { i.Publisher = "z" },
	} {
		change(&again)
		id, changed = set(again)
		same(t, "id", i.ID, id)
		same(t, fmt.Sprint("changed ", n), true, changed)
		_, changed = set(again)
		same(t, fmt.Sprint("unchanged ", n), false, changed)
	}
	again.ID, again.Added = i.ID, i.Added
	same(t, "overwritten", []desk.Imported{again}, list("", nil, 0))

	all := []desk.Imported{again}
	for n := range 20 {
		o := i
		o.ID, o.URL = desk.NewID(), fmt.Sprint("https://tingia.gov.vn/x", n)
		set(o)
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b desk.Imported) int { return strings.Compare(string(a.ID), string(b.ID)) })
	same(t, "by ID", all, list("", nil, 0))
	same(t, "after, limit", all[5:9], list(all[4].ID, nil, 4))
	same(t, "ids", []desk.Imported{all[2], all[7]}, list("", []desk.ID{all[7].ID, desk.NewID(), all[2].ID}, 0))
	same(t, "no ids", []desk.Imported{}, list("", []desk.ID{}, 0))
}
