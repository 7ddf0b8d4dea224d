package provider

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
)

// A file's name goes into a request's header: it has the extension of what is
// sent, and nothing that a header must not hold.
func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a          content.Attachment
		kind, want string
	}{
		{content.Attachment{File: "a/hero.webp", Type: "image/webp"}, "image/jpeg", "hero.jpg"},
		{content.Attachment{File: "a/hero.jpeg", Type: "image/jpeg"}, "image/jpeg", "hero.jpeg"},
		{content.Attachment{File: "a/fr.srt", Type: "application/x-subrip"}, "text/vtt", "fr.vtt"},
		{content.Attachment{File: ".smmctl/cache/fetched/aa", URL: "https://e.example/x/coat.png?v=2", Type: "image/png"}, "image/png", "coat.png"},
		{content.Attachment{File: "a/\"x\r\né.png", Type: "image/png"}, "image/png", "_x___.png"},
	} {
		f := Bytes(c.a, c.kind, 4, 3, []byte("data"))
		if f.Name != c.want || f.Type != c.kind || f.Bytes != 4 || f.Width != 4 || f.Height != 3 {
			t.Errorf("%+v, want %s", f, c.want)
		}
		for range 2 { // it can be sent again
			if b, err := f.Read(); err != nil || string(b) != "data" {
				t.Errorf("%q, %v", b, err)
			}
		}
	}
}

// A file is given as it was planned, made where it is to be, or not at all.
func TestFilesAsPlanned(t *testing.T) {
	t.Parallel()
	const sum = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7" // of "data"
	a := content.Attachment{File: "a.png", SHA256: sum, Type: "image/png"}
	c := Config{Files: fstest.MapFS{"a.png": {Data: []byte("data")}}}
	read := func(a content.Attachment) (string, error) {
		f, err := c.File(context.Background(), a)
		if err != nil {
			return "", err
		}
		b, err := f.Read()
		return string(b), err
	}
	if got, err := read(a); err != nil || got != "data" {
		t.Errorf("%q, %v", got, err)
	}
	for _, other := range []string{"dat", "data!", "Data"} {
		c.Files = fstest.MapFS{"a.png": {Data: []byte(other)}}
		if got, err := read(a); !errors.Is(err, ErrChanged) || got == other {
			t.Errorf("%q: %q, %v", other, got, err)
		}
	}
	c.Make = func(_ context.Context, a content.Attachment) (File, error) {
		return Bytes(a, a.Make.Type, 0, 0, []byte("made")), nil
	}
	if _, err := read(a); !errors.Is(err, ErrChanged) {
		t.Errorf("nothing is to be made of it: %v", err)
	}
	a.Make = &content.Make{Type: "image/jpeg"}
	if got, err := read(a); err != nil || got != "made" {
		t.Errorf("%q, %v", got, err)
	}
	c = Config{}
	if _, err := read(content.Attachment{File: "a.png"}); err == nil || !strings.Contains(err.Error(), "no workspace") {
		t.Errorf("%v", err)
	}
}
