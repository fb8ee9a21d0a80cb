package embed

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"soi/internal/text"
)

// tokenizer cuts a text into numbered pieces as a tokenizer.json describes it: change
// its letters, cut it into words, cut each word into pieces.
type tokenizer struct {
	letters []func(string) string
	words   []func([]string) []string
	vocab   map[string]int
	most    int // highest number of a piece
	longest int // bytes of the longest piece

	// Of WordPiece: what a piece inside a word begins with, and how many characters a word may have.
	inside   string
	longWord int
	// Of Unigram: the score of each piece, and that of a character without one.
	scores    []float64
	unknown   int // number of the piece for what is unknown; -1: none
	lost      float64
	bytesToo  bool // characters without a piece are cut into their bytes
	isUnigram bool
}

// mostVocabulary bounds what is read: the largest multilingual models have a million.
const mostVocabulary = 4 << 20

// mostScore bounds a score, which is the logarithm of a share: sums of them must stay numbers.
const mostScore = 1e9

// readTokenizer reads a tokenizer.json. Errors wrap ErrModel and say which part is not read.
func readTokenizer(file []byte) (*tokenizer, error) {
	var parts struct {
		Normalizer   json.RawMessage `json:"normalizer"`
		PreTokenizer json.RawMessage `json:"pre_tokenizer"`
		Model        json.RawMessage `json:"model"`
	}
	if err := json.Unmarshal(file, &parts); err != nil || len(parts.Model) == 0 {
		return nil, fmt.Errorf("%w: tokenizer.json does not describe how texts are cut", ErrModel)
	}
	t := &tokenizer{unknown: -1}
	if err := t.addLetters(parts.Normalizer, 0); err != nil {
		return nil, err
	}
	if err := t.addWords(parts.PreTokenizer, 0); err != nil {
		return nil, err
	}
	model, err := readJSON[struct {
		Type  string
		Vocab json.RawMessage
	}](parts.Model, "its model")
	if err != nil {
		return nil, err
	}
	kind := model.Type
	if kind == "" && strings.HasPrefix(strings.TrimSpace(string(model.Vocab)), "[") {
		kind = "Unigram"
	}
	switch kind {
	case "WordPiece":
		return t, t.readWordPiece(parts.Model)
	case "Unigram":
		return t, t.readUnigram(parts.Model)
	}
	return nil, fmt.Errorf("%w: tokenizer.json cuts by %q; WordPiece and Unigram are read", ErrModel, kind)
}

func (t *tokenizer) readWordPiece(raw json.RawMessage) error {
	m, err := readJSON[struct {
		UnkToken string         `json:"unk_token"`
		Inside   *string        `json:"continuing_subword_prefix"`
		LongWord int            `json:"max_input_chars_per_word"`
		Vocab    map[string]int `json:"vocab"`
	}](raw, "the vocabulary of WordPiece")
	if err != nil {
		return err
	}
	t.vocab, t.inside, t.longWord = m.Vocab, "##", 100
	if m.Inside != nil {
		t.inside = *m.Inside
	}
	if m.LongWord > 0 {
		t.longWord = m.LongWord
	}
	if id, ok := m.Vocab[m.UnkToken]; ok {
		t.unknown = id
	}
	return t.measure()
}

func (t *tokenizer) readUnigram(raw json.RawMessage) error {
	m, err := readJSON[struct {
		UnkID *int                 `json:"unk_id"`
		Bytes bool                 `json:"byte_fallback"`
		Vocab [][2]json.RawMessage `json:"vocab"`
	}](raw, "the vocabulary of Unigram")
	if err != nil {
		return err
	}
	t.isUnigram, t.bytesToo, t.vocab, t.scores = true, m.Bytes, make(map[string]int, len(m.Vocab)), make([]float64, len(m.Vocab))
	t.lost = mostScore
	if m.UnkID != nil {
		t.unknown = *m.UnkID
	}
	for i, pair := range m.Vocab {
		piece, err := readJSON[string](pair[0], "a piece of Unigram")
		if err != nil {
			return err
		}
		score, err := readJSON[float64](pair[1], "a score of Unigram")
		if err != nil {
			return err
		}
		if _, twice := t.vocab[piece]; !twice {
			t.vocab[piece] = i
		}
		if math.Abs(score) > mostScore {
			return fmt.Errorf("%w: tokenizer.json scores piece %d with %g; the file may be damaged", ErrModel, i, score)
		}
		t.scores[i] = score
		t.lost = min(t.lost, score)
	}
	t.lost -= 10 // as the reference does: worse than any piece
	return t.measure()
}

// measure finds the bounds of the vocabulary.
func (t *tokenizer) measure() error {
	if len(t.vocab) == 0 || len(t.vocab) > mostVocabulary {
		return fmt.Errorf("%w: tokenizer.json has %d pieces; 1 to %d are read", ErrModel, len(t.vocab), mostVocabulary)
	}
	for piece, id := range t.vocab {
		if id < 0 || id > mostVocabulary {
			return fmt.Errorf("%w: tokenizer.json numbers a piece %d", ErrModel, id)
		}
		t.most, t.longest = max(t.most, id), max(t.longest, len(piece))
	}
	t.longest = min(t.longest, 256)
	return nil
}

// pieces are the numbers of a text's pieces, at most so many. What is unknown is left out.
func (t *tokenizer) pieces(s string, most int) []int {
	// A letter with its marks apart is the same letter; few vocabularies have it so.
	s = text.Form("NFC", strings.ToValidUTF8(s, ""))
	for _, f := range t.letters {
		s = shorten(f(s), 4*longestRead)
	}
	words := []string{s}
	for _, f := range t.words {
		words = f(words)
	}
	var out []int
	for _, w := range words {
		if t.isUnigram {
			out = t.likeliest(w, out)
		} else {
			out = t.longestFirst(w, out)
		}
		if len(out) >= most {
			return out[:most]
		}
	}
	return out
}

// longestFirst appends the pieces of one word: the longest that it begins with, then the
// longest of the rest (Wu et al. 2016, as BERT cuts).
func (t *tokenizer) longestFirst(w string, out []int) []int {
	if utf8.RuneCountInString(w) > t.longWord {
		return out
	}
	from := len(out)
	for at := 0; at < len(w); {
		id, to := -1, min(len(w), at+t.longest)
		for ; to > at; to-- {
			if to < len(w) && !utf8.RuneStart(w[to]) {
				continue
			}
			piece := w[at:to]
			if at > 0 {
				piece = t.inside + piece
			}
			if x, ok := t.vocab[piece]; ok {
				id = x
				break
			}
		}
		if id < 0 {
			return out[:from] // one part unknown: the word is
		}
		if at = to; id != t.unknown {
			out = append(out, id)
		}
	}
	return out
}

// likeliest appends the pieces of one word whose scores sum up highest (Kudo 2018).
func (t *tokenizer) likeliest(w string, out []int) []int {
	type step struct {
		from, id int
		sum      float64
	}
	best := make([]step, len(w)+1)
	for i := range best {
		best[i] = step{-1, -1, math.Inf(-1)}
	}
	best[0].sum = 0
	for i := 0; i < len(w); i++ {
		if math.IsInf(best[i].sum, -1) {
			continue
		}
		_, one := utf8.DecodeRuneInString(w[i:])
		if sum := best[i].sum + t.lost; sum > best[i+one].sum {
			best[i+one] = step{i, -1, sum}
		}
		for to := i + one; to <= min(len(w), i+t.longest); to++ {
			if to < len(w) && !utf8.RuneStart(w[to]) {
				continue
			}
			if id, ok := t.vocab[w[i:to]]; ok {
				if sum := best[i].sum + t.scores[id]; sum > best[to].sum {
					best[to] = step{i, id, sum}
				}
			}
		}
	}
	first := len(out)
	for to := len(w); to > 0; to = best[to].from {
		switch s := best[to]; {
		case s.id >= 0 && s.id != t.unknown:
			out = append(out, s.id)
		case s.id < 0 && t.bytesToo:
			out = t.byBytes(w[s.from:to], out)
		}
	}
	for i, j := first, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// byBytes appends the pieces of a character's bytes, last byte first, or nothing when one
// of them has none.
func (t *tokenizer) byBytes(s string, out []int) []int {
	first := len(out)
	for i := len(s) - 1; i >= 0; i-- {
		id, ok := t.vocab[fmt.Sprintf("<0x%02X>", s[i])]
		if !ok {
			return out[:first]
		}
		out = append(out, id)
	}
	return out
}
