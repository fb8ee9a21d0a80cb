package desk

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// ID names a thing of the desk: 26 letters of Crockford's base32 in lower
// case (0-9, a-z without i, l, o, u) holding 128 random bits. It carries no
// time and no order, so that the public log reveals neither. The empty ID
// means "none".
type ID string

// crockford is the alphabet of Douglas Crockford's base32, lower case.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// NewID returns a fresh random ID.
func NewID() ID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24: it ends the program instead
	return idFrom(b)
}

// idFrom spells 128 bits as 26 letters; the first letter carries 3 bits.
func idFrom(b [16]byte) ID {
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var out [26]byte
	for i := 25; i >= 0; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return ID(out[:])
}

// Valid reports whether id is spelled as NewID spells one: 26 letters of the
// alphabet, the first at most 7 because 26 letters hold two bits too many.
func (id ID) Valid() bool {
	if len(id) != 26 || id[0] > '7' {
		return false
	}
	for i := range len(id) {
		if strings.IndexByte(crockford, id[i]) < 0 {
			return false
		}
	}
	return true
}

// ticketLetters leaves out vowels and look-alikes, so that a code read over
// the telephone is heard right and never spells a word.
const ticketLetters = "23456789BCDFGHJKMNPQRSTVWXYZ"

// ticketLen is 10 letters of 28: 48 bits, out of reach of guessing through
// a rate-limited page.
const ticketLen = 10

// NewTicket derives the ticket code of one form: the same key and form
// always give the same code, so that a replayed request shows the asker the
// code it showed the first time, although the desk keeps only its hash. key
// is a secret of the installation; form is the random value of the form.
func NewTicket(key []byte, form string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("soi ticket\x00" + form))
	sum := m.Sum(nil)
	var b strings.Builder
	for i := range ticketLen {
		if i == 3 || i == 6 {
			b.WriteByte('-')
		}
		// Two bytes a letter keep the bias of the remainder below 1 in 2,000.
		v := binary.BigEndian.Uint16(sum[2*i:])
		b.WriteByte(ticketLetters[int(v)%len(ticketLetters)])
	}
	return b.String()
}

// TicketHash is what the desk keeps of a ticket code: SHA-256 over the code
// in capitals without spaces and dashes. It returns nil for a text that
// cannot be a code.
func TicketHash(code string) []byte {
	var b strings.Builder
	for _, r := range strings.ToUpper(code) {
		switch {
		case r == ' ' || r == '-' || r == '–' || r == '.':
		case strings.ContainsRune(ticketLetters, r):
			b.WriteRune(r)
		default:
			return nil
		}
	}
	if b.Len() != ticketLen {
		return nil
	}
	sum := sha256.Sum256([]byte("soi ticket hash\x00" + b.String()))
	return sum[:]
}
