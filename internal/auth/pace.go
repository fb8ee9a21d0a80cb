package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// The pace at which one name may be tried: ten at once, then one every five
// minutes. A guesser who knows the passphrase gets 288 tries a day at three
// valid codes of a million, 1 in 1,157 a day.
const (
	paceBurst = 10
	paceEvery = 5 * time.Minute
	// paceNames bounds the memory: 50,000 names are some 4 MB. Each stands
	// for a try that cost a passphrase hash, so a flood of made-up names
	// needs longer to push one out than that one needs to recover.
	paceNames = 50_000
)

// pace counts tries by name, in memory alone, and knows no addresses. A name
// that does not exist is counted like one that does. So that nobody can lock
// somebody else out, a browser that has signed in to an account before has a
// count of its own (see remember), and passkeys and links are not counted.
//
// It is the generic cell rate algorithm: per name the time at which the last
// of the allowed tries will have been earned back.
type pace struct {
	now func() time.Time
	key [32]byte // names are kept as keyed hashes

	mu    sync.Mutex
	until map[[16]byte]time.Time
}

func newPace(now func() time.Time) *pace {
	p := &pace{now: now, until: map[[16]byte]time.Time{}}
	_, _ = rand.Read(p.key[:])
	return p
}

// cell is where a name is counted.
func (p *pace) cell(name string) (c [16]byte) {
	m := hmac.New(sha256.New, p.key[:])
	m.Write([]byte(name))
	copy(c[:], m.Sum(nil))
	return c
}

// take counts one try; when there is none left it says how long until there
// is one.
func (p *pace) take(name string) (after time.Duration, ok bool) {
	c, now := p.cell(name), p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.until[c]
	if u.Before(now) {
		u = now
	}
	// A clock that was set back must not make anybody wait for years.
	if most := now.Add(paceBurst * paceEvery); u.After(most) {
		u = most
	}
	u = u.Add(paceEvery)
	if over := u.Sub(now) - paceBurst*paceEvery; over > 0 {
		return over, false
	}
	if _, there := p.until[c]; !there && len(p.until) >= paceNames {
		p.makeRoom(now)
	}
	p.until[c] = u
	return 0, true
}

// refund gives the try back that a successful sign-in took.
func (p *pace) refund(name string) {
	c := p.cell(name)
	p.mu.Lock()
	defer p.mu.Unlock()
	if u, ok := p.until[c]; ok {
		p.until[c] = u.Add(-paceEvery)
	}
}

// makeRoom forgets names that have recovered, or else any one.
func (p *pace) makeRoom(now time.Time) {
	for c, u := range p.until {
		if !u.After(now) {
			delete(p.until, c)
		}
	}
	for c := range p.until {
		if len(p.until) < paceNames {
			return
		}
		delete(p.until, c)
	}
}
