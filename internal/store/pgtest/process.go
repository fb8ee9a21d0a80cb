package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// installHint ends every message about a missing server program.
const installHint = "install it with `make setup` (Debian package postgresql), set " + EnvBin + " to the folder of initdb, or set " +
	EnvURL + " to a running server's URL"

// startTimeout bounds the wait for a started server; recovery after a crash takes longer than a plain start.
const startTimeout = 60 * time.Second

var errForeign = errors.New("this server was given by " + EnvURL + " and is not stopped by a test; ask for a Durable one")

// process is one PostgreSQL data folder and, while it runs, the server process on it.
type process struct {
	bin, dir string
	durable  bool
	foreign  bool
	cred     *syscall.Credential // nil: run as ourselves
	cmd      *exec.Cmd           // nil while stopped
	done     chan struct{}       // closed when cmd has ended
}

// newProcess makes a data folder. PostgreSQL refuses to run as root, so root hands it to the postgres or nobody account.
func newProcess(o Options) (*process, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	// Not t.TempDir: its name holds the test's, and a Unix socket's path may have at most 107 bytes.
	dir, err := os.MkdirTemp("", "soipg")
	if err != nil {
		return nil, err
	}
	p := &process{bin: bin, dir: dir, durable: o.Durable}
	if err := p.init(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return p, nil
}

func (p *process) init() error {
	if os.Getuid() == 0 {
		cred, err := unprivileged()
		if err != nil {
			return err
		}
		p.cred = cred
		if err := os.Chown(p.dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return err
		}
	}
	// ICU's collation sorts otherwise than bytes do, so a sort column that forgot COLLATE "C" shows in the tests.
	out, err := p.command("initdb", "-D", p.data(), "-U", "soi", "-A", "trust", "-E", "UTF8", "--no-sync",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb failed: %w\n%s", err, out)
	}
	return nil
}

func (p *process) data() string { return filepath.Join(p.dir, "data") }

// url is the address of the maintenance database, through the socket.
func (p *process) url() *url.URL {
	return &url.URL{Scheme: "postgres", User: url.User("soi"), Path: "/postgres",
		RawQuery: url.Values{"host": {p.dir}, "sslmode": {"disable"}}.Encode()}
}

// command prepares one of PostgreSQL's programs to run as the unprivileged account.
func (p *process) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "HOME="+p.dir, "LC_ALL=C.UTF-8")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.cred}
	return cmd
}

// start runs the server and waits until it answers a statement.
func (p *process) start() error {
	if p.foreign {
		return errForeign
	}
	if p.running() {
		return errors.New("PostgreSQL is running already")
	}
	args := []string{"-D", p.data(), "-k", p.dir, "-c", "listen_addresses=", "-c", "max_connections=60"}
	if !p.durable {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	}
	cmd := p.command("postgres", args...)
	log := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = 2 * time.Second
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT // "immediate shutdown", when the test's process dies
	cmd.SysProcAttr.Setpgid = true              // a Ctrl-C for the test must not reach it before the cleanup does
	started, done := make(chan error), make(chan struct{})
	go run(cmd, started, done)
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	p.cmd, p.done = cmd, done
	if err := p.await(); err != nil {
		stopped := p.stop() // after it, nothing writes to log any more
		return errors.Join(fmt.Errorf("PostgreSQL did not come up: %w", err), stopped, errors.New(log.String()))
	}
	return nil
}

// run starts cmd and waits for its end on one locked thread: the death signal is tied to the thread that started the
// process, not to our process, and Go ends idle threads.
func run(cmd *exec.Cmd, started chan<- error, done chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		cmd.Wait() // how it ended says nothing: we end it by signals
		close(done)
	}
}

// await returns nil as soon as the server answers, or why it does not.
func (p *process) await() error {
	deadline := time.Now().Add(startTimeout)
	for {
		err := p.ping()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
		select {
		case <-p.done:
			return errors.New("the server process ended")
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (p *process) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.url().String())
	if err != nil {
		return err
	}
	return errors.Join(conn.Ping(ctx), conn.Close(ctx))
}

func (p *process) running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// stop asks for an immediate shutdown and waits for it.
func (p *process) stop() error {
	if p.foreign {
		return errForeign
	}
	if !p.running() {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	return p.ended()
}

// kill ends the server and its children without giving any of them a chance to act. Each child of PostgreSQL leads a
// session of its own, so the group of the server is not enough; while it stands still it makes no new ones.
func (p *process) kill() error {
	if p.foreign {
		return errForeign
	}
	if !p.running() {
		return nil
	}
	pid := p.cmd.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	children, err := childrenOf(pid)
	if err != nil {
		return err
	}
	for _, victim := range append(children, pid) {
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	if err := p.ended(); err != nil {
		return err
	}
	for _, child := range children {
		for alive(child) {
			time.Sleep(5 * time.Millisecond)
		}
	}
	return nil
}

// ended waits for the server process.
func (p *process) ended() error {
	select {
	case <-p.done:
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("the server did not end within 20 s")
	}
}

// childrenOf lists the processes whose parent is pid, from Linux's /proc.
func childrenOf(pid int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var children []int
	for _, path := range stats {
		_, parent := procStat(path)
		child, err := strconv.Atoi(strings.Split(path, "/")[2])
		if err == nil && parent == pid {
			children = append(children, child)
		}
	}
	return children, nil
}

// alive tells whether pid still runs. A dead child that nobody has waited for (state Z) holds no memory and no file.
func alive(pid int) bool {
	state, _ := procStat(fmt.Sprintf("/proc/%d/stat", pid))
	return state != "" && state != "Z" && state != "X"
}

// procStat reads state and parent from a stat file: "pid (name) state parent …", where the name may hold anything.
// The state is empty for a process that is gone.
func procStat(path string) (state string, parent int) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", 0
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 2 {
		return "", 0
	}
	parent, err = strconv.Atoi(fields[1])
	if err != nil {
		return "", 0
	}
	return fields[0], parent
}

// remove ends the server and deletes its folder.
func (p *process) remove() error {
	if p.running() {
		if err := p.kill(); err != nil { // nothing of it is kept, so nothing need be flushed
			return err
		}
	}
	return os.RemoveAll(p.dir)
}

// unprivileged returns the account that root runs PostgreSQL as.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a postgres nor a nobody account")
}

// findBin returns the folder that holds initdb and postgres: EnvBin, Debian's newest, or where the PATH leads.
func findBin() (string, error) {
	if dir := os.Getenv(EnvBin); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			return "", fmt.Errorf("%s: %w; %s", EnvBin, err, installHint)
		}
		return dir, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, byVersion)), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(real), nil
		}
	}
	return "", errors.New("no PostgreSQL found; " + installHint)
}

// byVersion orders /usr/lib/postgresql/9.6/… before /usr/lib/postgresql/15/….
func byVersion(a, b string) int {
	major := func(path string) int {
		digits, _, _ := strings.Cut(strings.Split(path, "/")[4], ".")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 0
		}
		return n
	}
	return major(a) - major(b)
}
