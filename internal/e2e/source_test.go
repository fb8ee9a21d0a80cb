package e2e

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// sourcesAndAfter: three papers repeat one release of the body concerned. A
// checker counts them as one source and learns that nothing independent is
// left; another source makes the difference. Readers see the count; later they
// see that somebody looked again.
func sourcesAndAfter(t *testing.T, w *world) {
	d := w.desk.Desk
	checker := w.desk.Member(t, "Checker of releases", desk.Checker)
	editor := desk.As(w.desk.Member(t, "Editor of releases", desk.Editor))
	by, ctx := desk.As(checker), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte("de lang tren da vo dem qua"))
	got, err := d.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: "releases", Text: "Đê làng trên đã vỡ đêm qua", Folded: sum[:], Lang: "vi", Decision: "new"})
	must(err)
	id := got.Claim.ID
	_, err = d.EditClaim(ctx, by, id, 0, desk.ClaimEdit{Text: "Đê làng trên đã vỡ", Lang: "vi", Harm: desk.HarmLow, Topic: "disaster", Body: "Hạt Đê điều làng trên"})
	must(err)
	for n := range 3 {
		_, err := d.AddEvidence(ctx, by, id, desk.Evidence{URL: fmt.Sprintf("https://paper%d.example/dike", n), Title: fmt.Sprint("The dike holds, paper ", n), Stance: desk.Refutes, Independent: true,
			Quote: "Hạt Đê điều làng trên cho biết đê an toàn, nước còn cách mặt đê hai mét và đang rút dần."})
		must(err)
	}
	page := "/en/desk/claims/" + string(id)
	c := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, c, checker)
	c.Go(page)
	c.See("These 3 pieces agree almost word for word.")
	c.Fill("Whose release it is", "Hạt Đê điều làng trên")
	c.Click("Count as one source")
	c.See("3 outlets, one source: the release of Hạt Đê điều làng trên. It is not independent of the body concerned.")
	c.See("No source is independent of the body concerned yet.")
	c.AxeLightAndDark()
	own, err := d.AddEvidence(ctx, by, id, desk.Evidence{URL: "https://gauge.example/level", Title: "Levels of the river", Stance: desk.Refutes, Independent: true})
	must(err)
	c.Go(page)
	c.Eval(`document.getElementById("title-` + string(own.ID) + `").closest("details").open = true; ""`)
	c.Fill("Who pays for this source, if known", "Trạm đo nước quốc tế")
	c.Click("Save")
	c.See("paid for by Trạm đo nước quốc tế")
	c.See("Said something else before (1)")
	publishFor(t, w, id, by, editor)

	win := w.phone(t)
	win.Go("/checks/" + string(id))
	win.See("4 bài, tính là 2 nguồn.")
	win.See("3 nơi đăng, một nguồn: thông cáo của Hạt Đê điều làng trên.")
	win.Fits()
	win.AxeLightAndDark()

	c.Go(page)
	c.See("A disaster: 90 days.")
	c.Click("Still right")
	c.See("Open every source again, then tick the box.")
	c.Click("I have opened every source again")
	c.Click("Still right")
	c.See("Checked again, still right:")
	c.Click("Set another date")
	c.Click("It need not be looked at again")
	c.Fill("Why", "The water has gone down")
	c.Click("Save the date")
	c.See("No date for looking at it again.")
	c.Go("/en/desk/after")
	c.See("The longest overdue come first.")
	c.AxeLightAndDark()
	win.Go("/checks/" + string(id))
	win.See("Đã kiểm tra lại, vẫn đúng:")
}

// publishFor takes a claim with its evidence all the way, outside of the
// browser.
func publishFor(t *testing.T, w *world, id desk.ID, by, editor desk.Actor) {
	t.Helper()
	d, ctx := w.desk.Desk, t.Context()
	v, err := d.ClaimPage(ctx, by, id)
	if err != nil {
		t.Fatal(err)
	}
	dr, err := d.SaveDraft(ctx, by, id, v.Draft.Version, desk.RatingFalse, desk.Text{Lang: "vi", Claim: "Đê làng trên đã vỡ", Statement: "Đê làng trên không vỡ.", Summary: "Nước đang rút."})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Submit(ctx, by, desk.Proposal{Claim: id, DraftVersion: dr.Version})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Approve(ctx, editor, r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Fatal(err)
	}
	signed(t, w, id)
}

// signed waits until readers can see the check.
func signed(t *testing.T, w *world, id desk.ID) {
	t.Helper()
	v, err := w.desk.Desk.Claims(t.Context(), desk.Actor{Role: desk.Auditor}, desk.ClaimFilter{IDs: []desk.ID{id}})
	if err != nil || len(v) != 1 {
		t.Fatalf("%v, %d claims", err, len(v))
	}
	for end := time.Now().Add(time.Minute); w.desk.Signed() <= v[0].LogIndex; <-time.Tick(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the check was not signed")
		}
	}
}
