package report

import (
	"embed"
	"html/template"
	"io"
)

//go:embed page.html page.css
var files embed.FS

// HTML writes a sheet as one file that needs nothing else: it can be mailed,
// kept, and printed on A4. It holds no script.
func HTML(w io.Writer, s Sheet) error {
	css, err := files.ReadFile("page.css")
	if err != nil {
		return err
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{"chart": Chart, "style": func() template.CSS { return template.CSS(css) }}).ParseFS(files, "page.html")
	if err != nil {
		return err
	}
	return t.Execute(w, s)
}
