// Package desk holds the rules of a claim desk: what a tip, a claim, a
// check, evidence, a draft and a review are, who may do what to them, and
// the event each change leaves behind.
//
// Owns: the domain types; the verbs, each of which takes the acting person,
// checks permission and state, changes rows and appends one event in one
// transaction; the error kinds; the rank of a claim in the queue; the rules
// for publishing; and Store, everything the desk asks of a database.
//
// Does not own: SQL (store), matching (match), the bytes and proofs of the
// public log (tlog), pages (web), or the clock, which is handed in.
//
// Start reading at: Desk in desk.go, then Tip.State and Claim.State in
// states.go, then Approve in publish.go, where all the rules meet.
package desk
