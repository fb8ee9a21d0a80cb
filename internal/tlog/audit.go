package tlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// auditWorkers is how many documents an audit asks for at a time: enough to
// hide the way to the host, few enough not to burden it.
const auditWorkers = 4

// AuditOptions says whom an audit trusts and what it remembers.
type AuditOptions struct {
	// VKey is the verifier key the caller trusts. Empty: the key kept in
	// StateDir, else the one that the log itself shows (Audit.KeyFromLog).
	VKey string
	// StateDir is a folder in which the last good checkpoint is kept, so that
	// the next audit can tell a changed history from a longer one. Empty: no
	// memory. Two audits must not use one folder at the same time.
	StateDir string

	// Later is the audit of a log that follows this one: what that one erased
	// may be missing here.
	Later *Audit
}

// Audit is what checking a whole log found.
type Audit struct {
	Checkpoint                         // what the log claims; zero if it could not be read
	Note       []byte                  // the signed checkpoint as served
	VKey       string                  // the key it was checked with
	KeyFromLog bool                    // that key was taken on the log's own word
	Entries    int64                   // entries read
	Documents  int                     // documents read with the right hash
	Erased     int                     // documents missing as an erase entry says
	Kept       int64                   // size of the checkpoint remembered before; 0 for none
	Verdicts   map[string]VerdictState // where each verdict stands, by the log
	Log        []Entry                 // every entry that could be read, in order
	Findings   []Finding               // in order of discovery; empty when clean
	Follows    Followed                // the log that this one follows; zero for a desk's first
	Past       []Audit                 // the earlier logs of the desk, newest first; their findings are among Findings
	Next       string                  // origin of the desk's newest log, when the key trusted is of an earlier one

	stored    HashReader        // recomputed from the entries; nil if they could not be read
	mayBeGone func(docUse) bool // by an erase or redact entry
}

// RootAt is the root that the log had at an earlier size, by its entries; false
// when they could not be read that far.
func (a Audit) RootAt(size int64) (Hash, bool) {
	if a.stored == nil || size < 1 || size > a.Entries {
		return Hash{}, false
	}
	h, err := treeHash(size, a.stored)
	return h, err == nil
}

// ExitCode is 0 for a clean log, 2 for evidence of misbehaviour or damage, 3
// when the log could not be read to the end and nothing worse was found.
func (a Audit) ExitCode() int {
	code := 0
	for _, f := range a.Findings {
		if f.Kind != FindUnreachable {
			return 2
		}
		code = 3
	}
	return code
}

// VerifyURL audits the log of a desk, or a mirror, over HTTP: signature, every
// entry and its rules, recomputed root and tiles, every document, and the
// history kept in StateDir. At the address of a desk it audits the newest of its
// logs, or the one that the key belongs to, and holds it against the others.
// What is wrong with the log is in Audit.Findings; the
// error is only for what is wrong on the caller's side: a bad address or key
// (ErrForm), a damaged state folder (ErrState), a cancelled context.
func VerifyURL(ctx context.Context, client Doer, address string, o AuditOptions) (Audit, error) {
	src, err := newHTTPSource(client, address)
	if err != nil {
		return Audit{}, err
	}
	l, ok := src.line()
	if !ok {
		return audit(ctx, src, o)
	}
	if err := l.findNewest(ctx); err != nil {
		return notFound(err), ctx.Err()
	}
	a, err := l.audit(ctx, o)
	return a.out, err
}

// VerifyDir audits an export; see VerifyURL.
func VerifyDir(ctx context.Context, dir string, o AuditOptions) (Audit, error) {
	return audit(ctx, dirSource{dir: dir}, o)
}

// VerifyStorage audits the published part of a desk's own log; see VerifyURL.
func VerifyStorage(ctx context.Context, st Storage, vkey string, o AuditOptions) (Audit, error) {
	p, err := lastPublished(ctx, st, vkey)
	if err != nil {
		return Audit{}, err
	}
	if o.VKey == "" {
		o.VKey = vkey
	}
	return audit(ctx, storageSource{p: p}, o)
}

// auditor is one audit under way.
type auditor struct {
	src     source
	out     Audit
	kept    kept
	checker *Checker
	bodies  [][]byte
	hashes  []Hash // all stored hashes, recomputed from the entries
	docs    []docUse
	erased  map[string]int64 // verdict → index of its last erase entry

	redacted map[string][]redacted // by verdict
	later    *Audit                // of the log that follows, if any
	whole    bool                  // all entries were read
}

// docUse is one entry's commitment to a document.
type docUse struct {
	index int64
	e     Entry
}

func audit(ctx context.Context, src source, o AuditOptions) (Audit, error) {
	a, err := runAudit(ctx, src, o)
	return a.out, err
}

// runAudit is an audit with all that was read on the way.
func runAudit(ctx context.Context, src source, o AuditOptions) (*auditor, error) {
	a := &auditor{src: src, erased: map[string]int64{}, redacted: map[string][]redacted{}, later: o.Later}
	var err error
	if a.kept, err = loadKept(o.StateDir); err != nil {
		return a, err
	}
	a.out.Kept = a.kept.checkpoint.Size
	if err := a.chooseKey(ctx, o.VKey); err != nil {
		return a, err
	}
	if len(a.out.Findings) == 0 && a.readCheckpoint(ctx) {
		a.checker = NewChecker(a.out.Origin)
		// Without all entries nothing can be said of the rest: a document may be
		// missing because of an erase entry that was not read.
		if a.readEntries(ctx) {
			a.whole, a.out.Follows = true, followed(a.out.Log)
			a.checkRoot()
			a.checkTiles(ctx)
			a.checkHistory()
			a.checkDocs(ctx)
		}
		a.out.Verdicts = a.checker.verdicts
		a.out.stored, a.out.mayBeGone = a.stored, a.mayBeGone
	}
	if err := ctx.Err(); err != nil {
		return a, err
	}
	return a, a.keep(o.StateDir)
}

func (a *auditor) find(f Finding) { a.out.Findings = append(a.out.Findings, f) }

// fetch gets one file; on failure it records why and returns false.
func (a *auditor) fetch(ctx context.Context, path string) ([]byte, bool) {
	b, err := a.src.get(ctx, path)
	if err == nil {
		return b, true
	}
	a.find(Finding{Kind: kindOfFailure(err), Path: path, Index: -1, Cause: err})
	return nil, false
}

func kindOfFailure(err error) FindingKind {
	switch {
	case errors.Is(err, errAbsent), errors.Is(err, errErased):
		return FindMissing
	case errors.Is(err, errTooBig):
		return FindBundle
	}
	return FindUnreachable
}

// chooseKey takes the caller's key, else the kept one, else the log's own.
func (a *auditor) chooseKey(ctx context.Context, vkey string) error {
	switch {
	case vkey != "":
	case a.kept.vkey != "":
		vkey = a.kept.vkey
	default:
		b, err := a.src.get(ctx, "vkey")
		if err != nil {
			a.find(Finding{Kind: FindUnreachable, Path: "vkey", Index: -1, Cause: err})
			return nil
		}
		vkey, a.out.KeyFromLog = strings.TrimSuffix(string(b), "\n"), true
	}
	a.out.VKey = vkey
	if _, err := newVerifier(vkey); err != nil {
		if !a.out.KeyFromLog {
			return err
		}
		a.find(Finding{Kind: FindSignature, Path: "vkey", Index: -1, Cause: err})
	}
	return nil
}

// readCheckpoint reads and verifies the checkpoint. A place without one is no
// log that we can reach, rather than a log that misbehaves.
func (a *auditor) readCheckpoint(ctx context.Context) bool {
	b, err := a.src.get(ctx, "checkpoint")
	if err != nil {
		a.find(Finding{Kind: FindUnreachable, Path: "checkpoint", Index: -1, Cause: err})
		return false
	}
	a.out.Note = b
	a.out.Checkpoint, err = OpenCheckpoint(b, a.out.VKey)
	switch {
	case errors.Is(err, ErrSignature):
		a.find(Finding{Kind: FindSignature, Path: "checkpoint", Index: -1, Cause: err})
	case err != nil:
		a.find(Finding{Kind: FindCheckpoint, Path: "checkpoint", Index: -1, Cause: err})
	}
	return err == nil
}

// readEntries reads every bundle, replays the rules and rebuilds the tree.
func (a *auditor) readEntries(ctx context.Context) bool {
	for _, t := range tilesOf(a.out.Size) {
		if !t.Entries {
			continue
		}
		b, ok := a.fetch(ctx, t.Path())
		if !ok {
			return false
		}
		bodies, err := ParseBundle(b, t.W)
		if err != nil {
			a.find(Finding{Kind: FindBundle, Path: t.Path(), Index: -1, Cause: err})
			return false
		}
		for _, body := range bodies {
			a.readEntry(body)
		}
	}
	if !slices.Contains(a.checker.Keys(), a.out.VKey) {
		a.find(Finding{Kind: FindKey, Path: "checkpoint", Index: -1, Cause: ErrKeyUnlisted})
	}
	return true
}

func (a *auditor) readEntry(body []byte) {
	index := a.out.Entries
	e, err := a.checker.Add(body)
	if err != nil {
		a.find(Finding{Kind: FindRule, Path: bundleOf(index), Index: index, Verdict: e.Verdict, Rev: e.Rev, Cause: err})
	}
	a.out.Log = append(a.out.Log, e)
	if e.HasDoc() {
		a.docs = append(a.docs, docUse{index: index, e: e})
	}
	if e.Kind == KindErase {
		a.erased[e.Verdict] = index
	}
	if e.Kind == KindRedact {
		a.redacted[e.Verdict] = append(a.redacted[e.Verdict], redacted{index, e.Erased})
	}
	hashes, err := merkle.StoredHashes(index, body, HashReader(a.stored))
	if err != nil {
		a.find(Finding{Kind: FindRoot, Path: bundleOf(index), Index: index, Cause: err})
	}
	a.hashes = append(a.hashes, hashes...)
	a.bodies = append(a.bodies, body)
	a.out.Entries++
}

// stored reads the recomputed hashes.
func (a *auditor) stored(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(a.hashes)) {
			return nil, fmt.Errorf("%w: no hash at %d", ErrDamaged, x)
		}
		out[i] = a.hashes[x]
	}
	return out, nil
}

func (a *auditor) checkRoot() {
	root, err := treeHash(a.out.Size, a.stored)
	if err != nil || root != a.out.Root {
		a.find(Finding{Kind: FindRoot, Path: "checkpoint", Index: -1, Cause: errors.Join(ErrDamaged, err)})
	}
}

// checkTiles compares every tile with the entries. A hash of level 0 that
// differs says which entry was changed after it was logged.
func (a *auditor) checkTiles(ctx context.Context) {
	for _, t := range tilesOf(a.out.Size) {
		if t.Entries {
			continue
		}
		got, ok := a.fetch(ctx, t.Path())
		if !ok {
			continue
		}
		want := make([]Hash, t.W)
		for i := range want {
			want[i] = a.hashes[merkle.StoredHashIndex(tileHeight*t.L, t.N*tileWidth+int64(i))]
		}
		if bytes.Equal(got, formatTile(want)) {
			continue
		}
		if t.L > 0 || len(got) != t.W*merkle.HashSize {
			a.find(Finding{Kind: FindTile, Path: t.Path(), Index: -1, Cause: ErrDamaged})
			continue
		}
		for i, h := range want {
			if !bytes.Equal(got[i*merkle.HashSize:][:merkle.HashSize], h[:]) {
				a.entryFinding(FindEntry, t.Path(), t.N*tileWidth+int64(i), a.bodies)
			}
		}
	}
}

// entryFinding records a finding about one entry, named out of bodies.
func (a *auditor) entryFinding(k FindingKind, path string, index int64, bodies [][]byte) {
	f := Finding{Kind: k, Path: path, Index: index, Cause: ErrDamaged}
	if index < int64(len(bodies)) {
		if e, err := Parse(bodies[index]); err == nil {
			f.Verdict, f.Rev = e.Verdict, e.Rev
		}
	}
	a.find(f)
}

// bundleOf is the path of the full bundle in which an entry belongs.
func bundleOf(index int64) string {
	return Tile{Entries: true, N: index / tileWidth, W: tileWidth}.Path()
}

// checkDocs asks for every document that an entry commits to.
func (a *auditor) checkDocs(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	results := make([]docResult, len(a.docs))
	next := make(chan int)
	var workers sync.WaitGroup
	for range auditWorkers {
		workers.Go(func() {
			for i := range next {
				results[i] = a.checkDoc(ctx, a.docs[i])
				if results[i].kind == FindUnreachable {
					stop() // one is enough to know
				}
			}
		})
	}
	asked := 0
	for ; asked < len(a.docs) && ctx.Err() == nil; asked++ {
		next <- asked
	}
	close(next)
	workers.Wait()
	for i, r := range results[:asked] {
		switch {
		case r.erased:
			a.out.Erased++
		case r.kind == "":
			a.out.Documents++
		case errors.Is(r.cause, context.Canceled):
			// Another document's failure stopped this one.
		default:
			u := a.docs[i]
			a.find(Finding{Kind: r.kind, Path: docPath(u.e.Doc), Index: u.index, Verdict: u.e.Verdict, Rev: u.e.Rev, Cause: r.cause})
		}
	}
}

type docResult struct {
	kind   FindingKind // empty when the document is as it should be
	erased bool
	cause  error
}

func (a *auditor) checkDoc(ctx context.Context, u docUse) docResult {
	b, err := a.src.get(ctx, docPath(u.e.Doc))
	switch {
	case errors.Is(err, errAbsent), errors.Is(err, errErased):
		if a.mayBeGone(u) {
			return docResult{erased: true}
		}
		return docResult{kind: FindDocMissing, cause: err}
	case errors.Is(err, errTooBig):
		return docResult{kind: FindDocChanged, cause: err}
	case err != nil:
		return docResult{kind: FindUnreachable, cause: err}
	case sha256.Sum256(b) != u.e.Doc:
		return docResult{kind: FindDocChanged, cause: ErrDocDiffers}
	}
	return docResult{}
}
