// Package fetch reaches out to the open web safely: one guarded GET.
//
// It owns: which addresses may be dialled (Public), which URLs may be asked
// for (Target), redirects followed by hand with the chain kept, the limits of
// time and size, decompression that stops at bombs, and the kinds of failure.
//
// It does not own: what the bytes mean (claimreview, intake, evidence), retry
// and schedule (work), the sentences a person reads about a failure (the
// caller's catalogue, by Kind), or storing anything.
//
// Start reading at Client.Get; the rule that keeps the program away from
// private networks is guard in guard.go.
package fetch
