package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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
		"foreign schemas are refused": foreignSchemasAreRefused, "health": health, "misfits are named": misfitsAreNamed,
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
	pair := review // of a text that needed two reviewers
	pair.ID, pair.Need, pair.Other, pair.Reviewer = desk.NewID(), 2, desk.NewID(), desk.NewID()
	remark := desk.Comment{ID: desk.NewID(), Claim: claim.ID, Review: review.ID, Lang: "vi", Field: "summary", Sentence: "Nước chanh.", Text: "Nguồn?"}
	tip, talk := desk.NewID(), desk.NewID()
	picture := desk.NewID()
	err = db.Tx(ctx, func(tx desk.Tx) error {
		_, imported, err := tx.SetImported(ctx, desk.Imported{ID: desk.NewID(), URL: "https://example.org/1"})
		_, err2 := tx.Append(ctx, desk.Event{Kind: desk.EvPublished, Claim: claim.ID, Data: map[string]string{"rev": "1"}})
		if !imported || err != nil || err2 != nil {
			return fmt.Errorf("%v %v", err, err2)
		}
		return firstOf(
			tx.SetStaff(ctx, desk.Staff{ID: review.By, Name: "An", Role: desk.Editor, Lang: "vi"}),
			tx.SetClaim(ctx, claim), tx.SetReview(ctx, review), tx.SetReview(ctx, pair), tx.SetComment(ctx, remark),
			tx.SetReviewing(ctx, desk.Reviewing{Review: review.ID, Staff: review.By, Ticks: []string{desk.PointNeutral}}),
			tx.AddTip(ctx, desk.Tip{ID: tip, Channel: "web", ExtID: "1", Text: "<x> & “y” \u2028", Claim: claim.ID, State: desk.TipJoined, Ticket: []byte{1, 0, 255}}),
			tx.SetMedia(ctx, desk.Media{ID: picture, Claim: claim.ID, Kind: desk.MediaPicture, Bytes: 9, State: desk.MediaReady}),
			tx.SetBlob(ctx, picture, desk.MediaView, bytes.Repeat([]byte("sealed"), 100_000)),
			tx.SetEvidence(ctx, desk.Evidence{ID: desk.NewID(), Claim: claim.ID, Stance: desk.Refutes}),
			tx.SetJudgment(ctx, desk.Judgment{Claim: claim.ID, Other: "claim/x"}),
			tx.SetDraft(ctx, desk.Draft{Claim: claim.ID, Texts: []desk.Text{{Lang: "vi"}}}),
			tx.AddLogEntry(ctx, string(review.ID), []byte("entry\n"), []desk.LogHash{{Index: 0, Hash: review.Hash}}, desk.LogHead{Size: 1, Root: review.Hash}),
			tx.AddRevision(ctx, desk.Revision{Verdict: claim.ID, Rev: 1, Kind: desk.KindPublish, LogIndex: 0, Hash: review.Hash}, doc),
			tx.AddCheckpoint(ctx, 1, []byte("note\n")), tx.PutCosignature(ctx, desk.Cosignature{Witness: "w.example/1+00+x", Size: 1, Line: "— w.example/1 x\n", At: time.UnixMilli(5)}), tx.SetPosition(ctx, "index", 1), tx.SetSetting(ctx, "site.name", "Bàn"),
			tx.AddShelfRow(ctx, desk.ShelfRow{Kind: desk.LineCheck, Entry: claim.ID, At: time.Now(), Hash: review.Hash, Chain: desk.ShelfChain(nil, review.Hash), Body: []byte("{}")}),
			tx.SetConversation(ctx, desk.Conversation{ID: talk, Channel: "telegram", Key: []byte{1}, Talk: "{}"}),
			tx.SetAsking(ctx, desk.Asking{Tip: tip, Conversation: talk}),
			tx.AddArrival(ctx, desk.Arrival{Key: []byte{2, 0}, Channel: "telegram", Conversation: talk, State: desk.ArrivalHeld, Body: []byte{0, 1}}),
			tx.AddNotice(ctx, desk.Notice{ID: desk.NewID(), Op: "op", Conversation: talk, Channel: "telegram", Kind: desk.NoticeTalk, State: desk.NoticeWaiting}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(ctx, func(tx desk.Tx) error { // the guards have to be back after it
		return firstOf(tx.SucceedLog(ctx, desk.LogSuccession{Past: desk.PastLog{N: 1, VKey: "k", Opening: []byte("entry\n"), Size: 1, Note: []byte("note\n")},
			Body: []byte("successor\n"), Hashes: []desk.LogHash{{Index: 0, Hash: review.Hash}}, Head: desk.LogHead{Size: 1, Root: review.Hash, Time: time.UnixMilli(6000)}}),
			tx.AddCheckpoint(ctx, 1, []byte("note\n")), tx.PutCosignature(ctx, desk.Cosignature{Witness: "w.example/1+00+x", Size: 1, Line: "— w.example/1 x\n", At: time.UnixMilli(5)}))
	})
	if err != nil {
		t.Fatal(err)
	}
	furnishSources(t, db, claim.ID)
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
		"UPDATE past_log SET size = 2", "DELETE FROM past_log",
		"UPDATE shelf SET body = chain", "UPDATE shelf SET at = 0", "UPDATE shelf SET chain = hash", "DELETE FROM shelf",
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
		"the submitter as reviewer":  {"UPDATE review SET reviewer = submitted_by", nil},
		"an author as reviewer":      {"UPDATE review SET reviewer = $1", []any{r.Authors[0]}},
		"an unknown as reviewer":     {"UPDATE review SET reviewer = $1", []any{desk.NewID()}},
		"nobody as reviewer":         {"UPDATE review SET reviewer = NULL", nil},
		"an author's second part":    {"INSERT INTO review_part (review, staff, part, n) VALUES ($1, $2, 'decided', 9)", []any{r.ID, r.Authors[0]}},
		"the reviewer as author":     {"INSERT INTO review_part (review, staff, part, n) VALUES ($1, $2, 'wrote', 9)", []any{r.ID, r.Reviewer}},
		"a second who decides":       {"INSERT INTO review_part (review, staff, part, n) VALUES ($1, $2, 'decided', 9)", []any{r.ID, desk.NewID()}},
		"a part turned round":        {"UPDATE review_part SET part = 'wrote' WHERE part = 'decided'", nil},
		"another part's name":        {"UPDATE review SET decided_part = 'wrote'", nil},
		"the reviewer taken away":    {"DELETE FROM review_part WHERE part = 'decided'", nil},
		"an unknown kind":            {"UPDATE review SET kind = 'quietly'", nil},
		"two reviewers needed":       {"UPDATE review SET need = 2", nil},
		"the reviewer as the other":  {"UPDATE review SET need = 2, other = reviewer, other_hash = hash", nil},
		"an author as the other":     {"UPDATE review SET other = $1 WHERE need = 2", []any{r.Authors[0]}},
		"an unknown as the other":    {"UPDATE review SET other = $1 WHERE need = 2", []any{desk.NewID()}},
		"other bytes agreed to":      {"UPDATE review SET other_hash = doc WHERE need = 2", nil},
		"the other taken away":       {"UPDATE review SET other = NULL WHERE need = 2", nil},
		"the other's part as author": {"UPDATE review_part SET part = 'wrote' WHERE part = 'agreed'", nil},
		"a second who agrees":        {"INSERT INTO review_part (review, staff, part, n) SELECT review, $1, 'agreed', 9 FROM review_part WHERE part = 'agreed'", []any{desk.NewID()}},
		"an emergency of one":        {"UPDATE review SET urgent = 'x'", nil},
		"an unknown rating":          {"UPDATE claim SET rating = 'liar'", nil},
		"an unknown tip state":       {"UPDATE tip SET state = 'gone'", nil},
		"a claim that is not there":  {"UPDATE tip SET claim = $1", []any{desk.NewID()}},
		"a delivery without an id":   {"UPDATE tip SET ext_id = ''", nil},
		"a second import of a page":  {"INSERT INTO imported SELECT id || 'x', url, publisher, site, published, lang, claim, title, rating, added FROM imported", nil},
	} {
		if raw(t, db, try.query, try.args...) == nil {
			t.Errorf("the database took %s: %s", what, try.query)
		}
	}
}

// listedColumns reads the list: a line for each table, its name and its columns.
func listedColumns(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("testdata/columns.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		name, columns, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && !strings.HasPrefix(name, "#") {
			out[name] = columns
		}
	}
	return out
}

// columnsAreListed holds every column against a list: a column that is not here is
// a decision to be taken, not a detail. There is none for the name, address
// or account of anybody but staff.
func columnsAreListed(t *testing.T, fresh func(testing.TB) *DB) {
	want := listedColumns(t)
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
