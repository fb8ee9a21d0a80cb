package web

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"soi/internal/desk"
)

// mostReach bounds what is counted in memory between two flushes; what is
// beyond is not counted.
const mostReach = 50_000

// reach counts in memory how often something was opened. It knows a day, a
// kind and a check, and nothing of who asked.
type reach struct {
	mu  sync.Mutex
	all map[desk.Reach]int // N is zero in the key
}

// newReach is a count of nothing.
func newReach() *reach { return &reach{all: map[desk.Reach]int{}} }

// add counts n more.
func (r *reach) add(what desk.Reach, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	what.N = 0
	if _, known := r.all[what]; known || len(r.all) < mostReach {
		r.all[what] += n
	}
}

// take empties the count.
func (r *reach) take() []desk.Reach {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]desk.Reach, 0, len(r.all))
	for k, n := range r.all {
		k.N = n
		out = append(out, k)
	}
	r.all = map[desk.Reach]int{}
	return out
}

// FlushReach writes down what was counted since the last call. What cannot be
// written is counted again with the next.
func (s *Site) FlushReach(ctx context.Context) error {
	s.tellKept()
	rs := s.reach.take()
	if err := s.Desk.CountReach(ctx, rs); err != nil {
		for _, r := range rs {
			s.reach.add(r, r.N)
		}
		return err
	}
	return nil
}

// reachOf says what a request counts as; false for most, and for what a program
// reads. A copy that the reader has and is told to show again counts as opened.
func (s *Site) reachOf(r route, v *visit, status int) (what desk.Reach, counted bool) {
	what, counted = s.opened(r, v, status)
	return what, counted && (r.feed || !byProgram(v.Request))
}

// opened says what a route counts as, whoever asks.
func (s *Site) opened(r route, v *visit, status int) (what desk.Reach, counted bool) {
	path, get := strings.CutPrefix(r.pattern, "GET ")
	if !get || v.Method != http.MethodGet || status != http.StatusOK && status != http.StatusNotModified {
		return what, false
	}
	what.Day = s.Desk.Day(s.Desk.Now())
	switch path {
	case "/checks/{id}":
		what.Kind, what.About = desk.ReachPage, desk.ID(v.PathValue("id"))
		return what, true
	case "/embed/check/{id}":
		what.Kind, what.About = desk.ReachEmbed, desk.ID(v.PathValue("id"))
		return what, true
	}
	if what.Kind = desk.ReachFeed; status == http.StatusNotModified {
		what.Kind = desk.ReachFeedSame
	}
	return what, r.feed
}

// count counts a request that was answered.
func (s *Site) count(r route, v *visit, status int) {
	if what, counted := s.reachOf(r, v, status); counted {
		s.reach.add(what, 1)
	}
}
