// Package houserules holds the tests that keep the house in order: what the design promises and a compiler cannot check.
//
// It owns: the table of imports, the limits of size, the words, the scope rules, and that the documents speak of what exists.
// It does not own: whether the program works; each package's own tests show that.
// Start reading at: rules_test.go, the list of all rules.
//
// It has tests only. Each rule brings samples that it must refuse and samples that it must let pass, so that no rule
// can be broken in silence.
package houserules
