package mastodon

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"path"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// form is a multipart body whose files are streamed and whose length is known.
type form struct {
	head   bytes.Buffer // what has been written since the last file
	w      *multipart.Writer
	parts  []io.Reader
	size   int64
	closer []io.Closer
}

func newForm() *form {
	f := &form{}
	f.w = multipart.NewWriter(&f.head)
	return f
}

func (f *form) text(name, value string) {
	if value != "" {
		_ = f.w.WriteField(name, value) // into memory
	}
}

// file adds a file of the workspace and returns the digest that its bytes will
// have had once they are sent.
func (f *form) file(fsys fs.FS, name string, m content.Attachment) (hash.Hash, error) {
	if fsys == nil {
		return nil, fmt.Errorf("%s: there is no workspace to read it from", m.File)
	}
	file, err := fsys.Open(m.File)
	if err != nil {
		return nil, err
	}
	f.closer = append(f.closer, file)
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	kind := m.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	_, _ = f.w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, name, safeName(m.File))},
		"Content-Type":        {kind},
	})
	f.flush()
	sum := sha256.New()
	f.parts = append(f.parts, io.TeeReader(io.LimitReader(file, info.Size()), sum))
	f.size += info.Size()
	return sum, nil
}

// safeName is a file's name without what would break a header.
func safeName(file string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, path.Base(file))
}

func (f *form) flush() {
	b := bytes.Clone(f.head.Bytes())
	f.head.Reset()
	f.parts = append(f.parts, bytes.NewReader(b))
	f.size += int64(len(b))
}

func (f *form) request(op, method, where string) request {
	_ = f.w.Close()
	f.flush()
	return request{op: op, method: method, path: where, body: io.MultiReader(f.parts...), size: f.size, kind: f.w.FormDataContentType()}
}

func (f *form) close() {
	for _, c := range f.closer {
		_ = c.Close()
	}
}
