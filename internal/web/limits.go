package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Budget is how much one network may ask for: Burst at once, and PerHour
// after that. The network around it (/24 for IPv4, /48 for IPv6) has eight
// times as much. A negative Burst means no limit.
type Budget struct {
	Burst   int
	PerHour int
}

// Budgets are the limits of the public site.
type Budgets struct {
	Solved Budget // asking with a solved proof-of-work
	Slow   Budget // asking without one: no scripts, or an old page
	Lookup Budget // ticket codes and choices
	Search Budget // searching
	Read   Budget // programs that read without a key: the JSON API, MCP
	SignIn Budget // attempts to sign in, besides the pace that auth keeps for each name
}

// DefaultBudgets leave room for a school or an office behind one address;
// the slow lane is for single people without scripts.
func DefaultBudgets() Budgets {
	return Budgets{
		Solved: Budget{Burst: 30, PerHour: 240},
		Slow:   Budget{Burst: 8, PerHour: 24},
		Lookup: Budget{Burst: 30, PerHour: 240},
		Search: Budget{Burst: 60, PerHour: 1200},
		Read:   Budget{Burst: 300, PerHour: 6000},
		SignIn: Budget{Burst: 30, PerHour: 240},
	}
}

// The names of the budgets in the route table.
const (
	budgetSolved = "solved"
	budgetSlow   = "slow"
	budgetLookup = "lookup"
	budgetSearch = "search"
	budgetRead   = "read"
	budgetSignIn = "sign-in"
)

// wideFactor is how much more the network around an address may ask for.
const wideFactor = 8

// maxBuckets bounds the memory of the limiter: about 20 MB. When it is full
// everyone starts afresh, which is kinder than refusing everyone.
const maxBuckets = 200_000

// limiter counts requests per network without holding an address: a bucket
// is named by an HMAC under a key that lives in memory only and is thrown
// away, with all buckets, after limiterLife (trust.md §3.3).
type limiter struct {
	mu      sync.Mutex
	key     [32]byte
	born    time.Time
	buckets map[[16]byte]bucket
	budgets Budgets
	now     func() time.Time
}

// limiterLife is how long a key and its buckets live.
const limiterLife = 24 * time.Hour

// bucket is what is left of a budget, and since when.
type bucket struct {
	left float64
	at   time.Time
}

// newLimiter starts with a fresh key. Zero budgets become the defaults.
func newLimiter(b Budgets, now func() time.Time) *limiter {
	def := DefaultBudgets()
	for _, p := range []struct{ have, def *Budget }{
		{&b.Solved, &def.Solved}, {&b.Slow, &def.Slow}, {&b.Lookup, &def.Lookup}, {&b.Search, &def.Search}, {&b.SignIn, &def.SignIn}, {&b.Read, &def.Read},
	} {
		if *p.have == (Budget{}) {
			*p.have = *p.def
		}
	}
	l := &limiter{budgets: b, now: now}
	l.renew()
	return l
}

// renew throws away the key and everything counted under it.
func (l *limiter) renew() {
	_, _ = rand.Read(l.key[:])
	l.born, l.buckets = l.now(), map[[16]byte]bucket{}
}

// budget is the budget of a name.
func (l *limiter) budget(name string) Budget {
	switch name {
	case budgetSolved:
		return l.budgets.Solved
	case budgetLookup:
		return l.budgets.Lookup
	case budgetSearch:
		return l.budgets.Search
	case budgetRead:
		return l.budgets.Read
	case budgetSignIn:
		return l.budgets.SignIn
	}
	return l.budgets.Slow
}

// take draws one request on a budget. When none is left it reports how long
// to wait for the next one; nothing is drawn then.
func (l *limiter) take(name string, addr netip.Addr) (wait time.Duration, ok bool) {
	b := l.budget(name)
	if b.Burst < 0 {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if age := now.Sub(l.born); age >= limiterLife || age < 0 || len(l.buckets) >= maxBuckets {
		l.renew()
	}
	narrow, wide := networks(addr)
	n, nWait := l.fill(l.name(name, narrow), b, now)
	wb := Budget{b.Burst * wideFactor, b.PerHour * wideFactor}
	w, wWait := l.fill(l.name(name, wide), wb, now)
	if nWait > 0 || wWait > 0 {
		return max(nWait, wWait), false
	}
	n.left--
	w.left--
	l.buckets[l.name(name, narrow)], l.buckets[l.name(name, wide)] = n, w
	return 0, true
}

// fill is a bucket as of now, and how long until it holds a whole request.
func (l *limiter) fill(id [16]byte, b Budget, now time.Time) (bucket, time.Duration) {
	have, ok := l.buckets[id]
	if !ok {
		have = bucket{left: float64(b.Burst), at: now}
	}
	perSecond := float64(b.PerHour) / 3600
	if passed := now.Sub(have.at).Seconds(); passed > 0 {
		have.left = min(float64(b.Burst), have.left+passed*perSecond)
	}
	have.at = now
	if have.left >= 1 {
		return have, 0
	}
	if perSecond == 0 {
		return have, limiterLife
	}
	return have, time.Duration((1-have.left)/perSecond*float64(time.Second)) + time.Millisecond
}

// name is the bucket of a budget and a network.
func (l *limiter) name(budget string, net netip.Prefix) [16]byte {
	m := hmac.New(sha256.New, l.key[:])
	m.Write([]byte(budget + "\x00" + net.String()))
	return [16]byte(m.Sum(nil)[:16])
}

// networks are the two networks an address counts for. An address that could
// not be told counts as one network that all of its kind share.
func networks(a netip.Addr) (narrow, wide netip.Prefix) {
	a = a.Unmap().WithZone("")
	if a.Is4() {
		n, _ := a.Prefix(32)
		w, _ := a.Prefix(24)
		return n, w
	}
	n, _ := a.Prefix(64)
	w, _ := a.Prefix(48)
	return n, w
}

// network is the address a request comes from: the socket's, or what the one
// configured proxy says in the last X-Forwarded-For entry. It is handed to
// the limiter and to nothing else.
func (s *Site) network(r *http.Request) netip.Addr {
	if s.Config.OneProxy {
		all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if a, err := netip.ParseAddr(strings.TrimSpace(all[len(all)-1])); err == nil {
			return a
		}
	}
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr()
}

// byProgram reports whether the request says itself that nobody is reading: a
// crawler, a program, or a browser that fetches ahead. What it says is looked
// at and forgotten.
func byProgram(r *http.Request) bool {
	if strings.Contains(r.Header.Get("Sec-Purpose")+r.Header.Get("Purpose"), "prefetch") {
		return true
	}
	says := strings.ToLower(r.UserAgent())
	for _, word := range []string{"bot", "crawl", "spider", "slurp", "archiver", "preview", "facebookexternalhit", "monitor", "curl/", "wget/", "python", "go-http-client", "java/", "libwww", "okhttp", "headlesschrome", "lighthouse"} {
		if strings.Contains(says, word) {
			return true
		}
	}
	return says == ""
}
