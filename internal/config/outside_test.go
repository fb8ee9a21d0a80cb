package config

import (
	"errors"
	"maps"
	"testing"
)

func TestOutsideSettings(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	load := func(flags map[string]string) (Config, error) { return Load("", none, flags) }
	c, err := load(map[string]string{"oidc-issuer": "https://id.example", "oidc-client": "soi", "oidc-groups": "press=checker, heads = editor", "oidc-acr": "a, b"})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(c.Outside.Groups, map[string]string{"press": "checker", "heads": "editor"}) || len(c.Outside.ACR) != 2 {
		t.Errorf("%+v", c.Outside)
	}
	for what, flags := range map[string]map[string]string{
		"an admin by group":  {"oidc-groups": "heads=admin"},
		"no role":            {"oidc-groups": "heads"},
		"an unknown role":    {"oidc-groups": "heads=chief"},
		"issuer, no client":  {"oidc-issuer": "https://id.example"},
		"a group of nothing": {"oidc-groups": "=editor"},
	} {
		if _, err := load(flags); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
