package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

func TestKindsOfClaims(t *testing.T) {
	doc := func(picture bool, claims ...string) desk.Document {
		d := desk.Document{Picture: picture}
		for _, c := range claims {
			d.Texts = append(d.Texts, desk.Text{Claim: c})
		}
		return d
	}
	for _, c := range []struct {
		doc  desk.Document
		want []string
	}{
		{doc(false, "Nước chanh chữa bệnh"), []string{"plain"}},
		{doc(true, "Nước chanh chữa bệnh"), []string{"picture"}},
		{doc(true, "Ảnh chụp “nước dâng” năm 2024"), []string{"number", "picture", "quotation"}},
		{doc(false, "Giá tăng", "Prices rose by 12%"), []string{"number"}},
	} {
		if diff := cmp.Diff(c.want, kindsOf(c.doc)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestYearOfTheDesk: a check published on the first of January in the desk's
// zone is of that year, though it was December in London.
func TestYearOfTheDesk(t *testing.T) {
	s := testSite(t)
	eve := time.Date(2025, 12, 31, 18, 30, 0, 0, time.UTC)
	e := s.fold(entry{}, desk.Revision{At: eve})
	if got := e.values("year"); !cmp.Equal(got, []string{"2026"}) {
		t.Errorf("the year is %v", got)
	}
}
