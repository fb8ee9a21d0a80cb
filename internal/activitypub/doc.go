// Package activitypub writes and reads the part of ActivityPub that a desk
// needs to publish its checks to the fediverse, and signs and verifies its
// HTTP requests.
//
// Owns: the documents (actor, WebFinger, note, activity, collection,
// tombstone); reading a request to follow or to end that; HTTP signatures as
// servers of the fediverse use them (draft-cavage-http-signatures-12 with
// RSA-SHA256 and a digest of the body); the key.
//
// Does not own: what a check says (web), who follows (desk), sending and
// receiving (app). There is nothing here for following others, liking or
// replying, and nothing that reads what others write.
//
// Start reading at: Desk in print.go, then Read in read.go, then Verify in
// verify.go.
package activitypub
