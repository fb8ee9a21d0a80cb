package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// TestBoth runs what must hold on both engines. fresh gives an empty database
// that is up to date.
func TestBoth(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	engines := map[Engine]func(testing.TB) *DB{
		SQLite:     func(t testing.TB) *DB { return openNew(t, Options{}) },
		PostgreSQL: func(t testing.TB) *DB { return openAt(t, server.Database(t), Options{}) },
	}
	tests := map[string]func(*testing.T, func(testing.TB) *DB){
		"what was written stays": whatWasWrittenStays, "the second person is another": secondPersonIsAnother,
		"columns are listed": columnsAreListed, "many migrate at once": manyMigrateAtOnce,
		"foreign schemas are refused": foreignSchemasAreRefused, "health": health,
	}
	for engine, fresh := range engines {
		for name, run := range tests {
			t.Run(string(engine)+"/"+name, func(t *testing.T) { run(t, fresh) })
		}
	}
}

// raw runs a statement as someone with a database tool would.
func raw(t testing.TB, db *DB, query string, args ...any) error {
	t.Helper()
	return db.write(context.Background(), func(tx *tx) error {
		_, err := tx.exec(context.Background(), query, args...)
		return err
	})
}

// furnish fills a database with a little of everything.
func furnish(t testing.TB, db *DB) (claim desk.Claim, review desk.Review) {
	t.Helper()
	ctx := context.Background()
	claim = desk.Claim{ID: desk.NewID(), Text: "Nước chanh", State: desk.ClaimPublished, Rev: 1, LogIndex: 0}
	doc, err := desk.Document{Schema: desk.DocSchema, Verdict: claim.ID, Rev: 1, Nonce: desk.NewNonce(), Topic: "health"}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	review = desk.Review{ID: desk.NewID(), Claim: claim.ID, Kind: desk.KindPublish, Doc: doc, Hash: desk.DocHash(doc),
		By: desk.NewID(), Authors: []desk.ID{desk.NewID()}, State: desk.ReviewApproved, Reviewer: desk.NewID()}
	err = db.Tx(ctx, func(tx desk.Tx) error {
		_, imported, err := tx.SetImported(ctx, desk.Imported{ID: desk.NewID(), URL: "https://example.org/1"})
		_, err2 := tx.Append(ctx, desk.Event{Kind: desk.EvPublished, Claim: claim.ID, Data: map[string]string{"rev": "1"}})
		if !imported || err != nil || err2 != nil {
			return fmt.Errorf("%v %v", err, err2)
		}
		return firstOf(
			tx.SetStaff(ctx, desk.Staff{ID: review.By, Name: "An", Role: desk.Editor, Lang: "vi"}),
			tx.SetClaim(ctx, claim), tx.SetReview(ctx, review),
			tx.AddTip(ctx, desk.Tip{ID: desk.NewID(), Channel: "web", ExtID: "1", Text: "<x> & “y” \u2028", Claim: claim.ID, State: desk.TipJoined, Ticket: []byte{1, 0, 255}}),
			tx.SetEvidence(ctx, desk.Evidence{ID: desk.NewID(), Claim: claim.ID, Stance: desk.Refutes}),
			tx.SetJudgment(ctx, desk.Judgment{Claim: claim.ID, Other: "claim/x"}),
			tx.SetDraft(ctx, desk.Draft{Claim: claim.ID, Texts: []desk.Text{{Lang: "vi"}}}),
			tx.AddLogEntry(ctx, string(review.ID), []byte("entry\n"), []desk.LogHash{{Index: 0, Hash: review.Hash}}, desk.LogHead{Size: 1, Root: review.Hash}),
			tx.AddRevision(ctx, desk.Revision{Verdict: claim.ID, Rev: 1, Kind: desk.KindPublish, LogIndex: 0, Hash: review.Hash}, doc),
			tx.AddCheckpoint(ctx, 1, []byte("note\n")), tx.SetPosition(ctx, "index", 1), tx.SetSetting(ctx, "site.name", "Bàn"),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return claim, review
}

// firstOf returns the first error.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// whatWasWrittenStays changes history by hand: the database refuses.
func whatWasWrittenStays(t *testing.T, fresh func(testing.TB) *DB) {
	db := fresh(t)
	_, review := furnish(t, db)
	for _, query := range []string{
		"UPDATE log_entry SET body = body", "DELETE FROM log_entry", "UPDATE log_hash SET h = h", "DELETE FROM log_hash",
		"UPDATE log_checkpoint SET note = note", "DELETE FROM log_checkpoint", "UPDATE event SET kind = 'x'", "DELETE FROM event",
		"UPDATE revision SET rating = 'true'", "DELETE FROM revision", "DELETE FROM document", "DELETE FROM log_head",
		"UPDATE log_head SET size = 0", "UPDATE log_head SET root = root", "UPDATE log_head SET size = 2, time = time - 1",
		"INSERT INTO log_head (one, size, time) VALUES (2, 0, 0)",
	} {
		if raw(t, db, query) == nil {
			t.Errorf("the database took: %s", query)
		}
	}
	if raw(t, db, "UPDATE document SET doc = $1", []byte("another")) == nil {
		t.Error("the bytes of a document were changed")
	}
	if err := raw(t, db, "UPDATE document SET doc = NULL WHERE hash = $1", review.Hash); err != nil {
		t.Errorf("a document cannot be erased: %v", err)
	}
	err := db.Read(t.Context(), func(tx desk.Tx) error {
		rs, err := tx.Revisions(t.Context(), desk.RevisionFilter{Below: 1})
		if err == nil && (len(rs) != 1 || !rs[0].Erased || rs[0].Doc.Verdict != "") {
			t.Errorf("an erased revision reads as %+v", rs)
		}
		if _, err := tx.Document(t.Context(), review.Hash); !errors.Is(err, desk.ErrErased) {
			t.Errorf("an erased document: %v", err)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// secondPersonIsAnother tries to make the first person the second one, by
// hand: the database refuses whatever program asks.
func secondPersonIsAnother(t *testing.T, fresh func(testing.TB) *DB) {
	db := fresh(t)
	_, r := furnish(t, db)
	for what, try := range map[string]struct {
		query string
		args  []any
	}{
		"the submitter as reviewer": {"UPDATE review SET reviewer = submitted_by", nil},
		"an author as reviewer":     {"UPDATE review SET reviewer = $1", []any{r.Authors[0]}},
		"an unknown as reviewer":    {"UPDATE review SET reviewer = $1", []any{desk.NewID()}},
		"nobody as reviewer":        {"UPDATE review SET reviewer = NULL", nil},
		"an author's second part":   {"INSERT INTO review_part (review, staff, part, n) VALUES ($1, $2, 'decided', 9)", []any{r.ID, r.Authors[0]}},
		"the reviewer as author":    {"INSERT INTO review_part (review, staff, part, n) VALUES ($1, $2, 'wrote', 9)", []any{r.ID, r.Reviewer}},
		"a second who decides":      {"INSERT INTO review_part (review, staff, part, n) VALUES ($1, $2, 'decided', 9)", []any{r.ID, desk.NewID()}},
		"a part turned round":       {"UPDATE review_part SET part = 'wrote' WHERE part = 'decided'", nil},
		"another part's name":       {"UPDATE review SET decided_part = 'wrote'", nil},
		"the reviewer taken away":   {"DELETE FROM review_part WHERE part = 'decided'", nil},
		"an unknown kind":           {"UPDATE review SET kind = 'quietly'", nil},
		"an unknown rating":         {"UPDATE claim SET rating = 'liar'", nil},
		"an unknown tip state":      {"UPDATE tip SET state = 'gone'", nil},
		"a claim that is not there": {"UPDATE tip SET claim = $1", []any{desk.NewID()}},
		"a delivery without an id":  {"UPDATE tip SET ext_id = ''", nil},
		"a second import of a page": {"INSERT INTO imported SELECT id || 'x', url, publisher, site, published, lang, claim, title, rating, added FROM imported", nil},
	} {
		if raw(t, db, try.query, try.args...) == nil {
			t.Errorf("the database took %s: %s", what, try.query)
		}
	}
}

// columnsAreListed holds every column against a list: a column that is not here is
// a decision to be taken, not a detail. There is none for the name, address
// or account of anybody but staff.
func columnsAreListed(t *testing.T, fresh func(testing.TB) *DB) {
	want := map[string]string{
		"staff": "id name folded role lang created disabled", "setting": "name value",
		"imported":    "id url publisher site published lang claim title rating added",
		"claim":       "id text typed lang state harm harm_kind topic body assignee review merged_into imported rev log_index rating opened changed version",
		"tip":         "id channel ext_id text folded lang links received state claim origin imported decision ticket asker forward erased",
		"evidence":    "id claim n url title publisher lang quote says stance independent added added_by retired",
		"judgment":    "claim other n same judged_by at undone",
		"draft":       "claim rating texts authors changed version",
		"review":      "id claim n kind reason doc hash submitted_by at state reviewer decided reasons checklist decided_part",
		"review_part": "review staff part n", "document": "hash doc", "log_head": "one size root time",
		"log_entry": "idx op body", "log_hash": "i h", "log_checkpoint": "size note",
		"revision": "verdict rev kind reason rating topic log_index at hash", "event": "seq at kind actor claim about data",
		"follower": "name seq", "schema_step": "number name checksum done",
		"session":      "id token staff role means created proven used expires until",
		"sign_in_link": "hash staff made_by created expires", "factor": "id staff kind name data counter created used n", "spent": "hash until",
	}
	db := fresh(t)
	query := `SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`
	if db.postgres() {
		query = `SELECT table_name, column_name FROM information_schema.columns
			WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`
	}
	type column struct{ table, name string }
	got := map[string][]string{}
	err := db.read(t.Context(), func(tx *tx) error {
		cs, err := many(t.Context(), tx, func(c *column) []any { return []any{&c.table, &c.name} }, query)
		for _, c := range cs {
			got[c.table] = append(got[c.table], c.name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, cols := range got {
		if want[name] != strings.Join(cols, " ") {
			t.Errorf("table %s has the columns %q, the list says %q", name, strings.Join(cols, " "), want[name])
		}
		dumped := slices.ContainsFunc(tables(), func(t table) bool { return t.name == name })
		if dumped == (name == "schema_step") {
			t.Errorf("table %s: in dumps: %v", name, dumped)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d tables, the list has %d", len(got), len(want))
	}
}
