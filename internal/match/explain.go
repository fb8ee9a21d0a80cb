package match

import (
	"slices"

	"soi/internal/text"
)

// reasons lists what decided about a match, for the person who reads the answer.
// Each is read off the same comparison that the probability comes from.
func (m *Matcher) reasons(w *weighed) []Reason {
	var out []Reason
	toks := m.toks[w.rec.from : w.rec.from+uint32(w.rec.ends[3])]
	d := m.sideOf(toks)
	switch {
	case w.sig[sExact] == 1 && w.rec.also:
		out = append(out, Reason{Code: ReasonAlso})
	case w.sig[sExact] == 1:
		out = append(out, Reason{Code: ReasonExact})
	}
	have := bagOf(d)
	n, of := 0, 0
	seen := map[string]bool{}
	for _, x := range w.side.contents() {
		if seen[x.stem] {
			continue
		}
		seen[x.stem] = true
		of++
		if have.has(x) {
			n++
		}
	}
	if n > 0 {
		out = append(out, Reason{Code: ReasonWords, N: n, Of: of, Ordered: w.diff.ordered})
	}
	if f := sharedFigures(w.side, d); len(f) > 0 {
		out = append(out, Reason{Code: ReasonFigures, Words: f})
	}
	if p := sharedNames(w.side, have); len(p) > 0 {
		out = append(out, Reason{Code: ReasonNames, Words: p})
	}
	if n*2 < of && w.f[fSense] > 0.5 {
		out = append(out, Reason{Code: ReasonSense})
	}
	return append(out, against(w)...)
}

// against lists the reasons that speak against a match.
func against(w *weighed) []Reason {
	var out []Reason
	x := w.diff
	if len(x.figures) > 0 {
		out = append(out, Reason{Code: ReasonFiguresDiffer, Words: x.figures, Other: x.figuresOther})
	}
	if len(x.names) > 0 {
		out = append(out, Reason{Code: ReasonNamesDiffer, Words: x.names, Other: x.namesOther})
	}
	if len(x.swapped) > 0 {
		out = append(out, Reason{Code: ReasonWordsDiffer, Words: x.swapped, Other: x.swappedOther})
	}
	if x.negation {
		out = append(out, Reason{Code: ReasonNegation})
	}
	if w.sig[sShort] == 1 && w.sig[sExact] == 0 {
		out = append(out, Reason{Code: ReasonShort})
	}
	return out
}

func sharedFigures(q, d *side) []string {
	var out []string
	for _, a := range q.quant {
		if hasValue(d.quant, a) && !slices.Contains(out, q.span(a)) {
			out = append(out, q.span(a))
		}
	}
	return out
}

// sharedNames lists names of the message that the document holds, neighbouring
// words as one name, written as in the message.
func sharedNames(q *side, have bag) []string {
	var out []string
	open := ""
	flush := func() {
		if open != "" && !slices.Contains(out, open) {
			out = append(out, open)
		}
		open = ""
	}
	for i := range q.words {
		w := &q.words[i]
		if !w.name || w.flags&flagStop != 0 || w.figure || !have.has(w) {
			flush()
			continue
		}
		if open != "" {
			open += " "
		}
		open += text.Title(w.word)
	}
	flush()
	return out
}
