package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
)

// Limits of what an operator adds.
const (
	addedFile  = 1 << 20 // bytes of one file
	addedFiles = 300
	addedLangs = 40
)

// Fault is what is wrong with a catalogue of a further language. A fault costs
// the text it stands in, which English takes the place of, or the language;
// it never keeps the pages from being served.
type Fault string

// The faults.
const (
	FaultUnread  Fault = "unread"  // the file cannot be read as a catalogue
	FaultName    Fault = "name"    // the file's name does not end in a language
	FaultTaken   Fault = "taken"   // the language comes with the program, or its code is a page's address
	FaultMany    Fault = "many"    // more files or languages than there is room for
	FaultUnknown Fault = "unknown" // no page uses the key
	FaultTwice   Fault = "twice"   // two files define the key
	FaultBlanks  Fault = "blanks"  // the blanks are not those of English
	FaultMissing Fault = "missing" // nothing for the key
	FaultForms   Fault = "forms"   // plural forms the language has are missing
)

// Finding is a fault and where it is.
type Finding struct {
	Fault           Fault
	Lang, File, Key string
	Detail          string // blanks or forms, as they are written; the line of a file that cannot be read
}

// Sentence says a finding in Vietnamese ("vi") or English.
func (f Finding) Sentence(lang string) string {
	said := map[Fault][2]string{
		FaultUnread:  {"%[1]s is left out, it is not a catalogue: %[3]s.", "%[1]s bị bỏ qua vì không phải tệp câu chữ: %[3]s."},
		FaultName:    {"%[1]s is left out: its name must end in a language known by its code, as site.fr.toml.", "%[1]s bị bỏ qua: tên tệp phải kết thúc bằng mã ngôn ngữ, như site.fr.toml."},
		FaultTaken:   {"%[1]s is left out: %[3]s comes with soi, or is the address of a page.", "%[1]s bị bỏ qua: %[3]s đã có sẵn trong soi, hoặc là địa chỉ của một trang."},
		FaultMany:    {"%[1]s is left out: there are too many files or languages.", "%[1]s bị bỏ qua: quá nhiều tệp hoặc ngôn ngữ."},
		FaultUnknown: {"%[1]s: no page uses %[2]q.", "%[1]s: không trang nào dùng %[2]q."},
		FaultTwice:   {"%[1]s: %[2]q stands in another file already.", "%[1]s: %[2]q đã có trong tệp khác."},
		FaultBlanks:  {"%[1]s: %[2]q is left out, English is shown: its blanks must be %[3]s, each written as there.", "%[1]s: %[2]q bị bỏ qua, trang dùng tiếng Anh: chỗ trống phải là %[3]s, viết đúng như vậy."},
		FaultMissing: {"%[4]s has nothing for %[2]q yet; English is shown.", "%[4]s chưa có câu cho %[2]q; trang dùng tiếng Anh."},
		FaultForms:   {"%[1]s: %[2]q lacks the forms %[3]s; the form \"other\" is shown.", "%[1]s: %[2]q thiếu dạng %[3]s; trang dùng dạng \"other\"."},
	}[f.Fault]
	format := said[0]
	if lang == "vi" {
		format = said[1]
	}
	return fmt.Sprintf(format, f.File, f.Key, f.Detail, f.Lang)
}

// Catalogue is a further language as it was found.
type Catalogue struct {
	Lang     string
	Dir      string   // "ltr" or "rtl"
	Said     int      // keys it has words for
	Of       int      // keys there are
	Forms    []string // plural forms of the language, "other" last
	messages map[string]*i18n.Message
	file     *i18n.MessageFile
}

// ReadCatalogues reads the catalogues of further languages, NAME.LANG.toml or
// LANG.toml in a folder, and says what is wrong with them. It fails only where
// the folder cannot be listed.
func ReadCatalogues(folder fs.FS) ([]Catalogue, []Finding, error) {
	books, err := loadWords(time.UTC, time.Now)
	if err != nil {
		return nil, nil, err
	}
	return readCatalogues(folder, books["en"], (&Site{}).taken())
}

// readCatalogues is ReadCatalogues against the keys of English; taken are
// codes that cannot be languages.
func readCatalogues(folder fs.FS, en *words, taken map[string]bool) ([]Catalogue, []Finding, error) {
	names, err := fs.Glob(folder, "*.toml")
	if err != nil {
		return nil, nil, err
	}
	if _, err := fs.ReadDir(folder, "."); err != nil {
		return nil, nil, err
	}
	found := map[string]*Catalogue{}
	var out []Finding
	for i, name := range names {
		if fault := takeFile(folder, name, found, en, taken, i); fault.Fault != "" {
			out = append(out, fault)
			continue
		}
		out = append(out, found[strings.ToLower(languageOf(name))].take(name, en)...)
	}
	var list []Catalogue
	for _, lang := range slices.Sorted(maps.Keys(found)) {
		c := found[lang]
		for _, key := range slices.Sorted(maps.Keys(en.keys)) {
			if c.messages[key] == nil {
				out = append(out, Finding{Fault: FaultMissing, Lang: lang, Key: key})
			}
		}
		c.Said, c.Of = len(c.messages), len(en.keys)
		list = append(list, *c)
	}
	return list, out, nil
}

// code is what the code of a language looks like in an address.
var code = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)

// takeFile opens one file for the catalogue of its language.
func takeFile(folder fs.FS, name string, found map[string]*Catalogue, en *words, taken map[string]bool, nth int) Finding {
	lang := strings.ToLower(languageOf(name))
	switch {
	case !code.MatchString(lang):
		return Finding{Fault: FaultName, File: name}
	case taken[lang]:
		return Finding{Fault: FaultTaken, Lang: lang, File: name, Detail: lang}
	case nth >= addedFiles || found[lang] == nil && len(found) >= addedLangs:
		return Finding{Fault: FaultMany, Lang: lang, File: name}
	}
	b, err := readSmall(folder, name)
	if err != nil {
		return Finding{Fault: FaultUnread, Lang: lang, File: name, Detail: whereWrong(err)}
	}
	file, err := i18n.ParseMessageFileBytes(b, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return Finding{Fault: FaultUnread, Lang: lang, File: name, Detail: whereWrong(err)}
	}
	forms, ok := pluralForms(file)
	if !ok {
		return Finding{Fault: FaultName, Lang: lang, File: name}
	}
	if found[lang] == nil {
		found[lang] = &Catalogue{Lang: lang, Dir: direction(file), Forms: forms, messages: map[string]*i18n.Message{}}
	}
	found[lang].file = file
	return Finding{}
}

// readSmall reads a file that is no larger than a catalogue can be.
func readSmall(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, addedFile+1))
	if err == nil && len(b) > addedFile {
		err = fs.ErrInvalid
	}
	return b, err
}

// whereWrong says where a file stops being a catalogue.
func whereWrong(err error) string {
	var at *toml.DecodeError
	if errors.As(err, &at) {
		line, col := at.Position()
		return fmt.Sprintf("line %d, column %d", line, col)
	}
	return "it cannot be read, is over 1 MB, or holds something else than texts"
}

// take checks the messages of the file that was opened last and keeps those
// that can be shown.
func (c *Catalogue) take(name string, en *words) (out []Finding) {
	add := func(f Fault, key, detail string) {
		out = append(out, Finding{Fault: f, Lang: c.Lang, File: name, Key: key, Detail: detail})
	}
	slices.SortFunc(c.file.Messages, func(a, b *i18n.Message) int { return cmp.Compare(a.ID, b.ID) })
	for _, m := range c.file.Messages {
		like := en.source[m.ID]
		switch {
		case like == nil:
			add(FaultUnknown, m.ID, "")
		case m.Other == "":
			// Not translated yet: counted with the keys that are missing.
		case c.messages[m.ID] != nil:
			add(FaultTwice, m.ID, "")
		case !sameBlanks(m, like):
			add(FaultBlanks, m.ID, cmp.Or(strings.Join(blanksIn(like.Other), " "), "none"))
		default:
			if lacks := c.lacking(m, like); lacks != "" {
				add(FaultForms, m.ID, lacks)
			}
			c.messages[m.ID] = fillForms(m)
		}
	}
	return out
}

// lacking lists the plural forms of the language that a message with plural
// forms does not have.
func (c *Catalogue) lacking(m, like *i18n.Message) string {
	if like.One == like.Other {
		return "" // no count in it
	}
	var out []string
	for _, form := range c.Forms {
		if *formOf(m, form) == "" {
			out = append(out, form)
		}
	}
	return strings.Join(out, ", ")
}

// fillForms gives every plural form that has no text of its own the text of
// "other".
func fillForms(m *i18n.Message) *i18n.Message {
	for _, form := range allForms() {
		if p := formOf(m, form); *p == "" {
			*p = m.Other
		}
	}
	return m
}

// allForms are the plural forms of CLDR.
func allForms() []string { return []string{"zero", "one", "two", "few", "many", "other"} }

// formOf is a form of a message.
func formOf(m *i18n.Message, form string) *string {
	switch form {
	case "zero":
		return &m.Zero
	case "one":
		return &m.One
	case "two":
		return &m.Two
	case "few":
		return &m.Few
	case "many":
		return &m.Many
	}
	return &m.Other
}

// pluralForms finds out which forms a language has by asking for many numbers;
// false where nothing is known of the language.
func pluralForms(file *i18n.MessageFile) ([]string, bool) {
	bundle := i18n.NewBundle(file.Tag)
	if bundle.AddMessages(file.Tag, &i18n.Message{ID: "x", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}) != nil {
		return nil, false
	}
	loc, has := i18n.NewLocalizer(bundle, file.Tag.String()), map[string]bool{"other": true}
	for _, n := range append([]int{1_000_000}, numbersTo(200)...) {
		form, err := loc.Localize(&i18n.LocalizeConfig{MessageID: "x", PluralCount: n})
		if err != nil {
			return nil, false
		}
		has[form] = true
	}
	return slices.DeleteFunc(allForms(), func(f string) bool { return !has[f] }), true
}

// numbersTo lists the numbers from 0 to n.
func numbersTo(n int) []int {
	out := make([]int, n+1)
	for i := range out {
		out[i] = i
	}
	return out
}

// direction is how the script of a language runs.
func direction(file *i18n.MessageFile) string {
	script, _ := file.Tag.Script()
	if slices.Contains([]string{"Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// blank is a place in a text that is filled in.
var blank = regexp.MustCompile(`\{\{\.\w+\}\}`)

// blanksIn lists the blanks of a text, each once.
func blanksIn(text string) []string {
	out := blank.FindAllString(text, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

// sameBlanks reports whether a translation fills in what English does: "other"
// all of it, another form no more than that, and nothing else that a template
// could do.
func sameBlanks(m, like *i18n.Message) bool {
	want := blanksIn(like.Other)
	if m.LeftDelim != "" || m.RightDelim != "" || !slices.Equal(blanksIn(m.Other), want) {
		return false
	}
	for _, form := range allForms() {
		text := *formOf(m, form)
		if strings.Contains(blank.ReplaceAllString(text, ""), "{{") ||
			slices.ContainsFunc(blanksIn(text), func(b string) bool { return !slices.Contains(want, b) }) {
			return false
		}
	}
	return true
}

// addLanguages offers the pages in the languages of a folder, and says what
// was left out of it.
func (s *Site) addLanguages(folder fs.FS) []Finding {
	s.langs = written()
	if folder == nil {
		return nil
	}
	list, found, err := readCatalogues(folder, s.books["en"], s.taken())
	if err != nil {
		return []Finding{{Fault: FaultUnread, File: ".", Detail: "the folder cannot be listed"}}
	}
	for _, c := range list {
		if w, err := c.book(s.books["en"]); err == nil {
			s.books[c.Lang] = w
			s.langs = append(s.langs, c.Lang)
		}
	}
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Fault == FaultMissing })
}

// book makes the words of a catalogue; base says what it lacks.
func (c Catalogue) book(base *words) (*words, error) {
	bundle := i18n.NewBundle(c.file.Tag)
	w := &words{lang: c.Lang, dir: c.Dir, base: base, own: map[string]bool{}, plain: map[string]string{}, keys: base.keys, source: base.source, zone: base.zone, now: base.now}
	for key, m := range c.messages {
		w.own[key] = true
		if !strings.Contains(m.Other, "{{") && base.source[key].One == base.source[key].Other {
			w.plain[key] = m.Other
		}
		if err := bundle.AddMessages(c.file.Tag, m); err != nil {
			return nil, err
		}
	}
	w.loc = i18n.NewLocalizer(bundle, c.file.Tag.String())
	w.style = styleOf(w)
	return w, nil
}

// taken are codes that cannot be added as languages: those that come with the
// program, and what begins the address of a page.
func (s *Site) taken() map[string]bool {
	out := map[string]bool{"api": true, "mcp": true, "log": true}
	for _, lang := range written() {
		out[lang] = true
	}
	for _, r := range append(s.publicRoutes(), s.deskRoutes()...) {
		_, path, _ := strings.Cut(r.pattern, "/")
		first, _, _ := strings.Cut(path, "/")
		out[first] = true
	}
	return out
}
