package web

import (
	"bufio"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
)

// dataRoutes is the page for programs and those who write them, and the files
// of open data.
func (s *Site) dataRoutes() []route {
	return []route{
		{pattern: "GET /data", audience: Public, h: s.data},
		{pattern: "GET /data/{name}", audience: Public, budget: budgetSearch, h: s.dataFile},
	}
}

// dataPage lists the formats.
type dataPage struct {
	URL     string // of the site
	Lang    string
	Licence string
	MCP     bool
	Files   []dataFile
	Made    time.Time
}

// dataFile is one file of the open data.
type dataFile struct {
	Name, Sum string
	Size      int64
}

// head implements page.
func (dataPage) head(w *words) head {
	return head{Title: w.t("data.title"), Description: w.t("data.lead"), Section: "about"}
}

// data answers GET /data.
func (s *Site) data(v *visit) (answer, error) {
	p := dataPage{URL: s.Config.URL, Lang: v.lang, Licence: s.Config.Licence, MCP: s.Config.MCP}
	var err error
	if p.Files, p.Made, err = s.openFiles(); err != nil {
		return answer{}, err
	}
	return show("data", p).fresh(), nil
}

// sums is the file with the checksums of a dump.
const sums = "SHA256SUMS"

// openFiles lists the files of the newest dump as their checksums name them.
func (s *Site) openFiles() (out []dataFile, made time.Time, err error) {
	if s.OpenData == nil {
		return nil, made, nil
	}
	f, err := s.OpenData.Open(sums)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, made, nil
	}
	if err != nil {
		return nil, made, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		made = info.ModTime()
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		info, err := fs.Stat(s.OpenData, name)
		if !ok || err != nil || !info.Mode().IsRegular() {
			continue // replaced just now
		}
		out = append(out, dataFile{name, sum, info.Size()})
	}
	return out, made, lines.Err()
}

// dataFile answers GET /data/{name} with a file of the dump, in parts where
// that is asked for. Only what the checksums name is given out.
func (s *Site) dataFile(v *visit) (answer, error) {
	name := v.PathValue("name")
	files, _, err := s.openFiles()
	if err != nil {
		return answer{}, err
	}
	if len(files) == 0 || name != sums && !slices.ContainsFunc(files, func(f dataFile) bool { return f.Name == name }) {
		return answer{}, desk.ErrNotFound
	}
	return answer{through: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", dataType(name))
		h.Set("Cache-Control", "public, no-cache")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		// A slow reader of a large file may take longer than a page does.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(dataPatience))
		http.ServeFileFS(w, r, s.OpenData, name)
	})}, nil
}

// dataPatience is how long one file may take to be read.
const dataPatience = 30 * time.Minute

// dataType is the media type of a file of open data.
func dataType(name string) string {
	switch path.Ext(name) {
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".jsonl":
		return "application/jsonl; charset=utf-8"
	case ".json":
		return "application/json; charset=utf-8"
	case ".parquet":
		return "application/vnd.apache.parquet"
	}
	return "text/plain; charset=utf-8"
}
