//go:build unix

package media

import (
	"os/exec"
	"syscall"
)

// group gives the worker a process group of its own, so that tesseract and
// pdftoppm end with it.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// endGroup ends what a worker left behind. That nothing is left is the rule.
func endGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// confine sets the limits of a cage on this process and all it starts: memory,
// processor time, no files written, no core, and where the system can, no
// sockets.
func confine() error {
	for _, l := range []struct {
		what int
		most uint64
	}{
		{syscall.RLIMIT_DATA, cageMemory}, {syscall.RLIMIT_AS, cageAddress}, {syscall.RLIMIT_CPU, cageSeconds}, {syscall.RLIMIT_FSIZE, 0}, {syscall.RLIMIT_CORE, 0},
	} {
		if err := syscall.Setrlimit(l.what, &syscall.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return err
		}
	}
	return refuseSockets()
}
