package feed

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"soi/internal/desk"
)

// TestWireCopiesCountOnce: five outlets print one text; it is suggested once,
// with the other outlets beside it.
func TestWireCopiesCountOnce(t *testing.T) {
	w := newWorld(t)
	r := w.runner(nil)
	for i := range 5 {
		host := fmt.Sprintf("b%d.test", i)
		w.site(host, func(out http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/rss" {
				fmt.Fprint(out, w.rss(fmt.Sprintf("%d|http://%s/1|1h|%s %s", i, host, fact, "Đây là lời cuối của báo.")))
				return
			}
			http.NotFound(out, r)
		})
		w.read(w.outlet(fmt.Sprint("Báo ", i)), "http://"+host+"/rss")
		w.all(r)
	}
	list, err := w.Suggestions(t.Context(), w.editor, desk.SuggestionFilter{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d suggestions, %v", len(list), err)
	}
	s := list[0]
	if s.Sentence != fact || s.Link != "http://b0.test/1" || s.Outlet.Name != "Báo 0" || len(s.Also) != 4 {
		t.Errorf("%+v", s)
	}
	if !slices.Contains(s.Reasons, "figure") || !slices.Contains(s.Reasons, "attributed") {
		t.Errorf("reasons %v", s.Reasons)
	}
}

// TestWireCopiesReadAtOnce: papers that bring the same text in the same moment
// are one story, whichever is first.
func TestWireCopiesReadAtOnce(t *testing.T) {
	for range 30 {
		w := newWorld(t)
		r := w.runner(func(o *Options) { o.Words = &together{Words: o.Words, all: make(chan struct{}), wait: 4} })
		for i := range 4 {
			host := fmt.Sprintf("g%d.test", i)
			w.site(host, func(out http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/rss" {
					fmt.Fprint(out, w.rss(fmt.Sprintf("%d|http://%s/1|1h|%s", i, host, fact)))
					return
				}
				http.NotFound(out, r)
			})
			w.read(w.outlet(fmt.Sprint("Báo ", i)), "http://"+host+"/rss")
		}
		w.all(r)
		list, err := w.Suggestions(t.Context(), w.editor, desk.SuggestionFilter{})
		if err != nil || len(list) != 1 || len(list[0].Also) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
	}
}

// together lets texts through only when so many have come.
type together struct {
	Words
	mu   sync.Mutex
	wait int
	all  chan struct{}
}

func (g *together) Sketch(s string) []byte {
	g.mu.Lock()
	if g.wait--; g.wait == 0 {
		close(g.all)
	}
	g.mu.Unlock()
	<-g.all
	return g.Words.Sketch(s)
}

// TestStoriesOutlastReadingAnew: what was found a moment ago and is not stored
// yet is known after the list was read anew; a piece is no copy of itself.
func TestStoriesOutlastReadingAnew(t *testing.T) {
	w := newWorld(t)
	r := w.runner(nil)
	piece := func(feed, guid string) desk.Piece {
		p := desk.Piece{ID: desk.NewID(), Feed: desk.ID(feed), GUID: []byte(guid), Folded: []byte(fact), Sketch: plainWords{}.Sketch(fact)}
		p.Story = p.ID
		return p
	}
	other := piece("a", "0")
	other.Folded, other.Sketch = []byte("x"), []byte("x")
	r.storyOf(t.Context(), other) // the list is read
	w.pass(recentKept - time.Second)
	first := piece("a", "1")
	if _, ok := r.storyOf(t.Context(), first); ok {
		t.Error("the first is a copy")
	}
	if _, ok := r.storyOf(t.Context(), piece("a", "1")); ok {
		t.Error("a piece that could not be stored is a copy of itself when it is fetched again")
	}
	w.pass(2 * time.Second)
	if story, ok := r.storyOf(t.Context(), piece("b", "1")); !ok || story != first.Story {
		t.Error("a story whose feed is under way was forgotten when the list was read anew")
	}
}
