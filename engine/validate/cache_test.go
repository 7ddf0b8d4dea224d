package validate

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/internal/workspacegen"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
)

// memoryCache is a Cache in memory.
type memoryCache map[string][]byte

func (m memoryCache) Open(part string) (io.ReadCloser, error) {
	if m[part] == nil {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(m[part])), nil
}

func (m memoryCache) Save(part string, write func(io.Writer) error) error {
	var b bytes.Buffer
	err := write(&b)
	if err == nil {
		m[part] = b.Bytes()
	}
	return err
}

func check(t interface{ Fatal(args ...any) }, fsys fs.FS, o Options) *Report {
	ws, err := Open(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(context.Background(), ws, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stats runs a check with a cache and returns what it had to do.
func stats(t *testing.T, fsys fs.FS, o Options) Stats {
	t.Helper()
	return check(t, fsys, o).Stats
}

func TestSecondRunDecodesNothing(t *testing.T) {
	t.Parallel()
	fsys := workspacegen.Map(workspacegen.Options{Posts: 100, PerMonth: 30})
	cache := memoryCache{}
	if got := stats(t, fsys, Options{Cache: cache}); got != (Stats{Decoded: 100}) {
		t.Errorf("first run: %+v", got)
	}
	saved := string(cache["posts"])
	if got := stats(t, fsys, Options{Cache: cache}); got != (Stats{Reused: 100}) {
		t.Errorf("second run: %+v", got)
	}
	if saved != string(cache["posts"]) {
		t.Error("a run with nothing new wrote the cache")
	}
}

func TestOneChangeDecodesOnePost(t *testing.T) {
	t.Parallel()
	fsys := workspacegen.Map(workspacegen.Options{Posts: 60, PerMonth: 30})
	cache := memoryCache{}
	stats(t, fsys, Options{Cache: cache})
	edit := func(match func(string) bool, from, to string) {
		for _, name := range slices.Sorted(maps.Keys(fsys)) {
			if match(name) && strings.Contains(string(fsys[name].Data), from) {
				fsys[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(fsys[name].Data), from, to, 1))}
				return
			}
		}
		t.Fatalf("nothing has %q", from)
	}
	isPost := func(name string) bool { return strings.HasSuffix(name, ".md") }
	isPlan := func(name string) bool { return strings.HasSuffix(name, "plan.yaml") }
	for _, c := range []struct {
		name, from, to string
		match          func(string) bool
		want           Stats
	}{
		{"a post", "status: ready", "status: draft", isPost, Stats{Decoded: 1, Reused: 59}},
		{"a slot", "pillar: ", "pillar:  ", isPlan, Stats{Reused: 60}}, // means the same
		{"a slot's time", "at: 2005-01-01T04:00", "at: 2005-01-01T04:01", isPlan, Stats{Decoded: 1, Reused: 59}},
		{"the strategy", "share: 40", "share: 41", func(n string) bool { return strings.HasSuffix(n, "strategy.yaml") }, Stats{Decoded: 60}},
		{"smm.yaml", "format: 1", "format: 1\nrules: {campaign-dates: off}", func(n string) bool { return n == "smm.yaml" }, Stats{Decoded: 60}},
		{"nothing", "format: 1", "format: 1", func(n string) bool { return n == "smm.yaml" }, Stats{Reused: 60}},
	} {
		edit(c.match, c.from, c.to)
		if got := stats(t, fsys, Options{Cache: cache}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestWhatElseMakesTheCacheVoid(t *testing.T) {
	t.Parallel()
	fsys := with(nil)
	cache := memoryCache{}
	limits := map[string]provider.Limits{"acme-blog": {Characters: 10}}
	for _, o := range []Options{
		{},
		{Version: "2"},
		{Version: "2", Drivers: drivers()},
		{Version: "2", Drivers: drivers(), Limits: limits},
	} {
		o.Cache = cache
		if got := stats(t, fsys, o); got.Reused != 0 {
			t.Errorf("%+v: reused", o)
		}
		if got := stats(t, fsys, o); got.Decoded != 0 {
			t.Errorf("%+v: not reused", o)
		}
	}
}

// A post that waits for another's address is made anew when there is one.
func TestAddressMakesAPostAnew(t *testing.T) {
	t.Parallel()
	fsys := with(map[string]string{month + "b.md": another("link: {post: hello-world}")})
	url := ""
	o := Options{Drivers: drivers(), Cache: memoryCache{}, URL: func(content.Key) string { return url }}
	stats(t, fsys, o)
	if got := stats(t, fsys, o); got != (Stats{Reused: 2}) {
		t.Errorf("same address: %+v", got)
	}
	url = "https://blog.example/hello"
	if got := stats(t, fsys, o); got != (Stats{Decoded: 1, Reused: 1}) {
		t.Errorf("new address: %+v", got)
	}
}

func TestAnotherWorkspaceDoesNotLeak(t *testing.T) {
	t.Parallel()
	cache := memoryCache{}
	then := time.Unix(1e9, 0) // both workspaces came out of an archive, with one date for all
	dated := func(m fstest.MapFS) fstest.MapFS {
		for _, f := range m {
			f.ModTime = then
		}
		return m
	}
	one := dated(with(map[string]string{config: base[config] + "ledger: {id: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n"}))
	two := dated(with(map[string]string{config: base[config] + "ledger: {id: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}\n", hello: strings.Replace(post(""), "Hello.", "Adieu.", 1)}))
	stats(t, one, Options{Cache: cache, Drivers: drivers()})
	got := check(t, two, Options{Cache: cache, Drivers: drivers()})
	want := check(t, two, Options{Drivers: drivers()})
	if got.Stats.Reused != 0 || got.Posts[0].Publications[0].Digest != want.Posts[0].Publications[0].Digest {
		t.Errorf("a post of another workspace was reused: %+v", got.Stats)
	}
}

func TestDamagedCacheIsIgnored(t *testing.T) {
	t.Parallel()
	fsys := workspacegen.Map(workspacegen.Options{Posts: 20})
	whole := memoryCache{}
	want := check(t, fsys, Options{Cache: whole})
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(whole["posts"])
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		}
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "length")]
		sameReport(t, check(t, fsys, Options{Cache: memoryCache{"posts": data}}), want)
	})
}

// countingMemory counts what it knew and what it was told.
type countingMemory struct {
	*planMemory
	known, told atomic.Int32
}

func (m *countingMemory) Plan(digest string) (*content.MonthPlan, diag.List, bool) {
	p, l, ok := m.planMemory.Plan(digest)
	if ok {
		m.known.Add(1)
	}
	return p, l, ok
}

func (m *countingMemory) KeepPlan(digest string, p *content.MonthPlan, l diag.List) {
	m.told.Add(1)
	m.planMemory.KeepPlan(digest, p, l)
}

func TestPlansAreNotDecodedAgain(t *testing.T) {
	t.Parallel()
	fsys := workspacegen.Map(workspacegen.Options{Posts: 90, PerMonth: 30})
	o := Options{Cache: memoryCache{}}
	opened := func() (*load.Workspace, *countingMemory) {
		m := &countingMemory{planMemory: openPlanMemory(o)}
		ws, err := load.OpenWith(fsys, m)
		if err != nil {
			t.Fatal(err)
		}
		m.save()
		return ws, m
	}
	first, m := opened()
	if m.known.Load() != 0 || m.told.Load() != 3 {
		t.Errorf("first: knew %d, told %d", m.known.Load(), m.told.Load())
	}
	second, m := opened()
	if m.known.Load() != 3 || m.told.Load() != 0 {
		t.Errorf("second: knew %d, told %d", m.known.Load(), m.told.Load())
	}
	for i, p := range first.Plans {
		again := second.Plans[i]
		if !reflect.DeepEqual(p.Value, again.Value) || p.Pos("slots[3].pillar") != again.Pos("slots[3].pillar") || p.Pos("slots[3].at:").Line < 3 {
			t.Errorf("%s is remembered otherwise than it is", p.Path)
		}
	}
	name := second.Plans[1].Path
	fsys[name] = &fstest.MapFile{Data: append(bytes.Clone(fsys[name].Data), "# changed\n"...)}
	if _, m := opened(); m.known.Load() != 2 || m.told.Load() != 1 {
		t.Errorf("third: knew %d, told %d", m.known.Load(), m.told.Load())
	}
}

func TestDirCache(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), ".smmctl", "cache")
	o := Options{Cache: DirCache(dir)}
	stats(t, with(nil), o)
	if got := stats(t, with(nil), o); got != (Stats{Reused: 1}) {
		t.Errorf("%+v", got)
	}
	ignore, err := os.ReadFile(filepath.Join(dir, ".gitignore"))
	if err != nil || string(ignore) != "*\n" {
		t.Errorf("%q, %v", ignore, err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 3 { // the two parts, and .gitignore
		t.Errorf("left behind: %v", entries)
	}
	failed := DirCache(dir).Save("posts", func(io.Writer) error { return io.ErrShortWrite })
	if again, _ := os.ReadDir(dir); failed == nil || len(again) != 3 {
		t.Errorf("a save that fails leaves %v", again)
	}
}

// A folder that cannot be written makes the check no failure.
func TestCacheThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := stats(t, with(nil), Options{Cache: DirCache(filepath.Join(file, "cache"))}); got.Decoded != 1 {
		t.Errorf("%+v", got)
	}
}

type fakeClock struct{ now time.Time }

func (c *fakeClock) Now() time.Time                             { return c.now }
func (c *fakeClock) Sleep(context.Context, time.Duration) error { return nil }

type failer interface {
	Helper()
	Errorf(string, ...any)
}

func sameReport(t failer, got, want *Report) {
	t.Helper()
	g, w := *got, *want
	g.Stats, w.Stats = Stats{}, Stats{}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("with a cache    %+v\nwithout a cache %+v", g, w)
	}
}

// Whatever is edited in whatever order, however quickly, a check with a cache
// says the same as one without. The file system keeps whole seconds, so that a
// second edit often leaves size and time as they were.
func TestCacheChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keepsTimes := rapid.Bool().Draw(t, "file system keeps times")
		clock := &fakeClock{time.Unix(1_800_000_000, 0)}
		cache := memoryCache{}
		fsys := fstest.MapFS{}
		put := func(path, text string) {
			f := &fstest.MapFile{Data: []byte(text)}
			if keepsTimes {
				f.ModTime = clock.now.Truncate(time.Second)
			}
			fsys[path] = f
		}
		for path, text := range base {
			put(path, text)
		}
		for range rapid.IntRange(2, 8).Draw(t, "edits") {
			edit(t, fsys, put)
			clock.now = clock.now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			o := Options{Drivers: drivers(), Clock: clock}
			want := check(t, fsys, o)
			o.Cache = cache
			sameReport(t, check(t, fsys, o), want)
		}
	})
}

func edit(t *rapid.T, fsys fstest.MapFS, put func(path, text string)) {
	n := rapid.IntRange(0, 9).Draw(t, "n")
	name := fmt.Sprintf("%sp%d.md", month, n%3)
	switch rapid.SampledFrom([]string{"post", "post", "post", "other", "delete", "variant", "picture", "plan", "slot", "config", "strategy", "account"}).Draw(t, "edit") {
	case "post":
		put(name, fmt.Sprintf("---\nid: post-number-%d\naccounts: [everywhere]\nstatus: ready\nslot: 2026-12-0%d-morning\nmedia: [{file: media/a.png, alt: Red}]\n---\nText %d.\n", n%4, 3+n%3, n))
	case "other":
		put(name, another(fmt.Sprintf("link: {post: post-number-%d}", n%4)))
	case "delete":
		delete(fsys, name)
	case "variant":
		if put(strings.TrimSuffix(name, ".md")+".acme-notes.md", fmt.Sprintf("Variant %d.\n", n)); n > 5 || fsys[name] == nil {
			delete(fsys, strings.TrimSuffix(name, ".md")+".acme-notes.md")
		}
	case "picture":
		if put(month+"media/a.png", picture(n)); n > 7 {
			delete(fsys, month+"media/a.png")
		}
	case "plan":
		put(plan, fmt.Sprintf("month: 2026-12\nslots:\n  - {id: 2026-12-03-morning, at: 2026-12-03T09:3%d, pillar: craft}\n", n))
	case "slot":
		put(plan, fmt.Sprintf("month: 2026-12\nslots:\n  - {id: 2026-12-0%d-morning, at: 2026-12-03T09:30, pillar: craft}\n", n))
	case "config":
		put(config, base[config]+fmt.Sprintf("rules: {post-without-slot: %s}\n", []string{"off", "info", "error"}[n%3]))
	case "strategy":
		put(strat, strings.Replace(base[strat], "share: 60", fmt.Sprintf("share: 6%d", n), 1))
	case "account":
		put(accts+"acme-notes.yaml", fmt.Sprintf("id: acme-notes\nprovider: %s\n", []string{"paper", "papr", "["}[n%3]))
	}
}

// picture is a PNG of one colour; all have one size.
func picture(n int) string {
	img := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Gray{uint8(n * 20)}})
	var b bytes.Buffer
	if png.Encode(&b, img) != nil {
		return ""
	}
	return b.String()
}

// A check that is interrupted leaves no half of a cache.
func TestInterruptedCheckSavesNothing(t *testing.T) {
	t.Parallel()
	fsys := workspacegen.Map(workspacegen.Options{Posts: 300})
	cache := memoryCache{}
	o := Options{Cache: cache}
	ws, err := Open(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.URL = func(content.Key) string { return "" }
	o.Clock = &cancellingClock{cancel: cancel}
	if _, err := Check(ctx, ws, o); err == nil || cache["posts"] != nil {
		t.Errorf("%v, %d bytes", err, len(cache["posts"]))
	}
}

type cancellingClock struct {
	fakeClock
	cancel func()
}

func (c *cancellingClock) Now() time.Time { c.cancel(); return c.now }
