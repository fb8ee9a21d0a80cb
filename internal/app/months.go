package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"soi/internal/intake"
)

// monthKeys keeps the secrets by which askers are told apart and reached, one
// file a month: askers-2026-11, seal-2026-11. It implements intake.MonthKeys.
type monthKeys struct {
	dir string
	now func() time.Time

	mu   sync.Mutex
	have map[string][]byte
}

// newMonthKeys keeps the files in the keys folder.
func newMonthKeys(dir string, now func() time.Time) *monthKeys {
	return &monthKeys{dir: dir, now: now, have: map[string][]byte{}}
}

// MonthKey implements intake.MonthKeys.
func (m *monthKeys) MonthKey(purpose string, month intake.Month) ([]byte, error) {
	name := purpose + "-" + month.String()
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.have[name]; ok {
		return k, nil
	}
	path := filepath.Join(m.dir, name)
	var text string
	var err error
	if month >= intake.MonthOf(m.now()) {
		text, err = readOrMake(path, newSecret)
	} else {
		var b []byte
		if b, err = os.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", name, intake.ErrNoKey)
		}
		text = string(b)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s is damaged: want 64 hexadecimal digits", path)
	}
	m.have[name] = key
	return key, nil
}

// destroy removes the keys whose time is over: what they hid stays hidden for
// good. It returns how many it destroyed. The caller has made sure that the
// clock did not jump.
func (m *monthKeys) destroy() (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for purpose, months := range map[string]intake.Month{intake.PurposeAskers: intake.PepperMonths, intake.PurposeSeal: intake.SealMonths} {
		oldest := purpose + "-" + (intake.MonthOf(m.now()) - months).String()
		files, globErr := filepath.Glob(filepath.Join(m.dir, purpose+"-[0-9][0-9][0-9][0-9]-[0-9][0-9]"))
		err = errors.Join(err, globErr)
		for _, path := range files {
			name := filepath.Base(path)
			if name >= oldest {
				continue
			}
			delete(m.have, name)
			if e := overwrite(path); e != nil {
				err = errors.Join(err, e)
				continue
			}
			n++
		}
	}
	return n, err
}

// overwrite fills a small file with zeros before it removes it.
func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 65))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(path))
}
