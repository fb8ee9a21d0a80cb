package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/tlog"
)

// logbook joins the public log's arithmetic (tlog) to its rows (desk.Store).
// It is desk.Log for the verbs, inside their transaction, and tlog.Storage
// for signing, serving and verifying.
type logbook struct {
	store desk.Store
	now   func() time.Time
	key   *tlog.Key

	witnesses []tlog.RemoteWitness
	quorum    int
}

// Witnesses implements tlog.Witnessed.
func (l *logbook) Witnesses() ([]tlog.RemoteWitness, int) { return l.witnesses, l.quorum }

// policySetting is where the text behind a policy entry is kept, by its hash.
const policySetting = "log-policy/"

// policyText is what the policy entry commits to: the scale and the promise
// about corrections.
func policyText() string {
	var b strings.Builder
	b.WriteString("soi-policy/v1\nratings")
	for _, r := range desk.Ratings() {
		b.WriteString(" " + string(r))
	}
	b.WriteString("\ncorrections Every publication, correction and withdrawal is an entry of this log, approved by two people. " +
		"A changed rating is always a correction. Old revisions stay readable.\n")
	return b.String()
}

// begin writes the first two entries of a new log, its key and the rating
// scale in force, and a new policy entry whenever the scale has changed. at
// dates the entries of a new log; the zero time means now.
func (l *logbook) begin(ctx context.Context, at time.Time) error {
	return l.store.Tx(ctx, func(tx desk.Tx) error {
		head, err := tx.LogHead(ctx)
		if err != nil {
			return err
		}
		if head.Size == 0 {
			if !at.IsZero() {
				l = &logbook{store: l.store, now: func() time.Time { return at }, key: l.key}
			}
			if _, err := l.add(ctx, tx, "genesis", tlog.Entry{Kind: tlog.KindGenesis, Key: l.key.VKey()}); err != nil {
				return err
			}
		}
		if closed, err := logClosed(ctx, tx, head); err != nil || closed {
			return err
		}
		text := policyText()
		sum := sha256.Sum256([]byte(text))
		name := policySetting + hex.EncodeToString(sum[:])
		known, err := tx.Setting(ctx, name)
		if err != nil || known != "" {
			return err
		}
		if err := tx.SetSetting(ctx, name, text); err != nil {
			return err
		}
		var codes []string
		for _, r := range desk.Ratings() {
			codes = append(codes, string(r))
		}
		_, err = l.add(ctx, tx, name, tlog.Entry{Kind: tlog.KindPolicy, Ratings: codes, Doc: sum})
		return err
	})
}

// Append implements desk.Log.
func (l *logbook) Append(ctx context.Context, tx desk.Tx, e desk.LogEntry) (desk.LogPlace, error) {
	out := tlog.Entry{Kind: tlog.Kind(e.Kind), Verdict: string(e.Verdict), Rev: int64(e.Rev), Prev: max(e.Prev, 0),
		Rating: string(e.Rating), Reason: tlog.Reason(e.Reason), Ruling: string(e.Ruling), Outcome: string(e.Outcome), Channel: string(e.Channel), State: string(e.Standing)}
	for _, rev := range e.Erased {
		out.Erased = append(out.Erased, int64(rev))
	}
	if e.Doc != nil {
		if len(e.Doc) != len(out.Doc) {
			return desk.LogPlace{}, fmt.Errorf("public log: document hash of %d bytes", len(e.Doc))
		}
		out.Doc = [32]byte(e.Doc)
	}
	return l.add(ctx, tx, e.Op, out)
}

// add gives the entry its time and appends it inside tx.
func (l *logbook) add(ctx context.Context, tx desk.Tx, op string, e tlog.Entry) (desk.LogPlace, error) {
	h, err := tx.LogHead(ctx)
	if err != nil {
		return desk.LogPlace{}, err
	}
	head := headOf(h)
	if closed, err := logClosed(ctx, tx, h); err != nil || closed {
		return desk.LogPlace{}, errors.Join(err, fmt.Errorf("%w: %w", desk.ErrLogClosed, tlog.ErrClosed))
	}
	now := l.now()
	e.Time, err = tlog.EntryTime(now, now, head.Time)
	if err != nil {
		return desk.LogPlace{}, fmt.Errorf("%w: %w", desk.ErrClock, err)
	}
	if e.Kind.OfVerdict() {
		// What breaks a rule of the log must not get in: the signer would
		// refuse it, and everything after it, for ever.
		s, err := tlog.StateOf(e.Prev, func(i int64) ([]byte, error) { return oneEntry(ctx, tx, i) })
		if err != nil {
			return desk.LogPlace{}, fmt.Errorf("public log: %w", err)
		}
		if _, err := s.Next(head.Size, e); err != nil {
			return desk.LogPlace{}, fmt.Errorf("public log: %w", err)
		}
	}
	return l.append(ctx, tx, op, head, e, head.Time)
}

// append stores an entry after head, with its hashes. The log's time goes on from
// notBefore where that is later than the entry.
func (l *logbook) append(ctx context.Context, tx desk.Tx, op string, head tlog.Head, e tlog.Entry, notBefore time.Time) (desk.LogPlace, error) {
	a, err := tlog.Append(head, func(idx []int64) ([]tlog.Hash, error) { return readHashes(ctx, tx, idx) }, e)
	if err != nil {
		return desk.LogPlace{}, fmt.Errorf("public log: %w", err)
	}
	var hashes []desk.LogHash
	for i, x := range a.Hashes {
		hashes = append(hashes, desk.LogHash{Index: a.First + int64(i), Hash: x[:]})
	}
	next := desk.LogHead{Size: a.Head.Size, Root: a.Head.Root[:], Time: latest(a.Head.Time, notBefore)}
	if err := tx.AddLogEntry(ctx, op, a.Body, hashes, next); err != nil {
		return desk.LogPlace{}, fmt.Errorf("public log: %w", err)
	}
	return desk.LogPlace{Index: a.Index, Time: e.Time}, nil
}

// oneEntry reads one entry inside a transaction.
func oneEntry(ctx context.Context, tx desk.Tx, index int64) ([]byte, error) {
	es, err := tx.LogEntries(ctx, index, index+1)
	if err != nil {
		return nil, err
	}
	if len(es) != 1 {
		return nil, fmt.Errorf("%w: entry %d", tlog.ErrDamaged, index)
	}
	return es[0], nil
}

// headOf turns the stored head into tlog's.
func headOf(h desk.LogHead) tlog.Head {
	out := tlog.Head{Size: h.Size, Time: h.Time}
	copy(out.Root[:], h.Root)
	return out
}

// readHashes reads stored hashes inside a transaction.
func readHashes(ctx context.Context, tx desk.Tx, idx []int64) ([]tlog.Hash, error) {
	if len(idx) == 0 {
		return nil, nil
	}
	raw, err := tx.LogHashes(ctx, idx)
	if err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(raw))
	for i, h := range raw {
		copy(out[i][:], h)
	}
	return out, nil
}

// Head implements tlog.Storage.
func (l *logbook) Head(ctx context.Context) (out tlog.Head, err error) {
	err = l.store.Read(ctx, func(tx desk.Tx) error {
		h, err := tx.LogHead(ctx)
		out = headOf(h)
		return err
	})
	return out, err
}

// Entries implements tlog.Storage.
func (l *logbook) Entries(ctx context.Context, from, to int64) (out [][]byte, err error) {
	err = l.store.Read(ctx, func(tx desk.Tx) error {
		out, err = tx.LogEntries(ctx, from, to)
		return err
	})
	return out, err
}

// Hashes implements tlog.Storage.
func (l *logbook) Hashes(ctx context.Context, idx []int64) (out []tlog.Hash, err error) {
	err = l.store.Read(ctx, func(tx desk.Tx) error {
		out, err = readHashes(ctx, tx, idx)
		return err
	})
	return out, err
}

// Doc implements tlog.Storage: documents of checks, and policy texts.
func (l *logbook) Doc(ctx context.Context, sum [32]byte) (out []byte, err error) {
	err = l.store.Read(ctx, func(tx desk.Tx) error {
		text, err := tx.Setting(ctx, policySetting+hex.EncodeToString(sum[:]))
		if err != nil {
			return err
		}
		if text != "" {
			out = []byte(text)
			return nil
		}
		out, err = tx.Document(ctx, sum[:])
		return err
	})
	switch {
	case errors.Is(err, desk.ErrNotFound):
		err = tlog.ErrDocAbsent
	case errors.Is(err, desk.ErrErased):
		err = tlog.ErrDocErased
	}
	return out, err
}

// LastCheckpoint implements tlog.Storage.
func (l *logbook) LastCheckpoint(ctx context.Context) (note []byte, size int64, err error) {
	err = l.store.Read(ctx, func(tx desk.Tx) error {
		size, note, err = tx.LastCheckpoint(ctx)
		return err
	})
	if errors.Is(err, desk.ErrNotFound) {
		return nil, 0, nil
	}
	return note, size, err
}

// Cosignatures implements tlog.Storage.
func (l *logbook) Cosignatures(ctx context.Context, size int64) (out []string, err error) {
	err = l.store.Read(ctx, func(tx desk.Tx) error {
		cs, err := tx.Cosignatures(ctx, size)
		for _, c := range cs {
			out = append(out, c.Line)
		}
		return err
	})
	return out, err
}

// PutCheckpoint implements tlog.Storage. Ed25519 signs the same head with the
// same bytes, so that two processes with the key never disagree.
func (l *logbook) PutCheckpoint(ctx context.Context, size int64, note []byte) error {
	err := l.store.Tx(ctx, func(tx desk.Tx) error { return tx.AddCheckpoint(ctx, size, note) })
	if !errors.Is(err, desk.ErrDuplicate) {
		return err
	}
	last, at, err := l.LastCheckpoint(ctx)
	if err == nil && (at != size || string(last) != string(note)) {
		err = fmt.Errorf("public log: another checkpoint of size %d is stored: %w", size, desk.ErrDuplicate)
	}
	return err
}

// indexOf finds the entry of a revision, or for revision 0 that of a ruling, for
// proofs.
func (l *logbook) indexOf(ctx context.Context, verdict string, rev int64) (int64, error) {
	var index int64
	err := l.store.Read(ctx, func(tx desk.Tx) error {
		if rev == 0 {
			rs, err := tx.Rulings(ctx, desk.RulingFilter{ID: desk.ID(verdict), State: desk.ReviewApproved, Limit: 1})
			if err == nil && len(rs) == 0 {
				err = tlog.ErrNoEntry
			}
			if err == nil {
				index = rs[0].LogIndex
			}
			return err
		}
		rs, err := tx.Revisions(ctx, desk.RevisionFilter{Below: 1<<62 - 1, Verdict: desk.ID(verdict), Rev: int(rev), Limit: 1})
		if err != nil {
			return err
		}
		if len(rs) == 0 {
			return tlog.ErrNoEntry
		}
		index = rs[0].LogIndex
		return nil
	})
	return index, err
}
