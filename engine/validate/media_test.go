package validate

import (
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/media"
)

// countingFS counts how often pictures are opened.
type countingFS struct {
	fstest.MapFS
	pictures atomic.Int32
}

func (c *countingFS) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".png") {
		c.pictures.Add(1)
	}
	return c.MapFS.Open(name)
}

// A picture is read once by the check and by those who render afterwards, however
// many posts and accounts carry it.
func TestMediaAreReadOnce(t *testing.T) {
	t.Parallel()
	fsys := &countingFS{MapFS: with(map[string]string{
		hello:                 strings.Replace(post("media: [{file: media/a.png, alt: A}]"), "[acme-blog]", "[acme-blog, acme-notes]", 1),
		month + "b.md":        another("media: [{file: media/a.png, alt: A}]"),
		month + "media/a.png": string(picture(3)),
	})}
	o := Options{Drivers: drivers(), Workers: 1, Media: &media.Cache{}}
	ws, err := Open(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(t.Context(), ws, o)
	if err != nil || len(r.Diagnostics) > 0 {
		t.Fatal(err, lines(r.Diagnostics))
	}
	scope := Scope(ws, o)
	if a, err := scope.Media(month + "media/a.png"); err != nil || a.SHA256 == "" {
		t.Fatal(a, err)
	}
	if n := fsys.pictures.Load(); n != 1 {
		t.Errorf("the picture was opened %d times", n)
	}
}

// What may no longer be shown when its post goes out is an error, by the minute.
func TestRightsThatEnd(t *testing.T) {
	t.Parallel()
	for expires, want := range map[string]int{"2026-12-03T09:30": 1, "2026-12-03": 1, "2026-12-03T09:31": 0, "2026-12-04": 0, "2026-12-03T09:31+02:00": 1} {
		r := report(t, map[string]string{
			hello:                 post("media: [{file: media/a.png, alt: A, rights: {credit: Agency, expires: \"" + expires + "\"}}]"),
			month + "media/a.png": picture(1),
		})
		if len(r.Diagnostics) != want || want == 1 && (r.Diagnostics[0].Rule != "rights-expired" || r.Diagnostics[0].Severity != diag.Error) {
			t.Errorf("%s: %v", expires, lines(r.Diagnostics))
		}
		if invalid := r.Posts[0].Publications[0].Invalid != ""; invalid != (want == 1) {
			t.Errorf("%s: %+v", expires, r.Posts[0].Publications[0])
		}
	}
}

// A brand's logo is checked with the posts that it goes on, and they are looked
// at again when it changes.
func TestWatermark(t *testing.T) {
	t.Parallel()
	const logo = "strategies/acme/logo.png"
	files := map[string]string{
		strat: base[strat] + "watermark: {logo: logo.png, pillars: [craft]}\n", logo: picture(1), month + "media/a.png": picture(2),
		hello: post("media: [{file: media/a.png, alt: A}]"), month + "b.md": another("pillar: offers\nmedia: [{file: media/a.png, alt: A}]"),
	}
	o := Options{Drivers: drivers(), Cache: DirCache(t.TempDir())}
	if r := check(t, with(files), o); len(r.Diagnostics) > 0 {
		t.Error(lines(r.Diagnostics))
	}
	files[logo] = "-"
	if r := check(t, with(files), o); !slices.Equal(lines(r.Diagnostics), []string{"hello.md:6:9 media-missing error"}) || r.Stats.Reused != 1 {
		t.Errorf("%v, %+v", lines(r.Diagnostics), r.Stats)
	}
	files[logo] = picture(3)
	files[strat] = strings.Replace(files[strat], "[craft]", "[craf]", 1)
	if r := check(t, with(files), o); len(r.Diagnostics) != 1 || r.Diagnostics[0].Rule != "unknown-pillar" {
		t.Error(lines(r.Diagnostics))
	}
}
