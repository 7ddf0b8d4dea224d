package telegram

import (
	"context"
	"errors"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// GetProfile implements provider.Profile. A picture is observed as its file's
// unique id, which each upload makes anew.
func (l *login) GetProfile(ctx context.Context) (map[string]string, error) {
	c, err := l.findChat(ctx, "get the profile", l.chat.ID)
	if err != nil {
		return nil, err
	}
	return c.face(), nil
}

func (c chat) face() map[string]string {
	f := fields{}
	f.set("name", c.Title)
	f.set("bio", c.Description)
	if c.Photo != nil {
		f.set("avatar", c.Photo.Big)
	}
	return f
}

// SetProfile implements provider.Profile. What the face leaves empty, and what is
// so already, stays as it is: each change of name or picture is a message in the
// chat.
func (l *login) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	const op = "set the profile"
	var avatar upload
	if face.Avatar != nil {
		var err error
		if avatar, _, err = l.load(ctx, *face.Avatar, photo, 0); err != nil {
			return nil, provider.Refused(op, "%w", err)
		}
	}
	now, err := l.findChat(ctx, op, l.chat.ID)
	if err != nil {
		return nil, err
	}
	if face.Name != "" && face.Name != now.Title {
		if err := l.set(ctx, op, "setChatTitle", map[string]any{"title": face.Name}); err != nil {
			return nil, err
		}
	}
	if face.Bio != "" && face.Bio != now.Description {
		if err := l.set(ctx, op, "setChatDescription", map[string]any{"description": face.Bio}); err != nil {
			return nil, err
		}
	}
	if face.Avatar != nil {
		avatar.field = "photo"
		if err := l.set(ctx, op, "setChatPhoto", map[string]any{}, avatar); err != nil {
			return nil, err
		}
	}
	if now, err = l.findChat(ctx, op, l.chat.ID); err != nil {
		return nil, unseen(err)
	}
	return now.face(), nil
}

func (l *login) set(ctx context.Context, op, method string, params map[string]any, files ...upload) error {
	params["chat_id"] = l.chat.ID
	return done(l.command(ctx, call{op: op, method: method, params: params, files: files}))
}

// unseen is the error of a change that could not be looked at.
func unseen(err error) error {
	var e *provider.Error
	if errors.As(err, &e) && e.Kind == provider.Unsent {
		e.Kind = provider.Ambiguous
	}
	return err
}
