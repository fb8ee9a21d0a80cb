package email

import (
	"hash/maphash"
	"sync"
	"time"
)

// What one address may send within rateWindow. A person who passes on a whole group's messages sends fewer; two machines
// that answer each other send more, and the loop ends when we fall silent.
const (
	rateWindow   = time.Hour
	mostAnswered = 20     // mails that are answered
	mostTaken    = 60     // mails that are taken in
	mostCounted  = 50_000 // addresses counted at a time; a flood from more forgets the counts before it
)

// rate counts mails by address, in memory alone, under a hash whose key is new at every start.
type rate struct {
	mu     sync.Mutex
	seed   maphash.Seed
	begun  time.Time
	counts map[uint64]int
}

func newRate() *rate { return &rate{seed: maphash.MakeSeed(), counts: map[uint64]int{}} }

// count counts one more mail of the address and returns how many there were within the window.
func (r *rate) count(address string, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := now.Sub(r.begun); age < 0 || age > rateWindow || len(r.counts) >= mostCounted {
		r.begun = now
		clear(r.counts)
	}
	key := maphash.String(r.seed, address)
	r.counts[key]++
	return r.counts[key]
}

// giveBack takes one mail off the count: it was not stored, and comes again.
func (r *rate) giveBack(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key := maphash.String(r.seed, address); r.counts[key] > 0 {
		r.counts[key]--
	}
}
