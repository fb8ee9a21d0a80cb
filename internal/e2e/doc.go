// Package e2e holds the tests that use the whole program as people do: the
// demo desk in Chromium, and over plain HTTP what no browser would send.
//
// Owns: the stories of issue-sized work (ask, assess, review, publish,
// correct, withdraw), the walk over every page with axe-core, bad input, and
// the pictures that `make screenshots` draws.
//
// Does not own: rules of single packages, which their own tests show; the
// harness, which is browsertest and app/apptest.
//
// Start reading at: TestDesk in desk_test.go, the list of all stories.
package e2e
