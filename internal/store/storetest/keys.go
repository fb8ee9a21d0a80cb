package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// apiKeys is what a store promises of the keys of the API.
func apiKeys(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	mk := func(name string, b byte) desk.APIKey {
		return desk.APIKey{ID: desk.NewID(), Name: name, Hash: bytes.Repeat([]byte{b}, 32), PerHour: 60, Made: noon}
	}
	set := func(k desk.APIKey) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetAPIKey(ctx, k) })
	}
	list := func() []desk.APIKey {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.APIKey, error) { return tx.APIKeys(ctx) })
	}
	same(t, "no key", []desk.APIKey{}, list())
	b, a := mk("biểu mẫu", 2), mk("An ninh mạng", 1)
	b.Webhook = "https://partner.example/told?x=1"
	set(b)
	set(a)
	same(t, "by name", []desk.APIKey{a, b}, list())
	b.Ended, b.PerHour = noon.Add(time.Hour), 5
	set(b)
	same(t, "ended", []desk.APIKey{a, b}, list())
	for _, k := range []desk.APIKey{mk("BIỂU  MẪU", 3), mk("khác", 1)} {
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetAPIKey(ctx, k) })
	}
	same(t, "after refusals", []desk.APIKey{a, b}, list())
}
