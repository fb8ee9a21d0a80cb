package match

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"soi/internal/desk"
	"soi/internal/text"
)

// What makes a burst: so many near-equal tips, the densest part of them within
// minutes. A pause longer than BurstPause ends one and may begin another.
const (
	BurstTips   = 15
	BurstDense  = 10 // … of them within BurstWithin
	BurstWithin = 10 * time.Minute
	BurstPause  = 30 * time.Minute
)

// Burst is many near-equal tips within minutes: one thing, whoever sent them.
type Burst struct {
	Key      desk.ID   // its first tip; stays while the burst grows
	Tips     []desk.ID // those that are not set aside, by time
	All      int       // with those that are set aside
	First    time.Time
	Last     time.Time
	Peak     int // most tips in one minute
	PeakAt   time.Time
	Askers   int // distinct where channels know them, each other tip counting one
	Wordings int // different texts, case and marks apart
	Text     string
	Channels []BurstChannel // those with most first
	Claims   []BurstClaim   // what the tips went into, those with most first
}

// BurstChannel is the part of a burst that came through one channel.
type BurstChannel struct {
	Channel string
	Times   []time.Time // ascending
}

// BurstClaim is the part of a burst that one claim carries; "" for none.
type BurstClaim struct {
	Claim desk.ID
	Tips  int
}

// Bursts finds the bursts among tips, the newest first. The result depends on
// the set of tips alone, not on their order, and the time it takes grows
// with their number, not with its square.
func Bursts(marks []desk.TipMark) []Burst {
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b desk.TipMark) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.Tip, b.Tip))
	})
	ws := burstTextsOf(marks)
	joinAlike(ws)
	groups := map[int32][]int32{} // by the root of its wording
	for i, w := range ws.of {
		if w >= 0 {
			root := ws.root(w)
			groups[root] = append(groups[root], int32(i))
		}
	}
	var out []Burst
	for _, g := range groups {
		if len(g) >= BurstTips {
			out = append(out, runs(marks, ws, g)...)
		}
	}
	slices.SortFunc(out, func(a, b Burst) int { return cmp.Or(b.First.Compare(a.First), cmp.Compare(a.Key, b.Key)) })
	return out
}

// runs cuts the tips of one group, in order of time, where they pause.
func runs(marks []desk.TipMark, ws *burstTexts, g []int32) []Burst {
	var out []Burst
	for from := 0; from < len(g); {
		to := from + 1
		for to < len(g) && marks[g[to]].Received.Sub(marks[g[to-1]].Received) <= BurstPause {
			to++
		}
		if run := g[from:to]; len(run) >= BurstTips && dense(marks, run) {
			out = append(out, burstOf(marks, ws, run))
		}
		from = to
	}
	return out
}

// dense reports whether BurstDense tips came within BurstWithin.
func dense(marks []desk.TipMark, run []int32) bool {
	for i := BurstDense - 1; i < len(run); i++ {
		if marks[run[i]].Received.Sub(marks[run[i-BurstDense+1]].Received) <= BurstWithin {
			return true
		}
	}
	return false
}

// burstOf sums a run of tips up.
func burstOf(marks []desk.TipMark, ws *burstTexts, run []int32) Burst {
	first := marks[run[0]]
	b := Burst{Key: first.Tip, All: len(run), First: first.Received, Last: marks[run[len(run)-1]].Received}
	askers, minutes := map[string]bool{}, map[int64]int{}
	texts, claims, channels := map[int32]int{}, map[desk.ID]int{}, map[string][]time.Time{}
	for _, i := range run {
		m := marks[i]
		if !m.Aside {
			b.Tips = append(b.Tips, m.Tip)
		}
		if len(m.Asker) == 0 {
			b.Askers++
		} else {
			askers[string(m.Asker)] = true
		}
		minute := m.Received.Unix() / 60
		if minutes[minute]++; minutes[minute] > b.Peak {
			b.Peak, b.PeakAt = minutes[minute], time.Unix(minute*60, 0).UTC()
		}
		texts[ws.of[i]]++
		claims[m.Claim]++
		channels[m.Channel] = append(channels[m.Channel], m.Received)
	}
	b.Askers += len(askers)
	b.Wordings = len(texts)
	most := int32(-1)
	for w, n := range texts {
		if most < 0 || n > texts[most] || n == texts[most] && bytes.Compare(ws.key[w], ws.key[most]) < 0 {
			most = w
		}
	}
	b.Text = ws.text[most]
	for c, n := range claims {
		b.Claims = append(b.Claims, BurstClaim{c, n})
	}
	slices.SortFunc(b.Claims, func(x, y BurstClaim) int { return cmp.Or(cmp.Compare(y.Tips, x.Tips), cmp.Compare(x.Claim, y.Claim)) })
	for c, ts := range channels {
		b.Channels = append(b.Channels, BurstChannel{c, ts})
	}
	slices.SortFunc(b.Channels, func(x, y BurstChannel) int {
		return cmp.Or(cmp.Compare(len(y.Times), len(x.Times)), cmp.Compare(x.Channel, y.Channel))
	})
	return b
}

// nSlots is the length of a pairSketch, in bands of bandSlots: texts that share
// the slots of a band are compared. Two texts of which half the word pairs
// are common share one with a chance of 0.48, three quarters 0.98.
const (
	nSlots    = 40
	bandSlots = 4
	alikeAt   = nSlots / 2 // equal slots from which two texts are near-equal
)

// pairSketch is the least of the hashes of a text's word pairs, under nSlots
// hashes: the share of equal slots estimates the share of common pairs.
type pairSketch [nSlots]uint32

// burstTexts are the different texts of some tips, and which of them are
// near-equal: parent is a forest whose roots stand for the groups.
type burstTexts struct {
	of     []int32 // of each tip; -1 for one without words
	key    [][]byte
	text   []string
	pairs  []pairSketch
	parent []int32
}

// burstTextsOf tells the texts of tips apart, by their folded form, and
// sketches each once. Of texts that fold alike the least stands for all.
func burstTextsOf(marks []desk.TipMark) *burstTexts {
	ws := &burstTexts{of: make([]int32, len(marks))}
	at := map[string]int32{}
	for i, m := range marks {
		if len(m.Folded) == 0 || m.Text == "" {
			ws.of[i] = -1
			continue
		}
		w, ok := at[string(m.Folded)]
		if !ok {
			w = int32(len(ws.key))
			at[string(m.Folded)] = w
			ws.key, ws.text = append(ws.key, m.Folded), append(ws.text, m.Text)
			ws.pairs, ws.parent = append(ws.pairs, pairsOf(m.Text)), append(ws.parent, w)
		} else if m.Text < ws.text[w] {
			ws.text[w] = m.Text
		}
		ws.of[i] = w
	}
	return ws
}

// root is what stands for the group of a wording.
func (ws *burstTexts) root(w int32) int32 {
	for ws.parent[w] != w {
		ws.parent[w] = ws.parent[ws.parent[w]]
		w = ws.parent[w]
	}
	return w
}

// pairsOf sketches a text by the pairs of its words, without marks.
func pairsOf(s string) pairSketch {
	var out pairSketch
	for i := range out {
		out[i] = 1<<32 - 1
	}
	sc := text.NewScanner(s)
	prev := uint64(0)
	for sc.Next() {
		h := uint64(StemHash(text.Stem(string(sc.Bytes())))) + 1
		out.add(prev<<32 ^ h)
		prev = h
	}
	return out
}

// add takes a word pair in: its hash is mixed anew for each slot.
func (k *pairSketch) add(pair uint64) {
	for i := range k {
		x := (pair + uint64(i)*0x9e3779b97f4a7c15)
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		if v := uint32(x >> 32); v < k[i] {
			k[i] = v
		}
	}
}

// equal counts the slots that two sketches share.
func (k *pairSketch) equal(o *pairSketch) (n int) {
	for i := range k {
		if k[i] == o[i] {
			n++
		}
	}
	return n
}

// joinAlike joins near-equal burstTexts. In each band, each wording is compared with
// the one whose key is least among those that share the band: so much work for
// each wording and no more, and the same pairs in whatever order they came.
func joinAlike(ws *burstTexts) {
	for band := range nSlots / bandSlots {
		least := make(map[[bandSlots]uint32]int32, len(ws.key))
		part := func(w int32) [bandSlots]uint32 { return [bandSlots]uint32(ws.pairs[w][band*bandSlots:]) }
		for w := range int32(len(ws.key)) {
			if l, ok := least[part(w)]; !ok || bytes.Compare(ws.key[w], ws.key[l]) < 0 {
				least[part(w)] = w
			}
		}
		for w := range int32(len(ws.key)) {
			if l := least[part(w)]; l != w && ws.pairs[w].equal(&ws.pairs[l]) >= alikeAt {
				ws.parent[ws.root(w)] = ws.root(l)
			}
		}
	}
}
