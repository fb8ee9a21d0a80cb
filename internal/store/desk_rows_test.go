package store

import (
	"bytes"
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// atWork gives a desk what people leave who work on it: an appeal with its
// ruling, steps and times of a claim, views, bulk actions, messages set aside,
// and a request to a body with its answer.
func atWork(t testing.TB, db *DB) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx desk.Tx) error {
		ctx, now := context.Background(), time.UnixMilli(1000)
		c := desk.Claim{ID: desk.NewID(), Text: "Cầu sập", State: desk.ClaimOpen, LogIndex: -1}
		tip := desk.Tip{ID: desk.NewID(), Channel: "web", ExtID: "aside", Text: "x", Folded: []byte{9}, State: desk.TipJoined, Claim: c.ID, Received: now}
		file := desk.Media{ID: desk.NewID(), Claim: c.ID, Kind: desk.MediaPicture, State: desk.MediaReady, Bytes: 3, Added: now}
		a := desk.Appeal{ID: desk.NewID(), ExtID: "form", Claim: c.ID, Against: desk.AgainstRefusal, Kind: desk.AppealFactual, Lang: "vi", Words: []byte("sealed"), Ticket: []byte{3},
			Received: now, Due: now, State: desk.AppealProposed, Decider: desk.NewID(), Taken: now}
		b := desk.Body{ID: desk.NewID(), Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Giao thông"}), Kind: desk.BodyAgency, Lang: "vi", Zone: desk.DefaultZone, Week: "12345", Open: 480, Close: 1020, Added: now}
		r := desk.Request{ID: desk.NewID(), Claim: c.ID, Body: b.ID, Names: b.Names, Lang: "vi", Question: "Có đúng không?", Plan: "Sẽ đăng", Harm: desk.HarmHigh, Days: 1, Asked: now,
			By: desk.NewID(), Sent: now, Due: now, Link: bytes.Repeat([]byte{5}, 32), LinkN: 1, Expires: now}
		aside := desk.Quarantine{ID: desk.NewID(), Reason: desk.AsideReasons()[0], At: now, By: desk.NewID(), Tips: 1}
		return firstOf(tx.SetClaim(ctx, c), tx.AddTip(ctx, tip), tx.SetMedia(ctx, file), tx.AddAppeal(ctx, a, []desk.ID{file.ID}),
			tx.SetRuling(ctx, desk.Ruling{ID: desk.NewID(), Appeal: a.ID, Outcome: desk.Partly, Doc: []byte("{}"), Hash: bytes.Repeat([]byte{4}, 32), Decider: a.Decider, At: now, State: desk.ReviewPending, LogIndex: -1}),
			tx.SetRedaction(ctx, desk.NewID(), []string{"một đoạn"}),
			tx.AddChecklist(ctx, desk.Checklist{List: "any", Version: 2, Changed: now}), tx.SetTick(ctx, desk.Tick{Claim: c.ID, Step: "any/first", State: desk.TickDone, At: now}),
			tx.SetDue(ctx, desk.DueSet{Claim: c.ID, At: now, Why: "gấp", SetAt: now}), tx.SetView(ctx, desk.SavedView{ID: desk.NewID(), Name: "Của tôi", Made: now}),
			tx.SetBulk(ctx, desk.Bulk{ID: desk.NewID(), Kind: desk.BulkAssign, At: now}), tx.SetQuarantine(ctx, aside), second(tx.SetAside(ctx, aside.ID, []desk.ID{tip.ID})),
			tx.SetBody(ctx, b), tx.SetCalendar(ctx, desk.Calendar{ID: desk.NewID(), Name: "Nghỉ", Source: "Thông báo", Added: now, Changed: now}), tx.SetRequest(ctx, r),
			tx.AddBodyAnswer(ctx, desk.BodyAnswer{ID: desk.NewID(), Request: r.ID, Kind: desk.AnswerNotSo, Lang: "vi", Way: desk.WayHand, At: now, State: desk.AnswerGiven, Ext: []byte{6}}),
			tx.AddLetter(ctx, desk.Letter{ID: desk.NewID(), Request: r.ID, Kind: desk.LetterAsk, Op: "ask/1", State: desk.NoticeWaiting, Made: now, Due: now}),
			tx.SetStrayMail(ctx, desk.StrayMail{ID: desk.NewID(), Text: "Thư", Lang: "vi", At: now, Ext: []byte{7}}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// second drops the count of a call that returns one.
func second(_ int, err error) error { return err }
