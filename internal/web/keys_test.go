package web

import (
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ownKeys are what the script does by itself, without an element.
func ownKeys() []string { return []string{"next", "prev", "open", "help"} }

// TestKeysDoWhatTheSheetSays: each key of the table has its element on some
// page or is done by the script, each element that answers to a key is in the
// table, and no place gives one key two meanings.
func TestKeysDoWhatTheSheetSays(t *testing.T) {
	script, err := os.ReadFile("static/desk.js")
	if err != nil {
		t.Fatal(err)
	}
	marked := map[string]bool{}
	err = fs.WalkDir(templateFiles, "templates", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := templateFiles.ReadFile(p)
		for _, m := range regexp.MustCompile(`data-act="([a-z-]+?-?)(?:\{\{[^"]*)?"`).FindAllStringSubmatch(string(b), -1) {
			marked[m[1]] = true
		}
		if strings.Contains(string(b), "data-key=") {
			t.Errorf("%s has a key that is not in the table", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen, acts := map[string]bool{}, map[string]bool{}
	for _, k := range keyTable() {
		acts[k.Act] = true
		if seen[k.Where+k.Key] {
			t.Errorf("%s means two things in %s", k.Key, k.Where)
		}
		seen[k.Where+k.Key] = true
		own := slices.Contains(ownKeys(), k.Act) && strings.Contains(string(script), k.Act+": () =>")
		if !own && !marked[k.Act] && !marked[strings.TrimRight(k.Act, "0123456789")] {
			t.Errorf("nothing answers to %s (%s in %s)", k.Act, k.Key, k.Where)
		}
	}
	for m := range marked {
		if m != "choice-" && !acts[m] {
			t.Errorf("an element answers to %q, which no key does", m)
		}
	}
	var read map[string][]string
	if err := json.Unmarshal([]byte(keymap()), &read); err != nil || !slices.Contains(read["a"], "take") || !slices.Contains(read["p"], ">approve") || !slices.Contains(read["x"], "close") {
		t.Errorf("the script is handed %v, %v", read, err)
	}
}
