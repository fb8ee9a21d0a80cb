package match

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"soi/internal/index"
	"soi/internal/text"
)

// ErrSnapshot is wrapped by every error of Load that means the snapshot cannot
// be used and the archive must be read from the database again: another version
// of the program or other weights, cut short, or damaged.
var ErrSnapshot = errors.New("match: snapshot cannot be used")

// A snapshot is the magic and the sections of snapfile.go in the order of write.
// It holds everything as it lies in memory, the index and the vectors too, so that
// loading is reading. That ties it to the rules by which words are cut and to the
// weights: the first section tells which those were.
const snapshotMagic = "soi-match/3\n"

// Tags of the sections.
const (
	tagRules = iota + 1
	tagWords
	tagTokens
	tagRecords
	tagLinks
	tagIndex
	tagVectors
	tagClusters
	tagMeant
)

// Save writes a snapshot of the archive. Puts wait until it is done. What was
// removed or replaced before is not in it.
func (m *Matcher) Save(w io.Writer) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := &sectionWriter{w: w}
	s.write([]byte(snapshotMagic))
	writeStrings(s, tagRules, []string{m.rules()})
	m.saveWords(s)
	writeNumbers(s, tagTokens, m.toks)
	m.saveRecords(s)
	x := m.idx.Raw()
	for _, list := range [][]uint32{x.Keys, x.Ends, x.Posts} {
		writeNumbers(s, tagIndex, list)
	}
	writeNumbers(s, tagIndex, x.Lens)
	writeNumbers(s, tagIndex, x.Dead)
	writeVectors(s, tagVectors, m.vecs)
	writeFloats(s, tagVectors, m.norms)
	writeVectors(s, tagClusters, m.near.centres)
	writeNumbers(s, tagClusters, m.near.ends)
	writeNumbers(s, tagClusters, m.near.docs)
	writeNumbers(s, tagClusters, []uint64{uint64(m.near.covered)})
	writeNumbers(s, tagMeant, m.meant.keys)
	if s.err != nil {
		return fmt.Errorf("match: write snapshot: %w", s.err)
	}
	return nil
}

// rules names what a snapshot depends on beside the documents: the program, the
// weights, and how a text is cut into words.
func (m *Matcher) rules() string {
	rev := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				rev = s.Value
			}
		}
	}
	sum := uint32(0)
	if m.model != nil {
		vec := m.model.sense.vec
		sum = uint32(len(vec) * senseDim)
		for i := 0; i < len(vec)*senseDim; i += 97 { // other weights differ everywhere
			sum = sum*31 + uint32(uint8(vec[i/senseDim][i%senseDim]))
		}
	}
	words := uint32(0)
	sc := text.NewScanner("Hoà bình: 1.234,5% ở TP.HCM, don't ko dc nèk U.S.A. 癌症有救了 https://a.vn/b nghĩaaa Łódź")
	for sc.Vietnamese = true; sc.Next(); {
		words = crc32.Update(words, castagnoli(), append(sc.Bytes(), byte(sc.Kind)))
	}
	return fmt.Sprintf("%s %d %08x %08x", rev, senseDim, sum, words)
}

func (m *Matcher) saveWords(s *sectionWriter) {
	l := m.lex
	kinds, stems, marked := make([]uint8, len(l.words)), make([]uint32, len(l.words)), make([]uint32, len(l.words))
	for i, w := range l.info {
		if l.words[i] != "" {
			kinds[i], stems[i], marked[i] = uint8(kindOf(w.flags)), w.stem, w.marked
		}
	}
	writeStrings(s, tagWords, l.words)
	writeNumbers(s, tagWords, kinds)
	writeNumbers(s, tagWords, stems)
	writeNumbers(s, tagWords, marked)
	writeNumbers(s, tagWords, []uint32{l.terms})
}

func kindOf(flags byte) text.Kind {
	switch {
	case flags&flagFigure != 0:
		return text.Figure
	case flags&flagPair != 0:
		return text.Pair
	}
	return text.Word
}

func (m *Matcher) saveRecords(s *sectionWriter) {
	n := len(m.docs)
	ids, sorts, which := make([]string, n), []string{}, make([]uint32, n)
	numbers := map[string]uint32{}
	froms, ends, hashes := make([]uint32, n), make([]uint16, 4*n), make([]uint64, 2*n)
	for i := range m.docs {
		r := &m.docs[i]
		ids[i] = r.id
		key := string(r.kind) + "\n" + r.lang
		if r.also {
			key += "\n+"
		}
		if _, ok := numbers[key]; !ok {
			numbers[key] = uint32(len(sorts))
			sorts = append(sorts, key)
		}
		which[i], froms[i] = numbers[key], r.from
		copy(ends[4*i:], r.ends[:])
		hashes[2*i], hashes[2*i+1] = r.exact, r.title
	}
	writeStrings(s, tagRecords, ids)
	writeStrings(s, tagRecords, sorts)
	writeNumbers(s, tagRecords, which)
	writeNumbers(s, tagRecords, froms)
	writeNumbers(s, tagRecords, ends)
	writeNumbers(s, tagRecords, hashes)
	var of []uint32
	var links []string
	for r, list := range m.urls {
		for _, u := range list {
			of, links = append(of, r), append(links, u)
		}
	}
	writeNumbers(s, tagLinks, of)
	writeStrings(s, tagLinks, links)
}

func writeVectors(s *sectionWriter, tag uint32, list []vector) {
	s.open(tag, senseDim*len(list))
	for i := range list {
		for _, x := range list[i] {
			s.buf = append(s.buf, byte(x))
		}
		s.room()
	}
	s.close()
}

func readVectors(s *sectionReader, tag uint32) (list []vector) {
	at := 0
	s.read(tag, senseDim, func(n int) { list = make([]vector, n/senseDim) }, func(b []byte) {
		for _, x := range b {
			list[at/senseDim][at%senseDim] = int8(x)
			at++
		}
	})
	return list
}

// Load replaces the archive by a snapshot. On any error the Matcher is left as
// it was; an error that wraps ErrSnapshot means that the snapshot is of no use.
func (m *Matcher) Load(r io.Reader) error {
	in := bufio.NewReaderSize(r, 1<<20)
	magic := make([]byte, len(snapshotMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != snapshotMagic {
		return fmt.Errorf("%w: not a snapshot of this version", ErrSnapshot)
	}
	s := &sectionReader{r: in}
	if rules := readStrings(s, tagRules); s.err == nil && !slices.Equal(rules, []string{m.rules()}) {
		s.fail("made with other rules or weights")
	}
	n := New(m.opt)
	words := make(chan error, 1)
	n.loadWords(s, words)
	n.toks = readNumbers[uint32](s, tagTokens)
	n.loadRecords(s)
	x := index.Raw{Keys: readNumbers[uint32](s, tagIndex), Ends: readNumbers[uint32](s, tagIndex), Posts: readNumbers[uint32](s, tagIndex),
		Lens: readNumbers[uint8](s, tagIndex), Dead: readNumbers[uint64](s, tagIndex)}
	n.vecs, n.norms = readVectors(s, tagVectors), readFloats(s, tagVectors)
	n.near = clusters{centres: readVectors(s, tagClusters), ends: readNumbers[uint32](s, tagClusters), docs: readNumbers[uint32](s, tagClusters)}
	covered, texts := readNumbers[uint64](s, tagClusters), readNumbers[uint64](s, tagMeant)
	if err := <-words; err != nil && s.err == nil {
		s.err = err
	}
	if s.err != nil {
		return s.err
	}
	var err error
	if n.idx, err = index.FromRaw(x); err != nil || len(covered) != 1 || !n.fits(int(covered[0])) || !n.meant.restore(texts, len(n.docs)) {
		return fmt.Errorf("%w: its parts do not fit together", ErrSnapshot)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lex, m.idx, m.docs, m.toks, m.vecs, m.norms, m.near, m.meant, m.byID, m.link, m.urls = n.lex, n.idx, n.docs, n.toks, n.vecs, n.norms, n.near, n.meant, n.byID, n.link, n.urls
	m.stale = len(m.docs)
	return nil
}

// loadWords reads the words and, while the rest is read, makes the lexicon.
func (m *Matcher) loadWords(s *sectionReader, done chan<- error) {
	words, kinds := readStrings(s, tagWords), readNumbers[uint8](s, tagWords)
	stems, marked, terms := readNumbers[uint32](s, tagWords), readNumbers[uint32](s, tagWords), readNumbers[uint32](s, tagWords)
	if len(kinds) != len(words) || len(stems) != len(words) || len(marked) != len(words) || len(terms) != 1 {
		s.fail("damaged")
	}
	if s.err != nil {
		done <- nil
		return
	}
	go func() { done <- m.lex.restore(words, kinds, stems, marked, terms[0]) }()
}

// restore fills an empty lexicon with words whose terms are known. It fails if the
// terms are not those that add would have given out.
func (l *lexicon) restore(words []string, kinds []uint8, stems, marked []uint32, terms uint32) error {
	l.ids = make(map[string]uint32, len(words))
	l.stems = make(map[string]uint32, len(words))
	l.words, l.forms, l.info = words, make([]wordForms, len(words)), make([]wordInfo, len(words))
	l.terms = terms
	known := make(map[uint32]bool, len(words))
	for i, w := range words {
		if w == "" {
			l.free = append(l.free, uint32(i))
			continue
		}
		stem := text.Stem(w)
		t, met := l.stems[stem]
		if stems[i] == 0 || stems[i] >= terms || marked[i] >= terms || met && t != stems[i] || !met && known[stems[i]] {
			return fmt.Errorf("%w: stems are not those of this version", ErrSnapshot)
		}
		l.ids[w], l.stems[stem], known[stems[i]] = uint32(i), stems[i], true
		if met {
			l.carriers[t]++
		} else if text.Kind(kinds[i]) == text.Word {
			l.addGrams(stem, uint32(i))
		}
		if marked[i] != 0 {
			l.stems["\x01"+w] = marked[i]
		}
		l.forms[i] = wordForms{text.Unmark(w), stem}
		l.info[i] = l.about(w, stem, text.Kind(kinds[i]))
		l.info[i].stem, l.info[i].marked = stems[i], marked[i]
	}
	return nil
}

// loadRecords reads the records with their links.
func (m *Matcher) loadRecords(s *sectionReader) {
	ids, sorts, which := readStrings(s, tagRecords), readStrings(s, tagRecords), readNumbers[uint32](s, tagRecords)
	froms, ends, hashes := readNumbers[uint32](s, tagRecords), readNumbers[uint16](s, tagRecords), readNumbers[uint64](s, tagRecords)
	of, links := readNumbers[uint32](s, tagLinks), readStrings(s, tagLinks)
	n := len(ids)
	if len(which) != n || len(froms) != n || len(ends) != 4*n || len(hashes) != 2*n || len(of) != len(links) {
		s.fail("damaged")
	}
	if s.err != nil {
		return
	}
	shapes := make([]record, len(sorts))
	for i, key := range sorts {
		shapes[i] = shapeOf(key)
	}
	m.docs, m.byID = make([]record, n), make(map[string]uint32, n)
	for i := range m.docs {
		if int(which[i]) >= len(shapes) {
			s.fail("damaged")
			return
		}
		r := shapes[which[i]]
		r.id, r.from, r.ends, r.exact, r.title = ids[i], froms[i], [4]uint16(ends[4*i:]), hashes[2*i], hashes[2*i+1]
		m.docs[i] = r
		if r.id != "" && !r.also {
			m.byID[r.id] = uint32(i)
		}
	}
	for i, r := range of {
		m.urls[r], m.link[links[i]] = append(m.urls[r], links[i]), append(m.link[links[i]], r)
	}
}

// shapeOf reads kind, language and "also" of a record.
func shapeOf(key string) record {
	var r record
	for i, s := range strings.Split(key, "\n") {
		switch i {
		case 0:
			r.kind = Kind(s)
		case 1:
			r.lang = s
		case 2:
			r.also = true
		}
	}
	return r
}

// fits reports whether nothing of a loaded archive leads outside, and fills what
// the snapshot left out: how often each word stands there, and the sketches.
func (m *Matcher) fits(covered int) bool {
	n := len(m.docs)
	if len(m.vecs) != n || len(m.norms) != n || m.idx.Docs() != n || covered < 0 || covered > n || len(m.near.ends) != len(m.near.centres) {
		return false
	}
	for i := range m.docs {
		r := &m.docs[i]
		e := r.ends
		if uint64(r.from)+uint64(e[3]) > uint64(len(m.toks)) || e[0] > e[1] || e[1] > e[2] || e[2] > e[3] || (r.id == "") != m.idx.Dead(uint32(i)) {
			return false
		}
		for _, t := range m.run(r) {
			if int(t&tokWord) >= len(m.lex.info) {
				return false
			}
			m.lex.info[t&tokWord].refs++
		}
	}
	for r := range m.urls {
		if int(r) >= n {
			return false
		}
	}
	return m.near.restore(m.vecs, m.norms, covered)
}

// restore fills the sketches of clusters that were read from a file and reports
// whether they lead nowhere outside.
func (c *clusters) restore(vecs []vector, norms []float32, covered int) bool {
	c.covered = covered
	for i := range c.centres {
		c.marks, c.norms = append(c.marks, c.centres[i].sketch()), append(c.norms, c.centres[i].inverse())
	}
	for i, e := range c.ends {
		if i > 0 && e < c.ends[i-1] || int(e) > len(c.docs) {
			return false
		}
	}
	for _, d := range c.docs {
		if int(d) >= covered {
			return false
		}
	}
	c.fill(vecs, norms)
	for i := covered; i < len(vecs); i++ {
		c.add(&vecs[i])
	}
	return true
}
