package houserules

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// calls finds calls in a file; visit gets each with the text of what is called.
func calls(n ast.Node, visit func(call *ast.CallExpr, name string)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			visit(call, exprText(call.Fun))
		}
		return true
	})
}

// within tells whether a file is in one of the folders of internal, or below.
func within(s *source, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return s.pkg() == "internal/"+f || strings.HasPrefix(s.pkg(), "internal/"+f+"/") })
}

// errorPlace are the files that turn an error into an answer for a visitor, by kind, in words of the catalogue.
var errorPlace = []string{"internal/web/trouble.go", "internal/api/errors.go"}

// errorsToVisitors: the text of an error is for the log. In web and api nothing reads it, and nothing answers with
// http.Error, but the one place.
func errorsToVisitors() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.product() {
			if !within(s, "web", "api") || slices.Contains(errorPlace, s.path) {
				continue
			}
			calls(s.ast, func(call *ast.CallExpr, name string) {
				if strings.HasSuffix(name, ".Error") && len(call.Args) == 0 || name == "http.Error" {
					found = append(found, h.at(call.Pos(), "%s is for %s alone", name, strings.Join(errorPlace, ", ")))
				}
			})
		}
		return found
	}
	return rule{name: "errors to visitors", check: check,
		refuse: []sample{
			one("err.Error is for", "internal/web/a.go", "package web\nfunc f(err error) string { return err.Error() }"),
			one("http.Error is for", "internal/api/a.go", "package api\nimport \"net/http\"\nfunc f(w http.ResponseWriter) { http.Error(w, \"no\", 400) }"),
		},
		accept: []sample{
			one("", "internal/web/trouble.go", "package web\nfunc f(err error) string { return err.Error() }"),
			one("", "internal/web/a.go", "package web\nimport \"log/slog\"\nfunc f(err error) { slog.Error(\"page\", \"cause\", err) }"),
		}}
}

// errorsByKind: errors are compared with errors.Is and errors.As, never by their text.
func errorsByKind() rule {
	isText := func(e ast.Expr) bool {
		call, ok := e.(*ast.CallExpr)
		return ok && len(call.Args) == 0 && strings.HasSuffix(exprText(call.Fun), ".Error")
	}
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.product() {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				compared := false
				switch n := n.(type) {
				case *ast.CallExpr:
					name := exprText(n.Fun)
					compared = (strings.HasPrefix(name, "strings.") || strings.HasPrefix(name, "regexp.") || strings.Contains(name, "Match")) &&
						slices.ContainsFunc(n.Args, isText)
				case *ast.BinaryExpr:
					compared = (n.Op == token.EQL || n.Op == token.NEQ) && (isText(n.X) || isText(n.Y))
				case *ast.SwitchStmt:
					compared = n.Tag != nil && isText(n.Tag)
				}
				if compared {
					found = append(found, h.at(n.Pos(), "an error is told by its text; use errors.Is or errors.As"))
				}
				return true
			})
		}
		return found
	}
	sampleOf := func(expr string) sample {
		return one("told by its text", "internal/store/a.go", "package store\nimport \"strings\"\nvar _ = strings.ToLower\nfunc f(err error) bool { "+expr+" }")
	}
	return rule{name: "errors by kind", check: check,
		refuse: []sample{
			sampleOf(`return strings.Contains(err.Error(), "UNIQUE")`), sampleOf(`return err.Error() == "EOF"`),
			sampleOf(`switch err.Error() { case "x": return true }; return false`),
		},
		accept: []sample{one("", "internal/store/a.go", "package store\nimport (\"errors\"; \"io\")\nfunc f(err error) bool { return errors.Is(err, io.EOF) }")}}
}

// rowsErr: a loop over rows ends early when the connection breaks, and only Err tells. It looks at store, where rows
// are, and at what is called rows elsewhere.
func rowsErr() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.product() {
			for _, d := range s.ast.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				loops, asked := map[string]token.Pos{}, map[string]bool{}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if loop, ok := n.(*ast.ForStmt); ok {
						if call, ok := loop.Cond.(*ast.CallExpr); ok && strings.HasSuffix(exprText(call.Fun), ".Next") && len(call.Args) == 0 {
							loops[strings.TrimSuffix(exprText(call.Fun), ".Next")] = loop.Pos()
						}
					}
					return true
				})
				calls(fn.Body, func(_ *ast.CallExpr, name string) { asked[strings.TrimSuffix(name, ".Err")] = true })
				for rows, pos := range loops {
					if !asked[rows] && (within(s, "store") || holds(rows, "rows")) {
						found = append(found, h.at(pos, "a loop over %s.Next without %s.Err after it", rows, rows))
					}
				}
			}
		}
		return found
	}
	const loop = "package store\nimport \"database/sql\"\nfunc f(rows *sql.Rows) error { for rows.Next() {}; "
	return rule{name: "rows.Err", check: check,
		refuse: []sample{one("without rows.Err", "internal/store/a.go", loop+"return nil }")},
		accept: []sample{
			one("", "internal/store/a.go", loop+"return rows.Err() }"),
			one("", "internal/text/a.go", "package text\ntype S struct{}\nfunc (S) Next() bool { return false }\nfunc f(words S) { for words.Next() {} }"),
		}}
}

// maxStoreMethods is decision 5 of ARCHITECTURE.md.
const maxStoreMethods = 40

// contextFirst: every call of a store can be cancelled, and what is asked of a database fits on a page. It looks at
// interfaces named …Store, …Rows, Tx or Journal, the parts of the desk's Store, and at statements in store itself.
func contextFirst() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.product() {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					found = append(found, h.storeInterface(spec)...)
				}
				return true
			})
			if !within(s, "store") {
				continue
			}
			calls(s.ast, func(call *ast.CallExpr, name string) {
				for _, method := range []string{".Query", ".QueryRow", ".Exec", ".Prepare", ".Begin", ".Ping"} {
					if strings.HasSuffix(name, method) && (len(call.Args) == 0 || !strings.Contains(strings.ToLower(exprText(call.Args[0])), "ctx")) {
						found = append(found, h.at(call.Pos(), "%s is called without a context", name))
					}
				}
			})
		}
		return found
	}
	return rule{name: "context in store calls", check: check,
		refuse: []sample{
			one("Claim takes no context", "internal/desk/a.go", "package desk\ntype Store interface { Claim(id string) error }"),
			one("tx.Exec is called without", "internal/store/a.go", "package store\nimport \"database/sql\"\nfunc f(tx *sql.Tx) { tx.Exec(\"DELETE FROM tips\") }"),
			one("at most 40", "internal/desk/a.go", "package desk\nimport \"context\"\ntype Store interface {\n"+strings.Repeat("A(ctx context.Context)\n", 41)+"}"),
		},
		accept: []sample{
			one("", "internal/desk/a.go", "package desk\nimport \"context\"\ntype Store interface { Claim(ctx context.Context, id string) error; Close() error }"),
			one("", "internal/store/a.go", "package store\nimport (\"context\"; \"database/sql\")\nfunc f(ctx context.Context, tx *sql.Tx) { tx.ExecContext(ctx, \"DELETE FROM tips\") }"),
		}}
}

func (h *house) storeInterface(spec *ast.TypeSpec) []finding {
	i, ok := spec.Type.(*ast.InterfaceType)
	words := parts(spec.Name.Name)
	if !ok || !slices.Contains([]string{"store", "rows", "tx", "journal"}, words[len(words)-1]) {
		return nil
	}
	var found []finding
	methods := 0
	for _, m := range i.Methods.List {
		fn, ok := m.Type.(*ast.FuncType)
		if !ok {
			continue // an embedded part
		}
		methods++
		first := ""
		if len(fn.Params.List) > 0 {
			first = exprText(fn.Params.List[0].Type)
		}
		if first != "context.Context" && m.Names[0].Name != "Close" {
			found = append(found, h.at(m.Pos(), "%s.%s takes no context", spec.Name.Name, m.Names[0].Name))
		}
	}
	if methods > maxStoreMethods {
		found = append(found, h.at(spec.Pos(), "%s has %d methods; at most %d", spec.Name.Name, methods, maxStoreMethods))
	}
	return found
}

// clockless packages are told the time and chance by their caller, so that their tests need neither wait nor luck.
var clockless = []string{"desk", "report", "text", "index", "claimreview", "match", "tlog"}

// clockPassedIn: no package of the list reads the clock or lets math/rand decide anything. Ids, keys and nonces are of
// crypto/rand: nothing depends on which ones come.
func clockPassedIn() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.product() {
			if !within(s, clockless...) || within(s, "match/evalcmd") {
				continue
			}
			_, dice := s.imports()["math/rand"]
			_, dice2 := s.imports()["math/rand/v2"]
			calls(s.ast, func(call *ast.CallExpr, name string) {
				forbidden := slices.Contains([]string{"time.Now", "time.Since", "time.Until", "time.After", "time.Tick", "time.NewTimer", "time.NewTicker",
					"time.Sleep"}, name)
				if forbidden || strings.HasPrefix(name, "rand.") && (dice || dice2) {
					found = append(found, h.at(call.Pos(), "%s in a package that is told time and chance", name))
				}
			})
		}
		return found
	}
	return rule{name: "clock passed in", check: check,
		refuse: []sample{
			one("time.Now in", "internal/desk/a.go", "package desk\nimport \"time\"\nfunc f() time.Time { return time.Now() }"),
			one("rand.Int in", "internal/report/a.go", "package report\nimport \"math/rand\"\nfunc f() int { return rand.Int() }"),
		},
		accept: []sample{
			one("", "internal/web/a.go", "package web\nimport \"time\"\nfunc f() time.Time { return time.Now() }"),
			one("", "internal/desk/a.go", "package desk\nimport \"time\"\nfunc f(now time.Time) int64 { return now.Unix() }"),
			one("", "internal/desk/a.go", "package desk\nimport \"crypto/rand\"\nfunc f(b []byte) { rand.Read(b) }"),
		}}
}

// reasonedSkips: a test that skips says why, in words that hold on any machine.
func reasonedSkips() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.goFiles() {
			calls(s.ast, func(call *ast.CallExpr, name string) {
				bare := (strings.HasSuffix(name, ".Skip") || strings.HasSuffix(name, ".Skipf")) && !reason(call)
				if bare && strings.HasPrefix(name, "t.") || name == "t.SkipNow" {
					found = append(found, h.at(call.Pos(), "%s gives no reason in words", name))
				}
			})
		}
		return found
	}
	return rule{name: "skips with a reason", check: check,
		refuse: []sample{
			one("t.Skip gives no reason", "internal/desk/a_test.go", "package desk\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip() }"),
			one("t.SkipNow gives no reason", "internal/desk/a_test.go", "package desk\nimport \"testing\"\nfunc TestA(t *testing.T) { t.SkipNow() }"),
			one("t.Skip gives no reason", "internal/desk/a_test.go", "package desk\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip(\"flaky\") }"),
		},
		accept: []sample{one("", "internal/desk/a_test.go", "package desk\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip(\"-short leaves out PostgreSQL\") }")}}
}

// reason tells whether a call's first argument is a text of two words or more.
func reason(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	return ok && lit.Kind == token.STRING && len(strings.Fields(lit.Value)) >= 2
}
