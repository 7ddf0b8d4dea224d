package wordpress

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// mediumFields are the parts of a medium that are asked for.
const mediumFields = "id,slug,author,source_url,alt_text"

// featured is the place of the medium that becomes the featured picture, or -1. A
// picture without any words stays in the body: WordPress takes no empty post.
func featured(s content.Segment) int {
	bare := s.Title == "" && s.Text == "" && s.HTML == ""
	if len(s.Media) == 0 || isVideo(s.Media[0]) || s.Options[optFeatured] == "false" || bare {
		return -1
	}
	return 0
}

func isVideo(m content.Attachment) bool { return strings.HasPrefix(m.Type, "video/") }

// alt is the alternative text that the body carries: a video has none there.
func alt(m content.Attachment) string {
	if isVideo(m) {
		return ""
	}
	return m.Alt
}

// mediumSlugs names a request's media: by user, publication, content, and which of
// several with one content it is. By that name a medium is found again after a
// lost answer, and kept by an edit.
func (l *login) mediumSlugs(r provider.Request) []string {
	same := map[string]int{}
	out := make([]string, len(r.Segment.Media))
	for i, m := range r.Segment.Media {
		out[i] = "smm-" + content.Digest(idText(l.me), r.Key.String(), m.SHA256, strconv.Itoa(same[m.SHA256]))[:24]
		same[m.SHA256]++
	}
	return out
}

// library puts a request's media into the site's library, in order. Nothing is
// published by that, so doubt is Unsent.
func (l *login) library(ctx context.Context, op string, r provider.Request) ([]medium, error) {
	if len(r.Segment.Media) == 0 {
		return nil, nil
	}
	slugs := l.mediumSlugs(r)
	there, err := l.findMedia(ctx, op, slugs)
	if err != nil {
		return nil, err
	}
	out := make([]medium, len(slugs))
	for i, m := range r.Segment.Media {
		found, ok := there[slugs[i]]
		switch {
		case !ok:
			found, err = l.upload(ctx, op, slugs[i], m)
		case found.Alt != m.Alt:
			found, err = l.describe(ctx, op, found.ID, m)
		}
		if err != nil {
			return nil, provider.Harmless(op, err)
		}
		out[i] = found
	}
	return out, nil
}

// findMedia looks up own media by their names.
func (l *login) findMedia(ctx context.Context, op string, slugs []string) (map[string]medium, error) {
	op += ": look for media"
	q := query("per_page", "100", "_fields", mediumFields)
	for _, s := range slugs {
		q.Add("slug[]", s)
	}
	resp, err := l.get(ctx, op, "media", q)
	if err != nil {
		return nil, err
	}
	var found []medium
	if err := decode(resp.Body, &found); err != nil {
		return nil, provider.Harmless(op, unreadable(op, resp, "the answer is no list of media"))
	}
	out := map[string]medium{}
	for _, m := range found {
		if m.sound() && m.Author == l.me {
			out[m.Slug] = m
		}
	}
	return out, nil
}

func (m *medium) sound() bool { return m.ID > 0 && safeURL(m.URL) }

// upload sends one file.
func (l *login) upload(ctx context.Context, op, slug string, m content.Attachment) (medium, error) {
	op += ": upload " + m.File
	f := httpx.NewForm()
	defer f.Close()
	f.Text("slug", slug)
	f.Text("alt_text", m.Alt)
	file, err := l.file(ctx, m)
	if err == nil {
		err = f.File("file", file)
	}
	if err != nil {
		return medium{}, provider.Refused(op, "%w", err)
	}
	r := request{op: op, method: http.MethodPost, route: "media", query: query("_fields", mediumFields)}
	r.body, r.size, r.kind = f.Body()
	resp, err := l.send(ctx, r)
	if code := codeOf(resp); err != nil && (code == "rest_upload_unknown_error" || code == "rest_upload_sideload_error") {
		// So it says, with a 500, that it takes no such file (upload_from_file, 6.1.9).
		provider.AsError(op, err).Kind = provider.Rejected
	}
	return readMedium(op, resp, err)
}

// describe changes the alternative text of a medium that is there.
func (l *login) describe(ctx context.Context, op string, id int64, m content.Attachment) (medium, error) {
	op += ": describe " + m.File
	resp, err := l.post(ctx, op, "media/"+idText(id), query("_fields", mediumFields), map[string]any{"alt_text": m.Alt})
	return readMedium(op, resp, err)
}

func readMedium(op string, resp *httpx.Response, err error) (medium, error) {
	if err != nil {
		return medium{}, err
	}
	var m medium
	if err := decode(resp.Body, &m); err != nil || !m.sound() {
		return medium{}, unreadable(op, resp, "the answer names no medium")
	}
	return m, nil
}

// mediumBlock writes a medium that stands in the body.
func mediumBlock(m content.Attachment, in medium) string {
	if isVideo(m) {
		return block("video", map[string]any{"id": in.ID},
			`<figure class="wp-block-video"><video controls src="`+escape(in.URL)+`"></video></figure>`)
	}
	return block("image", map[string]any{"id": in.ID, "sizeSlug": "full", "linkDestination": "none"},
		`<figure class="wp-block-image size-full"><img src="`+escape(in.URL)+`" alt="`+escape(m.Alt)+`" class="wp-image-`+idText(in.ID)+`"/></figure>`)
}
