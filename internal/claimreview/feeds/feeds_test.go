package feeds

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

type writer func(io.Writer, Feed, []Notice) error

func writers() map[string]writer {
	return map[string]writer{"rss.xml": RSS, "atom.xml": Atom, "feed.json": JSON}
}

func sample() (Feed, []Notice) {
	t := time.Date(2026, 11, 14, 7, 30, 0, 0, time.FixedZone("", 7*3600))
	f := Feed{Title: "Bàn kiểm chứng thử", Description: "Bài mới và đính chính", Home: "https://desk.example/", Self: "https://desk.example/feed?lang=vi&kind=all", Lang: "vi", Publisher: "Bàn kiểm chứng thử", Updated: t.Add(time.Hour)}
	return f, []Notice{
		{ID: "tag:desk.example,2026:check/2026-00417", URL: "https://desk.example/vi/k/2026-00417", Title: "Sai: nước chanh nóng <b>không</b> chữa được ung thư", Summary: "Một đoạn trả lời & nguồn.\nDòng hai.", Lang: "vi", Topics: []string{"sức khỏe", " "}, Published: t, Updated: t.Add(time.Hour)},
		{ID: "https://desk.example/en/k/2", URL: "https://desk.example/en/k/2", Title: "Withdrawn: ]]> \x00\x0b\ufffe and \U0001F600", Lang: "en", Published: t},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s: %s", name, d)
	}
}

func TestGolden(t *testing.T) {
	f, ns := sample()
	for name, write := range writers() {
		var b bytes.Buffer
		if err := write(&b, f, ns); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
	pages := []Page{{URL: "https://desk.example/vi/k/1?a=1&b=2", Modified: ns[0].Published, Versions: []Version{{"vi", "https://desk.example/vi/k/1?a=1&b=2"}, {"en", "https://desk.example/en/k/1"}}}, {URL: "https://desk.example/"}}
	var b bytes.Buffer
	if err := Sitemap(&b, pages); err != nil {
		t.Fatal(err)
	}
	golden(t, "sitemap.xml", b.Bytes())
	b.Reset()
	if err := SitemapIndex(&b, pages); err != nil {
		t.Fatal(err)
	}
	golden(t, "sitemap-index.xml", b.Bytes())
}

// An independent reader finds in each format what was written, whatever the
// texts hold.
func TestAnotherReaderAgrees(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]string{"<b>", "]]>", "&amp;", "\x00", "\x1f", "\ufffe", "\xff", "'", "\"", " ", "Ẵ"}), rapid.String()), 0, 5).Draw(t, "parts")
		return "x" + strings.Join(parts, "") + "y"
	})
	rapid.Check(t, func(t *rapid.T) {
		f, ns := sample()
		f.Title = text.Draw(t, "feed title")
		for i := range ns {
			ns[i].Title, ns[i].Summary = text.Draw(t, "title"), text.Draw(t, "summary")
			ns[i].ID += "/" + rapid.StringMatching(`[a-z0-9&=]{0,6}`).Draw(t, "id")
			ns[i].Topics = []string{text.Draw(t, "topic")}
			ns[i].Published = time.Unix(int64(rapid.IntRange(0, 4_000_000_000).Draw(t, "published")), 0)
			ns[i].Updated = ns[i].Published.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "later")) * time.Second)
		}
		for name, write := range writers() {
			var b bytes.Buffer
			if err := write(&b, f, ns); err != nil {
				t.Fatal(err)
			}
			got, err := gofeed.NewParser().Parse(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, b.String())
			}
			same(t, name, f, ns, got)
		}
	})
}

// normal is text as a reader may show it: white space is not theirs to keep,
// and some readers resolve entities twice or strip what looks like CDATA.
func normal(s string) string { return strings.Join(strings.Fields(s), " ") }

func same(t *rapid.T, name string, f Feed, ns []Notice, got *gofeed.Feed) {
	if normal(got.Title) != line(f.Title) || got.Link != f.Home || got.FeedLink != f.Self {
		t.Fatalf("%s: feed %q %q %q", name, got.Title, got.Link, got.FeedLink)
	}
	if len(got.Items) != len(ns) {
		t.Fatalf("%s: %d notices", name, len(got.Items))
	}
	for i, n := range ns {
		g := got.Items[i]
		if normal(g.Title) != line(n.Title) || g.Link != n.URL || g.GUID != n.ID {
			t.Fatalf("%s: %q %q %q, want %q %q %q", name, g.Title, g.Link, g.GUID, line(n.Title), n.URL, n.ID)
		}
		text := g.Description
		if name == "rss.xml" {
			text = html.UnescapeString(text)
		}
		if name == "feed.json" {
			text = g.Content
		}
		if normal(text) != normal(clean(n.Summary)) {
			t.Fatalf("%s: summary %q, want %q", name, text, clean(n.Summary))
		}
		if g.PublishedParsed == nil || !g.PublishedParsed.Equal(n.Published) {
			t.Fatalf("%s: published %v, want %v", name, g.PublishedParsed, n.Published)
		}
		if name != "rss.xml" && (g.UpdatedParsed == nil || !g.UpdatedParsed.Equal(n.Updated)) {
			t.Fatalf("%s: updated %v, want %v", name, g.UpdatedParsed, n.Updated)
		}
		if want := topics(n); len(want) > 0 && (len(g.Categories) != 1 || normal(g.Categories[0]) != want[0]) {
			t.Fatalf("%s: topics %q, want %q", name, g.Categories, want)
		}
	}
}

func TestEmptyFeedsAreSound(t *testing.T) {
	f, _ := sample()
	for name, write := range writers() {
		var b bytes.Buffer
		if err := write(&b, f, nil); err != nil {
			t.Fatal(err)
		}
		if got, err := gofeed.NewParser().Parse(&b); err != nil || len(got.Items) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b bytes.Buffer
	_ = JSON(&b, f, nil)
	if !strings.Contains(b.String(), `"items": []`) {
		t.Error("items must be there when empty")
	}
}

func TestIncompleteIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Feed, []Notice){
		"title": func(f *Feed, _ []Notice) { f.Title = "" }, "self": func(f *Feed, _ []Notice) { f.Self = "" }, "home": func(f *Feed, _ []Notice) { f.Home = "" },
		"publisher": func(f *Feed, _ []Notice) { f.Publisher = "" }, "time": func(f *Feed, _ []Notice) { f.Updated = time.Time{} },
		"id": func(_ *Feed, n []Notice) { n[1].ID = "" }, "url": func(_ *Feed, n []Notice) { n[1].URL = "" },
		"headline": func(_ *Feed, n []Notice) { n[0].Title = "" }, "date": func(_ *Feed, n []Notice) { n[0].Published = time.Time{} },
	} {
		for format, write := range writers() {
			f, ns := sample()
			spoil(&f, ns)
			if err := write(io.Discard, f, ns); !errors.Is(err, ErrIncomplete) {
				t.Errorf("%s without %s: %v", format, name, err)
			}
		}
	}
}

func TestSitemapLimits(t *testing.T) {
	pages := make([]Page, MaxSitemap+1)
	for i := range pages {
		pages[i].URL = "https://desk.example/"
	}
	if err := Sitemap(io.Discard, pages); !errors.Is(err, ErrTooMany) {
		t.Errorf("too many: %v", err)
	}
	var b bytes.Buffer
	if err := Sitemap(&b, pages[1:]); err != nil {
		t.Fatal(err)
	}
	var back struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(b.Bytes(), &back); err != nil || len(back.URLs) != MaxSitemap {
		t.Errorf("%d %v", len(back.URLs), err)
	}
	if err := SitemapIndex(io.Discard, []Page{{}}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("no address: %v", err)
	}
}

func TestWriteErrorsAreGiven(t *testing.T) {
	f, ns := sample()
	for name, write := range writers() {
		if err := write(failing{}, f, ns); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func FuzzFeeds(f *testing.F) {
	f.Add("title", "a summary", "tag:x,2026:1")
	f.Add("<x>]]>", "\x00\xff\ufffe&#0;", "urn:x")
	f.Fuzz(func(t *testing.T, title, summary, id string) {
		feed, ns := sample()
		ns[0].Title, ns[0].Summary, ns[0].ID = title, summary, id
		for name, write := range writers() {
			var b bytes.Buffer
			err := write(&b, feed, ns)
			if errors.Is(err, ErrIncomplete) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if name == "feed.json" {
				if !json.Valid(b.Bytes()) {
					t.Fatalf("not JSON: %s", b.Bytes())
				}
				continue
			}
			dec := xml.NewDecoder(&b)
			for {
				if _, err := dec.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
	})
}
