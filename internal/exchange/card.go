package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Card tells who a desk is: its name, its key, and how it came to that key. It
// is not signed as a whole; whoever reads it trusts a key already.
type Card struct {
	Desk    string   `json:"desk"`
	Name    string   `json:"name"`
	Key     string   `json:"key"`
	Changes []string `json:"changes,omitempty"` // signed notes, oldest first
	Revoked []string `json:"revoked,omitempty"` // signed notes
}

// The first lines of notes about keys.
const (
	changeHead = "soi-exchange-key/v1"
	revokeHead = "soi-exchange-revoke/v1"
)

// Change makes the note by which a desk goes over to another key. Both sign:
// the old one vouches for the new, the new one shows that it is held.
func Change(old, next *Key, at time.Time) (string, error) {
	if old.Desk() != next.Desk() || old.VKey() == next.VKey() {
		return "", fmt.Errorf("%w: a change of key is between two keys of one desk", ErrForm)
	}
	b, err := sign(fmt.Sprintf("%s\n%s\n%s\n%s\n%s\n", changeHead, old.Desk(), old.VKey(), next.VKey(), at.UTC().Format(time.RFC3339)), old, next)
	return string(b), err
}

// Revoke makes the note by which the holder of a key says that it must not be
// trusted any more.
func Revoke(k *Key, at time.Time) (string, error) {
	b, err := sign(fmt.Sprintf("%s\n%s\n%s\n%s\n", revokeHead, k.Desk(), k.VKey(), at.UTC().Format(time.RFC3339)), k)
	return string(b), err
}

// changeOf reads which key a note leads to from one; "" when it is about
// another key. The signatures are verified.
func changeOf(n, from string) string {
	lines := strings.Split(n, "\n")
	if len(lines) < 5 || lines[0] != changeHead || lines[2] != from {
		return ""
	}
	name, err := DeskOf(from)
	if err != nil || lines[1] != name {
		return ""
	}
	if next, err := DeskOf(lines[3]); err != nil || next != name {
		return ""
	}
	if text, err := open([]byte(n), from, lines[3]); err != nil || !strings.HasPrefix(text, strings.Join(lines[:5], "\n")) {
		return ""
	}
	return lines[3]
}

// revokes reports whether a note revokes a key.
func revokes(n, vkey string) bool {
	lines := strings.Split(n, "\n")
	if len(lines) < 4 || lines[0] != revokeHead || lines[2] != vkey {
		return false
	}
	text, err := open([]byte(n), vkey)
	return err == nil && strings.HasPrefix(text, strings.Join(lines[:4], "\n"))
}

// Bytes is the card as it is served.
func (c Card) Bytes() ([]byte, error) {
	b, err := json.MarshalIndent(c, "", " ")
	return append(b, '\n'), err
}

// ReadCard reads a card and follows the changes of key from one that is
// trusted. ErrRevoked when that key, or one it leads to, was revoked;
// ErrSignature when nothing leads from the trusted key to the card's.
func ReadCard(b []byte, trusted string) (Card, error) {
	var c Card
	if len(b) > MaxCard {
		return c, ErrForm
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("%w: card", ErrForm)
	}
	name, err := DeskOf(trusted)
	if err != nil {
		return c, err
	}
	if c.Desk != name || len(c.Changes) > maxNotes || len(c.Revoked) > maxNotes {
		return c, fmt.Errorf("%w: card of another desk", ErrForm)
	}
	key := trusted
	for range len(c.Changes) + 1 {
		for _, n := range c.Revoked {
			if revokes(n, key) {
				return c, ErrRevoked
			}
		}
		if key == c.Key {
			return c, nil
		}
		next := ""
		for _, n := range c.Changes {
			if to := changeOf(n, key); to != "" {
				next = to
			}
		}
		if next == "" {
			break
		}
		key = next
	}
	return c, ErrSignature
}
