package app_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"net/netip"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	reach "soi/internal/fetch"
)

// wires join the desks of a test: each reaches the others by a guarded client
// of its own, unless the wire is cut.
type wires struct {
	mu  sync.Mutex
	cut map[string]bool // hosts nobody reaches
}

// Follow implements what peers are read with.
func (w *wires) Follow(ctx context.Context, r reach.Request, limit int) ([]reach.Exchange, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	cut := w.cut[u.Host]
	w.mu.Unlock()
	if cut {
		return nil, &reach.Error{Kind: reach.KindConnect, URL: r.URL}
	}
	return reach.New(reach.Options{AllowLoopback: netip.MustParseAddrPort(u.Host)}).Follow(ctx, r, limit)
}

// set cuts a wire or mends it.
func (w *wires) set(host string, cut bool) { w.mu.Lock(); w.cut[host] = cut; w.mu.Unlock() }

// house is one installation of a test, with its people.
type house struct {
	*apptest.Desk
	t                            *testing.T
	name                         string
	admin, checker, editor, mate desk.Actor
	peer                         map[string]desk.Peer
}

// self is its exchange name and key.
func (h *house) self() (name, key string) {
	h.t.Helper()
	name, key, err := h.ExchangeSelf()
	must(h.t, err)
	return name, key
}

// newHouses starts installations that exchange with each other in both
// directions, with one clock.
func newHouses(t *testing.T, clock *moving, names ...string) (map[string]*house, *wires) {
	w := &wires{cut: map[string]bool{}}
	hs := map[string]*house{}
	for _, name := range names {
		d := apptest.Start(t, apptest.Options{Now: clock.now, Settings: map[string]string{"name": name}, With: func(o *app.Options) { o.Peers = w }})
		h := &house{Desk: d, t: t, name: name, peer: map[string]desk.Peer{}}
		h.admin, h.checker = desk.As(d.Member(t, "admin", desk.Admin)), desk.As(d.Member(t, "checker", desk.Checker))
		h.editor, h.mate = desk.As(d.Member(t, "editor", desk.Editor)), desk.As(d.Member(t, "mate", desk.Editor))
		must(t, d.Server.Desk.SetExchangeOffers(t.Context(), h.admin, desk.OffersAll))
		hs[name] = h
	}
	for _, a := range names {
		for _, b := range names {
			if a != b {
				hs[a].befriend(hs[b])
			}
		}
	}
	return hs, w
}

// befriend begins exchange with another installation.
func (h *house) befriend(o *house) {
	h.t.Helper()
	name, key := o.self()
	p, err := h.Server.Desk.AddPeer(h.t.Context(), h.admin, desk.NewPeer{Name: o.name, Address: o.Config.PublicURL, Key: key, Desk: name, Confirmed: true, Follows: true, Reads: true})
	must(h.t, err)
	h.peer[o.name] = p
}

// round has every installation read every other, time and again until what
// one tells has come round.
func round(t *testing.T, clock *moving, hs map[string]*house) {
	t.Helper()
	for range 2 {
		clock.pass(7 * time.Hour) // whoever failed is asked again
		for _, name := range []string{"huyện", "tỉnh", "nước"} {
			if h := hs[name]; h != nil {
				must(t, h.Exchange(t.Context()))
			}
		}
	}
}

// opens makes a claim of a tip, with a sentence that a person typed.
func (h *house) opens(tip, sentence string) desk.Claim {
	h.t.Helper()
	ctx := h.t.Context()
	handInText(h.t, h.Desk, tip)
	_, id := h.newest(tip)
	c, err := h.Server.Desk.Claims(ctx, h.checker, desk.ClaimFilter{IDs: []desk.ID{id}})
	must(h.t, err)
	out, err := h.Server.Desk.EditClaim(ctx, h.checker, id, c[0].Version, desk.ClaimEdit{Text: sentence, Lang: "vi", Harm: desk.HarmLow, Topic: "health"})
	must(h.t, err)
	return out
}

// newest finds the tip with a text and its claim.
func (h *house) newest(text string) (tip, claim desk.ID) {
	h.t.Helper()
	for _, x := range allTips(h.t, h.App) {
		if x.Text == text {
			return x.ID, x.Claim
		}
	}
	h.t.Fatalf("%s has no tip %q", h.name, text)
	return "", ""
}

// handInText hands one tip in as the ask page does for a message nobody sent
// before.
func handInText(t *testing.T, d *apptest.Desk, text string) {
	t.Helper()
	sum := desk.LineHash([]byte(text))
	_, err := d.Server.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: text, Text: text, Folded: sum, Lang: "vi",
		Decision: "new", Ticket: desk.TicketHash(desk.NewTicket([]byte("test key"), text))})
	must(t, err)
}

// laid finds what a peer has laid out under a kind; entry "" stands for any.
func (h *house) laid(from string, kind desk.LineKind, entry desk.ID) (out []desk.LaidOf) {
	h.t.Helper()
	all, err := h.Server.Desk.LaidOut(h.t.Context(), h.checker, desk.LaidFilter{Peer: h.peer[from].ID, Kind: kind, Entry: entry})
	must(h.t, err)
	return all
}

// one is the only thing laid out under a kind and entry.
func (h *house) one(from string, kind desk.LineKind, entry desk.ID) desk.LaidOf {
	h.t.Helper()
	all := h.laid(from, kind, entry)
	if len(all) != 1 {
		h.t.Fatalf("%s has %d of %s %s of %s, want one", h.name, len(all), kind, entry, from)
	}
	return all[0]
}

// of reads what other desks have to do with a claim.
func (h *house) of(claim desk.ID) desk.ClaimExchange {
	h.t.Helper()
	x, err := h.Server.Desk.ExchangeOfClaim(h.t.Context(), h.checker, claim)
	must(h.t, err)
	return x
}

// publish takes a claim all the way.
func (h *house) publish(claim desk.ID, statement string) {
	h.t.Helper()
	ctx, d := h.t.Context(), h.Server.Desk
	v, err := d.ClaimPage(ctx, h.checker, claim)
	must(h.t, err)
	_, err = d.AddEvidence(ctx, h.checker, claim, desk.Evidence{URL: "https://example.org/" + h.name, Title: "Nguồn riêng", Stance: desk.Refutes, Independent: true})
	must(h.t, err)
	dr, err := d.SaveDraft(ctx, h.checker, claim, v.Draft.Version, desk.RatingFalse, desk.Text{Lang: "vi", Claim: v.Claim.Text, Statement: statement, Summary: "Không có bằng chứng nào.", Body: "Một."})
	must(h.t, err)
	r, err := d.Submit(ctx, h.checker, desk.Proposal{Claim: claim, DraftVersion: dr.Version})
	must(h.t, err)
	_, err = d.Approve(ctx, h.editor, r.ID, r.Hash, desk.Points(r.Kind))
	must(h.t, err)
	must(h.t, h.AfterPublish(ctx))
}

// peerNow reads how reading a peer goes.
func (h *house) peerNow(name string) desk.Peer {
	h.t.Helper()
	ps, err := h.Server.Desk.Peers(h.t.Context(), h.checker)
	must(h.t, err)
	i := slices.IndexFunc(ps, func(p desk.Peer) bool { return p.ID == h.peer[name].ID })
	return ps[i]
}

// claims counts the claims of an installation.
func (h *house) claims() int {
	h.t.Helper()
	cs, err := h.Server.Desk.Claims(h.t.Context(), h.checker, desk.ClaimFilter{})
	must(h.t, err)
	return len(cs)
}

const exchanged = "Ngậm zqhạt zqtiêu buổi sáng chữa được bệnh zqtim."

// TestThreeDesks lets a district, a province and a nation exchange: a question
// goes up and comes round, two take it over while they do not reach each
// other, a check is published above and adopted below, and keys change.
func TestThreeDesks(t *testing.T) {
	clock := &moving{at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	hs, w := newHouses(t, clock, "huyện", "tỉnh", "nước")
	low, mid, top := hs["huyện"], hs["tỉnh"], hs["nước"]
	ctx := t.Context()

	q := low.opens("bà tôi bảo 0912345678 zqbímật ngậm hạt tiêu chữa tim", exchanged)
	round(t, clock, hs)
	theirs := mid.one("huyện", desk.LineQuestion, q.ID)
	if theirs.Line.Text != exchanged || theirs.Line.Demand != desk.BandFew || !slices.Contains(theirs.Line.Missing, desk.MissingEvidence) || mid.claims() != 0 {
		t.Fatalf("the province reads %+v and has %d claims", theirs.Line, mid.claims())
	}

	// The province takes it over; what it asks itself comes round as known.
	mc, err := mid.Server.Desk.TakeLaid(ctx, mid.checker, theirs.Key(), "")
	must(t, err)
	round(t, clock, hs)
	if x := low.of(q.ID); len(x.Takers) != 1 || x.Takers[0].From.Name != "tỉnh" || x.Conflict("") {
		t.Errorf("the district sees %d takers", len(x.Takers))
	}
	if back := low.one("tỉnh", desk.LineQuestion, mc.ID); back.Why != desk.WhyKnown || back.Claim != q.ID || back.Root.Entry != q.ID {
		t.Errorf("what came back is %q, about %s", back.Why, back.Claim)
	}
	if a, b := top.one("huyện", desk.LineQuestion, q.ID), top.one("tỉnh", desk.LineQuestion, mc.ID); a.Root != b.Root {
		t.Errorf("the nation takes one question for two: %v, %v", a.Root, b.Root)
	}

	// Days apart, both work on it; afterwards everybody sees the conflict.
	host := func(h *house) string { u, _ := url.Parse(h.Config.PublicURL); return u.Host }
	for _, h := range hs {
		w.set(host(h), true)
	}
	tc, err := top.Server.Desk.TakeLaid(ctx, top.checker, top.one("huyện", desk.LineQuestion, q.ID).Key(), "")
	must(t, err)
	_, err = top.Server.Desk.OfferSource(ctx, top.checker, top.one("huyện", desk.LineQuestion, q.ID).Key(), desk.ShelfSource{URL: "https://example.org/tim", Title: "Hội zqTim mạch", Stance: desk.Refutes})
	must(t, err)
	round(t, clock, hs)
	clock.pass(72 * time.Hour)
	if p := mid.peerNow("huyện"); p.State.Trouble != desk.PeerUnreachable || p.State.Stopped != "" {
		t.Errorf("cut off: %+v", p.State)
	}
	must(t, mid.Exchange(ctx)) // fails once more; after that it is not asked at the usual pace
	tried := mid.peerNow("huyện").State.Tried
	clock.pass(6 * time.Minute)
	must(t, mid.Exchange(ctx))
	if p := mid.peerNow("huyện"); !p.State.Tried.Equal(tried) || p.State.Fails < 2 {
		t.Errorf("whoever cannot be reached is asked again after six minutes: %+v", p.State)
	}
	for _, h := range hs {
		w.set(host(h), false)
	}
	round(t, clock, hs)
	round(t, clock, hs)
	x := low.of(q.ID)
	if len(x.Takers) != 2 || !x.Conflict("") || len(x.Sources) != 1 || x.Sources[0].From.Name != "nước" {
		t.Fatalf("after rejoining the district sees %d takers and %d sources", len(x.Takers), len(x.Sources))
	}
	name, _ := mid.self()
	if x := mid.of(mc.ID); !x.Conflict(name) {
		t.Errorf("the province does not see that the nation took it over: %+v", x.Taken[0].Line.Takers)
	}
	if _, err := low.Server.Desk.AcceptSource(ctx, low.checker, x.Sources[0].Key(), true); err != nil {
		t.Fatal(err)
	}
	v, err := low.Server.Desk.ClaimPage(ctx, low.checker, q.ID)
	must(t, err)
	if len(v.Evidence) != 1 || v.Evidence[0].URL != "https://example.org/tim" || !v.Evidence[0].Independent {
		t.Errorf("the offered source reads %+v", v.Evidence)
	}
	_, err = top.Server.Desk.LeaveLaid(ctx, top.checker, top.one("huyện", desk.LineQuestion, q.ID).Key())
	must(t, err)
	_ = tc
	round(t, clock, hs)
	if x := low.of(q.ID); len(x.Takers) != 1 || x.Conflict("") {
		t.Errorf("settled, the district still sees %d takers", len(x.Takers))
	}

	adoption(t, clock, hs, q, mc)
	keysChange(t, clock, hs)
}

// adoption publishes above and adopts below.
func adoption(t *testing.T, clock *moving, hs map[string]*house, q, mc desk.Claim) {
	low, mid, top, ctx := hs["huyện"], hs["tỉnh"], hs["nước"], t.Context()
	mid.publish(mc.ID, "Hạt tiêu không chữa được bệnh zqtim.")
	round(t, clock, hs)
	check := low.one("tỉnh", desk.LineCheck, mc.ID)
	if check.Claim != q.ID || check.Why != desk.WhyKnown {
		t.Errorf("the check of the province is %q, about %s", check.Why, check.Claim)
	}
	// Their check settles nothing here by itself.
	if v, err := low.Server.Desk.ClaimPage(ctx, low.checker, q.ID); err != nil || v.Claim.State != desk.ClaimOpen || v.Draft.Rating != "" {
		t.Fatalf("%v %+v", err, v.Claim)
	}
	c, err := low.Server.Desk.AdoptLaid(ctx, low.checker, check.Key(), "")
	must(t, err)
	if c.ID != q.ID {
		t.Errorf("adopted as %s, not as the claim it is about", c.ID)
	}
	v, err := low.Server.Desk.ClaimPage(ctx, low.checker, q.ID)
	must(t, err)
	if v.Draft.Rating != "" || v.Draft.Text("vi").Statement == "" || v.Claim.State != desk.ClaimOpen || len(v.Revisions) != 0 {
		t.Errorf("an adopted draft reads %+v", v.Draft)
	}
	low.publish(q.ID, v.Draft.Text("vi").Statement)
	rs, err := low.Server.Desk.Check(ctx, q.ID, 1<<40)
	must(t, err)
	if a := rs[0].Doc.Adopted; len(a) != 1 || a[0].URL != check.Line.Check.URL || a[0].Name != "tỉnh" {
		t.Errorf("the published check names %+v", a)
	}
	// Going round, it is known to be the same everywhere, and nobody's twice.
	round(t, clock, hs)
	if a, b := top.one("huyện", desk.LineCheck, q.ID), top.one("tỉnh", desk.LineCheck, mc.ID); a.Root.Entry != q.ID && a.Root != b.Root {
		t.Errorf("two checks of one question: %v, %v", a.Root, b.Root)
	}
	if got := mid.laid("huyện", desk.LineQuestion, q.ID); len(got) != 1 || got[0].Ended.IsZero() {
		t.Error("the question is still open for the province")
	}
	for _, h := range hs {
		for name := range h.peer {
			if p := h.peerNow(name); p.State.Refused != 0 || p.State.Stopped != "" {
				t.Errorf("%s refused %d lines of %s: %+v", h.name, p.State.Refused, name, p.State)
			}
		}
	}
}

// keysChange lets a desk go over to another key, and revoke one.
func keysChange(t *testing.T, clock *moving, hs map[string]*house) {
	low, mid, ctx := hs["huyện"], hs["tỉnh"], t.Context()
	_, before := low.self()
	for range 2 { // the reader may miss one of them
		if _, err := low.ChangeExchangeKey(ctx); err != nil {
			t.Fatal(err)
		}
	}
	low.opens("tin zqthêm", "Ăn zqgừng chữa được bệnh zqgan.")
	round(t, clock, hs)
	_, after := low.self()
	if p := mid.peerNow("huyện"); p.Key != after || after == before || p.State.Trouble != "" || len(mid.laid("huyện", desk.LineQuestion, "")) != 2 {
		t.Fatalf("after two changes of key: %+v", p)
	}
	if _, err := low.RevokeExchangeKey(ctx); err != nil {
		t.Fatal(err)
	}
	round(t, clock, hs)
	if p := mid.peerNow("huyện"); p.State.Stopped != desk.PeerRevoked || p.Key != after {
		t.Fatalf("after a revocation: %+v", p)
	}
	if !slices.ContainsFunc(mid.Doctor(ctx), func(r app.Remark) bool { return r.Level == app.Trouble && strings.Contains(r.En, "revoked") }) {
		t.Error("the doctor does not tell of the revoked key")
	}
	name, key := low.self()
	_, err := mid.Server.Desk.ConfirmPeerKey(ctx, mid.admin, mid.peer["huyện"].ID, name, key, true)
	must(t, err)
	for n, p := range low.peer { // the others let the district read again, too
		if n == "nước" {
			_, err := hs[n].Server.Desk.ConfirmPeerKey(ctx, hs[n].admin, hs[n].peer["huyện"].ID, name, key, true)
			must(t, err)
		}
		_ = p
	}
	round(t, clock, hs)
	if p := mid.peerNow("huyện"); p.State.Stopped != "" || p.State.Trouble != "" {
		t.Errorf("with the confirmed key: %+v", p.State)
	}
	if s := fmt.Sprint(low.peerNow("tỉnh").State.Trouble); s != "" {
		t.Errorf("the district is not let in with its new key: %s", s)
	}
}
