// Package secret resolves the references that files hold instead of credentials:
// env:NAME, file:PATH, keyring:NAME and sops:FILE#KEY. A value leaves it only
// inside provider.Secret, which no output reveals. It imports provider for that
// type, and go-keyring.
package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/smmctl/smmctl/engine/provider"
)

const (
	maxSize        = 64 << 10
	keyringService = "smmctl"
	sopsTimeout    = 30 * time.Second
)

// Resolver finds credentials on this machine.
type Resolver struct {
	Getenv func(string) string
	Root   string // relative paths start here
}

// Resolve returns the secret that ref points to. Its errors name the reference,
// never a value.
func (r Resolver) Resolve(ctx context.Context, ref string) (provider.Secret, error) {
	kind, name, ok := strings.Cut(ref, ":")
	if !ok || name == "" {
		return provider.Secret{}, errors.New("credential: write a reference such as env:NAME, file:PATH, keyring:NAME or sops:FILE#KEY, never a value")
	}
	var value string
	var err error
	switch kind {
	case "env":
		if value = r.Getenv(name); value == "" {
			err = errors.New("the environment variable is not set")
		}
	case "file":
		value, err = r.file(name)
	case "keyring":
		value, err = keyring.Get(keyringService, name)
	case "sops":
		value, err = r.sops(ctx, name)
	default:
		return provider.Secret{}, fmt.Errorf("credential: %q is no kind of reference: use env:NAME, file:PATH, keyring:NAME or sops:FILE#KEY", kind)
	}
	if err != nil {
		return provider.Secret{}, fmt.Errorf("credential %s: %w", ref, err)
	}
	value = strings.TrimSpace(value)
	if value == "" {
		return provider.Secret{}, fmt.Errorf("credential %s: it is empty", ref)
	}
	if strings.ContainsAny(value, "\r\n\x00") {
		return provider.Secret{}, fmt.Errorf("credential %s: it has more than one line", ref)
	}
	return provider.NewSecret(value), nil
}

func (r Resolver) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.Root, filepath.FromSlash(p))
}

func (r Resolver) file(name string) (string, error) {
	f, err := os.Open(r.path(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSize))
	return string(b), err
}

// sops runs the sops program: its library would more than double the binary.
func (r Resolver) sops(ctx context.Context, name string) (string, error) {
	file, key, ok := strings.Cut(name, "#")
	if !ok || key == "" || strings.ContainsAny(key, `"[]\`) {
		return "", errors.New("write sops:FILE#KEY")
	}
	ctx, cancel := context.WithTimeout(ctx, sopsTimeout)
	defer cancel()
	extract := `["` + strings.Join(strings.Split(key, "."), `"]["`) + `"]`
	cmd := exec.CommandContext(ctx, "sops", "--decrypt", "--extract", extract, r.path(file))
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("sops: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return out.String(), nil
}
