package preview

import (
	"context"
	"sync"
)

// mostKept bounds the pictures in memory: about 40 KB each, 8 MB in all.
const mostKept = 200

// Cache draws each card once while it is wanted, one at a time, and keeps
// the last ones. Safe for concurrent use.
type Cache struct {
	artist *Artist
	mu     sync.Mutex
	kept   map[Card][]byte
	order  []Card // the one drawn longest ago first
	turn   chan struct{}
}

// NewCache loads the fonts.
func NewCache() (*Cache, error) {
	a, err := NewArtist()
	return &Cache{artist: a, kept: map[Card][]byte{}, turn: make(chan struct{}, 1)}, err
}

// Get returns the picture of a card. It waits while another is drawn, as
// long as ctx lasts.
func (c *Cache) Get(ctx context.Context, card Card) ([]byte, error) {
	if b := c.find(card); b != nil {
		return b, nil
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if b := c.find(card); b != nil { // drawn while we waited
		return b, nil
	}
	b, err := c.artist.Draw(card)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, there := c.kept[card]; !there {
		c.order = append(c.order, card)
	}
	c.kept[card] = b
	for len(c.order) > mostKept {
		delete(c.kept, c.order[0])
		c.order = c.order[1:]
	}
	return b, nil
}

// find looks a card up.
func (c *Cache) find(card Card) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[card]
}
