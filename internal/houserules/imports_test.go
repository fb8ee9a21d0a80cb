package houserules

import (
	"path"
	"slices"
	"strings"
)

// everything stands for no limit.
const everything = "*"

// mayImport is the import table of ARCHITECTURE.md: package → packages of soi that it may import, all below internal/
// but for cmd/soi. A folder below a listed one has the row of the nearest listed folder above it, and may import its
// relatives there (claimreview and claimreview/table). Store may import auth, because it implements what auth declares.
var mayImport = map[string][]string{
	"desk": {}, "text": {}, "config": {}, "fetch": {}, "tlog": {},
	"index": {"text"}, "embed": {"text"}, "media": {"text"},
	"match":         {"desk", "text", "index", "embed", "media"},
	"match/evalcmd": {"match", "text", "embed", "fetch"}, // measures: it may ask a model server
	"claimreview":   {"desk"}, "report": {"desk"},
	"evidence": {"desk", "fetch", "evidence/post"}, "evidence/post": {"text"},
	"calendar":    {"desk"},
	"monitor":     {"tlog"},
	"digest":      {"desk"},
	"exchange":    {"desk", "tlog"},
	"intake":      {"desk", "fetch", "media"},
	"deliver":     {"desk", "report"},
	"work":        {"desk"},
	"practice":    {"desk"},
	"store":       {"desk", "work", "auth"},
	"auth":        {"desk"},
	"web":         {"desk", "match", "report", "claimreview", "tlog", "auth", "activitypub", "preview", "digest"},
	"api":         {"desk", "match", "report", "claimreview", "tlog", "auth"},
	"app":         {everything},
	"activitypub": {}, "preview": {"text"},
	"app/demo": {}, // the archive of the demo as plain data
	"cmd/soi":  {"app", "config", "desk"},

	// Support for tests; the program imports none of them.
	"store/storetest":     {"desk", "work", "auth"},
	"store/pgtest":        {},
	"app/apptest":         {everything},
	"intake/platformtest": {"intake"}, // servers that behave like the chat platforms
	"browsertest":         {},
	"e2e":                 {everything}, // tests alone: people in a browser with the whole program
	"houserules":          {},
}

// testSupport may be imported by tests and by each other, never by the program.
var testSupport = []string{"store/storetest", "store/pgtest", "app/apptest", "intake/platformtest", "browsertest", "e2e", "houserules"}

// testsMayImport is open to every test beside its package's own row: a real SQLite database instead of a mock.
var testsMayImport = append([]string{"store"}, testSupport...)

// short turns a folder or an import path of soi into a name of the table.
func short(p string) string {
	return strings.TrimPrefix(strings.TrimPrefix(p, "soi/"), "internal/")
}

// row finds the nearest listed folder at or above name; home is "" if there is none.
func row(name string) (home string, allowed []string) {
	for home = name; home != "."; home = path.Dir(home) {
		if allowed, ok := mayImport[home]; ok {
			return home, allowed
		}
	}
	return "", nil
}

// importTable: the table is exact. A package that is not in it is a finding too.
func importTable() rule {
	check := func(h *house) []finding {
		var found []finding
		unlisted := map[string]bool{}
		for _, s := range h.goFiles() {
			name := short(s.pkg())
			home, allowed := row(name)
			if home == "" && !unlisted[name] {
				unlisted[name] = true
				found = append(found, finding{s.path, "package " + name + " is not in the import table"})
				continue
			}
			for imp, pos := range s.imports() {
				if strings.HasPrefix(imp, "soi/") && !mayUse(s, home, allowed, short(imp)) {
					found = append(found, h.at(pos, "%s may not import %s", name, short(imp)))
				}
			}
		}
		return found
	}
	return rule{name: "import table", check: check,
		refuse: []sample{
			one("web may not import store", "internal/web/a.go", "package web\nimport _ \"soi/internal/store\""),
			one("web may not import api", "internal/web/a.go", "package web\nimport _ \"soi/internal/api\""),
			one("desk may not import text", "internal/desk/a.go", "package desk\nimport _ \"soi/internal/text\""),
			one("app may not import app/apptest", "internal/app/a.go", "package app\nimport _ \"soi/internal/app/apptest\""),
			one("app/demo may not import desk", "internal/app/demo/a.go", "package demo\nimport _ \"soi/internal/desk\""),
			one("desk may not import match", "internal/desk/a_test.go", "package desk\nimport _ \"soi/internal/match\""),
			one("intake/web may not import store", "internal/intake/web/a.go", "package web\nimport _ \"soi/internal/store\""),
			one("not in the import table", "internal/helpers/a.go", "package helpers"),
		},
		accept: []sample{
			one("", "internal/store/a.go", "package store\nimport _ \"soi/internal/auth\""),
			one("", "internal/desk/a_test.go", "package desk_test\nimport (_ \"soi/internal/store\"; _ \"soi/internal/desk\")"),
			one("", "internal/claimreview/csv/a.go", "package csv\nimport (_ \"soi/internal/claimreview\"; _ \"soi/internal/desk\")"),
			one("", "cmd/soi/main.go", "package main\nimport _ \"soi/internal/app\""),
		}}
}

// mayUse tells whether a file of the package whose row is home may import the package named imp.
func mayUse(s *source, home string, allowed []string, imp string) bool {
	support := slices.Contains(testSupport, imp)
	if s.test() {
		if imp == short(s.pkg()) || slices.Contains(testsMayImport, imp) {
			return true
		}
	} else if support && !slices.Contains(testSupport, home) {
		return false
	}
	if slices.Contains(allowed, everything) || slices.Contains(allowed, imp) {
		return true
	}
	impHome, _ := row(imp)
	return impHome == home && home != "" || slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(imp, a+"/") && a == impHome })
}

// onlyIn makes a rule for program and tests: imports that begin with one of the prefixes are for the listed folders (and below) alone.
func onlyIn(name string, prefixes, folders []string, samples ...sample) rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.goFiles() {
			inside := slices.ContainsFunc(folders, func(f string) bool { return s.pkg() == f || strings.HasPrefix(s.pkg(), f+"/") })
			for imp, pos := range s.imports() {
				for _, p := range prefixes {
					if (imp == p || strings.HasPrefix(imp, p+"/")) && !inside {
						found = append(found, h.at(pos, "%s is imported outside %s", imp, strings.Join(folders, ", ")))
					}
				}
			}
		}
		return found
	}
	return rule{name: name, check: check, refuse: samples}
}

// driversInStore: what speaks to a database is in store, where the rules are not.
func driversInStore() rule {
	r := onlyIn("drivers only in store", []string{"database/sql", "modernc.org", "github.com/jackc"}, []string{"internal/store"},
		one("database/sql is imported outside", "internal/desk/a.go", "package desk\nimport _ \"database/sql\""),
		one("modernc.org/sqlite is imported outside", "cmd/soi/a.go", "package main\nimport _ \"modernc.org/sqlite\""))
	r.accept = []sample{one("", "internal/store/pgtest/a.go", "package pgtest\nimport _ \"github.com/jackc/pgx/v5\"")}
	return r
}

// textInText: what is the same word is decided in one place. The loose parser of tables reads other people's old
// encodings (UTF-16, windows-1258), which is no question of words.
func textInText() rule {
	r := onlyIn("x/text only in text", []string{"golang.org/x/text"}, []string{"internal/text", "internal/claimreview/table"},
		one("golang.org/x/text/unicode/norm is imported outside", "internal/web/a.go", "package web\nimport _ \"golang.org/x/text/unicode/norm\""))
	r.accept = []sample{
		one("", "internal/text/a.go", "package text\nimport _ \"golang.org/x/text/unicode/norm\""),
		// The message catalogue's type of a language is part of go-i18n's interface.
		one("", "internal/web/words.go", "package web\nimport _ \"golang.org/x/text/language\""),
	}
	inner := r.check
	r.check = func(h *house) []finding {
		return slices.DeleteFunc(inner(h), func(f finding) bool {
			catalogue := strings.HasPrefix(f.where, "internal/web/words.go:") && strings.HasPrefix(f.what, "golang.org/x/text/language ")
			return catalogue || strings.Contains(f.where, "_test.go:") // a test may make NFD input with the library itself
		})
	}
	return r
}

// noFrameworks: net/http's patterns are enough, and assertions are written out.
func noFrameworks() rule {
	return onlyIn("no frameworks", []string{"github.com/gin-gonic", "github.com/labstack", "github.com/go-chi", "github.com/gorilla",
		"github.com/gofiber", "gorm.io", "entgo.io", "github.com/jmoiron", "github.com/stretchr", "github.com/golang/mock", "go.uber.org/mock",
		"github.com/spf13/viper", "go.uber.org/fx", "github.com/google/wire"}, []string{"nowhere"},
		one("github.com/go-chi/chi/v5 is imported", "internal/web/a.go", "package web\nimport _ \"github.com/go-chi/chi/v5\""),
		one("github.com/stretchr/testify/mock is imported", "internal/web/a_test.go", "package web\nimport _ \"github.com/stretchr/testify/mock\""))
}
