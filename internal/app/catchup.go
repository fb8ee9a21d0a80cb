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
	Past    string     // origin of the earlier log that came back instead; empty for the desk's own
	Others  int        // rulings and lines of the register, which have no page until they are entered anew
}

// CatchUp brings back, from a mirror or an export, the entries and documents
// that the database has lost, all of them verified against the checkpoint that
// this desk signed, and then signs. It refuses a mirror of another history
// (tlog.ErrFork).
func (a *App) CatchUp(ctx context.Context, where string) (CaughtUp, error) {
	client := &http.Client{Timeout: 30 * time.Second}
	if n, vkey := a.earlier(ctx, client, where); n > 0 {
		return a.regainPast(ctx, client, where, n, vkey)
	}
	st, audit, err := tlog.ReadLog(ctx, client, where, tlog.AuditOptions{VKey: a.VKey()})
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
	head := headOf(h)
	if index > 0 {
		body, err := oneEntry(ctx, tx, 0)
		if err != nil {
			return err
		}
		if opening, err := tlog.Parse(body); err == nil && e.CarriedBy(opening, index) {
			head.Time = time.Time{} // carried over: older than the log itself
		}
	}
	_, err = l.append(ctx, tx, op, head, e, h.Time)
	return err
}

// earlier tells whether what lies at an address or in a folder is one of the logs
// that this one followed: which one, from 1, and the key it shows; 0 if it is not.
func (a *App) earlier(ctx context.Context, client tlog.Doer, where string) (n int, vkey string) {
	vkey, err := tlog.ReadVKey(ctx, client, where)
	if err != nil {
		return 0, ""
	}
	_, own, err := tlog.SplitOrigin(a.keys.log.Origin())
	if err != nil {
		return 0, ""
	}
	if _, n, err = tlog.SplitOrigin(nameOfKey(vkey)); err != nil || n >= own {
		return 0, ""
	}
	return n, vkey
}

// regainPast brings back a log that this one followed, so that it can be read
// again where it was. What vouches for it is the first entry of the log that
// followed it, which must be there already.
func (a *App) regainPast(ctx context.Context, client tlog.Doer, where string, n int, vkey string) (CaughtUp, error) {
	own, err := tlog.VerifyStorage(ctx, a.book, a.VKey(), tlog.AuditOptions{VKey: a.VKey()})
	if err != nil {
		return CaughtUp{}, err
	}
	st, audit, err := tlog.ReadLog(ctx, client, where, tlog.AuditOptions{VKey: vkey, Later: &own})
	out := CaughtUp{Audit: audit, From: own.Size, Size: own.Size, Past: audit.Origin}
	if err != nil || audit.ExitCode() != 0 {
		return out, err
	}
	opening, err := a.openingAfter(ctx, n)
	if err != nil {
		return out, err
	}
	if !audit.FollowedBy(opening) {
		return out, tlog.ErrFork
	}
	first, err := st.Entries(ctx, 0, 1)
	if err != nil {
		return out, err
	}
	note, size, err := st.LastCheckpoint(ctx)
	if err != nil {
		return out, err
	}
	err = a.db.Tx(ctx, func(tx desk.Tx) error {
		return tx.AddPastLog(ctx, desk.PastLog{N: n, VKey: vkey, Opening: first[0], Size: size, Note: note})
	})
	if errors.Is(err, desk.ErrDuplicate) {
		err = nil // it was there
	}
	return out, err
}

// openingAfter is the first entry of the log that followed the n-th; the zero
// Entry when that log is not there either.
func (a *App) openingAfter(ctx context.Context, n int) (tlog.Entry, error) {
	if _, own, err := tlog.SplitOrigin(a.keys.log.Origin()); err == nil && own == n+1 {
		return a.opening(ctx)
	}
	past, err := a.pastLogs(ctx)
	for _, p := range past {
		if p.N == n+1 {
			return tlog.Parse(p.Opening)
		}
	}
	return tlog.Entry{}, err
}
