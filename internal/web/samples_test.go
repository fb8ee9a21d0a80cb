package web

import "soi/internal/desk"

// publicSamples are the pages of the public site.
func publicSamples(s *Site) map[string][]page {
	return map[string][]page{
		"trouble": {
			troublePage{Code: "limit", Status: 429, Title: "T", Text: "x", Do: "y", Retry: 30},
			troublePage{Code: "invalid", Status: 422, Title: "T", Text: "x", Do: "y", Problems: []string{"a", "b"}, Kept: []kept{{"text", "abc"}}, Desk: true},
		},
		"about":   {aboutPage{Steps: []said{{"a", "b"}}, Promises: []said{{"c", "d"}}, Ratings: desk.Ratings()}},
		"privacy": {privacyPage{[]said{{"a", "b"}}}},
	}
}
