package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
)

// ErrLanguage is a code that no further language can have: none is known by
// it, or it comes with the program.
var ErrLanguage = errors.New("web: not a language that can be added")

// ExportCatalogue writes a file to translate into a language: every key with
// its English and Vietnamese text above it, what folder has of the language
// filled in, and the plural forms of the language. An empty text counts as
// missing.
func ExportCatalogue(out io.Writer, lang string, folder fs.FS) error {
	books, err := loadWords(time.UTC, time.Now)
	if err != nil {
		return err
	}
	lang = strings.ToLower(lang)
	file, err := i18n.ParseMessageFileBytes([]byte("x = \"x\"\n"), "x."+lang+".toml", map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil || !code.MatchString(lang) || (&Site{}).taken()[lang] {
		return ErrLanguage
	}
	forms, ok := pluralForms(file)
	if !ok {
		return ErrLanguage
	}
	done := map[string]*i18n.Message{}
	list, _, err := readCatalogues(folder, books["en"], (&Site{}).taken())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, c := range list {
		if c.Lang == lang {
			done = c.messages
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Words of the pages in %s. Put this file into the folder of words as site.%s.toml.\n# Keep what stands in {{.Braces}} as it is. An empty text is shown in English.\n# The three texts format.* show how 1234.5, 5 March 2026 and that day at 14:07 are written, in figures.\n", lang, lang)
	for _, key := range slices.Sorted(maps.Keys(books["en"].source)) {
		writeKey(&b, key, forms, done[key], books["en"].source[key], books["vi"].source[key])
	}
	_, err = out.Write(b.Bytes())
	return err
}

// writeKey writes one key to translate.
func writeKey(b *bytes.Buffer, key string, forms []string, done, en, vi *i18n.Message) {
	counted := en.One != en.Other
	fmt.Fprintf(b, "\n# en: %s\n", quoted(en.Other))
	if counted {
		fmt.Fprintf(b, "# en, for one: %s\n", quoted(en.One))
	}
	if vi != nil {
		fmt.Fprintf(b, "# vi: %s\n", quoted(vi.Other))
	}
	if done == nil {
		done = &i18n.Message{}
	}
	if !counted {
		fmt.Fprintf(b, "%s = %s\n", quoted(key), quoted(done.Other))
		return
	}
	var parts []string
	for _, form := range forms {
		parts = append(parts, form+" = "+quoted(*formOf(done, form)))
	}
	fmt.Fprintf(b, "%s = { %s }\n", quoted(key), strings.Join(parts, ", "))
}

// quoted writes a text the way JSON and TOML both read it.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string into memory cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}
