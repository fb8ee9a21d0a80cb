package app

import (
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// TestFeedDoctorSpeaks goes through what can be wrong with a feed: each is
// said in both languages, in words for a person, with its weight.
func TestFeedDoctorSpeaks(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	ok := desk.FeedState{Tried: now, Good: now, Newest: now.Add(-time.Hour), Interval: time.Hour, Pieces: 7}
	type want struct {
		level  Level
		en, vi string
	}
	for name, c := range map[string]struct {
		change func(*desk.FeedState)
		want   []want
	}{
		"new":      {func(s *desk.FeedState) { *s = desk.FeedState{} }, []want{{Well, "Not fetched yet.", "Chưa đọc lần nào."}}},
		"well":     {func(*desk.FeedState) {}, []want{{Well, "7 pieces so far, the newest 1 hour ago", "7 bài đến nay, bài mới nhất 1 giờ trước"}}},
		"silent":   {func(s *desk.FeedState) { s.Silent, s.Newest = true, now.AddDate(0, 0, -9) }, []want{{Notice, "Silent: the newest piece came 9 days ago", "Im lặng: bài mới nhất đến 9 ngày trước"}}},
		"one miss": {func(s *desk.FeedState) { s.Fails, s.Trouble = 1, desk.FeedSlow }, []want{{Notice, "did not answer in full", "không trả lời trọn vẹn"}}},
		"failing": {func(s *desk.FeedState) { s.Fails, s.Trouble, s.Good = 4, desk.FeedGone, time.Time{} },
			[]want{{Trouble, "gone for good (410). Failed 4 times in a row; the last good fetch was never.", "bị bỏ hẳn (410). Hỏng 4 lần liền; lần đọc được gần nhất: chưa bao giờ."}}},
		"moved, renamed, broken": {func(s *desk.FeedState) { s.Moved, s.Renamed, s.Mended = "https://new.example/rss", 6, true },
			[]want{{Notice, "Moved for good to https://new.example/rss", "chuyển hẳn sang https://new.example/rss"}, {Notice, "6 pieces came again under a new id", "6 bài đến lại với mã mới"}, {Notice, "broken in form", "lỗi định dạng"}}},
	} {
		f := desk.Feed{State: ok}
		c.change(&f.State)
		got := remarksOn(f, now)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		for i, w := range c.want {
			if got[i].Level != w.level || !strings.Contains(got[i].En, w.en) || !strings.Contains(got[i].Vi, w.vi) {
				t.Errorf("%s: %+v, want %+v", name, got[i], w)
			}
		}
	}
	for _, x := range desk.FeedTroubles() {
		if r := TroubleRemark(x); r.En == "The fetch failed." || r.Vi == r.En || r.En == "" {
			t.Errorf("%s has no sentence of its own", x)
		}
	}
}
