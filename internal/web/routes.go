package web

import (
	"maps"
	"net/http"
	"slices"

	"soi/internal/desk"
)

// audience says who a route is for.
type audience string

// The audiences. A route for staff may also name a permission.
const (
	Public audience = "public" // anyone, no session is looked at
	Staff  audience = "staff"  // a member of staff who is signed in
)

// Sizes of what a request may carry, in bytes.
const (
	bodyAsk   = 256 << 10 // 20,000 characters of Vietnamese, percent-encoded, and room to spare
	bodySmall = 16 << 10  // forms of a few fields
)

// route is one line of the table: what is asked for, who may ask, what
// answers. POST routes state how large a body they take.
type route struct {
	pattern  string          // as net/http has it, without language prefix
	audience audience        // who it is for
	may      desk.Permission // what a member of staff needs; "" for any
	body     int64           // largest body in bytes; 0 for none
	keep     []string        // form fields shown again on an error page, so that nothing typed is lost
	stream   bool            // the handler reads the body itself
	files    int             // how many files the form may carry, besides body
	feed     bool            // a list as a feed, which reach counts
	budget   string          // which budget of limits.go a request draws on; "" for none
	h        handler
}

// publicRoutes is the table of the public site. None of these looks at a
// session, and only POST changes anything.
func (s *Site) publicRoutes() []route {
	return append(s.logRoutes(), append(append(append(append(append(s.feedRoutes(), append(s.browseRoutes(), s.houseRoutes()...)...), append(append(s.dataRoutes(), s.statisticsRoutes()...), s.faceRoutes()...)...), append(s.wayRoutes(), s.linkRoutes()...)...), append(s.copyRoutes(), append(append(s.appealRoutes(), s.digestRoutes()...), s.channelRoutes()...)...)...), []route{
		{pattern: "GET /{$}", audience: Public, h: s.home},
		{pattern: "POST /ask", audience: Public, body: bodyAsk, files: askFiles, h: s.ask},
		{pattern: "POST /ask/choose", audience: Public, body: bodySmall, budget: budgetLookup, h: s.choose},
		{pattern: "GET /t", audience: Public, h: s.ticketForm},
		{pattern: "GET /t/{code}", audience: Public, budget: budgetLookup, h: s.ticket},
		{pattern: "GET /checks", audience: Public, h: s.checks},
		{pattern: "GET /checks/{id}", audience: Public, h: s.check},
		{pattern: "GET /checks/{id}/rev/{n}", audience: Public, h: s.checkRev},
		{pattern: "GET /explainers", audience: Public, h: s.explainers},
		{pattern: "GET /explainers/{id}", audience: Public, h: s.explainer},
		{pattern: "GET /corrections", audience: Public, h: s.corrections},
		{pattern: "GET /search", audience: Public, budget: budgetSearch, h: s.search},
		{pattern: "GET /log", audience: Public, h: s.log},
		{pattern: "GET /about", audience: Public, h: s.about},
		{pattern: "GET /privacy", audience: Public, h: s.privacy},
		{pattern: "GET /outlets", audience: Public, h: s.outlets},
		{pattern: "GET /outlets.opml", audience: Public, h: s.exportFeeds},
		{pattern: "GET /sitemap.xml", audience: Public, h: s.sitemap},
		{pattern: "GET /sitemap/{n}", audience: Public, h: s.sitemapOf},
		{pattern: "GET /robots.txt", audience: Public, h: s.robots},
		{pattern: "GET /static/{name}", audience: Public, h: s.static},
		{pattern: "GET /favicon.ico", audience: Public, h: s.favicon},
	}...)...)
}

// logRoutes are the files of the public log, and of those that it followed.
func (s *Site) logRoutes() (out []route) {
	for _, path := range slices.Sorted(maps.Keys(s.Logs)) {
		out = append(out, route{pattern: "GET " + path, audience: Public, h: through(s.Logs[path])})
	}
	return out
}

// through hands a route over to another http.Handler, which answers alone.
func through(h http.Handler) handler {
	return func(*visit) (answer, error) {
		if h == nil {
			return answer{}, desk.ErrNotFound
		}
		return answer{through: h}, nil
	}
}
