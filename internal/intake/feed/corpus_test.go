package feed

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// corpusRoot is the folder of the evaluation data's feeds; the test is skipped
// when it is not there.
func corpusRoot(t testing.TB, folder string) string {
	t.Helper()
	root := os.Getenv("SOI_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	root = filepath.Join(root, folder)
	if _, err := os.Stat(root); err != nil {
		t.Skipf("evaluation data is not here (SOI_DATA): %v", err)
	}
	return root
}

// corpusFiles lists the feeds of the corpus: XML, and JSON that is no wanted
// result of another file.
func corpusFiles(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		switch ext := filepath.Ext(p); {
		case ext == ".xml":
			out = append(out, rel)
		case ext == ".json" && !strings.HasSuffix(p, "_expected.json"):
			_, err := os.Stat(strings.TrimSuffix(p, ".json") + ".xml")
			named := strings.Contains(p, "/json/") || strings.Contains(p, "/universal/")
			wanted := strings.Contains(p, "/translator/json/") && !strings.Contains(filepath.Base(p), "_feed") // beside NAME_feed.json stands NAME.json
			if err != nil && named && !wanted || strings.Contains(p, "/translator/json/") && isJSONFeed(p) {
				out = append(out, rel)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// isJSONFeed tells a JSON Feed from the library's own form of a result.
func isJSONFeed(p string) bool {
	b, err := os.ReadFile(p)
	return err == nil && strings.Contains(string(b), "jsonfeed.org/version")
}

// reviewed reads testdata/corpus_differences.txt: file, tab, why the wanted
// result of the corpus is not ours.
func reviewed(t testing.TB) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "corpus_differences.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]string{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if line := sc.Text(); line != "" && line[0] != '#' {
			file, why, ok := strings.Cut(line, "\t")
			if !ok || len(why) < 10 {
				t.Errorf("no reason is given: %s", line)
			}
			out[file] = why
		}
	}
	return out
}

// TestCorpus reads every feed of the corpus. All give a channel; those with a
// wanted result give it, or stand in the reviewed list with the reason.
func TestCorpus(t *testing.T) {
	root, known := corpusRoot(t, "feeds"), reviewed(t)
	var c tally
	for _, rel := range corpusFiles(t, root) {
		b, err := os.ReadFile(filepath.Join(root, rel))
		if err != nil {
			t.Fatal(err)
		}
		slow := time.Now()
		ch, err := Parse(b, headerOf(b), baseOf(b))
		if d := time.Since(slow); d > 2*time.Second {
			t.Errorf("%s: took %v", rel, d)
		}
		c.files++
		if errors.Is(err, ErrNotAFeed) {
			if known[rel] == "" {
				t.Errorf("%s: is not read", rel)
			}
			c.unread++
			c.met = append(c.met, rel)
			continue
		}
		if ch.Mended {
			c.mended++
		}
		diffs := append(c.expressions(b, ch), c.results(filepath.Join(root, rel), ch)...)
		if len(diffs) > 0 {
			c.met = append(c.met, rel)
			if known[rel] == "" {
				t.Errorf("%s:\n\t%s", rel, strings.Join(diffs, "\n\t"))
			}
		}
	}
	for file := range known {
		if !slices.Contains(c.met, file) {
			t.Errorf("%s is in the list of differences and does not differ", file)
		}
	}
	t.Logf("%d files: %d read by mending, %d are no feeds; %d wanted values met, %d differ in %d files (all reviewed), %d are of fields that are not kept",
		c.files, c.mended, c.unread, c.same, c.differ, len(c.met)-c.unread, c.notKept)
	for _, k := range slices.Sorted(maps.Keys(c.skipped)) {
		t.Logf("not kept: %4d %s", c.skipped[k], k)
	}
}

// tally counts what TestCorpus met.
type tally struct {
	files, unread, mended, same, differ, notKept int
	met                                          []string
	skipped                                      map[string]int
}

// header finds the HTTP header that a test of feedparser says to pretend.
var header = regexp.MustCompile(`(?i)Header:\s*Content-type:\s*(\S.*)`)

func headerOf(b []byte) string {
	if m := header.FindSubmatch(b[:min(len(b), 2000)]); m != nil {
		return strings.TrimSpace(string(m[1]))
	}
	return ""
}

// baseOf is the address a test of feedparser says the feed came from.
func baseOf(b []byte) string {
	if m := regexp.MustCompile(`(?i)Header:\s*Content-Location:\s*(\S+)`).FindSubmatch(b[:min(len(b), 2000)]); m != nil {
		return string(m[1])
	}
	if strings.Contains(string(b[:min(len(b), 2000)]), "127.0.0.1:8097") {
		return "http://127.0.0.1:8097/feed.xml"
	}
	return ""
}

// expectation finds the wanted expression of a test of feedparser.
var expectation = regexp.MustCompile(`(?s)Expect:\s*(.*?)\s*-->`)

// expressions checks a Python expression such as
// not bozo and entries[0]['title'] == u'x', as far as it is about what we keep.
func (c *tally) expressions(b []byte, ch Channel) []string {
	text, _ := decode(b, headerOf(b))
	m := expectation.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	var diffs []string
	for _, part := range strings.Split(m[1], " and ") {
		left, right, ok := strings.Cut(strings.TrimSpace(part), "==")
		if !ok {
			continue
		}
		want, isText := pyString(strings.TrimSpace(right))
		got, kept := ch.at(strings.TrimSpace(left))
		if !kept || !isText && !strings.HasPrefix(strings.TrimSpace(right), "(") && !strings.HasPrefix(strings.TrimSpace(left), "len(") {
			c.skip(left)
			continue
		}
		if !isText {
			want = strings.TrimSpace(right)
		}
		if alike(got, want) {
			c.same++
		} else {
			c.differ++
			diffs = append(diffs, left+": got "+got+", want "+want)
		}
	}
	return diffs
}

func (c *tally) skip(path string) {
	c.notKept++
	if c.skipped == nil {
		c.skipped = map[string]int{}
	}
	c.skipped[regexp.MustCompile(`\d+`).ReplaceAllString(strings.TrimSpace(path), "N")]++
}

// alike compares plain texts; markup in what is wanted is taken off.
func alike(got, want string) bool {
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return got == want || flat(got) == flat(plain(want, maxText)) || flat(got) == flat(want)
}

var pathParts = regexp.MustCompile(`\[(\d+)\]|\['([^']*)'\]`)

// at finds the value of a path of feedparser's result.
func (ch Channel) at(path string) (string, bool) {
	if path == "len(entries)" {
		return strconv.Itoa(len(ch.Pieces)), true
	}
	var keys []string
	for _, m := range pathParts.FindAllStringSubmatch(path, -1) {
		keys = append(keys, m[1]+m[2])
	}
	key := strings.Join(keys, ".")
	if strings.HasPrefix(path, "feed") {
		return ch.feedAt(key)
	}
	if !strings.HasPrefix(path, "entries") {
		return "", false
	}
	n, rest, _ := strings.Cut(key, ".")
	i := atoi(n)
	if i >= len(ch.Pieces) {
		return "(no such piece)", true
	}
	return ch.Pieces[i].at(rest)
}

func (ch Channel) feedAt(key string) (string, bool) {
	switch key {
	case "title", "title_detail.value":
		return ch.Title, true
	case "description", "subtitle", "tagline", "tagline_detail.value", "subtitle_detail.value":
		return ch.Text, true
	case "link":
		return ch.Link, true
	case "language":
		return ch.Lang, true
	}
	return "", false
}

func (p Piece) at(key string) (string, bool) {
	tuple := func(t time.Time) string {
		return t.Format("(2006, 1, 2, 15, 4, 5, ") + strings.Join([]string{
			string(rune('0' + (int(t.Weekday())+6)%7)), strings.TrimLeft(t.Format("002"), "0")}, ", ") + ", 0)"
	}
	switch key {
	case "title", "title_detail.value":
		return p.Title, true
	case "description", "summary", "summary_detail.value", "content.0.value":
		return p.Text, true
	case "link":
		return p.Link, true
	case "id", "guid":
		return p.ID, true
	case "published_parsed":
		return pyTuple(tuple(p.Published)), true
	case "updated_parsed":
		return pyTuple(tuple(p.Updated)), true
	}
	return "", false
}

// pyTuple drops the zeros before numbers that Go's layout leaves.
func pyTuple(s string) string { return regexp.MustCompile(`\b0+(\d)`).ReplaceAllString(s, "$1") }

// results compares with the library's own wanted results beside a feed: the
// texts, addresses and dates that both forms have.
func (c *tally) results(path string, ch Channel) []string {
	if !strings.Contains(path, "gofeed") {
		return nil
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path, ".xml"), ".json")
	b, err := os.ReadFile(name + "_expected.json")
	if err != nil {
		if b, err = os.ReadFile(name + ".json"); err != nil || strings.HasSuffix(path, ".json") {
			return nil
		}
	}
	var want struct {
		Title, Link, Language, Description, Subtitle string
		Items, Entries                               []struct {
			Title, Link, Description, Content, GUID any
			ID                                      string
			PublishedParsed, PubDateParsed          *time.Time
			UpdatedParsed                           *time.Time
			Links                                   []any
		}
	}
	if json.Unmarshal(b, &want) != nil {
		return nil
	}
	var diffs []string
	check := func(what, got, wanted string) {
		switch {
		case wanted == "":
		case alike(got, wanted):
			c.same++
		default:
			c.differ++
			diffs = append(diffs, what+": got "+got+", want "+wanted)
		}
	}
	check("title", ch.Title, want.Title)
	check("link", ch.Link, want.Link)
	check("language", ch.Lang, want.Language)
	list := append(want.Items, want.Entries...)
	if len(list) != len(ch.Pieces) {
		c.differ++
		return append(diffs, "another number of pieces")
	}
	for i, w := range list {
		p := ch.Pieces[i]
		check("piece title", p.Title, str(w.Title))
		check("piece link", p.Link, str(w.Link))
		check("piece id", p.ID, str(w.GUID))
		if d := w.PublishedParsed; d != nil {
			check("published", p.Published.Format(time.RFC3339), d.UTC().Format(time.RFC3339))
		}
		if d := w.PubDateParsed; d != nil {
			check("published", p.Published.Format(time.RFC3339), d.UTC().Format(time.RFC3339))
		}
		if d := w.UpdatedParsed; d != nil {
			check("updated", p.Updated.Format(time.RFC3339), d.UTC().Format(time.RFC3339))
		}
	}
	return diffs
}

var pyEscape = regexp.MustCompile(`\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)`)

// pyString reads a Python literal of a text.
func pyString(s string) (string, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(strings.TrimPrefix(s, "u")), "' + '", "")
	for _, q := range []string{`"""`, `'''`, `"`, `'`} {
		if len(s) < 2*len(q) || !strings.HasPrefix(s, q) || !strings.HasSuffix(s, q) {
			continue
		}
		return pyEscape.ReplaceAllStringFunc(s[len(q):len(s)-len(q)], func(e string) string {
			switch e[1] {
			case 'n':
				return "\n"
			case 't':
				return "\t"
			case 'r':
				return "\r"
			case 'x', 'u', 'U':
				return string(hexRune(e[2:]))
			}
			return e[1:]
		}), true
	}
	return "", false
}

// hexRune reads the digits of a code point.
func hexRune(s string) rune {
	var r rune
	for _, d := range strings.ToLower(s) {
		r = r*16 + rune(strings.IndexRune("0123456789abcdef", d))
	}
	return r
}
