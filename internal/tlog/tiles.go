package tlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// tileHeight is the number of tree levels in one tile, fixed by C2SP
// tlog-tiles; tileWidth is how many hashes or entries a full one holds.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// maxLevel is the highest tile level that a path may name (C2SP tlog-tiles).
const maxLevel = 63

// maxGroups bounds the digit groups of a tile number, so that it fits an int64.
const maxGroups = 6

// What can be wrong with a tile.
var (
	// ErrTilePath: the path is not the one spelling of a tile's place.
	ErrTilePath = errors.New("tlog: malformed tile path")
	// ErrTileAbsent: the tile reaches beyond the published size.
	ErrTileAbsent = errors.New("tlog: tile is not published")
	// ErrBundle: bytes are not a whole entry bundle of the expected width.
	ErrBundle = errors.New("tlog: malformed entry bundle")
)

// Tile names a tile of hashes or a bundle of entries. A partial one is the
// beginning of a full one, W wide.
type Tile struct {
	Entries bool  // a bundle of entries; L is then 0
	L       int   // level, 0..63; hashes of level 8·L of the tree
	N       int64 // number within the level
	W       int   // width, 1..256
}

// Path returns the tile's place under the log's address, for instance
// "tile/0/x001/234.p/5" or "tile/entries/000".
func (t Tile) Path() string {
	level := "entries"
	if !t.Entries {
		level = strconv.Itoa(t.L)
	}
	number := fmt.Sprintf("%03d", t.N%1000)
	for n := t.N / 1000; n > 0; n /= 1000 {
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	path := "tile/" + level + "/" + number
	if t.W < tileWidth {
		path += fmt.Sprintf(".p/%d", t.W)
	}
	return path
}

// ParseTile reads what Path prints and nothing else: ErrTilePath for another
// spelling of the same tile, a level above 63 or a width outside 1..255.
func ParseTile(path string) (Tile, error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	level, rest, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 {
		return Tile{}, ErrTilePath
	}
	t := Tile{W: tileWidth, Entries: level == "entries"}
	var err error
	if !t.Entries {
		if t.L, err = strconv.Atoi(level); err != nil || t.L < 0 || t.L > maxLevel {
			return Tile{}, ErrTilePath
		}
	}
	number, width, partial := strings.Cut(rest, ".p/")
	if partial {
		if t.W, err = strconv.Atoi(width); err != nil || t.W < 1 || t.W >= tileWidth {
			return Tile{}, ErrTilePath
		}
	}
	groups := strings.Split(number, "/")
	if len(groups) > maxGroups {
		return Tile{}, ErrTilePath
	}
	for _, g := range groups {
		n, err := strconv.ParseUint(strings.TrimPrefix(g, "x"), 10, 10)
		if err != nil {
			return Tile{}, ErrTilePath
		}
		t.N = t.N*1000 + int64(n)
	}
	if t.Path() != path {
		return Tile{}, ErrTilePath
	}
	return t, nil
}

// within reports whether a log of this size has all of the tile.
func (t Tile) within(size int64) bool {
	if t.L >= maxLevel/tileHeight+1 {
		return false // 2^64 entries and more
	}
	n := size >> (tileHeight * t.L)
	// Divided, not multiplied: N is what a stranger wrote.
	return t.N < n/tileWidth || t.N == n/tileWidth && int64(t.W) <= n%tileWidth
}

// read returns the tile's bytes out of the stored hashes or entries;
// ErrTileAbsent when size does not reach it. There are no tile files.
func (t Tile) read(ctx context.Context, st Storage, size int64) ([]byte, error) {
	if !t.within(size) {
		return nil, ErrTileAbsent
	}
	from := t.N * tileWidth
	if t.Entries {
		bodies, err := st.Entries(ctx, from, from+int64(t.W))
		if err != nil {
			return nil, fmt.Errorf("tlog: read entries of a bundle: %w", err)
		}
		return FormatBundle(bodies)
	}
	positions := make([]int64, t.W)
	for i := range positions {
		positions[i] = merkle.StoredHashIndex(tileHeight*t.L, from+int64(i))
	}
	hashes, err := st.Hashes(ctx, positions)
	if err != nil {
		return nil, fmt.Errorf("tlog: read hashes of a tile: %w", err)
	}
	return formatTile(hashes), nil
}

// formatTile joins the hashes of a tile, 32 bytes each.
func formatTile(hashes []Hash) []byte {
	out := make([]byte, 0, len(hashes)*merkle.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// tilesOf lists every tile of hashes and bundle of entries of a log of this
// size: the full ones and, at the right edge, the widest partial ones.
func tilesOf(size int64) []Tile {
	var tiles []Tile
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		n := size >> (tileHeight * level)
		for i := int64(0); i*tileWidth < n; i++ {
			t := Tile{L: level, N: i, W: int(min(tileWidth, n-i*tileWidth))}
			tiles = append(tiles, t)
			if level == 0 {
				t.Entries = true
				tiles = append(tiles, t)
			}
		}
	}
	return tiles
}

// FormatBundle joins entries, each after its length as two bytes, big-endian.
// ErrBundle when one is empty or longer than MaxEntry.
func FormatBundle(bodies [][]byte) ([]byte, error) {
	var out []byte
	for _, b := range bodies {
		if len(b) == 0 || len(b) > MaxEntry {
			return nil, fmt.Errorf("%w: entry of %d bytes", ErrBundle, len(b))
		}
		out = binary.BigEndian.AppendUint16(out, uint16(len(b)))
		out = append(out, b...)
	}
	return out, nil
}

// ParseBundle splits a bundle that must hold exactly width entries; ErrBundle
// otherwise. The entries are not parsed and share memory with b.
func ParseBundle(b []byte, width int) ([][]byte, error) {
	var bodies [][]byte
	for len(b) > 0 {
		if len(b) < 2 || len(bodies) == width {
			return nil, ErrBundle
		}
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 || n > MaxEntry || len(b) < 2+n {
			return nil, ErrBundle
		}
		bodies = append(bodies, b[2:2+n:2+n])
		b = b[2+n:]
	}
	if len(bodies) != width {
		return nil, ErrBundle
	}
	return bodies, nil
}
