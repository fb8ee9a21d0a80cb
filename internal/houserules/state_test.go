package houserules

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// constructors are calls that may fill a package-level variable: they do nothing but make a value out of constants,
// and what they make cannot be changed, or only by an assignment, which noGlobals looks for. OnceValue makes it when it
// is first asked for.
var constructors = []string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "template.Must", "strings.NewReplacer",
	"netip.MustParsePrefix",
	"netip.MustParseAddr", "netip.MustParseAddrPort", "language.MustParse", "time.Date", "base32.NewEncoding", "sync.OnceValue", "sync.OnceValues", "runes.In", "len", "cap", "min", "max"}

// stateful are types whose whole purpose is to change, or to hold what other parts of the program share.
var stateful = []string{"sync", "atomic", "rand", "http.Client", "http.ServeMux", "slog.Logger", "log.Logger", "sql.DB"}

// excusedState names the exceptions, "folder.name", each with its reason.
var excusedState = map[string]string{
	"internal/index.scratches": "a pool of memory for searches; nothing is read from it that the same search has not written",
}

// noGlobals: no package-level mutable state. A package-level variable is a constant that Go cannot write as one:
//   - its value is written with literals, conversions, the listed constructors, the package's own functions whose
//     names begin with must, or is filled by go:embed;
//   - nothing assigns to it or a part of it, increments it, deletes from it or takes its address;
//   - it is no pointer, channel, empty map, or type of the list above;
//   - it is exported only as an error to compare with, or as an interface check.
func noGlobals() rule {
	check := func(h *house) []finding {
		changed := h.changedNames()
		var found []finding
		for _, s := range h.product() {
			for _, d := range s.ast.Decls {
				gen, ok := d.(*ast.GenDecl)
				if !ok || gen.Tok != token.VAR {
					continue
				}
				embedded := strings.Contains(commentText(gen.Doc), "go:embed")
				for _, spec := range gen.Specs {
					v := spec.(*ast.ValueSpec)
					found = append(found, h.judge(s, v, embedded || strings.Contains(commentText(v.Doc), "go:embed"), changed)...)
				}
			}
		}
		return found
	}
	file := func(body string) sample { return one("", "internal/desk/a.go", "package desk\n"+body) }
	bad := func(want, body string) sample { return one(want, "internal/desk/a.go", "package desk\n"+body) }
	return rule{name: "no package-level state", check: check,
		refuse: []sample{
			bad("count has no value", "var count int"),
			bad("cache is made empty", "var cache = map[string]int{}"),
			bad("calls make", "var cache = make(map[string]int)"),
			bad("mu is of a type that changes", "import \"sync\"\nvar mu sync.Mutex"),
			bad("is of a type that changes", "import \"sync\"\nvar pool = sync.Pool{New: nil}"),
			bad("is a pointer", "type T struct{}\nvar shared = &T{}"),
			bad("calls load", "var words = load()\nfunc load() []string { return nil }"),
			bad("words is changed", "var words = []string{\"a\"}\nfunc f() { words = append(words, \"b\") }"),
			bad("words is changed", "var words = []string{\"a\"}\nfunc f() { words[0] = \"b\" }"),
			bad("words is changed", "var words = []string{\"a\"}\nfunc f() { p := &words; _ = p }"),
			bad("Words is exported", "var Words = []string{\"a\"}"),
			bad("calls os.Getenv", "import \"os\"\nvar home = os.Getenv(\"HOME\")"),
		},
		accept: []sample{
			file("import (\"errors\"; \"embed\")\nvar ErrX = errors.New(\"x\")\n//go:embed a.go\nvar files embed.FS"),
			file("var words = []string{\"a\"}\nfunc f() string { words := append([]string(nil), words...); words[0] = \"b\"; return words[0] }"),
			file("type I interface{}\ntype T struct{}\nvar _ I = (*T)(nil)"),
			file("var order = map[string]int{\"a\": 1}\nvar list = mustRead(\"a b\")\nfunc mustRead(s string) []string { return nil }"),
		}}
}

func commentText(g *ast.CommentGroup) string {
	if g == nil {
		return ""
	}
	var lines []string
	for _, c := range g.List { // Text leaves directives out
		lines = append(lines, c.Text)
	}
	return strings.Join(lines, "\n")
}

// judge finds what is wrong with one declaration.
func (h *house) judge(s *source, v *ast.ValueSpec, embedded bool, changed map[string]bool) []finding {
	var found []finding
	for i, id := range v.Names {
		if id.Name == "_" || embedded || excusedState[s.pkg()+"."+id.Name] != "" {
			continue
		}
		say := func(what string) {
			found = append(found, h.at(id.Pos(), "package-level variable %s %s", id.Name, what))
		}
		if slices.ContainsFunc(stateful, func(t string) bool { return mentions(v.Type, t) }) {
			say("is of a type that changes")
			continue
		}
		if i >= len(v.Values) {
			say("has no value, so it is there to be changed")
			continue
		}
		if why := unfit(v.Values[i]); why != "" {
			say(why)
		}
		if changed[s.pkg()+"."+id.Name] {
			say("is changed")
		}
		if id.IsExported() && !strings.HasPrefix(id.Name, "Err") {
			say("is exported, so another package could change it; offer a function")
		}
	}
	return found
}

// unfit says why an initial value does not belong to a constant; "" if it may.
func unfit(value ast.Expr) string {
	switch v := value.(type) {
	case *ast.UnaryExpr:
		if v.Op == token.AND {
			return "is a pointer"
		}
	case *ast.CompositeLit:
		if slices.ContainsFunc(stateful, func(t string) bool { return mentions(v.Type, t) }) {
			return "is of a type that changes"
		}
		if _, isMap := v.Type.(*ast.MapType); isMap && len(v.Elts) == 0 {
			return "is made empty, so it is there to be filled"
		}
	}
	why := ""
	ast.Inspect(value, func(n ast.Node) bool {
		if _, isFunc := n.(*ast.FuncLit); isFunc {
			return false // runs later
		}
		if call, ok := n.(*ast.CallExpr); ok && why == "" {
			if name := exprText(call.Fun); !allowedCall(call, name) {
				why = "calls " + name
			}
		}
		return why == ""
	})
	return why
}

// allowedCall accepts the constructors, conversions to unnamed and basic types, and functions named must….
func allowedCall(call *ast.CallExpr, name string) bool {
	switch call.Fun.(type) {
	case *ast.ArrayType, *ast.MapType, *ast.ParenExpr, *ast.InterfaceType, *ast.FuncType:
		return true
	}
	basic := []string{"string", "byte", "rune", "int", "int64", "int32", "uint8", "uint16", "uint32", "uint64", "float64", "float32"}
	words := parts(name)
	return slices.Contains(constructors, name) || slices.Contains(basic, name) || len(words) > 0 && words[0] == "must" && !strings.Contains(name, ".")
}

// mentions tells whether a type expression names the type or package, such as "sync" in *sync.Mutex.
func mentions(t ast.Expr, name string) bool {
	if t == nil {
		return false
	}
	text := strings.TrimLeft(exprText(t), "*[]")
	return text == name || strings.HasPrefix(text, name+".") && !strings.Contains(name, ".")
}

// exprText writes names, selectors, stars and indexes as they stand in the source; "" for anything else.
func exprText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return exprText(e.X) + "." + e.Sel.Name
	case *ast.StarExpr:
		return "*" + exprText(e.X)
	case *ast.ArrayType:
		return "[]" + exprText(e.Elt)
	case *ast.IndexExpr:
		return exprText(e.X)
	case *ast.CallExpr:
		return exprText(e.Fun) + "()"
	case *ast.ParenExpr:
		return exprText(e.X)
	}
	return ""
}

// changedNames lists "folder.name" of all package-level names that something changes. A local variable of the same
// name is told apart when it is declared in the same function.
func (h *house) changedNames() map[string]bool {
	changed := map[string]bool{}
	for _, s := range h.goFiles() {
		for _, d := range s.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			local := localNames(fn)
			note := func(e ast.Expr) {
				if id := root(e); id != nil && !local[id.Name] {
					changed[s.pkg()+"."+id.Name] = true
				}
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				noteChange(n, note)
				return true
			})
		}
	}
	return changed
}

// noteChange calls note with what a statement or expression changes or lets others change.
func noteChange(n ast.Node, note func(ast.Expr)) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, lhs := range n.Lhs {
				note(lhs)
			}
		}
	case *ast.IncDecStmt:
		note(n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			note(n.X)
		}
	case *ast.CallExpr:
		if name := exprText(n.Fun); (name == "delete" || name == "clear" || name == "copy" || strings.HasPrefix(name, "slices.Sort")) && len(n.Args) > 0 {
			note(n.Args[0])
		}
	}
}

// root is the variable at the bottom of x, x[i], x.f, *x.
func root(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.StarExpr:
		return root(e.X)
	case *ast.SliceExpr:
		return root(e.X)
	case *ast.ParenExpr:
		return root(e.X)
	}
	return nil
}

// localNames lists everything that is declared in a function, its parameters included.
func localNames(fn *ast.FuncDecl) map[string]bool {
	local := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, id := range n.Names {
				local[id.Name] = true
			}
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if id, ok := lhs.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[id.Name] = true
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[id.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				local[id.Name] = true
			}
		}
		return true
	})
	return local
}

// noInit: importing a package does nothing.
func noInit() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.goFiles() {
			for _, d := range s.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					found = append(found, h.at(fn.Pos(), "func init runs when the package is imported"))
				}
			}
		}
		return found
	}
	return rule{name: "no init", check: check,
		refuse: []sample{one("func init", "internal/desk/a.go", "package desk\nfunc init() {}")},
		accept: []sample{one("", "internal/desk/a.go", "package desk\ntype T int\nfunc (T) init() {}")}}
}
