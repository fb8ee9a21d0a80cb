package post

import (
	"encoding/json"
	"slices"
	"strings"
)

// thing is one object of JSON-LD.
type thing map[string]any

// maxThings bounds how many objects of a page are looked at.
const maxThings = 500

// linkedThings reads JSON-LD and lists its objects, outer before inner.
// Comments are among them: for their names.
func linkedThings(s string) []thing {
	var v any
	if json.Unmarshal([]byte(strings.TrimSpace(s)), &v) != nil {
		return nil
	}
	var out []thing
	var walk func(v any, deep int)
	walk = func(v any, deep int) {
		if deep > 12 || len(out) >= maxThings {
			return
		}
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x, deep+1)
			}
		case map[string]any:
			out = append(out, thing(v))
			keys := make([]string, 0, len(v))
			for k := range v {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			for _, k := range keys {
				walk(v[k], deep+1)
			}
		}
	}
	walk(v, 0)
	return out
}

// str is a member that is a string, "" otherwise.
func (t thing) str(key string) string {
	s, _ := t[key].(string)
	return s
}

// is reports whether the object is of one of the types.
func (t thing) is(types ...string) bool {
	switch v := t["@type"].(type) {
	case string:
		return slices.Contains(types, v)
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { s, ok := x.(string); return ok && slices.Contains(types, s) })
	}
	return false
}

// makers are the members that say who made something.
var makers = []string{"author", "creator", "publisher", "editor", "contributor", "sender", "accountablePerson", "copyrightHolder", "provider", "uploader"}

// addNames adds the names in an object: of a person or house, and of who made
// it.
func (t thing) addNames(l *nameList) {
	if t.is("Person", "Organization", "PerformingGroup", "ProfilePage") {
		for _, key := range []string{"name", "alternateName", "givenName", "url", "sameAs", "@id"} {
			l.name(t.str(key))
		}
		l.handle(t.str("alternateName"))
		l.handle(t.str("identifier"))
	}
	for _, key := range makers {
		switch v := t[key].(type) {
		case string:
			l.name(v)
		case map[string]any:
			l.name(thing(v).str("name"))
			l.name(thing(v).str("url"))
			l.handle(thing(v).str("alternateName"))
		}
	}
}

// postTypes are the types of objects that are a post.
var postTypes = []string{"SocialMediaPosting", "DiscussionForumPosting", "BlogPosting", "Question", "VideoObject", "ImageObject", "Article", "NewsArticle",
	"Message", "LiveBlogPosting"}
