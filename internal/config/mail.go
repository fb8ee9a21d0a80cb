package config

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MailChannel is what the mail channel is told.
type MailChannel struct {
	From    string        // the address answers come from; "" switches the channel off
	Also    []string      // further addresses of the desk that take mail
	Mailbox MailServer    // IMAP
	Folder  string        // of the mailbox
	Done    string        // folder that mail is moved to once taken in; "": none
	Poll    time.Duration // how often the mailbox is looked into without word from its server
	Listen  MailListener  // SMTP or LMTP
	Relay   MailServer    // by which answers go out
	Checker string        // the mail server whose Authentication-Results are believed
	Largest int64         // bytes of a mail
}

// MailServer is one server to log in to; its zero value means none.
type MailServer struct {
	Address         string // host:port
	Security        string // tls, starttls, plain
	Login, Password string
}

// MailListener is where mail is taken in; its zero value means none.
type MailListener struct {
	Network, Address string // tcp host:port, or unix and a path
	LMTP             bool
	Cert, Key        string // files for STARTTLS
}

// mailSettings are the rows of the mail channel.
func mailSettings() []Setting {
	m := func(c *Config) *MailChannel { return &c.Channels.Mail }
	return []Setting{
		word("mail-from", "", "e-mail: the address answers come from, as tips@desk.example; empty: no e-mail", func(c *Config) *string { return &m(c).From }),
		{Name: "mail-also", Help: "e-mail: further addresses of the desk that take mail, with commas between",
			set: func(c *Config, v string) error { m(c).Also = list(v); return nil }, get: func(c Config) string { return strings.Join(c.Channels.Mail.Also, ",") }},
		server("mail-imap", "e-mail: the mailbox to read, as imaps://imap.desk.example; imap+starttls:// for STARTTLS, imap:// for a server on this machine",
			map[string]string{"imaps": "993", "imap+starttls": "143", "imap": "143"}, func(c *Config) *MailServer { return &m(c).Mailbox }),
		word("mail-imap-login", "", "e-mail: the mailbox's log-in name", func(c *Config) *string { return &m(c).Mailbox.Login }),
		secret("mail-imap-password", "e-mail: the mailbox's password", func(c *Config) *string { return &m(c).Mailbox.Password }),
		word("mail-imap-folder", "INBOX", "e-mail: the folder that is read", func(c *Config) *string { return &m(c).Folder }),
		word("mail-imap-done", "", "e-mail: folder to which mail is moved once it is taken in; empty: it stays, marked as read", func(c *Config) *string { return &m(c).Done }),
		number("mail-imap-minutes", "2", "e-mail: minutes between two looks into the mailbox when its server does not tell of new mail (1 to 60)", 1, 60, time.Minute, func(c *Config) *time.Duration { return &m(c).Poll }),
		{Name: "mail-listen", Help: "e-mail: take mail in oneself, as smtp://127.0.0.1:2525, lmtp://127.0.0.1:2424 or lmtp:///run/soi/lmtp.sock; empty: no",
			set: func(c *Config, v string) error { return m(c).Listen.read(v) }, get: func(c Config) string { return c.Channels.Mail.Listen.print() }},
		word("mail-listen-cert", "", "e-mail: file with the certificate the listener offers; empty: no TLS", func(c *Config) *string { return &m(c).Listen.Cert }),
		word("mail-listen-key", "", "e-mail: file with the key of that certificate", func(c *Config) *string { return &m(c).Listen.Key }),
		server("mail-relay", "e-mail: the server by which answers go out, as smtp+starttls://mail.desk.example; smtps:// for TLS, smtp:// for a server on this machine",
			map[string]string{"smtps": "465", "smtp+starttls": "587", "smtp": "25"}, func(c *Config) *MailServer { return &m(c).Relay }),
		word("mail-relay-login", "", "e-mail: the relay's log-in name; empty: none is needed", func(c *Config) *string { return &m(c).Relay.Login }),
		secret("mail-relay-password", "e-mail: the relay's password", func(c *Config) *string { return &m(c).Relay.Password }),
		word("mail-checker", "", "e-mail: name of your mail server as it stands in Authentication-Results; then only mail that passed its check is answered", func(c *Config) *string { return &m(c).Checker }),
		{Name: "mail-max-mb", Default: "15", Help: "e-mail: largest mail in megabytes (1 to 50)", set: func(c *Config, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 50 {
				return fmt.Errorf("%q is not a whole number from 1 to 50", v)
			}
			m(c).Largest = int64(n) << 20
			return nil
		}, get: func(c Config) string { return strconv.FormatInt(c.Channels.Mail.Largest>>20, 10) }},
	}
}

// list reads values with commas between.
func list(v string) []string {
	var out []string
	for p := range strings.SplitSeq(v, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// server is a setting that names a mail server as an address; ports are the usual ones of each scheme.
func server(name, help string, ports map[string]string, p func(*Config) *MailServer) Setting {
	return Setting{Name: name, Help: help,
		set: func(c *Config, v string) error {
			s := p(c)
			s.Address, s.Security = "", ""
			if v == "" {
				return nil
			}
			u, err := url.Parse(v)
			if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || ports[u.Scheme] == "" {
				return fmt.Errorf("%q is not an address such as %s", v, strings.Fields(strings.TrimSuffix(help[strings.Index(help, " as ")+4:], ";"))[0])
			}
			port := u.Port()
			if port == "" {
				port = ports[u.Scheme]
			}
			s.Address = net.JoinHostPort(u.Hostname(), port)
			switch {
			case strings.HasSuffix(u.Scheme, "+starttls"):
				s.Security = "starttls"
			case strings.HasSuffix(u.Scheme, "s"):
				s.Security = "tls"
			default:
				s.Security = "plain"
				if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
					return fmt.Errorf("%q would carry passwords and tips in clear; without TLS only a server on this machine may be named", v)
				}
			}
			return nil
		},
		get: func(c Config) string {
			s := p(&c)
			if s.Address == "" {
				return ""
			}
			family := strings.TrimSuffix(strings.TrimPrefix(name, "mail-"), "-relay")
			if strings.HasSuffix(name, "relay") {
				family = "smtp"
			}
			return family + map[string]string{"tls": "s", "starttls": "+starttls", "plain": ""}[s.Security] + "://" + s.Address
		}}
}

// read reads smtp://host:port, lmtp://host:port or lmtp:///path.
func (l *MailListener) read(v string) error {
	l.Network, l.Address, l.LMTP = "", "", false
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "lmtp" || u.User != nil {
		return fmt.Errorf("%q is not an address such as smtp://127.0.0.1:2525", v)
	}
	l.LMTP = u.Scheme == "lmtp"
	switch {
	case u.Host == "" && l.LMTP && len(u.Path) > 1:
		l.Network, l.Address = "unix", u.Path
	case u.Port() != "" && strings.Trim(u.Path, "/") == "":
		l.Network, l.Address = "tcp", u.Host
	default:
		return fmt.Errorf("%q names neither a port nor, for lmtp, a socket", v)
	}
	return nil
}

// print is the address that read takes.
func (l MailListener) print() string {
	if l.Address == "" {
		return ""
	}
	scheme := "smtp"
	if l.LMTP {
		scheme = "lmtp"
	}
	return scheme + "://" + l.Address
}
