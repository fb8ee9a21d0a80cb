package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
)

// TestChangesCountWhatWasWritten: what only looked leaves the count as it was,
// whatever it was allowed to do; what wrote, gave back what it wrote, or failed
// does not.
func TestChangesCountWhatWasWritten(t *testing.T) {
	db := openNew(t, Options{})
	ctx := t.Context()
	for _, c := range []struct {
		what  string
		moves bool
		do    func(ctx context.Context, x *tx) error
	}{
		{"nothing", false, func(context.Context, *tx) error { return nil }},
		{"a look", false, func(ctx context.Context, x *tx) error { _, err := x.Staff(ctx); return err }},
		{"a change of no row", false, func(ctx context.Context, x *tx) error {
			_, err := x.exec(ctx, "UPDATE claim SET rev = 1 WHERE id = 'there is none'")
			return err
		}},
		{"a row", true, func(ctx context.Context, x *tx) error { return x.SetSetting(ctx, "changes", "x") }},
		{"a row that is given back", true, func(ctx context.Context, x *tx) error {
			_, err := x.Append(ctx, desk.Event{Kind: desk.EvImported, At: time.Unix(1, 0)})
			return err
		}},
		{"a failure", true, func(context.Context, *tx) error { return errors.New("x") }},
	} {
		before := db.Changes()
		err := db.write(ctx, func(x *tx) error { return c.do(ctx, x) })
		if (err != nil) != (c.what == "a failure") {
			t.Fatal(c.what, err)
		}
		if moved := db.Changes() != before; moved != c.moves {
			t.Errorf("%s: counted %t", c.what, moved)
		}
	}
}
