package blueskytest

import (
	"os/exec"
	"syscall"
)

// diesWithUs has the system end the child when the thread that started it ends,
// which the caller keeps alive.
func diesWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
