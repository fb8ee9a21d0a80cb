package desk

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// Explainer is a page of background: how something works, with sources and
// without a rating. It is written by one person and published by another.
// What readers see is its newest revision, never this working copy.
type Explainer struct {
	ID        ID
	Topic     string // see Topics; "" if none
	Texts     []ExplainerText
	Sources   []ExplainerSource
	Words     []string // what people write who could use it: it is offered by them
	Authors   []ID     // who changed it since the last publication; none of them may approve
	Pending   []byte   // the exact document that waits for a second person; nil if none does
	By        ID       // who handed it in
	Returned  string   // why it was sent back last; "" once handed in again
	Rev       int      // newest revision, 0 before the first
	Withdrawn time.Time
	Changed   time.Time
	Version   int64
}

// ExplainerText is an explainer in one language.
type ExplainerText struct {
	Lang    string `json:"lang"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Body    string `json:"body"` // paragraphs separated by blank lines
}

// ExplainerSource is something a reader can open.
type ExplainerSource struct {
	URL       string `json:"url"`
	Title     string `json:"title"`
	Publisher string `json:"publisher,omitempty"` // an institution, a journal, a publisher
}

// ExplainerDoc is an explainer as it is published: its bytes are made once,
// when it is handed in, and those very bytes are approved and kept.
type ExplainerDoc struct {
	Nonce     string            `json:"nonce"` // 32 random bytes, base64; first member
	Schema    string            `json:"schema"`
	Explainer ID                `json:"explainer"`
	Rev       int               `json:"rev"`
	Topic     string            `json:"topic,omitempty"`
	Texts     []ExplainerText   `json:"texts,omitempty"`
	Sources   []ExplainerSource `json:"sources,omitempty"`
	Words     []string          `json:"words,omitempty"`
	Withdrawn bool              `json:"withdrawn,omitempty"`
	Notes     []Note            `json:"notes,omitempty"` // what changed and why; from the second revision on
	Approvals int               `json:"approvals"`
}

// ExplainerSchema names the layout of ExplainerDoc.
const ExplainerSchema = "soi-explainer/v1"

// Limits of explainers.
const (
	maxExplainerWords   = 40
	maxExplainerSources = 40
	maxExplainers       = 1_000
)

// ExplainerRevision is one published state of an explainer.
type ExplainerRevision struct {
	Explainer ID
	Rev       int
	At        time.Time
	Hash      []byte // SHA-256 of the document's bytes
	Doc       ExplainerDoc
	By        ID // who handed it in
	Approver  ID // never By, which the database refuses, nor one of the authors
}

// Text returns the text in lang, else the first one there is.
func (d ExplainerDoc) Text(lang string) ExplainerText {
	return textIn(d.Texts, lang)
}

// Text returns the working text in lang, an empty one if there is none.
func (e Explainer) Text(lang string) ExplainerText {
	if i := slices.IndexFunc(e.Texts, func(t ExplainerText) bool { return t.Lang == lang }); i >= 0 {
		return e.Texts[i]
	}
	return ExplainerText{Lang: lang}
}

// Title is the title in lang, else in any language.
func (e Explainer) Title(lang string) string { return textIn(e.Texts, lang).Title }

// textIn finds the text in a language, else the first.
func textIn(ts []ExplainerText, lang string) ExplainerText {
	i := slices.IndexFunc(ts, func(t ExplainerText) bool { return t.Lang == lang })
	if i < 0 && len(ts) == 0 {
		return ExplainerText{Lang: lang}
	}
	return ts[max(i, 0)]
}

// Waits reports whether a second person is asked for.
func (e Explainer) Waits() bool { return len(e.Pending) > 0 }

// Bytes is the document as it is hashed and kept.
func (d ExplainerDoc) Bytes() ([]byte, error) { return docBytes("explainer", d) }

// ParseExplainer reads the bytes of a published explainer.
func ParseExplainer(b []byte) (d ExplainerDoc, err error) {
	err = readDoc("explainer", b, &d, &d.Schema, ExplainerSchema)
	return d, err
}

// ExplainerHash identifies the exact bytes of a document.
func ExplainerHash(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

// ExplainerRows keeps explainers, their revisions and which checks they are
// linked from.
type ExplainerRows interface {
	// SetExplainer inserts with Version 0, or overwrites the one whose stored
	// version is e.Version; raises it by one. ErrConflict otherwise.
	SetExplainer(ctx context.Context, e Explainer) error
	Explainer(ctx context.Context, id ID) (Explainer, error)
	// Explainers lists them, those changed last first.
	Explainers(ctx context.Context) ([]Explainer, error)
	// AddExplainerRevision stores a revision with its document's bytes; it is
	// never changed. ErrDuplicate if it exists.
	AddExplainerRevision(ctx context.Context, r ExplainerRevision, doc []byte) error
	// ExplainerRevisions lists the revisions of one explainer, newest first, or
	// with id "" the newest of each, those published last first.
	ExplainerRevisions(ctx context.Context, id ID) ([]ExplainerRevision, error)
	// LinkExplainer links an explainer from a claim's check, or ends that.
	LinkExplainer(ctx context.Context, claim, explainer ID, on bool) error
	// ExplainerLinks lists the explainers linked from a claim's check.
	ExplainerLinks(ctx context.Context, claim ID) ([]ID, error)
}

// check trims a working copy and refuses what readers could not use. Empty
// languages are dropped.
func (e *Explainer) check() error {
	var ps []Problem
	add := func(bad bool, p Problem) {
		if bad && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	e.Texts = slices.DeleteFunc(slices.Clone(e.Texts), func(t ExplainerText) bool { return strings.TrimSpace(t.Title+t.Summary+t.Body) == "" })
	for i, t := range e.Texts {
		t.Title, t.Summary, t.Body = strings.TrimSpace(t.Title), strings.TrimSpace(t.Summary), strings.TrimSpace(t.Body)
		e.Texts[i] = t
		add(tooLong(t.Title, MaxLineRunes) || tooLong(t.Summary, MaxSummaryRunes) || tooLong(t.Body, MaxBodyRunes), TextTooLong)
	}
	add(len(e.Texts) == 0, TextEmpty)
	add(e.Topic != "" && !slices.Contains(Topics(), e.Topic), BadChoice)
	for i, s := range e.Sources {
		link, err := cleanLink(s.URL)
		add(err != nil, BadLink)
		add(strings.TrimSpace(s.Title) == "", TextEmpty)
		add(tooLong(s.Title, MaxLineRunes) || tooLong(s.Publisher, MaxLineRunes), TextTooLong)
		e.Sources[i] = ExplainerSource{link, strings.TrimSpace(s.Title), strings.TrimSpace(s.Publisher)}
	}
	var words []string
	for _, w := range e.Words {
		if w = strings.Join(strings.Fields(w), " "); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
		add(tooLong(w, 80), TextTooLong)
	}
	e.Words = words
	add(len(words) > maxExplainerWords || len(e.Sources) > maxExplainerSources, TextTooLong)
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// ready lists what is missing before it can be published.
func (e Explainer) ready() (ps []Problem) {
	for _, t := range e.Texts {
		if (t.Title == "" || t.Summary == "" || t.Body == "") && !slices.Contains(ps, TextEmpty) {
			ps = append(ps, TextEmpty)
		}
	}
	if len(e.Texts) == 0 {
		ps = append(ps, NoText)
	}
	if len(e.Sources) == 0 {
		ps = append(ps, NoEvidence)
	}
	return ps
}
