// Package post answers one question: what did a post on a platform say,
// without whoever posted it?
//
// It owns the list of platforms and the shapes of addresses where private
// people post (Is, Platform), and the reading of the words of such a page
// (Read): names, handles, mentions, profile links, pictures, comments, counts,
// e-mail addresses and phone numbers are cut, and where something was cut
// inside a sentence the mark Cut stands. When it is unsure what belongs to the
// post it takes less, or nothing. All of it is pure: bytes and an address in,
// words out; nothing is fetched, nothing kept.
//
// It does not own whether an account is an institution's own (a person says
// so), nor where the words are kept (internal/evidence).
//
// Start reading at Read, then wordsOf in find.go and clean in cut.go.
package post
