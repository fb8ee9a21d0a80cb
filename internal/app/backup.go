package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"soi/internal/auth"
	"soi/internal/config"
	"soi/internal/desk"
	"soi/internal/store"
)

// A backup is one file, encrypted with age to a recipient's key: a line of
// JSON that says what it is, then the dump of the database. It holds neither
// the keys nor the guard file: a thief of backups can sign nothing, and a
// restored desk cannot fork its public log.

// backupHead is the first line of a backup.
type backupHead struct {
	Format string    `json:"format"`
	Time   time.Time `json:"time"`
	Name   string    `json:"name"`
	URL    string    `json:"url"`
}

const backupFormat = "soi-backup/v1"

// Backup describes a backup that was written or read.
type Backup struct {
	Path   string
	Time   time.Time
	Bytes  int64 // of the encrypted file
	Digest store.Digest
}

// ErrRecipient: the key to encrypt to, or to decrypt with, cannot be used.
var ErrRecipient = errors.New("key for the backup")

// Backup writes a backup of the running desk to a file, or into a folder
// under a name with the time. While it is written, the dump is also loaded
// into a database of its own and compared: what is kept is known to be whole.
func (a *App) Backup(ctx context.Context, to, recipient string) (b Backup, err error) {
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return b, fmt.Errorf("%w: %q is not an age recipient (age1…)", ErrRecipient, recipient)
	}
	b.Time = a.now().UTC().Truncate(time.Second)
	b.Path = to
	if fi, err := os.Stat(to); err == nil && fi.IsDir() {
		b.Path = filepath.Join(to, "soi-"+b.Time.Format("20060102-150405")+".age")
	}
	part, err := os.OpenFile(b.Path+".part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return b, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part.Name()))
		}
	}()
	b.Digest, err = a.writeBackup(ctx, part, r, b.Time)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return b, err
	}
	if err := os.Rename(part.Name(), b.Path); err != nil {
		return b, err
	}
	fi, err := os.Stat(b.Path)
	if err == nil {
		b.Bytes = fi.Size()
	}
	return b, err
}

// writeBackup encrypts the head and the dump into w and proves the dump by
// loading it.
func (a *App) writeBackup(ctx context.Context, w io.Writer, r age.Recipient, at time.Time) (store.Digest, error) {
	sealed, err := age.Encrypt(w, r)
	if err != nil {
		return store.Digest{}, err
	}
	head, err := json.Marshal(backupHead{Format: backupFormat, Time: at, Name: a.Config.Name, URL: a.Config.PublicURL})
	if err != nil {
		return store.Digest{}, err
	}
	if _, err := sealed.Write(append(head, '\n')); err != nil {
		return store.Digest{}, err
	}
	pr, pw := io.Pipe()
	type proof struct {
		digest store.Digest
		err    error
	}
	proved := make(chan proof, 1)
	go func() {
		d, err := a.prove(ctx, pr)
		pr.CloseWithError(err)
		proved <- proof{d, err}
	}()
	digest, err := a.db.Dump(ctx, io.MultiWriter(sealed, pw))
	pw.CloseWithError(err)
	p := <-proved
	if err := errors.Join(err, p.err, sealed.Close()); err != nil {
		return digest, err
	}
	if p.digest != digest {
		return digest, fmt.Errorf("the backup does not hold what the database holds: %d rows against %d", p.digest.Rows, digest.Rows)
	}
	return digest, nil
}

// prove loads a dump into a database of its own, which is deleted again.
func (a *App) prove(ctx context.Context, r io.Reader) (d store.Digest, err error) {
	dir, err := os.MkdirTemp(a.Config.Data, ".proof-*")
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := store.Open(ctx, filepath.Join(dir, "proof.db"), store.Options{})
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return d, err
	}
	return db.LoadDump(ctx, r)
}

// endSessions ends every session a backup held: one that was ended since must
// not come back to life.
func endSessions(ctx context.Context, db *store.DB) error {
	var staff []desk.Staff
	err := db.Read(ctx, func(tx desk.Tx) (err error) {
		staff, err = tx.Staff(ctx)
		return err
	})
	for _, s := range staff {
		_, endErr := db.EndSessions(ctx, auth.SessionFilter{Staff: s.ID})
		err = errors.Join(err, endErr)
	}
	return err
}

// Restore reads a backup into the desk that c describes, whose database must
// be empty. identity is the file with the age key that opens it. Nothing is
// changed when the backup is damaged or the wrong key is given.
func Restore(ctx context.Context, c config.Config, from, identity string) (b Backup, err error) {
	ids, err := readIdentities(identity)
	if err != nil {
		return b, err
	}
	f, err := os.Open(from)
	if err != nil {
		return b, err
	}
	defer f.Close()
	plain, err := age.Decrypt(bufio.NewReader(f), ids...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return b, fmt.Errorf("%w: %s was encrypted to another key than those in %s", ErrRecipient, from, identity)
	}
	if err != nil {
		return b, fmt.Errorf("%s is damaged, or is no backup of soi", from)
	}
	r := bufio.NewReader(plain)
	line, err := r.ReadBytes('\n')
	var head backupHead
	if err != nil || json.Unmarshal(line, &head) != nil || head.Format != backupFormat {
		return b, fmt.Errorf("%s is damaged, or is no backup of soi", from)
	}
	b.Path, b.Time = from, head.Time
	b.Digest, err = loadInto(ctx, c, r)
	return b, err
}

// readIdentities reads the age keys of a file.
func readIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ids, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %s holds no age key", ErrRecipient, path)
	}
	return ids, nil
}

// loadInto loads a dump into the configured database.
func loadInto(ctx context.Context, c config.Config, r io.Reader) (d store.Digest, err error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return d, err
	}
	a := App{Config: c}
	db, err := store.Open(ctx, a.dsn(), store.Options{})
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return d, err
	}
	if d, err = db.LoadDump(ctx, r); err != nil {
		return d, err
	}
	return d, endSessions(ctx, db)
}
