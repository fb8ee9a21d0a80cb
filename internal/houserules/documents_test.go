package houserules

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
)

// documents are for people; each must be there, and what it names must be there too.
var documents = []string{"README.md", "README.vi.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md", "SCOPE.md", "CHANGELOG.md", "LICENSE"}

// made are folders that appear when the program is built or runs, and the data that SOI_DATA names.
var made = []string{"bin", "data", "screenshots", ".cache", "bench/results", "../shared/data", "node_modules"}

func documentsExist() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, d := range documents {
			if s := h.file(d); s == nil || strings.TrimSpace(s.text) == "" {
				found = append(found, finding{d, "is missing or empty"})
			}
		}
		if len(h.where(func(s *source) bool { return strings.HasPrefix(s.path, "docs/decisions/") })) == 0 {
			found = append(found, finding{"docs/decisions", "holds no decision"})
		}
		return found
	}
	all := map[string]string{"docs/decisions/0001-a.md": "a"}
	for _, d := range documents {
		all[d] = "text"
	}
	return rule{name: "documents exist", check: check, refuse: []sample{one("SCOPE.md: is missing", "README.md", "soi")}, accept: []sample{{files: all}}}
}

// words looks for a pattern in the documents; see gets the first group of each match.
func (h *house) words(pattern *regexp.Regexp, see func(where, word string)) {
	for _, s := range h.where(func(s *source) bool { return strings.HasSuffix(s.path, ".md") && s.path != "CHANGELOG.md" }) {
		for i, line := range strings.Split(s.text, "\n") {
			for _, m := range pattern.FindAllStringSubmatch(line, -1) {
				see(fmt.Sprintf("%s:%d", s.path, i+1), m[1])
			}
		}
	}
}

// exists tells whether a path is a file, a folder of files, or something that is made. A path is read from the
// repository's root and from internal/, and may end in a name of Go: internal/desk.Publish.
func (h *house) exists(p string) bool {
	p = strings.TrimSuffix(strings.TrimSuffix(p, "/"), "/…")
	for _, m := range made {
		if p == m || strings.HasPrefix(p, m+"/") {
			return true
		}
	}
	for _, candidate := range []string{p, "internal/" + p, strings.TrimSuffix(p, path.Ext(p))} {
		for _, s := range h.files {
			if s.path == candidate || strings.HasPrefix(s.path, candidate+"/") {
				return true
			}
			if ok, err := path.Match(candidate, s.path); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// pathsExist: a path in backticks in a document leads somewhere. What begins with / is an address of the site, and
// what has a space, a colon or angle brackets is no path.
func pathsExist() rule {
	looksLikePath := regexp.MustCompile(`^(\.\./|\.)?[A-Za-z0-9_*-]+(\.[a-z]+)*(/[A-Za-z0-9_.*…-]*)+$|^[A-Za-z0-9_-]+\.(md|go|sh|mod|json|sql|toml|html)$`)
	external := regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|org|net|io|dev|vn|in|ht|gov|go)/|^(application|text|image|audio|video)/`)
	check := func(h *house) []finding {
		var found []finding
		h.words(regexp.MustCompile("`([^`]+)`"), func(where, word string) {
			if looksLikePath.MatchString(word) && !strings.Contains(word, "NNNN") && !external.MatchString(word) && !h.exists(word) {
				found = append(found, finding{where, fmt.Sprintf("`%s` does not exist", word)})
			}
		})
		return found
	}
	with := func(want, text string) sample {
		return sample{want, map[string]string{"README.md": text, "internal/desk/claim.go": "package desk", "docs/decisions/0001-a.md": "x"}}
	}
	return rule{name: "paths in documents", check: check,
		refuse: []sample{
			with("`internal/dusk` does not exist", "See `internal/dusk`."), with("`CONTRIBUTE.md` does not", "See `CONTRIBUTE.md`."),
			with("`desk/rules.go` does not exist", "See `desk/rules.go`."),
		},
		accept: []sample{
			with("", "See `internal/desk`, `desk/claim.go`, `internal/desk/`, `docs/decisions/*.md`, `bin/soi`, `/desk`, `a b/c`, `text/html`, `golang.org/x/mod`."),
		}}
}

// targetsExist: a make target that a document names is in the Makefile, and says there what it does.
func targetsExist() rule {
	check := func(h *house) []finding {
		targets := map[string]bool{}
		if mk := h.file("Makefile"); mk != nil {
			for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*## \S`).FindAllStringSubmatch(mk.text, -1) {
				targets[m[1]] = true
			}
		}
		var found []finding
		h.words(regexp.MustCompile("(?:`|^\\s*\\$? ?)make ([a-z-]+)"), func(where, word string) {
			if !targets[word] {
				found = append(found, finding{where, fmt.Sprintf("`make %s` is not a target of the Makefile", word)})
			}
		})
		return found
	}
	with := func(want, text string) sample {
		return sample{want, map[string]string{"README.md": text, "Makefile": "test: ## all tests\n\t@true\nhidden:\n\t@true\n"}}
	}
	return rule{name: "make targets in documents", check: check,
		refuse: []sample{with("`make tset` is not", "Run `make tset`."), with("`make hidden` is not", "```\nmake hidden\n```"), with("`make demo` is not", "    $ make demo\n")},
		accept: []sample{with("", "Run `make test`, to make sure.\n\n    make test\n")}}
}

// commands reads the names of the program's commands: Name: "…" in the literals of the command line's package.
func (h *house) commands() []string {
	names := []string{"help"}
	for _, s := range h.product() {
		if s.pkg() != "cmd/soi" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || !strings.HasSuffix(exprText(lit.Type), "Command") && lit.Type != nil {
				return true
			}
			for _, e := range lit.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && exprText(kv.Key) == "Name" {
					if value, ok := kv.Value.(*ast.BasicLit); ok {
						names = append(names, strings.Trim(value.Value, `"`))
					}
				}
			}
			return true
		})
	}
	return names
}

// commandsExist: a command that a document names is one of the program's.
func commandsExist() rule {
	check := func(h *house) []finding {
		known := h.commands()
		var found []finding
		h.words(regexp.MustCompile("(?:`|^\\s*\\$? ?)(?:bin/)?soi ([a-z]+(?:-[a-z]+)*)"), func(where, word string) {
			if !slices.Contains(known, word) {
				found = append(found, finding{where, fmt.Sprintf("`soi %s` is not a command", word)})
			}
		})
		return found
	}
	with := func(want, text string) sample {
		return sample{want, map[string]string{"README.md": text,
			"cmd/soi/main.go": "package main\nimport \"github.com/urfave/cli/v3\"\nfunc f() *cli.Command { return &cli.Command{Name: \"soi\", Commands: []*cli.Command{{Name: \"serve\"}}} }"}}
	}
	return rule{name: "commands in documents", check: check,
		refuse: []sample{with("`soi surf` is not", "Run `soi surf`."), with("`soi match` is not", "    soi match --claims a.csv\n")},
		accept: []sample{with("", "Run `soi serve` and `soi help`; soi speaks Vietnamese.\n\n    bin/soi serve\n")}}
}
