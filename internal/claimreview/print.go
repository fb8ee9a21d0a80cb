package claimreview

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"time"
)

// Check is one published check of ours, in one language, as ClaimReview needs
// it. It has no place for whoever made the claim.
type Check struct {
	URL          string // of the page it stands on
	Lang         string // BCP 47
	Claim        string // the claim in one sentence
	Title        string // headline of the page; may be empty
	Rating       string // code of our scale: true, mostly-true, … satire; "" when withdrawn
	RatingName   string // its name in Lang, as the page shows it
	Published    time.Time
	Modified     time.Time // of the newest revision; zero when it is the first
	Publisher    Publisher
	Corrections  []Correction // in the order they were published
	Withdrawn    bool         // the last correction then says why
	Sources      []Source     // what it rests on
	ID           string       // of the check; may be empty
	Revision     int          // 0 for not said
	Summary      string       // the answer in one paragraph; may be empty
	Topic        string       // its name in Lang; may be empty
	Places       []string     // names in Lang of places that the claim is about
	Licence      string       // address of the terms of use; may be empty
	Principles   string       // address of the page that says how the desk works; may be empty
	Others       []Version    // the same check in other languages
	Picture      bool         // the claim goes round as a picture
	Authenticity []string     // what was found of it: original, edited, transformed, staged, context, satire
}

// Version is the same check in another language.
type Version struct{ URL, Lang string }

// Source is a page that the check cites, and where its archived copy is.
type Source struct {
	URL, Title, Archived string
}

// Publisher is the desk.
type Publisher struct {
	Name, URL string
	Logo      string // address of a picture; may be empty
}

// Correction is what readers are told about one later revision.
type Correction struct {
	Text string
	At   time.Time
}

// ErrIncomplete: a check cannot be printed without URL, claim, publisher's
// name and, unless withdrawn, the name of its rating.
var ErrIncomplete = errors.New("claimreview: check is incomplete")

// The ends of our scale of factual accuracy as a number line.
const (
	worstRating = 1
	bestRating  = 5
)

// ratingNumber gives the place of a rating on the line from false (1) to true
// (5). Out of context, unproven and satire are no degrees between false and
// true: they have a name and no number, and neither has a withdrawn check.
func ratingNumber(code string) int {
	switch code {
	case "true":
		return 5
	case "mostly-true":
		return 4
	case "half-true":
		return 3
	case "mostly-false":
		return 2
	case "false":
		return 1
	}
	return 0
}

// The shapes of the JSON-LD, in the order it is printed.
type (
	reviewJSON struct {
		Context   string           `json:"@context,omitempty"`
		Type      string           `json:"@type"`
		URL       string           `json:"url"`
		Lang      string           `json:"inLanguage,omitempty"`
		Claim     string           `json:"claimReviewed"`
		Headline  string           `json:"headline,omitempty"`
		Published string           `json:"datePublished,omitempty"`
		Modified  string           `json:"dateModified,omitempty"`
		Author    orgJSON          `json:"author"`
		Reviewed  claimJSON        `json:"itemReviewed"`
		Rating    ratingJSON       `json:"reviewRating"`
		Status    string           `json:"creativeWorkStatus"`
		Fixes     []correctionJSON `json:"correction,omitempty"`
		Sources   []sourceJSON     `json:"citation,omitempty"`
		ID        string           `json:"identifier,omitempty"`
		Version   int              `json:"version,omitempty"`
		Body      string           `json:"reviewBody,omitempty"`
		Topic     string           `json:"keywords,omitempty"`
		Places    []placeJSON      `json:"spatialCoverage,omitempty"`
		Licence   string           `json:"license,omitempty"`
		Free      bool             `json:"isAccessibleForFree"`
		Others    []versionJSON    `json:"workTranslation,omitempty"`
		Media     *mediaJSON       `json:"associatedMediaReview,omitempty"`
	}
	placeJSON struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	versionJSON struct {
		Type string `json:"@type"`
		URL  string `json:"url"`
		Lang string `json:"inLanguage"`
	}
	sourceJSON struct {
		Type     string `json:"@type"`
		URL      string `json:"url"`
		Name     string `json:"name,omitempty"`
		Archived string `json:"archivedAt,omitempty"`
	}
	orgJSON struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
		Logo string `json:"logo,omitempty"`
		How  string `json:"publishingPrinciples,omitempty"`
	}
	claimJSON struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		Lang string `json:"inLanguage,omitempty"`
	}
	ratingJSON struct {
		Type  string `json:"@type"`
		Value int    `json:"ratingValue,omitempty"`
		Best  int    `json:"bestRating,omitempty"`
		Worst int    `json:"worstRating,omitempty"`
		Name  string `json:"alternateName"`
	}
	correctionJSON struct {
		Type string `json:"@type"`
		Text string `json:"text"`
		Date string `json:"datePublished,omitempty"`
	}
)

// The shapes of a MediaReview, in the order it is printed.
type (
	mediaJSON struct {
		Type      string        `json:"@type"`
		URL       string        `json:"url"`
		Lang      string        `json:"inLanguage,omitempty"`
		Published string        `json:"datePublished,omitempty"`
		Modified  string        `json:"dateModified,omitempty"`
		Author    orgJSON       `json:"author"`
		Category  any           `json:"mediaAuthenticityCategory"` // an address, or several
		Context   string        `json:"originalMediaContextDescription,omitempty"`
		Reviewed  mediaItemJSON `json:"itemReviewed"`
	}
	mediaItemJSON struct {
		Type       string      `json:"@type"`
		Appearance []imageJSON `json:"mediaItemAppearance"`
	}
	imageJSON struct {
		Type  string    `json:"@type"`
		Claim claimJSON `json:"interpretedAsClaim"`
	}
)

// Print gives the check as one ClaimReview, on one line, the same bytes every
// time. They can stand inside a <script> element as they are: <, >, & and the
// line separators U+2028 and U+2029 are written as \u escapes. The only error
// is ErrIncomplete.
func Print(c Check) ([]byte, error) {
	v, err := shape(c)
	if err != nil {
		return nil, err
	}
	v.Context = "https://schema.org"
	return json.Marshal(v) // escapes what HTML would act on
}

func shape(c Check) (reviewJSON, error) {
	if c.Withdrawn {
		c.Rating, c.RatingName, c.Summary = "", withdrawnName(c.Lang), ""
	}
	if c.URL == "" || c.Claim == "" || c.RatingName == "" || c.Publisher.Name == "" {
		return reviewJSON{}, ErrIncomplete
	}
	v := reviewJSON{
		Type: "ClaimReview", URL: c.URL, Lang: c.Lang, Claim: c.Claim, Headline: c.Title,
		Published: stamp(c.Published), Modified: stamp(c.Modified),
		Author:   orgJSON{Type: "Organization", Name: c.Publisher.Name, URL: c.Publisher.URL, Logo: c.Publisher.Logo, How: c.Principles},
		Reviewed: claimJSON{Type: "Claim", Name: c.Claim, Lang: c.Lang},
		Rating:   ratingJSON{Type: "Rating", Name: c.RatingName},
		Status:   "Published", Free: true,
		ID: c.ID, Version: c.Revision, Body: c.Summary, Topic: c.Topic, Licence: c.Licence,
	}
	for _, name := range c.Places {
		v.Places = append(v.Places, placeJSON{"Place", name})
	}
	for _, o := range c.Others {
		v.Others = append(v.Others, versionJSON{"ClaimReview", o.URL, o.Lang})
	}
	v.Media = mediaOf(c, v.Author)
	if n := ratingNumber(c.Rating); n > 0 {
		v.Rating.Value, v.Rating.Best, v.Rating.Worst = n, bestRating, worstRating
	}
	if c.Withdrawn {
		v.Status = "Withdrawn"
	}
	for _, fix := range c.Corrections {
		v.Fixes = append(v.Fixes, correctionJSON{Type: "CorrectionComment", Text: fix.Text, Date: stamp(fix.At)})
	}
	for _, s := range c.Sources {
		v.Sources = append(v.Sources, sourceJSON{Type: "CreativeWork", URL: s.URL, Name: s.Title, Archived: s.Archived})
	}
	return v, nil
}

// withdrawnName takes the place of the rating: ClaimReview has no way to take
// a check back, and readers of the data must not go on with the old rating.
func withdrawnName(lang string) string {
	if base, _, _ := strings.Cut(lang, "-"); base == "vi" {
		return "Đã rút lại"
	}
	return "Withdrawn"
}

// stamp is the second, in UTC; empty for no time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// PrintFeed writes a schema.org DataFeed of checks, the shape in which
// archives exchange ClaimReview, one element a line and without holding them:
// name and url are the feed's own. It stops at the first check that is
// incomplete or at the writer's first error.
func PrintFeed(w io.Writer, name, url string, modified time.Time, checks iter.Seq[Check]) error {
	b := bufio.NewWriter(w)
	head, err := json.Marshal(struct {
		Context  string `json:"@context"`
		Type     string `json:"@type"`
		Name     string `json:"name"`
		URL      string `json:"url"`
		Modified string `json:"dateModified,omitempty"`
	}{"https://schema.org", "DataFeed", name, url, stamp(modified)})
	if err != nil {
		return err
	}
	// bufio keeps the first error for Flush.
	_, _ = b.Write(bytes.TrimSuffix(head, []byte("}")))
	_, _ = b.WriteString(`,"dataFeedElement":[`)
	sep := "\n"
	for c := range checks {
		v, err := shape(c)
		if err != nil {
			return err
		}
		newest := v.Modified
		if newest == "" {
			newest = v.Published
		}
		line, err := json.Marshal(struct {
			Type     string       `json:"@type"`
			Modified string       `json:"dateModified,omitempty"`
			Checks   []reviewJSON `json:"item"`
		}{"DataFeedItem", newest, []reviewJSON{v}})
		if err != nil {
			return err
		}
		_, _ = b.WriteString(sep)
		_, _ = b.Write(line)
		sep = ",\n"
	}
	_, _ = b.WriteString("\n]}\n")
	return b.Flush()
}
