package bluesky

import (
	"context"
	"encoding/json"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// face is the record of app.bsky.actor.profile with all its fields; those that we
// do not know are written back as they were read.
type face map[string]json.RawMessage

func (f face) text(name string) string {
	var s string
	_ = json.Unmarshal(f[name], &s)
	return s
}

func (f face) file(name string) string {
	var b blob
	_ = json.Unmarshal(f[name], &b)
	return b.cid()
}

func (f face) pinned() ref {
	var r ref
	_ = json.Unmarshal(f["pinnedPost"], &r)
	return r
}

func (f face) set(name string, v any) {
	if b, err := json.Marshal(v); err == nil { // plain structs and strings always encode
		f[name] = b
	}
}

// fields are those of content.Face; a picture is its blob.
func (f face) fields() map[string]string {
	out := fields{}
	out.set("name", f.text("displayName"))
	out.set("bio", f.text("description"))
	out.set("avatar", f.file("avatar"))
	out.set("header", f.file("banner"))
	return out
}

func (l *login) faceAt() place { return place{l.did, profileType, "self"} }

// profile reads the record, and the swap to write it with; an account may have
// none yet.
func (l *login) profile(ctx context.Context, op string) (face, swap, error) {
	was, err := l.record(ctx, op, l.faceAt())
	if provider.Is(err, provider.NotFound) {
		return face{"$type": json.RawMessage(`"` + profileType + `"`)}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return was.fields(), &was.CID, nil
}

// GetProfile implements provider.Profile.
func (l *login) GetProfile(ctx context.Context) (map[string]string, error) {
	f, _, err := l.profile(ctx, "read the profile")
	if err != nil {
		return nil, err
	}
	return f.fields(), nil
}

// SetProfile implements provider.Profile. What the face leaves empty stays as it
// is.
func (l *login) SetProfile(ctx context.Context, want content.Face) (map[string]string, error) {
	const op = "set the profile"
	if len(want.Fields) > 0 {
		return nil, unsupported(op, "a profile here has no links")
	}
	f, was, err := l.profile(ctx, op)
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{"displayName": want.Name, "description": want.Bio} {
		if text != "" {
			f.set(name, text)
		}
	}
	for name, file := range map[string]*content.Attachment{"avatar": want.Avatar, "banner": want.Header} {
		if file == nil {
			continue
		}
		b, _, err := l.upload(ctx, op, *file, "", thumbBytes)
		if err != nil {
			return nil, err
		}
		f.set(name, b)
	}
	if _, err := l.put(ctx, op, l.faceAt(), f, was); err != nil {
		return nil, changedMeanwhile(err)
	}
	return f.fields(), nil
}

// Pin implements provider.Pins. There is one pin: it takes another's place.
func (l *login) Pin(ctx context.Context, id string) error {
	const op = "pin"
	where, err := l.own(op, id)
	if err != nil {
		return err
	}
	p, err := l.record(ctx, op, where)
	if err != nil {
		return err
	}
	f, was, err := l.profile(ctx, op)
	if err != nil || f.pinned() == (ref{p.URI, p.CID}) {
		return err
	}
	f.set("pinnedPost", ref{p.URI, p.CID})
	_, err = l.put(ctx, op, l.faceAt(), f, was)
	return changedMeanwhile(err)
}

// Unpin implements provider.Pins. Another post's pin stays.
func (l *login) Unpin(ctx context.Context, id string) error {
	const op = "unpin"
	where, err := l.own(op, id)
	if err != nil {
		return err
	}
	f, was, err := l.profile(ctx, op)
	if err != nil || f.pinned().URI != where.uri() {
		return err
	}
	delete(f, "pinnedPost")
	_, err = l.put(ctx, op, l.faceAt(), f, was)
	return changedMeanwhile(err)
}
