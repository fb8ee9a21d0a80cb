package public

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// ClaimsPage is an answer of GET /v1alpha1/claims:search in the shape of
// Google's Fact Check Tools API, so that programs written for it only change
// the host. Who made a claim is not said: soi does not know.
type ClaimsPage struct {
	Claims []SearchedClaim `json:"claims,omitempty"`
	Next   string          `json:"nextPageToken,omitempty"`
}

// SearchedClaim is one claim with its reviews.
type SearchedClaim struct {
	Text    string          `json:"text"`
	Date    string          `json:"claimDate,omitempty"`
	Reviews []SearchedCheck `json:"claimReview"`
}

// SearchedCheck is one check, of this desk or of another publisher.
type SearchedCheck struct {
	Publisher SearchedPublisher `json:"publisher"`
	URL       string            `json:"url"`
	Title     string            `json:"title,omitempty"`
	Date      string            `json:"reviewDate,omitempty"` // RFC 3339
	Rating    string            `json:"textualRating"`
	Lang      string            `json:"languageCode"`
}

// SearchedPublisher is a publisher by name and host.
type SearchedPublisher struct {
	Name string `json:"name,omitempty"`
	Site string `json:"site"`
}

// ClaimsQuery is what claims:search is asked.
type ClaimsQuery struct {
	Words  string
	Lang   string // languageCode; "" for all
	Site   string // reviewPublisherSiteFilter: host of the publisher
	MaxAge int    // days; 0 for any
	Size   int
	Offset int
	Now    time.Time
}

// searchedMost bounds how many results of a search can be paged through.
const searchedMost = 500

// Claims answers a claims:search. more says that there are results behind
// this page.
func (r *Reader) Claims(ctx context.Context, q ClaimsQuery) (out ClaimsPage, more bool, err error) {
	lang := strings.ToLower(strings.SplitN(q.Lang, "-", 2)[0])
	var all []Found
	if blank(q.Words) {
		all, err = r.bySite(ctx, lang)
	} else {
		all, err = r.Find(ctx, lang, q.Words, searchedMost)
	}
	if err != nil {
		return out, false, err
	}
	all = slices.DeleteFunc(all, func(f Found) bool {
		if lang != "" && !strings.HasPrefix(strings.ToLower(f.Lang), lang) || q.Site != "" && !sameSite(siteOf(f), q.Site) {
			return true
		}
		at, err := time.Parse(time.DateOnly, f.Updated)
		return q.MaxAge > 0 && (err != nil || q.Now.Sub(at) > time.Duration(q.MaxAge)*24*time.Hour)
	})
	all = all[min(q.Offset, len(all)):]
	if more = len(all) > q.Size; more {
		all = all[:q.Size]
	}
	for _, f := range all {
		out.Claims = append(out.Claims, r.searched(f))
	}
	return out, more, nil
}

// bySite lists the newest checks of this desk, for a search by publisher
// without words.
func (r *Reader) bySite(ctx context.Context, lang string) ([]Found, error) {
	list, _, err := r.Checks(ctx, lang, Filter{Lang: lang, Limit: searchedMost})
	var keys []string
	for _, c := range list {
		keys = append(keys, desk.CheckKey(c.ID, c.Lang))
	}
	if err != nil {
		return nil, err
	}
	return r.found(ctx, lang, keys, match.Result{})
}

// searched writes one result. A check of ours has the desk as its publisher;
// another's has its own.
func (r *Reader) searched(f Found) SearchedClaim {
	c := SearchedCheck{URL: f.URL, Title: f.Title, Rating: f.RatingName, Lang: f.Lang, Publisher: SearchedPublisher{Name: f.Publisher, Site: siteOf(f)}}
	if f.Kind == "check" {
		c.Publisher.Name = r.Name
	}
	if f.Updated != "" {
		c.Date = f.Updated + "T00:00:00Z"
	}
	text := f.Claim
	if blank(text) {
		text = f.Title
	}
	return SearchedClaim{Text: text, Reviews: []SearchedCheck{c}}
}

// siteOf is the host of a result's publisher.
func siteOf(f Found) string {
	for _, address := range []string{f.Site, f.URL} {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
		}
	}
	return ""
}

// sameSite compares a host with a filter, which may be an address.
func sameSite(host, filter string) bool {
	f := strings.ToLower(strings.TrimSpace(filter))
	if u, err := url.Parse(f); err == nil && u.Hostname() != "" {
		f = u.Hostname()
	}
	return host == strings.TrimPrefix(f, "www.")
}
