package houserules

import (
	"go/ast"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// thirdParty are words for a person who wrote, posted, shared or asked. SCOPE.md, line 1: claims, never people.
var thirdParty = []string{"author", "authors", "username", "user name", "handle", "phone", "ip", "ip address", "remote addr", "user agent", "useragent",
	"poster", "posters", "speaker", "speakers", "sender", "senders", "referer", "referrer", "nickname", "nick", "screen name", "avatar",
	"uploader", "sharer", "submitted by", "posted by", "shared by", "asked by", "asker", "asker name", "originator", "influencer", "msisdn"}

// excusedParty allows such a word where it names no third party.
type excusedParty struct{ word, path, reason string }

var excusedParties = []excusedParty{
	{"author", "internal/desk/", "the member of staff who wrote a draft; a second person must review it"},
	{"authors", "internal/desk/", "as above"},
	{"authors", "internal/store/", "staff again: the database refuses a reviewer who is among a draft's authors"},
	{"author", "internal/store/", "as above"},
	{"author", "internal/web/desk_review.go", "the member of staff who wrote a draft, shown to the one who reviews it"},
	{"author", "internal/claimreview/print.go", "ClaimReview's name for who publishes the check: the desk itself"},
	{"author", "internal/claimreview/feeds/feed.go", "Atom's name for who publishes the feed: the desk itself"},
	{"asker", "internal/desk/", "a keyed hash whose key rotates, to count how many ask; the scope allows exactly this"},
	{"asker", "internal/store/", "as above"},
	{"submitted by", "internal/store/", "the member of staff who asked for a review"},
	{"handle", "internal/work", "a verb: the function that handles an event"},
	{"user agent", "internal/fetch/", "what the program calls itself when it fetches a page"},
	{"username", "internal/activitypub/print.go", "ActivityPub's name for what stands before the @: the desk's own account"},
	{"phone", "internal/browsertest/", "the size of a window"},
	{"ip", "internal/fetch/", "the address of a server that the program is about to reach, never written down"},
	{"phone", "internal/intake/whatsapp/", "phone_number_id, the platform's key for the desk's own number"},
	{"sender", "internal/intake/zalo/", "the platform's key for the object whose id an answer goes to; nothing else of it is read"},
	{"referrer", "internal/browsertest/", "a field of the browser's protocol"},
}

func excusedThere(p, word string) bool {
	return slices.ContainsFunc(excusedParties, func(e excusedParty) bool { return e.word == word && strings.HasPrefix(p, e.path) })
}

// noThirdParties looks at what keeps things: fields of structs with their JSON, TOML and form keys, and the names in
// SQL files. Parameters and local variables keep nothing.
func noThirdParties() rule {
	check := func(h *house) []finding {
		var found []finding
		judge := func(s *source, pos token.Pos, name string) {
			for _, w := range thirdParty {
				if holds(name, w) && !excusedThere(s.path, w) {
					found = append(found, h.at(pos, "field or key %q names a person (%q)", name, w))
				}
			}
		}
		for _, s := range h.product() {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if st, ok := n.(*ast.StructType); ok {
					for _, f := range st.Fields.List {
						for _, name := range fieldNames(f) {
							judge(s, f.Pos(), name)
						}
					}
				}
				return true
			})
		}
		for _, s := range h.where(func(s *source) bool { return strings.HasSuffix(s.path, ".sql") }) {
			for _, w := range thirdParty {
				if sqlNames(s, w) && !excusedThere(s.path, w) {
					found = append(found, finding{s.path, "a table or column names a person (" + w + ")"})
				}
			}
		}
		return found
	}
	return rule{name: "no field names a third party", check: check,
		refuse: []sample{
			one(`"Username" names a person`, "internal/desk/a.go", "package desk\ntype Tip struct { Username string }"),
			one(`"posted_by" names a person`, "internal/desk/a.go", "package desk\ntype Tip struct { P string `json:\"posted_by,omitempty\"` }"),
			one(`"AskerIP" names a person`, "internal/desk/a.go", "package desk\ntype Tip struct { AskerIP string }"),
			one(`"Author" names a person`, "internal/claimreview/a.go", "package claimreview\ntype Claim struct { Author string }"),
			one("names a person (user agent)", "internal/store/migrations/1.sql", "CREATE TABLE tip (user_agent TEXT)"),
		},
		accept: []sample{
			one("", "internal/desk/a.go", "package desk\ntype Draft struct { Author string; Description string; Skipped bool }"),
			one("", "internal/store/migrations/1.sql", "CREATE TABLE tip (description TEXT) -- no author\n"),
		}}
}

// fieldNames are a field's name and the keys of its tags.
func fieldNames(f *ast.Field) []string {
	var names []string
	for _, id := range f.Names {
		names = append(names, id.Name)
	}
	if f.Tag == nil {
		return names
	}
	raw, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return names
	}
	for _, format := range []string{"json", "toml", "xml", "form"} {
		if key, _, _ := strings.Cut(reflect.StructTag(raw).Get(format), ","); key != "" {
			names = append(names, key)
		}
	}
	return names
}

// noThirdPartyKeys: nor do keys of log lines and of maps written as literals, where the keys of exports and answers are.
func noThirdPartyKeys() rule {
	check := func(h *house) []finding {
		var found []finding
		judge := func(s *source, e ast.Expr) {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || len(strings.Fields(lit.Value)) != 1 {
				return
			}
			for _, w := range thirdParty {
				if holds(strings.Trim(lit.Value, "`\""), w) && !excusedThere(s.path, w) {
					found = append(found, h.at(e.Pos(), "key %s names a person (%q)", lit.Value, w))
				}
			}
		}
		for _, s := range h.product() {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if kv, ok := n.(*ast.KeyValueExpr); ok {
					judge(s, kv.Key)
				}
				return true
			})
			calls(s.ast, func(call *ast.CallExpr, name string) {
				if logs(name) {
					for _, arg := range call.Args {
						judge(s, arg)
					}
				}
			})
		}
		return found
	}
	return rule{name: "no key names a third party", check: check,
		refuse: []sample{
			one(`key "ip" names`, "internal/web/a.go", "package web\nimport \"log/slog\"\nfunc f(a string) { slog.Info(\"asked\", \"ip\", a) }"),
			one(`key "user_agent" names`, "internal/web/a.go", "package web\nfunc f(log interface{ Warn(string, ...any) }, a string) { log.Warn(\"asked\", \"user_agent\", a) }"),
			one(`key "author" names`, "internal/claimreview/a.go", "package claimreview\nfunc f(a string) any { return map[string]string{\"author\": a} }"),
		},
		accept: []sample{one("", "internal/web/a.go", "package web\nimport \"log/slog\"\nfunc f() { slog.Info(\"the author is not kept\", \"claim\", 1) }")}}
}

// logs tells whether a call writes to a log.
func logs(name string) bool {
	last := name[strings.LastIndex(name, ".")+1:]
	return strings.HasPrefix(name, "slog.") || slices.Contains([]string{"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext", "With", "LogAttrs"}, last)
}

// addressReaders may look at the address of a visitor: to count requests by a keyed hash in memory (design: rate limits
// without stored addresses), or to ask whether a proxy in front is trusted.
var addressReaders = []string{"internal/web/limits.go"}

// namesItself is where the program fills in its own name for a request that it sends.
const namesItself = "internal/fetch/client.go"

// noAddressReaders: nothing else reads who is at the other end of a connection.
func noAddressReaders() rule {
	headers := regexp.MustCompile(`(?i)^(user-agent|referer|x-forwarded-for|x-real-ip|forwarded|cf-connecting-ip|true-client-ip|via)$`)
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.product() {
			if slices.Contains(addressReaders, s.path) || s.path == namesItself || within(s, "browsertest", "store/pgtest") {
				continue
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if slices.Contains([]string{"RemoteAddr", "UserAgent", "Referer"}, n.Sel.Name) {
						found = append(found, h.at(n.Pos(), "%s is for %s alone", exprText(n), strings.Join(addressReaders, ", ")))
					}
				case *ast.CallExpr:
					if strings.HasSuffix(exprText(n.Fun), ".Get") || strings.HasSuffix(exprText(n.Fun), ".Values") {
						for _, a := range n.Args {
							if lit, ok := a.(*ast.BasicLit); ok && headers.MatchString(strings.Trim(lit.Value, "`\"")) {
								found = append(found, h.at(n.Pos(), "header %s is for %s alone", lit.Value, strings.Join(addressReaders, ", ")))
							}
						}
					}
				}
				return true
			})
		}
		return found
	}
	return rule{name: "nothing reads addresses", check: check,
		refuse: []sample{
			one("r.RemoteAddr is for", "internal/web/a.go", "package web\nimport \"net/http\"\nfunc f(r *http.Request) string { return r.RemoteAddr }"),
			one("r.UserAgent is for", "internal/api/a.go", "package api\nimport \"net/http\"\nfunc f(r *http.Request) string { return r.UserAgent() }"),
			one(`header "X-Forwarded-For"`, "internal/web/a.go", "package web\nimport \"net/http\"\nfunc f(r *http.Request) string { return r.Header.Get(\"X-Forwarded-For\") }"),
		},
		accept: []sample{one("", "internal/web/limits.go", "package web\nimport \"net/http\"\nfunc f(r *http.Request) string { return r.RemoteAddr }")}}
}

// removal are words for what soi never does: SCOPE.md, lines 3 and 4.
var removal = []string{"takedown", "takedowns", "take down", "report to platform", "platform report", "report abuse", "abuse report", "blocklist", "block list",
	"blacklist", "denylist", "police", "law enforcement", "escalate", "escalation", "deplatform", "shadowban", "ban user",
	"retweet", "repost", "crosspost", "cross post", "autopost", "auto post", "share to", "follow us", "like us", "follow button", "like button",
	"like count", "share count", "ask to share", "post to facebook", "post to zalo"}

// viewpoints are words for what soi never labels: SCOPE.md, line 2.
var viewpoints = []string{"sentiment", "loyalty", "ideology", "ideological", "viewpoint", "viewpoints", "partisan", "leaning", "political leaning",
	"hostility", "reactionary", "toxicity", "troll", "propaganda", "hate speech", "dissent", "attitude"}

// wordless makes a rule that no declared name, SQL name, file name, catalogue key or route holds one of the words.
func wordless(name string, words []string, what string) rule {
	check := func(h *house) []finding {
		var found []finding
		for _, s := range h.goFiles() {
			if within(s, "houserules") {
				continue
			}
			names := declared(s.ast)
			if !within(s, "text") { // its texts are lists of words that messages hold: "retweet" begins a forwarded one
				names = append(names, literals(s.ast)...)
			}
			for _, n := range names {
				for _, w := range words {
					if holds(n.name, w) {
						found = append(found, h.at(n.pos, "%s %q %s (%q)", n.kind, n.name, what, w))
					}
				}
			}
		}
		for _, s := range h.files {
			for _, w := range words {
				if holds(s.path, w) || strings.HasSuffix(s.path, ".sql") && sqlNames(s, w) || within(s, "web") && strings.HasSuffix(s.path, ".toml") && catalogueKey(s, w) {
					found = append(found, finding{s.path, "a name " + what + " (" + w + ")"})
				}
			}
		}
		return found
	}
	return rule{name: name, check: check}
}

// literals are texts in the code that look like a route, a key or a command: one word, no space.
func literals(file *ast.File) []named {
	var found []named
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && len(lit.Value) < 60 {
			text := strings.Trim(lit.Value, "`\"")
			for _, method := range []string{"GET ", "POST ", "PUT ", "DELETE "} {
				text = strings.TrimPrefix(text, method)
			}
			if !strings.ContainsAny(text, " \n") {
				found = append(found, named{text, lit.Pos(), "text"})
			}
		}
		return true
	})
	return found
}

func catalogueKey(s *source, word string) bool {
	for _, key := range regexp.MustCompile(`(?m)^\s*\[?"?([A-Za-z0-9_.-]+)`).FindAllStringSubmatch(s.text, -1) {
		if holds(key[1], word) {
			return true
		}
	}
	return false
}

// noRemoval: it answers, it does not remove; and it speaks under its own name only.
func noRemoval() rule {
	r := wordless("it does not remove", removal, "is for removing or for speaking elsewhere")
	r.refuse = []sample{
		one("is for removing", "internal/desk/a.go", "package desk\nfunc RequestTakedown() {}"),
		one("is for removing", "internal/web/a.go", "package web\nconst route = \"POST /desk/report-to-platform\""),
		one("is for removing", "internal/store/migrations/1.sql", "CREATE TABLE block_list (id TEXT)"),
		one("is for removing", "internal/web/words/en.toml", "share_to = \"Tell others\""),
		one("is for removing", "internal/web/templates/police.html", ""),
	}
	r.accept = []sample{one("", "internal/desk/a.go", "package desk\nfunc looksLike(a string) bool { return a == \"it does not take down\" }")}
	return r
}

// noViewpoints: facts, never opinions.
func noViewpoints() rule {
	r := wordless("no label for a viewpoint", viewpoints, "is a label for a viewpoint")
	r.refuse = []sample{
		one("is a label", "internal/match/a.go", "package match\nfunc sentimentOf(s string) int { return 0 }"),
		one("is a label", "internal/desk/a.go", "package desk\nconst kind = \"political-leaning\""),
	}
	r.accept = []sample{one("", "internal/desk/a.go", "package desk\n// No sentiment is guessed.\nconst kind = \"not-factual\"")}
	return r
}
