package site

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

//go:embed look
var lookFiles embed.FS

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(lookFiles, "look/site.tmpl"))
})

func stylesheet() []byte { return lookFile("look/style.css") }

func lookFile(name string) []byte {
	b, err := lookFiles.ReadFile(name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return b
}

// look is the digest of all that stands around a post, or decides how it is
// drawn. lookVersion is raised when the code below draws differently.
func (s *site) look(face content.Face) string {
	const lookVersion = "1"
	parts := []string{lookVersion, string(lookFile("look/site.tmpl")), string(stylesheet()), s.account, s.baseURL, s.title, s.intro, s.language, s.zone.String()}
	for _, v := range face.FieldValues() {
		parts = append(parts, v.Path, v.Value)
	}
	return content.Digest(parts...)
}

// identity is the site's own face.
type identity struct {
	Title string
	Bio   string
	Links []link
}

type link struct{ Label, URL, Text string }

func (s *site) identity(face content.Face) identity {
	out := identity{Title: cmp.Or(face.Name, s.title), Bio: cmp.Or(face.Bio, s.intro)}
	for _, v := range face.Fields {
		l := link{Label: v.Path, Text: v.Value}
		if safeURL(v.Value) {
			l.URL, l.Text = v.Value, strings.TrimSuffix(strings.TrimPrefix(v.Value, "https://"), "/")
		}
		if l.URL != "" && strings.HasPrefix(strings.ToLower(l.Label), "link") {
			l.Label = ""
		}
		out.Links = append(out.Links, l)
	}
	return out
}

// frame is what every page has.
type frame struct {
	Site        identity
	Lang        string
	RTL         bool
	Title       string // of the window
	Heading     string
	Description string
	Type        string // Open Graph's
	Home        string // the way to the site's root: "", "../../" …
	Canonical   string
	Image       string
	ImageAlt    string
	Published   string
}

type stamp struct{ Datetime, Text string }

// stamp reads the same in every language.
func (s *site) stamp(t time.Time) stamp {
	return stamp{t.UTC().Format(time.RFC3339), t.In(s.zone).Format("2006-01-02")}
}

type postView struct {
	frame
	Titled bool
	Date   stamp
	Parts  []partView
	Tags   []tag
}

type partView struct {
	Follows bool // another part
	Anchor  string
	Title   string
	Body    template.HTML
	Media   []mediaView
}

type mediaView struct {
	Video         bool
	Src           string
	Srcset        string
	Width, Height int
	Alt           string
}

func (s *site) renderPost(face content.Face, r *record) ([]byte, error) {
	first := r.Parts[0]
	who := s.identity(face)
	heading := headline(r)
	v := postView{Titled: first.Title != "", Date: s.stamp(first.Created), Tags: tagsOf(r)}
	v.frame = frame{
		Site:      who,
		Lang:      cmp.Or(first.Language, s.language),
		RTL:       rightToLeft(cmp.Or(first.Language, s.language)),
		Title:     heading + " – " + who.Title,
		Heading:   heading,
		Type:      "article",
		Home:      "../../",
		Canonical: s.absolute("posts/" + r.Slug + "/"),
		Published: v.Date.Datetime,
	}
	v.Description, _ = excerpt(first.Text, 200)
	v.Image, v.ImageAlt = s.previewImage(r)
	for i, p := range r.Parts {
		view := partView{Follows: i > 0, Anchor: anchor(p.Index), Body: body(&p), Media: views(p.Media, "")}
		if i > 0 {
			view.Title = p.Title
		}
		v.Parts = append(v.Parts, view)
	}
	return execute("post", v)
}

func execute(name string, v any) ([]byte, error) {
	var b bytes.Buffer
	err := templates().ExecuteTemplate(&b, name, v)
	return b.Bytes(), err
}

// headline is the title, or the beginning of the text.
func headline(r *record) string {
	p := r.Parts[0]
	if t := squeeze(p.Title); t != "" {
		return t
	}
	t, _ := excerpt(p.Text, 70)
	return cmp.Or(t, p.Created.UTC().Format("2006-01-02"))
}

// absolute needs a base URL; without one there is no absolute address.
func (s *site) absolute(path string) string {
	if s.baseURL == "" {
		return ""
	}
	return s.baseURL + "/" + path
}

// previewImage is what a network shows beside a link to the page.
func (s *site) previewImage(r *record) (address, alt string) {
	if s.baseURL == "" {
		return "", ""
	}
	if m, ok := firstImage(r); ok {
		return s.absolute("posts/" + r.Slug + "/" + m.Files[len(m.Files)-1].Name), m.Alt
	}
	return "", ""
}

func firstImage(r *record) (medium, bool) {
	for _, p := range r.Parts {
		for _, m := range p.Media {
			if isImage(m) {
				return m, true
			}
		}
	}
	return medium{}, false
}

func isImage(m medium) bool { return strings.HasPrefix(m.Type, "image/") }

func views(media []medium, prefix string) []mediaView {
	var out []mediaView
	for _, m := range media {
		out = append(out, view(m, prefix))
	}
	return out
}

// view offers every width; the widest is for browsers that cannot choose.
func view(m medium, prefix string) mediaView {
	widest := m.Files[len(m.Files)-1]
	v := mediaView{Video: !isImage(m), Src: prefix + widest.Name, Width: widest.Width, Height: widest.Height, Alt: m.Alt}
	var set []string
	for _, f := range m.Files {
		set = append(set, fmt.Sprintf("%s%s %dw", prefix, f.Name, f.Width))
	}
	v.Srcset = strings.Join(set, ", ")
	return v
}

var rtl = []string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}

func rightToLeft(lang string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return slices.Contains(rtl, primary)
}

// escapePath makes a relative link of a file's path.
func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }
