package validate

import (
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/render"
)

// worker checks one post at a time. It has a workspace and a scope of its own
// that note what each post was made from.
type worker struct {
	c     *checker
	ws    load.Workspace
	scope render.Scope
	files *recorder
	urls  []askedURL
	stats Stats
	// changed says that the cache does not hold what this worker found.
	changed bool
}

func newWorker(c *checker, began time.Time) *worker {
	w := &worker{c: c, ws: *c.ws, scope: c.scope, files: newRecorder(c.ws.FS, began, c.o.Cache != nil || c.o.Keep)}
	w.ws.FS = w.files
	w.scope.Media = func(path string) (content.Attachment, error) {
		a, err := c.scope.Media(path)
		w.files.media(path, a.SHA256)
		return a, err
	}
	w.scope.URL = func(k content.Key) string {
		url := c.o.URL(k)
		w.urls = append(w.urls, askedURL{k, url})
		return url
	}
	return w
}

// unit returns what is to be known of a post: the saved unit where nothing that
// it was made from has changed, else a fresh one.
func (w *worker) unit(pf load.PostFile, saved string) unit {
	if saved != "" {
		if u, ok := w.reuse(pf, saved); ok {
			w.stats.Reused++
			return u
		}
	}
	w.stats.Decoded++
	w.changed = true
	w.files.reset()
	w.urls = nil
	u := w.check(pf)
	if w.c.o.Cache == nil && !w.c.o.Keep {
		return u
	}
	u.files, u.urls, u.slotD = w.files.stamps(), w.urls, w.c.slotDigest(u.slot)
	encoded := encodeUnit(&u)
	if packed, ok := unpackUnit(pf, encoded); ok {
		u = packed // its strings share one allocation
	}
	u.encoded = encoded
	return u
}

// reuse decodes a saved unit and reports whether it still holds.
func (w *worker) reuse(pf load.PostFile, saved string) (unit, bool) {
	u, ok := unpackUnit(pf, saved)
	if !ok || !sameFiles(pf, u.files) || u.slotD != w.c.slotDigest(u.slot) {
		return u, false
	}
	for _, a := range u.urls {
		if w.c.o.URL(a.key) != a.url {
			return u, false
		}
	}
	fresh, touched := w.files.fresh(u.files)
	if !fresh {
		return u, false
	}
	if touched { // the same bytes under another date: note the date
		w.changed = true
		u.encoded = encodeUnit(&u)
	}
	return u, true
}

// unpackUnit decodes the unit of a post's file, whose path is not among what is
// encoded.
func unpackUnit(pf load.PostFile, encoded string) (unit, bool) {
	u, ok := decodeUnit(encoded)
	u.path = pf.Path
	return u, ok
}

// sameFiles reports whether a saved unit was made of the same files: the post
// first, then its variants.
func sameFiles(pf load.PostFile, files []fileStamp) bool {
	if len(files) <= len(pf.Variants) || files[0].path != pf.Path {
		return false
	}
	for i, v := range pf.Variants {
		if files[i+1].path != v.Path {
			return false
		}
	}
	rest := files[len(pf.Variants)+1:]
	return len(rest) == 0 || rest[0].isMedia
}

// check reads and renders one post.
func (w *worker) check(pf load.PostFile) unit {
	file, list := w.ws.Post(pf)
	u := unit{path: pf.Path, found: list, partial: file == nil || slices.ContainsFunc(list, hidesPublications)}
	if file == nil {
		return u
	}
	p := &postCheck{worker: w, pf: pf, file: file, post: &file.Value, place: placeOf(file), unit: &u}
	p.facts()
	p.references()
	p.fields()
	p.render()
	p.moments()
	u.settle()
	w.c.sev.soften(u.found, u.status)
	return u
}

// postCheck is the check of one post.
type postCheck struct {
	*worker
	pf   load.PostFile
	file *load.File[content.Post]
	post *content.Post
	place
	unit *unit
}

func (p *postCheck) add(d ...diag.Diagnostic) { p.unit.found = append(p.unit.found, d...) }
