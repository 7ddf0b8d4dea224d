// Package media describes media files by their content, not by their extension:
// type, size in pixels and bytes, digest. Files are hostile: only headers are
// read for the picture's size, nothing is decoded, and what a browser would run
// (SVG) is refused. It imports content, the standard library and
// golang.org/x/image.
package media

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// MaxBytes is the largest file that is looked at.
const MaxBytes = 512 << 20

// maxHeader bounds what is read to find a picture's size. Cameras put previews
// and colour profiles before it.
const maxHeader = 8 << 20

// Errors of Probe, each with the path before it.
var (
	ErrMissing    = errors.New("there is no such file")
	ErrTooLarge   = fmt.Errorf("the file is larger than %d MB", MaxBytes>>20)
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
// Focus are left to the caller. Width and Height are 0 for what has none in a
// header that is cheap to read (video, AVIF, HEIC, PDF).
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
	head = head[:n]
	kind := sniff(head)
	if err := agrees(path.Ext(name), kind, head); err != nil {
		return content.Attachment{}, err
	}
	width, height, err := dimensions(kind, head, io.LimitReader(tee, maxHeader))
	if err != nil {
		return content.Attachment{}, err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return content.Attachment{}, err
	}
	if count.n > MaxBytes {
		return content.Attachment{}, ErrTooLarge
	}
	return content.Attachment{
		File: name, SHA256: hex.EncodeToString(sum.Sum(nil)), Type: kind,
		Width: width, Height: height, Bytes: count.n,
	}, nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }
