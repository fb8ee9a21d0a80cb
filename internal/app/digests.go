package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"soi/internal/deliver"
	"soi/internal/desk"
	"soi/internal/digest"
	"soi/internal/intake"
	"soi/internal/intake/email"
	"soi/internal/web"
)

// subscribers seals the addresses of digests. It implements web.Subscribers.
type subscribers struct{ *App }

// Seal implements web.Subscribers. The hash is keyed by the installation's
// secret: whoever has the database alone cannot try addresses against it.
func (s subscribers) Seal(address string) (hash, sealed []byte, err error) {
	if !email.Usable(address) {
		return nil, nil, nil
	}
	if hash, err = s.hash(desk.ByMail, strings.ToLower(strings.TrimSpace(address))); err != nil {
		return nil, nil, err
	}
	sealed, err = s.answers.intake.Vault.SealAddress(intake.Address(strings.TrimSpace(address)))
	return hash, sealed, err
}

// hash is what an address is found again by.
func (s subscribers) hash(channel, address string) ([]byte, error) {
	key, err := s.keys.derive("digest readers")
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(channel + "\x00" + address))
	return m.Sum(nil), nil
}

// Has implements intake.Digests.
func (s subscribers) Has(ctx context.Context, channel string, a intake.Address) (bool, error) {
	hash, err := s.hash(channel, string(a))
	if err != nil {
		return false, err
	}
	return s.Desk.HasDigest(ctx, hash)
}

// Join implements intake.Digests.
func (s subscribers) Join(ctx context.Context, channel string, a intake.Address, lang string) (string, error) {
	hash, err := s.hash(channel, string(a))
	if err != nil {
		return "", err
	}
	site, err := s.keys.derive("site")
	if err != nil {
		return "", err
	}
	sealed, err := s.answers.intake.Vault.SealAddress(a)
	if err != nil {
		return "", err
	}
	sub := desk.Subscription{ID: desk.NewID(), Channel: channel, Hash: hash, Address: sealed, Lang: lang}
	sub.Link = desk.DigestLinkHash(desk.NewDigestLink(site, sub.ID))
	sub, err = s.Desk.JoinDigest(ctx, desk.Program(), sub)
	return web.DigestChoices(s.Config.PublicURL, lang, site, sub.ID), err
}

// End implements intake.Digests.
func (s subscribers) End(ctx context.Context, channel string, a intake.Address) error {
	hash, err := s.hash(channel, string(a))
	if err != nil {
		return err
	}
	return s.Desk.LeaveDigestOf(ctx, desk.Program(), hash)
}

// digests is what sends digests; without a relay and without a chat nothing
// does, and they wait.
func (s *Server) digests() deliver.Digests {
	out := deliver.Digests{Desk: s.Desk, Log: s.log}
	ch := s.mailChannel()
	relay, chats := ch != nil && ch.HasRelay(), s.digestChats()
	if !relay && len(chats) == 0 {
		return out
	}
	out.Send = func(ctx context.Context, m desk.ToSend) error {
		chat, on := chats[m.Subscription.Channel]
		switch {
		case on:
			return s.digestToChat(ctx, chat, m)
		case m.Subscription.Channel != desk.ByMail || !relay:
			return &deliver.Failure{Kind: deliver.Auth, Err: fmt.Errorf("%s is switched off or has no relay", m.Subscription.Channel)}
		}
		d, err := s.digestMail(ctx, m)
		if err != nil {
			return err
		}
		return failure(ch.SendDigest(ctx, d))
	}
	return out
}

// digestChat is a chat to which digests can be sent: at a fifth of the pace of
// answers, which stays within what the platform allows when both go out, and
// not at all while the platform asks for quiet.
type digestChat struct {
	intake.Channel
	pace  *rate.Limiter
	quiet *atomic.Int64 // until then, in milliseconds of the desk's clock
}

// digestChats are the chats that take messages whenever the desk has one.
func (s *Server) digestChats() map[string]digestChat {
	out := map[string]digestChat{}
	for _, c := range s.answers.channels {
		l := c.Limits()
		if !l.Unasked {
			continue
		}
		pace := rate.NewLimiter(rate.Inf, 1)
		if l.PerSecond > 0 {
			pace = rate.NewLimiter(rate.Limit(l.PerSecond/5), 1)
		}
		out[c.Name()] = digestChat{c, pace, new(atomic.Int64)}
	}
	return out
}

// digestToChat sends one edition to one chat.
func (s *Server) digestToChat(ctx context.Context, chat digestChat, m desk.ToSend) error {
	to, err := s.answers.intake.Vault.OpenAddress(m.Subscription.Address)
	switch {
	case s.now().UnixMilli() < chat.quiet.Load():
		return &deliver.Failure{Kind: deliver.Temporary, Err: errors.New("the platform asked for quiet")}
	case errors.Is(err, intake.ErrNoKey):
		return &deliver.Failure{Kind: deliver.Gone, Err: err}
	case err != nil:
		return &deliver.Failure{Kind: deliver.Refused, Err: err}
	}
	out := intake.Outgoing{Op: m.Mail.Op, Lang: m.Subscription.Lang, Purpose: intake.PurposeDigest}
	var end string
	if out.Title, out.Text, end, err = s.site.ChatDigest(ctx, m, chat.Limits().TextRunes); err == nil {
		err = chat.pace.Wait(ctx)
	}
	if err != nil { // before the platform was called: try again
		return &deliver.Failure{Kind: deliver.Temporary, Err: err}
	}
	if chat.Limits().Buttons > 0 {
		out.Buttons = []intake.Button{intake.EndButton(end, m.Subscription.ID)}
	}
	_, err = chat.Send(ctx, to, out)
	if hurried := (*intake.RateLimitedError)(nil); errors.As(err, &hurried) {
		chat.quiet.Store(s.now().Add(max(hurried.After, leastQuiet)).UnixMilli())
	}
	return failure(err)
}

// leastQuiet is how long digests wait when a platform is asked too much and does
// not say for how long.
const leastQuiet = 5 * time.Second

// digestMail writes a mail that is under way. An address whose key is gone can
// no longer be written to.
func (s *Server) digestMail(ctx context.Context, m desk.ToSend) (email.Digest, error) {
	op := sha256.Sum256([]byte(m.Mail.Op))
	out := email.Digest{ID: hex.EncodeToString(op[:12]), Lang: m.Subscription.Lang}
	if m.Subscription.Kind == desk.ForStaff {
		out.Lang = m.Staff.Lang
		to, err := s.post.Open("staff "+string(m.Staff.ID), m.Plan.Address)
		if err != nil {
			return out, &deliver.Failure{Kind: deliver.Refused, Err: err}
		}
		out.To = to
	} else {
		to, err := s.answers.intake.Vault.OpenAddress(m.Subscription.Address)
		if errors.Is(err, intake.ErrNoKey) {
			return out, &deliver.Failure{Kind: deliver.Gone, Err: err}
		}
		if err != nil {
			return out, &deliver.Failure{Kind: deliver.Refused, Err: err}
		}
		out.To = to
	}
	if m.Mail.Edition == "" {
		out.Title, out.Text = s.site.ConfirmDigest(m.Subscription)
		return out, nil
	}
	d, err := s.site.Digest(ctx, m)
	if err != nil { // before the relay was called: try again
		return out, &deliver.Failure{Kind: deliver.Temporary, Err: err}
	}
	out.Title, out.Text, out.Leave = d.Title, d.Text(), d.Reader.Leave
	out.HTML, err = d.HTML()
	return out, err
}

// makeDigest makes the edition whose hour has come, and tells of one that is
// late.
func (s *Server) makeDigest(ctx context.Context) error {
	e, made, err := s.Desk.MakeEdition(ctx, desk.Program(), s.Signed(), s.Config.Zone)
	if err != nil {
		return err
	}
	if made && e.Late() {
		s.log.Warn("a digest was made late", "edition", e.Name(), "due", e.Due, "made", e.Made)
	}
	late, err := s.Desk.WatchDigests(ctx, desk.Program())
	for _, e := range late {
		s.log.Warn("a digest is late: its mails are not out", "edition", e.Name(), "due", e.Due)
	}
	return err
}

// tidyDigests erases addresses that did not confirm, and seals the others anew
// before the key they were sealed with is destroyed.
func (s *Server) tidyDigests(ctx context.Context) error {
	_, err := s.Desk.TidyDigests(ctx, desk.Program())
	_, err2 := s.Desk.Reseal(ctx, desk.Program(), func(sub desk.Subscription) ([]byte, error) {
		if len(sub.Address) == 0 {
			return nil, nil
		}
		b, err := s.answers.intake.Vault.FreshAddress(sub.Address)
		if errors.Is(err, intake.ErrNoKey) {
			return nil, nil // it is found, and erased, when something is sent to it
		}
		return b, err
	})
	return errors.Join(err, err2)
}

// runDigests makes editions at their hours and sends them.
func (s *Server) runDigests(every func(name string, d time.Duration, f func(context.Context) error)) {
	every("digest", 5*time.Second, s.makeDigest)
	every("digest mail", 3*time.Second, s.digests().Step)
	every("digest addresses", time.Hour, s.tidyDigests)
}

// PreviewDigest composes what the next edition would tell the public now.
// Nothing is stored or sent.
func (a *App) PreviewDigest(ctx context.Context, lang string) (digest.Digest, error) {
	return a.PreviewDigestFor(ctx, desk.ToSend{Subscription: desk.Subscription{Kind: desk.ForPublic, Lang: lang}})
}

// PreviewDigestFor is PreviewDigest for any kind of reader; for staff, to says
// who.
func (a *App) PreviewDigestFor(ctx context.Context, to desk.ToSend) (digest.Digest, error) {
	site, err := a.site(ctx)
	if err != nil {
		return digest.Digest{}, err
	}
	e, err := a.Desk.PreviewEdition(ctx, a.Signed(), a.Config.Zone)
	if err != nil {
		return digest.Digest{}, err
	}
	to.Edition = e
	return site.Digest(ctx, to)
}

// MakeDigest makes the edition whose hour has come, for a desk that is not
// serving; made is false when there is none to make.
func (a *App) MakeDigest(ctx context.Context) (e desk.Edition, made bool, err error) {
	return a.Desk.MakeEdition(ctx, desk.Program(), a.Signed(), a.Config.Zone)
}

// DigestState is how digests stand: when the next one is due, and the last ones
// with their mails.
type DigestState struct {
	Next     time.Time // zero when none is made
	Editions []desk.Edition
	Mails    map[desk.ID]map[desk.NoticeState]int
	Readers  map[desk.SubscriptionKind]map[desk.SubscriptionState]int
}

// Digests reads how digests stand.
func (a *App) Digests(ctx context.Context) (out DigestState, err error) {
	plan, cal, err := a.Desk.DigestPlan(ctx)
	if err != nil {
		return out, err
	}
	out.Next, _ = plan.Next(a.now(), a.Config.Zone, cal)
	if out.Editions, err = a.Desk.Editions(ctx, desk.EditionFilter{Limit: 10}); err != nil {
		return out, err
	}
	out.Mails = map[desk.ID]map[desk.NoticeState]int{}
	for _, e := range out.Editions {
		if out.Mails[e.ID], err = a.Desk.DigestCounts(ctx, e.ID); err != nil {
			return out, err
		}
	}
	err = a.db.Read(ctx, func(tx desk.Tx) (err error) {
		out.Readers, err = tx.SubscriptionCounts(ctx)
		return err
	})
	return out, err
}

// examineDigests says what of digests is late or cannot go out.
func (a *App) examineDigests(ctx context.Context, d *doctor) {
	s, err := a.Digests(ctx)
	if err != nil {
		return // the database has been spoken of already
	}
	readers := 0
	for _, n := range s.Readers {
		readers += n[desk.SubscriptionOn]
	}
	if readers > 0 && !a.HasRelay() {
		d.say(Notice, "%d receive digests by mail and no mail relay is set: set mail-relay.", "%d địa chỉ nhận bản tin qua thư mà chưa đặt máy chủ gửi thư: hãy đặt mail-relay.", readers)
	}
	failed, newest := 0, true
	for _, e := range s.Editions {
		n := s.Mails[e.ID]
		failed += n[desk.NoticeFailed]
		if e.Void() {
			if e.Due.After(a.now()) {
				d.say(Notice, "The digest %s was made for an hour that is still to come: the clock of this machine was wrong. It is made again at its hour; see that the clock is kept by NTP.",
					"Bản tin %s đã làm cho một giờ chưa tới: đồng hồ của máy này đã sai. Đến giờ, bản tin được làm lại; hãy để NTP giữ đồng hồ.", e.Name())
			}
			continue
		}
		under := n[desk.NoticeWaiting] + n[desk.NoticeSending] + n[desk.NoticeUnknown]
		if newest && (e.Late() || under > 0 && a.now().Sub(e.Due) > desk.DigestLate) {
			d.say(Notice, "The digest of %s is late: made at %s, %d mails are not out.", "Bản tin %s bị trễ: làm lúc %s, %d thư chưa gửi.",
				e.Name(), e.Made.In(a.Config.Zone).Format("15:04"), under)
		}
		newest = false
	}
	if failed > 0 {
		d.say(Notice, "%d mails of the last digests could not be delivered; /desk/digests says which editions.",
			"%d thư của các bản tin gần đây không chuyển được; /desk/digests ghi bản tin nào.", failed)
	}
}

// Line is a digest's state in one line, for the command.
func (s DigestState) Line(e desk.Edition, zone *time.Location) string {
	n := s.Mails[e.ID]
	late := ""
	if e.Late() {
		late = ", late"
	}
	if e.Void() {
		late = ", made by a clock that was wrong"
	}
	return fmt.Sprintf("%s  due %s%s: %d sent, %d waiting, %d failed", e.Name(), e.Due.In(zone).Format("2006-01-02 15:04"), late,
		n[desk.NoticeSent], n[desk.NoticeWaiting]+n[desk.NoticeSending]+n[desk.NoticeUnknown], n[desk.NoticeFailed])
}
