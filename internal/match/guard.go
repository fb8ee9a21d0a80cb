package match

import (
	"slices"
	"strings"

	"soi/internal/text"
)

// side is one text as the guard reads it: a part of the message, or the claim of
// a document.
type side struct {
	words  []sideWord
	quant  []text.Quantity
	places []string
	negs   int
}

type sideWord struct {
	word, folded, stem string
	key                uint32 // see wordInfo
	weight             float32
	flags              uint8
	name               bool
	figure             bool
}

// content reports words that say what a claim is about.
func (w *sideWord) content() bool {
	if w.word == "more" || w.word == "most" || w.word == "hơn" { // against fewer, least, kém
		return true
	}
	return w.flags&(flagStop|flagNegate) == 0 && !w.figure && !frameWord(w.word)
}

// frameWord reports words by which checks and messages speak about claims, not
// within them. Forms without marks are listed only where they can hardly be
// another word.
func frameWord(w string) bool {
	switch w {
	case "video", "videos", "photo", "photos", "image", "images", "picture", "shows", "show", "showing", "claim", "claims", "claiming", "says", "said",
		"post", "posts", "viral", "social", "media", "facebook", "twitter", "tweet", "zalo", "tiktok", "youtube", "fact", "check", "false", "true", "fake",
		"hoax", "report", "reports", "reported", "news", "message", "people", "really", "hey", "hi", "guys", "heard", "told", "apparently",
		"tin", "thông", "hình", "ảnh", "clip", "mạng", "xã", "hội", "nói", "rằng", "nghe", "thấy", "biết", "hỏi", "thật", "đúng", "sai", "giả",
		"chuyện", "sự", "việc", "mình", "bạn", "ơi", "oi", "vậy", "nhỉ", "thế", "nào", "ạ", "a", "e", "em", "anh", "chị", "các", "bác", "cô", "chú", "hả", "luôn",
		"rang", "vay", "nhi", "bảo", "kêu", "đồn", "hay", "gì", "gi", "thôi", "nữa", "quá", "lắm", "tôi", "toi":
		return true
	}
	return false
}

// Differences that keep two texts from being the same claim, however many words
// they share.
type differences struct {
	figures, figuresOther []string
	names, namesOther     []string
	swapped, swappedOther []string // content words that stand in each other's place
	negation              bool
	missing               float32 // share of the claim's content weight that the message lacks
	extra                 float32 // share of the message's content weight that the claim lacks
	figuresMissing        bool    // the claim has a figure, the message has none of its kind
	ordered               bool    // shared content words stand in the same order
}

// blocks reports whether the differences rule out the decision "same".
func (d *differences) blocks() bool {
	return len(d.figures) > 0 || len(d.names) > 0 || d.negation || len(d.swapped) > 0
}

// sideOf reads a run of the archive's tokens.
func (m *Matcher) sideOf(toks []uint32) *side {
	s := &side{}
	for _, t := range toks {
		id := t & tokWord
		w := &m.lex.info[id]
		s.add(sideWord{word: m.lex.words[id], folded: m.lex.forms[id].folded, stem: m.lex.forms[id].stem, key: w.key, weight: w.weight, flags: w.flags,
			name: t&tokUpper != 0 && t&tokFirst == 0, figure: w.flags&flagFigure != 0}, t&tokPercent != 0)
	}
	return s.finish()
}

// sideOf reads a question.
func (qu *question) side() *side {
	s := &side{}
	for i := range qu.toks {
		t := &qu.toks[i]
		stem := text.Stem(t.word)
		s.add(sideWord{word: t.word, folded: text.Unmark(t.word), stem: stem, key: StemHash(senseOf(stem)), weight: t.weight, flags: t.flags, name: t.name(), figure: t.flags&flagFigure != 0}, t.percent)
	}
	return s.finish()
}

func (s *side) add(w sideWord, percent bool) {
	s.words = append(s.words, w)
	s.quant = append(s.quant, text.Quantity{}) // room; filled by finish
	if percent {
		s.quant[len(s.quant)-1].Class = "percent"
	}
}

func (s *side) finish() *side {
	s.settleStops()
	p := make([]text.Piece, len(s.words))
	folded := make([]string, len(s.words))
	for i, w := range s.words {
		p[i] = text.Piece{Word: w.word, Figure: w.figure, Percent: s.quant[i].Class == "percent"}
		folded[i] = w.folded
	}
	s.quant = text.Quantities(p)
	for i := 0; i < len(folded); {
		name, n := text.Place(folded[i:], s.words[i].word, s.words[i].name)
		if n == 0 {
			i++
			continue
		}
		if !slices.Contains(s.places, name) {
			s.places = append(s.places, name)
		}
		i += n
	}
	s.negs = s.negations()
	return s
}

// settleStops reads words without marks by the company they keep: in a text that
// is written with marks, "tai" is an ear and not a hurried "tại".
func (s *side) settleStops() {
	marked := slices.ContainsFunc(s.words, func(w sideWord) bool { return w.word != w.folded })
	if !marked {
		return
	}
	for i := range s.words {
		if w := &s.words[i]; w.word == w.folded && w.flags&flagStop != 0 && text.HurriedStop(w.word) {
			w.flags &^= flagStop
		}
	}
}

// negations counts words that turn the statement round. "Không chỉ", "not only"
// do not; nor does the "không" that closes a question.
func (s *side) negations() int {
	n := 0
	for i, w := range s.words {
		if w.flags&flagNegate == 0 {
			continue
		}
		next := ""
		if i+1 < len(s.words) {
			next = s.words[i+1].folded
		}
		last := onlyAddress(s.words[i+1:])
		switch {
		case next == "chi" || next == "nhung" || next == "only" || next == "just" || next == "biet" || i+1 < len(s.words) && s.words[i+1].word == "ngờ":
		case last && (w.folded == "khong" || w.folded == "chua" || w.folded == "chang"):
		case w.folded == "khong" && i > 0 && (s.words[i-1].folded == "hay" || s.words[i-1].folded == "phai" && i+2 >= len(s.words)):
		default:
			n++
		}
	}
	return n
}

// onlyAddress reports whether what follows the "không" of a question asks
// nothing more: "ạ", "vậy", "mọi người", "các bạn ơi".
func onlyAddress(rest []sideWord) bool {
	return len(rest) <= 4 && !slices.ContainsFunc(rest, func(w sideWord) bool {
		switch w.folded {
		case "a", "vay", "nhi", "the", "ta", "nha", "oi", "moi", "nguoi", "ca", "cac", "ban", "anh", "em", "bac", "ad", "admin":
			return false
		}
		return true
	})
}

// tell compares a message, or a part of it, with one wording of a claim.
func tell(q, d *side) *differences {
	x := &differences{}
	x.figures, x.figuresOther = figuresApart(q, d)
	x.figuresMissing = len(q.quant) < len(d.quant)
	x.names, x.namesOther = placesApart(q, d)
	x.negation = (q.negs%2 == 1) != (d.negs%2 == 1)
	x.align(q, d)
	return x
}

// figuresApart lists figures of the message that the claim lacks while the claim
// has others of the same kind that the message lacks.
func figuresApart(q, d *side) (mine, theirs []string) {
	for _, a := range q.quant {
		if hasValue(d.quant, a) {
			continue
		}
		for _, b := range d.quant {
			if hasValue(q.quant, b) || !alike(a.Class, b.Class) {
				continue
			}
			mine, theirs = append(mine, q.span(a)), append(theirs, d.span(b))
		}
	}
	slices.Sort(mine)
	slices.Sort(theirs)
	return slices.Compact(mine), slices.Compact(theirs)
}

func hasValue(qs []text.Quantity, want text.Quantity) bool {
	return slices.ContainsFunc(qs, func(x text.Quantity) bool { return x.Value == want.Value })
}

// alike reports whether figures of two kinds can stand for the same thing.
func alike(a, b string) bool {
	loose := func(c string) bool { return c == "" || c == "people" || c == "number" }
	return a == b || loose(a) && loose(b)
}

func (s *side) span(q text.Quantity) string {
	var w []string
	for _, x := range s.words[q.From:q.To] {
		w = append(w, x.word)
	}
	return strings.Join(w, " ")
}

// placesApart lists places of the message that the claim lacks while the claim has
// others that the message lacks.
func placesApart(q, d *side) (mine, theirs []string) {
	for _, p := range q.places {
		if !slices.Contains(d.places, p) {
			mine = append(mine, p)
		}
	}
	for _, p := range d.places {
		if !slices.Contains(q.places, p) {
			theirs = append(theirs, p)
		}
	}
	if len(mine) == 0 || len(theirs) == 0 {
		return nil, nil
	}
	return mine, theirs
}
