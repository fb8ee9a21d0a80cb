package config

import (
	"errors"
	"testing"
)

// TestSecondReviewer: the desk can ask for more, never for less.
func TestSecondReviewer(t *testing.T) {
	for value, want := range map[string]bool{"high": false, "medium": true} {
		c, err := Load("", func(string) (string, bool) { return "", false }, map[string]string{"second-reviewer": value})
		if err != nil || c.TwoMedium != want {
			t.Errorf("%s: %v, %v", value, c.TwoMedium, err)
		}
	}
	for _, value := range []string{"none", "low", "false", ""} {
		if _, err := Load("", func(string) (string, bool) { return "", false }, map[string]string{"second-reviewer": value}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q was taken: %v", value, err)
		}
	}
}
