package tlog

import (
	"crypto/sha256"
	"errors"
	"fmt"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// What can be wrong with a proof that is well formed and signed.
var (
	// ErrNotInLog: the entry is not at this index of the signed tree.
	ErrNotInLog = errors.New("tlog: entry is not in the signed log")
	// ErrNoEntry: neither the proof nor the caller has the entry's bytes.
	ErrNoEntry = errors.New("tlog: proof does not carry the entry")
	// ErrEntryDiffers: the entry given is not the one in the proof.
	ErrEntryDiffers = errors.New("tlog: entry differs from the one in the proof")
	// ErrDocDiffers: the document is not the one that the entry commits to.
	ErrDocDiffers = errors.New("tlog: document differs from the logged one")
)

// Verified is what a proof established.
type Verified struct {
	Checkpoint
	Index      int64
	Entry      Entry
	DocChecked bool // the document given is the one that the entry commits to
}

// VerifyProof checks a proof file offline against a verifier key that the
// caller trusts: signature, place in the tree, form of the entry, and the hash
// of the document. entry may be nil when the proof carries it; doc may be nil
// (not empty), then DocChecked stays false.
//
// Errors: ErrForm for a bad key or entry, ErrProof, ErrSignature, ErrCheckpoint,
// ErrNoEntry, ErrEntryDiffers, ErrNotInLog, ErrDocDiffers.
func VerifyProof(proof, entry, doc []byte, vkey string) (Verified, error) {
	p, err := ParseProof(proof)
	if err != nil {
		return Verified{}, err
	}
	checkpoint, err := OpenCheckpoint(p.Checkpoint, vkey)
	if err != nil {
		return Verified{}, err
	}
	switch {
	case entry == nil && p.Extra == nil:
		return Verified{}, ErrNoEntry
	case entry == nil:
		entry = p.Extra
	case p.Extra != nil && string(entry) != string(p.Extra):
		return Verified{}, ErrEntryDiffers
	}
	err = merkle.CheckRecord(p.Path, checkpoint.Size, checkpoint.Root, p.Index, merkle.RecordHash(entry))
	if err != nil {
		return Verified{}, fmt.Errorf("%w: %w", ErrNotInLog, err)
	}
	e, err := Parse(entry)
	if err != nil {
		return Verified{}, err
	}
	if doc != nil && sha256.Sum256(doc) != e.Doc {
		return Verified{}, ErrDocDiffers
	}
	return Verified{Checkpoint: checkpoint, Index: p.Index, Entry: e, DocChecked: doc != nil}, nil
}
