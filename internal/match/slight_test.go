package match

import "testing"

// TestSlightMessagesAreNew: a message that says next to nothing, or that has a word or
// two by chance in common with a check, is not even offered as a choice; one that has a
// good part in common is.
func TestSlightMessagesAreNew(t *testing.T) {
	m := New(Options{})
	m.PutAll([]Doc{
		{ID: "photo", Lang: "vi", Claim: "Ảnh chụp con cá mập bơi giữa phố ngập là thật."},
		{ID: "lemon", Lang: "vi", Claim: "Uống nước chanh nóng mỗi ngày chữa được ung thư."},
		{ID: "vote", Lang: "vi", Claim: "Từ tháng sau mọi người phải đổi thẻ căn cước trước ngày 1 tháng 3."},
	})
	for message, want := range map[string]Decision{
		"ảnh này thật không":                              DecisionNew,
		"Tin này có thật không ạ":                         DecisionNew,
		"Cây đa đầu làng tôi sẽ bị chặt vào ngày rằm tới": DecisionNew,
		"ảnh cá mập bơi giữa phố ngập có thật không":      DecisionPerhaps,
		"uong nc chanh nong het ung thu ha ad":            DecisionPerhaps,
	} {
		r := m.Match(t.Context(), Query{Text: message, Limit: 3})
		if r.Decision != want && (want == DecisionNew || r.Decision != DecisionSame) {
			t.Errorf("%q: %s, want %s", message, r.Decision, want)
		}
	}
}
