package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
)

// waysPage tells how to ask without coming to the site first: from a phone's
// share sheet, with one bookmark, or from a box on somebody else's page.
type waysPage struct {
	Bookmark template.URL // the bookmark, a script of one line
	Snippet  string       // what another site puts into its page
	Box      string       // address of the box
}

// head implements page.
func (waysPage) head(w *words) head {
	return head{Title: w.t("ways.title"), Description: w.t("ways.lead")}
}

// boxHeight is the height of the box in CSS pixels at which nothing scrolls
// on a phone of 320 pixels.
const boxHeight = 330

// ways answers GET /ways.
func (s *Site) ways(v *visit) (answer, error) {
	home := s.Config.URL + tongue{v.lang, "/" + v.lang}.url("/")
	box := s.Config.URL + tongue{v.lang, "/" + v.lang}.url("/embed/ask")
	p := waysPage{Box: box, Bookmark: bookmark(home)}
	p.Snippet = fmt.Sprintf(`<iframe src="%s" title="%s" width="100%%" height="%d" style="border:0" loading="lazy" referrerpolicy="no-referrer"></iframe>`,
		template.HTMLEscapeString(box), template.HTMLEscapeString(v.words.t("ways.box.frame", "Desk", s.Config.Name)), boxHeight)
	return show("ways", p).kept(keepStill), nil
}

// bookmark is a script of one line: it opens the ask page with what is
// selected on the page at hand (2,000 characters of it: addresses have
// limits), or with the page's address.
func bookmark(home string) template.URL {
	quoted, _ := json.Marshal(home) // a string always has a JSON form
	return template.URL(fmt.Sprintf("javascript:void(open(%s+'?text='+encodeURIComponent(String(getSelection()).slice(0,2000)||location.href),'_blank','noopener'))", quoted))
}

// embedPage is the ask box in a frame of somebody else's page. It opens the
// answer in a window of its own, sets no cookie and loads nothing from
// elsewhere.
type embedPage struct{ askPage }

// head implements page.
func (embedPage) head(w *words) head { return head{Title: w.t("ask.title"), Private: true} }

// embedAsk answers GET /embed/ask. It is the one page that other sites may
// put into a frame: it holds nothing of the reader's, and what is typed into
// it goes to a window that shows whose it is.
func (s *Site) embedAsk(v *visit) (answer, error) {
	p := embedPage{askPage{Form: newForm()}}
	p.Challenge = s.pow.challenge(purposeAsk, p.Form)
	var err error
	if p.Worker, err = s.assetURL("work.js"); err != nil {
		return answer{}, err
	}
	framed := strings.Replace(v.out.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors *", 1)
	return show("embed/ask", p).also("Content-Security-Policy", framed).also("Cross-Origin-Resource-Policy", "cross-origin"), nil
}

// manifest answers GET /manifest.webmanifest: what a phone needs to install
// the site and to offer it in its share sheet.
func (s *Site) manifest(v *visit) (answer, error) {
	icon, err := s.assetURL("icon.svg")
	if err != nil {
		return answer{}, err
	}
	type entry map[string]any
	m := entry{
		"id": "/", "name": s.Config.Name, "short_name": s.Config.Name, "lang": v.lang, "dir": v.words.dir,
		"description": v.words.t("ask.description"),
		"start_url":   v.tongue.url("/"), "scope": "/", "display": "minimal-ui",
		"background_color": "#fbf9f3", "theme_color": "#0e5a52",
		"icons": []entry{{"src": icon, "type": "image/svg+xml", "sizes": "any", "purpose": "any"}},
		"share_target": entry{"action": v.tongue.url("/share"), "method": "POST", "enctype": "multipart/form-data",
			"params": entry{"title": "title", "text": "text", "url": "url",
				"files": []entry{{"name": "file", "accept": []string{"image/*", "application/pdf", "audio/*", "video/*"}}}}},
	}
	b, err := json.Marshal(m)
	if err != nil {
		return answer{}, fmt.Errorf("manifest: %w", err)
	}
	return raw("application/manifest+json", b).kept(keepStill), nil
}

// share answers POST /share, to which a phone's share sheet brings a text or
// a link: the ask page with it in the field. Nothing is kept before the
// person has seen it and pressed the button. Files cannot be put into a form
// for the person, so what comes with files is asked at once, as /ways says.
func (s *Site) share(v *visit) (answer, error) {
	text := shared(v.field("title"), v.field("text"), v.field("url"))
	if len(v.files) > 0 || v.refused != nil {
		v.PostForm.Set("text", text)
		return s.ask(v)
	}
	p, err := s.askPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Text = text
	return show("ask", p), nil
}

// shared puts together what a share sheet brought: apps put the same link
// into several fields and a title that the text repeats.
func shared(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p == "" || strings.Contains(strings.Join(out, "\n"), p) {
			continue
		}
		if len(out) > 0 && strings.Contains(p, out[len(out)-1]) {
			out[len(out)-1] = p
			continue
		}
		out = append(out, p)
	}
	return strings.Join(out, "\n")
}

// wayRoutes are the routes of this file.
func (s *Site) wayRoutes() []route {
	return []route{
		{pattern: "GET /ways", audience: Public, h: s.ways},
		{pattern: "GET /embed/ask", audience: Public, h: s.embedAsk},
		{pattern: "GET /manifest.webmanifest", audience: Public, h: s.manifest},
		{pattern: "POST /share", audience: Public, body: bodyAsk, files: askFiles, keep: []string{"text"}, h: s.share},
	}
}
