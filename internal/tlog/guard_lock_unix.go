//go:build unix

package tlog

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock keeps a second process from signing with the same guard file between
// this one's look at the guard and its signature. ErrGuardBusy when it is held.
// The lock is advisory and ends with the process.
func (g *Guard) lock() (unlock func(), err error) {
	f, err := os.OpenFile(g.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("tlog: lock guard file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		closing := f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrGuardBusy
		}
		return nil, fmt.Errorf("tlog: lock guard file: %w", errors.Join(err, closing))
	}
	// Closing releases the lock; a failure to close a file that holds no data
	// leaves nothing to repair.
	return func() { _ = f.Close() }, nil
}
