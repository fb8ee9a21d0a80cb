package media

import (
	"encoding/csv"
	"image"
	_ "image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pdqFolder is where the reference pictures and hashes are.
func pdqFolder(t testing.TB) string {
	t.Helper()
	data := os.Getenv("SOI_DATA")
	if data == "" {
		data = "../../../shared/data"
	}
	dir := filepath.Join(data, "images", "pdq")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the reference pictures are not there (%s); set SOI_DATA", dir)
	}
	return dir
}

// picture decodes one file.
func picture(t testing.TB, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return img
}

// references are the pictures whose hash is published, by path, with the hash.
func references(t testing.TB) map[string]Hash {
	t.Helper()
	dir := pdqFolder(t)
	b, err := os.ReadFile(filepath.Join(dir, "PDQMD5TestData.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Hash{}
	for _, r := range rows[1:] {
		h, err := ParseHash(r[1])
		if err != nil {
			continue // of a video
		}
		for _, sub := range []string{"", "bridge-mods"} {
			path := filepath.Join(dir, sub, filepath.Base(r[0]))
			if _, err := os.Stat(path); err == nil {
				out[path] = h
			}
		}
	}
	return out
}

// TestReferenceHashes holds our hashes against the published ones. Decoders
// differ in how they round and in how they stretch colour, which moves single
// bits: the reference calls up to 10 of 256 the same implementation.
func TestReferenceHashes(t *testing.T) {
	refs := references(t)
	if len(refs) < 14 {
		t.Fatalf("%d reference pictures, want 14", len(refs))
	}
	for path, want := range refs {
		got, quality, ok := HashOf(picture(t, path))
		if !ok {
			t.Errorf("%s: not hashed", path)
			continue
		}
		t.Logf("%-22s distance %2d, quality %d", filepath.Base(path), got.Distance(want), quality)
		if d := got.Distance(want); d > 10 {
			t.Errorf("%s: %d bits from the published hash", filepath.Base(path), d)
		}
	}
}

// dihedral lists the hashes that the eight flips and quarter turns of a picture
// have, the picture itself first, from the signs of its frequencies.
func dihedral(t testing.TB, img image.Image) (all [8]Hash) {
	t.Helper()
	c, _, ok := coefficients(img)
	if !ok {
		t.Fatal("too small to be hashed")
	}
	for i, turned := range c.turns() {
		all[i] = turned.hash()
	}
	return all
}

// TestTurns turns a photograph in all eight ways: its hashes are those that
// dihedral and Turns foretold.
func TestTurns(t *testing.T) {
	src := upright(picture(t, filepath.Join(pdqFolder(t), "bridge-mods", "square-512x512.jpg")), 1)
	foretold := dihedral(t, src)
	h, _, _ := HashOf(src)
	guessed := h.Turns()
	seen := map[int]bool{}
	for o := 1; o <= 8; o++ {
		got, _, _ := HashOf(upright(src, o))
		best, worst := 257, 0
		at := 0
		for i, f := range foretold {
			if d := f.Distance(got); d < best {
				best, at = d, i
			}
		}
		worst = guessed[at].Distance(got)
		t.Logf("orientation %d is turn %d: %d bits from dihedral, %d from Turns", o, at, best, worst)
		// A mirrored picture is cut into its 64 by 64 cells a pixel aside.
		if best > 31 || worst > 31 {
			t.Errorf("orientation %d: %d and %d bits off", o, best, worst)
		}
		seen[at] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d of 8 turns told apart", len(seen))
	}
}
