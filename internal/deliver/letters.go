package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"soi/internal/desk"
)

// LetterDesk is what sending letters to bodies asks of the desk.
type LetterDesk interface {
	// DueLetters lists what may go out now, also what was under way when its
	// program died.
	DueLetters(ctx context.Context, by desk.Actor) ([]desk.Letter, error)
	// TakeLetter marks one as under way; desk.ErrState when it is not to be sent.
	TakeLetter(ctx context.Context, by desk.Actor, l desk.Letter) (desk.RequestView, desk.Letter, error)
	// EndLetter writes down what came of the call.
	EndLetter(ctx context.Context, by desk.Actor, id desk.ID, end desk.LetterEnd) error
}

// Letters sends the letters to bodies concerned. They have no window, quota or
// conversation: an office takes mail at any hour.
type Letters struct {
	Desk LetterDesk
	// Send writes the letter and hands it to the relay once. Its errors are
	// those of Platform.Send. Nil means that no relay is set: letters wait.
	Send    func(ctx context.Context, l desk.Letter, r desk.RequestView) error
	Log     *slog.Logger  // nil discards
	Timeout time.Duration // of one call; 0 means 60 s
}

// letterTime is longer than a relay's own limit.
const letterTime = 60 * time.Second

// Step sends what is due, one letter after the other. An error means that the
// database did not answer; what was under way then is picked up later.
func (s Letters) Step(ctx context.Context) error {
	if s.Send == nil {
		return nil
	}
	due, err := s.Desk.DueLetters(ctx, desk.Program())
	if err != nil {
		return err
	}
	for _, l := range due {
		r, taken, err := s.Desk.TakeLetter(ctx, desk.Program(), l)
		if errors.Is(err, desk.ErrState) || errors.Is(err, desk.ErrConflict) {
			continue // superseded, or somebody else has it
		}
		if err != nil {
			return err
		}
		end := s.call(ctx, taken, r)
		if err := s.Desk.EndLetter(context.WithoutCancel(ctx), desk.Program(), l.ID, end); err != nil && !errors.Is(err, desk.ErrState) {
			return err
		}
	}
	return nil
}

// call hands one letter over.
func (s Letters) call(ctx context.Context, l desk.Letter, r desk.RequestView) desk.LetterEnd {
	err := handOver(ctx, s.Timeout, s.Log, func(ctx context.Context) error { return s.Send(ctx, l, r) })
	if err == nil {
		return desk.LetterTaken
	}
	end := letterEnd(failureOf(err).Kind)
	logger(s.Log).Warn("a letter to a body was not sent", "kind", l.Kind, "end", end, "tries", l.Tries, "cause", err)
	return end
}

// handOver makes one call. It is not cut off by the end of the program: it has
// its own time, 60 s for zero. A panic is an error that leaves the outcome unknown.
func handOver(ctx context.Context, timeout time.Duration, log *slog.Logger, send func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			logger(log).Error("handing a mail over failed", "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = fmt.Errorf("a panic while a mail was handed over: %T", p)
		}
	}()
	if timeout == 0 {
		timeout = letterTime
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	return send(ctx)
}

// logger is a logger also where none was given.
func logger(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}

// letterEnd is what a failed call means for a letter.
func letterEnd(k Kind) desk.LetterEnd {
	switch k {
	case Gone, Refused:
		return desk.LetterRefused
	case Auth:
		return desk.LetterAuth
	case Temporary, NotYet, Window:
		return desk.LetterLater
	}
	return desk.LetterMaybe
}
