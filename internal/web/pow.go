package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Proof-of-work is a price on asking in bulk, never a test of a person: the
// browser looks for a number, the asker does nothing, and who has no scripts
// takes the slow lane.

// DefaultPowBits costs a phone about a second: 2^16 hashes on average.
const DefaultPowBits = 16

// powLife is how long a challenge can be solved for: an hour of typing.
const powLife = time.Hour

// maxSpent bounds the memory of used challenges; when it is reached every
// challenge made so far is void and its form takes the slow lane.
const maxSpent = 200_000

// errSpent refuses a challenge that already carried another message.
var errSpent = errors.New("form was used for another message")

// errUnsolved says that a form carries no valid solution, whatever the cause.
var errUnsolved = errors.New("no valid proof-of-work")

// pow makes and checks challenges. A challenge is
//
//	EXPIRY.BITS.MAC    (unix seconds . leading zero bits . base64url)
//
// where MAC is an HMAC over the purpose of the form, the form's random value,
// EXPIRY and BITS, so none of them can be changed or moved to another form.
// A solution is a number N so that SHA-256(CHALLENGE "." FORM "." N) starts
// with BITS zero bits. Each challenge counts once.
type pow struct {
	key   []byte
	bits  int
	now   func() time.Time
	mu    sync.Mutex
	spent map[string]use // by MAC
	since time.Time      // challenges made before this are void
}

// use is what a challenge was spent on: a keyed hash of the message, so that
// a double click is told from a second message.
type use struct {
	what [32]byte
	till time.Time
}

// newPow derives its own key from the secret of the installation.
func newPow(secret []byte, bits int, now func() time.Time) *pow {
	if bits == 0 {
		bits = DefaultPowBits
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("soi proof-of-work"))
	return &pow{key: m.Sum(nil), bits: bits, now: now, spent: map[string]use{}}
}

// newForm is the random value of a form: 128 bits, base64url.
func newForm() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// validForm reports whether s is spelled as newForm spells one.
func validForm(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 16
}

// challenge is a fresh challenge for a form.
func (p *pow) challenge(purpose, form string) string {
	till := p.now().Add(powLife).Unix()
	return p.spell(purpose, form, till, p.bits)
}

// spell writes a challenge with its MAC.
func (p *pow) spell(purpose, form string, till int64, nbits int) string {
	head := strconv.FormatInt(till, 10) + "." + strconv.Itoa(nbits)
	m := hmac.New(sha256.New, p.key)
	m.Write([]byte(purpose + "\x00" + form + "\x00" + head))
	return head + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// spend uses up a solved challenge for a message. again is true when the
// same challenge was spent on the same message before. errUnsolved: wrong,
// forged, expired, of another form or of lower difficulty. errSpent: spent on
// another message.
func (p *pow) spend(purpose, form, challenge, solution, message string) (again bool, err error) {
	parts := strings.Split(challenge, ".")
	if len(parts) != 3 || len(solution) == 0 || len(solution) > 20 {
		return false, errUnsolved
	}
	till, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return false, errUnsolved
	}
	// The difficulty is ours, not what the form says.
	want := p.spell(purpose, form, till, p.bits)
	end := time.Unix(till, 0)
	if !hmac.Equal([]byte(want), []byte(challenge)) || !p.now().Before(end) || !solved(challenge, form, solution, p.bits) {
		return false, errUnsolved
	}
	m := hmac.New(sha256.New, p.key)
	m.Write([]byte("message\x00" + message))
	return p.mark(challenge, use{[32]byte(m.Sum(nil)), end})
}

// mark remembers a challenge as spent; of many at once exactly one is first.
func (p *pow) mark(challenge string, u use) (again bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.till.Add(-powLife).Before(p.since) {
		return false, errUnsolved
	}
	if old, ok := p.spent[challenge]; ok {
		if old.what != u.what {
			return false, errSpent
		}
		return true, nil
	}
	if len(p.spent) >= maxSpent {
		p.tidy()
	}
	p.spent[challenge] = u
	return false, nil
}

// tidy forgets what has expired; if that leaves no room, everything, and
// with it every challenge made so far.
func (p *pow) tidy() {
	now := p.now()
	for c, u := range p.spent {
		if !now.Before(u.till) {
			delete(p.spent, c)
		}
	}
	if len(p.spent) >= maxSpent {
		p.spent, p.since = map[string]use{}, now.Add(time.Second)
	}
}

// solved checks a solution.
func solved(challenge, form, solution string, nbits int) bool {
	sum := sha256.Sum256([]byte(challenge + "." + form + "." + solution))
	zeros := 0
	for i := 0; i < len(sum); i += 8 {
		z := bits.LeadingZeros64(binary.BigEndian.Uint64(sum[i:]))
		zeros += z
		if z < 64 {
			break
		}
	}
	return zeros >= nbits
}
