// Package loosejson reads JSON as it is met on the web: one value after the
// other, damaged in the usual ways, and sometimes far too long to hold.
//
// It owns: the grammar (all of RFC 8259 with the same result as
// encoding/json, and the repairs listed at FaultKind), the line each value
// stands on, finding the next whole object after damage that cannot be
// repaired, and the limits of depth and size.
//
// It does not own: character sets (table.UTF8 goes first), what the values
// mean (claimreview, matchfile), or any wording.
//
// Start reading at Stream.
package loosejson
