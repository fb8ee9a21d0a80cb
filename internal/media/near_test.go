package media

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// someHash is a random hash.
func someHash(r *rand.Rand) (h Hash) {
	for i := range h {
		h[i] = byte(r.Uint32())
	}
	return h
}

// altered flips n different bits of a hash.
func altered(r *rand.Rand, h Hash, n int) Hash {
	for _, b := range r.Perm(256)[:n] {
		h[b/8] ^= 1 << (b % 8)
	}
	return h
}

// naive is the plain loop that Within is held against.
func naive(all map[string]Hash, h Hash, most int) []Found {
	out := []Found{}
	for o, x := range all {
		if d := x.Distance(h); d <= most {
			out = append(out, Found{Owner: o, Distance: d})
		}
	}
	slices.SortFunc(out, func(a, b Found) int {
		if a.Distance != b.Distance {
			return a.Distance - b.Distance
		}
		return strings.Compare(a.Owner, b.Owner)
	})
	return out
}

// TestNearFindsAll holds the tables against the plain loop: with removals, with
// hashes that are not in the tables yet, and at every distance up to 31.
func TestNearFindsAll(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var n Near
	all := map[string]Hash{}
	for i := range 30_000 {
		o := fmt.Sprint(i)
		all[o] = someHash(r)
		n.Put(o, all[o])
	}
	if n.sorted == 0 {
		t.Fatal("the tables are not used")
	}
	for i := range 2000 {
		o := fmt.Sprint(i * 7)
		if i%2 == 0 {
			n.Put(o)
			delete(all, o)
			continue
		}
		all[o] = someHash(r)
		n.Put(o, all[o])
	}
	if n.Len() != len(all) {
		t.Errorf("Len is %d, want %d", n.Len(), len(all))
	}
	for o, h := range all {
		probe := altered(r, h, r.IntN(34))
		if got, want := n.Within(probe, 31), naive(all, probe, 31); !slices.Equal(got, want) {
			t.Fatalf("near %s: %v, want %v", o, got, want)
		}
		if r.IntN(200) == 0 && len(all) > 1 {
			break
		}
	}
}

// TestNearOverReach asks for more bits than the tables can promise.
func TestNearOverReach(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var n Near
	all := map[string]Hash{}
	for i := range 25_000 {
		o := fmt.Sprint(i)
		all[o] = someHash(r)
		n.Put(o, all[o])
	}
	probe := altered(r, all["77"], 40)
	if got, want := n.Within(probe, 100), naive(all, probe, 100); !slices.Equal(got, want) {
		t.Errorf("%d found, want %d", len(got), len(want))
	}
}

// TestNearOwners: an owner with several hashes is found once, by its nearest.
func TestNearOwners(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	h := someHash(r)
	var n Near
	n.Put("a", altered(r, h, 9), altered(r, h, 3))
	n.Put("b", altered(r, h, 5))
	got := n.Within(h, 31)
	want := []Found{{"a", 1, 3}, {"b", 0, 5}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	n.Put("a", someHash(r))
	if got := n.Within(h, 31); len(got) != 1 || got[0].Owner != "b" {
		t.Errorf("after replacing: %v", got)
	}
}

// TestPublishedLists searches the published needles in the published haystack:
// the same finds as the plain loop.
func TestPublishedLists(t *testing.T) {
	dir := pdqFolder(t)
	var n Near
	all := map[string]Hash{}
	for i, h := range hashFile(t, filepath.Join(dir, "haystack.txt")) {
		all[fmt.Sprint(i)] = h
		n.Put(fmt.Sprint(i), h)
	}
	hits := 0
	for _, h := range hashFile(t, filepath.Join(dir, "needles.txt")) {
		got, want := n.Within(h, 31), naive(all, h, 31)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", h, got, want)
		}
		hits += min(1, len(got))
	}
	t.Logf("%d stored, %d needles have something within 31 bits", len(all), hits)
}

// hashFile reads a list of hashes.
func hashFile(t testing.TB, path string) (out []Hash) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if h, err := ParseHash(strings.TrimSpace(sc.Text())); err == nil {
			out = append(out, h)
		}
	}
	return out
}

// million is a filled Near and its hashes as a plain list.
func million(b *testing.B) (*Near, [][4]uint64, []Hash) {
	r := rand.New(rand.NewPCG(7, 8))
	n := &Near{slots: make(map[string][]uint32, 1_000_000)}
	var plain [][4]uint64
	var some []Hash
	start := time.Now()
	for i := range 1_000_000 {
		h := someHash(r)
		n.Put(fmt.Sprint(i), h)
		plain = append(plain, h.words())
		if i%1000 == 0 {
			some = append(some, altered(r, h, r.IntN(31)))
		}
	}
	b.Logf("filled in %v", time.Since(start).Round(time.Millisecond))
	return n, plain, some
}

// BenchmarkNear searches a million hashes, beside the plain loop.
func BenchmarkNear(b *testing.B) {
	n, plain, some := million(b)
	b.Run("tables", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if len(n.Within(some[i%len(some)], 31)) == 0 {
				b.Fatal("not found")
			}
		}
	})
	b.Run("loop", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			w, found := some[i%len(some)].words(), 0
			for _, x := range plain {
				if apart(w, x) <= 31 {
					found++
				}
			}
			if found == 0 {
				b.Fatal("not found")
			}
		}
	})
}

// BenchmarkHash hashes a photograph that is decoded already.
func BenchmarkHash(b *testing.B) {
	img := picture(b, filepath.Join(pdqFolder(b), "bridge-mods", "aaa-orig.jpg"))
	for b.Loop() {
		if _, _, ok := HashOf(img); !ok {
			b.Fatal("not hashed")
		}
	}
	b.ReportMetric(float64(img.Bounds().Dx()*img.Bounds().Dy())/1e6, "megapixels")
}
