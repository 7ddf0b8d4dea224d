package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/schemas"
)

const base = "https://smmctl.github.io/schemas/"

// each calls check for every schema.
func each(t *testing.T, check func(t *testing.T, name string, src []byte, doc map[string]any)) {
	t.Helper()
	names, err := fs.Glob(schemas.FS, "*.schema.json")
	if err != nil || len(names) != 8 {
		t.Fatalf("schemas %q, %v", names, err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, err := schemas.FS.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var doc map[string]any
			if err := json.Unmarshal(src, &doc); err != nil {
				t.Fatal(err)
			}
			check(t, name, src, doc)
		})
	}
}

// walk calls visit for every subschema that is an object, with its pointer.
func walk(doc map[string]any, at string, visit func(at string, schema map[string]any)) {
	visit(at, doc)
	for _, k := range []string{"properties", "$defs"} {
		if m, ok := doc[k].(map[string]any); ok {
			for name, sub := range m {
				walk(sub.(map[string]any), at+"/"+k+"/"+name, visit)
			}
		}
	}
	for _, k := range []string{"items", "additionalProperties"} {
		if sub, ok := doc[k].(map[string]any); ok {
			walk(sub, at+"/"+k, visit)
		}
	}
}

func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, name string, src []byte, doc map[string]any) {
		if doc["$id"] != base+name || doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("$id %v, $schema %v", doc["$id"], doc["$schema"])
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(base+name, bytes.NewReader(src)); err != nil {
			t.Fatal(err)
		}
		walk(doc, "", func(at string, schema map[string]any) {
			compiled, err := c.Compile(base + name + "#" + at)
			if err != nil {
				t.Fatalf("%s: %v", at, err)
			}
			examples, _ := schema["examples"].([]any)
			for _, e := range examples {
				if err := compiled.Validate(e); err != nil {
					t.Errorf("%s: example %v: %v", at, e, err)
				}
			}
		})
	})
}

// Every key has a title, a description and an example, so that an editor can
// complete and explain it, and no object takes keys that nobody knows.
func TestEveryKeyIsExplained(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, name string, _ []byte, doc map[string]any) {
		walk(doc, "", func(at string, schema map[string]any) {
			props, _ := schema["properties"].(map[string]any)
			for key, p := range props {
				for _, word := range []string{"title", "description", "examples"} {
					if v, ok := p.(map[string]any)[word]; !ok || reflect.ValueOf(v).Len() == 0 {
						t.Errorf("%s/%s has no %s", at, key, word)
					}
				}
			}
			if props != nil && schema["additionalProperties"] != false {
				t.Errorf("%s takes unknown keys", at)
			}
		})
	})
}

// The schemas and the structs have the same keys.
func TestKeysAreThoseOfTheStructs(t *testing.T) {
	t.Parallel()
	shapes := map[string]reflect.Type{
		"workspace": reflect.TypeFor[content.Workspace](), "strategy": reflect.TypeFor[content.Strategy](), "account": reflect.TypeFor[content.Account](),
		"campaign": reflect.TypeFor[content.Campaign](), "playbook": reflect.TypeFor[content.Playbook](), "plan": reflect.TypeFor[content.MonthPlan](), "post": reflect.TypeFor[content.Post](),
	}
	each(t, func(t *testing.T, name string, _ []byte, doc map[string]any) {
		if shape := shapes[strings.TrimSuffix(path.Base(name), ".schema.json")]; shape != nil {
			compare(t, doc, doc, shape, "")
		}
	})
}

// whole are the types that are written as one text.
var whole = []reflect.Type{reflect.TypeFor[content.Time](), reflect.TypeFor[content.Lateness](), reflect.TypeFor[time.Duration]()}

func compare(t *testing.T, doc, schema map[string]any, shape reflect.Type, at string) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		schema = doc["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	for shape.Kind() == reflect.Pointer {
		shape = shape.Elem()
	}
	kind := fmt.Sprint(schema["type"])
	switch {
	case slices.Contains(whole, shape):
		if !strings.Contains(kind, "string") {
			t.Errorf("%s: %s for %s", at, kind, shape)
		}
	case shape.Kind() == reflect.Struct:
		compareStruct(t, doc, schema, shape, at)
	case shape.Kind() == reflect.Slice:
		compare(t, doc, schema["items"].(map[string]any), shape.Elem(), at+"[]")
	case shape.Kind() == reflect.Map:
		if sub, ok := schema["additionalProperties"].(map[string]any); ok && shape.Elem().Kind() != reflect.Interface {
			compare(t, doc, sub, shape.Elem(), at+".*")
		}
	default:
		want := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Float64: "number"}[shape.Kind()]
		if kind != want {
			t.Errorf("%s: type %s for %s", at, kind, shape)
		}
	}
}

func compareStruct(t *testing.T, doc, schema map[string]any, shape reflect.Type, at string) {
	t.Helper()
	props, _ := schema["properties"].(map[string]any)
	left := maps.Clone(props)
	for i := range shape.NumField() {
		tag := shape.Field(i).Tag.Get("yaml")
		if tag == "" || tag == "-" {
			continue
		}
		sub, ok := props[tag].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not in the schema", at, tag)
			continue
		}
		delete(left, tag)
		compare(t, doc, sub, shape.Field(i).Type, at+"."+tag)
	}
	for key := range left {
		t.Errorf("%s.%s is not in %s", at, key, shape)
	}
}

// A variant takes what a post takes, but for id and status, and needs nothing.
func TestVariantFollowsPost(t *testing.T) {
	t.Parallel()
	read := func(name string) (doc map[string]any) {
		src, err := schemas.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(src, &doc); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	post, variant := read("post.schema.json"), read("variant.schema.json")
	props := post["properties"].(map[string]any)
	delete(props, "id")
	delete(props, "status")
	if !reflect.DeepEqual(props, variant["properties"]) || !reflect.DeepEqual(post["$defs"], variant["$defs"]) || variant["required"] != nil {
		t.Error("variant.schema.json does not follow post.schema.json")
	}
}
