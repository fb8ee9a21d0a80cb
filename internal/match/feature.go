package match

import (
	"math"
	"math/bits"
)

// Features of a question and a candidate, in the order of the learned ranker.
// All are shares or logarithms, so that they mean the same in a small archive
// and a large one.
const (
	fScore       = iota // BM25 sum over what the question could reach
	fScoreTop           // BM25 sum over that of the best candidate
	fCover              // share of the question's weight that the document holds
	fCoverClaim         // … that its claim holds
	fCoverTitle         // … that its title holds
	fCoverRest          // … that only summary or body hold
	fHeldClaim          // share of the claim's weight that the question holds
	fHeldTitle          // share of the title's weight that the question holds
	fMutual             // the better of claim and title: harmonic mean of both shares
	fPairs              // share of neighbouring words of the question that are neighbours there
	fNear               // … that stand within five words there
	fRun                // longest run of the question's words, logarithm
	fRarest             // weight of the rarest shared word
	fRarest2            // … of the second
	fRarest3            // … of the third
	fShared             // number of shared content words, logarithm
	fFigures            // share of the question's figures that the document holds
	fFiguresLost        // share of the claim's figures that the question lacks
	fNames              // share of the claim's and title's names that the question holds
	fNamesAsked         // share of the question's names that the document holds
	fMarks              // share of shared marked words whose marks agree
	fAsked              // content words of the question, logarithm
	fClaimLen           // words of the claim, logarithm
	fTitleLen           // words of the title, logarithm
	fPull               // share of the question's learned pull that the document holds
	fSense              // cosine of the learned word vectors
	fSenseTop           // … less the best candidate's
	fPullHeld           // share of the claim's and title's learned pull that the question holds
	fNegation           // 1 if one side negates and the other does not
	fUnspaced           // 1 for scripts without blanks
	fRank               // place in the first look-up, logarithm
	fArchive            // size of the archive, logarithm
	fKnown              // share of the question's weight whose words have learned vectors
	nFirst
)

// FeatureNames names the features in order, for reports.
func FeatureNames() []string {
	return []string{"score", "score-top", "cover", "cover-claim", "cover-title", "cover-rest", "held-claim", "held-title", "mutual",
		"pairs", "near", "run", "rarest", "rarest2", "rarest3", "shared", "figures", "figures-lost", "names", "names-asked", "marks",
		"asked", "claim-len", "title-len", "pull", "sense", "sense-top", "pull-held", "negation", "unspaced", "rank", "archive", "known",
		"align-claim", "align-title", "align-held-claim", "align-held-title", "align-best", "sense-claim", "sense-title",
		"letters", "letters-held", "window", "lost-claim", "lost-asked", "align-lost", "place", "passage"}
}

// features is one candidate as the ranker sees it.
type features [nFeatures]float32

// words of a question beyond this are not compared one by one.
const maxAsked = 256

// asked is one distinct stem of a question.
type asked struct {
	stem   uint32
	marked uint32
	weight float32 // idf as a share of the highest idf, grammar words less
	pull   float32
	flags  uint8
	name   bool
	at     int // index of its first qtok
}

// sheet is what comparing a question with many candidates needs.
type sheet struct {
	uniq  []asked
	table []uint32 // open addressing: 1+index in uniq, 0 for empty
	mask  uint32
	next  []int32 // next[i]: index in uniq of the word after uniq[i]'s first place, -1 none
	total float32 // sum of weights
	pull  float32 // sum of pulls
	figs  int
	names float32
	pairs float32
	neg   bool

	kin  map[uint32][]kinPlaces // by the stem of the phrase's first word
	room []int32                // for places
	more []int32                // words that the phrases found by places stand for beside their own
}

func (m *Matcher) sheet(qu *question) *sheet {
	s := &sheet{}
	size := 8
	for size < 3*min(len(qu.toks), maxAsked) {
		size *= 2
	}
	s.table, s.mask = make([]uint32, size), uint32(size-1)
	order := make([]int32, 0, len(qu.toks))
	for i, t := range qu.toks {
		s.neg = s.neg || t.flags&flagNegate != 0
		u := s.find(t.stem)
		if t.stem == 0 || u < 0 {
			if len(s.uniq) >= maxAsked {
				break
			}
			u = int32(len(s.uniq))
			s.uniq = append(s.uniq, asked{t.stem, t.marked, t.weight, t.pull, t.flags, t.name(), i})
			s.insert(t.stem, u)
			s.total += t.weight
			s.pull += t.pull
		}
		order = append(order, u)
	}
	s.related(qu, order)
	s.next = make([]int32, len(s.uniq))
	for i := range s.next {
		s.next[i] = -1
	}
	for i := 0; i+1 < len(order); i++ {
		if a, b := order[i], order[i+1]; s.next[a] < 0 && a != b {
			s.next[a] = b
			s.pairs += s.uniq[a].weight + s.uniq[b].weight
		}
	}
	for _, u := range s.uniq {
		if u.flags&flagFigure != 0 {
			s.figs++
		}
		if u.name {
			s.names += u.weight
		}
	}
	return s
}

func (s *sheet) insert(stem uint32, u int32) {
	if stem == 0 {
		return
	}
	h := stem * 2654435761 >> 7 & s.mask
	for s.table[h] != 0 {
		h = (h + 1) & s.mask
	}
	s.table[h] = uint32(u) + 1
}

// find is the index in uniq of a stem, -1 if the question lacks it.
func (s *sheet) find(stem uint32) int32 {
	if stem == 0 {
		return -1
	}
	for h := stem * 2654435761 >> 7 & s.mask; s.table[h] != 0; h = (h + 1) & s.mask {
		if u := s.table[h] - 1; s.uniq[u].stem == stem {
			return int32(u)
		}
	}
	return -1
}

// held is what one pass over a field of a document found.
type held struct {
	bits                [maxAsked / 64]uint64 // stems of the question seen
	weight, total       float32               // of the document's words: shared, all
	pull, pullAll       float32
	names, namesAll     float32
	figs, figsAll       int
	marked, markedAgree int
	words               int
	neg                 bool
	run, best           int
	pairs, near         float32
}

func (h *held) has(u int32) bool { return h.bits[u>>6]>>(u&63)&1 == 1 }

// scan compares one field with the question.
func (m *Matcher) scan(s *sheet, toks []uint32, h *held) {
	var recent [5]int32
	for i := range recent {
		recent[i] = -1
	}
	prev := int32(-1)
	h.run = 0
	s.room = s.places(m, toks, s.room)
	for _, u := range s.more {
		h.bits[u>>6] |= 1 << (u & 63)
	}
	for i, t := range toks {
		w := &m.lex.info[t&tokWord]
		weight := w.weight
		u := s.room[i]
		h.words++
		h.total += weight
		h.pullAll += w.pull
		h.neg = h.neg || w.flags&flagNegate != 0
		name := t&tokUpper != 0 && t&tokFirst == 0 && w.flags&(flagStop|flagFigure) == 0
		if name {
			h.namesAll += weight
		}
		if w.flags&flagFigure != 0 {
			h.figsAll++
		}
		if u >= 0 {
			h.share(s, u, w, weight, name)
			if prev >= 0 && s.next[prev] == u {
				h.run++
				h.pairs += s.uniq[prev].weight + s.uniq[u].weight
			} else {
				h.run = 1
			}
			h.best = max(h.best, h.run)
			for _, r := range recent {
				if r >= 0 && s.next[r] == u {
					h.near += s.uniq[r].weight + s.uniq[u].weight
					break
				}
			}
		} else {
			h.run = 0
		}
		prev = u
		recent[i%len(recent)] = u
	}
}

func (h *held) share(s *sheet, u int32, w *wordInfo, weight float32, name bool) {
	h.weight += weight
	h.pull += w.pull
	h.bits[u>>6] |= 1 << (u & 63)
	if name {
		h.names += weight
	}
	if w.flags&flagFigure != 0 {
		h.figs++
	}
	if a := s.uniq[u].marked; a != 0 && w.marked != 0 && w.stem == s.uniq[u].stem {
		h.marked++
		if a == w.marked {
			h.markedAgree++
		}
	}
}

// compare fills the features that follow from the words of one candidate.
func (m *Matcher) compare(s *sheet, d *record, f *features) {
	claim, title, rest := held{}, held{}, held{}
	toks := m.toks[d.from : d.from+uint32(d.ends[3])]
	m.scan(s, toks[:d.ends[0]], &claim)
	m.scan(s, toks[d.ends[0]:d.ends[1]], &title)
	m.scan(s, toks[d.ends[1]:], &rest)
	s.covered(&claim, &title, &rest, f)
	f[fHeldClaim], f[fHeldTitle] = claim.weight/max(claim.total, 1e-6), title.weight/max(title.total, 1e-6)
	f[fMutual] = max(harmonic(f[fCoverClaim], f[fHeldClaim]), harmonic(f[fCoverTitle], f[fHeldTitle]))
	f[fPairs] = min(1, max(claim.pairs, title.pairs, rest.pairs)/max(s.pairs, 1e-6))
	f[fNear] = min(1, max(claim.near, title.near, rest.near)/max(s.pairs, 1e-6))
	f[fRun] = log2(max(claim.best, title.best, rest.best))
	f[fFiguresLost] = ratio(claim.figsAll-claim.figs+title.figsAll-title.figs, max(1, claim.figsAll+title.figsAll))
	f[fPullHeld] = (claim.pull + title.pull) / max(claim.pullAll+title.pullAll, 1e-6)
	f[fNames] = -1
	if n := claim.namesAll + title.namesAll; n > 0 {
		f[fNames] = (claim.names + title.names) / n
	}
	f[fMarks] = ratio(claim.markedAgree+title.markedAgree+rest.markedAgree, claim.marked+title.marked+rest.marked)
	f[fClaimLen], f[fTitleLen] = log2(claim.words), log2(title.words)
	if s.neg != claim.neg && s.neg != title.neg {
		f[fNegation] = 1
	}
}

// covered fills the features that count the question's words.
func (s *sheet) covered(claim, title, rest *held, f *features) {
	total := max(s.total, 1e-6)
	var inClaim, inTitle, inRest, all, names, pull float32
	var top [3]float32
	figs, shared := 0, 0
	for u := range s.uniq {
		a, c, t, r := &s.uniq[u], claim.has(int32(u)), title.has(int32(u)), rest.has(int32(u))
		if !c && !t && !r {
			continue
		}
		all += a.weight
		pull += a.pull
		if c {
			inClaim += a.weight
		}
		if t {
			inTitle += a.weight
		}
		if !c && !t {
			inRest += a.weight
		}
		if a.flags&flagFigure != 0 {
			figs++
		}
		if a.name {
			names += a.weight
		}
		if a.flags&flagStop == 0 {
			shared++
			insertTop(&top, a.weight)
		}
	}
	f[fCover], f[fCoverClaim], f[fCoverTitle], f[fCoverRest] = all/total, inClaim/total, inTitle/total, inRest/total
	f[fRarest], f[fRarest2], f[fRarest3], f[fShared] = top[0], top[1], top[2], log2(shared)
	f[fFigures], f[fPull] = ratio(figs, s.figs), pull/max(s.pull, 1e-6)
	f[fNamesAsked] = -1
	if s.names > 0 {
		f[fNamesAsked] = names / s.names
	}
}

func insertTop(top *[3]float32, w float32) {
	for i := range top {
		if w > top[i] {
			w, top[i] = top[i], w
		}
	}
}

func harmonic(a, b float32) float32 {
	if a+b == 0 {
		return 0
	}
	return 2 * a * b / (a + b)
}

// ratio is n of all, -1 when there is nothing to count.
func ratio(n, all int) float32 {
	if all <= 0 {
		return -1
	}
	return float32(n) / float32(all)
}

func log2(n int) float32 {
	if n <= 0 {
		return 0
	}
	if bits.OnesCount(uint(n)) == 1 {
		return float32(bits.Len(uint(n)))
	}
	return float32(math.Log2(float64(n))) + 1
}
