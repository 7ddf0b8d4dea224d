package blueskytest

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
)

//go:embed testdata/package.json testdata/package-lock.json testdata/server.js
var parts embed.FS

// needs is what a machine must have, by Debian's names.
const needs = "the reference PDS needs Node 20 with npm, Python 3, make and a C++ compiler (Debian: apt-get install nodejs npm python3 make g++)"

// patience is how long an installation may take: npm, and the compilation of
// SQLite, on a busy machine.
const patience = 20 * time.Minute

// installed returns the folder with the PDS, which is made once for each lock
// file, outside the tree.
func installed() (string, error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("%s is missing: %s", program, needs)
		}
	}
	name, err := fingerprint()
	if err != nil {
		return "", err
	}
	return counterpart.Cached("bluesky-pds-"+name, install)
}

// fingerprint names an installation: what is installed, and for which Node.
func fingerprint() (string, error) {
	version, err := exec.Command("node", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("node --version: %w; %s", err, needs)
	}
	h := sha256.New()
	h.Write(version)
	for _, f := range []string{"package.json", "package-lock.json"} {
		b, err := parts.ReadFile("testdata/" + f)
		if err != nil {
			return "", err
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

func install(work string) error {
	for _, f := range []string{"package.json", "package-lock.json"} {
		b, err := parts.ReadFile("testdata/" + f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(work, f), b, 0o644); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Only SQLite's own script is run: it compiles, for there is no ready-made file.
	for _, args := range [][]string{
		{"ci", "--ignore-scripts", "--no-audit", "--no-fund"},
		{"rebuild", "better-sqlite3"},
	} {
		if err := npm(ctx, work, args); err != nil {
			return err
		}
	}
	if built, _ := filepath.Glob(filepath.Join(work, "node_modules/better-sqlite3/build/Release/*.node")); len(built) == 0 {
		return errors.New("npm rebuild better-sqlite3 compiled nothing; " + needs)
	}
	return nil
}

func npm(ctx context.Context, dir string, args []string) error {
	cmd := exec.CommandContext(ctx, "npm", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "npm_config_build_from_source=true")
	if headers := nodeHeaders(); headers != "" {
		cmd.Env = append(cmd.Env, "npm_config_nodedir="+headers)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("npm %s: %w; %s\n%s", strings.Join(args, " "), err, needs, tail(out))
	}
	return nil
}

// nodeHeaders is where Node's headers are installed, so that none are fetched.
func nodeHeaders() string {
	node, err := exec.LookPath("node")
	if err == nil {
		node, err = filepath.EvalSymlinks(node)
	}
	prefix := filepath.Dir(filepath.Dir(node))
	if _, serr := os.Stat(filepath.Join(prefix, "include/node/node.h")); err != nil || serr != nil {
		return ""
	}
	return prefix
}

// tail is the end of a program's output.
func tail(out []byte) string {
	lines := slices.Collect(strings.Lines(string(out)))
	return strings.Join(lines[max(0, len(lines)-20):], "")
}
