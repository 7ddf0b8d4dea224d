package load

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Schema is a JSON Schema that says what is wrong in words for people. It is
// safe for concurrent use.
type Schema struct {
	compiled *jsonschema.Schema
	raw      any
	quick    *acceptor // nil: jsonschema alone
}

// Problem is one thing that a Schema finds wrong. Field is the path of the
// value; where Key is set, it is the key itself that is wrong.
type Problem struct {
	Rule    string
	Field   string
	Key     bool
	Summary string
	Detail  string
	Hint    string

	path []string
}

// CompileSchema reads a JSON Schema. It must be whole in itself: nothing is
// fetched.
func CompileSchema(id string, src []byte) (*Schema, error) {
	var raw any
	if err := json.Unmarshal(src, &raw); err != nil {
		return nil, fmt.Errorf("schema %s: %w", id, err)
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = nil
	if err := c.AddResource(id, bytes.NewReader(src)); err != nil {
		return nil, fmt.Errorf("schema %s: %w", id, err)
	}
	compiled, err := c.Compile(id)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", id, err)
	}
	return &Schema{compiled, raw, newAcceptor(raw)}, nil
}

// Check returns everything that is wrong with v, by field; at most maxProblems.
func (s *Schema) Check(v any) []Problem {
	if s.quick != nil && s.quick.accepts(v) {
		return nil
	}
	err := s.compiled.Validate(v)
	if err == nil {
		return nil
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return []Problem{{Rule: "schema", Summary: err.Error()}}
	}
	var out []Problem
	s.collect(ve, v, &out)
	slices.SortFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Summary, b.Summary))
	})
	return out[:min(len(out), maxProblems)]
}

// collect walks to the errors that say something by themselves.
func (s *Schema) collect(ve *jsonschema.ValidationError, v any, out *[]Problem) {
	keyword := ve.KeywordLocation[strings.LastIndexByte(ve.KeywordLocation, '/')+1:]
	whole := keyword == "oneOf" || keyword == "anyOf" || keyword == "not"
	if len(ve.Causes) > 0 && !whole {
		for _, c := range ve.Causes {
			s.collect(c, v, out)
		}
		return
	}
	f := finding{keyword: keyword, message: ve.Message, path: pointer(ve.InstanceLocation)}
	at := strings.TrimSuffix(ve.AbsoluteKeywordLocation, "/"+keyword)
	_, fragment, _ := strings.Cut(at, "#")
	f.schema, _ = follow(s.raw, pointer(fragment)).(map[string]any)
	f.value = follow(v, f.path)
	if i := strings.LastIndex(fragment, "/$defs/"); i >= 0 {
		f.def = fragment[i+len("/$defs/"):]
	}
	for _, p := range f.problems() {
		p.Field = joinField(p.path)
		*out = append(*out, p)
	}
}

// pointer takes a JSON Pointer apart.
func pointer(s string) []string {
	if s = strings.Trim(s, "/"); s == "" {
		return nil
	}
	steps := strings.Split(s, "/")
	for i, step := range steps {
		if u, err := url.PathUnescape(step); err == nil {
			step = u
		}
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return steps
}

// follow walks down plain values.
func follow(v any, path []string) any {
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}
