package vk

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// profileFields are those of groups.getById that make a community's face.
const profileFields = "description,site,cover"

// GetProfile implements provider.Profile.
func (l *login) GetProfile(ctx context.Context) (map[string]string, error) {
	g, _, err := l.community(ctx, "read the profile", ownerText(l.group), profileFields)
	if err != nil {
		return nil, err
	}
	return g.face(), nil
}

// face is observed as names and texts. A cover is the number of its photo, else
// the path of its largest picture, for the host may change.
func (g *group) face() map[string]string {
	f := fields{}
	f.set("name", plain(g.Name))
	f.set("bio", plain(g.Description))
	f.set("fields[0]", plain(g.Site))
	if bool(g.Cover.Enabled) {
		f.set("header", g.Cover.name())
	}
	return f
}

func (c cover) name() string {
	if c.Photo != 0 {
		return strconv.FormatInt(c.Photo, 10)
	}
	best, path := -1, ""
	for _, i := range c.Images {
		if u, err := url.Parse(i.URL); err == nil && i.Width > best {
			best, path = i.Width, u.Path
		}
	}
	return path
}

// SetProfile implements provider.Profile. What the face leaves empty stays as it
// is. VK has one address, the community's website.
func (l *login) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	const op = "set the profile"
	if face.Avatar != nil {
		return nil, unsupported(op, "a new avatar would be posted on the wall by VK: change it by hand")
	}
	p := url.Values{}
	for name, value := range map[string]string{"title": face.Name, "description": face.Bio} {
		if value != "" {
			p.Set(name, value)
		}
	}
	if i := slices.IndexFunc(face.Fields, func(f content.FieldValue) bool { return f.Value != "" }); i >= 0 {
		p.Set("website", face.Fields[i].Value)
	}
	if err := l.editGroup(ctx, op, p); err != nil {
		return nil, err
	}
	if face.Header != nil {
		if err := l.setCover(ctx, op, *face.Header); err != nil {
			return nil, err
		}
	}
	now, err := l.GetProfile(ctx)
	if err != nil {
		return nil, doubtful(op, "set, and not read back", err)
	}
	return now, nil
}

func (l *login) editGroup(ctx context.Context, op string, p url.Values) error {
	if len(p) == 0 {
		return nil
	}
	p.Set("group_id", ownerText(l.group))
	var done int
	_, err := l.call(ctx, op, "groups.edit", p, &done)
	if err == nil && done != 1 {
		return unreadable(op, "groups.edit", errors.New("it does not say that it was done"))
	}
	return err
}

// setCover uploads the picture over the community's page. The whole picture is
// asked for: without a crop VK would take 795 × 200 of it (the schema's defaults).
func (l *login) setCover(ctx context.Context, op string, m content.Attachment) error {
	file, err := l.file(ctx, m)
	if err != nil {
		return provider.Refused(op, "%w", err)
	}
	p := url.Values{"group_id": {ownerText(l.group)}}
	if file.Width > 0 && file.Height > 0 {
		p.Set("crop_x2", strconv.Itoa(file.Width))
		p.Set("crop_y2", strconv.Itoa(file.Height))
	}
	var sent struct {
		Hash  string `json:"hash"`
		Photo string `json:"photo"`
	}
	if err := l.send(ctx, op, "photos.getOwnerCoverPhotoUploadServer", p, "photo", file, &sent); err != nil {
		return provider.Harmless(op, err)
	}
	if sent.Hash == "" || sent.Photo == "" {
		return provider.Harmless(op, unreadable(op, "the upload server", errors.New("it names no cover")))
	}
	var saved struct {
		Images []struct{} `json:"images"`
	}
	_, err = l.call(ctx, op, "photos.saveOwnerCoverPhoto", url.Values{"hash": {sent.Hash}, "photo": {sent.Photo}}, &saved)
	return err
}
