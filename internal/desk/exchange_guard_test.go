package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// goesOn has the peer's shelf grow by these lines, and reads them. same finds
// claims by their wording.
func (o *office) goesOn(id desk.ID, same func(string) desk.ID, lines ...desk.ShelfLine) {
	o.t.Helper()
	ps, err := o.Peers(o.ctx(), desk.Program())
	o.must(err)
	p := ps[slices.IndexFunc(ps, func(p desk.Peer) bool { return p.ID == id })]
	from := p.State.Cursor
	g := desk.PeerPage{Peer: id, Cursor: from, Before: make([]byte, 32), After: make([]byte, 32), Size: from + int64(len(lines)), Said: o.now(), Self: self, Same: same}
	for i, l := range lines {
		l.Nonce, l.N, l.At = desk.NewNonce(), from+int64(i), o.now()
		b, err := l.Bytes()
		o.must(err)
		g.Lines = append(g.Lines, b)
	}
	_, refused, err := o.TakePage(o.ctx(), desk.Program(), g)
	o.must(err)
	if refused > 0 {
		o.t.Fatalf("%d lines were refused", refused)
	}
}

// theirQuestion is a question as a peer lays it out.
func theirQuestion(text string) desk.ShelfLine {
	return desk.ShelfLine{Kind: desk.LineQuestion, Entry: desk.NewID(), Lang: "vi", Text: text, Demand: desk.BandTens}
}

// events counts the events of a kind.
func (o *office) eventsOf(kind desk.EventKind) (n int) {
	o.t.Helper()
	es, err := o.Journal(o.ctx(), o.staff[desk.Auditor], 1000)
	o.must(err)
	for _, e := range es {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// Who may read the shelf is said by an admin, one peer by one; a key changes
// only from the one that is trusted, or by a person who compared it.
func TestPeersAndTheirKeys(t *testing.T) {
	o := newOffice(t)
	p := o.peerWith()
	admin := o.staff[desk.Admin]
	reads := func() error { _, err := o.PeerReading(o.ctx(), p.Desk); return err }
	o.want(reads(), desk.ErrNotFound) // it is only read by us
	_, err := o.SetPeerWays(o.ctx(), admin, p.ID, true, true)
	o.must(err)
	o.must(reads())
	again := desk.NewPeer{Name: "x", Address: "https://x.example", Key: "k", Desk: p.Desk, Confirmed: true}
	if _, err := o.AddPeer(o.ctx(), admin, again); !slices.Contains(desk.Problems(err), desk.PeerTaken) {
		t.Errorf("one desk twice: %v", err)
	}
	_, err = o.FollowPeerKey(o.ctx(), desk.Program(), p.ID, "another", "new")
	o.want(err, desk.ErrConflict)
	if _, err = o.ConfirmPeerKey(o.ctx(), admin, p.ID, "bank.example/exchange", "new", true); !slices.Contains(desk.Problems(err), desk.PeerBadKey) {
		t.Errorf("the key of another desk: %v", err)
	}
	if _, err = o.ConfirmPeerKey(o.ctx(), admin, p.ID, p.Desk, "new", false); !slices.Contains(desk.Problems(err), desk.PeerUnconfirmed) {
		t.Errorf("a key that nobody compared: %v", err)
	}
	_, err = o.EndPeer(o.ctx(), admin, p.ID)
	o.must(err)
	o.want(reads(), desk.ErrNotFound)
}

// A page is taken in once; what is meant for another desk is not kept; what a
// person parted stays apart; what ended is forgotten after its time.
func TestWhatIsKeptOfAPeer(t *testing.T) {
	o := newOffice(t)
	q := theirQuestion("Rau tím có độc.")
	p := o.peerWith(q)
	b, err := q.Bytes()
	o.must(err)
	_, _, err = o.TakePage(o.ctx(), desk.Program(), desk.PeerPage{Peer: p.ID, Before: make([]byte, 32), After: make([]byte, 32), Size: 1, Said: o.now(), Self: self, Lines: [][]byte{b}})
	o.want(err, desk.ErrConflict)
	kept := func() []desk.LaidOf {
		list, err := o.LaidOut(o.ctx(), o.staff[desk.Checker], desk.LaidFilter{})
		o.must(err)
		return list
	}
	o.goesOn(p.ID, nil, desk.ShelfLine{Kind: desk.LineTaken, Entry: desk.NewID(), To: "nuoc.example/exchange", About: desk.NewID()})
	if n := len(kept()); n != 1 {
		t.Errorf("%d things are kept, want the question alone", n)
	}
	c := o.open()
	same := func(string) desk.ID { return c.ID }
	o.goesOn(p.ID, same, q)
	if k := kept()[0]; k.Claim != c.ID || k.Why != desk.WhyWording {
		t.Fatalf("by its wording: %q about %q", k.Why, k.Claim)
	}
	_, err = o.PartLaid(o.ctx(), o.staff[desk.Checker], desk.LaidKey{Peer: p.ID, Kind: q.Kind, Entry: q.Entry})
	o.must(err)
	q.Demand = desk.BandFew
	o.goesOn(p.ID, same, q)
	if k := kept()[0]; k.Claim != "" || k.Why != desk.WhyApart {
		t.Errorf("parted, and linked again: %q about %q", k.Why, k.Claim)
	}
	q.Ended = true
	o.goesOn(p.ID, nil, desk.ShelfLine{Kind: q.Kind, Entry: q.Entry, Ended: true})
	_, err = o.TakeLaid(o.ctx(), o.staff[desk.Checker], desk.LaidKey{Peer: p.ID, Kind: q.Kind, Entry: q.Entry}, "")
	o.want(err, desk.ErrState)
	_, err = o.OfferSource(o.ctx(), o.staff[desk.Checker], desk.LaidKey{Peer: p.ID, Kind: q.Kind, Entry: q.Entry}, desk.ShelfSource{URL: "https://example.org/a", Title: "Một nguồn", Stance: desk.Refutes})
	o.want(err, desk.ErrState)
	for _, step := range []struct {
		days, left int
	}{{89, 1}, {2, 0}} {
		o.pass(time.Duration(step.days) * 24 * time.Hour)
		_, err := o.TidyExchange(o.ctx(), desk.Program())
		o.must(err)
		if n := len(kept()); n != step.left {
			t.Errorf("%d things are kept, want %d", n, step.left)
		}
	}
}

// Whoever has the claim hears when another desk takes it over, offers evidence
// or changes a check that was adopted, once each; where nobody has it, whoever
// decides on reviews does.
func TestPeopleHearOfOtherDesks(t *testing.T) {
	o := newOffice(t)
	an, binh := o.staff[desk.Checker], o.staff[desk.Editor]
	c, free := o.open(), o.open()
	_, err := o.Assign(o.ctx(), an, c.ID, c.Version, an.Staff)
	o.must(err)
	check := theirCheck()
	p := o.peerWith(check)
	o.notify()
	taken := desk.ShelfLine{Kind: desk.LineTaken, Entry: desk.NewID(), To: self, About: c.ID}
	offered := desk.ShelfLine{Kind: desk.LineSource, Entry: desk.NewID(), To: self, About: c.ID, Source: &desk.ShelfSource{URL: "https://example.org/a", Title: "Một nguồn", Stance: desk.Refutes}}
	o.goesOn(p.ID, nil, taken, offered, taken, offered, desk.ShelfLine{Kind: desk.LineTaken, Entry: desk.NewID(), To: self, About: free.ID})
	o.notify()
	news := func(a desk.Actor) (out []desk.NotificationKind) {
		for _, k := range o.told(a) {
			if strings.HasPrefix(string(k), "peer-") {
				out = append(out, k)
			}
		}
		return out
	}
	if got := news(an); !slices.Equal(got, []desk.NotificationKind{desk.ToldPeerTook, desk.ToldPeerOffers}) {
		t.Errorf("who has the claim hears %v", got)
	}
	if got := news(binh); !slices.Equal(got, []desk.NotificationKind{desk.ToldPeerTook}) {
		t.Errorf("of the claim that nobody has, an editor hears %v", got)
	}
	k := desk.LaidKey{Peer: p.ID, Kind: desk.LineSource, Entry: offered.Entry}
	_, err = o.AcceptSource(o.ctx(), an, k, false)
	o.must(err)
	_, err = o.AcceptSource(o.ctx(), an, k, false)
	o.want(err, desk.ErrState)
	o.goesOn(p.ID, nil, desk.ShelfLine{Kind: desk.LineTaken, Entry: taken.Entry, To: self, About: c.ID, Ended: true})
	if n := o.eventsOf(desk.EvPeerLeft); n != 1 {
		t.Errorf("%d times let go", n)
	}
	_, err = o.AdoptLaid(o.ctx(), an, desk.LaidKey{Peer: p.ID, Kind: desk.LineCheck, Entry: check.Entry}, "")
	o.must(err)
	withdrawn := check
	withdrawn.Check = &desk.ShelfCheck{URL: check.Check.URL, Rev: 2, Kind: desk.KindWithdraw, Hash: strings.Repeat("b", 64), Note: "Nguồn đã rút."}
	o.goesOn(p.ID, nil, withdrawn)
	o.notify()
	o.goesOn(p.ID, nil, desk.ShelfLine{Kind: desk.LineCheck, Entry: check.Entry, Ended: true})
	o.notify()
	if got := news(an); !slices.Equal(got[2:], []desk.NotificationKind{desk.ToldPeerChanged, desk.ToldPeerChanged}) {
		t.Errorf("of the check that was adopted, and withdrawn and gone, who adopted it hears %v", got)
	}
	other := theirCheck()
	other.Check.Kind, other.Check.Rating = desk.KindWithdraw, ""
	o.goesOn(p.ID, nil, other)
	_, err = o.AdoptLaid(o.ctx(), an, desk.LaidKey{Peer: p.ID, Kind: desk.LineCheck, Entry: other.Entry}, "")
	o.want(err, desk.ErrState)
}

// A shelf holds what is signed, judged and still meant: nothing of a claim
// without a harm, of an unsigned check, of an offer that was taken back, nor
// for a peer that is gone; replaced lines lose their bytes.
func TestShelfHoldsNothingElse(t *testing.T) {
	o := newOffice(t)
	an, admin := o.staff[desk.Checker], o.staff[desk.Admin]
	o.must(o.SetExchangeOffers(o.ctx(), admin, desk.OffersAll))
	c := o.open()
	c, err := o.EditClaim(o.ctx(), an, c.ID, c.Version, desk.ClaimEdit{Text: "Rau muống tím có độc.", Lang: "vi"})
	o.must(err)
	if lines, _ := o.lay(); len(lines) != 0 {
		t.Errorf("a claim whose harm nobody set is laid out: %+v", lines)
	}
	rv := o.publish(o.open().ID, desk.RatingFalse)
	if _, err := o.Lay(o.ctx(), desk.Program(), self, site, 0); err != nil {
		t.Fatal(err)
	}
	if rows, _, _, err := o.Shelf(o.ctx(), 0, 10); err != nil || len(rows) != 0 {
		t.Errorf("an unsigned check is laid out: %d rows, %v", len(rows), err)
	}
	q := theirQuestion("Rau tím có độc.")
	p := o.peerWith(q)
	k := desk.LaidKey{Peer: p.ID, Kind: q.Kind, Entry: q.Entry}
	if _, err = o.OfferSource(o.ctx(), an, k, desk.ShelfSource{URL: "https://example.org/a", Title: "Gọi 0912 345 678", Stance: desk.Refutes}); !slices.Contains(desk.Problems(err), desk.SourceUnfit) {
		t.Errorf("a source that names a number is offered: %v", err)
	}
	offer := func() desk.SourceOffer {
		of, err := o.OfferSource(o.ctx(), an, k, desk.ShelfSource{URL: "https://example.org/a", Title: "Một nguồn", Stance: desk.Refutes})
		o.must(err)
		return of
	}
	first, second := offer(), offer()
	lines, _ := o.lay()
	if stands(lines, desk.LineSource, first.ID).Source == nil || stands(lines, desk.LineCheck, rv.Claim).Check == nil {
		t.Fatalf("the shelf holds %+v", lines)
	}
	o.must(o.TakeOfferedBack(o.ctx(), an, first.ID))
	lines, raw := o.lay()
	if !stands(lines, desk.LineSource, first.ID).Ended || strings.Count(raw, "Một nguồn") != 1 {
		t.Errorf("an offer that was taken back is there, or its bytes: %s", raw)
	}
	_, err = o.EndPeer(o.ctx(), admin, p.ID)
	o.must(err)
	if lines, _ := o.lay(); !stands(lines, desk.LineSource, second.ID).Ended {
		t.Error("evidence is offered to a desk that is gone")
	}
	o.must(o.SetExchangeOffers(o.ctx(), admin, desk.OffersNothing))
	if lines, _ := o.lay(); !stands(lines, desk.LineCheck, rv.Claim).Ended {
		t.Error("a desk that offers nothing shows a check")
	}
}

// Every value of a line is looked at, whoever signed it.
func TestLinesAreLookedAt(t *testing.T) {
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	bytesOf := func(l desk.ShelfLine, change func(*desk.ShelfLine)) []byte {
		l.Nonce, l.At = desk.NewNonce(), now
		change(&l)
		b, err := l.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	question := func(change func(*desk.ShelfLine)) []byte {
		return bytesOf(theirQuestion("Rau tím có độc."), change)
	}
	check := func(change func(*desk.ShelfCheck)) []byte {
		return bytesOf(theirCheck(), func(l *desk.ShelfLine) { change(l.Check) })
	}
	nothing := func(*desk.ShelfLine) {}
	for name, try := range map[string]struct {
		line []byte
		want desk.LineTrouble
	}{
		"sound":                  {question(nothing), ""},
		"a sound check":          {check(func(*desk.ShelfCheck) {}), ""},
		"long by blanks":         {append(question(nothing), strings.Repeat(" ", desk.MaxLineBytes)...), desk.LineTooLarge},
		"two in one":             {append(question(nothing), "{}"...), desk.LineBroken},
		"no Unicode":             {[]byte(strings.Replace(string(question(nothing)), "độc", "\xff\xfe", 1)), desk.LineBroken},
		"a short nonce":          {question(func(l *desk.ShelfLine) { l.Nonce = "x" }), desk.LineBadWord},
		"a taker that is none":   {question(func(l *desk.ShelfLine) { l.Takers = []string{"<b>"} }), desk.LineBadWord},
		"too many takers":        {question(func(l *desk.ShelfLine) { l.Takers = slices.Repeat([]string{"a.example/exchange"}, 21) }), desk.LineBadWord},
		"a root that is none":    {question(func(l *desk.ShelfLine) { l.Root = &desk.Ref{Desk: "a.example", Entry: desk.NewID()} }), desk.LineBadWord},
		"a mail address":         {question(func(l *desk.ShelfLine) { l.Text = "Hỏi ai.do@thu.example về rau." }), desk.LineAccount},
		"a number":               {question(func(l *desk.ShelfLine) { l.Text = "Hỏi 0912.345.678 về rau." }), desk.LineAccount},
		"a note with a number":   {check(func(c *desk.ShelfCheck) { c.Note = "Hỏi 0912.345.678." }), desk.LineAccount},
		"a hash that is none":    {check(func(c *desk.ShelfCheck) { c.Hash = "aa" }), desk.LineBadWord},
		"a source with a tag":    {check(func(c *desk.ShelfCheck) { c.Sources[0].Title = "<script>" }), desk.LineMarkup},
		"a source with a number": {check(func(c *desk.ShelfCheck) { c.Sources[0].Quote = "Gọi 0912.345.678 nhé" }), desk.LineAccount},
	} {
		if _, got := desk.ParseLine(try.line, 0, now); got != try.want {
			t.Errorf("%s: %q, want %q", name, got, try.want)
		}
	}
}
