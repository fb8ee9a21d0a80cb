package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"soi/internal/match"
	"soi/internal/text"
)

// set is one evaluation set: an archive, questions, and which documents answer
// them.
type set struct {
	name    string
	docs    []match.Doc
	queries []query
	floor   float64 // MAP@5 (S@1 where noted) of the floor measurement, 0: none
	reach   float64 // what issue 3 asks for
	family  string  // script family, for thresholds
	at      map[string]int
}

type query struct {
	id, text string
	gold     map[string]bool
}

// first is the first of the right documents by id.
func (q query) first() string {
	ids := make([]string, 0, len(q.gold))
	for id := range q.gold {
		ids = append(ids, id)
	}
	return slices.Min(ids)
}

type claimLine struct {
	ID, Claim, Title, Summary, Body, Cluster string
}

// dataRoot is $SOI_DATA, or ../shared/data beside the repository.
func dataRoot() string {
	if d := os.Getenv("SOI_DATA"); d != "" {
		return d
	}
	return filepath.FromSlash("../shared/data")
}

// readLines decodes every line of a JSONL file.
func readLines[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for n := 1; sc.Scan(); n++ {
		if len(sc.Bytes()) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		out = append(out, v)
	}
	return out, sc.Err()
}

// load reads one split of a retrieval set.
func load(dir, split string) (set, error) {
	s := set{name: filepath.Base(dir) + " " + split}
	root := filepath.Join(dataRoot(), dir)
	claims, err := readLines[claimLine](filepath.Join(root, "claims.jsonl"))
	if err != nil {
		return s, err
	}
	for _, c := range claims {
		s.docs = append(s.docs, match.Doc{ID: c.ID, Claim: c.Claim, Title: c.Title, Summary: c.Summary, Body: c.Body})
	}
	qs, err := readLines[struct{ ID, Text string }](filepath.Join(root, "queries."+split+".jsonl"))
	if err != nil {
		return s, err
	}
	s.index()
	gold, err := readGold(filepath.Join(root, "qrels."+split+".tsv"))
	if err != nil {
		return s, err
	}
	seen := map[string]bool{}
	for _, q := range qs {
		if g := gold[q.ID]; len(g) > 0 && !seen[q.ID] {
			seen[q.ID] = true
			s.queries = append(s.queries, query{q.ID, q.Text, g})
		}
	}
	return s, nil
}

func readGold(path string) (map[string]map[string]bool, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]bool{}
	for _, l := range strings.Split(string(b), "\n") {
		f := strings.Split(strings.TrimSpace(l), "\t")
		if len(f) < 4 || f[3] == "0" {
			continue
		}
		if out[f[0]] == nil {
			out[f[0]] = map[string]bool{}
		}
		out[f[0]][f[2]] = true
	}
	return out, nil
}

// index notes where each document stands.
func (s *set) index() {
	if s.at != nil {
		return
	}
	s.at = map[string]int{}
	for i, d := range s.docs {
		s.at[d.ID] = i
	}
}

// unaccented is the same set with questions typed without marks.
func (s set) unaccented() set {
	out := s
	out.name += " unaccented"
	out.queries = nil
	for _, q := range s.queries {
		out.queries = append(out.queries, query{q.id, unmark(q.text), q.gold})
	}
	return out
}

func unmark(s string) string {
	w := strings.Fields(text.Clean(s))
	for i := range w {
		w[i] = text.Unmark(w[i])
	}
	return strings.NewReplacer("Đ", "D").Replace(strings.Join(w, " "))
}

// loadNoisy reads pairs of noisy and normal Vietnamese as a retrieval set: the
// noisy line is the question, the normal one the document.
func loadNoisy() (set, error) {
	s := set{name: "vilexnorm train"}
	f, err := os.Open(filepath.Join(dataRoot(), "research_only/vilexnorm/train.csv"))
	if err != nil {
		return s, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return s, err
	}
	seen := map[string]string{}
	for i, r := range rows[1:] {
		id, ok := seen[r[2]]
		if !ok {
			id = fmt.Sprint("n", i)
			seen[r[2]] = id
			s.docs = append(s.docs, match.Doc{ID: id, Claim: r[2]})
		}
		s.queries = append(s.queries, query{fmt.Sprint("q", i), r[1], map[string]bool{id: true}})
	}
	s.index()
	return s, nil
}
