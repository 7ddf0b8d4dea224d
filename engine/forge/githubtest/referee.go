package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Referee holds requests and answers against the document that GitHub publishes.
// npm installs it into the tests' cache the first time.
type Referee struct {
	doc, paths object
	compiler   *jsonschema.Compiler

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema
}

var loadReferee = sync.OnceValues(func() (*Referee, error) {
	dir, err := installReferee()
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(dir, document))
	if err != nil {
		return nil, err
	}
	return newReferee(b)
})

// NewReferee returns the referee, and fails the test where npm cannot install it.
func NewReferee(t testing.TB) *Referee {
	t.Helper()
	r, err := loadReferee()
	if err != nil {
		t.Fatalf("GitHub's OpenAPI document: %v", err)
	}
	return r
}

// Judge fails the test for each of the server's calls so far in which the
// request or the answer is not as GitHub's document says, and for each complaint.
func (s *Server) Judge(t testing.TB) {
	t.Helper()
	for _, c := range s.Complaints() {
		t.Errorf("githubtest: %s", c)
	}
	if testing.Short() {
		return
	}
	r := NewReferee(t)
	for _, c := range s.Calls() {
		for _, problem := range r.Check(c) {
			t.Errorf("%s %s?%s %s (%d): %s", c.Method, c.Path, c.Query, c.Body, c.Status, problem)
		}
	}
}

const docURL = "mem://github/openapi.json"

// newReferee reads the document, which is OpenAPI 3.0: its schemas are those of
// JSON Schema draft 4, but for nullable.
func newReferee(b []byte) (*Referee, error) {
	var doc object
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	doc = object{"paths": nullable(doc["paths"]), "components": nullable(doc["components"])}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.Draft, c.AssertFormat = jsonschema.Draft4, true
	if err := c.AddResource(docURL, bytes.NewReader(b)); err != nil {
		return nil, err
	}
	return &Referee{doc: doc, paths: doc["paths"].(object), compiler: c, schemas: map[string]*jsonschema.Schema{}}, nil
}

// nullable turns what may be null into a choice.
func nullable(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = nullable(v[i])
		}
	case object:
		for k := range v {
			v[k] = nullable(v[k])
		}
		if v["nullable"] == true {
			delete(v, "nullable")
			return object{"anyOf": []any{object{"enum": []any{nil}}, v}}
		}
	}
	return v
}

// Check returns what is wrong with a call.
func (r *Referee) Check(c Call) []string {
	template, args := r.find(c.Path)
	at, _ := r.paths[template].(object)
	o, _ := at[strings.ToLower(c.Method)].(object)
	if o == nil {
		return []string{"the document has no such operation"}
	}
	place := "#/paths/" + escape(template) + "/" + strings.ToLower(c.Method)
	problems := r.parameters(place, o, args, c.Query)
	problems = append(problems, r.body(place, o, c.Body)...)
	return append(problems, r.answer(place, o, c)...)
}

func escape(s string) string {
	return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
}

// find returns the template of a path, and what its variable parts are. A part
// that is fixed wins over one that is not.
func (r *Referee) find(path string) (string, map[string]string) {
	parts := strings.Split(path, "/")
	best, fixed, bestArgs := "", -1, map[string]string(nil)
	for template := range r.paths {
		want := strings.Split(template, "/")
		if len(want) != len(parts) {
			continue
		}
		args, n, fits := map[string]string{}, 0, true
		for i, w := range want {
			switch {
			case strings.HasPrefix(w, "{"):
				args[strings.Trim(w, "{}")] = parts[i]
			case w == parts[i]:
				n++
			default:
				fits = false
			}
		}
		if fits && n > fixed {
			best, fixed, bestArgs = template, n, args
		}
	}
	return best, bestArgs
}

// parameters checks those of the path and of the query; the document lets
// through what it does not name, and we do not.
func (r *Referee) parameters(place string, o object, args map[string]string, query string) (problems []string) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return []string{err.Error()}
	}
	list, _ := o["parameters"].([]any)
	var known []string
	for i, p := range list {
		at := fmt.Sprintf("%s/parameters/%d", place, i)
		p := r.resolve(p, &at)
		name, _ := p["name"].(string)
		value, given := args[name], true
		if p["in"] == "query" {
			known = append(known, name)
			value, given = values.Get(name), values.Has(name)
		}
		if given && (p["in"] == "query" || p["in"] == "path") {
			problems = append(problems, r.written(at+"/schema", value, name)...)
		}
	}
	for name := range values {
		if !slices.Contains(known, name) {
			problems = append(problems, "the document has no parameter "+name)
		}
	}
	return problems
}

// written checks what stands in an address, where a number is a text as well.
func (r *Referee) written(at, value, name string) []string {
	as := r.holds(at, value, name)
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && len(as) > 0 {
		return r.holds(at, json.Number(strconv.FormatInt(n, 10)), name)
	}
	return as
}

func (r *Referee) body(place string, o object, body json.RawMessage) []string {
	want, _ := o["requestBody"].(object)
	switch {
	case want == nil && body != nil:
		return []string{"the document has no body there"}
	case want == nil:
		return nil
	case body == nil:
		return []string{"there is no body"}
	}
	at := place + "/requestBody/content/application~1json/schema"
	content, _ := want["content"].(object)
	media, _ := content["application/json"].(object)
	schema, _ := media["schema"].(object)
	fields, _ := schema["properties"].(object)
	var v any
	if err := decode(body, &v); err != nil {
		return []string{err.Error()}
	}
	problems := r.holds(at, v, "the body")
	sent, _ := v.(object)
	for name := range sent {
		if _, known := fields[name]; !known {
			problems = append(problems, "the document has no field "+name)
		}
	}
	return problems
}

// answer checks a body by the status's schema, and one of a failure that the
// document does not list as its errors are.
func (r *Referee) answer(place string, o object, c Call) []string {
	var v any
	if err := decode(c.Answer, &v); err != nil {
		return []string{err.Error()}
	}
	at := fmt.Sprintf("%s/responses/%d", place, c.Status)
	responses, _ := o["responses"].(object)
	response, listed := responses[strconv.Itoa(c.Status)]
	if !listed {
		if c.Status < 400 {
			return []string{fmt.Sprintf("the document has no answer %d there", c.Status)}
		}
		return r.holds("#/components/schemas/basic-error", v, "the answer")
	}
	r.resolve(response, &at)
	return r.holds(at+"/content/application~1json/schema", v, "the answer")
}

// resolve follows a reference that stands where no schema does, and moves at
// there.
func (r *Referee) resolve(v any, at *string) object {
	o, _ := v.(object)
	ref, is := o["$ref"].(string)
	if !is {
		return o
	}
	*at = ref
	here := r.doc
	for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		here, _ = here[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)].(object)
	}
	return here
}

func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(v)
}

func (r *Referee) holds(at string, v any, what string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	schema := r.schemas[at]
	if schema == nil {
		var err error
		if schema, err = r.compiler.Compile(docURL + at); err != nil {
			return []string{what + ": " + err.Error()}
		}
		r.schemas[at] = schema
	}
	if err := schema.Validate(v); err != nil {
		return []string{fmt.Sprintf("%s: %#v", what, err)}
	}
	return nil
}
