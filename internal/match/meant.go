package match

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"soi/internal/embed"
	"soi/internal/index"
)

// Meaning is what the nearness of an encoder's directions is worth; see Calibrations. Its
// numbers are fitted to standing, which says the same of every encoder.
type Meaning struct {
	// Weight is what standing 1 adds to a candidate's rate, for the order alone.
	Weight float64 `json:"weight"`
	// Slope and Shift turn standing into the probability that a document is about the
	// same: 1/(1+exp(-(Slope*standing+Shift))).
	Slope float64 `json:"slope"`
	Shift float64 `json:"shift"`
	// Perhaps is the probability from which a document that only means the same is offered.
	Perhaps float64 `json:"perhaps"`
}

// offers reports whether a document is offered for its meaning alone.
func (c *Meaning) offers(standing float32) bool {
	return c.Perhaps > 0 && standing > 0 && c.chance(standing) >= c.Perhaps
}

// chance is 0 without fitted numbers, as in a calibration file of before.
func (c *Meaning) chance(standing float32) float64 {
	if c.Slope == 0 {
		return 0
	}
	return 1 / (1 + math.Exp(-(c.Slope*float64(standing) + c.Shift)))
}

// meansSame gives a document the probability that its meaning speaks for, when that is higher than
// that of its words. A difference that makes another claim of it stands against both: encoders see
// hardly any between 30 people and 300, or between is and is not.
func (m *Matcher) meansSame(w *weighed) {
	if w.stand <= 0 || w.contradicted() {
		return
	}
	c := m.calibrated().Meaning
	w.alike, w.chance = c.offers(w.stand), max(w.chance, c.chance(w.stand))
}

// contradicted reports a difference that a document in any words, or in any language, could not have
// and say the same: figures and negation; places too if both are in one language. Words that stand
// in each other's place are no such difference: other words are what an encoder is asked for.
func (w *weighed) contradicted() bool {
	d := w.diff
	same := w.rec.lang == "" || w.rec.lang == w.lang
	return len(d.figures) > 0 || d.negation || len(d.names) > 0 && same
}

// mostOutstanding is how many documents beyond the best are read because of what they mean.
const mostOutstanding = 4

// outstanding lists those of the rest of the candidates that mean the same as the question: a document
// in another language shares no word with it and stands last.
func (m *Matcher) outstanding(rest []*candidate) []*candidate {
	c := m.calibrated().Meaning
	var out []*candidate
	for _, x := range rest {
		if c.offers(x.stand) && len(out) < mostOutstanding {
			out = append(out, x)
		}
	}
	return out
}

// byMeaning puts first what the words answer (the document that they rank first and no other),
// whatever means the same as well, and, when the first document is worth no offer and others
// are, those by their probability: meaning may add an offer and must not hide one.
func (m *Matcher) byMeaning(qu *question, out []weighed) {
	if qu.embedding == nil || len(out) == 0 {
		return
	}
	t, top := m.limits(qu.lang), float32(math.Inf(-1))
	for i := range out {
		top = max(top, out[i].rate)
	}
	for i := range out {
		out[i].behind = out[i].rate < top
	}
	slices.SortStableFunc(out, func(a, b weighed) int { return cmp.Compare(one(b.same(t)), one(a.same(t))) })
	worth := func(w *weighed) float64 {
		if w.alike || w.said >= t.Perhaps && !m.slight(w) {
			return 1 + w.chance
		}
		return w.chance
	}
	if worth(&out[0]) < 1 && slices.ContainsFunc(out, func(w weighed) bool { return worth(&w) >= 1 }) {
		slices.SortStableFunc(out, func(a, b weighed) int { return cmp.Compare(worth(&b), worth(&a)) })
	}
}

// Encode gives the archive an encoder, best before anything is put in. missed, if not nil, learns why
// it could not be asked about a message.
func (m *Matcher) Encode(e embed.Encoder, missed func(error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opt.Encoder, m.opt.missed, m.meant = e, missed, &embeddings{on: e != nil}
	m.meant.grow(len(m.docs))
}

// Encodes reports whether the archive has an encoder.
func (m *Matcher) Encodes() bool {
	e, _ := m.encoder()
	return e != nil
}

// encoder is that of the archive, nil for none.
func (m *Matcher) encoder() (embed.Encoder, func(error)) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.opt.Encoder, m.opt.missed
}

// ask has the encoder encode a message and its parts, in this order; nil without an
// encoder, in an archive with too few directions, and when the encoder cannot answer now:
// then the words alone decide.
func (m *Matcher) ask(ctx context.Context, texts []string) []*embedding {
	e, missed := m.encoder()
	if e == nil || m.Meant().Known < fewestMeant {
		return nil
	}
	vs, err := e.Encode(ctx, embed.Question, texts)
	if err == nil && len(vs) != len(texts) {
		err = fmt.Errorf("%w: %d directions of %d texts", embed.ErrAnswer, len(vs), len(texts))
	}
	if err != nil {
		if missed != nil && ctx.Err() == nil { // who has gone needs no answer
			missed(err)
		}
		return nil
	}
	out := make([]*embedding, len(vs))
	for i, v := range vs {
		row := packDirection(v)
		out[i] = &embedding{row: row, inv: inverseOf(row)}
	}
	return out
}

// nearInMeaning lists the documents that mean what the question means, and learns from them how
// near unrelated ones come.
func (m *Matcher) nearInMeaning(qu *question, n int, keep func(doc uint32) bool) []uint32 {
	q := qu.embedding
	if q == nil {
		return nil
	}
	hits := m.meant.alike(q, max(n, aroundTo), keep, false)
	if q.settle(hits); !q.ok {
		return nil
	}
	out := make([]uint32, 0, n)
	for _, h := range hits[:min(n, len(hits))] {
		out = append(out, h.Doc)
	}
	return out
}

// standing is that of a record before a question; 0 for one without direction.
func (m *Matcher) standing(qu *question, r uint32) float32 {
	if qu.embedding == nil || !m.meant.has(r) || len(qu.embedding.row) != m.meant.width {
		return 0
	}
	return qu.embedding.standing(m.meant.cosine(qu.embedding, r))
}

// standings is standing for the documents of a look-up; nil for a question without
// direction.
func (m *Matcher) standings(qu *question, hits []index.Hit) []float32 {
	if qu.embedding == nil {
		return nil
	}
	out := make([]float32, len(hits))
	for i, h := range hits {
		out[i] = m.standing(qu, h.Doc)
	}
	return out
}

// NearestInMeaning lists the n texts nearest in meaning to a message, as a search finds them and as
// looking at every direction does, for measurements. Errors are the encoder's.
func (m *Matcher) NearestInMeaning(ctx context.Context, message string, n int) (quick, whole []Hit, err error) {
	e, _ := m.encoder()
	if e == nil {
		return nil, nil, nil
	}
	vs, err := e.Encode(ctx, embed.Question, []string{message})
	if err != nil || len(vs) != 1 {
		return nil, nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	row := packDirection(vs[0])
	q := &embedding{row: row, inv: inverseOf(row)}
	list := func(all bool) (out []Hit) {
		for _, h := range m.meant.alike(q, n, nil, all) {
			out = append(out, Hit{ID: m.docs[h.Doc].id, Kind: m.docs[h.Doc].kind, Score: float64(h.Score)})
		}
		return out
	}
	return list(false), list(true), nil
}

// Unmeant lists documents of which the encoder has not been asked about some text, up to n
// of them from record number after on, and the number to go on from; the number is 0 when there
// are no more.
func (m *Matcher) Unmeant(after, n int) (ids []string, next int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if !m.meant.on {
		return nil, 0
	}
	for r := after; r < len(m.docs); r++ {
		if m.meant.inv[r] != 0 || m.docs[r].id == "" {
			continue
		}
		if id := m.docs[r].id; len(ids) == 0 || ids[len(ids)-1] != id {
			if len(ids) == n {
				return ids, r
			}
			ids = append(ids, id)
		}
	}
	return ids, 0
}

// Meant is how far the encoding of the archive is.
type Meant struct {
	Known, Of int    // texts that have a direction, and all there are
	Turns     uint64 // grows when a direction comes or goes: what SaveMeanings wrote before is then old
}

// Meant tells how far the encoding of the archive is.
func (m *Matcher) Meant() Meant {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return Meant{m.meant.known, m.idx.Len(), m.meant.turns}
}

// Mean asks the encoder about texts of documents, as they stand in the archive, and keeps the
// answers. A text that has changed or gone meanwhile is passed over. Directions of another width than
// before take the place of all. Errors are the encoder's.
func (m *Matcher) Mean(ctx context.Context, docs []Doc) error {
	e, _ := m.encoder()
	if e == nil {
		return nil
	}
	texts, of := m.unasked(docs)
	if len(texts) == 0 {
		return nil
	}
	vs, err := e.Encode(ctx, embed.Document, texts)
	if err != nil {
		return err
	}
	if len(vs) != len(texts) {
		return fmt.Errorf("%w: %d directions of %d texts", embed.ErrAnswer, len(vs), len(texts))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range of {
		row := packDirection(meanDirection(vs[:w.texts]))
		vs = vs[w.texts:]
		if m.meant.width != 0 && len(row) != m.meant.width {
			m.meant.forget() // another model answers under the same name: what the one before said is of no use
		}
		if r, ok := m.recordOf(w); ok {
			m.meant.set(r, row)
		}
	}
	return nil
}

// Answers asks the encoder about one word, to learn whether it answers at all. Errors are the encoder's.
func (m *Matcher) Answers(ctx context.Context) error {
	e, _ := m.encoder()
	if e == nil {
		return nil
	}
	_, err := e.Encode(ctx, embed.Document, []string{"soi"})
	return err
}

// PassOver notes that the encoder has nothing to say of documents, so that it is not asked about them
// again until they change.
func (m *Matcher) PassOver(docs []Doc) {
	_, of := m.unasked(docs)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range of {
		if r, ok := m.recordOf(w); ok {
			m.meant.inv[r] = -1
		}
	}
}

// wording is one text of one document.
type wording struct {
	id    string
	at    int // 0: the document's own
	key   uint64
	texts int // how many texts it is encoded by
}

// unasked lists the texts of documents that the encoder has not been asked about, each with
// its place, and notes whose they are.
func (m *Matcher) unasked(docs []Doc) (texts []string, of []wording) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range docs {
		for i, w := range wordings(d) {
			s := meantTexts(&w)
			x := wording{d.ID, i, textKey(s), len(s)}
			r, ok := m.recordAt(d.ID, i)
			if !ok || m.meant.inv[r] != 0 {
				continue
			}
			if m.meant.keys[r] == 0 {
				m.meant.keys[r] = x.key // read from a snapshot that does not know
			}
			if s[0] == "" { // nothing to encode
				m.meant.inv[r] = -1
				continue
			}
			texts, of = append(texts, s...), append(of, x)
		}
	}
	return texts, of
}

// recordAt is the record of a document's text: 0 its own, then its other wordings.
func (m *Matcher) recordAt(id string, at int) (r uint32, ok bool) {
	first, ok := m.byID[id]
	r = first + uint32(at)
	return r, ok && int(r) < len(m.docs) && m.docs[r].id == id
}

// recordOf is the record of a wording, if it still has the same text.
func (m *Matcher) recordOf(w wording) (r uint32, ok bool) {
	r, ok = m.recordAt(w.id, w.at)
	return r, ok && m.meant.keys[r] == w.key
}

// A file of meanings is a magic and sections as in a snapshot: the encoder's name and the
// width of its directions, which text each direction is of, and the directions. It holds no
// text, and nothing of what was removed.
const meaningsMagic = "soi-meanings/1\n"

// Tags of its sections.
const (
	tagEncoder = iota + 64
	tagTexts
	tagDirections
)

// SaveMeanings writes what the encoder said, so that it need not be asked again.
func (m *Matcher) SaveMeanings(w io.Writer) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g := m.meant
	s := &sectionWriter{w: w}
	s.write([]byte(meaningsMagic))
	name := ""
	if m.opt.Encoder != nil {
		name = m.opt.Encoder.Name()
	}
	writeStrings(s, tagEncoder, []string{name, fmt.Sprint(g.width)})
	var keys []uint64
	g.each(func(r uint32) { keys = append(keys, g.keys[r]) })
	writeNumbers(s, tagTexts, keys)
	s.open(tagDirections, g.width*len(keys))
	g.each(func(r uint32) {
		for _, x := range g.row(r) {
			s.buf = append(s.buf, byte(x))
		}
		s.room()
	})
	s.close()
	if s.err != nil {
		return fmt.Errorf("match: write meanings: %w", s.err)
	}
	return nil
}

// meaningsHead reads a file of meanings up to the directions.
func meaningsHead(r io.Reader) (s *sectionReader, encoder, width string, keys []uint64, err error) {
	magic := make([]byte, len(meaningsMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != meaningsMagic {
		return nil, "", "", nil, fmt.Errorf("%w: no file of meanings of this version", ErrSnapshot)
	}
	s = &sectionReader{r: r}
	head := readStrings(s, tagEncoder)
	if keys = readNumbers[uint64](s, tagTexts); s.err == nil && len(head) != 2 {
		s.fail("damaged")
	}
	if s.err != nil {
		return nil, "", "", nil, s.err
	}
	return s, head[0], head[1], keys, nil
}

// MeaningsIn reads whose directions a file holds and of how many texts. Errors wrap ErrSnapshot.
func MeaningsIn(r io.Reader) (encoder string, texts int, err error) {
	_, encoder, _, keys, err := meaningsHead(r)
	return encoder, len(keys), err
}

// LoadMeanings gives the documents of the archive the directions of a file, and returns of how
// many texts the file holds one. It changes nothing on an error; one that wraps ErrSnapshot says that the file is damaged, or of
// another encoder, and that the encoder must be asked again.
func (m *Matcher) LoadMeanings(r io.Reader) (texts int, err error) {
	s, name, said, keys, err := meaningsHead(r)
	if err != nil {
		return 0, err
	}
	if e, _ := m.encoder(); e == nil || name != e.Name() {
		return 0, fmt.Errorf("%w: made by another encoder", ErrSnapshot)
	}
	rows := readNumbers[int8](s, tagDirections)
	if s.err != nil || len(keys) == 0 {
		return 0, s.err
	}
	width := len(rows) / len(keys)
	if width == 0 || width > embed.Widest || width*len(keys) != len(rows) || said != fmt.Sprint(width) {
		return 0, fmt.Errorf("%w: its parts do not fit together", ErrSnapshot)
	}
	at := make(map[uint64]int, len(keys))
	for i, k := range keys {
		at[k] = i
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for r, k := range m.meant.keys {
		if i, ok := at[k]; ok && k != 0 && m.meant.inv[r] == 0 {
			m.meant.set(uint32(r), rows[i*width:(i+1)*width])
		}
	}
	return len(keys), nil
}
