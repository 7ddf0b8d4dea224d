package vk_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/vk"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server vktest.Options
		change func(*provider.Config)
		want   provider.Kind
		says   string
	}{
		"community token": {vktest.Options{TokenKind: "group"}, nil, provider.Unauthorized, "community's token"},
		"service token":   {vktest.Options{TokenKind: "service"}, nil, provider.Unauthorized, "service token"},
		"not an admin":    {vktest.Options{Level: -1}, nil, provider.Unauthorized, "neither editor nor administrator"},
		"a moderator":     {vktest.Options{Level: 1}, nil, provider.Unauthorized, "neither editor nor administrator"},
		"another token":   {vktest.Options{Token: "another"}, nil, provider.Unauthorized, "revoked"},
		"no token":        {vktest.Options{}, func(c *provider.Config) { c.Credential = nil }, provider.Unauthorized, "credentials.token"},
		"an empty token": {vktest.Options{}, func(c *provider.Config) {
			c.Credential = func(string) (provider.Secret, error) { return provider.NewSecret(" "), nil }
		}, provider.Unauthorized, "empty"},
		"no community":       {vktest.Options{}, func(c *provider.Config) { c.Account.Options = nil }, provider.Rejected, "options.group"},
		"another community":  {vktest.Options{}, func(c *provider.Config) { c.Account.Options["group"] = "nobody" }, provider.Rejected, ""},
		"no address":         {vktest.Options{}, func(c *provider.Config) { c.Account.Options["group"] = "a b" }, provider.Rejected, "options.group"},
		"http":               {vktest.Options{}, func(c *provider.Config) { c.Account.Server = "http://api.vk.ru" }, provider.Rejected, "write https"},
		"a server of no use": {vktest.Options{}, func(c *provider.Config) { c.Account.Server = "https://a:b@x" }, provider.Rejected, "server"},
		"too fast":           {vktest.Options{}, func(c *provider.Config) { c.Account.Options["requests_per_second"] = 99 }, provider.Rejected, "requests_per_second"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := newServer(t, c.server).config()
			if c.change != nil {
				c.change(&cfg)
			}
			_, err := vk.Driver().Open(context.Background(), cfg)
			is(t, err, c.want)
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error says %q", err)
			}
		})
	}
}

func TestWhoAndWhat(t *testing.T) {
	t.Parallel()
	for _, group := range []any{"acme", "1", 1, 1.0, -1, "-1", "@acme", "club1", "https://vk.com/acme"} {
		r := newServer(t, vktest.Options{Rights: 4 | 65536, Skew: 90 * time.Second})
		cfg := r.config()
		cfg.Account.Options["group"] = group
		cfg.Account.PlatformLimits = map[string]int{"characters": 4000}
		acc, err := vk.Driver().Open(context.Background(), cfg)
		if err != nil {
			t.Fatalf("%v: %v", group, err)
		}
		if acc.Identity.ID != "-1" || acc.Identity.Handle != "@acme" || acc.Identity.Server != strings.TrimPrefix(r.url, "http://") {
			t.Errorf("%v is %+v", group, acc.Identity)
		}
		if !slices.Equal(acc.Access.Can, []string{"photos", "offline"}) || !slices.Equal(acc.Access.Lacks, []string{"wall"}) {
			t.Errorf("access %+v", acc.Access)
		}
		if !acc.ServerTime.Equal(start.Add(90*time.Second)) || acc.Limits.Characters != 4000 {
			t.Errorf("server time %v, limits %+v", acc.ServerTime, acc.Limits)
		}
	}
}

// A post with many pictures stays within what VK takes in a second, where the
// requests before it leave no room.
func TestPace(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{PerSecond: 3})
	q := request("Many pictures")
	q.Segment.Media = pictures(5)
	before := r.clock.Now()
	if _, err := r.Posts.Publish(context.Background(), q); err != nil {
		t.Fatal(err)
	}
	if passed := r.clock.Now().Sub(before); passed < 3*time.Second || passed > 6*time.Second {
		t.Errorf("twelve requests to the API took %s", passed)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := r.Posts.Publish(ctx, request("Cancelled"))
	is(t, err, provider.Unsent)
}

func TestOptionSchemasAreJSON(t *testing.T) {
	t.Parallel()
	d := vk.Driver()
	for _, s := range []string{d.PostOptions, d.AccountOptions} {
		var v map[string]any
		if err := json.Unmarshal([]byte(s), &v); err != nil {
			t.Error(err)
		}
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{Escape: true})
	header := file("media/square.png", "image/png")
	got, err := r.Profile.SetProfile(context.Background(), content.Face{
		Name: "Acme & Sons", Bio: "Coats that last.", Header: &header,
		Fields: []content.FieldValue{{Path: "example.org", Value: "https://example.org"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got["name"] != "Acme & Sons" || got["bio"] != "Coats that last." || got["fields[0]"] != "https://example.org" || got["header"] == "" {
		t.Errorf("the profile is %v", got)
	}
	// What a face leaves empty stays as it is.
	if got, err = r.Profile.SetProfile(context.Background(), content.Face{Bio: "Warm coats."}); err != nil || got["name"] != "Acme & Sons" || got["bio"] != "Warm coats." || got["header"] == "" {
		t.Errorf("the profile is %v, %v", got, err)
	}
	edits := count(r.Requests(), "groups.edit")
	if _, err := r.Profile.SetProfile(context.Background(), content.Face{Header: &header}); err != nil || count(r.Requests(), "groups.edit") != edits {
		t.Errorf("a cover alone: %v, %v", err, r.Requests())
	}
	_, err = r.Profile.SetProfile(context.Background(), content.Face{Avatar: &header})
	is(t, err, provider.Unsupported)
	if len(r.Live()) > 0 {
		t.Error("something was posted on the wall")
	}
	gif := file("media/square.gif", "image/gif")
	_, err = r.Profile.SetProfile(context.Background(), content.Face{Header: &gif})
	is(t, err, provider.Rejected)
}

// A cover without a number is told by the path of its largest picture.
func TestCoverByItsPath(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]string{"groups.getById": `{"response":{"groups":[{"id":1,"name":"Acme","cover":{"enabled":1,"images":[
		{"url":"https://sun1.example/a/small.jpg?x=1","width":400,"height":100},{"url":"https://sun2.example/a/large.jpg?x=2","width":1590,"height":400}]}}]}}`})
	got, err := s.Profile.GetProfile(context.Background())
	if err != nil || got["header"] != "/a/large.jpg" {
		t.Errorf("%v, %v", got, err)
	}
}

// Editors may publish and may not change the community.
func TestEditorMayNotChangeTheProfile(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{Level: 2})
	published(t, r, "By an editor")
	_, err := r.Profile.SetProfile(context.Background(), content.Face{Name: "New"})
	is(t, err, provider.Rejected)
}
