// Package media answers: is this the same picture, and what does it say?
//
// Owns: which files are taken in (gate.go, container.go), the cage in which
// they are opened (cage.go, worker.go), perceptual hashes and their search
// (pdq.go, near.go), reading text in pictures (ocr.go, noise.go), and the seal
// under which bytes are kept (vault.go).
//
// Does not own: rows and rules (desk), which check a picture finds (match), and
// what anybody sees of it (web).
//
// Nothing in the program decodes a picture outside the cage: the parent reads
// headers only.
//
// Start reading at: Opener.Open in open.go.
package media
