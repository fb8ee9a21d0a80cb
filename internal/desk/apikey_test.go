package desk_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"soi/internal/desk"
)

func TestKeysOfTheAPI(t *testing.T) {
	o := newOffice(t)
	admin := o.staff[desk.Admin]
	key := func(name string, b byte) desk.APIKey {
		return desk.APIKey{Name: name, Hash: bytes.Repeat([]byte{b}, 32)}
	}
	for _, r := range desk.Roles() {
		_, err := o.AddAPIKey(o.ctx(), o.staff[r], key("của "+string(r), byte(len(r))))
		_, listErr := o.APIKeys(o.ctx(), o.staff[r])
		_, endErr := o.EndAPIKey(o.ctx(), o.staff[r], "0000000000000000000000000x")
		for verb, err := range map[string]error{"add": err, "list": listErr, "end": endErr} {
			if allowed := !errors.Is(err, desk.ErrForbidden); allowed != (r == desk.Admin) {
				t.Errorf("%s as %s: %v", verb, r, err)
			}
		}
	}
	k := key("  Biểu mẫu   của báo ", 77)
	k.Webhook = "https://partner.example/told"
	made, err := o.AddAPIKey(o.ctx(), admin, k)
	o.must(err)
	if made.Name != "Biểu mẫu của báo" || made.PerHour != desk.DefaultPerHour || !made.Good() {
		t.Errorf("%+v", made)
	}
	for _, c := range []struct {
		k    desk.APIKey
		want desk.Problem
	}{
		{key("BIỂU MẪU CỦA BÁO", 78), desk.NameTaken}, {key("", 78), desk.BadChoice}, {key(strings.Repeat("x", 2000), 78), desk.BadChoice},
		{desk.APIKey{Name: "x", Hash: []byte("short")}, desk.BadChoice}, {desk.APIKey{Name: "x", Hash: k.Hash[:31]}, desk.BadChoice},
		{desk.APIKey{Name: "x", Hash: bytes.Repeat([]byte{1}, 32), PerHour: -1}, desk.BadChoice},
		{desk.APIKey{Name: "x", Hash: bytes.Repeat([]byte{1}, 32), Webhook: "http://partner.example"}, desk.BadLink},
		{desk.APIKey{Name: "x", Hash: bytes.Repeat([]byte{1}, 32), Webhook: "https://a:b@partner.example"}, desk.BadLink},
		{desk.APIKey{Name: "x", Hash: bytes.Repeat([]byte{1}, 32), Webhook: "file:///etc/passwd"}, desk.BadLink},
	} {
		if _, err := o.AddAPIKey(o.ctx(), admin, c.k); !slices.Contains(desk.Problems(err), c.want) {
			t.Errorf("%q: %v, want %s", c.k.Name, err, c.want)
		}
	}
	ended, err := o.EndAPIKey(o.ctx(), admin, made.ID)
	o.must(err)
	again, err := o.EndAPIKey(o.ctx(), admin, made.ID)
	o.must(err)
	if ended.Good() || !again.Ended.Equal(ended.Ended) {
		t.Errorf("%+v, %+v", ended, again)
	}
	es, err := o.Journal(o.ctx(), admin, 10)
	o.must(err)
	kinds := map[desk.EventKind]int{}
	for _, e := range es {
		kinds[e.Kind]++
	}
	if kinds[desk.EvKeyAdded] != 2 || kinds[desk.EvKeyEnded] != 1 { // one by the walk over the roles
		t.Errorf("events %v", kinds)
	}
}
