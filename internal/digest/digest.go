// Package digest composes digests: what an edition tells one reader, as plain
// text, as HTML that survives old mail programs, and as lines for a page or a
// feed.
//
// Owns: which lines a digest has, their order, and how they are written down.
//
// Does not own: what happened (desk), the sentences (the caller's catalogue),
// when editions are made and how they are sent (app).
//
// Start reading at: Compose.
package digest

import (
	"slices"
	"strings"

	"soi/internal/desk"
)

// Words are the sentences and the writing of dates in one language. Pairs are
// name, value, name, value.
type Words interface {
	// T is the sentence of a key.
	T(key string, pairs ...any) string
	// N is the sentence of a key with plural forms.
	N(key string, n int, pairs ...any) string
	// Moment writes the hour of an edition.
	Moment(e desk.Edition) string
	// Rating is the word of a rating; of a withdrawn check for "".
	Rating(r desk.Rating) string
}

// Reader is whom a digest is composed for.
type Reader struct {
	Lang  string
	Desk  string // name of the desk
	URL   string // public address with the language's prefix: "https://desk.example/vi"
	Leave string // address of the page that ends the subscription; "" for none
	Staff bool   // reads what waits
}

// Line is one thing a digest tells.
type Line struct {
	Mark string // a rating, a kind of change, a reason to look; "" for none
	Text string
	Lang string // of Text, if it is not the reader's
	Path string // within the site
	Link string // of somebody else's page
	Note string
}

// Section is the lines of one sort.
type Section struct {
	Key   string // "asked", "answered", "changed", "press" or "waiting"
	Title string
	Lines []Line
	Note  string
}

// Digest is an edition for one reader.
type Digest struct {
	Reader   Reader
	Title    string
	When     string
	Late     string // that it was made late; "" if it was not
	Nothing  string // the one line that is said when there is nothing to say
	Sections []Section
	Foot     []string
	Name     string // of the edition in addresses
	words    Words
}

// Compose puts an edition into words.
func Compose(n desk.DigestNews, r Reader, w Words) Digest {
	when := w.Moment(n.Edition)
	d := Digest{Reader: r, Title: w.T("digest.mail.title", "Desk", r.Desk, "When", when), When: when, Name: n.Edition.Name(), words: w}
	if n.Edition.Late() {
		d.Late = w.T("digest.late")
	}
	if r.Staff && n.Waiting != nil {
		d.add("waiting", waiting(n.Waiting, w), "")
	}
	d.add("changed", changed(n.Changed, r, w), "")
	d.add("answered", answered(n.Checks, r, w), "")
	gone := ""
	if n.Gone > 0 && len(n.Asked) > 0 {
		gone = w.N("digest.gone", n.Gone)
	}
	d.add("asked", asked(n.Asked, r, w), gone)
	d.add("press", press(n.Press, w), "")
	if len(d.Sections) == 0 {
		d.Nothing = w.T("digest.nothing")
	}
	d.Foot = append(d.Foot, w.T("digest.foot", "Desk", r.Desk))
	return d
}

// add puts a section in that has lines.
func (d *Digest) add(key string, lines []Line, note string) {
	if len(lines) > 0 {
		d.Sections = append(d.Sections, Section{Key: key, Title: d.words.T("digest." + key), Lines: lines, Note: note})
	}
}

// asked lists open questions. Numbers under ten are never told: a question that
// few ask has no number at all.
func asked(qs []desk.Question, r Reader, w Words) (out []Line) {
	for _, q := range qs {
		l := Line{Text: q.Text, Lang: foreign(q.Lang, r), Path: "/"}
		if q.Band != desk.BandFew && slices.Contains(desk.Bands(), q.Band) {
			l.Note = w.T("digest.band." + string(q.Band))
		}
		out = append(out, l)
	}
	return out
}

// answered lists checks: the rating first, then what is true, never the claim
// alone.
func answered(cs []desk.DigestCheck, r Reader, w Words) (out []Line) {
	for _, c := range cs {
		t, ok := textOf(c.Text, r.Lang)
		if !ok {
			continue
		}
		l := Line{Mark: w.Rating(c.Now.Rating), Text: t.Statement, Lang: foreign(t.Lang, r), Path: "/checks/" + string(c.Now.Verdict), Note: t.Summary}
		if c.Now.Kind == desk.KindWithdraw {
			l.Mark, l.Note = w.Rating(""), c.Now.Doc.Note(r.Lang)
		}
		out = append(out, l)
	}
	return out
}

// changed lists corrections, withdrawals and restorations with their reason.
func changed(cs []desk.DigestCheck, r Reader, w Words) (out []Line) {
	for _, c := range cs {
		t, ok := textOf(c.Text, r.Lang)
		if !ok {
			continue
		}
		l := Line{Mark: w.T("kind." + string(c.Then.Kind)), Text: t.Statement, Lang: foreign(t.Lang, r), Path: "/checks/" + string(c.Now.Verdict)}
		if !c.Then.Erased {
			l.Note = c.Then.Doc.Note(r.Lang)
		}
		out = append(out, l)
	}
	return out
}

// press lists stories with the outlets that printed them.
func press(ss []desk.DigestStory, w Words) (out []Line) {
	for _, s := range ss {
		out = append(out, Line{Text: s.Title, Link: s.Link, Note: w.T("digest.outlets", "Names", strings.Join(s.Outlets, ", "))})
	}
	return out
}

// waiting lists what waits for a member of staff, each claim once, under the
// most pressing reason. A sentence that nobody of staff wrote holds an asker's
// words: it does not go out.
func waiting(ww *desk.DigestWaiting, w Words) (out []Line) {
	seen := map[desk.ID]bool{}
	for _, part := range []struct {
		key  string
		list []desk.Queued
	}{{"late", ww.Late}, {"review", ww.Review}, {"mine", ww.Mine}} {
		for _, q := range part.list {
			if seen[q.Claim.ID] {
				continue
			}
			seen[q.Claim.ID] = true
			l := Line{Mark: w.T("digest.waiting." + part.key), Text: w.T("digest.untyped"), Path: "/desk/claims/" + string(q.Claim.ID)}
			if q.Claim.Typed && strings.TrimSpace(q.Claim.Text) != "" {
				l.Text = q.Claim.Text
			}
			out = append(out, l)
		}
	}
	return out
}

// textOf is the text in a language, or the first there is; false for a check
// none of whose texts is public any more.
func textOf(d desk.Document, lang string) (desk.Text, bool) {
	if t, ok := d.Text(lang); ok {
		return t, true
	}
	if len(d.Texts) == 0 {
		return desk.Text{}, false
	}
	return d.Texts[0], true
}

// foreign is the language of a text if it is not the reader's.
func foreign(lang string, r Reader) string {
	if lang == r.Lang {
		return ""
	}
	return lang
}
