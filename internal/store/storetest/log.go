package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"soi/internal/desk"
)

func publicLog(t *testing.T, open func(*testing.T) Store) {
	head := func(t *testing.T, s Store) desk.LogHead {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.LogHead, error) { return tx.LogHead(ctx) })
	}
	add := func(n int64, op string) func(context.Context, desk.Tx) error {
		return func(ctx context.Context, tx desk.Tx) error {
			hs := []desk.LogHash{{Index: 2 * n, Hash: hash(fmt.Sprint("h", 2*n))}, {Index: 2*n + 1, Hash: hash(fmt.Sprint("h", 2*n+1))}}
			next := desk.LogHead{Size: n + 1, Root: hash(fmt.Sprint("root", n)), Time: noon.Add(time.Duration(n) * time.Second)}
			return tx.AddLogEntry(ctx, op, fmt.Appendf(nil, "entry %d\n", n), hs, next)
		}
	}
	t.Run("empty", func(t *testing.T) {
		s := open(t)
		same(t, "head", desk.LogHead{}, head(t, s))
		write(t, s, func(ctx context.Context, tx desk.Tx) error {
			h, err := tx.LogHead(ctx)
			same(t, "head in a writing transaction", desk.LogHead{}, h)
			return err
		})
		failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, _, err := tx.LastCheckpoint(ctx); return err })
		got := get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.LogEntries(ctx, 0, 10) })
		same(t, "entries", [][]byte{}, got)
	})
	t.Run("entries, hashes and head", func(t *testing.T) {
		s := open(t)
		for n := range int64(700) {
			write(t, s, add(n, fmt.Sprint("op", n)))
		}
		same(t, "head", desk.LogHead{Size: 700, Root: hash("root699"), Time: noon.Add(699 * time.Second)}, head(t, s))
		entries := func(from, to int64) [][]byte {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.LogEntries(ctx, from, to) })
		}
		same(t, "entries", [][]byte{[]byte("entry 9\n"), []byte("entry 10\n")}, entries(9, 11))
		same(t, "entries up to the end", 10, len(entries(690, 9999)))
		same(t, "no entries", [][]byte{}, entries(5, 5))
		same(t, "all entries", 700, len(entries(0, 700)))
		indexes := []int64{7, 0, 7, 1399}
		for i := range int64(1300) {
			indexes = append(indexes, 1299-i)
		}
		got := get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.LogHashes(ctx, indexes) })
		for n, i := range indexes {
			if string(got[n]) != string(hash(fmt.Sprint("h", i))) {
				t.Fatalf("hash %d of the answer is not the one at %d", n, i)
			}
		}
		failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
			_, err := tx.LogHashes(ctx, []int64{0, 1400})
			return err
		})
	})
	t.Run("an operation is logged once, at the head only", func(t *testing.T) {
		s := open(t)
		write(t, s, add(0, "a"))
		refuse(t, s, desk.ErrDuplicate, add(1, "a"))
		write(t, s, func(ctx context.Context, tx desk.Tx) error { // and the transaction goes on
			isKind(t, "AddLogEntry", add(1, "a")(ctx, tx), desk.ErrDuplicate)
			return tx.SetSetting(ctx, "x", "y")
		})
		refuse(t, s, desk.ErrConflict, add(2, "c"))
		for _, n := range []int64{0, 5} {
			if err := s.Tx(t.Context(), func(tx desk.Tx) error { return add(n, "b")(t.Context(), tx) }); err == nil {
				t.Errorf("an entry was added at %d of a log of 1", n)
			}
		}
		same(t, "size", int64(1), head(t, s).Size)
	})
	t.Run("a log that follows", func(t *testing.T) { followed(t, open(t), add, head) })
	t.Run("checkpoints", func(t *testing.T) {
		s := open(t)
		last := func() (size int64, note []byte) {
			read(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
				size, note, err = tx.LastCheckpoint(ctx)
				return err
			})
			return size, note
		}
		for _, n := range []int64{3, 12, 7} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error {
				return tx.AddCheckpoint(ctx, n, fmt.Appendf(nil, "note %d", n))
			})
		}
		size, note := last()
		same(t, "size", int64(12), size)
		same(t, "note", "note 12", string(note))
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddCheckpoint(ctx, 12, []byte("another")) })
		_, note = last()
		same(t, "note", "note 12", string(note))
	})
}

// followed puts another first entry in the place of the log's own.
func followed(t *testing.T, s Store, add func(int64, string) func(context.Context, desk.Tx) error, head func(*testing.T, Store) desk.LogHead) {
	for n := range int64(3) {
		write(t, s, add(n, fmt.Sprint("op", n)))
	}
	witness := desk.Cosignature{Witness: "w.example+1+x", Size: 3, Line: "line\n", At: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddCheckpoint(ctx, 3, []byte("note 3")) })
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.PutCosignature(ctx, witness) })
	past := desk.PastLog{N: 1, VKey: "key", Opening: []byte("entry 0\n"), Size: 3, Note: []byte("note 3"), Cosignatures: witness.Line}
	step := desk.LogSuccession{Past: past, Body: []byte("successor\n"), Head: desk.LogHead{Size: 3, Root: hash("new root"), Time: noon.Add(time.Hour)},
		Hashes: []desk.LogHash{{Index: 0, Hash: hash("new 0")}, {Index: 2, Hash: hash("new 2")}}}
	succeed := func(step desk.LogSuccession) func(context.Context, desk.Tx) error {
		return func(ctx context.Context, tx desk.Tx) error { return tx.SucceedLog(ctx, step) }
	}
	wrong, nowhere := step, step
	wrong.Head.Size = 2
	nowhere.Hashes = []desk.LogHash{{Index: 99, Hash: hash("x")}}
	refuse(t, s, desk.ErrConflict, succeed(wrong))
	refuse(t, s, desk.ErrConflict, succeed(nowhere))
	write(t, s, succeed(step))
	refuse(t, s, desk.ErrDuplicate, succeed(step))
	same(t, "past", []desk.PastLog{past}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.PastLog, error) { return tx.PastLogs(ctx) }))
	same(t, "head", step.Head, head(t, s))
	entries := get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.LogEntries(ctx, 0, 9) })
	same(t, "entries", [][]byte{[]byte("successor\n"), []byte("entry 1\n"), []byte("entry 2\n")}, entries)
	got := get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.LogHashes(ctx, []int64{0, 1, 2}) })
	same(t, "hashes", [][]byte{hash("new 0"), hash("h1"), hash("new 2")}, got)
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, _, err := tx.LastCheckpoint(ctx); return err })
	same(t, "cosignatures", []desk.Cosignature{}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Cosignature, error) { return tx.LastCosignatures(ctx) }))
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.AddLogEntry(ctx, "after", []byte("entry 3\n"), nil, desk.LogHead{Size: 4, Root: hash("r"), Time: noon.Add(2 * time.Hour)})
	})
	same(t, "size", int64(4), head(t, s).Size)
}
