package deliver_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"soi/internal/deliver"
	"soi/internal/desk"
)

// A long line before a platform that takes nothing just now keeps nobody
// waiting at another.
func TestALongLineIsNobodyElses(t *testing.T) {
	for name, x := range map[string]struct {
		limits deliver.Limits
		err    error
	}{
		"it asked for a pause":      {deliver.Limits{}, &deliver.Failure{Kind: deliver.Temporary, Rate: true, After: 10 * time.Minute}},
		"so many a second it takes": {deliver.Limits{PerSecond: 5}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, x.limits, func(int, deliver.Message) error { return x.err })
			told := 0
			o.s.Platforms["other"] = deliver.Platform{Send: func(context.Context, deliver.Message) ([]byte, error) { told++; return nil, nil }}
			for i := range 300 {
				o.post(fmt.Sprint(i), o.talking(0), 0)
			}
			o.pass(time.Millisecond)
			o.write(func(ctx context.Context, tx desk.Tx) error {
				return tx.AddNotice(ctx, desk.Notice{ID: desk.NewID(), Op: "other", Conversation: o.talkingIn(ctx, tx), Channel: "other", Kind: desk.NoticeTalk, Body: []byte("x"),
					State: desk.NoticeWaiting, Made: o.now, Due: o.now})
			})
			for range 3 {
				o.step()
			}
			if told != 1 || len(o.called()) > 10 {
				t.Errorf("the other platform got %d messages, want one; the first was called %d times", told, len(o.called()))
			}
		})
	}
}
