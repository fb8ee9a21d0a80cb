package desk_test

import (
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// nobody is an id that no row has.
const nobody = desk.ID("0000000000000000000000000x")

// TestRightsOverThePress: only an editor decides which media are read; only
// the program fetches; who assesses decides on suggestions.
func TestRightsOverThePress(t *testing.T) {
	o := newOffice(t)
	editors, assess := []desk.Role{desk.Editor}, []desk.Role{desk.Checker, desk.Editor}
	for name, v := range map[string]struct {
		allowed []desk.Role
		do      func(by desk.Actor) error
	}{
		"add outlet": {editors, func(by desk.Actor) error {
			_, err := o.AddOutlet(o.ctx(), by, outlet("X "+string(by.Role)))
			return err
		}},
		"remove outlet": {editors, func(by desk.Actor) error { return o.RemoveOutlet(o.ctx(), by, nobody, "x") }},
		"return outlet": {editors, func(by desk.Actor) error { return o.ReturnOutlet(o.ctx(), by, nobody, "x") }},
		"add feed":      {editors, func(by desk.Actor) error { _, err := o.AddFeed(o.ctx(), by, nobody, "https://x.example/"); return err }},
		"remove feed":   {editors, func(by desk.Actor) error { return o.RemoveFeed(o.ctx(), by, nobody) }},
		"move feed":     {editors, func(by desk.Actor) error { return o.MoveFeed(o.ctx(), by, nobody) }},
		"fetch now":     {editors, func(by desk.Actor) error { return o.FetchFeed(o.ctx(), by, nobody) }},
		"feeds":         {desk.Roles(), func(by desk.Actor) error { _, err := o.Feeds(o.ctx(), by); return err }},
		"suggestions":   {desk.Roles(), func(by desk.Actor) error { _, err := o.Suggestions(o.ctx(), by, desk.SuggestionFilter{}); return err }},
		"take":          {assess, func(by desk.Actor) error { _, err := o.TakeSuggestion(o.ctx(), by, nobody); return err }},
		"drop":          {assess, func(by desk.Actor) error { return o.DropSuggestion(o.ctx(), by, nobody, desk.SuggestionOpinion) }},
		"hand out":      {nil, func(by desk.Actor) error { _, err := o.TakeFeeds(o.ctx(), by, 1, false); return err }},
		"store":         {nil, func(by desk.Actor) error { return o.FeedFetched(o.ctx(), by, desk.FeedOutcome{Feed: nobody}) }},
		"known":         {nil, func(by desk.Actor) error { _, err := o.KnownPieces(o.ctx(), by, nobody, nil, nil); return err }},
		"recent":        {nil, func(by desk.Actor) error { _, err := o.RecentPieces(o.ctx(), by, o.now()); return err }},
		"forget":        {nil, func(by desk.Actor) error { _, _, err := o.ForgetPress(o.ctx(), by); return err }},
	} {
		for _, r := range desk.Roles() {
			err := v.do(o.staff[r])
			if got, want := !isForbidden(err), slices.Contains(v.allowed, r); got != want {
				t.Errorf("%s as %s: %v, allowed should be %v", name, r, err, want)
			}
		}
	}
}

func isForbidden(err error) bool { return err == desk.ErrForbidden }

// outlet is an outlet that can be added.
func outlet(name string) desk.Outlet {
	return desk.Outlet{Name: name, Site: "https://bao.example/", Imprint: "https://bao.example/toa-soan", Reason: "Báo tỉnh"}
}

func TestOutletsArePublishedMedia(t *testing.T) {
	o := newOffice(t)
	editor := o.staff[desk.Editor]
	for name, c := range map[string]struct {
		spoil func(*desk.Outlet)
		want  desk.Problem
	}{
		"no name":       {func(x *desk.Outlet) { x.Name = "  " }, desk.TextEmpty},
		"no imprint":    {func(x *desk.Outlet) { x.Imprint = "" }, desk.OutletNoImprint},
		"odd imprint":   {func(x *desk.Outlet) { x.Imprint = "mailto:a@b.example" }, desk.OutletNoImprint},
		"no site":       {func(x *desk.Outlet) { x.Site = "bao" }, desk.BadLink},
		"no reason":     {func(x *desk.Outlet) { x.Reason = " " }, desk.OutletNoReason},
		"an old reason": {func(x *desk.Outlet) { x.Reason = string(make([]byte, 3000)) }, desk.TextTooLong},
	} {
		x := outlet("Báo A")
		c.spoil(&x)
		if _, err := o.AddOutlet(o.ctx(), editor, x); !slices.Contains(desk.Problems(err), c.want) && c.want != desk.TextTooLong {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, err := o.AddOutlet(o.ctx(), editor, outlet("Báo  A"))
	o.must(err)
	if _, err := o.AddOutlet(o.ctx(), editor, outlet("báo a")); !slices.Contains(desk.Problems(err), desk.OutletTaken) {
		t.Errorf("the same name again: %v", err)
	}
	f, err := o.AddFeed(o.ctx(), editor, a.ID, "https://bao.example/rss")
	o.must(err)
	if err := o.RemoveOutlet(o.ctx(), editor, a.ID, " "); !slices.Contains(desk.Problems(err), desk.OutletNoReason) {
		t.Errorf("removed without a reason: %v", err)
	}
	o.must(o.RemoveOutlet(o.ctx(), editor, a.ID, "Đã đóng cửa"))
	o.want(o.RemoveOutlet(o.ctx(), editor, a.ID, "x"), desk.ErrState)
	_, err = o.AddFeed(o.ctx(), editor, a.ID, "https://bao.example/rss2")
	o.want(err, desk.ErrState)
	o.want(o.RemoveFeed(o.ctx(), editor, f.ID), desk.ErrState) // went with its outlet
	taken, err := o.TakeFeeds(o.ctx(), desk.Program(), 10, false)
	o.must(err)
	if len(taken) != 0 {
		t.Error("a feed of a removed outlet is fetched")
	}
	all, err := o.Outlets(o.ctx())
	o.must(err)
	if len(all) != 1 || all[0].Read() || all[0].Why != "Đã đóng cửa" || all[0].Name != "Báo A" {
		t.Errorf("%+v", all)
	}
	o.pass(30 * 24 * time.Hour)
	o.must(o.ReturnOutlet(o.ctx(), editor, a.ID, "Đã mở lại"))
	again, err := o.AddFeed(o.ctx(), editor, a.ID, "https://bao.example/rss")
	o.must(err)
	if again.ID != f.ID {
		t.Error("the feed that was removed is not the one that is read again")
	}
	if !again.Added.Equal(o.now()) {
		t.Error("silence is counted from long ago for a feed that is read again")
	}
}

// fetched stores an outcome for a new feed and returns the feed.
func (o *office) fetched(name string, out desk.FeedOutcome) desk.Feed {
	o.t.Helper()
	x, err := o.AddOutlet(o.ctx(), o.staff[desk.Editor], outlet(name))
	o.must(err)
	_, err = o.AddFeed(o.ctx(), o.staff[desk.Editor], x.ID, "https://bao.example/"+name)
	o.must(err)
	fs, err := o.TakeFeeds(o.ctx(), desk.Program(), 10, false)
	o.must(err)
	out.Feed, out.Leased, out.Due = fs[0].ID, fs[0].Leased, o.now().Add(time.Hour)
	for i := range out.Suggestions {
		out.Suggestions[i].Outlet = x.ID
	}
	o.must(o.FeedFetched(o.ctx(), desk.Program(), out))
	return fs[0]
}

// suggest is a suggestion that can be stored.
func suggest(n byte, sentence string) desk.Suggestion {
	return desk.Suggestion{Story: nobody, Link: "https://bao.example/1", Sentence: sentence, Folded: []byte{n, 1}, Lang: "vi", Points: 700, Reasons: []string{"figure"}}
}

func TestLeases(t *testing.T) {
	o := newOffice(t)
	f := o.fetched("a", desk.FeedOutcome{})
	o.pass(2 * time.Hour)
	first, err := o.TakeFeeds(o.ctx(), desk.Program(), 10, false)
	o.must(err)
	again, err := o.TakeFeeds(o.ctx(), desk.Program(), 10, false)
	o.must(err)
	if len(first) != 1 || len(again) != 0 {
		t.Fatalf("%d, then %d", len(first), len(again))
	}
	o.pass(desk.FeedLease + time.Second) // the replica that had it is gone
	second, err := o.TakeFeeds(o.ctx(), desk.Program(), 10, false)
	o.must(err)
	if len(second) != 1 {
		t.Fatal("a lease does not end")
	}
	o.want(o.FeedFetched(o.ctx(), desk.Program(), desk.FeedOutcome{Feed: f.ID, Leased: first[0].Leased}), desk.ErrConflict)
	o.must(o.FeedFetched(o.ctx(), desk.Program(), desk.FeedOutcome{Feed: f.ID, Leased: second[0].Leased, Due: o.now().Add(time.Hour)}))
}

func TestSuggestionsAreDecidedByPeople(t *testing.T) {
	o := newOffice(t)
	checker := o.staff[desk.Checker]
	o.fetched("a", desk.FeedOutcome{Suggestions: []desk.Suggestion{suggest(1, "Giá điện tăng 3 %."), suggest(2, "Giá nước tăng 5 %."), suggest(3, "Một ý kiến 3 %."), suggest(1, "Giá điện tăng 3 %.")}})
	list, err := o.Suggestions(o.ctx(), checker, desk.SuggestionFilter{State: desk.SuggestionOpen})
	o.must(err)
	if len(list) != 3 {
		t.Fatalf("%d suggestions", len(list))
	}
	q, err := o.Queue(o.ctx(), checker, "", "")
	o.must(err)
	if len(q.Claims) != 0 {
		t.Fatal("a suggestion became a claim by itself")
	}
	byText := map[string]desk.ID{}
	for _, s := range list {
		byText[s.Sentence] = s.ID
	}
	c, err := o.TakeSuggestion(o.ctx(), checker, byText["Giá điện tăng 3 %."])
	o.must(err)
	twice, err := o.TakeSuggestion(o.ctx(), checker, byText["Giá điện tăng 3 %."])
	o.must(err)
	if twice.ID != c.ID || c.State != desk.ClaimOpen || c.Text != "Giá điện tăng 3 %." {
		t.Errorf("%+v, again %+v", c, twice)
	}
	v, err := o.ClaimPage(o.ctx(), checker, c.ID)
	o.must(err)
	if len(v.Evidence) != 1 || v.Evidence[0].URL != "https://bao.example/1" || v.Evidence[0].Stance != desk.Context || v.Evidence[0].Independent || v.Evidence[0].Publisher != "a" {
		t.Errorf("evidence %+v", v.Evidence)
	}
	o.must(o.DropSuggestion(o.ctx(), checker, byText["Một ý kiến 3 %."], desk.SuggestionOpinion))
	o.must(o.DropSuggestion(o.ctx(), checker, byText["Một ý kiến 3 %."], desk.SuggestionOpinion))
	o.want(o.DropSuggestion(o.ctx(), checker, byText["Một ý kiến 3 %."], desk.SuggestionDismissed), desk.ErrState)
	o.want(o.DropSuggestion(o.ctx(), checker, byText["Giá nước tăng 5 %."], desk.SuggestionTaken), desk.ErrInvalid)
	o.want(func() error {
		_, err := o.TakeSuggestion(o.ctx(), checker, byText["Một ý kiến 3 %."])
		return err
	}(), desk.ErrState)
	// What was decided does not come again.
	o.fetched("b", desk.FeedOutcome{Suggestions: []desk.Suggestion{suggest(3, "Một ý kiến 3 %."), suggest(1, "Giá điện tăng 3 %.")}})
	list, err = o.Suggestions(o.ctx(), checker, desk.SuggestionFilter{State: desk.SuggestionOpen})
	o.must(err)
	if len(list) != 1 || list[0].Sentence != "Giá nước tăng 5 %." {
		t.Errorf("%+v", list)
	}
}

// TestSuggestionsOfRemovedOutletsHideNoOthers: what stands first but is no
// longer shown takes no place on the list.
func TestSuggestionsOfRemovedOutletsHideNoOthers(t *testing.T) {
	o := newOffice(t)
	first := suggest(1, "Giá điện tăng 3 %.")
	first.Points = 900
	gone := o.fetched("a", desk.FeedOutcome{Suggestions: []desk.Suggestion{first}})
	o.fetched("b", desk.FeedOutcome{Suggestions: []desk.Suggestion{suggest(2, "Giá nước tăng 5 %.")}})
	o.must(o.RemoveOutlet(o.ctx(), o.staff[desk.Editor], gone.Outlet, "Đã đóng cửa"))
	list, err := o.Suggestions(o.ctx(), o.staff[desk.Checker], desk.SuggestionFilter{State: desk.SuggestionOpen, Limit: 1})
	o.must(err)
	if len(list) != 1 || list[0].Sentence != "Giá nước tăng 5 %." {
		t.Errorf("%+v", list)
	}
}

func TestThePressIsForgotten(t *testing.T) {
	o := newOffice(t)
	p := desk.Piece{ID: desk.NewID(), Outlet: nobody, GUID: []byte{1}, Link: []byte{2}, Story: nobody, Seen: o.now()}
	var out desk.FeedOutcome
	out.Suggestions = []desk.Suggestion{suggest(1, "Giá điện tăng 3 %.")}
	f := o.fetched("a", out)
	o.pass(2 * time.Hour)
	fs, err := o.TakeFeeds(o.ctx(), desk.Program(), 1, false)
	o.must(err)
	p.Feed = f.ID
	o.must(o.FeedFetched(o.ctx(), desk.Program(), desk.FeedOutcome{Feed: f.ID, Leased: fs[0].Leased, Due: o.now().Add(1000 * time.Hour), Pieces: []desk.Piece{p}}))
	forget := func(wantRows int, wantHeld bool) {
		t.Helper()
		n, held, err := o.ForgetPress(o.ctx(), desk.Program())
		o.must(err)
		if n != wantRows || held != wantHeld {
			t.Errorf("%d rows, held %v; want %d, %v", n, held, wantRows, wantHeld)
		}
	}
	day := func(n int) {
		for range n {
			o.pass(24 * time.Hour)
			if _, _, err := o.ForgetPress(o.ctx(), desk.Program()); err != nil {
				t.Fatal(err)
			}
		}
	}
	forget(0, false)
	o.pass(10 * 365 * 24 * time.Hour)
	forget(0, true) // the clock jumped: nothing is removed
	o.pass(-10 * 365 * 24 * time.Hour)
	forget(0, true)
	day(13)
	list, err := o.Suggestions(o.ctx(), o.staff[desk.Auditor], desk.SuggestionFilter{})
	o.must(err)
	if len(list) != 1 {
		t.Fatal("forgotten before its time")
	}
	day(2)
	if list, err = o.Suggestions(o.ctx(), o.staff[desk.Auditor], desk.SuggestionFilter{}); err != nil || len(list) != 0 {
		t.Errorf("%d suggestions after fifteen days, %v", len(list), err)
	}
	day(16)
	known, err := o.KnownPieces(o.ctx(), desk.Program(), f.ID, [][]byte{{1}}, nil)
	o.must(err)
	if len(known) != 0 {
		t.Error("the hashes of a piece are kept for more than thirty days")
	}
}
