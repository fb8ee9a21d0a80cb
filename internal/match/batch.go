package match

import (
	"runtime"
	"sync"
	"sync/atomic"

	"soi/internal/index"
	"soi/internal/text"
)

// PutAll adds or replaces many documents, as Put does one by one, on all
// processors. Of documents with the same ID the last stays. An archive is filled
// fastest with some ten thousand documents at a time or more.
func (m *Matcher) PutAll(docs []Doc) {
	docs = lastOfEach(docs)
	e, _ := m.encoder()
	work := cutDocs(docs, runtime.GOMAXPROCS(0), e != nil)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range docs {
		m.remove(d.ID)
	}
	first := len(m.docs)
	for _, c := range work.chunks {
		m.take(work, c)
	}
	m.pack(first)
	m.compact()
}

// lastOfEach leaves the documents that have an ID, the last one of each.
func lastOfEach(docs []Doc) []Doc {
	last := make(map[string]int, len(docs))
	for i, d := range docs {
		last[d.ID] = i
	}
	delete(last, "")
	if len(last) == len(docs) {
		return docs
	}
	out := make([]Doc, 0, len(last))
	for i, d := range docs {
		if j, ok := last[d.ID]; ok && i == j {
			out = append(out, d)
		}
	}
	return out
}

// cutting is a batch of documents cut into words, by several cutters that number
// words each in its own way, so that none waits for another.
type cutting struct {
	cutters []*cutter
	chunks  []*chunk // in the order of the documents
}

// cutter is what one goroutine knows of words.
type cutter struct {
	scratch putScratch
	ids     map[string]uint32
	keys    bool // texts are named for an encoder
	words   []cutWord
	global  []uint32 // number of each word in the lexicon, plus one; 0 not asked yet
}

type cutWord struct {
	word string
	kind text.Kind
}

// chunk is some documents that one cutter has cut. Tokens hold the cutter's
// numbers of words.
type chunk struct {
	docs   []Doc
	cutter int
	recs   []record
	toks   []uint32
	keys   []uint64 // of the texts of recs, for an encoder; see textKey
}

// chunkSize is how many documents a cutter takes at a time.
const chunkSize = 512

func cutDocs(docs []Doc, workers int, keys bool) *cutting {
	w := &cutting{}
	for len(docs) > 0 {
		n := min(chunkSize, len(docs))
		w.chunks = append(w.chunks, &chunk{docs: docs[:n]})
		docs = docs[n:]
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for i := range min(workers, len(w.chunks)) {
		c := &cutter{ids: map[string]uint32{}, keys: keys, scratch: putScratch{sc: text.NewScanner("")}}
		w.cutters = append(w.cutters, c)
		wg.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(w.chunks) {
					return
				}
				w.chunks[n].cutter = i
				c.cut(w.chunks[n])
			}
		})
	}
	wg.Wait()
	return w
}

func (c *cutter) cut(ch *chunk) {
	for i := range ch.docs {
		for n, d := range wordings(ch.docs[i]) {
			r := record{id: d.ID, kind: d.Kind, lang: languageOf(&d), from: uint32(len(ch.toks)), also: n > 0}
			for k, f := range fields(&d) {
				c.scratch.scan(f, r.lang, func(w []byte, kind text.Kind, flags uint32) {
					ch.toks = append(ch.toks, c.number(w, kind)|flags)
				})
				r.ends[k] = uint16(len(ch.toks) - int(r.from))
			}
			ch.recs = append(ch.recs, r)
			if c.keys {
				ch.keys = append(ch.keys, textKey(meantTexts(&d)))
			}
		}
	}
}

func (c *cutter) number(w []byte, kind text.Kind) uint32 {
	if id, ok := c.ids[string(w)]; ok {
		return id
	}
	id := uint32(len(c.words))
	s := string(w)
	c.ids[s] = id
	c.words, c.global = append(c.words, cutWord{s, kind}), append(c.global, 0)
	return id
}

// take moves the records of a chunk to the archive, words numbered as if they had
// been put one by one.
func (m *Matcher) take(w *cutting, ch *chunk) {
	c := w.cutters[ch.cutter]
	base := uint32(len(m.toks))
	for _, t := range ch.toks {
		local := t & tokWord
		g := c.global[local]
		if g == 0 {
			word := c.words[local]
			g = m.lex.add([]byte(word.word), word.kind) + 1
			c.global[local] = g
		}
		m.lex.info[g-1].refs++
		m.toks = append(m.toks, t&^tokWord|(g-1))
	}
	next := 0
	for _, r := range ch.recs {
		r.from += base
		if !r.also {
			m.register(ch.docs[next], uint32(len(m.docs)))
			next++
		}
		m.docs = append(m.docs, r)
	}
	m.meant.grow(len(m.docs))
	if c.keys {
		copy(m.meant.keys[len(m.docs)-len(ch.recs):], ch.keys)
	}
	m.stale += len(ch.recs)
	ch.toks, ch.recs, ch.keys = nil, nil, nil
}

// looseAtMost is how many documents, beside a quarter of the packed ones, may lie in
// lists of their own before everything is packed again.
const looseAtMost = 4096

// pack indexes the records from first on, and packs the index when much of it is
// loose.
func (m *Matcher) pack(first int) {
	fresh := len(m.docs) - first
	if fresh == 0 {
		return
	}
	lengths := make([]int, fresh)
	for i := range lengths {
		lengths[i] = int(m.docs[first+i].ends[3])
	}
	m.idx.Number(lengths)
	m.vecs = append(m.vecs, make([]vector, fresh)...)
	m.norms = append(m.norms, make([]float32, fresh)...)
	workers := runtime.GOMAXPROCS(0)
	batches := make([]*index.Batch, workers)
	var wg sync.WaitGroup
	for w := range workers {
		batches[w] = new(index.Batch)
		wg.Go(func() {
			var p putScratch
			for d := first + fresh*w/workers; d < first+fresh*(w+1)/workers; d++ {
				r := &m.docs[d]
				m.hashes(r)
				n := p.freqs(m, *r)
				batches[w].Add(uint32(d), p.found, n)
				m.vecs[d] = m.point(*r)
				m.norms[d] = m.vecs[d].inverse()
			}
		})
	}
	wg.Wait()
	if m.idx.Loose() > looseAtMost+m.idx.Docs()/4 || first == 0 {
		m.idx.Merge(batches, workers)
		m.near = cluster(m.vecs, m.norms, workers)
		return
	}
	m.idx.List(batches)
	for d := first; d < len(m.docs); d++ {
		m.near.add(&m.vecs[d])
	}
}
