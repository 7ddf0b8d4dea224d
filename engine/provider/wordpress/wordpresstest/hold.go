//go:build linux

package wordpresstest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Hold stops the next request that makes a post, before the post is stored or
// right after ("before", "after"). Reached waits until one has come there;
// release lets it go on.
func (s *Server) Hold(t testing.TB, where string) (reached, release func()) {
	t.Helper()
	hold, there := filepath.Join(s.dir, "hold-"+where), filepath.Join(s.dir, "reached-"+where)
	if err := os.WriteFile(hold, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	reached = func() {
		t.Helper()
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			if os.Remove(there) == nil {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("no request has come to %q", where)
			}
		}
	}
	return reached, func() { _ = os.Remove(hold) }
}
