package app

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soi/internal/match"
)

func TestSketchesFindCopies(t *testing.T) {
	var w pressWords
	text := "Theo số liệu được công bố hôm nay, giá điện bán lẻ bình quân tăng 3 phần trăm. Đây là mức tăng cao nhất trong năm năm qua, theo cơ quan quản lý. " +
		"Người dân tại các thành phố lớn chịu mức tăng nhiều hơn so với nông thôn, báo cáo cho biết."
	shorter := "(TTX) " + text[:len(text)*2/3] + " Bấm để đọc thêm."
	unmarked := "Theo so lieu duoc cong bo hom nay, gia dien ban le binh quan tang 3 phan tram. Day la muc tang cao nhat trong nam nam qua, theo co quan quan ly. Nguoi dan tai cac thanh pho lon chiu muc tang nhieu hon so voi nong thon, bao cao cho biet."
	other := "Theo số liệu được công bố hôm nay, lượng khách du lịch đến thành phố giảm mạnh vì bão. Các khách sạn ven biển đóng cửa từ tuần trước, chủ khách sạn nói rằng thiệt hại chưa tính được."
	a := w.Sketch(text)
	for name, s := range map[string]string{"itself": text, "a shortened reprint": shorter, "without marks": unmarked} {
		if !w.Copies(a, w.Sketch(s)) {
			t.Errorf("%s is not told as a copy", name)
		}
	}
	for name, s := range map[string]string{"another story": other, "nothing": "", "a few words": "Theo số liệu được công bố hôm nay"} {
		if w.Copies(a, w.Sketch(s)) {
			t.Errorf("%s is told as a copy", name)
		}
	}
	if len(w.Sketch(strings.Repeat(text+other, 1)+strings.Repeat("một hai ba bốn năm sáu bảy tám ", 400))) > 4*sketchMax {
		t.Error("a sketch grows with its text")
	}
}

// TestSketchesAgreeWithWholeTexts compares, over press texts of the same
// events, what sketches say with what match.Copies says of the whole texts.
func TestSketchesAgreeWithWholeTexts(t *testing.T) {
	root := os.Getenv("SOI_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(root, "research_only", "vietnamese_mds", "articles.dev.jsonl"))
	if err != nil {
		t.Skipf("evaluation data is not here (SOI_DATA): %v", err)
	}
	defer f.Close()
	var w pressWords
	var docs []match.Doc
	var sketches [][]byte
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var line struct{ ID, Title, Summary, Body string }
		if err := json.Unmarshal(sc.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, match.Doc{ID: line.ID, Title: line.Title, Summary: line.Summary, Body: line.Body})
		sketches = append(sketches, w.Sketch(line.Title+"\n"+line.Summary+"\n"+line.Body))
	}
	group := make([]int, len(docs))
	for g, members := range match.Copies(docs) {
		for _, m := range members {
			group[m] = g
		}
	}
	// As copies hang together through others in match.Copies, and in the
	// reader, where a copy takes the story of what it is a copy of.
	story := make([]int, len(docs))
	for i := range docs {
		story[i] = i
		for j := range i {
			if w.Copies(sketches[i], sketches[j]) {
				from, to := story[i], story[j]
				for k := range i + 1 {
					if story[k] == from {
						story[k] = to
					}
				}
			}
		}
	}
	both, wholeOnly, sketchOnly := 0, 0, 0
	for i := range docs {
		for j := range i {
			switch whole, sketch := group[i] == group[j], story[i] == story[j]; {
			case whole && sketch:
				both++
			case whole:
				wholeOnly++
			case sketch:
				sketchOnly++
			}
		}
	}
	t.Logf("%d texts: %d pairs are copies by both, %d by whole texts only, %d by sketches only", len(docs), both, wholeOnly, sketchOnly)
	// Those on which they differ share between 35 and 41 runs in a hundred, at
	// the limit of 40, or hang together through such a pair.
	if both < 2*(wholeOnly+sketchOnly) {
		t.Error("sketches and whole texts disagree too often")
	}
}
