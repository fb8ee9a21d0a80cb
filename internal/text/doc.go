// Package text answers one question: when are two strings the same words?
//
// It owns cleaning (valid UTF-8, no invisible characters), folding for search
// columns, the cutting of messages into words, syllables and figures, short
// forms of chat Vietnamese, the language rule, and the removal of what a
// messenger or mail program wraps around a message. All of it is pure: same
// string in, same answer out, nothing kept, nothing read.
//
// It does not own which words weigh more than others (internal/index) nor what
// makes two claims the same (internal/match).
//
// Start reading at Clean, then Scanner in scan.go.
package text
