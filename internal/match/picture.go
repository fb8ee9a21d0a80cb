package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"soi/internal/desk"
	"soi/internal/media"
	"soi/internal/text"
)

// Picture is a picture of a message or of a document: what it looks like and
// what it says.
type Picture struct {
	Hash    []byte // 32 bytes of PDQ; anything else counts as none
	Quality int    // of Hash, 0 to 100
	Text    string // words read from it, "" if none
}

// The limits of pictures, reviewed here and nowhere else.
//
// PDQ's own paper and its reference program call two pictures the same up to
// 31 of 256 bits and a hash meaningless below quality 50. Of 24 altered forms of
// a picture, the published ones and ours, the farthest lies 22 bits from the
// original; of 2,650 other pictures the nearest lies more than 90 bits away
// (TestAlteredPictures and TestOtherPictures measure both). One that was
// flipped or turned is guessed from the hash alone and costs a few bits more: it
// is never more than perhaps.
const (
	pictureReach = 31 // bits: farther is another picture
	pictureSure  = 24 // bits: nearer is the same picture
	MinQuality   = 50 // of 100: below, a hash says nothing
	mostPictures = 10 // pictures of one message or document that are looked at
)

// The chances that stand for a decision by picture: pictures are not
// calibrated by counting, there are no thousands of judged pairs. They lie where
// the thresholds of text put the same decisions.
const (
	chancePicture = 0.995
	chancePerhaps = 0.6
)

// The codes of reasons that pictures give. The last two speak against.
const (
	ReasonPicture       = "picture"        // the same picture; N bits differ
	ReasonPictureTurned = "picture-turned" // the same picture, flipped or turned
	ReasonPictureNear   = "picture-near"   // a similar picture; N bits differ
	ReasonPictureText   = "picture-text"   // Words were read from the picture of the message

	ReasonPictureDiffers = "picture-differs" // the pictures look alike, but Words stand where the other has Other
	ReasonPictureShared  = "picture-shared"  // the same picture belongs to N different claims
)

// ReadMessage is ReadTip for a message with files. Its key also names the
// files, so that two messages without words are only the same when their files
// are; its summary falls back on words read from a picture.
func ReadMessage(s string, files []desk.NewMedia) Tip {
	t := ReadTip(s)
	if len(files) == 0 {
		return t
	}
	for _, f := range files {
		t.Key = append(t.Key, f.Sum...)
	}
	key := sha256.Sum256(t.Key)
	t.Key = key[:]
	for _, f := range files {
		if t.Summary == "" && f.Text != "" {
			read := ReadTip(f.Text)
			t.Summary = read.Summary
			if t.Text == "" {
				t.Lang = read.Lang
			}
		}
	}
	return t
}

// PicturesOf lists what can be matched of files.
func PicturesOf(files []desk.NewMedia) []Picture {
	out := make([]Picture, 0, len(files))
	for _, f := range files {
		if p, ok := PictureOf(f.Media); ok {
			out = append(out, p)
		}
	}
	return out
}

// PictureOf is what can be matched of a stored file; ok is false if that is
// nothing.
func PictureOf(m desk.Media) (p Picture, ok bool) {
	p = Picture{Hash: m.Hash, Quality: m.Quality, Text: m.Text}
	return p, len(m.Hash) == 32 || m.Text != ""
}

// album is the pictures of documents, searchable.
type album struct {
	near media.Near
	of   map[string]pictures
}

// pictures are those of one document that have a hash worth comparing.
type pictures struct {
	kind Kind
	list []Picture
}

// SetPictures replaces the pictures of a document; none takes them away. They
// are not part of a snapshot: whoever loads one sets them again.
func (m *Matcher) SetPictures(id string, kind Kind, ps []Picture) {
	var worth pictures
	var hashes []media.Hash
	for _, p := range ps {
		if h, ok := p.hash(); ok && len(hashes) < mostPictures {
			worth.kind, worth.list, hashes = kind, append(worth.list, p), append(hashes, h)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(hashes) == 0 && m.album.of[id].list == nil {
		return
	}
	if m.album.of == nil {
		m.album.of = map[string]pictures{}
	}
	m.album.near.Put(id, hashes...)
	m.album.of[id] = worth
	if len(hashes) == 0 {
		delete(m.album.of, id)
	}
}

// hash is the hash of a picture, if it says anything.
func (p Picture) hash() (media.Hash, bool) {
	if len(p.Hash) != 32 || p.Quality < MinQuality {
		return media.Hash{}, false
	}
	return media.Hash(p.Hash), true
}

// seen is a document that a picture of the message leads to.
type seen struct {
	Match
	same bool // alone it would be the answer
}

// matchPictures answers a message with pictures. What the words of the message
// say by themselves comes first where it is the answer; a picture answers when
// the message says little else; where the two disagree the person chooses.
func (m *Matcher) matchPictures(ctx context.Context, q Query) Result {
	ps := q.Pictures[:min(len(q.Pictures), mostPictures)]
	q.Pictures = nil
	res := m.Match(ctx, q)
	var found []seen
	answers := map[string]bool{} // what each picture alone would be answered with
	for _, p := range ps {
		if ctx.Err() != nil {
			break
		}
		alike := m.byHash(q, p)
		here := append(alike, differing(alike, m.byWords(ctx, q, p, &res))...)
		if i := slices.IndexFunc(here, func(s seen) bool { return s.same }); i >= 0 {
			answers[thing(here[i].ID)] = true
		}
		found = append(found, here...)
	}
	if len(found) == 0 {
		return res
	}
	if len(answers) > 1 { // nothing says which of its pictures the message is about
		unanswer(found)
	}
	slices.SortStableFunc(found, func(a, b seen) int { return cmp.Compare(b.Probability, a.Probability) })
	return m.join(q, res, found)
}

// differing takes the answer away from words whose picture was changed: it
// looks like the one of that claim, and says something else.
func differing(alike, read []seen) []seen {
	for _, a := range alike {
		changed := slices.ContainsFunc(a.Reasons, func(r Reason) bool { return r.Code == ReasonPictureDiffers })
		for i := range read {
			if changed && thing(read[i].ID) == thing(a.ID) {
				read[i].same = false
			}
		}
	}
	return read
}

// byHash finds the documents with the same picture.
func (m *Matcher) byHash(q Query, p Picture) []seen {
	h, ok := p.hash()
	if !ok {
		return nil
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []seen
	have := map[string]bool{}
	for n, turned := range h.Turns() {
		for _, f := range m.album.near.Within(turned, pictureReach) {
			d := m.album.of[f.Owner]
			if have[thing(f.Owner)] || !wanted(q, record{id: f.Owner, kind: d.kind}) || !m.holds(f.Owner) {
				continue
			}
			have[thing(f.Owner)] = true
			if s, ok := m.likeness(p, d.list[f.N], f.Distance, n > 0); ok {
				s.ID, s.Kind = f.Owner, d.kind
				out = append(out, s)
			}
		}
	}
	return shared(out)
}

// likeness judges two pictures whose hashes are near. Where there is text in
// both, the text decides: pictures of text look alike whatever they say.
func (m *Matcher) likeness(mine, theirs Picture, distance int, turned bool) (s seen, ok bool) {
	r := Reason{Code: ReasonPicture, N: distance}
	s.same = distance <= pictureSure && !turned
	switch {
	case turned:
		r.Code = ReasonPictureTurned
	case !s.same:
		r.Code = ReasonPictureNear
	}
	a, b := m.sayings(mine.Text), m.sayings(theirs.Text)
	if len(a.contents()) >= wordsCount && len(b.contents()) >= wordsCount {
		d := tell(a, b)
		if d.missing > 0.5 || d.extra > 0.5 {
			return s, false // another text on the same background
		}
		if words, other := d.apart(); len(words)+len(other) > 0 || d.blocks() {
			s.same = false
			s.Reasons = append(s.Reasons, Reason{Code: ReasonPictureDiffers, Words: words, Other: other})
			r.Code = ReasonPictureNear
		} else if d.missing > 0.15 || d.extra > 0.15 {
			s.same = false
		}
	} else if len(a.contents())+len(b.contents()) >= 2*wordsCount {
		s.same = false // text in one, none in the other
	}
	s.Reasons = append([]Reason{r}, s.Reasons...)
	s.Probability, s.Score = chancePerhaps-float64(distance)/1000, 1-float64(distance)/256
	if s.same {
		s.Probability = chancePicture - float64(distance)/10_000
	}
	return s, true
}

// wordsCount is how many content words a picture must hold before its text
// takes part in comparing it.
const wordsCount = 3

// sayings reads the words of a picture for comparing.
func (m *Matcher) sayings(s string) *side {
	if s == "" {
		return &side{}
	}
	s = text.Unwrap(cut(s, longestText)).Body
	return m.analyse(s, text.Language(s)).side()
}

// apart lists what differs, of whatever kind, as each side has it.
func (d *differences) apart() (mine, theirs []string) {
	mine = slices.Concat(d.figures, d.names, d.swapped)
	return mine, slices.Concat(d.figuresOther, d.namesOther, d.swappedOther)
}

// shared takes the answer away from a picture that belongs to several claims:
// the picture alone does not say which one is meant.
func shared(found []seen) []seen {
	things := map[string]bool{}
	for _, s := range found {
		if s.same {
			things[thing(s.ID)] = true
		}
	}
	if len(things) < 2 {
		return found
	}
	unanswer(found, Reason{Code: ReasonPictureShared, N: len(things)})
	return found
}

// unanswer makes every answer something the person may choose, for a reason.
func unanswer(found []seen, why ...Reason) {
	for i := range found {
		if found[i].same {
			found[i].same = false
			found[i].Probability = chancePerhaps
			found[i].Reasons = append(found[i].Reasons, why...)
		}
	}
}

// thing is a document's ID without its language.
func thing(id string) string {
	kind, rest, _ := strings.Cut(id, "/")
	name, _, _ := strings.Cut(rest, "/")
	return kind + "/" + name
}

// byWords matches the text of a picture as if it had been typed.
func (m *Matcher) byWords(ctx context.Context, q Query, p Picture, whole *Result) []seen {
	if strings.TrimSpace(p.Text) == "" {
		return nil
	}
	q.Text = p.Text
	read := m.Match(ctx, q)
	if whole.Lang == "und" || whole.Lang == "" {
		whole.Lang = read.Lang
	}
	if read.Decision == DecisionNew {
		return nil
	}
	var out []seen
	for i, f := range read.Matches {
		said := f.Part
		if said == "" {
			said = p.Text
		}
		f.Reasons = append([]Reason{{Code: ReasonPictureText, Words: []string{excerpt(said)}}}, f.Reasons...)
		out = append(out, seen{Match: f, same: i == 0 && read.Decision == DecisionSame})
	}
	return out
}

// excerpt is the beginning of a text, for a reason.
func excerpt(s string) string {
	words := strings.Fields(s)
	if len(words) > 12 {
		return strings.Join(words[:12], " ") + "…"
	}
	return strings.Join(words, " ")
}

// join puts what the words and what the pictures found into one result. Where
// the decision is same, the match that decided stands first.
func (m *Matcher) join(q Query, res Result, found []seen) Result {
	top := found[0]
	words := m.saysMore(q.Text)
	agree := len(res.Matches) > 0 && thing(res.Matches[0].ID) == thing(top.ID)
	wordsFirst := false
	switch {
	case res.Decision == DecisionSame && (agree || !top.same):
		wordsFirst = !agree || res.Matches[0].Probability >= top.Probability // the words are the answer
	case res.Decision == DecisionSame:
		res.Decision = DecisionPerhaps // the picture is of another claim
	case top.same && (agree && res.Decision != DecisionNew || !words):
		res.Decision = DecisionSame
	default:
		res.Decision = DecisionPerhaps
	}
	if q.Limit <= 0 {
		q.Limit = 3
	}
	res.Matches = order(res.Matches, found, wordsFirst, q.Limit)
	return res
}

// saysMore reports whether the words of a message make a claim of their own
// beside its picture: "is this true?" does not, "this is in Huế today" does.
func (m *Matcher) saysMore(s string) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.sayings(s).contents()) >= wordsCount
}

// order lists the matches of a result: those of pictures before those of words
// unless the words are the answer; each thing once, with the reasons of both.
func order(words []Match, found []seen, wordsFirst bool, limit int) []Match {
	var pics []Match
	for _, s := range found {
		pics = append(pics, s.Match)
	}
	all := slices.Concat(pics, words)
	if wordsFirst {
		all = slices.Concat(words, pics)
	}
	var out []Match
	for _, x := range all {
		i := slices.IndexFunc(out, func(o Match) bool { return thing(o.ID) == thing(x.ID) })
		if i < 0 {
			x.Rank = len(out) + 1
			out = append(out, x)
			continue
		}
		for _, r := range x.Reasons {
			if !slices.ContainsFunc(out[i].Reasons, func(o Reason) bool { return o.Code == r.Code }) {
				out[i].Reasons = append(slices.Clip(out[i].Reasons), r)
			}
		}
	}
	return out[:min(len(out), limit)]
}

// ofPicture puts a reason that pictures give into words; "" if it is another.
func (r Reason) ofPicture(vietnamese bool) string {
	vi, en := "", ""
	switch r.Code {
	case ReasonPicture:
		vi, en = "cùng một bức ảnh", "the picture is the same"
	case ReasonPictureTurned:
		vi, en = "cùng một bức ảnh, bị lật hoặc xoay", "the picture is the same, flipped or turned"
	case ReasonPictureNear:
		vi, en = "bức ảnh trông gần giống", "the picture looks much the same"
	case ReasonPictureText:
		vi, en = "chữ đọc được trong ảnh: “"+strings.Join(r.Words, " ")+"”", "text read from the picture: “"+strings.Join(r.Words, " ")+"”"
	case ReasonPictureDiffers:
		vi, en = "nhưng chữ trong ảnh khác: "+versus(r, " và ", " so với "), "but the text in the picture differs: "+versus(r, " and ", " against ")
		if len(r.Words)+len(r.Other) == 0 {
			vi, en = "nhưng một ảnh khẳng định, một ảnh phủ định", "but one picture says that it is so, the other that it is not"
		}
	case ReasonPictureShared:
		vi, en = fmt.Sprintf("bức ảnh này đi cùng %d tin khác nhau", r.N), fmt.Sprintf("this picture goes with %d different claims", r.N)
	}
	if vietnamese {
		return vi
	}
	return en
}

// pictureCodes lists the codes above.
func pictureCodes() []string {
	return []string{ReasonPicture, ReasonPictureTurned, ReasonPictureNear, ReasonPictureText, ReasonPictureDiffers, ReasonPictureShared}
}
