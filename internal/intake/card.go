package intake

import (
	"context"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// card is a check as it is told in a message.
type card struct {
	key       string
	rating    string // its name
	statement string
	summary   string
	link      string
	publisher string // of an imported check
	rev       int
	note      string // what the newest revision changed, and why
	withdrawn bool
}

// imported reports whether it is another publisher's.
func (c card) imported() bool { return c.publisher != "" }

// cards reads the checks behind match keys, in their order; those that are not
// public (any more, or yet) are left out.
func (in *Intake) cards(ctx context.Context, lang string, keys []string) ([]card, error) {
	var out []card
	for _, key := range keys {
		sort, id := desk.ParseKey(key)
		var c card
		var ok bool
		var err error
		switch sort {
		case "check":
			c, ok, err = in.ownCard(ctx, lang, id)
		case "imported":
			c, ok, err = in.importedCard(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		if ok && !c.withdrawn {
			out = append(out, c)
		}
	}
	return out, nil
}

// ownCard reads the newest public revision of a check of ours.
func (in *Intake) ownCard(ctx context.Context, lang string, id desk.ID) (card, bool, error) {
	rs, err := in.Desk.Published(ctx, desk.RevisionFilter{Below: in.Signed(), Verdict: id, Newest: true, Limit: 1})
	if err != nil || len(rs) == 0 || rs[0].Erased && !rs[0].Doc.Whole() { // an erasure is told as a withdrawal
		return card{}, false, err
	}
	r := rs[0]
	text, ok := r.Doc.Text(lang)
	if !ok && len(r.Doc.Texts) > 0 {
		text = r.Doc.Texts[0]
	}
	name, err := in.ratingName(ctx, lang, r.Rating)
	return card{key: desk.CheckKey(id, lang), rating: name, statement: strings.TrimSpace(text.Statement), summary: strings.TrimSpace(text.Summary),
		link: in.page(lang, "/checks/"+string(id)), rev: r.Rev, note: strings.TrimSpace(r.Doc.Note(lang)), withdrawn: r.Kind == desk.KindWithdraw}, true, err
}

// importedCard reads another publisher's check.
func (in *Intake) importedCard(ctx context.Context, id desk.ID) (card, bool, error) {
	is, err := in.Desk.ImportedByID(ctx, id)
	if err != nil || len(is) == 0 {
		return card{}, false, err
	}
	i := is[0]
	statement := i.Title
	if statement == "" {
		statement = i.Claim
	}
	return card{key: desk.ImportedKey(id), rating: i.Rating, statement: statement, link: i.URL, publisher: i.Publisher}, true, nil
}

// ratingName is the desk's own name of a rating, else the catalogue's.
func (in *Intake) ratingName(ctx context.Context, lang string, r desk.Rating) (string, error) {
	names, err := in.Desk.RatingNames(ctx)
	if err != nil {
		return "", err
	}
	if n := names[lang][r]; n != "" {
		return n, nil
	}
	return in.books[lang].Rating[string(r)], nil
}

// page is the address of a page of the site in a language.
func (in *Intake) page(lang, path string) string {
	if lang != languages()[0] {
		path = "/" + lang + path
	}
	return in.URL + path
}

// pairs are the values of a card for fill.
func (c card) pairs() []string {
	return []string{"rating", c.rating, "statement", c.statement, "summary", c.summary, "link", c.link, "publisher", c.publisher, "note", c.note}
}

// composer makes messages for one channel in one language.
type composer struct {
	in     *Intake
	limits Limits
	lang   string
	op     string
}

// message is a sentence of the catalogue with its values filled in. A summary
// that makes it too long is shortened, so that the link stays.
func (c composer) message(purpose Purpose, title, line string, pairs ...string) Outgoing {
	b := c.in.books[c.lang]
	pairs = append(pairs, "desk", c.in.Name, "site", c.in.URL)
	text := fill(b.Line[line], pairs...)
	if over := len([]rune(text)) - c.limits.TextRunes; c.limits.TextRunes > 0 && over > 0 {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == "summary" {
				pairs[i+1] = shorten(pairs[i+1], max(1, len([]rune(pairs[i+1]))-over))
			}
		}
		text = shorten(fill(b.Line[line], pairs...), c.limits.TextRunes)
	}
	return Outgoing{Op: c.op, Lang: c.lang, Purpose: purpose, Title: b.Title[title], Text: text}
}

// ask is a message with a question below it: buttons where the channel has
// enough of them, else words. Room is kept for the question.
func (c composer) ask(line string, q *Question, cards []card, pairs ...string) Outgoing {
	question, buttons := c.question(q, cards)
	if c.limits.TextRunes > 0 {
		c.limits.TextRunes = max(1, c.limits.TextRunes-len([]rune(question))-2)
	}
	m := c.message(PurposeTalk, "talk", line, pairs...)
	m.Text = strings.TrimSpace(m.Text + "\n\n" + question)
	m.Buttons = buttons
	return m
}

// question is the text of a question and its buttons.
func (c composer) question(q *Question, cards []card) (string, []Button) {
	b := c.in.books[c.lang]
	var lines []string
	var buttons []Button
	inWords := b.Line["by-word"]
	switch q.Kind {
	case QuestionDigest:
		inWords = b.Line["by-yes"]
		buttons = []Button{{Label: b.Button["join"], Data: pressJoin + "/" + string(q.Tip)}, {Label: b.Button["refuse"], Data: pressRefuse + "/" + string(q.Tip)}}
	case QuestionLeave:
		inWords = b.Line["by-yes"]
		buttons = []Button{{Label: b.Button["end"], Data: pressEnd + "/" + string(q.Tip)}, {Label: b.Button["stay"], Data: pressStay + "/" + string(q.Tip)}}
	case QuestionWhich:
		for i, x := range cards {
			n := strconv.Itoa(i + 1)
			lines = append(lines, n+". "+shorten(x.rating+": "+x.statement, 200))
			buttons = append(buttons, Button{Label: n, Data: pressPick + strconv.Itoa(i) + "/" + string(q.Tip)})
		}
		lines = append(lines, "", b.Line["ask-which"])
		buttons = append(buttons, Button{Label: b.Button["none"], Data: pressNone + "/" + string(q.Tip)})
		inWords = b.Line["by-number"]
	default:
		lines = append(lines, b.Line["ask-answered"])
		buttons = []Button{{Label: b.Button["yes"], Data: pressYes + "/" + string(q.Tip)}, {Label: b.Button["no"], Data: pressNo + "/" + string(q.Tip)}}
	}
	if c.limits.Buttons < len(buttons) {
		return strings.Join(append(lines, inWords), "\n"), nil
	}
	for i := range buttons {
		buttons[i].Label = shorten(buttons[i].Label, c.limits.LabelRunes)
	}
	return strings.Join(lines, "\n"), buttons
}

// mostOptions is how many checks the question may offer on the channel.
func (l Limits) mostOptions() int {
	if l.Buttons >= 2 {
		return min(3, l.Buttons-1)
	}
	return 3
}
