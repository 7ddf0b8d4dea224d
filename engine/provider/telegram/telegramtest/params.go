package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var tokenPattern = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

const maxMemory = 128 << 20

// upload is a file of a form.
type upload struct {
	name, kind string
	data       []byte
	used       bool
}

// params are a request's parameters, of the types that the specification gives
// them.
type params struct {
	object
	files map[string]*upload
}

// params reads and checks the parameters of a method.
func (s *Server) params(r *http.Request, method string) (*params, error) {
	p := &params{object: object{}, files: map[string]*upload{}}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("no Content-Type")
	case kind == "application/json":
		err = json.NewDecoder(r.Body).Decode(&p.object)
	case kind == "multipart/form-data":
		err = p.form(r, method)
	default:
		err = fmt.Errorf("Content-Type %s", kind)
	}
	if err != nil {
		return nil, err
	}
	if b, err := json.Marshal(p.object); err == nil && strings.Contains(string(b), Token) {
		s.complain("%s: the token is in the parameters", method)
	}
	if err := conform(method, p.object); err != nil {
		return nil, err
	}
	return p, p.allUsed()
}

// form reads a form: files, and values of which all that are not String are JSON.
func (p *params) form(r *http.Request, method string) error {
	if err := r.ParseMultipartForm(maxMemory); err != nil {
		return err
	}
	for name, files := range r.MultipartForm.File {
		f, err := files[0].Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		u := &upload{name: files[0].Filename, kind: files[0].Header.Get("Content-Type"), data: data}
		p.files[name] = u
		if f, direct := spec[method][name]; direct && slices.Contains(f.types, "InputFile") {
			u.used = true
			p.object[name] = u
		}
	}
	for name, values := range r.MultipartForm.Value {
		v, err := formValue(spec[method][name], values[0])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p.object[name] = v
	}
	p.mark(p.object)
	return nil
}

func formValue(f field, text string) (any, error) {
	if slices.Contains(f.types, "Integer") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return float64(n), nil
		}
	}
	if slices.Contains(f.types, "String") {
		return text, nil
	}
	var v any
	err := json.Unmarshal([]byte(text), &v)
	return v, err
}

// mark notes the files that a value means by attach://.
func (p *params) mark(v any) {
	switch v := v.(type) {
	case string:
		if u := p.attached(v); u != nil {
			u.used = true
		}
	case object:
		for _, e := range v {
			p.mark(e)
		}
	case []any:
		for _, e := range v {
			p.mark(e)
		}
	}
}

// attached is the file that a value means, or nil.
func (p *params) attached(v any) *upload {
	if u, ok := v.(*upload); ok {
		return u
	}
	text, _ := v.(string)
	name, ok := strings.CutPrefix(text, "attach://")
	if !ok {
		return nil
	}
	return p.files[name]
}

func (p *params) allUsed() error {
	for name, u := range p.files {
		if !u.used {
			return fmt.Errorf("the file %q is meant by no parameter", name)
		}
	}
	return nil
}

func (p *params) text(name string) string {
	s, _ := p.object[name].(string)
	return s
}

func (p *params) flag(name string) bool {
	b, _ := p.object[name].(bool)
	return b
}

func (p *params) number(name string) int64 {
	n, _ := p.object[name].(float64)
	return int64(n)
}

func (p *params) list(name string) []any {
	l, _ := p.object[name].([]any)
	return l
}

// sub is a nested object as parameters.
func (p *params) sub(v any) *params {
	o, _ := v.(object)
	return &params{object: o, files: p.files}
}
