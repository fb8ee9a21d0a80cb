// Package feed reads the press: feeds of published media, politely, and
// suggests sentences worth checking to staff.
//
// Owns: reading RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, CDF, sitemaps and OPML,
// also broken ones; when a feed is fetched again and how (Runner); robots.txt;
// the text of a page; which sentence is worth a look and why (Score).
//
// Does not own: the list of outlets, what is stored and for how long (desk);
// the request itself and its guard (fetch); when two texts are the same words
// (Words, which the program hands in). It keeps no name of who wrote a piece and
// no text beyond the moment it is read.
//
// Start reading at Parse in parse.go for the formats, at Runner.Step in
// runner.go for the fetching.
package feed
