package tlog

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// vector is testdata/vector.txt taken apart.
type vector struct {
	entries [][]byte
	leaves  []string
	proof   []byte
	vkey    string
}

func readVector(t testing.TB) vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vector.txt")
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	for _, part := range strings.Split(string(b), "--- ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		switch {
		case strings.HasPrefix(title, "entry "):
			v.entries = append(v.entries, []byte(body))
			v.leaves = append(v.leaves, title[strings.LastIndex(title, " ")+1:])
		case strings.HasPrefix(title, "proof "):
			v.proof = []byte(body)
		case strings.HasPrefix(title, "vkey "):
			v.vkey = strings.TrimPrefix(title, "vkey ")
		}
	}
	if len(v.entries) != 3 || v.proof == nil || v.vkey == "" {
		t.Fatal("the vector is not whole")
	}
	return v
}

// The vector was published before this code was written; whatever changes here,
// old proofs must keep verifying.
func TestVectorEntries(t *testing.T) {
	v := readVector(t)
	log, checker := newMemLog(), NewChecker(testOrigin)
	for i, body := range v.entries {
		e, err := checker.Add(body)
		if err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		a := log.add(t, e)
		if string(a.Body) != string(body) {
			t.Errorf("entry %d prints as\n%s", i, a.Body)
		}
		leaf := merkle.RecordHash(body)
		if got := hex.EncodeToString(leaf[:]); got != v.leaves[i] {
			t.Errorf("leaf %d = %s, want %s", i, got, v.leaves[i])
		}
	}
	if got := checker.Keys(); len(got) != 1 || got[0] != v.vkey {
		t.Errorf("keys = %v", got)
	}
	if got := testKey(t, testOrigin, "soi test vector key, never use").VKey(); got != v.vkey {
		t.Errorf("vkey = %s, want %s", got, v.vkey)
	}
	s, err := NewSigner(log, NewGuard(t.TempDir()+"/guard"), testKey(t, testOrigin, "soi test vector key, never use"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, want, _ := strings.Cut(string(v.proof), "\n\n"); string(signed.Note) != want {
		t.Errorf("signed note =\n%swant\n%s", signed.Note, want)
	}
}
