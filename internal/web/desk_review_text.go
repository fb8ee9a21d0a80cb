package web

import (
	"fmt"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// sentence is one sentence of a text under review, which a comment can name.
type sentence struct {
	Key     string // where it stands: "vi.body.3"
	Text    string
	Remarks []int // numbers of the comments on it, from 1
}

// shownField is one field of a text as paragraphs of sentences.
type shownField struct {
	Lang, Name string
	Paragraphs [][]sentence
}

// shownText is a text whose sentences can be named.
type shownText struct {
	desk.Text
	Fields map[string]shownField
}

// shownTexts cuts the texts of a document into sentences and marks those that
// have comments.
func shownTexts(texts []desk.Text, rs []desk.Remark) []shownText {
	var out []shownText
	for _, t := range texts {
		st := shownText{Text: t, Fields: map[string]shownField{}}
		for _, name := range desk.CommentFields() {
			f, n := shownField{Lang: t.Lang, Name: name}, 0
			for _, p := range paragraphs(t.Field(name)) {
				var line []sentence
				for _, s := range desk.Sentences(p) {
					line = append(line, sentence{Key: sentenceKey(t.Lang, name, n), Text: s, Remarks: remarksAt(rs, t.Lang, name, n)})
					n++
				}
				f.Paragraphs = append(f.Paragraphs, line)
			}
			st.Fields[name] = f
		}
		out = append(out, st)
	}
	return out
}

// List is the fields in the order of the page, those with words only.
func (t shownText) List() []shownField {
	var out []shownField
	for _, name := range desk.CommentFields() {
		if f := t.Fields[name]; len(f.Paragraphs) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// remarksAt are the numbers of the open comments on a sentence.
func remarksAt(rs []desk.Remark, lang, field string, place int) []int {
	var out []int
	for i, r := range rs {
		if r.Open() && r.Lang == lang && r.Field == field && r.Spot == place {
			out = append(out, i+1)
		}
	}
	return out
}

// sentenceKey names a sentence in a form.
func sentenceKey(lang, field string, place int) string {
	return fmt.Sprintf("%s.%s.%d", lang, field, place)
}

// parseKey reads what sentenceKey wrote; a place that cannot be is -1.
func parseKey(key string) (lang, field string, place int) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return "", "", -1
	}
	n, err := strconv.Atoi(parts[2])
	if err != nil {
		return "", "", -1
	}
	return parts[0], parts[1], n
}

// factsOf are the sentences that stand beside the points of the checklist:
// what can be counted, so that nobody has to count it.
func (w *words) factsOf(point string, f desk.ReviewFacts, rating desk.Rating) []string {
	switch point {
	case desk.PointSources:
		out := []string{w.n("fact.sources", f.Sources)}
		if f.Cited > f.Sources {
			out = append(out, w.n("fact.links", f.Cited))
		}
		return append(out, w.n("fact.primary", f.Primary))
	case desk.PointIndependent:
		return []string{w.n("fact.independent", f.Independent)}
	case desk.PointBothSides:
		return []string{w.t("fact.stances", "Supports", w.number(f.Stances[desk.Supports]), "Refutes", w.number(f.Stances[desk.Refutes]),
			"Context", w.number(f.Stances[desk.Context]))}
	case desk.PointBody:
		if f.Asked == 0 {
			return []string{w.t("fact.body.not-asked", "Body", f.Body)}
		}
		return []string{w.n("fact.body.asked", f.Asked), w.t("fact.body.answered", "Answered", w.number(f.Answered), "Silent", w.number(f.Silent))}
	case desk.PointUnknown:
		return []string{w.unknownFact(f)}
	case desk.PointHeadline:
		if rating != "" {
			return []string{w.t("fact.headline", "Rating", markOf(w, rating).Word)}
		}
	case desk.PointPicture:
		return []string{w.n("fact.pictures", f.Pictures)}
	}
	return nil
}

// unknownFact says in which languages the text tells what is not known.
func (w *words) unknownFact(f desk.ReviewFacts) string {
	switch len(f.Unknown) {
	case 0:
		return w.t("fact.unknown.none")
	case len(f.Langs):
		return w.t("fact.unknown.all")
	}
	var names []string
	for _, l := range f.Unknown {
		names = append(names, w.langName(l))
	}
	return w.t("fact.unknown.some", "Langs", strings.Join(names, ", "))
}
