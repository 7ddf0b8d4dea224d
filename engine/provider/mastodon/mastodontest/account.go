package mastodontest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sort"

	"github.com/smmctl/smmctl/engine/measure"
)

// face is the account's profile.
type face struct {
	name, note, avatar, header string
	fields                     [][2]string
}

func (s *Server) verify(call) answer { return ok(s.renderFace()) }

func (s *Server) renderFace() object {
	plain, marked := []object{}, []object{}
	for _, f := range s.face.fields {
		plain = append(plain, object{"name": f[0], "value": f[1], "verified_at": nil})
		marked = append(marked, object{"name": f[0], "value": s.markup(f[1]), "verified_at": nil})
	}
	files := "https://files." + s.o.Domain
	live := 0
	for _, p := range s.posts {
		if p.now != nil {
			live++
		}
	}
	return object{
		"id": s.AccountID(), "username": s.o.Username, "acct": s.o.Username, "display_name": s.face.name,
		"note": s.markup(s.face.note), "url": "https://" + s.o.Domain + "/@" + s.o.Username,
		"avatar": files + s.face.avatar, "avatar_static": files + s.face.avatar,
		"header": files + s.face.header, "header_static": files + s.face.header,
		"fields": marked, "statuses_count": live,
		"source": object{"note": s.face.note, "fields": plain, "privacy": "public", "sensitive": false, "language": "en"},
	}
}

func (s *Server) updateFace(c call) answer {
	p, err := readParams(c.Request, "display_name", "note", "fields_attributes", "avatar", "header")
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	f := s.face
	if p.has("display_name") {
		f.name = p.text("display_name")
	}
	if p.has("note") {
		f.note = p.text("note")
	}
	if p.has("fields_attributes") {
		f.fields = fieldsOf(p.object("fields_attributes"))
	}
	if bad := s.checkFace(f); bad != nil {
		return *bad
	}
	for name, into := range map[string]*string{"avatar": &f.avatar, "header": &f.header} {
		if bad := s.picture(c, name, into); bad != nil {
			return *bad
		}
	}
	s.face = f
	return ok(s.renderFace())
}

func fieldsOf(p params) [][2]string {
	var keys []string
	for k := range p {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var out [][2]string
	for _, k := range keys {
		f := p.object(k)
		if f.text("name") != "" || f.text("value") != "" {
			out = append(out, [2]string{f.text("name"), f.text("value")})
		}
	}
	return out
}

func (s *Server) checkFace(f face) *answer {
	switch {
	case measure.Length("graphemes", f.name) > 30:
		return s.unprocessable("Validation failed: Display name is too long (maximum is 30 characters)")
	case measure.Length("mastodon", f.note) > 500:
		return s.unprocessable("Validation failed: Bio is too long")
	case len(f.fields) > s.rules.fields:
		return s.unprocessable("Validation failed: Fields are too many")
	}
	return nil
}

// picture stores an avatar or a header; each upload gets a new address.
func (s *Server) picture(c call, name string, into *string) *answer {
	if c.MultipartForm == nil || len(c.MultipartForm.File[name]) == 0 {
		return nil
	}
	file, err := c.MultipartForm.File[name][0].Open()
	if err != nil {
		return s.unprocessable("Validation failed: " + name)
	}
	defer func() { _ = file.Close() }()
	body, err := io.ReadAll(file)
	if err != nil || !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, http.DetectContentType(body)) || len(body) > 8<<20 {
		return s.unprocessable("Validation failed: " + name + " content type is invalid")
	}
	s.seq++
	sum := sha256.Sum256(body)
	*into = fmt.Sprintf("/accounts/%ss/%d/original/%s.png", name, s.seq, hex.EncodeToString(sum[:8]))
	return nil
}

func (s *Server) configuration() object {
	r := s.rules
	c := object{
		"accounts": object{"max_pinned_statuses": r.pins, "max_profile_fields": r.fields},
		"statuses": object{"max_characters": r.characters, "max_media_attachments": r.media, "characters_reserved_per_url": 23},
		"media_attachments": object{
			"supported_mime_types": r.acceptsMedia, "description_limit": r.alt, "image_size_limit": r.imageBytes,
			"image_matrix_limit": 33177600, "video_size_limit": 103809024, "video_frame_rate_limit": 120, "video_matrix_limit": 8294400,
		},
		"polls": object{"max_options": r.pollOptions, "max_characters_per_option": r.pollOption, "min_expiration": 300, "max_expiration": 2629746},
	}
	if s.o.Flavour == GoToSocial {
		c["statuses"].(object)["characters_reserved_per_url"] = 25
	}
	return c
}

func (s *Server) instanceV2(call) answer {
	o := object{"domain": s.o.Domain, "title": "Test", "version": s.rules.version, "configuration": s.configuration()}
	switch s.o.Flavour {
	case Mastodon:
		o["source_url"], o["api_versions"] = "https://github.com/mastodon/mastodon", object{"mastodon": 7}
	case GoToSocial:
		o["source_url"] = "https://codeberg.org/superseriousbusiness/gotosocial"
	}
	return ok(o)
}

func (s *Server) instanceV1(call) answer {
	o := object{"uri": s.o.Domain, "title": "Test", "version": s.rules.version}
	if s.o.Flavour == Pleroma {
		o["max_toot_chars"], o["upload_limit"], o["description_limit"] = s.rules.characters, s.rules.imageBytes, s.rules.alt
		o["poll_limits"] = object{"max_options": 20, "max_option_chars": 200, "min_expiration": 0, "max_expiration": 31536000}
		o["pleroma"] = object{"metadata": object{"fields_limits": object{"max_fields": 10, "value_length": 2048}}}
		return ok(o)
	}
	o["configuration"] = s.configuration()
	return ok(o)
}
