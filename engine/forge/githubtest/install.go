package githubtest

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

//go:embed testdata/referee
var refereeFiles embed.FS

// document is the file of the npm package @octokit/openapi that is read; the
// others, which are larger, are not kept.
const document = "api.github.com.json"

func installReferee() (string, error) {
	lock, err := refereeFiles.ReadFile("testdata/referee/package-lock.json")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	return counterpart.Cached("github-openapi-"+hex.EncodeToString(sum[:6]), func(dir string) error {
		for _, name := range []string{"package.json", "package-lock.json"} {
			b, err := refereeFiles.ReadFile("testdata/referee/" + name)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				return err
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		install.Dir = dir
		if out, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("npm ci (Node.js 20 or newer): %w\n%s", err, out)
		}
		from := filepath.Join(dir, "node_modules", "@octokit", "openapi", "generated", document)
		if err := os.Rename(from, filepath.Join(dir, document)); err != nil {
			return err
		}
		return os.RemoveAll(filepath.Join(dir, "node_modules"))
	})
}
