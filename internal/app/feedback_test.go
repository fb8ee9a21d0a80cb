package app_test

import (
	"context"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
)

// TestAConfirmedWordingAnswersTheNext: once a person has said that a claim is what an
// imported check is about, its words find that check, also after the index was built
// anew; once the yes is taken back, they find it no more. A no leaves the check as it was.
func TestAConfirmedWordingAnswersTheNext(t *testing.T) {
	ctx := t.Context()
	d := apptest.Start(t, apptest.Options{})
	staff, err := d.Desk.AddStaff(ctx, desk.Program(), "Checker", desk.Checker, "vi")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Desk.Import(ctx, desk.Program(), []desk.Imported{{URL: "https://checker.example/lemon", Publisher: "Checker", Site: "https://checker.example",
		Published: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Lang: "vi", Claim: "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư", Rating: "Sai"}}); err != nil {
		t.Fatal(err)
	}
	words := "cô hàng xóm bảo cứ nước cốt cam quýt đun sôi là hết bướu ác tính"
	tip := match.ReadTip(words)
	got, err := d.Desk.Receive(ctx, desk.Program(), desk.NewTip{Channel: "counter", ExtID: "1", Text: tip.Text, Folded: tip.Key, Lang: tip.Lang,
		Decision: string(match.DecisionNew), Summary: tip.Summary})
	if err != nil {
		t.Fatal(err)
	}
	key := answered(t, d, "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư")
	by := desk.As(staff)
	claim, err := d.Desk.Judge(ctx, by, got.Claim.ID, got.Claim.Version, key, true)
	if err != nil {
		t.Fatal(err)
	}
	said := "Cô hàng xóm bảo: cứ nước cốt cam quýt đun sôi là hết bướu ác tính!!!"
	if a := answered(t, d, said); a != key {
		t.Errorf("the confirmed words are answered by %q, want %q", a, key)
	}
	if _, err := d.Reindex(ctx); err != nil {
		t.Fatal(err)
	}
	if a := answered(t, d, said); a != key {
		t.Errorf("after the index was built anew they are answered by %q, want %q", a, key)
	}
	if claim, err = d.Desk.Reopen(ctx, by, claim.ID, claim.Version); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool { _, decision := first(d, said); return decision != match.DecisionSame })
	if _, err := d.Desk.Judge(ctx, by, claim.ID, claim.Version, key, false); err != nil {
		t.Fatal(err)
	}
	if a := answered(t, d, "Uống nước chanh nóng mỗi sáng chữa khỏi ung thư"); a != key {
		t.Errorf("a no took the check away from its own words: %q", a)
	}
}

// answered waits until a text is answered and returns the key of the answer.
func answered(t *testing.T, d *apptest.Desk, text string) (key string) {
	t.Helper()
	wait(t, func() bool {
		k, decision := first(d, text)
		key = k
		return decision == match.DecisionSame
	})
	return key
}

// first is the first match of a text.
func first(d *apptest.Desk, text string) (key string, decision match.Decision) {
	r := d.Matcher.Match(context.Background(), match.Query{Text: text, Kinds: []match.Kind{match.KindCheck, match.KindImported}})
	if len(r.Matches) > 0 {
		key = r.Matches[0].ID
	}
	return key, r.Decision
}

// wait gives the index time to follow.
func wait(t *testing.T, done func() bool) {
	t.Helper()
	for range 400 {
		if done() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the index did not follow within ten seconds")
}
