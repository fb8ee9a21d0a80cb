package match

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"soi/internal/embed"
)

// concepts stands in for a model of several languages: words of one group mean one thing,
// every other word means something of its own. All directions share a part, as those of real
// models do.
type concepts struct {
	groups [][]string
	asked  map[embed.Side]int
	texts  []string
	err    error
	name   string
	width  int // 0: conceptWidth
}

const conceptWidth = 192

func newConcepts() *concepts {
	return &concepts{asked: map[embed.Side]int{}, name: "concepts", groups: [][]string{
		{"uống", "drinking", "飲"}, {"nước", "water", "水"}, {"nóng", "hot", "熱"}, {"chữa", "cures", "治"}, {"ung", "cancer", "癌"}, {"thư", "cancer", "癌"},
		{"không", "not", "不"}, {"óc", "walnut"}, {"chó", "walnut"}, {"giúp", "helps"}, {"trí", "memory"}, {"nhớ", "memory"},
	}}
}

func (c *concepts) Name() string { return c.name }

func (c *concepts) Local() bool { return false }

func (c *concepts) Encode(_ context.Context, side embed.Side, texts []string) ([][]float32, error) {
	c.asked[side] += len(texts)
	c.texts = append(c.texts, texts...)
	if c.err != nil {
		return nil, c.err
	}
	out := make([][]float32, len(texts))
	for i, t := range texts {
		v := make([]float32, cmp.Or(c.width, conceptWidth))
		for _, w := range strings.Fields(strings.ToLower(strings.Trim(t, ".?!"))) {
			key := w
			for _, g := range c.groups {
				if slices.Contains(g, w) {
					key = g[1]
				}
			}
			h := fnv.New64a()
			_, _ = h.Write([]byte(key))
			r := rand.New(rand.NewPCG(h.Sum64(), 1))
			for k := range v {
				v[k] += float32(r.NormFloat64())
			}
		}
		for k := range v {
			v[k] += 1.5
		}
		out[i] = v
	}
	return out, nil
}

// manyClaims are documents that have nothing to do with each other.
func manyClaims(n int) []Doc {
	words := []string{"bridge", "school", "election", "festival", "museum", "harvest", "airport", "stadium", "library", "hospital", "island", "factory", "theatre", "market", "river", "mountain", "teacher", "farmer", "minister", "sailor"}
	docs := make([]Doc, n)
	for i := range docs {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		claim := ""
		for range 6 {
			claim += words[r.IntN(len(words))] + " "
		}
		docs[i] = Doc{ID: fmt.Sprint("d", i), Lang: "en", Claim: claim + fmt.Sprint("case ", i)}
	}
	return docs
}

// encoded fills an archive and encodes all of it.
func encoded(t *testing.T, c *concepts, docs []Doc) *Matcher {
	t.Helper()
	m := New(Options{Encoder: c})
	m.PutAll(docs)
	encodeRest(t, m, docs)
	return m
}

func encodeRest(t *testing.T, m *Matcher, docs []Doc) {
	t.Helper()
	byID := map[string]Doc{}
	for _, d := range docs {
		byID[d.ID] = d
	}
	for at := 0; ; {
		ids, next := m.Unmeant(at, 64)
		var some []Doc
		for _, id := range ids {
			some = append(some, byID[id])
		}
		if err := m.Mean(t.Context(), some); err != nil {
			t.Fatal(err)
		}
		if at = next; at == 0 {
			return
		}
	}
}

// TestAnotherLanguageIsOffered: a message in one language finds a check in another by what
// it means, is offered it with the reason, and is never given it as the answer.
func TestAnotherLanguageIsOffered(t *testing.T) {
	docs := append(manyClaims(200), Doc{ID: "water", Lang: "en", Claim: "Walnut helps memory", Title: "No, walnut helps no memory"})
	const message = "óc chó giúp trí nhớ"
	plain := New(Options{})
	plain.PutAll(docs)
	if r := plain.Match(t.Context(), Query{Text: message}); r.Decision != DecisionNew {
		t.Fatalf("without an encoder: %+v", r)
	}
	c := newConcepts()
	m := encoded(t, c, docs)
	r := m.Match(t.Context(), Query{Text: message})
	if r.Decision != DecisionPerhaps || r.Matches[0].ID != "water" {
		t.Fatalf("with an encoder: %+v", r)
	}
	if d, _ := r.Settle(); d != DecisionPerhaps || r.Offered()[0].ID != "water" {
		t.Errorf("it is not offered: %v", r.Offered())
	}
	if !slices.ContainsFunc(r.Matches[0].Reasons, func(x Reason) bool { return x.Code == ReasonSense }) {
		t.Errorf("reasons: %v", r.Matches[0].Reasons)
	}
	for _, x := range r.Matches[0].Reasons {
		if x.Code == ReasonShort || x.Code == ReasonPart {
			t.Errorf("the reason %q counts words of another language", x.Code)
		}
	}
	// Another thing of the same length is not, and neither is the reason given.
	other := m.Match(t.Context(), Query{Text: "vườn cam trĩu quả vàng"})
	if other.Decision != DecisionNew {
		t.Errorf("what means something else is offered: %+v", other)
	}
	for _, x := range other.Matches {
		if slices.ContainsFunc(x.Reasons, func(r Reason) bool { return r.Code == ReasonSense }) {
			t.Errorf("close in meaning: %+v", x)
		}
	}
	if r := m.Match(t.Context(), Query{Text: message, Not: func(id string) bool { return id == "water" }}); r.Decision != DecisionNew {
		t.Errorf("a rejected pair returned: %+v", r)
	}
}

// TestNoWordInCommon: a message that shares no word with a check, however far down its words
// put that, is offered it, though so little in common is offered nobody otherwise.
func TestNoWordInCommon(t *testing.T) {
	docs := append(manyClaims(3000), Doc{ID: "water", Lang: "en", Claim: "Drinking hot water cures cancer"})
	m := encoded(t, newConcepts(), docs)
	r := m.Match(t.Context(), Query{Text: "飲 熱 水 治 癌"})
	if r.Decision != DecisionPerhaps || r.Matches[0].ID != "water" {
		t.Errorf("%+v", r)
	}
	for _, x := range r.Matches[0].Reasons {
		if x.Code == ReasonWords {
			t.Errorf("a word in common: %+v", x)
		}
	}
}

// TestMeaningAddsAndHidesNothing: what is worth an offer goes before what is not, and only the
// document that the words rank first may be the answer.
func TestMeaningAddsAndHidesNothing(t *testing.T) {
	m := New(Options{Encoder: newConcepts()})
	sure := func(id string, rate float32) weighed {
		w := weighed{candidate: candidate{rate: rate}, rec: &record{id: id}, side: &side{}, diff: &differences{}, said: 0.99, chance: 0.99}
		return w
	}
	qu := &question{lang: "en", embedding: &embedding{}}
	out := []weighed{sure("second by words", 1), sure("first by words", 2)}
	m.byMeaning(qu, out)
	if limits := m.limits("en"); out[0].rec.id != "first by words" || !out[0].same(limits) || out[1].same(limits) {
		t.Errorf("%s answers: %v, %s: %v", out[0].rec.id, out[0].same(limits), out[1].rec.id, out[1].same(limits))
	}
	weak, alike := sure("weak", 3), sure("alike", 1)
	weak.said, weak.chance, alike.said, alike.chance, alike.alike = 0.01, 0.3, 0.01, 0.6, true
	out = []weighed{weak, alike}
	if m.byMeaning(qu, out); out[0].rec.id != "alike" {
		t.Errorf("%s goes before what is worth an offer", out[0].rec.id)
	}
}

// TestOutstandingIsRead: a document that stands out by its meaning is read word by word, however low
// its words put it.
func TestOutstandingIsRead(t *testing.T) {
	m := New(Options{Encoder: newConcepts()})
	m.PutAll(manyClaims(30))
	var cs []*candidate
	for i := range 30 {
		cs = append(cs, &candidate{doc: uint32(i), rate: -float32(i), order: -float32(i)})
	}
	cs[25].stand = 0.9
	read := m.weigh(m.analyse("nothing of the kind", "en"), cs, 0)
	if len(read) != careful+1 || !slices.ContainsFunc(read, func(w weighed) bool { return w.doc == 25 && w.alike }) {
		t.Errorf("%d were read, and not the one that stands out", len(read))
	}
}

// TestMeaningIsBlindToFigures: a difference that makes another claim of it stands against
// what an encoder says.
func TestMeaningIsBlindToFigures(t *testing.T) {
	c := newConcepts()
	m := encoded(t, c, append(manyClaims(200), Doc{ID: "flood", Lang: "vi", Claim: "Lũ ở Huế làm 30 người chết trong đêm qua"}))
	with := m.Match(t.Context(), Query{Text: "Lũ ở Huế làm 300 người chết trong đêm qua"})
	if with.Decision == DecisionSame {
		t.Fatalf("another figure is the same: %+v", with)
	}
	plain := New(Options{})
	plain.PutAll(append(manyClaims(200), Doc{ID: "flood", Lang: "vi", Claim: "Lũ ở Huế làm 30 người chết trong đêm qua"}))
	without := plain.Match(t.Context(), Query{Text: "Lũ ở Huế làm 300 người chết trong đêm qua"})
	if len(with.Matches) == 0 || len(without.Matches) == 0 || with.Matches[0].Probability != without.Matches[0].Probability {
		t.Errorf("the encoder speaks for another figure: %+v against %+v", with.Matches, without.Matches)
	}
}

// TestAnsweredIsNotEncoded: a message that its words answer is not sent to the encoder, and
// one that cannot be encoded is answered by its words.
func TestAnsweredIsNotEncoded(t *testing.T) {
	docs := append(manyClaims(100), Doc{ID: "water", Lang: "vi", Claim: "Uống nước nóng chữa khỏi ung thư trong ba ngày"})
	c := newConcepts()
	m := encoded(t, c, docs)
	c.asked[embed.Question] = 0
	if r := m.Match(t.Context(), Query{Text: "Uống nước nóng chữa khỏi ung thư trong ba ngày"}); r.Decision != DecisionSame || c.asked[embed.Question] != 0 {
		t.Errorf("%v, asked about %d texts", r.Decision, c.asked[embed.Question])
	}
	c.err = embed.ErrUnavailable
	var missed error
	m.opt.missed = func(err error) { missed = err }
	if r := m.Match(t.Context(), Query{Text: "nước nóng và ung thư"}); len(r.Matches) == 0 || !errors.Is(missed, embed.ErrUnavailable) {
		t.Errorf("%+v, told of %v", r, missed)
	}
	c.err = nil
	long := strings.Repeat("Hôm qua trời mưa rất to ở khắp nơi trong tỉnh ta. ", 6) + "Drinking hot water cures cancer in three days they say."
	if r := m.Match(t.Context(), Query{Text: long}); r.Parts < 2 {
		t.Errorf("a long message was looked up as one: %+v", r)
	}
	if n := c.asked[embed.Question]; n < 3 {
		t.Errorf("parts were not encoded: %d texts", n)
	}
}

// TestDirectionsFollowTheArchive: a changed or removed document loses its direction, also from
// the file; a file gives directions back without asking; another encoder's is refused.
func TestDirectionsFollowTheArchive(t *testing.T) {
	docs := manyClaims(120)
	c := newConcepts()
	m := encoded(t, c, docs)
	if got := m.Meant(); got.Known != 120 || got.Of != 120 {
		t.Fatalf("%+v", got)
	}
	row := slices.Clone(m.meant.row(m.byID["d7"]))
	m.Remove("d7")
	m.Put(Doc{ID: "d8", Claim: "quite another thing"})
	if got := m.Meant(); got.Known != 118 {
		t.Errorf("after a removal and a change: %+v", got)
	}
	if ids, next := m.Unmeant(0, 10); !slices.Equal(ids, []string{"d8"}) || next != 0 {
		t.Errorf("to be asked about: %v, %d", ids, next)
	}
	if err := m.Mean(t.Context(), []Doc{docs[8]}); err != nil || m.Meant().Known != 118 {
		t.Errorf("a text that is no longer there was kept: %v, %+v", err, m.Meant())
	}
	var file, snapshot bytes.Buffer
	if err := errors.Join(m.SaveMeanings(&file), m.Save(&snapshot)); err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{file.Bytes(), snapshot.Bytes(), bytesOf(m.meant.blocks[0].rows)} {
		if bytes.Contains(b, bytesOf(row)) {
			t.Error("the direction of a removed text is kept")
		}
	}
	c.asked[embed.Document] = 0
	for _, how := range []string{"from a snapshot", "put again"} {
		n := New(Options{Encoder: c})
		if how == "put again" {
			n.PutAll(docs)
		} else if err := n.Load(bytes.NewReader(snapshot.Bytes())); err != nil {
			t.Fatal(err)
		}
		if texts, err := n.LoadMeanings(bytes.NewReader(file.Bytes())); err != nil || texts != 118 || n.Meant().Known != 118 || c.asked[embed.Document] != 0 {
			t.Errorf("%s: %v, %+v, asked about %d texts", how, err, n.Meant(), c.asked[embed.Document])
		}
	}
	for what, b := range map[string][]byte{"cut short": file.Bytes()[:file.Len()-5], "no file": nil, "damaged": damaged(file.Bytes())} {
		n := New(Options{Encoder: c})
		n.PutAll(docs)
		if _, err := n.LoadMeanings(bytes.NewReader(b)); !errors.Is(err, ErrSnapshot) || n.Meant().Known != 0 {
			t.Errorf("%s: %v, %+v", what, err, n.Meant())
		}
	}
	c.name = "another"
	if _, err := New(Options{Encoder: c}).LoadMeanings(bytes.NewReader(file.Bytes())); !errors.Is(err, ErrSnapshot) {
		t.Errorf("another encoder's directions: %v", err)
	}
}

// TestOtherWidthBeginsAnew: another model behind the same name takes the place of the one before.
func TestOtherWidthBeginsAnew(t *testing.T) {
	docs := manyClaims(60)
	c := newConcepts()
	m := encoded(t, c, docs)
	c.width = 64
	m.Put(Doc{ID: "new", Claim: "quite another thing"})
	if err := m.Mean(t.Context(), []Doc{{ID: "new", Claim: "quite another thing"}}); err != nil || m.Meant().Known != 1 {
		t.Fatalf("%v, %+v", err, m.Meant())
	}
	encodeRest(t, m, docs)
	if got := m.Meant(); got.Known != 61 || m.meant.width != 64 {
		t.Errorf("%+v of width %d", got, m.meant.width)
	}
}

// TestNothingToEncode: documents without text, and those that were passed over, are not asked about.
func TestNothingToEncode(t *testing.T) {
	c := newConcepts()
	m := New(Options{Encoder: c})
	docs := []Doc{{ID: "blank"}, {ID: "odd", Claim: "a text that the encoder refuses"}, {ID: "plain", Claim: "a text", Also: []string{"", "another wording"}}}
	m.PutAll(docs)
	m.PassOver(docs[1:2])
	encodeRest(t, m, docs)
	if got := m.Meant(); got.Known != 2 || slices.Contains(c.texts, "") || slices.Contains(c.texts, "a text that the encoder refuses") {
		t.Errorf("%+v, asked about %q", got, c.texts)
	}
	if ids, _ := m.Unmeant(0, 10); len(ids) != 0 {
		t.Errorf("still to be asked about: %v", ids)
	}
}

func bytesOf(row []int8) []byte {
	out := make([]byte, len(row))
	for i, x := range row {
		out[i] = byte(x)
	}
	return out
}

func damaged(b []byte) []byte {
	out := slices.Clone(b)
	out[len(out)/2] ^= 1
	return out
}

// TestCompactKeepsDirections: building the archive anew loses none and mixes none up.
func TestCompactKeepsDirections(t *testing.T) {
	docs := manyClaims(2500)
	c := newConcepts()
	m := encoded(t, c, docs)
	want := slices.Clone(m.meant.row(m.byID["d2400"]))
	for i := range 1300 {
		m.Remove(fmt.Sprint("d", i))
	}
	if len(m.docs) == 2500 {
		t.Fatal("not built anew")
	}
	if got := m.Meant(); got.Known != 1200 || !slices.Equal(m.meant.row(m.byID["d2400"]), want) {
		t.Errorf("%+v, or another direction", got)
	}
}

// TestRecallByMeaning: of the ten documents nearest to a question the search finds at least 98 in
// 100, compared with looking at all.
func TestRecallByMeaning(t *testing.T) {
	const n, width, asked = 60_000, 256, 100
	r := rand.New(rand.NewPCG(3, 4))
	// Directions in groups of different size about a common part, as texts on topics are.
	topics := make([][]float32, 300)
	for i := range topics {
		topics[i] = normal(r, width, 1)
	}
	draw := func() []float32 {
		v, topic := normal(r, width, 1), topics[int(300*math.Pow(r.Float64(), 2))]
		for k := range v {
			v[k] += topic[k] + 1
		}
		return v
	}
	g := &embeddings{on: true}
	g.grow(n)
	for i := range n {
		g.set(uint32(i), packDirection(draw()))
	}
	if g.known <= comparedWhole {
		t.Fatal("all are compared")
	}
	found := 0
	for range asked {
		row := packDirection(draw())
		q := &embedding{row: row, inv: inverseOf(row)}
		all := make([]float32, n)
		for i := range all {
			all[i] = g.cosine(q, uint32(i))
		}
		slices.Sort(all)
		for _, h := range g.alike(q, 10, nil, false) {
			if h.Score >= all[n-10] {
				found++
			}
		}
	}
	if recall := float64(found) / (10 * asked); recall < 0.98 {
		t.Errorf("recall at 10 is %.3f", recall)
	} else {
		t.Logf("recall at 10: %.3f", recall)
	}
}

func normal(r *rand.Rand, n int, by float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64() * by)
	}
	return v
}
