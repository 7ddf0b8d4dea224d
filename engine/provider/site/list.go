package site

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// sight is where a part belongs in a listing.
type sight struct {
	slug    string
	index   int
	created time.Time
}

func (p *page) sights() []sight {
	var out []sight
	for _, part := range p.Parts {
		out = append(out, sight{p.Slug, part.Index, part.Created})
	}
	return out
}

// newestFirst is a listing's order; a thread's later part counts as newer.
func newestFirst(a, b sight) int {
	return cmp.Or(b.created.Compare(a.created), cmp.Compare(b.slug, a.slug), cmp.Compare(b.index, a.index))
}

// List yields every part of every page, newest first. Which page is read when
// follows from the order that Finish noted, so that a caller who wants the last
// month reads the last month. Files that are no pages of ours are passed over.
func (s posts) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		stopped := false
		err := s.inspect(ctx, "list", func(f *folder) error {
			sights, err := f.sights(ctx)
			if err != nil {
				return err
			}
			return s.show(ctx, f, sights, func(o provider.Object) bool {
				stopped = !yield(o, nil)
				return !stopped
			})
		})
		if err != nil && !stopped && !provider.Is(err, provider.NotFound) { // not found: no folder yet
			yield(provider.Object{}, err)
		}
	}
}

// show reads pages as they are asked for.
func (s *site) show(ctx context.Context, f *folder, sights []sight, yield func(provider.Object) bool) error {
	var p *page
	for _, at := range sights {
		if p == nil || p.Slug != at.slug {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			if p, err = f.readPage(at.slug); notOurs(err) {
				continue
			} else if err != nil {
				return err
			}
		}
		if i, ok := p.find(at.index); ok && !yield(s.object(p, i)) {
			return nil
		}
	}
	return nil
}

// notOurs reports an error that only says that there is no page of ours.
func notOurs(err error) bool {
	return absent(err) || errors.Is(err, errForeign) || errors.Is(err, errBroken)
}

// sights are all parts in order. Pages that the noted order does not know are
// read for it, all of them where something has changed since.
func (f *folder) sights(ctx context.Context) ([]sight, error) {
	noted := f.readOrder()
	entries, err := f.list("posts")
	if err != nil {
		return nil, err
	}
	var out []sight
	for _, e := range entries {
		slug := e.Name()
		if !e.IsDir() || !slugForm.MatchString(slug) {
			continue
		}
		if known, ok := noted[slug]; ok {
			out = append(out, known...)
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch p, err := f.readPage(slug); {
		case err == nil:
			out = append(out, p.sights()...)
		case !notOurs(err):
			return nil, err
		}
	}
	slices.SortFunc(out, newestFirst)
	return out, nil
}

// readOrder returns the noted order by slug, or nothing where it may be old. A
// line that makes no sense is as good as missing.
func (f *folder) readOrder() map[string][]sight {
	if f.has(dirtyFile) {
		return nil
	}
	data, err := f.read(orderFile)
	if err != nil {
		return nil
	}
	out := map[string][]sight{}
	for line := range strings.Lines(string(data)) {
		at, id, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		created, err := time.Parse(time.RFC3339, at)
		slug, index, bad := parseID(id)
		if err == nil && bad == nil {
			out[slug] = append(out[slug], sight{slug, index, created})
		}
	}
	return out
}

func (f *folder) writeOrder(sights []sight) error {
	slices.SortFunc(sights, newestFirst)
	var b bytes.Buffer
	for _, at := range sights {
		b.WriteString(at.created.UTC().Format(time.RFC3339) + " " + objectID(at.slug, at.index) + "\n")
	}
	if old, err := f.read(orderFile); err == nil && bytes.Equal(old, b.Bytes()) {
		return nil
	}
	return f.write(orderFile, b.Bytes())
}
