package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"soi/internal/match"
)

// forward is one message of the development set of forwards.
type forward struct {
	kind, half, text string
	keys             []string // checks that answer it; for "near" the check that differs in one thing
}

// answerable reports whether some check answers the message.
func (f forward) answerable() bool { return f.kind != "near" && f.kind != "none" && f.kind != "struck" }

// query asks the message; of a kind "struck" with what answers it struck from the archive.
func (f forward) query() match.Query {
	q := match.Query{Text: f.text}
	if f.kind == "struck" {
		q.Not = func(id string) bool { return slices.Contains(f.keys, id) }
	}
	return q
}

// testdata is a file of the matching tests.
func testdata(name string) string { return filepath.Join("internal", "match", "testdata", name) }

// readForwards reads the archive and the messages of a file in the form of
// forwards_vi.txt, whose head explains it.
func readForwards(name string) (docs []match.Doc, fs []forward, err error) {
	b, err := os.ReadFile(testdata(name))
	if err != nil {
		return nil, nil, err
	}
	half := ""
	for n, l := range strings.Split(string(b), "\n") {
		head, rest, ok := strings.Cut(l, ": ")
		switch {
		case l == "# tune", l == "# held":
			half = l[2:]
		case strings.HasPrefix(l, "#") || l == "":
		case ok && strings.HasPrefix(l, "= "):
			docs = append(docs, match.Doc{ID: head[2:], Lang: "vi", Claim: rest})
		case ok && strings.HasPrefix(l, "> "):
			kind, keys, _ := strings.Cut(head[2:], " ")
			f := forward{kind: kind, half: half, text: strings.ReplaceAll(rest, `\n`, "\n")}
			if keys != "" {
				f.keys = strings.Split(keys, ",")
			}
			fs = append(fs, f)
		default:
			return nil, nil, fmt.Errorf("%s:%d: %q is neither a check nor a message", name, n+1, l)
		}
	}
	return docs, fs, nil
}

// ownSet is an archive of the repository's own and messages about it.
type ownSet struct {
	name     string
	docs     []match.Doc
	forwards []forward
}

// ownSets reads the sets that stand in the repository: forwards, contrast pairs, and
// the tips of the demo.
func ownSets() ([]ownSet, error) {
	docs, fs, err := readForwards("forwards_vi.txt")
	if err != nil {
		return nil, err
	}
	apartDocs, apart, err := readForwards("forwards_apart.txt")
	if err != nil {
		return nil, err
	}
	seen, err := readContrast("contrast", "tune", "contrast_vi.txt", "contrast_en.txt")
	if err != nil {
		return nil, err
	}
	unseen, err := readContrast("contrast unseen", "held", "contrast_unseen.txt")
	if err != nil {
		return nil, err
	}
	demo, err := readDemo()
	if err != nil {
		return nil, err
	}
	strange, err := strangers(demo)
	return []ownSet{{"forwards", docs, fs}, {"written apart", apartDocs, apart}, seen, unseen, demo, strange}, err
}

// strangers asks the small archive of the demo what it cannot answer: its own tips with
// their checks struck out, headlines of the press, remarks. In an archive of hundreds a
// chance word is rare, and counts for more than in one of thousands.
func strangers(demo ownSet) (ownSet, error) {
	s := ownSet{name: "demo strangers", docs: demo.docs}
	for _, f := range demo.forwards {
		s.forwards = append(s.forwards, forward{"struck", f.half, f.text, f.keys})
	}
	press, err := readLines[claimLine](filepath.Join(dataRoot(), "research_only/vietnamese_mds/articles.dev.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "eval: no evaluation data here, so the demo is asked without headlines and remarks")
		return s, nil
	}
	if err != nil {
		return s, err
	}
	for _, p := range press {
		s.forwards = append(s.forwards, forward{"none", []string{"tune", "held"}[foldOf(p.Cluster)%2], p.Title, []string{p.Cluster}})
	}
	noisy, err := loadNoisy()
	for i, q := range noisy.queries {
		if i%40 == 0 {
			s.forwards = append(s.forwards, forward{"none", []string{"tune", "held"}[i/40%2], noisy.textOf(q), []string{q.text}})
		}
	}
	return s, err
}

// readContrast reads pairs of claims: "=" a claim, "+" the same in other words, "-" with
// the thing that differs.
func readContrast(name, half string, files ...string) (ownSet, error) {
	s := ownSet{name: name}
	for _, f := range files {
		b, err := os.ReadFile(testdata(f))
		if err != nil {
			return s, err
		}
		id := ""
		for _, l := range strings.Split(string(b), "\n") {
			switch {
			case strings.HasPrefix(l, "= "):
				id = l[2:]
				s.docs = append(s.docs, match.Doc{ID: id, Claim: id})
			case strings.HasPrefix(l, "+ "):
				s.forwards = append(s.forwards, forward{"paraphrase", half, l[2:], []string{id}})
			case strings.HasPrefix(l, "- "):
				_, rest, _ := strings.Cut(l[2:], ": ")
				s.forwards = append(s.forwards, forward{"near", half, rest, []string{id}})
			}
		}
	}
	return s, nil
}

// readDemo reads the checks of the demo as the program indexes them, and their tips.
// Every other check is of the half that is only asked.
func readDemo() (ownSet, error) {
	s := ownSet{name: "demo tips"}
	files, err := filepath.Glob(filepath.Join("internal", "app", "demo", "data", "checks-*.json"))
	if err != nil {
		return s, err
	}
	slices.Sort(files)
	n := 0
	for _, f := range files {
		var checks []struct {
			Key   string
			Texts map[string]struct{ Claim, Statement, Summary, Body string }
			Tips  []struct{ Text string }
		}
		b, err := os.ReadFile(f)
		if err != nil {
			return s, err
		}
		if err := json.Unmarshal(b, &checks); err != nil {
			return s, fmt.Errorf("%s: %w", f, err)
		}
		for _, c := range checks {
			n++
			for _, lang := range []string{"vi", "en"} {
				t := c.Texts[lang]
				s.docs = append(s.docs, match.Doc{ID: c.Key + "/" + lang, Lang: lang, Claim: t.Claim, Title: t.Statement, Summary: t.Summary, Body: t.Body})
			}
			for _, t := range c.Tips {
				s.forwards = append(s.forwards, forward{"tip", []string{"held", "tune"}[n%2], t.Text, []string{c.Key + "/vi", c.Key + "/en"}})
			}
		}
	}
	return s, nil
}
