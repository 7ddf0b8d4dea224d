package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// record is what a page knows of itself. It stands in a comment after the page's
// HTML, so that page and record are one file and change together.
type record struct {
	Format int    `json:"format"`
	Slug   string `json:"slug"`
	Page   string `json:"page"` // digest of the HTML before the comment, as written
	Look   string `json:"look"` // digest of what is around the post: template, site title …
	Parts  []part `json:"parts"`
}

// part is one segment.
type part struct {
	Index      int       `json:"index"`
	Generation int       `json:"generation"`
	ClientKey  string    `json:"client_key"`
	ParentID   string    `json:"parent_id,omitempty"`
	Created    time.Time `json:"created"`
	Updated    time.Time `json:"updated"`
	Title      string    `json:"title,omitempty"`
	Text       string    `json:"text"`
	HTML       string    `json:"html"`
	Language   string    `json:"language,omitempty"`
	Tags       []string  `json:"tags,omitempty"`
	Media      []medium  `json:"media,omitempty"`
	Pinned     bool      `json:"pinned,omitempty"`
}

// medium is one attachment and the files made of it, narrowest first.
type medium struct {
	SHA256 string `json:"sha256"` // of the original
	Type   string `json:"type"`
	Alt    string `json:"alt,omitempty"`
	Files  []file `json:"files"`
}

// file is beside the page and named by its own digest, so that it can be known
// for ours without a list.
type file struct {
	Name   string `json:"name"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

const recordFormat = 1

var (
	errForeign = errors.New("not made by smmctl, and left alone; move or delete it if smmctl is to make its own")
	errBroken  = errors.New("changed by hand so that its record cannot be read; delete it to have it made again")
)

var (
	slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}(\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$`)
	fileForm = regexp.MustCompile(`^([0-9a-f]{32})(-[0-9]{1,5})?\.(jpg|png|mp4|webm)$`)
)

// The record's comment: HTML allows comments after the document.
var (
	recordStart = []byte("<!-- smmctl ")
	recordEnd   = []byte(" -->\n")
)

// slugOf is a publication's permanent folder name. A full stop, which no id
// has, sets the occurrence apart.
func slugOf(k content.Key) (string, error) {
	s := k.Post
	if k.Occurrence != "" {
		s += "." + k.Occurrence
	}
	if !slugForm.MatchString(s) {
		return "", rejected("%s: cannot be a page's address", k)
	}
	return s, nil
}

func pageFile(slug string) string { return path.Join("posts", slug, "index.html") }

func objectID(slug string, index int) string { return slug + "/" + strconv.Itoa(index) }

// parseID reads what objectID writes, and nothing else.
func parseID(id string) (slug string, index int, err error) {
	slug, n, _ := strings.Cut(id, "/")
	index, err = strconv.Atoi(n)
	if err != nil || index < 0 || !slugForm.MatchString(slug) || objectID(slug, index) != id {
		return "", 0, &provider.Error{Kind: provider.NotFound, Op: name, Err: fmt.Errorf("%q: not an id of this site", id)}
	}
	return slug, index, nil
}

// page is a page as it is on disk.
type page struct {
	record
	html []byte
	// edited is the digest of HTML that differs from what was written.
	edited string
}

// readPage returns fs.ErrNotExist, errForeign or errBroken for what is no page of ours.
func (f *folder) readPage(slug string) (*page, error) {
	data, err := f.read(pageFile(slug))
	if err != nil {
		return nil, err
	}
	p, err := parsePage(slug, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name(pageFile(slug)), err)
	}
	return p, nil
}

func parsePage(slug string, data []byte) (*page, error) {
	at := bytes.LastIndex(data, recordStart)
	if at < 0 {
		return nil, errForeign
	}
	raw, rest, ok := bytes.Cut(data[at+len(recordStart):], bytes.TrimSpace(recordEnd))
	p := &page{}
	if !ok || json.Unmarshal(raw, &p.record) != nil || !p.valid() {
		return nil, errBroken
	}
	if p.Slug != slug {
		return nil, errForeign // a copy, made by hand
	}
	p.html = data[:at]
	if rest = bytes.TrimSpace(rest); len(rest) > 0 {
		p.html = slices.Concat(p.html, rest)
	}
	if d := hash(p.html); d != p.Page {
		p.edited = d
	}
	return p, nil
}

// valid checks a record that anybody could have written.
func (r *record) valid() bool {
	if r.Format != recordFormat || len(r.Parts) == 0 {
		return false
	}
	for i, p := range r.Parts {
		if p.Index < 0 || i > 0 && p.Index <= r.Parts[i-1].Index {
			return false
		}
		for _, m := range p.Media {
			if len(m.Files) == 0 || slices.ContainsFunc(m.Files, func(f file) bool { return !fileForm.MatchString(f.Name) }) {
				return false
			}
		}
	}
	return true
}

// bytes joins HTML and record. Two hyphens would end a comment; in JSON they
// only occur within strings.
func (p *page) bytes() ([]byte, error) {
	raw, err := json.Marshal(p.record)
	if err != nil {
		return nil, err
	}
	raw = bytes.ReplaceAll(raw, []byte("--"), []byte(`-\u002d`))
	return slices.Concat(p.html, recordStart, raw, recordEnd), nil
}

func (r *record) find(index int) (int, bool) {
	return slices.BinarySearchFunc(r.Parts, index, func(p part, i int) int { return p.Index - i })
}

// uses reports whether the page shows the file.
func (r *record) uses(name string) bool {
	for _, p := range r.Parts {
		for _, m := range p.Media {
			if slices.ContainsFunc(m.Files, func(f file) bool { return f.Name == name }) {
				return true
			}
		}
	}
	return false
}

// object is the part as the engine sees it.
func (s *site) object(p *page, i int) provider.Object {
	part := p.Parts[i]
	return provider.Object{
		ID:          objectID(p.Slug, part.Index),
		URL:         s.url(p.Slug, part.Index),
		CreatedAt:   part.Created,
		ParentID:    part.ParentID,
		Fields:      p.fields(i),
		Fingerprint: part.fingerprint(),
		Pinned:      part.Pinned,
	}
}

// fields are compared with what was observed after publishing. The page's own
// bytes count only where they are not those that were written: a new look or a
// longer thread is our doing, no drift.
func (p *page) fields(i int) map[string]string {
	part := p.Parts[i]
	out := map[string]string{
		"text": part.Text,
		"html": content.Digest(part.HTML),
		"page": "as published",
	}
	if p.edited != "" {
		out["page"] = "edited by hand, sha256:" + p.edited
	}
	add := func(path, value string) {
		if value != "" {
			out[path] = value
		}
	}
	add("title", part.Title)
	add("language", part.Language)
	for i, t := range part.Tags {
		add(fmt.Sprintf("tags[%d]", i), t)
	}
	for i, m := range part.Media {
		add(fmt.Sprintf("media[%d].sha256", i), m.SHA256)
		add(fmt.Sprintf("media[%d].alt", i), m.Alt)
	}
	return out
}

// fingerprint is of what a reader would recognise the segment by.
func fingerprint(s content.Segment) string {
	parts := []string{name, clean(s.Title), clean(s.Text)}
	for _, m := range s.Media {
		parts = append(parts, m.SHA256)
	}
	return content.Digest(parts...)
}

func (p *part) fingerprint() string {
	parts := []string{name, p.Title, p.Text}
	for _, m := range p.Media {
		parts = append(parts, m.SHA256)
	}
	return content.Digest(parts...)
}

// url is public where the site has an address, else the file in the workspace.
func (s *site) url(slug string, index int) string {
	u := s.place.dir + "/" + pageFile(slug)
	if s.baseURL != "" {
		u = s.baseURL + "/posts/" + slug + "/"
	}
	if index > 0 {
		u += "#" + anchor(index)
	}
	return u
}

func anchor(index int) string { return "part-" + strconv.Itoa(index+1) }

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// clean drops what no document may hold: bytes that are not UTF-8 and control
// characters.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return -1
		}
		return r
	}, s)
}

func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
