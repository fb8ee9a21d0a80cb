package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// limiterAt is a limiter with a small slow lane whose clock the test moves.
func limiterAt() (*limiter, *time.Time) {
	now := testNow
	l := newLimiter(Budgets{Slow: Budget{Burst: 2, PerHour: 60}, Search: Budget{Burst: -1}}, func() time.Time { return now })
	return l, &now
}

// drain takes until refused and returns how often it succeeded.
func drain(l *limiter, name, addr string) int {
	for n := 0; n < 1000; n++ {
		if _, ok := l.take(name, netip.MustParseAddr(addr)); !ok {
			return n
		}
	}
	return 1000
}

func TestBudgets(t *testing.T) {
	l, now := limiterAt()
	if n := drain(l, budgetSlow, "192.0.2.1"); n != 2 {
		t.Errorf("one address may ask %d times, want 2", n)
	}
	if n := drain(l, budgetSlow, "192.0.2.2"); n != 2 {
		t.Errorf("its neighbour may ask %d times, want 2", n)
	}
	if n := drain(l, budgetSolved, "192.0.2.1"); n != DefaultBudgets().Solved.Burst {
		t.Errorf("the other lane has %d, want the default", n)
	}
	if n := drain(l, budgetSearch, "192.0.2.1"); n != 1000 {
		t.Errorf("a negative burst is a limit of %d", n)
	}
	wait, ok := l.take(budgetSlow, netip.MustParseAddr("192.0.2.1"))
	if ok || wait <= 0 || wait > time.Minute+time.Second {
		t.Errorf("refused with a wait of %v", wait)
	}
	*now = now.Add(wait)
	if n := drain(l, budgetSlow, "192.0.2.1"); n != 1 {
		t.Errorf("after the wait it may ask %d times, want 1", n)
	}
}

// TestWideNetworks: many addresses of one network share a wider budget.
func TestWideNetworks(t *testing.T) {
	for _, form := range []string{"198.51.100.%d", "2001:db8:1:%d::1"} {
		l, _ := limiterAt()
		total := 0
		for i := range 100 {
			total += drain(l, budgetSlow, fmt.Sprintf(form, i))
		}
		if total != 2*wideFactor {
			t.Errorf("%s: %d questions from one network, want %d", form, total, 2*wideFactor)
		}
	}
	l, _ := limiterAt()
	drain(l, budgetSlow, "2001:db8:1:1::1")
	if n := drain(l, budgetSlow, "2001:db8:1:1:ffff::2"); n != 0 {
		t.Errorf("another address of the same /64 has %d", n)
	}
	drain(l, budgetSlow, "203.0.113.9")
	if n := drain(l, budgetSlow, "::ffff:203.0.113.9"); n != 0 {
		t.Errorf("the same address written as IPv6 has %d", n)
	}
}

// TestNoAddressIsHeld: nothing in the limiter shows an address, and the key
// goes with everything counted under it after a day or when the clock jumps
// back.
func TestNoAddressIsHeld(t *testing.T) {
	l, now := limiterAt()
	drain(l, budgetSlow, "203.0.113.77")
	dump := fmt.Sprintf("%+v", l.buckets)
	for id := range l.buckets {
		dump += fmt.Sprintf(" %x %q", id, id)
	}
	for _, trace := range []string{"203.0.113", "cb00714d", "[203 0 113 77]"} {
		if strings.Contains(dump, trace) {
			t.Errorf("the limiter holds %s", trace)
		}
	}
	for _, jump := range []time.Duration{limiterLife, -time.Hour} {
		key := l.key
		drain(l, budgetSlow, "203.0.113.77")
		*now = now.Add(jump)
		if n := drain(l, budgetSlow, "203.0.113.77"); n != 2 || l.key == key {
			t.Errorf("after %v: %d questions, same key %v", jump, n, l.key == key)
		}
	}
}

// TestNetwork: a forwarded address counts only behind the one configured
// proxy, and then only the entry the proxy itself wrote.
func TestNetwork(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "192.0.2.1:555"
	r.Header.Add("X-Forwarded-For", "198.51.100.1, 198.51.100.2")
	r.Header.Add("X-Forwarded-For", "198.51.100.3")
	s := &Site{}
	if got := s.network(r).String(); got != "192.0.2.1" {
		t.Errorf("without a proxy: %s", got)
	}
	s.Config.OneProxy = true
	if got := s.network(r).String(); got != "198.51.100.3" {
		t.Errorf("behind a proxy: %s", got)
	}
	r.Header.Set("X-Forwarded-For", "unknown")
	if got := s.network(r).String(); got != "192.0.2.1" {
		t.Errorf("with a broken header: %s", got)
	}
	r.RemoteAddr = "pipe"
	if wait, ok := newLimiter(Budgets{}, time.Now).take(budgetSlow, s.network(r)); !ok {
		t.Errorf("an address that cannot be told is refused at once, for %v", wait)
	}
}
