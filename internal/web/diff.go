package web

import (
	"slices"
	"strings"
	"unicode"

	"soi/internal/desk"
)

// change is one field that differs between two revisions.
type change struct {
	Field string // claim, statement, summary, body, unknown, rating, added, removed, altered, other
	Name  string // of another part of the document
	Spans []span // for texts
	From  desk.Rating
	To    desk.Rating
	Links []desk.DocEvidence // for sources
}

// span is a run of words that stayed, went or came.
type span struct {
	Op   string // "", "del" or "ins"
	Text string
}

// changesBetween lists what a reader of lang sees differ between two
// documents, in the order of the page.
func changesBetween(old, now desk.Document, lang string) []change {
	var out []change
	if old.Rating != now.Rating {
		out = append(out, change{Field: "rating", From: old.Rating, To: now.Rating})
	}
	a, b := textFor(old, lang), textFor(now, lang)
	for _, f := range []struct{ name, a, b string }{
		{"statement", a.Statement, b.Statement}, {"claim", a.Claim, b.Claim}, {"summary", a.Summary, b.Summary},
		{"body", a.Body, b.Body}, {"unknown", a.Unknown, b.Unknown},
	} {
		if f.a != f.b {
			out = append(out, change{Field: f.name, Spans: diffWords(f.a, f.b)})
		}
	}
	if gone := missing(old.Evidence, now.Evidence); len(gone) > 0 {
		out = append(out, change{Field: "removed", Links: gone})
	}
	if came := missing(now.Evidence, old.Evidence); len(came) > 0 {
		out = append(out, change{Field: "added", Links: came})
	}
	if links, spans := alteredSources(old.Evidence, now.Evidence); len(links) > 0 {
		out = append(out, change{Field: "altered", Links: links, Spans: spans})
	}
	return out
}

// missing lists the sources of a that b does not cite.
func missing(a, b []desk.DocEvidence) []desk.DocEvidence {
	var out []desk.DocEvidence
	for _, e := range a {
		if !slices.ContainsFunc(b, func(o desk.DocEvidence) bool { return o.URL == e.URL }) {
			out = append(out, e)
		}
	}
	return out
}

// diffMost bounds the table of a comparison, in cells. Longer texts are
// shown whole, first as they were, then as they are.
const diffMost = 4_000_000

// diffWords compares two texts word by word: the longest common sequence
// stays, the rest went or came.
func diffWords(a, b string) []span {
	x, y := tokensOf(a), tokensOf(b)
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	var out []span
	out = push(out, "", x[:head])
	out = append(out, middle(x[head:len(x)-tail], y[head:len(y)-tail])...)
	return tidySpans(push(out, "", x[len(x)-tail:]))
}

// tidySpans moves the spaces after words that went or came out of their
// span, so that lines through and under words end with the word.
func tidySpans(in []span) []span {
	var out []span
	for _, s := range in {
		text := strings.TrimRightFunc(s.Text, unicode.IsSpace)
		if s.Op == "" || text == s.Text {
			out = push(out, s.Op, []string{s.Text})
			continue
		}
		out = push(out, s.Op, []string{text})
		out = push(out, "", []string{s.Text[len(text):]})
	}
	return out
}

// middle compares what is left between a common beginning and end.
func middle(x, y []string) []span {
	if len(x)*len(y) > diffMost {
		return push(push(nil, "del", x), "ins", y)
	}
	// most[i][j] is the length of the longest common sequence of x[i:], y[j:].
	most := make([][]int32, len(x)+1)
	for i := range most {
		most[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				most[i][j] = most[i+1][j+1] + 1
			} else {
				most[i][j] = max(most[i+1][j], most[i][j+1])
			}
		}
	}
	var out []span
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			out = push(out, "", x[i:i+1])
			i, j = i+1, j+1
		case i < len(x) && (j == len(y) || most[i+1][j] >= most[i][j+1]):
			out = push(out, "del", x[i:i+1])
			i++
		default:
			out = push(out, "ins", y[j:j+1])
			j++
		}
	}
	return out
}

// push adds words to the last span if it has the same fate.
func push(out []span, op string, toks []string) []span {
	text := strings.Join(toks, "")
	if text == "" {
		return out
	}
	if n := len(out); n > 0 && out[n-1].Op == op {
		out[n-1].Text += text
		return out
	}
	return append(out, span{op, text})
}

// tokensOf cuts a text into words, each with the spaces after it; joined they
// are the text.
func tokensOf(s string) []string {
	var out []string
	start, gap := 0, false
	for i, r := range s {
		if unicode.IsSpace(r) {
			gap = true
		} else if gap {
			out = append(out, s[start:i])
			start, gap = i, false
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
