package migrate

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/render"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/scaffold"
	"github.com/smmctl/smmctl/engine/validate"
)

var now = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

type fatal interface {
	Helper()
	Fatalf(string, ...any)
}

func paris(t fatal) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatalf("%v", err)
	}
	return zone
}

func options(t fatal, from string) Options {
	return Options{From: from, Source: "source", Zone: paris(t), Now: now}
}

// contents makes the files of an export, for a brand with nothing but its site.
func contents(t fatal, e *Export, ready bool) (map[string][]byte, *Summary) {
	t.Helper()
	c, sum, err := e.Contents(scaffold.Start{Brand: "acme", Account: "acme-site"}, Plan{Zone: paris(t), Now: now, Ready: ready, Drivers: all.Drivers()})
	if err != nil {
		t.Fatalf("%v", err)
	}
	files := map[string][]byte{}
	for _, f := range c.Files {
		if files[f.Path] != nil {
			t.Fatalf("%s is made twice", f.Path)
		}
		files[f.Path] = f.Data
	}
	return files, sum
}

// read reads a post's file as the engine does.
func read(t fatal, path string, data []byte) *content.Post {
	t.Helper()
	ws := &load.Workspace{FS: fstest.MapFS{path: {Data: data}}}
	f, problems := ws.Post(load.PostFile{Path: path})
	if f == nil || problems.HasErrors() {
		t.Fatalf("%s cannot be read: %+v\n%s", path, problems, data)
	}
	f.Value.Brand, f.Value.Path = "acme", path
	return &f.Value
}

// posts reads the posts among files, by their ids.
func posts(t fatal, files map[string][]byte) map[string]*content.Post {
	t.Helper()
	out := map[string]*content.Post{}
	for path, data := range files {
		if strings.HasSuffix(path, ".md") {
			p := read(t, path, data)
			out[p.ID] = p
		}
	}
	return out
}

// rendered is what a network with plain text would be sent.
func rendered(t fatal, p *content.Post) []string {
	t.Helper()
	drivers := map[string]*provider.Driver{}
	for _, d := range all.Drivers() {
		drivers[d.Name] = d
	}
	p.Accounts = []string{"acme-mastodon"}
	s := &render.Scope{
		Config: &content.Workspace{Timezone: "Europe/Paris"}, Zone: paris(t), Drivers: drivers,
		Accounts: map[string]*content.Account{"acme-mastodon": {ID: "acme-mastodon", Provider: "mastodon", Brand: "acme"}},
	}
	r := render.Of(s, p)
	pubs, problems := r.Expand()
	if len(pubs) != 1 {
		t.Fatalf("%d publications: %+v", len(pubs), problems)
	}
	r.Fill(&pubs[0])
	var out []string
	for _, seg := range pubs[0].Segments {
		out = append(out, seg.Text)
	}
	return out
}

// workspace makes a whole workspace of an export, and wants it without an error.
func workspace(t *testing.T, e *Export, plan Plan) (string, *Summary) {
	t.Helper()
	dir := t.TempDir() + "/acme"
	var sum *Summary
	_, err := scaffold.Init(context.Background(), scaffold.Options{
		Dir: dir, Timezone: "Europe/Paris", Clock: standing{}, NewID: func() string { return strings.Repeat("7f3c", 8) },
		Contents: func(s scaffold.Start) (c *scaffold.Contents, err error) {
			c, sum, err = e.Contents(s, plan)
			return c, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := repo.DirFS(dir)
	if err != nil {
		t.Fatal(err)
	}
	ws, err := load.Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	drivers := map[string]*provider.Driver{}
	for _, d := range all.Drivers() {
		drivers[d.Name] = d
	}
	r, err := validate.Check(context.Background(), ws, validate.Options{Drivers: drivers})
	if err != nil {
		t.Fatal(err)
	}
	if r.Diagnostics.HasErrors() {
		t.Errorf("the workspace has errors: %+v", r.Diagnostics)
	}
	return dir, sum
}

type standing struct{ clock.System }

func (standing) Now() time.Time { return now }

func rows(t fatal, data []byte, change ...func(*Options)) *Export {
	t.Helper()
	o := options(t, CSV)
	for _, c := range change {
		c(&o)
	}
	e, err := readRows(bytes.NewReader(data), o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return e
}

func notes(e *Export) string {
	var b strings.Builder
	for _, n := range e.Notes {
		b.WriteString(n.Where + ": " + n.Why + "\n")
	}
	return b.String()
}
