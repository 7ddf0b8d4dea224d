package mastodontest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params are a request's parameters, from JSON, a form or the address. A name
// that the API does not know is an error: a typing error would be silent on a
// real server.
type params map[string]any

func readParams(r *http.Request, known ...string) (params, error) {
	p := params{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/json":
		err = json.NewDecoder(io.LimitReader(r.Body, 4<<20)).Decode(&p)
	case "multipart/form-data":
		err = r.ParseMultipartForm(64 << 20)
	default:
		err = r.ParseForm()
	}
	if err != nil {
		return nil, fmt.Errorf("parameters cannot be read: %w", err)
	}
	p.addForm(r.Form)
	for name := range p {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("unknown parameter %q", name)
		}
	}
	return p, nil
}

// addForm reads names as Rails does: media_ids[], poll[options][],
// fields_attributes[0][name].
func (p params) addForm(form url.Values) {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		root, rest, nested := strings.Cut(name, "[")
		switch {
		case !nested:
			p[root] = form.Get(name)
		case rest == "]":
			p[root] = anySlice(form[name])
		default:
			m, _ := p[root].(map[string]any)
			if m == nil {
				m = map[string]any{}
				p[root] = m
			}
			key, tail, _ := strings.Cut(rest, "]")
			putNested(m, key, tail, form[name])
		}
	}
}

func putNested(m map[string]any, key, tail string, values []string) {
	switch {
	case tail == "[]":
		m[key] = anySlice(values)
	case strings.HasPrefix(tail, "["):
		inner, _ := m[key].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
			m[key] = inner
		}
		inner[strings.Trim(tail, "[]")] = values[0]
	default:
		m[key] = values[0]
	}
}

func anySlice(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

func (p params) has(name string) bool { _, ok := p[name]; return ok }

func (p params) text(name string) string { return asText(p[name]) }

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (p params) truth(name string) bool {
	v, _ := strconv.ParseBool(asText(p[name]))
	return v
}

func (p params) list(name string) []string {
	items, _ := p[name].([]any)
	out := make([]string, len(items))
	for i, v := range items {
		out[i] = asText(v)
	}
	return out
}

func (p params) object(name string) params {
	m, _ := p[name].(map[string]any)
	return m
}
