package site

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/smmctl/smmctl/engine/content"
)

// perPage is how many posts an archive page has. Archives are numbered from the
// oldest post, so that a page keeps its posts and a new post changes few pages.
const perPage = 20

// entry is what the index keeps of a post.
type entry struct {
	slug    string
	created time.Time
	title   string
	excerpt string
	lang    string
	image   *medium
	tags    []tag
	pinned  bool
}

type tag struct {
	Slug  string
	Label string
	Count int
}

func newEntry(r *record) entry {
	p := r.Parts[0]
	e := entry{slug: r.Slug, created: p.Created, title: squeeze(p.Title), lang: p.Language, tags: tagsOf(r)}
	e.excerpt, _ = excerpt(withoutTitle(p.Text, e.title), 280)
	if e.title == "" && e.excerpt == "" {
		e.excerpt = headline(r)
	}
	if m, ok := firstImage(r); ok {
		m.Files = m.Files[:1]
		e.image = &m
	}
	e.pinned = slices.ContainsFunc(r.Parts, func(p part) bool { return p.Pinned })
	return e
}

// withoutTitle drops a first line that says the title again.
func withoutTitle(text, title string) string {
	line, rest, _ := strings.Cut(strings.TrimLeft(text, "\n "), "\n")
	if title != "" && squeeze(line) == title {
		return rest
	}
	return text
}

// tagsOf are the tags of all parts, each once, in order.
func tagsOf(r *record) []tag {
	var out []tag
	for _, p := range r.Parts {
		for _, label := range p.Tags {
			label = strings.TrimPrefix(squeeze(label), "#")
			slug := tagSlug(label)
			if slug != "" && !slices.ContainsFunc(out, func(t tag) bool { return t.Slug == slug }) {
				out = append(out, tag{Slug: slug, Label: label})
			}
		}
	}
	return out
}

// tagSlug is a tag's folder: letters and digits of any script. What that loses
// is told apart by a digest.
func tagSlug(label string) string {
	lower := norm.NFC.String(strings.ToLower(label))
	if lower == "" {
		return ""
	}
	s := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return '-'
	}, lower)
	s = strings.Trim(s, "-")
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40])
	}
	// All-digit names are the numbers of a tag's older pages.
	if s == lower && !digits(s) {
		return s
	}
	return strings.TrimPrefix(s+"-"+content.Digest("tag", lower)[:8], "-")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// rebuild makes every generated file from the pages, and draws pages anew whose
// look is old.
func (s *site) rebuild(ctx context.Context, f *folder) error {
	face, err := s.face(f)
	if err != nil {
		return err
	}
	look := s.look(face)
	g := &generator{site: s, who: s.identity(face), files: map[string][]byte{}}
	err = f.eachPage(ctx, func(p *page) error {
		if err := s.refresh(f, p, look); err != nil {
			return err
		}
		g.take(p)
		return nil
	}, func(slug string, err error) error {
		if errors.Is(err, errForeign) || errors.Is(err, errBroken) {
			return nil
		}
		return f.sweep(slug, nil)
	})
	if err != nil {
		return err
	}
	if err := g.all(); err != nil {
		return err
	}
	if err := f.generate(s.account, look, g.files); err != nil {
		return err
	}
	return f.writeOrder(g.order)
}

// refresh sweeps a page's folder and draws the page anew when its look is old.
// One edited by hand stays: it is drift, for a person to settle.
func (s *site) refresh(f *folder, p *page, look string) error {
	if p.edited == "" && p.Look != look {
		if err := s.compose(f, p); err != nil {
			return err
		}
		if err := f.writePage(p); err != nil {
			return err
		}
	}
	return f.sweep(p.Slug, &p.record)
}

// generator collects what the index, the tags and the feeds show.
type generator struct {
	*site
	who     identity
	entries []entry
	newest  []record // for the feeds
	order   []sight
	files   map[string][]byte
}

func (g *generator) take(p *page) {
	g.entries = append(g.entries, newEntry(&p.record))
	g.newest = append(g.newest, p.record)
	g.order = append(g.order, p.sights()...)
	if len(g.newest) >= 4*feedLength {
		g.trim()
	}
}

// trim keeps the records that a feed can show, so that memory does not grow with
// the bodies of old posts.
func (g *generator) trim() {
	slices.SortFunc(g.newest, func(a, b record) int {
		return cmp.Or(b.Parts[0].Created.Compare(a.Parts[0].Created), cmp.Compare(b.Slug, a.Slug))
	})
	g.newest = slices.Clone(g.newest[:min(len(g.newest), feedLength)])
}

func (g *generator) all() error {
	g.trim()
	slices.SortFunc(g.entries, func(a, b entry) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.slug, b.slug))
	})
	g.files["style.css"] = stylesheet()
	for _, draw := range []func() error{g.index, g.tags, g.feeds, g.sitemap} {
		if err := draw(); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) index() error {
	return g.listing(listing{entries: g.entries, heading: g.who.Title, file: "index.html", archive: "archive/", intro: true})
}

// tags makes a page for each tag and one for all.
func (g *generator) tags() error {
	byTag := map[string][]entry{}
	labels := map[string]tag{}
	for _, e := range g.entries {
		for _, t := range e.tags {
			byTag[t.Slug] = append(byTag[t.Slug], e)
			labels[t.Slug] = tag{t.Slug, t.Label, len(byTag[t.Slug])} // the newest spelling
		}
	}
	var all []tag
	for slug, entries := range byTag {
		all = append(all, labels[slug])
		dir := "tags/" + slug + "/"
		err := g.listing(listing{entries: entries, heading: labels[slug].Label, file: dir + "index.html", archive: dir})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(a, b tag) int { return cmp.Compare(a.Slug, b.Slug) })
	f := g.frame("Tags", "tags/index.html")
	data, err := execute("taglist", struct {
		frame
		Tags []tag
	}{f, all})
	g.files["tags/index.html"] = data
	return err
}

// listing is a run of pages: the newest posts in file, the others in archives.
type listing struct {
	entries []entry // oldest first
	heading string
	file    string
	archive string // the folder of the archives, by number
	intro   bool
}

type listView struct {
	frame
	Intro   bool
	Entries []entryView
	Newer   string
	Older   string
}

type entryView struct {
	URL     string
	Title   string
	Excerpt string
	Lang    string
	RTL     bool
	Date    stamp
	Image   *mediaView
	Pinned  bool
}

// listing writes the pages. Archives are full; the newest page has what is left,
// at least one full page once there are archives.
func (g *generator) listing(l listing) error {
	archives := max(0, len(l.entries)/perPage-1)
	at := func(n int) string { // 0 is before the oldest
		switch {
		case n <= 0:
			return ""
		case n > archives:
			return l.file
		}
		return l.archive + strconv.Itoa(n) + "/index.html"
	}
	for n := 1; n <= archives+1; n++ {
		from, to := (n-1)*perPage, n*perPage
		if n > archives {
			to = len(l.entries)
		}
		newer := ""
		if n <= archives {
			newer = at(n + 1)
		}
		page := l.entries[from:to]
		if err := g.listPage(l, at(n), page, newer, at(n-1)); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) listPage(l listing, file string, entries []entry, newer, older string) error {
	v := listView{frame: g.frame(l.heading, file), Intro: l.intro && file == l.file}
	if v.Intro {
		v.Title = l.heading
		v.Description, _ = excerpt(g.who.Bio, 200)
	}
	v.Newer, v.Older = relative(v.Home, newer), relative(v.Home, older)
	for _, e := range g.arrange(v.Intro, entries) {
		v.Entries = append(v.Entries, g.entryView(e, v.Home))
	}
	data, err := execute("index", v)
	g.files[file] = data
	return err
}

// arrange turns the order to newest first. The index begins with what is pinned,
// whichever page it would be on.
func (g *generator) arrange(pins bool, entries []entry) []entry {
	out := slices.Clone(entries)
	slices.Reverse(out)
	if !pins {
		return out
	}
	out = slices.DeleteFunc(out, func(e entry) bool { return e.pinned })
	for _, e := range g.entries {
		if e.pinned {
			out = slices.Insert(out, 0, e)
		}
	}
	return out
}

func (g *generator) entryView(e entry, home string) entryView {
	v := entryView{
		URL:     home + pageFile(e.slug),
		Title:   e.title,
		Excerpt: e.excerpt,
		RTL:     rightToLeft(cmp.Or(e.lang, g.language)) != rightToLeft(g.language),
		Date:    g.stamp(e.created),
		Pinned:  e.pinned,
	}
	if e.lang != g.language {
		v.Lang = e.lang
	}
	if e.image != nil {
		m := view(*e.image, home+"posts/"+e.slug+"/")
		v.Image = &m
	}
	return v
}

func relative(home, file string) string {
	if file == "" {
		return ""
	}
	return home + escapePath(file)
}

func (g *generator) frame(heading, file string) frame {
	return frame{
		Site:      g.who,
		Lang:      g.language,
		RTL:       rightToLeft(g.language),
		Title:     heading + " – " + g.who.Title,
		Heading:   heading,
		Type:      "website",
		Home:      strings.Repeat("../", strings.Count(file, "/")),
		Canonical: g.absolute(escapePath(strings.TrimSuffix(file, "index.html"))),
	}
}
