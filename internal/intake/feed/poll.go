package feed

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
)

// Bounds of one fetch of a feed.
const (
	newMost      = 30 // new pieces whose text is looked at; the others are remembered only
	pagesMost    = 8  // pages fetched for their text
	suggestMost  = 3  // sentences suggested of one piece
	sitemapsMost = 2  // sitemaps read of an index
	shortText    = 600
	freshPiece   = 48 * time.Hour // older pieces are not news, above all on the first fetch
)

// accepted is what a feed may be, in the order it is wanted.
const accepted = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"

// fetch makes one round with a feed. It always gives an outcome.
func (r *Runner) fetch(ctx context.Context, f desk.Feed) desk.FeedOutcome {
	p, err := r.get(ctx, fetch.Request{URL: f.URL, Accept: accepted, ETag: f.State.ETag, LastModified: f.State.Modified})
	if err != nil {
		var s *statusError
		if errors.As(err, &s) {
			return r.byStatus(f, s.page)
		}
		r.o.Log.Debug("feed not fetched", "feed", f.ID, "err", err)
		return r.failed(f, troubleOf(err), 0)
	}
	if p.Status == http.StatusNotModified {
		return r.good(f, p, Channel{}, nil, nil)
	}
	if p.Status != http.StatusOK {
		return r.byStatus(f, p)
	}
	ch, err := Parse(p.Body, p.Header.Get("Content-Type"), p.URL)
	if err != nil {
		return r.failed(f, desk.FeedNotAFeed, 0)
	}
	p.Body = nil // up to 5 MiB that nothing below needs
	r.readIndex(ctx, &ch)
	pieces, suggestions, err := r.news(ctx, &f, ch)
	if err != nil {
		r.o.Log.Error("pieces known already could not be looked up", "feed", f.ID, "err", err)
		return desk.FeedOutcome{State: f.State, Due: r.o.Desk.Now().Add(desk.MinFeedInterval)}
	}
	return r.good(f, p, ch, pieces, suggestions)
}

// readIndex reads the newest sitemaps of an index.
func (r *Runner) readIndex(ctx context.Context, ch *Channel) {
	for _, l := range ch.More[:min(len(ch.More), sitemapsMost)] {
		p, err := r.get(ctx, fetch.Request{URL: l, Accept: accepted})
		if err != nil || p.Status != http.StatusOK {
			continue
		}
		if part, err := Parse(p.Body, p.Header.Get("Content-Type"), p.URL); err == nil {
			ch.Pieces = append(ch.Pieces, part.Pieces...)
			ch.Lang = prefer(ch.Lang, part.Lang)
		}
	}
	ch.Pieces = ch.Pieces[:min(len(ch.Pieces), MaxPieces)]
}

// good is the outcome of a fetch that gave a feed, or "not changed".
func (r *Runner) good(f desk.Feed, p *fetch.Page, ch Channel, pieces []desk.Piece, suggestions []desk.Suggestion) desk.FeedOutcome {
	now, s := r.o.Desk.Now(), f.State
	s.Tried, s.Good, s.Fails, s.Trouble = now, now, 0, ""
	var urls []string
	var statuses []int
	for _, h := range p.Chain {
		urls, statuses = append(urls, h.URL), append(statuses, h.Status)
	}
	if s.Moved = movedTo(urls, statuses); s.Moved == f.URL {
		s.Moved = ""
	}
	if ch.Kind != "" { // not "not changed"
		s.ETag, s.Modified = short(p.Header.Get("ETag")), short(p.Header.Get("Last-Modified"))
		if len(ch.More) > 0 { // an index stays as it is while the sitemaps in it change
			s.ETag, s.Modified = "", ""
		}
		s.Kind, s.Mended = ch.Kind, ch.Mended
		if interval, gap := rhythm(ch.Pieces, now); gap > 0 {
			s.Interval, s.Gap = clamp(interval), gap
		}
	}
	if s.Interval == 0 {
		s.Interval = time.Hour
	}
	s.Pieces += len(pieces)
	if len(pieces) > 0 {
		s.Newest = now
	}
	s.Silent = silent(s, f.Added, now)
	return desk.FeedOutcome{State: s, Due: now.Add(spread(afterGood(s, ch, p.Header), f.ID)), Pieces: pieces, Suggestions: suggestions}
}

// short refuses to keep headers that are no validators.
func short(h string) string {
	if len(h) > 300 {
		return ""
	}
	return h
}

// byStatus is the outcome of an answer that is neither a page nor "not
// changed".
func (r *Runner) byStatus(f desk.Feed, p *fetch.Page) desk.FeedOutcome {
	asked := retryAfter(p.Header, r.o.Desk.Now())
	return r.failed(f, troubleBy(p.Status, int64(asked)), asked)
}

// failed is the outcome of a fetch that gave no feed.
func (r *Runner) failed(f desk.Feed, t desk.FeedTrouble, asked time.Duration) desk.FeedOutcome {
	now, s := r.o.Desk.Now(), f.State
	s.Tried, s.Trouble, s.Fails = now, t, s.Fails+1
	return desk.FeedOutcome{State: s, Due: now.Add(spread(afterBad(s, asked), f.ID))}
}

// troubleOf names what went wrong by the kind of the fetch's error.
func troubleOf(err error) desk.FeedTrouble {
	if errors.Is(err, errRobots) {
		return desk.FeedRobots
	}
	var e *fetch.Error
	if !errors.As(err, &e) {
		return desk.FeedUnreachable
	}
	switch e.Kind {
	case fetch.KindTimeout:
		return desk.FeedSlow
	case fetch.KindURL, fetch.KindScheme, fetch.KindPort, fetch.KindAddress:
		return desk.FeedForbidden
	case fetch.KindRedirects:
		return desk.FeedLoop
	case fetch.KindTooLarge, fetch.KindBomb:
		return desk.FeedTooLarge
	case fetch.KindEncoding:
		return desk.FeedNotAFeed
	}
	return desk.FeedUnreachable
}

// keyOf is how ids and addresses are remembered: 16 bytes of their SHA-256.
func keyOf(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:16]
}

// mendIDs gives pieces that share an id, as feeds with a fixed id do, their
// address for one, and drops what has neither.
func mendIDs(ps []Piece) []Piece {
	count := map[string]int{}
	for _, p := range ps {
		count[p.ID]++
	}
	seen := map[string]bool{}
	var out []Piece
	for _, p := range ps {
		if count[p.ID] > 1 && p.Link != "" {
			p.ID = p.Link
		}
		if p.ID == "" || p.Link == "" || seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		out = append(out, p)
	}
	return out
}

// news finds the pieces that are new, with what is suggested from them. It
// counts in f what only changed its id.
func (r *Runner) news(ctx context.Context, f *desk.Feed, ch Channel) ([]desk.Piece, []desk.Suggestion, error) {
	list := mendIDs(ch.Pieces)
	var guids, links [][]byte
	for _, p := range list {
		guids, links = append(guids, keyOf(p.ID)), append(links, keyOf(p.Link))
	}
	if len(list) == 0 {
		return nil, nil, nil
	}
	// The patience with a site is not the database's: a site that took all of it
	// has still been read, and its pieces are looked up.
	known, err := r.o.Desk.KnownPieces(context.WithoutCancel(ctx), desk.Program(), f.ID, guids, links)
	if err != nil {
		return nil, nil, err
	}
	byGUID, byLink := map[string]bool{}, map[string]desk.Piece{}
	for _, k := range known {
		byGUID[string(k.GUID)], byLink[string(k.Link)] = true, k
	}
	now := r.o.Desk.Now()
	var pieces []desk.Piece
	var suggestions []desk.Suggestion
	pages, looked := 0, 0
	for i, p := range list {
		row := desk.Piece{ID: desk.NewID(), Feed: f.ID, Outlet: f.Outlet, GUID: guids[i], Link: links[i], Seen: now}
		row.Story = row.ID
		old, sameLink := byLink[string(links[i])]
		switch {
		case byGUID[string(guids[i])]:
			continue
		case sameLink:
			f.State.Renamed++
			row.Story = old.Story
		case looked < newMost && fresh(p, now):
			looked++
			suggestions = append(suggestions, r.look(ctx, f, ch, p, &row, &pages)...)
		}
		pieces = append(pieces, row)
	}
	return pieces, suggestions, nil
}

// fresh reports whether a piece is news. One that tells no date is, once.
func fresh(p Piece, now time.Time) bool {
	d := p.Published
	if d.IsZero() {
		d = p.Updated
	}
	return d.IsZero() || d.After(now.Add(-freshPiece))
}

// look reads a new piece: its text is got, compared with what other outlets
// brought lately, and scored; then it is forgotten. A copy of a story that is
// known already suggests nothing: one wire text printed by five outlets is
// one source.
func (r *Runner) look(ctx context.Context, f *desk.Feed, ch Channel, p Piece, row *desk.Piece, pages *int) []desk.Suggestion {
	text := p.Text
	if len([]rune(text)) < shortText && *pages < pagesMost && sameSite(p.Link, f.URL) {
		*pages++
		text = r.pageText(ctx, p.Link, text)
	}
	whole := p.Title + "\n" + text
	row.Folded, row.Sketch = r.o.Words.Key(whole), r.o.Words.Sketch(whole)
	if story, ok := r.storyOf(ctx, *row); ok {
		row.Story = story
		return nil
	}
	lang := p.Lang
	if told := r.o.Words.Lang(whole); told != "und" {
		lang = told
	}
	lang = prefer(lang, prefer(ch.Lang, "und"))
	var out []desk.Suggestion
	for _, s := range r.score.Suggest(text, suggestMost) {
		out = append(out, desk.Suggestion{Outlet: f.Outlet, Story: row.Story, Link: p.Link, Sentence: s.Text, Folded: r.o.Words.Key(s.Text),
			Lang: lang, Points: s.Points, Reasons: s.Reasons})
	}
	return out
}

// pageText fetches a piece's page for its text; what the feed carries stays if
// that fails or is longer.
func (r *Runner) pageText(ctx context.Context, link, otherwise string) string {
	p, err := r.getPage(ctx, fetch.Request{URL: link, Accept: "text/html, application/xhtml+xml;q=0.9"})
	if err != nil || p.Status != http.StatusOK {
		return otherwise
	}
	page, ok := ReadPage(p.Body, p.Header.Get("Content-Type"), p.URL)
	if !ok || len(page.Text) < len(otherwise) {
		return otherwise
	}
	return page.Text
}

// sameSite reports whether a link stays with the outlet: the last two labels
// of the host, three where those are as common as com.vn.
func sameSite(a, b string) bool {
	site := func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return s
		}
		labels := strings.Split(u.Hostname(), ".")
		n := 2
		if len(labels) > 2 && len(labels[len(labels)-1]) == 2 && len(labels[len(labels)-2]) <= 3 {
			n = 3
		}
		return strings.Join(labels[max(0, len(labels)-n):], ".")
	}
	return site(a) == site(b)
}

// recent is the pieces of the last days, to find copies among. One feed at a
// time uses it: two that filled it at once would each forget what the other
// had just found.
type recent struct {
	sync.Mutex
	at     time.Duration
	filled bool
	list   []remembered
}

// remembered is a piece that the database has, or one found at a time of the
// running clock.
type remembered struct {
	desk.Piece
	stored bool
	found  time.Duration
}

// How long copies are looked for, and how long the list is used before it is
// read anew for what other replicas brought.
const (
	copyWindow = 72 * time.Hour
	recentKept = 5 * time.Minute
	recentMost = 5000
)

// storyOf finds the story a piece is a copy of, and remembers the piece.
func (r *Runner) storyOf(ctx context.Context, row desk.Piece) (desk.ID, bool) {
	r.recent.Lock()
	defer r.recent.Unlock()
	if now := r.o.Elapsed(); !r.recent.filled || now-r.recent.at > recentKept {
		if err := r.refill(ctx, now); err != nil {
			r.o.Log.Warn("recent pieces could not be read; copies are looked for among those in memory", "err", err)
		}
	}
	story, found := row.Story, false
	for _, p := range r.recent.list {
		if p.Feed == row.Feed && slices.Equal(p.GUID, row.GUID) {
			continue // the piece itself, of a fetch that could not be stored
		}
		if len(p.Sketch) > 0 && (slices.Equal(p.Folded, row.Folded) || r.o.Words.Copies(p.Sketch, row.Sketch)) {
			story, found = p.Story, true
			break
		}
	}
	row.Story = story
	if len(r.recent.list) < 2*recentMost { // as many again until it is read anew
		r.recent.list = append(r.recent.list, remembered{Piece: row, found: r.o.Elapsed()})
	}
	return story, found
}

// refill reads the recent pieces anew. What was found in the time that a fetch
// may take is kept: its feed may be under way still and nothing of it stored.
func (r *Runner) refill(ctx context.Context, now time.Duration) error {
	stored, err := r.o.Desk.RecentPieces(ctx, desk.Program(), r.o.Desk.Now().Add(-copyWindow))
	if err != nil {
		return err
	}
	var list []remembered
	for _, p := range stored {
		list = append(list, remembered{Piece: p, stored: true})
	}
	for _, p := range r.recent.list {
		if !p.stored && now-p.found <= desk.FeedLease {
			list = append(list, p)
		}
	}
	r.recent.list, r.recent.at, r.recent.filled = list, now, true
	return nil
}
