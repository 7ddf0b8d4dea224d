//go:build linux

package wordpresstest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

// patience is how long a program may take to be ready.
const patience = time.Minute

// end ends a program and all that it started, and waits until it has gone.
func end(cmd *exec.Cmd, signal syscall.Signal) {
	if cmd == nil || cmd.Process == nil {
		return
	}
	_ = syscall.Kill(-cmd.Process.Pid, signal)
	_ = cmd.Wait()
}

// run runs a program to its end; its output is in the error.
func run(ctx context.Context, env []string, name string, args ...string) error {
	_, err := output(ctx, env, "", name, args...)
	return err
}

func output(ctx context.Context, env []string, in, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &stdout, &stderr
	if env != nil {
		cmd.Env = env
	}
	if err := counterpart.Spawn(cmd); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", name, err, stdout.String(), stderr.String())
	}
	return stdout.Bytes(), nil
}

// sweep removes dir when this process has ended, by whatever end: a shell waits
// for the end of a pipe that only this process holds open. The returned function
// removes it now.
func sweep(dir string) (now func(), err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", "-c", `read -r _; i=0; while [ $i -lt 50 ] && ! rm -rf "$0" 2>/dev/null; do i=$((i+1)); sleep 0.1; done`, dir)
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	_ = r.Close()
	if err != nil {
		_ = w.Close()
		return nil, err
	}
	return func() {
		_ = w.Close()
		_ = cmd.Wait()
	}, nil
}

// await tries until something listens.
func await(ctx context.Context, network, address string, cmd *exec.Cmd, log string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			return c.Close()
		}
		if gone(cmd) || ctx.Err() != nil {
			said, _ := os.ReadFile(log)
			return fmt.Errorf("%s: not ready: %w\n%s", filepath.Base(cmd.Path), err, said)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone reports whether a program that was started has ended by itself.
func gone(cmd *exec.Cmd) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		return true
	}
	_, state, ok := strings.Cut(string(b), ") ")
	return ok && strings.HasPrefix(state, "Z")
}

// freePort asks the system for a port of loopback.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
