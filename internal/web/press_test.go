package web

import "soi/internal/desk"

// pressSamples are the pages about the press, public and staff.
func pressSamples() map[string][]page {
	o := desk.Outlet{ID: "0123456789abcdefghjkmnpqrs", Name: "Báo A", Site: "https://bao.example/", Imprint: "https://bao.example/toa-soan", Reason: "Báo tỉnh", Added: testNow}
	gone := o
	gone.ID, gone.Name, gone.Removed, gone.Why = "0123456789abcdefghjkmnpqrt", "Báo B", testNow, "Đã đóng"
	f := desk.Feed{ID: "0123456789abcdefghjkmnpqrv", Outlet: o.ID, URL: "https://bao.example/rss"}
	well := f
	well.ID, well.State.Tried, well.State.Pieces, well.State.Interval = "0123456789abcdefghjkmnpqrw", testNow, 7, desk.MinFeedInterval
	ill := f
	ill.ID, ill.State.Moved = "0123456789abcdefghjkmnpqrx", "https://bao.example/new"
	rows := []outletRow{{o, []feedRow{{Feed: f}, {Feed: well}, {ill, []string{"Hỏng 3 lần liền."}}}}}
	known := sampleSuggestions()[0]
	s := desk.Suggested{Suggestion: desk.Suggestion{ID: "0123456789abcdefghjkmnpqry", Link: "https://bao.example/1", Sentence: "Giá điện tăng 3 %.", Lang: "vi", Found: testNow}, Outlet: o, Also: []string{"Báo C", "Báo D"}}
	return map[string][]page{
		"outlets": {outletsPage{}, outletsPage{Read: []desk.Outlet{o}, Removed: []desk.Outlet{gone}}},
		"desk/feeds": {feedsPage{}, feedsPage{Read: rows, Removed: []outletRow{{Outlet: gone}}, Notices: 1, May: true, Form: o, URL: f.URL, Problems: []string{"x"},
			Preview:  &FeedPreview{URL: f.URL, Title: "Báo A", Kind: "rss", Mended: true, Pieces: []string{"a"}, Count: 1, Suggested: []string{"b"}},
			Imported: &OPMLImport{Outlets: 1, Feeds: 2, Same: 3, Left: []string{"Báo X"}}},
			feedsPage{May: true, Preview: &FeedPreview{URL: "https://bao.example/", Found: []string{f.URL}}, Trouble: "Không phải nguồn tin."}},
		"desk/press": {suggestedPage{None: true}, suggestedPage{}, suggestedPage{Notices: 2, May: true, List: []suggestedRow{
			{Suggested: s, Because: []string{"có con số"}, Known: &known}, {Suggested: desk.Suggested{Suggestion: s.Suggestion, Outlet: o}}}}},
	}
}

// pressFamilies adds the keys that the pages about the press put together.
func pressFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, t := range desk.FeedTroubles() {
		add("feed-trouble.", "", string(t))
	}
	add("press-reason.", "", "figure", "percent", "money", "big-number", "date", "comparison", "attributed", "cause")
}
