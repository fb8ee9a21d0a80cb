package report

import (
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Sizes of a chart, in its own units, which are pixels on a phone: a name above
// each bar, so that nothing shrinks where there is little room.
const (
	chartWidth = 360
	barRoom    = 240 // what is left holds "fewer than 10", or a time
	rowHeight  = 42
	barHeight  = 14
	nameRunes  = 46
)

// Chart draws a part as bars with their names and numbers beside them: what it
// says rests on lengths and words, never on colour. Colours come from the
// page's style, so that it is right in the dark and in print. id tells charts
// of one page apart.
func Chart(p Part, id string) template.HTML {
	var b strings.Builder
	height := len(p.Rows)*rowHeight + 8
	most := int64(1)
	for _, r := range p.Rows {
		most = max(most, drawn(r))
	}
	esc := template.HTMLEscapeString
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-desc"><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`,
		chartWidth, height, id, id, id, esc(p.Title), id, esc(describe(p)))
	for i, r := range p.Rows {
		y := 4 + i*rowHeight
		fmt.Fprintf(&b, `<text class="chart-name" x="0" y="%d">%s</text>`, y+14, esc(shorten(r.Name)))
		wide := drawn(r) * barRoom / most
		fmt.Fprintf(&b, `<rect class="chart-track" x="0" y="%d" width="%d" height="%d"/>`, y+20, barRoom, barHeight)
		if wide > 0 {
			fmt.Fprintf(&b, `<rect class="chart-bar" x="0" y="%d" width="%d" height="%d"/>`, y+20, wide, barHeight)
		}
		fmt.Fprintf(&b, `<text class="chart-value" x="%d" y="%d">%s</text>`, barRoom+8, y+32, esc(first(r)))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // every text in it is escaped above
}

// drawn is the number that a row is drawn by.
func drawn(r Row) int64 {
	if len(r.Cells) == 0 {
		return 0
	}
	return max(r.Cells[0].N, 0)
}

// first is the number of a row as it is read.
func first(r Row) string {
	if len(r.Cells) == 0 {
		return ""
	}
	return r.Cells[0].Text
}

// describe says in one sentence what a chart shows.
func describe(p Part) string {
	said := make([]string, len(p.Rows))
	for i, r := range p.Rows {
		said[i] = r.Name + ": " + first(r)
	}
	return strings.Join(said, "; ") + "."
}

// shorten keeps a name within its room; the table has it whole.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= nameRunes {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:nameRunes-1])) + "…"
}
