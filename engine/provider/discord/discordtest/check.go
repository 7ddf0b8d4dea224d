package discordtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// fault is where a value is not as the table says, and what is wrong there.
type fault struct{ path, problem string }

func wrong(path, problem string, args ...any) *fault {
	return &fault{strings.TrimPrefix(path, "."), fmt.Sprintf(problem, args...)}
}

// conform holds decoded JSON against a type of the table. What is sent (closed)
// has no field that the table does not know; what is answered may.
func conform(path, typ string, v any, closed bool) *fault {
	fields, known := spec[typ]
	o, is := v.(object)
	if !known || !is {
		return wrong(path, "Only an object of the type %s is taken.", typ)
	}
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if _, given := o[k]; fields[k].required && !given {
			return wrong(path+"."+k, "This field is required.")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(o)) {
		f, known := fields[k]
		if !known && closed {
			return wrong(path+"."+k, "There is no such field.")
		}
		if !known {
			continue
		}
		if bad := f.check(path+"."+k, f.typ, o[k], closed); bad != nil {
			return bad
		}
	}
	return nil
}

func (f fact) check(path, typ string, v any, closed bool) *fault {
	bare, null := strings.CutSuffix(typ, "?")
	if v == nil && null {
		return nil
	}
	if elements, is := strings.CutPrefix(bare, "["); is {
		return f.list(path, strings.TrimSuffix(elements, "]"), v, closed)
	}
	fits, plain := kinds[bare]
	switch {
	case !plain:
		return conform(path, bare, v, closed)
	case !fits(v):
		return wrong(path, "%v is no %s.", v, bare)
	case len(f.enum) > 0 && !slices.Contains(f.enum, fmt.Sprint(v)):
		return wrong(path, "Only one of %s is taken.", strings.Join(f.enum, ", "))
	}
	return f.bounded(path, v)
}

// bounded checks how long a text and how large a number is.
func (f fact) bounded(path string, v any) *fault {
	switch v := v.(type) {
	case string:
		if n := utf8.RuneCountInString(v); !f.length.holds(float64(n)) {
			return wrong(path, "%d characters: only %v to %v are taken.", n, f.length.low, f.length.high)
		}
	case float64:
		if !f.value.holds(v) {
			return wrong(path, "%v: only %v to %v is taken.", v, f.value.low, f.value.high)
		}
	}
	return nil
}

func (f fact) list(path, elements string, v any, closed bool) *fault {
	all, is := v.([]any)
	if !is {
		return wrong(path, "Only a list is taken.")
	}
	if n := len(all); !f.items.holds(float64(n)) {
		return wrong(path, "%d elements: only %v to %v are taken.", n, f.items.low, f.items.high)
	}
	seen := map[string]bool{}
	for i, one := range all {
		at := path + "." + strconv.Itoa(i)
		if bad := f.check(at, elements, one, closed); bad != nil {
			return bad
		}
		if f.unique && seen[fmt.Sprint(one)] {
			return wrong(at, "%v stands there twice.", one)
		}
		seen[fmt.Sprint(one)] = true
	}
	return nil
}

// kinds are the types that are no objects of fields.
var kinds = map[string]func(any) bool{
	"string":           func(v any) bool { _, is := v.(string); return is },
	"boolean":          func(v any) bool { _, is := v.(bool); return is },
	"number":           func(v any) bool { _, is := v.(float64); return is },
	"object":           func(v any) bool { _, is := v.(object); return is },
	"integer":          func(v any) bool { n, is := v.(float64); return is && n == math.Trunc(n) },
	"string:snowflake": func(v any) bool { s, is := v.(string); return is && snowflake(s) },
	"string:date-time": func(v any) bool { s, _ := v.(string); _, err := time.Parse(time.RFC3339, s); return err == nil },
	"string:uri":       func(v any) bool { s, _ := v.(string); u, err := url.Parse(s); return err == nil && u.IsAbs() },
}

// snowflake reports whether s is a number of 64 bits as Discord writes it.
func snowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && strconv.FormatUint(n, 10) == s
}

// complaintOf holds an answer of our own against a type.
func complaintOf(typ string, v any) string {
	b, err := json.Marshal(v)
	must(err)
	var decoded any
	must(json.Unmarshal(b, &decoded))
	if bad := conform("", typ, decoded, false); bad != nil {
		return fmt.Sprintf("the test server's own answer is no %s: %s: %s", typ, bad.path, bad.problem)
	}
	return ""
}
