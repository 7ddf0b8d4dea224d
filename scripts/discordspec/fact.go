package main

import (
	"fmt"
	"slices"
	"strings"
)

// fact is what the table says of a field or a parameter: its type, and bounds.
type fact struct {
	typ    string
	bounds []string
}

func (f fact) line(name string, required bool) string {
	if required {
		name += "!"
	}
	return strings.Join(append([]string{name, f.typ}, f.bounds...), " ")
}

// null says that null is taken, too.
func (f fact) null() fact {
	f.typ = strings.TrimSuffix(f.typ, "?") + "?"
	return f
}

// fact reads a schema. An object is of a type that the table names.
func (d document) fact(schema object) (fact, error) {
	if ref, is := schema["$ref"].(string); is {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		if d.own[name] != nil {
			return fact{typ: name}, nil
		}
		schema = d.resolve(schema)
	}
	if all := objects(schema["allOf"]); len(all) == 1 && schema["type"] == nil {
		return d.fact(all[0])
	}
	if some := alternatives(schema); len(some) > 0 {
		return d.either(schema, some)
	}
	return d.plain(schema)
}

// either reads alternatives: a value or null, a list of constants, or objects of
// any kind.
func (d document) either(schema object, some []object) (fact, error) {
	rest := slices.DeleteFunc(slices.Clone(some), func(s object) bool { return s["type"] == "null" })
	if len(rest) == 1 && len(some) == 2 {
		f, err := d.fact(rest[0])
		return f.null(), err
	}
	var constants []any
	for _, s := range rest {
		if c, is := s["const"]; is {
			constants = append(constants, c)
		}
	}
	switch {
	case len(constants) == len(some):
		return d.plain(object{"type": schema["type"], "enum": constants})
	case len(constants) == 0 && some[0]["type"] == "object":
		return fact{typ: "object"}, nil
	}
	return fact{}, fmt.Errorf("its alternatives have no place in the table")
}

// plain reads a schema that has a type of its own.
func (d document) plain(schema object) (fact, error) {
	typ, null := typeOf(schema["type"])
	f := fact{typ: typ, bounds: bounds(schema)}
	switch typ {
	case "array":
		items, _ := schema["items"].(object)
		element, err := d.fact(items)
		if err != nil {
			return f, err
		}
		f = fact{"[" + element.typ + "]", append(f.bounds, element.bounds...)}
	case "string":
		if format, _ := schema["format"].(string); slices.Contains([]string{"snowflake", "date-time", "uri"}, format) {
			f.typ += ":" + format
		}
	case "integer", "number", "boolean":
	default:
		return f, fmt.Errorf("type %v has no place in the table", schema["type"])
	}
	if null {
		f = f.null()
	}
	return f, nil
}

// typeOf reads a type, or a list of one and null.
func typeOf(v any) (typ string, null bool) {
	list, isList := v.([]any)
	if !isList {
		typ, _ = v.(string)
		return typ, false
	}
	for _, one := range list {
		if one == "null" {
			null = true
		} else {
			typ = strings.TrimPrefix(typ+"|"+fmt.Sprint(one), "|")
		}
	}
	return typ, null
}

func bounds(schema object) []string {
	var out []string
	for _, b := range [][3]string{{"len", "minLength", "maxLength"}, {"items", "minItems", "maxItems"}, {"range", "minimum", "maximum"}} {
		if low, high := number(schema[b[1]]), number(schema[b[2]]); low+high != "" {
			out = append(out, b[0]+"="+low+".."+high)
		}
	}
	if schema["uniqueItems"] == true {
		out = append(out, "unique")
	}
	var values []string
	list, _ := schema["enum"].([]any)
	for _, v := range list {
		values = append(values, fmt.Sprint(v))
	}
	if len(values) > 0 {
		out = append(out, "enum="+strings.Join(values, "|"))
	}
	return out
}
