package render

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/measure"
)

// Profile renders an account's face: nil where the file has none. A pinned post
// is the account's Profile.Pinned, for whoever publishes that post.
func Profile(s *Scope, account *content.Account) (*content.Publication, []Problem) {
	if account.Profile == nil {
		return nil, nil
	}
	v := newView(Of(s, &content.Post{ID: content.ProfileID, Path: account.Path, Brand: account.Brand}), account)
	face := v.face(account.Profile)
	pub := &content.Publication{
		Key:      content.Key{Post: content.ProfileID, Account: account.ID},
		Provider: account.Provider, Path: account.Path, Ready: true,
		Late: content.Lateness{Set: true, Any: true}, Profile: face,
	}
	var parts []string
	for _, f := range face.FieldValues() {
		parts = append(parts, f.Path, f.Value)
	}
	pub.Digest = content.Digest(parts...)
	pub.Invalid = v.invalid()
	return pub, v.problems
}

func (v *view) face(p *content.Profile) *content.Face {
	face := &content.Face{Name: clean(p.Name), Bio: clean(unix(p.Bio)), Fields: fields(p)}
	face.Avatar = v.portrait("avatar", p.Avatar)
	face.Header = v.portrait("header", p.Header)
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"name", face.Name != ""}, {"bio", face.Bio != ""}, {"avatar", p.Avatar != ""}, {"header", p.Header != ""},
		{"links", len(face.Fields) > 0}, {"pinned", p.Pinned != ""},
	} {
		if f.set && !slices.Contains(v.caps().Profile, f.name) {
			v.warn("profile-unsupported", "profile."+f.name, "", "%s has no %s that could be set", v.who(), f.name)
		}
	}
	v.faceLimits(p, face)
	return face
}

// faceLimits counts a bio as a post's text, all else in characters.
func (v *view) faceLimits(p *content.Profile, face *content.Face) {
	l := &v.limits
	c := measure.Counter{Unit: measure.Unit(l.Unit), URLLength: l.URLLength}
	tooLong := func(field string, n, limit int) {
		if limit > 0 && n > limit {
			v.fail("profile-too-long", field, "", "%d characters, and %s takes %d: %d too many", n, v.who(), limit, n-limit)
		}
	}
	tooLong("profile.name", measure.Length(string(measure.Graphemes), face.Name), l.Name)
	tooLong("profile.bio", c.Length(face.Bio), l.Bio)
	if l.ProfileFields > 0 && len(face.Fields) > l.ProfileFields {
		v.fail("profile-fields", "profile.links", "", "%d links and fields, and %s takes %d", len(face.Fields), v.who(), l.ProfileFields)
	}
	for i, f := range face.Fields {
		field := "profile.fields." + f.Path
		if i < len(p.Links) {
			field = fmt.Sprintf("profile.links[%d]", i)
			if why := badAddress(f.Value); why != "" {
				v.fail("link-address", field, "write a whole address: https://…", "%q is no address to link to: %s", short(f.Value), why)
			}
		}
		tooLong(field, max(len([]rune(f.Path)), len([]rune(f.Value))), l.ProfileField)
	}
}

// fields are the links, each under its host's name, and then the fields in the
// order of their labels.
func fields(p *content.Profile) []content.FieldValue {
	var out []content.FieldValue
	for _, l := range p.Links {
		label := "Link"
		if u, err := url.Parse(l); err == nil && u.Host != "" {
			label = strings.TrimPrefix(u.Host, "www.")
		}
		out = append(out, content.FieldValue{Path: clean(label), Value: clean(l)})
	}
	for _, k := range slices.Sorted(maps.Keys(p.Fields)) {
		out = append(out, content.FieldValue{Path: clean(k), Value: clean(p.Fields[k])})
	}
	return out
}

// portrait describes a picture, whose path is relative to the account's folder,
// to the brand's, or to the workspace: the first that is there.
func (v *view) portrait(field, file string) *content.Attachment {
	if file == "" {
		return nil
	}
	dir := path.Dir(v.account.Path)
	field = "profile." + field
	a, err := v.find(file, dir, path.Dir(dir), ".")
	switch {
	case err != nil:
		v.fail(mediaRule(err), field, "", "%v", err)
		return nil
	case a.Type == "":
		return &a
	case !isImage(&a):
		v.fail("media-type-unsupported", field, "", "%s is no picture (%s)", a.File, a.Type)
		return nil
	}
	l := v.pictureLimits()
	l.RatioMin, l.RatioMax = 0, 0 // those are of a post's pictures
	v.fitPicture(field, &a, l, nil)
	return &a
}
