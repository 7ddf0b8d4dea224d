package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/internal/disk"
	"github.com/smmctl/smmctl/engine/media"
)

const (
	patience  = 5 * time.Minute
	maxStored = 4 << 30
)

// Store keeps what was fetched in a folder, each file under its SHA-256. It may
// be used from several goroutines; one file is fetched at a time.
type Store struct {
	Dir    string
	Client *http.Client // nil: Client
	// Most bounds a file's bytes; 0: media.MaxBytes.
	Most int64

	mu     sync.Mutex
	failed map[string]error // by host: it is not asked again in this run
}

// Get fetches a file, unless it is there. It returns a *media.FetchError, or a
// *media.OtherError where it is not the file with that SHA-256.
func (s *Store) Get(ctx context.Context, address, sum string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.has(sum) {
		return nil
	}
	u, err := url.Parse(address)
	if err == nil {
		err = allowed(u)
	}
	if err != nil {
		return &media.FetchError{URL: address, Err: plain(err)}
	}
	if err := s.failed[u.Host]; err != nil {
		return &media.FetchError{URL: address, Err: err}
	}
	err = s.fetch(ctx, u, sum)
	var other *media.OtherError
	if err == nil || errors.As(err, &other) {
		return err
	}
	if s.failed == nil {
		s.failed = map[string]error{}
	}
	if unreachable(err) && ctx.Err() == nil {
		s.failed[u.Host] = plain(err)
	}
	return &media.FetchError{URL: address, Err: plain(err)}
}

// has reports whether a file is there, whole.
func (s *Store) has(sum string) bool {
	f, err := os.Open(filepath.Join(s.Dir, sum))
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return err == nil && hex.EncodeToString(h.Sum(nil)) == sum
}

func (s *Store) fetch(ctx context.Context, u *url.URL, sum string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "smmctl")
	client := s.Client
	if client == nil {
		client = Client(Options{})
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return &statusError{resp.StatusCode}
	}
	return s.keep(resp, u.String(), sum)
}

// keep writes an answer under its digest, which it must have.
func (s *Store) keep(resp *http.Response, address, sum string) error {
	most := s.Most
	if most == 0 {
		most = media.MaxBytes
	}
	if resp.ContentLength > most {
		return errTooLarge
	}
	if err := media.Folder(s.Dir); err != nil {
		return err
	}
	err := disk.ReplaceBy(filepath.Join(s.Dir, sum), 0o644, func(w io.Writer) error {
		h := sha256.New()
		n, err := io.Copy(io.MultiWriter(w, h), io.LimitReader(resp.Body, most+1))
		got := hex.EncodeToString(h.Sum(nil))
		switch {
		case err != nil:
			return err
		case n > most:
			return errTooLarge
		case got != sum:
			return &media.OtherError{URL: address, Want: sum, Got: got}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return media.Tidy(s.Dir, maxStored)
}

var errTooLarge = errors.New("it is too large")

type statusError struct{ code int }

func (e *statusError) Error() string {
	return fmt.Sprintf("the server answers %d %s", e.code, http.StatusText(e.code))
}

// unreachable reports whether the host, and not one file of it, is the trouble.
func unreachable(err error) bool {
	var status *statusError
	return !errors.As(err, &status) && !errors.Is(err, errTooLarge)
}

// plain takes the address off an error: it is said once, as it was written.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
