package desk

import (
	"context"
	"errors"
)

// Requests implements BodyRows: those about claims that the person may see.
func (s seatedTx) Requests(ctx context.Context, f RequestFilter) ([]Request, error) {
	all, err := s.Tx.Requests(ctx, f)
	if err != nil {
		return nil, err
	}
	seen := map[ID]bool{}
	var out []Request
	for _, r := range all {
		ok, known := seen[r.Claim]
		if !known {
			_, err := s.see(ctx, r.Claim)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			ok = err == nil
			seen[r.Claim] = ok
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}
