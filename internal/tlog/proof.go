package tlog

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// proofHeader is the first line of a proof file (C2SP tlog-proof).
const proofHeader = "c2sp.org/tlog-proof@v1"

// maxProof bounds a proof file in bytes: 63 hashes, an entry and a checkpoint
// with some twenty cosignatures stay far below.
const maxProof = 16 << 10

// ErrProof says that bytes are not a proof file in the one accepted form.
var ErrProof = errors.New("tlog: malformed proof")

// Proof shows, without asking anyone, that an entry is in a signed log:
//
//	c2sp.org/tlog-proof@v1
//	extra <the entry, base64>
//	index 2
//	8Juzpe/Jfu5qGblR6qlsm7CSE8NB4Q4n7sG/iIehnSg=
//
//	desk.example/log
//	3
//	zbYZdPs/tywcEQXyGqXBUVDKAH8/dXfFicL50nXtqT0=
//
//	— desk.example/log m5XHGZSv…
//
// The line "extra" is optional in the format and carries the entry here, so that
// the file is enough; it proves nothing until its hash is found in the tree.
type Proof struct {
	Extra      []byte // the entry's bytes; nil when the file has no such line
	Index      int64
	Path       []Hash // from the leaf's sibling up to the root's child
	Checkpoint []byte // the signed note, verbatim
}

// Format prints the proof file.
func (p Proof) Format() []byte {
	var b strings.Builder
	b.WriteString(proofHeader + "\n")
	if p.Extra != nil {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	fmt.Fprintf(&b, "index %d\n", p.Index)
	for _, h := range p.Path {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return []byte(b.String())
}

// ParseProof reads a proof file. It accepts exactly what Format prints; all
// else is ErrProof. Nothing is verified yet.
func ParseProof(b []byte) (Proof, error) {
	head, checkpoint, ok := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	if len(b) > maxProof || !ok || len(lines) < 2 || lines[0] != proofHeader {
		return Proof{}, ErrProof
	}
	p := Proof{Checkpoint: []byte(checkpoint)}
	lines = lines[1:]
	if extra, ok := strings.CutPrefix(lines[0], "extra "); ok {
		raw, err := decodeBase64(extra)
		if err != nil || len(raw) == 0 || len(lines) < 2 {
			return Proof{}, ErrProof
		}
		p.Extra, lines = raw, lines[1:]
	}
	var err error
	if p.Index, err = strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64); err != nil || p.Index < 0 {
		return Proof{}, ErrProof
	}
	for _, line := range lines[1:] {
		h, err := merkle.ParseHash(line)
		if err != nil {
			return Proof{}, ErrProof
		}
		p.Path = append(p.Path, h)
	}
	if string(p.Format()) != string(b) {
		return Proof{}, ErrProof
	}
	return p, nil
}

// prove makes the proof of one entry against a checkpoint of the given size;
// ErrTileAbsent when the entry is not published by it.
func prove(ctx context.Context, st Storage, index, size int64, checkpoint []byte) (Proof, error) {
	if index < 0 || index >= size {
		return Proof{}, ErrTileAbsent
	}
	bodies, err := st.Entries(ctx, index, index+1)
	if err != nil {
		return Proof{}, fmt.Errorf("tlog: read entry %d: %w", index, err)
	}
	if len(bodies) != 1 {
		return Proof{}, fmt.Errorf("%w: no entry %d", ErrDamaged, index)
	}
	path, err := merkle.ProveRecord(size, index, reader(ctx, st))
	if err != nil {
		return Proof{}, fmt.Errorf("tlog: prove entry %d: %w", index, err)
	}
	return Proof{Extra: bodies[0], Index: index, Path: path, Checkpoint: checkpoint}, nil
}
