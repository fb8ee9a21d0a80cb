package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"soi/internal/desk"
	"soi/internal/evidence"
	posts "soi/internal/evidence/post"
	"soi/internal/fetch"
)

// capturersAtOnce is how many captures are made side by side: one slow site
// does not hold up the others.
const capturersAtOnce = 2

// openEvidence makes what captures pages and shows them again.
func (a *App) openEvidence(o Options) error {
	web := o.Pages
	if web == nil {
		web = fetch.New(fetch.Options{UserAgent: "soi (+" + a.Config.PublicURL + "/about)"})
	}
	tools := evidence.FindTools()
	if o.Tools != nil {
		tools = *o.Tools
	}
	a.print = tools.Print
	a.copies = evidence.New(evidence.Options{Web: web, Tools: tools, Software: "soi", Now: o.Now})
	a.captures = make(chan struct{}, 1)
	if a.Config.ArchiveOrg == "" {
		return nil
	}
	var err error
	a.elsewhere, err = evidence.NewElsewhere(o.ArchiveOrg, a.Config.ArchiveOrg)
	return err
}

// Archive shows copies again and hands them out in their formats.
func (a *App) Archive() desk.Archive { return a.copies }

// CaptureNow tells the capturers that something waits.
func (a *App) CaptureNow() {
	select {
	case a.captures <- struct{}{}:
	default:
	}
}

// runCaptures makes captures until ctx ends: when one is asked for, and every
// few seconds.
func (s *Server) runCaptures(ctx context.Context) {
	if !s.Desk.KeepsCopies() {
		return
	}
	for range capturersAtOnce {
		s.done.Go(func() {
			for ctx.Err() == nil {
				if err := s.CaptureDue(ctx); err != nil && ctx.Err() == nil {
					s.log.Error("a copy of a source could not be kept, will try again", "err", err)
				}
				select {
				case <-ctx.Done():
				case <-s.captures:
				case <-time.After(capturePoll):
				}
			}
		})
	}
}

// capturePoll is how often captures that are due again are looked for.
const capturePoll = 5 * time.Second

// CaptureDue makes every capture that is due now.
func (a *App) CaptureDue(ctx context.Context) error {
	for ctx.Err() == nil {
		c, err := a.Desk.NextCapture(ctx, desk.Program())
		if errors.Is(err, desk.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = a.capture(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// capture makes one capture and stores what came of it.
func (a *App) capture(ctx context.Context, c desk.Capture) error {
	n, err := a.makeCapture(ctx, c)
	var trouble *evidence.TroubleError
	if errors.As(err, &trouble) {
		if ctx.Err() != nil {
			return nil // stopping: made again after the lease
		}
		a.log.Info("no copy of a source", "why", trouble.Why, "try", c.Tries)
		return ended(a.Desk.FailCapture(ctx, desk.Program(), c.ID, trouble.Why, trouble.Replace))
	}
	if err != nil {
		return err
	}
	// Large copies go in several transactions, so that nobody waits for them.
	for len(n.Payloads) > 0 {
		var size, k int
		for k < len(n.Payloads) && (k == 0 || size+len(n.Payloads[k]) <= payloadBatch) {
			size += len(n.Payloads[k])
			k++
		}
		if err := a.Desk.KeepPayloads(ctx, desk.Program(), c.ID, n.Payloads[:k]); err != nil {
			return ended(err)
		}
		n.Payloads = n.Payloads[k:]
	}
	if err := a.Desk.FinishCapture(ctx, desk.Program(), n); err != nil {
		return ended(err)
	}
	a.log.Info("copy of a source kept", "kind", n.Kind, "bytes", n.Bytes, "parts", n.Parts)
	return nil
}

// payloadBatch is how many bytes one transaction stores.
const payloadBatch = 4 << 20

// ended takes it as well that somebody else finished the capture.
func ended(err error) error {
	if errors.Is(err, desk.ErrState) {
		return nil
	}
	return err
}

// makeCapture is Keeper.Capture with a panic turned into a trouble: the page
// came from anywhere.
func (a *App) makeCapture(ctx context.Context, c desk.Capture) (n desk.NewCapture, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &evidence.TroubleError{Why: desk.TroubleSelf, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return a.copies.Capture(ctx, c)
}

// fsckEvidence reads every payload and every copy: bytes must have the hash
// they are kept under, and a copy must be whole and give the published sum.
func (a *App) fsckEvidence(ctx context.Context, findings *[]string, checked map[string]int) error {
	damaged := map[desk.ID]bool{}
	say := func(format string, args ...any) { *findings = append(*findings, fmt.Sprintf(format, args...)) }
	err := a.db.Read(ctx, func(tx desk.Tx) error {
		bad, err := a.fsckPayloads(ctx, tx, nil, nil, checked)
		if err != nil {
			return err
		}
		for _, hash := range bad {
			ids, err := tx.CapturesWith(ctx, hash)
			if err != nil {
				return err
			}
			say("Evidence: the payload %s is not what was kept under that hash; it belongs to %d archived copies.", hex.EncodeToString(hash), len(ids))
			for _, id := range ids {
				damaged[id] = true
			}
		}
		return a.fsckCopies(ctx, tx, func(desk.Capture) bool { return true }, func(c desk.Capture) {
			if !damaged[c.ID] {
				say("Evidence: the archived copy %s is not whole, or not what its hash says.", c.ID)
			}
			damaged[c.ID] = true
		}, checked)
	})
	return errors.Join(err, a.markDamaged(ctx, damaged))
}

// fsckPayloads reads payloads with from < hash, up to the first one at or after
// to (nil: all), and lists those that are not what they were.
func (a *App) fsckPayloads(ctx context.Context, tx desk.Tx, from, to []byte, checked map[string]int) (bad [][]byte, err error) {
	for {
		hashes, err := tx.Payloads(ctx, from, 200)
		if err != nil || len(hashes) == 0 {
			return bad, err
		}
		for _, h := range hashes {
			if to != nil && bytes.Compare(h, to) >= 0 {
				return bad, nil
			}
			b, err := tx.Payload(ctx, h)
			if err != nil && !errors.Is(err, desk.ErrNotFound) {
				return bad, err
			}
			checked["payloads"]++
			if !bytes.Equal(desk.DocHash(b), h) {
				bad = append(bad, h)
			}
		}
		from = hashes[len(hashes)-1]
	}
}

// fsckCopies puts copies together that which chooses, and calls lost with each
// that cannot be.
func (a *App) fsckCopies(ctx context.Context, tx desk.Tx, which func(desk.Capture) bool, lost func(desk.Capture), checked map[string]int) error {
	for after := desk.ID(""); ; {
		cs, err := tx.Captures(ctx, desk.CaptureFilter{State: desk.CaptureDone, After: after, Limit: 200})
		if err != nil || len(cs) == 0 {
			return err
		}
		after = cs[len(cs)-1].ID
		for _, c := range cs {
			if !which(c) {
				continue
			}
			checked["archived copies"]++
			if err := evidence.Check(c, desk.Sound(ctx, tx)); errors.Is(err, desk.ErrDamaged) || errors.Is(err, evidence.ErrManifest) {
				lost(c)
			} else if err != nil {
				return err
			}
		}
	}
}

// markDamaged tells the desk of damaged copies.
func (a *App) markDamaged(ctx context.Context, ids map[desk.ID]bool) error {
	var list []desk.ID
	for id := range ids {
		list = append(list, id)
	}
	slices.Sort(list)
	var errs []error
	for _, id := range list {
		errs = append(errs, a.Desk.MarkDamaged(ctx, desk.Program(), id))
	}
	return errors.Join(errs...)
}

// patrolEvery is how often a part of the evidence is read; patrolParts is into
// how many parts a day divides it. Every part comes up at least once a day.
const (
	patrolEvery = 25 * time.Minute
	patrolParts = 24
)

// patrol reads the part of all evidence that belongs to this hour.
func (a *App) patrol(ctx context.Context) error {
	part := a.now().UTC().Hour()
	from, to := []byte{byte(part * 256 / patrolParts)}, []byte(nil)
	if part < patrolParts-1 {
		to = []byte{byte((part + 1) * 256 / patrolParts)}
	}
	mine := func(h []byte) bool {
		return bytes.Compare(h, from) >= 0 && (to == nil || bytes.Compare(h, to) < 0)
	}
	damaged := map[desk.ID]bool{}
	checked := map[string]int{}
	err := a.db.Read(ctx, func(tx desk.Tx) error {
		bad, err := a.fsckPayloads(ctx, tx, from, to, checked)
		for _, hash := range bad {
			ids, idsErr := tx.CapturesWith(ctx, hash)
			err = errors.Join(err, idsErr)
			for _, id := range ids {
				damaged[id] = true
			}
		}
		return errors.Join(err, a.fsckCopies(ctx, tx, func(c desk.Capture) bool { return c.Damaged.IsZero() && mine(c.Manifest) },
			func(c desk.Capture) { damaged[c.ID] = true }, checked))
	})
	if len(damaged) > 0 {
		a.log.Error("archived copies are damaged and no longer shown; soi fsck names them", "copies", len(damaged))
	}
	return errors.Join(err, a.markDamaged(ctx, damaged))
}

// examineEvidence says which programs make copies better, and how the copies
// are.
func (a *App) examineEvidence(ctx context.Context, d *doctor) {
	t := evidence.FindTools()
	if t.Shot == nil {
		d.say(Notice, "Chromium is not installed: copies of sources have no screenshot. Text and replay work without. On Debian: apt install chromium",
			"Chưa cài Chromium: bản lưu của nguồn không có ảnh chụp; chữ và xem lại trang vẫn có. Trên Debian: apt install chromium")
	}
	if t.Text == nil {
		d.say(Notice, "pdftotext is not installed: PDF sources are kept whole, but their text is not shown. On Debian: apt install poppler-utils",
			"Chưa cài pdftotext: nguồn PDF vẫn được lưu trọn, nhưng không hiện chữ. Trên Debian: apt install poppler-utils")
	}
	if t.Shot != nil && t.Text != nil {
		d.say(Well, "Copies of sources get a screenshot, and the text of a PDF.", "Bản lưu của nguồn có ảnh chụp, và chữ trong PDF.")
	}
	if a.Config.ReplayURL == "" {
		d.say(Notice, "Archived pages are shown on the desk's own host name, boxed in. A host name of their own (replay-url) is a second wall.",
			"Trang lưu được xem ngay trên tên miền của bàn, trong hộp cách ly. Một tên miền riêng (replay-url) là bức tường thứ hai.")
	}
	waiting, failed, damaged := a.countCopies(ctx)
	if damaged > 0 {
		d.say(Trouble, "%d archived copies are damaged and shown to nobody; `soi fsck` names them. Restore a backup elsewhere and compare, and look at the disk.",
			"%d bản lưu bị hỏng và không cho ai xem; `soi fsck` nêu tên chúng. Hãy khôi phục bản sao lưu ở nơi khác để so, và kiểm tra ổ đĩa.", damaged)
	}
	if waiting+failed > 0 {
		d.say(Notice, "%d sources wait for their copy, %d have none because it failed; the pages of their claims say why.",
			"%d nguồn đang chờ bản lưu, %d nguồn không có vì không tạo được; trang của từng điều cần kiểm chứng nêu lý do.", waiting, failed)
	}
}

// countCopies counts captures that wait, failed, or are damaged.
func (a *App) countCopies(ctx context.Context) (waiting, failed, damaged int) {
	count := func(f desk.CaptureFilter) (n int) {
		f.Limit = 10_000
		_ = a.db.Read(ctx, func(tx desk.Tx) error { // the database has been spoken of already
			cs, err := tx.Captures(ctx, f)
			n = len(cs)
			return err
		})
		return n
	}
	return count(desk.CaptureFilter{State: desk.CaptureWaiting}), count(desk.CaptureFilter{State: desk.CaptureFailed}), count(desk.CaptureFilter{Damaged: true})
}

// sendElsewhere hands one copy on to the Internet Archive, newest first of what
// was never handed on. It is tried once.
func (a *App) sendElsewhere(ctx context.Context) error {
	var next desk.Capture
	err := a.db.Read(ctx, func(tx desk.Tx) error {
		for after := desk.ID(""); ; {
			cs, err := tx.Captures(ctx, desk.CaptureFilter{State: desk.CaptureDone, After: after, Limit: 500})
			if err != nil || len(cs) == 0 {
				return err
			}
			after = cs[len(cs)-1].ID
			for _, c := range cs {
				if evidence.Fits(c) {
					next = c
				}
			}
		}
	})
	if err != nil || next.ID == "" {
		return err
	}
	address, err := a.elsewhere.Submit(ctx, next.URL)
	if err != nil {
		a.log.Warn("the Internet Archive has no copy of a source", "err", err)
	}
	return a.Desk.NoteElsewhere(ctx, desk.Program(), next.ID, address)
}

// privatePost tells of an address whether it is a private person's post, and
// then that of its platform.
func privatePost(address string) (platform string, is bool) {
	if !posts.Is(address) {
		return "", false
	}
	return posts.Platform(address), true
}
