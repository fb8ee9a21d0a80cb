package match

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

func sample() *Matcher {
	m := New(Options{})
	m.Put(Doc{ID: "c1", Claim: "Uống nước chanh nóng chữa được ung thư", Title: "Nước chanh nóng không chữa ung thư", URLs: []string{"https://example.org/chanh?utm_source=x"}})
	m.Put(Doc{ID: "c2", Claim: "Ngân hàng sẽ đóng cửa ngày 30/11/2026", Kind: KindClaim})
	m.Put(Doc{ID: "c3", Claim: "Drinking bleach cures the flu", Kind: KindImported, Also: []string{"bleach kills influenza in the body"}})
	return m
}

func first(m *Matcher, s string) string {
	r := m.Match(context.Background(), Query{Text: s})
	if len(r.Matches) == 0 || r.Decision == DecisionNew {
		return ""
	}
	return r.Matches[0].ID
}

func TestMatchFinds(t *testing.T) {
	m := sample()
	for in, want := range map[string]string{
		"uong nuoc chanh nong chua duoc ung thu": "c1",
		"UỐNG NƯỚC CHANH NÓNG":                   "c1",
		"xem http://m.example.org/chanh/ nhé":    "c1",
		"ngan hang dong cua 30/11":               "c2",
		"does bleach kill influenza":             "c3",
		"":                                       "",
		"hoàn toàn khác hẳn":                     "",
	} {
		if got := first(m, in); got != want {
			t.Errorf("Match(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRemoveAndReplace(t *testing.T) {
	m := sample()
	m.Remove("c1")
	if got := first(m, "nước chanh nóng"); got != "" || m.Len() != 2 {
		t.Errorf("found %q after Remove, %d documents", got, m.Len())
	}
	m.Put(Doc{ID: "c2", Claim: "Drinking tea"})
	if got := first(m, "ngân hàng đóng cửa"); got != "" {
		t.Errorf("found %q by words that were replaced", got)
	}
}

func TestSnapshot(t *testing.T) {
	m := sample()
	m.Remove("c2")
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	n := New(Options{})
	if err := n.Load(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	if n.Len() != 2 || first(n, "nước chanh nóng") != "c1" || first(n, "xem https://example.org/chanh") != "c1" || first(n, "ngân hàng") != "" {
		t.Errorf("the snapshot lost something")
	}
	for i := 0; i < b.Len(); i += 1 + i/256 { // every byte of the head, then further and further apart
		bad := bytes.Clone(b.Bytes())
		bad[i] ^= 0x40
		if err := New(Options{}).Load(bytes.NewReader(bad)); !errors.Is(err, ErrSnapshot) {
			t.Fatalf("byte %d turned: %v", i, err)
		}
		if err := New(Options{}).Load(bytes.NewReader(b.Bytes()[:i])); !errors.Is(err, ErrSnapshot) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func TestSearch(t *testing.T) {
	m := sample()
	for in, want := range map[string]string{"nuoc cha": "c1", "ung thu": "c1", "blaech": "c3", "bleech ": "c3", "ngân hàng": "c2"} {
		hits := m.Search(in, nil, 5)
		if len(hits) == 0 || hits[0].ID != want {
			t.Errorf("Search(%q) = %v, want %s", in, hits, want)
		}
	}
}

func TestReasonsSpeakBothLanguages(t *testing.T) {
	for _, c := range ReasonCodes() {
		r := Reason{Code: c, N: 7, Of: 9, Words: []string{"30"}, Other: []string{"300"}}
		if vi, en := r.Text("vi"), r.Text("en"); vi == "" || en == "" || vi == en {
			t.Errorf("%s: %q, %q", c, vi, en)
		}
	}
}

// TestSearchKnowsNeighbours: typed without marks, two syllables that stand beside each other are one word; scattered
// over a text they are not.
func TestSearchKnowsNeighbours(t *testing.T) {
	m := New(Options{})
	m.PutAll([]Doc{
		{ID: "scattered", Lang: "vi", Claim: "Con dao để cạnh bếp lửa trong hang, đá ngàn năm, sẽ hỏng."},
		{ID: "scam", Lang: "vi", Claim: "Tin nhắn báo trúng thưởng của ngân hàng là lừa đảo, mọi người chớ bấm vào đường dẫn trong đó."},
		{ID: "rain", Lang: "vi", Claim: "Trời sẽ mưa suốt tuần."},
	})
	if got := m.Search("lua dao ngan hang ", nil, 5); len(got) < 2 || got[0].ID != "scam" || got[1].Score > got[0].Score/2 {
		t.Errorf("%+v", got)
	}
}

// TestLookUpsAgree: a message looked up again gives the same numbers to the last bit; sums of
// floating-point numbers in the order of a map would not.
func TestLookUpsAgree(t *testing.T) {
	m := sample()
	for i, w := range []string{"vaccine", "flood", "election", "president", "hospital", "school", "lemon", "cancer", "money", "bridge"} {
		for k := range i + 1 {
			m.Put(Doc{ID: w + string(rune('a'+k)), Claim: w + " bleach " + string(rune('a'+k))})
		}
	}
	const message = "bleach, lemon and money cure cancer, said the president after the flood at the school by the bridge before the election, vaccine or hospital"
	m.settle()
	want := m.analyse(message, "en").most
	for range 200 {
		if got := m.analyse(message, "en").most; got != want {
			t.Fatalf("%v, then %v", want, got)
		}
	}
}
