//go:build linux

package wordpresstest

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

//go:embed files
var files embed.FS

const (
	debianTree = "/usr/share/wordpress"
	setup      = "run scripts/wordpress-setup as root, which installs it"
)

// programs are what has to be there, beside the tree.
var programs = []string{"php", "mariadbd", "mariadb", "mariadb-install-db", "dpkg-query"}

// template is an installed WordPress: a tree that all servers read and a
// database that each server copies.
type template struct{ tree, db string }

func missing() error {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return fmt.Errorf("%s is missing: %s", p, setup)
		}
	}
	if _, err := os.Stat(filepath.Join(debianTree, "wp-load.php")); err != nil {
		return fmt.Errorf("WordPress is missing: %s", setup)
	}
	return nil
}

// prepare returns the template, made anew where the packages or this package's
// files have changed since.
func prepare(ctx context.Context) (template, error) {
	if err := missing(); err != nil {
		return template{}, err
	}
	sum, err := version(ctx)
	if err != nil {
		return template{}, err
	}
	in := func(dir string) template {
		return template{tree: filepath.Join(dir, "tree"), db: filepath.Join(dir, "db")}
	}
	dir, err := counterpart.Cached("wordpress-"+sum, func(dir string) error { return install(ctx, in(dir)) })
	return in(dir), err
}

// version names what the template is made of.
func version(ctx context.Context) (string, error) {
	h := sha256.New()
	out, err := exec.CommandContext(ctx, "dpkg-query", "-W", "wordpress", "php-cli", "mariadb-server").Output()
	if err != nil {
		return "", fmt.Errorf("WordPress is not installed from Debian's packages: %s", setup)
	}
	h.Write(out)
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		h.Write([]byte(path))
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// install copies the tree, makes a database and installs WordPress into it.
func install(ctx context.Context, t template) error {
	if err := os.MkdirAll((&Server{tree: t.tree}).compiled(), 0o755); err != nil {
		return err
	}
	if err := run(ctx, nil, "cp", "-rL", debianTree, t.tree); err != nil {
		return err
	}
	for name, place := range map[string]string{
		"wp-config.php": "wp-config.php", "mu-plugin.php": "wp-content/mu-plugins/smmctl.php",
		"router.php": "../router.php", "install.php": "../install.php", "account.php": "../account.php", "due.php": "../due.php", "journal.sql": "../journal.sql",
	} {
		if err := put(name, filepath.Join(t.tree, place)); err != nil {
			return err
		}
	}
	args := []string{"--no-defaults", "--datadir=" + t.db, "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M"}
	if err := run(ctx, nil, "mariadb-install-db", asRoot(args)...); err != nil {
		return err
	}
	return fill(ctx, t)
}

func put(name, place string) error {
	b, err := files.ReadFile("files/" + name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	_ = os.Remove(place) // Debian's own is read-only
	return os.WriteFile(place, b, 0o644)
}

// fill runs the database once, on the template itself.
func fill(ctx context.Context, t template) error {
	dir, err := os.MkdirTemp("", "smmctl-wp-")
	if err != nil {
		return err
	}
	remove, err := sweep(dir)
	if err != nil {
		return err
	}
	defer remove()
	s := &Server{dir: dir, tree: t.tree}
	if err := s.startDatabase(ctx, t.db); err != nil {
		return err
	}
	defer s.stopDatabase(syscall.SIGTERM) // an orderly end, so that copies need no recovery
	if _, err := s.sql(ctx, "", "CREATE DATABASE wordpress CHARACTER SET utf8mb4"); err != nil {
		return err
	}
	if _, err := s.script(ctx, "install.php"); err != nil {
		return err
	}
	journal, err := files.ReadFile("files/journal.sql")
	if err != nil {
		return err
	}
	if _, err := s.sql(ctx, "wordpress", string(journal)); err != nil {
		return err
	}
	// Compiled code is kept by the name of its file, and that is about to change.
	if err := os.RemoveAll(s.compiled()); err != nil {
		return err
	}
	return os.Mkdir(s.compiled(), 0o755)
}
