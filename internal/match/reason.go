package match

import (
	"fmt"
	"strings"
)

// Reason is one thing that spoke for or against a match. Code says which, the
// other fields are its arguments; which are set depends on the code.
type Reason struct {
	Code    string
	N, Of   int      // counts of words
	Ordered bool     // the words stand in the same order
	Words   []string // figures, names or places, as the message wrote them
	Other   []string // what the document says in their place
}

// The codes of reasons. The last group speaks against a match.
const (
	ReasonLink    = "link"    // the message carries a link of the document
	ReasonExact   = "exact"   // word for word the same
	ReasonWords   = "words"   // N of Of words of the message are in the document
	ReasonFigures = "figures" // same figures: Words
	ReasonNames   = "names"   // same names: Words
	ReasonAlso    = "also"    // same as a wording that staff confirmed
	ReasonSense   = "sense"   // other words for the same thing

	ReasonFiguresDiffer = "figures-differ" // Words against Other
	ReasonNamesDiffer   = "names-differ"   // Words against Other
	ReasonWordsDiffer   = "words-differ"   // Words stand where the document says Other
	ReasonNegation      = "negation"       // one says that it is, the other that it is not
	ReasonShort         = "short"          // too few words to be sure
	ReasonUnsaid        = "unsaid"         // the document names figures or places (Other) that the message does not
	ReasonPart          = "part"           // only part of what the document says is in the message
	ReasonRival         = "rival"          // another document, which says something else, fits as well
)

// ReasonCodes lists every code, for tests that want all of them put in words.
func ReasonCodes() []string {
	return append([]string{ReasonLink, ReasonExact, ReasonWords, ReasonFigures, ReasonNames, ReasonAlso, ReasonSense,
		ReasonFiguresDiffer, ReasonNamesDiffer, ReasonWordsDiffer, ReasonNegation, ReasonShort,
		ReasonUnsaid, ReasonPart, ReasonRival}, pictureCodes()...)
}

// Text puts the reason into a short phrase for a reader of lang: "vi", or
// English for every other tag. An unknown code gives "".
func (r Reason) Text(lang string) string {
	vi := lang == "vi" || strings.HasPrefix(lang, "vi-")
	if s := r.ofPicture(vi); s != "" {
		return s
	}
	if vi {
		return r.vietnamese()
	}
	return r.english()
}

func (r Reason) vietnamese() string {
	switch r.Code {
	case ReasonLink:
		return "cùng một đường dẫn"
	case ReasonExact:
		return "giống từng chữ"
	case ReasonWords:
		s := fmt.Sprintf("%d trong %d từ giống nhau", r.N, r.Of)
		if r.Ordered {
			s += ", cùng thứ tự"
		}
		return s
	case ReasonFigures:
		return "cùng con số " + join(r.Words, " và ")
	case ReasonNames:
		return "cùng nhắc đến " + join(r.Words, " và ")
	case ReasonAlso:
		return "giống một cách viết đã được xác nhận"
	case ReasonSense:
		return "từ ngữ khác nhưng gần nghĩa"
	case ReasonFiguresDiffer:
		return "con số khác nhau: " + versus(r, " và ", " so với ")
	case ReasonNamesDiffer:
		return "tên hoặc nơi khác nhau: " + versus(r, " và ", " so với ")
	case ReasonWordsDiffer:
		return "nói về điều khác: " + versus(r, " và ", " thay vì ")
	case ReasonNegation:
		return "một bên khẳng định, một bên phủ định"
	case ReasonShort:
		return "tin quá ngắn để chắc chắn"
	case ReasonUnsaid:
		return "tin không nhắc đến " + join(r.Other, " và ")
	case ReasonPart:
		return "tin chỉ nói một phần"
	case ReasonRival:
		return "một bài khác nói điều khác cũng khớp như vậy"
	}
	return ""
}

func (r Reason) english() string {
	switch r.Code {
	case ReasonLink:
		return "the same link"
	case ReasonExact:
		return "word for word the same"
	case ReasonWords:
		s := fmt.Sprintf("%d of %d words are the same", r.N, r.Of)
		if r.Ordered {
			s += ", in the same order"
		}
		return s
	case ReasonFigures:
		return plural(len(r.Words), "same figure ", "same figures ") + join(r.Words, " and ")
	case ReasonNames:
		return "both mention " + join(r.Words, " and ")
	case ReasonAlso:
		return "the same as a wording that was confirmed"
	case ReasonSense:
		return "other words, close in meaning"
	case ReasonFiguresDiffer:
		return "figures differ: " + versus(r, " and ", " against ")
	case ReasonNamesDiffer:
		return "names or places differ: " + versus(r, " and ", " against ")
	case ReasonWordsDiffer:
		return "about something else: " + versus(r, " and ", " instead of ")
	case ReasonNegation:
		return "one says that it is so, the other that it is not"
	case ReasonShort:
		return "too short to be sure"
	case ReasonUnsaid:
		return "the message does not mention " + join(r.Other, " and ")
	case ReasonPart:
		return "the message says only part of it"
	case ReasonRival:
		return "another check, which says something else, fits as well"
	}
	return ""
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// join lists at most four words: "30, 60 and 2026".
func join(w []string, and string) string {
	if len(w) > 4 {
		w = w[:4]
	}
	if len(w) < 2 {
		return strings.Join(w, "")
	}
	return strings.Join(w[:len(w)-1], ", ") + and + w[len(w)-1]
}

func versus(r Reason, and, against string) string {
	a, b := join(r.Words, and), join(r.Other, and)
	if a == "" || b == "" {
		return a + b
	}
	return a + against + b
}
