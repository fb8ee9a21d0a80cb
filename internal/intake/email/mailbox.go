package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"soi/internal/intake"
)

// Times of the mailbox.
const (
	commandTime = 90 * time.Second // for one command, a large mail's fetching included; then the connection is given up
	firstPause  = time.Second      // before connecting again; doubled each time
	longPause   = 5 * time.Minute
)

// positionMark is the mark under which the position is kept: "UIDVALIDITY:UID", the last mail that was settled.
const positionMark = "mailbox"

// watch keeps a connection to the mailbox until ctx ends, and connects anew after a growing pause.
func (ch *Channel) watch(ctx context.Context, sink intake.Sink) {
	wait := firstPause
	for ctx.Err() == nil {
		began := ch.c.Now()
		err := ch.attend(ctx, sink)
		if ctx.Err() != nil {
			return
		}
		ch.note(err)
		if ch.c.Now().Sub(began) > longPause {
			wait = firstPause // it had held for a while
		}
		ch.c.Log.Warn("mailbox lost; connecting again", "channel", Name, "pause", wait, "err", err)
		ch.wait(ctx, wait)
		wait = min(2*wait, longPause)
	}
}

// session is one connection with the mailbox selected.
type session struct {
	ch     *Channel
	sink   intake.Sink
	client *imapclient.Client
	news   chan struct{} // the server told of new mail
}

// attend connects, takes in what is there and waits for more, until something fails or ctx ends.
func (ch *Channel) attend(ctx context.Context, sink intake.Sink) error {
	s := &session{ch: ch, sink: sink, news: make(chan struct{}, 1)}
	if err := s.connect(ctx); err != nil {
		return err
	}
	defer func() { _ = s.client.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = s.client.Close() })
	defer stop()
	valid, err := s.open()
	if err != nil {
		return err
	}
	ch.note(nil)
	for ctx.Err() == nil {
		if err := s.catchUp(ctx, valid); err != nil {
			return err
		}
		if err := s.idle(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// connect dials and logs in.
func (s *session) connect(ctx context.Context) error {
	box := s.ch.c.Mailbox
	options := &imapclient.Options{TLSConfig: s.ch.c.TLS, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				select {
				case s.news <- struct{}{}:
				default:
				}
			}
		}}}
	var err error
	switch box.Security {
	case TLS:
		s.client, err = imapclient.DialTLS(box.Address, options)
	case StartTLS:
		s.client, err = imapclient.DialStartTLS(box.Address, options)
	default:
		s.client, err = imapclient.DialInsecure(box.Address, options)
	}
	if err != nil {
		return fmt.Errorf("%w: connecting: %w", intake.ErrTemporary, err)
	}
	err = s.within(func() error { return s.client.Login(box.Login, string(box.Password)).Wait() })
	if err != nil {
		_ = s.client.Close()
		var refused *imap.Error
		if errors.As(err, &refused) && ctx.Err() == nil {
			return fmt.Errorf("%w: the mailbox refused the log-in", intake.ErrAuth)
		}
		return fmt.Errorf("%w: log-in: %w", intake.ErrTemporary, err)
	}
	return nil
}

// within gives up the connection when a command takes too long; a half-open connection would otherwise wait for ever.
func (s *session) within(command func() error) error {
	t := time.AfterFunc(commandTime, func() { _ = s.client.Close() })
	defer t.Stop()
	return command()
}

// open selects the folder and returns its UIDVALIDITY.
func (s *session) open() (valid uint32, err error) {
	err = s.within(func() error {
		box, err := s.client.Select(s.ch.c.Folder, nil).Wait()
		if err == nil {
			valid = box.UIDValidity
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("opening the folder: %w", err)
	}
	return valid, nil
}

// catchUp takes in what came since the last position. Where there is no position, or the server has numbered its mails
// anew, what nobody has read yet is taken in; a copy of what was taken in before changes nothing.
func (s *session) catchUp(ctx context.Context, valid uint32) error {
	mark, err := s.sink.Mark(ctx, Name, positionMark)
	if err != nil {
		return err
	}
	last, known := position(mark, valid)
	criteria := &imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}
	if known {
		var after imap.UIDSet
		after.AddRange(last+1, 0)
		criteria = &imap.SearchCriteria{UID: []imap.UIDSet{after}}
	}
	var uids []imap.UID
	err = s.within(func() error {
		found, err := s.client.UIDSearch(criteria, nil).Wait()
		if err == nil {
			uids = found.AllUIDs()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("searching: %w", err)
	}
	slices.Sort(uids)
	for _, uid := range uids {
		if known && uid <= last {
			continue // n:* always names the last mail
		}
		if err := s.settle(ctx, uid); err != nil {
			return err
		}
		if last = uid; known {
			if err := s.sink.SetMark(ctx, Name, positionMark, fmt.Sprintf("%d:%d", valid, last)); err != nil {
				return err
			}
		}
		if err := s.file(imap.UIDSetNum(uid)); err != nil {
			return err
		}
	}
	if known {
		return nil
	}
	if len(uids) > 0 { // the highest unread one may be below what was read elsewhere: begin after both
		return s.begin(ctx, valid, uids[len(uids)-1])
	}
	return s.begin(ctx, valid, 0)
}

// begin keeps the first position: the highest mail that was read, here or elsewhere. What is unread above it comes next.
func (s *session) begin(ctx context.Context, valid uint32, settled imap.UID) error {
	var highest imap.UID
	err := s.within(func() error {
		var all imap.UIDSet
		all.AddRange(1, 0)
		found, err := s.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{all}, Flag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
		if err == nil {
			for _, uid := range found.AllUIDs() {
				highest = max(highest, uid)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("searching: %w", err)
	}
	return s.sink.SetMark(ctx, Name, positionMark, fmt.Sprintf("%d:%d", valid, max(highest, settled)))
}

// position reads a mark; known is false when there is none or it is of another numbering.
func position(mark string, valid uint32) (last imap.UID, known bool) {
	v, u, ok := strings.Cut(mark, ":")
	mv, err := strconv.ParseUint(v, 10, 32)
	mu, err2 := strconv.ParseUint(u, 10, 32)
	if !ok || err != nil || err2 != nil || uint32(mv) != valid {
		return 0, false
	}
	return imap.UID(mu), true
}

// settle fetches one mail and hands it on. A mail that vanished meanwhile is settled.
func (s *session) settle(ctx context.Context, uid imap.UID) error {
	limit := s.ch.c.MaxBytes
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: limit}}
	one := imap.UIDSetNum(uid)
	var raw []byte
	var size int64
	err := s.within(func() error {
		got, err := s.client.Fetch(one, &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
		for _, m := range got {
			if m.UID == uid && len(m.BodySection) > 0 {
				raw, size = m.BodySection[0].Bytes, m.RFC822Size
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("fetching: %w", err)
	}
	if raw == nil {
		return nil
	}
	if err := s.ch.take(ctx, s.sink, raw, size > limit); err != nil {
		return fmt.Errorf("taking in: %w", err)
	}
	return nil
}

// file marks a settled mail as read and moves it if a folder is named for that. The tip is safe by then: a server that
// refuses either is told of in the log, no more.
func (s *session) file(one imap.UIDSet) error {
	var refused *imap.Error
	err := s.within(func() error {
		return s.client.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}, Silent: true}, nil).Close()
	})
	if err == nil && s.ch.c.Done != "" {
		err = s.within(func() error {
			_, err := s.client.Move(one, s.ch.c.Done).Wait()
			return err
		})
	}
	if errors.As(err, &refused) {
		s.ch.c.Log.Warn("the mailbox would not mark or move a mail that was taken in", "channel", Name, "err", err)
		return nil
	}
	return err
}

// idle waits until the server tells of new mail, or the time to look again has come.
func (s *session) idle(ctx context.Context) error {
	t := time.NewTimer(s.ch.c.Poll)
	defer t.Stop()
	if !s.client.Caps().Has(imap.CapIdle) {
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-s.client.Closed():
		}
		return s.within(func() error { return s.client.Noop().Wait() })
	}
	command, err := s.client.Idle()
	if err != nil {
		return fmt.Errorf("idle: %w", err)
	}
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-s.news:
	case <-s.client.Closed():
	}
	return s.within(func() error { return errors.Join(command.Close(), command.Wait()) })
}
