package embed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"soi/internal/text"
)

// What a tokenizer.json may ask for. Real ones stay far below.
const (
	deepest            = 8   // how far its parts may lie within each other
	mostSteps          = 128 // changes of letters; Model2Vec writes one for each sign of ASCII
	mostCuts           = 16  // ways to cut into words
	longestReplacement = 256 // bytes written for what is replaced
)

// change is one normalizer of a tokenizer.json.
type change struct {
	Type        string
	Normalizers []json.RawMessage
	Pattern     struct{ String, Regex *string }
	Content     string
	Prepend     string
	StripLeft   bool   `json:"strip_left"`
	StripRight  bool   `json:"strip_right"`
	Charsmap    string `json:"precompiled_charsmap"`
}

// addLetters adds what a normalizer does to the letters of a text.
func (t *tokenizer) addLetters(raw json.RawMessage, depth int) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	n, err := readJSON[change](raw, "how letters are changed")
	switch {
	case err != nil:
		return err
	case depth > deepest:
		return fmt.Errorf("%w: tokenizer.json lies too deep", ErrModel)
	case len(t.letters) == mostSteps:
		return fmt.Errorf("%w: tokenizer.json changes letters in more than %d steps", ErrModel, mostSteps)
	case len(n.Content) > longestReplacement || len(n.Prepend) > longestReplacement:
		return fmt.Errorf("%w: tokenizer.json writes more than %d bytes in one place; it may be damaged", ErrModel, longestReplacement)
	}
	if n.Type == "Sequence" {
		for _, one := range n.Normalizers {
			if err := t.addLetters(one, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	f, err := n.step(raw)
	if err != nil {
		return err
	}
	t.letters = append(t.letters, f)
	return nil
}

// step is what one normalizer does; raw is where n was read.
func (n change) step(raw json.RawMessage) (func(string) string, error) {
	switch n.Type {
	case "NFC", "NFD", "NFKC", "NFKD":
		return func(s string) string { return text.Form(n.Type, s) }, nil
	case "Lowercase":
		return lower, nil
	case "StripAccents":
		return func(s string) string { return without(s, unicode.M) }, nil
	case "Strip":
		return func(s string) string { return strip(s, n.StripLeft, n.StripRight) }, nil
	case "Prepend":
		return func(s string) string { return prepend(n.Prepend, s) }, nil
	case "Nmt":
		return machineBlanks, nil
	case "Precompiled":
		m, err := readCharsmap(n.Charsmap)
		if err != nil {
			return nil, err
		}
		return m.apply, nil
	case "Replace":
		return replacement(n.Pattern.String, n.Pattern.Regex, n.Content)
	case "BertNormalizer":
		return bertOf(raw)
	}
	return nil, fmt.Errorf("%w: tokenizer.json changes letters by %q, which is not read", ErrModel, n.Type)
}

func strip(s string, left, right bool) string {
	if left {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
	}
	if right {
		s = strings.TrimRightFunc(s, unicode.IsSpace)
	}
	return s
}

func prepend(with, s string) string {
	if s == "" {
		return s
	}
	return with + s
}

// replacement replaces a string or what an expression finds.
func replacement(from, expression *string, to string) (func(string) string, error) {
	switch {
	case from != nil && *from != "":
		return func(s string) string { return strings.ReplaceAll(s, *from, to) }, nil
	case expression != nil:
		e := *expression
		if !strings.ContainsAny(e, "[") && !strings.Contains(e, `\\`) {
			e = strings.ReplaceAll(e, `\s`, `[\s\v\x{85}\p{Z}]`) // blanks of all of Unicode, as the reference has them
		}
		re, err := regexp.Compile(e)
		if err != nil {
			return nil, fmt.Errorf("%w: tokenizer.json replaces what the expression %q finds, and it is not read", ErrModel, *expression)
		}
		return func(s string) string { return re.ReplaceAllLiteralString(s, to) }, nil
	}
	return nil, fmt.Errorf("%w: tokenizer.json replaces nothing", ErrModel)
}

// lower writes small letters one by one: that İ becomes i and a dot is the one place
// where Go's way is another.
func lower(s string) string { return strings.ToLower(strings.ReplaceAll(s, "İ", "i\u0307")) }

// without drops the characters of a category.
func without(s string, category *unicode.RangeTable) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(category, r) {
			return -1
		}
		return r
	}, s)
}

// machineBlanks is what models for machine translation do to blanks and control characters
// (the rules called nmt of SentencePiece).
func machineBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\f' || r == '\r' || r == 0x1680 || r >= 0x200b && r <= 0x200f ||
			r == 0x2028 || r == 0x2029 || r == 0x2581 || r == 0xfeff || r == 0xfffd:
			return ' '
		case r >= 1 && r < ' ' || r == 0x7f || r == 0x8f || r == 0x9f:
			return -1
		}
		return r
	}, s)
}

// cleaned is what BERT does to blanks and to what cannot be seen: control and format
// characters, and those that Unicode does not know.
func cleaned(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || unicode.In(r, unicode.Z):
			return ' '
		case r == unicode.ReplacementChar || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S):
			return -1
		}
		return r
	}, s)
}

// ideograph tells what BERT reads one by one: not every character of Chinese writing, and
// with the gap of the original.
func ideograph(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf || r >= 0x20000 && r <= 0x2a6df || r >= 0x2a700 && r <= 0x2b81f ||
		r >= 0x2b920 && r <= 0x2ceaf || r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f
}

// bertOf reads the switches of a BertNormalizer. All are on unless the file says otherwise;
// marks are dropped where small letters are written.
func bertOf(raw json.RawMessage) (func(string) string, error) {
	// The values of other keys may be of any sort.
	all, err := readJSON[map[string]any](raw, "how letters are changed")
	if err != nil {
		return nil, err
	}
	on := func(key string, otherwise bool) bool {
		if is, ok := all[key].(bool); ok {
			return is
		}
		return otherwise
	}
	small := on("lowercase", true)
	return bert(on("clean_text", true), on("handle_chinese_chars", true), small, on("strip_accents", small)), nil
}

// bert is what BERT's models do to letters. Marks are dropped and what is left stays apart, as
// the vocabulary was made: Korean stays in single letters.
func bert(clean, chinese, small, unaccented bool) func(string) string {
	return func(s string) string {
		if clean {
			s = cleaned(s)
		}
		if chinese {
			var b strings.Builder
			for _, r := range s {
				if ideograph(r) {
					b.WriteByte(' ')
					b.WriteRune(r)
					b.WriteByte(' ')
					continue
				}
				b.WriteRune(r)
			}
			s = b.String()
		}
		if unaccented {
			s = without(text.Form("NFD", s), unicode.Mn)
		}
		if small {
			s = lower(s)
		}
		return s
	}
}
