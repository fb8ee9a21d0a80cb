package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"soi/internal/desk"
	"soi/internal/media"
)

// keeper is the desk.MediaKeeper of the program: package media with the key of
// this installation.
type keeper struct {
	opener *media.Opener
	vault  *media.Vault
}

// openMedia makes the keeper. worker is the command that starts a worker; nil
// leaves pictures unopened.
func (a *App) openMedia(worker, env []string) error {
	key, err := a.keys.derive("media")
	if err != nil {
		return err
	}
	v, err := media.NewVault(key)
	if err != nil {
		return err
	}
	a.media = &keeper{vault: v, opener: media.NewOpener(media.Options{Vault: v, Cage: media.Cage{Command: worker, Env: env},
		NewID: func() string { return string(desk.NewID()) }, Words: media.HasWords()})}
	return nil
}

// WorkerArgument is the one argument with which this program is a worker that
// opens a file. It is no command for people and stands in no help.
const WorkerArgument = "media-worker"

// OwnWorker is the command that starts this program as a worker; nil if the
// system does not say where it is.
func OwnWorker() []string {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{exe, WorkerArgument}
}

// WorkerMain is the whole life of a worker; it does not return.
func WorkerMain() { media.WorkerMain() }

// Media takes files in and opens what was sealed.
func (a *App) Media() desk.MediaKeeper { return a.media }

// Take implements desk.MediaKeeper.
func (k *keeper) Take(ctx context.Context, from io.Reader, _ string) (desk.NewMedia, error) {
	it, err := k.opener.Open(ctx, from)
	if err != nil {
		return desk.NewMedia{}, mediaError(err)
	}
	n := newMedia(it)
	if n.State == desk.MediaUnread && k.opener.Caged() {
		n.Tries = 1
	}
	return n, nil
}

// Open implements desk.MediaKeeper.
func (k *keeper) Open(m desk.Media, part desk.MediaPart, sealed []byte) ([]byte, error) {
	return k.vault.Open(string(m.ID), string(part), sealed)
}

// newMedia is an item in the desk's terms.
func newMedia(it media.Taken) desk.NewMedia {
	return desk.NewMedia{File: it.File, View: it.View, Media: desk.Media{ID: desk.ID(it.ID), Kind: desk.MediaKind(it.Kind), Type: it.Type,
		Bytes: it.Bytes, Width: it.Width, Height: it.Height, Length: it.Length.Truncate(time.Millisecond), Sum: it.Sum,
		Hash: it.Hash, Quality: it.Quality, Text: shortText(it.Text), State: desk.MediaState(it.State)}}
}

// shortText cuts words read from a picture to what a tip may hold.
func shortText(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), desk.MaxTipRunes)])
}

// mediaError turns a refusal into the desk's kind.
func mediaError(err error) error {
	for kind, p := range map[error]desk.Problem{
		media.ErrEmpty: desk.MediaEmpty, media.ErrTooLarge: desk.MediaTooLarge, media.ErrTooWide: desk.MediaTooWide,
		media.ErrForeign: desk.MediaForeign, media.ErrUnknown: desk.MediaUnknown, media.ErrBroken: desk.MediaBroken,
	} {
		if errors.Is(err, kind) {
			return &desk.Invalid{Problems: []desk.Problem{p}}
		}
	}
	if errors.Is(err, media.ErrBusy) {
		return errors.Join(desk.ErrBusy, err)
	}
	return err
}

// readWaiting looks into one file that could not be opened when it came. A
// file that kills the worker again is left for a later round, and held after
// desk.MediaTries attempts.
func (a *App) readWaiting(ctx context.Context) error {
	if !a.media.opener.Caged() {
		return nil
	}
	m, sealed, err := a.Desk.NextUnread(ctx, desk.Program())
	if errors.Is(err, desk.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = a.readOne(ctx, m, sealed)
	}
	if err != nil {
		return fmt.Errorf("file that waits to be opened: %w", err)
	}
	return nil
}

// readOne looks into one file that waits.
func (a *App) readOne(ctx context.Context, m desk.Media, sealed []byte) error {
	plain, err := a.media.Open(m, desk.MediaFile, sealed)
	if err != nil {
		return err
	}
	it, err := a.media.opener.Again(ctx, string(m.ID), plain)
	n := newMedia(it)
	switch {
	case err != nil && !errors.Is(mediaError(err), desk.ErrInvalid):
		return err
	case err != nil: // refused by the gate or the decoder: nothing will open it
		n = desk.NewMedia{Media: m, File: sealed}
		n.State = desk.MediaHeld
	case n.State == desk.MediaUnread:
		a.log.Warn("a file could not be opened", "kind", m.Kind, "try", m.Tries)
		return nil
	}
	return a.Desk.FinishRead(ctx, desk.Program(), n)
}

// examineMedia opens a picture of its own in a worker, and counts the files
// that wait or are held.
func (a *App) examineMedia(ctx context.Context, d *doctor) {
	if !a.media.opener.Caged() {
		d.say(Trouble, "This program cannot start itself to open pictures: they are kept unopened.", "Chương trình không tự khởi động được để mở ảnh: ảnh được giữ lại chưa mở.")
	} else if err := a.media.opener.Try(ctx); err != nil {
		d.say(Trouble, "A picture could not be opened in a worker: %v. Pictures are kept unopened.", "Không mở được ảnh trong tiến trình con: %v. Ảnh được giữ lại chưa mở.", err)
	}
	for _, s := range []struct {
		state  desk.MediaState
		en, vi string
	}{
		{desk.MediaHeld, "%d files could not be opened after three tries and are kept apart, sealed.", "%d tệp không mở được sau ba lần thử, đang được niêm phong để riêng."},
		{desk.MediaUnread, "%d files wait to be opened.", "%d tệp đang chờ được mở."},
	} {
		n := 0
		err := a.db.Read(ctx, func(tx desk.Tx) error {
			ms, err := tx.Media(ctx, desk.MediaFilter{State: s.state, Limit: 1000})
			n = len(ms)
			return err
		})
		if err == nil && n > 0 {
			d.say(Notice, s.en, s.vi, n)
		}
	}
}

// fsckMedia opens every sealed part of every file: it must be there and open
// under the key of this installation; and nothing is left of what was erased.
func (a *App) fsckMedia(ctx context.Context, tx desk.Tx, findings *[]string, checked map[string]int) error {
	for after := desk.ID(""); ; {
		ms, err := tx.Media(ctx, desk.MediaFilter{After: after, Limit: 200})
		if err != nil || len(ms) == 0 {
			return err
		}
		after = ms[len(ms)-1].ID
		for _, m := range ms {
			checked["files"]++
			parts := 0
			for _, part := range []desk.MediaPart{desk.MediaFile, desk.MediaView} {
				sealed, err := tx.Blob(ctx, m.ID, part)
				if errors.Is(err, desk.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				parts++
				if _, err := a.media.Open(m, part, sealed); err != nil {
					*findings = append(*findings, fmt.Sprintf("File %s: its part %q does not open under the key of this installation.", m.ID, part))
				}
			}
			if erased := !m.Erased.IsZero(); erased != (parts == 0) {
				*findings = append(*findings, fmt.Sprintf("File %s has %d sealed parts, erased: %v.", m.ID, parts, erased))
			}
		}
	}
}
