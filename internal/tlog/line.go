package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrSucceeded: the log is closed to its reader, because another one follows
// it under another key.
var ErrSucceeded = errors.New("tlog: another log follows this one")

// maxLogs bounds how many logs of one desk are looked for, one after another.
const maxLogs = 99

// line is the row of logs of one desk, at the address of the desk: the first
// one under /log/, those that followed it under /log2/, /log3/.
type line struct {
	client Doer
	desk   string // the desk's address, without a final slash
	newest int    // 1 for a desk that never had to begin another log
}

// at is the source of the n-th log.
func (l line) at(n int) httpSource {
	return httpSource{client: l.client, base: l.desk + "/" + LogName(n) + "/"}
}

// findNewest asks for the keys of further logs until there is none.
func (l *line) findNewest(ctx context.Context) error {
	for l.newest = 1; l.newest < maxLogs; l.newest++ {
		b, err := l.at(l.newest+1).get(ctx, "vkey")
		if errors.Is(err, errAbsent) || errors.Is(err, errErased) {
			return nil
		}
		if err != nil {
			return err
		}
		origin, err := OriginOf(strings.TrimSuffix(string(b), "\n"))
		if err != nil {
			return nil
		}
		if _, n, err := SplitOrigin(origin); err != nil || n != l.newest+1 {
			return nil
		}
	}
	return nil
}

// choose finds the newest log and returns the one that a key belongs to.
func (l *line) choose(ctx context.Context, vkey string) (n int, err error) {
	if err := l.findNewest(ctx); err != nil {
		return 0, err
	}
	return l.trusted(vkey), nil
}

// notFound is the audit of a desk whose logs could not be looked for.
func notFound(err error) Audit {
	return Audit{Findings: []Finding{{Kind: FindUnreachable, Path: "vkey", Index: -1, Cause: err}}}
}

// trusted is which of the logs a key belongs to: the newest without a key, or
// with one of another desk, which the audit will refuse.
func (l line) trusted(vkey string) int {
	origin, err := OriginOf(vkey)
	if err != nil {
		return l.newest
	}
	if _, n, err := SplitOrigin(origin); err == nil && n < l.newest {
		return n
	}
	return l.newest
}

// audit audits the log that the caller's key belongs to, the newest for whoever
// trusts none yet, and holds it against the other logs of the line.
func (l line) audit(ctx context.Context, o AuditOptions) (*auditor, error) {
	trust := o.VKey
	if trust == "" {
		k, err := loadKept(o.StateDir)
		if err != nil {
			return &auditor{}, err
		}
		trust = k.vkey
	}
	n := l.trusted(trust)
	if n < l.newest {
		return l.succeeded(ctx, n, o)
	}
	a, err := runAudit(ctx, l.at(n), o)
	if err != nil || !a.whole {
		return a, err
	}
	for past := n - 1; past > 0; past-- {
		old, err := runAudit(ctx, l.at(past), AuditOptions{Later: &a.out})
		if err != nil {
			return a, err
		}
		for _, f := range old.out.Findings {
			f.Path = "../" + LogName(past) + "/" + f.Path
			a.find(f)
		}
		a.follows(old, n-past == 1)
		a.out.Past = append(a.out.Past, old.out)
	}
	return a, nil
}

// succeeded audits a log that another one follows, for somebody who trusts the
// key of the earlier one. That key cannot vouch for the next: they are told.
func (l line) succeeded(ctx context.Context, n int, o AuditOptions) (*auditor, error) {
	next, err := runAudit(ctx, l.at(l.newest), AuditOptions{})
	if err != nil {
		return next, err
	}
	o.Later = &next.out
	a, err := runAudit(ctx, l.at(n), o)
	if err != nil {
		return a, err
	}
	if next.whole && a.whole {
		held := len(next.out.Findings)
		next.follows(a, l.newest-n == 1)
		a.out.Findings = append(a.out.Findings, next.out.Findings[held:]...)
	}
	a.find(Finding{Kind: FindSucceeded, Path: "../" + LogName(l.newest) + "/vkey", Index: -1, Cause: ErrSucceeded})
	a.out.Next = next.out.Origin
	return a, nil
}

// follows holds the log against an earlier one of its line: it must carry over
// every entry of it but the first, byte for byte, and nothing may have been
// added there since. direct says that no other log stands between them.
func (a *auditor) follows(old *auditor, direct bool) {
	if !a.whole || !old.whole || len(a.out.Log) == 0 {
		return
	}
	opening := a.out.Log[0]
	if direct {
		root, read := old.out.RootAt(opening.Size)
		if opening.Origin != old.out.Origin || read && root != opening.Root {
			a.entryFinding(FindSuccession, bundleOf(0), 0, a.bodies)
		}
		if old.out.Size > opening.Size {
			a.entryFinding(FindSuccession, bundleOf(opening.Size), opening.Size, old.bodies)
		}
	}
	a.carriesAll(old.bodies[:min(int64(len(old.bodies)), opening.Size)])
}

// carriesAll compares the entries of an earlier log, the first excepted.
func (a *auditor) carriesAll(old [][]byte) {
	for i := 1; i < len(old); i++ {
		if i >= len(a.bodies) || !bytes.Equal(a.bodies[i], old[i]) {
			a.entryFinding(FindSuccession, bundleOf(int64(i)), int64(i), old)
		}
	}
}

// Followed is what a log says of the one that it follows.
type Followed struct {
	Origin string
	Size   int64 // as far as it was known
	Lost   int64 // how many of its entries were lost and stand in no log
}

// followed reads it out of the entries; the zero Followed for a first log.
func followed(entries []Entry) Followed {
	if len(entries) == 0 || entries[0].Kind != KindSuccessor {
		return Followed{}
	}
	opening := entries[0]
	carried := int64(1)
	for carried < int64(len(entries)) && entries[carried].CarriedBy(opening, carried) {
		carried++
	}
	return Followed{Origin: opening.Origin, Size: opening.Size, Lost: opening.Size - carried}
}

// ReadVKey returns the key that a log at an address or in a folder shows, which
// is no reason to trust it. The address has to be that of a log, not of a desk.
func ReadVKey(ctx context.Context, client Doer, where string) (string, error) {
	var src source = dirSource{dir: where}
	if strings.HasPrefix(where, "https://") || strings.HasPrefix(where, "http://") {
		remote, err := newHTTPSource(client, where)
		if err != nil {
			return "", err
		}
		if remote.bare {
			return "", fmt.Errorf("%w: address of a desk", ErrForm)
		}
		src = remote
	}
	b, err := src.get(ctx, "vkey")
	if err != nil {
		return "", err
	}
	vkey := strings.TrimSuffix(string(b), "\n")
	_, err = OriginOf(vkey)
	return vkey, err
}

// FollowedBy reports whether an audited log is, whole, the one that opening, the
// first entry of the log that followed it, names: name, size and root fit, so
// every entry of it is the one that was meant, and its own first entry with its
// key.
func (a Audit) FollowedBy(opening Entry) bool {
	root, ok := a.RootAt(opening.Size)
	return ok && opening.Kind == KindSuccessor && opening.Origin == a.Origin && opening.Root == root
}
