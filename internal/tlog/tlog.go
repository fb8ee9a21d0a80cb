// Package tlog answers: what have we published, provably?
//
// It owns the public log: the text of an entry and its rules, the Merkle
// hashes, signed checkpoints with the guard file, tiles and proofs over HTTP,
// the static export, and the verification of all of these without trusting the
// desk. It knows documents only as bytes with a hash.
//
// It does not own the database (it declares Storage, internal/app adapts it),
// who may publish (internal/desk), the contents of a document, or pages for
// people.
//
// Start reading at entry.go (what is logged), then append.go (how it gets in),
// sign.go (how it is vouched for) and audit.go (how anyone checks it).
package tlog

import (
	"context"
	"errors"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the Merkle tree: SHA-256 with the domain separation of
// RFC 6962 section 2.1 (0x00 before an entry, 0x01 before two hashes).
type Hash = merkle.Hash

// HashReader returns the stored hashes at the given positions, in the order
// asked. A position is a merkle.StoredHashIndex: the tree's complete subtrees
// in the order in which they were completed.
type HashReader = merkle.HashReaderFunc

// Head is the state of the log after its last entry. The zero Head is the
// empty log.
type Head struct {
	Size int64     // number of entries; the next entry gets this index
	Root Hash      // tree hash over all Size entries
	Time time.Time // time of the last entry, whole seconds, UTC
}

// Storage is everything this package asks of a database. Every method may be
// called from several goroutines. Reads need not be in one transaction: rows of
// the log are never changed, so a larger log still answers for a smaller one.
type Storage interface {
	// Head returns the current head, the zero Head when nothing was logged.
	Head(ctx context.Context) (Head, error)
	// Entries returns the exact bytes of entries from..to-1, in order. Fewer
	// rows than asked is an error.
	Entries(ctx context.Context, from, to int64) ([][]byte, error)
	// Hashes returns the stored hashes at these positions, in the order asked.
	// A missing one is an error.
	Hashes(ctx context.Context, indexes []int64) ([]Hash, error)
	// Doc returns the exact bytes of a document by SHA-256, ErrDocAbsent when
	// it was never stored, ErrDocErased when its bytes were erased.
	Doc(ctx context.Context, sum [32]byte) ([]byte, error)
	// LastCheckpoint returns the signed note of the largest size and that
	// size; nil, 0, nil when nothing was signed yet.
	LastCheckpoint(ctx context.Context) (note []byte, size int64, err error)
	// PutCheckpoint stores a signed note, insert only. The same note again is
	// no error; another note for a stored size must be refused.
	PutCheckpoint(ctx context.Context, size int64, note []byte) error
	// Cosignatures returns the signature lines of witnesses on the checkpoint
	// of a size, each verified before it was stored and ending with a line feed.
	Cosignatures(ctx context.Context, size int64) ([]string, error)
}

// What a Storage answers for a document that it cannot return.
var (
	// ErrDocAbsent says that no document with this hash was ever stored.
	ErrDocAbsent = errors.New("tlog: no such document")
	// ErrDocErased says that the document existed and its bytes were erased,
	// which the log must show by an erase entry.
	ErrDocErased = errors.New("tlog: document erased")
)

// reader adapts a Storage to the hash reader that x/mod expects, for the time
// of one call.
func reader(ctx context.Context, st Storage) HashReader {
	return func(indexes []int64) ([]Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		return st.Hashes(ctx, indexes)
	}
}
