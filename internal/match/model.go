package match

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"sync"
)

// Model is what was learned from data: word vectors and the ranker. It is read-only after BuildModel or ReadModel.
type Model struct {
	sense *sense
	first forest // orders the first comparison
	trees forest // orders the second
	mask  []int  // features that count as 0, see Without
}

// WordWeights is what was learned of one stem.
type WordWeights struct {
	Stem uint32            // StemHash of the stem
	Vec  [senseDim]float32 // direction and weight
	Rare float64           // ln(1/share of general texts that hold the stem)
}

// Tree is one tree of the ranker as flat nodes; node 0 is the root.
type Tree []TreeNode

// TreeNode sends a candidate to node Left when its feature is at most At, else to
// Right. A leaf has Feature -1 and its share of the sum in At.
type TreeNode struct {
	Feature     int
	Left, Right int
	At          float32
}

// Rate is what the tree gives a candidate with these features.
func (t Tree) Rate(features []float32) float64 {
	n := &t[0]
	for n.Feature >= 0 {
		if features[n.Feature] <= n.At {
			n = &t[n.Left]
		} else {
			n = &t[n.Right]
		}
	}
	return float64(n.At)
}

// ErrModel is wrapped by errors of ReadModel for bytes that are no weights file
// of this version, or damaged ones.
var ErrModel = errors.New("match: weights cannot be used")

// BuildModel makes a model of word vectors, without a ranker: its candidates stand in the
// order of plain sums, and all have all features.
func BuildModel(words []WordWeights) *Model {
	s := &sense{rows: make(map[uint32]uint32, len(words))}
	s.grow([senseDim]int8{}, 0, 0)
	for _, w := range words {
		most := float32(1e-9)
		for _, v := range w.Vec {
			most = max(most, max(v, -v))
		}
		var q [senseDim]int8
		for i, v := range w.Vec {
			q[i] = int8(math.Round(float64(v / most * 127)))
		}
		s.rows[w.Stem] = uint32(len(s.unit))
		s.grow(q, most/127, uint8(min(255, math.Round(16*w.Rare))))
	}
	s.inv = s.inverseLengths()
	return &Model{sense: s}
}

// WithTrees is the same model with other rankers: first for all candidates, second for
// the best of them.
func (m *Model) WithTrees(first, second []Tree) *Model {
	return &Model{sense: m.sense, mask: m.mask, first: plant(first), trees: plant(second)}
}

// plant lays trees out as one run of nodes.
func plant(trees []Tree) forest {
	var f forest
	for _, t := range trees {
		base := uint32(len(f.nodes))
		f.roots = append(f.roots, base)
		for _, n := range t {
			f.nodes = append(f.nodes, treeNode{int16(n.Feature), base + uint32(n.Left), base + uint32(n.Right), n.At})
		}
	}
	return f
}

func (s *sense) grow(q [senseDim]int8, unit float32, rare uint8) {
	s.vec = append(s.vec, q)
	s.unit = append(s.unit, unit)
	s.rare = append(s.rare, rare)
}

// Without is the same model to which some features, by their names in
// FeatureNames, always look 0: what ranking loses then is what they are worth.
// Unknown names are passed over.
func (m *Model) Without(names ...string) *Model {
	out := &Model{sense: m.sense, first: m.first, trees: m.trees}
	for i, n := range FeatureNames() {
		if slices.Contains(names, n) {
			out.mask = append(out.mask, i)
		}
	}
	return out
}

// words is the learned word vectors, nil without a model.
func (m *Model) words() *sense {
	if m == nil {
		return nil
	}
	return m.sense
}

//go:embed weights.bin
var weightsFile []byte

// learned reads the weights that come with the program, once.
var learned = sync.OnceValue(func() *Model {
	m, err := ReadModel(bytes.NewReader(weightsFile))
	if err != nil {
		return nil // the program then works as with models off; a test guards the file
	}
	return m
})

// Learned is the model that comes with the program.
func Learned() *Model { return learned() }

// A weights file is
//
//	magic "soi-weights" · version uint32 · CRC-32C uint32 of the rest · counts
//	of words, of trees and nodes of the first comparison and of the second, uint32 ·
//	words (hash uint32, unit float32, rare uint8, vector) · for each comparison roots
//	uint32 · nodes
//
// little-endian throughout.
const (
	weightsMagic   = "soi-weights"
	weightsVersion = 2
)

// Write writes the model as a weights file.
func (m *Model) Write(w io.Writer) error {
	var b bytes.Buffer
	le := binary.LittleEndian
	for _, n := range []int{len(m.sense.unit) - 1, len(m.first.roots), len(m.first.nodes), len(m.trees.roots), len(m.trees.nodes)} {
		b.Write(le.AppendUint32(nil, uint32(n)))
	}
	byRow := make([]uint32, len(m.sense.unit))
	for h, r := range m.sense.rows {
		byRow[r] = h
	}
	for r := 1; r < len(byRow); r++ {
		b.Write(le.AppendUint32(nil, byRow[r]))
		b.Write(le.AppendUint32(nil, math.Float32bits(m.sense.unit[r])))
		b.WriteByte(m.sense.rare[r])
		for _, v := range m.sense.vec[r] {
			b.WriteByte(byte(v))
		}
	}
	for _, part := range []any{m.first.roots, m.first.nodes, m.trees.roots, m.trees.nodes} {
		if err := binary.Write(&b, le, part); err != nil {
			return fmt.Errorf("match: write weights: %w", err)
		}
	}
	head := le.AppendUint32([]byte(weightsMagic), weightsVersion)
	head = le.AppendUint32(head, crc32.Checksum(b.Bytes(), crc32.MakeTable(crc32.Castagnoli)))
	for _, p := range [][]byte{head, b.Bytes()} {
		if _, err := w.Write(p); err != nil {
			return fmt.Errorf("match: write weights: %w", err)
		}
	}
	return nil
}

// ReadModel reads a weights file.
func ReadModel(r io.Reader) (*Model, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("match: read weights: %w", err)
	}
	le := binary.LittleEndian
	n := len(weightsMagic)
	if len(b) < n+24 || string(b[:n]) != weightsMagic || le.Uint32(b[n:]) != weightsVersion ||
		crc32.Checksum(b[n+8:], crc32.MakeTable(crc32.Castagnoli)) != le.Uint32(b[n+4:]) {
		return nil, ErrModel
	}
	in := bytes.NewReader(b[n+8:])
	var counts [5]uint32
	if err := binary.Read(in, le, &counts); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	m := &Model{sense: &sense{rows: make(map[uint32]uint32, counts[0])}}
	m.sense.grow([senseDim]int8{}, 0, 0)
	rest := b[len(b)-in.Len():]
	const size = 9 + senseDim
	if len(rest) < int(counts[0])*size {
		return nil, fmt.Errorf("%w: cut short", ErrModel)
	}
	for i := range counts[0] {
		w := rest[int(i)*size:]
		var q [senseDim]int8
		for j := range q {
			q[j] = int8(w[9+j])
		}
		m.sense.rows[le.Uint32(w)] = i + 1
		m.sense.grow(q, math.Float32frombits(le.Uint32(w[4:])), w[8])
	}
	in = bytes.NewReader(rest[int(counts[0])*size:])
	m.sense.inv = m.sense.inverseLengths()
	m.first.roots, m.first.nodes = make([]uint32, counts[1]), make([]treeNode, counts[2])
	m.trees.roots, m.trees.nodes = make([]uint32, counts[3]), make([]treeNode, counts[4])
	for _, part := range []any{m.first.roots, m.first.nodes, m.trees.roots, m.trees.nodes} {
		if err := binary.Read(in, le, part); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrModel, err)
		}
	}
	if !m.first.sound() || !m.trees.sound() {
		return nil, fmt.Errorf("%w: a tree points outside", ErrModel)
	}
	return m, nil
}
