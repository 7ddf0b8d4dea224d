// Package media is what is done to media files, for all networks alike.
//
// Probe describes a file by its content, not by its extension: type, size in
// pixels and bytes, digest, and what it tells of people and places. Decide says,
// from that and from a network's limits, what is to be done before it is sent;
// both decode no pixels. Make carries it out: the same input gives the same
// bytes, on every machine. Maker remembers what was made, in a folder.
//
// Files are hostile: sizes are checked before anything is decoded, and what a
// browser would run (SVG) is refused. It imports content, disk, the standard
// library and golang.org/x/image; docs/media.md says what is done and why.
package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
)

// MaxBytes is the largest file that is looked at.
const MaxBytes = 512 << 20

// MaxPicture is the largest picture that is looked at: it is held in memory.
const MaxPicture = 64 << 20

// MaxPixels is the largest picture that is decoded. Of 50 million pixels, what is
// decoded takes 200 MB.
const MaxPixels = 50_000_000

// Errors of Probe, each with the path before it.
var (
	ErrMissing    = errors.New("there is no such file")
	ErrTooLarge   = fmt.Errorf("the file is too large to be looked at: %d MB at most, a picture %d", MaxBytes>>20, MaxPicture>>20)
	ErrWrongType  = errors.New("the content is not what the name says")
	ErrDamaged    = errors.New("the picture's header is damaged or cut off")
	ErrLFSPointer = errors.New("this is a Git LFS pointer, not the file: run `git lfs pull`")
	ErrOutside    = errors.New("the path leads out of the workspace")
	ErrNotFile    = errors.New("not a regular file")
)

// TypeError is an ErrWrongType that says what the content is.
type TypeError struct {
	Extension string // as written, with its dot
	Got       string // a MIME type, or words
}

// Error says both.
func (e *TypeError) Error() string {
	if _, ok := extensions[strings.ToLower(e.Extension)]; !ok {
		return fmt.Sprintf("%q is no media file's extension (the content is %s)", e.Extension, e.Got)
	}
	return fmt.Sprintf("the name says %s, the content is %s", e.Extension, e.Got)
}

// Is makes every TypeError an ErrWrongType.
func (e *TypeError) Is(target error) bool { return target == ErrWrongType }

// Probe describes the file at name, a path inside fsys with slashes. Alt and
// Focus are left to the caller. Width and Height are those of the picture as it
// is seen, upright; 0 for what has none in a header that is read here (AVIF,
// HEIC, WebM, PDF).
func Probe(fsys fs.FS, name string) (content.Attachment, error) {
	if _, err := stat(fsys, name); err != nil {
		return content.Attachment{}, fmt.Errorf("%s: %w", name, err)
	}
	return read(fsys, name)
}

// read describes a file whose path was checked.
func read(fsys fs.FS, name string) (content.Attachment, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return content.Attachment{}, fmt.Errorf("%s: %w", name, missing(err))
	}
	defer func() { _ = f.Close() }()
	a, err := describe(f, name)
	if err != nil {
		return content.Attachment{}, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// stat checks a path before it is opened.
func stat(fsys fs.FS, name string) (fs.FileInfo, error) {
	if err := inside(fsys, name); err != nil {
		return nil, err
	}
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, missing(err)
	case !info.Mode().IsRegular():
		return nil, ErrNotFile
	case info.Size() > MaxBytes:
		return nil, ErrTooLarge
	}
	return info, nil
}

func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	}
	return err
}

// describe reads r once, from its first byte to its last.
func describe(r io.Reader, name string) (content.Attachment, error) {
	sum := sha256.New()
	count := &counter{}
	tee := io.TeeReader(io.LimitReader(r, MaxBytes+1), io.MultiWriter(sum, count))

	head := make([]byte, sniffLen)
	n, err := io.ReadFull(tee, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return content.Attachment{}, err
	}
	a := content.Attachment{File: name, Type: sniff(head[:n])}
	if err := agrees(name, a.Type, head[:n]); err != nil {
		return content.Attachment{}, err
	}
	if err := look(&a, io.MultiReader(bytes.NewReader(head[:n]), tee)); err != nil {
		return content.Attachment{}, err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return content.Attachment{}, err
	}
	if count.n > MaxBytes {
		return content.Attachment{}, ErrTooLarge
	}
	a.SHA256, a.Bytes = hex.EncodeToString(sum.Sum(nil)), count.n
	return a, nil
}

// look reads what is in the file: pictures are held whole meanwhile, of films
// only what describes them.
func look(a *content.Attachment, r io.Reader) error {
	switch a.Type {
	case "video/mp4", "video/quicktime", "image/heic", "image/avif":
		f, err := readFilm(r)
		a.Traits, a.Width, a.Height = f.traits, f.width, f.height
		a.Traits.Damaged = !f.listed // it cannot be shown, and what it tells is not known
		return err
	case "image/jpeg", "image/png", "image/gif", "image/webp":
	default:
		return nil
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if n, err := buf.ReadFrom(io.LimitReader(r, MaxPicture+1)); err != nil {
		return err
	} else if n > MaxPicture {
		return ErrTooLarge
	}
	return lookAt(a, buf.Bytes())
}

// buffers are lent to whoever reads a picture.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// lookAt describes a picture.
func lookAt(a *content.Attachment, data []byte) error {
	w, h, err := dimensions(a.Type, data)
	if err != nil {
		return err
	}
	l := lay(a.Type, data)
	a.Traits, a.Width, a.Height = l.traits, w, h
	if l.traits.Turn >= 5 {
		a.Width, a.Height = h, w
	}
	return nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }
