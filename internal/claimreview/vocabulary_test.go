package claimreview

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// isA is the part of schema.org's tree of types that is printed: each type with its parents.
var isA = map[string][]string{
	"ClaimReview": {"Review", "CreativeWork", "Thing"}, "MediaReview": {"Review", "CreativeWork", "Thing"}, "Claim": {"CreativeWork", "Thing"},
	"MediaReviewItem": {"CreativeWork", "Thing"}, "ImageObject": {"MediaObject", "CreativeWork", "Thing"}, "CreativeWork": {"Thing"}, "CorrectionComment": {"Comment", "CreativeWork", "Thing"},
	"Organization": {"Thing"}, "Rating": {"Intangible", "Thing"}, "Place": {"Thing"},
}

// property is what schema.org says of one: the types that may carry it, and what it may hold.
type property struct{ domains, ranges []string }

// vocabulary is schema.org's own table, for the properties that are printed (schema.org/version/latest).
var vocabulary = map[string]property{
	"url": {[]string{"Thing"}, []string{"URL"}}, "name": {[]string{"Thing"}, []string{"Text"}}, "identifier": {[]string{"Thing"}, []string{"Text", "URL"}},
	"inLanguage": {[]string{"CreativeWork"}, []string{"Text"}}, "headline": {[]string{"CreativeWork"}, []string{"Text"}}, "text": {[]string{"CreativeWork"}, []string{"Text"}},
	"datePublished": {[]string{"CreativeWork"}, []string{"DateTime"}}, "dateModified": {[]string{"CreativeWork"}, []string{"DateTime"}}, "author": {[]string{"CreativeWork", "Rating"}, []string{"Organization", "Person"}},
	"claimReviewed": {[]string{"ClaimReview"}, []string{"Text"}}, "itemReviewed": {[]string{"Review"}, []string{"Thing"}}, "reviewRating": {[]string{"Review"}, []string{"Rating"}},
	"reviewBody": {[]string{"Review"}, []string{"Text"}}, "associatedMediaReview": {[]string{"Review"}, []string{"Review"}}, "creativeWorkStatus": {[]string{"CreativeWork"}, []string{"Text"}},
	"correction": {[]string{"CreativeWork"}, []string{"CorrectionComment", "Text", "URL"}}, "citation": {[]string{"CreativeWork"}, []string{"CreativeWork", "Text"}}, "archivedAt": {[]string{"CreativeWork"}, []string{"URL"}},
	"version": {[]string{"CreativeWork"}, []string{"Number", "Text"}}, "keywords": {[]string{"CreativeWork", "Organization", "Place"}, []string{"Text"}}, "spatialCoverage": {[]string{"CreativeWork"}, []string{"Place"}},
	"license": {[]string{"CreativeWork"}, []string{"URL"}}, "isAccessibleForFree": {[]string{"CreativeWork", "Place"}, []string{"Boolean"}}, "workTranslation": {[]string{"CreativeWork"}, []string{"CreativeWork"}},
	"ratingValue": {[]string{"Rating"}, []string{"Number"}}, "bestRating": {[]string{"Rating"}, []string{"Number"}}, "worstRating": {[]string{"Rating"}, []string{"Number"}}, "alternateName": {[]string{"Thing"}, []string{"Text"}},
	"logo": {[]string{"Organization", "Place"}, []string{"URL"}}, "publishingPrinciples": {[]string{"CreativeWork", "Organization"}, []string{"URL"}},
	"mediaAuthenticityCategory": {[]string{"MediaReview"}, []string{"MediaManipulationRatingEnumeration"}}, "originalMediaContextDescription": {[]string{"MediaReview"}, []string{"Text"}},
	"mediaItemAppearance": {[]string{"MediaReviewItem"}, []string{"MediaObject"}}, "interpretedAsClaim": {[]string{"MediaObject"}, []string{"Claim"}},
}

// categories are the members of MediaManipulationRatingEnumeration.
var categories = []string{"DecontextualizedContent", "EditedOrCroppedContent", "OriginalMediaContent", "SatireOrParodyContent", "StagedContent", "TransformedContent"}

// faults lists where an object breaks the vocabulary.
func faults(at string, v map[string]any) (out []string) {
	kind, _ := v["@type"].(string)
	types := append([]string{kind}, isA[kind]...)
	if isA[kind] == nil {
		out = append(out, at+": type "+kind)
	}
	for name, value := range v {
		if strings.HasPrefix(name, "@") {
			continue
		}
		p, ok := vocabulary[name]
		if !ok || !slices.ContainsFunc(p.domains, func(d string) bool { return slices.Contains(types, d) }) {
			out = append(out, at+"."+name+": not a property of "+kind)
			continue
		}
		list, many := value.([]any)
		if !many {
			list = []any{value}
		}
		for _, one := range list {
			if m, ok := one.(map[string]any); ok {
				out = append(out, faults(at+"."+name, m)...)
			}
			if !slices.ContainsFunc(p.ranges, func(r string) bool { return holds(r, one) }) {
				out = append(out, at+"."+name+": not one of "+strings.Join(p.ranges, ", "))
			}
		}
	}
	return out
}

// holds reports whether a value is of a type of schema.org.
func holds(kind string, v any) bool {
	text, isText := v.(string)
	switch kind {
	case "Text":
		return isText && text != ""
	case "URL":
		u, err := url.Parse(text)
		return isText && err == nil && u.IsAbs() && u.Host != ""
	case "DateTime":
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	case "Number":
		_, ok := v.(float64)
		return ok
	case "Boolean":
		_, ok := v.(bool)
		return ok
	case "MediaManipulationRatingEnumeration":
		return slices.Contains(categories, strings.TrimPrefix(text, "https://schema.org/"))
	}
	m, _ := v.(map[string]any)
	name, _ := m["@type"].(string)
	return name != "" && (name == kind || slices.Contains(isA[name], kind))
}

func full() Check {
	c := sample()
	at := c.Published.Add(time.Hour)
	c.Modified, c.ID, c.Revision, c.Summary, c.Topic, c.Places = at, "0123", 3, "Không.", "Sức khỏe", []string{"Hà Nội"}
	c.Licence, c.Principles, c.Publisher.Logo = "https://example.org/licence", "https://desk.example/about", "https://desk.example/logo.png"
	c.Corrections = []Correction{{"Sửa năm.", at}}
	c.Sources = []Source{{URL: "https://bao.example/a", Title: "A", Archived: "https://desk.example/copies/00"}, {URL: "https://bao.example/b", Title: "B"}}
	c.Others = []Version{{"https://desk.example/en/k/2026-00417", "en"}}
	c.Picture = true
	return c
}

// TestVocabulary: everything that is printed is in schema.org's vocabulary where it stands, for every rating, whole, short and withdrawn.
func TestVocabulary(t *testing.T) {
	seen := map[string]bool{}
	for _, rating := range []string{"true", "mostly-true", "half-true", "mostly-false", "false", "out-of-context", "unproven", "satire"} {
		for _, withdrawn := range []bool{false, true} {
			for _, c := range []Check{sample(), full()} {
				c.Rating, c.Withdrawn = rating, withdrawn
				b, err := Print(c)
				if err != nil {
					t.Fatal(err)
				}
				var v map[string]any
				if err := json.Unmarshal(b, &v); err != nil {
					t.Fatal(err)
				}
				for _, f := range faults(rating, v) {
					t.Error(f)
				}
				for name := range v {
					seen[name] = true
				}
				for _, must := range []string{"claimReviewed", "reviewRating", "url"} { // what search engines cannot do without
					if v[must] == nil {
						t.Errorf("no %s in %s", must, b)
					}
				}
				media, has := v["associatedMediaReview"].(map[string]any)
				if want := c.Picture && !withdrawn && len(mediaFound(c)) > 0; has != want {
					t.Errorf("%s, withdrawn %v: MediaReview %v, want %v", rating, withdrawn, has, want)
				}
				if has && media["mediaAuthenticityCategory"] == "" {
					t.Errorf("%v", media)
				}
				if strings.Contains(string(b), "Person") || withdrawn && (v["reviewBody"] != nil || strings.Contains(string(b), "ratingValue")) {
					t.Errorf("%s", b)
				}
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d properties are printed", len(seen))
	}
	for name, bad := range map[string]map[string]any{ // the table can refuse
		"type": {"@type": "Verdict"}, "property": {"@type": "Rating", "headline": "x"}, "range": {"@type": "ClaimReview", "url": "x"}, "object": {"@type": "ClaimReview", "author": map[string]any{"@type": "Place"}},
	} {
		if len(faults("bad", bad)) == 0 {
			t.Errorf("a wrong %s is taken", name)
		}
	}
}

// TestWhatWasFoundOfPictures: each code is a category of schema.org, what a desk
// entered stands before what its rating says, and several pictures are a list.
func TestWhatWasFoundOfPictures(t *testing.T) {
	printed := func(change func(*Check)) (media map[string]any) {
		c := full()
		change(&c)
		b, err := Print(c)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		for _, f := range faults("found", v) {
			t.Error(f)
		}
		media, _ = v["associatedMediaReview"].(map[string]any)
		return media
	}
	if len(mediaCategories()) != len(categories) {
		t.Errorf("%d codes for %d categories", len(mediaCategories()), len(categories))
	}
	for code, name := range mediaCategories() {
		if got := printed(func(c *Check) { c.Rating, c.Authenticity = "false", []string{code} })["mediaAuthenticityCategory"]; got != "https://schema.org/"+name {
			t.Errorf("%s: %v", code, got)
		}
	}
	if got := printed(func(c *Check) { c.Rating, c.Authenticity = "satire", []string{"staged"} })["mediaAuthenticityCategory"]; got != "https://schema.org/StagedContent" {
		t.Errorf("the rating is believed before the desk: %v", got)
	}
	if got, _ := printed(func(c *Check) { c.Authenticity = []string{"original", "staged"} })["mediaAuthenticityCategory"].([]any); len(got) != 2 {
		t.Errorf("two pictures: %v", got)
	}
	for name, change := range map[string]func(*Check){
		"no picture": func(c *Check) { c.Picture, c.Authenticity = false, []string{"staged"} },
		"withdrawn":  func(c *Check) { c.Withdrawn, c.Authenticity = true, []string{"staged"} },
		"nothing":    func(c *Check) { c.Rating, c.Authenticity = "false", nil },
		"no code":    func(c *Check) { c.Rating, c.Authenticity = "false", []string{"x"} },
	} {
		if got := printed(change); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
