package address

import (
	"strings"
	"unicode/utf8"
)

// Kind is what sort of place an address leads to.
type Kind string

// The kinds of address.
const (
	Site      Kind = "site"      // a host, or a page below it
	Telephone Kind = "telephone" // a number
	Mail      Kind = "mail"      // an e-mail address
	Facebook  Kind = "facebook"
	Zalo      Kind = "zalo"
	TikTok    Kind = "tiktok"
	YouTube   Kind = "youtube"
	X         Kind = "x"
	Telegram  Kind = "telegram"
)

// Kinds lists the kinds in the order pages show them.
func Kinds() []Kind {
	return []Kind{Site, Telephone, Mail, Facebook, Zalo, YouTube, TikTok, X, Telegram}
}

// Account reports whether addresses of the kind are accounts on a platform.
func (k Kind) Account() bool { return k != Site && k != Telephone && k != Mail }

// Address is one place in its one form. Two addresses with equal Kind and Key
// are the same place.
type Address struct {
	Kind  Kind
	Key   string // "soyte.example/tin", "+842439985765", "vanphong@soyte.example", "soyte.vn" (an account)
	Shown string // for readers: names beyond ASCII in their own letters, numbers in groups
	Host  string // of a site or an e-mail address, as it is looked up (xn--…); "" otherwise
}

// maxText is the longest text that is read as one address.
const maxText = 2048

// Read reads one address as a person types or pastes it: with or without
// http(s)://, "www.", "mailto:", "tel:", tracking parameters, spaces and dots
// in a number, "@" before an account. ok is false when it is none, or when it
// leads into a platform without naming an account.
func Read(text string) (a Address, ok bool) {
	if len(text) > maxText || !utf8.ValidString(text) {
		return Address{}, false
	}
	text = bare(text)
	for _, p := range platforms() {
		if name, found := strings.CutPrefix(strings.ToLower(text), string(p.kind)+":"); found && !strings.HasPrefix(name, "//") {
			return p.account(strings.TrimLeft(strings.TrimSpace(name), "@"))
		}
	}
	if rest, found := cutFold(text, "tel:"); found {
		return readNumber(rest)
	}
	if rest, found := cutFold(text, "mailto:"); found {
		rest, _, _ = strings.Cut(rest, "?")
		return readMail(rest)
	}
	if a, ok := readNumber(text); ok {
		return a, true
	}
	if strings.Contains(text, "@") && !strings.Contains(text, "/") {
		return readMail(text)
	}
	return readSite(text)
}

// bare takes off what surrounds an address: white space, quotation marks,
// invisible letters, the full stop of a sentence.
func bare(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r == 0x7f, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff, r == 0xad:
			return -1
		case r == 0xa0:
			return ' '
		}
		return r
	}, text)
	return strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "\"'<>“”‘’,;."))
}

// cutFold cuts a prefix without regard to case.
func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return strings.TrimSpace(s[len(prefix):]), true
}

// Over lists the keys of a site's page and of everything above it, up to its
// host: what is listed at one of them holds for the page. Of any other kind it
// is the key alone.
func (a Address) Over() []string {
	out := []string{a.Key}
	if a.Kind != Site {
		return out
	}
	key, _, found := strings.Cut(a.Key, "?")
	if found {
		out = append(out, key)
	}
	for i := strings.LastIndexByte(key, '/'); i > 0 && len(out) < 40; i = strings.LastIndexByte(key, '/') {
		key = key[:i]
		out = append(out, key)
	}
	return out
}

// Link is an address that a browser opens; "" for a number.
func (a Address) Link() string {
	switch a.Kind {
	case Site:
		return "https://" + a.Key
	case Mail:
		return "mailto:" + a.Key
	case Telephone:
		return ""
	}
	for _, p := range platforms() {
		if p.kind == a.Kind {
			return p.link(a.Key)
		}
	}
	return ""
}
