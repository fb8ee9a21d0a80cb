package store

import (
	"context"
	"errors"
	"testing"

	"soi/internal/desk"
)

// furnishSources adds what is known of sources, and of the time after
// publication, to the claim of furnish.
func furnishSources(t testing.TB, db *DB, claim desk.ID) {
	t.Helper()
	ctx := context.Background()
	e := desk.Evidence{ID: desk.NewID(), Claim: claim, URL: "https://a.example/", Stance: desk.Context, Payer: "Công ty nước", Release: desk.NewID(), Version: 1}
	err := db.Tx(ctx, func(tx desk.Tx) error {
		i, err := tx.ImportedAt(ctx, "https://example.org/1")
		return errors.Join(err, tx.SetEvidence(ctx, e), tx.SetRelease(ctx, desk.Release{ID: e.Release, Claim: claim, Issuer: "Cục Đê điều"}),
			tx.AddEvidenceWas(ctx, desk.EvidenceWas{Evidence: e}), tx.SetRecheckDate(ctx, desk.RecheckDate{Claim: claim, Why: "x"}),
			tx.AddRechecked(ctx, desk.Rechecked{Claim: claim, Rev: 1}), tx.SetWatched(ctx, desk.Watched{URL: e.URL}),
			tx.SetImportChange(ctx, desk.ImportChange{ID: desk.NewID(), Imported: i.ID, Claims: []desk.ID{claim}}))
	})
	if err != nil {
		t.Fatal(err)
	}
}
