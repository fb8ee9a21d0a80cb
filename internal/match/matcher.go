package match

import (
	"slices"
	"sync"

	"soi/internal/index"
	"soi/internal/text"
)

// Matcher is the archive in memory. All methods may be called at the same time.
type Matcher struct {
	mu   sync.RWMutex
	opt  Options
	lex  *lexicon
	idx  *index.Index
	docs []record            // by document number of idx
	toks []uint32            // words of all records, see token
	byID map[string][]uint32 // id → its records, the first is the document itself
	link map[string][]uint32 // link in normal form → records

	vecs     []vector  // by document number, empty when models are off
	sketches []uint64  // of vecs
	norms    []float32 // one over the length of each of vecs
	model    *Model
	stale    int // Puts and Removes since the words were last weighed

	put putScratch
}

// record is one text of the archive: a document, or one more wording of it.
type record struct {
	id    string
	kind  Kind
	lang  string
	from  uint32    // first token in toks
	ends  [4]uint16 // ends of claim, title, summary, body, counted from from
	exact uint64    // hash of the claim's stems
	title uint64    // hash of the title's stems
	urls  []string
	also  bool
}

// A token packs a word number with what the text did to the word.
const (
	tokWord    = 1<<26 - 1
	tokUpper   = 1 << 26 // began with a capital inside a sentence
	tokCaps    = 1 << 27 // wholly in capitals
	tokFirst   = 1 << 28 // opens a sentence
	tokPercent = 1 << 29 // a figure with %
)

// Most tokens kept of each field. A claim's words beyond these say little and
// would let one long text weigh on every search.
const (
	maxClaim   = 400
	maxTitle   = 80
	maxSummary = 200
	maxBody    = 120
)

// New returns an empty Matcher.
func New(o Options) *Matcher {
	m := &Matcher{opt: o, idx: new(index.Index), byID: map[string][]uint32{}, link: map[string][]uint32{}}
	if !o.NoModels {
		if m.model = o.Model; m.model == nil {
			m.model = learned()
		}
	}
	m.lex = newLexicon(m.model.words())
	return m
}

// Len is the number of documents, each counted once.
func (m *Matcher) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.byID)
}

// Put adds a document or replaces the one with the same ID. It can be found by
// the next Match. A document without ID is passed over.
func (m *Matcher) Put(d Doc) {
	if d.ID == "" {
		return
	}
	if d.Kind == "" {
		d.Kind = KindCheck
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(d.ID)
	recs := []uint32{m.add(d, false)}
	for _, w := range d.Also {
		recs = append(recs, m.add(Doc{ID: d.ID, Kind: d.Kind, Lang: d.Lang, Claim: w}, true))
	}
	m.byID[d.ID] = recs
	for _, u := range m.docs[recs[0]].urls {
		m.link[u] = append(m.link[u], recs[0])
	}
	m.compact()
}

// Remove takes a document and all its wordings out of every later answer.
// Removing what is not there does nothing.
func (m *Matcher) Remove(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(id)
	m.compact()
}

func (m *Matcher) remove(id string) {
	for _, r := range m.byID[id] {
		for _, u := range m.docs[r].urls {
			m.link[u] = slices.DeleteFunc(m.link[u], func(x uint32) bool { return x == r })
			if len(m.link[u]) == 0 {
				delete(m.link, u)
			}
		}
		m.docs[r] = record{}
		m.idx.Remove(r)
	}
	delete(m.byID, id)
}

// putScratch is reused between calls of add; m.mu guards it.
type putScratch struct {
	sc    *text.Scanner
	freqs []index.Freq
	terms []uint32
}

// add makes one record and indexes it.
func (m *Matcher) add(d Doc, also bool) uint32 {
	p := &m.put
	if p.sc == nil {
		p.sc = text.NewScanner("")
	}
	r := record{id: d.ID, kind: d.Kind, lang: d.Lang, from: uint32(len(m.toks)), also: also}
	if r.lang == "" && text.Vietnamese(d.Claim+" "+d.Title) {
		r.lang = "vi"
	}
	for i, f := range []struct {
		s    string
		most int
	}{{d.Claim, maxClaim}, {d.Title, maxTitle}, {d.Summary, maxSummary}, {d.Body, maxBody}} {
		m.tokens(f.s, f.most, r.lang)
		r.ends[i] = uint16(len(m.toks) - int(r.from))
	}
	r.exact = m.hash(m.toks[r.from : r.from+uint32(r.ends[0])])
	r.title = m.hash(m.toks[r.from+uint32(r.ends[0]) : r.from+uint32(r.ends[1])])
	for _, u := range d.URLs {
		if k := text.Link(u); k != "" && !slices.Contains(r.urls, k) {
			r.urls = append(r.urls, k)
		}
	}
	n := m.freqs(r)
	m.docs = append(m.docs, r)
	m.point(r)
	m.stale++
	return m.idx.Add(p.freqs, n)
}

// tokens appends the words of one field to m.toks, most at the end.
func (m *Matcher) tokens(s string, most int, lang string) {
	if s == "" {
		return
	}
	sc := m.put.sc
	sc.Reset(s)
	sc.Vietnamese = lang == "vi"
	for n := 0; n < most && sc.Next(); n++ {
		m.toks = append(m.toks, m.lex.add(sc.Bytes(), sc.Kind)|tokenFlags(sc))
	}
}

func tokenFlags(sc *text.Scanner) uint32 {
	var t uint32
	if sc.Upper {
		t |= tokUpper
	}
	if sc.Caps {
		t |= tokCaps
	}
	if sc.First {
		t |= tokFirst
	}
	if sc.Percent {
		t |= tokPercent
	}
	return t
}

// hash is FNV-1a over the stems of a run of tokens; 0 stands for no tokens.
func (m *Matcher) hash(toks []uint32) uint64 {
	if len(toks) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, t := range toks {
		h = (h ^ uint64(m.lex.info[t&tokWord].stem)) * 1099511628211
	}
	return h | 1
}

// freqs counts the index terms of a record into m.put.freqs and returns its
// length in words. Without models, parts of words are terms too.
func (m *Matcher) freqs(r record) int {
	p := &m.put
	p.terms = p.terms[:0]
	end := uint16(0)
	for _, next := range r.ends {
		prev := uint32(0)
		for _, t := range m.toks[r.from+uint32(end) : r.from+uint32(next)] {
			w := &m.lex.info[t&tokWord]
			p.terms = append(p.terms, w.stem)
			if w.marked != 0 {
				p.terms = append(p.terms, w.marked)
			}
			if prev != 0 && m.pairsWith(w.flags) {
				if pair := m.lex.pair(prev, w.stem, true); pair != 0 {
					p.terms = append(p.terms, pair)
				}
			}
			if m.model == nil && w.flags&flagPair == 0 {
				m.lex.parts(m.lex.forms[t&tokWord].stem, true, func(part uint32) { p.terms = append(p.terms, part) })
			}
			prev = w.stem
		}
		end = next
	}
	slices.Sort(p.terms)
	p.freqs = p.freqs[:0]
	for _, t := range p.terms {
		if n := len(p.freqs); n > 0 && p.freqs[n-1].Term == t {
			p.freqs[n-1].N++
			continue
		}
		p.freqs = append(p.freqs, index.Freq{Term: t, N: 1})
	}
	return int(r.ends[3])
}

// point adds the direction of a record: of its claim and title, or of all it has
// when they are empty.
func (m *Matcher) point(r record) {
	var v vector
	if m.model != nil {
		if v = m.direct(m.toks[r.from : r.from+uint32(r.ends[1])]); v.empty() {
			v = m.direct(m.toks[r.from : r.from+uint32(r.ends[3])])
		}
	}
	m.vecs, m.sketches, m.norms = append(m.vecs, v), append(m.sketches, v.sketch()), append(m.norms, v.inverse())
}

// pairsWith reports whether a word makes a pair with the one before it. Character
// pairs of unspaced scripts are pairs already; the learned ranker was trained on
// pairs of them, the plain sum is better without.
func (m *Matcher) pairsWith(flags uint8) bool { return m.model != nil || flags&flagPair == 0 }

// compact builds the index anew when more than half of what it holds is dead,
// so that a desk which edits all day stays as small as its archive.
func (m *Matcher) compact() {
	dead := m.idx.Docs() - m.idx.Len()
	if dead < 1024 || dead < m.idx.Len() {
		return
	}
	old, toks, vecs := m.docs, m.toks, m.vecs
	m.docs, m.toks, m.vecs, m.sketches, m.norms, m.idx = nil, nil, nil, nil, nil, new(index.Index)
	byID, link := m.byID, map[string][]uint32{}
	m.byID = make(map[string][]uint32, len(byID))
	for i, r := range old {
		if r.id == "" {
			continue
		}
		run := toks[r.from : r.from+uint32(r.ends[3])]
		r.from = uint32(len(m.toks))
		m.toks = append(m.toks, run...)
		n := m.freqs(r)
		m.docs = append(m.docs, r)
		m.vecs = append(m.vecs, vecs[i])
		m.sketches, m.norms = append(m.sketches, vecs[i].sketch()), append(m.norms, vecs[i].inverse())
		doc := m.idx.Add(m.put.freqs, n)
		m.byID[r.id] = append(m.byID[r.id], doc)
		for _, u := range r.urls {
			link[u] = append(link[u], doc)
		}
	}
	m.link = link
}
