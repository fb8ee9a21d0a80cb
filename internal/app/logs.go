package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/tlog"
)

// LogExport writes the published log as files that any static host can serve.
func (a *App) LogExport(ctx context.Context, dir string) (tlog.Exported, error) {
	if err := a.sign(ctx); err != nil {
		return tlog.Exported{}, err
	}
	return tlog.ExportDir(ctx, a.book, a.VKey(), dir)
}

// RebuildGuard writes the guard file anew from the last signature in the
// database, when a person has decided that the database is the newest there
// is. It refuses while a readable guard file is there.
func (a *App) RebuildGuard(ctx context.Context) error { return a.signer.RebuildGuard(ctx) }

// LogVerify audits a log at an address or in a folder, trusting vkey ("" for
// the key the log itself shows). With state, a folder, it also compares with
// what it saw the last time.
func LogVerify(ctx context.Context, where, vkey, state string) (tlog.Audit, error) {
	o := tlog.AuditOptions{VKey: vkey, StateDir: state}
	if strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://") {
		return tlog.VerifyURL(ctx, &http.Client{Timeout: 30 * time.Second}, where, o)
	}
	return tlog.VerifyDir(ctx, where, o)
}

// LogMirror copies the log at an address into a folder, after checking it.
func LogMirror(ctx context.Context, where, dir, vkey string) (tlog.Mirrored, error) {
	return tlog.Mirror(ctx, &http.Client{Timeout: 30 * time.Second}, where, dir, vkey)
}

// SayFollowed says in a line which log the one that was read follows; nothing for
// a desk's first log.
func SayFollowed(f tlog.Followed) string {
	if f.Origin == "" {
		return ""
	}
	lost := ""
	if f.Lost > 0 {
		lost = fmt.Sprintf(", and %d are lost", f.Lost)
	}
	return fmt.Sprintf("This log follows %s, which had %d entries; %d of them went over, each at its place%s.\n", f.Origin, f.Size, f.Size-f.Lost, lost)
}

// IsOtherHistory reports whether an error means that a log shows another
// history, or a shorter one, than before.
func IsOtherHistory(err error) bool {
	return errors.Is(err, tlog.ErrFork) || errors.Is(err, tlog.ErrRollback)
}

// VerifyFiles checks one proof offline against files: the proof, the document
// ("" for none) and the entry ("" when the proof carries it). vkey is the
// verifier key or the name of a file that holds it.
func VerifyFiles(proof, doc, entry, vkey string) (tlog.Verified, error) {
	if b, err := os.ReadFile(vkey); err == nil {
		vkey = string(b)
	}
	read := func(path string) (b []byte, err error) {
		if path == "" {
			return nil, nil
		}
		return os.ReadFile(path)
	}
	p, err1 := read(proof)
	d, err2 := read(doc)
	e, err3 := read(entry)
	if err := errors.Join(err1, err2, err3); err != nil {
		return tlog.Verified{}, err
	}
	return tlog.VerifyProof(p, e, d, strings.TrimSpace(vkey))
}

// Explain says in a sentence why a log could not be signed, exported or
// verified; the error's own text for one that is not of the log.
func Explain(err error, lang string) string {
	if s := tlog.Explain(err, lang); s != "" {
		return s
	}
	return err.Error()
}

// Fsck checks what trust in the desk rests on, and says each finding in a
// sentence: the invariants I1 to I8 of the design.
func (a *App) Fsck(ctx context.Context) (findings []string, checked map[string]int, err error) {
	checked = map[string]int{}
	if err := a.sign(ctx); err != nil && !errors.Is(err, tlog.ErrNothingToSign) {
		findings = append(findings, Explain(err, "en"))
	}
	audit, err := tlog.VerifyStorage(ctx, a.book, a.VKey(), tlog.AuditOptions{VKey: a.VKey()})
	if err != nil {
		return findings, checked, err
	}
	for _, f := range audit.Findings {
		findings = append(findings, "Public log: "+f.Sentence("en"))
	}
	checked["log entries"], checked["documents"] = int(audit.Entries), audit.Documents
	if err := a.fsckPast(ctx, audit, &findings, checked); err != nil {
		return findings, checked, err
	}
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		if err := a.fsckChecks(ctx, tx, audit, &findings, checked); err != nil {
			return err
		}
		if err := a.fsckRulings(ctx, tx, &findings, checked); err != nil {
			return err
		}
		if err := a.fsckMedia(ctx, tx, &findings, checked); err != nil {
			return err
		}
		return a.fsckAnswers(ctx, tx, &findings, checked)
	})
	if err == nil {
		err = a.fsckEvidence(ctx, &findings, checked)
	}
	if err == nil {
		err = a.fsckMisfits(ctx, &findings)
	}
	return findings, checked, err
}

// fsckChecks compares every claim's published state with the log's, and every
// revision with the review that approved it.
func (a *App) fsckChecks(ctx context.Context, tx desk.Tx, audit tlog.Audit, findings *[]string, checked map[string]int) error {
	say := func(format string, args ...any) { *findings = append(*findings, fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	for after := desk.ID(""); ; {
		cs, err := tx.Claims(ctx, desk.ClaimFilter{After: after, Limit: 500})
		if err != nil {
			return err
		}
		if len(cs) == 0 {
			break
		}
		after = cs[len(cs)-1].ID
		for _, c := range cs {
			checked["claims"]++
			if c.Rev == 0 {
				continue
			}
			seen[string(c.ID)] = true
			v, ok := audit.Verdicts[string(c.ID)]
			if !ok || v.Rev != int64(c.Rev) || v.Index != c.LogIndex {
				say("Check %s: the database shows revision %d, the public log does not.", c.ID, c.Rev)
			} else if c.State == desk.ClaimPublished && v.Rating != string(c.Rating) {
				say("Check %s: the database shows the rating %q, the public log %q.", c.ID, c.Rating, v.Rating)
			}
			if err := fsckRevisions(ctx, tx, c, say); err != nil {
				return err
			}
			checked["checks"]++
		}
	}
	for id := range audit.Verdicts {
		if !seen[id] {
			say("Check %s is in the public log and missing from the database.", id)
		}
	}
	return nil
}

// fsckRevisions checks one check's revisions: numbered without gaps, each
// with its document, each approved by somebody who did not write it.
func fsckRevisions(ctx context.Context, tx desk.Tx, c desk.Claim, say func(string, ...any)) error {
	rs, err := tx.Revisions(ctx, desk.RevisionFilter{Below: 1<<62 - 1, Verdict: c.ID, Limit: 10_000})
	if err != nil {
		return err
	}
	if len(rs) != c.Rev {
		say("Check %s has %d revisions stored and should have %d.", c.ID, len(rs), c.Rev)
	}
	reviews, err := tx.Reviews(ctx, desk.ReviewFilter{Claim: c.ID, State: desk.ReviewApproved, Limit: 10_000})
	if err != nil {
		return err
	}
	by := map[string]desk.Review{}
	for _, r := range reviews {
		by[hex.EncodeToString(r.Hash)] = r
	}
	for _, r := range rs {
		review, ok := by[hex.EncodeToString(r.Hash)]
		switch {
		case !ok:
			say("Check %s, revision %d: no review approved this text.", c.ID, r.Rev)
		case review.Reviewer == "" || review.Reviewer == review.By:
			say("Check %s, revision %d: it was not approved by a second person.", c.ID, r.Rev)
		default:
			fsckTicks(c, r, review, say)
		}
	}
	return nil
}
