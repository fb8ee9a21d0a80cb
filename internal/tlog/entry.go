package tlog

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	merkle "golang.org/x/mod/sumdb/tlog"
)

// MaxEntry is the largest entry in bytes. The bundle format of C2SP tlog-tiles
// would allow 65,535; an entry holds codes and hashes only and needs far less.
const MaxEntry = 1024

// header is the first line of every entry: the format and its version.
const header = "soi-log/v1"

// timeLayout is RFC 3339 in UTC with whole seconds, the only form of a time.
const timeLayout = "2006-01-02T15:04:05Z"

// maxRev bounds a revision number; it only has to exceed any real one.
const maxRev = 1_000_000

// maxCosignatures bounds what a successor entry carries of the old log's
// witnesses, so that it stays under MaxEntry.
const maxCosignatures = 3

// ErrForm says that bytes are not an entry in the one accepted form, or that
// an Entry has fields that its kind does not allow.
var ErrForm = errors.New("tlog: malformed entry")

// Kind says what an entry records.
type Kind string

// The kinds of entry. Those from KindPublish to KindRedact belong to a verdict
// and form its chain; those after KindRuling speak of the log itself.
const (
	KindGenesis   Kind = "genesis"   // entry 0 of a new log, with its key
	KindPublish   Kind = "publish"   // revision 1 of a verdict
	KindUpdate    Kind = "update"    // next revision, meaning unchanged
	KindCorrect   Kind = "correct"   // next revision, meaning or rating changed
	KindWithdraw  Kind = "withdraw"  // no longer upheld; old documents stay
	KindRestore   Kind = "restore"   // upheld again, with a document
	KindErase     Kind = "erase"     // all earlier documents of the verdict deleted
	KindRedact    Kind = "redact"    // next revision, with the documents of some earlier ones deleted
	KindRuling    Kind = "ruling"    // answer to an appeal; speaks of a verdict and is no part of its chain
	KindChannel   Kind = "channel"   // a line of the register of real channels, or a change of it
	KindKey       Kind = "key"       // a further signing key
	KindPolicy    Kind = "policy"    // rating scale and corrections policy in force
	KindSuccessor Kind = "successor" // entry 0 of a log that follows another one
	KindClose     Kind = "close"     // nothing may follow
)

// Reason is the public reason code of a later revision.
type Reason string

// The reason codes. Erase and redact accept only ReasonLegal and ReasonPrivacy.
const (
	ReasonTypo        Reason = "typo"
	ReasonClarity     Reason = "clarity"
	ReasonFactual     Reason = "factual"
	ReasonNewEvidence Reason = "new-evidence"
	ReasonRating      Reason = "rating"
	ReasonSource      Reason = "source"
	ReasonLegal       Reason = "legal"
	ReasonPrivacy     Reason = "privacy"
	ReasonDuplicate   Reason = "duplicate"
	ReasonPolicy      Reason = "policy"
)

// Entry is one record of the log. Which fields are set is fixed by Kind (see
// layout); the others must be zero. It never holds text that a person wrote,
// a name or an address: what it says of a verdict is a code, a place in a
// chain and the hash of a document.
type Entry struct {
	Kind Kind
	Time time.Time // whole seconds, UTC; never before the previous entry's

	Verdict string   // 26 characters of Crockford base32, random, no meaning
	Rev     int64    // 1 for publish, then +1 for each entry of the verdict
	Prev    int64    // index of the verdict's previous entry; 0 for none
	Rating  string   // code of the rating; empty for withdraw and erase
	Doc     [32]byte // SHA-256 of the document; zero for withdraw and erase
	Reason  Reason   // empty for publish
	Erased  []int64  // redact: the revisions whose documents are deleted, in order

	Ruling  string // ruling: its own name, 26 characters as a verdict's
	Outcome string // ruling: code of how the appeal ended

	Channel string // channel: its own name, 26 characters as a verdict's
	State   string // channel: how it stands from here on, see channel.go

	Key     string   // genesis, key, successor: the verifier key, origin+id+base64
	Ratings []string // policy: the codes of the scale in force, in order

	Origin       string   // successor: origin of the log that is followed
	Size         int64    // successor: last known size of that log
	Root         Hash     // successor: its root at Size
	Cosignatures []string // successor: "name base64" of its witnesses, if any
}

// layout lists the lines that follow the kind, in order. It is the format:
//
//	soi-log/v1
//	kind correct
//	time 2026-11-22T11:00:00Z
//	verdict 7b2k0m8q4x1c9f3h5n6r2t0vwa
//	rev 2
//	prev 1
//	rating mostly-false
//	doc b2c3a266…aa34
//	reason new-evidence
//
// nil means that the kind is unknown.
func layout(k Kind) []string {
	switch k {
	case KindGenesis, KindKey:
		return []string{"time", "key"}
	case KindPublish:
		return []string{"time", "verdict", "rev", "prev", "rating", "doc"}
	case KindUpdate, KindCorrect, KindWithdraw, KindRestore, KindErase:
		return []string{"time", "verdict", "rev", "prev", "rating", "doc", "reason"}
	case KindRedact:
		return []string{"time", "verdict", "rev", "prev", "rating", "doc", "reason", "erased"}
	case KindRuling:
		return []string{"time", "verdict", "ruling", "outcome", "doc"}
	case KindChannel:
		return []string{"time", "channel", "state", "doc"}
	case KindPolicy:
		return []string{"time", "ratings", "doc"}
	case KindSuccessor:
		return []string{"time", "key", "origin", "size", "root", "cosignature"}
	case KindClose:
		return []string{"time"}
	}
	return nil
}

// OfVerdict reports whether entries of this kind belong to a verdict's chain.
func (k Kind) OfVerdict() bool { return slices.Contains(layout(k), "rev") }

// ends reports whether the kind leaves the verdict without a document.
func (k Kind) ends() bool { return k == KindWithdraw || k == KindErase }

// HasDoc reports whether the entry commits to a document.
func (e Entry) HasDoc() bool { return e.Doc != [32]byte{} }

// Format returns the one byte form of e, which is what gets hashed, or ErrForm
// when a field is missing, out of its range or foreign to the kind.
func Format(e Entry) ([]byte, error) {
	names := layout(e.Kind)
	if names == nil {
		return nil, fmt.Errorf("%w: kind %q", ErrForm, e.Kind)
	}
	if f := e.foreign(names); f != "" {
		return nil, fmt.Errorf("%w: %s has no %s", ErrForm, e.Kind, f)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nkind %s\n", header, e.Kind)
	for _, name := range names {
		values, err := e.values(name)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			fmt.Fprintf(&b, "%s %s\n", name, v)
		}
	}
	if b.Len() > MaxEntry {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrForm, b.Len(), MaxEntry)
	}
	return b.Bytes(), nil
}

// Parse reads an entry. It accepts exactly the bytes that Format prints, so an
// entry has one form and one hash; all else is ErrForm.
func Parse(b []byte) (Entry, error) {
	if len(b) > MaxEntry {
		return Entry{}, fmt.Errorf("%w: %d bytes, at most %d", ErrForm, len(b), MaxEntry)
	}
	text, ok := strings.CutSuffix(string(b), "\n")
	if !ok {
		return Entry{}, fmt.Errorf("%w: no final line feed", ErrForm)
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 3 || lines[0] != header {
		return Entry{}, fmt.Errorf("%w: does not start with %s", ErrForm, header)
	}
	var e Entry
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, " ")
		if err := e.set(name, value); err != nil {
			return Entry{}, fmt.Errorf("%w: line %q", ErrForm, line)
		}
	}
	// Order, repetition, leading zeros, other spellings of a value: whatever
	// the loop let through is caught by printing the entry again.
	again, err := Format(e)
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, b) {
		return Entry{}, fmt.Errorf("%w: not in the one accepted form", ErrForm)
	}
	return e, nil
}

// foreign names a field that is set though the kind has no line for it.
func (e Entry) foreign(names []string) string {
	set := []struct {
		name string
		is   bool
	}{
		{"verdict", e.Verdict != ""}, {"rev", e.Rev != 0}, {"prev", e.Prev != 0},
		{"rating", e.Rating != ""}, {"doc", e.HasDoc()}, {"reason", e.Reason != ""},
		{"erased", e.Erased != nil}, {"ruling", e.Ruling != ""}, {"outcome", e.Outcome != ""},
		{"channel", e.Channel != ""}, {"state", e.State != ""},
		{"key", e.Key != ""}, {"ratings", e.Ratings != nil},
		{"origin", e.Origin != ""}, {"size", e.Size != 0}, {"root", e.Root != Hash{}},
		{"cosignature", e.Cosignatures != nil},
	}
	for _, f := range set {
		if f.is && !slices.Contains(names, f.name) {
			return f.name
		}
	}
	return ""
}

// set stores the value of one line, read leniently; Parse compares afterwards.
func (e *Entry) set(name, value string) (err error) {
	switch name {
	case "kind":
		e.Kind = Kind(value)
	case "time":
		e.Time, err = time.Parse(timeLayout, value)
	case "verdict":
		e.Verdict = value
	case "rev":
		e.Rev, err = strconv.ParseInt(value, 10, 64)
	case "prev":
		if value != "-" {
			e.Prev, err = strconv.ParseInt(value, 10, 64)
		}
	case "rating":
		if value != "-" {
			e.Rating = value
		}
	case "doc":
		err = setDoc(&e.Doc, value)
	case "reason":
		e.Reason = Reason(value)
	case "erased":
		e.Erased, err = parseRevs(value)
	case "ruling":
		e.Ruling = value
	case "outcome":
		e.Outcome = value
	case "channel":
		e.Channel = value
	case "state":
		e.State = value
	case "key":
		e.Key = value
	case "ratings":
		e.Ratings = strings.Split(value, ",")
	case "origin":
		e.Origin = value
	case "size":
		e.Size, err = strconv.ParseInt(value, 10, 64)
	case "root":
		e.Root, err = merkle.ParseHash(value)
	case "cosignature":
		e.Cosignatures = append(e.Cosignatures, value)
	default:
		err = ErrForm
	}
	return err
}

func setDoc(doc *[32]byte, value string) error {
	if value == "-" {
		return nil
	}
	b, err := hex.DecodeString(value)
	if err != nil || len(b) != len(doc) {
		return ErrForm
	}
	copy(doc[:], b)
	return nil
}

// values prints one field, checked: one line, except for cosignature, which
// has none to three.
func (e Entry) values(name string) ([]string, error) {
	v, ok := "", false
	switch name {
	case "time":
		v = e.Time.Format(timeLayout)
		ok = e.Time.Location() == time.UTC && e.Time.Nanosecond() == 0 && len(v) == len(timeLayout)
	case "verdict":
		v, ok = e.Verdict, validVerdict(e.Verdict)
	case "rev":
		v = strconv.FormatInt(e.Rev, 10)
		ok = e.Rev >= 1 && e.Rev <= maxRev && (e.Rev == 1) == (e.Kind == KindPublish)
	case "prev":
		v = dash(e.Prev == 0, strconv.FormatInt(e.Prev, 10))
		ok = e.Prev >= 0 && (e.Prev == 0) == (e.Kind == KindPublish)
	case "rating":
		v = dash(e.Kind.ends(), e.Rating)
		ok = e.Kind.ends() == (e.Rating == "") && (v == "-" || validCode(v))
	case "doc":
		v = dash(e.Kind.ends(), hex.EncodeToString(e.Doc[:]))
		ok = e.Kind.ends() != e.HasDoc()
	case "reason":
		v, ok = string(e.Reason), validReason(e.Kind, e.Reason)
	case "erased":
		v, ok = formatRevs(e.Erased), validErased(e.Erased, e.Rev)
	case "ruling":
		v, ok = e.Ruling, validVerdict(e.Ruling)
	case "outcome":
		v, ok = e.Outcome, validOutcome(e.Outcome)
	case "channel":
		v, ok = e.Channel, validVerdict(e.Channel)
	case "state":
		v, ok = e.State, validChannelState(e.State)
	case "key":
		v, ok = e.Key, validVKey(e.Key)
	case "ratings":
		v, ok = strings.Join(e.Ratings, ","), validScale(e.Ratings)
	case "origin":
		// A log never follows itself: after a fork its name is burnt.
		v, ok = e.Origin, ValidOrigin(e.Origin) && !strings.HasPrefix(e.Key, e.Origin+"+")
	case "size":
		v, ok = strconv.FormatInt(e.Size, 10), e.Size >= 1
	case "root":
		v, ok = e.Root.String(), e.Root != Hash{}
	case "cosignature":
		return e.cosignatures()
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s %q in %s", ErrForm, name, v, e.Kind)
	}
	return []string{v}, nil
}

func (e Entry) cosignatures() ([]string, error) {
	if len(e.Cosignatures) > maxCosignatures {
		return nil, fmt.Errorf("%w: more than %d cosignatures", ErrForm, maxCosignatures)
	}
	for _, c := range e.Cosignatures {
		name, sig, ok := strings.Cut(c, " ")
		if raw, err := decodeBase64(sig); !ok || err != nil || len(raw) < 5 || !ValidOrigin(name) {
			return nil, fmt.Errorf("%w: cosignature %q", ErrForm, c)
		}
	}
	return e.Cosignatures, nil
}

func dash(absent bool, v string) string {
	if absent {
		return "-"
	}
	return v
}

// validVerdict accepts 26 characters of Crockford's base32 in lower case
// (no i, l, o, u): 128 random bits, without time or meaning.
func validVerdict(s string) bool {
	return len(s) == 26 && onlyOf(s, "0123456789abcdefghjkmnpqrstvwxyz")
}

func onlyOf(s, set string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) }) < 0
}

// validCode accepts the code of a rating: lower-case words joined by hyphens.
func validCode(s string) bool {
	return len(s) <= 32 && onlyOf(s, "abcdefghijklmnopqrstuvwxyz-") &&
		!slices.Contains(strings.Split(s, "-"), "")
}

func validScale(codes []string) bool {
	seen := map[string]bool{}
	for _, c := range codes {
		if !validCode(c) || seen[c] {
			return false
		}
		seen[c] = true
	}
	return len(codes) > 0
}

func validReason(k Kind, r Reason) bool {
	switch r {
	case ReasonLegal, ReasonPrivacy:
		return true
	case ReasonTypo, ReasonClarity, ReasonFactual, ReasonNewEvidence, ReasonRating,
		ReasonSource, ReasonDuplicate, ReasonPolicy:
		return k != KindErase && k != KindRedact
	}
	return false
}

// validVKey accepts a verifier key in the one spelling that VKey prints.
func validVKey(s string) bool {
	v, err := note.NewVerifier(s)
	if err != nil || !ValidOrigin(v.Name()) {
		return false
	}
	_, b64, _ := strings.Cut(strings.TrimPrefix(s, v.Name()+"+"), "+")
	raw, err := decodeBase64(b64)
	if err != nil || len(raw) != 33 {
		return false
	}
	again, err := note.NewEd25519VerifierKey(v.Name(), raw[1:])
	return err == nil && again == s
}
