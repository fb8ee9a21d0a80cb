package match

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
	"soi/internal/text"
)

// markAt is a tip of a text at so many seconds.
func markAt(n int, s string, seconds int) desk.TipMark {
	folded := sha256.Sum256([]byte(text.Fold(s)))
	return desk.TipMark{Tip: desk.ID(fmt.Sprintf("t%06d", n)), Folded: folded[:], Text: s, Channel: []string{"web", "telegram"}[n%2],
		Claim: desk.ID(fmt.Sprint("c", n%3)), Received: time.Unix(1_790_000_000+int64(seconds), 0).UTC()}
}

// campaign is n tips that say nearly the same, each in words of its own, one a
// second from the given one on.
func campaign(from, n, second int) []desk.TipMark {
	const said = "Ngân hàng sẽ khoá tài khoản của mọi người vào ngày ba mươi tháng mười một nếu không cập nhật khuôn mặt qua đường dẫn này, hãy chuyển cho người thân ngay"
	words := strings.Fields(said)
	var out []desk.TipMark
	for i := range n {
		w := append([]string(nil), words...)
		w[i%len(words)] = fmt.Sprint("số", i%97)
		w[(i*7)%len(words)] = "gấp"
		s := strings.Join(w, " ")
		if i%5 == 0 {
			s = text.Unmark(s)
		}
		out = append(out, markAt(from+i, s, second+i))
	}
	return out
}

// noise is n tips about other things over two days.
func noise(from, n int) []desk.TipMark {
	r := rand.New(rand.NewPCG(1, 2))
	things := strings.Fields("nước chanh bão giá vàng trường học điện xăng gạo thuốc cầu đường lũ mưa cá tôm lúa chợ xe tàu biển núi rừng sông trẻ em già trẻ sữa trứng muối")
	var out []desk.TipMark
	for i := range n {
		var w []string
		for range 8 + r.IntN(12) {
			w = append(w, things[r.IntN(len(things))])
		}
		out = append(out, markAt(from+i, strings.Join(w, " "), r.IntN(48*3600)))
	}
	return out
}

func TestBurstsAreOneThing(t *testing.T) {
	marks := append(campaign(0, 400, 90_000), noise(1000, 2000)...)
	marks[3].Aside, marks[4].Asker, marks[6].Asker = true, []byte("a"), []byte("a")
	bs := Bursts(marks)
	if len(bs) != 1 {
		t.Fatalf("%d bursts, want the campaign alone", len(bs))
	}
	b := bs[0]
	if b.Key != "t000000" || b.All < 395 || len(b.Tips) != b.All-1 || b.Askers != b.All-1 || b.Wordings < 100 || b.Peak != 60 {
		t.Errorf("key %s, %d tips of %d, %d askers, %d wordings, peak %d", b.Key, len(b.Tips), b.All, b.Askers, b.Wordings, b.Peak)
	}
	if len(b.Channels) != 2 || len(b.Claims) != 3 || b.Last.Sub(b.First) != 399*time.Second {
		t.Errorf("%d channels, %d claims, %v long", len(b.Channels), len(b.Claims), b.Last.Sub(b.First))
	}
}

func TestBurstsDoNotDependOnOrder(t *testing.T) {
	marks := append(append(campaign(0, 200, 4000), campaign(500, 100, 20_000)...), noise(1000, 500)...)
	want := Bursts(marks)
	if len(want) != 2 {
		t.Fatalf("%d bursts, want two with a pause between them", len(want))
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 5 {
		r.Shuffle(len(marks), func(i, j int) { marks[i], marks[j] = marks[j], marks[i] })
		if d := cmp.Diff(want, Bursts(marks)); d != "" {
			t.Fatalf("another order, other bursts:\n%s", d)
		}
	}
}

func TestWhatIsNoBurst(t *testing.T) {
	slow := campaign(0, 60, 0)
	for i := range slow {
		slow[i].Received = slow[0].Received.Add(time.Duration(i) * 20 * time.Minute)
	}
	for what, marks := range map[string][]desk.TipMark{
		"few": campaign(0, BurstTips-1, 0), "slow": slow, "nothing": nil, "without words": {{Tip: "a"}, {Tip: "b", Text: "x"}}, "noise": noise(0, 3000),
	} {
		if got := Bursts(marks); len(got) != 0 {
			t.Errorf("%s: %d bursts", what, len(got))
		}
	}
}

// BenchmarkBursts30000 is the flood of trust.md T10: 30,000 tips, each in
// words of its own.
func BenchmarkBursts30000(b *testing.B) {
	marks := append(campaign(0, 29_000, 0), noise(40_000, 1000)...)
	for b.Loop() {
		if len(Bursts(marks)) == 0 {
			b.Fatal("no burst")
		}
	}
}
