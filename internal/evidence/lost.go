package evidence

import (
	"mime"
	"net/url"
	"slices"

	"soi/internal/desk"
)

// Lost reports whether what answered with success is not what was asked for: a
// page that says there is no such page, or the front page in the place of
// another. What is no page of text is never lost.
func Lost(body []byte, contentType, asked, got string) bool {
	if kind, _, err := mime.ParseMediaType(contentType); err == nil && kind != "text/html" && kind != "application/xhtml+xml" {
		return false
	}
	d, err := parsePage(body, contentType, got)
	if err != nil {
		return false
	}
	return slices.Contains(d.read().warnings(asked, got), desk.WarnNotFound) || toFront(asked, got)
}

// toFront reports whether a page led to the front page of its own site.
// Another host is no sign: sites move and merge.
func toFront(asked, got string) bool {
	a, err := url.Parse(asked)
	b, err2 := url.Parse(got)
	return err == nil && err2 == nil && site(a) == site(b) && moved(asked, got)
}
