package email

import (
	"context"
	"errors"
	"time"

	"soi/internal/intake"
)

// probeTime bounds one look for `soi doctor`.
const probeTime = 20 * time.Second

// Probe implements intake.Prober: it logs in to the mailbox, opens the folder, and says hello to the relay.
func (ch *Channel) Probe(ctx context.Context) []intake.Finding {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	var found []intake.Finding
	if ch.c.Mailbox.Address != "" {
		found = append(found, mailboxFinding(ch.look(ctx)))
	}
	if ch.c.Relay.Address != "" {
		found = append(found, relayFinding(ch.hello(ctx)))
	}
	return found
}

// look opens the mailbox and closes it again.
func (ch *Channel) look(ctx context.Context) error {
	s := &session{ch: ch, news: make(chan struct{}, 1)}
	if err := s.connect(ctx); err != nil {
		return err
	}
	defer func() { _ = s.client.Close() }()
	_, err := s.open()
	return err
}

// hello connects to the relay and logs in.
func (ch *Channel) hello(ctx context.Context) error {
	client, err := ch.relay()
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return dialError(err)
	}
	return client.Close()
}

func mailboxFinding(err error) intake.Finding {
	switch {
	case err == nil:
		return intake.Finding{OK: true, En: "E-mail: the mailbox can be read.", Vi: "Thư điện tử: đọc được hộp thư."}
	case errors.Is(err, intake.ErrAuth):
		return intake.Finding{En: "E-mail: the mailbox refuses the log-in; check mail-imap-login and mail-imap-password.", Vi: "Thư điện tử: hộp thư không nhận tên hoặc mật khẩu; hãy xem lại mail-imap-login và mail-imap-password."}
	}
	return intake.Finding{En: "E-mail: the mailbox cannot be reached or its folder opened; check mail-imap and mail-imap-folder.", Vi: "Thư điện tử: không tới được hộp thư hoặc không mở được thư mục; hãy xem lại mail-imap và mail-imap-folder."}
}

func relayFinding(err error) intake.Finding {
	switch {
	case err == nil:
		return intake.Finding{OK: true, En: "E-mail: the relay for answers can be reached.", Vi: "Thư điện tử: tới được máy chủ gửi thư trả lời."}
	case errors.Is(err, intake.ErrAuth):
		return intake.Finding{En: "E-mail: the relay refuses the log-in; check mail-relay-login and mail-relay-password.", Vi: "Thư điện tử: máy chủ gửi thư không nhận tên hoặc mật khẩu; hãy xem lại mail-relay-login và mail-relay-password."}
	}
	return intake.Finding{En: "E-mail: the relay for answers cannot be reached; check mail-relay.", Vi: "Thư điện tử: không tới được máy chủ gửi thư; hãy xem lại mail-relay."}
}
