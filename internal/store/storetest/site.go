package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// siteClaims are two open claims and a closed one, and two of staff.
func siteClaims(t *testing.T, s Store) (open, other, closed desk.Claim, author, approver desk.Staff) {
	t.Helper()
	author = desk.Staff{ID: desk.NewID(), Name: "Admin", Role: desk.Admin, Lang: "vi", Created: noon}
	approver = desk.Staff{ID: desk.NewID(), Name: "Editor", Role: desk.Editor, Lang: "vi", Created: noon}
	mk := func(state desk.ClaimState) desk.Claim {
		return desk.Claim{ID: desk.NewID(), Text: "x", State: state, LogIndex: -1, Opened: noon, Changed: noon}
	}
	open, other, closed = mk(desk.ClaimOpen), mk(desk.ClaimOpen), mk(desk.ClaimClosed)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []desk.Staff{author, approver} {
			if err := tx.SetStaff(ctx, x); err != nil {
				return err
			}
		}
		for _, c := range []desk.Claim{open, other, closed} {
			if err := tx.SetClaim(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	return open, other, closed, author, approver
}

// questions is what a store promises of listed questions and places.
func questions(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b, closed, _, by := siteClaims(t, s)
	q := func(c desk.Claim, after time.Duration) desk.Question {
		return desk.Question{Claim: c.ID, Text: "Ao làng mọc sen đen?", Lang: "vi", Topic: "daily", Places: []string{"ha-noi", "hue"}, By: by.ID, At: noon.Add(after)}
	}
	first, second, gone := q(a, 0), q(b, time.Hour), q(closed, 2*time.Hour)
	set := func(q desk.Question) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetQuestion(ctx, q) })
	}
	list := func(claim desk.ID, limit int) []desk.Question {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Question, error) { return tx.Questions(ctx, claim, limit) })
	}
	set(first)
	set(second)
	set(gone)
	same(t, "of open claims, listed last first", []desk.Question{second, first}, list("", 10))
	same(t, "at most", []desk.Question{second}, list("", 1))
	same(t, "one of a closed claim", []desk.Question{gone}, list(closed.ID, 1))
	first.Text, first.Places, first.At = "Ao làng mọc sen trắng?", nil, noon.Add(3*time.Hour)
	set(first)
	same(t, "listed again", []desk.Question{first, second}, list("", 10))
	drop := func(ctx context.Context, tx desk.Tx) error { return tx.DropQuestion(ctx, a.ID) }
	write(t, s, drop)
	refuse(t, s, desk.ErrNotFound, drop)
	same(t, "dropped", []desk.Question{second}, list("", 10))

	places := func(codes ...string) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetPlaces(ctx, a.ID, codes) })
	}
	of := func() []string {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]string, error) { return tx.PlacesOf(ctx, a.ID) })
	}
	same(t, "no place", []string{}, of())
	places("hue", "an-giang")
	same(t, "places by code", []string{"an-giang", "hue"}, of())
	places("hue")
	same(t, "replaced", []string{"hue"}, of())
}

// standing is what a store promises of standing pages.
func standing(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	_, _, _, author, approver := siteClaims(t, s)
	p := desk.StandingPage{Word: "funding", Parts: []desk.StandingPart{{Point: "payers", Lang: "vi", Text: "Quỹ"}}, Authors: []desk.ID{author.ID},
		Pending: []byte("{}"), By: author.ID, Returned: "x", Changed: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStanding(ctx, p) })
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetStanding(ctx, p) })
	p.Version = 1
	read := func() desk.StandingPage {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.StandingPage, error) {
			return tx.StandingPage(ctx, "funding")
		})
	}
	same(t, "stored", p, read())
	stale := p
	stale.Version = 9
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetStanding(ctx, stale) })
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.StandingPage(ctx, "team"); return err })
	p.Pending, p.By, p.Rev, p.Authors = nil, "", 2, nil
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStanding(ctx, p) })
	p.Version = 2
	same(t, "decided", p, read())
	team := desk.StandingPage{Word: "team", Changed: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStanding(ctx, team) })

	mk := func(word string, rev int, by desk.ID) (desk.StandingRevision, []byte) {
		doc := desk.StandingDoc{Nonce: "n", Schema: desk.StandingSchema, Page: word, Rev: rev, Parts: p.Parts, Approvals: 2}
		raw, err := doc.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return desk.StandingRevision{Word: word, Rev: rev, At: noon, Hash: desk.StandingHash(raw), Doc: doc, By: author.ID, Approver: by}, raw
	}
	add := func(r desk.StandingRevision, raw []byte) func(ctx context.Context, tx desk.Tx) error {
		return func(ctx context.Context, tx desk.Tx) error { return tx.AddStandingRevision(ctx, r, raw) }
	}
	first, raw1 := mk("funding", 1, approver.ID)
	second, raw2 := mk("funding", 2, approver.ID)
	other, raw3 := mk("team", 1, approver.ID)
	write(t, s, add(first, raw1))
	write(t, s, add(second, raw2))
	write(t, s, add(other, raw3))
	refuse(t, s, desk.ErrDuplicate, add(second, raw2))
	own, raw4 := mk("team", 2, author.ID)
	if err := s.Tx(t.Context(), func(tx desk.Tx) error { return add(own, raw4)(t.Context(), tx) }); err == nil {
		t.Error("the database takes a revision that its author approved")
	}
	revisions := func(word string) []desk.StandingRevision {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.StandingRevision, error) {
			return tx.StandingRevisions(ctx, word)
		})
	}
	same(t, "of one", []desk.StandingRevision{second, first}, revisions("funding"))
	same(t, "newest of each", []desk.StandingRevision{second, other}, revisions(""))
}
