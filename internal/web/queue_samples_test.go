package web

import (
	"fmt"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// sampleSteps are checklists with a step of each kind.
func sampleSteps(may bool) claimSteps {
	out := claimSteps{Open: 3, All: 9, May: may, Set: may, When: "Hạn", DueDay: "2026-11-23", DueClock: "17:00", Why: "x", Problems: []string{"x"},
		Due: desk.Due{At: testNow, State: desk.DueSoon, Set: true, Why: "Họp báo"}, More: []string{"science"}}
	for _, list := range []string{"any", "number"} {
		l := stepList{ListOfClaim: desk.ListOfClaim{List: list}, Left: 1}
		for i, st := range []desk.TickState{desk.TickOpen, desk.TickDone, desk.TickNotHere} {
			l.Steps = append(l.Steps, claimStep{desk.StepRow{Name: fmt.Sprint(list, "/", i), Tick: desk.Tick{State: st, Why: "Không có", At: testNow}}, "Someone", "Đã tìm nguồn gốc"})
		}
		out.Lists = append(out.Lists, l)
	}
	return out
}

// sampleBursts is a page with a burst that is open and one that is set aside.
func sampleBursts(w *words) page {
	b := match.Burst{Key: "0123456789abcdefghjkmnpqrs", Tips: []desk.ID{"0123456789abcdefghjkmnpqrt"}, All: 1, First: testNow, Last: testNow.Add(3 * time.Hour), Peak: 60, PeakAt: testNow,
		Askers: 9, Wordings: 12, Text: "<b>Ngân hàng</b>", Claims: []match.BurstClaim{{Claim: "a", Tips: 1}, {Claim: "b", Tips: 2}, {Tips: 3}},
		Channels: []match.BurstChannel{{Channel: "web", Times: []time.Time{testNow, testNow.Add(3 * time.Hour)}}, {Channel: "unheard", Times: []time.Time{testNow}}}}
	claims := map[desk.ID]desk.Claim{"a": {ID: "a", State: desk.ClaimOpen, Text: "x"}, "b": {ID: "b", State: desk.ClaimOpen, Text: "y"}}
	gone := b
	gone.Key, gone.All, gone.Askers = "0123456789abcdefghjkmnpqrw", 1000, 1000
	return burstsPage{Bursts: []burstRow{rowOfBurst(w, b, claims), rowOfBurst(w, gone, nil)}, Aside: desk.AsideCount{Aside: 999, Back: 3}, Reasons: desk.AsideReasons(), May: true, Problem: "x"}
}

// queueSamples are the pages of the order of work.
func queueSamples(s *Site) map[string][]page {
	w := s.books["vi"]
	id := desk.ID("0123456789abcdefghjkmnpqrs")
	view := desk.SavedView{ID: id, Owner: id, Name: "Tiền bạc", Query: "kind=money&harm=high&who=free&due=soon&q=x&order=due&lang=vi"}
	said := w.viewSaid(view.Filter())
	bulk := desk.Bulk{ID: id, Kind: desk.BulkMerge, At: testNow}
	var rows []bulkRow
	for i, o := range []desk.BulkOutcome{desk.BulkDone, desk.BulkChanged, desk.BulkGone} {
		row := bulkRow{What: w.t("bulk.outcome." + string(o)), Left: i > 0, UndoWhat: "x"}
		if i < 2 {
			row.Claim = desk.Claim{ID: id, Text: "x"}
		}
		rows = append(rows, row)
	}
	act := desk.Quarantine{ID: id, Reason: desk.AsideCampaign, At: testNow, Tips: 10, Back: 2}
	over := act
	over.ID, over.Back = "0123456789abcdefghjkmnpqrw", 10
	steps := []desk.Step{{Key: "k", Vi: "Tính lại", En: "Again"}, {}}
	return map[string][]page{
		"desk/views":      {viewsPage{}, viewsPage{Views: []viewRow{{SavedView: view, URL: "/desk", Said: said, Order: "…", Number: 1, May: true}, {}}, Said: said, Wide: true, Removed: id, Problems: []string{"x"}}},
		"desk/bulk":       {bulkPage{Bulk: bulk, Said: w.bulkSaid(bulk), Who: "Someone", Rows: rows, Undo: true, Until: "…", Back: "/desk"}},
		"desk/bursts":     {burstsPage{}, sampleBursts(w)},
		"desk/aside":      {asidePage{}, asidePage{Did: id, May: true, Acts: []asideRow{{act, "Someone", []desk.Tip{{ID: id, Text: "x", Channel: "web", Claim: id, Received: testNow}, {Channel: "web", Received: testNow}, {Channel: "web", Received: testNow, Erased: testNow}}, 5}, {Quarantine: over}}}},
		"desk/keys":       {keysPage{Groups: keyGroups(), On: true}, keysPage{}},
		"desk/checklists": {checklistsPage{Lists: []desk.Checklist{{List: "any", Steps: steps}, {List: "number"}}}},
		"desk/checklist":  {checklistPage{List: "any", Steps: steps, May: true, Problems: []string{"x"}, History: []listVersion{{desk.Checklist{List: "any", Version: 2, Steps: steps, Changed: testNow}, "Someone"}, {desk.Checklist{List: "any", Steps: steps}, ""}}}, checklistPage{List: "number"}},
		"desk/queue": {queuePage{Problems: []string{"x"}, Done: &bulkDone{ID: id, Text: "x", Undo: true}, Saved: []tab{{"Tiền", 0, "/desk", true}}, Bursts: 2, Soon: 3, Total: 1,
			Filter: filterForm{QueueFilter: view.Filter(), Said: said, Clear: "/desk"}, Bulk: bulkForm{May: true, Draft: true, Staff: sampleStaff()},
			Claims: []queueRow{{Queued: desk.Queued{Claim: desk.Claim{ID: id, Text: "x", State: desk.ClaimOpen, Version: 2}}, When: "Quá hạn", Ticked: true}}}},
		"desk/claim": {claimPage{ClaimView: desk.ClaimView{Claim: desk.Claim{ID: id, State: desk.ClaimOpen}}, Steps: sampleSteps(true)},
			claimPage{ClaimView: desk.ClaimView{Claim: desk.Claim{ID: id, State: desk.ClaimOpen}}, Steps: sampleSteps(false)}},
		"answer": {answerPage{State: stateNew, Aside: true}},
	}
}
