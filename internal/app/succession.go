package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/tlog"
	"soi/internal/web"
)

// What remains in the keys folder of a log that was followed, and the key that
// waits to sign the next one.
const (
	successorKeyFile = "log.key.successor"
	pastGuardSuffix  = ".past"
)

// ErrNothingToFollow: there is no log that another one could follow.
var ErrNothingToFollow = errors.New("there is no public log yet; `soi serve` begins one by itself")

// Succeeded is what beginning another log did.
type Succeeded struct {
	From, To string // origins
	VKey     string // of the new log
	Closed   bool   // the old log ends with a signed close entry
	Unsigned error  // why the old log could not be signed any more; nil when it could
	Size     int64  // entries that the old log is known to have had
	Lost     int64  // of them, how many stand in no database
}

// CloseLog writes the last entry of the public log and signs it. Nothing can be
// published afterwards until SucceedLog. Called again it changes nothing.
func (a *App) CloseLog(ctx context.Context) (size int64, err error) {
	if err := a.sign(ctx); err != nil {
		return 0, err
	}
	err = a.db.Tx(ctx, func(tx desk.Tx) error {
		head, err := tx.LogHead(ctx)
		if err != nil {
			return err
		}
		size = head.Size
		if closed, err := logClosed(ctx, tx, head); err != nil || closed {
			return err
		}
		place, err := a.book.add(ctx, tx, fmt.Sprintf("close/%d", head.Size), tlog.Entry{Kind: tlog.KindClose})
		size = place.Index + 1
		return err
	})
	if err != nil {
		return 0, err
	}
	return size, a.sign(ctx)
}

// logClosed reports whether the last entry closed the log. An end that was carried
// over from an earlier log is older than the log itself.
func logClosed(ctx context.Context, tx desk.Tx, head desk.LogHead) (bool, error) {
	if head.Size == 0 {
		return false, nil
	}
	body, err := oneEntry(ctx, tx, head.Size-1)
	if err != nil {
		return false, err
	}
	e, err := tlog.Parse(body)
	return err == nil && e.Kind == tlog.KindClose && e.Time.Equal(head.Time), nil
}

// SucceedLog begins another log in the place of this one, under a new key and a
// new name: because the key was lost or stolen, entries cannot be brought back,
// or the desk moves to another host. The old log is closed if it still can be;
// every entry that there is goes over into the new one at its place, and the old
// one stays readable. It takes an App opened with Options.Succeed.
func (a *App) SucceedLog(ctx context.Context) (out Succeeded, err error) {
	if _, out.Unsigned = a.CloseLog(ctx); out.Unsigned != nil && !beyondSigning(out.Unsigned) {
		return out, out.Unsigned
	}
	out.Closed = out.Unsigned == nil
	if err := tlog.CheckStored(ctx, a.book); err != nil {
		return out, err
	}
	known, err := a.knownLog(ctx)
	if err != nil {
		return out, err
	}
	_, n, err := tlog.SplitOrigin(known.Origin)
	if err != nil {
		return out, err
	}
	host, err := hostOf(a.Config.PublicURL)
	if err != nil {
		return out, err
	}
	out.From, out.To, out.Size = known.Origin, host+"/"+tlog.LogName(n+1), known.Size
	key, err := a.makeSuccessorKey(out.To)
	if err != nil {
		return out, err
	}
	out.VKey = key.VKey()
	err = a.db.Tx(ctx, func(tx desk.Tx) error {
		head, err := tx.LogHead(ctx)
		if err != nil {
			return err
		}
		out.Lost = max(known.Size-head.Size, 0)
		return a.succeed(ctx, tx, headOf(head), n, tlog.Entry{Kind: tlog.KindSuccessor, Key: out.VKey, Origin: known.Origin, Size: known.Size, Root: known.Root})
	})
	if err != nil {
		return out, err
	}
	if err := a.settleKeys(ctx); err != nil {
		return out, err
	}
	a.book.key = a.keys.log
	if err := a.openSigner(ctx); err != nil {
		return out, err
	}
	return out, a.sign(ctx)
}

// beyondSigning reports whether a log that cannot be signed for this reason may
// be followed by another one. What is damaged has to be restored first, and what
// is only busy is worth a second try.
func beyondSigning(err error) bool {
	for _, kind := range []error{tlog.ErrNothingToSign, tlog.ErrKeyUnlisted, tlog.ErrForeignKey, tlog.ErrRollback, tlog.ErrFork, tlog.ErrGuardMissing, tlog.ErrGuardCorrupt,
		tlog.ErrGuardOrigin} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// knownLog is the log that is to be followed, as far as it is known: what the
// database holds, or more where the guard file remembers more.
func (a *App) knownLog(ctx context.Context) (tlog.Checkpoint, error) {
	head, err := a.book.Head(ctx)
	if err != nil {
		return tlog.Checkpoint{}, err
	}
	known := tlog.Checkpoint{Size: head.Size, Root: head.Root}
	if head.Size > 0 {
		first, err := a.book.Entries(ctx, 0, 1)
		if err != nil {
			return known, err
		}
		e, err := tlog.Parse(first[0])
		if err != nil {
			return known, err
		}
		if known.Origin, err = tlog.OriginOf(e.Key); err != nil {
			return known, err
		}
	}
	guarded, err := tlog.NewGuard(a.Config.Guard).Load()
	if err == nil && guarded.Size > known.Size && (known.Origin == "" || known.Origin == guarded.Origin) {
		known = guarded
	}
	if known.Size == 0 {
		return known, ErrNothingToFollow
	}
	return known, nil
}

// makeSuccessorKey makes the key of the next log, in a file that counts for
// nothing until the log names it.
func (a *App) makeSuccessorKey(origin string) (*tlog.Key, error) {
	path := filepath.Join(a.Config.Keys, successorKeyFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	secret, err := readOrMake(path, func() (string, error) {
		secret, _, err := tlog.GenerateKey(rand.Reader, origin)
		return secret, err
	})
	if err != nil {
		return nil, err
	}
	return tlog.ParseKey(secret)
}

// succeed puts the first entry of the next log in place, inside tx.
func (a *App) succeed(ctx context.Context, tx desk.Tx, head tlog.Head, n int, e tlog.Entry) error {
	e.Time = a.now().UTC().Truncate(time.Second)
	if !e.Time.After(head.Time) {
		e.Time = head.Time.Add(time.Second) // so that what is carried over is older
	}
	past := desk.PastLog{N: n}
	var err error
	if past.Size, past.Note, err = tx.LastCheckpoint(ctx); err != nil && !errors.Is(err, desk.ErrNotFound) {
		return err
	}
	cs, err := tx.Cosignatures(ctx, past.Size)
	if err != nil {
		return err
	}
	for _, c := range cs {
		past.Cosignatures += c.Line
		if name, sig, ok := cosignatureOf(c.Line); ok && past.Size == e.Size && len(e.Cosignatures) < 3 {
			e.Cosignatures = append(e.Cosignatures, name+" "+sig)
		}
	}
	s, err := tlog.Succeed(head, func(idx []int64) ([]tlog.Hash, error) { return readHashes(ctx, tx, idx) }, e)
	if err != nil {
		return err
	}
	hashes := make([]desk.LogHash, len(s.Hashes))
	for i, h := range s.Hashes {
		hashes[i] = desk.LogHash{Index: h.Index, Hash: h.Hash[:]}
	}
	next := desk.LogHead{Size: s.Head.Size, Root: s.Head.Root[:], Time: s.Head.Time}
	if head.Size == 0 {
		return tx.AddLogEntry(ctx, "successor", s.Body, hashes, next)
	}
	if past.Opening, err = oneEntry(ctx, tx, 0); err != nil {
		return err
	}
	if past.VKey, err = signedBy(ctx, tx, past.Note, head.Size); err != nil {
		return err
	}
	if err := tx.SetSetting(ctx, nextKeySetting, ""); err != nil {
		return err
	}
	return tx.SucceedLog(ctx, desk.LogSuccession{Past: past, Body: s.Body, Hashes: hashes, Head: next})
}

// cosignatureOf takes a signature line apart, as a successor entry holds it.
func cosignatureOf(line string) (name, sig string, ok bool) {
	f := strings.Fields(line)
	if len(f) != 3 {
		return "", "", false
	}
	return f[1], f[2], true
}

// signedBy finds the newest key of the log that signed the note; the first one
// for a log that was never signed.
func signedBy(ctx context.Context, tx desk.Tx, note []byte, size int64) (vkey string, err error) {
	for i := int64(0); i < size; i += 256 {
		bodies, err := tx.LogEntries(ctx, i, min(i+256, size))
		if err != nil {
			return "", err
		}
		for _, b := range bodies {
			e, err := tlog.Parse(b)
			if err != nil || e.Key == "" {
				continue
			}
			if _, err := tlog.OpenCheckpoint(note, e.Key); err == nil || vkey == "" {
				vkey = e.Key
			}
		}
	}
	return vkey, nil
}

// settleKeys moves the key of the next log into the place of the old one, once
// the database names it, and puts the old guard file aside. It does nothing at
// any other time, and may be cut off anywhere.
func (a *App) settleKeys(ctx context.Context) error {
	in := func(name string) string { return filepath.Join(a.Config.Keys, name) }
	secret, err := os.ReadFile(in(successorKeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	next, err := tlog.ParseKey(strings.TrimSpace(string(secret)))
	if err != nil {
		return fmt.Errorf("%s: %w", in(successorKeyFile), err)
	}
	opening, err := a.opening(ctx)
	if err != nil || opening.Kind != tlog.KindSuccessor || opening.Key != next.VKey() {
		return err // the log did not begin: the file is left from an attempt
	}
	if g, err := tlog.NewGuard(a.Config.Guard).Load(); err != nil || g.Origin != next.Origin() {
		if err := os.Rename(a.Config.Guard, a.Config.Guard+pastGuardSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	old, err := os.ReadFile(in(logKeyFile))
	if err != nil {
		return err
	}
	if err := os.Remove(in(nextKeyFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := errors.Join(os.WriteFile(in(pastKeyFile), old, 0o600), os.WriteFile(in(vkeyFile), []byte(next.VKey()+"\n"), 0o644)); err != nil {
		return err
	}
	if err := os.Rename(in(successorKeyFile), in(logKeyFile)); err != nil {
		return err
	}
	a.keys.log, a.keys.next = next, nil
	return nil
}

// opening is the first entry of the log, the zero Entry when there is none.
func (a *App) opening(ctx context.Context) (e tlog.Entry, err error) {
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		es, err := tx.LogEntries(ctx, 0, 1)
		if err == nil && len(es) == 1 {
			e, err = tlog.Parse(es[0])
		}
		return err
	})
	return e, err
}

// pastLogs are the logs that this one followed, oldest first, each ready to be
// read.
func (a *App) pastLogs(ctx context.Context) (out []pastLog, err error) {
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		ps, err := tx.PastLogs(ctx)
		for _, p := range ps {
			t := tlog.Past{Opening: p.Opening, VKey: p.VKey, Note: p.Note, Size: p.Size}
			for line := range strings.Lines(p.Cosignatures) {
				t.Cosignatures = append(t.Cosignatures, line)
			}
			out = append(out, pastLog{PastLog: p, Storage: t.Over(a.book)})
		}
		return err
	})
	return out, err
}

// pastLog is a log that was followed, with its storage.
type pastLog struct {
	desk.PastLog
	tlog.Storage
}

// logHandlers serve the log and those that it followed, each under its prefix.
func (a *App) logHandlers(ctx context.Context) (map[string]http.Handler, error) {
	log := tlog.NewHandler(a.book, a.VKey(), a.book.indexOf, a.log)
	out := map[string]http.Handler{log.Prefix(): log}
	past, err := a.pastLogs(ctx)
	for _, p := range past {
		h := tlog.NewHandler(p.Storage, p.VKey, a.book.indexOf, a.log)
		if _, taken := out[h.Prefix()]; !taken {
			out[h.Prefix()] = h
		}
	}
	return out, err
}

// logPath is where the log is served, without a final slash.
func (a *App) logPath() string {
	_, n, err := tlog.SplitOrigin(a.keys.log.Origin())
	if err != nil {
		n = 1
	}
	return "/" + tlog.LogName(n)
}

// fsckPast audits the logs that this one followed. What was erased since may be
// missing in them.
func (a *App) fsckPast(ctx context.Context, newest tlog.Audit, findings *[]string, checked map[string]int) error {
	past, err := a.pastLogs(ctx)
	if err != nil {
		return err
	}
	for _, p := range past {
		if p.Size == 0 {
			continue
		}
		audit, err := tlog.VerifyStorage(ctx, p.Storage, p.VKey, tlog.AuditOptions{VKey: p.VKey, Later: &newest})
		if err != nil {
			return err
		}
		for _, f := range audit.Findings {
			*findings = append(*findings, fmt.Sprintf("Public log %s, which was followed by another: %s", nameOfKey(p.VKey), f.Sentence("en")))
		}
		checked["earlier logs"]++
	}
	return nil
}

// logLine is how the log stands among the logs of the desk.
func (a *App) logLine(ctx context.Context) (out web.LogLine, err error) {
	out.Name = a.keys.log.Origin()
	opening, err := a.opening(ctx)
	if err != nil {
		return out, err
	}
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		head, err := tx.LogHead(ctx)
		if err != nil {
			return err
		}
		if out.Closed, err = logClosed(ctx, tx, head); err != nil || opening.Kind != tlog.KindSuccessor {
			return err
		}
		out.Follows, out.Since = opening.Origin, opening.Time
		carried, err := carriedOver(ctx, tx, opening, head.Size)
		out.Lost = int(opening.Size - carried)
		return err
	})
	if err != nil {
		return out, err
	}
	past, err := a.pastLogs(ctx)
	for _, p := range slices.Backward(past) {
		if p.Size > 0 {
			origin := nameOfKey(p.VKey)
			out.Past = append(out.Past, web.PastLog{Name: origin, Path: "/" + tlog.LogName(p.N), Size: int(p.Size), VKey: p.VKey})
		}
	}
	return out, err
}

// carriedOver is how many entries of the log before stand in this one, the first
// included: those that are older than this log are the ones in front.
func carriedOver(ctx context.Context, tx desk.Tx, opening tlog.Entry, size int64) (int64, error) {
	var err error
	n := sort.Search(int(min(size, opening.Size))-1, func(i int) bool {
		body, err1 := oneEntry(ctx, tx, int64(i)+1)
		e, err2 := tlog.Parse(body)
		err = errors.Join(err, err1, err2)
		return !e.CarriedBy(opening, int64(i)+1)
	})
	return int64(n) + 1, err
}
