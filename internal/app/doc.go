// Package app builds everything from a Config and runs it.
//
// Owns: the wiring (which store, which log key, which pages); the order of
// start and stop; the background work (signing, indexing, settling, erasing);
// and what each command of the program does, from `soi serve` to `soi doctor`.
//
// Does not own: any rule of the desk (desk), any SQL (store), any page (web).
//
// Start reading at Open in app.go, then Serve in serve.go. One file a command.
package app
