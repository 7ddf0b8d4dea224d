package site

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// large is a finished site of n posts.
func large(b *testing.B, n int) *provider.Account {
	b.Helper()
	s, err := newSite(provider.Config{
		Account: content.Account{ID: "acme-site", Server: "public"}, Clock: &ticker{t: start}, Root: b.TempDir(),
	})
	if err != nil {
		b.Fatal(err)
	}
	f, err := s.place.make(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := s.mark(f); err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("Coats that last, and what they are made of. ", 20)
	for i := range n {
		day := start.Add(time.Duration(i) * time.Hour)
		p := &page{record: record{Slug: fmt.Sprintf("post-%06d", i), Parts: []part{{
			Generation: 1, Created: day, Updated: day, Title: fmt.Sprint("Post ", i), Text: text, HTML: "<p>" + text + "</p>",
			Tags: []string{"all", fmt.Sprint("tag ", i%50)},
		}}}}
		if err := s.compose(f, p); err != nil {
			b.Fatal(err)
		}
		data, err := p.bytes()
		if err != nil {
			b.Fatal(err)
		}
		// Straight to disk: the waits of write are not what is measured.
		file := filepath.Join(s.place.root, s.place.dir, filepath.FromSlash(pageFile(p.Slug)))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	a := s.opened()
	if err := a.Finish(context.Background()); err != nil {
		b.Fatal(err)
	}
	return a
}

func BenchmarkList10000(b *testing.B) {
	a := large(b, 10_000)
	for b.Loop() {
		n := 0
		for _, err := range a.Posts.List(context.Background()) {
			if n++; err != nil {
				b.Fatal(err)
			}
		}
		if n != 10_000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkFinish10000Unchanged(b *testing.B) {
	a := large(b, 10_000)
	for b.Loop() {
		if err := a.Finish(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFinish10000OneChanged(b *testing.B) {
	a := large(b, 10_000)
	n := 0
	for b.Loop() {
		n++
		g := content.Segment{Text: fmt.Sprint("Changed ", n), Tags: []string{"all"}, Date: start.AddDate(10, 0, 0)}
		if _, err := a.Posts.Edit(context.Background(), "post-009999/0", provider.Request{Segment: g}); err != nil {
			b.Fatal(err)
		}
		if err := a.Finish(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// A month of a site that is much older.
func BenchmarkList10000LastMonth(b *testing.B) {
	a := large(b, 10_000)
	for b.Loop() {
		n := 0
		for range a.Posts.List(context.Background()) {
			if n++; n == 60 {
				break
			}
		}
	}
}
