package match

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"soi/internal/text"
)

// ErrSnapshot is wrapped by every error of Load that means the snapshot cannot
// be used and the archive must be read from the database again: another
// version, cut short, or damaged.
var ErrSnapshot = errors.New("match: snapshot cannot be used")

// A snapshot is
//
//	magic "soi-match" · version uint32 · length uint64 · CRC-32C uint32 · body
//
// little-endian, where the body holds the words and the records, not the index:
// lists are built again from the records, so that a change of weights needs no
// new version.
const (
	snapshotMagic   = "soi-match"
	snapshotVersion = 1
)

type snapshotBody struct {
	Words []string
	Kinds []byte
	Toks  []uint32
	Docs  []snapshotRecord
}

type snapshotRecord struct {
	ID, Kind, Lang string
	From           uint32
	Ends           [4]uint16
	URLs           []string
	Also           bool
}

// Save writes a snapshot of the archive. Puts wait until it is done.
func (m *Matcher) Save(w io.Writer) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	body := m.body()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(body); err != nil {
		return fmt.Errorf("match: write snapshot: %w", err)
	}
	head := append([]byte(snapshotMagic), binary.LittleEndian.AppendUint32(nil, snapshotVersion)...)
	head = binary.LittleEndian.AppendUint64(head, uint64(b.Len()))
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(b.Bytes(), crc32.MakeTable(crc32.Castagnoli)))
	for _, p := range [][]byte{head, b.Bytes()} {
		if _, err := w.Write(p); err != nil {
			return fmt.Errorf("match: write snapshot: %w", err)
		}
	}
	return nil
}

// body gathers what a snapshot holds: the words of records that are in the
// archive and no others, so that a text which was removed is not on disk.
func (m *Matcher) body() snapshotBody {
	body := snapshotBody{Toks: make([]uint32, 0, len(m.toks))}
	number := make([]uint32, len(m.lex.words)) // of each word in the snapshot, from 1; 0 for none
	for _, r := range m.docs {
		run := m.toks[r.from : r.from+uint32(r.ends[3])]
		from := uint32(len(body.Toks))
		for _, t := range run {
			w := t & tokWord
			if number[w] == 0 {
				body.Words, body.Kinds = append(body.Words, m.lex.words[w]), append(body.Kinds, m.lex.info[w].flags)
				number[w] = uint32(len(body.Words))
			}
			body.Toks = append(body.Toks, t&^tokWord|(number[w]-1))
		}
		body.Docs = append(body.Docs, snapshotRecord{r.id, string(r.kind), r.lang, from, r.ends, r.urls, r.also})
	}
	return body
}

// Load replaces the archive by a snapshot. On any error the Matcher is left as
// it was; an error that wraps ErrSnapshot means that the snapshot is of no use.
func (m *Matcher) Load(r io.Reader) error {
	body, err := readSnapshot(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return err
	}
	n := New(m.opt)
	n.toks = body.Toks
	for i, w := range body.Words {
		n.lex.add([]byte(w), kindOf(body.Kinds[i]))
	}
	for _, s := range body.Docs {
		if uint64(s.From)+uint64(s.Ends[3]) > uint64(len(n.toks)) {
			return fmt.Errorf("%w: a record points outside", ErrSnapshot)
		}
		n.restore(s)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lex, m.idx, m.docs, m.toks, m.vecs, m.sketches, m.norms, m.byID, m.link = n.lex, n.idx, n.docs, n.toks, n.vecs, n.sketches, n.norms, n.byID, n.link
	m.stale = len(m.docs)
	return nil
}

func (m *Matcher) restore(s snapshotRecord) {
	r := record{id: s.ID, kind: Kind(s.Kind), lang: s.Lang, from: s.From, ends: s.Ends, urls: s.URLs, also: s.Also}
	if r.id == "" {
		m.docs = append(m.docs, record{})
		m.vecs, m.sketches, m.norms = append(m.vecs, vector{}), append(m.sketches, 0), append(m.norms, 0)
		m.idx.Remove(m.idx.Add(nil, 1))
		return
	}
	r.exact = m.hash(m.toks[r.from : r.from+uint32(r.ends[0])])
	r.title = m.hash(m.toks[r.from+uint32(r.ends[0]) : r.from+uint32(r.ends[1])])
	n := m.freqs(r)
	doc := m.idx.Add(m.put.freqs, n)
	m.docs = append(m.docs, r)
	m.point(r)
	m.byID[r.id] = append(m.byID[r.id], doc)
	for _, u := range r.urls {
		m.link[u] = append(m.link[u], doc)
	}
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

func readSnapshot(r io.Reader) (*snapshotBody, error) {
	head := make([]byte, len(snapshotMagic)+16)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("%w: cut short: %w", ErrSnapshot, err)
	}
	if string(head[:len(snapshotMagic)]) != snapshotMagic {
		return nil, fmt.Errorf("%w: not a snapshot", ErrSnapshot)
	}
	head = head[len(snapshotMagic):]
	if v := binary.LittleEndian.Uint32(head); v != snapshotVersion {
		return nil, fmt.Errorf("%w: version %d, want %d", ErrSnapshot, v, snapshotVersion)
	}
	var b bytes.Buffer
	size := binary.LittleEndian.Uint64(head[4:])
	if n, err := io.CopyN(&b, r, int64(min(size, 1<<40))); err != nil || uint64(n) != size {
		return nil, fmt.Errorf("%w: cut short", ErrSnapshot)
	}
	if crc32.Checksum(b.Bytes(), crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(head[12:]) {
		return nil, fmt.Errorf("%w: damaged", ErrSnapshot)
	}
	body := new(snapshotBody)
	if err := gob.NewDecoder(&b).Decode(body); err != nil || len(body.Kinds) != len(body.Words) {
		return nil, fmt.Errorf("%w: damaged", ErrSnapshot)
	}
	return body, nil
}
