package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"soi/internal/desk"
)

// The lengths of a passphrase in characters (ASVS 5.0, 6.2.1 and 6.2.9).
const (
	MinPassphrase = 15
	MaxPassphrase = 128
)

// maxPassphraseBytes is more than MaxPassphrase characters can take.
const maxPassphraseBytes = 4 * MaxPassphrase

// The cost of Argon2id: OWASP's second choice, 19 MiB, two passes, one lane;
// 56 ms on a small server.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16 // bytes
	argonSum    = 32 // bytes
)

// hasher hashes passphrases, a few at a time: each takes 19 MiB, and a flood
// of sign-ins must not take the desk's memory. Browsers that have signed in
// before do not queue behind strangers.
type hasher struct {
	known, strangers chan struct{}
	decoy            []byte // compared with when there is no such account
}

func newHasher() *hasher {
	return &hasher{
		known:     make(chan struct{}, 1),
		strangers: make(chan struct{}, 2),
		decoy:     hashPassphrase(newToken()),
	}
}

// slot waits for a turn until ctx ends: desk.ErrBusy then.
func (h *hasher) slot(ctx context.Context, known bool) (release func(), err error) {
	c := h.strangers
	if known {
		c = h.known
	}
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-ctx.Done():
		return nil, desk.ErrBusy
	}
}

// matches compares a passphrase with a PHC string.
func (h *hasher) matches(ctx context.Context, known bool, phc []byte, passphrase string) (bool, error) {
	release, err := h.slot(ctx, known)
	if err != nil {
		return false, err
	}
	defer release()
	return phcMatches(phc, passphrase)
}

// hashPassphrase returns a passphrase as a PHC string:
//
//	$argon2id$v=19$m=19456,t=2,p=1$salt$sum
func hashPassphrase(passphrase string) []byte {
	var salt [argonSalt]byte
	_, _ = rand.Read(salt[:])
	sum := argon2.IDKey([]byte(passphrase), salt[:], argonTime, argonMemory, argonLanes, argonSum)
	return fmt.Appendf(nil, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(sum))
}

// phcMatches reads a PHC string and compares in constant time. It refuses
// costs beyond any this package has written, so that a changed row cannot eat
// the memory.
func phcMatches(phc []byte, passphrase string) (bool, error) {
	var version, memory, time, lanes int
	parts := strings.Split(string(phc), "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errSeal
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, errSeal
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes); err != nil {
		return false, errSeal
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) != argonSalt || len(sum) != argonSum ||
		memory < 8 || memory > 64*1024 || time < 1 || time > 4 || lanes != 1 {
		return false, errSeal
	}
	got := argon2.IDKey([]byte(passphrase), salt, uint32(time), uint32(memory), uint8(lanes), argonSum)
	return subtle.ConstantTimeCompare(got, sum) == 1, nil
}

// checkPassphrase says what is wrong with a new passphrase of somebody called
// name: nil, or a desk.Invalid with one problem. Nothing is asked of capitals,
// digits or signs: length is what counts.
func checkPassphrase(passphrase, name string) error {
	n := utf8.RuneCountInString(passphrase)
	switch {
	case n < MinPassphrase:
		return invalid(PassphraseShort)
	case n > MaxPassphrase || len(passphrase) > maxPassphraseBytes:
		return invalid(PassphraseLong)
	case easy(passphrase, name):
		return invalid(PassphraseEasy)
	}
	return nil
}

// easy reports whether a passphrase falls to the first things a guesser
// tries: a run along the keyboard or the alphabet, one piece said again and
// again, a few of the commonest passwords strung together, or the person's
// own name with a little added.
func easy(passphrase, name string) bool {
	letters := letterDigits(passphrase)
	distinct := map[rune]bool{}
	for _, r := range strings.ToLower(passphrase) {
		distinct[r] = true
	}
	if len(distinct) < 6 || repeats(letters) {
		return true
	}
	letters = withoutRuns(letters)
	for _, word := range append(commonPasswords(), letterDigits(name), letterDigits("soi")) {
		if word != "" {
			letters = strings.ReplaceAll(letters, word, "")
		}
	}
	// What is left must be more than a year and a sign.
	return utf8.RuneCountInString(letters) < 6
}

// letterDigits is s in lower case with letters and digits alone.
func letterDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// repeats reports whether s is one piece of at most 8 bytes said again and
// again, the last time perhaps cut short.
func repeats(s string) bool {
	for n := 1; n <= 8 && 2*n <= len(s); n++ {
		if s == strings.Repeat(s[:n], len(s)/n+1)[:len(s)] {
			return true
		}
	}
	return false
}

// withoutRuns is s without four or more letters in a row that fingers do by
// themselves, forwards or backwards.
func withoutRuns(s string) string {
	const least = 4
	runs := keyboardRuns()
	for _, run := range runs {
		b := []byte(run)
		slices.Reverse(b)
		runs = append(runs, string(b))
	}
	onRun := func(piece string) bool {
		return slices.ContainsFunc(runs, func(run string) bool { return strings.Contains(run, piece) })
	}
	var left strings.Builder
	for i := 0; i < len(s); {
		n := 1
		if i+least <= len(s) && onRun(s[i:i+least]) {
			for n = least; i+n < len(s) && onRun(s[i:i+n+1]); n++ {
			}
		} else {
			left.WriteByte(s[i])
		}
		i += n
	}
	return left.String()
}

// keyboardRuns are the rows, columns and zigzags of keyboards, and the
// alphabet; ASCII alone.
func keyboardRuns() []string {
	return []string{
		"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
		"qazwsxedcrfvtgbyhnujmikolp", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "qwertzuiopasdfghjklyxcvbnm",
	}
}

// commonPasswords head every public list of leaked passwords, English and
// Vietnamese, without those shorter than five letters.
func commonPasswords() []string {
	return []string{
		"correcthorsebatterystaple", "trustnoone", "trustno1", "iloveyou", "password", "passw0rd", "p4ssw0rd", "passphrase", "matkhau", "mậtkhẩu",
		"letmein", "welcome", "sunshine", "princess", "football", "baseball", "superman", "batman", "dragon", "monkey",
		"shadow", "master", "michael", "jordan", "charlie", "secret", "changeme", "default", "starwars", "whatever",
		"computer", "internet", "samsung", "pokemon", "freedom", "mustang", "hello", "admin", "administrator", "anhyeuem",
		"emyeuanh", "khongbiet", "vietnam", "saigon", "hanoi", "nothing", "login", "access", "family", "forever", "lovely", "jesus",
	}
}
