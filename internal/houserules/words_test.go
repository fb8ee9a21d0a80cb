package houserules

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// avoided are words beyond the last column of GLOSSARY.md that people of the field do not use for our things either.
// Words that also have an honest technical meaning (post, label, score, report, ticket, reference, target) are left to
// the reader of a change.
var avoided = []string{"rumour", "rumours", "rumor", "rumors", "submission", "submissions", "submitter", "submitters", "article", "articles",
	"moderation", "moderator", "case number", "newsletter", "complaint", "complaints"}

// excusedWord allows a word on an avoid list as a name in some files, with the reason.
type excusedWord struct{ word, prefix, reason string }

var excusedWords = []excusedWord{
	{"item", "internal/web/", "RSS and JSON Feed call their elements item"},
	{"items", "internal/web/", "JSON Feed's key"},
	{"item", "internal/claimreview/", "schema.org's itemReviewed and ItemList"},
	{"items", "internal/claimreview/", "schema.org's itemListElement"},
	{"user", "internal/auth/", "the passkey library's name for who signs in"},
	{"user", "internal/store/pgtest/", "PostgreSQL's name for an account"},
	{"user", "internal/browsertest/", "WebAuthn's name for who signs in"},
	{"user", "cmd/soi/", "soi user is the name of a command"},
	{"user", "internal/fetch/", "the standard name of the header by which the program names itself"},
	{"hook", "internal/store/", "the SQLite driver's name"},
	{"article", "internal/fetch/", "the text of a page of a newspaper"},
	{"invalid", "internal/", "an error kind for input that a verb refuses is ErrInvalid; the glossary's row is about claims"},
	{"invalid", "cmd/", "as above"},
}

// glossaryWords reads the last column of the table in GLOSSARY.md.
func glossaryWords(h *house) []string {
	s := h.file("GLOSSARY.md")
	if s == nil {
		return nil
	}
	var words []string
	for _, line := range strings.Split(s.text, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.Contains(line, "---") || strings.TrimSpace(cells[4]) == "not" {
			continue
		}
		for _, w := range strings.Split(cells[4], ",") {
			if w = strings.ToLower(strings.TrimSpace(w)); w != "" && !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	return words
}

func excusedHere(s *source, word string) bool {
	return slices.ContainsFunc(excusedWords, func(e excusedWord) bool { return e.word == word && strings.HasPrefix(s.path, e.prefix) })
}

// staleNames: no type, function, variable, field, template file, table or column bears a word of the avoid lists.
func staleNames() rule {
	check := func(h *house) []finding {
		words := append(glossaryWords(h), avoided...)
		slices.Sort(words)
		words = slices.Compact(words)
		var found []finding
		for _, s := range h.goFiles() {
			if within(s, "houserules") {
				continue
			}
			for _, n := range declared(s.ast) {
				for _, w := range words {
					if holds(n.name, w) && !excusedHere(s, w) {
						found = append(found, h.at(n.pos, "%s %s: the glossary does not use %q", n.kind, n.name, w))
					}
				}
			}
		}
		for _, s := range h.where(func(s *source) bool { return strings.HasSuffix(s.path, ".sql") || strings.HasSuffix(s.path, ".html") }) {
			for _, w := range words {
				if holds(s.path[strings.LastIndex(s.path, "/")+1:], w) || strings.HasSuffix(s.path, ".sql") && sqlNames(s, w) {
					found = append(found, finding{s.path, fmt.Sprintf("the glossary does not use %q", w)})
				}
			}
		}
		return found
	}
	glossary := "| en | vi | meaning | not |\n|---|---|---|---|\n| tip | tin | what came | submission, thingy |\n"
	with := func(want, p, text string) sample {
		return sample{want, map[string]string{"GLOSSARY.md": glossary, p: text}}
	}
	return rule{name: "stale names", check: check,
		refuse: []sample{
			with(`does not use "thingy"`, "internal/desk/a.go", "package desk\nfunc openThingy() {}"),
			with(`does not use "rumour"`, "internal/desk/a.go", "package desk\ntype Claim struct { RumourText string }"),
			with(`does not use "case number"`, "internal/desk/a.go", "package desk\nvar caseNumber = 1"),
			with(`does not use "submission"`, "internal/store/migrations/1.sql", "CREATE TABLE submission (id TEXT);"),
			with(`does not use "newsletter"`, "internal/web/templates/newsletter.html", "<p></p>"),
		},
		accept: []sample{
			with("", "internal/desk/a.go", "package desk\nimport \"net/http\"\n// A rumour in a comment.\nvar method = http.MethodPost"),
			with("", "internal/web/feed.go", "package web\ntype rss struct { Items []string }"),
		}}
}

// sqlNames tells whether a name in a statement holds the word; comments and quoted texts are no names.
func sqlNames(s *source, word string) bool {
	text := regexp.MustCompile(`--[^\n]*|'[^']*'`).ReplaceAllString(s.text, " ")
	return slices.ContainsFunc(regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`).FindAllString(text, -1), func(name string) bool { return holds(name, word) })
}

// visible is what a person reads of a template: no actions, no tags, no attributes.
func visible(template string) string {
	text := regexp.MustCompile(`(?s)\{\{.*?\}\}|<(script|style)\b.*?</(script|style)>|<!--.*?-->|<[^>]*>`).ReplaceAllString(template, " ")
	return html.UnescapeString(text)
}

// staleWords: no page and no message says one of the words either. Catalogues are TOML files of key = "text" lines; the
// text after the first = is what is read.
func staleWords() rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.where(func(s *source) bool { return within(s, "web") && !s.test() }) {
			var text string
			switch {
			case strings.HasSuffix(s.path, ".html"):
				text = visible(s.text)
			case strings.HasSuffix(s.path, ".toml"):
				text = regexp.MustCompile(`(?m)^[^=\n]*=`).ReplaceAllString(s.text, "")
			}
			for _, w := range avoided {
				if regexp.MustCompile(`(?i)\b` + w + `\b`).MatchString(text) {
					found = append(found, finding{s.path, fmt.Sprintf("says %q to a visitor", w)})
				}
			}
		}
		return found
	}
	return rule{name: "stale words on pages", check: check,
		refuse: []sample{
			one(`says "rumour"`, "internal/web/templates/a.html", "<h1>Ask about a rumour</h1>"),
			one(`says "complaint"`, "internal/web/words/en.toml", "appeal = \"Make a complaint\""),
		},
		accept: []sample{
			one("", "internal/web/templates/a.html", "<article class=\"submission\">{{.Rumour}} Ask about a claim</article>"),
			one("", "internal/web/words/en.toml", "article = \"Explainer\""),
		}}
}
