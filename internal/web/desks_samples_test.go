package web

import (
	"soi/internal/auth"
	"soi/internal/desk"
)

// sampleBranches are two desks, the second one closed.
func sampleBranches() []desk.Branch {
	return []desk.Branch{{ID: desk.Home}, {ID: "0123456789abcdefghjkmnpqrs", Name: "Huyện", Parent: desk.Home, Langs: []string{"vi"}, Closed: testNow}}
}

// sampleDesks are the pages of desks.
func sampleDesks() []page {
	bs := sampleBranches()
	names := map[desk.ID]string{bs[0].ID: "Bàn chính", bs[1].ID: "Huyện"}
	return []page{desksPage{Desks: bs[:1], Names: names}, desksPage{Desks: bs, Names: names, Problems: []string{"x"}, Name: "y", Channels: []channelDesk{{"web", desk.Home}}}}
}

// samplePersons are accounts as their admin sees them.
func samplePersons() []page {
	var out []page
	for _, st := range sampleStaff() {
		out = append(out, personPage{Who: st, Problems: []string{"x"}, Desks: sampleBranches(), Several: true, Next: sampleStaff(),
			Seats: []seatRow{{Line: "Huyện: biên tập viên", Mine: true, Seat: desk.Seat{Desk: desk.Home, Role: desk.Editor}}}, Sessions: []auth.Session{{ID: "a", Means: auth.ByCode, Created: testNow, Used: testNow}},
			Work: desk.OpenWork{Claims: []desk.Claim{{ID: "0123456789abcdefghjkmnpqrs", Text: "x"}}, Reviews: []desk.Review{{ID: "0123456789abcdefghjkmnpqrt"}}}})
	}
	return append(out, personPage{Who: desk.Staff{Name: "cựu biên tập viên 12", Role: desk.Editor, Former: 12, Disabled: testNow}}, personPage{Who: desk.Staff{Name: "x", Role: desk.Seated}})
}

// samplePlace is a claim's place with everything a person may do about it.
func samplePlace() placeBox {
	bs := sampleBranches()
	h := desk.Handover{ID: "0123456789abcdefghjkmnpqrs", From: bs[0].ID, To: bs[1].ID, At: testNow, Reasons: "gần hơn", State: desk.HandoverOffered, Answer: "không"}
	return placeBox{Place: desk.Place{Desk: bs[0], Desks: bs, Handovers: []desk.Handover{h}, Offer: h, MayAnswer: true, MayTake: true, MayOffer: true},
		Names: map[desk.ID]string{bs[0].ID: "Bàn chính", bs[1].ID: "Huyện"}, To: bs[1:], Reasons: "x", Problems: []string{"x"}}
}
