package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// exportedCheck is one line of checks.jsonl: what the public page shows.
type exportedCheck struct {
	URL       string             `json:"url"`
	Check     desk.ID            `json:"check"`
	Rev       int                `json:"rev"`
	Published string             `json:"published"`
	Rating    desk.Rating        `json:"rating"`
	Withdrawn bool               `json:"withdrawn,omitempty"`
	Topic     string             `json:"topic,omitempty"`
	Texts     []desk.Text        `json:"texts,omitempty"`
	Evidence  []desk.DocEvidence `json:"evidence,omitempty"`
	LogIndex  int64              `json:"log_index"`
}

// Export writes every published check as open data into dir: checks.jsonl,
// checks.csv (one row a language) and claimreview.LANG.json. It returns how
// many checks there are. No tip and nothing about an asker is in it.
func (a *App) Export(ctx context.Context, dir string) (n int, err error) {
	if err := a.sign(ctx); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	if n, err = a.exportChecks(ctx, dir); err != nil {
		return n, err
	}
	site, err := a.site()
	if err != nil {
		return n, err
	}
	if err := site.UseRatingNames(ctx); err != nil {
		return n, err
	}
	for _, lang := range a.Config.Langs {
		f, err := os.Create(filepath.Join(dir, "claimreview."+lang+".json"))
		if err != nil {
			return n, err
		}
		_, err = site.WriteDataFeed(ctx, f, lang)
		if err := errors.Join(err, f.Close()); err != nil {
			return n, err
		}
	}
	return n, nil
}

// exportChecks writes checks.jsonl and checks.csv.
func (a *App) exportChecks(ctx context.Context, dir string) (n int, err error) {
	lines, err := os.Create(filepath.Join(dir, "checks.jsonl"))
	if err != nil {
		return 0, err
	}
	rows, err := os.Create(filepath.Join(dir, "checks.csv"))
	if err != nil {
		return 0, errors.Join(err, lines.Close())
	}
	jb, cb := bufio.NewWriter(lines), csv.NewWriter(rows)
	enc := json.NewEncoder(jb)
	enc.SetEscapeHTML(false)
	err = cb.Write([]string{"id", "url", "rev", "published", "rating", "lang", "claim", "title", "summary"})
	for before := int64(0); err == nil; {
		var rs []desk.Revision
		rs, err = a.Desk.Published(ctx, desk.RevisionFilter{Below: a.Signed(), Newest: true, Before: before, Limit: 200})
		if err != nil || len(rs) == 0 {
			break
		}
		before = rs[len(rs)-1].LogIndex
		for _, r := range rs {
			n++
			e := a.exported(r)
			err = errors.Join(err, enc.Encode(e), writeRows(cb, e))
		}
	}
	cb.Flush()
	return n, errors.Join(err, cb.Error(), jb.Flush(), lines.Close(), rows.Close())
}

// exported is a revision as open data.
func (a *App) exported(r desk.Revision) exportedCheck {
	return exportedCheck{URL: a.Config.PublicURL + "/checks/" + string(r.Verdict), Check: r.Verdict, Rev: r.Rev,
		Published: r.At.UTC().Format("2006-01-02T15:04:05Z"), Rating: r.Rating, Withdrawn: r.Kind == desk.KindWithdraw,
		Topic: r.Doc.Topic, Texts: r.Doc.Texts, Evidence: r.Doc.Evidence, LogIndex: r.LogIndex}
}

// writeRows writes one row a language. A cell that a spreadsheet would take
// for a formula gets a quote in front.
func writeRows(w *csv.Writer, e exportedCheck) error {
	for _, t := range e.Texts {
		row := []string{string(e.Check) + "/" + t.Lang, e.URL, strconv.Itoa(e.Rev), e.Published, string(e.Rating), t.Lang, t.Claim, t.Statement, t.Summary}
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\x00", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}
