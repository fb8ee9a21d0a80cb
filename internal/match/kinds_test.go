package match

import "testing"

// What is said of one disease, fruit or paper is not said of another, in whatever order
// and spelling; one that both name, or one beside it, changes nothing.
func TestKinds(t *testing.T) {
	m := New(Options{})
	m.Put(Doc{ID: "x", Lang: "vi", Claim: "Người tiểu đường uống nước ngâm đậu bắp qua đêm có thể bỏ thuốc."})
	for text, apart := range map[string]bool{
		"mẹ tôi cao huyết áp, bỏ thuốc luôn, chỉ uống nước đậu bắp ngâm qua đêm":                true,
		"me toi cao huyet ap, bo thuoc luon, chi uong nuoc dau bap ngam qua dem":                true,
		"mẹ tôi đái tháo đường, bỏ thuốc luôn, chỉ uống nước đậu bắp ngâm qua đêm":              false,
		"me toi tieu duong, bo thuoc luon, chi uong nuoc dau bap ngam qua dem":                  false,
		"mẹ tôi cao huyết áp và tiểu đường, bỏ thuốc, chỉ uống nước đậu bắp ngâm qua đêm":       false,
		"uống nước đậu bắp ngâm qua đêm thì bỏ được thuốc":                                      false,
		"diabetics who drink cà chua soaked overnight, người tiểu đường uống nước ngâm cà chua": true,
	} {
		qu := m.analyse(text, "vi")
		d, _ := m.differ(qu, qu.side(), &m.docs[0])
		q, c := qu.side(), m.sideOf(m.run(&m.docs[0]))
		x := &differences{}
		if x.otherThings(q, c); len(x.swapped) > 0 != apart {
			t.Errorf("%q: %v instead of %v", text, x.swapped, x.swappedOther)
		}
		if apart && !d.blocks() {
			t.Errorf("%q may be the answer", text)
		}
	}
}

// Every kind has several things, and no name stands for two of one kind.
func TestKindsFile(t *testing.T) {
	seen := map[string]int{}
	for _, xs := range knownKinds().begins {
		for _, x := range xs {
			key := string(rune('0'+x.kind)) + " "
			for _, w := range x.words {
				key += w + " "
			}
			if thing, there := seen[key]; there && thing != x.thing {
				t.Errorf("%q stands for two things", key)
			}
			seen[key] = x.thing
		}
	}
	if len(seen) < 150 {
		t.Errorf("%d names", len(seen))
	}
}
