//go:build linux

package wordpresstest

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// TestRecord: what was published is known from the database, whatever became of
// it, and somebody else's posts are not in it.
func TestRecord(t *testing.T) {
	t.Parallel()
	a := Shared(t).Start(t, stage.Options{}, "author")
	a.Foreign("Somebody's own words")
	var made struct {
		ID     int
		Status string
	}
	a.Do(t, http.MethodPost, "posts", map[string]any{"status": "publish", "content": "<!-- wp:paragraph -->\n<p>One of three.</p>\n<!-- /wp:paragraph -->"}, &made)
	if got := a.Accepted(); !slices.Equal(got, []string{"One of three."}) {
		t.Errorf("accepted %q", got)
	}
	if got := a.Live(); !slices.Equal(got, []string{"Somebody's own words", "One of three."}) {
		t.Errorf("live %q", got)
	}
}

// TestKilled: a test binary that is killed leaves no process and no file.
func TestKilled(t *testing.T) {
	t.Parallel()
	if os.Getenv("SMMCTL_WP_VICTIM") != "" {
		s := Shared(t)
		fmt.Println("victim", s.dir, s.db.Process.Pid, s.php[0].Process.Pid)
		select {}
	}
	Shared(t) // so that the template is there
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "SMMCTL_WP_VICTIM=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var left []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 4 && f[0] == "victim" {
			left = []string{f[1], "/proc/" + f[2] + "/cmdline", "/proc/" + f[3] + "/cmdline"}
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if len(left) == 0 {
		t.Fatal("the victim started nothing")
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		left = slices.DeleteFunc(left, isGone)
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("left behind: %v", left)
		}
	}
}

// isGone reports whether a folder or a process is there no more; what is left of
// a process that has ended has no command line.
func isGone(path string) bool {
	if strings.HasPrefix(path, "/proc/") {
		b, err := os.ReadFile(path)
		return err != nil || len(b) == 0
	}
	_, err := os.Stat(path)
	return err != nil
}
