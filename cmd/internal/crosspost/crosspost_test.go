package crosspost

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/cli"
	"github.com/smmctl/smmctl/engine/provider/bluesky/blueskytest"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
	"github.com/smmctl/smmctl/engine/provider/wordpress/wordpresstest"
)

var write = flag.Bool("write", false, "write docs/crosspost.md")

const page = "../../../docs/crosspost.md"

// destinations are the platforms beside the site, in the order of the page.
var destinations = []struct {
	name  string
	start stage.Start
}{
	{"mastodon", mastodontest.Start(mastodontest.Mastodon)},
	{"bluesky", blueskytest.Start},
	{"telegram", telegramtest.Start},
	{"vk", vktest.Start},
	{"wordpress", wordpresstest.Start},
	{"discord", discordtest.Start},
}

// TestCrossPost publishes the post and compares what was received with the page.
func TestCrossPost(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the run without -short starts the real servers")
	}
	w := newWorld(t)
	if code, out := w.smmctl("apply", "--auto-approve"); code != 0 {
		t.Fatalf("apply: exit %d\n%s", code, out)
	}
	for _, d := range destinations {
		p := w.platforms[d.name]
		want := 3
		if d.name == "vk" || d.name == "wordpress" {
			want = 1
		}
		if got := p.Accepted(); len(got) != want {
			t.Errorf("%s accepted %q, want %d", d.name, got, want)
		}
		if c := p.Complaints(); len(c) > 0 {
			t.Errorf("%s complains: %v", d.name, c)
		}
	}
	sent := w.wire.page(w)
	if code, out := w.smmctl("diff", "--exit-code"); code != 0 {
		t.Errorf("planning again: exit %d\n%s", code, out)
	}
	w.compare(sent)
}

// world is a workspace with an account on each platform.
type world struct {
	t         *testing.T
	dir       string
	platforms map[string]*stage.Platform
	secrets   map[string]string
	wire      *wire
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir(), platforms: map[string]*stage.Platform{}, secrets: map[string]string{}}
	names := map[string]string{}
	accounts := []string{"acme-site"}
	w.file("smm.yaml", "format: 1\ntimezone: UTC\nlanguage: en\nbranch: main\nledger: {id: 7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c, remote: none}\n")
	w.file("strategies/acme/accounts/acme-site.yaml", "id: acme-site\nprovider: site\nserver: public/site\nlate: any\noptions: {title: Acme, base_url: https://acme.example}\n")
	for _, d := range destinations {
		p := d.start(t, stage.Options{})
		w.platforms[d.name] = p
		id := "acme-" + d.name
		accounts = append(accounts, id)
		w.file("strategies/acme/accounts/"+id+".yaml", w.account(id, p))
		names[strings.TrimPrefix(strings.TrimPrefix(p.Server, "http://"), "https://")] = d.name
	}
	w.file("strategies/acme/strategy.yaml", strings.ReplaceAll(read(t, "testdata/strategy.yaml"), "BLUESKY", w.platforms["bluesky"].Handle)+"groups: {everywhere: ["+strings.Join(accounts, ", ")+"]}\n")
	for _, name := range posts {
		w.file("content/acme/2026-11/"+name, read(t, "testdata/"+name))
	}
	w.file("content/acme/2026-11/media/coat.jpg", picture(t))
	w.wire = &wire{names: names}
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch=main"}, {"add", "-A"}, {"-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "commit", "--quiet", "-m", "First snow"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = w.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	if code, out := w.smmctl("validate"); code != 0 {
		t.Fatalf("validate: exit %d\n%s", code, out)
	}
	if code, out := w.smmctl("ledger", "create"); code != 0 {
		t.Fatalf("ledger create: exit %d\n%s", code, out)
	}
	return w
}

var posts = []string{"first-snow.md", "first-snow.vk.md", "first-snow.wordpress.md"}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (w *world) file(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) account(id string, p *stage.Platform) string {
	var b strings.Builder
	fmt.Fprintf(&b, "id: %s\nprovider: %s\nlate: any\n", id, p.Provider)
	for _, line := range [][2]string{{"server", p.Server}, {"handle", p.Handle}} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%s: %q\n", line[0], line[1])
		}
	}
	if p.Options != "" {
		fmt.Fprintf(&b, "options: %s\n", p.Options)
	}
	b.WriteString("credentials:\n")
	for _, name := range slices.Sorted(maps.Keys(p.Secrets)) {
		env := strings.ToUpper(strings.ReplaceAll(id+"_"+name, "-", "_"))
		w.secrets[env] = p.Secrets[name]
		fmt.Fprintf(&b, "  %s: \"env:%s\"\n", name, env)
	}
	return b.String()
}

// picture is a photograph as a camera makes it, larger than some networks take.
func picture(t *testing.T) string {
	img := image.NewRGBA(image.Rect(0, 0, 2400, 1800))
	for y := range 1800 {
		for x := range 2400 {
			img.SetRGBA(x, y, color.RGBA{R: uint8(x / 10), G: uint8(y / 8), B: uint8((x + y) / 17), A: 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// smmctl runs a command in this process.
func (w *world) smmctl(args ...string) (int, string) {
	var out bytes.Buffer
	env := cli.System()
	env.Dir, env.Out, env.Err, env.Terminal, env.CanAsk = w.dir, &out, &out, false, false
	env.HTTP = &http.Client{Transport: w.wire}
	env.Getenv = func(name string) string { return w.secrets[name] }
	code := cli.Main(context.Background(), args, env)
	return code, out.String()
}

func (w *world) compare(sent string) {
	w.t.Helper()
	const begins, ends = "<!-- received: written by `make docs` -->\n", "<!-- end of received -->"
	text := read(w.t, page)
	before, rest, ok := strings.Cut(text, begins)
	_, after, ok2 := strings.Cut(rest, ends)
	if !ok || !ok2 {
		w.t.Fatalf("%s has no place for what was received", page)
	}
	want := before + begins + sent + ends + after
	if *write {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			w.t.Fatal(err)
		}
		return
	}
	if want != text {
		w.t.Errorf("%s is not what was received now (`make docs` writes it):\n%s", page, sent)
	}
}
