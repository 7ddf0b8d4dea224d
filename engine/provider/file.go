package provider

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// File is an attachment as it is to be sent.
type File struct {
	Name   string // its base name, with the extension of Type
	Type   string // MIME
	Width  int
	Height int
	Bytes  int64
	Open   func() (io.ReadCloser, error)
}

// ErrChanged is of a file that is not the one that the plan was made of.
var ErrChanged = errors.New("the file has changed since the post was rendered")

// File gives an attachment as it is to be sent. Its bytes are checked: a file
// that is not the one that was planned is refused before it is read to its end.
func (c Config) File(ctx context.Context, a content.Attachment) (File, error) {
	if c.Make != nil && a.Make != nil {
		return c.Make(ctx, a)
	}
	if c.Files == nil {
		return File{}, fmt.Errorf("%s: there is no workspace to read it from", a.File)
	}
	info, err := fs.Stat(c.Files, a.File)
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() {
		return File{}, fmt.Errorf("%s: not a regular file", a.File)
	}
	return File{
		Name: baseName(a), Type: a.Type, Width: a.Width, Height: a.Height, Bytes: info.Size(),
		Open: func() (io.ReadCloser, error) {
			f, err := c.Files.Open(a.File)
			if err != nil || a.SHA256 == "" {
				return f, err
			}
			return &checked{ReadCloser: f, left: info.Size(), sum: sha256.New(), want: a.SHA256, name: a.File}, nil
		},
	}, nil
}

// Bytes makes a File of what was made for an attachment.
func Bytes(a content.Attachment, kind string, width, height int, data []byte) File {
	name := baseName(a)
	if ext, ok := extensions[kind]; ok && kind != a.Type {
		name = strings.TrimSuffix(name, path.Ext(name)) + ext
	}
	return File{
		Name: name, Type: kind, Width: width, Height: height, Bytes: int64(len(data)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// extensions are those of what files are made into.
var extensions = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "text/vtt": ".vtt"}

// Read gives the whole of a file.
func (f File) Read() ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	var b bytes.Buffer
	if f.Bytes > 0 {
		b.Grow(int(f.Bytes) + bytes.MinRead)
	}
	_, err = b.ReadFrom(r)
	return b.Bytes(), err
}

// checked is a file that must end with the digest and the size that were planned.
type checked struct {
	io.ReadCloser
	left int64
	sum  hash.Hash
	want string
	name string
}

// Read implements io.Reader. The last byte is held back until the digest agrees.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	c.left -= int64(n)
	if c.left < 0 || c.left == 0 && n > 0 && hex.EncodeToString(c.sum.Sum(nil)) != c.want || err == io.EOF && c.left > 0 {
		return 0, fmt.Errorf("%s: %w", c.name, ErrChanged)
	}
	return n, err
}

// baseName is a file's name, as a person gave it, without what would break a
// header.
func baseName(a content.Attachment) string {
	file := a.File
	if u, err := url.Parse(a.URL); err == nil && a.URL != "" {
		file = u.Path
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, path.Base(file))
}
