package tlog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// maxAddCheckpoint bounds a request to a witness, in bytes: 63 hashes and a
// checkpoint.
const maxAddCheckpoint = 32 << 10

// sizeType is the media type of a witness's answer that states a size.
const sizeType = "text/x.tlog.size"

// Witness cosigns checkpoints of other desks' logs, each only if it continues
// what the witness saw last (C2SP tlog-witness). What it saw is made durable
// before the cosignature exists. Safe for concurrent use; a folder belongs to
// one process.
type Witness struct {
	key  *WitnessKey
	dir  string
	logs map[string][]string // origin → verifier keys
	now  func() time.Time

	mu sync.Mutex // one checkpoint at a time: checked and stored as one step
}

// NewWitness keeps its state in dir and cosigns for the logs with these
// verifier keys, several of one log during a change of key. ErrForm for a bad key.
func NewWitness(key *WitnessKey, dir string, now func() time.Time, vkeys ...string) (*Witness, error) {
	w := &Witness{key: key, dir: dir, logs: map[string][]string{}, now: now}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("tlog: state of the witness: %w", err)
	}
	for _, v := range vkeys {
		origin, err := OriginOf(v)
		if err != nil {
			return nil, err
		}
		w.logs[origin] = append(w.logs[origin], v)
	}
	return w, nil
}

// ServeHTTP answers POST …/add-checkpoint.
func (w *Witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/add-checkpoint") {
		http.Error(rw, "POST add-checkpoint", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxAddCheckpoint))
	if err != nil {
		http.Error(rw, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	status, answer := w.add(body)
	kind := "text/plain; charset=utf-8"
	if status == http.StatusConflict {
		kind = sizeType
	}
	rw.Header().Set("Content-Type", kind)
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, answer)
}

// addRequest is what a log sends.
type addRequest struct {
	old   int64
	proof merkle.TreeProof
	note  []byte
}

func parseAdd(body []byte) (addRequest, bool) {
	head, signed, ok := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	number, isOld := strings.CutPrefix(lines[0], "old ")
	old, err := strconv.ParseInt(number, 10, 64)
	if !ok || !isOld || err != nil || old < 0 || strconv.FormatInt(old, 10) != number || len(lines) > 64 {
		return addRequest{}, false
	}
	q := addRequest{old: old, note: []byte(signed)}
	for _, l := range lines[1:] {
		h, err := merkle.ParseHash(l)
		if err != nil {
			return addRequest{}, false
		}
		q.proof = append(q.proof, h)
	}
	return q, true
}

// add checks one checkpoint and answers with a status and a body.
func (w *Witness) add(body []byte) (status int, answer string) {
	q, ok := parseAdd(body)
	if !ok {
		return http.StatusBadRequest, "malformed request\n"
	}
	vkeys := w.logs[originOfNote(q.note)]
	if vkeys == nil {
		return http.StatusNotFound, "unknown log\n"
	}
	c, err := OpenCheckpoint(q.note, vkeys...)
	switch {
	case errors.Is(err, ErrSignature):
		return http.StatusForbidden, "no signature by a known key\n"
	case err != nil || q.old > c.Size:
		return http.StatusBadRequest, "malformed checkpoint\n"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	guard := w.guard(c.Origin)
	seen, err := guard.Load()
	if err != nil && !errors.Is(err, ErrGuardMissing) {
		return http.StatusInternalServerError, "state cannot be read\n"
	}
	if status := continues(seen, c, q); status != http.StatusOK {
		return status, fmt.Sprintf("%d\n", seen.Size)
	}
	if c != seen {
		if err := guard.save(c); err != nil {
			return http.StatusInternalServerError, "state cannot be kept\n"
		}
	}
	return http.StatusOK, w.key.cosign(textOf(q.note), w.now())
}

// continues says with which status a checkpoint is answered, given what was seen.
func continues(seen, c Checkpoint, q addRequest) int {
	switch {
	case q.old != seen.Size:
		return http.StatusConflict
	case q.old == c.Size && c.Root != seen.Root:
		return http.StatusConflict
	case q.old == 0 || q.old == c.Size:
		if len(q.proof) > 0 {
			return http.StatusUnprocessableEntity
		}
	case merkle.CheckTree(q.proof, c.Size, c.Root, seen.Size, seen.Root) != nil:
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (w *Witness) guard(origin string) *Guard {
	sum := sha256.Sum256([]byte(origin))
	return NewGuard(filepath.Join(w.dir, hex.EncodeToString(sum[:8])))
}
