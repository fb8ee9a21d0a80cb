package config

import (
	"strings"
	"testing"
)

func TestMailServersAreAddresses(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	for flag, cases := range map[string]map[string]string{ // "" stands for a refusal
		"mail-imap": {
			"imaps://imap.desk.example": "imaps://imap.desk.example:993", "imap+starttls://imap.desk.example:1143": "imap+starttls://imap.desk.example:1143",
			"imap://127.0.0.1:143": "imap://127.0.0.1:143", "imap://imap.desk.example": "", "https://imap.desk.example": "", "imap.desk.example": "",
			"imaps://me:secret@imap.desk.example": "",
		},
		"mail-relay": {
			"smtps://mail.desk.example": "smtps://mail.desk.example:465", "smtp+starttls://mail.desk.example": "smtp+starttls://mail.desk.example:587",
			"smtp://localhost": "smtp://localhost:25", "smtp://mail.desk.example:25": "",
		},
		"mail-listen": {
			"smtp://127.0.0.1:2525": "smtp://127.0.0.1:2525", "lmtp:///run/soi/lmtp.sock": "lmtp:///run/soi/lmtp.sock", "lmtp://[::1]:24": "lmtp://[::1]:24",
			"smtp:///run/soi.sock": "", "http://127.0.0.1:1": "", "smtp://127.0.0.1": "",
		},
	} {
		for v, want := range cases {
			c, err := Load("", none, map[string]string{flag: v})
			if (want == "") != (err != nil) {
				t.Errorf("%s=%s: error %v", flag, v, err)
			}
			if want != "" && !strings.Contains(c.Print(), flag+" = "+`"`+want+`"`) {
				t.Errorf("%s=%s prints\n%s", flag, v, c.Print())
			}
		}
	}
}

func TestMailPasswordsAreNotPrinted(t *testing.T) {
	c, err := Load("", func(string) (string, bool) { return "", false }, map[string]string{"mail-imap-password": "hươu-cao-cổ", "mail-relay-password": "hươu-cao-cổ"})
	if err != nil || strings.Contains(c.Print(), "hươu") || strings.Count(c.Print(), "***") != 2 {
		t.Errorf("error %v\n%s", err, c.Print())
	}
}
