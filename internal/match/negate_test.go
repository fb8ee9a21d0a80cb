package match

import "testing"

// A "không" that closes a question denies nothing, nor does what the sender thinks of it;
// one within the claim does.
func TestQuestionsDenyNothing(t *testing.T) {
	m := New(Options{})
	m.Put(Doc{ID: "x", Lang: "vi", Claim: "Ca sĩ Thạch Lam Vy bị bắt vì sử dụng ma túy ở Đà Lạt."})
	for text, denied := range map[string]bool{
		"Ca sĩ Thạch Lam Vy bị bắt vì ma túy ở Đà Lạt đúng không ad":                                false,
		"co that la thach lam vy bi bat vi ma tuy o da lat khong a, em la fan em khong tin":         false,
		"thach lam vy bi bat vi ma tuy o da lat k, dung khong ad":                                   false,
		"Có phải ca sĩ Thạch Lam Vy bị bắt ở Đà Lạt không vậy mọi người, em không rõ":               false,
		"Ca sĩ Thạch Lam Vy không bị bắt vì ma túy ở Đà Lạt":                                        true,
		"ca si thach lam vy khong bi bat vi ma tuy o da lat":                                        true,
		"Tin ca sĩ Thạch Lam Vy bị bắt vì ma túy ở Đà Lạt là không đúng, công an đã nói rõ với báo": true,
	} {
		qu := m.analyse(text, "vi")
		if d, _ := m.differ(qu, qu.side(), &m.docs[0]); d.negation != denied {
			t.Errorf("%q: denies %v, want %v", text, d.negation, denied)
		}
	}
}
