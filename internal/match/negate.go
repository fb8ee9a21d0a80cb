package match

import (
	"slices"

	"soi/internal/text"
)

// denials lists the words that a side says are not so: for every negation the first
// word of weight after it, -1 when it denies the whole ("… là không đúng"). "Không chỉ"
// and "not only" deny nothing, nor does the "không" that closes a question, nor advice
// ("đừng uống", "don't eat").
func (s *side) denials() []int {
	var out []int
	for i := range s.words {
		if s.words[i].flags&flagNegate != 0 && !s.denies(i) {
			continue
		}
		if s.words[i].flags&flagNegate != 0 {
			out = append(out, s.target(i))
		}
	}
	return out
}

// denies reports whether the negation at i turns anything round.
func (s *side) denies(i int) bool {
	w, next, prev := &s.words[i], "", ""
	if i+1 < len(s.words) {
		next = s.words[i+1].word
	}
	if i > 0 {
		prev = s.words[i-1].folded
	}
	switch next {
	case "chỉ", "những", "biết", "ngờ", "khí", "gian", "quân", "lực", "lẽ", "may", "sao", "ít", "chi", "nhung", "biet",
		"tin", "rõ", "hiểu", "chắc", "dám", "ro", "hieu", "chac", "dam", // what the sender thinks of it
		"only", "just", "matter", "doubt", "wonder":
		return false
	}
	switch w.folded {
	case "dung", "cho":
		return false
	case "dont":
		return !w.first
	case "no": // "nổ" and "nó" without marks
		return !s.syllabic()
	case "khong", "chua", "chang":
		if prev == "hay" || prev == "dung" || prev == "phai" || prev == "that" || prev == "duoc" && s.asks(i) || s.wonders(i) || closing(next) || s.asksAfter(i) || onlyAddress(s.words[i+1:]) || i+1 < len(s.words) && s.words[i+1].first {
			return false
		}
	}
	return true
}

// syllabic reports a side most of whose words can be Vietnamese syllables.
func (s *side) syllabic() bool {
	n := 0
	for _, w := range s.words {
		n += int(one(text.Syllable(w.folded)))
	}
	return n*10 >= len(s.words)*7
}

// asks reports a "có" not far before the word at i: "có … được không".
func (s *side) asks(i int) bool {
	return slices.ContainsFunc(s.words[max(0, i-10):i], func(w sideWord) bool { return w.folded == "co" })
}

// wonders reports that the words before the one at i ask whether something is so: "có thật là … không".
func (s *side) wonders(i int) bool {
	for j := max(0, i-25); j+1 < i; j++ {
		if w := s.words[j+1].folded; s.words[j].folded == "co" && (w == "that" || w == "phai" || w == "dung" || w == "chuyen") {
			return true
		}
	}
	return false
}

// asksAfter reports that the word at i is followed by a question of its own: "… hết không, đúng không".
func (s *side) asksAfter(i int) bool {
	if i+2 >= len(s.words) || s.words[i+2].folded != "khong" {
		return false
	}
	switch s.words[i+1].folded {
	case "dung", "phai", "that":
		return true
	}
	return false
}

// closing reports particles after the "không" that closes a question.
func closing(w string) bool {
	switch w {
	case "ạ", "a", "vậy", "vay", "nhỉ", "nhi", "hả", "ad", "admin", "trời", "troi", "thế":
		return true
	}
	return false
}

// target is the word of weight that the negation at i speaks of.
func (s *side) target(i int) int {
	if i+1 < len(s.words) {
		switch s.words[i+1].word {
		case "đúng", "thật": // "là không đúng, công an đã nói": the whole, not the next word
			return -1
		}
	}
	for j := i + 1; j < min(len(s.words), i+6); j++ {
		if s.words[j].content() && !s.words[j].soft {
			return j
		}
	}
	return -1
}

// deniedApart reports that one side denies what the other says is so.
func deniedApart(q, d *side) bool {
	whole := func(s *side) (n int) {
		for _, t := range s.denied {
			if t < 0 {
				n++
			}
		}
		return n
	}
	return whole(q)%2 != whole(d)%2 || q.deniesOf(d) || d.deniesOf(q)
}

// deniesOf reports a word that s denies and the other side says without denying it.
func (s *side) deniesOf(other *side) bool {
	if len(s.denied) == 0 {
		return false
	}
	have := bagOf(other)
	for _, t := range s.denied {
		if t < 0 || !have.has(&s.words[t]) {
			continue
		}
		if !slices.ContainsFunc(other.denied, func(u int) bool { return u >= 0 && alikeWords(&s.words[t], &other.words[u]) }) {
			return true
		}
	}
	return false
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

// marksAgree reports whether two spellings of one stem can be the same word: one of
// them without marks, or with fewer, or hỏi for ngã.
func marksAgree(a, b string) bool { return a == "" || b == "" || a == b || text.SameMarks(a, b) }
