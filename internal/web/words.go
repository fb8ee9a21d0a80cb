package web

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"

	"soi/internal/desk"
)

//go:embed words/*.toml
var wordFiles embed.FS

// words is what the pages say in one language, and how that language writes
// dates and numbers. Keys are the same in every language.
type words struct {
	lang   string
	dir    string // "ltr" or "rtl"
	style  style
	base   *words                   // says what this catalogue lacks; nil for the languages that come with the program
	own    map[string]bool          // keys that it says itself, where there is a base
	source map[string]*i18n.Message // as they stand in the catalogue
	plain  map[string]string        // messages without blanks or plural forms
	keys   map[string]bool
	names  atomic.Pointer[map[desk.Rating]string] // the desk's own names of ratings
	loc    *i18n.Localizer
	zone   *time.Location
	now    func() time.Time
}

// loadWords reads the catalogues words/[NAME.]LANG.toml. A key that two files
// of one language define is an error.
func loadWords(zone *time.Location, now func() time.Time) (map[string]*words, error) {
	names, err := fs.Glob(wordFiles, "words/*.toml")
	if err != nil {
		return nil, err
	}
	books := map[string]*words{}
	var bundle *i18n.Bundle
	for _, name := range names {
		b, err := wordFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := i18n.ParseMessageFileBytes(b, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		if bundle == nil {
			bundle = i18n.NewBundle(file.Tag)
		}
		lang := languageOf(name)
		if books[lang] == nil {
			books[lang] = &words{lang: lang, dir: "ltr", plain: map[string]string{}, keys: map[string]bool{}, source: map[string]*i18n.Message{}, zone: zone, now: now}
		}
		if err := books[lang].take(file.Messages); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		if err := bundle.AddMessages(file.Tag, file.Messages...); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
	}
	for _, lang := range written() {
		if books[lang] == nil {
			return nil, fmt.Errorf("no catalogue for %s", lang)
		}
		books[lang].loc = i18n.NewLocalizer(bundle, lang)
		books[lang].style = styleOf(books[lang])
	}
	return books, nil
}

// languageOf is the last part of a catalogue's name before ".toml".
func languageOf(name string) string {
	parts := strings.Split(strings.TrimSuffix(path.Base(name), ".toml"), ".")
	return parts[len(parts)-1]
}

// take notes the keys, and the texts that need no work at run time.
func (w *words) take(ms []*i18n.Message) error {
	for _, m := range ms {
		if w.keys[m.ID] {
			return fmt.Errorf("key %q is defined twice", m.ID)
		}
		w.keys[m.ID], w.source[m.ID] = true, m
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			w.plain[m.ID] = m.Other
		}
		if m.One == "" {
			// The plural rules at hand give Vietnamese a form for one. Its
			// nouns do not change, so one text serves both.
			m.One = m.Other
		}
	}
	return nil
}

// say returns the message of a key with its blanks filled: pairs are name,
// value, name, value. A key that does not exist is an error, so that a page
// that uses one fails its test.
func (w *words) say(key string, pairs ...any) (string, error) {
	if s, ok := w.plain[key]; ok {
		return s, nil
	}
	if w.base != nil && !w.own[key] {
		return w.base.say(key, pairs...)
	}
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: blanks(pairs)})
}

// count is say for a message with plural forms; {{.Count}} in it is n in the
// language's writing.
func (w *words) count(key string, n int, pairs ...any) (string, error) {
	data := blanks(pairs)
	data["Count"] = w.number(n)
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
}

// localize refuses to fall back to another language.
func (w *words) localize(c *i18n.LocalizeConfig) (string, error) {
	if w.base != nil && !w.own[c.MessageID] {
		return w.base.localize(c)
	}
	if !w.keys[c.MessageID] {
		return "", fmt.Errorf("no words for %q in %s", c.MessageID, w.lang)
	}
	s, err := w.loc.Localize(c)
	if err != nil {
		return "", fmt.Errorf("words for %q in %s: %w", c.MessageID, w.lang, err)
	}
	return s, nil
}

// t is say for handlers: a key without words comes back as itself, which the
// catalogue tests keep from happening.
func (w *words) t(key string, pairs ...any) string {
	s, err := w.say(key, pairs...)
	if err != nil {
		return key
	}
	return s
}

// n is count for handlers; see t.
func (w *words) n(key string, n int, pairs ...any) string {
	s, err := w.count(key, n, pairs...)
	if err != nil {
		return key
	}
	return s
}

// blanks makes the data of a message from name, value, name, value.
func blanks(pairs []any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}
