package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

type object = map[string]any

// document is an OpenAPI document, and the types that the table names, which may
// be a body without a name in the document.
type document struct {
	root object
	own  map[string]object
}

// at walks down to an object.
func (d document) at(path ...string) (object, bool) {
	o := d.root
	for _, p := range path {
		o, _ = o[p].(object)
	}
	return o, o != nil
}

func (d document) component(name string) object {
	o, _ := d.at("components", "schemas", name)
	return o
}

// resolve follows a reference to anything.
func (d document) resolve(o object) object {
	if ref, is := o["$ref"].(string); is {
		o, _ = d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return o
}

func objects(v any) []object {
	list, _ := v.([]any)
	var out []object
	for _, one := range list {
		if o, is := one.(object); is {
			out = append(out, o)
		}
	}
	return out
}

// part is the line of one part of an operation.
func (d document) part(parameters []object, operation object, name string) (string, error) {
	what, which, _ := strings.Cut(name, " ")
	switch what {
	case "path", "query":
		return d.parameter(parameters, what, which)
	case "body":
		body, _ := operation["requestBody"].(object)
		return name, d.carries(body, which)
	}
	answers, _ := operation["responses"].(object)
	answer, there := answers[what].(object)
	if !there {
		return "", fmt.Errorf("there is no such answer")
	}
	return name, d.carries(d.resolve(answer), which)
}

// withRequired adds the parameters of queries that are required.
func (d document) withRequired(names []string, parameters []object) []string {
	for _, p := range parameters {
		p = d.resolve(p)
		if name := fmt.Sprintf("query %v", p["name"]); p["in"] == "query" && p["required"] == true && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (d document) parameter(all []object, where, name string) (string, error) {
	for _, p := range all {
		if p = d.resolve(p); p["in"] == where && p["name"] == name {
			schema, _ := p["schema"].(object)
			f, err := d.fact(schema)
			return where + " " + f.line(name, p["required"] == true), err
		}
	}
	return "", fmt.Errorf("there is no such parameter")
}

// carries reports whether a body or an answer may be of a type. A body that has no
// name in the document is known by the table's from then on.
func (d document) carries(o object, name string) error {
	content, _ := o["content"].(object)
	media, _ := content["application/json"].(object)
	schema, _ := media["schema"].(object)
	if schema["properties"] != nil && d.own[name] == nil && name != "" {
		d.own[name] = schema
		return nil
	}
	var refs []string
	for _, s := range append([]object{schema}, alternatives(schema)...) {
		ref, _ := s["$ref"].(string)
		refs = append(refs, strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	if name == "" && schema == nil || name != "" && slices.Contains(refs, name) {
		return nil
	}
	return fmt.Errorf("it is %s", strings.Join(refs, "|"))
}

func alternatives(schema object) []object {
	return append(objects(schema["oneOf"]), objects(schema["anyOf"])...)
}

// typeLines are the fields of a type. Of a request's, those that it requires are
// added; types of answers are named so in the document.
func (d document) typeLines(bl block) ([]string, error) {
	properties, required := d.fields(d.own[bl.head])
	names := bl.names
	if len(properties) == 0 {
		return nil, fmt.Errorf("there is no such type")
	}
	if !strings.HasSuffix(bl.head, "Response") {
		for _, r := range required {
			if !slices.Contains(names, r) {
				names = append(names, r)
			}
		}
	}
	var out []string
	for _, name := range names {
		schema, _ := properties[name].(object)
		if schema == nil {
			return nil, fmt.Errorf("there is no %s", name)
		}
		f, err := d.fact(schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, f.line(name, slices.Contains(required, name)))
	}
	return out, nil
}

// fields are an object's, and those of what it consists of.
func (d document) fields(schema object) (properties object, required []string) {
	properties = object{}
	for _, s := range append([]object{schema}, objects(schema["allOf"])...) {
		if s = d.resolve(s); s == nil {
			continue
		}
		own, _ := s["properties"].(object)
		for k, v := range own {
			properties[k] = v
		}
		names, _ := s["required"].([]any)
		for _, n := range names {
			required = append(required, fmt.Sprint(n))
		}
	}
	return properties, required
}

// number writes a bound; one that is not there is empty.
func number(v any) string {
	n, is := v.(float64)
	if !is {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
