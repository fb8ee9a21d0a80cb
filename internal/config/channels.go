package config

import (
	"fmt"
	"os"
	"strings"
)

// Channels is what the channels by which tips arrive are told from outside. A
// channel without its key or address is off.
type Channels struct {
	Chat ChatChannels
	Mail MailChannel
}

// channelSettings are the rows of all channels.
func channelSettings() []Setting {
	return append(chatSettings(), mailSettings()...)
}

// word is a setting that is a plain text, trimmed.
func word(name, def, help string, p func(*Config) *string) Setting {
	return Setting{Name: name, Default: def, Help: help,
		set: func(c *Config, v string) error { *p(c) = v; return nil },
		get: func(c Config) string { return *p(&c) }}
}

// secret is a setting that is never printed. Its value, or @ and the path of a
// file that holds it: `soi config`, the environment of a process and the
// history of a shell then show the path alone.
func secret(name, help string, p func(*Config) *string) Setting {
	s := word(name, "", help+"; or @/path/of/a/file that holds it", p)
	s.Secret = true
	s.set = func(c *Config, v string) error {
		if path, ok := strings.CutPrefix(v, "@"); ok {
			b, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("the file with the secret cannot be read: %w", err)
			}
			if v = strings.TrimSpace(string(b)); v == "" {
				return fmt.Errorf("the file %s is empty", path)
			}
		}
		*p(c) = v
		return nil
	}
	return s
}
