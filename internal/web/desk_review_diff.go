package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"soi/internal/desk"
)

// langChanges is what differs for the readers of one language; Lang is "" for
// what all of them see alike.
type langChanges struct {
	Lang    string
	Changes []change
}

// Was are the runs of words of the text before, Is those of the text now: the
// two sides of a difference.
func (c change) Was() []span { return side(c.Spans, "ins") }

// Is is the other side; see Was.
func (c change) Is() []span { return side(c.Spans, "del") }

// side leaves out what is not on this side.
func side(in []span, without string) []span {
	return slices.DeleteFunc(slices.Clone(in), func(s span) bool { return s.Op == without })
}

// changesOf lists everything that differs between two documents, what all
// readers see alike first: nothing that a reviewer approves is left out,
// whatever part of a document it is in.
func changesOf(before, after desk.Document) []langChanges {
	var shared []change
	var out []langChanges
	for _, l := range written() {
		_, had := before.Text(l)
		_, has := after.Text(l)
		var own []change
		for _, c := range changesBetween(before, after, l) {
			switch {
			case slices.Contains([]string{"rating", "added", "removed", "altered"}, c.Field):
				if out == nil && len(shared) < 4 && !slices.ContainsFunc(shared, func(s change) bool { return s.Field == c.Field }) {
					shared = append(shared, c)
				}
			case had || has:
				own = append(own, c)
			}
		}
		if len(own) > 0 {
			out = append(out, langChanges{l, own})
		}
	}
	shared = append(shared, otherChanges(before, after)...)
	if len(shared) > 0 {
		out = append([]langChanges{{"", shared}}, out...)
	}
	return out
}

// otherChanges compares the parts of two documents that have no comparison of
// their own, by the names they have in the document.
func otherChanges(before, after desk.Document) []change {
	a, b := otherParts(before), otherParts(after)
	var names []string
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []change
	for _, name := range names {
		if was, is := asLines(a[name]), asLines(b[name]); was != is {
			out = append(out, change{Field: "other", Name: name, Spans: diffWords(was, is)})
		}
	}
	return out
}

// otherParts are the members of a document but for those that are compared by
// themselves or differ by nature.
func otherParts(d desk.Document) map[string]any {
	d.Nonce, d.Schema, d.Rating, d.Texts, d.Evidence = "", "", "", nil, nil
	d.Rev, d.Kind, d.Reason, d.Approvals, d.Emergency = 0, "", "", 0, false
	b, err := json.Marshal(d)
	if err != nil {
		return nil // a document that was read from JSON always can
	}
	var m map[string]any
	_ = json.Unmarshal(b, &m)
	for _, name := range []string{"nonce", "schema", "verdict", "rev", "kind", "approvals"} {
		delete(m, name)
	}
	return m
}

// asLines writes a part of a document as lines of words, members by name.
func asLines(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var lines []string
		for _, x := range v {
			lines = append(lines, asLines(x))
		}
		return strings.Join(lines, "\n")
	case map[string]any:
		var names, lines []string
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			lines = append(lines, strings.ReplaceAll(name, "_", " ")+": "+asLines(v[name]))
		}
		return strings.Join(lines, "\n")
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// alteredSources lists the sources that both documents cite and that say
// something else, or are rated otherwise, in the later one.
func alteredSources(old, now []desk.DocEvidence) (links []desk.DocEvidence, spans []span) {
	for i, e := range now {
		j := slices.IndexFunc(old, func(o desk.DocEvidence) bool { return o.URL == e.URL })
		if j < 0 || old[j] == e || slices.ContainsFunc(now[:i], func(x desk.DocEvidence) bool { return x.URL == e.URL }) {
			continue
		}
		links = append(links, e)
		spans = append(spans, diffWords(evidenceLines(old[j]), evidenceLines(e))...)
		spans = append(spans, span{Text: "\n\n"})
	}
	return links, spans
}

// evidenceLines writes a source as lines of words.
func evidenceLines(e desk.DocEvidence) string {
	b, err := json.Marshal(e)
	if err != nil {
		return e.URL // a source that was read from JSON always can
	}
	var m map[string]any
	_ = json.Unmarshal(b, &m)
	return asLines(m)
}

// nameParts puts the names of other parts of the document into words; one that
// has no words yet keeps the name it has in the document.
func (w *words) nameParts(all []langChanges) []langChanges {
	for _, l := range all {
		for i, c := range l.Changes {
			if key := "docpart." + c.Name; c.Name != "" && w.keys[key] {
				l.Changes[i].Name = w.t(key)
			}
		}
	}
	return all
}
