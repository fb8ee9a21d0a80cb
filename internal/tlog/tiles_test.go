package tlog

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestTilePaths(t *testing.T) {
	rows := map[string]Tile{
		"tile/0/000":                  {W: 256},
		"tile/0/000.p/1":              {W: 1},
		"tile/0/273.p/112":            {N: 273, W: 112},
		"tile/1/001.p/17":             {L: 1, N: 1, W: 17},
		"tile/63/x001/x234/067":       {L: 63, N: 1234067, W: 256},
		"tile/entries/x001/234.p/255": {Entries: true, N: 1234, W: 255},
	}
	for path, want := range rows {
		got, err := ParseTile(path)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", path, got, err, want)
		}
		if got.Path() != path {
			t.Errorf("%+v prints as %s", want, got.Path())
		}
	}
	for _, path := range []string{
		"", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/+0/000", "tile/-1/000",
		"tile/64/000", "tile/100/000", "tile/data/000", "tile/entries", "tile/Entries/000", "tile/8/0/000", "/tile/0/000", "tile/0/000/",
		"tile/0/x000/000", "tile/0/001/234", "tile/0/x001/x234", "tile/0/x1/234", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
		"tile/0/000.p/+1", "tile/0/000.p/", "tile/0/000.p", "tile/0/000.p/1/", "tile/0/000.p/1.p/1", "tile/0/xyz", "tile/0/-01",
		"tile/0/x001/x001/x001/x001/x001/x001/001", "tile/0/999999999999999999999",
	} {
		if got, err := ParseTile(path); !errors.Is(err, ErrTilePath) {
			t.Errorf("%q accepted as %+v, %v", path, got, err)
		}
	}
}

// The example of C2SP tlog-tiles: what a log of 70,000 entries consists of.
func TestTilesOf70000(t *testing.T) {
	count := map[string]int{}
	for _, tile := range tilesOf(70000) {
		if !tile.within(70000) {
			t.Errorf("%s is not within", tile.Path())
		}
		kind := strings.Split(tile.Path(), "/")[1]
		if tile.W < tileWidth {
			kind += " partial"
			count[tile.Path()]++
		}
		count[kind]++
	}
	want := map[string]int{"0": 273, "0 partial": 1, "1": 1, "1 partial": 1, "2 partial": 1, "entries": 273, "entries partial": 1,
		"tile/0/273.p/112": 1, "tile/1/001.p/17": 1, "tile/2/000.p/1": 1, "tile/entries/273.p/112": 1}
	for k, n := range want {
		if count[k] != n {
			t.Errorf("%s: %d, want %d", k, count[k], n)
		}
	}
	if len(count) != len(want) {
		t.Errorf("got %v", count)
	}
}

// No width beyond the published size, at any level, for any number.
func TestTileWithin(t *testing.T) {
	const size = 256*256 + 300
	for _, r := range []struct {
		path string
		want bool
	}{
		{"tile/0/256", true}, {"tile/0/257", false}, {"tile/0/257.p/44", true}, {"tile/0/257.p/45", false}, {"tile/0/257.p/1", true},
		{"tile/1/000", true}, {"tile/1/001.p/1", true}, {"tile/1/001.p/2", false}, {"tile/2/000.p/1", true}, {"tile/2/000.p/2", false},
		{"tile/2/000", false}, {"tile/3/000.p/1", false}, {"tile/7/000.p/1", false}, {"tile/8/000.p/1", false}, {"tile/63/000.p/1", false},
		{"tile/entries/257.p/44", true}, {"tile/entries/257.p/45", false}, {"tile/0/x999/x999/x999/x999/x999/999", false},
		{"tile/entries/x999/x999/x999/x999/x999/999.p/255", false},
	} {
		tile, err := ParseTile(r.path)
		if err != nil {
			t.Fatal(err)
		}
		if tile.within(size) != r.want {
			t.Errorf("%s within %d: %v", r.path, size, !r.want)
		}
	}
}

// A tile's hashes are those of the naive tree, level by level.
func TestTileContent(t *testing.T) {
	d, leaves := bigLog(t, 600)
	for _, tile := range tilesOf(600) {
		got, err := tile.read(t.Context(), d.log, 600)
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		for i := range tile.W {
			n := int(tile.N)*tileWidth + i
			if tile.Entries {
				b := d.log.entries[n]
				want = append(append(want, byte(len(b)>>8), byte(len(b))), b...)
				continue
			}
			span := 1 << (8 * tile.L)
			h := naiveRoot(leaves[n*span : (n+1)*span])
			want = append(want, h[:]...)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the naive tree", tile.Path())
		}
	}
	if _, err := (Tile{W: 256}).read(t.Context(), d.log, 255); !errors.Is(err, ErrTileAbsent) {
		t.Errorf("beyond the size: %v", err)
	}
}

func TestBundles(t *testing.T) {
	bodies := [][]byte{[]byte("a"), []byte("bc"), bytes.Repeat([]byte("d"), MaxEntry)}
	b, err := FormatBundle(bodies)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseBundle(b, 3)
	if err != nil || len(got) != 3 || !bytes.Equal(got[2], bodies[2]) {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	for name, bad := range map[string]struct {
		b     []byte
		width int
	}{
		"too few": {b, 4}, "too many": {b, 2}, "cut": {b[:len(b)-1], 3}, "half a length": {append(bytes.Clone(b), 0), 4},
		"empty entry": {[]byte{0, 0}, 1}, "too long": {append([]byte{4, 1}, make([]byte, 1025)...), 1}, "none": {nil, 1},
	} {
		if _, err := ParseBundle(bad.b, bad.width); !errors.Is(err, ErrBundle) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, MaxEntry+1)} {
		if _, err := FormatBundle([][]byte{bad}); !errors.Is(err, ErrBundle) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

// F2: an accepted path is the only one of its tile, and never beyond level 63.
func FuzzTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/000", "tile/entries/x001/234.p/7", "tile/data/000", "tile/100/000", "tile/63/x999/999.p/255"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		tile, err := ParseTile(path)
		if err != nil {
			return
		}
		if tile.Path() != path || tile.L < 0 || tile.L > 63 || tile.W < 1 || tile.W > 256 || tile.N < 0 {
			t.Fatalf("accepted %q as %+v", path, tile)
		}
		if tile.within(1000) && (tile.N > 3 || tile.L > 1) {
			t.Fatalf("%q within 1000", path)
		}
	})
}

// F3: a bundle that is accepted prints back to the same bytes.
func FuzzBundle(f *testing.F) {
	b, err := FormatBundle(readVector(f).entries)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, 3)
	f.Add([]byte{0, 1, 'x', 0}, 2)
	f.Fuzz(func(t *testing.T, b []byte, width int) {
		bodies, err := ParseBundle(b, width)
		if err != nil {
			return
		}
		again, err := FormatBundle(bodies)
		if err != nil || !bytes.Equal(again, b) || len(bodies) != width {
			t.Fatalf("accepted %q, prints %q, %v", b, again, err)
		}
		for _, body := range bodies {
			if cap(body) != len(body) {
				t.Fatal("an entry could be grown into the next one")
			}
		}
	})
}
