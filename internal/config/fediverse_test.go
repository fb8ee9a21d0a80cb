package config

import (
	"errors"
	"testing"
)

// TestFediverse: the fediverse is off unless it is switched on, and a name
// that its servers would not take is refused.
func TestFediverse(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	c, err := Load("", none, nil)
	if err != nil || c.Fediverse.On || c.Fediverse.Name != "checks" {
		t.Errorf("%+v, %v", c.Fediverse, err)
	}
	c, err = Load("", none, map[string]string{"activitypub": "true", "activitypub-name": "kiem_chung"})
	if err != nil || !c.Fediverse.On || c.Fediverse.Name != "kiem_chung" {
		t.Errorf("%+v, %v", c.Fediverse, err)
	}
	for _, name := range []string{"", "Kiểm chứng", "a@b", "../x", "0123456789012345678901234567890"} {
		if _, err := Load("", none, map[string]string{"activitypub-name": name}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
