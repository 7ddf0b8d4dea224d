package action_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What else an archive holds is not even unpacked.
func TestOtherEntriesStayInside(t *testing.T) {
	t.Parallel()
	evil := program("evil")
	evil.name = "../evil"
	r := newRunner(t)
	out, err := r.run(t, "install.sh", "SMMCTL_VERSION="+release, "SMMCTL_DOWNLOAD_URL="+files(t, whole(t, packed(t, evil, program(release)))))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if left := r.left(t); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

// A download that ends early is no archive, even where it says how long it is.
func TestTruncatedDownload(t *testing.T) {
	t.Parallel()
	archive := packed(t, program(release))
	list := whole(t, archive)[listName]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, listName) {
			_, _ = w.Write(list)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
		_, _ = w.Write(archive[:len(archive)/2])
	}))
	t.Cleanup(s.Close)
	r := newRunner(t)
	out, err := r.run(t, "install.sh", "SMMCTL_VERSION="+release, "SMMCTL_DOWNLOAD_URL="+s.URL)
	if err == nil || !strings.Contains(out, "could not be had whole") || r.installed(t) != "" {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestNoNetwork(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	address := s.URL
	s.Close()
	r := newRunner(t)
	out, err := r.run(t, "install.sh", "SMMCTL_VERSION="+release, "SMMCTL_DOWNLOAD_URL="+address)
	if err == nil || !strings.Contains(out, "could not be had whole") || len(r.left(t)) > 0 {
		t.Errorf("%v, left %v\n%s", err, r.left(t), out)
	}
}

// Inputs are words: none is run, and none chooses a file.
func TestHostileInputs(t *testing.T) {
	t.Parallel()
	good := files(t, whole(t, packed(t, program(release))))
	for _, env := range [][]string{
		{"SMMCTL_VERSION=", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=latest", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=1.2.3", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=v1.2.3; touch pwned", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=$(touch pwned)", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=v1.2.3\nv1.2.4", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=v1.2.3/../v1.2.3", "SMMCTL_DOWNLOAD_URL=" + good},
		{"SMMCTL_VERSION=v1.2.3"},
		{"SMMCTL_VERSION=v1.2.3", "SMMCTL_DOWNLOAD_URL=http://smmctl.example/releases"},
		{"SMMCTL_VERSION=v1.2.3", "SMMCTL_DOWNLOAD_URL=file:///etc"},
		{"SMMCTL_VERSION=" + release, "SMMCTL_DOWNLOAD_URL=http://127.0.0.1:80@" + strings.TrimPrefix(good, "http://")},
		{"SMMCTL_VERSION=v1.2.3", "SMMCTL_DOWNLOAD_URL=https://github.com@smmctl.invalid/releases"},
		{"SMMCTL_VERSION=v1.2.3", "SMMCTL_DOWNLOAD_URL=-o pwned"},
	} {
		r := newRunner(t)
		out, err := r.run(t, "install.sh", env...)
		if err == nil || !strings.Contains(out, "smmctl action: ") {
			t.Errorf("%q: %v\n%s", env, err, out)
		}
		if left := r.left(t); len(left) > 0 || r.installed(t) != "" {
			t.Errorf("%q: installed %q, left %v", env, r.installed(t), left)
		}
	}
}

func TestBuildFromSource(t *testing.T) {
	if testing.Short() {
		t.Skip("builds smmctl")
	}
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	r := newRunner(t)
	env := []string{"SMMCTL_VERSION=source", "GITHUB_ACTION_PATH=" + root, "HOME=" + os.Getenv("HOME")}
	for _, name := range []string{"GOMODCACHE", "GOCACHE", "GOPROXY", "GOTOOLCHAIN"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(value)))
	}
	out, err := r.run(t, "install.sh", env...)
	if err != nil || !strings.HasPrefix(out, "smmctl ") {
		t.Fatalf("%v\n%s", err, out)
	}
	if left := r.left(t); len(left) != 1 || left[0] != "temp/smmctl-bin/smmctl" {
		t.Errorf("left %v", left)
	}
	r = newRunner(t)
	if out, err := r.run(t, "install.sh", append(env, "GITHUB_ACTION_PATH="+r.temp)...); err == nil || !strings.Contains(out, "does not build") {
		t.Errorf("%v\n%s", err, out)
	}
}
