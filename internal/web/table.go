package web

import "slices"

// Served is one line of the table of routes.
type Served struct {
	Pattern string // as net/http has it, without language prefix
	Public  bool   // no session is looked at
}

// Routes lists everything that the site answers, for whoever must forget
// nothing of it.
func (s *Site) Routes() []Served {
	var out []Served
	for _, r := range s.routes {
		out = append(out, Served{r.pattern, r.audience == Public})
	}
	return slices.Clip(out)
}
