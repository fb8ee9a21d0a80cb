package match

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// Every group of kin.txt has several members that differ, none longer than a phrase.
func TestKinFile(t *testing.T) {
	for _, l := range strings.Split(kinFile, "\n") {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		g := strings.Split(l, ", ")
		if len(g) < 2 {
			t.Errorf("%q is alone", l)
		}
		for i, s := range g {
			if strings.TrimSpace(s) != s || s == "" || slices.Contains(g[:i], s) || len(strings.Fields(s)) > 6 {
				t.Errorf("%q in %q is empty, twice there or too long", s, l)
			}
		}
	}
}

// A message that says a claim in quite other words finds it, with marks and without; before
// kin.txt the first three found nothing or another.
func TestOtherWords(t *testing.T) {
	m := New(Options{})
	for _, d := range [][2]string{
		{"bia", "Ăn sầu riêng rồi uống bia sẽ chết trong vòng 24 giờ."},
		{"vosinh", "Tiêm vắc xin cúm làm phụ nữ vô sinh."},
		{"hanoi", "Hà Nội cấm xe máy trong nội thành từ năm sau."},
		{"hue", "Huế cấm xe máy trong nội thành từ năm sau."},
		{"huu15", "Lương hưu tăng 15% từ ngày 1/9."},
		{"huu30", "Lương hưu tăng 30% từ ngày 1/9."},
		{"bhyt18", "Mức đóng bảo hiểm y tế hộ gia đình là 1,8 triệu đồng một người."},
		{"bhyt28", "Mức đóng bảo hiểm y tế hộ gia đình là 2,8 triệu đồng một người."},
		{"chim", "Trạm phát sóng làm 300 con chim chết hàng loạt."},
	} {
		m.Put(Doc{ID: d[0], Lang: "vi", Claim: d[1]})
	}
	for _, c := range [][2]string{
		{"nhậu la-ve với sầu riêng xong là ngủm", "bia"},
		{"chị em mà chích ngừa cúm là hiếm muộn đó", "vosinh"},
		{"sang năm thủ đô không cho xe gắn máy chạy trong nội thành", "hanoi"},
		{"lương hưu lên ba chục phần trăm từ mùng một tháng chín", "huu30"},
		{"luong huu thang 9 cong them ba muoi phan tram", "huu30"},
		{"bảo hiểm y tế hộ phải đóng một triệu tám một đầu người", "bhyt18"},
		{"bhyt ho gia dinh hai trieu tam mot nguoi", "bhyt28"},
	} {
		r := m.Match(context.Background(), Query{Text: c[0]})
		if len(r.Matches) == 0 || r.Matches[0].ID != c[1] {
			t.Errorf("%q: %v, want %s first", c[0], r.Matches, c[1])
		}
	}
}

// Words that may stand for each other in finding decide nothing: a claim in other words of
// kin.txt alone is not given as the answer.
func TestOtherWordsDecideNothing(t *testing.T) {
	m := New(Options{})
	m.Put(Doc{ID: "yta", Lang: "vi", Claim: "Giám đốc bệnh viện Bình Tân bị bắt vì nhận tiền của bệnh nhân."})
	r := m.Match(context.Background(), Query{Text: "Sếp nhà thương Bình Tân lên đồn vì lấy tiền người bệnh"})
	if r.Decision == DecisionSame {
		t.Errorf("%v was given as the answer", r.Matches)
	}
}

// What follows a bank, a shop or a fruit says which: another one is another claim, wherever
// in the sentence it stands.
func TestWhich(t *testing.T) {
	m := New(Options{})
	m.Put(Doc{ID: "x", Lang: "vi", Claim: "Trứng gà giả làm từ cao su non đang được bán tại chuỗi siêu thị Hải Minh."})
	for text, swapped := range map[string]bool{
		"Chuỗi siêu thị Phước Long bị tố bán trứng gà giả làm bằng cao su non": true,
		"chuoi sieu thi phuoc long bi to ban trung ga gia lam bang cao su non": true,
		"Chuỗi siêu thị Hải Minh bị tố bán trứng gà giả làm bằng cao su non":   false,
		"chuoi sieu thi hai minh bi to ban trung ga gia lam bang cao su non":   false,
	} {
		qu := m.analyse(text, "vi")
		d, _ := m.differ(qu, qu.side(), &m.docs[0])
		if got := len(d.swapped) > 0; got != swapped {
			t.Errorf("%q: stands in another's place %v", text, d.swapped)
		}
	}
}

// A message in one language finds a check in another by words that kin.txt has in both, and
// is not given it as the answer.
func TestOtherWordsAbroad(t *testing.T) {
	m := New(Options{})
	m.PutAll(append(manyClaims(200), Doc{ID: "cancer", Lang: "en", Claim: "Fish sauce with arsenic causes kidney cancer"}))
	r := m.Match(context.Background(), Query{Text: "nước mắm dính thạch tín gây ung thư thận"})
	if r.Decision == DecisionSame || len(r.Matches) == 0 || r.Matches[0].ID != "cancer" {
		t.Errorf("%+v", r)
	}
	if s := r.Matches[0].Score; s > 100 {
		t.Errorf("score %g", s)
	}
}
