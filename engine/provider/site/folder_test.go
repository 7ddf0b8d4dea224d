package site

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestServerMustStayInTheWorkspace(t *testing.T) {
	t.Parallel()
	for server, ok := range map[string]bool{
		"": true, "public": true, "public/site": true, "./public/": true, "out/../public": true, "a b/ü": true,
		"..": false, "../x": false, "public/../../x": false, "/tmp": false, ".": false, "x/..": false, "C:\\x": false, "c:x": false,
		"a\\b": false, "a\x00b": false, ".git": false, ".git/x": false, ".GIT/hooks": false, "content": false, "content/acme": false,
		"strategies": false, "https://example.org": false,
	} {
		w := newWorld(t)
		w.cfg.Account.Server = server
		_, err := Driver().Open(context.Background(), w.cfg)
		if (err == nil) != ok {
			t.Errorf("%q: %v", server, err)
		}
		if err != nil && !provider.Is(err, provider.Rejected) {
			t.Errorf("%q: %s", server, provider.KindOf(err))
		}
	}
}

func TestLinksLeadNowhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ link, target string }{
		"folder out of the workspace": {"public", "OUTSIDE"},
		"folder within":               {"public", "../content-of-people"},
		"folder of folder":            {"public/site", "OUTSIDE"},
		"posts":                       {"public/site/posts", "OUTSIDE"},
		"a post":                      {"public/site/posts/coats", "OUTSIDE"},
		"the page":                    {"public/site/posts/coats/index.html", "OUTSIDE/file"},
		"the state":                   {"public/site/.smmctl", "OUTSIDE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			outside := t.TempDir()
			must(t, os.WriteFile(filepath.Join(outside, "file"), []byte("theirs"), 0o600))
			must(t, os.MkdirAll(filepath.Join(w.cfg.Root, "content-of-people"), 0o755))
			link := filepath.Join(w.cfg.Root, filepath.FromSlash(c.link))
			must(t, os.MkdirAll(filepath.Dir(link), 0o755))
			must(t, os.Symlink(strings.ReplaceAll(c.target, "OUTSIDE", outside), link))

			a, err := Driver().Open(context.Background(), w.cfg)
			if err == nil {
				_, err = a.Posts.Publish(context.Background(), w.request("coats", 0, text("Coats.")))
			}
			if err == nil {
				t.Error("published through a link")
			}
			for _, dir := range []string{outside, filepath.Join(w.cfg.Root, "content-of-people")} {
				entries, err := os.ReadDir(dir)
				must(t, err)
				for _, e := range entries {
					if e.Name() != "file" {
						t.Errorf("%s was written", e.Name())
					}
				}
			}
		})
	}
}

// A link where a temporary file goes is replaced, not followed.
func TestTemporaryFileIsNoLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("CNAME", "mine")
	w.write("posts/coats/notes.txt", "mine")
	must(t, os.Symlink("../../CNAME", filepath.Join(w.out, "posts", "coats", tempPrefix+"index.html")))
	w.publish(w.open(), "coats", text("Coats."))
	if got := w.read("CNAME"); got != "mine" {
		t.Error(cut(got))
	}
	contains(t, w.read("posts/coats/index.html"), "Coats.")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenAndReadingWriteNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.list(a)
	_, err := a.Posts.Get(context.Background(), "coats/0")
	wantKind(t, err, provider.NotFound)
	if p, err := a.Profile.GetProfile(context.Background()); err != nil || len(p) != 0 {
		t.Errorf("%v, %v", p, err)
	}
	wantKind(t, a.Posts.Delete(context.Background(), "coats/0"), provider.NotFound)
	w.finish(a)
	if _, err := os.Stat(filepath.Join(w.cfg.Root, "public")); !os.IsNotExist(err) {
		t.Errorf("a folder was made: %v", err)
	}
}

func TestAFolderHasOneOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(w.open(), "coats", text("Coats."))
	w.cfg.Account.ID = "other-site"
	_, err := Driver().Open(context.Background(), w.cfg)
	wantKind(t, err, provider.Rejected)
	contains(t, err.Error(), "public/site", "acme-site")

	for _, file := range ours {
		w := newWorld(t)
		w.write(file, "theirs")
		_, err := Driver().Open(context.Background(), w.cfg)
		wantKind(t, err, provider.Rejected)
		contains(t, err.Error(), "public/site/"+file)
	}
}

func TestForeignFilesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	foreign := map[string]string{
		"CNAME":                    "blog.example.org",
		"robots.txt":               "User-agent: *",
		"posts/readme.txt":         "by hand",
		"posts/by-hand/index.html": "<p>by hand</p>",
		"posts/coats/notes.txt":    "by hand",
		"posts/coats/photo.jpg":    "by hand",
		"posts/coats/00112233445566778899aabbccddeeff-480.jpg": "not its digest",
		"tags/by-hand/index.html":                              "<p>by hand</p>",
		"tags/winter/notes.txt":                                "by hand",
		"archive/old.html":                                     "by hand",
		".well-known/security.txt":                             "by hand",
	}
	for f, b := range foreign {
		w.write(f, b)
	}
	a := w.open()
	g := text("Coats.")
	g.Tags = []string{"winter"}
	g.Media = []content.Attachment{w.picture("a.jpg", "image/jpeg", 600, 600)}
	w.publish(a, "coats", g)
	w.finish(a)
	_, err := a.Posts.Edit(context.Background(), "coats/0", w.request("coats", 0, text("None.")))
	must(t, err)
	w.finish(a)
	must(t, a.Posts.Delete(context.Background(), "coats/0"))
	w.finish(a)
	got := w.tree()
	for f, b := range foreign {
		if got[f] != b {
			t.Errorf("%s: %q", f, got[f])
		}
		delete(got, f)
	}
	for f := range got {
		if strings.HasPrefix(f, "posts/") || strings.HasPrefix(f, "tags/winter") {
			t.Errorf("%s was left behind", f)
		}
	}
}

// What stands where a generated page belongs stops Finish and is not touched.
func TestForeignFileInTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("tags/winter/index.html", "by hand")
	a := w.open()
	g := text("Coats.")
	g.Tags = []string{"winter"}
	w.publish(a, "coats", g)
	err := a.Finish(context.Background())
	wantKind(t, err, provider.Rejected)
	contains(t, err.Error(), "public/site/tags/winter/index.html")
	if got := w.read("tags/winter/index.html"); got != "by hand" {
		t.Error(got)
	}
	w.remove("tags/winter")
	w.finish(a)
	contains(t, w.read("tags/winter/index.html"), "Coats.")
}

// A manifest can be edited; it must not become a way to remove things.
func TestManifestRemovesOnlyGeneratedFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.publish(a, "coats", text("Coats."))
	w.finish(a)
	w.write("CNAME", "mine")
	var m manifest
	must(t, json.Unmarshal([]byte(w.read(manifestFile)), &m))
	for _, f := range []string{"CNAME", "../../smm.yaml", "/etc/passwd", "posts/coats/index.html", "tags/../posts/coats/index.html"} {
		m.Files[f] = "x"
	}
	must(t, os.WriteFile(filepath.Join(w.cfg.Root, "smm.yaml"), []byte("mine"), 0o600))
	b, err := json.Marshal(m)
	must(t, err)
	w.write(manifestFile, string(b))
	w.finish(a)
	if !w.exists("CNAME") || !w.exists("posts/coats/index.html") {
		t.Error("a file is gone")
	}
	if _, err := os.Stat(filepath.Join(w.cfg.Root, "smm.yaml")); err != nil {
		t.Error(err)
	}
}

func TestNoWorkspaceOnDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Root = ""
	_, err := Driver().Open(context.Background(), w.cfg)
	wantKind(t, err, provider.Rejected)
}

func TestAccountOptions(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.CompileString("site.json", Driver().AccountOptions)
	must(t, err)
	for raw, ok := range map[string]bool{
		`{}`: true,
		`{"base_url": "https://blog.example.org", "title": "Blog", "description": "About"}`: true,
		`{"base_url": "http://blog.example.org/a/b/"}`:                                      true,
		`{"base_url": "ftp://blog.example.org"}`:                                            false,
		`{"base_url": "https://blog.example.org/?a"}`:                                       false,
		`{"base_url": "blog"}`:                                                              false,
		`{"colour": "red"}`:                                                                 false,
		`{"title": ""}`:                                                                     false,
	} {
		var v any
		must(t, json.Unmarshal([]byte(raw), &v))
		if err := schema.Validate(v); (err == nil) != ok {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for base, ok := range map[string]bool{
		"": true, "https://a.example": true, "https://a.example/b/": true, "javascript:alert(1)": false, "https://": false,
		"https://user:secret@a.example": false, "https://a.example/?q": false, "https://a.example/#f": false, "/x": false,
	} {
		if _, err := cleanBase(base); (err == nil) != ok {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Account.Server, w.cfg.Account.Handle = "./public/site/", "@acme"
	want := provider.Identity{Provider: "site", Server: "public/site", ID: "acme-site", Handle: "@acme"}
	if got := w.open().Identity; got != want {
		t.Errorf("%+v", got)
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	ctx := context.Background()
	made := w.publish(a, "coats", text("Coats."))
	w.finish(a)
	before := w.read("posts/coats/index.html")
	want, err := a.Profile.SetProfile(ctx, content.Face{
		Name: "Acme <b>", Bio: "Coats that last.",
		Fields: []content.FieldValue{{Path: "Link 1", Value: "https://acme.example"}, {Path: "Evil", Value: "javascript:alert(1)"}},
	})
	must(t, err)
	w.finish(a)
	got, err := w.open().Profile.GetProfile(ctx)
	must(t, err)
	for _, m := range []map[string]string{got, want} {
		if m["name"] != "Acme <b>" || m["bio"] != "Coats that last." || m["fields[0]"] != "Link 1: https://acme.example" {
			t.Errorf("%v", m)
		}
	}
	index := w.read("index.html")
	contains(t, index, "<h1>Acme &lt;b&gt;</h1>", "Coats that last.", `href="https://acme.example" rel="me"`)
	if strings.Contains(index, `href="javascript`) {
		t.Error("a link that runs")
	}
	if w.read("posts/coats/index.html") == before {
		t.Error("the page has the old name")
	}
	if o, _ := a.Posts.Get(ctx, "coats/0"); o.Fields["page"] != made.Fields["page"] {
		t.Error("a new look is taken for drift")
	}
	got, err = a.Profile.SetProfile(ctx, content.Face{Bio: "Hats too."})
	must(t, err)
	if got["name"] != "Acme <b>" || got["bio"] != "Hats too." || got["fields[0]"] == "" {
		t.Errorf("what is not managed must stay: %v", got)
	}
	_, err = a.Profile.SetProfile(ctx, content.Face{Avatar: &content.Attachment{}})
	wantKind(t, err, provider.Unsupported)
}
