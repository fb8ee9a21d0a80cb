package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"soi/internal/desk"
	"soi/internal/tlog"
)

// CaughtUp is what a catch-up brought back.
type CaughtUp struct {
	Audit   tlog.Audit // what was found at the mirror; nothing was brought back unless it is clean
	From    int64      // entries there were
	Size    int64      // entries there are
	Checks  int        // revisions of checks that came back
	Redacts int        // of them redactions: what they took out may stand in older drafts
	Others  int        // rulings and lines of the register, which have no page until they are entered anew
}

// CatchUp brings back, from a mirror or an export, the entries and documents
// that the database has lost, all of them verified against the checkpoint that
// this desk signed, and then signs. It refuses a mirror of another history
// (tlog.ErrFork).
func (a *App) CatchUp(ctx context.Context, where string) (CaughtUp, error) {
	st, audit, err := tlog.ReadLog(ctx, &http.Client{Timeout: 30 * time.Second}, where, tlog.AuditOptions{VKey: a.VKey()})
	out := CaughtUp{Audit: audit}
	if err != nil || audit.ExitCode() != 0 {
		return out, err
	}
	head, err := a.book.Head(ctx)
	if err != nil {
		return out, err
	}
	out.From, out.Size = head.Size, head.Size
	if root, ok := audit.RootAt(head.Size); head.Size > 0 && head.Size <= audit.Size && (!ok || root != head.Root) {
		return out, tlog.ErrFork
	}
	for i := head.Size; i < audit.Size; i++ {
		if err := a.regain(ctx, st, i, audit.Log[i], &out); err != nil {
			return out, fmt.Errorf("entry %d: %w", i, err)
		}
		out.Size = i + 1
	}
	return out, a.sign(ctx)
}

// regain brings back one entry.
func (a *App) regain(ctx context.Context, st tlog.Storage, index int64, e tlog.Entry, out *CaughtUp) error {
	g := desk.Regained{Place: desk.LogPlace{Index: index, Time: e.Time}, Entry: desk.LogEntry{Kind: desk.Kind(e.Kind), Verdict: desk.ID(e.Verdict), Rev: int(e.Rev),
		Prev: e.Prev, Rating: desk.Rating(e.Rating), Reason: desk.Reason(e.Reason)}}
	for _, rev := range e.Erased {
		g.Entry.Erased = append(g.Entry.Erased, int(rev))
	}
	if e.HasDoc() {
		b, err := st.Doc(ctx, e.Doc)
		if err != nil && !errors.Is(err, tlog.ErrDocErased) {
			return err
		}
		g.Doc, g.Entry.Doc = b, e.Doc[:]
	}
	policy := e.Kind == tlog.KindPolicy
	text := string(g.Doc)
	if policy {
		g.Doc, g.Entry.Doc = nil, nil
	}
	switch {
	case e.Kind == tlog.KindRuling || e.Kind == tlog.KindChannel:
		out.Others++
	case e.Kind.OfVerdict():
		out.Checks++
		if e.Kind == tlog.KindRedact {
			out.Redacts++
		}
	}
	return a.Desk.Regain(ctx, desk.Program(), g, func(ctx context.Context, tx desk.Tx) error {
		if policy {
			if err := tx.SetSetting(ctx, policySetting+hex.EncodeToString(e.Doc[:]), text); err != nil {
				return err
			}
		}
		return a.book.put(ctx, tx, fmt.Sprintf("regained/%d", index), index, e)
	})
}

// put appends an entry as it is, time included, at its index.
func (l *logbook) put(ctx context.Context, tx desk.Tx, op string, index int64, e tlog.Entry) error {
	h, err := tx.LogHead(ctx)
	if err != nil {
		return err
	}
	if h.Size != index {
		return tlog.ErrFork
	}
	_, err = l.append(ctx, tx, op, headOf(h), e)
	return err
}
