package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// Kind is what a revision does to a check; the public log uses the same
// words.
type Kind string

// The kinds of revision. Update changes no meaning (typo, clarity), Correct
// does.
const (
	KindPublish  Kind = "publish"
	KindUpdate   Kind = "update"
	KindCorrect  Kind = "correct"
	KindWithdraw Kind = "withdraw"
	KindRestore  Kind = "restore"
)

// Document is what a revision commits to. Its JSON bytes are made once, when
// a draft is submitted; those very bytes are reviewed, hashed into the public
// log and served. The nonce makes the hash a hiding commitment: once the
// bytes are erased nobody can confirm a guess at them.
type Document struct {
	Nonce   string   `json:"nonce"` // 32 random bytes, base64; first member
	Schema  string   `json:"schema"`
	Verdict ID       `json:"verdict"` // the claim's id, which is the check's name in the log
	Rev     int      `json:"rev"`
	Kind    Kind     `json:"kind"`
	Rating  Rating   `json:"rating,omitempty"`
	Topic   string   `json:"topic,omitempty"`
	Places  []string `json:"places,omitempty"`  // codes; see Localities
	Picture bool     `json:"picture,omitempty"` // the claim goes round as a picture
	// Authenticity is what was found of the pictures that carry the claim, each code once, in order.
	Authenticity []Authenticity `json:"authenticity,omitempty"`
	Body         string         `json:"body_concerned,omitempty"`
	Texts        []Text         `json:"texts,omitempty"`
	Evidence     []DocEvidence  `json:"evidence,omitempty"`
	Reason       Reason         `json:"reason,omitempty"`
	Notes        []Note         `json:"notes,omitempty"`     // what changed and why, per language
	Approvals    int            `json:"approvals"`           // people who stand behind these bytes
	Emergency    bool           `json:"emergency,omitempty"` // published before its other reviewer had come
	Asked        []DocAsked     `json:"asked,omitempty"`     // what bodies concerned were asked, and their answer, lateness or silence
	Opinions     []DocOpinion   `json:"opinions,omitempty"`  // answers of experts who agreed to be named
	Releases     []DocRelease   `json:"releases,omitempty"`  // texts that several pieces of evidence repeat
	Adopted      []DocAdopted   `json:"adopted,omitempty"`   // checks of other desks with which it began
	Erases       []int          `json:"erases,omitempty"`    // earlier revisions whose documents are deleted with this one: see Redact
}

// DocSchema names the layout of Document.
const DocSchema = "soi-check/v1"

// Approvals is how many people stand behind every revision at least: who
// submitted it and who approved it.
const Approvals = 2

// DocEvidence is a piece of evidence as published.
type DocEvidence struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	Publisher   string `json:"publisher,omitempty"`
	Lang        string `json:"lang,omitempty"`
	Quote       string `json:"quote,omitempty"`
	Says        Said   `json:"says,omitempty"`
	Stance      Stance `json:"stance"`
	Independent bool   `json:"independent"`
	Seen        string `json:"seen"` // date it was added, 2006-01-02
	// The archived copy, if there is one: SHA-256 of its unpacked WARC file in
	// hex, and when the page had answered (RFC 3339).
	ArchivedSHA256 string   `json:"archived_sha256,omitempty"`
	Archived       string   `json:"archived,omitempty"`
	Nearness       Nearness `json:"nearness,omitempty"`
	Payer          string   `json:"payer,omitempty"`   // institution or company that pays for the source
	Release        int      `json:"release,omitempty"` // number among the document's releases, from 1
}

// Note is a sentence for readers in one language.
type Note struct {
	Lang string `json:"lang"`
	Text string `json:"text"`
}

// NewNonce returns 32 random bytes in base64.
func NewNonce() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// Bytes is the document as it is hashed, logged and served.
func (d Document) Bytes() ([]byte, error) { return docBytes("document", d) }

// ParseDocument reads the bytes of a document.
func ParseDocument(b []byte) (d Document, err error) {
	err = readDoc("document", b, &d, &d.Schema, DocSchema)
	return d, err
}

// DocHash is the SHA-256 of a document's bytes, as the public log has it.
func DocHash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// Text returns the text in lang and whether there is one.
func (d Document) Text(lang string) (Text, bool) {
	for _, t := range d.Texts {
		if t.Lang == lang {
			return t, true
		}
	}
	return Text{}, false
}

// Note returns the note in lang, or in the first language there is.
func (d Document) Note(lang string) string {
	for _, n := range d.Notes {
		if n.Lang == lang {
			return n.Text
		}
	}
	if len(d.Notes) > 0 {
		return d.Notes[0].Text
	}
	return ""
}

// Revision is one published text of a check. What it says stands in Doc; the
// other fields repeat what lists are ordered and filtered by.
type Revision struct {
	Verdict  ID
	Rev      int // 1, 2, …
	Kind     Kind
	Reason   Reason
	Rating   Rating // "" when withdrawn
	LogIndex int64  // index of its entry in the public log
	At       time.Time
	Hash     []byte   // SHA-256 of the document
	Doc      Document // zero when erased
	Erased   bool     // its document is gone, or it is what erased the whole check
}

// RevisionFilter selects revisions that the public may see: only those below
// the size of the signed checkpoint. Newest first by log index.
type RevisionFilter struct {
	Below    int64 // log index must be smaller; the size of the signed checkpoint
	Verdict  ID
	Verdicts []ID
	Rev      int
	Kinds    []Kind
	Newest   bool // only the newest revision of each check
	Topic    string
	Before   int64 // log index smaller than this; for paging; 0 does not restrict
	Limit    int   // 0 means 100
}

// CheckKey, ImportedKey and ClaimKey name the three sorts of things a tip can
// match, as documents of the match index and as the far side of a judgment.
func CheckKey(verdict ID, lang string) string { return "check/" + string(verdict) + "/" + lang }

// ImportedKey names an imported check; see CheckKey.
func ImportedKey(id ID) string { return "imported/" + string(id) }

// ClaimKey names an open claim; see CheckKey.
func ClaimKey(id ID) string { return "claim/" + string(id) }
