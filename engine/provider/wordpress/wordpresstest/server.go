//go:build linux

package wordpresstest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

// How many PHP processes serve at once, for everybody and for a single test. Each
// takes one request at a time; PHP's own workers would outlive their parent when
// that is killed.
const (
	manyWorkers = 4
	fewWorkers  = 2
)

// Server is one WordPress with its own database.
type Server struct {
	dir     string // of everything that belongs to this run
	tree    string
	workers int

	mu   sync.Mutex
	db   *exec.Cmd
	php  []*exec.Cmd
	free chan string // addresses of idle PHP processes

	remove func()
}

// New starts a server of the test's own, to be killed and restarted at will.
func New(t testing.TB) *Server {
	t.Helper()
	skipShort(t)
	s, err := start(context.Background(), fewWorkers)
	if err != nil {
		t.Fatalf("wordpresstest: %v", err)
	}
	t.Cleanup(s.stop)
	return s
}

// Shared returns the server that the whole test binary shares.
func Shared(t testing.TB) *Server {
	t.Helper()
	skipShort(t)
	s, err := shared()
	if err != nil {
		t.Fatalf("wordpresstest: %v", err)
	}
	return s
}

var shared = sync.OnceValues(func() (*Server, error) { return start(context.Background(), manyWorkers) })

// skipShort leaves a short run out where the programs are not installed; a whole
// one fails.
func skipShort(t testing.TB) {
	t.Helper()
	if err := missing(); err != nil && testing.Short() {
		t.Skip(err)
	}
}

func start(ctx context.Context, workers int) (*Server, error) {
	t, err := prepare(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "smmctl-wp-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, tree: t.tree, workers: workers}
	if s.remove, err = sweep(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "uploads"), 0o755); err != nil {
		return nil, err
	}
	if err := run(ctx, nil, "cp", "-a", "--reflink=auto", t.db, s.data()); err != nil {
		return nil, err
	}
	if err := s.startDatabase(ctx, s.data()); err != nil {
		return nil, err
	}
	return s, s.StartPHP(ctx)
}

func (s *Server) stop() {
	s.KillPHP()
	s.KillDatabase()
	s.remove()
}

func (s *Server) data() string   { return filepath.Join(s.dir, "db") }
func (s *Server) socket() string { return filepath.Join(s.dir, "sql.sock") }

// beside is a file that lies beside the tree.
func (s *Server) beside(name string) string { return filepath.Join(filepath.Dir(s.tree), name) }
func (s *Server) compiled() string          { return s.beside("compiled") }

// asRoot lets MariaDB's programs run as root, which they refuse unasked.
func asRoot(args []string) []string {
	if os.Getuid() == 0 {
		return append(args, "--user=root")
	}
	return args
}

// startDatabase starts MariaDB on a data folder, without a network.
func (s *Server) startDatabase(ctx context.Context, data string) error {
	log := filepath.Join(s.dir, "sql.log")
	args := []string{
		"--no-defaults", "--datadir=" + data, "--socket=" + s.socket(), "--pid-file=" + filepath.Join(s.dir, "sql.pid"),
		"--log-error=" + log, "--tmpdir=" + s.dir, "--skip-networking", "--skip-log-bin", "--performance-schema=0",
		"--innodb-log-file-size=8M", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=2",
	}
	cmd := exec.Command("mariadbd", asRoot(args)...)
	if err := counterpart.Spawn(cmd); err != nil {
		return err
	}
	s.mu.Lock()
	s.db = cmd
	s.mu.Unlock()
	return await(ctx, "unix", s.socket(), cmd, log)
}

func (s *Server) stopDatabase(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end(s.db, signal)
	s.db = nil
}

// KillDatabase ends MariaDB as a power cut does, StartDatabase has it recover.
func (s *Server) KillDatabase() { s.stopDatabase(syscall.SIGKILL) }

// StartDatabase starts MariaDB on what it has.
func (s *Server) StartDatabase(ctx context.Context) error { return s.startDatabase(ctx, s.data()) }

func (s *Server) env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + s.dir,
		"SMMCTL_WP_SOCKET=" + s.socket(), "SMMCTL_WP_DIR=" + s.dir, "SMMCTL_WP_UPLOADS=" + filepath.Join(s.dir, "uploads"),
	}
}

// phpOptions keep PHP's compiled code, beside the template for every later process,
// and its messages out of answers.
func (s *Server) phpOptions(more ...string) []string {
	return append([]string{
		"-d", "opcache.enable_cli=1", "-d", "opcache.validate_timestamps=0", "-d", "opcache.file_cache=" + s.compiled(),
		"-d", "display_errors=stderr", "-d", "sendmail_path=true",
		"-d", "upload_max_filesize=32M", "-d", "post_max_size=40M", "-d", "memory_limit=256M",
	}, more...)
}

// StartPHP starts the processes that answer.
func (s *Server) StartPHP(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = make(chan string, s.workers)
	for i := range s.workers {
		address, err := freePort()
		if err != nil {
			return err
		}
		log := filepath.Join(s.dir, fmt.Sprintf("php-%d.log", i))
		out, err := os.Create(log)
		if err != nil {
			return err
		}
		cmd := exec.Command("php", s.phpOptions("-S", address, "-t", s.tree, s.beside("router.php"))...)
		cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env(), s.dir, out, out
		err = counterpart.Spawn(cmd)
		_ = out.Close()
		if err != nil {
			return err
		}
		s.php = append(s.php, cmd)
		if err := await(ctx, "tcp", address, cmd, log); err != nil {
			return err
		}
		s.free <- address
	}
	return nil
}

// KillPHP ends every process that answers, in the middle of whatever it does.
func (s *Server) KillPHP() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cmd := range s.php {
		end(cmd, syscall.SIGKILL)
	}
	s.php = nil
}

// ServeHTTP hands a request to an idle PHP process. Where there is none, or it
// dies, the answer is that of a web server whose backend has gone.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	free := s.free
	s.mu.Unlock()
	address := <-free
	defer func() { free <- address }()
	proxy := httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = "http", address, p.In.Host
		},
		Transport: &http.Transport{DisableKeepAlives: true},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "<html><head><title>502 Bad Gateway</title></head></html>", http.StatusBadGateway)
		},
	}
	proxy.ServeHTTP(w, r)
}

// script runs one of this package's PHP scripts against the server's database.
func (s *Server) script(ctx context.Context, name string, args ...string) ([]byte, error) {
	all := s.phpOptions(append([]string{s.beside(name), s.tree}, args...)...)
	return output(ctx, s.env(), "", "php", all...)
}

// sql runs statements and returns their rows, columns apart by tabs.
func (s *Server) sql(ctx context.Context, database, statements string) ([][]string, error) {
	out, err := output(ctx, nil, statements, "mariadb", "--no-defaults", "--socket="+s.socket(), "--user=root", "--batch", "--raw", "--skip-column-names", database)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for line := range strings.Lines(string(out)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows, nil
}
