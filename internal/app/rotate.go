package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/tlog"
)

const (
	nextKeyFile = "log.key.next" // signs beside log.key during a change of key
	pastKeyFile = "log.key.past" // the key that signed before the last change

	// nextKeySetting holds the verifier key that is taking over and the time of
	// its entry, empty outside a change of key.
	nextKeySetting = "log-next-key"

	// overlap is how long both keys sign, so that whoever pinned the old one
	// has time to take the new one.
	overlap = 90 * 24 * time.Hour
)

// What can stand in the way of a change of key.
var (
	// ErrNoRotation: no change of key is under way.
	ErrNoRotation = errors.New("no change of the log's key is under way")
	// ErrTooEarly: the two keys have not signed together for long enough.
	ErrTooEarly = errors.New("both keys must sign for 90 days")
	// ErrNotYetBoth: no published checkpoint carries the new key's signature.
	ErrNotYetBoth = errors.New("no checkpoint carries the signature of the new key")
)

// openNextKey reads the key that is taking over, nil outside a change of key.
func openNextKey(dir, origin string) (*tlog.Key, error) {
	b, err := os.ReadFile(filepath.Join(dir, nextKeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k, err := tlog.ParseKey(strings.TrimSpace(string(b)))
	if err == nil && k.Origin() != origin {
		err = fmt.Errorf("belongs to %q", k.Origin())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, nextKeyFile), err)
	}
	return k, nil
}

// openSigner makes the signer: with both keys once the log names the new one.
func (a *App) openSigner(ctx context.Context) error {
	var further []*tlog.Key
	vkey, _, err := a.rotation(ctx)
	if err != nil {
		return err
	}
	if a.keys.next != nil && a.keys.next.VKey() == vkey {
		further = append(further, a.keys.next)
	}
	a.signer, err = tlog.NewSigner(a.book, tlog.NewGuard(a.Config.Guard), a.keys.log, further...)
	return err
}

// rotation is the key that is taking over and since when; empty for none.
func (a *App) rotation(ctx context.Context) (vkey string, since time.Time, err error) {
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		v, err := tx.Setting(ctx, nextKeySetting)
		if err != nil || v == "" {
			return err
		}
		var at string
		vkey, at, _ = strings.Cut(v, " ")
		since, err = time.Parse(time.RFC3339, at)
		return err
	})
	return vkey, since, err
}

// RotateKey makes a new key for the log, enters it there, and signs with both
// from then on. Called again it changes nothing. It returns the new verifier
// key and the time of its entry.
func (a *App) RotateKey(ctx context.Context) (vkey string, since time.Time, err error) {
	if _, err := readOrMake(filepath.Join(a.Config.Keys, nextKeyFile), func() (string, error) {
		secret, _, err := tlog.GenerateKey(rand.Reader, a.keys.log.Origin())
		return secret, err
	}); err != nil {
		return "", since, err
	}
	if a.keys.next, err = openNextKey(a.Config.Keys, a.keys.log.Origin()); err != nil {
		return "", since, err
	}
	next := a.keys.next.VKey()
	err = a.db.Tx(ctx, func(tx desk.Tx) error {
		known, err := tx.Setting(ctx, nextKeySetting)
		if err != nil || strings.HasPrefix(known, next+" ") {
			return err
		}
		place, err := a.book.add(ctx, tx, "key/"+next, tlog.Entry{Kind: tlog.KindKey, Key: next})
		if err != nil {
			return err
		}
		return tx.SetSetting(ctx, nextKeySetting, next+" "+place.Time.Format(time.RFC3339))
	})
	if err != nil {
		return "", since, err
	}
	if err := a.openSigner(ctx); err != nil {
		return "", since, err
	}
	if err := a.sign(ctx); err != nil {
		return "", since, err
	}
	return a.rotation(ctx)
}

// FinishRotation lets the new key sign alone. The old one is kept in the keys
// folder under another name. early skips the 90 days, for a key that may be in
// other hands; clients that pinned the old one then have to take the new one
// at once.
func (a *App) FinishRotation(ctx context.Context, early bool) error {
	vkey, since, err := a.rotation(ctx)
	switch {
	case err != nil:
		return err
	case vkey == "" || a.keys.next == nil || a.keys.next.VKey() != vkey:
		return ErrNoRotation
	case !early && a.now().Sub(since) < overlap:
		return fmt.Errorf("%w: that is on %s", ErrTooEarly, since.Add(overlap).In(a.Config.Zone).Format(time.DateOnly))
	}
	note, _, err := a.book.LastCheckpoint(ctx)
	if err != nil {
		return err
	}
	if _, err := tlog.OpenCheckpoint(note, vkey); err != nil {
		return ErrNotYetBoth
	}
	in := func(name string) string { return filepath.Join(a.Config.Keys, name) }
	old, err := os.ReadFile(in(logKeyFile))
	if err != nil {
		return err
	}
	// The new key replaces the old one in one step; at no moment is there none.
	if err := errors.Join(os.WriteFile(in(pastKeyFile), old, 0o600), os.Rename(in(nextKeyFile), in(logKeyFile))); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(in(vkeyFile), []byte(vkey+"\n"), 0o644),
		a.db.Tx(ctx, func(tx desk.Tx) error { return tx.SetSetting(ctx, nextKeySetting, "") }))
}

// examineRotation says when a change of key can be finished.
func (a *App) examineRotation(ctx context.Context, d *doctor) {
	vkey, since, err := a.rotation(ctx)
	if err != nil || vkey == "" {
		return
	}
	day := since.Add(overlap).In(a.Config.Zone).Format(time.DateOnly)
	if a.keys.next == nil {
		d.say(Trouble, "The log names a new key, and %s is not in the keys folder: put it back.", "Sổ đã nêu khóa mới nhưng thư mục khóa thiếu %s: hãy đặt lại.", nextKeyFile)
		return
	}
	d.say(Notice, "Two keys sign the public log. From %s on, `soi log rotate-key --finish` lets the new one sign alone.",
		"Hai khóa đang cùng ký sổ công khai. Từ %s, `soi log rotate-key --finish` để khóa mới ký một mình.", day)
}
