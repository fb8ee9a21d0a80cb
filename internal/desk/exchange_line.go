package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a shelf's lines. A sound desk stays far below.
const (
	MaxLineBytes   = 24 << 10
	maxLineSources = 20
	maxLineTakers  = 20
	maxPeerName    = 255
	// clockGrace is how far another desk's clock may run ahead of ours.
	clockGrace = time.Hour
)

// LineTrouble says why a line was refused.
type LineTrouble string

// Why a line is refused.
const (
	LineBroken   LineTrouble = "broken"   // not a line as this program knows them
	LineTooLarge LineTrouble = "large"    // longer than its limits
	LineBadWord  LineTrouble = "bad-word" // a value outside its list, or a link that is none
	LineMarkup   LineTrouble = "markup"   // a text with tags or control characters
	LineAccount  LineTrouble = "account"  // a text that names an account, a number or an address of somebody
	LineFuture   LineTrouble = "future"   // dated in the future
	LineForeign  LineTrouble = "foreign"  // says that it is something of ours that we never laid out
	LineBadPlace LineTrouble = "place"    // not in its place
)

// What of a text names an account, a telephone number or an address: questions
// and checks are about claims, never about who said them.
var (
	accountName = regexp.MustCompile(`(^|[^\p{L}\p{N}])[@＠][\p{L}\p{N}_][\p{L}\p{N}_.]+`)
	mailName    = regexp.MustCompile(`[\p{L}\p{N}._%+-]+[@＠][\p{L}\p{N}-]+\.\p{L}+`)
	phoneNumber = regexp.MustCompile(`(^|[^\p{N}.,])(\+\d{1,3}[ .-]?|0)\d([ .-]?\d){7,9}($|[^\p{N},])`)
	profileLink = regexp.MustCompile(`(?i)(facebook|fb|tiktok|instagram|zalo|youtube|twitter|x|t|telegram)\.(com|me|be)/[^\s]+`)
	markupTag   = regexp.MustCompile(`<\s*[/!?]?[a-zA-Z]`)
)

// namesAccount reports whether a text names somebody's account, telephone
// number or address.
func namesAccount(s string) bool {
	return accountName.MatchString(s) || mailName.MatchString(s) || phoneNumber.MatchString(s) || profileLink.MatchString(s)
}

// Bytes is the line as it is hashed and served.
func (l ShelfLine) Bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// ShelfChain is the chain after a line whose bytes have this hash.
func ShelfChain(before, hash []byte) []byte {
	if len(before) == 0 {
		before = make([]byte, sha256.Size)
	}
	sum := sha256.Sum256(append(slices.Clone(before), hash...))
	return sum[:]
}

// LineHash is the SHA-256 of a line's bytes.
func LineHash(b []byte) []byte { sum := sha256.Sum256(b); return sum[:] }

// ParseLine reads the bytes of a line and looks at every value: what comes
// from another installation is refused rather than repaired. The trouble is
// "" for a sound line.
func ParseLine(b []byte, n int64, now time.Time) (ShelfLine, LineTrouble) {
	var l ShelfLine
	if len(b) > MaxLineBytes {
		return l, LineTooLarge
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&l); err != nil || dec.More() || !utf8.Valid(b) {
		return l, LineBroken
	}
	if l.N != n {
		return l, LineBadPlace
	}
	if l.At.After(now.Add(clockGrace)) {
		return l, LineFuture
	}
	return l, l.trouble()
}

// trouble looks at the values of a line.
func (l ShelfLine) trouble() LineTrouble {
	if !l.Entry.Valid() || len(l.Nonce) != 44 || !slices.Contains(LineKinds(), l.Kind) || len(l.To) > maxPeerName ||
		l.About != "" && !l.About.Valid() || len(l.Takers) > maxLineTakers || len(l.Missing) > len(Missings()) {
		return LineBadWord
	}
	if l.Root != nil && (!l.Root.Entry.Valid() || !deskName(l.Root.Desk)) {
		return LineBadWord
	}
	for _, d := range l.Takers {
		if !deskName(d) {
			return LineBadWord
		}
	}
	if l.Ended {
		return ""
	}
	switch l.Kind {
	case LineQuestion:
		return l.questionTrouble()
	case LineCheck:
		return l.Check.trouble()
	case LineSource:
		if !deskName(l.To) || l.About == "" || l.Source == nil {
			return LineBadWord
		}
		return l.Source.trouble()
	}
	if !deskName(l.To) || l.About == "" {
		return LineBadWord
	}
	return ""
}

// questionTrouble looks at a question.
func (l ShelfLine) questionTrouble() LineTrouble {
	if l.Harm != HarmUnset && !slices.Contains(Harms(), l.Harm) || l.HarmKind != "" && !slices.Contains(HarmKinds(), l.HarmKind) ||
		l.Topic != "" && !slices.Contains(Topics(), l.Topic) || !slices.Contains(Bands(), l.Demand) || !langName(l.Lang) ||
		slices.ContainsFunc(l.Missing, func(m string) bool { return !slices.Contains(Missings(), m) }) {
		return LineBadWord
	}
	if strings.TrimSpace(l.Text) == "" {
		return LineBadWord
	}
	return textTrouble(l.Text, MaxLineRunes)
}

// trouble looks at a check.
func (c *ShelfCheck) trouble() LineTrouble {
	kinds := []Kind{KindPublish, KindUpdate, KindCorrect, KindWithdraw, KindRestore}
	if c == nil || c.Rev < 1 || !slices.Contains(kinds, c.Kind) || len(c.Hash) != 64 || c.Rating != "" && !c.Rating.Valid() ||
		len(c.Texts) > 8 || len(c.Sources) > maxLineSources || !webLink(c.URL) {
		return LineBadWord
	}
	if c.Kind != KindWithdraw && (len(c.Texts) == 0 || c.Rating == "") {
		return LineBadWord
	}
	if t := textTrouble(c.Note, MaxNoteRunes); t != "" {
		return t
	}
	for _, x := range c.Texts {
		if !langName(x.Lang) || strings.TrimSpace(x.Claim) == "" {
			return LineBadWord
		}
		for s, most := range map[string]int{x.Claim: MaxLineRunes, x.Statement: MaxLineRunes, x.Summary: MaxSummaryRunes} {
			if t := textTrouble(s, most); t != "" {
				return t
			}
		}
	}
	for _, s := range c.Sources {
		if t := s.trouble(); t != "" {
			return t
		}
	}
	return ""
}

// trouble looks at a source.
func (s ShelfSource) trouble() LineTrouble {
	if !webLink(s.URL) || !slices.Contains(Stances(), s.Stance) || s.Lang != "" && !langName(s.Lang) || strings.TrimSpace(s.Title) == "" {
		return LineBadWord
	}
	for x, most := range map[string]int{s.Title: MaxLineRunes, s.Publisher: MaxLineRunes, s.Quote: MaxQuoteRunes} {
		if t := textTrouble(x, most); t != "" {
			return t
		}
	}
	return ""
}

// textTrouble looks at a text that a page of ours would show.
func textTrouble(s string, most int) LineTrouble {
	switch {
	case utf8.RuneCountInString(s) > most:
		return LineTooLarge
	case markupTag.MatchString(s), strings.ContainsFunc(s, hidden):
		return LineMarkup
	case namesAccount(s):
		return LineAccount
	}
	return ""
}

// hidden reports characters that are not shown, or that turn the direction of
// those around them.
func hidden(r rune) bool {
	return r != '\n' && unicode.Is(unicode.Cc, r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// deskName reports whether s may be the exchange name of a desk.
func deskName(s string) bool {
	host, ok := strings.CutSuffix(s, "/exchange")
	return ok && host != "" && len(s) <= maxPeerName && strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""
}

// langName reports whether s looks like a language code.
func langName(s string) bool {
	return len(s) >= 2 && len(s) <= 35 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// webLink reports whether s is an address that a reader can open.
func webLink(s string) bool {
	_, err := cleanLink(s)
	return err == nil && !strings.ContainsFunc(s, func(r rune) bool { return hidden(r) || r == '\n' || r == '<' || r == '"' })
}
