package desk

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Said is a short text in one or more languages as one comparable value, the
// form in which it stands in a row: "lang US text RS lang US text", with the
// control characters U+001F and U+001E, which no text here can hold. A value
// without U+001F is a text of no stated language. In JSON it is a list of
// notes.
type Said string

// The separators of Said.
const (
	unitMark   = "\x1f"
	recordMark = "\x1e"
)

// Say makes a Said of notes; empty texts are left out.
func Say(notes ...Note) Said {
	var parts []string
	for _, n := range trimNotes(notes) {
		text := strings.NewReplacer(unitMark, " ", recordMark, " ").Replace(n.Text)
		parts = append(parts, n.Lang+unitMark+text)
	}
	return Said(strings.Join(parts, recordMark))
}

// Notes lists the texts by language.
func (s Said) Notes() []Note {
	if s == "" {
		return nil
	}
	var out []Note
	for part := range strings.SplitSeq(string(s), recordMark) {
		lang, text, ok := strings.Cut(part, unitMark)
		if !ok {
			lang, text = "", part
		}
		out = append(out, Note{Lang: lang, Text: text})
	}
	return out
}

// In is the text in a language, else the first one there is, else "".
func (s Said) In(lang string) string {
	notes := s.Notes()
	for _, n := range notes {
		if n.Lang == lang {
			return n.Text
		}
	}
	if len(notes) > 0 {
		return notes[0].Text
	}
	return ""
}

// Only is the text in exactly this language, "" if there is none; for forms.
func (s Said) Only(lang string) string {
	for _, n := range s.Notes() {
		if n.Lang == lang {
			return n.Text
		}
	}
	return ""
}

// longest is the number of characters of the longest text.
func (s Said) longest() int {
	most := 0
	for _, n := range s.Notes() {
		most = max(most, utf8.RuneCountInString(n.Text))
	}
	return most
}

// MarshalJSON writes the notes.
func (s Said) MarshalJSON() ([]byte, error) { return json.Marshal(s.Notes()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Said) UnmarshalJSON(b []byte) error {
	var notes []Note
	if err := json.Unmarshal(b, &notes); err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	if len(notes) == 1 && notes[0].Lang == "" {
		*s = Said(notes[0].Text)
		return nil
	}
	*s = Say(notes...)
	return nil
}
