package evidence

import (
	"net/url"
	"strings"
)

// need is a kind of thing that a page needs to be shown.
type need string

// The kinds.
const (
	needStyle   need = "style"
	needPicture need = "picture"
	needOther   need = "other" // what a style refers to: a picture or a font
)

// resolver gives the address that takes the place of one that a page names; ""
// leaves it out.
type resolver func(absolute string, kind need) string

// rewriteCSS replaces every address in a style by what resolve says. What it
// does not recognise as an address stays; a page of ours forbids the browser to
// fetch it.
func rewriteCSS(css string, base *url.URL, resolve resolver) string {
	var out strings.Builder
	for i := 0; i < len(css); {
		rest := css[i:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return out.String()
			}
			i += end + 4
		case rest[0] == '"' || rest[0] == '\'':
			n := quoted(rest)
			out.WriteString(rest[:n])
			i += n
		case hasFold(rest, "@import"):
			n := importRule(rest, base, resolve, &out)
			i += n
		case hasFold(rest, "url("):
			address, n := urlToken(rest)
			out.WriteString(`url("` + cssString(replaced(address, base, needOther, resolve)) + `")`)
			i += n
		default:
			out.WriteByte(rest[0])
			i++
		}
	}
	return out.String()
}

// importRule replaces one @import and returns how long it was.
func importRule(rest string, base *url.URL, resolve resolver, out *strings.Builder) int {
	i := len("@import")
	for i < len(rest) && strings.ContainsRune(" \t\r\n\f", rune(rest[i])) {
		i++
	}
	var address string
	switch tail := rest[i:]; {
	case tail == "":
		return i
	case tail[0] == '"' || tail[0] == '\'':
		n := quoted(tail)
		address = strings.Trim(tail[:n], `"'`)
		i += n
	case hasFold(tail, "url("):
		a, n := urlToken(tail)
		address = a
		i += n
	default:
		out.WriteString("@import ")
		return i
	}
	if to := replaced(address, base, needStyle, resolve); to != "" {
		out.WriteString(`@import url("` + cssString(to) + `")`)
	} else if end := strings.IndexByte(rest[i:], ';'); end >= 0 {
		i += end + 1
	}
	return i
}

// replaced is what an address becomes. data: stays, fragments stay, all else is
// resolved.
func replaced(address string, base *url.URL, kind need, resolve resolver) string {
	address = strings.TrimSpace(address)
	if address == "" || strings.HasPrefix(address, "#") {
		return address
	}
	if hasFold(address, "data:") {
		return address
	}
	u, err := base.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return resolve(u.String(), kind)
}

// urlToken reads url(…) at the start of s.
func urlToken(s string) (address string, n int) {
	i := len("url(")
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		q := quoted(s[i:])
		address = strings.Trim(s[i:i+q], `"'`)
		i += q
		if end := strings.IndexByte(s[i:], ')'); end >= 0 {
			return unescapeCSS(address), i + end + 1
		}
		return unescapeCSS(address), len(s)
	}
	end := strings.IndexByte(s[i:], ')')
	if end < 0 {
		return "", len(s)
	}
	return unescapeCSS(s[i : i+end]), i + end + 1
}

// quoted is the length of the string at the start of s, with its marks; a
// string that does not end on its line ends there.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		case '\n':
			return i
		}
	}
	return len(s)
}

// unescapeCSS undoes the escapes that addresses are written with: a backslash
// before a mark.
func unescapeCSS(s string) string {
	if !strings.Contains(s, `\`) {
		return strings.TrimSpace(s)
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`()"' \`, s[i+1]) >= 0 {
			i++
		}
		out.WriteByte(s[i])
	}
	return strings.TrimSpace(out.String())
}

// cssString escapes what would end a string of CSS.
func cssString(s string) string {
	return strings.NewReplacer(`\`, `%5C`, `"`, `%22`, "\n", "", "\r", "").Replace(s)
}

// hasFold is strings.HasPrefix without regard to the case of ASCII letters;
// prefix is in small letters.
func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
