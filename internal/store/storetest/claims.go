package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

func claims(t *testing.T, open func(*testing.T) Store) {
	one := func(t *testing.T, s Store, id desk.ID) desk.Claim {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Claim, error) { return tx.Claim(ctx, id) })
	}
	t.Run("every field comes back", func(t *testing.T) {
		s := open(t)
		into, imp := addClaim(t, s, "into"), addImport(t, s, "https://example.org/1")
		c := newClaim("Nước chanh chữa ung thư")
		c.Typed, c.State, c.Harm, c.HarmKind, c.Topic, c.Body = true, desk.ClaimMerged, desk.HarmHigh, "health", "food", "Bộ Y tế"
		c.Assignee, c.Review, c.Into, c.Imported = desk.NewID(), desk.NewID(), into.ID, imp
		c.Rev, c.LogIndex, c.Rating, c.Changed = 3, 0, desk.RatingFalse, noon.Add(time.Millisecond)
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, c) })
		c.Version = 1
		same(t, "claim", c, one(t, s, c.ID))
		bare := newClaim("")
		bare.ID, bare.Version = c.ID, 1
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, bare) })
		bare.Version = 2
		same(t, "claim overwritten", bare, one(t, s, c.ID))
	})
	t.Run("absent", func(t *testing.T) {
		failing(t, open(t), desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
			_, err := tx.Claim(ctx, desk.NewID())
			return err
		})
	})
	t.Run("versions", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		set := func(v int64) func(context.Context, desk.Tx) error {
			return func(ctx context.Context, tx desk.Tx) error {
				d := c
				d.Text, d.Version = "changed", v
				return tx.SetClaim(ctx, d)
			}
		}
		for _, v := range []int64{0, 2, 7} {
			refuse(t, s, desk.ErrConflict, set(v))
		}
		write(t, s, set(1))
		refuse(t, s, desk.ErrConflict, set(1))
		same(t, "version", int64(2), one(t, s, c.ID).Version)
		ghost := newClaim("never stored")
		ghost.Version = 1
		refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, ghost) })
	})
	t.Run("a word outside its list is refused", func(t *testing.T) {
		s := open(t)
		for _, spoil := range []func(*desk.Claim){
			func(c *desk.Claim) { c.State = "lost" }, func(c *desk.Claim) { c.Harm = "enormous" },
			func(c *desk.Claim) { c.HarmKind = "honour" }, func(c *desk.Claim) { c.Topic = "gossip" },
			func(c *desk.Claim) { c.Rating = "nonsense" }, func(c *desk.Claim) { c.Into = c.ID },
		} {
			c := newClaim("a")
			spoil(&c)
			if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetClaim(t.Context(), c) }); err == nil {
				t.Errorf("the database took %+v", c)
			}
		}
	})
	t.Run("filters, order and limits", func(t *testing.T) { claimFilters(t, open(t)) })
	t.Run("drafts", func(t *testing.T) { drafts(t, open(t)) })
}

func claimFilters(t *testing.T, s Store) {
	staff := desk.NewID()
	var all []desk.Claim
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		all = nil
		for n := range 30 {
			c := newClaim("c")
			c.State = []desk.ClaimState{desk.ClaimOpen, desk.ClaimPublished, desk.ClaimClosed}[n%3]
			if n%5 == 0 {
				c.Assignee = staff
			}
			if n%7 == 0 {
				c.Review = desk.NewID()
			}
			if n > 0 && n%10 == 0 {
				c.Into = all[0].ID
			}
			if err := tx.SetClaim(ctx, c); err != nil {
				return err
			}
			c.Version = 1
			all = append(all, c)
		}
		return nil
	})
	first := all[0].ID
	slices.SortFunc(all, func(a, b desk.Claim) int { return strings.Compare(string(a.ID), string(b.ID)) })
	want := func(what string, f desk.ClaimFilter, keep func(desk.Claim) bool) {
		t.Helper()
		wanted := []desk.Claim{}
		for _, c := range all {
			if keep(c) && (f.Limit == 0 || len(wanted) < f.Limit) {
				wanted = append(wanted, c)
			}
		}
		same(t, what, wanted, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Claim, error) { return tx.Claims(ctx, f) }))
	}
	want("all", desk.ClaimFilter{}, func(desk.Claim) bool { return true })
	want("limit", desk.ClaimFilter{Limit: 4}, func(desk.Claim) bool { return true })
	want("after", desk.ClaimFilter{After: all[11].ID, Limit: 7}, func(c desk.Claim) bool { return c.ID > all[11].ID })
	want("states", desk.ClaimFilter{States: []desk.ClaimState{desk.ClaimOpen, desk.ClaimClosed}},
		func(c desk.Claim) bool { return c.State != desk.ClaimPublished })
	want("assignee", desk.ClaimFilter{Assignee: staff}, func(c desk.Claim) bool { return c.Assignee == staff })
	want("pending", desk.ClaimFilter{Pending: true}, desk.Claim.Pending)
	want("into", desk.ClaimFilter{Into: first}, func(c desk.Claim) bool { return c.Into == first })
	ids := []desk.ID{all[3].ID, all[1].ID, desk.NewID()}
	want("ids", desk.ClaimFilter{IDs: ids}, func(c desk.Claim) bool { return slices.Contains(ids, c.ID) })
	want("no ids", desk.ClaimFilter{IDs: []desk.ID{}}, func(desk.Claim) bool { return false })
	want("no states", desk.ClaimFilter{States: []desk.ClaimState{}}, func(desk.Claim) bool { return false })
}

func drafts(t *testing.T, s Store) {
	c := addClaim(t, s, "a")
	of := func() desk.Draft {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Draft, error) { return tx.DraftOf(ctx, c.ID) })
	}
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.DraftOf(ctx, c.ID); return err })
	d := desk.Draft{Claim: c.ID, Rating: desk.RatingContext, Authors: []desk.ID{desk.NewID(), desk.NewID()}, Changed: noon,
		Texts: []desk.Text{{Lang: "vi", Claim: "“Chanh” <chữa> & \"khỏi\"", Body: "một\n\nhai"}, {Lang: "en", Unknown: "?"}}}
	set := func(ctx context.Context, tx desk.Tx) error { return tx.SetDraft(ctx, d) }
	write(t, s, set)
	refuse(t, s, desk.ErrConflict, set)
	d.Version = 1
	same(t, "draft", d, of())
	d.Texts, d.Authors, d.Rating = nil, nil, ""
	write(t, s, set)
	refuse(t, s, desk.ErrConflict, set)
	d.Version = 2
	same(t, "draft overwritten", d, of())
	d.Version = 5
	refuse(t, s, desk.ErrConflict, set)
}

func evidence(t *testing.T, open func(*testing.T) Store) {
	t.Run("evidence", func(t *testing.T) {
		s := open(t)
		c, other := addClaim(t, s, "a"), addClaim(t, s, "b")
		of := func(id desk.ID) []desk.Evidence {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Evidence, error) { return tx.EvidenceOf(ctx, id) })
		}
		same(t, "none", []desk.Evidence{}, of(c.ID))
		mk := func(added time.Time) desk.Evidence {
			return desk.Evidence{ID: desk.NewID(), Claim: c.ID, URL: "https://who.int/a?b=c", Title: "T", Publisher: "WHO", Lang: "en",
				Quote: "“no”", Says: "không", Stance: desk.Refutes, Independent: true, Added: added, AddedBy: desk.NewID()}
		}
		var es []desk.Evidence
		for range 12 { // of one millisecond: the order of insertion decides
			es = append(es, mk(noon))
		}
		es = append([]desk.Evidence{mk(noon.Add(-time.Second))}, es...)
		write(t, s, func(ctx context.Context, tx desk.Tx) error {
			for i := range es {
				if err := tx.SetEvidence(ctx, es[(i+1)%len(es)]); err != nil {
					return err
				}
			}
			return nil
		})
		same(t, "oldest first", es, of(c.ID))
		es[3].Retired, es[3].Title, es[3].Stance, es[3].Independent, es[3].AddedBy = noon, "", desk.Context, false, ""
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEvidence(ctx, es[3]) })
		same(t, "overwritten in its place", es, of(c.ID))
		es[3].Retired = time.Time{}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEvidence(ctx, es[3]) })
		same(t, "brought back", es, of(c.ID))
		same(t, "of another claim", []desk.Evidence{}, of(other.ID))
	})
	t.Run("judgments", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		of := func() []desk.Judgment {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Judgment, error) { return tx.Judgments(ctx, c.ID) })
		}
		set := func(j desk.Judgment) {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetJudgment(ctx, j) })
		}
		same(t, "none", []desk.Judgment{}, of())
		js := []desk.Judgment{
			{Claim: c.ID, Other: desk.ClaimKey(desk.NewID()), By: desk.NewID(), At: noon},
			{Claim: c.ID, Other: desk.ImportedKey(desk.NewID()), Same: true, By: desk.NewID(), At: noon},
			{Claim: c.ID, Other: desk.CheckKey(desk.NewID(), ""), At: noon},
		}
		for _, j := range js {
			set(j)
		}
		same(t, "judgments", js, of())
		js[0].Undone = true
		set(js[0])
		same(t, "undone", js, of())
		js[0].Undone, js[0].At = false, noon.Add(time.Second)
		set(js[0])
		same(t, "judged again", []desk.Judgment{js[1], js[2], js[0]}, of())
	})
}
