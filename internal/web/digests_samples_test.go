package web

import (
	"time"

	"soi/internal/desk"
	"soi/internal/digest"
)

// digestSamples are the pages about digests, each with everything it can show.
func digestSamples(s *Site) map[string][]page {
	e := desk.Edition{ID: desk.NewID(), Day: "2026-11-23", N: 1, Due: testNow, Made: testNow.Add(time.Hour)}
	row := editionRow{e, "/digests/" + e.Name()}
	d := digest.Digest{Title: "soi: 07:30", Late: "late", Name: e.Name(), Sections: []digest.Section{{Key: "answered", Title: "Answered", Note: "note",
		Lines: []digest.Line{{Mark: "False", Text: "It is <not> so.", Lang: "en", Path: "/checks/x", Note: "because"}, {Text: "A story", Link: "https://paper.example/1"}}}}}
	form := interestForm{Lang: "vi", Topics: desk.Topics()[:1], Places: []string{desk.Localities()[0].Code}}
	list := deskDigestsPage{Mine: form, On: true, MayPlan: true, MayInvite: true, Hours: "07:30", Zone: "Asia/Ho_Chi_Minh", Next: testNow, Saved: "mine",
		Counts: []kindCount{{desk.ForPublic, 12345, 3}}, Houses: []houseRow{{desk.NewID(), desk.ForPress, "Báo <b>", true, testNow}, {desk.NewID(), desk.ForBody, "", false, testNow}},
		Choices: []house{{desk.NewID(), desk.ForBody, "Sở"}}, Editions: []editionState{{row, 5, 1, 2}}, Calendars: []desk.Calendar{{ID: desk.NewID(), Name: "lịch"}}, Problems: []string{"x"}}
	return map[string][]page{
		"digests":      {digestsPage{}, digestsPage{List: []editionRow{row}, Hours: []string{"07:30"}, Zone: "UTC", Next: testNow, Older: "?before=1", CanMail: true}},
		"digest":       {digestPage{Digest: d, Due: testNow, CanMail: true}, digestPage{Digest: digest.Digest{Title: "x", Nothing: "nothing"}}},
		"subscribe":    {subscribePage{}, subscribePage{Done: true}, subscribePage{interestForm: form, CanMail: true, Mail: "a@b.example", Notice: &troublePage{Title: "x", Text: "y", Problems: []string{"z"}}}},
		"subscription": {subscriptionPage{Left: true}, subscriptionPage{Gone: true}, subscriptionPage{Leaving: true, Link: "l"}, subscriptionPage{Waiting: true, Link: "l"}, subscriptionPage{interestForm: form, Link: "l", Saved: true, Problems: []string{"x"}}},
		"desk/digests": {deskDigestsPage{}, list},
		"desk/digest":  {digestPage{Digest: d, Due: testNow, Staff: true}},
	}
}
