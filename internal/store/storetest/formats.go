package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
)

// deadlineLinks is what a store promises of the addresses of calendars.
func deadlineLinks(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	first, second := desk.Staff{ID: desk.NewID(), Name: "một", Role: desk.Checker, Lang: "vi", Created: noon}, desk.Staff{ID: desk.NewID(), Name: "hai", Role: desk.Editor, Lang: "en", Created: noon}
	link := func(of desk.Staff, b byte) desk.DeadlineLink {
		return desk.DeadlineLink{Staff: of.ID, Hash: bytes.Repeat([]byte{b}, 32), Made: noon.Add(time.Duration(b) * time.Hour)}
	}
	find := func(staff desk.ID, hash []byte) func(context.Context, desk.Tx) (desk.DeadlineLink, error) {
		return func(ctx context.Context, tx desk.Tx) (desk.DeadlineLink, error) {
			return tx.DeadlineLink(ctx, staff, hash)
		}
	}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []desk.Staff{first, second} {
			if err := tx.SetStaff(ctx, x); err != nil {
				return err
			}
		}
		for _, l := range []desk.DeadlineLink{link(first, 1), link(second, 2), link(first, 3)} { // the third in place of the first
			if err := tx.SetDeadlineLink(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "by person", link(first, 3), get(t, s, find(first.ID, nil)))
	same(t, "by hash", link(second, 2), get(t, s, find("", link(second, 2).Hash)))
	for _, gone := range [][]byte{link(first, 1).Hash, nil, {}} {
		failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.DeadlineLink(ctx, "", gone); return err })
	}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropDeadlineLink(ctx, first.ID) })
	if err := s.Tx(ctxOf(t), func(tx desk.Tx) error { return tx.DropDeadlineLink(ctxOf(t), first.ID) }); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("ended twice: %v", err)
	}
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.DeadlineLink(ctx, first.ID, nil); return err })
}
