package desk

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// StandingPage is a page on which the desk says how it works, who it is, who
// pays for it, how it is reached and how it corrects. It is written in parts,
// each of which answers one point. What readers see is its newest revision,
// never this working copy.
type StandingPage struct {
	Word     string // which page; see StandingPlans
	Parts    []StandingPart
	Authors  []ID      // who changed it since the last publication; none of them may approve
	Pending  []byte    // the exact document that waits for a second person; nil if none does
	By       ID        // who handed it in
	Returned string    // why it was sent back last; "" once handed in again
	Rev      int       // newest revision, 0 before the first
	Changed  time.Time // zero before the first save
	Version  int64
}

// StandingPart is what a page says on one point in one language.
type StandingPart struct {
	Point string `json:"point"`
	Lang  string `json:"lang"`
	Text  string `json:"text"` // paragraphs separated by blank lines
}

// StandingDoc is a standing page as it is published: its bytes are made once,
// when it is handed in, and those very bytes are approved and kept.
type StandingDoc struct {
	Nonce     string         `json:"nonce"` // 32 random bytes, base64; first member
	Schema    string         `json:"schema"`
	Page      string         `json:"page"`
	Rev       int            `json:"rev"`
	Parts     []StandingPart `json:"parts"`
	Notes     []Note         `json:"notes,omitempty"` // what changed and why; from the second revision on
	Approvals int            `json:"approvals"`
}

// StandingRevision is one published state of a standing page.
type StandingRevision struct {
	Word     string
	Rev      int
	At       time.Time
	Hash     []byte // SHA-256 of the document's bytes
	Doc      StandingDoc
	By       ID // who handed it in
	Approver ID // never By, which the database refuses, nor one of the authors
}

// StandingSchema names the layout of StandingDoc.
const StandingSchema = "soi-page/v1"

// StandingPlan names a page and the points it should answer, in the order pages
// show them.
type StandingPlan struct {
	Word   string
	Points []string
}

// StandingPlans lists the standing pages.
func StandingPlans() []StandingPlan {
	return []StandingPlan{
		{"methodology", []string{"choose", "fair", "research", "conclude", "reply", "send"}},
		{"team", []string{"people", "decide", "neutral"}},
		{"funding", []string{"payers", "owner", "independence"}},
		{"contact", []string{"reach", "complain"}},
		{"corrections-policy", []string{"policy", "request", "tell"}},
	}
}

// StandingPlanOf finds a page by its word.
func StandingPlanOf(word string) (StandingPlan, bool) {
	all := StandingPlans()
	i := slices.IndexFunc(all, func(s StandingPlan) bool { return s.Word == word })
	if i < 0 {
		return StandingPlan{}, false
	}
	return all[i], true
}

// standingText is what parts say on a point in a language, "" if nothing.
func standingText(parts []StandingPart, point, lang string) string {
	i := slices.IndexFunc(parts, func(p StandingPart) bool { return p.Point == point && p.Lang == lang })
	if i < 0 {
		return ""
	}
	return parts[i].Text
}

// Text is what the working copy says on a point in a language.
func (p StandingPage) Text(point, lang string) string { return standingText(p.Parts, point, lang) }

// Text is what the document says on a point in a language.
func (d StandingDoc) Text(point, lang string) string { return standingText(d.Parts, point, lang) }

// Part is what the document says on a point in lang, else in the first
// language there is.
func (d StandingDoc) Part(point, lang string) (StandingPart, bool) {
	if t := d.Text(point, lang); t != "" {
		return StandingPart{point, lang, t}, true
	}
	i := slices.IndexFunc(d.Parts, func(p StandingPart) bool { return p.Point == point })
	if i < 0 {
		return StandingPart{}, false
	}
	return d.Parts[i], true
}

// Waits reports whether a second person is asked for.
func (p StandingPage) Waits() bool { return len(p.Pending) > 0 }

// Bytes is the document as it is hashed and kept.
func (d StandingDoc) Bytes() ([]byte, error) { return docBytes("standing page", d) }

// ParseStanding reads the bytes of a published standing page.
func ParseStanding(b []byte) (d StandingDoc, err error) {
	err = readDoc("standing page", b, &d, &d.Schema, StandingSchema)
	return d, err
}

// StandingHash identifies the exact bytes of a document.
func StandingHash(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

// cleanParts trims parts, drops empty ones and refuses those that belong to
// no point of the page or to a language the desk does not write.
func cleanParts(s StandingPlan, parts []StandingPart, langs []string) ([]StandingPart, error) {
	out := []StandingPart{}
	for _, p := range parts {
		p.Text = strings.TrimSpace(strings.ReplaceAll(p.Text, "\r\n", "\n"))
		switch {
		case !slices.Contains(s.Points, p.Point) || !slices.Contains(langs, p.Lang) || standingText(out, p.Point, p.Lang) != "":
			return nil, invalid(BadChoice)
		case tooLong(p.Text, MaxStandingRunes):
			return nil, invalid(TextTooLong)
		case p.Text != "":
			out = append(out, p)
		}
	}
	return out, nil
}

// MaxStandingRunes is how long a page may be on one point, in characters.
const MaxStandingRunes = 8_000

// PublishedStanding returns the revisions of a standing page, newest first, as
// everybody may see them; none before the first.
func (d *Desk) PublishedStanding(ctx context.Context, word string) (out []StandingRevision, err error) {
	if _, ok := StandingPlanOf(word); !ok {
		return nil, ErrNotFound
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = tx.StandingRevisions(ctx, word)
		return err
	})
	return out, err
}
