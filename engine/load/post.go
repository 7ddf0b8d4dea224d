package load

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

func trimBOM(src []byte) []byte { return bytes.TrimPrefix(src, bom) }

// Post reads a post and its variants. The file is nil where nothing can be made
// of it; the diagnostics say why, and what is wrong with the rest. A variant
// that gives no value makes the post unusable for nobody but is an error of its
// own path.
func (w *Workspace) Post(pf PostFile) (*File[content.Post], diag.List) {
	f := &File[content.Post]{Path: pf.Path}
	p := &f.Value
	doc, value, diags := w.markdown(pf.Path, true)
	if value == nil {
		return nil, diags
	}
	f.doc = doc
	diags = append(diags, decode(kindPost, doc, value, p)...)
	if p.ID == "" {
		return nil, diags
	}
	if p.ID == content.ProfileID {
		diags = append(diags, diag.New("reserved-id", pf.Path, doc.pos("id"), "id", "the id %q is taken by the accounts' profiles", p.ID).
			WithHint("give the post another id"))
	}
	p.Front, p.Body, p.Path, p.Brand, p.Month = value, doc.body, pf.Path, pf.Brand, pf.Month
	for _, vf := range pf.Variants {
		diags = append(diags, w.variant(f, vf)...)
	}
	if len(p.Variants) > 1 {
		diags = append(diags, w.ambiguous(f)...)
	}
	return f, diags
}

// markdown reads a file with front matter: the document, its plain values (nil
// where there are none) and the problems. Only a post must have front matter.
func (w *Workspace) markdown(name string, mustHaveFront bool) (*document, map[string]any, diag.List) {
	src, problem := read(w.FS, name, w.real(name))
	if problem != nil {
		return nil, nil, diag.List{*problem}
	}
	p := split(src)
	doc := &document{path: name, offset: 1}
	switch {
	case p.unclosed:
		return nil, nil, diag.List{unclosed(name, p)}
	case p.missing && mustHaveFront:
		return nil, nil, diag.List{diag.New("front-matter-missing", name, diag.Pos{}, "", "the file does not begin with front matter").
			WithHint("begin with a line ---, then the post's keys, then a line ---")}
	}
	doc.body, doc.bodyLine = p.text()
	diags := checkBody(name, doc.body, doc.bodyLine)
	if p.missing {
		return doc, map[string]any{}, diags
	}
	value, problems := toValue(doc, p.front)
	if value == nil && isEmptyFront(problems) {
		return doc, map[string]any{}, diags
	}
	return doc, value, append(problems, diags...)
}

// isEmptyFront reports whether the only problem is that there are no keys: what
// is missing then is for the schema to say.
func isEmptyFront(problems diag.List) bool {
	return len(problems) == 1 && problems[0].Rule == "empty-file"
}

func unclosed(name string, p parts) diag.Diagnostic {
	at := diag.Pos{Line: 1, Column: 1}
	d := diag.New("front-matter-unclosed", name, at, "", "the front matter that begins here is never closed").
		WithHint("end it with a line of three dashes, ---, before the text")
	for i, l := range strings.Split(string(p.front), "\n") {
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "---") && strings.Trim(t, "-") == "" {
			return d.WithHint("line %d must be exactly three dashes, from the first column", i+2)
		}
	}
	return d
}

// locked are the keys that a variant cannot override.
var locked = []string{"id", "status"}

func (w *Workspace) variant(f *File[content.Post], vf VariantFile) diag.List {
	doc, value, diags := w.markdown(vf.Path, false)
	if value == nil {
		return diags
	}
	for _, k := range locked {
		if _, ok := value[k]; ok {
			diags = append(diags, diag.New("variant-locked-field", vf.Path, doc.pos(k+":"), k, "a variant cannot change the post's %q", k).
				WithHint("take the line away: it is the post's"))
			delete(value, k)
		}
	}
	diags = append(diags, decode(kindVariant, doc, value, &content.Post{})...)
	v := content.Variant{Selector: vf.Selector, Set: value, Path: vf.Path}
	if doc.body != "" {
		v.Body = &doc.body
	}
	f.Value.Variants = append(f.Value.Variants, v)
	f.variants = append(f.variants, doc)
	if d := w.unused(&f.Value, vf); d != nil {
		diags = append(diags, *d)
	}
	return diags
}

// unused warns of a selector that nothing in the workspace is called.
func (w *Workspace) unused(p *content.Post, vf VariantFile) *diag.Diagnostic {
	known := []string{p.Language}
	for id, a := range w.Accounts {
		known = append(append(known, id, a.Value.Provider, a.Value.Language), w.groups[id]...)
	}
	if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, vf.Selector) }) || len(w.Unreadable) > 0 {
		return nil
	}
	d := diag.New("variant-unused", vf.Path, diag.Pos{}, "", "no account, group, provider or language here is called %s", quote(vf.Selector)).Warn()
	if near := Suggest(vf.Selector, known); near != "" {
		d.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return &d
}

// ambiguous reports variants of which two are as particular as each other for
// an account that the post goes to, once a pair.
func (w *Workspace) ambiguous(f *File[content.Post]) (out diag.List) {
	reported := map[string]bool{}
	for _, id := range w.targets(&f.Value) {
		_, _, err := f.Value.For(&w.Accounts[id].Value, w.groups[id])
		var amb *content.AmbiguousVariantError
		if !errors.As(err, &amb) || reported[amb.Paths[1]] {
			continue
		}
		reported[amb.Paths[1]] = true
		out = append(out, diag.New("variant-ambiguous", amb.Paths[1], diag.Pos{}, "", "for %s this variant is as particular as %s", amb.Account, amb.Paths[0]).
			WithDetail("Both apply by %s.", amb.Kind).WithHint("keep one, or write one for the account itself"))
	}
	return out
}

// targets returns the known accounts that a post goes to: its own or its
// slot's, with groups replaced by their accounts; sorted.
func (w *Workspace) targets(p *content.Post) (out []string) {
	names := p.Accounts
	if slot := w.Slot(p.Slot); len(names) == 0 && slot != nil {
		names = slot.Accounts
	}
	for id := range w.Accounts {
		if slices.Contains(names, id) || slices.ContainsFunc(w.groups[id], func(g string) bool { return slices.Contains(names, g) }) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
