package wordpress

import (
	"context"

	"golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// settings is the site's face. Only an administrator sees it there.
type settings struct {
	Title       *string `json:"title"`
	Description *string `json:"description"`
}

var settingsFields = query("_fields", "title,description")

// GetProfile implements provider.Profile: the site's title and its tagline.
func (l *login) GetProfile(ctx context.Context) (map[string]string, error) {
	const op = "get the profile"
	resp, err := l.get(ctx, op, "settings", settingsFields)
	if err != nil {
		return nil, err
	}
	f, err := readSettings(op, resp)
	return f, provider.Harmless(op, err)
}

// SetProfile implements provider.Profile. What the face leaves empty stays as it
// is.
func (l *login) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	const op = "set the profile"
	set := map[string]string{}
	if face.Name != "" {
		set["title"] = face.Name
	}
	if face.Bio != "" {
		set["description"] = face.Bio
	}
	resp, err := l.post(ctx, op, "settings", settingsFields, set)
	if err != nil {
		return nil, err
	}
	return readSettings(op, resp)
}

func readSettings(op string, resp *httpx.Response) (map[string]string, error) {
	var s settings
	if err := decode(resp.Body, &s); err != nil || s.Title == nil || s.Description == nil {
		return nil, unreadable(op, resp, "the answer is not the site's settings")
	}
	f := map[string]string{}
	if v := html.UnescapeString(*s.Title); v != "" {
		f["name"] = v
	}
	if v := html.UnescapeString(*s.Description); v != "" {
		f["bio"] = v
	}
	return f, nil
}
