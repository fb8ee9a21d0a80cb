package web

import (
	"net/http"
	"time"
)

// DrawRead draws one request of a program that reads without a key on the
// budget of its network, and says how long to wait when none is left. The
// address is looked at for that alone.
func (s *Site) DrawRead(r *http.Request) (wait time.Duration, ok bool) {
	return s.limit.take(budgetRead, s.network(r))
}
