package web

import (
	"strconv"
	"time"

	"soi/internal/desk"
)

// logPage tells what the public log proves, and shows its newest entries.
type logPage struct {
	Size   int64 // of the published checkpoint
	VKey   string
	Proves []said
	Not    []string
	List   []changed
	Older  string
	Newer  string
	Seen   Witnessing
	Line   LogLine
}

// LogLine is where the log stands among the logs of the desk.
type LogLine struct {
	Closed  bool      // nothing more is entered
	Name    string    // of this log
	Follows string    // the name of the log before it; empty for a desk's first
	Since   time.Time // when this one began
	Lost    int       // entries of the log before it that could not be brought back
	Past    []PastLog // newest first
}

// PastLog is a log that another one followed. It can still be read.
type PastLog struct {
	Name string
	Path string // where it is served, without a final slash
	Size int
	VKey string
}

// Witnessing is how the published checkpoint stands with those who cosign it.
type Witnessing struct {
	Witnesses []Witness
	Confirmed int // those who confirmed this very checkpoint
	Quorum    int // how many the desk wants
}

// Witness is one of them.
type Witness struct {
	Name string
	VKey string
	Size int64     // the entries it confirmed last; 0 before the first time
	At   time.Time // and when
	Now  bool      // it confirmed the newest checkpoint
}

// ProofPath is where the proof of a revision is served, below /log/proof.
func (c changed) ProofPath() string {
	_, id := desk.ParseKey(c.Key)
	return "/" + string(id) + "/" + strconv.Itoa(c.Number) + ".tlog-proof"
}

// head implements page.
func (logPage) head(w *words) head {
	return head{Title: w.t("log.title"), Description: w.t("log.lead"), Section: "log"}
}

// How many paragraphs the catalogues hold on what the log proves and on what
// it does not (trust.md §4.12).
const (
	logProves = 3
	logNot    = 4
)

// logEntries is how many entries the page shows.
const logEntries = 30

// log answers GET /log.
func (s *Site) log(v *visit) (answer, error) {
	before, _ := strconv.ParseInt(v.query("before"), 10, 64)
	p := logPage{Size: s.Signed(), VKey: s.Config.VKey, Proves: saidAll(v.words, "log.proves", logProves)}
	for i := range logNot {
		p.Not = append(p.Not, v.words.t("log.not."+strconv.Itoa(i+1)))
	}
	if s.Witnessing != nil {
		var err error
		if p.Seen, err = s.Witnessing(v.Context()); err != nil {
			return answer{}, err
		}
	}
	if s.LogLine != nil {
		var err error
		if p.Line, err = s.LogLine(v.Context()); err != nil {
			return answer{}, err
		}
	}
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Before: before, Limit: logEntries + 1})
	if err != nil {
		return answer{}, err
	}
	if len(rs) > logEntries {
		rs = rs[:logEntries]
		p.Older = v.with("before", strconv.FormatInt(rs[logEntries-1].LogIndex, 10))
	}
	if before > 0 {
		p.Newer = v.with("before", "")
	}
	for _, r := range rs {
		p.List = append(p.List, changed{card: cardOf(v.lang, r), Reason: r.Reason, Number: r.Rev})
	}
	return show("log", p).fresh(), nil
}
