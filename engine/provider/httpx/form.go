package httpx

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"

	"github.com/smmctl/smmctl/engine/provider"
)

// Form is a multipart body whose files are streamed and whose length is known.
// Close it when the request has been made.
type Form struct {
	head   bytes.Buffer // what has been written since the last file
	w      *multipart.Writer
	parts  []io.Reader
	size   int64
	closer []io.Closer
}

// NewForm returns an empty form.
func NewForm() *Form {
	f := &Form{}
	f.w = multipart.NewWriter(&f.head)
	return f
}

// Text adds a field; an empty value is left out.
func (f *Form) Text(name, value string) {
	if value != "" {
		_ = f.w.WriteField(name, value) // into memory
	}
}

// JSON adds a field that is JSON and says so.
func (f *Form) JSON(name string, value []byte) {
	w, _ := f.w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, name)}, "Content-Type": {"application/json"},
	})
	_, _ = w.Write(value)
}

// File adds a file.
func (f *Form) File(name string, file provider.File) error {
	r, err := file.Open()
	if err != nil {
		return err
	}
	f.closer = append(f.closer, r)
	kind := file.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	_, _ = f.w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, name, file.Name)},
		"Content-Type":        {kind},
	})
	f.flush()
	f.parts = append(f.parts, io.LimitReader(r, file.Bytes))
	f.size += file.Bytes
	return nil
}

func (f *Form) flush() {
	b := bytes.Clone(f.head.Bytes())
	f.head.Reset()
	f.parts = append(f.parts, bytes.NewReader(b))
	f.size += int64(len(b))
}

// Body ends the form and returns it with its length and its Content-Type.
func (f *Form) Body() (body io.Reader, size int64, kind string) {
	_ = f.w.Close()
	f.flush()
	return io.MultiReader(f.parts...), f.size, f.w.FormDataContentType()
}

// Close closes the files.
func (f *Form) Close() {
	for _, c := range f.closer {
		_ = c.Close()
	}
}
