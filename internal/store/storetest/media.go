package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// newMedia is a file with everything a file can have, except references.
func newMedia(n int) desk.Media {
	return desk.Media{ID: desk.NewID(), Kind: desk.MediaPicture, Type: "image/png", Bytes: 1234, Width: 1080, Height: 2400,
		Length: 65_432 * time.Millisecond, Sum: hash("sum"), Hash: hash("pdq"), Quality: 97, Text: "Chữ trong ảnh 📷",
		State: desk.MediaReady, Tries: 2, Use: desk.UseYes, Authenticity: desk.PictureStaged, Added: noon.Add(time.Duration(n) * time.Second), AddedBy: desk.NewID()}
}

// addMedia stores a file.
func addMedia(t *testing.T, s desk.Store, m desk.Media) desk.Media {
	t.Helper()
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetMedia(ctx, m) })
	return m
}

// listMedia reads files on a snapshot.
func listMedia(t *testing.T, s desk.Store, f desk.MediaFilter) []desk.Media {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Media, error) { return tx.Media(ctx, f) })
}

func media(t *testing.T, open func(*testing.T) Store) {
	t.Run("every field comes back", func(t *testing.T) {
		s := open(t)
		c := addClaim(t, s, "a")
		full := newMedia(1)
		full.Claim, full.Erased = c.ID, noon
		bare := desk.Media{ID: desk.NewID(), Tip: addTip(t, s, newTip(1)).ID, Kind: desk.MediaVoice, Bytes: 1, State: desk.MediaUnread, Added: noon}
		for _, want := range []desk.Media{full, bare} {
			addMedia(t, s, want)
			same(t, "file", []desk.Media{want}, listMedia(t, s, desk.MediaFilter{IDs: []desk.ID{want.ID}}))
		}
		full.Claim, full.Hash, full.Text, full.Use, full.Erased = "", nil, "", desk.UseNo, time.Time{}
		addMedia(t, s, full)
		same(t, "file set again", []desk.Media{full}, listMedia(t, s, desk.MediaFilter{IDs: []desk.ID{full.ID}}))
	})
	t.Run("of a claim and of tips", func(t *testing.T) { mediaOfClaims(t, open(t)) })
	t.Run("states and hashes", func(t *testing.T) {
		s := open(t)
		waits, plain, gone := newMedia(1), newMedia(2), newMedia(3)
		waits.State, waits.Hash = desk.MediaUnread, nil
		gone.State, gone.Erased = desk.MediaUnread, noon
		for _, m := range []desk.Media{waits, plain, gone} {
			addMedia(t, s, m)
		}
		same(t, "unread", []desk.Media{waits}, listMedia(t, s, desk.MediaFilter{State: desk.MediaUnread}))
		hashed := listMedia(t, s, desk.MediaFilter{Hashed: true})
		same(t, "number with a hash", 2, len(hashed))
		same(t, "after the first", hashed[1:], listMedia(t, s, desk.MediaFilter{Hashed: true, After: hashed[0].ID}))
		same(t, "limited", hashed[:1], listMedia(t, s, desk.MediaFilter{Hashed: true, Limit: 1}))
	})
	t.Run("blobs", func(t *testing.T) { blobs(t, open(t)) })
}

// mediaOfClaims: a claim has the files of its tips, its own, and those of
// claims merged into it; a tip takes its files with it.
func mediaOfClaims(t *testing.T, s Store) {
	a, b, merged := addClaim(t, s, "a"), addClaim(t, s, "b"), addClaim(t, s, "c")
	merged.State, merged.Into = desk.ClaimMerged, a.ID
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, merged) })
	tip := newTip(1)
	tip.Claim = a.ID
	addTip(t, s, tip)
	brought, own, inherited, other := newMedia(3), newMedia(1), newMedia(2), newMedia(0)
	brought.Tip, own.Claim, inherited.Claim, other.Claim = tip.ID, a.ID, merged.ID, b.ID
	for _, m := range []desk.Media{brought, own, inherited, other} {
		addMedia(t, s, m)
	}
	same(t, "files of a", []desk.Media{own, inherited, brought}, listMedia(t, s, desk.MediaFilter{Claim: a.ID}))
	same(t, "one of them by ID", []desk.Media{own}, listMedia(t, s, desk.MediaFilter{Claim: a.ID, IDs: []desk.ID{own.ID, other.ID}}))
	same(t, "files of the tip", []desk.Media{brought}, listMedia(t, s, desk.MediaFilter{Tips: []desk.ID{tip.ID}}))
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.MoveTips(ctx, a.ID, b.ID, false)
		return err
	})
	same(t, "files of b", []desk.Media{other, brought}, listMedia(t, s, desk.MediaFilter{Claim: b.ID}))
}

// blobs come back whole, whatever their size, and are replaced and removed.
func blobs(t *testing.T, s Store) {
	m := addMedia(t, s, newMedia(1))
	read := func(part desk.MediaPart) []byte {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]byte, error) { return tx.Blob(ctx, m.ID, part) })
	}
	for _, n := range []int{3 << 20, 256 << 10, 1, 256<<10 + 1} {
		want := bytes.Repeat([]byte{0, 1, 0xff}, n/3+1)[:n]
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBlob(ctx, m.ID, desk.MediaFile, want) })
		if got := read(desk.MediaFile); !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back as %d others", n, len(got))
		}
	}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.SetBlob(ctx, m.ID, desk.MediaView, []byte("view"))
	})
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBlob(ctx, m.ID, desk.MediaFile, nil) })
	same(t, "the other part", []byte("view"), read(desk.MediaView))
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.Blob(ctx, m.ID, desk.MediaFile)
		return err
	})
}
