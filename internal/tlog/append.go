package tlog

import (
	"errors"
	"fmt"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// maxSkew is how far the clocks that take part in an entry's time may differ:
// this program's, the database's and the time of the log's last entry.
const maxSkew = 5 * time.Minute

// Why an entry cannot be given a time.
var (
	// ErrClockBehind: this clock is over five minutes behind the last entry.
	ErrClockBehind = errors.New("tlog: clock is behind the log")
	// ErrClockSkew: this clock and the database's differ by over five minutes.
	ErrClockSkew = errors.New("tlog: clock differs from the database's")
)

// EntryTime returns the time to write into the next entry: now, or the time of
// the last entry when now is a little behind it, so that the log never goes
// back. last is Head.Time, zero for an empty log; database is what the database
// says the time is (pass now where it has no clock of its own, as SQLite).
func EntryTime(now, database, last time.Time) (time.Time, error) {
	switch {
	case last.Sub(now) > maxSkew:
		return time.Time{}, ErrClockBehind
	case now.Sub(database).Abs() > maxSkew:
		return time.Time{}, ErrClockSkew
	case now.Before(last):
		now = last
	}
	return now.UTC().Truncate(time.Second), nil
}

// Addition is what the caller stores in the transaction that publishes.
type Addition struct {
	Index  int64  // of the new entry
	Body   []byte // the entry's bytes
	First  int64  // position of Hashes[0]; the others follow without a gap
	Hashes []Hash // the hashes that this entry completes, at least its own
	Head   Head   // the head from now on, to be stored where size = Index
}

// Append computes the addition of e to a log that ends at head. It reads the
// right edge of the tree through read, inside the caller's transaction, and
// stores nothing. It refuses a malformed entry (ErrForm), one older than the
// head (ErrTimeBack), a first entry that does not open a log (ErrFirst), and
// stored hashes that do not give head.Root (ErrDamaged). The chain of the
// verdict is checked by VerdictState.Next or Checker.Try.
func Append(head Head, read HashReader, e Entry) (Addition, error) {
	body, err := Format(e)
	if err != nil {
		return Addition{}, err
	}
	opens := e.Kind == KindGenesis || e.Kind == KindSuccessor
	switch {
	case opens != (head.Size == 0):
		return Addition{}, ErrFirst
	case e.Time.Before(head.Time):
		return Addition{}, ErrTimeBack
	}
	if err := checkRoot(head, read); err != nil {
		return Addition{}, err
	}
	hashes, err := merkle.StoredHashes(head.Size, body, read)
	if err != nil {
		return Addition{}, fmt.Errorf("tlog: hashes of entry %d: %w", head.Size, err)
	}
	add := Addition{
		Index:  head.Size,
		Body:   body,
		First:  merkle.StoredHashCount(head.Size),
		Hashes: hashes,
	}
	root, err := treeHash(head.Size+1, overlay(read, add.First, hashes))
	if err != nil {
		return Addition{}, err
	}
	add.Head = Head{Size: head.Size + 1, Root: root, Time: e.Time}
	return add, nil
}

// checkRoot compares the root with the stored right edge: adding to a damaged
// tree would make the damage permanent.
func checkRoot(head Head, read HashReader) error {
	root, err := treeHash(head.Size, read)
	if err != nil {
		return err
	}
	if root != head.Root {
		return fmt.Errorf("%w: root of size %d", ErrDamaged, head.Size)
	}
	return nil
}

// treeHash is merkle.TreeHash with the zero Hash for the empty tree, as in the
// zero Head.
func treeHash(size int64, read HashReader) (Hash, error) {
	if size == 0 {
		return Hash{}, nil
	}
	h, err := merkle.TreeHash(size, read)
	if err != nil {
		return Hash{}, fmt.Errorf("tlog: tree hash of size %d: %w", size, err)
	}
	return h, nil
}

// overlay reads positions from first on out of fresh, the others through read.
func overlay(read HashReader, first int64, fresh []Hash) HashReader {
	return func(indexes []int64) ([]Hash, error) {
		out := make([]Hash, len(indexes))
		var old, at []int64
		for i, x := range indexes {
			if x < first {
				old, at = append(old, x), append(at, int64(i))
				continue
			}
			if x-first >= int64(len(fresh)) {
				return nil, fmt.Errorf("%w: no hash at %d", ErrDamaged, x)
			}
			out[i] = fresh[x-first]
		}
		if len(old) == 0 {
			return out, nil
		}
		hashes, err := read(old)
		if err != nil {
			return nil, err
		}
		if len(hashes) != len(old) {
			return nil, fmt.Errorf("%w: %d of %d hashes", ErrDamaged, len(hashes), len(old))
		}
		for i, h := range hashes {
			out[at[i]] = h
		}
		return out, nil
	}
}
