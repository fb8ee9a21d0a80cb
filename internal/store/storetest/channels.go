package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/desk/address"
)

// newChannel is a channel with every field.
func newChannel(b desk.Body, key string) desk.BodyChannel {
	return desk.BodyChannel{ID: desk.NewID(), Body: b.ID, Address: address.Address{Kind: address.Site, Key: key, Shown: "ö.example", Host: key}, Proof: desk.ProofDNS,
		Page: "https://co-quan.example/lien-he", Host: "co-quan.example", Code: "abc", Answer: desk.NewID(), State: desk.ChannelProved, Entered: noon,
		By: desk.NewID(), Second: desk.NewID(), Why: "Vì", Turns: []desk.ChannelTurn{{State: desk.ChannelProved, At: noon, Index: 7, Hash: []byte{1, 2}}},
		Check: desk.ChannelCheck{Due: noon, Leased: noon.Add(time.Minute), Tried: noon, Good: noon, Fails: 2, Since: noon, Trouble: desk.ProofNoPage}}
}

func channels(t *testing.T, open func(*testing.T) Store) {
	list := func(s Store, f desk.ChannelFilter) []desk.BodyChannel {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.BodyChannel, error) { return tx.BodyChannels(ctx, f) })
	}
	put := func(s Store, c desk.BodyChannel) error {
		return s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetBodyChannel(t.Context(), c) })
	}
	t.Run("channels come back, one to an address, taken when due", func(t *testing.T) {
		s := open(t)
		b, _ := asked(t, s, 1)
		c := newChannel(b, "a.example")
		if err := put(s, c); err != nil {
			t.Fatal(err)
		}
		same(t, "one", []desk.BodyChannel{c}, list(s, desk.ChannelFilter{Keys: []string{"a.example"}, Body: b.ID, States: []desk.ChannelState{desk.ChannelProved}}))
		if err := put(s, newChannel(b, "a.example")); !errors.Is(err, desk.ErrDuplicate) {
			t.Errorf("one address twice: %v", err)
		}
		if got := list(s, desk.ChannelFilter{Ready: noon}); len(got) != 0 {
			t.Errorf("a leased one is due: %+v", got)
		}
		c.State, c.Check.Leased, c.Turns = desk.ChannelWithdrawn, time.Time{}, append(c.Turns, desk.ChannelTurn{State: desk.ChannelWithdrawn, At: noon, Index: 9})
		again := newChannel(b, "a.example")
		again.Entered = noon.Add(time.Hour)
		for _, x := range []desk.BodyChannel{c, again} { // an address is free again once it was withdrawn
			if err := put(s, x); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "both", []desk.BodyChannel{c, again}, list(s, desk.ChannelFilter{IDs: []desk.ID{c.ID, again.ID}}))
		same(t, "due", []desk.BodyChannel{c}, list(s, desk.ChannelFilter{Ready: noon}))
		for name, spoil := range map[string]func(*desk.BodyChannel){"alone": func(c *desk.BodyChannel) { c.Second = c.By }, "by nobody": func(c *desk.BodyChannel) { c.Second = "" },
			"of no kind": func(c *desk.BodyChannel) { c.Address.Kind = "person" }, "of no body": func(c *desk.BodyChannel) { c.Body = desk.NewID() }} {
			bad := newChannel(b, "b.example")
			if spoil(&bad); put(s, bad) == nil {
				t.Errorf("the database took a channel %s", name)
			}
		}
	})
	t.Run("denials are found by the hash of an address", func(t *testing.T) {
		s := open(t)
		b, rs := asked(t, s, 1)
		ans := desk.BodyAnswer{ID: desk.NewID(), Request: rs[0].ID, Kind: desk.AnswerText, Text: "Không phải", Lang: "vi", Way: desk.WayPage, At: noon, State: desk.AnswerGiven, Ext: []byte{1}}
		n := desk.Denial{ID: desk.NewID(), Body: b.ID, Claim: rs[0].Claim, Answer: ans.ID, Place: desk.DenialPlace(address.Site, "x.example"), Quote: "Không phải", Lang: "vi", Said: noon,
			Ends: noon.Add(time.Hour), State: desk.ChannelDenied, Entered: noon, By: desk.NewID(), Second: desk.NewID(), Why: "Vì", Turns: []desk.ChannelTurn{{State: desk.ChannelDenied, At: noon, Index: 3}}}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddBodyAnswer(ctx, ans) })
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetDenial(ctx, n) })
		for _, f := range []desk.DenialFilter{{}, {ID: n.ID}, {Answer: ans.ID}, {Places: [][]byte{n.Place, desk.DenialPlace(address.Site, "y.example")}}} {
			same(t, "denial", []desk.Denial{n}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Denial, error) { return tx.Denials(ctx, f) }))
		}
		same(t, "another", []desk.Denial{}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Denial, error) {
			return tx.Denials(ctx, desk.DenialFilter{Places: [][]byte{desk.DenialPlace(address.Mail, "x.example")}})
		}))
	})
	t.Run("sources of imported checks and their newest runs", func(t *testing.T) {
		s := open(t)
		src := desk.ImportSource{ID: desk.NewID(), Kind: desk.ImportFeed, Name: "Nguồn", URL: "https://x.example/f", Every: time.Hour, Added: noon, Due: noon, State: desk.ImportState{ETag: `"a"`, Cursor: "[]", Stored: 3, Good: noon}}
		paused := src
		paused.ID, paused.Paused, paused.Name = desk.NewID(), noon, "Ổn"
		for _, x := range []desk.ImportSource{src, paused} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetImportSource(ctx, x) })
		}
		sources := func(f desk.ImportSourceFilter) []desk.ImportSource {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ImportSource, error) { return tx.ImportSources(ctx, f) })
		}
		same(t, "due", []desk.ImportSource{src}, sources(desk.ImportSourceFilter{Ready: noon}))
		same(t, "by id", []desk.ImportSource{paused}, sources(desk.ImportSourceFilter{ID: paused.ID}))
		var kept []desk.ImportRun
		for i := range 4 {
			r := desk.ImportRun{ID: desk.NewID(), Source: src.ID, Began: noon.Add(time.Duration(i) * time.Hour), Found: i, Refused: []desk.ImportRefusal{{Kind: "opinion", Lost: true, Count: 1, Samples: []desk.ImportSample{{Line: 2}}}}}
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddImportRun(ctx, r, 2) })
			kept = append([]desk.ImportRun{r}, kept...)
		}
		same(t, "runs", kept[:2], get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ImportRun, error) { return tx.ImportRuns(ctx, src.ID, 9) }))
	})
}
