package validate

import (
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

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
