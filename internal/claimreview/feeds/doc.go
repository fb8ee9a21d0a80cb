// Package feeds writes what a desk publishes for readers' programs: RSS 2.0,
// Atom (RFC 4287), JSON Feed 1.1, sitemaps and iCalendar (RFC 5545).
//
// It owns: the five formats, ids that stay when addresses change, and text
// that is sound in them whatever it was.
//
// It does not own: which checks, corrections and withdrawals a feed lists, in
// which language and order, or the HTTP headers (web).
//
// Start reading at Feed.
package feeds
