//go:build !unix

package app

import "errors"

// freeSpace cannot be asked for here; the disk is then not watched.
func freeSpace(string) (int64, error) {
	return 0, errors.ErrUnsupported
}
