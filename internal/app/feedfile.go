package app

import (
	"context"
	"os"

	"soi/internal/intake/feed"
	"soi/internal/web"
)

// PreviewFeedFile is PreviewFeed for a feed that lies in a file.
func (a *App) PreviewFeedFile(_ context.Context, path string) (web.FeedPreview, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return web.FeedPreview{}, err
	}
	found, err := feed.PreviewBytes(b, "", "")
	found.URL = path
	return feedPreview(found, err)
}
