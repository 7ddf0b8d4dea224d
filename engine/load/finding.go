package load

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// finding is one failed keyword of a schema, before it is put into words.
type finding struct {
	keyword string
	message string // jsonschema's own
	path    []string
	schema  map[string]any // the subschema that the keyword is in
	def     string         // its name among $defs, or ""
	value   any
}

// problems puts the finding into words: one problem, or one for each key.
func (f finding) problems() []Problem {
	switch f.keyword {
	case "additionalProperties":
		return f.unknownKeys()
	case "required":
		return f.missingKeys()
	case "type":
		return []Problem{f.wrongType()}
	case "enum", "const":
		return []Problem{f.unknownValue()}
	case "pattern":
		return []Problem{f.wrongForm()}
	case "oneOf", "anyOf", "not":
		return []Problem{f.wrongChoice()}
	case "dependentRequired", "0":
		return []Problem{f.problem("missing-key", "%s: %s", f.name(), f.message)}
	}
	if p, ok := formOf[f.def]; ok { // a number where a duration is wanted
		return []Problem{f.form(p)}
	}
	return []Problem{f.wrongSize()}
}

func (f finding) problem(rule, format string, args ...any) Problem {
	return Problem{Rule: rule, Summary: fmt.Sprintf(format, args...), path: f.path}
}

// name is the field as a message calls it.
func (f finding) name() string {
	if len(f.path) == 0 {
		return "the file"
	}
	return "`" + clip(joinField(f.path)) + "`"
}

func (f finding) known() []string {
	props, _ := f.schema["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(props))
}

func (f finding) unknownKeys() (out []Problem) {
	object, _ := f.value.(map[string]any)
	known := f.known()
	for _, k := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(known, k) || len(out) >= maxProblems {
			continue
		}
		p := f.problem("unknown-key", "unknown key %s", quote(k))
		p.Key, p.path = true, append(slices.Clone(f.path), k)
		p.Detail = "Keys here: " + strings.Join(known, ", ") + "."
		if word, rest, joined := strings.Cut(k, ":"); joined && slices.Contains(known, word) && object[k] == nil {
			p.Hint = fmt.Sprintf("a blank belongs after the colon: %s: %s", word, clip(rest))
		} else if near := Suggest(k, known); near != "" {
			p.Hint = fmt.Sprintf("did you mean %q?", near)
		} else if object[k] == nil {
			p.Hint = "in { } a comma begins a new key: put a text that holds one in quotes"
		}
		out = append(out, p)
	}
	return out
}

func (f finding) missingKeys() (out []Problem) {
	object, _ := f.value.(map[string]any)
	required, _ := f.schema["required"].([]any)
	for _, r := range required {
		key, _ := r.(string)
		if _, ok := object[key]; ok {
			continue
		}
		p := f.problem("missing-key", "%s has no %q, which is required", f.name(), key)
		p.path = append(slices.Clone(f.path), key)
		if props, ok := f.schema["properties"].(map[string]any); ok {
			p.Detail = describe(props[key])
		}
		out = append(out, p)
	}
	return out
}

// describe returns what a subschema says about itself.
func describe(schema any) string {
	m, _ := schema.(map[string]any)
	s, _ := m["description"].(string)
	return s
}

// kinds are JSON's types, as people call them.
var kinds = map[string]string{
	"string": "a text", "object": "a group of keys", "array": "a list", "integer": "a whole number",
	"number": "a number", "boolean": "true or false", "null": "nothing",
}

func (f finding) wrongType() Problem {
	var want []string
	switch t := f.schema["type"].(type) {
	case string:
		want = []string{t}
	case []any:
		for _, x := range t {
			want = append(want, fmt.Sprint(x))
		}
	}
	if f.value == nil {
		p := f.problem("empty-value", "%s has no value", f.name())
		p.Hint = "write a value, or take the line away"
		return p
	}
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = kinds[w]
	}
	p := f.problem("schema-type", "%s must be %s, not %s", f.name(), strings.Join(words, " or "), kindOf(f.value))
	p.Hint = typeHint(want, f.value)
	if f.def == "secret" {
		p.Hint = ""
	}
	return p
}

func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return kinds["boolean"]
	case int64, float64:
		return kinds["number"]
	case []any:
		return kinds["array"]
	case map[string]any:
		return kinds["object"]
	}
	return kinds["string"]
}

func typeHint(want []string, v any) string {
	switch v := v.(type) {
	case bool, int64, float64:
		if slices.Contains(want, "string") {
			return fmt.Sprintf("put it in quotes: \"%v\"", v)
		}
		if slices.Contains(want, "array") {
			return fmt.Sprintf("write a list: [%v]", v)
		}
	case string:
		if slices.Contains(want, "boolean") {
			return "write true or false, without quotes"
		}
		if slices.Contains(want, "array") && !strings.ContainsAny(v, "\n,[]{}") {
			return fmt.Sprintf("write a list: [%s]", clip(v))
		}
		if slices.Contains(want, "number") || slices.Contains(want, "integer") {
			return "write a number, without quotes"
		}
	}
	return ""
}

func (f finding) unknownValue() Problem {
	var known []string
	allowed, _ := f.schema["enum"].([]any)
	for _, a := range allowed {
		known = append(known, fmt.Sprint(a))
	}
	if c, ok := f.schema["const"]; ok {
		known = []string{fmt.Sprint(c)}
	}
	p := f.problem("unknown-value", "%s cannot be %s", f.name(), quote(fmt.Sprint(f.value)))
	p.Detail = "Allowed: " + strings.Join(known, ", ") + "."
	if near := Suggest(fmt.Sprint(f.value), known); near != "" {
		p.Hint = fmt.Sprintf("did you mean %q?", near)
	} else {
		p.Hint = "write one of " + strings.Join(known, ", ")
	}
	return p
}

// form is what a text of a certain kind must look like.
type form struct{ rule, is, hint string }

// formOf has the forms by their name among the schemas' $defs.
var formOf = map[string]form{
	"time":     {"bad-time", "a time", "write 2026-12-03T09:30, with an offset such as +01:00 if need be"},
	"duration": {"bad-duration", "a duration", "write 90m, 6h or 3d"},
	"span":     {"bad-duration", "a duration", "write 90m, 6h or 3d"},
	"lateness": {"bad-duration", "a duration or `any`", "write 90m, 6h, 3d or any"},
	"id":       {"bad-id", "an id", "use 3 to 80 lower-case letters, digits and hyphens"},
	"name":     {"bad-id", "a name that can be used here", "use lower-case letters, digits, hyphens and underscores"},
	"language": {"bad-language", "a language tag", "write en, fr or pt-BR"},
	"url":      {"bad-url", "a web address", "it begins with https:// and has no blanks"},
	"target":   {"bad-url", "a web address", "it begins with https://; a post of ours is {post: its-id}"},
	"clock":    {"bad-time", "a time of day", "write 08:30"},
	"hours":    {"bad-time", "a range of hours", "write \"22:00-07:00\""},
}

func (f finding) wrongForm() Problem {
	if f.def == "secret" { // whatever is there may be the secret itself: it is not repeated
		p := f.problem("secret-in-file", "%s must say where the secret is kept, never what it is", f.name())
		p.Hint = "write env:NAME, file:PATH, keyring:NAME or sops:FILE#KEY; if it was a real secret, have it replaced"
		return p
	}
	if p, ok := formOf[f.def]; ok {
		return f.form(p)
	}
	p := f.problem("bad-form", "%s cannot be %s", f.name(), quote(fmt.Sprint(f.value)))
	p.Detail = describe(f.schema)
	if examples, ok := f.schema["examples"].([]any); ok && len(examples) > 0 {
		p.Hint = fmt.Sprintf("write it like %v", examples[0])
	}
	return p
}

func (f finding) form(is form) Problem {
	p := f.problem(is.rule, "%s: %s is not %s", f.name(), quote(fmt.Sprint(f.value)), is.is)
	p.Hint = is.hint
	return p
}

func (f finding) wrongChoice() Problem {
	choices := requiredKeys(f.schema[f.keyword])
	if len(choices) == 0 {
		return f.problem("schema", "%s: %s", f.name(), f.message)
	}
	return f.problem("one-of", "%s must have exactly one of %s", f.name(), strings.Join(choices, " and "))
}

// requiredKeys returns, in quotes, the keys that a schema or its alternatives
// require.
func requiredKeys(schema any) (out []string) {
	switch s := schema.(type) {
	case []any:
		for _, alternative := range s {
			out = append(out, requiredKeys(alternative)...)
		}
	case map[string]any:
		keys, _ := s["required"].([]any)
		for _, k := range keys {
			out = append(out, strconv.Quote(fmt.Sprint(k)))
		}
	}
	return out
}

func (f finding) wrongSize() Problem {
	limit := f.schema[f.keyword]
	switch f.keyword {
	case "minLength", "minItems", "minProperties":
		if n, ok := limit.(float64); ok && n == 1 {
			p := f.problem("empty-value", "%s is empty", f.name())
			p.Hint = "write a value, or take the line away"
			return p
		}
		return f.problem("schema-size", "%s has fewer than %v values", f.name(), limit)
	case "maxLength", "maxItems", "maxProperties":
		return f.problem("schema-size", "%s has more than %v values", f.name(), limit)
	case "minimum":
		return f.problem("schema-range", "%s must be %v or more, not %v", f.name(), limit, f.value)
	case "maximum":
		return f.problem("schema-range", "%s must be %v or less, not %v", f.name(), limit, f.value)
	case "uniqueItems":
		return f.problem("duplicate-item", "%s has the same value twice", f.name())
	}
	return f.problem("schema", "%s: %s", f.name(), f.message)
}

// maxQuoted bounds what a message repeats of a file, in code points.
const maxQuoted = 60

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxQuoted {
		return s
	}
	return string([]rune(s)[:maxQuoted]) + "…"
}

// quote repeats what was written, clipped, control characters escaped.
func quote(s string) string { return strconv.Quote(clip(s)) }
