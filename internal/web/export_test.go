package web

import (
	"strings"
	"testing"
)

// StaffRequests lists method and path of every route for staff, with an
// example in each blank.
func StaffRequests(t *testing.T) [][2]string {
	var out [][2]string
	for _, r := range testSite(t).routes {
		if r.audience == Staff {
			method, path, _ := strings.Cut(r.pattern, " ")
			out = append(out, [2]string{method, example(path)})
		}
	}
	return out
}

// Known is up to where in the public log the list of checks has been read, and
// how many checks are on it.
func (s *Site) Known() (size int64, checks int) {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	return s.shelf.size, len(s.shelf.list)
}
