package vktest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// checkAnswer says what the table has against one of our own answers, or nothing.
func (s *spec) checkAnswer(m *method, answer any) string {
	b, err := json.Marshal(answer)
	if err != nil {
		return err.Error()
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err.Error()
	}
	return s.check(m.answer, v, "")
}

func (s *spec) check(k kind, v any, path string) string {
	if k.list {
		all, ok := v.([]any)
		if !ok {
			return path + " is no array"
		}
		k.list = false
		for i, inner := range all {
			if why := s.check(k, inner, fmt.Sprintf("%s[%d]", path, i)); why != "" {
				return why
			}
		}
		return ""
	}
	if fields, named := s.types[k.types[0]]; named {
		return s.checkFields(fields, v, path)
	}
	if !is(k.types[0], v) {
		return path + " is no " + strings.Join(k.types, " or ")
	}
	n, number := v.(float64)
	if why := k.outside(fmt.Sprint(v), n, number); why != "" {
		return path + " " + why
	}
	return ""
}

func (s *spec) checkFields(fields map[string]kind, v any, path string) string {
	o, ok := v.(object)
	if !ok {
		return path + " is no object"
	}
	for name, inner := range o {
		k, known := fields[name]
		if !known {
			return path + "." + name + " is not in the table"
		}
		if why := s.check(k, inner, path+"."+name); why != "" {
			return why
		}
	}
	for name, k := range fields {
		if _, there := o[name]; k.required && !there {
			return path + "." + name + " is missing"
		}
	}
	return ""
}

// is reports whether a value of an answer is of a type; of one that is not here it
// is none.
func is(t string, v any) bool {
	ok := false
	switch t {
	case "integer":
		var n float64
		n, ok = v.(float64)
		ok = ok && n == float64(int64(n))
	case "number":
		_, ok = v.(float64)
	case "string":
		_, ok = v.(string)
	case "boolean":
		_, ok = v.(bool)
	}
	return ok
}
