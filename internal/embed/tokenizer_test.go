package embed_test

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"soi/internal/embed"
)

// charsmapOf compiles a table of letters as SentencePiece does, but without packing it: each
// beginning of what is replaced has a block of 256 units for what may follow.
func charsmapOf(replaced map[string]string) string {
	block, at, units, to := map[string]uint32{"": 0}, map[string]uint32{"": 0}, make([]uint32, 512), []byte{}
	units[0] = 256 << 10 // the first letters are in the second block
	base := func(s string) uint32 { return 256 * (block[s] + 1) }
	for from, by := range replaced {
		for i := range len(from) {
			before, with := from[:i], from[:i+1]
			if _, ok := block[with]; ok {
				continue
			}
			block[with] = uint32(len(units)/256 - 1)
			units = append(units, make([]uint32, 256)...)
			at[with] = base(before) ^ uint32(from[i])
			units[at[with]] = (at[with]^base(with))<<10 | uint32(from[i])
		}
		units[at[from]] |= 1 << 8
		units[base(from)] = 1<<31 | uint32(len(to))
		to = append(append(to, by...), 0)
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(4*len(units)))
	for _, u := range units {
		b = binary.LittleEndian.AppendUint32(b, u)
	}
	return base64.StdEncoding.EncodeToString(append(b, to...))
}

// withLetters fills in a table of letters, and whether unknown characters are cut into bytes.
func withLetters(tokenizer string, bytes bool) string {
	return fmt.Sprintf(tokenizer, charsmapOf(map[string]string{"\u200b": " ", "\u216c": "l", "ﬁ": "fi", "u": "u", "ũx": "l"}), bytes)
}

// cutBy is a tokenizer of these parts with the pieces of a Unigram, all of one score a letter.
func cutBy(normalizer, preTokenizer string, pieces ...string) string {
	var vocab []string
	for _, p := range pieces {
		vocab = append(vocab, fmt.Sprintf(`[%q,-1]`, p))
	}
	return fmt.Sprintf(`{"normalizer":%s,"pre_tokenizer":%s,"model":{"type":"Unigram","unk_id":null,"vocab":[%s]}}`, normalizer, preTokenizer, strings.Join(vocab, ","))
}

// TestParts: each part of a tokenizer.json that is read, on a text that shows what it does.
func TestParts(t *testing.T) {
	const blank, cut = `{"type":"Metaspace"}`, `{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},%s]}`
	for _, c := range []struct {
		normalizer, pre, text string
		pieces                []string
		want                  string
	}{
		{`null`, `null`, "a b", []string{"a b"}, "0×1"},
		{`{"type":"Lowercase"}`, `null`, "İĐ", []string{"i", "\u0307", "đ"}, "0×1 1×1 2×1"},
		{`{"type":"NFKC"}`, `null`, "ﬁ", []string{"fi", "ﬁ"}, "0×1"},
		{`{"type":"NFD"}`, `null`, "ũ", []string{"u\u0303", "ũ"}, "0×1"},
		{`{"type":"StripAccents"}`, `null`, "ũ", []string{"u", "ũ"}, "1×1"}, // in one letter there is no mark to drop
		{`{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"StripAccents"}]}`, `null`, "ũ", []string{"u", "ũ"}, "0×1"},
		{`{"type":"Strip","strip_left":true,"strip_right":false}`, `null`, " a ", []string{"a", "a ", " a "}, "1×1"},
		{`{"type":"Strip","strip_left":false,"strip_right":true}`, `null`, " a ", []string{"a", " a", " a "}, "1×1"},
		{`{"type":"Prepend","prepend":"▁"}`, `null`, "a", []string{"a", "▁a"}, "1×1"},
		{`{"type":"Replace","pattern":{"String":"."},"content":" . "}`, `{"type":"WhitespaceSplit"}`, "a.b", []string{"a", ".", "b", "a.b"}, "0×1 1×1 2×1"},
		{`{"type":"Replace","pattern":{"Regex":"\\s+"},"content":"_"}`, `null`, "a\u00a0 \tb", []string{"a_b", "_"}, "0×1"},
		{`{"type":"Nmt"}`, blank, "a\u200db\u0007c", []string{"▁a", "▁bc"}, "0×1 1×1"},
		{`null`, blank, "a  b", []string{"▁a", "▁", "▁b"}, "0×1 1×1 2×1"},
		{`null`, `{"type":"Metaspace","prepend_scheme":"never"}`, "a b", []string{"a", "▁b", "a▁b"}, "0×1 1×1"},
		{`null`, `{"type":"Metaspace","add_prefix_space":false}`, "a b", []string{"a", "▁b", "▁a"}, "0×1 1×1"},
		{`null`, `{"type":"Metaspace","replacement":"_","split":false}`, "a b", []string{"_a", "_b", "_a_b"}, "2×1"},
		{`null`, fmt.Sprintf(cut, `{"type":"Metaspace","prepend_scheme":"first"}`), "a a", []string{"▁a", "a"}, "0×1 1×1"},
		{`null`, fmt.Sprintf(cut, `{"type":"Metaspace","prepend_scheme":"always"}`), "a a b", []string{"▁a", "a", "▁b"}, "0×2 2×1"},
		{`null`, fmt.Sprintf(cut, `{"type":"Punctuation"}`), "a,b", []string{"a", ",", "b", "a,b"}, "0×1 1×1 2×1"},
		{`null`, `{"type":"Digits","individual_digits":true}`, "30", []string{"30", "3", "0"}, "1×1 2×1"},
		{`null`, `{"type":"Whitespace"}`, "a!? b", []string{"a!?", "a", "!?", "b"}, "1×1 2×1 3×1"},
		{`null`, `{"type":"BertPreTokenizer"}`, "a!? b", []string{"a!?", "a", "!", "?", "b", "!?"}, "1×1 2×1 3×1 4×1"},
		{`{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":false,"lowercase":true}`, `{"type":"BertPreTokenizer"}`,
			"洪水\u3007 LU\u0323\u200bT\u0000", []string{"洪", "水", "洪水", "\u3007", "lụt"}, "0×1 1×1 3×1 4×1"},
		{`{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false}`, `null`, "한", []string{"한", "\u1112\u1161\u11ab"}, "1×1"},
	} {
		dir := modelIn(t, map[string]array{"embeddings": unitRows("I8", len(c.pieces))}, cutBy(c.normalizer, c.pre, c.pieces...))
		if got := pieces(t, dir, c.text); got != c.want {
			t.Errorf("%s, %s, %q: pieces %q, not %q", c.normalizer, c.pre, c.text, got, c.want)
		}
	}
}

// TestTableOfLetters: the longest is replaced first, and marks that stand apart are found.
func TestTableOfLetters(t *testing.T) {
	m := charsmapOf(map[string]string{"a": "1", "ab": "2", "abcd": "3", "ệ": "4", "x": "", "\u3000": " ", "long": strings.Repeat("5", 300)})
	letters := fmt.Sprintf(`{"type":"Precompiled","precompiled_charsmap":%q}`, m)
	in := []string{"1", "2", "3", "4", " ", "c", "l", "o", "n", "g"}
	dir := modelIn(t, map[string]array{"embeddings": unitRows("F32", len(in))}, cutBy(letters, "null", in...))
	for text, want := range map[string]string{
		"aab":                   "0×1 1×1",
		"abcabcd":               "1×1 2×1 5×1",
		"e\u0323\u0302\u1ec7xa": "0×1 3×2",
		"a\u3000c\u4e00":        "0×1 4×1 5×1",
		"long":                  "6×1 7×1 8×1 9×1", // replaced by more than any table has: damage, left alone
	} {
		if got := pieces(t, dir, text); got != want {
			t.Errorf("%q: pieces %q, not %q", text, got, want)
		}
	}
	none := cutBy(`{"type":"Precompiled","precompiled_charsmap":""}`, "null", "a", "1")
	if got := pieces(t, modelIn(t, map[string]array{"embeddings": unitRows("F32", 2)}, none), "a"); got != "0×1" {
		t.Errorf("an empty table changes a to %q", got)
	}
}

func TestTokenizerRefusals(t *testing.T) {
	const words = `"model":{"type":"WordPiece","vocab":{"a":0}}}`
	deep := strings.Repeat(`{"type":"Sequence","normalizers":[`, 10) + strings.Repeat(`]}`, 10)
	for what, c := range map[string][2]string{
		"a table of letters that is no base64": {`{"normalizer":{"type":"Precompiled","precompiled_charsmap":"§"},` + words, "is damaged"},
		"one that is cut short":                {`{"normalizer":{"type":"Precompiled","precompiled_charsmap":"CAAAAAA="},` + words, "is cut short"},
		"parts too deep":                       {`{"normalizer":` + deep + `,` + words, "too deep"},
		"too many steps":                       {`{"normalizer":{"type":"Sequence","normalizers":[` + strings.Repeat(`{"type":"NFC"},`, 200) + `{"type":"NFC"}]},` + words, "more than 128 steps"},
		"too many cuts":                        {`{"pre_tokenizer":{"type":"Sequence","pretokenizers":[` + strings.Repeat(`{"type":"WhitespaceSplit"},`, 20) + `{"type":"Metaspace"}]},` + words, "more than 16 ways"},
		"a long replacement":                   {`{"normalizer":{"type":"Prepend","prepend":"` + strings.Repeat("a", 300) + `"},` + words, "more than 256 bytes"},
		"an expression that is not read":       {`{"normalizer":{"type":"Replace","pattern":{"Regex":"(?=a)"},"content":""},` + words, `"(?=a)"`},
		"a replacement of nothing":             {`{"normalizer":{"type":"Replace","pattern":{"String":""},"content":"a"},` + words, "replaces nothing"},
		"other punctuation":                    {`{"pre_tokenizer":{"type":"Punctuation","behavior":"Removed"},` + words, "only Isolated is read"},
		"runs of digits":                       {`{"pre_tokenizer":{"type":"Digits","individual_digits":false},` + words, "runs of digits"},
		"a sign of two characters":             {`{"pre_tokenizer":{"type":"Metaspace","replacement":"__"},` + words, "one character is read"},
		"another scheme":                       {`{"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"often"},` + words, "always, first and never"},
		"a score out of all bounds":            {`{"model":{"type":"Unigram","byte_fallback":true,"vocab":[["a",-1e308]]}}`, "scores piece 0"},
		"a piece that is no text":              {`{"model":{"type":"Unigram","vocab":[[1,-1]]}}`, "a piece of Unigram"},
		"a piece without a score":              {`{"model":{"type":"Unigram","vocab":[["a"]]}}`, "a score of Unigram"},
		"a number out of all bounds":           {`{"model":{"type":"WordPiece","vocab":{"a":99999999}}}`, "numbers a piece 99999999"},
		"a number below all":                   {`{"model":{"type":"WordPiece","vocab":{"a":-1}}}`, "numbers a piece -1"},
		"words by WordLevel":                   {`{"model":{"type":"WordLevel","vocab":{"a":0}}}`, `cuts by "WordLevel"`},
	} {
		_, err := embed.Open(modelIn(t, map[string]array{"embeddings": unitRows("F32", 8)}, c[0]))
		if !errors.Is(err, embed.ErrModel) || !strings.Contains(err.Error(), c[1]) || !strings.Contains(err.Error(), "tokenizer.json") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestLongTexts: 512 pieces are read, and no way of changing letters makes a text grow without end.
func TestLongTexts(t *testing.T) {
	dir := modelIn(t, map[string]array{"embeddings": unitRows("F32", 2)}, cutBy("null", `{"type":"WhitespaceSplit"}`, "a", "b"))
	if got := pieces(t, dir, strings.Repeat("a ", 511)+"b b b a"); got != "0×511 1×1" {
		t.Errorf("a long text: %q", got)
	}
	grow := `{"type":"Replace","pattern":{"String":"a"},"content":"` + strings.Repeat("a", 200) + `"}`
	grows := `{"type":"Sequence","normalizers":[` + strings.Repeat(grow+",", 20) + grow + `]}`
	dir = modelIn(t, map[string]array{"embeddings": unitRows("F32", 1)}, cutBy(grows, "null", "a"))
	if got := pieces(t, dir, "aa"); got != "0×1" {
		t.Errorf("a text that grows: %q", got)
	}
}
