package engine

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
	"github.com/smmctl/smmctl/engine/media/fetch"
	"github.com/smmctl/smmctl/engine/media/ffprobe"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/repo"
)

// madeFolder is where made files are kept, within the workspace.
const madeFolder = cacheFolder + "/made"

// supply gives a world its files: those of the work tree or of a revision, and
// beside them what was fetched, which no revision holds.
func (e *Engine) supply(w *world, fsys fs.FS) error {
	disk, err := repo.DirFS(e.Repo.Workspace)
	if err != nil {
		return err
	}
	w.fsys = withFetched{fsys, disk}
	w.unmade = map[content.Key]string{}
	w.maker = &media.Maker{Files: w.fsys, Dir: e.folder(madeFolder)}
	w.media.Films = ffprobe.Find()
	return nil
}

func (e *Engine) folder(name string) string {
	return filepath.Join(e.Repo.Workspace, filepath.FromSlash(name))
}

// mayFetch lets a world fetch media that are given by their addresses.
func (e *Engine) mayFetch(w *world) {
	w.fetch = &fetch.Store{Dir: e.folder(media.Fetched), Client: e.Fetch}
}

// fetcher is what rendering asks for what there is no copy of; nil where nothing
// is fetched. It is no part of a check: only what may be sent now is fetched.
func (w *world) fetcher(ctx context.Context) func(url, sum string) error {
	if w.fetch == nil {
		return nil
	}
	return func(url, sum string) error { return w.fetch.Get(ctx, url, sum) }
}

// make gives a file as it is to be sent.
func (w *world) make(ctx context.Context, a content.Attachment) (provider.File, error) {
	made, err := w.maker.Make(ctx, a)
	if err != nil {
		return provider.File{}, err
	}
	return provider.Bytes(a, made.Type, made.Width, made.Height, made.Data), nil
}

// ready plans, and makes the files that the plan is about to send before anything
// is begun: a request's time is for the network, and what cannot be made is held.
func (e *Engine) ready(ctx context.Context, w *world, o PlanOptions) *Outlook {
	out := e.outlook(w, o)
	if w.makeAhead(ctx, out.Plan) {
		out = e.outlook(w, o)
	}
	return out
}

// makeAhead reports whether something could not be made.
func (w *world) makeAhead(ctx context.Context, p *plan.Plan) (failed bool) {
	for i := range p.Changes {
		c := &p.Changes[i]
		pub := w.rendered[c.Key]
		if !c.Action.Effective() || pub == nil || !slices.ContainsFunc(c.Media, func(m plan.Medium) bool { return m.Make != nil }) {
			continue
		}
		for a := range pub.Attachments() {
			if a.Make == nil {
				continue
			}
			if _, err := w.maker.Make(ctx, *a); err != nil && ctx.Err() == nil {
				w.unmade[c.Key], failed = err.Error(), true
			}
		}
	}
	return failed
}

// withFetched is a workspace's files, and those below media.Fetched from disk.
type withFetched struct{ files, disk fs.FS }

var (
	_ fs.ReadDirFS  = withFetched{}
	_ fs.ReadFileFS = withFetched{}
	_ fs.StatFS     = withFetched{}
	_ fs.ReadLinkFS = withFetched{}
)

func (w withFetched) of(name string) fs.FS {
	if strings.HasPrefix(name, media.Fetched+"/") || strings.HasPrefix(media.Fetched+"/", name+"/") {
		return w.disk
	}
	return w.files
}

// Open opens a file or a folder.
func (w withFetched) Open(name string) (fs.File, error) { return w.of(name).Open(name) }

// ReadFile returns a file's bytes.
func (w withFetched) ReadFile(name string) ([]byte, error) { return fs.ReadFile(w.of(name), name) }

// ReadDir lists a folder.
func (w withFetched) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(w.of(name), name)
}

// Stat describes what a name leads to.
func (w withFetched) Stat(name string) (fs.FileInfo, error) { return fs.Stat(w.of(name), name) }

// Lstat describes a name itself.
func (w withFetched) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(w.of(name), name) }

// ReadLink returns where a link points.
func (w withFetched) ReadLink(name string) (string, error) { return fs.ReadLink(w.of(name), name) }
