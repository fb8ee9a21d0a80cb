package match

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestForwards asks the Vietnamese forwards of testdata: nearly all answerable ones have
// their check in the first place, most are answered, and hardly any is answered with a
// check that differs in one thing. Rules were made with the half called tune; the other
// half is only asked. `make eval` prints the same by kind.
func TestForwards(t *testing.T) {
	m := New(Options{})
	type message struct {
		kind, half, text string
		keys             []string
	}
	var ms []message
	b, err := os.ReadFile(filepath.Join("testdata", "forwards_vi.txt"))
	if err != nil {
		t.Fatal(err)
	}
	half := ""
	for _, l := range strings.Split(string(b), "\n") {
		head, rest, _ := strings.Cut(l, ": ")
		switch {
		case l == "# tune", l == "# held":
			half = l[2:]
		case strings.HasPrefix(l, "= "):
			m.Put(Doc{ID: head[2:], Lang: "vi", Claim: rest})
		case strings.HasPrefix(l, "> "):
			kind, keys, _ := strings.Cut(head[2:], " ")
			ms = append(ms, message{kind, half, strings.ReplaceAll(rest, `\n`, "\n"), strings.Split(keys, ",")})
		}
	}
	for _, half := range []string{"tune", "held"} {
		answerable, first, same, other, wrong, parts := 0, 0, 0, 0, 0, 0
		for _, x := range ms {
			if x.half != half {
				continue
			}
			r := m.Match(context.Background(), Query{Text: x.text})
			hit := len(r.Matches) > 0 && slices.Contains(x.keys, r.Matches[0].ID)
			if x.kind == "near" || x.kind == "none" {
				other++
				if r.Decision == DecisionSame {
					wrong++
					t.Logf("%s %s: %q was given %s", half, x.kind, x.text, r.Matches[0].ID)
				}
				continue
			}
			answerable++
			if hit {
				first++
				if r.Decision == DecisionSame {
					same++
				}
			}
			if x.kind == "two" {
				parts += twoParts(r, x.keys)
			}
		}
		t.Logf("%s: %d of %d in the first place, %d answered; %d of %d others answered", half, first, answerable, same, wrong, other)
		if first*100 < answerable*95 || same*100 < answerable*70 || wrong > 1 || parts < 3 {
			t.Errorf("%s: %d of %d in the first place, %d answered, %d of %d others answered, %d of 3 messages with two claims found whole",
				half, first, answerable, same, wrong, other, parts)
		}
	}
}

// twoParts is 1 when both checks are found, each with a part of the message of its own.
func twoParts(r Result, keys []string) int {
	said := map[string]string{}
	for _, x := range r.Matches {
		if slices.Contains(keys, x.ID) {
			said[x.ID] = x.Part
		}
	}
	if len(said) == len(keys) && said[keys[0]] != said[keys[1]] {
		return 1
	}
	return 0
}
