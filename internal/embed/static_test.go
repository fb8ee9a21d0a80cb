package embed_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"soi/internal/embed"
)

// array is one array of a model file that a test makes.
type array struct {
	kind  string
	shape []int
	data  []byte
}

// numbers writes numbers as one of the kinds that are read.
func numbers(kind string, shape []int, vs ...float64) array {
	var b []byte
	for _, v := range vs {
		switch kind {
		case "F64":
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		case "F32":
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		case "BF16":
			b = binary.LittleEndian.AppendUint16(b, uint16(math.Float32bits(float32(v))>>16))
		case "F16":
			b = binary.LittleEndian.AppendUint16(b, halfOf(v))
		case "I8":
			b = append(b, byte(int8(v)))
		case "I64":
			b = binary.LittleEndian.AppendUint64(b, uint64(int64(v)))
		case "I32":
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
		}
	}
	return array{kind, shape, b}
}

// halfOf is binary16 for the numbers of these tests: 0 and those that a half holds exactly.
func halfOf(v float64) uint16 {
	if v == 0 {
		return 0
	}
	frac, exp := math.Frexp(math.Abs(v))
	h := uint16(exp+14)<<10 | uint16(math.Round((2*frac-1)*1024))
	if v < 0 {
		h |= 1 << 15
	}
	return h
}

func safetensors(arrays map[string]array) []byte {
	header, body := map[string]any{"__metadata__": map[string]string{"format": "pt"}}, []byte{}
	for name, a := range arrays {
		header[name] = map[string]any{"dtype": a.kind, "shape": a.shape, "data_offsets": []int{len(body), len(body) + len(a.data)}}
		body = append(body, a.data...)
	}
	h, _ := json.Marshal(header)
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(h))), h...), body...)
}

func modelIn(t testing.TB, arrays map[string]array, tokenizer string) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range map[string][]byte{"model.safetensors": safetensors(arrays), "tokenizer.json": []byte(tokenizer)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const wordPiece = `{"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
"pre_tokenizer":{"type":"BertPreTokenizer"},
"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":20,
"vocab":{"[UNK]":0,"lu":1,"##t":2,"hue":3,"30":4,"!":5,"水":6,"##e":7}}}`

const unigram = `{"normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"%s"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},
"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
"model":{"type":"Unigram","unk_id":0,"byte_fallback":%v,"vocab":[["<unk>",0],["▁lũ",-2],["▁",-3],["l",-4],["ũ",-4],["▁lụt",-5],["lụt",-6],["<0xC2>",-9],["<0xA7>",-9],["▁Huế",-3],["Hu",-4],["ế",-4]]}}`

// row n of the table is 1 at n and 0 elsewhere, so that a direction shows its pieces.
func unitRows(kind string, n int) array {
	vs := make([]float64, n*n)
	for i := range n {
		vs[i*n+i] = 1
	}
	return numbers(kind, []int{n, n}, vs...)
}

// pieces reads off which pieces a direction of unitRows was made of, and in which share: the
// rarest counts once.
func pieces(t *testing.T, dir, text string) string {
	t.Helper()
	e, err := embed.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	vs, err := e.Encode(t.Context(), embed.Question, []string{text})
	if err != nil {
		t.Fatal(err)
	}
	least, out := 2.0, []string{}
	for _, x := range vs[0] {
		if x > 0 {
			least = min(least, float64(x))
		}
	}
	for i, x := range vs[0] {
		if x > 0 {
			out = append(out, fmt.Sprintf("%d×%d", i, int(math.Round(float64(x)/least))))
		}
	}
	return strings.Join(out, " ")
}

func TestWordPiece(t *testing.T) {
	dir := modelIn(t, map[string]array{"embeddings": unitRows("F32", 8)}, wordPiece)
	for text, want := range map[string]string{
		"Lụt Huế":                   "1×1 2×1 3×1", // marks and capitals are dropped
		"lu\u0323t hue\u0302\u0301": "1×1 2×1 3×1", // … also when they stand apart
		"lute!":                     "1×1 2×1 5×1 7×1",
		"水30":                       "4×1 6×1",
		"lut lut 30":                "1×2 2×2 4×1",
		"bão lut":                   "1×1 2×1", // an unknown word is left out
		"lux":                       "",        // … and one that is unknown in part
		strings.Repeat("lut", 8):    "",        // longer than a word may be
		"":                          "",
	} {
		if got := pieces(t, dir, text); got != want {
			t.Errorf("%q: pieces %q, not %q", text, got, want)
		}
	}
}

func TestUnigram(t *testing.T) {
	dir := modelIn(t, map[string]array{"embeddings": unitRows("F32", 12)}, withLetters(unigram, false))
	withBytes := modelIn(t, map[string]array{"embeddings": unitRows("F32", 12)}, withLetters(unigram, true))
	for text, want := range map[string]string{
		"lũ":                 "1×1",
		"lũ  lụt":            "1×1 5×1",       // two blanks are one
		"lu\u0303 lu\u0323t": "1×1 5×1",       // composed first
		"Huế":                "9×1",           // one piece scores higher than two
		"aHuế":               "2×1 10×1 11×1", // no piece of its own for a: left out
		"lũlũ":               "1×1 3×1 4×1",   // inside a word there is no blank
		"":                   "",
		"\u200b lũ":          "1×1", // what cannot be seen is a blank, by the table of letters
		"\u216c\u0169":       "1×1", // … and the sign for fifty a letter
	} {
		if got := pieces(t, dir, text); got != want {
			t.Errorf("%q: pieces %q, not %q", text, got, want)
		}
	}
	if got, want := pieces(t, withBytes, "lũ§🏁"), "1×1 7×1 8×1"; got != want {
		t.Errorf("by bytes: %q, not %q", got, want)
	}
}

// TestStaticNumbers: one direction worked out by hand for every kind of number.
func TestStaticNumbers(t *testing.T) {
	other := map[string]string{"F64": "F16", "F32": "F64", "F16": "F32", "BF16": "BF16", "I8": "F32"} // the weights' kind
	for kind, weights := range other {
		table := numbers(kind, []int{4, 2}, 0, 0, 3, 0, 0, -1, 5, 5)
		arrays := map[string]array{"embedding.weight": table,
			"weights": numbers(weights, []int{8}, 0, 2, 0.5, 1, 1, 1, 1, 1), "mapping": numbers("I64", []int{8}, 0, 2, 1, 0, 0, 0, 0, 0)}
		e, err := embed.Open(modelIn(t, arrays, wordPiece))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		// lu → row 2 × 2, ##t → row 1 × 0.5: (0,-2) + (1.5,0), of length 2.5.
		vs, err := e.Encode(t.Context(), embed.Document, []string{"lut", "unknown"})
		if err != nil || math.Abs(float64(vs[0][0])-0.6) > 1e-6 || math.Abs(float64(vs[0][1])+0.8) > 1e-6 {
			t.Errorf("%s: %v, %v", kind, vs, err)
		}
		if vs[1][0] != 0 || vs[1][1] != 0 {
			t.Errorf("%s: a text of unknown words has the direction %v", kind, vs[1])
		}
	}
}

func TestStaticRefusals(t *testing.T) {
	good := unitRows("F32", 8)
	for _, bad := range []struct {
		what, want string
		arrays     map[string]array
		tokenizer  string
	}{
		{"another kind of model", "need a model server", map[string]array{"encoder.layer": good}, wordPiece},
		{"a table of one side", "not of two sides", map[string]array{"embeddings": numbers("F32", []int{2}, 1, 2)}, wordPiece},
		{"rows too few", "only 7 rows", map[string]array{"embeddings": numbers("F32", []int{7, 1}, 1, 1, 1, 1, 1, 1, 1)}, wordPiece},
		{"a kind that is not read", "type U8", map[string]array{"embeddings": {"U8", []int{8, 1}, make([]byte, 8)}}, wordPiece},
		{"a shape that does not fit", "does not fit its size", map[string]array{"embeddings": {"F32", []int{8, 3}, make([]byte, 8)}}, wordPiece},
		{"an overflowing shape", "impossible shape", map[string]array{"embeddings": {"F32", []int{1 << 40, 1 << 40}, make([]byte, 8)}}, wordPiece},
		{"a number that is none", "row 3 of the table", map[string]array{"embeddings": numbers("F32", []int{8, 2}, 0, 0, 0, 0, 0, 0, 0, math.NaN(), 0, 0, 0, 0, 0, 0, 0, 0)}, wordPiece},
		{"a number without end", "row 7 of the table", map[string]array{"embeddings": {"F16", []int{8, 1}, append(make([]byte, 14), 0, 0x7c)}}, wordPiece},
		{"a weight that is none", "weight of piece 1", map[string]array{"embeddings": good, "weights": numbers("F64", []int{8}, 1, math.Inf(1), 1, 1, 1, 1, 1, 1)}, wordPiece},
		{"a direction too wide", "second 1 to 4096", map[string]array{"embeddings": {"I8", []int{8, 4097}, make([]byte, 8*4097)}}, wordPiece},
		{"too few rows for the map", "one row for each of 8", map[string]array{"embeddings": good, "mapping": numbers("I32", []int{1}, 0)}, wordPiece},
		{"a map that is none", "one row for each of 8", map[string]array{"embeddings": good, "mapping": numbers("F32", []int{8}, 0, 1, 2, 3, 4, 5, 6, 7)}, wordPiece},
		{"weights too few", "one weight for each", map[string]array{"embeddings": good, "weights": numbers("F32", []int{1}, 1)}, wordPiece},
		{"rows that are not there", "not there", map[string]array{"embeddings": good, "mapping": numbers("I32", []int{8}, 0, 1, 2, 3, 4, 5, 6, 9)}, wordPiece},
		{"BPE", `cuts by "BPE"`, map[string]array{"embeddings": good}, `{"model":{"type":"BPE","vocab":{}}}`},
		{"other letters", `changes letters by "Odd"`, map[string]array{"embeddings": good}, `{"normalizer":{"type":"Odd"},"model":{"type":"WordPiece","vocab":{"a":0}}}`},
		{"other words", `cuts words by "Odd"`, map[string]array{"embeddings": good}, `{"pre_tokenizer":{"type":"Odd"},"model":{"type":"WordPiece","vocab":{"a":0}}}`},
		{"no pieces", "has 0 pieces", map[string]array{"embeddings": good}, `{"model":{"type":"WordPiece","vocab":{}}}`},
		{"no JSON", "does not describe", map[string]array{"embeddings": good}, `pieces`},
	} {
		if _, err := embed.Open(modelIn(t, bad.arrays, bad.tokenizer)); !errors.Is(err, embed.ErrModel) || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s: %v", bad.what, err)
		}
	}
	dir := modelIn(t, map[string]array{"embeddings": good}, wordPiece)
	file := filepath.Join(dir, "model.safetensors")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for what, cut := range map[string]struct {
		b    []byte
		want string
	}{
		"cut in its numbers": {whole[:len(whole)-1], `"embeddings" lies outside`}, "cut in its header": {whole[:40], "no header"},
		"cut in its length": {whole[:7], "cut short"}, "no JSON": {append([]byte{4, 0, 0, 0, 0, 0, 0, 0}, "null!"...), "holds no table"},
	} {
		if err := os.WriteFile(file, cut.b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := embed.Open(dir); !errors.Is(err, embed.ErrModel) || !strings.Contains(err.Error(), cut.want) || !strings.Contains(err.Error(), "model.safetensors") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := embed.Open(dir); !errors.Is(err, embed.ErrModel) || !strings.Contains(err.Error(), "is no file of") {
		t.Errorf("a folder for a file: %v", err)
	}
	if _, err := embed.Open(t.TempDir()); !errors.Is(err, embed.ErrModel) || !strings.Contains(err.Error(), "model.safetensors is not in") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestStaticManyAtOnce(t *testing.T) {
	dir := modelIn(t, map[string]array{"embeddings": unitRows("F16", 12)}, withLetters(unigram, false))
	e, err := embed.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if vs, err := e.Encode(t.Context(), embed.Question, []string{"lũ lụt Huế", "Huế"}); err != nil || vs[1][9] != 1 {
					t.Errorf("%v, %v", vs, err)
				}
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Encode(ctx, embed.Question, []string{"lũ"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	other, err := embed.Open(modelIn(t, map[string]array{"embeddings": unitRows("F32", 12)}, withLetters(unigram, false)))
	if err != nil || other.Name() == e.Name() {
		t.Errorf("other numbers under the name %s: %v", e.Name(), err)
	}
}

// opened opens a model of these two files; nil when they are refused, as they must be by ErrModel.
func opened(t *testing.T, dir string, table, words []byte) *embed.Static {
	t.Helper()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "model.safetensors"), table, 0o600), os.WriteFile(filepath.Join(dir, "tokenizer.json"), words, 0o600)); err != nil {
		t.Fatal(err)
	}
	e, err := embed.Open(dir)
	if err != nil && (!errors.Is(err, embed.ErrModel) || !strings.Contains(err.Error(), "model.safetensors") && !strings.Contains(err.Error(), "tokenizer.json")) {
		t.Errorf("%v", err)
	}
	return e
}

// sound sees that a direction is of length 1 or 0.
func sound(t *testing.T, e *embed.Static, text string) {
	t.Helper()
	vs, err := e.Encode(t.Context(), embed.Question, []string{text})
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, x := range vs[0] {
		sum += float64(x) * float64(x)
	}
	if sum != 0 && math.Abs(sum-1) > 1e-3 || math.IsNaN(sum) {
		t.Errorf("a direction of length %g", math.Sqrt(sum))
	}
}

// FuzzSafetensors: no table makes the reader fall over.
func FuzzSafetensors(f *testing.F) {
	good := unitRows("F32", 8)
	f.Add(safetensors(map[string]array{"embeddings": good}))
	f.Add(safetensors(map[string]array{"embedding.weight": unitRows("BF16", 8), "weights": numbers("F16", []int{8}, 1, 1, 1, 1, 1, 1, 1, 1)}))
	f.Add(safetensors(map[string]array{"embeddings": unitRows("I8", 8), "mapping": numbers("I64", []int{8}, 0, 1, 2, 3, 4, 5, 6, 7)}))
	f.Add(safetensors(map[string]array{"embeddings": numbers("F64", []int{8, 1}, 1e308, 1e30, 2, 3, 4, 5, 6, 7), "mapping": numbers("I32", []int{8}, 0, 1, 2, 3, 4, 5, 6, 7)}))
	f.Add([]byte{8, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, '{', '}'})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, table []byte) {
		if e := opened(t, dir, table, []byte(wordPiece)); e != nil {
			sound(t, e, "Lụt Huế lut: 30 người! 水灾")
		}
	})
}

// FuzzTokenizer: nor does any way to cut texts, nor any text.
func FuzzTokenizer(f *testing.F) {
	for _, seed := range []string{wordPiece, withLetters(unigram, false), withLetters(unigram, true),
		`{"model":{"vocab":[["a",1],["<0x41>",-1e308]],"byte_fallback":true}}`,
		`{"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
		"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","prepend_scheme":"never"}]},
		"model":{"type":"Unigram","vocab":[["▁a",-1],["▁",-2]]}}`} {
		f.Add([]byte(seed), "Lũ lụt ở Huế: 30 người! 水灾 a\xffb")
	}
	dir, table := f.TempDir(), safetensors(map[string]array{"embeddings": numbers("I8", []int{256, 1}, slices.Repeat([]float64{1}, 256)...)})
	f.Fuzz(func(t *testing.T, words []byte, text string) {
		if e := opened(t, dir, table, words); e != nil {
			sound(t, e, text)
		}
	})
}

func BenchmarkStatic(b *testing.B) {
	const n, width = 50_000, 256
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 0, 2*n*width)
	for range n * width {
		data = binary.LittleEndian.AppendUint16(data, halfOf(math.Round(64*r.NormFloat64())/64))
	}
	var vocab bytes.Buffer
	for i := range n {
		fmt.Fprintf(&vocab, `,["▁w%x",%d]`, i, -i/100)
	}
	cut := `{"pre_tokenizer":{"type":"Metaspace"},"model":{"type":"Unigram","unk_id":0,"vocab":[` + vocab.String()[1:] + `]}}`
	e, err := embed.Open(modelIn(b, map[string]array{"embeddings": {"F16", []int{n, width}, data}}, cut))
	if err != nil {
		b.Fatal(err)
	}
	var words []string
	for range 30 {
		words = append(words, fmt.Sprintf("w%x", r.IntN(n)))
	}
	texts := []string{strings.Join(words, " ")}
	for b.Loop() {
		if _, err := e.Encode(b.Context(), embed.Question, texts); err != nil {
			b.Fatal(err)
		}
	}
}
