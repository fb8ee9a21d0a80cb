package match

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"soi/internal/embed"
	"soi/internal/index"
	"soi/internal/text"
)

// embeddings holds what an encoder (package embed) said about the texts of the archive: a
// direction each, one byte a number. Everything is by record number. Without an encoder
// it stays empty.
//
// A search compares the signs of directions about their common centre, one bit a number,
// and then the directions of the nearest: directions of one encoder share a good part,
// and signs about zero would be those of that part alone.
type embeddings struct {
	on     bool      // there is an encoder
	width  int       // numbers of a direction; 0 until the first is known
	words  int       // of 64 bits in a sketch
	keys   []uint64  // which text the direction is of; 0: not known, see textKey
	inv    []float32 // one over the length of a row; 0: not asked about yet; -1: the encoder knows no word of it
	blocks []block   // directions and sketches of blockSize records each
	centre []float32 // mean of directions of length 1
	known  int       // records with a direction
	held   int       // how many there were when the centre was taken
	turns  uint64    // how often a direction came or went

	room sync.Pool // of *meantRoom
}

// block is some records' directions, width numbers each, and sketches, words each. They lie in
// blocks so that one more record never has all of them copied.
type block struct {
	rows  []int8
	marks []uint64
}

// blockSize is how many records a block holds.
const blockSize = 1024

// embedding is the direction of a question.
type embedding struct {
	row    []int8
	inv    float32
	base   float32 // what the nearest documents that are not the answer come to, see standing
	ok     bool    // there are documents enough to tell
	parted bool    // parts of it are asked about too
	pool   *pool   // what the parts of the question are looked for among; nil: all
}

const (
	// comparedWhole is how many directions are compared without looking at signs first,
	// and comparedShare of how many by signs one is compared whole, at least
	// comparedWhole. TestRecallByMeaning measures what that finds.
	comparedWhole = 2000
	comparedShare = 200
	// The parts of a message are looked for among the pooledWhole, or one in pooledShare, whose
	// signs are nearest to those of the whole: what it says in passing is not far from all it says.
	comparedPart = 600 // of a pool, how many directions are compared whole
	pooledWhole  = 10_000
	pooledShare  = 100
	// around are the places, by nearness, of documents that tell how near an unrelated
	// document comes; in an archive with fewer directions than fewestMeant there are none.
	aroundFrom, aroundTo = 10, 50
	fewestMeant          = 20
)

// meantTexts are the texts of a document that are encoded, cleaned: its claim and its title,
// whose mean direction finds more than either (decision 50), or what there is of the rest.
func meantTexts(d *Doc) []string {
	claim, title := text.Clean(d.Claim), text.Clean(d.Title)
	if claim != "" && title != "" && claim != title {
		return []string{claim, title}
	}
	return []string{cmp.Or(claim, title, text.Clean(d.Summary), text.Clean(d.Body))}
}

// textKey names texts: 64 bits of their SHA-256, never 0.
func textKey(texts []string) uint64 {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return binary.LittleEndian.Uint64(sum[:]) | 1
}

// meanDirection is the mean of directions of one width, for a document of several texts.
func meanDirection(vs [][]float32) []float32 {
	out := slices.Clone(vs[0])
	for _, v := range vs[1:] {
		for i := range min(len(out), len(v)) {
			out[i] += v[i]
		}
	}
	return out
}

// grow makes room for n records; those that are new have no direction.
func (g *embeddings) grow(n int) {
	if !g.on {
		return
	}
	g.keys, g.inv = lengthen(g.keys, n), lengthen(g.inv, n)
	for g.width > 0 && len(g.blocks)*blockSize < n {
		g.blocks = append(g.blocks, block{make([]int8, blockSize*g.width), make([]uint64, blockSize*g.words)})
	}
}

// lengthen gives a list n elements, the new ones zero.
func lengthen[T any](list []T, n int) []T {
	if n <= len(list) {
		return list
	}
	return append(list, make([]T, n-len(list))...)
}

// restore takes over which texts n records have, as a snapshot knew it: nothing when it was
// made without an encoder. It reports whether they are of that many.
func (g *embeddings) restore(keys []uint64, n int) bool {
	if len(keys) != 0 && len(keys) != n {
		return false
	}
	g.grow(n)
	copy(g.keys, keys)
	return true
}

// text notes which text a record has.
func (g *embeddings) text(r uint32, d *Doc) {
	if g.on {
		g.keys[r] = textKey(meantTexts(d))
	}
}

// row is the direction of a record.
func (g *embeddings) row(r uint32) []int8 {
	at := int(r%blockSize) * g.width
	return g.blocks[r/blockSize].rows[at : at+g.width]
}

func (g *embeddings) mark(r uint32) []uint64 {
	at := int(r%blockSize) * g.words
	return g.blocks[r/blockSize].marks[at : at+g.words]
}

// has reports whether a record has a direction.
func (g *embeddings) has(r uint32) bool { return int(r) < len(g.inv) && g.inv[r] > 0 }

// drop forgets a record's text and direction.
func (g *embeddings) drop(r uint32) {
	if int(r) >= len(g.inv) {
		return
	}
	if g.has(r) {
		g.known--
		g.turns++
		clear(g.row(r))
		clear(g.mark(r))
	}
	g.keys[r], g.inv[r] = 0, 0
}

// only is what is left when the records of a list are kept, in its order.
func (g *embeddings) only(kept []uint32) *embeddings {
	out := &embeddings{on: g.on, width: g.width, words: g.words, centre: g.centre, known: g.known, held: g.held, turns: g.turns}
	out.grow(len(kept))
	for i, r := range kept {
		if int(r) >= len(g.inv) {
			continue
		}
		out.keys[i], out.inv[i] = g.keys[r], g.inv[r]
		if g.has(r) {
			copy(out.row(uint32(i)), g.row(r))
			copy(out.mark(uint32(i)), g.mark(r))
		}
	}
	return out
}

// forget drops every direction; what texts there are is still known.
func (g *embeddings) forget() {
	clear(g.inv)
	g.width, g.words, g.known, g.held, g.blocks = 0, 0, 0, 0, nil
	g.turns++
}

// set gives a record its direction; one of zeros says that the encoder knows no word of the
// text. One of another width than those before is left out.
func (g *embeddings) set(r uint32, row []int8) {
	if g.width == 0 {
		g.width, g.words = len(row), (len(row)+127)/128*2 // an even number, see bitsRows
		g.centre = make([]float32, g.width)
		g.grow(len(g.keys))
	}
	if len(row) != g.width {
		return
	}
	if g.has(r) {
		g.known--
	}
	g.turns++
	copy(g.row(r), row)
	if g.inv[r] = inverseOf(row); g.inv[r] == 0 {
		g.inv[r] = -1
		return
	}
	g.sign(row, g.inv[r], g.mark(r))
	if g.known++; g.known >= 2*g.held+64 {
		g.centreAnew()
	}
}

// centreAnew takes the mean of all directions and the signs about it.
func (g *embeddings) centreAnew() {
	sum, n := make([]float64, g.width), 0.0
	g.each(func(r uint32) {
		for i, x := range g.row(r) {
			sum[i] += float64(x) * float64(g.inv[r])
		}
		n++
	})
	g.centre = make([]float32, g.width)
	for i := range sum {
		g.centre[i] = float32(sum[i] / max(n, 1))
	}
	g.each(func(r uint32) { g.sign(g.row(r), g.inv[r], g.mark(r)) })
	g.held = g.known
}

func (g *embeddings) each(fn func(r uint32)) {
	for r := range g.inv {
		if g.inv[r] > 0 {
			fn(uint32(r))
		}
	}
}

// sign writes the signs of a direction about the centre, one bit a number.
func (g *embeddings) sign(row []int8, inv float32, to []uint64) {
	clear(to)
	for i, x := range row {
		if float32(x)*inv > g.centre[i] {
			to[i>>6] |= 1 << (i & 63)
		}
	}
}

// packDirection makes one byte a number, the largest 127.
func packDirection(v []float32) []int8 {
	most := float32(0)
	for _, x := range v {
		most = max(most, float32(math.Abs(float64(x))))
	}
	out := make([]int8, len(v))
	if most > 0 {
		for i, x := range v {
			out[i] = int8(math.Round(float64(x / most * 127)))
		}
	}
	return out
}

// inverseOf is one over the length of a row, 0 for one of zeros.
func inverseOf(row []int8) float32 {
	n := product(row, row)
	if n == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(n)))
}

// cosine is that of a question and a record; 0 for a record without direction.
func (g *embeddings) cosine(q *embedding, r uint32) float32 {
	if !g.has(r) {
		return 0
	}
	return float32(product(q.row, g.row(r))) * q.inv * g.inv[r]
}

// meantRoom is room for one search by meaning.
type meantRoom struct {
	far  []uint16
	hits []index.Hit
	at   []uint32
}

// alike lists the n records whose directions are nearest to a question's, nearest first,
// with their cosines. keep nil takes all; whole looks at every direction.
func (g *embeddings) alike(q *embedding, n int, keep func(doc uint32) bool, whole bool) []index.Hit {
	if len(q.row) != g.width || q.inv == 0 || g.known == 0 {
		return nil
	}
	room, ok := g.room.Get().(*meantRoom)
	if !ok {
		room = new(meantRoom)
	}
	defer g.room.Put(room)
	room.hits, room.at = room.hits[:0], room.at[:0]
	switch {
	case whole || g.known <= comparedWhole:
		g.each(func(r uint32) { room.at = append(room.at, r) })
	default:
		g.bySigns(q, room)
	}
	for _, r := range room.at {
		if g.has(r) && (keep == nil || keep(r)) {
			room.hits = append(room.hits, index.Hit{Doc: r, Score: g.cosine(q, r)})
		}
	}
	near := nearest(room.hits, n)
	slices.SortFunc(near, func(a, b index.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
	})
	return slices.Clone(near[:min(n, len(near))])
}

// pool is some records with their sketches.
type pool struct {
	docs  []uint32
	marks []uint64
}

// bySigns puts into room.at the records whose signs differ least from the question's, of those of its
// pool or of all. In the second case it leaves the question a pool for its parts.
func (g *embeddings) bySigns(q *embedding, room *meantRoom) {
	mark := make([]uint64, g.words)
	g.sign(q.row, q.inv, mark)
	if q.pool != nil {
		room.resize(len(q.pool.docs))
		bitsOf(mark, q.pool.marks, room.far)
		near := room.limits(comparedPart)[0]
		for i, d := range room.far {
			if d <= near {
				room.at = append(room.at, q.pool.docs[i])
			}
		}
		return
	}
	room.resize(len(g.inv))
	for i, b := range g.blocks[:(len(g.inv)+blockSize-1)/blockSize] {
		bitsOf(mark, b.marks, room.far[i*blockSize:min(len(g.inv), (i+1)*blockSize)])
	}
	limits := room.limits(max(comparedWhole, g.known/comparedShare), max(pooledWhole, g.known/pooledShare))
	near, far := limits[0], limits[1]
	q.pool = &pool{}
	for r, d := range room.far {
		if d > far {
			continue
		}
		if d <= near {
			room.at = append(room.at, uint32(r))
		}
		if q.parted {
			q.pool.docs, q.pool.marks = append(q.pool.docs, uint32(r)), append(q.pool.marks, g.mark(uint32(r))...)
		}
	}
}

// resize makes room for n distances.
func (room *meantRoom) resize(n int) { room.far = slices.Grow(room.far[:0], n)[:n] }

// limits are the distances within which each of some numbers of those measured lie.
func (room *meantRoom) limits(ns ...int) []uint16 {
	var even, odd [embed.Widest + 1]int32 // two, so that one count need not wait for the one before
	i := 0
	for ; i+2 <= len(room.far); i += 2 {
		even[room.far[i]]++
		odd[room.far[i+1]]++
	}
	if i < len(room.far) {
		even[room.far[i]]++
	}
	out := make([]uint16, len(ns))
	for k, n := range ns {
		limit, seen := 0, int(even[0]+odd[0])
		for limit < embed.Widest && seen < n {
			limit++
			seen += int(even[limit] + odd[limit])
		}
		out[k] = uint16(limit)
	}
	return out
}

// bitsPlain is bitsOf without the help of the processor.
func bitsPlain(q, rows []uint64, out []uint16) {
	for i := range out {
		n := 0
		for k, x := range rows[i*len(q) : (i+1)*len(q)] {
			n += bits.OnesCount64(x ^ q[k])
		}
		out[i] = uint16(n)
	}
}

// settle finds out how near to the question documents come that have nothing to do with
// it: the mean cosine of those in the places around, nearest first. What one encoder
// calls near another calls far, and how far a document stands out from its own neighbours
// does not change when all directions share a part.
func (q *embedding) settle(near []index.Hit) {
	from, to := min(aroundFrom, len(near)/4), min(aroundTo, len(near))
	if len(near) < fewestMeant {
		return
	}
	sum := float32(0)
	for _, h := range near[from:to] {
		sum += h.Score
	}
	q.base, q.ok = sum/float32(to-from), true
}

// standing is how much of the way from its neighbours to the very same meaning a document
// with this cosine goes: 0 for one of the crowd, 1 for the same.
func (q *embedding) standing(cosine float32) float32 {
	if q == nil || !q.ok {
		return 0
	}
	return max(-1, (cosine-q.base)/max(1-q.base, 1e-3))
}
