package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/diag"
)

const (
	maxDepth    = 32     // levels of nesting; what people write has six
	maxAliased  = 10_000 // values that a file's aliases may stand for together
	maxProblems = 100    // diagnostics a file
)

// parse reads YAML into its document's content: nil where there is none. Only
// one document is allowed, for the second would be ignored in silence.
func parse(src []byte) (_ *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // a bug of the parser is a problem of the file
			err = fmt.Errorf("yaml: the text cannot be read: %v", r)
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil || len(doc.Content) == 0 {
		return nil, err
	}
	root := doc.Content[0]
	if mayHaveRest(src, root) {
		return root, checkRest(src)
	}
	return root, nil
}

// errSeveral is the line on which a second YAML document begins.
type errSeveral int

func (e errSeveral) Error() string { return "there is a second YAML document" }

// mayHaveRest tells cheaply whether anything can follow the first document: a
// block mapping in the first column goes on until a mark that ends it.
func mayHaveRest(src []byte, root *yaml.Node) bool {
	return root.Kind != yaml.MappingNode || root.Column != 1 || root.Style&yaml.FlowStyle != 0 ||
		bytes.Contains(src, []byte("\n---")) || bytes.Contains(src, []byte("\n..."))
}

func checkRest(src []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(src))
	var first, second yaml.Node
	if err := dec.Decode(&first); err != nil {
		return err
	}
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return errSeveral(second.Line)
}

// converter turns nodes into plain values: map[string]any, []any, string, bool,
// int64, float64 and nil. Dates and times stay the text that was written.
type converter struct {
	doc     *document
	depth   int
	inAlias int
	aliased int
	diags   diag.List
	stop    bool // a bound was hit: the rest is not looked at
}

func (c *converter) problem(rule string, n *yaml.Node, hint, format string, args ...any) {
	d := diag.New(rule, c.doc.path, c.doc.place(n), "", format, args...)
	d.Hint = hint
	if c.diags = append(c.diags, d); len(c.diags) >= maxProblems {
		c.stop = true
	}
}

// bound reports a bound that was hit; once is enough.
func (c *converter) bound(rule string, n *yaml.Node, format string, args ...any) {
	if !c.stop {
		c.problem(rule, n, "", format, args...)
	}
	c.stop = true
}

func (c *converter) value(n *yaml.Node) any {
	if c.inAlias > 0 {
		if c.aliased++; c.aliased > maxAliased {
			c.bound("alias-bomb", n, "the file's aliases stand for more than %d values", maxAliased)
		}
	}
	if c.depth++; c.depth > maxDepth {
		c.bound("too-deep", n, "values are nested more than %d levels deep", maxDepth)
	}
	var v any
	if !c.stop {
		v = c.byKind(n)
	}
	c.depth--
	return v
}

func (c *converter) byKind(n *yaml.Node) (v any) {
	switch n.Kind {
	case yaml.MappingNode:
		return c.mapping(n)
	case yaml.SequenceNode:
		return c.sequence(n)
	case yaml.AliasNode:
		c.inAlias++
		v = c.value(n.Alias)
		c.inAlias--
		return v
	}
	return c.scalar(n)
}

func (c *converter) sequence(n *yaml.Node) any {
	c.checkTag(n, "!!seq")
	list := make([]any, len(n.Content))
	for i, item := range n.Content {
		list[i] = c.value(item)
	}
	return list
}

func (c *converter) mapping(n *yaml.Node) any {
	c.checkTag(n, "!!map")
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && !c.stop; i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if !c.key(k) {
			continue
		}
		if _, twice := m[k.Value]; twice {
			c.duplicate(n, k)
			continue
		}
		m[k.Value] = c.value(v)
	}
	return m
}

// key reports whether a key is a plain word, as all of ours are.
func (c *converter) key(k *yaml.Node) bool {
	switch {
	case k.Kind == yaml.ScalarNode && k.Tag == "!!merge":
		c.problem("merge-key", k, "write the fields out", "merge keys (<<) are not supported")
	case k.Kind != yaml.ScalarNode || k.Tag == "!!null":
		c.problem("bad-key", k, "", "a key must be a word")
	default:
		return true
	}
	return false
}

func (c *converter) duplicate(n, k *yaml.Node) {
	for i := 0; i < len(n.Content); i += 2 {
		if first := n.Content[i]; first.Value == k.Value {
			c.problem("duplicate-key", k, fmt.Sprintf("it is on line %d already: keep one", c.doc.place(first).Line),
				"%s is written twice", quote(k.Value))
			return
		}
	}
}

func (c *converter) scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!str", "!!timestamp":
		return n.Value
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
	case "!!int", "!!float":
		return c.number(n)
	}
	c.checkTag(n, "")
	return n.Value
}

func (c *converter) number(n *yaml.Node) any {
	if len(n.Value) == 1 || len(n.Value) > 1 && len(n.Value) < 18 && n.Value[0] != '0' { // the usual: a plain decimal number
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
	}
	var v any
	if err := n.Decode(&v); err != nil {
		c.problem("bad-number", n, "", "%s is not a number", quote(n.Value))
		return nil
	}
	switch v := v.(type) {
	case int:
		return int64(v)
	case int64:
		return v
	case uint64:
		return float64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			c.problem("bad-number", n, "", "%s is not a number that can be used here", quote(n.Value))
			return nil
		}
		return v
	}
	return n.Value
}

// checkTag refuses what only YAML's own types or a program's could mean.
func (c *converter) checkTag(n *yaml.Node, want string) {
	if n.Tag != want {
		c.problem("yaml-tag", n, "a text that begins with ! must be in quotes", "the tag %s is not supported", quote(n.Tag))
	}
}
