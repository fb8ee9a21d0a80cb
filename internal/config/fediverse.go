package config

import (
	"fmt"
	"regexp"
)

// Fediverse is whether checks are told to followers in the fediverse, and
// under which name.
type Fediverse struct {
	On   bool
	Name string // before the @ of the account
}

// accountName is what servers of the fediverse take as a name.
var accountName = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// fediverseSettings are the rows of the fediverse.
func fediverseSettings() []Setting {
	return []Setting{
		boolean("activitypub", "let people follow published checks from the fediverse (Mastodon and others); the desk follows nobody and reads no replies", func(c *Config) *bool { return &c.Fediverse.On }),
		{Name: "activitypub-name", Default: "checks", Help: "name of the desk's account in the fediverse, before the @; once people follow it, it should stay",
			set: func(c *Config, v string) error {
				if !accountName.MatchString(v) {
					return fmt.Errorf("%q is not made of 1 to 30 small letters, digits and underscores", v)
				}
				c.Fediverse.Name = v
				return nil
			},
			get: func(c Config) string { return c.Fediverse.Name }},
	}
}
