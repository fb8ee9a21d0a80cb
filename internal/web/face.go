package web

import "strings"

// faceRoutes are how checks are seen from elsewhere: pictures of shared
// links, frames in other sites, oEmbed, reading without a network, the
// fediverse, and what readers say back.
func (s *Site) faceRoutes() []route {
	return append([]route{
		{pattern: "GET /preview.png", audience: Public, budget: budgetSearch, h: s.siteImage},
		{pattern: "GET /checks/{id}/preview.png", audience: Public, budget: budgetSearch, h: s.checkImage},
		{pattern: "GET /explainers/{id}/preview.png", audience: Public, budget: budgetSearch, h: s.explainerImage},
		{pattern: "GET /embed", audience: Public, h: s.embedHow},
		{pattern: "GET /embed/check/{id}", audience: Public, h: s.embedCheck},
		{pattern: "GET /embed/topic/{topic}", audience: Public, h: s.embedTopic},
		{pattern: "GET /oembed", audience: Public, h: s.oembed},
		{pattern: "POST /checks/{id}/helped", audience: Public, body: bodySmall, budget: budgetLookup, h: s.helped},
		{pattern: "GET /offline", audience: Public, h: s.offline},
		{pattern: "GET /offline.json", audience: Public, h: s.offlineList},
		{pattern: "GET /sw.js", audience: Public, h: s.worker},
	}, s.fediverseRoutes()...)
}

// link is one link element in the head of a page, to another form of it.
type link struct{ Rel, Type, URL, Title string }

// framed lets other sites show a page in a frame. It is for pages that hold
// nothing of the reader's and on which nothing can be pressed for them.
func framed(v *visit, a answer) answer {
	policy := strings.Replace(v.out.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors *", 1)
	return a.also("Content-Security-Policy", policy).also("Cross-Origin-Resource-Policy", "cross-origin")
}
