package telegramtest

import (
	_ "embed"
	"fmt"
	"strings"
)

// specText is made anew by scripts/telegramspec.
//
//go:embed spec.txt
var specText string

// field is a parameter of a method or a field of a type.
type field struct {
	types    []string
	required bool
}

// spec has the methods and the types, by name.
var spec = readSpec(specText)

// readSpec reads a table: a name on a line of its own, and under it, indented, its
// fields as "name types", with an exclamation mark where one is required. A name
// with types behind it stands for any of these.
func readSpec(text string) map[string]map[string]field {
	out := map[string]map[string]field{}
	var at string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		name, types, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case name == "" || strings.HasPrefix(name, "#"):
		case !strings.HasPrefix(line, " "):
			at = name
			out[at] = map[string]field{}
			if types != "" {
				out[at][""] = field{types: strings.Split(types, "|")}
			}
		default:
			bare := strings.TrimSuffix(name, "!")
			out[at][bare] = field{strings.Split(types, "|"), bare != name}
		}
	}
	return out
}

// conform checks an object against a method or a type.
func conform(name string, v object) error {
	fields, known := spec[name]
	if !known {
		return fmt.Errorf("there is no type %s", name)
	}
	for k, value := range v {
		f, known := fields[k]
		if !known || k == "" {
			return fmt.Errorf("unknown parameter %q of %s", k, name)
		}
		if err := f.take(value); err != nil {
			return fmt.Errorf("%s of %s: %w", k, name, err)
		}
	}
	for k, f := range fields {
		if _, given := v[k]; f.required && !given {
			return fmt.Errorf("%s of %s is missing", k, name)
		}
	}
	return nil
}

// take checks a value against the types of a field. Where these are arrays, each
// element may be of any of them.
func (f field) take(v any) error {
	if all, array := v.([]any); array {
		return f.takeAll(all)
	}
	var last error
	for _, t := range f.types {
		if last = fits(t, v); last == nil {
			return nil
		}
	}
	return last
}

func (f field) takeAll(all []any) error {
	var elements field
	for _, t := range f.types {
		if e, array := strings.CutPrefix(t, "Array of "); array {
			elements.types = append(elements.types, e)
		}
	}
	if len(elements.types) == 0 {
		return fmt.Errorf("an array is no %s", strings.Join(f.types, "|"))
	}
	for _, v := range all {
		if err := elements.take(v); err != nil {
			return err
		}
	}
	return nil
}

func fits(t string, v any) error {
	ok := false
	switch t {
	case "Integer":
		n, number := v.(float64)
		ok = number && n == float64(int64(n))
	case "String":
		_, ok = v.(string)
	case "Boolean":
		_, ok = v.(bool)
	case "InputFile":
		_, ok = v.(*upload)
	default:
		return fitsObject(t, v)
	}
	if !ok {
		return fmt.Errorf("%v is no %s", v, t)
	}
	return nil
}

// fitsObject checks a value of a named type; an InputMedia says itself which it
// is.
func fitsObject(t string, v any) error {
	o, ok := v.(object)
	if !ok {
		return fmt.Errorf("%v is no %s", v, t)
	}
	if any := spec[t][""]; len(any.types) > 0 {
		return any.take(v)
	}
	if kind, media := strings.CutPrefix(t, "InputMedia"); media && o["type"] != strings.ToLower(kind) {
		return fmt.Errorf("type %v is not that of %s", o["type"], t)
	}
	return conform(t, o)
}
