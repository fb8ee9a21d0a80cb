package e2e

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/fetch"
)

// nearby reads peers on this machine, each by a guarded client of its own.
type nearby struct{}

// Follow implements what peers are read with.
func (nearby) Follow(ctx context.Context, r fetch.Request, limit int) ([]fetch.Exchange, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	return fetch.New(fetch.Options{AllowLoopback: netip.MustParseAddrPort(u.Host)}).Follow(ctx, r, limit)
}

// TestAdoptAnotherDesksCheck tells how a province adopts the check of a
// district: an admin adds the district by its key, a checker reads its check
// and begins a draft with it, and what two people publish names the district.
func TestAdoptAnotherDesksCheck(t *testing.T) {
	w := &world{browser: browsertest.Start(t)}
	w.desk, w.base = start(t, apptest.Options{With: func(o *app.Options) { o.Peers = nearby{} }})
	ctx := t.Context()
	other := apptest.Start(t, apptest.Options{})
	name, key, err := other.ExchangeSelf()
	ok(t, err)
	publishThere(t, other, w)

	admin := w.staff(t, "Keeps the peers", desk.Admin)
	admin.Go("/en/desk/exchange")
	admin.Fill("What you call it", "Huyện Zquạt")
	admin.Fill("Its address", other.Config.PublicURL)
	admin.Fill("Verifier key", key)
	admin.Click("Exchange with another desk")
	admin.See("Please compare the key with the other desk")
	admin.Click("I have compared this key with the other desk by another way")
	admin.Click("Exchange with another desk")
	admin.See("Huyện Zquạt")
	admin.AxeLightAndDark()
	admin.Click("Read now")
	admin.See("Read without trouble.")

	author := w.desk.Member(t, "Adopts checks", desk.Checker)
	checker := w.open(t, browsertest.Options{Language: "en", Phone: true, NoScripts: true})
	w.signIn(t, checker, author)
	checker.Go("/en/desk/exchange")
	checker.See("Zquạt điện không gây méo miệng.")
	checker.Fits()
	checker.Click("Checked by Huyện Zquạt")
	checker.See("These are the words of the other desk.")
	checker.Fits()
	checker.AxeLightAndDark()
	checker.Click("Adopt as a draft of ours")
	checker.See("our draft began with it")

	cs, err := w.desk.Desk.Claims(ctx, desk.As(author), desk.ClaimFilter{})
	ok(t, err)
	if len(cs) != 1 || cs[0].Text != "Ngồi trước zquạt điện gây méo miệng." {
		t.Fatalf("adopted as %+v", cs)
	}
	finish(t, w, cs[0].ID, desk.As(author))
	reader := w.phone(t)
	reader.Go("/en/checks/" + string(cs[0].ID))
	reader.See("First checked by Huyện Zquạt")
	reader.Fits()
	if !strings.HasSuffix(name, "/exchange") {
		t.Errorf("the district is called %q", name)
	}
}

// ok fails the story on an error.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// publishThere publishes a check at the district, which lets the province
// read it.
func publishThere(t *testing.T, d *apptest.Desk, w *world) {
	t.Helper()
	ctx := t.Context()
	author, editor, admin := desk.As(d.Member(t, "a", desk.Checker)), desk.As(d.Member(t, "b", desk.Editor)), desk.As(d.Member(t, "c", desk.Admin))
	ok(t, d.Desk.SetExchangeOffers(ctx, admin, desk.OffersChecks))
	name, key, err := w.desk.ExchangeSelf()
	ok(t, err)
	_, err = d.Desk.AddPeer(ctx, admin, desk.NewPeer{Name: "Tỉnh", Address: "https://tinh.example", Key: key, Desk: name, Confirmed: true, Reads: true})
	ok(t, err)
	r, err := d.Desk.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: "1", Text: "zquạt", Folded: desk.LineHash(nil), Lang: "vi", Decision: "new",
		Ticket: desk.TicketHash(desk.NewTicket([]byte("test key"), "1"))})
	ok(t, err)
	_, err = d.Desk.AddEvidence(ctx, author, r.Claim.ID, desk.Evidence{URL: "https://example.org/zquat", Title: "Viện Zquạt", Stance: desk.Refutes, Independent: true})
	ok(t, err)
	dr, err := d.Desk.SaveDraft(ctx, author, r.Claim.ID, 0, desk.RatingFalse, desk.Text{Lang: "vi", Claim: "Ngồi trước zquạt điện gây méo miệng.",
		Statement: "Zquạt điện không gây méo miệng.", Summary: "Bệnh đến từ dây thần kinh.", Body: "Một."})
	ok(t, err)
	p, err := d.Desk.Submit(ctx, author, desk.Proposal{Claim: r.Claim.ID, DraftVersion: dr.Version})
	ok(t, err)
	_, err = d.Desk.Approve(ctx, editor, p.ID, p.Hash, desk.Points(p.Kind))
	ok(t, err)
	ok(t, d.AfterPublish(ctx))
	ok(t, d.Exchange(ctx))
}

// finish does what is left of an adopted draft: the rating, an independent
// source, a second person.
func finish(t *testing.T, w *world, claim desk.ID, author desk.Actor) {
	t.Helper()
	ctx, d := t.Context(), w.desk.Desk
	v, err := d.ClaimPage(ctx, author, claim)
	ok(t, err)
	_, err = d.AddEvidence(ctx, author, claim, desk.Evidence{URL: "https://example.org/own", Title: "Nguồn của tỉnh", Stance: desk.Refutes, Independent: true})
	ok(t, err)
	text := v.Draft.Text("vi")
	text.Body = "Tự viết."
	dr, err := d.SaveDraft(ctx, author, claim, v.Draft.Version, desk.RatingFalse, text)
	ok(t, err)
	p, err := d.Submit(ctx, author, desk.Proposal{Claim: claim, DraftVersion: dr.Version})
	ok(t, err)
	_, err = d.Approve(ctx, desk.As(w.desk.Member(t, "Second person", desk.Editor)), p.ID, p.Hash, desk.Points(p.Kind))
	ok(t, err)
	ok(t, w.desk.AfterPublish(ctx))
}
