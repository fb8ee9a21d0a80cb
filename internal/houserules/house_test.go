package houserules

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// house is the repository as the rules see it: every file of text, the Go files parsed.
type house struct {
	fset  *token.FileSet
	files []*source // by path
}

// source is one file.
type source struct {
	path   string // from the folder of go.mod, with slashes
	text   string
	ast    *ast.File // nil unless it ends in .go
	nested bool      // belongs to a module of its own (tools, bench), which the product does not depend on
}

// finding is one place where a rule is broken.
type finding struct {
	where string // path, or path:line
	what  string
}

func (f finding) String() string { return f.where + ": " + f.what }

// rule is one thing that must hold everywhere.
type rule struct {
	name   string
	check  func(*house) []finding
	refuse []sample // houses that break the rule
	accept []sample // houses near the border that do not
}

// sample is a small house: file paths and texts. For a refused one, want is part of what must be found.
type sample struct {
	want  string
	files map[string]string
}

// one makes a sample of a single file.
func one(want, path, text string) sample {
	return sample{want: want, files: map[string]string{path: text}}
}

// skipped are folders that hold nothing written by hand, or nothing of the project.
var skipped = []string{".git", "node_modules", "bin", "data", ".cache", "screenshots", "results"}

// textual are the kinds of files that the rules read.
var textual = []string{".go", ".md", ".html", ".css", ".js", ".sql", ".toml", ".json", ".jsonl", ".csv", ".txt", ".sh", ".py",
	".mod", ".sum", ".xml", ".svg", ".yml", ".yaml", ".gitignore", ".npmrc", ".txtar", ".tmpl"}

// readHouse reads the repository above the folder of this package.
func readHouse(t *testing.T) *house {
	t.Helper()
	root := filepath.Join("..", "..")
	texts := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			// internal/app/demo/data is written by hand; the data folder of the root is what a running desk keeps.
			atRoot := filepath.Dir(p) == root || filepath.Dir(p) == filepath.Join(root, "bench")
			if p != root && atRoot && slices.Contains(skipped, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		named := slices.Contains([]string{"Makefile", "LICENSE", "run"}, d.Name())
		if !d.Type().IsRegular() || !named && !slices.Contains(textual, filepath.Ext(p)) {
			return nil
		}
		b, err := os.ReadFile(p)
		rel, relErr := filepath.Rel(root, p)
		if err != nil || relErr != nil {
			return fmt.Errorf("%s: %w %w", p, err, relErr)
		}
		texts[filepath.ToSlash(rel)] = string(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := newHouse(texts)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// newHouse parses files given by path.
func newHouse(texts map[string]string) (*house, error) {
	h := &house{fset: token.NewFileSet()}
	for p, text := range texts {
		s := &source{path: p, text: text, nested: strings.HasPrefix(p, "tools/") || strings.HasPrefix(p, "bench/")}
		if strings.HasSuffix(p, ".go") && !strings.Contains(p, "testdata/") {
			file, err := parser.ParseFile(h.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			s.ast = file
		}
		h.files = append(h.files, s)
	}
	slices.SortFunc(h.files, func(a, b *source) int { return strings.Compare(a.path, b.path) })
	return h, nil
}

// pkg is the folder of a file, which for internal/desk/claim.go is internal/desk.
func (s *source) pkg() string { return path.Dir(s.path) }

func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// product lists the parsed files of the program itself: no tests, no nested modules.
func (h *house) product() []*source {
	return h.where(func(s *source) bool { return s.ast != nil && !s.test() && !s.nested })
}

// goFiles lists all parsed files of the main module, tests included.
func (h *house) goFiles() []*source {
	return h.where(func(s *source) bool { return s.ast != nil && !s.nested })
}

func (h *house) where(fits func(*source) bool) []*source {
	var found []*source
	for _, s := range h.files {
		if fits(s) {
			found = append(found, s)
		}
	}
	return found
}

// file returns the file at a path, or nil.
func (h *house) file(p string) *source {
	for _, s := range h.files {
		if s.path == p {
			return s
		}
	}
	return nil
}

// at makes a finding for a place in a Go file.
func (h *house) at(pos token.Pos, format string, args ...any) finding {
	p := h.fset.Position(pos)
	return finding{where: fmt.Sprintf("%s:%d", p.Filename, p.Line), what: fmt.Sprintf(format, args...)}
}

// imports lists the paths that a file imports.
func (s *source) imports() map[string]token.Pos {
	found := map[string]token.Pos{}
	for _, spec := range s.ast.Imports {
		found[strings.Trim(spec.Path.Value, `"`)] = spec.Pos()
	}
	return found
}

// parts splits a name into its words in small letters: "UserAgentIP_v2" is user, agent, ip, v2.
func parts(name string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = nil
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// holds tells whether the words of a term, such as "user agent", stand side by side in a name, such as sawUserAgent.
// A term in the plural or singular must be listed as such.
func holds(name, term string) bool {
	words, want := parts(name), strings.Fields(term)
	for i := 0; i+len(want) <= len(words); i++ {
		if slices.Equal(words[i:i+len(want)], want) {
			return true
		}
	}
	return false
}

// named is a name that the project gives: a type, function, variable, constant, field, parameter or method.
type named struct {
	name string
	pos  token.Pos
	kind string
}

// declared lists the names that a Go file gives to things. Uses of names that others gave (http.MethodPost) are not.
func declared(file *ast.File) []named {
	var found []named
	add := func(kind string, ids ...*ast.Ident) {
		for _, id := range ids {
			if id != nil && id.Name != "_" {
				found = append(found, named{id.Name, id.Pos(), kind})
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add("function", n.Name)
		case *ast.TypeSpec:
			add("type", n.Name)
		case *ast.ValueSpec:
			add("variable", n.Names...)
		case *ast.Field:
			add("field", n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, lhs := range n.Lhs {
					if id, ok := lhs.(*ast.Ident); ok {
						add("variable", id)
					}
				}
			}
		}
		return true
	})
	return found
}

func TestParts(t *testing.T) {
	for name, want := range map[string]string{
		"UserAgentIP_v2": "user agent ip v2", "HTTPServer": "http server", "remote_addr": "remote addr", "ip": "ip", "zipFile": "zip file",
		"reportToPlatform": "report to platform", "Description": "description",
	} {
		if got := strings.Join(parts(name), " "); got != want {
			t.Errorf("parts(%q) = %q, want %q", name, got, want)
		}
	}
	if holds("descriptions", "ip") || holds("Skipped", "ip") || !holds("clientIP", "ip") || !holds("seenUserAgents", "user agents") {
		t.Error("holds does not respect the borders of words")
	}
}
