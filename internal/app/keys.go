package app

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"soi/internal/config"
	"soi/internal/tlog"
)

// The files of the keys folder. None of them is in the database, in a backup
// or in a log.
const (
	logKeyFile = "log.key"     // signs the public log; lost: a new log must be begun
	secretFile = "secret"      // tickets, forms, sealed factors; lost: ticket codes and second factors stop working
	guardFile  = "guard"       // last signed size and root of the public log
	vkeyFile   = "log.key.pub" // what anyone may know, for convenience
)

// keys are the secrets of an installation.
type keys struct {
	log    *tlog.Key
	next   *tlog.Key // nil outside a change of key
	secret []byte    // 32 bytes
}

// derive returns 32 bytes for one purpose, so that no secret is used twice.
func (k keys) derive(purpose string) ([]byte, error) {
	b, err := hkdf.Key(sha256.New, k.secret, nil, "soi "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key for %s: %w", purpose, err)
	}
	return b, nil
}

// openKeys reads the keys folder, making what is missing on first use. Once
// the log key exists its origin is fixed; a public URL with another host is
// refused, because a log cannot change its name; anyHost is for the command that
// begins another log.
func openKeys(c config.Config, anyHost bool) (keys, error) {
	var k keys
	if err := os.MkdirAll(c.Keys, 0o700); err != nil {
		return k, err
	}
	secret, err := readOrMake(filepath.Join(c.Keys, secretFile), newSecret)
	if err != nil {
		return k, err
	}
	if k.secret, err = hex.DecodeString(strings.TrimSpace(secret)); err != nil || len(k.secret) != 32 {
		return k, fmt.Errorf("%s is damaged: want 64 hexadecimal digits", filepath.Join(c.Keys, secretFile))
	}
	host, err := hostOf(c.PublicURL)
	if err != nil {
		return k, err
	}
	origin := host + "/" + tlog.LogName(1)
	line, err := readOrMake(filepath.Join(c.Keys, logKeyFile), func() (string, error) {
		secret, vkey, err := tlog.GenerateKey(rand.Reader, origin)
		if err != nil {
			return "", err
		}
		return secret, os.WriteFile(filepath.Join(c.Keys, vkeyFile), []byte(vkey+"\n"), 0o644)
	})
	if err != nil {
		return k, err
	}
	if k.log, err = tlog.ParseKey(strings.TrimSpace(line)); err != nil {
		return k, fmt.Errorf("%s: %w", filepath.Join(c.Keys, logKeyFile), err)
	}
	if was, _, err := tlog.SplitOrigin(k.log.Origin()); !anyHost && (err != nil || was != host) {
		return k, &OtherAddress{Begun: k.log.Origin(), Asked: host}
	}
	k.next, err = openNextKey(c.Keys, k.log.Origin())
	return k, err
}

// OtherAddress says that the public address has another host than the public
// log was begun with. It is a config.ErrInvalid.
type OtherAddress struct{ Begun, Asked string }

// Error says what to do.
func (e *OtherAddress) Error() string {
	return fmt.Sprintf("%v: the public log was begun as %q and cannot become one of %q; set public-url back, or run `soi log successor`, which begins the log that follows under the new name",
		config.ErrInvalid, e.Begun, e.Asked)
}

// Unwrap implements errors.Is.
func (e *OtherAddress) Unwrap() error { return config.ErrInvalid }

// Host is the host that the public log was begun with.
func (e *OtherAddress) Host() string {
	host, _, err := tlog.SplitOrigin(e.Begun)
	if err != nil {
		return e.Begun
	}
	return host
}

// Remark is what the doctor says of it.
func (e *OtherAddress) Remark() Remark {
	return Remark{Trouble, fmt.Sprintf("public-url has another host than the public log was begun with (%s), and a log cannot change its name: set public-url back, or begin the log that follows with `soi log successor`. What follows was looked at under that host.", e.Host()),
		fmt.Sprintf("public-url có tên miền khác với lúc sổ công khai bắt đầu (%s), mà sổ không đổi tên được: hãy đặt public-url như cũ, hoặc mở sổ kế tiếp bằng `soi log successor`. Những dòng dưới đây được xem theo tên miền cũ.", e.Host())}
}

// hostOf is the public host, with which the name of the log begins.
func hostOf(publicURL string) (string, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return "", err
	}
	return u.Host, nil
}

// newSecret returns 32 random bytes as hexadecimal digits.
func newSecret() (string, error) {
	var b [32]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

// readOrMake reads a file, or makes it with mode 0600 and what create says.
// Two processes starting at once agree on the one that was first.
func readOrMake(path string, create func() (string, error)) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	v, err := create()
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return readOrMake(path, create)
	}
	if err != nil {
		return "", err
	}
	if _, err := f.WriteString(v + "\n"); err != nil {
		return "", errors.Join(err, f.Close(), os.Remove(path))
	}
	return v, errors.Join(f.Sync(), f.Close())
}
