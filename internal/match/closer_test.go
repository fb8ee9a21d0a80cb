package match

import (
	"math"
	"slices"
	"testing"

	"soi/internal/text"
)

// toy is a model in which "car" and "vehicle" point one way, "river" another.
func toy() *Model {
	row := func(word string, at int, tilt float32) WordWeights {
		w := WordWeights{Stem: StemHash(text.Stem(word)), Rare: 6}
		w.Vec[at], w.Vec[7] = 1, tilt
		return w
	}
	return BuildModel([]WordWeights{row("cars", 0, 0), row("vehicles", 0, 0.2), row("rivers", 1, 0)})
}

// closely is the features of the second comparison of a message with one claim.
func closely(t *testing.T, message, claim string) map[string]float32 {
	t.Helper()
	m := New(Options{Model: toy()})
	m.Put(Doc{ID: "a", Claim: claim, Lang: "en"})
	m.Put(Doc{ID: "b", Claim: "Nothing to see here, other words altogether", Lang: "en"})
	for _, c := range m.Candidates(Query{Text: message}) {
		if c.ID == "a" {
			out := map[string]float32{}
			for i, n := range FeatureNames() {
				if v := float64(c.Features[i]); math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s is %v", n, v)
				}
				out[n] = c.Features[i]
			}
			return out
		}
	}
	t.Fatalf("%q does not find %q", message, claim)
	return nil
}

func TestFeatureNames(t *testing.T) {
	names := FeatureNames()
	if len(names) != nFeatures || names[FirstFeatures] != "align-claim" || names[fPlace] != "place" {
		t.Errorf("%d names for %d features, %q opens the second comparison", len(names), nFeatures, names[FirstFeatures])
	}
	slices.Sort(names)
	if n := len(slices.Compact(names)); n != nFeatures {
		t.Errorf("%d names are different, want %d", n, nFeatures)
	}
}

// TestAlign: a word of like meaning in the place of another is nearer than any other.
func TestAlign(t *testing.T) {
	like := closely(t, "Ministry bans all vehicles downtown", "Ministry bans all cars downtown")
	other := closely(t, "Ministry bans all rivers downtown", "Ministry bans all cars downtown")
	for _, n := range []string{"align-claim", "align-held-claim", "align-best", "sense-claim", "align-lost"} {
		if like[n] <= other[n] {
			t.Errorf("%s: %v with a word of like meaning, %v with another", n, like[n], other[n])
		}
	}
	if same := closely(t, "Ministry bans all cars downtown", "Ministry bans all cars downtown"); same["lost-claim"] != 0 || same["lost-asked"] != 0 || same["align-best"] < 0.999 {
		t.Errorf("the same words: %v lost, %v lost, %v aligned", same["lost-claim"], same["lost-asked"], same["align-best"])
	}
	if other["lost-claim"] == 0 || other["lost-asked"] == 0 {
		t.Error("another word stands in the claim's place, and none is missed")
	}
}

// TestLetters: a misspelt word keeps most of its letters.
func TestLetters(t *testing.T) {
	slip := closely(t, "Ministry bans downtwon parking", "Ministry bans downtown parking")
	other := closely(t, "Ministry bans riverside parking", "Ministry bans downtown parking")
	for _, n := range []string{"letters", "letters-held"} {
		if slip[n] <= other[n] {
			t.Errorf("%s: %v with a slip, %v with another word", n, slip[n], other[n])
		}
	}
}

// TestWindow: a claim told in one breath inside a long message counts for more than its
// words strewn over it.
func TestWindow(t *testing.T) {
	const claim = "Ministry bans cars downtown tomorrow"
	const filler = " grandmother baked seven apple cakes yesterday while everybody else watched football quietly together "
	whole := closely(t, filler+claim+filler, claim)
	strewn := closely(t, "Ministry"+filler+"bans"+filler+"cars nobody ever noticed anything strange downtown although several neighbours phoned tomorrow", claim)
	if whole["window"] <= strewn["window"] {
		t.Errorf("window: %v in one breath, %v strewn", whole["window"], strewn["window"])
	}
}
