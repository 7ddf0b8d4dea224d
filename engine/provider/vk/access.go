package vk

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// rights are the bits of a person's token (SevereCloud/vksdk d75855a, 2026-05).
var rights = []struct {
	name string
	bit  int64
	need bool // for publishing
}{
	{"wall", 8192, true}, {"photos", 4, true}, {"docs", 131072, false}, {"groups", 262144, false}, {"offline", 65536, false},
}

// editor is the lowest rank that publishes in a community's name (groups.getById's
// admin_level: 1 moderator, 2 editor, 3 administrator; the schema, 2025-01).
const editor = 2

// access reads what the token may do. A community's token and a service token are
// refused: wall.post takes neither (access_token_type in the schema).
func (l *login) access(ctx context.Context, g *group) (provider.Access, error) {
	const op = "open"
	var mask int64
	if _, err := l.read(ctx, op, "account.getAppPermissions", nil, &mask); err != nil {
		return provider.Access{}, err
	}
	if g.Deactivated != "" {
		return provider.Access{}, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: errors.New("VK has blocked the community, or it was deleted")}
	}
	if !bool(g.IsAdmin) || g.Level < editor {
		return provider.Access{}, &provider.Error{Kind: provider.Unauthorized, Op: op,
			Err: errors.New("the person behind the token is neither editor nor administrator of the community " + strconv.FormatInt(g.ID, 10))}
	}
	var a provider.Access
	for _, r := range rights {
		switch {
		case mask&r.bit != 0:
			a.Can = append(a.Can, r.name)
		case r.need:
			a.Lacks = append(a.Lacks, r.name)
		}
	}
	return a, nil
}

// community reads the community by its number or short address.
func (l *login) community(ctx context.Context, op, id, fields string) (*group, time.Time, error) {
	p := url.Values{"group_id": {id}}
	if fields != "" {
		p.Set("fields", fields)
	}
	var list struct {
		Groups []group `json:"groups"`
	}
	date, err := l.read(ctx, op, "groups.getById", p, &list)
	if err != nil {
		return nil, date, err
	}
	i := slices.IndexFunc(list.Groups, func(g group) bool { return g.ID > 0 && (l.group == 0 || g.ID == l.group) })
	if i < 0 {
		return nil, date, provider.Refused(op, "VK knows no community %q", id)
	}
	return &list.Groups[i], date, nil
}
