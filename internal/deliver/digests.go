package deliver

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"soi/internal/desk"
)

// DigestDesk is what sending digests asks of the desk.
type DigestDesk interface {
	// DueDigestMails lists what may go out now, also what was under way when its
	// program died.
	DueDigestMails(ctx context.Context, by desk.Actor) ([]desk.DigestMail, error)
	// TakeDigestMail marks one as under way; desk.ErrState when it is not to be
	// sent.
	TakeDigestMail(ctx context.Context, by desk.Actor, m desk.DigestMail) (desk.ToSend, error)
	// EndDigestMail writes down what came of the call.
	EndDigestMail(ctx context.Context, by desk.Actor, op string, end desk.DigestEnd) error
}

// Digests sends digests, and the mails that ask whether an address wants them.
type Digests struct {
	Desk DigestDesk
	// Send writes the mail and hands it to the relay once. Its errors are those
	// of Platform.Send. Nil means that no relay is set: they wait.
	Send    func(ctx context.Context, m desk.ToSend) error
	Log     *slog.Logger  // nil discards
	Timeout time.Duration // of one call; 0 means 60 s
}

// Step sends what is due, one mail after the other, until nothing is or ctx
// ends. An error means that the database did not answer; what was under way
// then is picked up later.
func (s Digests) Step(ctx context.Context) error {
	if s.Send == nil {
		return nil
	}
	for {
		due, err := s.Desk.DueDigestMails(ctx, desk.Program())
		if err != nil || len(due) == 0 {
			return err
		}
		moved := false
		for _, m := range due {
			if ctx.Err() != nil {
				return nil
			}
			one, err := s.one(ctx, m)
			if err != nil {
				return err
			}
			moved = moved || one
		}
		if !moved {
			return nil // another program has them all
		}
	}
}

// one sends one mail; false when somebody else has it, or it is not to be sent.
func (s Digests) one(ctx context.Context, m desk.DigestMail) (bool, error) {
	out, err := s.Desk.TakeDigestMail(ctx, desk.Program(), m)
	if errors.Is(err, desk.ErrState) || errors.Is(err, desk.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	end := desk.LetterTaken
	if err := handOver(ctx, s.Timeout, s.Log, func(ctx context.Context) error { return s.Send(ctx, out) }); err != nil {
		end = letterEnd(failureOf(err).Kind)
		if failureOf(err).Kind == Gone {
			end = desk.DigestGone
		}
		logger(s.Log).Warn("a digest was not sent", "end", end, "tries", out.Mail.Tries, "cause", err)
	}
	if err := s.Desk.EndDigestMail(context.WithoutCancel(ctx), desk.Program(), m.Op, end); err != nil && !errors.Is(err, desk.ErrState) {
		return false, err
	}
	return true, nil
}
