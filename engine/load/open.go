package load

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// Open reads a workspace: every file but the posts, which it only names. A
// problem in a file is a diagnostic, and the other files are loaded all the
// same; only a root that cannot be listed is an error.
func Open(fsys fs.FS) (*Workspace, error) { return open(fsys, nil) }

func open(fsys fs.FS, m Memory) (*Workspace, error) {
	if _, err := fs.ReadDir(fsys, "."); err != nil {
		return nil, fmt.Errorf("workspace: %w", err)
	}
	w := &Workspace{
		FS:         fsys,
		Strategies: map[string]*File[content.Strategy]{},
		Accounts:   map[string]*File[content.Account]{},
		Campaigns:  map[string]*File[content.Campaign]{},
		Playbooks:  map[string]*File[content.Playbook]{},
		groups:     map[string][]string{},
		slots:      map[string]slotPlace{},
		links:      map[string]string{},
	}
	w.openConfig()
	w.openStrategies()
	w.openContent()
	w.openPlans(m)
	w.index()
	w.Diagnostics.Sort()
	slices.Sort(w.Unreadable)
	return w, nil
}

// openFile reads one YAML file into a File, or nil, which Unreadable notes.
func openFile[T any](w *Workspace, k kind, name string) *File[T] {
	w.Files++
	src, problem := read(w.FS, name, w.real(name))
	if problem != nil {
		w.lost(name, *problem)
		return nil
	}
	f := &File[T]{Path: name, doc: &document{path: name}}
	value, diags := toValue(f.doc, trimBOM(src))
	w.Diagnostics = append(w.Diagnostics, diags...)
	if value == nil {
		w.Unreadable = append(w.Unreadable, name)
		return nil
	}
	w.Diagnostics = append(w.Diagnostics, decode(k, f.doc, value, &f.Value)...)
	return f
}

func (w *Workspace) openConfig() {
	const name = "smm.yaml"
	if !w.exists(name) {
		d := diag.New("workspace-missing", name, diag.Pos{}, "", "there is no smm.yaml: this is not a workspace").
			WithHint("run `smmctl init`, or give the workspace's folder with -C")
		if w.exists("smm.yml") {
			d.Hint = "rename smm.yml to smm.yaml"
		}
		w.lost(name, d)
		return
	}
	if _, ok := w.top(name); !ok {
		return
	}
	w.Config = openFile[content.Workspace](w, kindWorkspace, name)
	if c := w.Config; c != nil && c.Value.Format != 1 {
		w.Config = nil // another format may mean anything
		w.Unreadable = append(w.Unreadable, name)
	}
}

func (w *Workspace) openStrategies() {
	if e, ok := w.top("strategies"); !ok || !e.dir {
		return
	}
	for _, brand := range w.list("strategies") {
		if !brand.dir {
			w.unexpected(brand, "a strategy is strategies/<brand>/strategy.yaml")
			continue
		}
		for _, e := range w.list(brand.path) {
			w.openStrategyEntry(brand.name, e)
		}
	}
}

func (w *Workspace) openStrategyEntry(brand string, e entry) {
	switch {
	case e.name == "strategy.yaml" && !e.dir:
		if f := openFile[content.Strategy](w, kindStrategy, e.path); f != nil {
			w.sameAs(f.doc, "brand", f.Value.Brand, brand)
			f.Value.Brand = brand
			w.Strategies[brand] = f
		}
	case e.name == "playbook.yaml" && !e.dir:
		if f := openFile[content.Playbook](w, kindPlaybook, e.path); f != nil {
			w.sameAs(f.doc, "brand", f.Value.Brand, brand)
			f.Value.Brand = brand
			w.Playbooks[brand] = f
		}
	case e.name == "accounts" && e.dir:
		w.eachYAML(e, func(name string) { w.openAccount(brand, name) })
	case e.name == "campaigns" && e.dir:
		w.eachYAML(e, func(name string) { w.openCampaign(brand, name) })
	default:
		w.unexpected(e, "a brand has strategy.yaml, playbook.yaml, accounts/*.yaml and campaigns/*.yaml")
	}
}

func (w *Workspace) eachYAML(dir entry, open func(name string)) {
	for _, e := range w.list(dir.path) {
		if !e.dir && path.Ext(e.name) == ".yaml" {
			open(e.path)
		} else {
			w.unexpected(e, "here are *.yaml files only")
		}
	}
}

func (w *Workspace) openAccount(brand, name string) {
	f := openFile[content.Account](w, kindAccount, name)
	if f == nil {
		return
	}
	f.Value.Brand, f.Value.Path = brand, name
	keep(w, w.Accounts, f.Value.ID, "account", f)
}

func (w *Workspace) openCampaign(brand, name string) {
	f := openFile[content.Campaign](w, kindCampaign, name)
	if f == nil {
		return
	}
	f.Value.Brand, f.Value.Path = brand, name
	keep(w, w.Campaigns, f.Value.ID, "campaign", f)
}

// keep files f under its id. Without one it gives no value; the second file of
// one id is reported, and the first by path holds.
func keep[T any](w *Workspace, all map[string]*File[T], id, what string, f *File[T]) {
	if id == "" {
		w.Unreadable = append(w.Unreadable, f.Path)
		return
	}
	if first, ok := all[id]; ok {
		w.duplicateID(f.doc, "id", what, id, first.Path, first.Pos("id"))
		return
	}
	all[id] = f
}

// sameAs reports a name that does not agree with its folder's.
func (w *Workspace) sameAs(doc *document, field, written, folder string) {
	if written != "" && written != folder {
		w.Diagnostics = append(w.Diagnostics, diag.New("folder-mismatch", doc.path, doc.pos(field), field, "`%s` is %s, but the folder is %s", field, quote(written), quote(folder)).
			WithHint("write %s: %s, or rename the folder", field, folder))
	}
}

var monthName = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

func (w *Workspace) openContent() {
	if e, ok := w.top("content"); !ok || !e.dir {
		return
	}
	const shape = "a post is content/<brand>/<yyyy-mm>/<name>.md"
	for _, brand := range w.list("content") {
		if !brand.dir {
			w.unexpected(brand, shape)
			continue
		}
		for _, month := range w.list(brand.path) {
			if month.dir && monthName.MatchString(month.name) {
				w.openMonth(brand.name, month)
			} else {
				w.unexpected(month, shape)
			}
		}
	}
	slices.SortFunc(w.Posts, func(a, b PostFile) int { return cmp.Compare(a.Path, b.Path) })
}

func (w *Workspace) openMonth(brand string, month entry) {
	posts := map[string]*PostFile{} // by name, without .md
	var variants []entry
	for _, e := range w.list(month.path) {
		base, isPost := strings.CutSuffix(e.name, ".md")
		switch {
		case e.name == "plan.yaml" && !e.dir:
			w.planFiles = append(w.planFiles, planFile{brand, month.name, e.path})
		case e.dir || !isPost || strings.EqualFold(e.name, "README.md"):
			w.unexpected(e, "a month has plan.yaml, <name>.md, <name>.<x>.md and media/")
		case strings.Contains(base, "."):
			variants = append(variants, e)
		default:
			w.Files++
			posts[base] = &PostFile{Path: e.path, Brand: brand, Month: month.name}
		}
	}
	for _, v := range variants {
		w.Files++
		w.addVariant(posts, v)
	}
	for _, p := range posts {
		w.Posts = append(w.Posts, *p)
	}
}

func (w *Workspace) addVariant(posts map[string]*PostFile, e entry) {
	name := strings.TrimSuffix(e.name, ".md")
	dot := strings.LastIndexByte(name, '.')
	base, selector := name[:dot], name[dot+1:]
	if p := posts[base]; p != nil && selector != "" {
		p.Variants = append(p.Variants, VariantFile{e.path, selector})
		return
	}
	w.lost(e.path, diag.New("variant-without-post", e.path, diag.Pos{}, "", "there is no post %s.md that this could be a variant of", base).
		WithHint("a variant is <name>.<account, group, provider or language>.md beside <name>.md; a post's name has no dot"))
}
