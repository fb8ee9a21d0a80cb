package desk

import "time"

// ClaimState is where a claim stands.
type ClaimState string

// The states of a claim. A claim that waits for review is open or published
// and has Review set.
const (
	ClaimOpen      ClaimState = "open"      // in the queue
	ClaimPublished ClaimState = "published" // has a check that is in force
	ClaimWithdrawn ClaimState = "withdrawn" // its check was withdrawn
	ClaimClosed    ClaimState = "closed"    // not a factual claim
	ClaimMerged    ClaimState = "merged"    // went into another claim
	ClaimAnswered  ClaimState = "answered"  // another publisher's check answers it
)

// Claim is one statement of fact that evidence can settle. Its text is what
// the desk works with; only what a person wrote in a draft and a second
// person approved is ever public.
type Claim struct {
	ID       ID
	Text     string // one sentence; taken from the first tip until staff write it
	Typed    bool   // a person wrote Text
	Lang     string // language of Text
	State    ClaimState
	Harm     Harm
	HarmKind string // see HarmKinds; "" if none
	Topic    string // see Topics; "" if none
	Body     string // the body concerned: an institution, agency or company, never a person
	Assignee ID     // staff; "" if nobody has taken it
	Review   ID     // the review under way; "" if none
	Into     ID     // the claim it was merged into
	Imported ID     // the imported check that answers it
	Rev      int    // newest revision of its check, 0 before the first
	LogIndex int64  // public-log index of that revision; -1 before the first
	Rating   Rating // rating of that revision; "" before the first and when withdrawn
	Opened   time.Time
	Changed  time.Time
	Version  int64 // rises with each change; a verb with another version gets ErrConflict
}

// Pending reports whether a text waits for a second person.
func (c Claim) Pending() bool { return c.Review != "" }

// Wordless reports whether the claim has no sentence: it was opened by a file
// in which no words were read, or its words were erased.
func (c Claim) Wordless() bool { return c.Text == forgotten }

// ClaimFilter selects claims; zero fields do not restrict.
type ClaimFilter struct {
	States   []ClaimState
	IDs      []ID
	Into     ID
	Assignee ID
	Pending  bool // only those under review
	Desks    []ID // of one of these desks, or offered to one; nil for all
	After    ID   // for walking all claims in order of ID
	Newest   bool // newest change first, in place of the order of ID
	Limit    int  // 0 means 1,000
}

// Evidence is one source of a claim: a link that a reader can open, with
// what it says. Publisher is the named public source (an institution, a
// journal, a publisher), never a private person.
type Evidence struct {
	ID          ID
	Claim       ID
	URL         string
	Title       string
	Publisher   string
	Lang        string
	Quote       string // word for word, at most MaxQuoteRunes
	Says        Said   // what the source says, in the desk's own words
	Stance      Stance
	Independent bool // of the body the claim is about
	Added       time.Time
	AddedBy     ID
	Retired     time.Time // taken off the list; kept for the history and for undo
	Nearness    Nearness
	Payer       string // the institution or company that pays for the source, if known; never a person
	Release     ID     // the release it is a copy of; "" if it stands for itself
	Version     int64  // rises with each edit
}

// Limits of what staff write, in characters.
const (
	MaxQuoteRunes   = 1_000
	MaxLineRunes    = 300 // a claim sentence, a statement, a title, a name
	MaxSummaryRunes = 1_000
	MaxBodyRunes    = 40_000
	MaxNoteRunes    = 2_000
)

// Judgment is a person's yes or no to a match between a claim and something
// already known. A no is for ever: the pair is not suggested again.
type Judgment struct {
	Claim  ID
	Other  string // key of the other side: see CheckKey, ImportedKey, ClaimKey
	Same   bool
	By     ID
	At     time.Time
	Undone bool // taken back; the pair may be suggested again
}

// Text is what a reader sees in one language.
type Text struct {
	Lang      string `json:"lang"`
	Claim     string `json:"claim"`     // the claim, one neutral sentence
	Statement string `json:"statement"` // the true statement; headline
	Summary   string `json:"summary"`   // the answer in one paragraph
	Body      string `json:"body"`      // paragraphs separated by blank lines
	Unknown   string `json:"unknown"`   // what is not known; may be empty
}

// Empty reports whether nothing was written in this language.
func (t Text) Empty() bool {
	return t.Claim == "" && t.Statement == "" && t.Summary == "" && t.Body == "" && t.Unknown == ""
}

// Draft is the text under work for a claim, in every language begun. There
// is one per claim; after publication it starts from the published text.
type Draft struct {
	Claim   ID
	Rating  Rating
	Texts   []Text
	Authors []ID // everyone who changed it since the last publication; none of them may review
	Changed time.Time
	Version int64
}

// Text returns the text in lang, an empty one if there is none.
func (d Draft) Text(lang string) Text {
	for _, t := range d.Texts {
		if t.Lang == lang {
			return t
		}
	}
	return Text{Lang: lang}
}

// ReviewState is where a review stands.
type ReviewState string

// The states of a review.
const (
	ReviewPending  ReviewState = "pending"
	ReviewApproved ReviewState = "approved"
	ReviewReturned ReviewState = "returned" // sent back with reasons
	ReviewTaken    ReviewState = "taken"    // taken back by its author before a decision
)

// Review is a second person's decision on exact bytes.
type Review struct {
	ID        ID
	Claim     ID
	Kind      Kind
	Reason    Reason
	Doc       []byte // the exact document that will be published
	Hash      []byte // SHA-256 of Doc
	By        ID     // who submitted it
	Authors   []ID   // who wrote any of it
	At        time.Time
	State     ReviewState
	Reviewer  ID // who decided; never By nor one of Authors
	Decided   time.Time
	Reasons   string   // why it was sent back
	Checklist []string // the points the reviewer ticked
	Kinds     []string // what it was sent back for; see ReturnKinds
	Need      int      // reviewers it needs: one, or two where harm is high
	Urgent    string   // why it is published before its other reviewer has come; "" but in an emergency

	// Other is the reviewer besides Reviewer where two are needed: who agreed
	// first, or who followed after an emergency.
	Other          ID
	OtherAt        time.Time
	OtherChecklist []string
}

// ReviewFilter selects reviews, newest first; zero fields do not restrict.
type ReviewFilter struct {
	ID     ID
	Claim  ID
	State  ReviewState
	Urgent bool // only those published, or to be published, in an emergency
	Waits  bool // only those published in an emergency whose other reviewer has not come
	Limit  int  // 0 means 100
}

// Imported is a check that another publisher made. It is shown with its
// publisher, in its own words, and never counted as ours.
type Imported struct {
	ID        ID
	URL       string // unique
	Publisher string
	Site      string // the publisher's address
	Published time.Time
	Lang      string
	Claim     string
	Title     string
	Rating    string // textual, as the publisher wrote it
	Added     time.Time
}
