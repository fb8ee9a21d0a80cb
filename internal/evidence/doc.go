// Package evidence answers: what did it look like when we saw it?
//
// Owns: capturing a page with what it needs to be shown, through the guarded
// client of package fetch; its readable text and screenshot; WARC 1.1 and WACZ
// files out of a capture, and reading them back; replaying a capture as one
// page that runs and fetches nothing; telling an error page from an answer.
//
// Does not own: when to capture and who may see a copy (package desk), where
// payloads are kept (package store), what the words of a post are (package
// evidence/post).
//
// Start reading at Keeper.Capture, then Manifest.
package evidence
