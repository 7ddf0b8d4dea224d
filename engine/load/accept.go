package load

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// acceptor decides whether a value agrees with a schema, and nothing more: most
// files do, and finding that out takes a tenth of what jsonschema takes, which is
// asked only where something is wrong. It knows the keywords that our schemas
// use; a schema with any other has no acceptor. A test holds it against
// jsonschema.
type acceptor struct {
	ref   *acceptor
	types []string
	enum  []any // texts and numbers

	pattern        *regexp.Regexp
	minLen, maxLen int
	min, max       float64

	items              *acceptor
	minItems, maxItems int
	unique             bool // texts only

	props      map[string]*acceptor
	more       *acceptor // of properties that are not named; nil: any
	closed     bool      // or none
	required   []string
	minProps   int
	dependents map[string][]string

	oneOf []*acceptor
	not   *acceptor
}

// newAcceptor returns nil where a schema has a keyword that it does not know.
func newAcceptor(raw any) *acceptor {
	root, ok := raw.(map[string]any)
	if !ok {
		return nil
	}
	c := &acceptorCompiler{root: root, done: map[string]*acceptor{}}
	a := c.compile(root)
	if c.unknown {
		return nil
	}
	return a
}

type acceptorCompiler struct {
	root    map[string]any
	done    map[string]*acceptor // by $ref
	unknown bool
}

func (c *acceptorCompiler) compile(raw any) *acceptor {
	a := &acceptor{maxLen: math.MaxInt, maxItems: math.MaxInt, min: math.Inf(-1), max: math.Inf(1)}
	schema, ok := raw.(map[string]any)
	if !ok {
		c.unknown = true
		return a
	}
	for keyword, v := range schema {
		c.keyword(a, keyword, v)
	}
	return a
}

func (c *acceptorCompiler) keyword(a *acceptor, keyword string, v any) {
	switch keyword {
	case "$schema", "$id", "$defs", "title", "description", "examples", "default":
	case "$ref":
		a.ref = c.refer(v)
	case "type":
		a.types = c.texts(v)
	case "enum":
		a.enum = c.scalars(v)
	case "pattern":
		a.pattern = c.expression(v)
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties":
		*map[string]*int{"minLength": &a.minLen, "maxLength": &a.maxLen, "minItems": &a.minItems, "maxItems": &a.maxItems, "minProperties": &a.minProps}[keyword] = int(c.number(v))
	case "minimum":
		a.min = c.number(v)
	case "maximum":
		a.max = c.number(v)
	case "items":
		a.items = c.compile(v)
	case "uniqueItems":
		a.unique = v == true
	case "required":
		a.required = c.texts(v)
	case "not":
		a.not = c.compile(v)
	default:
		c.group(a, keyword, v)
	}
}

// group compiles the keywords that hold several schemas or names.
func (c *acceptorCompiler) group(a *acceptor, keyword string, v any) {
	members, isObject := v.(map[string]any)
	list, isList := v.([]any)
	switch {
	case keyword == "properties" && isObject:
		a.props = map[string]*acceptor{}
		for name, p := range members {
			a.props[name] = c.compile(p)
		}
	case keyword == "additionalProperties" && v == false:
		a.closed = true
	case keyword == "additionalProperties" && isObject:
		a.more = c.compile(v)
	case keyword == "dependentRequired" && isObject:
		a.dependents = map[string][]string{}
		for name, needs := range members {
			a.dependents[name] = c.texts(needs)
		}
	case keyword == "oneOf" && isList:
		for _, one := range list {
			a.oneOf = append(a.oneOf, c.compile(one))
		}
	default:
		c.unknown = true
	}
}

func (c *acceptorCompiler) refer(v any) *acceptor {
	name, _ := v.(string)
	if a := c.done[name]; a != nil {
		return a
	}
	path, ok := strings.CutPrefix(name, "#/")
	target := follow(c.root, pointer(path))
	if !ok || target == nil {
		c.unknown = true
		return nil
	}
	a := &acceptor{}
	c.done[name] = a // a schema may refer to itself
	*a = *c.compile(target)
	return a
}

// texts reads a text or a list of them.
func (c *acceptorCompiler) texts(v any) (out []string) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		s, ok := e.(string)
		c.unknown = c.unknown || !ok
		out = append(out, s)
	}
	return out
}

func (c *acceptorCompiler) scalars(v any) []any {
	list, ok := v.([]any)
	c.unknown = c.unknown || !ok || slices.ContainsFunc(list, func(e any) bool {
		_, text := e.(string)
		_, number := e.(float64)
		return !text && !number
	})
	return list
}

func (c *acceptorCompiler) number(v any) float64 {
	n, ok := v.(float64)
	c.unknown = c.unknown || !ok
	return n
}

func (c *acceptorCompiler) expression(v any) *regexp.Regexp {
	s, _ := v.(string)
	re, err := regexp.Compile(s)
	c.unknown = c.unknown || err != nil
	return re
}

// accepts reports whether v agrees with the schema. Of values that plain YAML
// does not give it accepts none.
func (a *acceptor) accepts(v any) bool {
	if a.ref != nil && !a.ref.accepts(v) || a.not != nil && a.not.accepts(v) || a.oneOf != nil && a.matching(v) != 1 {
		return false
	}
	kind, ok := "", false
	switch v := v.(type) {
	case nil:
		kind, ok = "null", true
	case bool:
		kind, ok = "boolean", true
	case string:
		kind, ok = "string", a.acceptsText(v)
	case int64:
		kind, ok = "integer", a.acceptsNumber(float64(v))
	case float64:
		if kind = "number"; v == math.Trunc(v) && !math.IsInf(v, 0) {
			kind = "integer"
		}
		ok = a.acceptsNumber(v)
	case []any:
		kind, ok = "array", a.acceptsList(v)
	case map[string]any:
		kind, ok = "object", a.acceptsObject(v)
	}
	return ok && a.acceptsType(kind) && (a.enum == nil || a.listed(v))
}

// listed reports whether v is in the enumeration.
func (a *acceptor) listed(v any) bool {
	if n, ok := v.(int64); ok {
		v = float64(n)
	}
	return slices.ContainsFunc(a.enum, func(e any) bool {
		switch v.(type) {
		case string, float64:
			return e == v
		}
		return false
	})
}

func (a *acceptor) matching(v any) (n int) {
	for _, one := range a.oneOf {
		if one.accepts(v) {
			n++
		}
	}
	return n
}

func (a *acceptor) acceptsType(kind string) bool {
	if len(a.types) == 0 || slices.Contains(a.types, kind) {
		return true
	}
	return kind == "integer" && slices.Contains(a.types, "number")
}

func (a *acceptor) acceptsText(s string) bool {
	if a.minLen > 0 || a.maxLen < len(s) {
		if n := utf8.RuneCountInString(s); n < a.minLen || n > a.maxLen {
			return false
		}
	}
	return a.pattern == nil || a.pattern.MatchString(s)
}

func (a *acceptor) acceptsNumber(n float64) bool { return n >= a.min && n <= a.max }

func (a *acceptor) acceptsList(list []any) bool {
	if len(list) < a.minItems || len(list) > a.maxItems {
		return false
	}
	for i, v := range list {
		if a.items != nil && !a.items.accepts(v) || a.unique && i > 0 && !isNew(v, list[:i]) {
			return false
		}
	}
	return true
}

// isNew reports whether a text is not among those before it. Of anything else,
// and of long lists, it is not sure: jsonschema is asked then.
func isNew(v any, before []any) bool {
	s, ok := v.(string)
	if !ok || len(before) > 100 {
		return false
	}
	for _, b := range before {
		if b == s {
			return false
		}
	}
	return true
}

func (a *acceptor) acceptsObject(m map[string]any) bool {
	if len(m) < a.minProps {
		return false
	}
	for _, name := range a.required {
		if _, ok := m[name]; !ok {
			return false
		}
	}
	for name, v := range m {
		if p := a.props[name]; p != nil {
			if !p.accepts(v) {
				return false
			}
		} else if a.closed || a.more != nil && !a.more.accepts(v) {
			return false
		}
		for _, needed := range a.dependents[name] {
			if _, ok := m[needed]; !ok {
				return false
			}
		}
	}
	return true
}
