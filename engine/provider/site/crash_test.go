package site

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

var errKilled = errors.New("killed")

// killAt returns a step that stops everything from the n-th change on.
func killAt(n int) (step func(op, file string) error, reached func() bool) {
	count := 0
	return func(string, string) error {
			if count++; count >= n {
				return errKilled
			}
			return nil
		}, func() bool {
			return count >= n
		}
}

// act is one thing that the engine asks for; it can be asked again.
type act struct {
	name string
	do   func(ctx context.Context, a *provider.Account) error
}

// story is every kind of change: a picture, a thread that grows, edits, pins, the
// profile, retractions.
func (w *world) story() []act {
	jpg, png := w.picture("a.jpg", "image/jpeg", 500, 2), w.picture("b.png", "image/png", 8, 8)
	coats := text("Coats.")
	coats.Tags, coats.Media = []string{"winter"}, []content.Attachment{jpg}
	hats := text("Hats.")
	hats.Media = []content.Attachment{png}
	publish := func(post string, index int, g content.Segment) act {
		return act{fmt.Sprintf("publish %s/%d", post, index), func(ctx context.Context, a *provider.Account) error {
			_, err := a.Posts.Publish(ctx, w.request(post, index, g))
			return err
		}}
	}
	remove := func(id string) act {
		return act{"delete " + id, func(ctx context.Context, a *provider.Account) error {
			if err := a.Posts.Delete(ctx, id); !provider.Is(err, provider.NotFound) {
				return err
			}
			return nil
		}}
	}
	finish := act{"finish", func(ctx context.Context, a *provider.Account) error { return a.Finish(ctx) }}
	return []act{
		publish("coats", 0, coats), publish("hats", 0, hats), publish("hats", 1, text("More hats.")), publish("boots", 0, coats), finish,
		{"edit", func(ctx context.Context, a *provider.Account) error {
			_, err := a.Posts.Edit(ctx, "coats/0", w.request("coats", 0, hats))
			return err
		}},
		{"pin", func(ctx context.Context, a *provider.Account) error { return a.Pins.Pin(ctx, "hats/0") }},
		{"profile", func(ctx context.Context, a *provider.Account) error {
			_, err := a.Profile.SetProfile(ctx, content.Face{Name: "Acme"})
			return err
		}},
		finish, remove("hats/1"), remove("boots/0"), finish,
	}
}

// TestKilledAnywhere stops the work before each change on disk in turn, then
// carries on as a new process: the outcome is that of a run without a stop.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	calm := newWorld(t)
	for _, s := range calm.story() {
		must(t, s.do(ctx, calm.open()))
	}
	want := calm.tree()

	changes := 0
	counted := newWorld(t)
	a := counted.site(func(string, string) error { changes++; return nil })
	for _, s := range counted.story() {
		must(t, s.do(ctx, a))
	}
	if changes < 100 {
		t.Fatalf("%d changes on disk: the story is too short to be one", changes)
	}
	const lanes = 4
	for lane := range lanes {
		t.Run(fmt.Sprintf("lane %d", lane), func(t *testing.T) {
			t.Parallel()
			for n := lane + 1; n <= changes; n += lanes {
				killed(t, n, want)
			}
		})
	}
}

// killed runs the story, is stopped before the n-th change, and carries on.
func killed(t *testing.T, n int, want map[string]string) {
	t.Helper()
	w := newWorld(t)
	step, reached := killAt(n)
	a, dead := w.site(step), false
	for _, s := range w.story() {
		err := s.do(context.Background(), a)
		if !reached() {
			must(t, err)
		} else if !dead {
			dead = true
			w.sound(n, s.name)
			a = w.site(nil)
			must(t, s.do(context.Background(), a))
		} else {
			must(t, err)
		}
	}
	if !dead {
		t.Fatalf("change %d was never reached", n)
	}
	if sameTree(t, w.tree(), want); t.Failed() {
		t.Fatalf("killed before change %d", n)
	}
}

// sound checks what a visitor finds after a crash: pages that are whole, and
// whose pictures are there.
func (w *world) sound(n int, during string) {
	w.t.Helper()
	tree := w.tree()
	for f, b := range tree {
		slug := path.Base(path.Dir(f))
		if !strings.HasPrefix(f, "posts/") || path.Base(f) != "index.html" {
			continue
		}
		p, err := parsePage(slug, []byte(b))
		if err != nil || p.edited != "" {
			w.t.Fatalf("killed before change %d (%s): %s: %v, edited %q", n, during, f, err, p.edited)
		}
		for _, part := range p.Parts {
			for _, m := range part.Media {
				for _, x := range m.Files {
					if _, ok := tree["posts/"+slug+"/"+x.Name]; !ok {
						w.t.Fatalf("killed before change %d (%s): %s shows %s, which is not there", n, during, f, x.Name)
					}
				}
			}
		}
	}
}

// Errors before the rename are safe to send again, and say so.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.site(func(op, file string) error {
		if op == "rename" && strings.HasSuffix(file, "index.html") {
			return errors.New("no space left on device")
		}
		return nil
	})
	_, err := a.Posts.Publish(context.Background(), w.request("coats", 0, text("Coats.")))
	wantKind(t, err, provider.Unsent)
	if got := w.ids(a); got != "" {
		t.Error(got)
	}
}
