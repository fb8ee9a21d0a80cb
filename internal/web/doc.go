// Package web draws the pages that people see: the public site and the desk.
//
// Owns: the route table with the audience of each route; how a request
// becomes a page, a redirect or an error page; templates, words in Vietnamese
// and English, styles and scripts; language, dates and numbers; security
// headers, limits of requests that keep no address, and proof-of-work.
//
// Does not own: any rule about tips, claims and checks (desk), matching
// (match), sign-in (auth), the bytes of the public log (tlog), the exchange
// formats and feeds (claimreview), or SQL.
//
// Start reading at routes.go, then serve in serve.go: a handler decides, then
// draws; errors become pages in trouble.go and nowhere else.
package web
