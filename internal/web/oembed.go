package web

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"

	"soi/internal/preview"
)

// oembedAnswer is what oEmbed 1.0 answers for a check: a frame with its card.
type oembedAnswer struct {
	XMLName         xml.Name `json:"-" xml:"oembed"`
	Type            string   `json:"type" xml:"type"`
	Version         string   `json:"version" xml:"version"`
	Title           string   `json:"title" xml:"title"`
	ProviderName    string   `json:"provider_name" xml:"provider_name"`
	ProviderURL     string   `json:"provider_url" xml:"provider_url"`
	CacheAge        int      `json:"cache_age" xml:"cache_age"`
	HTML            string   `json:"html" xml:"html"`
	Width           int      `json:"width" xml:"width"`
	Height          int      `json:"height" xml:"height"`
	ThumbnailURL    string   `json:"thumbnail_url,omitempty" xml:"thumbnail_url,omitempty"`
	ThumbnailWidth  int      `json:"thumbnail_width,omitempty" xml:"thumbnail_width,omitempty"`
	ThumbnailHeight int      `json:"thumbnail_height,omitempty" xml:"thumbnail_height,omitempty"`
}

// The size of the frame, and for how many seconds an answer may be kept: not
// long, since the title holds the rating.
const (
	oembedWidth = 600
	oembedLeast = 240
	oembedAge   = 300
)

// oembed answers GET /oembed?url=…&format=json|xml&maxwidth=…&maxheight=….
func (s *Site) oembed(v *visit) (answer, error) {
	format := v.query("format")
	if format == "" {
		format = "json"
	}
	if format != "json" && format != "xml" {
		return raw("text/plain; charset=utf-8", []byte("json or xml\n")).as(http.StatusNotImplemented), nil
	}
	id, lang, ok := s.checkAddress(v.query("url"))
	if !ok {
		return notHere(), nil
	}
	if lang == "" {
		lang = v.lang
	}
	all, err := s.Desk.Check(v.Context(), id, s.Signed())
	if err != nil {
		return answer{}, err
	}
	p := checkOf(lang, all, 0)
	if p.Erased {
		return notHere(), nil
	}
	w := s.books[lang]
	at := s.Config.URL + tongue{lang, "/" + lang}.url("/embed/check/"+string(id))
	title := markOf(w, p.Rating).Word + ": " + p.Text.Statement
	o := oembedAnswer{Type: "rich", Version: "1.0", Title: title, ProviderName: s.Config.Name, ProviderURL: s.Config.URL + "/", CacheAge: oembedAge,
		Width: most(v.query("maxwidth"), oembedWidth), Height: most(v.query("maxheight"), checkHeight)}
	o.HTML = frameHTML(at, title, strconv.Itoa(o.Width), o.Height)
	if roomFor(v) {
		o.ThumbnailURL, o.ThumbnailWidth, o.ThumbnailHeight = s.Config.URL+tongue{lang, "/" + lang}.url(checkImagePath(id, p.Newest)), preview.Width, preview.Height
	}
	return o.print(format)
}

// notHere answers for an address that is no check of this site, in words for
// whoever reads logs; no person sees it.
func notHere() answer {
	return raw("text/plain; charset=utf-8", []byte("no check of this site\n")).as(http.StatusNotFound)
}

// print writes the answer. Any page may read it: it is public.
func (o oembedAnswer) print(format string) (answer, error) {
	if format == "xml" {
		b, err := xml.Marshal(o)
		return raw("text/xml; charset=utf-8", append([]byte(xml.Header), b...)).fresh().also("Access-Control-Allow-Origin", "*").also("Cross-Origin-Resource-Policy", "cross-origin"), err
	}
	b, err := json.Marshal(o)
	return raw("application/json; charset=utf-8", b).fresh().also("Access-Control-Allow-Origin", "*").also("Cross-Origin-Resource-Policy", "cross-origin"), err
}

// most is the usual size, or the smaller one that was asked for; below what
// can be read it is not made.
func most(asked string, usual int) int {
	n, err := strconv.Atoi(asked)
	if err != nil || n >= usual {
		return usual
	}
	return max(n, oembedLeast)
}

// roomFor reports whether the picture fits what was asked for: thumbnails
// obey the same limits.
func roomFor(v *visit) bool {
	for name, size := range map[string]int{"maxwidth": preview.Width, "maxheight": preview.Height} {
		if n, err := strconv.Atoi(v.query(name)); err == nil && n < size {
			return false
		}
	}
	return true
}

// oembedLinks are the links by which a check's page is found to be
// embeddable, and where the fediverse finds it.
func (s *Site) oembedLinks(v *visit, p checkPage) []link {
	at := "/oembed?url=" + url.QueryEscape(s.own(v, "/checks/"+string(p.ID)))
	out := []link{
		{"alternate", "application/json+oembed", s.Config.URL + at + "&format=json", p.Text.Statement},
		{"alternate", "text/xml+oembed", s.Config.URL + at + "&format=xml", p.Text.Statement},
	}
	if s.Fediverse != nil {
		out = append(out, link{"alternate", "application/activity+json", s.fediID(p.ID), p.Text.Statement})
	}
	return out
}
