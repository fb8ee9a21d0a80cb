package app

import (
	"encoding/binary"
	"slices"

	"soi/internal/match"
	"soi/internal/text"
)

// pressWords tells the reader of feeds which texts are the same words, by the
// rules that tips are compared with.
type pressWords struct{}

// Key implements feed.Words.
func (pressWords) Key(s string) []byte { return match.ReadTip(s).Key }

// Lang implements feed.Words.
func (pressWords) Lang(s string) string { return text.Language(s) }

// A sketch is a fair half of the five-word runs of a text, as hashes: those
// below sampled. The share of runs that two texts have in common can be told
// from two sketches whatever the lengths, and nothing can be read back from
// one. Of a long text the smallest sketchMax hashes are kept.
const (
	runWords  = 5
	sampled   = 1 << 31
	sketchMax = 384
)

// Sketch implements feed.Words: hashes in ascending order, four bytes each. A
// text without a whole run has no sketch.
func (pressWords) Sketch(s string) []byte {
	var hashes []uint32
	var last [runWords]uint64
	sc := text.NewScanner(text.Clean(s))
	for n := 1; sc.Next(); n++ {
		copy(last[:], last[1:])
		last[runWords-1] = uint64(match.StemHash(text.Unmark(string(sc.Bytes()))))
		if n < runWords {
			continue
		}
		h := uint64(1469598103934665603) // FNV-1a over the words
		for _, x := range last {
			h = (h ^ x) * 1099511628211
		}
		if x := uint32(h>>32) ^ uint32(h); x < sampled {
			hashes = append(hashes, x)
		}
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	var out []byte
	for _, h := range hashes[:min(len(hashes), sketchMax)] {
		out = binary.BigEndian.AppendUint32(out, h)
	}
	return out
}

// leastRuns is how many sampled runs a text must have before copies are told
// by them: two short items about the weather share runs by chance.
const leastRuns = 6

// Copies implements feed.Words: whether the texts share match.CopyAt of the
// runs of the shorter one, as match.Copies has it, as far as both were
// sampled.
func (pressWords) Copies(a, b []byte) bool {
	x, y := hashesOf(a), hashesOf(b)
	upTo := min(limitOf(x), limitOf(y))
	x, y = below(x, upTo), below(y, upTo)
	if min(len(x), len(y)) < leastRuns {
		return false
	}
	common := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			common++
			i, j = i+1, j+1
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return float64(common) >= match.CopyAt*float64(min(len(x), len(y)))
}

// hashesOf reads a sketch.
func hashesOf(sketch []byte) []uint32 {
	out := make([]uint32, len(sketch)/4)
	for i := range out {
		out[i] = binary.BigEndian.Uint32(sketch[4*i:])
	}
	return out
}

// limitOf is up to where a sketch is whole.
func limitOf(x []uint32) uint32 {
	if len(x) == sketchMax {
		return x[sketchMax-1] + 1
	}
	return sampled
}

// below is the hashes under a limit.
func below(x []uint32, limit uint32) []uint32 {
	i, _ := slices.BinarySearch(x, limit)
	return x[:i]
}
