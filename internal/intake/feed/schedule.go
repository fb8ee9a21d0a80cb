package feed

import (
	"cmp"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
)

// nightGap is the least that counts as a usual gap between pieces: a feed that
// lists its last twenty pieces shows only its busy hours, and a night without
// news is no silence.
const nightGap = 4 * time.Hour

// unknownGap is the usual gap of a feed that never told a date.
const unknownGap = 24 * time.Hour

// rhythm works out, from when pieces were published, how often to fetch and
// what the usual gap is. The interval is half the median gap, so that most
// pieces are seen within their own rhythm; the usual gap is the one that nine
// in ten stay under. Both are zero when there are fewer than three dates.
func rhythm(pieces []Piece, now time.Time) (interval, gap time.Duration) {
	var dates []time.Time
	for _, p := range pieces {
		if d := p.Published; !d.IsZero() && d.Before(now.Add(time.Hour)) && d.After(now.AddDate(-1, 0, 0)) {
			dates = append(dates, d)
		}
	}
	if len(dates) < 3 {
		return 0, 0
	}
	slices.SortFunc(dates, func(a, b time.Time) int { return cmp.Compare(a.UnixMilli(), b.UnixMilli()) })
	var gaps []time.Duration
	for i := 1; i < len(dates); i++ {
		gaps = append(gaps, dates[i].Sub(dates[i-1]))
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2] / 2, gaps[len(gaps)*9/10]
}

// clamp keeps an interval within what the desk allows.
func clamp(d time.Duration) time.Duration {
	return min(max(d, desk.MinFeedInterval), desk.MaxFeedInterval)
}

// afterGood is how long to wait after a fetch that went well: the feed's
// rhythm, or longer if the feed or the server asks for it.
func afterGood(s desk.FeedState, ch Channel, h http.Header) time.Duration {
	return clamp(max(s.Interval, ch.Wait, maxAge(h)))
}

// afterBad is how long to wait after a failed fetch: twice as long each time.
// What the server asks for counts if it is longer.
func afterBad(s desk.FeedState, asked time.Duration) time.Duration {
	if s.Trouble == desk.FeedGone {
		return desk.MaxFeedInterval
	}
	d := desk.MinFeedInterval << min(s.Fails-1, 7)
	return clamp(max(d, asked))
}

// spread adds up to a tenth, the same for a feed each time and different
// between feeds, so that feeds added together drift apart.
func spread(d time.Duration, id desk.ID) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return min(d+time.Duration(float64(d)*0.1*float64(h.Sum32()%1000)/1000), desk.MaxFeedInterval)
}

// maxAge reads Cache-Control.
func maxAge(h http.Header) time.Duration {
	for part := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if name, v, _ := strings.Cut(strings.TrimSpace(strings.ToLower(part)), "="); name == "max-age" {
			return time.Duration(atoi(strings.Trim(v, `"`))) * time.Second
		}
	}
	return 0
}

// retryAfter reads Retry-After, seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, err := strconv.Atoi(v); err == nil {
		return min(time.Duration(max(n, 0))*time.Second, desk.MaxFeedInterval)
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return min(t.Sub(now), desk.MaxFeedInterval)
	}
	return 0
}

// silent reports whether a feed has brought nothing for more than three times
// its usual gap.
func silent(s desk.FeedState, added, now time.Time) bool {
	gap, last := s.Gap, s.Newest
	if gap == 0 {
		gap = unknownGap
	}
	if last.IsZero() {
		last = added
	}
	return now.Sub(last) > 3*max(gap, nightGap)
}

// movedTo is where permanent redirects at the beginning of a chain lead; ""
// if there are none. A temporary one ends the count: beyond it nothing is
// said for good.
func movedTo(urls []string, statuses []int) string {
	to := ""
	for i, s := range statuses {
		if s != http.StatusMovedPermanently && s != http.StatusPermanentRedirect || i+1 >= len(urls) {
			break
		}
		to = urls[i+1]
	}
	return to
}
