package migrate

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/smmctl/smmctl/engine/render"
	"github.com/smmctl/smmctl/engine/scaffold"
)

// attach writes media, and lists the files that are copied.
func (w *writer) attach(f *front, p *Post, folder, id string) {
	var items []string
	for i, m := range p.Media {
		where := "url: " + quote(m.URL)
		if m.File != "" {
			file, ok := w.copied(p, m.File, folder, fmt.Sprintf("%s-%d", id, i+1))
			if !ok {
				continue
			}
			where = "file: " + file
		}
		if alt := strings.TrimSpace(render.Plain(m.Alt)); alt != "" {
			where += ", alt: " + quote(alt)
		}
		items = append(items, "  - {"+where+"}\n")
	}
	if len(items) > 0 {
		f.raw("media:\n" + strings.Join(items, ""))
	}
}

var extensionForm = regexp.MustCompile(`^\.[a-z0-9]{2,5}$`)

// copied adds a medium to the files to be made, unless it is not to be had: a
// link, a folder, too large, gone.
func (w *writer) copied(p *Post, name, folder, as string) (string, bool) {
	ext := strings.ToLower(path.Ext(name))
	info, err := lstat(w.e.files, name)
	switch {
	case err != nil || !info.Mode().IsRegular():
		w.note(p.Where, "%q is no plain file of the source: left out", clip(name))
		return "", false
	case !extensionForm.MatchString(ext):
		w.note(p.Where, "%q has no extension that says what it is: left out", clip(name))
		return "", false
	case info.Size() > maxMedia || w.bytes+info.Size() > maxMediaTotal:
		w.note(p.Where, "%q is too large: left out", clip(name))
		return "", false
	}
	w.bytes += info.Size()
	w.sum.Media++
	file := "media/" + as + ext
	w.out.Files = append(w.out.Files, scaffold.File{Path: folder + file, Open: w.opener(name)})
	return file, true
}

func (w *writer) opener(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := w.e.files.Open(name)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(f, maxMedia), f}, nil
	}
}

// lstat describes a file itself, not what a link leads to.
func lstat(fsys fs.FS, name string) (fs.FileInfo, error) {
	if fsys == nil || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	return fs.Lstat(fsys, name)
}
