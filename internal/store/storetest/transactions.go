package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
)

// setting reads a setting on a snapshot.
func setting(t *testing.T, s Store, key string) string {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) (string, error) { return tx.Setting(ctx, key) })
}

func transactions(t *testing.T, open func(*testing.T) Store) {
	t.Run("an error undoes everything", func(t *testing.T) {
		s := open(t)
		stop := errors.New("stop")
		refuse(t, s, stop, func(ctx context.Context, tx desk.Tx) error {
			if err := tx.SetSetting(ctx, "a", "1"); err != nil {
				return err
			}
			if _, err := tx.Append(ctx, desk.Event{At: noon, Kind: desk.EvSettingChanged}); err != nil {
				return err
			}
			return stop
		})
		same(t, "setting after an error", "", setting(t, s, "a"))
		es := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Event, error) { return tx.Events(ctx, desk.EventFilter{}) })
		same(t, "events after an error", 0, len(es))
	})
	t.Run("a panic undoes everything and leaves the store usable", func(t *testing.T) {
		s := open(t)
		func() {
			defer func() { _ = recover() }()
			_ = s.Tx(t.Context(), func(tx desk.Tx) error {
				_ = tx.SetSetting(t.Context(), "a", "1")
				panic("a bug in a verb")
			})
		}()
		same(t, "setting after a panic", "", setting(t, s, "a"))
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "a", "2") })
		same(t, "setting", "2", setting(t, s, "a"))
	})
	t.Run("a transaction sees its own writes, a snapshot does not change", func(t *testing.T) {
		s := open(t)
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "a", "1") })
		read(t, s, func(ctx context.Context, tx desk.Tx) error {
			before, err := tx.Setting(ctx, "a")
			if err != nil {
				return err
			}
			if err := s.Tx(ctx, func(w desk.Tx) error {
				if err := w.SetSetting(ctx, "a", "2"); err != nil {
					return err
				}
				own, err := w.Setting(ctx, "a")
				same(t, "own write", "2", own)
				return err
			}); err != nil {
				return err
			}
			after, err := tx.Setting(ctx, "a")
			same(t, "snapshot", before, after)
			return err
		})
		same(t, "setting", "2", setting(t, s, "a"))
	})
}

// refusals are transactions that go wrong in part.
func refusals(t *testing.T, open func(*testing.T) Store) {
	t.Run("writing in Read fails", func(t *testing.T) {
		s := open(t)
		err := s.Read(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "a", "1") })
		if err == nil {
			t.Error("Read let a setting be written")
		}
		same(t, "setting", "", setting(t, s, "a"))
	})
	t.Run("a refusal with a kind leaves the transaction usable", func(t *testing.T) {
		s := open(t)
		tip := addTip(t, s, newTip(1))
		write(t, s, func(ctx context.Context, tx desk.Tx) error {
			isKind(t, "AddTip", tx.AddTip(ctx, tip), desk.ErrDuplicate)
			_, err := tx.Claim(ctx, desk.NewID())
			isKind(t, "Claim", err, desk.ErrNotFound)
			return tx.SetSetting(ctx, "a", "1")
		})
		same(t, "setting", "1", setting(t, s, "a"))
	})
	t.Run("a statement the database refused is never committed, even if fn says nil", func(t *testing.T) {
		s := open(t)
		err := s.Tx(t.Context(), func(tx desk.Tx) error {
			_ = tx.SetSetting(t.Context(), "a", "1")
			c := newClaim("x")
			c.Harm = "enormous"
			if tx.SetClaim(t.Context(), c) == nil {
				t.Error("a claim with an unknown harm was stored")
			}
			return nil
		})
		if err == nil {
			t.Error("Tx committed around a failed statement")
		}
		same(t, "setting", "", setting(t, s, "a"))
	})
	t.Run("a context that has ended is ErrBusy", func(t *testing.T) {
		s := open(t)
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		isKind(t, "Tx", s.Tx(ctx, func(tx desk.Tx) error { return tx.SetSetting(ctx, "a", "1") }), desk.ErrBusy)
		isKind(t, "Read", s.Read(ctx, func(tx desk.Tx) error { _, err := tx.Setting(ctx, "a"); return err }), desk.ErrBusy)
		same(t, "setting", "", setting(t, s, "a"))
	})
}
