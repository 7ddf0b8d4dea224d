package load

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/schemas"
)

// kind is a kind of file: the name of its schema.
type kind string

const (
	kindWorkspace kind = "workspace"
	kindStrategy  kind = "strategy"
	kindAccount   kind = "account"
	kindCampaign  kind = "campaign"
	kindPlaybook  kind = "playbook"
	kindPlan      kind = "plan"
	kindPost      kind = "post"
	kindVariant   kind = "variant"
)

// compiled holds the embedded schemas, each compiled when it is first needed:
// they are constants, so one copy serves all.
var compiled = func() map[kind]func() (*Schema, error) {
	m := map[kind]func() (*Schema, error){}
	for _, k := range []kind{kindWorkspace, kindStrategy, kindAccount, kindCampaign, kindPlaybook, kindPlan, kindPost, kindVariant} {
		m[k] = sync.OnceValues(func() (*Schema, error) {
			name := string(k) + ".schema.json"
			src, err := schemas.FS.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("schema %s: %w", name, err)
			}
			return CompileSchema("https://smmctl.github.io/schemas/"+name, src)
		})
	}
	return m
}()

// toValue parses YAML into plain values, and keeps the document for positions.
// A nil map is nothing to go on with.
func toValue(doc *document, src []byte) (map[string]any, diag.List) {
	if at := oddBreak(src); at >= 0 {
		p := posAt(src, at)
		p.Line += doc.offset
		return nil, diag.List{diag.New("odd-line-break", doc.path, p, "", "a line break that editors do not show stands here").
			WithHint("take it away: it came with a copied text, or from an old editor")}
	}
	root, err := parse(src)
	if err != nil {
		return nil, diag.List{syntaxProblem(doc.path, src, doc.offset, err)}
	}
	if root == nil || root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, diag.List{diag.New("empty-file", doc.path, diag.Pos{}, "", "there are no keys in it")}
	}
	doc.root = root
	c := converter{doc: doc}
	v := c.value(root)
	m, ok := v.(map[string]any)
	switch {
	case c.stop:
		return nil, c.diags
	case !ok:
		d := diag.New("schema-type", doc.path, doc.place(root), "", "the file must be a group of keys, not %s", kindOf(v))
		if t, found := findTrap(src, root.Line); found {
			d.Hint = t.hint
		}
		return nil, append(c.diags, d)
	}
	return m, c.diags
}

// oddBreak returns where a character stands that YAML takes for a line break and
// that our lines and columns do not count, or -1: a lone carriage return, NEL,
// and Unicode's line and paragraph separators.
func oddBreak(src []byte) int {
	for _, s := range []string{"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"} {
		if i := bytes.Index(src, []byte(s)); i >= 0 {
			return i
		}
	}
	for at := 0; ; {
		i := bytes.IndexByte(src[at:], '\r')
		if i < 0 {
			return -1
		}
		if at += i + 1; at == len(src) || src[at] != '\n' {
			return at - 1
		}
	}
}

// decode checks plain values against their schema, and fills *into from them,
// as far as they fit.
func decode(k kind, doc *document, value map[string]any, into any) diag.List {
	schema, err := compiled[k]()
	if err != nil {
		return diag.List{diag.New("internal", doc.path, diag.Pos{}, "", "%v", err)}
	}
	var out diag.List
	seen := map[string]bool(nil)
	for _, p := range schema.Check(value) {
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[p.Field] = true
		out = append(out, doc.diagnose(p))
	}
	var fields content.FieldErrors
	if err := content.Decode(value, into); err != nil && !errors.As(err, &fields) {
		return append(out, diag.New("internal", doc.path, diag.Pos{}, "", "%v", err))
	}
	for _, f := range fields {
		if !seen[f.Field] && !errors.Is(f.Err, content.ErrType) {
			out = append(out, doc.unfit(f))
		}
	}
	return out
}

// diagnose gives a problem its place.
func (d *document) diagnose(p Problem) diag.Diagnostic {
	key, value, all := d.find(p.path)
	at := value
	if p.Key && all && key != nil {
		at = key
	}
	out := diag.New(p.Rule, d.path, d.place(at), p.Field, "%s", p.Summary)
	out.Detail, out.Hint = p.Detail, p.Hint
	if p.Rule == "empty-value" && all && key != nil && (key.LineComment != "" || value.LineComment != "") {
		out.Hint = fmt.Sprintf("a # begins a comment; put the value in quotes: \"%s\"", clip(key.LineComment+value.LineComment))
	}
	return out
}

// unfit reports a text of the right form that means nothing, such as the 30th
// of February.
func (d *document) unfit(f content.FieldError) diag.Diagnostic {
	rule := "schema-type"
	switch f.Kind {
	case "time":
		rule = "bad-time"
	case "lateness", "duration":
		rule = "bad-duration"
	}
	out := diag.New(rule, d.path, d.pos(f.Field), f.Field, "`%s`: %v", f.Field, f.Err)
	if rule == "bad-time" {
		out.Hint = "is there such a day, and such an hour?"
	}
	return out
}
