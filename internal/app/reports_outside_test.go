package app_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store"
)

// plantOutside puts in what a month of the demo has none of: requests to two
// bodies, answered in time, late, refused and not at all; appeals; messages sent;
// tips set aside; what readers said; claims closed for a reason.
func plantOutside(t *testing.T, d *apptest.Desk) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(d.Config.Data, "soi.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	published, err := d.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Newest: true, Kinds: []desk.Kind{desk.KindPublish}, Limit: 1})
	if err != nil || len(published) == 0 {
		t.Fatal(len(published), err)
	}
	c, now := published[0].Verdict, d.Desk.Now()
	err = db.Tx(t.Context(), func(tx desk.Tx) error {
		for i, name := range []string{"Sở Y tế Thử Một", "Sở Y tế Thử Hai"} {
			b := desk.Body{ID: desk.NewID(), Names: desk.Say(desk.Note{Lang: "vi", Text: name}, desk.Note{Lang: "en", Text: "Health Office " + string(rune('A'+i))}), Kind: desk.BodyAgency,
				Mail: "vanphong@co-quan.example", Page: "https://co-quan.example/", Lang: "vi", Zone: desk.DefaultZone, Week: "12345", Open: 450, Close: 1020, Added: now}
			if err := tx.SetBody(t.Context(), b); err != nil {
				return err
			}
			for n := range 7 {
				if err := plantRequest(t.Context(), tx, b, c, n, now); err != nil {
					return err
				}
			}
		}
		for i, k := range desk.AppealKinds() {
			a := desk.Appeal{ID: desk.NewID(), ExtID: "form " + string(k), Claim: c, Against: desk.AgainstCheck, Rev: 1, Kind: k, Lang: "vi", Words: []byte{0, 1},
				Ticket: desk.DocHash([]byte(k)), Received: now.Add(-time.Duration(i) * 24 * time.Hour), Due: now.Add(24 * time.Hour), State: desk.AppealOpen}
			if err := tx.AddAppeal(t.Context(), a, nil); err != nil {
				return err
			}
		}
		for i := range 5 {
			id := desk.NewID()
			n := desk.Notice{ID: id, Op: string(id), Channel: "zalo", Kind: desk.NoticePublished, Claim: c, Rev: 1, State: desk.NoticeSent, Made: now, Due: now, Sent: now.Add(-time.Duration(i) * 48 * time.Hour)}
			if err := tx.AddNotice(t.Context(), n); err != nil {
				return err
			}
		}
		for _, w := range append(desk.CloseReasons(), "") {
			e := desk.Event{At: now, Kind: desk.EvClaimClosed, Claim: c, Data: map[string]string{"why": string(w)}}
			if _, err := tx.Append(t.Context(), e); err != nil {
				return err
			}
		}
		_, err := tx.Append(t.Context(), desk.Event{At: now, Kind: desk.EvTipsAside, Claim: c, Data: map[string]string{"tips": "12"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := d.Desk.CountHelped(t.Context(), c, d.Signed(), i > 1); err != nil {
			t.Fatal(err)
		}
	}
}

// plantRequest asks a body the n-th time: of seven, five are answered, of those
// two late; one is not answered at all, and one answer is not the body's.
func plantRequest(ctx context.Context, tx desk.Tx, b desk.Body, c desk.ID, n int, now time.Time) error {
	link := desk.DocHash([]byte(string(b.ID) + string(rune('0'+n))))
	sent := now.Add(-time.Duration(60+7*n) * time.Hour)
	r := desk.Request{ID: desk.NewID(), Claim: c, Body: b.ID, Names: b.Names, Mail: b.Mail, Lang: "vi", Question: "Có đúng không?", Plan: "Sẽ đăng", Harm: desk.HarmHigh, Days: 1,
		Asked: sent, By: desk.NewID(), Sent: sent, Told: sent.Add(30 * time.Hour), Due: sent.Add(30 * time.Hour), Link: link, LinkN: 1, Expires: now.Add(24 * time.Hour)}
	if err := tx.SetRequest(ctx, r); err != nil || n == 5 {
		return err
	}
	a := desk.BodyAnswer{ID: desk.NewID(), Request: r.ID, Kind: desk.AnswerNotSo, Text: "Không", Lang: "vi", Way: desk.WayPage, At: sent.Add(time.Duration(10+7*n) * time.Hour), State: desk.AnswerGiven, Own: true, Ext: link}
	if n == 6 {
		a.State, a.Decided, a.DecidedBy = desk.AnswerRefused, now, desk.NewID()
	}
	return tx.AddBodyAnswer(ctx, a)
}
