package embed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cutting is one pre-tokenizer of a tokenizer.json.
type cutting struct {
	Type          string
	Pretokenizers []json.RawMessage
	Replacement   string
	Prefix        *bool  `json:"add_prefix_space"`
	Scheme        string `json:"prepend_scheme"`
	Split         *bool
	Individual    bool `json:"individual_digits"`
	Behavior      string
}

// addWords adds how a pre-tokenizer cuts texts into words.
func (t *tokenizer) addWords(raw json.RawMessage, depth int) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	p, err := readJSON[cutting](raw, "how texts are cut into words")
	switch {
	case err != nil:
		return err
	case depth > deepest:
		return fmt.Errorf("%w: tokenizer.json lies too deep", ErrModel)
	case len(t.words) == mostCuts:
		return fmt.Errorf("%w: tokenizer.json cuts texts in more than %d ways", ErrModel, mostCuts)
	}
	if p.Type == "Sequence" {
		for _, one := range p.Pretokenizers {
			if err := t.addWords(one, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	f, err := p.step()
	if err != nil {
		return err
	}
	t.words = append(t.words, f)
	return nil
}

// step is how one pre-tokenizer cuts words further.
func (p cutting) step() (func([]string) []string, error) {
	switch p.Type {
	case "WhitespaceSplit":
		return each(strings.Fields), nil
	case "BertPreTokenizer":
		return each(func(s string) []string { return cutAround(strings.Fields(s), punctuation) }), nil
	case "Punctuation":
		if p.Behavior != "" && p.Behavior != "Isolated" {
			return nil, fmt.Errorf("%w: tokenizer.json cuts at punctuation in the way %q; only Isolated is read", ErrModel, p.Behavior)
		}
		return func(words []string) []string { return cutAround(words, punctuation) }, nil
	case "Digits":
		if !p.Individual {
			return nil, fmt.Errorf("%w: tokenizer.json cuts runs of digits off, which is not read", ErrModel)
		}
		return func(words []string) []string { return cutAround(words, unicode.IsNumber) }, nil
	case "Whitespace":
		re := regexp.MustCompile(`[\p{L}\p{M}\p{N}\p{Pc}]+|[^\p{L}\p{M}\p{N}\p{Pc}\s\v\x{85}\p{Z}]+`)
		return each(func(s string) []string { return re.FindAllString(s, -1) }), nil
	case "Metaspace":
		m, err := readMetaspace(p.Replacement, p.Scheme, p.Prefix, p.Split)
		if err != nil {
			return nil, err
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

// readMetaspace fills in what older files leave out: they have a switch instead of a scheme.
func readMetaspace(with, scheme string, prefix, split *bool) (metaspace, error) {
	if with == "" {
		with = "▁"
	}
	if scheme == "" {
		scheme = "always"
		if prefix != nil && !*prefix {
			scheme = "never"
		}
	}
	if utf8.RuneCountInString(with) != 1 {
		return metaspace{}, fmt.Errorf("%w: tokenizer.json writes %.20q for a blank; one character is read", ErrModel, with)
	}
	if scheme != "always" && scheme != "first" && scheme != "never" {
		return metaspace{}, fmt.Errorf("%w: tokenizer.json writes the sign of a blank before words by the scheme %.20q; always, first and never are read",
			ErrModel, scheme)
	}
	return metaspace{with: with, scheme: scheme, cut: split == nil || *split}, nil
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
			sign, to := 0, len(w)
			if strings.HasPrefix(w[from:], m.with) {
				sign = len(m.with)
			}
			if next := strings.Index(w[from+sign:], m.with); next >= 0 {
				to = from + sign + next
			}
			out = append(out, w[from:to])
			from = to
		}
	}
	return out
}
