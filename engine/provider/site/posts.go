package site

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// maxSegment bounds one segment's text and markup, in bytes.
const maxSegment = 1 << 20

// maxParts bounds a thread.
const maxParts = 500

type posts struct{ *site }

// Publish makes the page, or adds a part to it. The same client key again
// changes nothing and returns what is there.
func (s posts) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	var out provider.Object
	err := s.change(ctx, "publish", func(f *folder) error {
		slug, err := slugFor(r)
		if err != nil {
			return err
		}
		p, err := f.readPage(slug)
		switch {
		case absent(err):
			p = &page{record: record{Slug: slug}}
		case err != nil:
			return classify(err)
		}
		if i, ok := p.find(r.Index); ok {
			out = s.object(p, i)
			return p.mayKeep(i, r)
		}
		out, err = s.add(ctx, f, p, r)
		return err
	})
	return out, err
}

// slugFor keeps a thread on the page that its first part made, even where the
// post's id has changed since.
func slugFor(r provider.Request) (string, error) {
	if err := carries(r); err != nil {
		return "", err
	}
	if r.Index > 0 && r.RootID != "" {
		slug, _, err := parseID(r.RootID)
		return slug, err
	}
	return slugOf(r.Key)
}

// carries refuses what a page cannot show, before anything is written.
func carries(r provider.Request) error {
	g := r.Segment
	switch {
	case g.Poll != nil:
		return unsupported("a poll")
	case g.IsComment:
		return unsupported("a comment")
	case r.ParentURL != "", r.Index == 0 && r.ParentID != "":
		return unsupported("a reply")
	case r.Index < 0 || r.Index >= maxParts:
		return rejected("segment %d: a thread has at most %d", r.Index, maxParts)
	case strings.TrimSpace(clean(g.Title+g.Text+g.HTML)) == "" && len(g.Media) == 0:
		return rejected("nothing to show")
	case len(g.Text)+len(g.HTML)+len(g.Title) > maxSegment:
		return rejected("text is longer than %d bytes", maxSegment)
	case len(g.Media) > limits().Media:
		return rejected("%d files: at most %d fit a page", len(g.Media), limits().Media)
	}
	return nil
}

// mayKeep accepts a repeated request and refuses another one for the same place.
func (p *page) mayKeep(i int, r provider.Request) error {
	if p.Parts[i].ClientKey != r.ClientKey {
		return rejected("%s: a page of another publication is already there", objectID(p.Slug, r.Index))
	}
	return nil
}

func (s *site) add(ctx context.Context, f *folder, p *page, r provider.Request) (provider.Object, error) {
	if p.edited != "" {
		return provider.Object{}, rejected("%s: edited by hand; settle that before the thread goes on", p.Slug)
	}
	if len(p.Parts) > 0 && p.Parts[0].Generation != r.Generation {
		return provider.Object{}, rejected("%s: generation %d is still there", p.Slug, p.Parts[0].Generation)
	}
	part, data, err := s.part(ctx, f, p, r)
	if err != nil {
		return provider.Object{}, err
	}
	part.Generation, part.ClientKey, part.ParentID = r.Generation, r.ClientKey, r.ParentID
	part.Created = s.moment(r)
	part.Updated = part.Created
	i, _ := p.find(r.Index)
	p.Parts = slices.Insert(p.Parts, i, part)
	if err := s.save(f, p, data); err != nil {
		return provider.Object{}, err
	}
	return s.object(p, i), nil
}

// moment is the publication's wanted time: the page says when it was meant, and
// says the same when it is made again.
func (s *site) moment(r provider.Request) time.Time {
	t := r.Segment.Date
	if t.IsZero() {
		t = r.At
	}
	if t.IsZero() {
		t = s.clock.Now()
	}
	return t.UTC().Truncate(time.Second)
}

// part makes the record of a segment, and the files that it shows.
func (s *site) part(ctx context.Context, f *folder, p *page, r provider.Request) (part, map[string][]byte, error) {
	g := r.Segment
	out := part{
		Index:    r.Index,
		Title:    clean(g.Title),
		Text:     clean(g.Text),
		HTML:     clean(g.HTML),
		Language: clean(g.Language),
	}
	if out.HTML == "" {
		out.HTML = paragraphs(g.Text, g.Facets)
	}
	for _, t := range g.Tags {
		if t = clean(t); t != "" {
			out.Tags = append(out.Tags, t)
		}
	}
	data := map[string][]byte{}
	for _, a := range g.Media {
		m, err := s.medium(ctx, f, p, a, data)
		if err != nil {
			return part{}, nil, err
		}
		out.Media = append(out.Media, m)
	}
	return out, data, nil
}

// medium describes an attachment; its files are made unless the page has them. A
// page does not say whether a logo is on them.
func (s *site) medium(ctx context.Context, f *folder, p *page, a content.Attachment, data map[string][]byte) (medium, error) {
	m := medium{SHA256: a.SHA256, Alt: clean(a.Alt)}
	if known, ok := p.known(a.SHA256); ok && !a.Plain && (a.Make == nil || a.Make.Logo == nil) && f.hasAll(p.Slug, known.Files) {
		m.Type, m.Files = known.Type, known.Files
		return m, nil
	}
	made, err := s.convert(ctx, a)
	if err != nil {
		return medium{}, err
	}
	m.Type = made.mime
	for _, v := range made.variants {
		m.Files = append(m.Files, v.file)
		data[v.file.Name] = v.data
	}
	return m, nil
}

func (r *record) known(sha string) (medium, bool) {
	for _, p := range r.Parts {
		for _, m := range p.Media {
			if m.SHA256 == sha && sha != "" {
				return m, true
			}
		}
	}
	return medium{}, false
}

func (f *folder) hasAll(slug string, files []file) bool {
	return !slices.ContainsFunc(files, func(x file) bool { return !f.has(path.Join("posts", slug, x.Name)) })
}

// Edit rewrites one part.
func (s posts) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	var out provider.Object
	err := s.changePart(ctx, "edit", id, func(f *folder, p *page, i int) error {
		r.Index = p.Parts[i].Index
		if err := carries(provider.Request{Index: r.Index, Segment: r.Segment}); err != nil {
			return err
		}
		next, data, err := s.part(ctx, f, p, r)
		if err != nil {
			return err
		}
		old := p.Parts[i]
		next.Generation, next.ClientKey, next.ParentID = old.Generation, old.ClientKey, old.ParentID
		next.Created, next.Pinned = old.Created, old.Pinned
		next.Updated = s.clock.Now().UTC().Truncate(time.Second)
		p.Parts[i] = next
		if err := s.save(f, p, data); err != nil {
			return err
		}
		out = s.object(p, i)
		return nil
	})
	return out, err
}

// Delete takes one part away, and the page with the last one.
func (s posts) Delete(ctx context.Context, id string) error {
	return s.changePart(ctx, "delete", id, func(f *folder, p *page, i int) error {
		p.Parts = slices.Delete(p.Parts, i, i+1)
		if len(p.Parts) > 0 {
			return s.save(f, p, nil)
		}
		if err := s.mark(f); err != nil {
			return err
		}
		if err := f.remove(pageFile(p.Slug)); err != nil {
			return err
		}
		f.syncDir(path.Join("posts", p.Slug))
		return f.sweep(p.Slug, nil)
	})
}

// save writes a page: first the files that it shows, then itself, at once. What
// it no longer shows goes last.
func (s *site) save(f *folder, p *page, data map[string][]byte) error {
	if err := s.mark(f); err != nil {
		return err
	}
	for _, n := range slices.Sorted(maps.Keys(data)) {
		if err := f.keep(path.Join("posts", p.Slug, n), data[n]); err != nil {
			return err
		}
	}
	if err := s.compose(f, p); err != nil {
		return err
	}
	if err := f.writePage(p); err != nil {
		return err
	}
	return f.sweep(p.Slug, &p.record)
}

// compose makes the page's HTML from its record.
func (s *site) compose(f *folder, p *page) error {
	face, err := s.face(f)
	if err != nil {
		return err
	}
	p.Format, p.Look = recordFormat, s.look(face)
	if p.html, err = s.renderPost(face, &p.record); err != nil {
		return err
	}
	p.Page, p.edited = hash(p.html), ""
	return nil
}

func (f *folder) writePage(p *page) error {
	b, err := p.bytes()
	if err != nil {
		return err
	}
	if len(b) > maxFile {
		return rejected("%s: the page would have %d bytes", p.Slug, len(b))
	}
	return f.write(pageFile(p.Slug), b)
}

// keep writes a file that is named by its digest, unless it is there.
func (f *folder) keep(file string, data []byte) error {
	if old, err := f.Lstat(file); err == nil && old.Mode().IsRegular() && f.certified(file) {
		return nil
	}
	if f.has(file) {
		return rejected("%s: %w", f.name(file), errForeign)
	}
	return f.write(file, data)
}

// Get reads one part back.
func (s posts) Get(ctx context.Context, id string) (provider.Object, error) {
	var out provider.Object
	err := s.inspect(ctx, "get", func(f *folder) error {
		p, i, err := f.readPart(id)
		if err != nil {
			return err
		}
		out = s.object(p, i)
		return nil
	})
	return out, err
}

// readPart finds the page and the part's place in it.
func (f *folder) readPart(id string) (*page, int, error) {
	slug, index, err := parseID(id)
	if err != nil {
		return nil, 0, err
	}
	p, err := f.readPage(slug)
	if err != nil {
		return nil, 0, classify(err)
	}
	i, ok := p.find(index)
	if !ok {
		return nil, 0, notFound(fmt.Errorf("%s: no such part", id))
	}
	return p, i, nil
}

// eachPage visits the pages by slug; other is told of folders without one.
func (f *folder) eachPage(ctx context.Context, visit func(*page) error, other func(slug string, err error) error) error {
	entries, err := f.list("posts")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !slugForm.MatchString(e.Name()) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := f.readPage(e.Name())
		switch {
		case err == nil:
			err = visit(p)
		case notOurs(err):
			err = other(e.Name(), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// change runs a change of the folder, which is made where it is missing.
func (s *site) change(ctx context.Context, op string, do func(*folder) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.within(ctx, op, s.place.make, do)
}

// changePart runs a change of a part that must be there.
func (s *site) changePart(ctx context.Context, op, id string, do func(f *folder, p *page, i int) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.within(ctx, op, s.place.open, func(f *folder) error {
		p, i, err := f.readPart(id)
		if err != nil {
			return err
		}
		return do(f, p, i)
	})
}

// inspect runs a read.
func (s *site) inspect(ctx context.Context, op string, do func(*folder) error) error {
	return s.within(ctx, op, s.place.open, do)
}

type opener func(step func(op, file string) error) (*folder, error)

// within opens the folder for one operation. One that is not there holds
// nothing.
func (s *site) within(ctx context.Context, op string, open opener, do func(*folder) error) error {
	if err := ctx.Err(); err != nil {
		return failure(op, err)
	}
	f, err := open(s.step)
	if err != nil {
		return failure(op, classify(err))
	}
	defer f.Close()
	return failure(op, do(f))
}

// classify gives a read error its kind.
func classify(err error) error {
	switch {
	case absent(err):
		return notFound(err)
	case errors.Is(err, errForeign), errors.Is(err, errBroken):
		return &provider.Error{Kind: provider.Rejected, Op: name, Err: err}
	}
	return err
}

func notFound(err error) error {
	return &provider.Error{Kind: provider.NotFound, Op: name, Err: err}
}
