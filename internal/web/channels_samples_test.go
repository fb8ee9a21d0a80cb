package web

import (
	"fmt"
	"time"

	"soi/internal/desk"
	"soi/internal/desk/address"
)

// sampleChannels are lines of the register of every kind, proof and state.
func sampleChannels() (out []desk.BodyChannel) {
	states := []desk.ChannelState{desk.ChannelWaiting, desk.ChannelWaiting, desk.ChannelProved, desk.ChannelGone, desk.ChannelWithdrawn, desk.ChannelRefused}
	troubles := append(desk.ChannelTroubles(), "", "", "")
	b := sampleBody()
	for i, k := range address.Kinds() {
		c := desk.BodyChannel{ID: desk.ID("0123456789abcdefghjkmnpqh" + string(rune('0'+i))), Body: b.ID, Address: address.Address{Kind: k, Key: "xn--x.example", Shown: "<b>ö</b>.example", Host: "xn--x.example"},
			Proof: desk.ChannelProofs()[i%4], State: states[i%len(states)], Entered: testNow, By: "0123456789abcdefghjkmnpqs1", Second: "0123456789abcdefghjkmnpqs2", Why: "Vì",
			Check: desk.ChannelCheck{Tried: testNow, Good: testNow, Trouble: troubles[i]}}
		if c.Proof.OnPage() {
			c.Page = "https://soyte.example/lien-he"
		}
		if c.Proof == desk.ProofDNS {
			c.Host, c.Code = "soyte.example", "abc"
		}
		if i == 8 {
			c.Check = desk.ChannelCheck{}
		}
		out = append(out, c)
	}
	return out
}

// sampleListed is the register as readers see it.
func sampleListed() (out []desk.Listed) {
	for i, c := range sampleChannels() {
		out = append(out, desk.Listed{ID: c.ID, Address: c.Address, Body: c.Body, Names: sampleBody().Names, Proof: c.Proof, Page: c.Page, Host: c.Host,
			State: []desk.ChannelState{desk.ChannelProved, desk.ChannelGone}[i%2], Since: testNow, Turned: testNow, Looked: testNow, Why: "Vì"})
	}
	return out
}

// channelSamples are the pages of the register of real channels, and of
// sources of imported checks.
func channelSamples() map[string][]page {
	ls, b := sampleListed(), sampleBody()
	denied := &desk.DeniedBy{Body: b.ID, Names: b.Names, Quote: "Số <i>0912 345 678</i> không phải của chúng tôi.", Lang: "vi", Said: testNow, Check: "0123456789abcdefghjkmnpqrs"}
	at := ls[0].Address
	denial := desk.Denial{ID: "0123456789abcdefghjkmnpqd0", Body: b.ID, Claim: "0123456789abcdefghjkmnpqrs", Quote: denied.Quote, Lang: "vi", Said: testNow, Ends: testNow, Entered: testNow, By: "0123456789abcdefghjkmnpqs1", Why: "Vì"}
	list := desk.ChannelList{Channels: sampleChannels(), Bodies: map[desk.ID]desk.Body{b.ID: b}, Staff: map[desk.ID]string{denial.By: "An"}}
	for i, s := range []desk.ChannelState{desk.ChannelWaiting, desk.ChannelDenied, desk.ChannelWithdrawn} {
		d := denial
		d.ID, d.State = desk.ID("0123456789abcdefghjkmnpqd"+string(rune('0'+i))), s
		list.Denials = append(list.Denials, d)
	}
	answers := []desk.BodyAnswer{{ID: "0123456789abcdefghjkmnpqa0", Text: "Lời <i>trả lời</i>", At: testNow}}
	source := func(k desk.ImportKind, t desk.ImportTrouble) desk.ImportSource {
		return desk.ImportSource{ID: "0123456789abcdefghjkmnpqi0", Kind: k, Name: "<b>Nguồn</b>", URL: "https://factcheck.example/feed", Site: "factcheck.example", Query: "vaccine", Lang: "vi",
			Every: 24 * time.Hour, Due: testNow, State: desk.ImportState{Good: testNow, Trouble: t, Stored: 7}}
	}
	var used []desk.ImportSource
	for i, t := range append(desk.ImportTroubles(), "") {
		one := source(desk.ImportKinds()[i%4], t)
		one.ID = desk.ID(fmt.Sprintf("0123456789abcdefghjkmnpq%02d", i))
		used = append(used, one)
	}
	used[0].Paused, used[1].State, used[2].Every = testNow, desk.ImportState{}, time.Hour
	run := desk.ImportRun{Began: testNow, Found: 3, Stored: 1, Same: 1, More: true, Trouble: desk.ImportServer}
	run.Refuse("opinion", true, desk.ImportSample{Line: 2, Number: 3, URL: "https://x.example/", Detail: "<i>"})
	run.Refuse("no-url", true, desk.ImportSample{})
	run.Refuse("bad-date", false, desk.ImportSample{Line: 1})
	rows := []importRunRow{{ImportRun: run, Refusals: []refusalRow{{"Vì", true, 2, run.Refused[0].Samples}, {"Vì", false, 1, nil}}}, {ImportRun: desk.ImportRun{Began: testNow, Unchanged: true}}}
	removed := source(desk.ImportFile, "")
	removed.Removed = testNow
	return map[string][]page{
		"channels": {channelsPage{}, channelsPage{Bodies: []bodyChannels{{b.Names, ls}}, Withdrawn: ls[:1]}},
		"channel-check": {channelCheckPage{}, channelCheckPage{Query: "<x>", Asked: true, Unread: true},
			channelCheckPage{Query: "x", Asked: true, Theirs: desk.Theirs{Address: at, Listed: &ls[0]}, ASCII: "xn--x"}, channelCheckPage{Query: "x", Asked: true, Theirs: desk.Theirs{Address: at, Listed: &ls[1]}},
			channelCheckPage{Query: "x", Asked: true, Theirs: desk.Theirs{Address: at, Denied: denied, Foreign: true}},
			channelCheckPage{Query: "x", Asked: true, Theirs: desk.Theirs{Address: at, Was: &ls[0], Like: ls[:2], Near: &ls[0]}}},
		"desk/channels": {channelDeskPage{}, channelDeskPage{ChannelList: list, Me: "0123456789abcdefghjkmnpqs1", MayEnter: true, MayTurn: true, Bodied: []desk.Body{b}, Answers: answers,
			Form: desk.NewChannel{Body: b.ID, Answer: answers[0].ID}, Denial: desk.NewDenial{InName: true}, Problems: []string{"x"}}, channelDeskPage{ChannelList: list, Me: "0123456789abcdefghjkmnpqs2", MayTurn: true}, channelDeskPage{ChannelList: list}},
		"desk/imports": {importsPage{}, importsPage{Used: used, Removed: []desk.ImportSource{removed}, May: true, Form: used[0], Problems: []string{"x"}}},
		"desk/import":  {importPage{ImportSource: used[3], Runs: rows, May: true, Problems: []string{"x"}}, importPage{ImportSource: used[0], May: true}, importPage{ImportSource: removed}},
	}
}

// channelFamilies adds the keys that these pages put together at run time.
func channelFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, k := range address.Kinds() {
		add("channel-kind.", "", string(k))
	}
	for _, p := range desk.ChannelProofs() {
		add("channel-proof.", "", string(p))
	}
	for _, s := range []desk.ChannelState{desk.ChannelWaiting, desk.ChannelRefused, desk.ChannelProved, desk.ChannelGone, desk.ChannelWithdrawn, desk.ChannelDenied} {
		add("channel-state.", "", string(s))
	}
	for _, x := range desk.ChannelTroubles() {
		add("channel-trouble.", "", string(x))
	}
	for _, k := range desk.ImportKinds() {
		add("import-kind.", "", string(k))
	}
	for _, x := range desk.ImportTroubles() {
		add("import-trouble.", "", string(x))
	}
	add("refusal.", "", desk.ImportRefusals()...)
}
