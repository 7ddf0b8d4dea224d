package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// object is a part of the schema.
type object = map[string]any

// schema is a checkout, read.
type schema struct {
	version     string
	definitions map[string]object // by section/file#name
	methods     map[string]object
	errors      map[string]failure // by errors.json#name
}

// failure is an error that VK may answer with.
type failure struct {
	Code   int  `json:"code"`
	Global bool `json:"global"` // of every method
}

func read(checkout string) (*schema, error) {
	s := &schema{definitions: map[string]object{}, methods: map[string]object{}, errors: map[string]failure{}}
	var list struct {
		Version string             `json:"version"`
		Errors  map[string]failure `json:"errors"`
	}
	if err := load(filepath.Join(checkout, "errors.json"), &list); err != nil {
		return nil, err
	}
	s.version = list.Version
	for name, f := range list.Errors {
		s.errors["errors.json#"+name] = f
	}
	files, err := filepath.Glob(filepath.Join(checkout, "*", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := s.add(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(s.methods) == 0 {
		return nil, errors.New(checkout + ": no methods there")
	}
	return s, nil
}

func (s *schema) add(file string) error {
	var f struct {
		Definitions map[string]object `json:"definitions"`
		Methods     []object          `json:"methods"`
	}
	if err := load(file, &f); err != nil {
		return err
	}
	section := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
	for name, def := range f.Definitions {
		s.definitions[section+"#"+name] = def
	}
	for _, m := range f.Methods {
		if name, ok := m["name"].(string); ok {
			s.methods[name] = m
		}
	}
	return nil
}

func load(file string, into any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

var reference = regexp.MustCompile(`^(?:\.\./)?(.+)#/\w+/(\w+)$`)

// place writes a reference as section/file#name.
func place(ref any) string {
	text, _ := ref.(string)
	return reference.ReplaceAllString(text, "$1#$2")
}

// whole lays a definition's own words over those of the types that it names, and
// joins the properties of all its parts.
func (s *schema) whole(def object) object {
	out, properties := object{}, object{}
	lay := func(part object) {
		maps.Copy(out, part)
		inner, _ := part["properties"].(object)
		maps.Copy(properties, inner)
	}
	if def["$ref"] != nil {
		lay(s.whole(s.definitions[place(def["$ref"])]))
	}
	for _, part := range list(def["allOf"]) {
		lay(s.whole(part))
	}
	lay(def)
	if len(properties) > 0 {
		out["properties"] = properties
	}
	return out
}

// list gives the objects of an array.
func list(v any) []object {
	all, _ := v.([]any)
	var out []object
	for _, e := range all {
		if o, ok := e.(object); ok {
			out = append(out, o)
		}
	}
	return out
}

// codes are the errors that the methods may give.
func (s *schema) codes(methods []string) []int {
	own := map[string]bool{}
	for _, name := range methods {
		for _, e := range list(s.methods[name]["errors"]) {
			own[place(e["$ref"])] = true
		}
	}
	var out []int
	for name, f := range s.errors {
		if f.Global || own[name] {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
