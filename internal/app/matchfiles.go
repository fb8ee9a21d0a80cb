package app

import (
	"context"
	"fmt"
	"io"

	"soi/internal/claimreview"
	"soi/internal/claimreview/matchfile"
	"soi/internal/match"
)

// MatchFiles is what `soi match` does: claims and queries out of files, no
// desk and no database.
type MatchFiles struct {
	Claims, Queries io.Reader
	Out             io.Writer
	Format          string // one of matchfile.Formats
	Top             int    // matches a query at most
	Lang            string // language of the reasons
	NoModels        bool   // without learned weights
	// Trouble is told every repair and loss in a sentence, Progress how far it came: the
	// step ("claims", "queries") and how many.
	Trouble  func(file, sentence string)
	Progress func(step string, n int)
}

// Run reads the claims, answers each query in order and returns how many of
// each there were.
func (f MatchFiles) Run(ctx context.Context) (claims, queries int, err error) {
	w, err := matchfile.NewWriter(f.Out, f.Format)
	if err != nil {
		return 0, 0, err
	}
	m := match.New(match.Options{NoModels: f.NoModels})
	for c, err := range matchfile.Claims(f.Claims, func(p claimreview.Problem) { f.Trouble("claims", p.Sentence(f.Lang)) }) {
		if err != nil {
			return claims, 0, fmt.Errorf("claims: %w", err)
		}
		m.Put(match.Doc{ID: c.ID, Claim: c.Claim, Title: c.Title, Summary: c.Summary, Body: c.Body})
		claims++
		f.Progress("claims", claims)
	}
	for q, err := range matchfile.Queries(f.Queries, func(p claimreview.Problem) { f.Trouble("queries", p.Sentence(f.Lang)) }) {
		if err != nil {
			return claims, queries, fmt.Errorf("queries: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return claims, queries, err
		}
		if err := w.Write(f.answer(ctx, m, q)); err != nil {
			return claims, queries, err
		}
		queries++
		f.Progress("queries", queries)
	}
	return claims, queries, w.Flush()
}

// answer matches one query.
func (f MatchFiles) answer(ctx context.Context, m *match.Matcher, q matchfile.Query) matchfile.Answer {
	r := m.Match(ctx, match.Query{Text: q.Text, Limit: f.Top})
	a := matchfile.Answer{Query: q.ID, Decision: string(r.Decision)}
	for _, x := range r.Matches {
		out := matchfile.Match{Claim: x.ID, Rank: x.Rank, Score: x.Score, Probability: x.Probability}
		for _, reason := range x.Reasons {
			out.Reasons = append(out.Reasons, reason.Text(f.Lang))
		}
		a.Matches = append(a.Matches, out)
	}
	return a
}
