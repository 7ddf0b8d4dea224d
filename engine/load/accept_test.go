package load

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// vocabulary is what the schemas speak of: every key, and every example.
type vocabulary struct {
	keys   []string
	values []any
}

func (v *vocabulary) read(raw any) {
	switch raw := raw.(type) {
	case map[string]any:
		if props, ok := raw["properties"].(map[string]any); ok {
			v.keys = append(v.keys, slices.Sorted(maps.Keys(props))...)
		}
		for _, list := range []string{"examples", "enum"} {
			if examples, ok := raw[list].([]any); ok {
				v.values = append(v.values, examples...)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(raw)) {
			v.read(raw[k])
		}
	case []any:
		for _, e := range raw {
			v.read(e)
		}
	}
}

// value draws a value as YAML gives them, most often close to something valid.
func (v *vocabulary) value(t *rapid.T, depth int) any {
	switch n := rapid.IntRange(0, 11).Draw(t, "kind"); {
	case n == 0:
		return nil
	case n == 1:
		return rapid.Bool().Draw(t, "bool")
	case n == 2:
		return int64(rapid.IntRange(-3, 120).Draw(t, "int"))
	case n == 3:
		return rapid.SampledFrom([]any{0.5, 2.0, -1.0, 1e300}).Draw(t, "float")
	case n == 4:
		return rapid.SampledFrom([]any{"", "a", "é", "2026-12-03T09:30", "90m", "any", "0", "https://a.b/c", "not this"}).Draw(t, "text")
	case n == 5 && depth > 0:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range list {
			list[i] = v.value(t, depth-1)
		}
		return list
	case n <= 7 && depth > 0:
		m := map[string]any{}
		for range rapid.IntRange(0, 4).Draw(t, "size") {
			m[rapid.SampledFrom(v.keys).Draw(t, "key")] = v.value(t, depth-1)
		}
		return m
	}
	return v.edited(t, integers(rapid.SampledFrom(v.values).Draw(t, "example")), depth)
}

// edited changes one thing of an example, sometimes.
func (v *vocabulary) edited(t *rapid.T, example any, depth int) any {
	m, ok := example.(map[string]any)
	if !ok || depth == 0 || rapid.Bool().Draw(t, "as it is") {
		return example
	}
	m = maps.Clone(m)
	key := rapid.SampledFrom(append(slices.Sorted(maps.Keys(m)), v.keys...)).Draw(t, "edited")
	if rapid.Bool().Draw(t, "delete") {
		delete(m, key)
		return m
	}
	m[key] = v.value(t, depth-1)
	return m
}

// integers turns whole numbers into what YAML gives.
func integers(v any) any {
	switch v := v.(type) {
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = integers(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = integers(e)
		}
		return out
	}
	return v
}

// What the acceptor accepts jsonschema accepts; what it refuses without being in
// doubt jsonschema refuses.
func TestAcceptorAgreesWithJSONSchema(t *testing.T) {
	t.Parallel()
	for k, get := range compiled {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			schema, err := get()
			if err != nil {
				t.Fatal(err)
			}
			if schema.quick == nil {
				t.Fatal("the schema has a keyword that the acceptor does not know")
			}
			var words vocabulary
			words.read(schema.raw)
			accepted := 0
			rapid.Check(t, func(t *rapid.T) {
				v := words.value(t, 3)
				if whole, ok := schema.raw.(map[string]any)["examples"].([]any); ok && rapid.Bool().Draw(t, "whole") {
					v = words.edited(t, integers(rapid.SampledFrom(whole).Draw(t, "file")), 3)
				}
				got, want := schema.quick.accepts(v), schema.compiled.Validate(v) == nil
				if got != want {
					b, _ := json.Marshal(v)
					t.Fatalf("accepts %v, jsonschema %v: %s", got, want, b)
				}
				if got {
					accepted++
				}
			})
			if accepted == 0 {
				t.Error("no value was accepted: the test says nothing")
			}
		})
	}
}

func TestAcceptorRefusesUnknownKeywords(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{
		`{"anyOf": [{}]}`, `{"properties": {"a": {"format": "date"}}}`, `{"$ref": "other.json"}`, `{"items": true}`,
		`{"enum": [[]]}`, `{"pattern": "("}`, `{"additionalProperties": true}`, `true`, `{"minLength": "a"}`,
	} {
		var raw any
		if err := json.Unmarshal([]byte(schema), &raw); err != nil {
			t.Fatal(err)
		}
		if newAcceptor(raw) != nil {
			t.Errorf("%s has an acceptor", schema)
		}
	}
}

// A schema may refer to itself.
func TestAcceptorOfATree(t *testing.T) {
	t.Parallel()
	s, err := CompileSchema("tree.json", []byte(`{"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "additionalProperties": false}}}`))
	if err != nil || s.quick == nil {
		t.Fatal(err, s)
	}
	good := map[string]any{"next": map[string]any{"next": map[string]any{}}}
	bad := map[string]any{"next": map[string]any{"next": map[string]any{"x": nil}}}
	if !s.quick.accepts(good) || s.quick.accepts(bad) || len(s.Check(good)) != 0 || len(s.Check(bad)) != 1 {
		t.Error(fmt.Sprint(s.Check(good), s.Check(bad)))
	}
}
