package houserules

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// packageComments: every package says what it owns, what it does not, and where to start.
func packageComments() rule {
	check := func(h *house) []finding {
		comments, folders := map[string]string{}, []string{}
		for _, s := range h.goFiles() { // a package that has tests alone says it in one of them
			if _, seen := comments[s.pkg()]; !seen {
				folders = append(folders, s.pkg())
			}
			comments[s.pkg()] += s.ast.Doc.Text()
		}
		var found []finding
		for _, folder := range folders {
			for _, want := range []string{"owns", "does not own", "start reading at"} {
				if flat := strings.ToLower(strings.Join(strings.Fields(comments[folder]), " ")); !strings.Contains(flat, want) {
					found = append(found, finding{folder, fmt.Sprintf("the package comment does not say %q", want)})
				}
			}
		}
		return found
	}
	return rule{name: "package comments", check: check,
		refuse: []sample{
			one(`does not say "owns"`, "internal/desk/a.go", "package desk"),
			one(`does not say "owns"`, "internal/e2e/a_test.go", "package e2e"),
			one(`does not say "start reading at"`, "internal/desk/a.go", "// Package desk: it owns much. It does not own the rest.\npackage desk"),
		},
		accept: []sample{{files: map[string]string{
			"internal/desk/a.go":      "// Package desk is it.\n//\n// It owns: much. It does\n// not own: the rest.\n// Start reading at: a.\npackage desk",
			"internal/desk/b.go":      "package desk",
			"internal/desk/c_test.go": "package desk_test",
		}}}}
}

// emptyWords say nothing that the name and the kind of a thing do not say already.
var emptyWords = []string{"a", "an", "the", "is", "are", "of", "for", "to", "and", "or", "in", "with", "from", "by", "it", "its", "this", "that",
	"returns", "return", "gets", "get", "sets", "set", "type", "struct", "func", "function", "method", "value", "given", "represents", "implements"}

// tells counts the words of a comment that are neither empty nor part of the name.
func tells(comment, name string) int {
	known, n := parts(name), 0
	for _, w := range strings.FieldsFunc(strings.ToLower(comment), func(r rune) bool { return !('a' <= r && r <= 'z' || r > 127 || '0' <= r && r <= '9') }) {
		stem := strings.TrimSuffix(w, "s")
		if !slices.Contains(emptyWords, w) && !slices.Contains(known, w) && !slices.Contains(known, stem) {
			n++
		}
	}
	return n
}

// exportedComments: at least 95 % of the exported names of a package have a comment that tells more than the name.
// Names are types, functions, methods, constants, variables and the methods of interfaces. Fields are spoken for by the
// comment of their struct. A method that does what a well-known interface says (String, Error, ServeHTTP …) is excused.
func exportedComments() rule {
	check := func(h *house) []finding {
		all, bare := map[string]int{}, map[string][]finding{}
		for _, s := range h.product() {
			if s.ast.Name.Name == "main" {
				continue
			}
			for _, e := range exported(s.ast) {
				all[s.pkg()]++
				if tells(e.comment, e.name) < e.least {
					bare[s.pkg()] = append(bare[s.pkg()], h.at(e.pos, "%s is exported and its comment (%q) tells no more than its name", e.name, e.comment))
				}
			}
		}
		var found []finding
		for folder, n := range all {
			if len(bare[folder])*100 > n*5 {
				found = append(found, bare[folder]...)
			}
		}
		return found
	}
	return rule{name: "exported comments", check: check,
		refuse: []sample{
			one("Sum is exported", "internal/desk/a.go", "package desk\nfunc Sum() {}"),
			one("Sum is exported", "internal/desk/a.go", "package desk\n// Sum returns the sum.\nfunc Sum() {}"),
			one("Add is exported", "internal/desk/a.go", "package desk\n// Rows are what a claim's page shows.\ntype Rows interface { Add() }"),
			one("Max is exported", "internal/desk/a.go", "package desk\nconst Max = 3"),
		},
		accept: []sample{
			one("", "internal/desk/a.go", "package desk\n// Sum adds up what asks about a claim, in tips.\nfunc Sum() {}\nfunc sum() {}"),
			one("", "internal/desk/a.go", "package desk\n// Limits in bytes, from the design's section 2.\nconst (\n\tMax = 3\n\tMin = 2\n)"),
			one("", path.Join("internal/desk", "a_test.go"), "package desk\nfunc TestSum() {}"),
		}}
}

// excused are methods whose meaning is fixed by the standard library.
var excused = []string{"String", "Error", "Unwrap", "Is", "As", "ServeHTTP", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText",
	"Len", "Less", "Swap", "Read", "Write", "Close", "RoundTrip", "Scan", "Value"}

// exportedName is an exported name with all comments that speak for it.
type exportedName struct {
	name, comment string
	pos           token.Pos
	least         int // telling words that the comment must have
}

func exported(file *ast.File) []exportedName {
	var found []exportedName
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			method := d.Recv != nil
			if d.Name.IsExported() && !(method && (!receiverExported(d) || slices.Contains(excused, d.Name.Name))) {
				found = append(found, exportedName{d.Name.Name, d.Doc.Text(), d.Pos(), 2})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				found = append(found, exportedOf(spec, d.Doc.Text())...)
			}
		}
	}
	return found
}

// exportedOf lists the names of one type, constant or variable; group is the comment above the whole declaration.
func exportedOf(spec ast.Spec, group string) []exportedName {
	var found []exportedName
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() {
			found = append(found, exportedName{spec.Name.Name, group + spec.Doc.Text() + spec.Comment.Text(), spec.Pos(), 2})
			if i, ok := spec.Type.(*ast.InterfaceType); ok {
				found = append(found, methodsOf(i)...)
			}
		}
	case *ast.ValueSpec:
		least := 2
		if group != "" {
			least = 1 // "The states of a review." speaks for ReviewPending, whose name says the rest
		}
		for _, id := range spec.Names {
			if id.IsExported() {
				found = append(found, exportedName{id.Name, group + spec.Doc.Text() + spec.Comment.Text(), id.Pos(), least})
			}
		}
	}
	return found
}

func methodsOf(i *ast.InterfaceType) []exportedName {
	var found []exportedName
	for _, m := range i.Methods.List {
		for _, id := range m.Names {
			if id.IsExported() && !slices.Contains(excused, id.Name) {
				found = append(found, exportedName{id.Name, m.Doc.Text() + m.Comment.Text(), id.Pos(), 2})
			}
		}
	}
	return found
}

func receiverExported(fn *ast.FuncDecl) bool {
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}
