package match

import (
	"strings"
	"sync"

	"soi/internal/text"
)

// heads are words that the next word tells apart: a bank and another bank, the juice of one
// fruit and that of another.
const heads = "nước,lá,quả,trái,hạt,củ,thịt,sữa,thuốc,dầu,gạo,cá,rau,bột,cây,hoa,bánh,tỉnh,huyện,quận,phường,xã,trường,chợ,hãng,đập,sông,cầu,đảo,bệnh,ngân hàng,công ty," +
	"siêu thị,bệnh viện,ca sĩ,diễn viên,nghệ sĩ,ví điện tử,hãng hàng không,ung thư,vắc xin,tập đoàn,đại học,thủy điện,chung cư,nhà máy,nhãn,ví,viêm"

// head is one of heads: its words as written and without marks.
type head struct{ words, folded []string }

// knownHeads are the heads by their first word: as written, and without marks.
var knownHeads = sync.OnceValue(func() (by [2]map[string][]int) {
	by = [2]map[string][]int{{}, {}}
	for i, h := range headList() {
		by[0][h.words[0]] = append(by[0][h.words[0]], i)
		by[1][h.folded[0]] = append(by[1][h.folded[0]], i)
	}
	return by
})

// headList is heads, cut into words.
var headList = sync.OnceValue(func() []head {
	var out []head
	for _, s := range strings.Split(heads, ",") {
		var h head
		sc := text.NewScanner(s)
		for sc.Vietnamese = true; sc.Next(); {
			w := string(sc.Bytes())
			h.words, h.folded = append(h.words, w), append(h.folded, text.Unmark(w))
		}
		out = append(out, h)
	}
	return out
})

// headed is a word of content that follows a head.
type headed struct {
	head int // in headList
	word *sideWord
}

// findHeads lists the words of content that follow heads.
func (s *side) findHeads() {
	bare := int(one(!s.marked))
	by := knownHeads()[bare]
	for i := range s.words {
		first := s.words[i].word
		if bare == 1 {
			first = s.words[i].folded
		}
		for _, h := range by[first] {
			if w := s.follower(headList()[h], i); w != nil {
				s.headed = append(s.headed, headed{h, w})
			}
		}
	}
}

// follower is the word of content after a head that stands at i; nil if none does.
func (s *side) follower(h head, i int) *sideWord {
	n := len(h.words)
	if i+n >= len(s.words) {
		return nil
	}
	for j, w := range h.words {
		if x := &s.words[i+j]; x.word != w && (s.marked || x.folded != h.folded[j]) {
			return nil
		}
	}
	if w := &s.words[i+n]; w.content() && !w.first {
		return w
	}
	return nil
}

// which notes heads that both sides have, each with followers that the other side lacks:
// "siêu thị Hải Minh" is not "siêu thị Phước Long", wherever it stands in the sentence.
func (x *differences) which(q, d *side, claimed, anywhere bag) {
	for i, a := range q.headed {
		if i > 0 && q.headed[i-1].head == a.head {
			continue
		}
		mine, theirs := q.following(a.head), d.following(a.head)
		if len(theirs) == 0 {
			continue
		}
		if a, b := strangers(mine, theirs, claimed), strangers(theirs, mine, anywhere); len(a) == len(mine) && len(b) == len(theirs) {
			x.swapped, x.swappedOther = append(x.swapped, a...), append(x.swappedOther, b...)
		}
	}
}

// following are the words that follow one head.
func (s *side) following(head int) []*sideWord {
	var out []*sideWord
	for _, h := range s.headed {
		if h.head == head {
			out = append(out, h.word)
		}
	}
	return out
}

// strangers lists words that the other side lacks; soft and misspelt ones do not count.
func strangers(words, others []*sideWord, have bag) []string {
	var out []string
	for _, w := range words {
		if !have.has(w) && !nearAny(w, others) && !w.soft {
			out = append(out, w.word)
		}
	}
	return out
}
