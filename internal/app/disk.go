package app

import (
	"io"
	"log"
	"os"
)

// allocate fills a file with n zero bytes that really occupy the disk.
func allocate(f *os.File, n int64) error {
	buf := make([]byte, 1<<20)
	for ; n > 0; n -= int64(len(buf)) {
		if _, err := f.Write(buf[:min(int64(len(buf)), n)]); err != nil {
			return err
		}
	}
	return f.Sync()
}

// quietLog drops what net/http says about single connections: it names the
// address of the other side, which is never written anywhere.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
