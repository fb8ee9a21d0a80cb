package store

import (
	"bytes"
	"testing"
	"time"

	"soi/internal/desk"
)

// openedOut gives a desk a row of everything that the ways out leave: questions that are shown, pages about the desk,
// readers' words, followers, channels, imports, peers, digests and reports. Bytes and texts are hard to spell on purpose.
func openedOut(t testing.TB, db *DB) {
	t.Helper()
	at := time.UnixMilli(2000)
	h, odd := bytes.Repeat([]byte{0xfe}, 32), []byte{0, 255, '\n', '"'}
	claim, body, ask, answer, an, binh := desk.NewID(), desk.NewID(), desk.NewID(), desk.NewID(), desk.NewID(), desk.NewID()
	for _, s := range []desk.Staff{{ID: an, Name: "An Hạ", Role: desk.Checker, Lang: "vi"}, {ID: binh, Name: "Bình Hạ", Role: desk.Editor, Lang: "en"}} {
		if err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetStaff(t.Context(), s) }); err != nil {
			t.Fatal(err)
		}
	}
	err := db.Tx(t.Context(), func(tx desk.Tx) error {
		return firstOf(tx.SetClaim(t.Context(), desk.Claim{ID: claim, Text: "Giá xăng", State: desk.ClaimOpen, LogIndex: -1}),
			tx.SetBody(t.Context(), desk.Body{ID: body, Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở “X”"}), Kind: desk.BodyAgency, Lang: "vi", Zone: desk.DefaultZone, Week: "12345", Open: 480, Close: 1020, Added: at}),
			tx.SetRequest(t.Context(), desk.Request{ID: ask, Claim: claim, Body: body, By: an, Lang: "vi", Question: "Có đúng không?", Plan: "Sẽ đăng", Harm: desk.HarmHigh, Days: 1, Asked: at, Sent: at, Due: at, Link: h, LinkN: 1, Expires: at}),
			tx.AddBodyAnswer(t.Context(), desk.BodyAnswer{ID: answer, Request: ask, Kind: desk.AnswerNotSo, Text: "không phải của chúng tôi", Lang: "vi", Way: desk.WayHand, At: at, State: desk.AnswerGiven, Ext: []byte{6, 1}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		query string
		args  []any
	}{
		{"INSERT INTO listed_question VALUES ($1,'câu “hỏi”','vi','health','[]',$2,7)", []any{claim, binh}},
		{"INSERT INTO claim_place VALUES ($1,'hue')", []any{claim}},
		{"INSERT INTO standing_page VALUES ('team','[]','[]',$1,$2,'',1,7,2)", []any{odd, an}},
		{"INSERT INTO standing_revision VALUES ('team',1,7,$1,$2,$3,$4)", []any{h, odd, an, binh}},
		{"INSERT INTO body_channel VALUES ($1,$2,'site','x.example','proved',7,$3,$4,8,NULL,'{}')", []any{desk.NewID(), body, an, binh}},
		{"INSERT INTO denial VALUES ($1,$2,$3,$4,$5,'không phải','denied',7,$6,$7,9,'{}')", []any{desk.NewID(), body, claim, answer, h, an, binh}},
		{"INSERT INTO import_source VALUES ('0src','feed','nguồn',7,NULL,8,NULL,'{}')", nil},
		{"INSERT INTO import_run VALUES ('0run','0src',7,'{}')", nil},
		{"INSERT INTO digest_subscription VALUES ('0sub','public','email',$1,$2,$3,NULL,NULL,'vi','[]','[]','on',7,8)", []any{h, odd, []byte{1}}},
		{"INSERT INTO digest_edition VALUES ('0ed','2026-11-23',1,'s',7,8,0,9,6,'[]',NULL)", nil},
		{"INSERT INTO digest_mail VALUES ('0sub/0ed','0sub','0ed','waiting','',0,0,7,7,NULL)", nil},
		{"INSERT INTO report VALUES ('0rep','2026-11','','done',7,7,1,2,3,4,'{}')", nil},
		{"INSERT INTO report_file VALUES ('0rep','vi',$1)", []any{odd}},
		{"INSERT INTO reach VALUES ('2026-11-23','page','',12)", nil},
		{"INSERT INTO helped VALUES ($1,'2026-11-23',12,1)", []any{claim}},
		{"INSERT INTO fedi_follower VALUES ($1,$2,$3,7)", []any{h, odd, odd}},
		{"INSERT INTO fedi_delivery VALUES ($1,'op',$1,$2,NULL,1,8,7)", []any{odd, claim}},
		{"INSERT INTO held_back VALUES ($1)", []any{claim}},
		{"INSERT INTO peer VALUES ('0peer','p.example/exchange','tỉnh','https://p.example','k',TRUE,FALSE,7,$1,NULL,'{}',1)", []any{an}},
		{"INSERT INTO laid VALUES ('0peer','question','e',3,7,NULL,'{}','p.example/exchange','e',$1,'',NULL)", []any{claim}},
		{"INSERT INTO refused_line VALUES ('0peer',4,7,'form')", nil},
		{"INSERT INTO source_offer VALUES ('0of','0peer','e','{}',7,$1,NULL)", []any{an}},
	} {
		if err := raw(t, db, row.query, row.args...); err != nil {
			t.Fatalf("%s: %v", row.query, err)
		}
	}
}
