package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// DefaultTimeout bounds one run of the git program.
const DefaultTimeout = 2 * time.Minute

const (
	maxOutput = 64 << 20
	maxStderr = 4 << 10
)

// Git runs the git program in dir and returns what it printed. It is a value,
// so that tests can put a failing network in its place.
type Git func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error)

// GitError is a git program that did not end with 0.
type GitError struct {
	Verb   string // fetch, push, …
	Code   int    // exit code; -1: it did not start, or was stopped
	Stderr string // redacted, bounded
	Err    error
}

func (e *GitError) Error() string {
	text := "git " + e.Verb + ": " + e.Err.Error()
	if e.Stderr != "" {
		text += ": " + e.Stderr
	}
	return text
}

func (e *GitError) Unwrap() error { return e.Err }

// ExitCode returns the git program's exit code, or -1 where err is something
// else.
func ExitCode(err error) int {
	var ge *GitError
	if errors.As(err, &ge) {
		return ge.Code
	}
	return -1
}

// quiet is what every run gets: no hook, no background work, no watcher, and
// what it writes reaches the disk.
var quiet = []string{
	"-c", "core.hooksPath=" + os.DevNull,
	"-c", "core.fsmonitor=false",
	"-c", "core.fsync=all",
	"-c", "gc.auto=0",
	"-c", "maintenance.auto=false",
	"-c", "advice.detachedHead=false",
	"-c", "protocol.ext.allow=never",
}

// Program returns the git program found in PATH, each run bounded by timeout.
func Program(timeout time.Duration) Git {
	return func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return run(ctx, dir, stdin, args)
	}
}

func run(ctx context.Context, dir string, stdin []byte, args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append(append([]string{}, quiet...), args...)...)
	cmd.Dir, cmd.Env = dir, environment(os.Environ())
	// Interrupted, git takes its helpers and its temporary files with it.
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = 5 * time.Second
	out, errs := &bounded{max: maxOutput}, &bounded{max: maxStderr, tail: true}
	cmd.Stdout, cmd.Stderr = out, errs
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	err := cmd.Run()
	if err == nil && out.over {
		err = fmt.Errorf("more than %d bytes of output", maxOutput)
	}
	if err == nil {
		return out.Bytes(), nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	code := -1
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	return out.Bytes(), &GitError{Verb: verb(args), Code: code, Stderr: Redact(strings.TrimSpace(errs.String())), Err: err}
}

func verb(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			return a
		}
	}
	return ""
}

// environment drops what would point git at another repository (smmctl may run
// inside a hook) or make it print secrets, and forbids questions.
func environment(env []string) []string {
	out := make([]string, 0, len(env)+2)
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "GIT_TRACE") || misleading[name] {
			continue
		}
		out = append(out, kv)
	}
	return append(out, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}

var misleading = map[string]bool{
	"GIT_DIR": true, "GIT_WORK_TREE": true, "GIT_INDEX_FILE": true, "GIT_COMMON_DIR": true, "GIT_PREFIX": true,
	"GIT_OBJECT_DIRECTORY": true, "GIT_ALTERNATE_OBJECT_DIRECTORIES": true, "GIT_NAMESPACE": true,
	"GIT_QUARANTINE_PATH": true, "GIT_CURL_VERBOSE": true, "LC_ALL": true, "GIT_TERMINAL_PROMPT": true,
}

var (
	userinfo = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)[^/\s'"]*@`)
	secrets  = regexp.MustCompile(`(?i)((?:token|password|passwd|secret|authorization)["']?\s*[=:]\s*)(?:(?:basic|bearer)\s+)?[^\s&'"]+`)
)

// Redact takes credentials out of a text that git printed: the user part of
// addresses, and what follows the name of a secret.
func Redact(s string) string {
	return secrets.ReplaceAllString(userinfo.ReplaceAllString(s, "${1}***@"), "${1}***")
}

// bounded keeps the first max bytes written to it, or the last.
type bounded struct {
	bytes.Buffer
	max  int
	tail bool
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	n := len(p)
	if over := b.Len() + n - b.max; over > 0 {
		b.over = true
		p = b.fit(p, over)
	}
	b.Buffer.Write(p)
	return n, nil
}

func (b *bounded) fit(p []byte, over int) []byte {
	if !b.tail {
		return p[:max(0, b.max-b.Len())]
	}
	if len(p) >= b.max {
		b.Reset()
		return p[len(p)-b.max:]
	}
	b.Next(over)
	return p
}
