package intake

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"soi/internal/desk"
)

//go:embed words/*.toml
var wordFiles embed.FS

// book is what is said and understood in one language.
type book struct {
	Line   map[string]string   `toml:"line"`
	Title  map[string]string   `toml:"title"`
	Button map[string]string   `toml:"button"`
	Rating map[string]string   `toml:"rating"`
	Heard  map[string][]string `toml:"heard"`
}

// languages are those there are catalogues for, the foremost first.
func languages() []string { return []string{"vi", "en"} }

// readBooks reads the catalogues.
func readBooks() (map[string]*book, error) {
	out := map[string]*book{}
	for _, lang := range languages() {
		b, err := wordFiles.ReadFile("words/" + lang + ".toml")
		if err != nil {
			return nil, err
		}
		var k book
		if err := toml.Unmarshal(b, &k); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", lang, err)
		}
		out[lang] = &k
	}
	return out, nil
}

// fill puts values in place of {names}. pairs are name, value, name, value …
func fill(line string, pairs ...string) string {
	olds := make([]string, len(pairs))
	for i := range pairs {
		if olds[i] = pairs[i]; i%2 == 0 {
			olds[i] = "{" + pairs[i] + "}"
		}
	}
	return tidy(strings.NewReplacer(olds...).Replace(line))
}

// tidy takes out what values that were empty have left: spaces at the ends of
// lines and more than one blank line.
func tidy(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		line = strings.TrimSpace(line)
		if line == "" && len(out) > 0 && out[len(out)-1] == "" {
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// maxCommand is the longest text, in bytes, that can be a command or a short
// answer; anything longer is a message.
const maxCommand = 40

// heard reads a short text: a command in any language, or, while no message is
// held that it might be the end of, an answer to a question. Everything else is
// a message.
func (in *Intake) heard(text string, idle bool) Heard {
	if len(text) > maxCommand {
		return Heard{What: HeardMessage}
	}
	s := strings.ToLower(strings.Trim(in.Reader.Clean(text), " .,!…\"'“”\n\t"))
	if s == "" {
		s = strings.TrimSpace(text)
	}
	for _, lang := range languages() {
		w := in.books[lang].Heard
		switch {
		case slices.Contains(w["stop"], s):
			return Heard{What: HeardStop}
		case slices.Contains(w["lang"], s):
			return Heard{What: HeardLang, Lang: lang}
		case slices.Contains(w["start"], s):
			return Heard{What: HeardStart}
		case slices.Contains(w["help"], s):
			return Heard{What: HeardHelp}
		case slices.Contains(w["hello"], s):
			return Heard{What: HeardHello}
		case slices.Contains(w["thanks"], s):
			return Heard{What: HeardThanks}
		case slices.Contains(w["digest"], s):
			return Heard{What: HeardDigest, Lang: lang}
		case slices.Contains(w["end"], s):
			return Heard{What: HeardEnd}
		}
	}
	if !idle {
		return Heard{What: HeardMessage}
	}
	for _, lang := range languages() {
		w := in.books[lang].Heard
		switch {
		case slices.Contains(w["none"], s):
			return Heard{What: HeardNone}
		case slices.Contains(w["yes"], s):
			return Heard{What: HeardYes}
		case slices.Contains(w["no"], s):
			return Heard{What: HeardNo}
		}
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 9 && len(s) == 1 {
		return Heard{What: HeardPick, Pick: n - 1}
	}
	return Heard{What: HeardMessage}
}

// The data of buttons: a letter, for picks a digit, a slash and the tip.
const (
	pressYes  = "y"
	pressNo   = "n"
	pressNone = "0"
	pressPick = "w"

	pressJoin   = "dy"
	pressRefuse = "dn"
	pressEnd    = "dx"
	pressStay   = "dk"
)

// EndButton is the button below a digest that ends them; of is any ID.
func EndButton(label string, of desk.ID) Button {
	return Button{Label: label, Data: pressEnd + "/" + string(of)}
}

// pressed reads a button's data.
func pressed(data string) (Heard, bool) {
	mark, tip, ok := strings.Cut(data, "/")
	id := desk.ID(tip)
	if !ok || mark == "" || !id.Valid() {
		return Heard{}, false
	}
	h := Heard{Tip: id}
	switch {
	case mark == pressYes:
		h.What = HeardYes
	case mark == pressNo:
		h.What = HeardNo
	case mark == pressNone:
		h.What = HeardNone
	case mark == pressJoin:
		h.What = HeardJoin
	case mark == pressRefuse:
		h.What = HeardRefuse
	case mark == pressEnd:
		h.What = HeardEnd
	case mark == pressStay:
		h.What = HeardStay
	case len(mark) == 2 && mark[:1] == pressPick && mark[1] >= '0' && mark[1] <= '9':
		h.What, h.Pick = HeardPick, int(mark[1]-'0')
	default:
		return Heard{}, false
	}
	return h, true
}

// shorten cuts a text to n characters at the end of a word; 0 does not cut.
func shorten(s string, n int) string {
	if n <= 0 || utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)[:max(n-1, 0)]
	cut := string(r)
	if i := strings.LastIndexAny(cut, " \n"); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " \n,;:") + "…"
}
