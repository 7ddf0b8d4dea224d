// Package giteatest runs a real Gitea on loopback, with SQLite in a temporary
// folder and nothing that calls outward. It is built from tools/gitea the first
// time, which takes minutes, and kept in the tests' cache. Only tests import it.
package giteatest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

const (
	startTime = 2 * time.Minute
	tick      = 50 * time.Millisecond
	admin     = "keeper"
)

// Server is one Gitea. It ends with the test.
type Server struct {
	URL string // http://127.0.0.1:PORT

	program  program
	dir      string
	password string

	mu    sync.Mutex
	users map[string]User
}

// API is the interface's address.
func (s *Server) API() string { return s.URL + "/api/v1" }

// Start runs a Gitea with nothing in it.
func Start(t testing.TB) *Server {
	t.Helper()
	p, err := built(t)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{program: p, dir: t.TempDir(), password: secret(), users: map[string]User{}}
	for try := 1; ; try++ { // the free port may have been taken
		err := s.run(t)
		if err == nil {
			break
		}
		if try == 3 {
			t.Fatal(err)
		}
	}
	s.admin(t)
	return s
}

func secret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// run starts the program and waits until it answers.
func (s *Server) run(t testing.TB) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.URL = "http://127.0.0.1:" + strconv.Itoa(port)
	if err := s.configure(port); err != nil {
		return err
	}
	cmd := s.command("web")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := counterpart.Spawn(cmd); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	stop := func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
	}
	if err := s.answers(done); err != nil {
		stop()
		return fmt.Errorf("gitea did not start: %w\n%s", err, log.String())
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("gitea:\n%s", told(log.String()))
		}
	})
	return nil
}

// told is the log's end without the stacks, which are long.
func told(log string) string {
	var lines []string
	for line := range strings.Lines(log) {
		if line[0] >= '0' && line[0] <= '9' && !strings.Contains(line, "[I]") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-40):], "")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// answers waits until the server does, or has ended.
func (s *Server) answers(done <-chan struct{}) error {
	deadline := time.After(startTime)
	for {
		resp, err := http.Get(s.API() + "/version")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-done:
			return fmt.Errorf("it has ended")
		case <-deadline:
			return fmt.Errorf("no answer in %v", startTime)
		case <-time.After(tick):
		}
	}
}

func (s *Server) config() string { return filepath.Join(s.dir, "app.ini") }

// configure writes the configuration: nothing is sent, fetched or looked up.
func (s *Server) configure(port int) error {
	me, err := user.Current()
	if err != nil {
		return err
	}
	d := func(name string) string { return filepath.Join(s.dir, name) }
	ini := fmt.Sprintf(`
RUN_MODE = prod
RUN_USER = %s
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = %s
[server]
PROTOCOL = http
DOMAIN = 127.0.0.1
HTTP_ADDR = 127.0.0.1
HTTP_PORT = %d
ROOT_URL = %s/
STATIC_ROOT_PATH = %s
APP_DATA_PATH = %s
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = %s
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = %s
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
SECRET_KEY = %s
PASSWORD_HASH_ALGO = pbkdf2$1$50
[service]
DISABLE_REGISTRATION = true
[mailer]
ENABLED = false
[log]
MODE = console
LEVEL = warn
[queue]
TYPE = channel
[indexer]
ISSUE_INDEXER_TYPE = db
[session]
PROVIDER = memory
[webhook]
ALLOWED_HOST_LIST = loopback
[cron]
ENABLED = false
[cron.update_checker]
ENABLED = false
[actions]
ENABLED = true
DEFAULT_ACTIONS_URL = self
[packages]
ENABLED = false
`, me.Username, s.dir, port, s.URL, s.program.static, d("data"), d("gitea.db"), d("repositories"), secret())
	return os.WriteFile(s.config(), []byte(ini), 0o600)
}

func (s *Server) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.program.path, append([]string{"--work-path", s.dir, "--config", s.config()}, args...)...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "GIT_CONFIG_NOSYSTEM=1", "TMPDIR=" + os.TempDir()}
	return cmd
}

// admin makes the first user, who makes the others.
func (s *Server) admin(t testing.TB) {
	t.Helper()
	out, err := s.command("admin", "user", "create", "--admin", "--username", admin, "--password", s.password, "--email", admin+"@example.org",
		"--must-change-password=false", "--access-token", "--access-token-name", "tests", "--access-token-scopes", "all").CombinedOutput()
	if err != nil {
		t.Fatalf("gitea admin user create: %v\n%s", err, out)
	}
	_, after, found := strings.Cut(string(out), "Access token was successfully created... ")
	token, _, _ := strings.Cut(after, "\n")
	if !found || token == "" {
		t.Fatalf("gitea admin user create gives no token:\n%s", out)
	}
	s.users[admin] = User{Name: admin, Token: strings.TrimSpace(token)}
}
