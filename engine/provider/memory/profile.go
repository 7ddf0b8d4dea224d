package memory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
)

type profile struct{ *account }

// GetProfile implements provider.Profile.
func (a profile) GetProfile(ctx context.Context) (map[string]string, error) {
	return request(ctx, a.account, OpGetProfile, func(Fault) (map[string]string, error) {
		return maps.Clone(a.p.profile), nil
	})
}

// SetProfile implements provider.Profile. Fields that the face leaves empty stay
// as they are.
func (a profile) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	return request(ctx, a.account, OpSetProfile, func(Fault) (map[string]string, error) {
		if err := a.checkFace(face); err != nil {
			return nil, err
		}
		if len(face.Fields) > 0 {
			maps.DeleteFunc(a.p.profile, func(k, _ string) bool { return strings.HasPrefix(k, "fields[") })
		}
		for _, f := range face.FieldValues() {
			a.p.profile[f.Path] = faceField(face, f)
		}
		return maps.Clone(a.p.profile), nil
	})
}

// faceField is the platform's own form of one field.
func faceField(face content.Face, f content.FieldValue) string {
	switch f.Path {
	case "avatar":
		return mediaID(*face.Avatar)
	case "header":
		return mediaID(*face.Header)
	}
	return Text(f.Value)
}

func (a *account) checkFace(f content.Face) error {
	l := a.o.Limits
	for _, x := range []struct {
		set  bool
		name string
	}{{f.Name != "", "name"}, {f.Bio != "", "bio"}, {f.Avatar != nil, "avatar"}, {f.Header != nil, "header"}, {len(f.Fields) > 0, "links"}} {
		if x.set && !slices.Contains(a.o.Capabilities.Profile, x.name) {
			return unsupported("", "a profile has no "+x.name+" here")
		}
	}
	if over(utf8.RuneCountInString(f.Name), l.Name) || over(utf8.RuneCountInString(f.Bio), l.Bio) || over(len(f.Fields), l.ProfileFields) {
		return rejected("", "the profile is too long")
	}
	for _, m := range []*content.Attachment{f.Avatar, f.Header} {
		if m == nil {
			continue
		}
		if err := a.checkMedia(*m); err != nil {
			return err
		}
	}
	return nil
}
