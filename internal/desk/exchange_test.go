package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soi/internal/desk"
)

// self and site are our exchange name and address in tests.
const (
	self = "tinh.example/exchange"
	site = "https://tinh.example"
)

// lay brings the shelf up to date and returns all that a peer can read of it.
func (o *office) lay() (lines []desk.ShelfLine, raw string) {
	o.t.Helper()
	for {
		n, err := o.Lay(o.ctx(), desk.Program(), self, site, 1<<40)
		o.must(err)
		if n == 0 {
			break
		}
	}
	rows, _, _, err := o.Shelf(o.ctx(), 0, 10_000)
	o.must(err)
	for _, r := range rows {
		raw += string(r.Body) + "\n"
		if r.Body == nil {
			continue
		}
		l, trouble := desk.ParseLine(r.Body, r.N, o.now())
		if trouble != "" {
			o.t.Errorf("a peer would refuse our line %s: %s", r.Body, trouble)
		}
		lines = append(lines, l)
	}
	return lines, raw
}

// stands finds the line in force of a claim.
func stands(lines []desk.ShelfLine, kind desk.LineKind, entry desk.ID) (out desk.ShelfLine) {
	for _, l := range lines {
		if l.Kind == kind && l.Entry == entry {
			out = l
		}
	}
	return out
}

// Whatever stands in tips, notes, names of staff and drafts, nothing of it is
// on the shelf, nor is any number of askers below ten; what was typed stands
// there while the claim is open, and is gone from every line afterwards.
func TestShelfTellsOnlyWhatWasTyped(t *testing.T) {
	o := newOffice(t)
	o.must(o.SetExchangeOffers(o.ctx(), o.staff[desk.Admin], desk.OffersAll))
	checker, n := o.staff[desk.Checker], 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		asked := rapid.IntRange(1, 14).Draw(rt, "asked")
		typed := rapid.Bool().Draw(rt, "typed")
		var c desk.Claim
		secret := fmt.Sprintf("zqkín%d", n)
		for i := range asked {
			tip := o.tip(fmt.Sprintf("%s lần %d từ 09123%05d", secret, i, n), "open", desk.ClaimKey(c.ID))
			if i == 0 {
				tip.Decision, tip.Answer = "new", ""
			} else {
				tip.Decision, tip.Answer = "same", desk.ClaimKey(c.ID)
			}
			if got := o.receive(tip); i == 0 {
				c = got.Claim
			}
		}
		c = o.claim(c.ID)
		sentence := fmt.Sprintf("Câu người bàn gõ số %d về rau.", n)
		e := desk.ClaimEdit{Text: c.Text, Lang: "vi", Harm: desk.HarmLow}
		if typed {
			e.Text = sentence
		}
		c, err := o.EditClaim(o.ctx(), checker, c.ID, c.Version, e)
		o.must(err)
		_, err = o.AddNote(o.ctx(), checker, c.ID, secret+" ghi chú")
		o.must(err)
		o.draft(checker, c.ID, "", secret+" nháp")
		lines, raw := o.lay()
		if strings.Contains(raw, "zqkín") || strings.Contains(raw, "09123") || strings.Contains(raw, string(checker.Staff)) || strings.Contains(raw, "checker") {
			rt.Fatalf("the shelf holds what nobody laid out:\n%s", raw)
		}
		l := stands(lines, desk.LineQuestion, c.ID)
		if (l.Text == sentence) != typed {
			rt.Fatalf("typed %v, the line says %q", typed, l.Text)
		}
		want := map[bool]desk.Band{true: "under-10", false: "10-49"}[asked < 10]
		if typed && l.Demand != want {
			rt.Fatalf("%d ask, the line says %s", asked, l.Demand)
		}
		_, err = o.Close(o.ctx(), checker, c.ID, 0)
		o.must(err)
		if _, raw := o.lay(); strings.Contains(raw, sentence) {
			rt.Fatalf("not a factual claim, and still on the shelf")
		}
	})
}

// A claim that is kept back is not laid out; what is laid out changes with the
// setting; a shelf that stands gets no new lines.
func TestShelfFollowsWhatStands(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	c, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], c.ID, c.Version, desk.ClaimEdit{Text: "Rau muống tím có độc.", Lang: "vi", Harm: desk.HarmHigh, HarmKind: "health"})
	o.must(err)
	if lines, _ := o.lay(); len(lines) != 0 {
		t.Fatal("a desk that offers nothing has lines")
	}
	o.want(o.SetExchangeOffers(o.ctx(), o.staff[desk.Editor], desk.OffersAll), desk.ErrForbidden)
	o.must(o.SetExchangeOffers(o.ctx(), o.staff[desk.Admin], desk.OffersAll))
	lines, _ := o.lay()
	if l := stands(lines, desk.LineQuestion, c.ID); l.Harm != desk.HarmHigh || !slices.Equal(l.Missing, []string{desk.MissingEvidence, desk.MissingText}) {
		t.Errorf("the line reads %+v", l)
	}
	o.must(o.HoldBack(o.ctx(), o.staff[desk.Checker], c.ID, true))
	if lines, raw := o.lay(); !stands(lines, desk.LineQuestion, c.ID).Ended || strings.Contains(raw, "Rau") {
		t.Errorf("a claim that is kept back stands there: %s", raw)
	}
	o.must(o.HoldBack(o.ctx(), o.staff[desk.Checker], c.ID, false))
	o.lay()
	o.must(o.SetExchangeOffers(o.ctx(), o.staff[desk.Admin], desk.OffersChecks))
	if lines, raw := o.lay(); !stands(lines, desk.LineQuestion, c.ID).Ended || strings.Contains(raw, "Rau") {
		t.Errorf("a desk that offers checks alone shows a question: %s", raw)
	}
	rv := o.publish(o.open().ID, desk.RatingFalse)
	lines, _ = o.lay()
	if l := stands(lines, desk.LineCheck, rv.Claim); l.Check == nil || l.Check.Rating != desk.RatingFalse || l.Check.URL != site+"/checks/"+string(rv.Claim) || len(l.Check.Sources) != 1 {
		t.Errorf("the check's line reads %+v", l)
	}
	// A sentence that names somebody's account is not laid out.
	o.must(o.SetExchangeOffers(o.ctx(), o.staff[desk.Admin], desk.OffersAll))
	c = o.claim(c.ID)
	_, err = o.EditClaim(o.ctx(), o.staff[desk.Checker], c.ID, c.Version, desk.ClaimEdit{Text: "Theo @aidonao rau muống có độc.", Lang: "vi", Harm: desk.HarmHigh})
	o.must(err)
	if _, raw := o.lay(); strings.Contains(raw, "aidonao") {
		t.Error("a sentence that names an account was laid out")
	}
	if n, err := o.Lay(o.ctx(), desk.Program(), self, site, 1<<40); err != nil || n != 0 {
		t.Errorf("laid out again: %d, %v", n, err)
	}
}

// peerWith adds a peer whose shelf has been read up to these lines.
func (o *office) peerWith(lines ...desk.ShelfLine) desk.Peer {
	o.t.Helper()
	p, err := o.AddPeer(o.ctx(), o.staff[desk.Admin], desk.NewPeer{Name: "Huyện", Address: "https://huyen.example", Key: "k", Desk: "huyen.example/exchange", Confirmed: true, Follows: true})
	o.must(err)
	g := desk.PeerPage{Peer: p.ID, Before: make([]byte, 32), After: make([]byte, 32), Size: int64(len(lines)), Said: o.now(), Self: self}
	for i, l := range lines {
		l.Nonce, l.N, l.At = desk.NewNonce(), int64(i), o.now()
		b, err := l.Bytes()
		o.must(err)
		g.Lines = append(g.Lines, b)
	}
	taken, refused, err := o.TakePage(o.ctx(), desk.Program(), g)
	o.must(err)
	if taken != len(lines) || refused != 0 {
		o.t.Fatalf("taken %d, refused %d of %d", taken, refused, len(lines))
	}
	return p
}

// theirCheck is a check as a peer lays it out.
func theirCheck() desk.ShelfLine {
	return desk.ShelfLine{Kind: desk.LineCheck, Entry: desk.NewID(), Check: &desk.ShelfCheck{URL: "https://huyen.example/checks/1", Rev: 1, Kind: desk.KindPublish, Rating: desk.RatingFalse,
		Hash: strings.Repeat("a", 64), Texts: []desk.ShelfText{{Lang: "vi", Claim: "Rau tím có độc.", Statement: "Rau tím không độc.", Summary: "Vì."}},
		Sources: []desk.ShelfSource{{URL: "https://example.org/study", Title: "Nghiên cứu", Stance: desk.Refutes, Independent: true}}}}
}

// An adopted check is a draft without a rating and without one independent
// source; neither a peer's rating nor its own page can carry a check of ours,
// and who adopted it cannot approve it.
func TestAdoptedIsOnlyADraft(t *testing.T) {
	o := newOffice(t)
	line := theirCheck()
	p := o.peerWith(line)
	k := desk.LaidKey{Peer: p.ID, Kind: desk.LineCheck, Entry: line.Entry}
	for _, r := range []desk.Role{desk.Contributor, desk.Admin, desk.Auditor, desk.ExpertRole} {
		_, err := o.AdoptLaid(o.ctx(), o.staff[r], k, "")
		o.want(err, desk.ErrForbidden)
	}
	editor := o.staff[desk.Editor]
	c, err := o.AdoptLaid(o.ctx(), editor, k, "")
	o.must(err)
	_, err = o.AdoptLaid(o.ctx(), editor, k, "")
	o.want(err, desk.ErrState)
	v, err := o.ClaimPage(o.ctx(), editor, c.ID)
	o.must(err)
	if v.Draft.Rating != "" || len(v.Evidence) != 2 || slices.ContainsFunc(v.Evidence, func(e desk.Evidence) bool { return e.Independent }) {
		t.Fatalf("adopted: rating %q, evidence %+v", v.Draft.Rating, v.Evidence)
	}
	version := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "Tự viết.")
	_, err = o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: version})
	if !slices.Contains(desk.Problems(err), desk.NoIndependent) {
		t.Fatalf("submitted without an independent source: %v", err)
	}
	// Calling their page independent does not help.
	page := v.Evidence[slices.IndexFunc(v.Evidence, func(e desk.Evidence) bool { return e.URL == line.Check.URL })]
	page.Independent = true
	_, err = o.EditEvidence(o.ctx(), o.staff[desk.Checker], c.ID, page.ID, page.Version, page)
	o.must(err)
	_, err = o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: version})
	if !slices.Contains(desk.Problems(err), desk.NoIndependent) {
		t.Fatalf("a peer's own page carried a check: %v", err)
	}
	o.cite(c.ID, true)
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: version})
	o.must(err)
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrOwnWork)
	if doc, err := desk.ParseDocument(r.Doc); err != nil || len(doc.Adopted) != 1 || doc.Adopted[0].URL != line.Check.URL {
		t.Errorf("the document names %+v: %v", doc.Adopted, err)
	}
}

// Rights by role: admins keep peers and touch no claim, checkers the other way
// round. What nothing was made of goes with the peer.
func TestExchangeRightsAndForgetting(t *testing.T) {
	o := newOffice(t)
	q := desk.ShelfLine{Kind: desk.LineQuestion, Entry: desk.NewID(), Lang: "vi", Text: "Rau tím có độc.", Demand: desk.BandTens}
	other := desk.ShelfLine{Kind: desk.LineQuestion, Entry: desk.NewID(), Lang: "vi", Text: "Rau xanh có độc.", Demand: desk.BandTens}
	p := o.peerWith(q, other)
	k := desk.LaidKey{Peer: p.ID, Kind: desk.LineQuestion, Entry: q.Entry}
	for _, r := range []desk.Role{desk.Contributor, desk.Admin, desk.Auditor} {
		_, err := o.TakeLaid(o.ctx(), o.staff[r], k, "")
		o.want(err, desk.ErrForbidden)
	}
	for _, r := range []desk.Role{desk.Checker, desk.Editor, desk.Auditor} {
		_, err := o.AddPeer(o.ctx(), o.staff[r], desk.NewPeer{Name: "x", Address: "https://x.example", Key: "k", Desk: "x.example/exchange", Confirmed: true})
		o.want(err, desk.ErrForbidden)
		_, err = o.EndPeer(o.ctx(), o.staff[r], p.ID)
		o.want(err, desk.ErrForbidden)
	}
	_, err := o.AddPeer(o.ctx(), o.staff[desk.Admin], desk.NewPeer{Name: "x", Address: "https://x.example", Key: "k", Desk: "x.example/exchange"})
	if !slices.Contains(desk.Problems(err), desk.PeerUnconfirmed) {
		t.Errorf("a key that nobody compared: %v", err)
	}
	c, err := o.TakeLaid(o.ctx(), o.staff[desk.Checker], k, "")
	o.must(err)
	if c.Text != q.Text || !c.Typed || c.State != desk.ClaimOpen {
		t.Errorf("taken over as %+v", c)
	}
	_, err = o.EndPeer(o.ctx(), o.staff[desk.Admin], p.ID)
	o.must(err)
	list, err := o.LaidOut(o.ctx(), o.staff[desk.Checker], desk.LaidFilter{})
	o.must(err)
	if len(list) != 1 || list[0].Entry != q.Entry {
		t.Errorf("%d things are kept of a peer that is gone, want what was taken over", len(list))
	}
	if _, err := o.TakeLaid(o.ctx(), o.staff[desk.Checker], desk.LaidKey{Peer: p.ID, Kind: desk.LineQuestion, Entry: other.Entry}, ""); err == nil {
		t.Error("a forgotten question was taken over")
	}
}
