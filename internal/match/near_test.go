package match

import (
	"fmt"
	"slices"
	"testing"
)

// TestRemovedHasNoDirection: a removed document is not found by direction any more, and its
// direction is nowhere in memory, whether it was in a cluster or came after the sorting.
func TestRemovedHasNoDirection(t *testing.T) {
	m := New(Options{})
	words := []string{"vaccine", "flood", "election", "president", "hospital", "school", "lemon", "cancer", "money", "bridge", "border", "phone"}
	docs := make([]Doc, clustered+500)
	for i := range docs {
		claim := ""
		for k := range 5 {
			claim += words[(i*(2*k+3)+i/7*k+i/151)%len(words)] + " "
		}
		docs[i] = Doc{ID: fmt.Sprint("d", i), Claim: claim + fmt.Sprint(i)}
	}
	m.PutAll(docs)
	if len(m.near.centres) == 0 {
		t.Fatal("not in clusters")
	}
	m.Put(Doc{ID: "late", Claim: "vaccine against cancer in lemon juice"})
	for _, id := range []string{"d123", fmt.Sprint("d", clustered), "late"} {
		r := m.byID[id]
		v := m.vecs[r]
		only := func(d uint32) bool { return d == r }
		if got := m.alongside(&v, len(docs), only); !slices.Equal(got, []uint32{r}) {
			t.Fatalf("%s, by its own direction: %v, want %d", id, got, r)
		}
		m.Remove(id)
		if got := m.alongside(&v, len(docs), only); len(got) > 0 {
			t.Errorf("%s is found after it was removed", id)
		}
		if i := int(r) - m.near.covered; i >= 0 {
			if m.near.loose[i] != (sketch{}) {
				t.Errorf("the sketch of %s is still there", id)
			}
			continue
		}
		at := m.near.place[r] - 1
		if !m.near.vecs[at].empty() || m.near.signs[at] != (sketch{}) || m.near.docs[at] != r {
			t.Errorf("the direction of %s is still there", id)
		}
	}
}
