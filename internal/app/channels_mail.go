package app

import (
	"fmt"

	"soi/internal/config"
	"soi/internal/intake"
	"soi/internal/intake/email"
)

// mailChannels is the mail channel, if it is switched on.
func (a *App) mailChannels() ([]intake.Channel, error) {
	m := a.Config.Channels.Mail
	if m.From == "" {
		if m.Mailbox.Address != "" || m.Listen.Address != "" || m.Relay.Address != "" {
			return nil, fmt.Errorf("%w: mail servers are set and mail-from is not: which address is the desk's?", config.ErrInvalid)
		}
		return nil, nil
	}
	ch, err := email.New(email.Config{From: m.From, Title: a.Config.Name, Also: m.Also, Mailbox: mailServer(m.Mailbox), Folder: m.Folder, Done: m.Done,
		Poll: m.Poll, Relay: mailServer(m.Relay), Checker: m.Checker, MaxBytes: m.Largest, Log: a.log, Now: a.now,
		Listen: email.Listen{Network: m.Listen.Network, Address: m.Listen.Address, LMTP: m.Listen.LMTP, Cert: m.Listen.Cert, Key: m.Listen.Key}})
	if err != nil {
		return nil, fmt.Errorf("e-mail: %w", err)
	}
	ch.SetLetters(mailroom{a})
	return []intake.Channel{ch}, nil
}

// mailServer puts the settings of a server into the channel's form.
func mailServer(s config.MailServer) email.Server {
	return email.Server{Address: s.Address, Security: email.Security(s.Security), Login: s.Login, Password: intake.Secret(s.Password)}
}
