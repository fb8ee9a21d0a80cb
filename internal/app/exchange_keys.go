package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"soi/internal/exchange"
)

// The files of exchange in the keys folder.
const (
	exchangeKeyFile  = "exchange.key"      // signs our shelf and our requests to peers
	exchangeNextFile = "exchange.key.next" // while a key is changed
	exchangeNoteFile = "exchange.notes"    // how the desk came to its key: public, served in the card
)

// exchangeNotes is what the card tells of keys.
type exchangeNotes struct {
	Changes []string `json:"changes,omitempty"`
	Revoked []string `json:"revoked,omitempty"`
}

// exchangeKey reads the key, making one on first use. It is read anew each
// time, so that a server notices at once when a command changes it.
func (a *App) exchangeKey() (*exchange.Key, error) {
	name, err := a.exchangeName()
	if err != nil {
		return nil, err
	}
	if err := a.finishKeyChange(); err != nil {
		return nil, err
	}
	path := filepath.Join(a.Config.Keys, exchangeKeyFile)
	line, err := readOrMake(path, func() (string, error) { return exchange.GenerateKey(rand.Reader, name) })
	if err != nil {
		return nil, err
	}
	k, err := exchange.ParseKey(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if k.Desk() != name {
		return nil, fmt.Errorf("%w: %s is the key of %s and cannot be that of %s; move it away to begin anew, and tell the peers", exchange.ErrForm, path, k.Desk(), name)
	}
	return k, nil
}

// finishKeyChange completes a change of key that was cut short: when the notes
// tell of it, the next key is the key; when they do not, it never was.
func (a *App) finishKeyChange() error {
	next := filepath.Join(a.Config.Keys, exchangeNextFile)
	b, err := os.ReadFile(next)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	notes, err := a.exchangeNotes()
	if err != nil {
		return err
	}
	k, err := exchange.ParseKey(string(b))
	if err == nil {
		for _, n := range append(notes.Changes, notes.Revoked...) {
			if strings.Contains(n, "\n"+k.VKey()+"\n") {
				return os.Rename(next, filepath.Join(a.Config.Keys, exchangeKeyFile))
			}
		}
	}
	return os.Remove(next)
}

// exchangeNotes reads what the card tells of keys.
func (a *App) exchangeNotes() (n exchangeNotes, err error) {
	b, err := os.ReadFile(filepath.Join(a.Config.Keys, exchangeNoteFile))
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	return n, json.Unmarshal(b, &n)
}

// ChangeExchangeKey goes over to a new key, which the old one signs, so that
// peers follow by themselves. It returns the new verifier key.
func (a *App) ChangeExchangeKey(context.Context) (string, error) {
	return a.replaceExchangeKey(func(old, next *exchange.Key, n *exchangeNotes) error {
		note, err := exchange.Change(old, next, a.now())
		n.Changes = append(n.Changes, note)
		return err
	})
}

// RevokeExchangeKey says that the key must not be trusted any more and begins
// with another, which every peer has to confirm by hand.
func (a *App) RevokeExchangeKey(context.Context) (string, error) {
	return a.replaceExchangeKey(func(old, next *exchange.Key, n *exchangeNotes) error {
		note, err := exchange.Revoke(old, a.now())
		n.Revoked = append(n.Revoked, note)
		return err
	})
}

// replaceExchangeKey writes the next key, then the note, then puts the key in
// its place: cut short anywhere, the old key or the new one is in force.
func (a *App) replaceExchangeKey(tell func(old, next *exchange.Key, n *exchangeNotes) error) (string, error) {
	old, err := a.exchangeKey()
	if err != nil {
		return "", err
	}
	secret, err := exchange.GenerateKey(rand.Reader, old.Desk())
	if err != nil {
		return "", err
	}
	next, err := exchange.ParseKey(secret)
	if err != nil {
		return "", err
	}
	notes, err := a.exchangeNotes()
	if err != nil {
		return "", err
	}
	if err := tell(old, next, &notes); err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(notes, "", " ")
	if err != nil {
		return "", err
	}
	dir := a.Config.Keys
	nextPath, notePath := filepath.Join(dir, exchangeNextFile), filepath.Join(dir, exchangeNoteFile)
	if err := writeSynced(nextPath, []byte(secret+"\n")); err != nil {
		return "", err
	}
	if err := writeSynced(notePath+".new", append(b, '\n')); err != nil {
		return "", err
	}
	if err := os.Rename(notePath+".new", notePath); err != nil {
		return "", err
	}
	return next.VKey(), os.Rename(nextPath, filepath.Join(dir, exchangeKeyFile))
}

// writeSynced writes a file that only the program may read, onto the disk.
func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
