package web

import (
	"net/netip"

	"soi/internal/desk"
)

// helpedPage thanks a reader for saying whether a check answered them, and
// leads on.
type helpedPage struct {
	Path string // of the check
	Yes  bool
	Mail bool // appeals are taken
}

// head implements page.
func (helpedPage) head(w *words) head {
	return head{Title: w.t("helped.thanks"), Section: "checks", Private: true}
}

// helped answers POST /checks/{id}/helped. What is counted is a number of the
// day; a network is counted a few times for each check and day, and which one
// it was is not kept. Whoever sends more is thanked all the same.
func (s *Site) helped(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	said := v.field("said")
	if said != "yes" && said != "no" {
		return answer{}, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if _, err := s.Desk.Check(v.Context(), id, s.Signed()); err != nil {
		return answer{}, err
	}
	if s.limit.takeAbout("helped", string(id), s.network(v.Request)) {
		if err := s.Desk.CountHelped(v.Context(), id, s.Signed(), said == "yes"); err != nil {
			return answer{}, err
		}
	}
	return show("helped", helpedPage{Path: "/checks/" + string(id), Yes: said == "yes", Mail: s.Appeals != nil}), nil
}

// helpedEach is how many readers of one network are counted for one check and
// day: a household or a small office.
const helpedEach = 3

// takeAbout draws on a small budget of its own for each thing, such as one
// check, that lasts as long as the limiter's key: a day at most.
func (l *limiter) takeAbout(name, about string, addr netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if age := now.Sub(l.born); age >= limiterLife || age < 0 || len(l.buckets) >= maxBuckets {
		l.renew()
	}
	narrow, wide := networks(addr)
	for _, x := range []struct {
		id    [16]byte
		burst int
	}{{l.name(name+"\x00"+about, narrow), helpedEach}, {l.name(name+"\x00"+about, wide), helpedEach * wideFactor}} {
		b, wait := l.fill(x.id, Budget{Burst: x.burst}, now)
		if wait > 0 {
			return false
		}
		b.left--
		l.buckets[x.id] = b
	}
	return true
}
