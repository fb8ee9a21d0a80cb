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

// rate adds the sum over some trees to each of many candidates. Tree by tree, so
// that a tree stays at hand.
func (t *forest) rate(roots []uint32, fs []*features, sum []float32) {
	for _, r := range roots {
		for i, f := range fs {
			n := &t.nodes[r]
			for n.Feature >= 0 {
				next := n.Right
				if f[n.Feature] <= n.At {
					next = n.Left
				}
				n = &t.nodes[next]
			}
			sum[i] += n.At
		}
	}
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
