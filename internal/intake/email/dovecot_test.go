package email

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"soi/internal/intake/platformtest"
)

// dovecot runs the mail server most desks have, on loopback, with one mailbox in a temporary folder.
type dovecot struct {
	t    *testing.T
	dir  string
	addr string
	uid  int
	gid  int
	n    int
}

func newDovecot(t *testing.T) *dovecot {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/dovecot")
	}
	if err != nil { // make setup leaves it out: Debian's package starts a mail server at once
		t.Skip("needs Debian's dovecot-imapd; the library's server is tested in any case")
	}
	dir, err := os.MkdirTemp("", "dovecot") // its sockets need a short path
	if err != nil {
		t.Fatal(err)
	}
	d := &dovecot{t: t, dir: dir, uid: os.Getuid(), gid: os.Getgid()}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	own := ""
	if d.uid == 0 { // it reads no mail as root
		who, err := user.Lookup("nobody")
		if err != nil {
			t.Skip("needs the account nobody")
		}
		d.uid, _ = strconv.Atoi(who.Uid)
		d.gid, _ = strconv.Atoi(who.Gid)
	} else {
		me, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		own = fmt.Sprintf("default_internal_user = %s\ndefault_login_user = %s\n", me.Username, me.Username)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.addr = ln.Addr().String()
	_, port, _ := net.SplitHostPort(d.addr)
	_ = ln.Close()
	conf := fmt.Sprintf(`base_dir = %[1]s/run
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%[1]s/mail
first_valid_uid = 1
first_valid_gid = 1
%[5]sservice imap-login {
  chroot =
  inet_listener imap {
    port = %[2]s
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=%[3]d gid=%[4]d home=%[1]s
}
`, dir, port, d.uid, d.gid, own)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"", "mail", "mail/new", "mail/cur", "mail/tmp", "mail/.Done", "mail/.Done/new", "mail/.Done/cur", "mail/.Done/tmp"} {
		d.give(filepath.Join(dir, sub))
	}
	if err := os.WriteFile(filepath.Join(dir, "mail/.Done/maildirfolder"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.give(filepath.Join(dir, "mail/.Done/maildirfolder"))
	command := exec.Command(program, "-F", "-c", filepath.Join(dir, "conf"))
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			b, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("dovecot:\n%s", b)
		}
	})
	return d
}

// give makes a folder and hands it to whom the server reads mail as.
func (d *dovecot) give(path string) {
	d.t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil && !os.IsExist(err) {
		if fi, statErr := os.Stat(path); statErr != nil || fi.IsDir() {
			d.t.Fatal(err)
		}
	}
	if os.Getuid() == 0 {
		if err := os.Chown(path, d.uid, d.gid); err != nil {
			d.t.Fatal(err)
		}
	}
}

// add delivers a mail into the mailbox, as its own delivery does.
func (d *dovecot) add(raw string) {
	d.t.Helper()
	d.n++
	name := fmt.Sprintf("%d.M%d.test", time.Now().Unix(), d.n)
	tmp := filepath.Join(d.dir, "mail/tmp", name)
	if err := os.WriteFile(tmp, []byte(raw), 0o600); err != nil {
		d.t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(tmp, d.uid, d.gid); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := os.Rename(tmp, filepath.Join(d.dir, "mail/new", name)); err != nil {
		d.t.Fatal(err)
	}
}

// files counts the mails of a folder.
func (d *dovecot) files(folder string) int {
	n := 0
	for _, sub := range []string{"new", "cur"} {
		list, _ := os.ReadDir(filepath.Join(d.dir, "mail", folder, sub))
		n += len(list)
	}
	return n
}

// TestDovecot reads a mailbox of the server most desks have: what lies there, what comes while it waits, moved when taken.
func TestDovecot(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out other people's servers")
	}
	d, sink := newDovecot(t), &platformtest.Sink{}
	d.add(tip(1))
	d.add(letter(vietnamese, plainUTF8, "Auto-Submitted: auto-replied"))
	ch := channel(t, Config{Mailbox: Server{Address: d.addr, Login: "tips", Password: "secret"}, Done: "Done", Poll: time.Hour})
	stop := start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "what lay there", func() bool { return len(sink.Arrived()) == 1 && d.files(".Done") == 2 })
	for i := 2; i < 6; i++ {
		d.add(tip(i))
		eventually(t, fmt.Sprintf("mail %d, told of by the server", i), func() bool { return len(sink.Arrived()) == i && d.files(".Done") == i+1 })
	}
	stop()
	d.add(tip(6))
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "what came meanwhile", func() bool { return len(sink.Arrived()) == 6 && d.files("") == 0 })
	if sink.Copies() != 0 || sink.Arrived()[5].Text != "Điều thứ 6 có đúng không?" {
		t.Errorf("%d copies", sink.Copies())
	}
	wrong := channel(t, Config{Mailbox: Server{Address: d.addr, Login: "tips", Password: "wrong"}})
	if found := wrong.Probe(t.Context()); len(found) != 1 || found[0].OK {
		t.Errorf("a wrong password: %+v", found)
	}
}
