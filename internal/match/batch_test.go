package match

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestPutAllIsPut: many documents at once give the same archive as one by one,
// whatever is replaced or removed on the way, and so does its snapshot.
func TestPutAllIsPut(t *testing.T) {
	for _, o := range []Options{{}, {NoModels: true}} {
		pairs := readPairs(t)
		one, all, more := New(o), New(o), New(o)
		var docs []Doc
		for i, p := range pairs {
			docs = append(docs, Doc{ID: fmt.Sprint(i), Claim: p.claim, Also: []string{p.text}[:i%2], URLs: []string{fmt.Sprint("https://a.vn/", i)}})
		}
		for _, d := range docs {
			one.Put(d)
		}
		all.PutAll(docs)
		for len(docs) > 0 {
			n := min(97, len(docs))
			more.PutAll(docs[:n])
			docs = docs[n:]
		}
		for _, m := range []*Matcher{one, all, more} {
			m.Remove("7")
			m.PutAll([]Doc{{ID: "9", Claim: "Chuyện thay rồi thay nữa"}, {ID: "9", Claim: pairs[9].text}})
			m.Put(Doc{ID: "11", Claim: pairs[7].claim})
		}
		var b bytes.Buffer
		if err := more.Save(&b); err != nil {
			t.Fatal(err)
		}
		loaded := New(o)
		if err := loaded.Load(&b); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(pairs); i += 7 {
			p := pairs[i]
			want := look(one, p.text)
			for name, m := range map[string]*Matcher{"at once": all, "in batches": more, "read from a snapshot": loaded} {
				if got := look(m, p.text); !reflect.DeepEqual(got, want) {
					t.Fatalf("%s, message %d: %v, want %v", name, i, got, want)
				}
			}
		}
		if one.Len() != all.Len() || one.Len() != more.Len() || one.Len() != loaded.Len() {
			t.Errorf("%d, %d, %d, %d documents", one.Len(), all.Len(), more.Len(), loaded.Len())
		}
	}
}

// look is what a matcher answers, in a form that does not mind the rounding of
// sums which were added in another order.
func look(m *Matcher, s string) []string {
	r := m.Match(context.Background(), Query{Text: s, Limit: 5})
	out := []string{string(r.Decision)}
	for _, x := range r.Matches {
		out = append(out, fmt.Sprintf("%s %.2f", x.ID, x.Probability))
	}
	return out
}

// TestErasedWordsAreGone: what was removed or replaced is neither in the words of
// the archive nor in its snapshot, and what others say with the same words stays.
func TestErasedWordsAreGone(t *testing.T) {
	for _, o := range []Options{{}, {NoModels: true}} {
		m := New(o)
		m.PutAll([]Doc{
			{ID: "a", Claim: "Xylophonquex nói rằng nước chanh chữa bệnh", Also: []string{"wordingzzyx của hàng xóm"}, URLs: []string{"https://secret.example/qqz"}},
			{ID: "b", Claim: "Nước chanh xylophonquexes chữa bệnh"},
			{ID: "c", Claim: "Sẽ thay bằng chuyện bimbamboxum khác"},
		})
		m.Put(Doc{ID: "d", Claim: "Chuyện hurdyxgurdy ở chợ"})
		held := func(s string) (where []string) {
			var b bytes.Buffer
			if err := m.Save(&b); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), s) {
				where = append(where, "snapshot")
			}
			if strings.Contains(fmt.Sprint(m.lex.words, m.lex.forms, m.lex.ids, m.lex.stems, m.urls, m.link), s) {
				where = append(where, "memory")
			}
			return where
		}
		words := []string{"xylophonquex", "wordingzzyx", "bimbamboxum", "hurdyxgurd", "secret.example"}
		for _, w := range words {
			if len(held(w)) != 2 {
				t.Errorf("%s is not there to be erased: %v", w, held(w))
			}
		}
		m.Remove("a")
		m.Put(Doc{ID: "c", Claim: "Đã thay bằng chuyện khác"})
		m.Remove("d")
		if w := held("xylophonquex"); len(w) != 2 {
			t.Errorf("a word that another text holds is gone: %v", w)
		}
		m.Remove("b")
		for _, w := range words {
			if where := held(w); len(where) > 0 {
				t.Errorf("%s is still in %v", w, where)
			}
		}
		m.Put(Doc{ID: "e", Claim: "Xylophonquex trở lại"})
		if r := m.Match(context.Background(), Query{Text: "xylophonquex tro lai"}); len(r.Matches) == 0 || r.Matches[0].ID != "e" {
			t.Errorf("not found after coming back: %+v", r)
		}
		if hits := m.Search("xilophonquex", nil, 3); len(hits) != 1 || hits[0].ID != "e" {
			t.Errorf("neighbours after coming back: %v", hits)
		}
	}
}
