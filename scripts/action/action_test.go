// Package action_test tries the action's scripts against releases on loopback:
// whole ones, damaged ones and hostile ones. It exists because these scripts
// run beside every token of a brand, and no other test runs them.
package action_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const release = "v1.2.3"

func archiveName() string {
	return fmt.Sprintf("smmctl_1.2.3_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
}

const listName = "smmctl_1.2.3_checksums.txt"

// entry is a file of an archive, or a link where it leads somewhere.
type entry struct{ name, body, link string }

// program is a stand-in that says which version it is.
func program(version string) entry {
	return entry{name: "smmctl", body: "#!/bin/sh\necho 'smmctl " + version + " (0123456789ab, 2026-11-24T18:00:00Z)'\n"}
}

func packed(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := tar.Header{Name: e.name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(e.body))}
		if e.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.link
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// files serves a release's files.
func files(t *testing.T, byName map[string][]byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, ok := byName[strings.TrimPrefix(r.URL.Path, "/"+release+"/")]; ok {
			_, _ = w.Write(b)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func whole(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	list := digest([]byte("another")) + "  smmctl_1.2.3_plan9_386.tar.gz\n" + digest(archive) + "  " + archiveName() + "\n"
	return map[string][]byte{archiveName(): archive, listName: []byte(list)}
}

// runner is a machine of its own for one run of a script.
type runner struct{ dir, temp, path string }

func newRunner(t *testing.T) runner {
	t.Helper()
	r := runner{dir: t.TempDir()}
	r.temp, r.path = filepath.Join(r.dir, "temp"), filepath.Join(r.dir, "path")
	if err := os.Mkdir(r.temp, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r runner) run(t *testing.T, script string, env ...string) (string, error) {
	t.Helper()
	name, err := filepath.Abs(script)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", name)
	cmd.Dir = r.dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "TMPDIR=" + r.temp, "RUNNER_TEMP=" + r.temp, "GITHUB_PATH=" + r.path, "no_proxy=*"}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// installed is what is on the runner's PATH afterwards.
func (r runner) installed(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(r.path)
	if os.IsNotExist(err) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// left lists what a run has left in the runner's folders.
func (r runner) left(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(r.dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && name != r.path {
			out = append(out, strings.TrimPrefix(name, r.dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestInstall(t *testing.T) {
	t.Parallel()
	good := whole(t, packed(t, entry{name: "README.md", body: "# smmctl"}, program(release)))
	for name, pin := range map[string]string{"not pinned": "", "pinned": digest(good[listName])} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			out, err := r.run(t, "install.sh", "SMMCTL_VERSION="+release, "SMMCTL_DOWNLOAD_URL="+files(t, good)+"/", "SMMCTL_CHECKSUMS_SHA256="+pin)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if left := r.left(t); len(left) != 1 || left[0] != "temp/smmctl-bin/smmctl" {
				t.Errorf("left %v", left)
			}
			if got, err := exec.Command(filepath.Join(r.installed(t), "smmctl"), "version").Output(); err != nil || !strings.HasPrefix(string(got), "smmctl "+release) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// Whatever is wrong with a release, nothing is installed and nothing is left.
func TestRefused(t *testing.T) {
	t.Parallel()
	archive := packed(t, program(release))
	change := func(f func(m map[string][]byte)) map[string][]byte {
		m := whole(t, archive)
		f(m)
		return m
	}
	link := entry{name: "smmctl", link: "/bin/sh"}
	outside, absolute := program(release), program(release)
	outside.name, absolute.name = "../../smmctl", "/tmp/smmctl"
	for name, c := range map[string]struct {
		files map[string][]byte
		env   string
		want  string
	}{
		"the archive was replaced": {change(func(m map[string][]byte) { m[archiveName()] = packed(t, program("v1.2.3-evil")) }), "", "does not have the digest"},
		"the archive was cut":      {change(func(m map[string][]byte) { m[archiveName()] = archive[:len(archive)/2] }), "", "does not have the digest"},
		"no archive":               {change(func(m map[string][]byte) { delete(m, archiveName()) }), "", "could not be had whole"},
		"no list":                  {change(func(m map[string][]byte) { delete(m, listName) }), "", "could not be had whole"},
		"a line for another":       {change(func(m map[string][]byte) { m[listName] = []byte(digest(archive) + "  x" + archiveName() + "\n") }), "", "no one entry"},
		"a line for its SBOM": {change(func(m map[string][]byte) {
			m[listName] = []byte(digest(archive) + "  " + archiveName() + ".sbom.json\n")
		}), "", "no one entry"},
		"two lines for it": {change(func(m map[string][]byte) {
			m[listName] = append(m[listName], []byte(digest([]byte("x"))+"  "+archiveName()+"\n")...)
		}), "", "no one entry"},
		"a digest that is none": {change(func(m map[string][]byte) { m[listName] = []byte("$(id)  " + archiveName() + "\n") }), "", "no one entry"},
		"another version":       {whole(t, packed(t, program("v1.2.30"))), "", "holds another version"},
		"no program":            {whole(t, packed(t, entry{name: "README.md"})), "", "no program"},
		"a link":                {whole(t, packed(t, link)), "", "no program"},
		"a path outside":        {whole(t, packed(t, outside)), "", "no program"},
		"an absolute path":      {whole(t, packed(t, absolute)), "", "no program"},
		"not an archive":        {whole(t, []byte("<html>")), "", "no program"},
		"another list":          {whole(t, archive), "SMMCTL_CHECKSUMS_SHA256=" + digest([]byte("x")), "checksums-sha256"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			env := []string{"SMMCTL_VERSION=" + release, "SMMCTL_DOWNLOAD_URL=" + files(t, c.files)}
			out, err := r.run(t, "install.sh", append(env, c.env)...)
			if err == nil || !strings.Contains(out, c.want) {
				t.Errorf("%v, want %q in\n%s", err, c.want, out)
			}
			if left := r.left(t); len(left) > 0 || r.installed(t) != "" {
				t.Errorf("installed %q, left %v", r.installed(t), left)
			}
		})
	}
}
