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
	places []place
	media  []place      // services on which messages travel
	denied []int        // words that are said not to be so, -1 for the whole
	marked bool         // typed with marks
	headed []headed     // what follows words that it tells apart
	bag    bag          // see bagOf
	things []namedThing // of kinds.txt
}

// place is a place or service that a text names: key is one for all its spellings,
// shown is how the text wrote it.
type place struct{ key, shown string }

type sideWord struct {
	word, folded, stem string
	key                uint32 // hash of the stem
	weight             float32
	flags              uint8
	sense              uint16   // see senses.txt; 0 when the word has none
	soft               bool     // its change alone makes no other claim
	rest               []uint32 // keys of the other words of the phrase it begins
	inner              bool     // part of a phrase or figure that another word stands for
	name               bool
	figure             bool
	first              bool // opens a sentence
}

// content reports words that say what a claim is about.
func (w *sideWord) content() bool {
	return !w.figure && !w.inner && w.flags&flagNegate == 0 && (w.rest != nil || w.flags&flagStop == 0 && !frameWord(w.word))
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
	missing               float32  // share of the claim's content weight that the message lacks
	extra                 float32  // share of the message's content weight that the claim lacks
	figuresMissing        []string // figures of the claim that the message lacks
	placesMissing         []string // places of the claim that the message names no other for
	softened              float32  // how many soft words stand in each other's place
	shared                int      // different content words and figures that both have
	ordered               bool     // shared content words stand in the same order
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
		s.add(sideWord{word: m.lex.words[id], folded: m.lex.forms[id].folded, stem: m.lex.forms[id].stem, weight: w.weight, flags: w.flags,
			name: t&tokUpper != 0 && t&tokFirst == 0 && !stressed(t&tokCaps != 0, m.lex.forms[id].folded), figure: w.flags&flagFigure != 0, first: t&tokFirst != 0}, t&tokPercent != 0)
	}
	return s.finish()
}

// sideOf reads a question.
func (qu *question) side() *side {
	s := &side{}
	for i := range qu.toks {
		t := &qu.toks[i]
		s.add(sideWord{word: t.word, folded: text.Unmark(t.word), stem: text.Stem(t.word), weight: t.weight, flags: t.flags, name: t.name() && !stressed(t.caps, text.Unmark(t.word)),
			figure: t.flags&flagFigure != 0, first: t.first}, t.percent)
	}
	return s.finish()
}

// stressed reports a Vietnamese syllable in capitals inside a text that is not: it is
// shouted, not named.
func stressed(caps bool, folded string) bool { return caps && text.Syllable(folded) }

func (s *side) add(w sideWord, percent bool) {
	w.key = StemHash(w.stem)
	s.words = append(s.words, w)
	s.quant = append(s.quant, text.Quantity{}) // room; filled by finish
	if percent {
		s.quant[len(s.quant)-1].Class = "percent"
	}
}

// finish reads figures, phrases, places and negations out of the words.
func (s *side) finish() *side {
	marks := 0
	for _, w := range s.words {
		marks += int(one(w.word != w.folded))
	}
	marked := marks*4 >= len(s.words) && marks > 0 // a short form written out has marks that nobody typed
	if s.marked = marked; marked {
		s.settleStops()
	}
	p := make([]text.Piece, len(s.words))
	folded := make([]string, len(s.words))
	for i, w := range s.words {
		p[i] = text.Piece{Word: w.word, Figure: w.figure, Percent: s.quant[i].Class == "percent"}
		folded[i] = w.folded
	}
	s.quant = text.Quantities(p)
	s.mean(marked)
	for _, q := range s.quant {
		for i := q.From; i < min(q.To+1, len(s.words)); i++ {
			s.words[i].inner = s.words[i].inner || i < q.To || moneyWord(s.words[i].folded)
		}
		if q.From > 0 && dateWord(s.words[q.From-1].word, marked) {
			s.words[q.From-1].inner = true
		}
	}
	for i := 0; i < len(folded); {
		if m := medium(folded[i]); m != "" {
			s.media = named(s.media, place{m, text.Title(m)})
		}
		name, n := text.Place(folded[i:], s.words[i].word, s.words[i].name)
		if n == 0 {
			i++
			continue
		}
		s.places = named(s.places, place{name, s.title(i, i+n)})
		i += n
	}
	s.denied = s.denials()
	s.findHeads()
	s.findThings()
	return s
}

// named adds a place that is not in the list yet.
func named(list []place, p place) []place {
	if slices.ContainsFunc(list, func(x place) bool { return x.key == p.key }) {
		return list
	}
	return append(list, p)
}

// title is a run of words written as a name.
func (s *side) title(from, to int) string {
	var w []string
	for _, x := range s.words[from:to] {
		w = append(w, text.Title(x.word))
	}
	return strings.Join(w, " ")
}

// moneyWord reports words after a sum that people leave out at will.
func moneyWord(w string) bool {
	switch w {
	case "dong", "d", "vnd":
		return true
	}
	return false
}

// dateWord reports words before a figure that say it is a date, a number or a guess; in
// texts without marks they are known without.
func dateWord(w string, marked bool) bool {
	switch w {
	case "ngày", "mùng", "tháng", "năm", "số", "thứ", "lúc", "khoảng", "gần", "hơn", "about", "around", "nearly":
		return true
	case "ngay", "mung", "thang", "nam", "so", "thu", "luc", "khoang", "gan", "hon":
		return !marked
	}
	return false
}

// medium names the service that a word stands for, "" for other words. What is said of
// one service is not said of another, though most messages only name where they stood.
func medium(w string) string {
	switch w {
	case "facebook", "zalo", "tiktok", "youtube", "viber", "telegram", "whatsapp", "instagram", "messenger", "twitter", "google", "line", "wechat",
		"shopee", "lazada", "grab", "netflix", "gmail", "skype":
		return w
	}
	return ""
}

// settleStops reads words without marks by the company they keep: in a text that
// is written with marks, "tai" is an ear and not a hurried "tại".
func (s *side) settleStops() {
	for i := range s.words {
		if w := &s.words[i]; w.word == w.folded && w.flags&flagStop != 0 && text.HurriedStop(w.word) {
			w.flags &^= flagStop
		}
	}
}

// tell compares a message, or a part of it, with one wording of a claim.
func tell(q, d *side) *differences {
	x := &differences{}
	x.figures, x.figuresOther = figuresApart(q, d)
	x.figuresMissing = lacksFigures(q, d)
	x.names, x.namesOther = apart(q.places, d.places)
	if len(x.names) == 0 {
		x.placesMissing = lacksPlaces(q, d)
	}
	if mine, theirs := apart(q.media, d.media); mine != nil {
		x.names, x.namesOther = append(x.names, mine...), append(x.namesOther, theirs...)
	}
	x.align(q, d)
	for _, a := range q.quant {
		x.shared += int(one(hasValue(d.quant, a)))
	}
	x.negation = deniedApart(q, d)
	return x
}

// lacksFigures lists figures of the claim that the message lacks.
func lacksFigures(q, d *side) []string {
	var out []string
	for _, a := range d.quant {
		if !hasValue(q.quant, a) {
			out = append(out, d.span(a))
		}
	}
	return out
}

// lacksPlaces lists places of the claim that the message lacks.
func lacksPlaces(q, d *side) []string {
	var out []string
	for _, p := range d.places {
		if !slices.ContainsFunc(q.places, func(x place) bool { return x.key == p.key }) {
			out = append(out, p.shown)
		}
	}
	return out
}

// figuresApart lists figures of the message that the claim lacks while the claim
// has others of the same kind that the message lacks.
func figuresApart(q, d *side) (mine, theirs []string) {
	for _, a := range q.quant {
		if hasValue(d.quant, a) {
			continue
		}
		for _, b := range d.quant {
			elsewhere := hasValue(q.quant, b)
			if a.Class != "" && a.Class == b.Class { // a clock beside a message is no answer to how many died
				elsewhere = slices.Contains(kinds(q.quant), kinds([]text.Quantity{b})[0])
			}
			if elsewhere || !alike(a.Class, b.Class) && a.Value != b.Value {
				continue
			}
			mine, theirs = append(mine, q.span(a)), append(theirs, d.span(b))
		}
	}
	slices.Sort(mine)
	slices.Sort(theirs)
	return slices.Compact(mine), slices.Compact(theirs)
}

// kindOfFigure is a value with what it counts.
type kindOfFigure struct {
	value float64
	class string
}

func kinds(qs []text.Quantity) []kindOfFigure {
	out := make([]kindOfFigure, len(qs))
	for i, q := range qs {
		out[i] = kindOfFigure{q.Value, q.Class}
	}
	return out
}

// hasValue reports a figure of the same value that can count the same thing.
func hasValue(qs []text.Quantity, want text.Quantity) bool {
	return slices.ContainsFunc(qs, func(x text.Quantity) bool { return x.Value == want.Value && countsAlike(x.Class, want.Class) })
}

// countsAlike reports whether two kinds of one value can be meant the same: a day of the
// month is also read as a number, and a span of time never as another.
func countsAlike(a, b string) bool {
	span := func(c string) bool {
		switch c {
		case "days", "weeks", "months", "years", "hours", "minutes", "percent", "money", "length", "mass", "people", "age":
			return true
		}
		return false
	}
	return a == b || !span(a) || !span(b)
}

// alike reports whether figures of two kinds can stand for the same thing. What a
// figure counts is often not said, so an unknown kind is like every other.
func alike(a, b string) bool {
	loose := func(c string) bool { return c == "" || c == "people" || c == "number" }
	return a == b || a == "" || b == "" || loose(a) && loose(b)
}

func (s *side) span(q text.Quantity) string {
	var w []string
	for _, x := range s.words[q.From:q.To] {
		w = append(w, x.word)
	}
	return strings.Join(w, " ")
}

// apart lists names of the message that the claim lacks while the claim has others
// that the message lacks.
func apart(q, d []place) (mine, theirs []string) {
	lacks := func(list, other []place) (out []string) {
		for _, p := range list {
			if !slices.ContainsFunc(other, func(x place) bool { return x.key == p.key }) {
				out = append(out, p.shown)
			}
		}
		return out
	}
	mine, theirs = lacks(q, d), lacks(d, q)
	if len(mine) == 0 || len(theirs) == 0 {
		return nil, nil
	}
	return mine, theirs
}
