package config

import (
	"fmt"
	"slices"
	"strings"
)

// Outside is the provider of OpenID Connect with which staff may sign in
// beside passkeys; off without an issuer.
type Outside struct {
	Issuer, Client, Secret string
	Name                   string            // what the button calls it
	Private                bool              // the issuer stands in a private network
	ACR                    []string          // values of acr that count as a fresh proof
	Groups                 map[string]string // group at the provider → role
	groupsSaid             string
}

// outsideSettings are the rows of the outside provider.
func outsideSettings() []Setting {
	return []Setting{
		word("oidc-issuer", "", "OpenID Connect provider for staff, as https://auth.example.org; empty: none", func(c *Config) *string { return &c.Outside.Issuer }),
		word("oidc-client", "", "name of soi at the provider (client id)", func(c *Config) *string { return &c.Outside.Client }),
		secret("oidc-secret", "secret of soi at the provider", func(c *Config) *string { return &c.Outside.Secret }),
		word("oidc-name", "", "what the sign-in page calls the provider; empty: its host", func(c *Config) *string { return &c.Outside.Name }),
		boolean("oidc-private", "let soi reach the provider in a private network", func(c *Config) *bool { return &c.Outside.Private }),
		{Name: "oidc-acr", Help: "values of acr, separated by commas, that count as a fresh proof; empty: what amr says of a second factor",
			set: func(c *Config, v string) error { c.Outside.ACR = commaList(v); return nil },
			get: func(c Config) string { return strings.Join(c.Outside.ACR, ",") }},
		{Name: "oidc-groups", Help: "groups whose members get an account when they first sign in, as press=checker,heads=editor; never admin; empty: only who was invited",
			set: setGroups, get: func(c Config) string { return c.Outside.groupsSaid }},
	}
}

// commaList reads words separated by commas; nil for none.
func commaList(v string) []string {
	var out []string
	for x := range strings.SplitSeq(v, ",") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// setGroups reads "press=checker,heads=editor".
func setGroups(c *Config, v string) error {
	c.Outside.Groups, c.Outside.groupsSaid = nil, v
	roles := []string{"contributor", "checker", "expert", "editor", "auditor"}
	for _, pair := range commaList(v) {
		group, role, ok := strings.Cut(pair, "=")
		if group, role = strings.TrimSpace(group), strings.TrimSpace(role); !ok || group == "" || !slices.Contains(roles, role) {
			return fmt.Errorf("%q is not a group and one of the roles %s", pair, strings.Join(roles, ", "))
		}
		if c.Outside.Groups == nil {
			c.Outside.Groups = map[string]string{}
		}
		c.Outside.Groups[group] = role
	}
	return nil
}

// finish checks what belongs together.
func (o Outside) finish() error {
	if o.Issuer != "" && o.Client == "" {
		return fmt.Errorf("%w: oidc-client: the provider at %s knows soi by a client id; set it", ErrInvalid, o.Issuer)
	}
	return nil
}
