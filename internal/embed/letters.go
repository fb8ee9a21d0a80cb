package embed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"soi/internal/text"
)

// deepest is how far parts of a tokenizer.json may lie within each other.
const deepest = 8

// addLetters adds what a normalizer does to the letters of a text.
func (t *tokenizer) addLetters(raw json.RawMessage, depth int) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	n, err := readJSON[struct {
		Type        string
		Normalizers []json.RawMessage
		Pattern     struct{ String, Regex *string }
		Content     string
		Prepend     string
		StripLeft   bool  `json:"strip_left"`
		StripRight  bool  `json:"strip_right"`
		CleanText   bool  `json:"clean_text"`
		Accents     *bool `json:"strip_accents"`
		Lowercase   bool
	}](raw, "how letters are changed")
	if err != nil {
		return err
	}
	add := func(f func(string) string) { t.letters = append(t.letters, f) }
	switch n.Type {
	case "Sequence":
		if depth == deepest {
			return fmt.Errorf("%w: tokenizer.json lies too deep", ErrModel)
		}
		for _, one := range n.Normalizers {
			if err := t.addLetters(one, depth+1); err != nil {
				return err
			}
		}
	case "NFC", "NFD", "NFKC", "NFKD":
		add(func(s string) string { return text.Form(n.Type, s) })
	case "Lowercase":
		add(strings.ToLower)
	case "StripAccents":
		add(text.Unaccented)
	case "Strip":
		add(func(s string) string { return strip(s, n.StripLeft, n.StripRight) })
	case "Prepend":
		add(func(s string) string { return prepend(n.Prepend, s) })
	case "Nmt", "Precompiled":
		// Precompiled is a table that SentencePiece makes of Unicode's compatible composition (NFKC)
		// and a few rules for blanks and control characters; the rules are applied in its place.
		add(func(s string) string { return text.Form("NFKC", blanks(s)) })
	case "Replace":
		f, err := replacement(n.Pattern.String, n.Pattern.Regex, n.Content)
		if err != nil {
			return err
		}
		add(f)
	case "BertNormalizer":
		add(bert(n.CleanText, apartHan(raw), n.Lowercase, n.Accents == nil && n.Lowercase || n.Accents != nil && *n.Accents))
	default:
		return fmt.Errorf("%w: tokenizer.json changes letters by %q, which is not read", ErrModel, n.Type)
	}
	return nil
}

// apartHan reads whether Han characters are set apart.
func apartHan(raw json.RawMessage) bool {
	var all map[string]any
	if json.Unmarshal(raw, &all) != nil {
		return false
	}
	yes, ok := all["handle_"+"chinese_chars"].(bool) // the format's name for it
	return ok && yes
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
		re, err := regexp.Compile(*expression)
		if err != nil {
			return nil, fmt.Errorf("%w: tokenizer.json replaces by an expression that is not read", ErrModel)
		}
		return func(s string) string { return re.ReplaceAllLiteralString(s, to) }, nil
	}
	return nil, fmt.Errorf("%w: tokenizer.json replaces nothing", ErrModel)
}

// blanks drops control characters and makes one sort of blanks.
func blanks(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u200b' || r == '\u2028' || r == '\u2029' || r == '\ufeff':
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// bert is what BERT's models do to letters.
func bert(clean, chinese, lower, unaccented bool) func(string) string {
	return func(s string) string {
		if clean {
			s = blanks(s)
		}
		if chinese {
			var b strings.Builder
			for _, r := range s {
				if unicode.Is(unicode.Han, r) {
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
			s = text.Unaccented(s)
		}
		if lower {
			s = strings.ToLower(s)
		}
		return s
	}
}

// wordRule is one way of cutting a text into words.
type wordRule struct {
	Type          string
	Pretokenizers []json.RawMessage
	Replacement   string
	Prefix        *bool  `json:"add_prefix_space"`
	Scheme        string `json:"prepend_scheme"`
	Split         *bool
	Individual    bool `json:"individual_digits"`
}

// addWords adds how a pre-tokenizer cuts texts into words.
func (t *tokenizer) addWords(raw json.RawMessage, depth int) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	p, err := readJSON[wordRule](raw, "how texts are cut into words")
	if err != nil {
		return err
	}
	if p.Type != "Sequence" {
		f, err := p.cutter()
		t.words = append(t.words, f)
		return err
	}
	if depth == deepest {
		return fmt.Errorf("%w: tokenizer.json lies too deep", ErrModel)
	}
	for _, one := range p.Pretokenizers {
		if err := t.addWords(one, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// cutter is what a rule does to words.
func (p *wordRule) cutter() (func([]string) []string, error) {
	switch p.Type {
	case "WhitespaceSplit":
		return each(strings.Fields), nil
	case "BertPreTokenizer":
		return each(func(s string) []string { return cutAround(strings.Fields(s), punctuation) }), nil
	case "Punctuation":
		return each(func(s string) []string { return cutAround([]string{s}, punctuation) }), nil
	case "Digits":
		if !p.Individual {
			return nil, fmt.Errorf("%w: tokenizer.json cuts runs of digits off, which is not read", ErrModel)
		}
		return each(func(s string) []string { return cutAround([]string{s}, unicode.IsNumber) }), nil
	case "Whitespace":
		re := regexp.MustCompile(`[\p{L}\p{M}\p{N}\p{Pc}]+|[^\p{L}\p{M}\p{N}\p{Pc}\s]+`)
		return each(func(s string) []string { return re.FindAllString(s, -1) }), nil
	case "Metaspace":
		m := metaspace{with: p.Replacement, scheme: p.Scheme, cut: p.Split == nil || *p.Split}
		if m.with == "" {
			m.with = "▁"
		}
		if m.scheme == "" && p.Prefix != nil && !*p.Prefix {
			m.scheme = "never"
		} else if m.scheme == "" {
			m.scheme = "always"
		}
		return m.words, nil
	}
	return nil, fmt.Errorf("%w: tokenizer.json cuts words by %q, which is not read", ErrModel, p.Type)
}

// each cuts every word by f.
func each(f func(string) []string) func([]string) []string {
	return func(words []string) (out []string) {
		for _, w := range words {
			out = append(out, f(w)...)
		}
		return out
	}
}

// punctuation is every sign that is neither letter, figure, mark nor blank in ASCII, and what
// Unicode calls punctuation beyond it, as BERT has it.
func punctuation(r rune) bool {
	return r < 128 && r > ' ' && r != 127 && !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsPunct(r)
}

// cutAround cuts words so that each character that alone accepts stands by itself.
func cutAround(words []string, alone func(rune) bool) (out []string) {
	for _, w := range words {
		from := 0
		for i, r := range w {
			if !alone(r) {
				continue
			}
			if i > from {
				out = append(out, w[from:i])
			}
			from = i + len(string(r))
			out = append(out, w[i:from])
		}
		if from < len(w) {
			out = append(out, w[from:])
		}
	}
	return out
}

// metaspace writes a sign in place of each blank, so that a piece shows where a word begins.
type metaspace struct {
	with   string
	scheme string // before which words the sign is written too: always, first, never
	cut    bool
}

func (m metaspace) words(words []string) (out []string) {
	for i, w := range words {
		if w == "" {
			continue
		}
		w = strings.ReplaceAll(w, " ", m.with)
		if !strings.HasPrefix(w, m.with) && (m.scheme == "always" || m.scheme == "first" && i == 0) {
			w = m.with + w
		}
		if !m.cut {
			out = append(out, w)
			continue
		}
		for from := 0; from < len(w); {
			next := strings.Index(w[min(len(w), from+len(m.with)):], m.with)
			to := len(w)
			if next >= 0 {
				to = from + len(m.with) + next
			}
			out = append(out, w[from:to])
			from = to
		}
	}
	return out
}
