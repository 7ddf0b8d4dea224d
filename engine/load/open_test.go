package load

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

type postValue = content.Post

func TestOpenDiagnostics(t *testing.T) {
	t.Parallel()
	const site = "id: acme-site\nprovider: site\n"
	tests := []struct {
		name  string
		files map[string]string
		want  []string // path line:column rule
	}{
		{"folder and brand disagree", map[string]string{"strategies/acme/strategy.yaml": "brand: acne\n"}, []string{"strategies/acme/strategy.yaml 1:8 folder-mismatch"}},
		{"folder and month disagree", map[string]string{"content/acme/2026-12/plan.yaml": "month: 2026-11\n"}, []string{"content/acme/2026-12/plan.yaml 1:8 folder-mismatch"}},
		{"account twice", map[string]string{"strategies/acme/accounts/a.yaml": site, "strategies/beta/accounts/b.yaml": "# second\n" + site}, []string{"strategies/beta/accounts/b.yaml 2:5 duplicate-id"}},
		{"campaign twice", map[string]string{"strategies/acme/campaigns/a.yaml": "id: sale\n", "strategies/acme/campaigns/b.yaml": "id: sale\n"}, []string{"strategies/acme/campaigns/b.yaml 1:5 duplicate-id"}},
		{"slot twice", map[string]string{
			"content/acme/2026-11/plan.yaml": "month: 2026-11\nslots:\n  - {id: one, at: 2026-11-01}\n  - {id: one, at: 2026-11-02}\n",
			"content/acme/2026-12/plan.yaml": "month: 2026-12\nslots: [{id: one, at: 2026-12-01}]\n",
		}, []string{"content/acme/2026-11/plan.yaml 4:10 duplicate-id", "content/acme/2026-12/plan.yaml 2:14 duplicate-id"}},
		{"pillar twice", map[string]string{"strategies/acme/strategy.yaml": "brand: acme\npillars: [{id: a}, {id: a}]\n"}, []string{"strategies/acme/strategy.yaml 2:25 duplicate-id"}},
		{"group named like an account", map[string]string{"strategies/acme/strategy.yaml": "brand: acme\ngroups: {acme-site: [acme-site]}\n", "strategies/acme/accounts/a.yaml": site}, []string{"strategies/acme/strategy.yaml 2:10 duplicate-id"}},
		{"variant of nothing", map[string]string{"content/acme/2026-12/a.mastodon.md": "Hello\n"}, []string{"content/acme/2026-12/a.mastodon.md 1:1 variant-without-post"}},
		{"variant of a variant", map[string]string{"content/acme/2026-12/a.md": "---\nid: one\n---\n", "content/acme/2026-12/a.b.md": "---\nlanguage: b\n---\n", "content/acme/2026-12/a.b.c.md": "Hello\n"},
			[]string{"content/acme/2026-12/a.b.c.md 1:1 variant-without-post", "content/acme/2026-12/a.b.md 2:11 bad-language"}},
		{"what nobody reads", map[string]string{
			"content/post.md": "x", "content/acme/post.md": "x", "content/acme/december/post.md": "x", "content/acme/2026-13/post.md": "x", "content/acme/2026-12/plan.yml": "x",
			"content/acme/2026-12/sub/post.md": "x", "strategies/acme/account/a.yaml": "x", "strategies/acme/accounts/a.yml": "x", "strategies/notes.yaml": "x",
		}, []string{
			"content/acme/2026-12/plan.yml 1:1 unexpected-file", "content/acme/2026-12/sub 1:1 unexpected-file", "content/acme/2026-13 1:1 unexpected-file",
			"content/acme/december 1:1 unexpected-file", "content/acme/post.md 1:1 unexpected-file", "content/post.md 1:1 unexpected-file",
			"strategies/acme/account 1:1 unexpected-file", "strategies/acme/accounts/a.yml 1:1 unexpected-file", "strategies/notes.yaml 1:1 unexpected-file",
		}},
		{"what need not be read", map[string]string{
			"README.md": "x", "docs/a.yaml": "x", "content/README.md": "x", "content/acme/2026-12/README.md": "x", "content/acme/2026-12/media/a.md": "x",
			"content/acme/2026-12/a.txt": "x", "content/.hidden/a.txt": "x", "strategies/acme/logo.svg": "x",
		}, nil},
		{"bad files beside good ones", map[string]string{"strategies/acme/strategy.yaml": "brand: [\n", "strategies/acme/accounts/a.yaml": site, "strategies/acme/accounts/b.yaml": "provider: site\n"},
			[]string{"strategies/acme/accounts/b.yaml 1:1 missing-key", "strategies/acme/strategy.yaml 1:8 yaml-syntax"}},
		{"another format", map[string]string{"smm.yaml": "format: 2\n"}, []string{"smm.yaml 1:9 unknown-value"}},
		{"a comment alone", map[string]string{"smm.yaml": "# nothing\n"}, []string{"smm.yaml 1:1 empty-file"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, diags := all(t, workspace(tt.files))
			var got []string
			for _, d := range diags {
				got = append(got, d.Path+" "+place(d))
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q\n%+v", got, tt.want, diags)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	w, _, _ := all(t, workspace(map[string]string{
		"strategies/acme/strategy.yaml": "brand: [\n", "strategies/acme/accounts/b.yaml": "provider: site\n", "strategies/acme/accounts/c.yaml": "id: ok-site\nprovider: site\nwhat: x\n",
		"content/acme/2026-12/a.x.md": "orphan",
	}))
	want := []string{"content/acme/2026-12/a.x.md", "strategies/acme/accounts/b.yaml", "strategies/acme/strategy.yaml"}
	if !slices.Equal(w.Unreadable, want) {
		t.Errorf("unreadable %q", w.Unreadable)
	}
	if w.Accounts["ok-site"] == nil || w.Config == nil {
		t.Error("a good file was not loaded")
	}
}

// A post that was moved to where nothing reads it must not look deleted.
func TestOverlooked(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"content/hello.md", "content/acme/hello.md", "content/acme/2026-1/hello.md", "content/acme/2026-13/hello.md",
		"content/acme/2026-12/sub/hello.md", "content/acme/2026-12/hello.markdown", "content/acme/2026-12/hello.MD",
		"content/acme/2026-12/.hello.md", "content/acme/2026-12/.old/hello.md", "content/acme/.2026-12/hello.md",
		"content/.acme/2026-12/hello.md", "content/acme/archive/2026-12/hello.md", "content/acme/2026-12/hello.md/hello.md",
	} {
		w, _, diags := all(t, workspace(map[string]string{name: "---\nid: hello\n---\n"}))
		if len(w.Overlooked) != 1 || !strings.HasPrefix(name, w.Overlooked[0]) || len(diags) != 1 || diags[0].Rule != "unexpected-file" {
			t.Errorf("%s: %q, %v", name, w.Overlooked, diags)
		}
	}
	for _, name := range []string{
		"content/acme/2026-12/hello.md", "content/README.md", "content/acme/readme.md", "content/acme/2026-12/README.md", "content/acme/notes/README.md",
		"content/acme/2026-12/media/a.png", "content/acme/2026-12/.hello.md.swp", "content/acme/2026-12/hello.md~", "content/acme/2026-12/.DS_Store",
		"content/acme/2026-12/._hello.md", "content/acme/2026-12/.#hello.md", "content/.git/config", "content/acme/2026-12/notes.txt",
		"README.md", "docs/hello.md", ".github/hello.md", "strategies/acme/.hello.md", "strategies/acme/hello.md",
	} {
		if w, _, _ := all(t, workspace(map[string]string{name: "---\nid: hello\n---\n"})); len(w.Overlooked) != 0 {
			t.Errorf("%s: %q", name, w.Overlooked)
		}
	}
	many := map[string]string{}
	for i := range maxOverlooked {
		many[fmt.Sprintf("content/acme/lots/%d.txt", i)] = "x"
	}
	if w, _, _ := all(t, workspace(many)); len(w.Overlooked) != 1 {
		t.Errorf("a folder too large to be looked through: %q", w.Overlooked)
	}
}

func TestMissingWorkspace(t *testing.T) {
	t.Parallel()
	w, err := Open(fstest.MapFS{"smm.yml": {Data: []byte(minimal)}})
	if err != nil || w.Config != nil || len(w.Diagnostics) != 1 || w.Diagnostics[0].Rule != "workspace-missing" || !strings.Contains(w.Diagnostics[0].Hint, "rename") {
		t.Error(err, w.Diagnostics)
	}
	if _, err := Open(os.DirFS(filepath.Join(t.TempDir(), "nowhere"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a root that is not there: %v", err)
	}
}

func TestGroupsAndSlots(t *testing.T) {
	t.Parallel()
	w, _, diags := all(t, workspace(map[string]string{
		"strategies/acme/strategy.yaml":  "brand: acme\ngroups: {north: [a-site, b-site], all: [a-site, b-site, c-site]}\n",
		"content/acme/2026-12/plan.yaml": "month: 2026-12\nslots:\n  - {id: one, at: 2026-12-01}\n  - {id: two, at: 2026-12-02T09:30, due: {copy: 2026-11-25}}\n",
	}))
	if len(diags) > 0 {
		t.Error(diags)
	}
	if g := w.Groups("a-site"); !slices.Equal(g, []string{"all", "north"}) {
		t.Errorf("groups %q", g)
	}
	if s := w.Slot("two"); s == nil || s.At.Text != "2026-12-02T09:30" || s.Due["copy"].Text != "2026-11-25" {
		t.Errorf("slot %+v", s)
	}
	if w.Slot("three") != nil {
		t.Error("a slot from nowhere")
	}
	plan, i := w.SlotPlace("two")
	if at := plan.Pos("slots[1].due.copy"); i != 1 || (at != diag.Pos{Line: 4, Column: 49}) {
		t.Errorf("slot at %d, %v", i, at)
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	_, posts, diags := all(t, workspace(map[string]string{
		"content/acme/2026-12/a.md":    "---\nid: sale\nmedia:\n  - {file: a.png, alt: x}\noptions:\n  mastodon: {visibility: unlisted}\n---\n\nFirst\nsécond\n",
		"content/acme/2026-12/a.fr.md": "---\nlanguage: fr\ntags: [neige]\n---\nBonjour\n",
	}))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	f := posts["content/acme/2026-12/a.md"]
	for field, want := range map[string]diag.Pos{
		"id": {Line: 2, Column: 5}, "id:": {Line: 2, Column: 1}, "media[0].alt": {Line: 4, Column: 24}, "media[0].alt:": {Line: 4, Column: 19},
		"media[0].rights.expires": {Line: 4, Column: 5}, "media[7]": {Line: 4, Column: 3}, "publish_at": {Line: 1, Column: 1}, "": {Line: 1, Column: 1},
		"options.mastodon.visibility": {Line: 6, Column: 26}, "body": {Line: 9, Column: 1},
	} {
		if got := f.Pos(field); got != want {
			t.Errorf("%q: got %v, want %v", field, got, want)
		}
	}
	if got := f.PosIn("content/acme/2026-12/a.fr.md", "tags[0]"); (got != diag.Pos{Line: 3, Column: 8}) {
		t.Errorf("in the variant: %v", got)
	}
	if got := f.BodyPos(f.Path, strings.Index(f.Value.Body, "cond")); (got != diag.Pos{Line: 10, Column: 3}) {
		t.Errorf("in the body: %v", got)
	}
	if got := f.BodyPos("content/acme/2026-12/a.fr.md", 0); (got != diag.Pos{Line: 5, Column: 1}) {
		t.Errorf("in the variant's body: %v", got)
	}
	byHand := File[content.Post]{At: Positions{"id": {Line: 7, Column: 7}, "media": {Line: 8, Column: 8}}}
	if got := byHand.Pos("media[0].alt"); (got != diag.Pos{Line: 8, Column: 8}) {
		t.Errorf("by hand: %v", got)
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	base := map[string]string{
		"strategies/acme/strategy.yaml":   "brand: acme\ngroups: {north: [a-site], all: [a-site]}\n",
		"strategies/acme/accounts/a.yaml": "id: a-site\nprovider: site\nlanguage: fr\n",
		"content/acme/2026-12/a.md":       "---\nid: sale\naccounts: [a-site]\nstatus: ready\ntags: [a]\n---\nBase\n",
	}
	with := func(files map[string]string) map[string]string {
		out := map[string]string{}
		for _, m := range []map[string]string{base, files} {
			for k, v := range m {
				out[""+k] = v
			}
		}
		return out
	}
	const dir = "content/acme/2026-12/"
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"fine", map[string]string{dir + "a.site.md": "---\ntags: [b]\n---\n", dir + "a.fr.md": "Bonjour\n"}, nil},
		{"locked", map[string]string{dir + "a.site.md": "---\ntags: [b]\nid: other\nstatus: draft\n---\n"}, []string{"3:1 variant-locked-field", "4:1 variant-locked-field"}},
		{"unknown key", map[string]string{dir + "a.site.md": "---\ntag: [b]\n---\n"}, []string{"2:1 unknown-key"}},
		{"two groups", map[string]string{dir + "a.north.md": "N\n", dir + "a.all.md": "A\n"}, []string{"1:1 variant-ambiguous"}},
		{"selector unknown", map[string]string{dir + "a.mastdon.md": "M\n"}, []string{"1:1 variant-unused"}},
		{"unclosed", map[string]string{dir + "a.site.md": "---\ntags: [b]\n"}, []string{"1:1 front-matter-unclosed"}},
		{"setext", map[string]string{dir + "a.site.md": "Title\n---\n"}, []string{"2:1 setext-heading"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, posts, diags := all(t, workspace(with(tt.files)))
			check(t, diags, tt.want, "")
			for _, d := range diags {
				if tt.files[d.Path] == "" {
					t.Errorf("%s is not the variant's path", d.Path)
				}
			}
			if posts[dir+"a.md"] == nil {
				t.Error("the post itself is gone")
			}
		})
	}
	_, posts, _ := all(t, workspace(with(tests[1].files)))
	v := posts[dir+"a.md"].Value.Variants[0]
	if !reflect.DeepEqual(v.Set, map[string]any{"tags": []any{"b"}}) || v.Body != nil || v.Selector != "site" {
		t.Errorf("%+v", v)
	}
}

func TestSymlinks(t *testing.T) {
	t.Parallel()
	outside, root := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(target, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	write(filepath.Join(outside, "secret.md"), "---\nid: stolen\n---\n")
	write(filepath.Join(root, "smm.yaml"), minimal)
	write(filepath.Join(root, "shared/good.md"), "---\nid: good\n---\nHello\n")
	write(filepath.Join(root, "content/real/2026-12/one.md"), "---\nid: one\n---\nHello\n")
	link("../../../shared/good.md", "content/acme/2026-12/good.md")
	link(filepath.Join(outside, "secret.md"), "content/acme/2026-12/absolute.md")
	link("../../../../"+filepath.Base(outside)+"/secret.md", "content/acme/2026-12/relative.md")
	link("loop.md", "content/acme/2026-12/loop.md")
	link("nowhere.md", "content/acme/2026-12/broken.md")
	link(outside, "strategies/evil")
	link("real", "content/linked")
	link(outside, "content/acme/2026-12/picture.png")
	_, err := Open(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"content/acme/2026-12/absolute.md", "content/acme/2026-12/broken.md", "content/acme/2026-12/loop.md", "content/acme/2026-12/relative.md", "strategies/evil"}
	if !slices.Equal(w.Unreadable, want) {
		t.Errorf("unreadable %q\n%+v", w.Unreadable, w.Diagnostics)
	}
	var ids []string
	for _, pf := range w.Posts {
		if f, diags := w.Post(pf); f == nil || len(diags) > 0 {
			t.Errorf("%s: %v", pf.Path, diags)
		} else {
			ids = append(ids, f.Value.ID)
		}
	}
	if !slices.Equal(ids, []string{"good", "one", "one"}) {
		t.Errorf("posts %q", ids)
	}
}

func TestSizeIsCheckedBeforeReading(t *testing.T) {
	t.Parallel()
	big := sizeOnly{workspace(map[string]string{"content/acme/2026-12/a.md": "---\nid: sale\n---\n"})}
	w, err := Open(big)
	if err != nil {
		t.Fatal(err)
	}
	f, diags := w.Post(w.Posts[0])
	if f != nil || len(diags) != 1 || diags[0].Rule != "file-too-large" {
		t.Error(f, diags)
	}
}

// sizeOnly says that posts have 50 MB, and fails whoever reads them.
type sizeOnly struct{ fs.FS }

func (s sizeOnly) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err == nil && strings.HasSuffix(name, ".md") {
		return bigFile{f}, nil
	}
	return f, err
}

type bigFile struct{ fs.File }

func (b bigFile) Read([]byte) (int, error) { return 0, errors.New("it was read") }
func (b bigFile) Stat() (fs.FileInfo, error) {
	i, err := b.File.Stat()
	return bigInfo{i}, err
}

type bigInfo struct{ fs.FileInfo }

func (bigInfo) Size() int64 { return 50 << 20 }

func TestPostIsReadWhole(t *testing.T) {
	t.Parallel()
	_, posts, diags := all(t, workspace(map[string]string{
		"content/acme/2026-12/a.md": "---\r\nid: sale\r\npublish_at: 2026-12-25\r\nlink: https://x.example/a\r\nlate: any\r\n---\r\n\r\nOne\r\ntwo\r\n\r\n",
	}))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	p := posts["content/acme/2026-12/a.md"].Value
	if p.Body != "One\ntwo" || p.PublishAt.Text != "2026-12-25" || p.Link.URL != "https://x.example/a" || !p.Late.Any || p.Brand != "acme" || p.Month != "2026-12" {
		t.Errorf("%+v", p)
	}
	if p.Front["publish_at"] != "2026-12-25" {
		t.Errorf("front matter %v", p.Front)
	}
}

// A pipe under a post's name would keep a reader waiting for ever.
func TestPipesAreNotOpened(t *testing.T) {
	t.Parallel()
	fsys := workspace(map[string]string{"content/acme/2026-12/plan.yaml": "", "content/acme/2026-12/a.md": "", "content/acme/2026-12/a.png": ""})
	for name, f := range fsys {
		if name != "smm.yaml" {
			f.Mode = fs.ModeNamedPipe
		}
	}
	w, _, diags := all(t, fsys)
	check(t, diags, []string{"1:1 not-a-file", "1:1 not-a-file"}, "")
	if len(w.Posts) != 0 || len(w.Unreadable) != 2 {
		t.Errorf("posts %v, unreadable %q", w.Posts, w.Unreadable)
	}
}

func TestPostMayBeReadConcurrently(t *testing.T) {
	t.Parallel()
	w, err := Open(os.DirFS("testdata/contract"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			f, diags := w.Post(w.Posts[0])
			if f == nil || len(diags) > 0 || w.Slot("2026-12-03-morning") == nil || f.Pos("media[1].alt").Line == 0 {
				t.Error(diags)
			}
		})
	}
	wg.Wait()
}
