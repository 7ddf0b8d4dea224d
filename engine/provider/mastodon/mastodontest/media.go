package mastodontest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// medium is one uploaded file.
type medium struct {
	id, kind, description, focus, sum string
	pending                           int    // questions to be answered 206
	post                              string // that it is attached to
}

func (s *Server) upload(c call) answer {
	p, err := readParams(c.Request, "description", "focus")
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	file, header, err := c.FormFile("file")
	if err != nil {
		return failure(http.StatusUnprocessableEntity, "Validation failed: File can't be blank")
	}
	body, err := io.ReadAll(file)
	_ = file.Close()
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	m, bad := s.newMedium(body, header.Header.Get("Content-Type"), p)
	if bad != nil {
		return *bad
	}
	s.media[m.id] = m
	status := http.StatusOK
	if m.pending > 0 || s.o.Flavour == Pixelfed {
		status = http.StatusAccepted
	}
	return answer{status: status, body: s.renderMedium(viewOf(m), m.pending == 0 && s.o.Flavour != Pixelfed)}
}

func (s *Server) newMedium(body []byte, declared string, p params) (*medium, *answer) {
	kind := http.DetectContentType(body)
	switch {
	case len(body) == 0:
		return nil, s.unprocessable("Validation failed: File is empty")
	case !slices.Contains(s.rules.acceptsMedia, kind):
		return nil, s.unprocessable("Validation failed: File content type " + kind + " is invalid")
	case strings.HasPrefix(kind, "image/") && int64(len(body)) > s.rules.imageBytes:
		return nil, s.unprocessable("Validation failed: File size is too large")
	case declared != "" && declared != "application/octet-stream" && declared != kind:
		return nil, s.unprocessable("Validation failed: File is " + kind + ", not " + declared)
	case utf8.RuneCountInString(p.text("description")) > s.rules.alt && s.o.Flavour != Mastodon:
		return nil, s.unprocessable("Validation failed: Description is too long")
	case p.has("focus") && !validFocus(p.text("focus")):
		return nil, s.unprocessable("Validation failed: Focus is invalid")
	}
	sum := sha256.Sum256(body)
	m := &medium{id: s.newID(), kind: kind, description: s.cutAlt(p.text("description")), focus: p.text("focus"), sum: hex.EncodeToString(sum[:])}
	if strings.HasPrefix(kind, "video/") || s.o.AsyncImages {
		m.pending = s.o.MediaPolls
	}
	return m, nil
}

func (s *Server) unprocessable(text string) *answer {
	a := failure(http.StatusUnprocessableEntity, text)
	return &a
}

// cutAlt shortens a description as Mastodon does, silently.
func (s *Server) cutAlt(text string) string {
	text = strings.TrimSpace(text)
	if r := []rune(text); len(r) > s.rules.alt {
		return string(r[:s.rules.alt])
	}
	return text
}

func validFocus(f string) bool {
	x, y, two := strings.Cut(f, ",")
	for _, v := range []string{x, y} {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || n < -1 || n > 1 {
			return false
		}
	}
	return two
}

func (s *Server) mediaState(c call) answer {
	m := s.media[c.id]
	if m == nil || m.post != "" {
		return failure(http.StatusNotFound, "Record not found")
	}
	if m.pending > 0 {
		m.pending--
		return answer{status: http.StatusPartialContent, body: s.renderMedium(viewOf(m), false)}
	}
	return ok(s.renderMedium(viewOf(m), true))
}

func viewOf(m *medium) mediaView { return mediaView{m.id, m.kind, m.description, m.focus} }

// draftMedia checks the media of a post: ours, free or its own, processed, not
// too many, not mixed where that is not allowed.
func (s *Server) draftMedia(d *draft, p params, old *post) *answer {
	ids, oldID, videos := p.list("media_ids"), "", 0
	if old != nil {
		oldID = old.id
	}
	if len(ids) > s.rules.media {
		return s.invalid("Validation failed: Cannot attach more than %d files", s.rules.media)
	}
	for _, id := range ids {
		m := s.media[id]
		switch {
		case s.o.LosesMedia && m != nil && m.post != "":
			continue
		case m == nil || m.post != "" && m.post != oldID:
			return s.invalid("Media %s not found or already attached to another post", id)
		case m.pending > 0:
			return s.invalid("Cannot attach files that have not finished processing. Try again in a moment!")
		}
		if strings.HasPrefix(m.kind, "video/") {
			videos++
		}
		d.media = append(d.media, s.withAttributes(viewOf(m), p, old != nil))
	}
	if !s.rules.mixesMedia && videos > 0 && len(ids) > 1 {
		return s.invalid("Validation failed: Cannot attach a video to a post that already contains images")
	}
	return nil
}

// withAttributes lays an edit's description and focal point over a medium.
func (s *Server) withAttributes(v mediaView, p params, editing bool) mediaView {
	all, _ := p["media_attributes"].([]any)
	for _, one := range all {
		a, _ := one.(map[string]any)
		if attrs := params(a); editing && attrs.text("id") == v.id {
			if attrs.has("description") {
				v.description = s.cutAlt(attrs.text("description"))
			}
			if attrs.has("focus") {
				v.focus = attrs.text("focus")
			}
			s.media[v.id].description, s.media[v.id].focus = v.description, v.focus
		}
	}
	return v
}

func (s *Server) renderMedium(v mediaView, ready bool) object {
	kind := "image"
	if strings.HasPrefix(v.kind, "video/") {
		kind = "video"
	}
	o := object{"id": v.id, "type": kind, "url": nil, "preview_url": nil, "remote_url": nil, "description": nil, "meta": object{}, "blurhash": nil}
	if v.description != "" {
		o["description"] = v.description
	}
	if ready {
		o["url"] = "https://files." + s.o.Domain + "/media/" + v.id
	}
	if x, y, two := strings.Cut(v.focus, ","); two {
		o["meta"] = object{"focus": object{"x": x, "y": y}}
	}
	return o
}
