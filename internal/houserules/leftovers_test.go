package houserules

import (
	"fmt"
	"regexp"
	"strings"
)

// The patterns below are put together from pieces, so that this file does not hold what it looks for.

// workplace matches paths of a machine, hosts of package registries, and names of tools that wrote or carried the code:
// a project speaks of its product alone.
var workplace = regexp.MustCompile(strings.Join([]string{
	"(^|[^l])/wo" + "rk/", "/tmp/" + "bash", "/fa" + "rm/", "(^|[^a-z.])/ro" + "ot/", `/ho` + `me/[a-z]+/`, `\.lib` + `rary`,
	`proxy\.` + `golang`, `registry\.` + `npmjs`, `deb\.` + `debian`, "farm-" + "studio", `(?i)\bdupli` + `cates\b`,
	`(?i)\bclau` + `de\b`, `(?i)anthro` + `pic`, `(?i)\bchat` + `gpt\b`, `(?i)\bco` + `pilot\b`, `(?i)\bai ` + `(assistant|agent|session)`,
	`(?i)language ` + `model wrote`,
}, "|"))

// unfinished matches marks of work that was left.
var unfinished = regexp.MustCompile(strings.Join([]string{
	`\bTO` + `DO\b`, `\bFIX` + `ME\b`, `\bXX` + `X\b`, `(?i)\bnot imple` + `mented\b`, `(?i)\bunimple` + `mented\b`, `(?i)\bfor n` + `ow\b`,
	`(?i)\bplace` + `holder value`, `(?i)\bst` + `ub(s|bed)?\b`, `(?i)lorem ` + `ipsum`,
}, "|"))

// matching makes a check of a pattern over the lines of files.
func matching(pattern *regexp.Regexp, reads func(*source) bool, what string) func(*house) []finding {
	return func(h *house) []finding {
		var found []finding
		for _, s := range h.where(reads) {
			if !pattern.MatchString(s.text) {
				continue
			}
			for i, line := range strings.Split(s.text, "\n") {
				if hit := pattern.FindString(line); hit != "" && !strings.Contains(line, "context."+"TO"+"DO") {
					found = append(found, finding{fmt.Sprintf("%s:%d", s.path, i+1), fmt.Sprintf("%s: %q", what, hit)})
				}
			}
		}
		return found
	}
}

// noWorkplace reads every file.
func noWorkplace() rule {
	return rule{name: "nothing of the workplace",
		check: matching(workplace, func(*source) bool { return true }, "speaks of the place where it was made"),
		refuse: []sample{
			one("README.md:2", "README.md", "soi\nsee /wo"+"rk/main\n"),
			one("package-lock.json:1", "package-lock.json", `"resolved": "https://registry.`+`npmjs.org/a"`),
			one("a.go:2", "internal/desk/a.go", "package desk\n// found by dupli"+"cates\n"),
			one("Makefile:1", "Makefile", "cd /ro"+"ot/soi\n"),
		},
		accept: []sample{one("", "README.md", "The library is at work; a duplicate is a reason code; `bin/soi`; /var/lib/soi.\n")}}
}

// noUnfinished reads what is written by hand; words of people's messages in data files are not marks.
func noUnfinished() rule {
	reads := func(s *source) bool {
		for _, suffix := range []string{".go", ".html", ".sql", ".sh", ".md", ".css", ".js", ".toml", "Makefile", ".ci/run"} {
			if strings.HasSuffix(s.path, suffix) {
				return true
			}
		}
		return false
	}
	return rule{name: "nothing left unfinished", check: matching(unfinished, reads, "a mark of unfinished work"),
		refuse: []sample{
			one("a.go:2", "internal/desk/a.go", "package desk\n// TO"+"DO: the rest\n"),
			one("a.html:1", "internal/web/templates/a.html", "<p>Not imple"+"mented</p>"),
			one("a.sql:1", "internal/store/migrations/a.sql", "-- good enough for n"+"ow\n"),
		},
		accept: []sample{
			one("", "internal/web/templates/a.html", `<input placeholder="...">`),
			one("", "internal/desk/a.go", "package desk\n// stubborn todos of a day; before nowadays\n"),
		}}
}
