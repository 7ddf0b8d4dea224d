package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

func picture(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewGray(image.Rect(0, 0, 8, 6))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB) []byte { return picture(t, png.Encode) }

func jpegOf(t testing.TB) []byte {
	return picture(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
}

func gifOf(t testing.TB) []byte {
	return picture(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) })
}

// webpOf is the header of a lossless WebP of 8 by 6 pixels.
func webpOf() []byte {
	bits := uint32(8-1) | uint32(6-1)<<14
	data := append([]byte{0x2f}, binary.LittleEndian.AppendUint32(nil, bits)...)
	data = append(data, make([]byte, 11)...)
	out := []byte("RIFF")
	out = binary.LittleEndian.AppendUint32(out, uint32(12+len(data)))
	out = append(out, "WEBPVP8L"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	return append(out, data...)
}

func ftyp(major string) []byte {
	return append([]byte("\x00\x00\x00\x18ftyp"+major), make([]byte, 64)...)
}

// bomb is a PNG header that promises 10,000 by 10,000 pixels.
func bomb() []byte {
	ihdr := append([]byte("IHDR"), binary.BigEndian.AppendUint32(nil, 10_000)...)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, 10_000), 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}

func file(b []byte) *fstest.MapFile { return &fstest.MapFile{Data: b} }

func TestProbe(t *testing.T) {
	t.Parallel()
	webm := append([]byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"), "\x42\x82\x84webm rest"...)
	cases := []struct {
		name string
		data []byte
		want content.Attachment
		err  error
	}{
		{"a.png", pngOf(t), content.Attachment{Type: "image/png", Width: 8, Height: 6}, nil},
		{"a.JPG", jpegOf(t), content.Attachment{Type: "image/jpeg", Width: 8, Height: 6}, nil},
		{"a.gif", gifOf(t), content.Attachment{Type: "image/gif", Width: 8, Height: 6}, nil},
		{"a.webp", webpOf(), content.Attachment{Type: "image/webp", Width: 8, Height: 6}, nil},
		{"a.mp4", ftyp("isom"), content.Attachment{Type: "video/mp4"}, nil},
		{"a.mov", ftyp("qt  "), content.Attachment{Type: "video/quicktime"}, nil},
		{"a.avif", ftyp("avif"), content.Attachment{Type: "image/avif"}, nil},
		{"a.heic", ftyp("heic"), content.Attachment{Type: "image/heic"}, nil},
		{"a.webm", webm, content.Attachment{Type: "video/webm"}, nil},
		{"a.pdf", []byte("%PDF-1.7\n"), content.Attachment{Type: "application/pdf"}, nil},
		{"a.vtt", []byte("\ufeffWEBVTT - fr\n\n00:01.000 --> 00:02.000\nHi\n"), content.Attachment{Type: "text/vtt"}, nil},
		{"empty.vtt", []byte("WEBVTT"), content.Attachment{Type: "text/vtt"}, nil},
		{"a.srt", []byte("1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n"), content.Attachment{Type: "application/x-subrip"}, nil},
		{"other.srt", []byte("WEBVTT\n"), content.Attachment{}, ErrWrongType},
		{"text.srt", []byte("1\nHello\n"), content.Attachment{}, ErrWrongType},
		{"page.vtt", []byte("WEBVTTX<script>"), content.Attachment{}, ErrWrongType},
		{"lfs.srt", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), content.Attachment{}, ErrLFSPointer},
		{"bomb.png", bomb(), content.Attachment{Type: "image/png", Width: 10_000, Height: 10_000}, nil},
		{"a.jpg", pngOf(t), content.Attachment{}, ErrWrongType},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), content.Attachment{}, ErrWrongType},
		{"svg.png", []byte(`<?xml version="1.0"?><svg onload="x()"/>`), content.Attachment{}, ErrWrongType},
		{"page.png", []byte("<!DOCTYPE html><html>"), content.Attachment{}, ErrWrongType},
		{"text.png", []byte("hello"), content.Attachment{}, ErrWrongType},
		{"binary.png", []byte{1, 2, 0, 3}, content.Attachment{}, ErrWrongType},
		{"empty.png", nil, content.Attachment{}, ErrWrongType},
		{"noextension", pngOf(t), content.Attachment{}, ErrWrongType},
		{"lfs.png", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), content.Attachment{}, ErrLFSPointer},
		{"cut.png", pngOf(t)[:20], content.Attachment{}, ErrDamaged},
		{"cut.jpg", jpegOf(t)[:20], content.Attachment{}, ErrDamaged},
		{"cut.gif", gifOf(t)[:9], content.Attachment{}, ErrDamaged},
		{"cut.webp", webpOf()[:18], content.Attachment{}, ErrDamaged},
		{"nosize.gif", []byte("GIF89a\x00\x00\x00\x00\x00\x00\x00;"), content.Attachment{}, ErrDamaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Probe(fstest.MapFS{"media/" + c.name: file(c.data)}, "media/"+c.name)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err != nil {
				if !strings.HasPrefix(err.Error(), "media/"+c.name+": ") {
					t.Errorf("the error does not begin with its subject: %v", err)
				}
				return
			}
			sum := sha256.Sum256(c.data)
			c.want.File, c.want.Bytes, c.want.SHA256 = "media/"+c.name, int64(len(c.data)), hex.EncodeToString(sum[:])
			if got.File != c.want.File || got.Bytes != c.want.Bytes || got.SHA256 != c.want.SHA256 ||
				got.Type != c.want.Type || got.Width != c.want.Width || got.Height != c.want.Height {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestTypeErrorSaysWhatTheContentIs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.jpg": "the name says .jpg, the content is image/png", "a.bmp": `".bmp" is no media file's extension (the content is image/png)`} {
		_, err := Probe(fstest.MapFS{name: file(pngOf(t))}, name)
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	_, err := Probe(fstest.MapFS{"a.png": file([]byte("<svg>"))}, "a.png")
	if err == nil || !strings.Contains(err.Error(), "SVG") {
		t.Errorf("SVG is not named: %v", err)
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"media/a.png": file(pngOf(t))}
	for name, want := range map[string]error{
		"media/b.png": ErrMissing, "../a.png": ErrOutside, "media/../../a.png": ErrOutside,
		"/etc/passwd": ErrOutside, "": ErrOutside, `media\a.png`: ErrOutside, "media": ErrNotFile,
	} {
		if _, err := Probe(fsys, name); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
}

func TestSymbolicLinks(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret.png")
	dir := t.TempDir()
	write(t, outside, pngOf(t))
	write(t, filepath.Join(dir, "media", "a.png"), pngOf(t))
	links := map[string]string{
		"inside.png": "media/a.png", "dir": "media", "abs.png": outside, "loop.png": "loop.png",
		"up.png": filepath.Join("..", filepath.Base(filepath.Dir(outside)), "secret.png"), "chain.png": "up.png", "gone.png": "media/none.png",
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]error{
		"inside.png": nil, "dir/a.png": nil, "abs.png": ErrOutside, "up.png": ErrOutside,
		"chain.png": ErrOutside, "loop.png": ErrOutside, "gone.png": ErrMissing,
	} {
		if _, err := Probe(os.DirFS(dir), name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// endless is a file that claims to be small and never ends.
type endless struct{ head *bytes.Reader }

func (e endless) Read(p []byte) (int, error) {
	if n, _ := e.head.Read(p); n > 0 {
		return n, nil
	}
	return len(p), nil
}

func TestSizes(t *testing.T) {
	t.Parallel()
	big := filepath.Join(t.TempDir(), "big.png")
	write(t, big, pngOf(t))
	if err := os.Truncate(big, MaxBytes+1); err != nil { // sparse: takes no room
		t.Skip(err)
	}
	if _, err := Probe(os.DirFS(filepath.Dir(big)), "big.png"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v, want ErrTooLarge", err)
	}
	if testing.Short() {
		return
	}
	if _, err := describe(endless{bytes.NewReader(ftyp("isom"))}, "a.mp4"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an endless file: %v, want ErrTooLarge", err)
	}
}

type counting struct {
	fs.FS
	opened int
}

func (c *counting) Open(name string) (fs.File, error) { c.opened++; return c.FS.Open(name) }

func (c *counting) Stat(name string) (fs.FileInfo, error) { return fs.Stat(c.FS, name) }

func TestCache(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"a.png": file(pngOf(t))}
	fsys := &counting{FS: files}
	var c Cache
	first, err := c.Probe(fsys, "a.png")
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Probe(fsys, "a.png")
	if err != nil || again.SHA256 != first.SHA256 || fsys.opened != 1 {
		t.Fatalf("%v, opened %d times", err, fsys.opened)
	}
	files["a.png"] = &fstest.MapFile{Data: bomb(), ModTime: time.Unix(1, 0)}
	changed, err := c.Probe(fsys, "a.png")
	if err != nil || changed.Width != 10_000 {
		t.Fatalf("a changed file is not read again: %+v, %v", changed, err)
	}
	delete(files, "a.png")
	if _, err := c.Probe(fsys, "a.png"); !errors.Is(err, ErrMissing) {
		t.Fatalf("a deleted file: %v", err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	files, one := fstest.MapFS{}, file(gifOf(t))
	var c Cache
	for i := range maxCached + 10 {
		name := fmt.Sprintf("%d.gif", i)
		files[name] = one
		if _, err := c.Probe(files, name); err != nil || len(c.seen) > maxCached {
			t.Fatalf("%d are kept, %v", len(c.seen), err)
		}
	}
}

func FuzzProbe(f *testing.F) {
	for _, b := range [][]byte{pngOf(f), jpegOf(f), gifOf(f), webpOf(), bomb(), ftyp("isom")} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"a.png", "a.jpg", "a.gif", "a.webp", "a.mp4"} {
			a, err := Probe(fstest.MapFS{name: file(data)}, name)
			if err == nil && (a.Bytes != int64(len(data)) || len(a.SHA256) != 64 || a.Type == "") {
				t.Fatalf("%+v", a)
			}
		}
	})
}
