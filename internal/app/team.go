package app

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"time"

	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/intake/email"
	"soi/internal/work"
)

// post keeps the addresses of staff and experts sealed, and sends them mail.
// It implements web.TeamPost.
type post struct {
	*App
	aead cipher.AEAD
}

// openPost derives the key of the addresses from the installation's secret.
func (a *App) openPost() (*post, error) {
	key, err := a.keys.derive("team addresses")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &post{App: a, aead: aead}, err
}

// Seal implements web.TeamPost: nonce and ciphertext, bound to the label.
func (p *post) Seal(label string, plain []byte) ([]byte, error) {
	nonce := make([]byte, p.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return p.aead.Seal(nonce, nonce, plain, []byte(label)), nil
}

// errSealed: the bytes were not sealed with this secret for this owner.
var errSealed = errors.New("an address that cannot be opened")

// Open implements web.TeamPost.
func (p *post) Open(label string, sealed []byte) ([]byte, error) {
	n := p.aead.NonceSize()
	if len(sealed) < n {
		return nil, errSealed
	}
	plain, err := p.aead.Open(nil, sealed[:n], sealed[n:], []byte(label))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// Usable implements web.TeamPost.
func (p *post) Usable(address string) bool { return email.Usable(address) }

// MailTo implements web.TeamPost.
func (p *post) MailTo(ctx context.Context, to, lang, title, text, op string) error {
	ch := p.mailChannel()
	if ch == nil {
		return intake.ErrOff
	}
	_, err := ch.Send(ctx, email.AddressOf(to), intake.Outgoing{Op: op, Lang: lang, Title: title, Text: text})
	return err
}

// notifier is the follower that tells staff of events. Its position is kept,
// so that nothing is missed while the program is down; seeing an event again
// tells nobody twice.
func (s *Server) notifier(ctx context.Context) (*work.Follower, error) {
	const name = "notify"
	var at int64
	err := s.db.Read(ctx, func(tx desk.Tx) (err error) {
		at, err = tx.Position(ctx, name)
		return err
	})
	return work.NewFollower(&work.Follower{Name: name, Read: s.readEvents, Poll: time.Second, Log: s.log,
		Handle: func(ctx context.Context, es []desk.Event) error {
			_, err := s.Desk.Notify(ctx, desk.Program(), es)
			return err
		},
		Moved: func(ctx context.Context, seq int64) error {
			return s.db.Tx(ctx, func(tx desk.Tx) error { return tx.SetPosition(ctx, name, seq) })
		}}, at), err
}

// runTeam tells staff what concerns them, in the desk and by mail, and wipes
// who was where.
func (s *Server) runTeam(ctx context.Context, every func(name string, d time.Duration, f func(context.Context) error)) {
	f, err := s.notifier(ctx)
	if err != nil {
		s.log.Error("notifications are made from the beginning of the event log", "err", err)
	}
	s.done.Go(func() { f.Run(ctx) })
	every("staff mail", 20*time.Second, s.mailStaff)
	every("tend", 10*time.Minute, func(ctx context.Context) error { _, err := s.Desk.Tend(ctx, desk.Program()); return err })
	every("presence", 5*time.Minute, func(ctx context.Context) error { return s.Desk.WipePresence(ctx, desk.Program()) })
}

// mailStaff sends what is due to staff by mail. Without a relay what waits
// goes on waiting until it is too old.
func (s *Server) mailStaff(ctx context.Context) error {
	if !s.HasRelay() {
		return nil
	}
	ms, err := s.Desk.TakeStaffMail(ctx, desk.Program(), s.Config.Zone)
	for _, m := range ms {
		err = errors.Join(err, s.mailOne(ctx, m))
	}
	return err
}

// mailOne sends one mail. Where the relay surely did not take it, it is tried
// again later; where nobody knows, it stands in the desk and is not repeated.
func (s *Server) mailOne(ctx context.Context, m desk.StaffMail) error {
	to, err := s.post.Open("staff "+string(m.Staff.ID), m.Address)
	if err != nil {
		s.log.Warn("a member of staff is not told by mail: the address was sealed with another secret")
		return nil
	}
	title, text := s.site.StaffLetter(m)
	err = s.post.MailTo(ctx, string(to), m.Staff.Lang, title, text, "staff "+string(m.Bell.List[0].ID))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, intake.ErrTemporary) || errors.Is(err, intake.ErrAuth):
		s.log.Warn("mail to staff was not taken, will try again", "err", err)
		return s.Desk.MailNotSent(ctx, desk.Program(), m)
	}
	s.log.Warn("mail to staff may not have arrived; it stands in the desk", "err", err)
	return nil
}

// examineTeam says when staff wait for mail that cannot go out.
func (a *App) examineTeam(ctx context.Context, d *doctor) {
	wanted := 0
	err := a.db.Read(ctx, func(tx desk.Tx) error {
		plans, err := tx.MailPlans(ctx)
		for _, p := range plans {
			if len(p.Address) > 0 && p.Schedule != desk.MailNever {
				wanted++
			}
		}
		return err
	})
	if err == nil && wanted > 0 && !a.HasRelay() { // an error of the database has been spoken of already
		d.say(Notice, "%d members of staff want notifications by mail and no mail relay is set: set mail-from and mail-relay, or tell them.",
			"%d người muốn nhận thông báo qua thư mà chưa đặt máy chủ gửi thư: hãy đặt mail-from và mail-relay, hoặc báo cho họ.", wanted)
	}
}
