package match

import (
	"strings"
	"sync"

	"soi/internal/text"
)

// knownHeads are words that the next word tells apart: a bank and another bank, the juice
// of one fruit and that of another.
var knownHeads = sync.OnceValue(func() [][]string {
	var out [][]string
	for _, h := range strings.Split("nước,lá,quả,trái,hạt,củ,thịt,sữa,thuốc,dầu,gạo,cá,rau,bột,cây,hoa,bánh,tỉnh,huyện,quận,phường,xã,trường,chợ,hãng,đập,sông,cầu,đảo,bệnh,"+
		"ngân hàng,công ty,siêu thị,bệnh viện,ca sĩ,diễn viên,nghệ sĩ,ví điện tử,hãng hàng không,ung thư,vắc xin,tập đoàn,đại học,thủy điện,chung cư,nhà máy,nhãn,ví,viêm", ",") {
		var words []string
		sc := text.NewScanner(h)
		for sc.Vietnamese = true; sc.Next(); {
			words = append(words, string(sc.Bytes()))
		}
		out = append(out, words)
	}
	return out
})

// which notes heads that both sides have, each with a follower that the other side lacks:
// "siêu thị Hải Minh" is not "siêu thị Phước Long", wherever it stands in the sentence.
func (x *differences) which(q, d *side, claimed, anywhere bag) {
	for _, h := range knownHeads() {
		mine, theirs := q.followers(h), d.followers(h)
		if len(mine) == 0 || len(theirs) == 0 {
			continue
		}
		if a, b := strangers(mine, theirs, claimed), strangers(theirs, mine, anywhere); len(a) == len(mine) && len(b) == len(theirs) {
			x.swapped, x.swappedOther = append(x.swapped, a...), append(x.swappedOther, b...)
		}
	}
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

// followers are the words of content right after each occurrence of a head.
func (s *side) followers(head []string) []*sideWord {
	var out []*sideWord
	for i := 0; i+len(head) < len(s.words); i++ {
		at := true
		for j, h := range head {
			w := &s.words[i+j]
			at = at && (w.word == h || w.word == w.folded && !s.marked && w.folded == text.Unmark(h))
		}
		if w := &s.words[i+len(head)]; at && w.content() && !w.first {
			out = append(out, w)
		}
	}
	return out
}
