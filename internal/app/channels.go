package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"soi/internal/deliver"
	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/work"
)

// answers is what takes tips in beside the site, and tells their askers.
type answers struct {
	intake    *intake.Intake
	outbox    *deliver.Sender
	announcer deliver.Announcer
	months    *monthKeys
	channels  []intake.Channel
	webhooks  map[string]http.Handler // by channel
	holder    string                  // names this program among several
}

// openAnswers builds the channels that are switched on, and what stands behind
// them.
func (a *App) openAnswers(o Options) error {
	fixed, err := a.keys.derive("deliveries")
	if err != nil {
		return err
	}
	tickets, err := a.keys.derive("site") // as the site's: a code is good in both places
	if err != nil {
		return err
	}
	s := &answers{months: newMonthKeys(a.Config.Keys, o.Now), webhooks: map[string]http.Handler{}, holder: rand.Text()}
	a.answers = s
	if s.channels, err = a.channels(o); err != nil {
		return err
	}
	s.intake, err = intake.New(intake.Options{Desk: a.Desk, Store: a.db, Vault: intake.Vault{Keys: s.months, Fixed: fixed, Now: o.Now},
		Reader: a.reader(o), Files: a.media, Channels: s.channels, TicketKey: tickets, Signed: a.Signed, URL: a.Config.PublicURL, Name: a.Config.Name,
		Langs: a.Config.Langs, Now: o.Now, Log: o.Log, Bundle: o.Bundle, ReadTime: o.ReadTime, Wake: func() { s.outbox.Wake() }, Digests: subscribers{a}})
	if err != nil {
		return err
	}
	platforms := map[string]deliver.Platform{}
	for _, c := range s.channels {
		platforms[c.Name()] = a.platform(c)
		if w, ok := c.(intake.Webhook); ok {
			s.webhooks[c.Name()] = w.Webhook(s.intake)
		}
	}
	s.outbox = deliver.New(deliver.Options{Store: a.db, Platforms: platforms, Now: o.Now, Log: o.Log, AtOnce: o.AtOnce})
	s.announcer = deliver.Announcer{Desk: a.Desk, Wake: s.outbox.Wake}
	return nil
}

// channels are all channels that are switched on.
func (a *App) channels(o Options) ([]intake.Channel, error) {
	chats, err := a.chatChannels()
	if err != nil {
		return nil, err
	}
	mail, err := a.mailChannels()
	if err != nil {
		return nil, err
	}
	letters, err := a.webhookChannel(o.Webhooks)
	if err != nil {
		return nil, err
	}
	all := append(append(chats, mail...), letters)
	if o.Channels != nil {
		all = append(all, o.Channels(a)...)
	}
	return all, nil
}

// platform is a channel as the outbox needs it.
func (a *App) platform(c intake.Channel) deliver.Platform {
	l := c.Limits()
	return deliver.Platform{
		Limits: deliver.Limits{Window: l.Window, PerWindow: l.PerWindow, AfterWindow: l.AfterWindow, PerSecond: l.PerSecond, Pause: l.Pause},
		Send: func(ctx context.Context, m deliver.Message) ([]byte, error) {
			receipt, err := a.answers.intake.Deliver(ctx, m.Notice, m.Lang, m.Address, m.Late)
			return receipt, failure(err)
		}}
}

// failure gives an error of a channel its meaning for the outbox.
func failure(err error) error {
	var rate *intake.RateLimitedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &rate):
		return &deliver.Failure{Kind: deliver.Temporary, After: rate.After, Rate: true, Err: err}
	case errors.Is(err, desk.ErrBusy): // before the platform was called
		return &deliver.Failure{Kind: deliver.Temporary, Err: err}
	}
	for _, k := range []struct {
		is   error
		kind deliver.Kind
	}{
		{intake.ErrGone, deliver.Gone}, {intake.ErrOff, deliver.Gone}, {intake.ErrWindow, deliver.Window}, {intake.ErrRefused, deliver.Refused},
		{intake.ErrTemporary, deliver.Temporary}, {intake.ErrAuth, deliver.Auth}, {intake.ErrNotYet, deliver.NotYet}, {intake.ErrSuperseded, deliver.Superseded},
	} {
		if errors.Is(err, k.is) {
			return &deliver.Failure{Kind: k.kind, Err: err}
		}
	}
	return &deliver.Failure{Kind: deliver.Unknown, Err: err}
}

// webhookPath is where webhooks live: /hook/NAME and below.
const webhookPath = "/hook/"

// withWebhooks serves the webhooks beside the site. They know no cookies and no
// pages; a name that no channel has is answered like a wrong signature, so that
// nobody learns which channels there are.
func (a *App) withWebhooks(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.Path, webhookPath)
		if !ok {
			site.ServeHTTP(w, r)
			return
		}
		name, _, _ := strings.Cut(rest, "/")
		h := a.answers.webhooks[name]
		if h == nil {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, intake.MaxBody)
		defer func() {
			if p := recover(); p != nil {
				a.log.Error("a webhook failed", "channel", name, "panic", fmt.Sprintf("%T", p))
				intake.Refuse(w, http.StatusServiceUnavailable)
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// The times of the lease by which one program of several answers.
const (
	leaseTime  = 15 * time.Second
	leaseRenew = 5 * time.Second
)

// run holds conversations, sends the outbox and receives, until ctx ends. Over
// PostgreSQL one program of several does it.
func (s *Server) runAnswers(ctx context.Context) {
	if s.Config.Database == "" {
		s.answering(ctx)
		return
	}
	for ctx.Err() == nil {
		mine, err := s.Desk.Lease(ctx, desk.Program(), "answers", s.answers.holder, leaseTime)
		if err == nil && mine {
			s.whileLeased(ctx)
			continue
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("it could not be asked who answers", "err", err)
		}
		pause(ctx, leaseRenew)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if _, err := s.Desk.Lease(end, desk.Program(), "answers", s.answers.holder, 0); err != nil {
		s.log.Warn("the lease on answering runs out by itself", "err", err)
	}
}

// whileLeased answers as long as the lease is renewed.
func (s *Server) whileLeased(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() {
		defer cancel()
		for held := time.Now(); time.Since(held) < leaseTime-leaseRenew; {
			pause(ctx, leaseRenew)
			if ctx.Err() != nil {
				return
			}
			mine, err := s.Desk.Lease(ctx, desk.Program(), "answers", s.answers.holder, leaseTime)
			if err == nil && !mine {
				return
			}
			if err == nil {
				held = time.Now()
			}
		}
	})
	s.answering(ctx)
	cancel()
	all.Wait()
}

// answering runs the conversations, the outbox, the follower that fills it, and
// every channel.
func (s *Server) answering(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	last, err := s.lastEvent(ctx)
	if err != nil {
		s.log.Error("the event log cannot be read; askers are told by the sweep", "err", err)
	}
	f := work.NewFollower(&work.Follower{Name: "answers", Read: s.readEvents, Handle: s.answers.announcer.Handle, Log: s.log}, last)
	all.Go(func() { f.Run(ctx) })
	all.Go(func() { work.Every(ctx, s.log, "untold", time.Minute, s.answers.announcer.Sweep) })
	all.Go(func() { s.answers.intake.Run(ctx) })
	all.Go(func() { s.answers.outbox.Run(ctx) })
	for _, c := range s.answers.channels {
		all.Go(func() { s.receive(ctx, c) })
	}
}

// The pauses before a channel that stopped receiving is run again.
const (
	channelPause    = 2 * time.Second
	mostChannelWait = 5 * time.Minute
)

// receive runs one channel until ctx ends, again and again.
func (s *Server) receive(ctx context.Context, c intake.Channel) {
	wait := channelPause
	for ctx.Err() == nil {
		began := time.Now()
		err := runChannel(ctx, c, s.answers.intake)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			wait = channelPause
		}
		s.log.Error("a channel stopped receiving, will run again", "channel", c.Name(), "pause", wait, "err", err)
		s.noteTrouble(ctx, c.Name(), err)
		pause(ctx, wait)
		wait = min(2*wait, mostChannelWait)
	}
}

// runChannel runs a channel and turns a panic into an error.
func runChannel(ctx context.Context, c intake.Channel, sink intake.Sink) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T", p)
		}
	}()
	if err = c.Run(ctx, sink); err == nil && ctx.Err() == nil {
		err = errors.New("it returned by itself")
	}
	return err
}

// noteTrouble writes down that a channel stopped, for the doctor: when, and
// whether our key was refused. It says nothing else.
func (s *Server) noteTrouble(ctx context.Context, channel string, err error) {
	code := "stopped"
	if errors.Is(err, intake.ErrAuth) {
		code = "auth"
	}
	value := code + " " + strconv.FormatInt(s.now().UnixMilli(), 10)
	if err := s.db.Tx(ctx, func(tx desk.Tx) error { return tx.SetSetting(ctx, troubleKey(channel), value) }); err != nil {
		s.log.Warn("the trouble of a channel could not be noted", "channel", channel, "err", err)
	}
}

// troubleKey is the setting that holds when a channel last stopped.
func troubleKey(channel string) string { return "channel trouble " + channel }

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// forgetAskers erases what is over about askers, and the keys of months that
// are over. Called when erasing found the clock in order.
func (a *App) forgetAskers(ctx context.Context) (n int, err error) {
	for {
		m, err := a.Desk.ForgetAskers(ctx, desk.Program())
		if n += m; err != nil || m == 0 {
			break
		}
	}
	if err != nil {
		return n, err
	}
	_, err = a.answers.months.destroy()
	return n, err
}

// Intake is where channels hand over what arrives.
func (a *App) Intake() *intake.Intake { return a.answers.intake }

// Answers sends the outbox; tests wake it.
func (a *App) Answers() *deliver.Sender { return a.answers.outbox }
