package vktest

import (
	"slices"
	"strings"
	"testing"
)

// An answer of our own that the table rejects must be noticed.
func TestAnswersAreChecked(t *testing.T) {
	t.Parallel()
	item := func(change func(object)) object {
		o := object{"inner_type": "wall_wallpost", "id": 1, "owner_id": -1, "date": 5, "text": "x", "post_type": "post"}
		change(o)
		return object{"count": 1, "items": []any{o}}
	}
	for name, c := range map[string]struct {
		method string
		answer any
		says   string
	}{
		"sound":             {"wall.get", item(func(object) {}), ""},
		"a wrong type":      {"wall.get", item(func(o object) { o["id"] = "1" }), "id is no integer"},
		"a fraction":        {"wall.get", item(func(o object) { o["id"] = 1.5 }), "id is no integer"},
		"no value of its":   {"wall.get", item(func(o object) { o["post_type"] = "thing" }), "post_type"},
		"what must be":      {"wall.get", item(func(o object) { delete(o, "inner_type") }), "inner_type is missing"},
		"what is not":       {"wall.get", item(func(o object) { o["postponed_id"] = 5 }), "postponed_id is not in the table"},
		"deep inside":       {"wall.get", item(func(o object) { o["attachments"] = []any{object{"type": "photo", "photo": object{"id": 1}}} }), "is missing"},
		"a flag":            {"wall.get", item(func(o object) { o["is_pinned"] = true }), "is_pinned is no integer"},
		"no list":           {"wall.get", object{"count": 1, "items": object{}}, "items is no array"},
		"nothing":           {"wall.post", object{}, "post_id is missing"},
		"another word":      {"wall.delete", 2, "none of its values"},
		"too small":         {"wall.edit", object{"post_id": -1}, "too small"},
		"what VK has":       {"wall.get", item(func(o object) { o["edited"] = 5 }), "edited is not in the table"},
		"not a list either": {"wall.getById", []any{}, "is no object"},
	} {
		why := published().checkAnswer(published().methods[c.method], c.answer)
		if (why == "") != (c.says == "") || !strings.Contains(why, c.says) {
			t.Errorf("%s: %q, want %q", name, why, c.says)
		}
	}
}

// Every method that is served is in the table, and every type that is named there.
func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	s := New(Options{}, nil)
	named := func(place string, k kind, basic ...string) {
		for _, name := range k.types {
			if _, there := s.spec.types[name]; !there && !slices.Contains(basic, name) {
				t.Errorf("%s: there is no type %s", place, name)
			}
		}
	}
	for name := range s.methods() {
		m, ok := s.spec.methods[name]
		if !ok || len(m.tokens) == 0 {
			t.Fatalf("%s: %+v", name, m)
		}
		named(name, m.answer, "integer")
		for param, k := range m.params {
			named(name+" "+param, k, "integer", "boolean", "string", "ref")
		}
	}
	for name, fields := range s.spec.types {
		for field, k := range fields {
			named(name+" "+field, k, "integer", "number", "boolean", "string")
		}
	}
	if len(s.methods()) != len(s.spec.methods) {
		t.Errorf("%d methods served, %d in the table", len(s.methods()), len(s.spec.methods))
	}
	if len(s.spec.errors) < 60 || s.spec.errors[214] == "" {
		t.Errorf("%d error codes", len(s.spec.errors))
	}
}
