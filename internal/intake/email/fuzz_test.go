package email

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"soi/internal/intake"
)

// FuzzRead: no bytes make reading fail, and what comes out is what a tip may hold.
func FuzzRead(f *testing.F) {
	f.Add([]byte(letter(vietnamese, plainUTF8)))
	f.Add([]byte(build(multipart("mixed", "Content-Type: text/html\n\n<p>a<blockquote>b", "Content-Type: message/rfc822\n\nFrom: a@b.example\n\nx"))))
	for _, m := range machines() {
		f.Add([]byte(m.raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(raw, desk())
		if !utf8.ValidString(m.Text) || utf8.RuneCountInString(m.Text) > maxTextRunes || len(m.Media) > maxFiles || len(m.Links) > 20 || m.ID == "" {
			t.Errorf("%d characters, %d media, %d links, id %q", utf8.RuneCountInString(m.Text), len(m.Media), len(m.Links), m.ID)
		}
		if m.Why == "" && (m.who == "" || usable(m.to.To) == "") {
			t.Error("a tip without an address that a relay would take")
		}
		ch := &Channel{c: Config{From: "tips@desk.example", Now: time.Now}}
		if m.Why == "" {
			if _, _, err := ch.compose(m.to, intake.Outgoing{Op: "x", Text: m.Text}); err != nil {
				t.Errorf("it cannot be answered: %v", err)
			}
		}
	})
}

// FuzzTNEF: no bytes make reading an envelope fail or grow.
func FuzzTNEF(f *testing.F) {
	f.Add([]byte{0x78, 0x9f, 0x3e, 0x22, 1, 0, 1, 3, 0x90, 6, 0, 4, 0, 0, 0, 9, 9, 9, 9, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		got := readTNEF(b)
		size := 0
		for _, data := range got.files {
			size += len(data)
		}
		if size > len(b) || len(got.text) > 3*len(b) {
			t.Errorf("%d bytes became %d", len(b), size)
		}
	})
}

// FuzzHTML: what is read is text, and no larger than the limit and what one token adds.
func FuzzHTML(f *testing.F) {
	f.Add("<div><p>a</p><br><a href='https://x.example'>b</a><blockquote>c")
	f.Fuzz(func(t *testing.T, s string) {
		text, links := htmlText(s)
		if len(text) > 12*len(s)+16 || strings.Contains(strings.Join(links, ""), "javascript:") && !strings.Contains(s, "http") {
			t.Errorf("%d bytes became %d", len(s), len(text))
		}
	})
}
