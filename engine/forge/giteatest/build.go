package giteatest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

const (
	needs    = "the real Gitea is built from tools/gitea, which needs Go, a C compiler (SQLite), git, and the modules of tools/gitea/go.mod"
	patience = 40 * time.Minute // of a build, on a busy machine with nothing cached
	tags     = "sqlite sqlite_unlock_notify"
)

// program is Gitea, and the folder of its module with templates and options.
type program struct{ path, static string }

// once holds what built found.
var once struct {
	sync.Once
	program
	err error
}

// built returns Gitea, which is built once for each version of tools/gitea and of
// Go, outside the tree. It gives up before the tests' time is over, to say why.
func built(t testing.TB) (program, error) {
	once.Do(func() { once.program, once.err = build(patienceOf(t)) })
	return once.program, once.err
}

// patienceOf leaves a tenth of the time that t has.
func patienceOf(t testing.TB) time.Duration {
	d, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return patience
	}
	end, ok := d.Deadline()
	if !ok {
		return patience
	}
	return min(patience, time.Until(end)*9/10)
}

func build(patience time.Duration) (program, error) {
	module, err := moduleDir()
	if err != nil {
		return program{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name, err := fingerprint(module)
	if err != nil {
		return program{}, err
	}
	dir, err := counterpart.Cached("gitea-"+name, func(dir string) error {
		_, err := command(ctx, module, "build", "-trimpath", "-tags", tags, "-o", filepath.Join(dir, "gitea"), "code.gitea.io/gitea")
		return err
	})
	if err != nil {
		return program{}, err
	}
	static, err := command(ctx, module, "list", "-m", "-f", "{{.Dir}}", "code.gitea.io/gitea")
	if err == nil && static == "" { // the binary was cached, and the module's cache emptied since
		if _, err = command(ctx, module, "mod", "download", "code.gitea.io/gitea"); err == nil {
			static, err = command(ctx, module, "list", "-m", "-f", "{{.Dir}}", "code.gitea.io/gitea")
		}
	}
	return program{filepath.Join(dir, "gitea"), static}, err
}

// moduleDir is tools/gitea, beside the go.mod of this source file's module.
func moduleDir() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("where is this package's source?")
	}
	dir := filepath.Join(filepath.Dir(file), "..", "..", "..", "tools", "gitea")
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return "", fmt.Errorf("%w; %s", err, needs)
	}
	return dir, nil
}

// fingerprint names a build by what it is made of.
func fingerprint(module string) (string, error) {
	h := sha256.New()
	for _, f := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(module, f))
		if err != nil {
			return "", err
		}
		h.Write(b)
	}
	h.Write([]byte(runtime.Version() + runtime.GOOS + runtime.GOARCH + tags))
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// command runs go in Gitea's module. SQLite is C.
func command(ctx context.Context, module string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-mod=readonly", "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w; %s\n%s", args[0], err, needs, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
