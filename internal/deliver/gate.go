package deliver

import (
	"sync"
	"time"

	"soi/internal/desk"
)

// gate keeps a channel within its platform's rate: a bucket of one second's
// messages for all askers together, and a least pause for each.
type gate struct {
	limits Limits

	mu     sync.Mutex
	tokens float64
	filled time.Time
	rests  time.Time             // the platform asked for quiet until then
	last   map[desk.ID]time.Time // when each conversation was last written to
}

// gateOf is the gate of a channel, made when it is first asked for.
func (s *Sender) gateOf(channel string, l Limits) *gate {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.gate[channel]
	if g == nil {
		g = &gate{limits: l, tokens: max(1, l.PerSecond), last: map[desk.ID]time.Time{}}
		s.gate[channel] = g
	}
	return g
}

// resting lists the channels that take nothing just now: a long line before one
// of them keeps nobody waiting at the others.
func (s *Sender) resting() (out []string) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for channel, g := range s.gate {
		if !g.open(now) {
			out = append(out, channel)
		}
	}
	return out
}

// open reports whether the channel takes a message now.
func (g *gate) open(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ready(now)
}

// ready fills the bucket up to now and reports whether the channel takes a
// message. Called with mu held.
func (g *gate) ready(now time.Time) bool {
	if now.Before(g.rests) && g.rests.Sub(now) < time.Hour {
		return false
	}
	if g.limits.PerSecond <= 0 {
		return true
	}
	if passed := now.Sub(g.filled).Seconds(); passed > 0 || passed < -1 {
		g.tokens = min(g.tokens+max(passed, 0)*g.limits.PerSecond, max(1, g.limits.PerSecond))
		g.filled = now
	}
	return g.tokens >= 1
}

// pass lets one message through, or says when its conversation may be written
// to again; the zero time means that the whole channel has to rest.
func (g *gate) pass(c desk.ID, now time.Time) (until time.Time, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ready(now) {
		return time.Time{}, false
	}
	if last, said := g.last[c]; said && g.limits.Pause > 0 {
		if next := last.Add(g.limits.Pause); now.Before(next) && now.After(last.Add(-time.Second)) {
			return next, false
		}
	}
	if g.limits.PerSecond > 0 {
		g.tokens--
	}
	if g.limits.Pause > 0 {
		g.note(c, now)
	}
	return now, true
}

// note remembers when a conversation was written to, and forgets what no longer
// matters when there are many.
func (g *gate) note(c desk.ID, now time.Time) {
	if len(g.last) > 10_000 {
		for id, t := range g.last {
			if now.Sub(t) > g.limits.Pause {
				delete(g.last, id)
			}
		}
	}
	g.last[c] = now
}

// rest keeps the gate closed for a while.
func (g *gate) rest(until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until.After(g.rests) {
		g.rests = until
	}
}
