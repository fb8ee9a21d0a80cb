package web

import (
	"testing"
	"time"
)

// TestOneDrawsForAll: of those who want a page that grew old, or that is not
// there yet, one draws it.
func TestOneDrawsForAll(t *testing.T) {
	var c pageCache
	k, state, at := pageKey{path: "/x"}, pageState{1, 2}, time.Unix(1000, 0)
	find := func() *drawnPage { return c.get(k, state, at) }
	for range 2 { // of such a route nothing was ever kept: nobody waits
		p, done := c.turn(t.Context(), k, "GET /x", find)
		if done(); p != nil {
			t.Fatal("a page out of nowhere")
		}
	}
	c.put(k, "GET /x", &drawnPage{state: state, at: at})
	if c.get(k, state, at.Add(pageLife)) == nil || c.get(k, pageState{2, 2}, at) != nil || c.get(k, pageState{1, 3}, at) != nil || c.get(k, state, at.Add(-time.Second)) != nil {
		t.Error("a page is kept too short, or beyond what it was drawn from")
	}
	draw := 0
	for range 10 {
		if c.get(k, state, at.Add(pageLife+1)) == nil {
			draw++
		}
	}
	if draw != 1 || c.get(k, state, at.Add(2*pageLife+1)) != nil {
		t.Errorf("%d of ten draw a page that grew old", draw)
	}

	other := pageKey{path: "/y"}
	find = func() *drawnPage { return c.get(other, state, at) }
	if p, _ := c.turn(t.Context(), k, "GET /x", find); p != nil {
		t.Error("another page")
	}
	p, done := c.turn(t.Context(), other, "GET /x", find)
	if p != nil {
		t.Fatal("a page that nobody drew")
	}
	got := make(chan *drawnPage)
	for range 5 {
		go func() {
			p, done := c.turn(t.Context(), other, "GET /x", find)
			done()
			got <- p
		}()
	}
	drawn := &drawnPage{state: state, at: at}
	c.put(other, "GET /x", drawn)
	done()
	for range 5 {
		if p := <-got; p != nil && p != drawn {
			t.Error("another page")
		}
	}
}
