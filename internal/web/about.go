package web

import (
	"fmt"
	"time"

	"soi/internal/desk"
)

// said is a heading with its paragraph.
type said struct{ Title, Text string }

// saidAll reads PREFIX.1.title, PREFIX.1.text, … up to n.
func saidAll(w *words, prefix string, n int) []said {
	out := make([]said, n)
	for i := range out {
		key := fmt.Sprintf("%s.%d", prefix, i+1)
		out[i] = said{w.t(key + ".title"), w.t(key + ".text")}
	}
	return out
}

// How many steps, promises and paragraphs on privacy the catalogues hold.
const (
	aboutSteps    = 6
	aboutPromises = 6
	privacyParts  = 10
)

// keepStill is how long caches keep pages whose text changes with a new
// version of the program only.
const keepStill = 10 * time.Minute

// aboutPage tells how the desk works.
type aboutPage struct {
	Steps    []said
	Promises []said
	Ratings  []desk.Rating
}

// head implements page.
func (aboutPage) head(w *words) head {
	return head{Title: w.t("about.title"), Description: w.t("about.lead"), Section: "about"}
}

// about answers GET /about.
func (s *Site) about(v *visit) (answer, error) {
	return show("about", aboutPage{
		Steps:    saidAll(v.words, "about.step", aboutSteps),
		Promises: saidAll(v.words, "about.promise", aboutPromises),
		Ratings:  desk.Ratings(),
	}).kept(keepStill), nil
}

// privacyPage tells what is kept about a person who asks, and what is not.
type privacyPage struct{ Parts []said }

// head implements page.
func (privacyPage) head(w *words) head {
	return head{Title: w.t("privacy.title"), Description: w.t("privacy.lead")}
}

// privacy answers GET /privacy.
func (s *Site) privacy(v *visit) (answer, error) {
	return show("privacy", privacyPage{saidAll(v.words, "privacy.part", privacyParts)}).kept(keepStill), nil
}

// robots answers GET /robots.txt: everything public may be read, tickets and
// the desk are nobody's business.
func (s *Site) robots(*visit) (answer, error) {
	const rules = "User-agent: *\nDisallow: /desk\nDisallow: /t/\nDisallow: /search\n" +
		"Disallow: /vi/t/\nDisallow: /en/t/\nDisallow: /vi/search\nDisallow: /en/search\n"
	return raw("text/plain; charset=utf-8", []byte(rules+"Sitemap: "+s.Config.URL+"/sitemap.xml\n")).kept(24 * time.Hour), nil
}
