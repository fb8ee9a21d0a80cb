package tlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// firstName ends the origin of a desk's first log; the logs that follow are
// told by a number after it: desk.example/log, desk.example/log2.
const firstName = "log"

// LogName returns the last part of the origin of the n-th log of a desk, which
// is also the folder it is served under: "log", "log2", "log3".
func LogName(n int) string {
	if n < 2 {
		return firstName
	}
	return firstName + strconv.Itoa(n)
}

// SplitOrigin takes the origin of a desk's log apart: its host, or whatever
// stands before the last slash, and which of the desk's logs it is, from 1.
// ErrForm for an origin of another form.
func SplitOrigin(origin string) (host string, n int, err error) {
	at := strings.LastIndex(origin, "/")
	number, ok := strings.CutPrefix(origin[at+1:], firstName)
	if at < 1 || !ok || !ValidOrigin(origin) {
		return "", 0, fmt.Errorf("%w: origin %q", ErrForm, origin)
	}
	n = 1
	if number != "" {
		n, err = strconv.Atoi(number)
	}
	if err != nil || origin != origin[:at+1]+LogName(n) {
		return "", 0, fmt.Errorf("%w: origin %q", ErrForm, origin)
	}
	return origin[:at], n, nil
}

// CarriedBy reports whether e, at an index of a log that begins with opening, was
// carried over from the log that this one follows: it is older than this log.
// Whoever has the other log can see whether it stands there.
func (e Entry) CarriedBy(opening Entry, index int64) bool {
	return opening.Kind == KindSuccessor && index > 0 && index < opening.Size && e.Time.Before(opening.Time)
}

// StoredHash is a hash at its place in the stored tree.
type StoredHash struct {
	Index int64
	Hash  Hash
}

// Succession is what beginning a log that follows another one changes of what
// is stored: the first entry, and the hashes above it. Every other entry is
// carried over as it is, at its place, so that whoever has the old log can
// compare byte for byte and no index of an entry changes.
type Succession struct {
	Body   []byte       // of entry 0
	Hashes []StoredHash // the left edge of the tree
	Head   Head
}

// Succeed computes what follows from putting e, a successor entry, in the place
// of the first entry of the log that ends at head. It refuses another kind
// (ErrFirst), an entry that is not younger than all it carries over (ErrTimeBack)
// and stored hashes that do not give head.Root (ErrDamaged). A log without
// entries gets e alone.
func Succeed(head Head, read HashReader, e Entry) (Succession, error) {
	body, err := Format(e)
	switch {
	case err != nil:
		return Succession{}, err
	case e.Kind != KindSuccessor:
		return Succession{}, ErrFirst
	case head.Size > 0 && !e.Time.After(head.Time):
		return Succession{}, ErrTimeBack
	}
	if err := checkRoot(head, read); err != nil {
		return Succession{}, err
	}
	edge, err := leftEdge(body, head.Size, read)
	if err != nil {
		return Succession{}, err
	}
	if head.Size == 0 {
		return Succession{Body: body, Hashes: edge, Head: Head{Size: 1, Root: edge[0].Hash, Time: e.Time}}, nil
	}
	root, err := treeHash(head.Size, replaced(read, edge))
	if err != nil {
		return Succession{}, err
	}
	return Succession{Body: body, Hashes: edge, Head: Head{Size: head.Size, Root: root, Time: e.Time}}, nil
}

// leftEdge are the hashes over the first entry in a tree of this size: of the
// entry itself, and of each complete subtree that begins with it.
func leftEdge(body []byte, size int64, read HashReader) ([]StoredHash, error) {
	h := merkle.RecordHash(body)
	out := []StoredHash{{0, h}}
	var beside []int64
	for level := 1; int64(1)<<level <= size; level++ {
		beside = append(beside, merkle.StoredHashIndex(level-1, 1))
	}
	if len(beside) == 0 {
		return out, nil
	}
	right, err := read(beside)
	if err != nil || len(right) != len(beside) {
		return nil, fmt.Errorf("tlog: left edge: %w", errors.Join(err, ErrDamaged))
	}
	for i, r := range right {
		h = merkle.NodeHash(h, r)
		out = append(out, StoredHash{merkle.StoredHashIndex(i+1, 0), h})
	}
	return out, nil
}

// onLeftEdge reports whether a stored hash stands over the first entry.
func onLeftEdge(index int64) bool {
	_, n := merkle.SplitStoredHashIndex(index)
	return n == 0
}

// replaced reads through read, but for what stands in edge.
func replaced(read HashReader, edge []StoredHash) HashReader {
	return func(indexes []int64) ([]Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		out, err := read(indexes)
		if err != nil {
			return nil, err
		}
		out = slices.Clone(out)
		for i, x := range indexes {
			for _, s := range edge {
				if s.Index == x && i < len(out) {
					out[i] = s.Hash
				}
			}
		}
		return out, nil
	}
}

// Past is a log that another one has followed. All that it holds is in the log
// that follows, but for its first entry and its last signature.
type Past struct {
	Opening      []byte   // the bytes of its entry 0
	VKey         string   // the key that signed Note
	Note         []byte   // its last signed checkpoint
	Size         int64    // of that checkpoint
	Cosignatures []string // of witnesses on it
}

// Over returns the past log as a Storage that reads the rest out of the log that
// followed it, and that cannot be written to.
func (p Past) Over(st Storage) Storage { return pastLog{Storage: st, past: p} }

type pastLog struct {
	Storage
	past Past
}

// Head implements Storage: nothing beyond the last signature is shown.
func (l pastLog) Head(ctx context.Context) (Head, error) {
	c, err := OpenCheckpoint(l.past.Note, l.past.VKey)
	if err != nil {
		return Head{}, err
	}
	last, err := l.Entries(ctx, c.Size-1, c.Size)
	if err != nil {
		return Head{}, err
	}
	var at time.Time
	if e, err := Parse(last[0]); err == nil {
		at = e.Time
	}
	return Head{Size: c.Size, Root: c.Root, Time: at}, nil
}

// Entries implements Storage.
func (l pastLog) Entries(ctx context.Context, from, to int64) ([][]byte, error) {
	if to > l.past.Size {
		return nil, fmt.Errorf("%w: no entry %d in a log of %d", ErrDamaged, to-1, l.past.Size)
	}
	out, err := l.Storage.Entries(ctx, from, to)
	if err == nil && from == 0 && len(out) > 0 {
		out = slices.Clone(out)
		out[0] = l.past.Opening
	}
	return out, err
}

// Hashes implements Storage.
func (l pastLog) Hashes(ctx context.Context, indexes []int64) ([]Hash, error) {
	read := reader(ctx, l.Storage)
	if !slices.ContainsFunc(indexes, onLeftEdge) {
		return read(indexes)
	}
	edge, err := leftEdge(l.past.Opening, l.past.Size, read)
	if err != nil {
		return nil, err
	}
	return replaced(read, edge)(indexes)
}

// LastCheckpoint implements Storage.
func (l pastLog) LastCheckpoint(context.Context) ([]byte, int64, error) {
	return l.past.Note, l.past.Size, nil
}

// Cosignatures implements Storage.
func (l pastLog) Cosignatures(context.Context, int64) ([]string, error) {
	return l.past.Cosignatures, nil
}

// PutCheckpoint implements Storage; a past log is never signed again.
func (pastLog) PutCheckpoint(context.Context, int64, []byte) error { return ErrClosed }
