package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"soi/internal/match"
)

// matching is what was measured of one engine on one set.
type matching struct {
	Engine, Set      string
	Claims, Messages int
	P50, P95, P99    time.Duration
	CPU              time.Duration // a message, of all threads, on average
	Busy50, Busy99   time.Duration // processor time of the asking thread: what the clock would say on an idle machine
	Build            time.Duration
	Heap             uint64  // bytes in use after a collection, archive and index, the set's own texts not counted
	MAP5             float64 // mean average precision of the first five; the engines must be comparable in this too
}

// print writes a row; the last two columns are how many times the p99 of base takes the p99 of this
// engine, by the clock and by processor time.
func (m matching) print(w io.Writer, base matching) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	times := func(base, d time.Duration) float64 { return float64(base) / float64(max(d, 1)) }
	fmt.Fprintf(w, "%-22s %8d %8d %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.1f %9.0f %8.0f %7.3f %8.1f× %8.1f×\n", m.Engine+" on "+m.Set, m.Claims, m.Messages,
		ms(m.P50), ms(m.P95), ms(m.P99), ms(m.Busy50), ms(m.Busy99), ms(m.CPU), m.Build.Seconds(), float64(m.Claims)/m.Build.Seconds(), float64(m.Heap)/(1<<20), m.MAP5,
		times(base.P99, m.P99), times(base.Busy99, m.Busy99))
}

// engine is a search engine under test.
type engine interface {
	// fill adds all claims; the time until it returns is the build time.
	fill(docs []match.Doc) error
	// find returns the ids of the best five.
	find(text string) ([]string, error)
	// close frees what the engine keeps outside of memory.
	close() error
}

// archive is a set of claims with the messages that ask about them.
type archive struct {
	docs   []match.Doc
	texts  []string
	wanted []map[string]bool
}

// folders of each set, below the folder of evaluation data.
func folders(set string) ([]string, error) {
	const a, b, c = "research_only/checkthat2022_2a_en", "research_only/factchecktweet", "research_only/checkthat2022_2b_en"
	switch set {
	case "14k":
		return []string{a}, nil
	case "86k":
		return []string{b}, nil
	case "120k":
		return []string{a, b, c}, nil
	}
	return nil, fmt.Errorf("no set %q; there are 14k, 86k and 120k", set)
}

// absent names a folder of the set that is not there, "" when all are.
func absent(set string) (string, error) {
	names, err := folders(set)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dataRoot(), name)); errors.Is(err, os.ErrNotExist) {
			return filepath.Join(dataRoot(), name), nil
		}
	}
	return "", nil
}

// dataRoot is the folder of evaluation data.
func dataRoot() string {
	if root := os.Getenv("SOI_DATA"); root != "" {
		return root
	}
	return filepath.Join("..", "..", "shared", "data")
}

// readArchive reads a set. Ids are made unique by the folder.
func readArchive(set string) (*archive, error) {
	names, err := folders(set)
	if err != nil {
		return nil, err
	}
	a := &archive{}
	for _, name := range names {
		if err := a.add(filepath.Join(dataRoot(), name), name+"/"); err != nil {
			return nil, fmt.Errorf("%w; SOI_DATA names the folder of evaluation data", err)
		}
	}
	return a, nil
}

func (a *archive) add(dir, prefix string) error {
	type line struct{ ID, Text, Claim, Title, Summary, Body string }
	claims, err := readLines[line](filepath.Join(dir, "claims.jsonl"))
	if err != nil {
		return err
	}
	for _, c := range claims {
		a.docs = append(a.docs, match.Doc{ID: prefix + c.ID, Claim: c.Claim, Title: c.Title, Summary: c.Summary, Body: c.Body})
	}
	wanted, err := readWanted(filepath.Join(dir, "qrels.dev.tsv"), prefix)
	if err != nil {
		return err
	}
	queries, err := readLines[line](filepath.Join(dir, "queries.dev.jsonl"))
	if err != nil {
		return err
	}
	for _, q := range queries {
		if w := wanted[q.ID]; w != nil {
			a.texts, a.wanted = append(a.texts, q.Text), append(a.wanted, w)
			delete(wanted, q.ID)
		}
	}
	return nil
}

// readWanted reads "query, 0, claim, 1" lines.
func readWanted(path, prefix string) (map[string]map[string]bool, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	wanted := map[string]map[string]bool{}
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) < 4 || f[3] == "0" {
			continue
		}
		if wanted[f[0]] == nil {
			wanted[f[0]] = map[string]bool{}
		}
		wanted[f[0]][prefix+f[2]] = true
	}
	return wanted, nil
}

func readLines[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var v T
		if len(sc.Bytes()) == 0 {
			continue
		}
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, v)
	}
	return all, sc.Err()
}

// measureMatching fills one engine and asks it every message.
func measureMatching(name, set string) (_ matching, err error) {
	a, err := readArchive(set)
	if err != nil {
		return matching{}, err
	}
	m := matching{Engine: name, Set: set, Claims: len(a.docs), Messages: len(a.texts)}
	e, err := newEngine(name)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	before, began := heap(), time.Now()
	if err := e.fill(a.docs); err != nil {
		return m, err
	}
	m.Build = time.Since(began)
	if after := heap(); after > before {
		m.Heap = after - before
	}
	return m, m.ask(e, a)
}

// ask asks an engine every message of an archive, once to warm up and once by the clock.
func (m *matching) ask(e engine, a *archive) error {
	var took, busy []time.Duration
	var used time.Duration
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for round := range 2 {
		used = processorTime()
		for i, text := range a.texts {
			began, before := time.Now(), threadTime()
			ids, err := e.find(text)
			if err != nil {
				return err
			}
			if round == 1 {
				took, busy = append(took, time.Since(began)), append(busy, threadTime()-before)
				m.MAP5 += precision(ids, a.wanted[i]) / float64(len(a.texts))
			}
		}
	}
	m.CPU = (processorTime() - used) / time.Duration(max(len(took), 1))
	slices.Sort(took)
	slices.Sort(busy)
	m.P50, m.P95, m.P99 = quantile(took, 50), quantile(took, 95), quantile(took, 99)
	m.Busy50, m.Busy99 = quantile(busy, 50), quantile(busy, 99)
	runtime.KeepAlive(a)
	return nil
}

// precision is the average precision of the first five answers.
func precision(ids []string, wanted map[string]bool) float64 {
	hits, sum := 0, 0.0
	for i, id := range ids[:min(5, len(ids))] {
		if wanted[id] {
			hits++
			sum += float64(hits) / float64(i+1)
		}
	}
	return sum / float64(min(5, len(wanted)))
}

// quantile of sorted durations, nearest rank.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, (len(sorted)*percent+99)/100-1)]
}

// processorTime is what this process has used of all processors so far.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// threadTime is what the calling thread has used of a processor so far.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// heap is what is in use after two collections; the second frees what finalizers held.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

func newEngine(name string) (engine, error) {
	switch name {
	case "soi":
		return &soi{m: match.New(match.Options{})}, nil
	case "soi-no-models":
		return &soi{m: match.New(match.Options{NoModels: true})}, nil
	case "bleve":
		return newBleve()
	}
	return nil, fmt.Errorf("no engine %q", name)
}

// soi is the matcher as the program uses it: decision and reasons included.
type soi struct{ m *match.Matcher }

func (s *soi) fill(docs []match.Doc) error {
	s.m.PutAll(docs)
	s.m.Match(context.Background(), match.Query{Text: "the first question weighs the words", Limit: 1})
	return nil
}

func (s *soi) find(text string) ([]string, error) {
	var ids []string
	for _, m := range s.m.Match(context.Background(), match.Query{Text: text, Limit: 5}).Matches {
		ids = append(ids, m.ID)
	}
	return ids, nil
}

func (s *soi) close() error { return nil }
