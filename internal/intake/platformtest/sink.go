package platformtest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"soi/internal/intake"
)

// Sink keeps what a channel hands over in memory, each delivery once. Safe for
// concurrent use.
type Sink struct {
	// Refuse is asked before a delivery is taken; its error is what Accept returns.
	Refuse func(intake.Arrived) error

	mu       sync.Mutex
	seen     map[string]bool
	arrived  []intake.Arrived
	copies   int
	put      []string // quarantined: why
	statuses map[string]error
	marks    map[string]string
}

// Accept implements intake.Sink.
func (s *Sink) Accept(_ context.Context, a intake.Arrived) error {
	if s.Refuse != nil {
		if err := s.Refuse(a); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	if key := a.Channel + " " + a.ExtID; s.seen[key] {
		s.copies++
	} else {
		s.seen[key] = true
		s.arrived = append(s.arrived, a)
	}
	return nil
}

// Quarantine implements intake.Sink.
func (s *Sink) Quarantine(_ context.Context, _, _ string, _ []byte, why string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put = append(s.put, why)
	return nil
}

// Status implements intake.Sink.
func (s *Sink) Status(_ context.Context, channel, id string, failed error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.statuses == nil {
		s.statuses = map[string]error{}
	}
	s.statuses[channel+" "+id] = failed
	return nil
}

// Mark implements intake.Sink.
func (s *Sink) Mark(_ context.Context, channel, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[channel+" "+name], nil
}

// SetMark implements intake.Sink.
func (s *Sink) SetMark(_ context.Context, channel, name, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.marks == nil {
		s.marks = map[string]string{}
	}
	s.marks[channel+" "+name] = value
	return nil
}

// Arrived lists what was taken in, in order.
func (s *Sink) Arrived() []intake.Arrived {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]intake.Arrived(nil), s.arrived...)
}

// Quarantined lists why deliveries were put aside.
func (s *Sink) Quarantined() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.put...)
}

// Statuses gives what was told of messages of ours: "channel id" → error.
func (s *Sink) Statuses() map[string]error {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]error{}
	for k, v := range s.statuses {
		out[k] = v
	}
	return out
}

// Copies counts deliveries that had come before.
func (s *Sink) Copies() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.copies
}

// Everything writes out all that a delivery says, secrets included, but for who
// asked and where the answer goes: what a canary must not stand in.
func Everything(a intake.Arrived) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Channel, a.Kind, a.Text, a.Data, a.Lang, a.Links, a.Forwarded, a.Often, a.Group, a.At.Unix())
	for _, m := range a.Media {
		fmt.Fprintln(&b, m.Kind, m.Type, m.Size, m.Length, string(m.Ref), string(m.Data), m.Caption)
	}
	return b.String()
}
