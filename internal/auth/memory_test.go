package auth_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/auth/authtest"
	"soi/internal/desk"
)

// memory is the contract of auth.Store in the plainest form.
type memory struct {
	mu       sync.Mutex
	sessions []auth.Session
	links    []auth.Link
	factors  []auth.Factor
	spent    map[string]time.Time
}

func newMemory() *memory { return &memory{spent: map[string]time.Time{}} }

func TestMemoryConforms(t *testing.T) {
	authtest.Conform(t, func(*testing.T, []desk.Staff) auth.Store { return newMemory() })
}

func picks(f auth.SessionFilter, s auth.Session) bool {
	if f.Token == nil && f.Staff == "" && f.ID == "" {
		return false
	}
	return (f.Token == nil || bytes.Equal(f.Token, s.Token)) && (f.Staff == "" || f.Staff == s.Staff) &&
		(f.ID == "" || f.ID == s.ID) && (f.Except == "" || f.Except != s.ID)
}

func (m *memory) AddSession(_ context.Context, s auth.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.sessions {
		if o.ID == s.ID || bytes.Equal(o.Token, s.Token) {
			return desk.ErrDuplicate
		}
	}
	m.sessions = append(m.sessions, s)
	return nil
}

func (m *memory) Sessions(_ context.Context, f auth.SessionFilter) ([]auth.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []auth.Session
	for _, s := range m.sessions {
		if picks(f, s) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b auth.Session) int { return b.Created.Compare(a.Created) })
	return out, nil
}

func (m *memory) RenewSession(_ context.Context, was []byte, s auth.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, o := range m.sessions {
		if o.ID == s.ID && bytes.Equal(o.Token, was) {
			m.sessions[i] = s
			return nil
		}
	}
	return desk.ErrNotFound
}

func (m *memory) EndSessions(_ context.Context, f auth.SessionFilter) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.sessions)
	m.sessions = slices.DeleteFunc(m.sessions, func(s auth.Session) bool { return picks(f, s) })
	return n - len(m.sessions), nil
}

func (m *memory) PutLink(_ context.Context, l auth.Link) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links = append(slices.DeleteFunc(m.links, func(o auth.Link) bool { return o.Staff == l.Staff }), l)
	return nil
}

func (m *memory) Link(_ context.Context, hash []byte) (auth.Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.links {
		if bytes.Equal(l.Hash, hash) {
			return l, nil
		}
	}
	return auth.Link{}, desk.ErrNotFound
}

func (m *memory) TakeLink(_ context.Context, hash []byte) (auth.Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, l := range m.links {
		if bytes.Equal(l.Hash, hash) {
			m.links = slices.Delete(m.links, i, i+1)
			return l, nil
		}
	}
	return auth.Link{}, desk.ErrNotFound
}

func (m *memory) Factors(_ context.Context, staff desk.ID) ([]auth.Factor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []auth.Factor
	for _, f := range m.factors {
		if f.Staff == staff {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b auth.Factor) int { return a.Created.Compare(b.Created) })
	return out, nil
}

func (m *memory) ChangeFactors(_ context.Context, c auth.FactorChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(m.factors), func(f auth.Factor) bool {
		return f.Staff == c.Staff && slices.Contains(c.Drop, f.ID)
	})
	for _, f := range c.Add {
		if slices.ContainsFunc(next, func(o auth.Factor) bool { return o.ID == f.ID }) {
			return desk.ErrDuplicate
		}
		next = append(next, f)
	}
	m.factors = next
	m.sessions = slices.DeleteFunc(m.sessions, func(s auth.Session) bool { return s.Staff == c.Staff && s.ID != c.Keep })
	return nil
}

func (m *memory) AdvanceFactor(_ context.Context, f auth.Factor, was int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, o := range m.factors {
		if o.ID == f.ID {
			if o.Counter != was {
				return desk.ErrConflict
			}
			m.factors[i].Data, m.factors[i].Counter, m.factors[i].Used = f.Data, f.Counter, f.Used
			return nil
		}
	}
	return desk.ErrNotFound
}

func (m *memory) Spend(_ context.Context, hash []byte, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.spent[string(hash)]; ok {
		return desk.ErrDuplicate
	}
	m.spent[string(hash)] = until
	return nil
}

func (m *memory) Sweep(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions = slices.DeleteFunc(m.sessions, func(s auth.Session) bool { return !s.Expires.After(now) })
	m.links = slices.DeleteFunc(m.links, func(l auth.Link) bool { return !l.Expires.After(now) })
	for h, t := range m.spent {
		if !t.After(now) {
			delete(m.spent, h)
		}
	}
	return nil
}

func openStore(*testing.T, []desk.Staff) auth.Store { return newMemory() }
