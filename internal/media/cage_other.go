//go:build !unix

package media

import (
	"os"
	"os/exec"
)

// group does what can be done without process groups.
func group(cmd *exec.Cmd) { cmd.Cancel = func() error { return cmd.Process.Kill() } }

// endGroup has nothing to end here.
func endGroup(*exec.Cmd) {}

// confine refuses: without limits nothing is opened.
func confine() error { return os.ErrPermission }
