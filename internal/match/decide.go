package match

import (
	"cmp"
	"slices"

	"soi/internal/text"
)

// weighed is a candidate with what speaks for and against it.
type weighed struct {
	candidate
	rec    *record
	diff   *differences
	sig    signals
	chance float64
	side   *side
	part   string
}

// careful is how many candidates are read word by word.
const careful = 8

// weigh reads the best candidates of a question word by word and gives each its
// probability.
func (m *Matcher) weigh(qu *question, cs []*candidate, least int) []weighed {
	if len(cs) == 0 {
		return nil
	}
	cal := m.calibration()
	q := qu.side()
	short := 0.0
	if len(q.contents()) < fewWords(qu) {
		short = 1
	}
	n := min(max(careful, least), len(cs))
	out := make([]weighed, 0, n)
	for i := range cs[:n] {
		w := weighed{candidate: *cs[i], rec: &m.docs[cs[i].doc], side: q}
		w.diff = m.differ(q, w.rec)
		w.sig = m.signalsOf(qu, &w, cs)
		w.sig[sShort] = short
		w.chance = cal.chance(&w.sig)
		out = append(out, w)
	}
	return out
}

// fewWords is how many content words a message must have before anything but the
// exact words can be the same: four words, which are six Vietnamese syllables or
// six pairs of characters.
func fewWords(qu *question) int {
	if qu.lang == "vi" || family(qu.lang) == "unspaced" {
		return 6
	}
	return 4
}

func (m *Matcher) calibration() *Calibration {
	c := calibrations()
	if m.opt.Calibrations != nil {
		c = *m.opt.Calibrations
	}
	if m.model == nil {
		return &c.Off
	}
	return &c.On
}

// differ compares a message with the wording of a document that it comes nearest
// to: its claim, or its title when the claim is empty or speaks of other things.
func (m *Matcher) differ(q *side, r *record) *differences {
	toks := m.toks[r.from : r.from+uint32(r.ends[3])]
	claim, title := toks[:r.ends[0]], toks[r.ends[0]:r.ends[1]]
	if len(claim) == 0 {
		claim, title = title, nil
	}
	x := tell(q, m.sideOf(claim))
	if x.missing > 0.4 && len(title) > 0 {
		if y := tell(q, m.sideOf(title)); y.missing < x.missing-0.2 {
			y.figures, y.figuresOther = append(y.figures, x.figures...), append(y.figuresOther, x.figuresOther...)
			y.names, y.namesOther = append(y.names, x.names...), append(y.namesOther, x.namesOther...)
			return y
		}
	}
	return x
}

func (m *Matcher) signalsOf(qu *question, w *weighed, cs []*candidate) signals {
	f, d := &w.f, w.diff
	var s signals
	other := cs[0].rate
	if w.doc == cs[0].doc {
		other = w.rate - 4
		for _, c := range cs[1:] {
			if m.docs[c.doc].id != w.rec.id {
				other = c.rate
				break
			}
		}
	}
	s[sRate], s[sMargin] = float64(w.rate), float64(min(4, max(-4, w.rate-other)))
	for to, from := range map[int]int{sCover: fCover, sHeldClaim: fHeldClaim, sMutual: fMutual, sSense: fSense, sPairs: fPairs,
		sNear: fNear, sShared: fShared, sScore: fScore} {
		s[to] = float64(f[from])
	}
	s[sRarest] = float64(f[fRarest]+f[fRarest2]+f[fRarest3]) / 3
	s[sMissing], s[sExtra] = float64(d.missing), float64(d.extra)
	s[sExact] = one(qu.exact != 0 && (qu.exact == w.rec.exact || w.rec.exact == 0 && qu.exact == w.rec.title))
	s[sFigures], s[sPlaces], s[sNegation] = one(len(d.figures) > 0), one(len(d.names) > 0), one(d.negation)
	s[sSwapped], s[sUnanswered], s[sOrdered], s[sOne] = one(len(d.swapped) > 0), one(d.figuresMissing), one(d.ordered), 1
	return s
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// decide says what may be done with the best match. Same needs the calibrated
// probability and no difference that makes another claim of it; few words are
// never the same unless they are exactly those of the document.
func (m *Matcher) decide(lang string, best *weighed) Decision {
	if best == nil {
		return DecisionNew
	}
	t := m.calibration().threshold(family(lang))
	if m.opt.SameAt > 0 {
		t.Same = m.opt.SameAt
	}
	if m.opt.PerhapsAt > 0 {
		t.Perhaps = m.opt.PerhapsAt
	}
	exact := best.sig[sExact] == 1
	switch {
	case exact && !best.diff.blocks():
		return DecisionSame
	case best.chance >= t.Same && best.eligible(t.Missing):
		return DecisionSame
	case best.chance >= t.Perhaps:
		return DecisionPerhaps
	}
	return DecisionNew
}

// eligible reports whether a match may be given as the answer at all, whatever
// its probability: no difference that makes another claim of it, words enough,
// and nearly all of what the claim says is in the message.
func (w *weighed) eligible(missing float64) bool {
	return !w.diff.blocks() && w.sig[sShort] == 0 && float64(w.diff.missing) <= missing
}

// Judged is one match with the signals behind its probability, for calibration.
type Judged struct {
	ID       string
	Signals  []float64 // in the order of SignalNames
	Chance   float64
	Missing  float64
	Eligible bool // nothing but Missing and Chance stands against "same"
	Exact    bool
}

// Judge lists the matches of a message looked up as one part, in the ranker's
// order, with what the decision rests on.
func (m *Matcher) Judge(q Query) []Judged {
	body := text.Unwrap(q.Text).Body
	m.settle()
	m.mu.RLock()
	defer m.mu.RUnlock()
	qu := m.analyse(body, text.Language(body))
	if len(qu.toks) == 0 {
		return nil
	}
	var out []Judged
	for _, w := range m.unique(m.weigh(qu, m.candidates(q, qu), 0)) {
		out = append(out, Judged{w.rec.id, w.sig[:], w.chance, float64(w.diff.missing), w.eligible(1), w.sig[sExact] == 1})
	}
	return out
}

// merge joins what the whole message found and what its parts found. A part that
// is answered goes first; one whose best match is likelier than anything the whole
// found, and likely at all, goes before it; other finds of parts come last.
func (m *Matcher) merge(lang string, whole []weighed, parts [][]weighed) []weighed {
	var first, last []weighed
	top := 0.0
	for i := range whole {
		top = max(top, whole[i].chance)
	}
	for _, ws := range parts {
		if len(ws) == 0 {
			continue
		}
		if m.decide(lang, &ws[0]) == DecisionSame || ws[0].chance > max(top, 0.5) {
			first = append(first, ws[0])
			ws = ws[1:]
		}
		last = append(last, ws...)
	}
	byChance := func(a, b weighed) int { return cmp.Compare(b.chance, a.chance) }
	slices.SortStableFunc(first, byChance)
	slices.SortStableFunc(last, byChance)
	return m.unique(slices.Concat(first, whole, last))
}

// unique keeps the first of each document.
func (m *Matcher) unique(ws []weighed) []weighed {
	var out []weighed
	for _, w := range ws {
		if !slices.ContainsFunc(out, func(x weighed) bool { return x.rec.id == w.rec.id }) {
			out = append(out, w)
		}
	}
	return out
}
