package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

// answersSamples are the page of answers, empty and with every reason there is.
func answersSamples() map[string][]page {
	st := desk.Standing{Arrivals: []desk.ArrivalCount{{Channel: "telegram", State: desk.ArrivalAside, N: 2, Last: testNow}}}
	for i, why := range []string{desk.WhyGone, desk.WhyWindow, desk.WhyQuota, desk.WhyRate, desk.WhyTemporary, desk.WhyAuth, desk.WhyRefused, desk.WhyUnknown,
		desk.WhyErased, desk.WhySuperseded, desk.WhyOff, desk.WhyLost} {
		c := []string{"telegram", "whatsapp", "zalo", "zalobot", "email", "webhook"}[i%6]
		st.Notices = append(st.Notices, desk.NoticeCount{Channel: c, State: desk.NoticeFailed, Why: why, N: i + 1}, desk.NoticeCount{Channel: c, State: desk.NoticeSent, N: 10})
	}
	return map[string][]page{"desk/answers": {answersPage{}, answersOf(st)}}
}

func TestAnswersAreSummedByChannel(t *testing.T) {
	got := answersOf(desk.Standing{
		Arrivals: []desk.ArrivalCount{{Channel: "zalo", State: desk.ArrivalDone, N: 9, Last: testNow}, {Channel: "zalo", State: desk.ArrivalHeld, N: 1}},
		Notices: []desk.NoticeCount{{Channel: "email", State: desk.NoticeSent, N: 7}, {Channel: "zalo", State: desk.NoticeWaiting, Why: desk.WhyRate, N: 2},
			{Channel: "zalo", State: desk.NoticeUnknown, Why: desk.WhyUnknown, N: 3}, {Channel: "zalo", State: desk.NoticeHeld, Why: desk.WhyWindow, N: 4}},
	})
	want := answersPage{Channels: []channelAnswers{{Channel: "email", Sent: 7}, {Channel: "zalo", Way: 5, Held: 4, Arrivals: 1, Last: testNow}},
		Reasons: []reasonCount{{"zalo", desk.NoticeHeld, desk.WhyWindow, 4}, {"zalo", desk.NoticeUnknown, desk.WhyUnknown, 3}, {"zalo", desk.NoticeWaiting, desk.WhyRate, 2}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
