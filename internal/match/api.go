// Package match answers one question: have we checked this before?
//
// It owns the archive as a searchable whole (our checks, imported checks, open
// claims of the desk), the finding and ranking of candidates, the reasons for a
// match, and the calibrated decision same / perhaps / new. It does not own the
// records themselves: the database is the truth, a Matcher is a follower that
// can be thrown away and filled again. It keeps no text of any message it was
// asked about.
//
// Start reading at Matcher.Match in match.go.
package match

import "soi/internal/embed"

// Kind says what stands behind a Doc.
type Kind string

// The kinds of documents.
const (
	KindCheck    Kind = "check"    // a published check of this desk
	KindImported Kind = "imported" // a check by another publisher
	KindClaim    Kind = "claim"    // an open claim of this desk, not yet checked
)

// Doc is one document of the archive, as the caller knows it. Only ID is
// required; texts may be empty.
type Doc struct {
	ID      string   // unique over all kinds
	Kind    Kind     // empty means KindCheck
	Lang    string   // BCP 47; empty: found from the text
	Claim   string   // the claim in one sentence
	Title   string   // headline of the check
	Summary string   // the answer in a paragraph
	Body    string   // the full text; only its beginning is used
	Also    []string // other wordings that staff confirmed to be the same claim
	URLs    []string // links that carry the claim: an exact link is a match
}

// Query is one message to be matched.
type Query struct {
	Text string
	// Pictures came with the message; see picture.go.
	Pictures []Picture
	Limit    int                  // most matches wanted; 0 means 3
	Kinds    []Kind               // nil means all
	Not      func(id string) bool // pairs that staff rejected; nil means none
}

// Decision says what the caller may do with the matches.
type Decision string

// The decisions.
const (
	DecisionSame    Decision = "same"    // the first match may be given as the answer
	DecisionPerhaps Decision = "perhaps" // let the person choose
	DecisionNew     Decision = "new"     // nothing fits; Matches may still hold weak ones for staff
)

// Result is the answer to a Query.
type Result struct {
	Decision Decision
	Lang     string  // BCP 47 language of the message, "und" if unknown
	Matches  []Match // best first, at most Limit, each document once
	Parts    int     // how many parts of the message were looked up; 1 for one claim
}

// Match is one document that may answer the message.
type Match struct {
	ID          string
	Kind        Kind
	Rank        int     // from 1
	Score       float64 // of the ranker; comparable within one Result only
	Probability float64 // calibrated chance that this is the same claim, 0 to 1
	Reasons     []Reason
	Part        string // the part of the message it answers, when there are several
}

// Hit is one document found by Search.
type Hit struct {
	ID    string
	Kind  Kind
	Score float64 // comparable within one answer only
}

// Options set up a Matcher. The zero value is the tested default.
type Options struct {
	// NoModels switches learned weights off: ranking is then BM25 over words,
	// syllable pairs and parts of words, and the decision rests on plain overlap.
	NoModels bool
	// Model replaces the weights that come with the program; nil keeps them.
	Model *Model
	// Calibrations replaces the calibration that comes with the program; nil keeps it.
	Calibrations *Calibrations
	// SameAt and PerhapsAt replace the calibrated thresholds of probability, for
	// a desk that wants to be stricter. 0 keeps the calibrated value.
	SameAt, PerhapsAt float64
	// Encoder tells what texts mean, as numbers; nil leaves it to the words.
	Encoder embed.Encoder
	missed  func(error) // see Matcher.Encode
}
