package match

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func deskOfFive() *Matcher {
	m := New(Options{})
	for _, d := range []Doc{
		{ID: "lemon", Claim: "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư", URLs: []string{"https://desk.example/lemon"},
			Also: []string{"mỗi sớm một ly chanh sôi thì bướu nào cũng tiêu"}},
		{ID: "storm", Claim: "Bão số 9 sẽ đổ bộ vào Huế tối 30/11 với 30 nghìn người phải sơ tán"},
		{ID: "bank", Claim: "Ngân hàng Sao Xanh sẽ đóng cửa từ ngày 15/12", Kind: KindClaim},
		{ID: "bleach", Claim: "Drinking bleach kills the virus in the body", Kind: KindImported},
		{ID: "rice", Claim: "Quán cơm Bến Cũ bán thịt gà ôi thiu cho khách"},
		{ID: "pork", Claim: "Quán cơm Bến Cũ bán thịt bò ôi thiu cho khách"},
		{ID: "shark", Claim: "A shark was photographed swimming on a flooded highway in Houston"},
	} {
		m.Put(d)
	}
	return m
}

func ask(t *testing.T, m *Matcher, q Query) Result {
	t.Helper()
	return m.Match(context.Background(), q)
}

func has(r Result, code string) *Reason {
	if len(r.Matches) == 0 {
		return nil
	}
	for i, x := range r.Matches[0].Reasons {
		if x.Code == code {
			return &r.Matches[0].Reasons[i]
		}
	}
	return nil
}

// TestReasonsAreTrue changes the thing a reason speaks of and sees the reason change.
func TestReasonsAreTrue(t *testing.T) {
	m := deskOfFive()
	for _, c := range []struct {
		name, code, with, without string
	}{
		{"figures", ReasonFigures, "bão số 9 vào Huế tối 30/11", "bão lớn đổ bộ vào Huế tối mai"},
		{"names", ReasonNames, "nghe nói bão vào Huế tối 30/11 sơ tán người", "nghe nói bão đổ bộ tối 30/11 sơ tán người"},
		{"exact", ReasonExact, "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư", "Uống nước chanh nóng mỗi sáng là chữa khỏi bệnh ung thư"},
		{"figures differ", ReasonFiguresDiffer, "bão số 9 vào Huế tối 30/11, 300 nghìn người phải sơ tán", "bão số 9 vào Huế tối 30/11, 30 nghìn người phải sơ tán"},
		{"places differ", ReasonNamesDiffer, "bão số 9 đổ bộ vào Hà Nội tối 30/11", "bão số 9 đổ bộ vào Huế tối 30/11"},
		{"words differ", ReasonWordsDiffer, "Uống nước gừng nóng mỗi sáng chữa khỏi ung thư", "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư"},
		{"negation", ReasonNegation, "Uống nước chanh nóng mỗi sáng không chữa khỏi ung thư", "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư không?"},
		{"short", ReasonShort, "nước chanh nóng", "uống nước chanh nóng mỗi sáng chữa khỏi ung thư"},
		{"opposite", ReasonWordsDiffer, "Uống nước chanh nóng mỗi sáng gây ung thư", "Uống nước chanh nóng mỗi sáng trị dứt ung thư"},
		{"place unsaid", ReasonUnsaid, "bão số 9 đổ bộ tối 30/11, 30 nghìn người phải sơ tán", "bão số 9 đổ bộ vào Huế tối 30/11, 30 nghìn người phải sơ tán"},
		{"figure unsaid", ReasonUnsaid, "bão số 9 đổ bộ vào Huế tối 30/11, người dân phải sơ tán", "bão số 9 đổ bộ vào Huế tối 30/11, 30 nghìn người dân phải sơ tán"},
		{"part", ReasonPart, "A shark was photographed swimming", "A shark swimming on a flooded highway in Houston"},
		{"rival", ReasonRival, "Quán cơm Bến Cũ bán thịt ôi thiu cho khách", "Quán cơm Bến Cũ bán thịt gà ôi thiu cho khách"},
		{"link", ReasonLink, "xem http://www.desk.example/lemon?utm_source=z nè", "xem http://www.desk.example/orange nè"},
		{"also", ReasonAlso, "mỗi sớm một ly chanh sôi thì bướu nào cũng tiêu", "mỗi sớm một ly chanh sôi thì u bướu nào cũng tiêu"},
		{"sense", ReasonSense, "A picture of a shark on a submerged motorway after the hurricane", "A shark was photographed swimming on a flooded highway in Houston"},
	} {
		if r := ask(t, m, Query{Text: c.with}); has(r, c.code) == nil {
			t.Errorf("%s: %q lacks the reason: %+v", c.name, c.with, r.Matches)
		}
		if r := ask(t, m, Query{Text: c.without}); has(r, c.code) != nil {
			t.Errorf("%s: %q has the reason %+v", c.name, c.without, has(r, c.code))
		}
	}
	full := has(ask(t, m, Query{Text: "uống nước chanh nóng mỗi sáng chữa khỏi ung thư nhé"}), ReasonWords)
	part := has(ask(t, m, Query{Text: "uống nước chanh nóng buổi tối giúp ngủ ngon, chữa ung thư"}), ReasonWords)
	if full == nil || part == nil || full.N < full.Of-1 || part.N >= part.Of || !full.Ordered {
		t.Errorf("words: %+v, %+v", full, part)
	}
	if got := full.Text("vi"); !strings.Contains(got, fmt.Sprint(full.N, " trong ", full.Of)) || !strings.Contains(got, "cùng thứ tự") {
		t.Errorf("Text = %q", got)
	}
}

func TestQueryNarrows(t *testing.T) {
	m := deskOfFive()
	text := "Ngân hàng Sao Xanh sẽ đóng cửa từ ngày 15/12"
	if r := ask(t, m, Query{Text: text}); r.Decision != DecisionSame || r.Matches[0].ID != "bank" || r.Matches[0].Kind != KindClaim {
		t.Errorf("%+v", r)
	}
	for name, q := range map[string]Query{
		"kinds":    {Text: text, Kinds: []Kind{KindCheck, KindImported}},
		"rejected": {Text: text, Not: func(id string) bool { return id == "bank" }},
	} {
		r := ask(t, m, q)
		if r.Decision == DecisionSame || slices.ContainsFunc(r.Matches, func(x Match) bool { return x.ID == "bank" }) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestKindsAreNotCrowdedOut: a thousand imported checks that fit better must not
// hide the one of this desk.
func TestKindsAreNotCrowdedOut(t *testing.T) {
	m := deskOfFive()
	for i := range 1000 {
		m.Put(Doc{ID: fmt.Sprint("i", i), Kind: KindImported, Claim: fmt.Sprint("Nước chanh nóng uống mỗi tối chữa ung thư lần ", i)})
	}
	r := ask(t, m, Query{Text: "nước chanh nóng uống mỗi tối chữa ung thư", Kinds: []Kind{KindCheck}})
	if len(r.Matches) == 0 || r.Matches[0].ID != "lemon" {
		t.Errorf("%+v", r)
	}
	if hits := m.Search("nước chanh", []Kind{KindCheck}, 3); len(hits) != 1 || hits[0].ID != "lemon" {
		t.Errorf("%+v", hits)
	}
}

func TestConfirmedWording(t *testing.T) {
	m := deskOfFive()
	words := "cô hàng xóm bảo cứ nước cốt cam quýt đun sôi là hết bướu ác tính"
	if r := ask(t, m, Query{Text: words}); r.Decision == DecisionSame {
		t.Fatalf("same before it was confirmed: %+v", r)
	}
	m.Put(Doc{ID: "lemon", Claim: "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư", Also: []string{words}})
	r := ask(t, m, Query{Text: "Forwarded many times\n" + strings.ToUpper(words)})
	if r.Decision != DecisionSame || r.Matches[0].ID != "lemon" || has(r, ReasonAlso) == nil || m.Len() != 7 {
		t.Errorf("%+v, %d documents", r, m.Len())
	}
}

func TestShortIsNeverSame(t *testing.T) {
	m := deskOfFive()
	m.Put(Doc{ID: "tiny", Claim: "Chanh chữa ung thư"})
	for in, want := range map[string]bool{"chanh chữa ung thư": true, "chanh trị ung thư": false, "ung thư": false, "chanh": false} {
		if r := ask(t, m, Query{Text: in}); (r.Decision == DecisionSame) != want {
			t.Errorf("%q: %s %+v", in, r.Decision, r.Matches)
		}
	}
}

func TestNothingFits(t *testing.T) {
	m := deskOfFive()
	for _, in := range []string{"Chó thả rông cắn học sinh ở Ninh Bình", "Solar panels drain the energy of the soil", "chúc cả nhà buổi sáng vui vẻ"} {
		if r := ask(t, m, Query{Text: in}); r.Decision == DecisionSame {
			t.Errorf("%q: %+v", in, r)
		}
	}
}

func TestTwoClaimsInOneMessage(t *testing.T) {
	m := deskOfFive()
	r := ask(t, m, Query{Text: "Mọi người chú ý!!! Bão số 9 sẽ đổ bộ vào Huế tối 30/11, khoảng 30 nghìn người phải sơ tán ngay trong đêm nay. " +
		"Ngoài ra ngân hàng Sao Xanh sẽ đóng cửa từ ngày 15/12, ai gửi tiền thì đi rút ra sớm đi. Chia sẻ gấp cho mọi người cùng biết trước khi bị xóa!", Limit: 5})
	if r.Parts < 2 || len(r.Matches) < 2 {
		t.Fatalf("%+v", r)
	}
	parts := map[string]string{}
	for _, x := range r.Matches {
		parts[x.ID] = x.Part
	}
	if !strings.Contains(parts["storm"], "Huế") || !strings.Contains(parts["bank"], "Sao Xanh") || strings.Contains(parts["bank"], "Huế") {
		t.Errorf("parts %q", parts)
	}
}

// TestTogether runs everything at once; the race detector does the judging.
func TestTogether(t *testing.T) {
	m := deskOfFive()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 40 {
				id := fmt.Sprint("d", g, "-", i%7)
				switch i % 7 {
				case 0:
					m.Put(Doc{ID: id, Claim: fmt.Sprint("điều số ", i, " của nhóm ", g), URLs: []string{"https://a.vn/" + id}})
				case 1:
					m.Match(context.Background(), Query{Text: "bão số 9 vào Huế và điều số 4"})
				case 2:
					m.Search("bao so", nil, 5)
				case 3:
					m.PutAll([]Doc{{ID: id, Claim: fmt.Sprint("nhiều điều số ", i)}, {ID: id + "b", Claim: fmt.Sprint("bão số ", i, " vào Huế")}})
				case 4:
					var b bytes.Buffer
					if err := m.Save(&b); err != nil {
						t.Error(err)
					} else if err := m.Load(&b); err != nil {
						t.Error(err)
					}
				case 5:
					m.Match(context.Background(), Query{Text: "bão số 9 vào Huế", Pictures: []Picture{{Hash: make([]byte, 32), Quality: 100, Text: "điều số 4"}}})
					m.SetPictures(id, KindCheck, []Picture{{Hash: make([]byte, 32), Quality: 100}})
				default:
					m.Remove(id)
				}
			}
		})
	}
	wg.Wait()
}

func TestPutIsFoundAtOnce(t *testing.T) {
	m := fillPairs(Options{}, readPairs(t))
	start := time.Now()
	m.Put(Doc{ID: "new", Claim: "Voi con lạc mẹ ở bản Đôn biết nói tiếng người"})
	r := ask(t, m, Query{Text: "voi con ở bản Đôn biết nói tiếng người"})
	if len(r.Matches) == 0 || r.Matches[0].ID != "new" {
		t.Errorf("%+v", r)
	}
	if d := time.Since(start); d > 5*time.Second { // milliseconds on an idle machine; an index built anew would take longer
		t.Errorf("took %s", d)
	}
}

func TestManyEditsStaySmall(t *testing.T) {
	m := New(Options{})
	for i := range 5000 {
		m.Put(Doc{ID: fmt.Sprint(i % 10), Claim: fmt.Sprint("bản sửa thứ ", i)})
	}
	if m.Len() != 10 || m.idx.Docs() > 2500 {
		t.Errorf("%d documents, %d records", m.Len(), m.idx.Docs())
	}
	if r := ask(t, m, Query{Text: "bản sửa thứ 4999"}); len(r.Matches) == 0 || r.Matches[0].ID != "9" {
		t.Errorf("%+v", r)
	}
}
