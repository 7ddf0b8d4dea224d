package main

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// writer writes the table and knows which of the schema's types each of the
// table's stands for.
type writer struct {
	strings.Builder
	schema *schema
	types  map[string]object
}

func (w *writer) method(part section) error {
	m, known := w.schema.methods[part.name]
	if !known || len(part.words) < 3 {
		return errors.New("the schema has no such method, or the table no answer")
	}
	responses, _ := m["responses"].(object)
	response, _ := responses["response"].(object)
	properties, _ := w.schema.whole(response)["properties"].(object)
	answer, _ := properties["response"].(object)
	said, err := w.kind(answer, part.words[2:])
	if err != nil {
		return fmt.Errorf("its answer: %w", err)
	}
	fmt.Fprintf(w, "%s %s -> %s\n", part.name, joined(m["access_token_type"]), said)
	params := object{}
	for _, p := range list(m["parameters"]) {
		params[fmt.Sprint(p["name"])] = p
	}
	return w.facts(part.facts, params)
}

func (w *writer) typed(part section) error {
	def, known := w.types[part.name]
	if !known {
		return errors.New("nothing above leads to this type")
	}
	fmt.Fprintln(w, part.name)
	properties, _ := def["properties"].(object)
	return w.facts(part.facts, properties)
}

// facts writes what the table names, and what else is required.
func (w *writer) facts(wanted []line, known object) error {
	for _, name := range slices.Sorted(maps.Keys(known)) {
		def, _ := known[name].(object)
		if def["required"] == true && !slices.ContainsFunc(wanted, func(f line) bool { return f.name == name }) {
			wanted = append(wanted, line{name: name})
		}
	}
	for _, f := range wanted {
		def, there := known[f.name].(object)
		if !there && len(f.words) > 1 && f.words[len(f.words)-1] == "+" {
			fmt.Fprintf(w, "  %s %s\n", f.name, strings.Join(f.words, " "))
			continue
		}
		if !there {
			return fmt.Errorf("it has no %s", f.name)
		}
		said, err := w.kind(def, f.words)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		mark := map[bool]string{true: "!"}[def["required"] == true]
		fmt.Fprintf(w, "  %s%s %s\n", f.name, mark, said)
	}
	return nil
}

// kind says what a value may be. Of what the table said before, it keeps the name
// of a type and the values that were chosen.
func (w *writer) kind(def object, before []string) (string, error) {
	def = w.schema.whole(def)
	for _, word := range []string{"oneOf", "maxItems", "minItems", "maxLength", "minLength", "pattern"} {
		if def[word] != nil {
			return "", fmt.Errorf("the table has no way to say %s", word)
		}
	}
	switch typ := joined(def["type"]); {
	case typ == "array":
		items, _ := def["items"].(object)
		said, err := w.kind(items, before)
		return "[]" + said, err
	case def["properties"] != nil && typ == "object":
		return w.name(def, before)
	case def["format"] == "value_object":
		return "ref", nil
	case typ == "":
		return "", errors.New("it is of no type")
	case def["enum"] != nil:
		values, err := chosen(joined(def["enum"]), before)
		return typ + " " + values, err
	default:
		return strings.TrimSpace(typ + " " + bounds(def)), nil
	}
}

// name gives an object the name that the table has for it.
func (w *writer) name(def object, before []string) (string, error) {
	if len(before) == 0 {
		return "", errors.New("it is an object: name a type for it in the table")
	}
	name := strings.TrimPrefix(before[0], "[]")
	was, known := w.types[name]
	if known && !reflect.DeepEqual(was["properties"], def["properties"]) {
		return "", fmt.Errorf("%s is two types of the schema", name)
	}
	w.types[name] = def
	return name, nil
}

// chosen keeps the values that the table chose of the schema's; none is all.
func chosen(all string, before []string) (string, error) {
	if len(before) < 2 || before[1] == "+" || strings.Contains(before[1], "..") {
		return all, nil
	}
	for value := range strings.SplitSeq(before[1], "|") {
		if !slices.Contains(strings.Split(all, "|"), value) {
			return "", fmt.Errorf("%s is none of its values", value)
		}
	}
	return before[1], nil
}

// bounds writes a range, or nothing.
func bounds(def object) string {
	text := func(v any) string {
		n, number := v.(float64)
		return map[bool]string{true: strconv.FormatFloat(n, 'f', -1, 64)}[number]
	}
	if least, most := text(def["minimum"]), text(def["maximum"]); least != "" || most != "" {
		return least + ".." + most
	}
	return ""
}

// joined writes a value or several as A|B.
func joined(v any) string {
	var out []string
	all, several := v.([]any)
	if !several && v != nil {
		all = []any{v}
	}
	for _, e := range all {
		out = append(out, fmt.Sprint(e))
	}
	return strings.Join(out, "|")
}

// errors writes the codes, with the names that the table has for them.
func (w *writer) errors(part section, methods []string) error {
	fmt.Fprintln(w, "errors")
	codes := w.schema.codes(methods)
	names := map[int]string{}
	for _, f := range part.facts {
		code, err := strconv.Atoi(f.name)
		if err != nil {
			return err
		}
		names[code] = strings.Join(f.words, " ")
		if names[code] != "" && !slices.Contains(codes, code) {
			return fmt.Errorf("the methods have no %d any more", code)
		}
	}
	for _, code := range codes {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %d %s", code, names[code]), " "))
	}
	return nil
}
