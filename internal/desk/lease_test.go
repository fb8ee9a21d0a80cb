package desk_test

import (
	"testing"
	"time"

	"soi/internal/desk"
)

// One holder at a time; it passes on when its time is over or when its holder,
// and nobody else, gives it back.
func TestLease(t *testing.T) {
	o := newOffice(t)
	for i, x := range []struct {
		after  time.Duration
		holder string
		lasts  time.Duration
		mine   bool
	}{
		{0, "a", time.Minute, true}, {time.Second, "b", time.Minute, false}, {time.Second, "a", time.Minute, true},
		{0, "b", 0, false}, {0, "b", time.Minute, false}, // b never had it: there is nothing to give back
		{time.Minute, "b", time.Minute, true}, {0, "a", time.Minute, false},
		{0, "b", 0, true}, {time.Second, "a", time.Minute, true},
		{-time.Hour, "b", time.Minute, true}, // written by a clock that was wrong
	} {
		o.pass(x.after)
		mine, err := o.Lease(o.ctx(), desk.Program(), "answers", x.holder, x.lasts)
		o.must(err)
		if mine != x.mine {
			t.Errorf("line %d: %s has it: %v, want %v", i+1, x.holder, mine, x.mine)
		}
	}
}
