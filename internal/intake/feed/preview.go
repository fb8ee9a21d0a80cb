package feed

import (
	"context"
	"errors"
	"net/http"

	"soi/internal/desk"
	"soi/internal/fetch"
)

// Found is what an address gives when it is read as a feed.
type Found struct {
	URL       string // after redirects
	Channel   Channel
	Feeds     []string // for a page that is no feed: the feeds it names
	Trouble   desk.FeedTrouble
	Suggested []Scored // of the texts the feed itself carries, at most five
}

// Preview reads an address once, as robots.txt allows, and stores nothing. An
// address that cannot be read is told in Trouble; the error is for what is
// wrong here.
func Preview(ctx context.Context, web Web, url string) (Found, error) {
	r, err := NewRunner(Options{Web: web, HostGap: -1})
	if err != nil {
		return Found{}, err
	}
	ctx, stop := context.WithTimeout(ctx, fetch.TotalTimeout) // in all: somebody waits for it
	defer stop()
	f := Found{URL: url}
	p, err := r.get(ctx, fetch.Request{URL: url, Accept: accepted})
	var s *statusError
	if errors.As(err, &s) {
		p, err = s.page, nil
	}
	if err != nil {
		f.Trouble = troubleOf(err)
		return f, nil
	}
	f.URL = p.URL
	if f.Trouble = troubleBy(p.Status, 0); f.Trouble != "" {
		return f, nil
	}
	f, err = PreviewBytes(p.Body, p.Header.Get("Content-Type"), p.URL)
	r.readIndex(ctx, &f.Channel)
	return f, err
}

// PreviewBytes is Preview for what was read already; url is where it came
// from.
func PreviewBytes(body []byte, contentType, url string) (Found, error) {
	score, err := NewScorer()
	if err != nil {
		return Found{}, err
	}
	f := Found{URL: url}
	if f.Channel, err = Parse(body, contentType, url); err != nil {
		f.Trouble = desk.FeedNotAFeed
		f.Feeds = Discover(body, contentType, url)
		return f, nil
	}
	for _, x := range f.Channel.Pieces[:min(len(f.Channel.Pieces), newMost)] {
		f.Suggested = append(f.Suggested, score.Suggest(x.Text, 1)...)
	}
	f.Suggested = f.Suggested[:min(len(f.Suggested), 5)]
	return f, nil
}

// troubleBy names what an answer's status means; "" for 200. asked is whether
// it said how long to wait.
func troubleBy(status int, asked int64) desk.FeedTrouble {
	switch status {
	case http.StatusOK:
		return ""
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnavailableForLegalReasons:
		return desk.FeedRefused
	case http.StatusNotFound:
		return desk.FeedMissing
	case http.StatusGone:
		return desk.FeedGone
	case http.StatusTooManyRequests:
		return desk.FeedPaused
	case http.StatusServiceUnavailable:
		if asked > 0 {
			return desk.FeedPaused
		}
	}
	return desk.FeedServer
}
