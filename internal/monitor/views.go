package monitor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"soi/internal/tlog"
)

// maxAge is how old the newest word of a witness may be: a log that is alive
// is confirmed every hour.
const maxAge = 3 * time.Hour

// witnesses looks at the cosignatures of the checkpoint, when witnesses are
// trusted: enough of them must have confirmed it, the last one lately. The
// log's own signature carries no time.
func (w *watch) witnesses(a tlog.Audit) {
	if len(w.o.Witnesses) == 0 || a.Note == nil {
		return
	}
	var confirmed int
	var newest time.Time
	for _, vkey := range w.o.Witnesses {
		at, err := tlog.CosignatureTime(a.Note, vkey)
		if err != nil {
			continue
		}
		confirmed++
		if at.After(newest) {
			newest = at
		}
	}
	if want := max(w.o.Quorum, 1); confirmed < want {
		w.find(SiteUnwitnessed, w.log+"/checkpoint", "", fmt.Sprintf("%d-of-%d", confirmed, want))
	}
	if now := w.o.Now(); confirmed > 0 && now.Sub(newest) > maxAge {
		w.find(SiteStale, w.log+"/checkpoint", "", now.Sub(newest).Round(time.Minute).String())
	}
}

// elsewhere audits the same log at the other addresses and compares histories:
// the shorter one must be the beginning of the longer one.
func (w *watch) elsewhere(ctx context.Context, a tlog.Audit) error {
	if _, ok := a.RootAt(a.Size); !ok {
		return nil // nothing to compare with
	}
	for _, address := range w.o.Also {
		other, err := tlog.VerifyURL(ctx, w.o.Client, address, tlog.AuditOptions{VKey: a.VKey})
		if err != nil {
			return err
		}
		_, read := other.RootAt(other.Size)
		if !read {
			kind := SiteUnreachable
			if other.ExitCode() == 2 {
				kind = SiteSplit
			}
			w.find(kind, address, "", "log")
			continue
		}
		if root, ok := longer(a, other); !ok || root != shorter(a, other).Root || other.Origin != a.Origin {
			w.find(SiteSplit, address, "", fmt.Sprintf("size-%d", other.Size))
			if err := tlog.KeepEvidence(w.o.Audit.StateDir, a, other); err != nil {
				return err
			}
		}
	}
	return nil
}

// longer is the root that the longer of two logs had at the size of the
// shorter one.
func longer(a, b tlog.Audit) (tlog.Hash, bool) {
	if a.Size >= b.Size {
		return a.RootAt(b.Size)
	}
	return b.RootAt(a.Size)
}

func shorter(a, b tlog.Audit) tlog.Audit {
	if a.Size < b.Size {
		return a
	}
	return b
}

// without takes out the findings of kinds that are not looked for.
func (r *Report) without(kinds []string) {
	off := map[string]bool{}
	for _, k := range kinds {
		off[k] = true
	}
	log, site := r.Log.Findings, r.Site
	r.Log.Findings, r.Site = nil, nil
	for _, f := range log {
		if !off[string(f.Kind)] {
			r.Log.Findings = append(r.Log.Findings, f)
		}
	}
	for _, f := range site {
		if !off[string(f.Kind)] {
			r.Site = append(r.Site, f)
		}
	}
}

// ErrKind says that a kind of finding does not exist.
var ErrKind = errors.New("monitor: no such kind of finding")

// checkKinds refuses a kind that cannot be switched off because there is none.
func checkKinds(kinds []string) error {
	known := map[string]bool{}
	for _, k := range Kinds() {
		known[string(k)] = true
	}
	for _, k := range tlog.FindingKinds() {
		known[string(k)] = true
	}
	for _, k := range kinds {
		if !known[k] {
			return fmt.Errorf("%w: %q", ErrKind, k)
		}
	}
	return nil
}
