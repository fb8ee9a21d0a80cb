//go:build unix

package app

import "syscall"

// freeSpace is how many bytes an unprivileged process may still write to the
// file system of path.
func freeSpace(path string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
