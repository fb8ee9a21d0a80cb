package houserules

import (
	"strings"
	"testing"
)

// allRules is the whole list; each is described where it is defined.
func allRules() []rule {
	return []rule{
		importTable(), driversInStore(), textInText(), noFrameworks(), // imports_test.go
		fileSize(), functionSize(), // size_test.go
		packageComments(), exportedComments(), // comments_test.go
		noGlobals(), noInit(), // state_test.go
		errorsToVisitors(), errorsByKind(), rowsErr(), contextFirst(), clockPassedIn(), reasonedSkips(), // calls_test.go
		staleNames(), staleWords(), // words_test.go
		noThirdParties(), noThirdPartyKeys(), noAddressReaders(), noRemoval(), noViewpoints(), // scope_test.go
		noWorkplace(), noUnfinished(), // leftovers_test.go
		documentsExist(), pathsExist(), targetsExist(), commandsExist(), // documents_test.go
	}
}

// TestHouse holds every rule against the repository.
func TestHouse(t *testing.T) {
	h := readHouse(t)
	if len(h.product()) < 20 {
		t.Fatalf("only %d Go files found; is the repository's root two folders up?", len(h.product()))
	}
	for _, r := range allRules() {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.check(h) {
				t.Error(f)
			}
		})
	}
}

// TestRulesCanFail holds every rule against its own samples.
func TestRulesCanFail(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range allRules() {
		if seen[r.name] {
			t.Errorf("two rules are named %q", r.name)
		}
		seen[r.name] = true
		t.Run(r.name, func(t *testing.T) {
			if len(r.refuse) == 0 {
				t.Error("the rule has no sample to refuse")
			}
			for _, s := range r.refuse {
				if found := s.findings(t, r); !strings.Contains(found, s.want) || found == "" {
					t.Errorf("a sample that must be refused for %q is not; found: %s\n%v", s.want, found, s.files)
				}
			}
			for _, s := range r.accept {
				if found := s.findings(t, r); found != "" {
					t.Errorf("a good sample is refused: %s\n%v", found, s.files)
				}
			}
		})
	}
}

// findings is what the rule finds in the sample, one a line.
func (s sample) findings(t *testing.T, r rule) string {
	t.Helper()
	h, err := newHouse(s.files)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range r.check(h) {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}
