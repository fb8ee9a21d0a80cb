package tlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	merkle "golang.org/x/mod/sumdb/tlog"
)

// maxOrigin bounds the name of a log; it only has to exceed any host name.
const maxOrigin = 255

// What can be wrong with a checkpoint.
var (
	// ErrCheckpoint: the text is not a checkpoint of the one accepted form.
	ErrCheckpoint = errors.New("tlog: malformed checkpoint")
	// ErrSignature: no signature by an expected key, or a wrong one.
	ErrSignature = errors.New("tlog: checkpoint is not signed by the expected key")
)

// Checkpoint is what the log signs: its name, size and root. As text it is
//
//	desk.example/log
//	3
//	zbYZdPs/tywcEQXyGqXBUVDKAH8/dXfFicL50nXtqT0=
//
// (C2SP tlog-checkpoint, without extension lines.)
type Checkpoint struct {
	Origin string
	Size   int64 // at least 1: soi signs no empty log
	Root   Hash
}

// Format returns the text that is signed.
func (c Checkpoint) Format() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpoint reads the text of a checkpoint, without signatures. It
// accepts exactly what Format prints; all else is ErrCheckpoint.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return Checkpoint{}, ErrCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 {
		return Checkpoint{}, ErrCheckpoint
	}
	root, err := merkle.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, ErrCheckpoint
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if !ValidOrigin(c.Origin) || c.Format() != text {
		return Checkpoint{}, ErrCheckpoint
	}
	return c, nil
}

// OpenCheckpoint verifies a signed checkpoint with the given verifier keys, of
// which at least one must have signed, and returns it. Signatures by other keys
// (witnesses, a key not known yet) are ignored. Errors: ErrForm for a bad key,
// ErrSignature, ErrCheckpoint; also ErrCheckpoint when the text names another
// log than the key.
func OpenCheckpoint(signed []byte, vkeys ...string) (Checkpoint, error) {
	var known []note.Verifier
	for _, k := range vkeys {
		v, err := newVerifier(k)
		if err != nil {
			return Checkpoint{}, err
		}
		known = append(known, v)
	}
	n, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	for _, s := range n.Sigs {
		if s.Name != c.Origin {
			return Checkpoint{}, fmt.Errorf("%w: signed as %s", ErrCheckpoint, s.Name)
		}
	}
	return c, nil
}

// signCheckpoint returns the signed note, one signature line for each key, and
// opens it again before it lets it go.
func signCheckpoint(c Checkpoint, keys ...*Key) ([]byte, error) {
	var signers []note.Signer
	var vkeys []string
	for _, k := range keys {
		signers, vkeys = append(signers, k.signer), append(vkeys, k.vkey)
	}
	signed, err := note.Sign(&note.Note{Text: c.Format()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("tlog: sign checkpoint: %w", err)
	}
	again, err := OpenCheckpoint(signed, vkeys...)
	if err != nil || again != c {
		return nil, fmt.Errorf("%w: own signature of size %d", ErrDamaged, c.Size)
	}
	return signed, nil
}

// ValidOrigin reports whether s may name a log: a host, optionally a port, and
// a path ("desk.example/log"), in lower case, without scheme, plus sign or
// space, not starting or ending with a slash.
func ValidOrigin(s string) bool {
	return s != "" && len(s) <= maxOrigin && onlyOf(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_~:[]/") &&
		!strings.HasPrefix(s, "/") && !strings.HasSuffix(s, "/") && !strings.Contains(s, "//")
}

// decodeBase64 reads standard base64 with padding and refuses every spelling
// but the one that encoding prints.
func decodeBase64(s string) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(raw) != s {
		return nil, ErrForm
	}
	return raw, nil
}
