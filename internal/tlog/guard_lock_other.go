//go:build !unix

package tlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock keeps a second process from signing with the same guard file. Where
// there is no flock, a lock file does it; one left behind by a crash has to be
// removed by hand, which ErrGuardBusy makes visible.
func (g *Guard) lock() (unlock func(), err error) {
	path := g.path + ".lock"
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, ErrGuardBusy
	case err != nil:
		return nil, fmt.Errorf("tlog: lock guard file: %w", err)
	}
	return func() { _ = errors.Join(f.Close(), os.Remove(path)) }, nil
}
