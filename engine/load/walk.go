package load

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/diag"
)

// entry is a folder's entry after links: what it is called, and what it is.
type entry struct {
	name string
	path string
	dir  bool
}

// list returns the entries of a folder that can be used. Hidden ones are left
// out; links that lead nowhere good, and what is neither file nor folder, are
// reported where their names say that they matter.
func (w *Workspace) list(dir string) []entry {
	found, err := fs.ReadDir(w.FS, w.real(dir))
	if err != nil {
		w.lost(dir, diag.New("unreadable", dir, diag.Pos{}, "", "the folder cannot be read: %v", cause(err)))
	}
	out := make([]entry, 0, len(found))
	for _, e := range found {
		if strings.HasPrefix(e.Name(), ".") {
			w.hidden(entry{e.Name(), path.Join(dir, e.Name()), e.IsDir()})
			continue
		}
		if x, ok := w.entry(dir, e.Name(), e.Type()); ok {
			out = append(out, x)
		}
	}
	return out
}

// entry looks at what a name in a folder stands for, and reports whether it can
// be used.
func (w *Workspace) entry(dir, name string, mode fs.FileMode) (entry, bool) {
	e := entry{name, path.Join(dir, name), mode.IsDir()}
	switch {
	case mode.Type() == fs.ModeSymlink:
		ok := w.followLink(&e)
		return e, ok
	case mode.IsRegular() || mode.IsDir():
		return e, true
	case isOurs(name):
		w.lost(e.path, diag.New("not-a-file", e.path, diag.Pos{}, "", "it is neither a file nor a folder"))
	}
	return e, false
}

// top returns one of the root's entries, where it is there and can be used.
func (w *Workspace) top(name string) (entry, bool) {
	info, err := fs.Lstat(w.FS, name)
	if err != nil {
		return entry{}, false
	}
	return w.entry(".", name, info.Mode().Type())
}

// real returns the path that stands behind links.
func (w *Workspace) real(name string) string {
	if target, ok := w.links[name]; ok {
		return target
	}
	if parent := path.Dir(name); parent != "." && len(w.links) > 0 {
		return path.Join(w.real(parent), path.Base(name))
	}
	return name
}

func (w *Workspace) followLink(e *entry) bool {
	target, info, err := resolve(w.FS, path.Join(w.real(path.Dir(e.path)), e.name))
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = fs.ErrInvalid
	}
	if err != nil {
		if !isOurs(e.name) && strings.Contains(e.name, ".") {
			return false // a picture's link is looked at where the picture is used
		}
		w.lost(e.path, diag.New("symlink-outside", e.path, diag.Pos{}, "", "the symbolic link cannot be followed: %v", err).
			WithHint("put the file itself here, or link to one within the workspace"))
		return false
	}
	w.links[e.path], e.dir = target, info.IsDir()
	return true
}

// isOurs reports whether a name is that of a file that is read here.
func isOurs(name string) bool {
	return isYAML(name) || strings.EqualFold(path.Ext(name), ".md")
}

func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// lost notes a file that gave no value.
func (w *Workspace) lost(name string, d diag.Diagnostic) {
	w.Diagnostics = append(w.Diagnostics, d)
	w.Unreadable = append(w.Unreadable, name)
}

func (w *Workspace) exists(name string) bool {
	_, err := fs.Lstat(w.FS, name)
	return err == nil
}

// unexpected warns of a YAML or Markdown file that nothing reads, and of a
// folder that holds some.
func (w *Workspace) unexpected(e entry, hint string) {
	if strings.EqualFold(e.name, "README.md") || e.name == "media" && e.dir {
		return
	}
	what := "nothing reads this file"
	if e.dir {
		what = "nothing reads the files of this folder"
	}
	post := w.overlook(e)
	if post || !e.dir && isOurs(e.name) || e.dir && w.holdsOurs(e.path) {
		d := diag.New("unexpected-file", e.path, diag.Pos{}, "", "%s", what).Warn().WithHint("%s", hint)
		w.Diagnostics = append(w.Diagnostics, d)
	}
}

// hidden warns of a post whose name, or whose folder's, begins with a dot. What
// editors and systems leave behind is none.
func (w *Workspace) hidden(e entry) {
	if strings.HasPrefix(e.name, "._") || strings.HasPrefix(e.name, ".#") || !w.overlook(e) {
		return
	}
	d := diag.New("unexpected-file", e.path, diag.Pos{}, "", "nothing reads what is hidden").Warn().
		WithHint("take the dot from the beginning of its name, or move it out of content/")
	w.Diagnostics = append(w.Diagnostics, d)
}

// overlook notes what nothing reads under content/ where it may be posts, and
// reports whether it may.
func (w *Workspace) overlook(e entry) bool {
	if !strings.HasPrefix(e.path, "content/") {
		return false
	}
	budget := maxOverlooked
	found := !e.dir && isMarkdown(e.name) || e.dir && w.holdsPosts(e.path, &budget)
	if found {
		w.Overlooked = append(w.Overlooked, e.path)
	}
	return found
}

// maxOverlooked bounds how many entries of a folder that nothing reads are
// looked at. A folder with more may hold posts.
const maxOverlooked = 10_000

func (w *Workspace) holdsPosts(dir string, budget *int) bool {
	inside, err := fs.ReadDir(w.FS, w.real(dir))
	if *budget -= len(inside) + 1; err != nil || *budget < 0 {
		return true // in doubt
	}
	return slices.ContainsFunc(inside, func(d fs.DirEntry) bool {
		if d.IsDir() {
			return w.holdsPosts(path.Join(dir, d.Name()), budget)
		}
		return isMarkdown(d.Name()) && !strings.EqualFold(d.Name(), "README.md")
	})
}

func (w *Workspace) holdsOurs(dir string) bool {
	inside, err := fs.ReadDir(w.FS, w.real(dir))
	return err == nil && slices.ContainsFunc(inside, func(d fs.DirEntry) bool {
		return !d.IsDir() && isOurs(d.Name()) && !strings.EqualFold(d.Name(), "README.md")
	})
}

// isMarkdown reports whether a name ends as people end those of posts.
func isMarkdown(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd":
		return true
	}
	return false
}
