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
	byID map[string]uint32   // id → its record; those of its other wordings follow it
	link map[string][]uint32 // link in normal form → records
	urls map[uint32][]string // record → its links in normal form

	album album // pictures of documents

	vecs  []vector    // by document number, empty when models are off
	norms []float32   // one over the length of each of vecs
	near  clusters    // of vecs
	meant *embeddings // what an encoder says of the texts
	model *Model
	stale int // Puts and Removes since the words were last weighed

	put      putScratch
	lookouts sync.Pool // of *lookout
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
	m := &Matcher{opt: o, idx: new(index.Index), byID: map[string]uint32{}, link: map[string][]uint32{}, urls: map[uint32][]string{}}
	if !o.NoModels {
		if m.model = o.Model; m.model == nil {
			m.model = learned()
		}
	}
	m.meant = &embeddings{on: o.Encoder != nil}
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
// the next Match. A document without ID is passed over. Many documents are
// added faster with PutAll.
func (m *Matcher) Put(d Doc) {
	if d.ID == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(d.ID)
	for i, w := range wordings(d) {
		r := m.record(w, i > 0)
		m.docs = append(m.docs, r)
		n := m.put.freqs(m, r)
		doc := m.idx.Add(m.put.found, n)
		v := m.point(r)
		m.vecs, m.norms = append(m.vecs, v), append(m.norms, v.inverse())
		m.near.add(&v)
		m.meant.grow(len(m.docs))
		m.meant.text(doc, &w)
		if i == 0 {
			m.register(d, doc)
		}
	}
	m.compact()
}

// wordings is a document and one more for each of its other wordings.
func wordings(d Doc) []Doc {
	if d.Kind == "" {
		d.Kind = KindCheck
	}
	out := []Doc{d}
	for _, w := range d.Also {
		out = append(out, Doc{ID: d.ID, Kind: d.Kind, Lang: d.Lang, Claim: w})
	}
	return out
}

// register makes the record of a document known by its id and its links.
func (m *Matcher) register(d Doc, r uint32) {
	m.byID[d.ID] = r
	for _, u := range d.URLs {
		if k := text.Link(u); k != "" && !slices.Contains(m.urls[r], k) {
			m.urls[r] = append(m.urls[r], k)
			m.link[k] = append(m.link[k], r)
		}
	}
}

// Remove takes a document and all its wordings out of every later answer, and
// its words out of memory. Removing what is not there does nothing.
func (m *Matcher) Remove(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(id)
	m.compact()
}

func (m *Matcher) remove(id string) {
	first, ok := m.byID[id]
	if !ok {
		return
	}
	delete(m.byID, id)
	for _, u := range m.urls[first] {
		m.link[u] = slices.DeleteFunc(m.link[u], func(x uint32) bool { return x == first })
		if len(m.link[u]) == 0 {
			delete(m.link, u)
		}
	}
	delete(m.urls, first)
	for r := first; int(r) < len(m.docs) && m.docs[r].id == id; r++ {
		run := m.run(&m.docs[r])
		m.lex.forget(run)
		clear(run)
		m.docs[r], m.vecs[r], m.norms[r] = record{}, vector{}, 0
		m.near.drop(r)
		m.meant.drop(r)
		m.idx.Remove(r)
		m.stale++
	}
}

// holds reports whether a document is in the archive.
func (m *Matcher) holds(id string) bool {
	_, ok := m.byID[id]
	return ok
}

// run is all tokens of a record.
func (m *Matcher) run(r *record) []uint32 { return m.toks[r.from : r.from+uint32(r.ends[3])] }

// putScratch is what making records needs and can use again.
type putScratch struct {
	sc    *text.Scanner
	terms []uint32
	found []index.Freq // by freqs
}

// field is a text of a document and how many of its words are kept.
type field struct {
	text string
	most int
}

func fields(d *Doc) [4]field {
	return [4]field{{d.Claim, maxClaim}, {d.Title, maxTitle}, {d.Summary, maxSummary}, {d.Body, maxBody}}
}

// languageOf is the language of a document: as given, else Vietnamese if it looks so.
func languageOf(d *Doc) string {
	if d.Lang == "" && text.Vietnamese(d.Claim+" "+d.Title) {
		return "vi"
	}
	return d.Lang
}

// record makes one record and appends its words to m.toks.
func (m *Matcher) record(d Doc, also bool) record {
	r := record{id: d.ID, kind: d.Kind, lang: languageOf(&d), from: uint32(len(m.toks)), also: also}
	if m.put.sc == nil {
		m.put.sc = text.NewScanner("")
	}
	for i, f := range fields(&d) {
		m.put.scan(f, r.lang, func(w []byte, kind text.Kind, flags uint32) {
			id := m.lex.add(w, kind)
			m.lex.info[id].refs++
			m.toks = append(m.toks, id|flags)
		})
		r.ends[i] = uint16(len(m.toks) - int(r.from))
	}
	m.hashes(&r)
	m.stale++
	return r
}

// hashes fills the hashes of a record's claim and title.
func (m *Matcher) hashes(r *record) {
	run := m.run(r)
	r.exact, r.title = m.hash(run[:r.ends[0]]), m.hash(run[r.ends[0]:r.ends[1]])
}

// scan calls fn with the words of one field.
func (p *putScratch) scan(f field, lang string, fn func(w []byte, kind text.Kind, flags uint32)) {
	if f.text == "" {
		return
	}
	p.sc.Reset(f.text)
	p.sc.Vietnamese = lang == "vi"
	for n := 0; n < f.most && p.sc.Next(); n++ {
		fn(p.sc.Bytes(), p.sc.Kind, tokenFlags(p.sc))
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

// freqs counts the index terms of a record into p.found and returns its
// length in words. Without models, parts of words are terms too.
func (p *putScratch) freqs(m *Matcher, r record) int {
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
				p.terms = append(p.terms, pairTerm(prev, w.stem))
			}
			if m.model == nil && w.flags&flagPair == 0 {
				eachPart(m.lex.forms[t&tokWord].stem, func(part uint32) { p.terms = append(p.terms, part) })
			}
			prev = w.stem
		}
		end = next
	}
	slices.Sort(p.terms)
	p.found = p.found[:0]
	for _, t := range p.terms {
		if n := len(p.found); n > 0 && p.found[n-1].Term == t {
			p.found[n-1].N++
			continue
		}
		p.found = append(p.found, index.Freq{Term: t, N: 1})
	}
	return int(r.ends[3])
}

// point is the direction of a record: of its claim and title, or of all it has
// when they are empty.
func (m *Matcher) point(r record) (v vector) {
	if m.model == nil {
		return v
	}
	if v = m.direct(m.toks[r.from : r.from+uint32(r.ends[1])]); v.empty() {
		v = m.direct(m.run(&r))
	}
	return v
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
	old, toks, urls := m.docs, m.toks, m.urls
	var kept []uint32
	m.docs, m.toks, m.vecs, m.norms, m.near, m.idx = nil, nil, nil, nil, clusters{}, new(index.Index)
	m.byID, m.link, m.urls = make(map[string]uint32, len(m.byID)), map[string][]uint32{}, map[uint32][]string{}
	for i, r := range old {
		if r.id == "" {
			continue
		}
		doc := uint32(len(m.docs))
		kept = append(kept, uint32(i))
		run := toks[r.from : r.from+uint32(r.ends[3])]
		r.from = uint32(len(m.toks))
		m.toks = append(m.toks, run...)
		m.docs = append(m.docs, r)
		if !r.also {
			m.byID[r.id] = doc
		}
		for _, u := range urls[uint32(i)] {
			m.urls[doc], m.link[u] = append(m.urls[doc], u), append(m.link[u], doc)
		}
	}
	m.meant = m.meant.only(kept)
	m.pack(0)
}
