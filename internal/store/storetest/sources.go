package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

func sourceRows(t *testing.T, open func(*testing.T) Store) {
	t.Run("what is known of a source comes back with its evidence", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		r := desk.Release{ID: desk.NewID(), Claim: c.ID, Issuer: "Cục Đê điều", Concerned: true, Made: noon}
		plain := desk.Evidence{ID: desk.NewID(), Claim: c.ID, URL: "https://a.example/", Title: "A", Stance: desk.Refutes, Added: noon}
		full := plain
		full.ID, full.Nearness, full.Payer, full.Release, full.Version, full.Added = desk.NewID(), desk.Primary, "Công ty nước", r.ID, 3, noon.Add(time.Hour)
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRelease(ctx, r) })
		for _, e := range []desk.Evidence{plain, full} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEvidence(ctx, e) })
		}
		of := func() []desk.Evidence {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Evidence, error) { return tx.EvidenceOf(ctx, c.ID) })
		}
		same(t, "both", []desk.Evidence{plain, full}, of())
		full.Nearness, full.Payer, full.Release, full.Version = "", "", "", 0
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEvidence(ctx, full) })
		same(t, "nothing known any more", []desk.Evidence{plain, full}, of())
		r.Issuer, r.Concerned = "Sở Y tế", false
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRelease(ctx, r) })
		same(t, "release", []desk.Release{r}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Release, error) { return tx.Releases(ctx, c.ID) }))
	})
	t.Run("what a source said before is kept, newest first, once a version", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		e := desk.Evidence{ID: desk.NewID(), Claim: c.ID, URL: "https://a.example/", Title: "A", Quote: "“Một”\n2", Says: desk.Say(desk.Note{Lang: "vi", Text: "x"}),
			Stance: desk.Context, Independent: true, Added: noon, AddedBy: desk.NewID(), Nearness: desk.Secondary}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEvidence(ctx, e) })
		old := desk.EvidenceWas{Evidence: e, Until: noon.Add(time.Hour), UntilBy: desk.NewID()}
		later := old
		later.Version, later.Title, later.Until = 1, "B", noon.Add(2*time.Hour)
		for _, w := range []desk.EvidenceWas{old, later} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddEvidenceWas(ctx, w) })
		}
		refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.AddEvidenceWas(ctx, old) })
		same(t, "before", []desk.EvidenceWas{later, old},
			get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.EvidenceWas, error) { return tx.EvidenceBefore(ctx, c.ID) }))
	})
}

func recheckRows(t *testing.T, open func(*testing.T) Store) {
	t.Run("dates and looks come back", func(t *testing.T) {
		s := open(t)
		a, b := addClaim(t, s, "a"), addClaim(t, s, "b")
		da := desk.RecheckDate{Claim: a.ID, Due: noon.Add(time.Hour), Why: "Sắp có số liệu mới", At: noon, By: desk.NewID()}
		db := desk.RecheckDate{Claim: b.ID, Why: "Chuyện đã xong", At: noon}
		for _, d := range []desk.RecheckDate{da, db} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRecheckDate(ctx, d) })
		}
		dates := func(ids []desk.ID) []desk.RecheckDate {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.RecheckDate, error) { return tx.RecheckDates(ctx, ids) })
		}
		same(t, "one", []desk.RecheckDate{db}, dates([]desk.ID{b.ID}))
		da.Due, da.Why = time.Time{}, "Không cần nữa"
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRecheckDate(ctx, da) })
		if all := dates(nil); len(all) != 2 || !slices.Contains(all, da) || !slices.Contains(all, db) {
			t.Errorf("all: %+v", all)
		}
		first := desk.Rechecked{Claim: a.ID, Rev: 1, At: noon, By: desk.NewID()}
		second := desk.Rechecked{Claim: a.ID, Rev: 2, At: noon.Add(time.Hour)}
		for _, r := range []desk.Rechecked{first, second} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddRechecked(ctx, r) })
		}
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddRechecked(ctx, first) })
		same(t, "newest first", []desk.Rechecked{second, first},
			get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Rechecked, error) {
				return tx.RecheckedOf(ctx, []desk.ID{a.ID})
			}))
	})
	t.Run("settled is the newest revision that gave a meaning", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		for i, k := range []desk.Kind{desk.KindPublish, desk.KindCorrect, desk.KindUpdate} {
			publish(t, s, desk.Revision{Verdict: c.ID, Rev: i + 1, Kind: k, At: noon.Add(time.Duration(i) * time.Hour)})
		}
		same(t, "settled", map[desk.ID]time.Time{c.ID: noon.Add(time.Hour)},
			get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.ID]time.Time, error) { return tx.Settled(ctx) }))
	})
}

func watchedRows(t *testing.T, open func(*testing.T) Store) {
	// cite makes a claim in a state with evidence at the addresses.
	cite := func(t *testing.T, s Store, st desk.ClaimState, urls ...string) desk.ID {
		c := desk.Claim{ID: desk.NewID(), Text: "x", State: st, LogIndex: -1}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, c) })
		for _, u := range urls {
			write(t, s, func(ctx context.Context, tx desk.Tx) error {
				return tx.SetEvidence(ctx, desk.Evidence{ID: desk.NewID(), Claim: c.ID, URL: u, Stance: desk.Refutes, Added: noon})
			})
		}
		return c.ID
	}
	list := func(t *testing.T, s Store, f desk.WatchFilter) []desk.Watched {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Watched, error) { return tx.WatchedLinks(ctx, f) })
	}
	set := func(t *testing.T, s Store, w desk.Watched) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetWatched(ctx, w) })
	}
	t.Run("what published claims cite is to be watched, once", func(t *testing.T) {
		s := open(t)
		a := cite(t, s, desk.ClaimPublished, "https://a.example/", "https://b.example/")
		b := cite(t, s, desk.ClaimPublished, "https://b.example/")
		cite(t, s, desk.ClaimOpen, "https://c.example/")
		cite(t, s, desk.ClaimWithdrawn, "https://d.example/")
		unwatched := func() []string {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]string, error) { return tx.CitedUnwatched(ctx, 10) })
		}
		same(t, "unwatched", []string{"https://a.example/", "https://b.example/"}, unwatched())
		set(t, s, desk.Watched{URL: "https://a.example/", Due: noon})
		set(t, s, desk.Watched{URL: "https://z.example/", Due: noon})
		same(t, "one left", []string{"https://b.example/"}, unwatched())
		ids := []desk.ID{a, b}
		slices.Sort(ids)
		same(t, "citing", ids, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ID, error) {
			return tx.ClaimsCiting(ctx, "https://b.example/")
		}))
		n := 0
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) { n, err = tx.DropUncited(ctx); return err })
		if left := list(t, s, desk.WatchFilter{}); n != 1 || len(left) != 1 || left[0].URL != "https://a.example/" {
			t.Errorf("%d dropped, left %+v", n, left)
		}
	})
	t.Run("every field comes back, and what is ready", func(t *testing.T) {
		s := open(t)
		w := desk.Watched{URL: "https://a.example/", Due: noon.Add(-time.Hour), Leased: noon.Add(time.Minute), Tried: noon, Good: noon, Fails: 2,
			Since: noon, Gone: noon, Trouble: desk.LinkSoft, Mark: `"v1"`}
		set(t, s, w)
		same(t, "all", []desk.Watched{w}, list(t, s, desk.WatchFilter{Gone: true, Failed: true, URLs: []string{w.URL}}))
		same(t, "leased", []desk.Watched{}, list(t, s, desk.WatchFilter{Ready: noon}))
		w.Leased = noon.AddDate(10, 0, 0)
		set(t, s, w)
		same(t, "a lease that cannot be", []desk.Watched{w}, list(t, s, desk.WatchFilter{Ready: noon}))
		w.Leased, w.Due = time.Time{}, noon.Add(time.Hour)
		set(t, s, w)
		same(t, "not due", []desk.Watched{}, list(t, s, desk.WatchFilter{Ready: noon}))
		w.Due, w.Gone, w.Trouble = noon.AddDate(10, 0, 0), time.Time{}, ""
		set(t, s, w)
		same(t, "a time that cannot be", []desk.Watched{w}, list(t, s, desk.WatchFilter{Ready: noon}))
		same(t, "sound", []desk.Watched{}, list(t, s, desk.WatchFilter{Failed: true}))
	})
}

func importChangeRows(t *testing.T, open func(*testing.T) Store) {
	t.Run("use and changes", func(t *testing.T) {
		s := open(t)
		i := desk.Imported{ID: desk.NewID(), URL: "https://fact.example/1", Publisher: "P", Claim: "x", Rating: "Sai", Added: noon}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { _, _, err := tx.SetImported(ctx, i); return err })
		same(t, "at", i, get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Imported, error) { return tx.ImportedAt(ctx, i.URL) }))
		refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
			_, err := tx.ImportedAt(ctx, "https://none.example/")
			return err
		})
		use := func() (n int, claims []desk.ID) {
			write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
				n, claims, err = tx.ImportedUse(ctx, i.ID)
				return err
			})
			return n, claims
		}
		if n, claims := use(); n != 0 || len(claims) != 0 {
			t.Errorf("unused: %d %v", n, claims)
		}
		answered := desk.Claim{ID: desk.NewID(), Text: "x", State: desk.ClaimAnswered, Imported: i.ID, LogIndex: -1}
		citing := desk.Claim{ID: desk.NewID(), Text: "y", State: desk.ClaimOpen, LogIndex: -1}
		for _, c := range []desk.Claim{answered, citing} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, c) })
		}
		write(t, s, func(ctx context.Context, tx desk.Tx) error {
			return firstErr(tx.SetEvidence(ctx, desk.Evidence{ID: desk.NewID(), Claim: citing.ID, URL: i.URL, Stance: desk.Context, Added: noon}),
				tx.AddTip(ctx, desk.Tip{ID: desk.NewID(), Channel: "web", ExtID: "1", Text: "x", State: desk.TipAnswered, Imported: i.ID, Received: noon}))
		})
		want := []desk.ID{answered.ID, citing.ID}
		slices.Sort(want)
		n, claims := use()
		same(t, "claims", want, claims)
		same(t, "tips", 1, n)
		c := desk.ImportChange{ID: desk.NewID(), Imported: i.ID, At: noon, Was: desk.ImportText{Rating: "Sai", Title: "t", Claim: "x"},
			Now: desk.ImportText{Rating: "Đúng", Title: "t", Claim: "x"}, Tips: 1, Claims: claims}
		other := desk.ImportChange{ID: desk.NewID(), Imported: i.ID, At: noon.Add(time.Hour), Seen: noon.Add(time.Hour), SeenBy: desk.NewID()}
		for _, x := range []desk.ImportChange{c, other} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetImportChange(ctx, x) })
		}
		list := func(f desk.ImportChangeFilter) []desk.ImportChange {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ImportChange, error) { return tx.ImportChanges(ctx, f) })
		}
		same(t, "newest first", []desk.ImportChange{other, c}, list(desk.ImportChangeFilter{}))
		same(t, "open", []desk.ImportChange{c}, list(desk.ImportChangeFilter{Open: true}))
		same(t, "of a claim", []desk.ImportChange{c}, list(desk.ImportChangeFilter{Claim: citing.ID}))
		c.Seen, c.SeenBy = noon.Add(2*time.Hour), desk.NewID()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetImportChange(ctx, c) })
		same(t, "seen", []desk.ImportChange{c}, list(desk.ImportChangeFilter{ID: c.ID}))
	})
}

// firstErr returns the first error there is.
func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
