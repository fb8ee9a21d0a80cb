package media

import (
	"cmp"
	"math/bits"
	"slices"
)

// Near finds stored hashes within a few bits of one. It is not safe for
// concurrent use; its owner locks.
//
// Up to nearLinear hashes are compared one by one. Beyond that the 256 bits are
// cut into 16 pieces of 16 bits: two hashes that differ in at most 31 bits
// agree in some piece up to one bit (31/16 < 2), so that looking up each piece
// and its 16 neighbours finds every one of them ("multi-index hashing", Norouzi,
// Punjani and Fleet 2012; the reference implementation of PDQ searches so too).
type Near struct {
	words  [][4]uint64
	owner  []string // "" for one that was removed
	slots  map[string][]uint32
	dead   int
	sorted int // the first so many are in the tables
	tables [pieces]table
}

// Found is one stored hash near the one asked for.
type Found struct {
	Owner    string
	N        int // which of the owner's hashes, in the order they were put
	Distance int // bits
}

// The shape of the tables.
const (
	pieces     = 16
	pieceBits  = 16
	nearLinear = 20_000 // hashes that are compared one by one in less time than the tables take
	mihReach   = 2*pieces - 1
)

// table lists, for each value of one piece, the slots that have it.
type table struct {
	start []uint32 // 65,537 offsets into slots
	slots []uint32
}

// Len is the number of hashes kept.
func (n *Near) Len() int { return len(n.words) - n.dead }

// Put replaces the hashes of an owner; none removes it.
func (n *Near) Put(owner string, hashes ...Hash) {
	for _, s := range n.slots[owner] {
		n.owner[s] = ""
		n.dead++
	}
	delete(n.slots, owner)
	for _, h := range hashes {
		if n.slots == nil {
			n.slots = map[string][]uint32{}
		}
		n.slots[owner] = append(n.slots[owner], uint32(len(n.words)))
		n.words = append(n.words, h.words())
		n.owner = append(n.owner, owner)
	}
	n.tidy()
}

// tidy drops removed hashes when they are many, and rebuilds the tables when
// the hashes outside them have grown by a twentieth.
func (n *Near) tidy() {
	if n.dead > 1024 && n.dead > len(n.words)/2 {
		words, owner := n.words, n.owner
		n.words, n.owner, n.slots, n.dead, n.sorted = nil, nil, map[string][]uint32{}, 0, 0
		for i, o := range owner {
			if o != "" {
				n.slots[o] = append(n.slots[o], uint32(len(n.words)))
				n.words, n.owner = append(n.words, words[i]), append(n.owner, o)
			}
		}
	}
	if fresh := len(n.words) - n.sorted; fresh > nearLinear && fresh > n.sorted/20 {
		n.sort()
	}
}

// sort puts every hash into the tables by counting.
func (n *Near) sort() {
	for p := range n.tables {
		t := table{start: make([]uint32, 1<<pieceBits+1), slots: make([]uint32, len(n.words))}
		for _, w := range n.words {
			t.start[piece(w, p)+1]++
		}
		for v := range 1 << pieceBits {
			t.start[v+1] += t.start[v]
		}
		next := slices.Clone(t.start)
		for s, w := range n.words {
			v := piece(w, p)
			t.slots[next[v]] = uint32(s)
			next[v]++
		}
		n.tables[p] = t
	}
	n.sorted = len(n.words)
}

// piece is 16 of the 256 bits.
func piece(w [4]uint64, p int) uint32 { return uint32(w[p/4]>>(16*(p%4))) & 0xffff }

// Within lists the hashes at most so many bits from h, nearest first, each
// owner's nearest one only.
func (n *Near) Within(h Hash, most int) []Found {
	w := h.words()
	best := map[uint32]int{}
	look := func(s uint32) {
		if d := apart(w, n.words[s]); d <= most && n.owner[s] != "" {
			best[s] = d
		}
	}
	from := 0
	if n.sorted > 0 && most <= mihReach {
		n.probe(w, look)
		from = n.sorted
	}
	for s := from; s < len(n.words); s++ {
		look(uint32(s))
	}
	return n.nearest(best)
}

// apart counts the bits in which two hashes differ.
func apart(a, b [4]uint64) int {
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

// probe looks at every hash that agrees with w in some piece up to one bit.
func (n *Near) probe(w [4]uint64, look func(uint32)) {
	for p := range n.tables {
		t := &n.tables[p]
		v := piece(w, p)
		for b := -1; b < pieceBits; b++ {
			near := v
			if b >= 0 {
				near ^= 1 << b
			}
			for _, s := range t.slots[t.start[near]:t.start[near+1]] {
				look(s)
			}
		}
	}
}

// nearest sorts what was found and keeps one of each owner.
func (n *Near) nearest(best map[uint32]int) []Found {
	out := make([]Found, 0, len(best))
	for s, d := range best {
		o := n.owner[s]
		out = append(out, Found{Owner: o, N: slices.Index(n.slots[o], s), Distance: d})
	}
	slices.SortFunc(out, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.N, b.N))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(f Found) bool {
		was := seen[f.Owner]
		seen[f.Owner] = true
		return was
	})
}
