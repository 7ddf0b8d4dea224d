package repo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/repo"
)

// TestMain keeps the machine's own Git configuration out of the tests, and puts
// what would mislead git into the environment.
func TestMain(m *testing.M) {
	for k, v := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
	} {
		if err := os.Setenv(k, v); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, dir string) string {
	t.Helper()
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "c")
	return git(t, dir, "rev-parse", "HEAD")
}

// fill makes a workspace's files in dir.
func fill(t testing.TB, dir string) {
	t.Helper()
	write(t, dir, "smm.yaml", "format: 1\n")
	write(t, dir, "strategies/acme/strategy.yaml", "brand: acme\n")
	write(t, dir, "content/acme/2026-12/sale.md", "---\nid: sale\n---\nCoats.\n")
	write(t, dir, "content/acme/2026-12/sale-2.md", "---\nid: sale-2\n---\nCoats again.\n")
	write(t, dir, "content/acme/2026-12/media/hero.png", "png")
	write(t, dir, "content/acme-x/a", "")
}

// workspace makes a repository whose workspace is in the folder below.
func workspace(t testing.TB, below string) (root string, r *repo.Repo) {
	t.Helper()
	root = t.TempDir()
	git(t, root, "init", "-q", "-b", "main")
	write(t, root, "README.md", "not the workspace's\n")
	fill(t, filepath.Join(root, below))
	commit(t, root)
	return root, find(t, filepath.Join(root, below))
}

func find(t testing.TB, dir string) *repo.Repo {
	t.Helper()
	r, err := repo.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFind(t *testing.T) {
	t.Parallel()
	root, _ := workspace(t, "brands/acme")
	linked := filepath.Join(t.TempDir(), "linked")
	git(t, root, "worktree", "add", "-q", linked, "-b", "feature")
	plain := t.TempDir()
	fill(t, plain)
	for _, c := range []struct{ from, workspace, root, prefix string }{
		{filepath.Join(root, "brands/acme"), filepath.Join(root, "brands/acme"), root, "brands/acme"},
		{filepath.Join(root, "brands/acme/content/acme/2026-12"), filepath.Join(root, "brands/acme"), root, "brands/acme"},
		{filepath.Join(linked, "brands/acme/content"), filepath.Join(linked, "brands/acme"), linked, "brands/acme"},
		{filepath.Join(plain, "content"), plain, "", ""},
	} {
		r := find(t, c.from)
		if r.Workspace != c.workspace || r.Root != c.root || r.Prefix != c.prefix || r.HasGit() != (c.root != "") {
			t.Errorf("%s: %+v", c.from, r)
		}
		if r.HasGit() && r.CommonDir != filepath.Join(root, ".git") {
			t.Errorf("%s: common folder %s", c.from, r.CommonDir)
		}
	}
	if _, err := repo.Find(root); !errors.Is(err, repo.ErrNoWorkspace) {
		t.Errorf("above the workspace: %v", err)
	}
	if _, err := repo.Find(filepath.Join(root, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nowhere: %v", err)
	}
}

func TestWithoutGit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill(t, dir)
	r := find(t, dir)
	if w, err := r.WorkTree(); err != nil {
		t.Error(err)
	} else if _, err := fs.ReadFile(w, "smm.yaml"); err != nil {
		t.Error(err)
	}
	_, headErr := r.Head()
	_, _, fsErr := r.FS("HEAD")
	_, dirtyErr := r.Dirty(t.Context())
	for _, err := range []error{headErr, fsErr, dirtyErr} {
		if !errors.Is(err, repo.ErrNoGit) {
			t.Errorf("got %v", err)
		}
	}
	if r.HasRemote("origin") {
		t.Error("has a remote")
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	root, r := workspace(t, "")
	want := git(t, root, "rev-parse", "HEAD")
	if got, err := r.Head(); err != nil || got != want {
		t.Errorf("on a branch: %s, %v", got, err)
	}
	git(t, root, "pack-refs", "--all")
	git(t, root, "checkout", "-q", "--detach")
	if got, err := r.Head(); err != nil || got != want {
		t.Errorf("detached: %s, %v", got, err)
	}
	empty := t.TempDir()
	git(t, empty, "init", "-q")
	fill(t, empty)
	if _, err := find(t, empty).Head(); !errors.Is(err, repo.ErrNoCommit) {
		t.Errorf("unborn: %v", err)
	}
}

var names = []string{
	"smm.yaml", "strategies/acme/strategy.yaml", "content/acme/2026-12/sale.md", "content/acme/2026-12/sale-2.md",
	"content/acme/2026-12/media/hero.png", "content/acme-x/a",
}

func TestRevisionIsAFileSystem(t *testing.T) {
	t.Parallel()
	for _, below := range []string{"", "brands/acme"} {
		root, r := workspace(t, below)
		first := git(t, root, "rev-parse", "HEAD")
		git(t, root, "tag", "-m", "v1", "v1")
		write(t, filepath.Join(root, below), "content/acme/2026-12/later.md", "later")
		commit(t, root)
		for _, rev := range []string{"HEAD~1", "v1", first, first[:10], "main^"} {
			f, at, err := r.FS(rev)
			if err != nil {
				t.Fatalf("%s: %v", rev, err)
			}
			if at != first {
				t.Errorf("%s is %s, want %s", rev, at, first)
			}
			if err := fstest.TestFS(f, names...); err != nil {
				t.Errorf("%s: %v", rev, err)
			}
			if _, err := fs.Stat(f, "content/acme/2026-12/later.md"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s has what came later: %v", rev, err)
			}
			if _, err := fs.Stat(f, "README.md"); below != "" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s has what is not the workspace's: %v", rev, err)
			}
		}
		for _, rev := range []string{"nowhere", "", "--help", strings.Repeat("a", 40), "HEAD~99"} {
			if _, _, err := r.FS(rev); !errors.Is(err, repo.ErrNoRevision) {
				t.Errorf("%q: %v", rev, err)
			}
		}
	}
}

func TestWorkTreeIsAFileSystem(t *testing.T) {
	t.Parallel()
	_, r := workspace(t, "brands/acme")
	w, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(w, names...); err != nil {
		t.Error(err)
	}
}

// What a hostile repository may try with symbolic links, in both file systems:
// want is the content, or empty where it has to be refused.
func TestLinks(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, filepath.Dir(secret), "secret", "secret")
	links := []struct{ name, target, read, want string }{
		{"content/inside.md", "acme/2026-12/sale.md", "content/inside.md", "---\nid: sale\n---\nCoats.\n"},
		{"content/folder", "acme/2026-12", "content/folder/media/hero.png", "png"},
		{"content/twice", "folder/media", "content/twice/hero.png", "png"},
		{"content/up.yaml", "../smm.yaml", "content/up.yaml", "format: 1\n"},
		{"content/absolute", secret, "content/absolute", ""},
		{"content/above", "../../README.md", "content/above", ""},
		{"content/around", "../../ws/smm.yaml", "content/around", ""},
		{"content/etc", "/etc", "content/etc/hostname", ""},
		{"content/loop", "loop", "content/loop", ""},
		{"content/dangling", "nothing", "content/dangling", ""},
	}
	root, r := workspace(t, "ws")
	for _, l := range links {
		if err := os.Symlink(l.target, filepath.Join(r.Workspace, l.name)); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, root)
	tree, _, err := r.FS("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	disk, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	for what, f := range map[string]fs.FS{"revision": tree, "work tree": disk} {
		for _, l := range links {
			got, err := fs.ReadFile(f, l.read)
			if string(got) != l.want || (err == nil) != (l.want != "") {
				t.Errorf("%s: %s: %q, %v", what, l.name, got, err)
			}
			if file, err := f.Open(l.read); (err == nil) != (l.want != "") {
				t.Errorf("%s: %s: open: %v", what, l.name, err)
			} else if err == nil {
				_ = file.Close()
			}
			if _, err := fs.Stat(f, l.read); (err == nil) != (l.want != "") {
				t.Errorf("%s: %s: stat: %v", what, l.name, err)
			}
			info, err := fs.Lstat(f, l.name)
			if err != nil || info.Mode().Type() != fs.ModeSymlink {
				t.Errorf("%s: %s: lstat: %v, %v", what, l.name, info, err)
			}
			if target, err := fs.ReadLink(f, l.name); err != nil || target != l.target {
				t.Errorf("%s: %s: reads as a link to %q, %v", what, l.name, target, err)
			}
		}
		entries, err := fs.ReadDir(f, "content")
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, e := range entries {
			if e.Type() == fs.ModeSymlink {
				found++
			}
		}
		if found != len(links) {
			t.Errorf("%s: %d links listed, want %d", what, found, len(links))
		}
	}
}

func TestBothListInTheSameOrder(t *testing.T) {
	t.Parallel()
	_, r := workspace(t, "")
	tree, _, err := r.FS("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	disk, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	walk := func(f fs.FS) (out []string) {
		for _, dir := range []string{"content", "strategies"} {
			if err := fs.WalkDir(f, dir, func(p string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				if err == nil && !d.IsDir() {
					p += fmt.Sprint(" ", info.Size())
				}
				out = append(out, p)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	if a, b := walk(tree), walk(disk); !slices.Equal(a, b) {
		t.Errorf("revision\n%v\nwork tree\n%v", a, b)
	}
}

func TestRevisionIsReadConcurrently(t *testing.T) {
	t.Parallel()
	root, r := workspace(t, "")
	git(t, root, "gc", "-q")
	f, _, err := r.FS("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	defer f.(io.Closer).Close()
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 20 {
				if b, err := fs.ReadFile(f, "content/acme/2026-12/sale.md"); err != nil || !strings.Contains(string(b), "Coats.") {
					t.Errorf("%q, %v", b, err)
				}
			}
		})
	}
	readers.Wait()
	git(t, root, "repack", "-q", "-a", "-d", "-f")
	if _, err := fs.ReadFile(f, "content/acme/2026-12/sale-2.md"); err != nil {
		t.Errorf("after repacking: %v", err)
	}
}

func TestBlobID(t *testing.T) {
	t.Parallel()
	root, r := workspace(t, "")
	f, _, err := r.FS("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	info, err := fs.Stat(f, "smm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Sys(); got != repo.BlobID(git(t, root, "rev-parse", "HEAD:smm.yaml")) {
		t.Errorf("got %v", got)
	}
}

func TestLFS(t *testing.T) {
	t.Parallel()
	oid := strings.Repeat("ab", 32)
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\nsize 5\n"
	root := t.TempDir()
	git(t, root, "init", "-q")
	fill(t, root)
	write(t, root, "content/fetched.png", pointer)
	write(t, root, "content/missing.png", strings.ReplaceAll(pointer, "abab", "cdcd"))
	write(t, root, "content/hostile.png", strings.ReplaceAll(pointer, oid, "../../../../../../etc/hostname"))
	write(t, root, ".git/lfs/objects/ab/ab/"+oid, "image")
	commit(t, root)
	f, _, err := find(t, root).FS("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"fetched": "image", "missing": "version", "hostile": "version"} {
		b, err := fs.ReadFile(f, "content/"+name+".png")
		if err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
		if info, err := fs.Stat(f, "content/"+name+".png"); err != nil || info.Size() != int64(len(b)) {
			t.Errorf("%s: %d bytes by stat, %d read, %v", name, info.Size(), len(b), err)
		}
	}
	write(t, root, ".git/lfs/objects/ab/ab/"+oid, "torn")
	if b, err := fs.ReadFile(f, "content/fetched.png"); err == nil {
		t.Errorf("a torn object reads as %q", b)
	}
}

func TestDirty(t *testing.T) {
	t.Parallel()
	for _, below := range []string{"", "brands/acme"} {
		root, r := workspace(t, below)
		ws := filepath.Join(root, below)
		write(t, root, "README.md", "changed, and not the workspace's\n")
		write(t, ws, "public/index.html", "output")
		if got, err := r.Dirty(t.Context()); err != nil || len(got) != 0 {
			t.Fatalf("clean: %q, %v", got, err)
		}
		write(t, ws, "smm.yaml", "format: 2\n")
		write(t, ws, "content/acme/2026-12/new \"quoted\" ü.md", "new")
		write(t, ws, "strategies/acme/staged.yaml", "staged")
		git(t, ws, "add", "strategies")
		git(t, ws, "mv", "content/acme-x/a", "content/acme-x/b")
		if err := os.Remove(filepath.Join(ws, "content/acme/2026-12/sale.md")); err != nil {
			t.Fatal(err)
		}
		got, err := r.Dirty(t.Context())
		slices.Sort(got)
		want := []string{
			"content/acme-x/a", "content/acme-x/b", "content/acme/2026-12/new \"quoted\" ü.md",
			"content/acme/2026-12/sale.md", "smm.yaml", "strategies/acme/staged.yaml",
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", below, got, err)
		}
	}
}

func TestRemoteTip(t *testing.T) {
	t.Parallel()
	root, _ := workspace(t, "")
	want := git(t, root, "rev-parse", "HEAD")
	git(t, root, "update-ref", "refs/heads/a/refs/heads/main2", "HEAD") // ls-remote lists it for refs/heads/main2
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, "", "clone", "-q", "--depth=1", "file://"+root, dir)
	r := find(t, dir)
	if got, err := r.RemoteTip(t.Context(), "origin", "main"); err != nil || got != want {
		t.Errorf("main: %s, %v", got, err)
	}
	if _, err := r.RemoteTip(t.Context(), "origin", "main2"); !errors.Is(err, repo.ErrNoBranch) {
		t.Errorf("main2: %v", err)
	}
	if _, err := r.RemoteTip(t.Context(), "upstream", "main"); !errors.Is(err, repo.ErrNoRemote) {
		t.Errorf("upstream: %v", err)
	}
	if !r.HasRemote("origin") || r.HasRemote("upstream") {
		t.Error("HasRemote is wrong")
	}
	git(t, dir, "remote", "set-url", "origin", "http://ann:s3cret@127.0.0.1:1/x.git")
	if _, err := r.RemoteTip(t.Context(), "origin", "main"); !errors.Is(err, repo.ErrUnreachable) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("unreachable: %v", err)
	}
}

func TestGitStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	program := repo.Program(200 * time.Millisecond)
	_, err = program(t.Context(), dir, nil, "ls-remote", "git://"+silent.Addr().String()+"/x")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := repo.Program(time.Minute)(ctx, dir, nil, "version"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var ge *repo.GitError
	_, err = repo.Program(time.Minute)(t.Context(), dir, nil, "rev-parse", "HEAD")
	if !errors.As(err, &ge) || ge.Code != 128 || ge.Verb != "rev-parse" || !strings.Contains(ge.Stderr, "not a git repository") {
		t.Errorf("error: %v", err)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"fatal: unable to access 'https://ann:s3cret@forge.example/x.git/': 403": "fatal: unable to access 'https://***@forge.example/x.git/': 403",
		"https://ghp_s3cret@forge.example":                                       "https://***@forge.example",
		"https://ann:p@s3cret@forge.example/":                                    "https://***@forge.example/",
		"ssh://git@forge.example/x and git@forge.example:x":                      "ssh://***@forge.example/x and git@forge.example:x",
		"https://forge.example/x?access_token=s3cret&a=b":                        "https://forge.example/x?access_token=***&a=b",
		"Authorization: Bearer s3cret":                                           "Authorization: ***",
		"authorization: basic czNjcmV0":                                          "authorization: ***",
		"remote: Support for password authentication was removed.":               "remote: Support for password authentication was removed.",
	} {
		if got := repo.Redact(in); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

func BenchmarkReadRevision(b *testing.B) {
	root, r := workspace(b, "")
	for n := range 1000 {
		write(b, root, fmt.Sprintf("content/acme/2026-11/post-%04d.md", n), strings.Repeat(fmt.Sprintf("Coats, number %d.\n", n), 90))
	}
	commit(b, root)
	git(b, root, "gc", "-q")
	b.Run("revision", func(b *testing.B) {
		for b.Loop() {
			f, _, err := r.FS("HEAD")
			if err != nil {
				b.Fatal(err)
			}
			readAll(b, f)
		}
	})
	b.Run("work tree", func(b *testing.B) {
		for b.Loop() {
			f, err := r.WorkTree()
			if err != nil {
				b.Fatal(err)
			}
			readAll(b, f)
		}
	})
	b.Run("os.DirFS", func(b *testing.B) {
		for b.Loop() {
			readAll(b, os.DirFS(root))
		}
	})
	b.Run("os.Root", func(b *testing.B) {
		for b.Loop() {
			o, err := os.OpenRoot(root)
			if err != nil {
				b.Fatal(err)
			}
			readAll(b, o.FS())
			_ = o.Close()
		}
	})
}

func readAll(b *testing.B, f fs.FS) {
	b.Helper()
	if err := fs.WalkDir(f, "content", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = fs.ReadFile(f, p)
		return err
	}); err != nil {
		b.Fatal(err)
	}
}
