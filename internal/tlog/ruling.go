package tlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrRulingAgain: a ruling of that name was entered before.
var ErrRulingAgain = errors.New("tlog: ruling entered twice")

// parseRevs reads a list of revisions, leniently; Parse compares afterwards.
func parseRevs(value string) ([]int64, error) {
	var out []int64
	for part := range strings.SplitSeq(value, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, ErrForm
		}
		out = append(out, n)
	}
	return out, nil
}

// formatRevs spells a list of revisions: "1,2,5".
func formatRevs(revs []int64) string {
	out := make([]string, len(revs))
	for i, r := range revs {
		out[i] = strconv.FormatInt(r, 10)
	}
	return strings.Join(out, ",")
}

// validErased accepts earlier revisions, each once, in order.
func validErased(revs []int64, rev int64) bool {
	last := int64(0)
	for _, r := range revs {
		if r <= last || r >= rev {
			return false
		}
		last = r
	}
	return len(revs) > 0
}

// validOutcome accepts the codes of how an appeal ends.
func validOutcome(s string) bool {
	return slices.Contains([]string{"upheld", "partly", "not-upheld", "not-for-us"}, s)
}

// rulingPath is where the proof of a ruling is served.
func rulingPath(ruling string) string { return fmt.Sprintf("proof/ruling/%s.tlog-proof", ruling) }

// parseRulingPath reads such a path without "proof/"; ok is false when it is
// none.
func parseRulingPath(rest string) (ruling string, ok bool) {
	name, ok := strings.CutPrefix(rest, "ruling/")
	ruling, _ = strings.CutSuffix(name, ".tlog-proof")
	return ruling, ok && validVerdict(ruling) && rulingPath(ruling) == "proof/"+rest
}

// rulingProof returns the proof file of a ruling, of which find says where it
// is: it is asked for revision 0, which no verdict has.
func (h *Handler) rulingProof(ctx context.Context, p published, ruling string) ([]byte, error) {
	index, err := h.find(ctx, ruling, 0)
	switch {
	case errors.Is(err, ErrNoEntry):
		return nil, errNoFile
	case err != nil:
		return nil, fmt.Errorf("tlog: find ruling %s: %w", ruling, err)
	}
	return p.proofOf(ctx, index, func(e Entry) bool { return e.Kind == KindRuling && e.Ruling == ruling })
}

// mayBeGone reports whether the log says that the document of this entry was
// deleted: by an erase entry after it, which frees every earlier document of
// the verdict with the rulings on it, or by a redact entry that names the
// revision. Entries of a log that follows count too: they have the same places.
func (a *auditor) mayBeGone(u docUse) bool {
	if a.later != nil && a.later.mayBeGone != nil && a.later.mayBeGone(u) {
		return true
	}
	if u.e.Verdict == "" {
		return false
	}
	if a.erased[u.e.Verdict] > u.index {
		return true
	}
	return u.e.Kind.OfVerdict() && slices.ContainsFunc(a.redacted[u.e.Verdict], func(r redacted) bool {
		return r.index > u.index && slices.Contains(r.revs, u.e.Rev)
	})
}

// redacted is what one redact entry frees.
type redacted struct {
	index int64
	revs  []int64
}
