package embed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Static is a table of one direction for each piece of a word: the direction of a text
// is the mean of its pieces'. That is a large model's knowledge of words without its
// knowledge of order, at a thousandth of its cost. It implements Encoder.
//
// The files are those of Model2Vec (Tulkens and van Dongen, 2024): the table in
// safetensors, the cutting into pieces as the Hugging Face library of tokenizers
// describes it.
type Static struct {
	name    string
	width   int
	rows    tensor
	weights *tensor // a factor for each piece; nil: 1
	mapping *tensor // the row of each piece; nil: its own number
	cut     *tokenizer
}

// What is read: so many pieces of a text, out of so many bytes, and files of so many bytes.
const (
	mostPieces    = 512
	longestRead   = 16 * mostPieces
	mostTable     = int64(8) << 30
	mostTokenizer = int64(256) << 20
)

// Open reads a model out of a folder with model.safetensors and tokenizer.json. The table is
// kept in memory once, as it was read. A config.json is not looked at: it may say that
// directions keep their length, and an Encoder's are of length 1 all the same. Errors wrap
// ErrModel and say which file cannot be read, and why.
func Open(dir string) (*Static, error) {
	table, err := readFile(dir, "model.safetensors", mostTable)
	if err != nil {
		return nil, err
	}
	words, err := readFile(dir, "tokenizer.json", mostTokenizer)
	if err != nil {
		return nil, err
	}
	tensors, err := readTensors(table)
	if err != nil {
		return nil, err
	}
	s := &Static{}
	if s.cut, err = readTokenizer(words); err != nil {
		return nil, err
	}
	if err := s.take(tensors); err != nil {
		return nil, err
	}
	sum := sha256.New()
	_, _ = sum.Write(table) // a hash never fails
	_, _ = sum.Write(words)
	s.name = "static:" + hex.EncodeToString(sum.Sum(nil)[:6])
	return s, nil
}

func readFile(dir, name string, most int64) ([]byte, error) {
	path := filepath.Join(dir, name)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s is not in %s; a model in the layout of Model2Vec has it", ErrModel, name, dir)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, fmt.Errorf("%w: %s in %s is no file of %d MiB or less", ErrModel, name, dir, most>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return b, nil
}

// take chooses the table, the factors and the rows of pieces, and sees that they fit together.
func (s *Static) take(tensors map[string]tensor) error {
	t, ok := tensors["embeddings"]
	if !ok {
		t, ok = tensors["embedding.weight"]
	}
	switch {
	case !ok:
		return fmt.Errorf("%w: model.safetensors holds no table called embeddings; models that are no tables need a model server", ErrModel)
	case len(t.shape) != 2 || t.shape[0] == 0 || t.shape[1] == 0 || t.shape[1] > Widest:
		return fmt.Errorf("%w: the table in model.safetensors is not of two sides, the second 1 to %d", ErrModel, Widest)
	case sizeOf(t.kind) == 0 || t.kind == "I32" || t.kind == "I64":
		return fmt.Errorf("%w: the table in model.safetensors is of type %s; F32, F16, BF16, F64 and I8 are read", ErrModel, t.kind)
	}
	if i := t.endless(); i >= 0 {
		return fmt.Errorf("%w: row %d of the table in model.safetensors holds what is no finite number; copy the file again", ErrModel, i/t.shape[1])
	}
	s.rows, s.width = t, t.shape[1]
	return s.takePieces(tensors)
}

// takePieces chooses what is said of each piece: its factor and its row.
func (s *Static) takePieces(tensors map[string]tensor) error {
	pieces, rows := s.cut.most+1, s.rows.shape[0]
	if w, ok := tensors["weights"]; ok {
		if len(w.shape) != 1 || w.shape[0] < pieces || sizeOf(w.kind) == 0 || w.kind == "I32" || w.kind == "I64" {
			return fmt.Errorf("%w: model.safetensors has not one weight for each of %d pieces", ErrModel, pieces)
		}
		if i := w.endless(); i >= 0 {
			return fmt.Errorf("%w: the weight of piece %d in model.safetensors is no finite number; copy the file again", ErrModel, i)
		}
		s.weights = &w
	}
	m, ok := tensors["mapping"]
	switch {
	case !ok && rows < pieces:
		return fmt.Errorf("%w: tokenizer.json has pieces up to %d, model.safetensors only %d rows", ErrModel, s.cut.most, rows)
	case !ok:
		return nil
	case len(m.shape) != 1 || m.shape[0] < pieces || m.kind != "I32" && m.kind != "I64":
		return fmt.Errorf("%w: model.safetensors has not one row for each of %d pieces", ErrModel, pieces)
	}
	for i := range m.shape[0] {
		if r := m.whole(i); r < 0 || r >= int64(rows) {
			return fmt.Errorf("%w: model.safetensors gives piece %d a row that is not there", ErrModel, i)
		}
	}
	s.mapping = &m
	return nil
}

// Name implements Encoder. Other files have another name.
func (s *Static) Name() string { return s.name }

// Local implements Encoder: the table is in memory, so a text is encoded within microseconds.
func (s *Static) Local() bool { return true }

// Encode implements Encoder. Nothing is asked of anybody; both sides are the same.
func (s *Static) Encode(ctx context.Context, _ Side, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = s.encode(shorten(t, longestRead))
	}
	return out, nil
}

func (s *Static) encode(text string) []float32 {
	v := make([]float32, s.width)
	for _, piece := range s.cut.pieces(text, mostPieces) {
		row, factor := piece, float32(1)
		if s.mapping != nil {
			row = int(s.mapping.whole(piece))
		}
		if s.weights != nil {
			factor = s.weights.at(piece)
		}
		s.rows.add(v, row*s.width, factor)
	}
	if !unit(v) {
		clear(v) // the sum of huge numbers is none
	}
	return v
}

// readJSON reads one part of tokenizer.json, or says which could not be read.
func readJSON[T any](raw json.RawMessage, what string) (v T, err error) {
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%w: tokenizer.json: %s cannot be read", ErrModel, what)
	}
	return v, nil
}
