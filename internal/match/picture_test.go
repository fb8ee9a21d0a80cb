package match

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"soi/internal/desk"
	"soi/internal/media"
)

// hashNear flips n bits of a hash.
func hashNear(seed uint64, h []byte, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 3))
	out := bytes.Clone(h)
	for _, b := range r.Perm(256)[:n] {
		out[b/8] ^= 1 << (b % 8)
	}
	return out
}

// someBytes is a random hash.
func someBytes(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 4))
	out := make([]byte, 32)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

const lemonText = "Bộ Y tế: uống nước chanh nóng chữa được ung thư, 30 người đã khỏi"

// album5 is the small desk with pictures of three of its documents.
func album5() (*Matcher, []byte) {
	m := deskOfFive()
	lemon := someBytes(1)
	m.SetPictures("lemon", KindCheck, []Picture{{Hash: lemon, Quality: 100, Text: lemonText}})
	m.SetPictures("shark", KindCheck, []Picture{{Hash: someBytes(2), Quality: 100}})
	m.SetPictures("bank", KindClaim, []Picture{{Hash: someBytes(3), Quality: 100}})
	return m, lemon
}

// showTo matches a message with one picture.
func showTo(t *testing.T, m *Matcher, text string, p Picture) Result {
	t.Helper()
	return m.Match(t.Context(), Query{Text: text, Pictures: []Picture{p}})
}

// reason finds a reason of the first match.
func reason(r Result, code string) (Reason, bool) {
	if len(r.Matches) > 0 {
		for _, x := range r.Matches[0].Reasons {
			if x.Code == code {
				return x, true
			}
		}
	}
	return Reason{}, false
}

func TestSamePicture(t *testing.T) {
	m, lemon := album5()
	shark := someBytes(2)
	for _, c := range []struct {
		what, text string
		p          Picture
		want       Decision
		id, code   string
	}{
		{"a photograph again", "", Picture{Hash: shark, Quality: 100}, DecisionSame, "shark", ReasonPicture},
		{"compressed", "", Picture{Hash: hashNear(1, shark, 16), Quality: 100}, DecisionSame, "shark", ReasonPicture},
		{"with a question beside it", "cái này có thật không?", Picture{Hash: shark, Quality: 100}, DecisionSame, "shark", ReasonPicture},
		{"somewhat alike", "", Picture{Hash: hashNear(2, shark, 29), Quality: 100}, DecisionPerhaps, "shark", ReasonPictureNear},
		{"another picture", "", Picture{Hash: hashNear(3, shark, 40), Quality: 100}, DecisionNew, "", ""},
		{"too plain to say", "", Picture{Hash: shark, Quality: 20}, DecisionNew, "", ""},
		{"flipped", "", Picture{Hash: turned(shark), Quality: 100}, DecisionPerhaps, "shark", ReasonPictureTurned},
		{"the same text picture", "", Picture{Hash: hashNear(4, lemon, 6), Quality: 100, Text: lemonText}, DecisionSame, "lemon", ReasonPicture},
		{"a claim of its own beside it", "Đám cháy lớn ở chợ Đồng Xuân sáng nay làm nhiều nhà hư hại", Picture{Hash: shark, Quality: 100}, DecisionPerhaps, "shark", ReasonPicture},
	} {
		r := showTo(t, m, c.text, c.p)
		if r.Decision != c.want || c.id != "" && (len(r.Matches) == 0 || r.Matches[0].ID != c.id) {
			t.Errorf("%s: %s %+v, want %s %s", c.what, r.Decision, r.Matches, c.want, c.id)
			continue
		}
		if _, ok := reason(r, c.code); c.code != "" && !ok {
			t.Errorf("%s: reasons %+v, want %s", c.what, r.Matches[0].Reasons, c.code)
		}
	}
}

// turned is the hash of the picture mirrored.
func turned(h []byte) []byte {
	t := media.Hash(h).Turns()[1]
	return t[:]
}

// TestEditedFigure: the pictures look the same, one figure in the text was
// changed. It is never the same, and the reason says what differs; the other
// way round with the figure as it was.
func TestEditedFigure(t *testing.T) {
	m, lemon := album5()
	edited := strings.Replace(lemonText, "30 người", "300 người", 1)
	r := showTo(t, m, "", Picture{Hash: hashNear(5, lemon, 2), Quality: 100, Text: edited})
	if r.Decision == DecisionSame {
		t.Fatalf("an edited figure is %s: %+v", r.Decision, r.Matches)
	}
	d, ok := reason(r, ReasonPictureDiffers)
	if !ok || !strings.Contains(d.Text("vi"), "300") || !strings.Contains(d.Text("en"), "against 30") {
		t.Errorf("reasons %+v", r.Matches)
	}
	if r := showTo(t, m, "", Picture{Hash: hashNear(5, lemon, 2), Quality: 100, Text: lemonText}); r.Decision != DecisionSame {
		t.Errorf("as it was: %s", r.Decision)
	}
	if r := showTo(t, m, "", Picture{Hash: hashNear(5, lemon, 2), Quality: 100}); r.Decision == DecisionSame {
		t.Error("text in one picture, none in the other, is the same")
	}
	other := "Ngân hàng Sao Xanh thông báo lịch nghỉ lễ của các chi nhánh miền Bắc"
	if r := showTo(t, m, "", Picture{Hash: hashNear(5, lemon, 2), Quality: 100, Text: other}); r.Decision == DecisionSame {
		t.Errorf("another text on the same background: %+v", r)
	}
}

// TestPictureOfSeveralClaims: one picture goes with two claims; it alone does
// not say which is meant.
func TestPictureOfSeveralClaims(t *testing.T) {
	m, _ := album5()
	m.SetPictures("storm", KindCheck, []Picture{{Hash: hashNear(9, someBytes(2), 3), Quality: 100}})
	r := showTo(t, m, "", Picture{Hash: someBytes(2), Quality: 100})
	if r.Decision != DecisionPerhaps || len(r.Matches) != 2 {
		t.Errorf("%s %+v", r.Decision, r.Matches)
	}
	if x, ok := reason(r, ReasonPictureShared); !ok || x.N != 2 {
		t.Errorf("reasons %+v", r.Matches)
	}
}

// TestWordsReadFromAPicture: a screenshot nobody has a picture of finds the
// check by what it says.
func TestWordsReadFromAPicture(t *testing.T) {
	m, _ := album5()
	r := showTo(t, m, "", Picture{Hash: someBytes(77), Quality: 100, Text: "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư"})
	if r.Decision != DecisionSame || r.Matches[0].ID != "lemon" {
		t.Fatalf("%s %+v", r.Decision, r.Matches)
	}
	x, ok := reason(r, ReasonPictureText)
	if !ok || !strings.Contains(x.Text("vi"), "chữ đọc được trong ảnh") || !strings.Contains(x.Text("en"), "text read from the picture: “Uống nước chanh") {
		t.Errorf("reasons %+v", r.Matches[0].Reasons)
	}
}

// TestPictureIsNotTheAnswerOfOtherWords: the words are of one check, the
// picture of another: the person chooses.
func TestPictureIsNotTheAnswerOfOtherWords(t *testing.T) {
	m, _ := album5()
	r := showTo(t, m, "Drinking bleach kills the virus in the body", Picture{Hash: someBytes(2), Quality: 100})
	if r.Decision != DecisionPerhaps || len(r.Matches) < 2 {
		t.Errorf("%s %+v", r.Decision, r.Matches)
	}
}

// TestTwoPicturesOfTwoClaims: each picture alone would be the answer, of
// another claim each: the person chooses. Two of one claim are one answer.
func TestTwoPicturesOfTwoClaims(t *testing.T) {
	m, lemon := album5()
	shark := Picture{Hash: someBytes(2), Quality: 100}
	r := m.Match(t.Context(), Query{Pictures: []Picture{shark, {Hash: lemon, Quality: 100, Text: lemonText}}})
	if r.Decision != DecisionPerhaps || len(r.Matches) < 2 {
		t.Errorf("%s %+v", r.Decision, r.Matches)
	}
	r = m.Match(t.Context(), Query{Pictures: []Picture{shark, {Hash: hashNear(6, shark.Hash, 9), Quality: 100}}})
	if r.Decision != DecisionSame || r.Matches[0].ID != "shark" {
		t.Errorf("twice the same: %s %+v", r.Decision, r.Matches)
	}
}

// TestTheAnswerStandsFirst: what made the decision same is the first match,
// however likely the others are called.
func TestTheAnswerStandsFirst(t *testing.T) {
	m := deskOfFive()
	of := func(id string, p float64) []Match { return []Match{{ID: id, Probability: p}} }
	// The words are the answer; a picture that was changed only looks likely.
	r := m.join(Query{}, Result{Decision: DecisionSame, Matches: of("shark", 0.97)}, []seen{{Match: of("lemon", 0.99)[0]}})
	if r.Decision != DecisionSame || r.Matches[0].ID != "shark" {
		t.Errorf("words: %s %+v", r.Decision, r.Matches)
	}
	// The picture is the answer; the words beside it say too little.
	r = m.join(Query{}, Result{Decision: DecisionPerhaps, Matches: of("shark", 0.97)}, []seen{{Match: of("lemon", 0.96)[0], same: true}})
	if r.Decision != DecisionSame || r.Matches[0].ID != "lemon" {
		t.Errorf("picture: %s %+v", r.Decision, r.Matches)
	}
}

// TestPicturesComeAndGo: a picture that is taken away, or whose document is
// removed, or of a kind nobody asked for, finds nothing.
func TestPicturesComeAndGo(t *testing.T) {
	m, _ := album5()
	p := Picture{Hash: someBytes(2), Quality: 100}
	if r := m.Match(t.Context(), Query{Pictures: []Picture{p}, Kinds: []Kind{KindClaim}}); r.Decision != DecisionNew {
		t.Errorf("a kind not asked for: %+v", r)
	}
	if r := m.Match(t.Context(), Query{Pictures: []Picture{p}, Not: func(id string) bool { return id == "shark" }}); r.Decision != DecisionNew {
		t.Errorf("a rejected one: %+v", r)
	}
	m.Remove("shark")
	if r := showTo(t, m, "", p); r.Decision != DecisionNew {
		t.Errorf("after Remove: %+v", r)
	}
	m.Put(Doc{ID: "shark", Claim: "A shark on a highway"})
	if r := showTo(t, m, "", p); r.Decision != DecisionSame {
		t.Errorf("after Put: %+v", r)
	}
	m.SetPictures("shark", KindCheck, nil)
	if r := showTo(t, m, "", p); r.Decision != DecisionNew {
		t.Errorf("after taking it away: %+v", r)
	}
}

// TestReadMessage: two pictures without words are not the same message; the
// same picture is; words read from it make its summary.
func TestReadMessage(t *testing.T) {
	file := func(sum, words string) []desk.NewMedia {
		return []desk.NewMedia{{Media: desk.Media{Sum: []byte(sum), Text: words}}}
	}
	a, b := ReadMessage("", file("a", "Nước chanh chữa ung thư")), ReadMessage("", file("b", ""))
	if bytes.Equal(a.Key, b.Key) || !bytes.Equal(a.Key, ReadMessage("", file("a", "")).Key) {
		t.Error("keys of pictures")
	}
	if a.Summary != "Nước chanh chữa ung thư" || a.Lang != "vi" || a.Text != "" {
		t.Errorf("%+v", a)
	}
	if x := ReadMessage("words", nil); !bytes.Equal(x.Key, ReadTip("words").Key) {
		t.Error("a message without files is not read like one")
	}
}
