package match

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pairCase is one line of a contrast file: a claim and another text that says the
// same or differs in one thing.
type pairCase struct {
	id, claim, text string
	differs         string // what differs, "" for the same claim in other words
}

func readPairs(t testing.TB) []pairCase {
	t.Helper()
	var out []pairCase
	for _, f := range []string{"contrast_vi.txt", "contrast_en.txt"} {
		b, err := os.ReadFile(filepath.Join("testdata", f))
		if err != nil {
			t.Fatal(err)
		}
		claim := ""
		for sc := bufio.NewScanner(strings.NewReader(string(b))); sc.Scan(); {
			l := sc.Text()
			switch {
			case strings.HasPrefix(l, "= "):
				claim = l[2:]
			case strings.HasPrefix(l, "+ "):
				out = append(out, pairCase{claim, claim, l[2:], ""})
			case strings.HasPrefix(l, "- "):
				kind, rest, ok := strings.Cut(l[2:], ": ")
				if !ok {
					t.Fatalf("%s: %q names no kind", f, l)
				}
				out = append(out, pairCase{claim, claim, rest, kind})
			}
		}
	}
	return out
}

func fillPairs(o Options, pairs []pairCase) *Matcher {
	m := New(o)
	for _, p := range pairs {
		m.Put(Doc{ID: p.id, Claim: p.claim})
	}
	return m
}

// TestContrast is the promise that a claim which differs in one figure, place,
// name, product, date or negation is never given as the answer, and that the
// same claim in other words is found.
func TestContrast(t *testing.T) {
	pairs := readPairs(t)
	for _, o := range []Options{{}, {NoModels: true}} {
		m := fillPairs(o, pairs)
		wrong, differing, same, found, words := 0, 0, 0, 0, 0
		for _, p := range pairs {
			r := m.Match(context.Background(), Query{Text: p.text})
			hit := len(r.Matches) > 0 && r.Matches[0].ID == p.id
			switch {
			case p.differs != "":
				differing++
				if r.Decision == DecisionSame {
					wrong++
					t.Errorf("models off %v, %s: %q was given %q", o.NoModels, p.differs, p.text, r.Matches[0].ID)
				}
			default:
				words++
				if hit && r.Decision == DecisionSame {
					same++
				}
				if hit && r.Decision != DecisionNew {
					found++
				} else {
					t.Logf("models off %v: %q found %v (%s)", o.NoModels, p.text, r.Matches, r.Decision)
				}
			}
		}
		t.Logf("models off %v: %d of %d differing pairs kept apart; of %d paraphrases %d same, %d same or perhaps",
			o.NoModels, differing-wrong, differing, words, same, found)
		if differing < 400 || words < 400 {
			t.Errorf("the set has %d differing pairs and %d paraphrases, want 400 of each", differing, words)
		}
		if found*100 < words*95 {
			t.Errorf("%d of %d paraphrases found", found, words)
		}
	}
}
