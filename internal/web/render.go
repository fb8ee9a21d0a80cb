package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
)

//go:embed all:templates
var templateFiles embed.FS

// view is what the layout is executed with: the page and everything around
// it.
type view struct {
	head
	Lang       string
	Desk       string // name of the desk
	Path       string // without language prefix
	Canonical  string // full address of this page in this language
	Alternates []alternate
	Other      alternate // the page in the other language
	Staff      desk.Staff
	Page       page
	VKey       string
}

// alternate is the same page in another language.
type alternate struct{ Lang, URL string }

// tongues lists the ways a language can be chosen; templates are prepared
// once for each, so that words and links need no argument.
func tongues() []tongue {
	var out []tongue
	for _, lang := range Languages() {
		out = append(out, tongue{lang, ""}, tongue{lang, "/" + lang})
	}
	return out
}

// loadTemplates reads templates/: layout.html and the files that start with
// "_" are shared by all pages of their folder and the folders below; every
// other file is one page and defines "main".
func (s *Site) loadTemplates() (map[tongue]map[string]*template.Template, error) {
	pages, shared, err := templateNames()
	if err != nil {
		return nil, err
	}
	sets := map[tongue]map[string]*template.Template{}
	for _, t := range tongues() {
		sets[t] = map[string]*template.Template{}
		for _, name := range pages {
			files := []string{}
			for _, sh := range shared {
				if dir := path.Dir(sh); dir == "templates" || dir == path.Dir(name) {
					files = append(files, sh)
				}
			}
			tm, err := template.New("layout.html").Funcs(s.funcs(t)).ParseFS(templateFiles, append(files, name)...)
			if err != nil {
				return nil, fmt.Errorf("template %s: %w", name, err)
			}
			sets[t][strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")] = tm
		}
	}
	return sets, nil
}

// templateNames lists the page files and the shared files, shared ones of
// the root before those of a folder, so that a folder can define anew what
// the root has.
func templateNames() (pages, shared []string, err error) {
	err = fs.WalkDir(templateFiles, "templates", func(p string, d fs.DirEntry, err error) error {
		switch base := path.Base(p); {
		case err != nil || d.IsDir() || !strings.HasSuffix(p, ".html"):
			return err
		case p == "templates/layout.html" || strings.HasPrefix(base, "_"):
			shared = append(shared, p)
		default:
			pages = append(pages, p)
		}
		return nil
	})
	slices.SortStableFunc(shared, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	return pages, shared, err
}

// funcs are the functions templates may call, bound to a language:
//
//	t KEY [NAME VALUE]…       words            n KEY COUNT [NAME VALUE]…  words with plural forms
//	num N  num64 N  date T  moment T  when T  iso T  day "2006-01-02"
//	url PATH                  address within the site, with the language kept
//	asset NAME                address of a static file
//	rating CODE               what _rating.html draws
//	dict NAME VALUE…          several values for a shared template
//	paragraphs TEXT           split at blank lines
func (s *Site) funcs(t tongue) template.FuncMap {
	w := s.books[t.lang]
	return template.FuncMap{
		"t": w.say, "n": w.count, "num": w.number, "num64": func(n int64) string { return w.number(int(n)) }, "date": w.date, "moment": w.moment, "when": w.when,
		"iso": w.iso, "day": w.day, "url": t.url,
		"asset":      func(name string) (string, error) { return s.assetURL(name) },
		"rating":     func(r desk.Rating) mark { return markOf(w, r) },
		"dict":       func(pairs ...any) map[string]any { return blanks(pairs) },
		"paragraphs": paragraphs,
		"said":       func(s desk.Said) string { return s.In(t.lang) },
		"host":       hostOf,
		"lang":       func() string { return t.lang },
		"langname":   func(lang string) string { return w.langName(lang) },
		"zero":       func(t time.Time) bool { return t.IsZero() },
	}
}

// render draws the page of an answer.
func (s *Site) render(v *visit, a answer) ([]byte, error) {
	tm := s.sets[v.tongue][a.template]
	if tm == nil {
		return nil, fmt.Errorf("no template %q", a.template)
	}
	var buf bytes.Buffer
	if err := tm.ExecuteTemplate(&buf, "layout.html", s.view(v, a.page)); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// view puts a page into its surroundings.
func (s *Site) view(v *visit, p page) view {
	out := view{head: p.head(v.words), Lang: v.lang, Desk: s.Config.Name, Path: v.path,
		Staff: v.staff, Page: p, VKey: s.Config.VKey}
	query := ""
	if v.URL.RawQuery != "" {
		query = "?" + v.URL.Query().Encode()
	}
	for _, lang := range Languages() {
		a := alternate{lang, s.Config.URL + tongue{lang, "/" + lang}.url(v.path) + query}
		out.Alternates = append(out.Alternates, a)
		if lang == v.lang {
			out.Canonical = a.URL
		} else {
			out.Other = alternate{lang, tongue{lang, "/" + lang}.url(v.path) + query}
		}
	}
	return out
}

// paragraphs splits a text at blank lines.
func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
