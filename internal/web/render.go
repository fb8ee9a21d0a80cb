package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/report"
)

//go:embed all:templates
var templateFiles embed.FS

// view is what the layout is executed with: the page and everything around
// it.
type view struct {
	head
	Lang       string
	Dir        string // "rtl" for languages written from right to left, else "ltr"
	Desk       string // name of the desk
	Path       string // without language prefix
	Canonical  string // full address of this page in this language
	Alternates []alternate
	Others     []alternate // the page in each other language, as a path
	Staff      desk.Staff
	Page       page
	VKey       string
	Bell       int    // notifications the person has not read
	Keymap     string // the desk's keys; "" for none
	feed       string // path of the feed of this list, without language and ending
	feedQuery  string
}

// Feed is the path of the feed of this page's list in a format, without
// language; of all checks where the page is no list.
func (v view) Feed(ext string) string { return v.feed + "." + ext + v.feedQuery }

// alternate is the same page in another language.
type alternate struct{ Lang, Name, URL string }

// tongues lists the ways a language can be chosen; templates are prepared
// once for each, so that words and links need no argument.
func tongues(langs []string) []tongue {
	var out []tongue
	for _, lang := range langs {
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
	sets, all := map[tongue]map[string]*template.Template{}, tongues(s.langs)
	for _, t := range all {
		sets[t] = map[string]*template.Template{}
	}
	for _, name := range pages {
		files := []string{}
		for _, sh := range shared {
			if dir := path.Dir(sh); dir == "templates" || dir == path.Dir(name) {
				files = append(files, sh)
			}
		}
		// Read once; the copies differ in the functions that know the language.
		read, err := template.New("layout.html").Funcs(s.funcs(all[0])).ParseFS(templateFiles, append(files, name)...)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
		for _, t := range all {
			own, err := read.Clone()
			if err != nil {
				return nil, fmt.Errorf("template %s: %w", name, err)
			}
			sets[t][strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")] = own.Funcs(s.funcs(t))
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
//	bytes N  duration D       size of a file, length of a recording
//	named CLAIM               its text, or that it has none
//	place I                   the number in a list that counts from one
func (s *Site) funcs(t tongue) template.FuncMap {
	w := s.books[t.lang]
	return template.FuncMap{
		"t": w.say, "n": w.count, "num": w.number, "num64": func(n int64) string { return w.number(int(n)) }, "date": w.date, "moment": w.moment, "when": w.when,
		"iso": w.iso, "day": w.day, "url": t.url,
		"asset":          func(name string) (string, error) { return s.assetURL(name) },
		"rating":         func(r desk.Rating) mark { return markOf(w, r) },
		"dict":           func(pairs ...any) map[string]any { return blanks(pairs) },
		"paragraphs":     paragraphs,
		"said":           func(s desk.Said) string { return s.In(t.lang) },
		"host":           hostOf,
		"lang":           func() string { return t.lang },
		"langname":       func(lang string) string { return w.langName(lang) },
		"place":          func(i int) string { return strconv.Itoa(i + 1) },
		"zero":           func(t time.Time) bool { return t.IsZero() },
		"bytes":          w.bytes,
		"named":          w.named,
		"within":         w.within,
		"locality":       func(code string) string { l, _ := desk.LocalityOf(code); return l.In(t.lang) },
		"duration":       duration,
		"chart":          report.Chart,
		"authenticities": desk.Authenticities,
		"logpath":        func() string { return s.Config.LogPath },
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
	out := view{head: p.head(v.words), Lang: v.lang, Dir: v.words.dir, Desk: s.Config.Name, Path: v.path,
		Staff: v.staff, Page: p, VKey: s.Config.VKey, Bell: s.bell(v), Keymap: s.keymapFor(v)}
	out.feed, out.feedQuery = s.feedOf(v)
	out.picture(s, v)
	query := ""
	if v.URL.RawQuery != "" {
		query = "?" + v.URL.Query().Encode()
	}
	for _, lang := range s.langs {
		a := alternate{lang, s.books[lang].t("lang.self"), s.Config.URL + tongue{lang, "/" + lang}.url(v.path) + query}
		out.Alternates = append(out.Alternates, a)
		if lang == v.lang {
			out.Canonical = a.URL
		} else {
			out.Others = append(out.Others, alternate{lang, a.Name, tongue{lang, "/" + lang}.url(v.path) + query})
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
