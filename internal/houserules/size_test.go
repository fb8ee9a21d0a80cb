package houserules

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

const (
	maxFileLines     = 499
	maxFunctionLines = 59
	// A test may hold a long table of cases; its statements are what this limit is about.
	maxTestFunctionLines = 99
)

// longFunctions may be longer, because cutting them would hide what they show in one piece.
var longFunctions = map[string]string{
	"internal/text.chat": "a table: which letters of a chat stand for which word",
}

// fileSize: a file that one can read in one go.
func fileSize() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.files {
			if n := strings.Count(s.text, "\n"); strings.HasSuffix(s.path, ".go") && n > maxFileLines {
				found = append(found, finding{s.path, fmt.Sprintf("%d lines; at most %d", n, maxFileLines)})
			}
		}
		return found
	}
	return rule{name: "file size", check: check,
		refuse: []sample{one("500 lines", "internal/desk/a.go", "package desk\n"+strings.Repeat("\n", 499))},
		accept: []sample{one("", "internal/desk/a.go", "package desk\n"+strings.Repeat("\n", 498))}}
}

// functionSize: a function that one can see in one go.
func functionSize() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.goFiles() {
			limit := maxFunctionLines
			if s.test() || slices.Contains(testSupport, short(s.pkg())) {
				limit = maxTestFunctionLines
			}
			for _, d := range s.ast.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || longFunctions[s.pkg()+"."+fn.Name.Name] != "" {
					continue
				}
				if n := h.fset.Position(fn.End()).Line - h.fset.Position(fn.Pos()).Line + 1; n > limit {
					found = append(found, h.at(fn.Pos(), "function %s has %d lines; at most %d", fn.Name.Name, n, limit))
				}
			}
		}
		return found
	}
	body := func(lines int) string {
		return "package desk\nfunc f() {\n" + strings.Repeat("_ = 0\n", lines-2) + "}\n"
	}
	return rule{name: "function size", check: check,
		refuse: []sample{one("function f has 60 lines", "internal/desk/a.go", body(60)), one("has 100 lines", "internal/desk/a_test.go", body(100))},
		accept: []sample{one("", "internal/desk/a.go", body(59)), one("", "internal/desk/a_test.go", body(99))}}
}
