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
