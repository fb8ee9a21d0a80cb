package match

// forest is the learned ranker: the sum of small decision trees.
type forest struct {
	nodes []treeNode
	roots []uint32
}

// treeNode sends a candidate left when its feature is at most at. A leaf has
// feature -1 and its share of the sum in at.
type treeNode struct {
	Feature     int16
	Left, Right uint32
	At          float32
}

// rate is the sum over the trees.
func (t *forest) rate(f *features) float32 {
	var sum float32
	for _, r := range t.roots {
		n := &t.nodes[r]
		for n.Feature >= 0 {
			if f[n.Feature] <= n.At {
				n = &t.nodes[n.Left]
			} else {
				n = &t.nodes[n.Right]
			}
		}
		sum += n.At
	}
	return sum
}

// sound reports whether every node leads on to later nodes and to known features,
// so that rate always ends.
func (t *forest) sound() bool {
	n := uint32(len(t.nodes))
	for i, x := range t.nodes {
		if x.Feature >= nFeatures || x.Feature >= 0 && (x.Left >= n || x.Right >= n || x.Left <= uint32(i) || x.Right <= uint32(i)) {
			return false
		}
	}
	for _, r := range t.roots {
		if r >= n {
			return false
		}
	}
	return true
}
