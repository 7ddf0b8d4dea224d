package workspacegen

import (
	"bytes"
	"strings"
	"testing"
)

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	a, b := Map(Options{Posts: 500}), Map(Options{Posts: 500})
	if len(a) != len(b) {
		t.Fatalf("%d and %d files", len(a), len(b))
	}
	for path, f := range a {
		if !bytes.Equal(f.Data, b[path].Data) {
			t.Errorf("%s differs between two runs", path)
		}
	}
}

// The corpus of the performance notes: 1.76 KB a post, of which 0.74 KB are
// front matter.
func TestSizes(t *testing.T) {
	t.Parallel()
	var posts, total, front int
	for path, f := range Map(Options{Posts: 400}) {
		if !strings.HasSuffix(path, ".md") {
			continue
		}
		posts++
		total += len(f.Data)
		front += strings.Index(string(f.Data), "\n---\n")
	}
	if posts != 400 {
		t.Fatalf("%d posts", posts)
	}
	if mean := total / posts; mean < 1650 || mean > 1900 {
		t.Errorf("a post has %d bytes", mean)
	}
	if mean := front / posts; mean < 650 || mean > 850 {
		t.Errorf("its front matter has %d bytes", mean)
	}
}
