package app

import (
	"bytes"
	"context"

	"soi/internal/desk"
	"soi/internal/evidence"
)

// ExportCopies makes a WACZ file of the sound copies of a claim's sources and
// says how many they are. desk.ErrNotFound when there is none.
func (a *App) ExportCopies(ctx context.Context, claim desk.ID) (n int, file []byte, err error) {
	err = a.Desk.Copies(ctx, desk.Actor{Role: desk.Auditor}, claim, func(c desk.Claim, cs []desk.Capture, load desk.Load) (err error) {
		n = len(cs)
		file, err = a.copies.WACZ(c.Text, cs, load)
		return err
	})
	return n, file, err
}

// VerifyCopies checks a WARC or WACZ file: every digest in it against its
// bytes. It needs no desk.
func VerifyCopies(file []byte) (evidence.WARCReport, error) {
	if bytes.HasPrefix(file, []byte("PK")) {
		r, err := evidence.ReadWACZ(file)
		return r.WARCReport, err
	}
	return evidence.ReadWARC(bytes.NewReader(file), func(evidence.WARCRecord) error { return nil })
}
