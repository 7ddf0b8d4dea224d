package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

var start = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// ticker is a clock that a test moves.
type ticker struct {
	mu sync.Mutex
	t  time.Time
}

func (c *ticker) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *ticker) Sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

func (c *ticker) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// world is a workspace on disk with a site account.
type world struct {
	t     *testing.T
	cfg   provider.Config
	files fstest.MapFS
	clock *ticker
	out   string // the output folder on this machine
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, files: fstest.MapFS{}, clock: &ticker{t: start}}
	root := t.TempDir()
	w.out = filepath.Join(root, "public", "site")
	w.cfg = provider.Config{
		Account: content.Account{
			ID: "acme-site", Provider: "site", Server: "public/site", Language: "en", Timezone: "Europe/Paris",
			Options: map[string]any{"base_url": "https://acme.example/blog/"},
		},
		Clock: w.clock, Files: w.files, Root: root,
	}
	return w
}

func (w *world) open() *provider.Account {
	w.t.Helper()
	a, err := Driver().Open(context.Background(), w.cfg)
	if err != nil {
		w.t.Fatalf("open: %v", err)
	}
	return a
}

// site opens the account with a step that may stop the work.
func (w *world) site(step func(op, file string) error) *provider.Account {
	w.t.Helper()
	s, err := newSite(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	s.step = step
	return s.opened()
}

func (w *world) picture(name, mime string, width, height int) content.Attachment {
	w.t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), uint8(x * y), 255})
		}
	}
	var b bytes.Buffer
	err := error(nil)
	if mime == "image/png" {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return w.attach(name, mime, b.Bytes(), width, height)
}

func (w *world) attach(name, mime string, data []byte, width, height int) content.Attachment {
	w.files[name] = &fstest.MapFile{Data: data}
	return content.Attachment{File: name, SHA256: hash(data), Alt: "About " + name, Type: mime, Width: width, Height: height, Bytes: int64(len(data))}
}

func (w *world) request(post string, index int, g content.Segment) provider.Request {
	r := provider.Request{
		Key: content.Key{Post: post, Account: "acme-site"}, Generation: 1, Index: index,
		ClientKey: content.Digest(post, fmt.Sprint(index)), IntentAt: w.clock.Now(), Segment: g,
	}
	if index > 0 {
		r.RootID, r.ParentID = objectID(post, 0), objectID(post, index-1)
	}
	return r
}

func (w *world) publish(a *provider.Account, post string, segments ...content.Segment) provider.Object {
	w.t.Helper()
	var first provider.Object
	for i, g := range segments {
		o, err := a.Posts.Publish(context.Background(), w.request(post, i, g))
		if err != nil {
			w.t.Fatalf("publish %s/%d: %v", post, i, err)
		}
		if i == 0 {
			first = o
		}
	}
	return first
}

func (w *world) finish(a *provider.Account) {
	w.t.Helper()
	if err := a.Finish(context.Background()); err != nil {
		w.t.Fatalf("finish: %v", err)
	}
}

func (w *world) list(a *provider.Account) []provider.Object {
	w.t.Helper()
	var out []provider.Object
	for o, err := range a.Posts.List(context.Background()) {
		if err != nil {
			w.t.Fatalf("list: %v", err)
		}
		out = append(out, o)
	}
	return out
}

func (w *world) ids(a *provider.Account) string {
	var ids []string
	for _, o := range w.list(a) {
		ids = append(ids, o.ID)
	}
	return strings.Join(ids, " ")
}

func (w *world) read(file string) string {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.out, filepath.FromSlash(file)))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func (w *world) write(file, text string) {
	w.t.Helper()
	p := filepath.Join(w.out, filepath.FromSlash(file))
	if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exists(file string) bool {
	_, err := os.Lstat(filepath.Join(w.out, filepath.FromSlash(file)))
	return err == nil
}

// tree is every file of the output folder with its content.
func (w *world) tree() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(w.out, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(w.out, p)
		b, err := os.ReadFile(p)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func sameTree(t *testing.T, got, want map[string]string) {
	t.Helper()
	for f, b := range want {
		switch g, ok := got[f]; {
		case !ok:
			t.Errorf("%s is missing", f)
		case g != b:
			t.Errorf("%s differs:\n%s\nwant\n%s", f, cut(g), cut(b))
		}
	}
	for f := range got {
		if _, ok := want[f]; !ok {
			t.Errorf("%s is too many", f)
		}
	}
}

func cut(s string) string { return s[:min(len(s), 2000)] }

func text(s string) content.Segment {
	return content.Segment{Text: s, HTML: "<p>" + s + "</p>", Date: start.Add(-time.Hour)}
}

func wantKind(t *testing.T, err error, k provider.Kind) {
	t.Helper()
	if !provider.Is(err, k) {
		t.Fatalf("got %v (%s), want %s", err, provider.KindOf(err), k)
	}
}

func contains(t *testing.T, s string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(s, p) {
			t.Errorf("no %q in:\n%s", p, cut(s))
		}
	}
}

func (w *world) remove(file string) {
	w.t.Helper()
	if err := os.RemoveAll(filepath.Join(w.out, filepath.FromSlash(file))); err != nil {
		w.t.Fatal(err)
	}
}
