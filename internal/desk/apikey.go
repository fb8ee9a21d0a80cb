package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// APIKey lets another program of the house, or of a partner, hand tips in and
// ask what became of them. It names a program or a house, never a person.
type APIKey struct {
	ID      ID
	Name    string    // as staff know it: "Trang tin Huế, biểu mẫu"; unique without regard to case
	Hash    []byte    // SHA-256 of the key; the key itself is 256 random bits and shown once
	PerHour int       // tips taken in an hour, 1 to MaxPerHour
	Webhook string    // https address that is told when a tip is answered; "" for none
	Made    time.Time // UTC, milliseconds
	Ended   time.Time // zero while the key is good
}

// Good reports whether the key may be used.
func (k APIKey) Good() bool { return k.Ended.IsZero() }

// Limits of keys.
const (
	MaxPerHour     = 10_000 // tips of one key in an hour; a desk reads fewer in a year
	DefaultPerHour = 60
	maxKeys        = 200
)

// KeyRows keeps the keys of the API.
type KeyRows interface {
	// SetAPIKey inserts or overwrites by ID; ErrDuplicate if the name or the
	// hash is another key's.
	SetAPIKey(ctx context.Context, k APIKey) error
	// APIKeys lists all keys by name, ended ones included.
	APIKeys(ctx context.Context) ([]APIKey, error)
}

// AddAPIKey keeps a new key; hash is the SHA-256 of what its holder sends.
func (d *Desk) AddAPIKey(ctx context.Context, by Actor, k APIKey) (APIKey, error) {
	k.ID, k.Made, k.Ended = NewID(), d.Now(), time.Time{}
	k.Name = strings.Join(strings.Fields(k.Name), " ")
	if k.PerHour == 0 {
		k.PerHour = DefaultPerHour
	}
	if k.Name == "" || tooLong(k.Name, MaxLineRunes) || len(k.Hash) != 32 || k.PerHour < 1 || k.PerHour > MaxPerHour {
		return k, invalid(BadChoice)
	}
	if k.Webhook != "" {
		link, err := cleanLink(k.Webhook)
		if err != nil || !strings.HasPrefix(link, "https://") || strings.Contains(link, "#") {
			return k, invalid(BadLink)
		}
		k.Webhook = link
	}
	err := d.do(ctx, by, MayManage, func(tx Tx) error {
		all, err := tx.APIKeys(ctx)
		if err != nil {
			return err
		}
		if len(all) >= maxKeys {
			return invalid(BadChoice)
		}
		if slices.ContainsFunc(all, func(o APIKey) bool { return strings.EqualFold(o.Name, k.Name) }) {
			return invalid(NameTaken)
		}
		if err := tx.SetAPIKey(ctx, k); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvKeyAdded, About: k.ID})
	})
	return k, err
}

// EndAPIKey ends a key for good. Tips it brought stay.
func (d *Desk) EndAPIKey(ctx context.Context, by Actor, id ID) (APIKey, error) {
	var out APIKey
	err := d.do(ctx, by, MayManage, func(tx Tx) error {
		all, err := tx.APIKeys(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(k APIKey) bool { return k.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		if out = all[i]; !out.Good() {
			return nil
		}
		out.Ended = d.Now()
		if err := tx.SetAPIKey(ctx, out); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvKeyEnded, About: id})
	})
	return out, err
}

// APIKeys lists all keys by name, ended ones included, for whoever manages
// them and for the program, which checks them.
func (d *Desk) APIKeys(ctx context.Context, by Actor) ([]APIKey, error) {
	var out []APIKey
	err := d.store.Read(ctx, func(tx Tx) error {
		if err := need(by, MayManage); err != nil {
			return err
		}
		var err error
		out, err = tx.APIKeys(ctx)
		return err
	})
	return out, err
}
