package web

import "soi/internal/desk"

// sampleLaid is something of a peer of every kind.
func sampleLaid(kind desk.LineKind, why desk.LaidWhy) desk.LaidOf {
	id := desk.ID("0123456789abcdefghjkmnpqrs")
	p := desk.Peer{ID: id, Desk: "huyen.example/exchange", Name: "Huyện <b>", Address: "https://huyen.example", Key: "huyen.example/exchange+00+AA", Follows: true}
	src := desk.ShelfSource{URL: "https://example.org/a", Title: "Nghiên cứu <i>", Publisher: "Tạp chí", Quote: "Không <thấy>.", Stance: desk.Refutes}
	l := desk.ShelfLine{Kind: kind, Entry: id, At: testNow, Topic: "health"}
	switch kind {
	case desk.LineQuestion:
		l.Lang, l.Text, l.Harm, l.Demand, l.Missing, l.Takers = "vi", "Uống nước chanh <script>", desk.HarmHigh, desk.BandTens, desk.Missings(), []string{"tinh.example/exchange"}
	case desk.LineCheck:
		l.Check = &desk.ShelfCheck{URL: "https://huyen.example/checks/x", Rev: 1, Kind: desk.KindPublish, Rating: desk.RatingFalse, Note: "Vì sao", Sources: []desk.ShelfSource{src},
			Texts: []desk.ShelfText{{Lang: "vi", Claim: "Điều <x>", Statement: "Không phải <y>", Summary: "Vì <z>"}}}
	case desk.LineSource:
		l.Source = &src
	}
	return desk.LaidOf{Laid: desk.Laid{Peer: id, Kind: kind, Entry: id, Seen: testNow, Line: l, Root: desk.Ref{Desk: p.Desk, Entry: id}, Why: why}, From: p}
}

// exchangeSamples are the pages of exchange.
func exchangeSamples(*Site) map[string][]page {
	var list, one []page
	full := exchangePage{Self: "tinh.example/exchange", VKey: "tinh.example/exchange+00+AA", Offers: desk.OffersAll, Manage: true, Cite: true, Problems: []string{"x"}, Form: desk.NewPeer{Name: "y"}}
	for _, t := range []desk.PeerTrouble{"", desk.PeerUnreachable, desk.PeerRefusesUs, desk.PeerTooLarge, desk.PeerMalformed, desk.PeerSignature, desk.PeerFuture, desk.PeerReplayed, desk.PeerFlood,
		desk.PeerRewound, desk.PeerForked, desk.PeerRevoked, desk.PeerFull} {
		p := sampleLaid(desk.LineQuestion, "").From
		p.ID = desk.ID("0123456789abcdefghjkmnpqr" + string("0123456789abcdefgh"[len(full.Peers)]))
		p.State = desk.PeerState{Trouble: t, Contact: testNow, Refused: 2}
		if t.Stops() {
			p.State.Stopped = t
		}
		row := peerRow{Peer: p}
		for _, why := range []desk.LineTrouble{desk.LineBroken, desk.LineTooLarge, desk.LineBadWord, desk.LineMarkup, desk.LineAccount, desk.LineFuture, desk.LineForeign, desk.LineBadPlace} {
			row.Refused = append(row.Refused, refusedCount{why, 3})
		}
		full.Peers = append(full.Peers, row)
	}
	full.Peers = append(full.Peers, peerRow{Peer: desk.Peer{ID: "0123456789abcdefghjkmnpqrz", Name: "z"}}, peerRow{Peer: desk.Peer{ID: "0123456789abcdefghjkmnpqry", Name: "y", Follows: true}})
	for _, why := range []desk.LaidWhy{"", desk.WhyWording, desk.WhyKnown, desk.WhyJoined, desk.WhyApart, desk.WhyTaken, desk.WhyAdopted, desk.WhyAccepted, desk.WhyDeclined} {
		q, c := sampleLaid(desk.LineQuestion, why), sampleLaid(desk.LineCheck, why)
		full.Questions, full.Checks = append(full.Questions, laidRow{q}), append(full.Checks, laidRow{c})
		for _, l := range []desk.LaidOf{q, c} {
			p := laidPage{laidRow: laidRow{l}, Self: "tinh.example/exchange", May: rights{true, true, true, true}, Shown: checkText(l.Line.Check, "vi"), TheyAgree: true, Problems: []string{"x"},
				Known: []suggestion{{Key: "claim/0123456789abcdefghjkmnpqrt", Kind: "claim", Title: "x", URL: "/x", Probability: 70}}}
			if why != "" {
				p.Claim = desk.Claim{ID: "0123456789abcdefghjkmnpqrt", Text: "của ta"}
			}
			one = append(one, p)
			p.Ended, p.Known, p.Root = testNow, nil, desk.Ref{Desk: "tinh.example/exchange", Entry: l.Entry}
			one = append(one, p)
			p.Root.Desk = "nation.example/exchange"
			one = append(one, p)
		}
	}
	gone := sampleLaid(desk.LineCheck, "")
	gone.Line.Check.Kind, gone.Line.Check.Rating, gone.Line.Check.Texts = desk.KindWithdraw, "", nil
	one = append(one, laidPage{laidRow: laidRow{gone}, May: rights{Draft: true}})
	full.Checks = append(full.Checks, laidRow{gone})
	src := sampleLaid(desk.LineSource, desk.WhyKnown)
	full.Offered = []desk.SourceOffer{{ID: src.Entry, Peer: src.Laid.Peer, Source: *src.Line.Source, At: testNow}}
	list = append(list, full, exchangePage{})
	return map[string][]page{"desk/exchange": list, "desk/exchange-one": one}
}

// sampleClaimExchange is all that other desks can have to do with a claim.
func sampleClaimExchange() claimExchange {
	q := func(w desk.LaidWhy) desk.LaidOf { return sampleLaid(desk.LineQuestion, w) }
	return claimExchange{Clash: true, ClaimExchange: desk.ClaimExchange{Asked: []desk.LaidOf{q(desk.WhyWording), q(desk.WhyKnown)}, Checks: []desk.LaidOf{sampleLaid(desk.LineCheck, desk.WhyAdopted)},
		Takers: []desk.LaidOf{sampleLaid(desk.LineTaken, desk.WhyKnown)}, Sources: []desk.LaidOf{sampleLaid(desk.LineSource, desk.WhyKnown)}, Taken: []desk.LaidOf{q(desk.WhyTaken)}, Offers: desk.OffersAll}}
}
