package app

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
	"soi/internal/work"
)

// indexer keeps the matcher in step with the event log. What it does for an
// event is to read the claim or the imported check as it stands now and to
// put or remove its documents, so that seeing an event twice, or late, does
// no harm. The database is the truth: a lost snapshot costs a rebuild.
type indexer struct {
	store   desk.Store
	matcher *match.Matcher
	signed  func() int64 // size of the published checkpoint
	langs   []string
	log     *slog.Logger

	mu      sync.Mutex
	pending map[desk.ID]bool // claims whose newest revision a rebuild found unsigned
	filling bool             // a rebuild is at work
	batch   []match.Doc      // what it has read and not yet handed over
}

// batchSize is how many documents a rebuild hands to the matcher at a time: many at
// once are put in on all processors.
const batchSize = 20_000

// put hands a document to the matcher, at once or with others.
func (x *indexer) put(d match.Doc) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.filling {
		x.matcher.Put(d)
		return
	}
	if x.batch = append(x.batch, d); len(x.batch) >= batchSize {
		x.matcher.PutAll(x.batch)
		x.batch = x.batch[:0]
	}
}

// fill begins or ends the collecting of documents.
func (x *indexer) fill(on bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.matcher.PutAll(x.batch)
	x.filling, x.batch = on, nil
}

// errUnsigned: an event tells of a revision that is not under a signed
// checkpoint yet; the follower tries again.
var errUnsigned = fmt.Errorf("%w: revision is not signed yet", work.ErrSoon)

// handle brings the documents that events tell of up to date.
func (x *indexer) handle(ctx context.Context, events []desk.Event) error {
	claims, imports, reopened := map[desk.ID]bool{}, map[desk.ID]bool{}, map[desk.ID]bool{}
	for _, e := range events {
		if e.Kind == desk.EvImported || e.Kind == desk.EvClaimJudged && e.Data["with"] == "imported" {
			imports[e.About] = true
		}
		if e.Kind == desk.EvClaimReopened {
			reopened[e.Claim] = true
		}
		if e.Claim == "" || !touchesIndex(e) {
			continue
		}
		claims[e.Claim] = true
		if other := otherClaim(e); other != "" {
			claims[other] = true
		}
	}
	return x.store.Read(ctx, func(tx desk.Tx) error {
		for id := range claims {
			if err := x.claim(ctx, tx, id); err != nil {
				return fmt.Errorf("index claim %s: %w", id, err)
			}
		}
		for id := range reopened {
			if err := answeredBy(ctx, tx, id, imports); err != nil {
				return err
			}
		}
		return x.imported(ctx, tx, imports)
	})
}

// touchesIndex reports whether the event can change what the matcher should
// know. A tip that merely joined a claim does not.
func touchesIndex(e desk.Event) bool {
	switch e.Kind {
	case desk.EvTipReceived, desk.EvTipAdded:
		return e.Data["opened"] != ""
	case desk.EvEvidenceAdded, desk.EvEvidenceRetired, desk.EvEvidenceBack, desk.EvDraftSaved,
		desk.EvReviewAsked, desk.EvReviewReturned, desk.EvReviewTaken, desk.EvClaimAssigned:
		return false
	}
	return true
}

// otherClaim is the second claim an event changes, if any.
func otherClaim(e desk.Event) desk.ID {
	switch e.Kind {
	case desk.EvClaimMerged, desk.EvClaimUnmerged, desk.EvClaimSplit:
		return e.About
	case desk.EvClaimJudged:
		if e.Data["with"] != "imported" {
			return e.About
		}
	}
	return ""
}

// claim puts the documents of one claim as it stands now: an open claim
// itself, a published one its check in every language, others nothing.
func (x *indexer) claim(ctx context.Context, tx desk.Tx, id desk.ID) error {
	c, err := tx.Claim(ctx, id)
	if errors.Is(err, desk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := x.pictures(ctx, tx, c); err != nil {
		return err
	}
	if c.State != desk.ClaimOpen {
		x.matcher.Remove(desk.ClaimKey(id))
	}
	if c.State != desk.ClaimPublished {
		for _, l := range x.langs {
			x.matcher.Remove(desk.CheckKey(id, l))
		}
	}
	docs, err := x.documents(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, l := range x.langs {
		key := desk.CheckKey(id, l)
		if !slices.ContainsFunc(docs, func(d match.Doc) bool { return d.ID == key }) {
			x.matcher.Remove(key)
		}
	}
	for _, d := range docs {
		x.put(d)
	}
	return nil
}

// documents are those of one claim as it stands now: an open claim itself, a published
// one its check in every language, others none.
func (x *indexer) documents(ctx context.Context, tx desk.Tx, c desk.Claim) ([]match.Doc, error) {
	if c.State != desk.ClaimOpen && c.State != desk.ClaimPublished {
		return nil, nil
	}
	also, links, err := wordings(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if c.State == desk.ClaimOpen {
		return []match.Doc{{ID: desk.ClaimKey(c.ID), Kind: match.KindClaim, Lang: c.Lang, Claim: c.Text, Also: also, URLs: links}}, nil
	}
	return x.check(ctx, tx, c, also, links)
}

// check is the published text of a claim, one document a language. The
// other wordings go with the document of their own language.
func (x *indexer) check(ctx context.Context, tx desk.Tx, c desk.Claim, also, links []string) (docs []match.Doc, err error) {
	if c.LogIndex >= x.signed() {
		return nil, errUnsigned
	}
	rs, err := tx.Revisions(ctx, desk.RevisionFilter{Below: c.LogIndex + 1, Verdict: c.ID, Rev: c.Rev, Limit: 1})
	if err != nil || len(rs) == 0 {
		return nil, err
	}
	for _, l := range x.langs {
		t, ok := rs[0].Doc.Text(l)
		if !ok {
			continue
		}
		d := match.Doc{ID: desk.CheckKey(c.ID, l), Kind: match.KindCheck, Lang: l, Claim: t.Claim, Title: t.Statement,
			Summary: t.Summary, Body: t.Body, URLs: links}
		if l == c.Lang || len(rs[0].Doc.Texts) == 1 {
			d.Also = also
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// maxWordings bounds the other wordings of one claim.
const maxWordings = 10

// wordings are the texts that people have confirmed to carry the claim: the
// tips that opened it and those of claims that staff merged into it. A tip
// that matching put there by itself is not among them, so that one wrong
// match does not lead to the next. links are those the opening tips carried.
func wordings(ctx context.Context, tx desk.Tx, c desk.Claim) (texts, links []string, err error) {
	ts, err := tx.Tips(ctx, desk.TipFilter{Claim: c.ID, Oldest: true, Limit: 200})
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{c.Text: true}
	for _, t := range ts {
		if t.Text == "" || t.Decision == string(match.DecisionSame) && t.Origin == "" || seen[t.Text] || len(texts) == maxWordings {
			continue
		}
		seen[t.Text] = true
		texts = append(texts, t.Text)
		links = append(links, t.Links...)
	}
	return texts, links, nil
}

// answeredBy adds the imported checks that a claim was ever said to be the same as.
func answeredBy(ctx context.Context, tx desk.Tx, claim desk.ID, imports map[desk.ID]bool) error {
	js, err := tx.Judgments(ctx, claim)
	for _, j := range js {
		if sort, id := desk.ParseKey(j.Other); sort == "imported" {
			imports[id] = true
		}
	}
	return err
}

// confirmed gives, for imported checks, the wordings of the claims that people answered
// with them. nil stands for all imported checks.
func confirmed(ctx context.Context, tx desk.Tx, ids map[desk.ID]bool) (map[desk.ID][]string, error) {
	out := map[desk.ID][]string{}
	for after := desk.ID(""); ; {
		cs, err := tx.Claims(ctx, desk.ClaimFilter{States: []desk.ClaimState{desk.ClaimAnswered}, After: after, Limit: 500})
		if err != nil || len(cs) == 0 {
			return out, err
		}
		for _, c := range cs {
			if c.Imported == "" || ids != nil && !ids[c.Imported] || len(out[c.Imported]) >= maxWordings {
				continue
			}
			also, _, err := wordings(ctx, tx, c)
			if err != nil {
				return nil, err
			}
			out[c.Imported] = append(append(out[c.Imported], c.Text), also...)
		}
		after = cs[len(cs)-1].ID
	}
}

// document is an imported check as the matcher knows it, with the wordings confirmed to
// say the same.
func document(i desk.Imported, also []string) match.Doc {
	return match.Doc{ID: desk.ImportedKey(i.ID), Kind: match.KindImported, Lang: i.Lang, Claim: i.Claim, Title: i.Title,
		Also: also[:min(len(also), maxWordings)]}
}

// imported puts imported checks.
func (x *indexer) imported(ctx context.Context, tx desk.Tx, ids map[desk.ID]bool) error {
	return x.eachImport(ctx, tx, ids, x.put)
}

// eachImport reads imported checks as documents.
func (x *indexer) eachImport(ctx context.Context, tx desk.Tx, ids map[desk.ID]bool, take func(match.Doc)) error {
	if len(ids) == 0 {
		return nil
	}
	also, err := confirmed(ctx, tx, ids)
	if err != nil {
		return err
	}
	list := make([]desk.ID, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	for len(list) > 0 {
		n := min(len(list), 200)
		is, err := tx.Imports(ctx, "", list[:n], n)
		if err != nil {
			return err
		}
		for _, i := range is {
			take(document(i, also[i.ID]))
		}
		list = list[n:]
	}
	return nil
}

// rebuild fills the matcher from the tables and returns the position in the
// event log that this corresponds to.
func (x *indexer) rebuild(ctx context.Context) (seq int64, err error) {
	x.fill(true)
	defer x.fill(false)
	err = x.store.Read(ctx, func(tx desk.Tx) error {
		last, err := tx.Events(ctx, desk.EventFilter{Newest: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(last) > 0 {
			seq = last[0].Seq
		}
		if err := x.allClaims(ctx, tx); err != nil {
			return err
		}
		return x.allImports(ctx, tx)
	})
	return seq, err
}

// allClaims walks every claim in order of ID.
func (x *indexer) allClaims(ctx context.Context, tx desk.Tx) error {
	for after := desk.ID(""); ; {
		cs, err := tx.Claims(ctx, desk.ClaimFilter{States: []desk.ClaimState{desk.ClaimOpen, desk.ClaimPublished}, After: after, Limit: 500})
		if err != nil || len(cs) == 0 {
			return err
		}
		for _, c := range cs {
			// Where signing is held, the desk runs on without the checks
			// that nobody may see yet.
			err := x.claim(ctx, tx, c.ID)
			if errors.Is(err, errUnsigned) {
				x.wait(c.ID)
			} else if err != nil {
				return err
			}
		}
		after = cs[len(cs)-1].ID
	}
}

// wait notes a claim for catchUp.
func (x *indexer) wait(id desk.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pending == nil {
		x.pending = map[desk.ID]bool{}
	}
	x.pending[id] = true
}

// waiting lists the claims that wait for a signature.
func (x *indexer) waiting() []desk.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Collect(maps.Keys(x.pending))
}

// catchUp puts the documents of claims that a rebuild found unsigned and that
// have been signed since.
func (x *indexer) catchUp(ctx context.Context) error {
	for _, id := range x.waiting() {
		err := x.store.Read(ctx, func(tx desk.Tx) error { return x.claim(ctx, tx, id) })
		if errors.Is(err, errUnsigned) {
			continue
		}
		if err != nil {
			return err
		}
		x.mu.Lock()
		delete(x.pending, id)
		x.mu.Unlock()
	}
	return nil
}

// allImports walks every imported check in order of ID.
func (x *indexer) allImports(ctx context.Context, tx desk.Tx) error {
	also, err := confirmed(ctx, tx, nil)
	if err != nil {
		return err
	}
	for after := desk.ID(""); ; {
		is, err := tx.Imports(ctx, after, nil, 500)
		if err != nil || len(is) == 0 {
			return err
		}
		for _, i := range is {
			x.put(document(i, also[i.ID]))
		}
		after = is[len(is)-1].ID
	}
}

// The snapshot file is the magic, the position in the event log as 8 bytes
// big endian, and what match.Save wrote.
const snapshotMagic = "soi-index/1\n"

// save writes the snapshot beside its final name and renames it. One that
// lacks claims which wait for a signature is not written: it would lack them
// for ever.
func (x *indexer) save(path string, seq int64) error {
	if len(x.waiting()) > 0 {
		return nil
	}
	return replaceFile(path, func(w *bufio.Writer) error {
		_, _ = w.WriteString(snapshotMagic) // bufio keeps the first error for Flush
		_, _ = w.Write(binary.BigEndian.AppendUint64(nil, uint64(seq)))
		return x.matcher.Save(w)
	})
}

// replaceFile writes a file beside its final name and renames it, so that a reader sees the old one or
// the new one whole.
func replaceFile(path string, write func(*bufio.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err = errors.Join(write(w), w.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// load reads the snapshot and returns its position. It leaves the matcher as
// it was on any error: fs.ErrNotExist if there is no snapshot, an error that
// wraps match.ErrSnapshot if it cannot be used.
func (x *indexer) load(ctx context.Context, path string) (seq int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if seq, err = snapshotSeq(f); err != nil {
		return 0, fmt.Errorf("%w: %s", err, path)
	}
	if ok, err := x.reaches(ctx, seq); err != nil || !ok {
		return 0, errors.Join(fmt.Errorf("%w: it is of another database, or of a later state of this one", match.ErrSnapshot), err)
	}
	return seq, x.matcher.Load(f)
}

// ready fills the matcher from the snapshot if there is a usable one, else
// from the database, and returns the position to follow from.
func (x *indexer) ready(ctx context.Context, path string) (int64, error) {
	start := time.Now()
	seq, err := x.load(ctx, path)
	if err == nil {
		err = x.allPictures(ctx)
		x.log.Info("index read from its snapshot", "documents", x.matcher.Len(), "ms", time.Since(start).Milliseconds())
		return seq, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		x.log.Warn("index snapshot not used, building from the database", "err", err)
	}
	seq, err = x.rebuild(ctx)
	x.log.Info("index built from the database", "documents", x.matcher.Len(), "ms", time.Since(start).Milliseconds())
	return seq, err
}

// reaches reports whether the event log has an event with this Seq.
func (x *indexer) reaches(ctx context.Context, seq int64) (ok bool, err error) {
	if seq == 0 {
		return false, nil
	}
	err = x.store.Read(ctx, func(tx desk.Tx) error {
		es, err := tx.Events(ctx, desk.EventFilter{After: seq - 1, Limit: 1})
		ok = len(es) == 1 && es[0].Seq == seq
		return err
	})
	return ok, err
}

// snapshotSeq reads the position a snapshot was taken at.
func snapshotSeq(r io.Reader) (int64, error) {
	head := make([]byte, len(snapshotMagic)+8)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(snapshotMagic)]) != snapshotMagic {
		return 0, match.ErrSnapshot
	}
	return int64(binary.BigEndian.Uint64(head[len(snapshotMagic):])), nil
}
