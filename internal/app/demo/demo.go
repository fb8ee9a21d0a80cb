// Package demo owns the archive that a newcomer's first desk is filled with:
// checks, tips, open claims and imported checks, as JSON files built into the
// program. Every sentence in it is the project's own; every source is a public
// one that a reader can open; no person is named.
//
// It does not own how these become entries of a desk (the app package replays
// them as verbs with an actor), nor any rule about ratings, review or the log.
//
// Start reading at Load.
package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed data/*.json
var files embed.FS

// ErrData says that a built-in data file cannot be read as the type it should
// hold; the wrapping error names the file.
var ErrData = errors.New("demo: bad data file")

// Desk is the whole demo archive. The slices are sorted: Checks from the oldest
// to the newest, so that replaying them in order gives a plausible log; Open and
// Imported in the order of their files.
type Desk struct {
	Checks   []Check
	Open     []Open
	Imported []Imported
	Explain  []Explainer
}

// When is a moment relative to the day the demo is started. MinutesAgo, when
// above zero, says it alone; otherwise it is DaysAgo days back at Hour:Minute on
// the desk's clock (hours 7 to 22).
type When struct {
	DaysAgo    int `json:"days_ago"`
	Hour       int `json:"hour"`
	Minute     int `json:"minute,omitempty"`
	MinutesAgo int `json:"minutes_ago,omitempty"`
}

// At gives the moment in the time zone of now. It is never after now: a time of
// day that today has not reached yet is taken from the day before.
func (w When) At(now time.Time) time.Time {
	if w.MinutesAgo > 0 {
		return now.Add(-time.Duration(w.MinutesAgo) * time.Minute)
	}
	day := now.AddDate(0, 0, -w.DaysAgo)
	at := time.Date(day.Year(), day.Month(), day.Day(), w.Hour, w.Minute, 0, 0, now.Location())
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// Text is what a check or a draft says in one language. Body is paragraphs
// separated by a blank line; Unknown may be empty. For an open claim without a
// draft only Claim is set.
type Text struct {
	Claim     string `json:"claim"`
	Statement string `json:"statement,omitempty"`
	Summary   string `json:"summary,omitempty"`
	Body      string `json:"body,omitempty"`
	Unknown   string `json:"unknown,omitempty"`
}

// Evidence is one public source. Says tells in our own words, per language
// ("vi", "en"), what the source states; Quote is its exact words or empty.
// Stance is "supports", "refutes" or "context". Independent is false when the
// source is, or belongs to, the body concerned.
type Evidence struct {
	URL         string            `json:"url"`
	Title       string            `json:"title"`
	Publisher   string            `json:"publisher"`
	Lang        string            `json:"lang"`
	Quote       string            `json:"quote"`
	Says        map[string]string `json:"says"`
	Stance      string            `json:"stance"`
	Independent bool              `json:"independent"`
}

// Tip is one message as somebody really sends it, without who sent it.
type Tip struct {
	Text string `json:"text"`
	When
}

// Explainer is a page of background: texts and public sources, and the words
// of messages that it is offered with.
type Explainer struct {
	When
	Topic   string                   `json:"topic"`
	Texts   map[string]ExplainerText `json:"texts"`
	Sources []ExplainerSource        `json:"sources"`
	Words   []string                 `json:"words"`
}

// ExplainerText is an explainer in one language; paragraphs of Body are
// separated by a blank line.
type ExplainerText struct {
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Body    string `json:"body"`
}

// ExplainerSource is a public page that a reader can open.
type ExplainerSource struct {
	URL       string `json:"url"`
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
}

// Correction is a later revision of a published check. Reason is one of
// "new-evidence", "factual", "clarity", "rating"; Note says per language what
// changed; Texts holds the complete new text per language.
type Correction struct {
	When
	Reason string            `json:"reason"`
	Note   map[string]string `json:"note"`
	Rating string            `json:"rating"`
	Texts  map[string]Text   `json:"texts"`
}

// Withdrawal is the end of a check, with its reason ("source") and a note per
// language.
type Withdrawal struct {
	When
	Reason string            `json:"reason"`
	Note   map[string]string `json:"note"`
}

// Check is a published result on one claim, with the tips that asked for it.
// Topic is "health", "food", "scam", "disaster", "science" or "daily"; Harm is
// "none", "low", "medium" or "high"; HarmKind is "health", "money", "safety",
// "panic" or empty. Rating is a code of the product's scale, such as
// "mostly-false". Texts has one entry per language written. When is the moment
// of publication; Kind is always "publish". At most one of Correct and Withdraw
// is set.
type Check struct {
	Key           string `json:"key"`
	Topic         string `json:"topic"`
	Harm          string `json:"harm"`
	HarmKind      string `json:"harm_kind"`
	BodyConcerned string `json:"body"`
	Rating        string `json:"rating"`
	Kind          string `json:"kind"`
	When
	Texts    map[string]Text `json:"texts"`
	Evidence []Evidence      `json:"evidence"`
	Tips     []Tip           `json:"tips"`
	Correct  *Correction     `json:"correct,omitempty"`
	Withdraw *Withdrawal     `json:"withdraw,omitempty"`
}

// Draft is an unpublished check text with the rating its author proposes.
type Draft struct {
	Rating string          `json:"rating"`
	Texts  map[string]Text `json:"texts"`
}

// Open is a claim that has no published check. State is "open", "assigned",
// "drafted", "in-review" or "not-factual"; the last is closed as not a factual
// claim and has neither evidence nor draft. Draft is set for "drafted" and
// "in-review" only. The other fields are as in Check.
type Open struct {
	Key           string          `json:"key"`
	Topic         string          `json:"topic"`
	Harm          string          `json:"harm"`
	HarmKind      string          `json:"harm_kind"`
	BodyConcerned string          `json:"body"`
	State         string          `json:"state"`
	Texts         map[string]Text `json:"texts"`
	Tips          []Tip           `json:"tips"`
	Evidence      []Evidence      `json:"evidence,omitempty"`
	Draft         *Draft          `json:"draft,omitempty"`
}

// Imported is a check of another publisher, kept as theirs: RatingText is their
// wording and is never mapped to our scale. Published is "YYYY-MM-DD". URL may
// be the publisher's front page.
type Imported struct {
	URL        string `json:"url"`
	Publisher  string `json:"publisher"`
	Published  string `json:"published"`
	Lang       string `json:"lang"`
	Claim      string `json:"claim"`
	Title      string `json:"title"`
	RatingText string `json:"rating_text"`
}

// Load reads the built-in archive. An error wraps ErrData and names the file;
// it cannot happen in a program whose tests passed.
func Load() (Desk, error) {
	return load(files)
}

func load(fsys fs.FS) (Desk, error) {
	var d Desk
	names, err := fs.Glob(fsys, "data/*.json")
	if err != nil {
		return Desk{}, fmt.Errorf("%w: %w", ErrData, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return Desk{}, fmt.Errorf("%w %s: %w", ErrData, name, err)
		}
		if err := d.add(path.Base(name), data); err != nil {
			return Desk{}, fmt.Errorf("%w %s: %w", ErrData, name, err)
		}
	}
	slices.SortStableFunc(d.Checks, func(a, b Check) int { return a.order() - b.order() })
	return d, nil
}

// add decodes one file into the slice that its name stands for.
func (d *Desk) add(base string, data []byte) error {
	switch {
	case strings.HasPrefix(base, "checks-"):
		return decode(data, &d.Checks)
	case strings.HasPrefix(base, "open"):
		return decode(data, &d.Open)
	case strings.HasPrefix(base, "imported"):
		return decode(data, &d.Imported)
	case strings.HasPrefix(base, "explainers"):
		return decode(data, &d.Explain)
	}
	return errors.New("file name says no kind")
}

// decode appends the array in data to list. A key that the type lacks is an
// error, so that a misspelt one cannot be dropped unseen.
func decode[T any](data []byte, list *[]T) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var more []T
	if err := dec.Decode(&more); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the array")
	}
	*list = append(*list, more...)
	return nil
}

// order is a number that grows from the oldest to the newest moment, in minutes.
func (w When) order() int {
	return -w.DaysAgo*24*60 + w.Hour*60 + w.Minute
}
