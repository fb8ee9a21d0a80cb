package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"soi/internal/desk"
)

// The errors of Deliver beside those of Channel.Send.
var (
	// ErrNotYet: what is to be said is not public yet; nothing was sent.
	ErrNotYet = errors.New("not public yet")
	// ErrSuperseded: there is nothing to say any more; nothing was sent.
	ErrSuperseded = errors.New("superseded")
	// ErrOff: the channel is switched off, or the address cannot be unsealed
	// any more; nothing was sent.
	ErrOff = errors.New("no way to the asker")
)

// Deliver writes one message of the outbox and hands it to its channel, once.
// address is sealed. It returns the keyed hash of the platform's id of it.
func (in *Intake) Deliver(ctx context.Context, n desk.Notice, lang string, address []byte, late bool) (receipt []byte, err error) {
	c := in.channels[n.Channel]
	if c == nil {
		return nil, ErrOff
	}
	m, err := in.write(ctx, n, lang)
	if err != nil {
		return nil, err
	}
	to, err := in.Vault.Open(labelAddress, address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOff, err)
	}
	m.Late = late
	r, err := c.Send(ctx, to, m)
	if err != nil {
		return nil, err
	}
	return in.ReceiptKey(n.Channel, r.ID), nil
}

// write is the message of a notice: as it was written, or from what is public
// now.
func (in *Intake) write(ctx context.Context, n desk.Notice, lang string) (Outgoing, error) {
	if n.Kind == desk.NoticeTalk {
		var m Outgoing
		b, err := in.Vault.Open(labelNotice, n.Body)
		if err != nil {
			return m, fmt.Errorf("%w: %w", ErrOff, err)
		}
		return m, json.Unmarshal(b, &m)
	}
	if lang = in.langOf(lang); lang == "" {
		lang = in.Langs[0]
	}
	c := composer{in: in, limits: in.limits(n.Channel), lang: lang, op: n.Op}
	pairs, err := in.pairsOf(ctx, n, lang)
	if err != nil {
		return Outgoing{}, err
	}
	return c.message(PurposeNotice, string(n.Kind), string(n.Kind), pairs...), nil
}

// pairsOf are the values of a notice's sentence, from what is public now.
func (in *Intake) pairsOf(ctx context.Context, n desk.Notice, lang string) ([]string, error) {
	switch n.Kind {
	case desk.NoticePublished, desk.NoticeCorrected, desk.NoticeWithdrawn:
		c, ok, err := in.ownCard(ctx, lang, n.Claim)
		switch {
		case err != nil:
			return nil, err
		case !ok || c.rev < n.Rev:
			return nil, ErrNotYet
		case c.withdrawn != (n.Kind == desk.NoticeWithdrawn):
			return nil, ErrSuperseded
		}
		return c.pairs(), nil
	case desk.NoticeImported:
		c, ok, err := in.importedCard(ctx, n.Imported)
		if err == nil && !ok {
			err = ErrSuperseded
		}
		return c.pairs(), err
	case desk.NoticeRecalled:
		var ts []desk.Tip
		err := in.Store.Read(ctx, func(tx desk.Tx) (err error) {
			ts, err = tx.Tips(ctx, desk.TipFilter{IDs: []desk.ID{n.Tip}, Limit: 1})
			return err
		})
		if err == nil && len(ts) == 0 {
			err = ErrSuperseded
		}
		if err != nil {
			return nil, err
		}
		return []string{"code", desk.NewTicket(in.TicketKey, ts[0].ExtID)}, nil
	}
	return nil, nil
}

// Follow ties a tip that was taken in otherwise (by the API, by mail of a
// partner) to an address of one of the channels: its answer is sent there like
// any other. Repeating it changes nothing. who may be empty.
func (in *Intake) Follow(ctx context.Context, tip desk.ID, channel string, who, thread Secret, to Address, lang string) error {
	if in.channels[channel] == nil {
		return ErrOff
	}
	now, _, err := in.Vault.identities(channel, who, thread)
	if err != nil {
		return err
	}
	sealed, err := in.Vault.Seal(labelAddress, to)
	if err != nil {
		return err
	}
	if lang = in.langOf(lang); lang == "" {
		lang = in.Langs[0]
	}
	return in.Desk.Follow(ctx, desk.Program(), desk.Following{Tip: tip, Channel: channel, Key: now.conversation, Asker: now.person, Address: sealed, Lang: lang})
}
