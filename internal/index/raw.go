package index

import "errors"

// Raw is an Index as plain arrays, to be written to a file and read back. The
// arrays of a Raw that an Index gave belong to the Index and are only read.
type Raw struct {
	Keys, Ends, Posts []uint32 // terms in an order of the Index's own, the end of each one's postings, all postings
	Lens              []uint8  // one a document
	Dead              []uint64 // one bit a document
}

// ErrRaw means that the arrays of a Raw do not fit together.
var ErrRaw = errors.New("index: arrays do not fit together")

// Raw gives all there is, packed.
func (x *Index) Raw() Raw {
	g := x.base
	if len(x.more) > 0 {
		g = x.merged(nil, 1)
	}
	return Raw{g.keys, g.ends, g.post, x.lens, x.dead}
}

// FromRaw makes an Index of arrays, which belong to it from then on; ErrRaw if
// they would lead it outside.
func FromRaw(r Raw) (*Index, error) {
	if len(r.Keys) != len(r.Ends) || len(r.Dead) != (len(r.Lens)+63)/64 {
		return nil, ErrRaw
	}
	for i := range r.Keys {
		if i > 0 && (r.Keys[i] <= r.Keys[i-1] || r.Ends[i] < r.Ends[i-1]) || int64(r.Ends[i]) > int64(len(r.Posts)) {
			return nil, ErrRaw
		}
	}
	for _, p := range r.Posts {
		if int(p>>8) >= len(r.Lens) {
			return nil, ErrRaw
		}
	}
	x := &Index{base: segment{keys: r.Keys, ends: r.Ends, post: r.Posts}, lens: r.Lens, dead: r.Dead, packed: len(r.Lens)}
	x.base.direct()
	for d, bucket := range r.Lens {
		if bucket > 31 {
			return nil, ErrRaw
		}
		if !x.Dead(uint32(d)) {
			x.live++
			x.length += wholeLength(bucket)
		}
	}
	return x, nil
}
