package e2e

import (
	"encoding/json"
	"html"
	"strings"

	"soi/internal/browsertest"
)

// read: a reader finds the check everywhere it should stand, in both languages.
func (s *claimStory) read() {
	s.Helper()
	win := s.open(s.T, browsertest.Options{Language: "vi"})
	win.Go("/checks")
	win.Click(trueInVi)
	win.See("Đoạn một.")
	s.structured(win, "vi", "Sai")
	win.Click("English")
	win.See(trueInEn)
	win.See("Another paragraph.")
	win.See("How much thin foil weakens it differs from house to house.")
	s.structured(win, "en", "False")
	win.Go("/search")
	win.Fill("Từ cần tìm", "giay bac cuc phat wifi")
	win.Click("Tìm")
	win.See(trueInVi)
	s.listed()
}

// structured reads the ClaimReview of the page that is shown: whole, and
// without whoever made the claim.
func (s *claimStory) structured(win *browsertest.Window, lang, rating string) {
	s.Helper()
	var raw string
	if err := json.Unmarshal([]byte(win.Eval(`document.querySelector('script[type="application/ld+json"]').textContent`)), &raw); err != nil {
		s.Fatalf("structured data: %v", err)
	}
	var review struct {
		Context  string `json:"@context"`
		Type     string `json:"@type"`
		URL      string `json:"url"`
		Lang     string `json:"inLanguage"`
		Claim    string `json:"claimReviewed"`
		Rating   struct{ AlternateName string }
		Rated    struct{ AlternateName string } `json:"reviewRating"`
		Reviewed map[string]any                 `json:"itemReviewed"`
		By       struct{ Name string }          `json:"author"`
	}
	if err := json.Unmarshal([]byte(raw), &review); err != nil {
		s.Fatalf("structured data: %v\n%s", err, raw)
	}
	if review.Type != "ClaimReview" || review.Lang != lang || review.Claim == "" || review.Rated.AlternateName != rating ||
		!strings.HasSuffix(review.URL, "/checks/"+s.claim) {
		s.Errorf("structured data in %s: %s", lang, raw)
	}
	if review.By.Name != "soi" {
		s.Errorf("the check is by %q, not by the desk", review.By.Name)
	}
	var within map[string]any = review.Reviewed
	for _, key := range []string{"author", "creator", "appearance", "firstAppearance"} {
		if _, ok := within[key]; ok {
			s.Errorf("structured data tells of whoever made the claim (%s): %s", key, raw)
		}
	}
}

// listed: feeds and sitemap have the check.
func (s *claimStory) listed() {
	s.Helper()
	p := s.person(s.T, "203.0.113.14")
	for path, want := range map[string]string{
		"/en/feed.rss": trueInEn, "/en/feed.atom": trueInEn, "/en/feed.json": trueInEn, "/vi/feed.atom": trueInVi,
		"/sitemap.xml": "/checks/" + s.claim,
	} {
		if got := p.get(path); got.status != 200 || !strings.Contains(html.UnescapeString(got.body), want) {
			s.Errorf("%s: %d without %q", path, got.status, want)
		}
	}
}
