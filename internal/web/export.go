package web

import (
	"context"
	"io"

	"soi/internal/claimreview"
	"soi/internal/desk"
)

// WriteDataFeed writes every public check of one language as a schema.org
// DataFeed of ClaimReview, the shape archives exchange, and returns how many
// it wrote. It holds the newest check first.
func (s *Site) WriteDataFeed(ctx context.Context, w io.Writer, lang string) (n int, err error) {
	book := s.books[lang]
	newest, err := s.Desk.Published(ctx, desk.RevisionFilter{Below: s.Signed(), Newest: true, Limit: 1})
	if err != nil || len(newest) == 0 {
		return 0, err
	}
	var stop error
	each := func(yield func(claimreview.Check) bool) {
		for before := int64(0); ; {
			rs, err := s.Desk.Published(ctx, desk.RevisionFilter{Below: s.Signed(), Newest: true, Before: before, Limit: 200})
			if err != nil || len(rs) == 0 {
				stop = err
				return
			}
			before = rs[len(rs)-1].LogIndex
			for _, r := range rs {
				all := []desk.Revision{r}
				if r.Rev > 1 {
					all, err = s.Desk.Check(ctx, r.Verdict, s.Signed())
				}
				if err != nil {
					stop = err
					return
				}
				if _, ok := r.Doc.Text(lang); !ok && (r.Kind != desk.KindWithdraw || r.Erased) {
					continue
				}
				c, err := s.exchange(book, all, lang)
				if err != nil {
					stop = err
					return
				}
				n++
				if !yield(c) {
					return
				}
			}
		}
	}
	err = claimreview.PrintFeed(w, s.Config.Name, s.Config.URL, newest[0].At, each)
	if stop != nil {
		err = stop
	}
	return n, err
}
