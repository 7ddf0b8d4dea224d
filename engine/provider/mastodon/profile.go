package mastodon

import (
	"context"
	"net/http"
	"strconv"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// GetProfile implements provider.Profile. A picture is observed as the path of
// its file: the server makes a new one for each upload, and the host may change
// with where the server keeps its files. So a picture that was replaced by hand
// is drift, and a move to another store is not.
func (l *login) GetProfile(ctx context.Context) (map[string]string, error) {
	me, _, err := l.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	return me.face(), nil
}

func (a *account) face() map[string]string {
	bio, labels := plain(string(a.Note), nil), a.Fields
	if a.Source != nil && a.Source.Note != nil {
		bio = string(*a.Source.Note)
	}
	if a.Source != nil && len(a.Source.Fields) > 0 {
		labels = a.Source.Fields
	}
	f := fields{}
	f.set("name", string(a.DisplayName))
	f.set("bio", bio)
	f.set("avatar", pathOf(string(a.Avatar)))
	f.set("header", pathOf(string(a.Header)))
	for i, v := range labels {
		f.set("fields["+strconv.Itoa(i)+"]", string(v.Name)+": "+plain(string(v.Value), nil))
	}
	return f
}

// SetProfile implements provider.Profile. What the face leaves empty stays as it
// is.
func (l *login) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	const op = "set the profile"
	f := httpx.NewForm()
	defer f.Close()
	f.Text("display_name", face.Name)
	f.Text("note", face.Bio)
	for i, v := range face.Fields {
		f.Text("fields_attributes["+strconv.Itoa(i)+"][name]", v.Path)
		f.Text("fields_attributes["+strconv.Itoa(i)+"][value]", v.Value)
	}
	for _, p := range []struct {
		name string
		file *content.Attachment
	}{{"avatar", face.Avatar}, {"header", face.Header}} {
		if p.file == nil {
			continue
		}
		if err := l.attach(ctx, f, p.name, *p.file); err != nil {
			return nil, provider.Refused(op, "%w", err)
		}
	}
	resp, err := l.send(ctx, formRequest(op, http.MethodPatch, "/api/v1/accounts/update_credentials", f))
	if err != nil {
		return nil, err
	}
	var me account
	if err := decode(resp.Body, &me); err != nil || string(me.ID) != l.me {
		return nil, unreadable(op, resp, "the answer is not this account")
	}
	return me.face(), nil
}
