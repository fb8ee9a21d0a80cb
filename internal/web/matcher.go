package web

import (
	"context"

	"soi/internal/match"
)

// Matcher is what the pages ask of the match index.
type Matcher interface {
	// Match finds what a message may be about.
	Match(ctx context.Context, q match.Query) match.Result
	// Search finds documents for the words a reader typed.
	Search(q string, kinds []match.Kind, n int) []match.Hit
}
