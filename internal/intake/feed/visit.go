package feed

import (
	"context"
	"errors"

	"soi/internal/fetch"
)

// ErrRobots says that robots.txt asks not to fetch an address.
var ErrRobots = errRobots

// Visit makes one request at the pace at which feeds are read: one at a time
// to a host, a pause between two, nothing that robots.txt forbids (ErrRobots).
func (r *Runner) Visit(ctx context.Context, q fetch.Request) (*fetch.Page, error) {
	p, err := r.getPage(ctx, q)
	var s *statusError
	if errors.As(err, &s) {
		return s.page, nil
	}
	return p, err
}
