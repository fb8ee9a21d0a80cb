package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
)

// talking is a conversation to begin with.
func talking(n byte) desk.Conversation {
	return desk.Conversation{ID: desk.NewID(), Channel: "telegram", Key: []byte{n, 1}, Asker: []byte{n, 2}, Address: []byte{n, 3}, Lang: "vi", Talk: `{"held":1}`,
		Heard: noon, Said: 2, Due: noon.Add(time.Duration(n) * time.Minute), Ends: noon.Add(time.Duration(n) * time.Hour), Version: 1}
}

// add stores a conversation that is new.
func add(t *testing.T, s Store, c desk.Conversation) {
	t.Helper()
	c.Version = 0
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetConversation(ctx, c) })
}

// conversations: insert, version, filters, and what forgetting one erases.
func conversations(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b := talking(1), talking(2)
	add(t, s, a)
	add(t, s, b)
	list := func(f desk.ConversationFilter) []desk.Conversation {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Conversation, error) { return tx.Conversations(ctx, f) })
	}
	same(t, "by key", []desk.Conversation{b}, list(desk.ConversationFilter{Keys: [][]byte{{9}, b.Key}}))
	same(t, "by asker", []desk.Conversation{a}, list(desk.ConversationFilter{Asker: a.Asker}))
	same(t, "due", []desk.Conversation{a}, list(desk.ConversationFilter{DueBy: noon.Add(time.Minute)}))
	same(t, "over", []desk.Conversation{a, b}[:1], list(desk.ConversationFilter{EndsBy: noon.Add(time.Hour)}))
	a.Due, a.Address, a.Said = time.Time{}, nil, 3
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetConversation(ctx, a) })
	a.Version++
	same(t, "changed", []desk.Conversation{a}, list(desk.ConversationFilter{IDs: []desk.ID{a.ID}}))
	same(t, "nothing due", []desk.Conversation{b}, list(desk.ConversationFilter{DueBy: noon.Add(time.Hour)}))
	a.Version--
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetConversation(ctx, a) })
	twin := talking(2)
	twin.Version = 0
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetConversation(ctx, twin) })
}

// forgetting: DropConversation leaves nothing that leads to the asker.
func forgetting(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := talking(1)
	add(t, s, c)
	claim, tip := newClaim("a"), newTip(1)
	tip.Claim, tip.Asker = claim.ID, c.Asker
	waiting := desk.Notice{ID: desk.NewID(), Op: "a", Conversation: c.ID, Channel: "telegram", Kind: desk.NoticeTalk, Body: []byte{1}, State: desk.NoticeWaiting, Made: noon, Due: noon}
	sent := desk.Notice{ID: desk.NewID(), Op: "b", Conversation: c.ID, Channel: "telegram", Kind: desk.NoticePublished, State: desk.NoticeSent, Made: noon, Due: noon, Sent: noon}
	held := desk.Arrival{Key: []byte{7}, Channel: "telegram", Conversation: c.ID, At: noon, N: 1, State: desk.ArrivalHeld, Body: []byte{2}}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return errors.Join(tx.SetClaim(ctx, claim), tx.AddTip(ctx, tip), tx.SetAsking(ctx, desk.Asking{Tip: tip.ID, Conversation: c.ID}),
			tx.AddNotice(ctx, waiting), tx.AddNotice(ctx, sent), tx.AddArrival(ctx, held))
	})
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropConversation(ctx, c.ID) })
	read(t, s, func(ctx context.Context, tx desk.Tx) error {
		cs, err1 := tx.Conversations(ctx, desk.ConversationFilter{})
		as, err2 := tx.Askings(ctx, desk.AskingFilter{})
		ns, err3 := tx.Notices(ctx, desk.NoticeFilter{})
		ts, err4 := tx.Tips(ctx, desk.TipFilter{})
		ds, err5 := tx.Arrivals(ctx, desk.ArrivalFilter{})
		if len(cs)+len(as) > 0 || len(ns) != 2 || len(ts) != 1 || len(ds) != 1 {
			t.Fatalf("%d conversations, %d askings, %d notices, %d tips, %d deliveries", len(cs), len(as), len(ns), len(ts), len(ds))
		}
		if ts[0].Asker != nil || ds[0].Body != nil || ds[0].Conversation != "" || ds[0].State != desk.ArrivalDone {
			t.Errorf("the asker is still in %+v or %+v", ts[0], ds[0])
		}
		for _, n := range ns {
			if n.Body != nil || n.Conversation != "" || n.State != desk.NoticeSent && (n.State != desk.NoticeDropped || n.Why != desk.WhyErased) {
				t.Errorf("a notice stands as %+v", n)
			}
		}
		return errors.Join(err1, err2, err3, err4, err5)
	})
}

// arrivals: once a key, the filters, counting tries, dropping.
func arrivals(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	one := desk.Arrival{Key: []byte{1}, Channel: "zalo", At: noon, N: 5, State: desk.ArrivalNew, Body: []byte("sealed")}
	two := desk.Arrival{Key: []byte{2}, Channel: "zalo", Conversation: desk.NewID(), At: noon.Add(time.Second), N: 4, State: desk.ArrivalHeld, Body: []byte("sealed"), Tries: 1}
	old := desk.Arrival{Key: []byte{3}, Channel: "zalo", At: noon.Add(-time.Hour), N: 3, State: desk.ArrivalAside, Why: "killed", Body: []byte("sealed")}
	for _, a := range []desk.Arrival{one, two, old} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddArrival(ctx, a) })
	}
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddArrival(ctx, one) })
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		return tx.SetArrival(ctx, desk.Arrival{Key: []byte{9}, State: desk.ArrivalNew})
	})
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.TryArrivals(ctx, [][]byte{one.Key}) })
	one.Tries = 1
	list := func(f desk.ArrivalFilter) []desk.Arrival {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Arrival, error) { return tx.Arrivals(ctx, f) })
	}
	same(t, "in order", []desk.Arrival{old, two, one}, list(desk.ArrivalFilter{}))
	same(t, "by state", []desk.Arrival{two, one}, list(desk.ArrivalFilter{States: []desk.ArrivalState{desk.ArrivalNew, desk.ArrivalHeld}}))
	same(t, "of a conversation", []desk.Arrival{two}, list(desk.ArrivalFilter{Conversations: []desk.ID{two.Conversation}}))
	bare := two
	bare.Body = nil
	same(t, "without content", []desk.Arrival{bare}, list(desk.ArrivalFilter{Conversations: []desk.ID{two.Conversation}, Bare: true}))
	same(t, "older", []desk.Arrival{old}, list(desk.ArrivalFilter{Before: noon}))
	_, counts, err := counted(t, s, "")
	same(t, "counts", []desk.ArrivalCount{{Channel: "zalo", State: desk.ArrivalAside, N: 1, Last: old.At}, {Channel: "zalo", State: desk.ArrivalHeld, N: 1, Last: two.At},
		{Channel: "zalo", State: desk.ArrivalNew, N: 1, Last: one.At}}, counts)
	isKind(t, "counting", err, nil)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		n, err := tx.DropArrivals(ctx, desk.ArrivalAside, noon)
		if n != 1 {
			t.Errorf("%d dropped, want one", n)
		}
		return err
	})
	same(t, "left", []desk.Arrival{two, one}, list(desk.ArrivalFilter{}))
	one.State, one.Body, one.Tries = desk.ArrivalDone, []byte("kept"), 0
	if err := s.Tx(ctxOf(t), func(tx desk.Tx) error { return tx.SetArrival(t.Context(), one) }); err == nil {
		t.Error("a delivery that is done keeps its content")
	}
}

// counted reads the counts.
func counted(t *testing.T, s Store, claim desk.ID) (ns []desk.NoticeCount, as []desk.ArrivalCount, err error) {
	t.Helper()
	err = s.Read(ctxOf(t), func(tx desk.Tx) (err error) {
		ns, as, err = tx.ReplyCounts(t.Context(), claim)
		return err
	})
	return ns, as, err
}

// askings: who has not been told how a claim stands.
func askings(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := talking(1)
	add(t, s, c)
	asking := map[string]desk.Asking{}
	for name, x := range map[string]struct {
		state desk.ClaimState
		rev   int
		told  int
		as    string
	}{
		"open": {desk.ClaimOpen, 0, 0, ""}, "new": {desk.ClaimPublished, 1, 0, ""}, "known": {desk.ClaimPublished, 1, 1, "published"}, "corrected": {desk.ClaimPublished, 2, 1, "published"},
		"withdrawn": {desk.ClaimWithdrawn, 2, 1, "published"}, "never told": {desk.ClaimWithdrawn, 2, 0, ""}, "closed": {desk.ClaimClosed, 0, 0, ""}, "told of it": {desk.ClaimClosed, 0, 0, "closed"},
		"imported": {desk.ClaimAnswered, 0, 0, ""}, "told of that": {desk.ClaimAnswered, 0, 0, "imported"},
	} {
		claim, tip := newClaim(name), newTip(len(asking))
		claim.State, claim.Rev, tip.Claim = x.state, x.rev, claim.ID
		a := desk.Asking{Tip: tip.ID, Conversation: c.ID, Told: x.told, As: x.as}
		write(t, s, func(ctx context.Context, tx desk.Tx) error {
			return errors.Join(tx.SetClaim(ctx, claim), tx.AddTip(ctx, tip), tx.SetAsking(ctx, a))
		})
		a.Claim = claim.ID
		asking[name] = a
	}
	for name, a := range asking {
		untold := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Asking, error) {
			return tx.Askings(ctx, desk.AskingFilter{Claim: a.Claim, Untold: true})
		})
		want := name == "new" || name == "corrected" || name == "withdrawn" || name == "closed" || name == "imported"
		if (len(untold) == 1) != want {
			t.Errorf("%s: %d to be told, want %v", name, len(untold), want)
		}
		same(t, "of a tip", []desk.Asking{a}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Asking, error) {
			return tx.Askings(ctx, desk.AskingFilter{Tips: []desk.ID{a.Tip}})
		}))
	}
	all := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Asking, error) {
		return tx.Askings(ctx, desk.AskingFilter{Conversations: []desk.ID{c.ID}})
	})
	if len(all) != len(asking) {
		t.Errorf("%d askings, want %d", len(all), len(asking))
	}
	rest := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Asking, error) {
		return tx.Askings(ctx, desk.AskingFilter{After: all[3].Tip})
	})
	same(t, "after the fourth", all[4:], rest)
}

// notices: once an op, the filters, the counts, dropping.
func notices(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	claim := desk.NewID()
	waiting := desk.Notice{ID: desk.NewID(), Op: "a", Conversation: desk.NewID(), Channel: "telegram", Kind: desk.NoticePublished, Tip: desk.NewID(), Claim: claim, Rev: 2,
		State: desk.NoticeWaiting, Why: desk.WhyRate, Calls: 1, Tries: 3, Made: noon, Due: noon.Add(time.Minute)}
	sent := desk.Notice{ID: desk.NewID(), Op: "b", Channel: "zalo", Kind: desk.NoticeImported, Imported: desk.NewID(), State: desk.NoticeSent, Made: noon.Add(-time.Hour), Due: noon, Sent: noon,
		Receipt: []byte{4}, Address: []byte{5}, Body: []byte{6}}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return errors.Join(tx.AddNotice(ctx, waiting), tx.AddNotice(ctx, sent))
	})
	twin := waiting
	twin.ID = desk.NewID()
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddNotice(ctx, twin) })
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.SetNotice(ctx, twin) })
	list := func(f desk.NoticeFilter) []desk.Notice {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Notice, error) { return tx.Notices(ctx, f) })
	}
	same(t, "all", []desk.Notice{sent, waiting}, list(desk.NoticeFilter{}))
	for name, f := range map[string]desk.NoticeFilter{"by id": {IDs: []desk.ID{waiting.ID}}, "by state": {States: []desk.NoticeState{desk.NoticeWaiting}},
		"by conversation": {Conversations: []desk.ID{waiting.Conversation}}, "by claim": {Claim: claim}, "by op": {Op: "a"}, "of other channels": {NotChannels: []string{"zalo", "email"}}} {
		same(t, name, []desk.Notice{waiting}, list(f))
	}
	for name, f := range map[string]desk.NoticeFilter{"by receipt": {Receipt: []byte{4}}, "due": {DueBy: noon}, "made before": {MadeBefore: noon}} {
		same(t, name, []desk.Notice{sent}, list(f))
	}
	waiting.State, waiting.Why, waiting.Calls = desk.NoticeHeld, desk.WhyWindow, 2
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetNotice(ctx, waiting) })
	ns, _, err := counted(t, s, "")
	isKind(t, "counting", err, nil)
	same(t, "counts", []desk.NoticeCount{{Channel: "telegram", State: desk.NoticeHeld, Why: "window", N: 1}, {Channel: "zalo", State: desk.NoticeSent, N: 1}}, ns)
	ns, _, err = counted(t, s, claim)
	isKind(t, "counting", err, nil)
	same(t, "counts of a claim", []desk.NoticeCount{{Channel: "telegram", State: desk.NoticeHeld, Why: "window", N: 1}}, ns)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		n, err := tx.DropNotices(ctx, noon.Add(time.Hour))
		if n != 1 {
			t.Errorf("%d dropped, want the one that is over", n)
		}
		return err
	})
	same(t, "left", []desk.Notice{waiting}, list(desk.NoticeFilter{}))
	waiting.Calls = 3
	if err := s.Tx(ctxOf(t), func(tx desk.Tx) error { return tx.SetNotice(t.Context(), waiting) }); err == nil {
		t.Error("a message was sent a third time")
	}
}
