package desk

import (
	"context"
	"slices"
)

// asPicture reports whether staff said of a picture that it carries the claim.
// The document says that much; the picture itself is an asker's and is not
// published.
func asPicture(ctx context.Context, tx Tx, claim ID) (bool, error) {
	ms, err := tx.Media(ctx, MediaFilter{Claim: claim, Limit: 500})
	return slices.ContainsFunc(ms, func(m Media) bool { return m.Use == UseYes && m.Kind == MediaPicture }), err
}
