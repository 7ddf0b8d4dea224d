package vktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"  // what VK takes
	_ "image/jpeg" // what VK takes
	_ "image/png"  // what VK takes
	"io"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"
)

// ticket is an upload server's address, or what it gave for a file.
type ticket struct {
	kind string // photo, doc, cover; with + in front: a file that was taken
	name string
	size int
}

// stored is a photo or a document.
type stored struct {
	name string
	kind string
	id   int64
	size int
	key  string // access_key, without which it cannot be attached
}

func (s *Server) photoServer(c call) (any, *failure) {
	if c.number("group_id") != Group {
		return nil, &failure{15, "no such community"}
	}
	return object{"album_id": -14, "upload_url": s.uploadURL("photo"), "user_id": admin}, nil
}

func (s *Server) documentServer(c call) (any, *failure) {
	return object{"upload_url": s.uploadURL("doc")}, nil
}

func (s *Server) coverServer(c call) (any, *failure) {
	if c.number("group_id") != Group || c.number("crop_x2") == 0 {
		return nil, param("group_id or crop_x2")
	}
	return object{"upload_url": s.uploadURL("cover")}, nil
}

func (s *Server) uploadURL(kind string) string {
	id := fmt.Sprintf("%s-%d", kind, s.next())
	s.tickets[id] = ticket{kind: kind}
	return s.base + "/upload/" + id + "?act=do_add&mid=7&hash=secretofthisupload"
}

// upload takes a file, once, and never a token.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, id string) {
	s.requests = append(s.requests, "upload")
	t, ok := s.tickets[id]
	if !ok || strings.HasPrefix(t.kind, "+") {
		http.Error(w, "no such upload", http.StatusForbidden)
		return
	}
	if r.Header.Get("Authorization") != "" || strings.Contains(r.URL.RawQuery, s.o.Token) {
		s.complain("upload: the token is sent to the upload server")
	}
	delete(s.tickets, id)
	field := map[string]string{"photo": "photo", "doc": "file", "cover": "photo"}[t.kind]
	name, data, err := filePart(r, field)
	if err != nil {
		s.complain("upload: %v", err)
		s.send(w, object{"error": "no file", "server": 1, "photo": "[]", "hash": ""})
		return
	}
	if why := unfit(t.kind, data); why != "" {
		s.send(w, object{"error": why, "server": 1, "photo": "[]", "hash": ""})
		return
	}
	hash := fmt.Sprintf("h%d", s.next())
	s.tickets[hash] = ticket{kind: "+" + t.kind, name: name, size: len(data)}
	switch t.kind {
	case "doc":
		s.send(w, object{"file": hash})
	case "cover":
		s.send(w, object{"hash": hash, "photo": "cover"})
	default:
		s.send(w, object{"server": 848430, "photo": `[{"markers_restarted":true}]`, "hash": hash})
	}
}

func filePart(r *http.Request, field string) (string, []byte, error) {
	if err := r.ParseMultipartForm(64 << 20); err != nil {
		return "", nil, err
	}
	f, head, err := r.FormFile(field)
	if err != nil {
		return "", nil, fmt.Errorf("field %s: %w", field, err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(f)
	return path.Base(head.Filename), data, err
}

// unfit says why a file is none that VK takes (docs/providers/vk.md, limits).
func unfit(kind string, data []byte) string {
	if kind == "doc" {
		return ""
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return "ERR_UPLOAD_BAD_IMAGE"
	case format == "gif", c.Width+c.Height > 14000, c.Width > 20*c.Height, c.Height > 20*c.Width, len(data) > 50_000_000:
		return "ERR_UPLOAD_BAD_IMAGE_SIZE"
	}
	return ""
}

// take uses up what an upload server gave for a file.
func (s *Server) take(hash, kind string) (ticket, bool) {
	t, ok := s.tickets[hash]
	if !ok || t.kind != "+"+kind {
		return t, false
	}
	delete(s.tickets, hash)
	return t, true
}

func (s *Server) store(t ticket, kind, key string) stored {
	f := stored{name: t.name, kind: kind, id: 456239000 + s.next(), size: t.size, key: key}
	s.files[fmt.Sprintf("%s%d_%d", kind, owner, f.id)] = f
	return f
}

func (s *Server) savePhoto(c call) (any, *failure) {
	t, ok := s.take(c.form.Get("hash"), "photo")
	switch {
	case c.form.Get("server") != "848430":
		return nil, &failure{118, ""}
	case !ok:
		return nil, &failure{121, ""}
	}
	return []object{s.renderFile(s.store(t, "photo", ""))}, nil
}

func (s *Server) saveDocument(c call) (any, *failure) {
	t, ok := s.take(c.form.Get("file"), "doc")
	if !ok {
		return nil, &failure{105, ""}
	}
	return object{"type": "doc", "doc": s.renderFile(s.store(t, "doc", "k3y"))}, nil
}

func (s *Server) saveCover(c call) (any, *failure) {
	if _, ok := s.take(c.form.Get("hash"), "cover"); !ok {
		return nil, &failure{129, ""}
	}
	n := s.next()
	images := []object{{"url": fmt.Sprintf("https://sun9-1.userapi.com/cover/%d.jpg", n), "width": 1590, "height": 400}}
	s.face["cover"] = object{"enabled": 1, "images": images, "photo_id": n}
	return object{"images": images}, nil
}

func (s *Server) renderFile(f stored) object {
	o := object{"id": f.id, "owner_id": owner, "date": s.now().Unix()}
	if f.key != "" {
		o["access_key"] = f.key
	}
	if f.kind == "doc" {
		o["title"], o["size"], o["ext"], o["type"] = f.name, f.size, strings.TrimPrefix(path.Ext(f.name), "."), 3
		return o
	}
	o["album_id"], o["has_tags"], o["text"] = -14, false, ""
	return o
}

// attached are a post's attachments as VK gives them back.
func (s *Server) attached(v *version) []object {
	out := []object{}
	for _, name := range v.attachments {
		kind, inner := "link", object{"url": name, "title": "A page", "description": ""}
		if p := s.polls[name]; p != nil {
			kind, inner = "poll", p
		} else if f, ok := s.files[name]; ok {
			kind, inner = f.kind, s.renderFile(f)
		}
		out = append(out, object{"type": kind, kind: inner})
	}
	return out
}

func (s *Server) createPoll(c call) (any, *failure) {
	var answers []string
	err := json.Unmarshal([]byte(c.form.Get("add_answers")), &answers)
	ends := c.number("end_date")
	switch {
	case err != nil || len(answers) < 1 || len(answers) > 10:
		return nil, param("add_answers")
	case strings.TrimSpace(c.form.Get("question")) == "":
		return nil, param("question")
	case c.form.Has("end_date") && ends <= s.now().Unix():
		return nil, param("end_date")
	case c.number("owner_id") != owner:
		return nil, &failure{15, "owner_id"}
	}
	list := []object{}
	for _, a := range answers {
		if n := utf8.RuneCountInString(a); n == 0 || n > 100 {
			return nil, param("add_answers: " + a)
		}
		list = append(list, object{"id": s.next(), "text": s.given(a), "votes": 0, "rate": 0})
	}
	id := s.next()
	p := object{
		"id": id, "owner_id": owner, "question": s.given(c.form.Get("question")), "created": s.now().Unix(), "votes": 0, "answers": list,
		"multiple": c.form.Get("is_multiple") == "1", "anonymous": c.form.Get("is_anonymous") == "1", "end_date": ends,
		"closed": false, "is_board": false, "can_edit": true, "can_vote": true, "can_report": false, "can_share": true, "disable_unvote": false,
	}
	s.polls[fmt.Sprintf("poll%d_%d", owner, id)] = p
	return p, nil
}
