package deliver_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/deliver"
	"soi/internal/desk"
)

// counter stands for the desk's table of letters: three are due, one of them is
// somebody else's.
type counter struct {
	ends map[desk.ID]desk.LetterEnd
	busy error
}

func (c *counter) DueLetters(context.Context, desk.Actor) ([]desk.Letter, error) {
	return []desk.Letter{{ID: "a"}, {ID: "taken"}, {ID: "b"}}, c.busy
}

func (c *counter) TakeLetter(_ context.Context, _ desk.Actor, l desk.Letter) (desk.RequestView, desk.Letter, error) {
	if l.ID == "taken" {
		return desk.RequestView{}, l, desk.ErrState
	}
	return desk.RequestView{}, l, nil
}

func (c *counter) EndLetter(ctx context.Context, _ desk.Actor, id desk.ID, end desk.LetterEnd) error {
	c.ends[id] = end
	return ctx.Err()
}

// TestLettersEnd: what a call to the relay means for the letter; a panic and an
// error of no kind may have delivered it.
func TestLettersEnd(t *testing.T) {
	fail := func(k deliver.Kind) func() error {
		return func() error { return &deliver.Failure{Kind: k, Err: errors.New("x")} }
	}
	for name, c := range map[string]struct {
		send func() error
		want desk.LetterEnd
	}{
		"taken":     {func() error { return nil }, desk.LetterTaken},
		"gone":      {fail(deliver.Gone), desk.LetterRefused},
		"refused":   {fail(deliver.Refused), desk.LetterRefused},
		"auth":      {fail(deliver.Auth), desk.LetterAuth},
		"temporary": {fail(deliver.Temporary), desk.LetterLater},
		"unknown":   {fail(deliver.Unknown), desk.LetterMaybe},
		"no kind":   {func() error { return errors.New("x") }, desk.LetterMaybe},
		"panic":     {func() error { panic("x") }, desk.LetterMaybe},
	} {
		box := &counter{ends: map[desk.ID]desk.LetterEnd{}}
		s := deliver.Letters{Desk: box, Send: func(context.Context, desk.Letter, desk.RequestView) error { return c.send() }}
		if err := s.Step(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(map[desk.ID]desk.LetterEnd{"a": c.want, "b": c.want}, box.ends); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

func TestLettersWaitWithoutARelay(t *testing.T) {
	box := &counter{ends: map[desk.ID]desk.LetterEnd{}, busy: desk.ErrBusy}
	if err := (deliver.Letters{Desk: box}).Step(t.Context()); err != nil || len(box.ends) != 0 {
		t.Errorf("%v, %d letters", err, len(box.ends))
	}
	s := deliver.Letters{Desk: box, Send: func(context.Context, desk.Letter, desk.RequestView) error { return nil }}
	if err := s.Step(t.Context()); !errors.Is(err, desk.ErrBusy) {
		t.Errorf("a busy database: %v", err)
	}
	// A letter whose call has begun is written down although the program ends.
	box.busy = nil
	ctx, cancel := context.WithCancel(t.Context())
	s.Send = func(context.Context, desk.Letter, desk.RequestView) error { cancel(); return nil }
	if err := s.Step(ctx); err != nil || box.ends["a"] != desk.LetterTaken {
		t.Errorf("%v %v", err, box.ends)
	}
}
