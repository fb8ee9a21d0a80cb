package match

import (
	"slices"

	"soi/internal/text"
)

// reasons lists what decided about a match, for the person who reads the answer.
// Each is read off the same comparison that the probability comes from.
func (m *Matcher) reasons(w *weighed) []Reason {
	var out []Reason
	d := m.sideOf(m.run(w.rec))
	switch {
	case w.sig[sExact] == 1 && w.rec.also:
		out = append(out, Reason{Code: ReasonAlso})
	case w.sig[sExact] == 1:
		out = append(out, Reason{Code: ReasonExact})
	}
	have := bagOf(d)
	n, of := heldWords(w.side, have)
	if n > 0 {
		out = append(out, Reason{Code: ReasonWords, N: n, Of: of, Ordered: w.diff.ordered})
	}
	if f := sharedFigures(w.side, d); len(f) > 0 {
		out = append(out, Reason{Code: ReasonFigures, Words: f})
	}
	if p := sharedNames(w.side, have); len(p) > 0 {
		out = append(out, Reason{Code: ReasonNames, Words: p})
	}
	if n*2 < of && w.f[fSense] > 0.5 || w.alike && w.sig[sExact] == 0 {
		out = append(out, Reason{Code: ReasonSense})
	}
	return append(out, m.against(w)...)
}

// against lists the reasons that speak against a match: everything that by itself kept
// it from being given as the answer.
func (m *Matcher) against(w *weighed) []Reason {
	var out []Reason
	x := w.diff
	abroad := w.alike && w.rec.lang != "" && w.rec.lang != w.lang // words and places of two languages always differ
	if len(x.figures) > 0 {
		out = append(out, Reason{Code: ReasonFiguresDiffer, Words: x.figures, Other: x.figuresOther})
	}
	if len(x.names) > 0 && !abroad {
		out = append(out, Reason{Code: ReasonNamesDiffer, Words: x.names, Other: x.namesOther})
	}
	if len(x.swapped) > 0 && !w.alike { // other words for the same, by the encoder
		out = append(out, Reason{Code: ReasonWordsDiffer, Words: x.swapped, Other: x.swappedOther})
	}
	if x.negation {
		out = append(out, Reason{Code: ReasonNegation})
	}
	if w.sig[sExact] == 1 || x.blocks() && w.sig[sShort] == 0 {
		return out
	}
	unsaid := slices.Concat(x.figuresMissing, x.placesMissing)
	if abroad {
		unsaid = x.figuresMissing
	}
	if len(unsaid) > 0 && !x.blocks() {
		out = append(out, Reason{Code: ReasonUnsaid, Other: unsaid})
	}
	if w.rival {
		out = append(out, Reason{Code: ReasonRival})
	}
	switch {
	case w.alike: // few words shared is what other words are
	case w.sig[sShort] == 1:
		out = append(out, Reason{Code: ReasonShort})
	case float64(x.missing) > m.calibration().threshold(family(w.lang)).Missing:
		out = append(out, Reason{Code: ReasonPart})
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
