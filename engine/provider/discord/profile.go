package discord

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// GetProfile implements provider.Profile. The picture is observed as Discord's
// hash of it.
func (l *login) GetProfile(ctx context.Context) (map[string]string, error) {
	me, _, err := l.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	return me.face(), nil
}

func (w webhook) face() map[string]string {
	f := fields{}
	f.set("name", w.Name)
	f.set("avatar", w.Avatar)
	return f
}

// SetProfile implements provider.Profile. What the face leaves empty stays as it
// is.
func (l *login) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	const op = "set the profile"
	body := map[string]string{}
	if face.Name != "" {
		body["name"] = face.Name
	}
	if face.Avatar != nil {
		f, err := l.load(ctx, op, *face.Avatar, limits().ImageBytes)
		if err != nil {
			return nil, err
		}
		data, err := f.Read()
		if err != nil {
			return nil, provider.Refused(op, "%w", err)
		}
		body["avatar"] = "data:" + f.Type + ";base64," + base64.StdEncoding.EncodeToString(data)
	}
	resp, e := l.sendJSON(ctx, request{op: op, method: http.MethodPatch}, body)
	if e != nil {
		return nil, e
	}
	var me webhook
	if err := decode(resp.Body, &me); err != nil || me.ID != l.id {
		return nil, unreadable(op, resp, "the answer is not this webhook")
	}
	return me.face(), nil
}
