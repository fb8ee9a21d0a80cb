package store

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// press adds an outlet with a feed, a piece and a suggestion.
func press(t testing.TB, db *DB) {
	t.Helper()
	ctx, at := context.Background(), time.UnixMilli(1_790_000_000_123).UTC()
	o := desk.Outlet{ID: desk.NewID(), Name: "Báo A", Site: "https://bao.example/", Imprint: "https://bao.example/toa-soan", Reason: "x", Added: at}
	f := desk.Feed{ID: desk.NewID(), Outlet: o.ID, URL: "https://bao.example/rss", Added: at, Due: at, State: desk.FeedState{ETag: `"<1>"`, Tried: at}}
	p := desk.Piece{ID: desk.NewID(), Feed: f.ID, Outlet: o.ID, GUID: []byte{1}, Link: []byte{2}, Folded: []byte{3}, Sketch: []byte{4}, Story: desk.NewID(), Seen: at}
	s := desk.Suggestion{ID: desk.NewID(), Outlet: o.ID, Story: p.Story, Link: "https://bao.example/1", Sentence: "Giá tăng 3 %.", Folded: []byte{5},
		Reasons: []string{"figure"}, State: desk.SuggestionOpen, Found: at}
	err := db.Tx(ctx, func(tx desk.Tx) error {
		return firstOf(tx.SetOutlet(ctx, o), tx.SetFeed(ctx, f), tx.AddPiece(ctx, p), tx.AddSuggestion(ctx, s))
	})
	if err != nil {
		t.Fatal(err)
	}
}
