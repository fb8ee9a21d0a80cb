package telegram

import (
	"strings"
	"testing"

	"soi/internal/intake"
	"soi/internal/intake/platformtest"
)

// FuzzUpdate: the same bytes are the same delivery; what is read is of this
// channel, has an id, answers to a chat, and holds nothing of an origin.
func FuzzUpdate(f *testing.F) {
	for _, body := range platformtest.TelegramBodies() {
		f.Add([]byte(platformtest.TelegramMessage(1, 4242, 7, platformtest.TelegramForwards()[0]+body)))
	}
	f.Add([]byte(platformtest.TelegramPress(2, 4242, "yes")))
	f.Add([]byte(platformtest.TelegramEdit(3, 4242, 7, "sửa")))
	f.Add([]byte(platformtest.TelegramMember(4, 4242, "private", "kicked")))
	f.Add([]byte(`{"update_id":1,"message":{"chat":{"type":"private"},"from":{},"photo":[{"file_id":"a","width":-1}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, got, err := read(raw)
		_, again, _ := read(raw)
		if err != nil || got.arrived == nil {
			return
		}
		a, b := got.arrived, again.arrived
		if b == nil || a.ExtID != b.ExtID || a.ExtID == "" || a.Channel != Name || len(a.Address) == 0 || a.Who == "" || a.Who == "0" {
			t.Fatalf("%+v", a)
		}
		if a.Kind == intake.KindPress && a.Data == "" || a.Kind == intake.KindEdit && a.Of == "" {
			t.Fatalf("%+v", a)
		}
		for _, l := range a.Links {
			if !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") {
				t.Fatalf("link %q", l)
			}
		}
		for _, m := range a.Media {
			if len(m.Ref) == 0 || m.Kind == "" || m.Type == "" {
				t.Fatalf("%+v", m)
			}
		}
	})
}

// BenchmarkTipsPerSecond is one webhook delivery, checked, read and handed over.
func BenchmarkTipsPerSecond(b *testing.B) {
	p := platformtest.NewTelegram(b)
	c, err := New(Config{Token: platformtest.TelegramToken, Base: p.URL, Secret: secret, WebhookURL: "https://desk.example/hook/telegram"})
	if err != nil {
		b.Fatal(err)
	}
	sink := &platformtest.Sink{}
	h := c.Webhook(sink)
	n := int64(0)
	for b.Loop() {
		n++
		p.Deliver(h, secret, platformtest.TelegramMessage(n, 4242, n, platformtest.TelegramForwards()[0]+platformtest.TelegramBodies()["photo"]))
	}
	if int64(len(sink.Arrived())) != n {
		b.Errorf("%d of %d", len(sink.Arrived()), n)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tips/s")
}
