package telegram_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/telegram"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{})
	for _, c := range []struct {
		options string // name=value
		preview string // as JSON
		is      func(telegramtest.Message) bool
	}{
		{"", "null", func(m telegramtest.Message) bool { return !m.Silent && !m.Protected }},
		{"silent=true", "null", func(m telegramtest.Message) bool { return m.Silent }},
		{"silent=false", "null", func(m telegramtest.Message) bool { return !m.Silent }},
		{"protect=true", "null", func(m telegramtest.Message) bool { return m.Protected }},
		{"preview=auto", "null", nil},
		{"preview=off", `{"is_disabled":true}`, nil},
		{"preview=large", `{"prefer_large_media":true,"url":"https://first.example/"}`, nil},
		{"preview=small", `{"prefer_small_media":true,"url":"https://first.example/"}`, nil},
		{"preview=above", `{"show_above_text":true}`, nil},
		{"spoiler=true", "null", func(m telegramtest.Message) bool { return !m.Spoiler }}, // a text has none
	} {
		q := post("See first and second " + c.options)
		q.Segment.Facets = []content.Facet{
			{Kind: "link", Start: 14, End: 20, Value: "https://second.example/"}, {Kind: "link", Start: 4, End: 9, Value: "https://first.example/"},
		}
		name, value, _ := strings.Cut(c.options, "=")
		q.Segment.Options = map[string]string{name: value}
		if _, err := r.Posts.Publish(context.Background(), q); err != nil {
			t.Errorf("%s: %v", c.options, err)
			continue
		}
		all := r.Messages()
		m := all[len(all)-1]
		if got, _ := json.Marshal(m.Preview); string(got) != c.preview || len(m.Entities) != 2 || c.is != nil && !c.is(m) {
			t.Errorf("%s became %+v, preview %s", c.options, m, got)
		}
	}
}

// TestEditsKeepOptions: an edit sends the whole state.
func TestEditsKeepOptions(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{})
	ctx := context.Background()
	q := post("Hello")
	q.At = start.Add(-time.Minute) // wanted a little earlier
	q.Segment.Options = map[string]string{"preview": "off", "caption_above": "true", "protect": "true"}
	o, err := r.Posts.Publish(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Hour)
	next := q.Segment
	next.Text = "Hello again"
	got, err := r.Posts.Edit(ctx, o.ID, edited(q, o, next))
	if err != nil || !got.CreatedAt.Equal(start) || got.Fields["protect"] != "true" {
		t.Errorf("%+v, %v", got, err)
	}
	if m := r.Messages()[0]; m.Text != "Hello again" || fmt.Sprint(m.Preview) != "map[is_disabled:true]" || !m.Edited {
		t.Errorf("%+v", m)
	}
	r.clock.Advance(time.Hour)
	same, err := r.Posts.Edit(ctx, o.ID, edited(q, got, next)) // answered «not modified»
	if err != nil || !same.CreatedAt.Equal(start) || same.Fields["text"] != "Hello again" {
		t.Errorf("%+v, %v", same, err)
	}
	named := post("Hello again") // of a message that a person named, nothing else is known
	named.Segment.Options, named.At = next.Options, start.Add(-time.Minute)
	if same, err = r.Posts.Edit(ctx, o.ID, named); err != nil || !same.CreatedAt.Equal(named.At) {
		t.Errorf("%+v, %v", same, err)
	}
	picture := with("A picture", picture("png"))
	if o, err = r.Posts.Publish(ctx, picture); err != nil {
		t.Fatal(err)
	}
	next = picture.Segment
	next.Text, next.Options = "", map[string]string{"caption_above": "true"}
	if got, err = r.Posts.Edit(ctx, o.ID, edited(picture, o, next)); err != nil || got.Fields["caption_above"] != "true" || got.Fields["text"] != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPoll(t *testing.T) {
	t.Parallel()
	var sent struct {
		Question string
		Options  []struct{ Text string }
		Period   int64 `json:"open_period"`
		Multiple bool  `json:"allows_multiple_answers"`
	}
	answer := `{"message_id":17,"date":1796290200,"chat":` + aChat + `,"poll":{"question":"Red or blue?","options":[{"text":"Red"},{"text":"Blue"}],"allows_multiple_answers":true,"open_period":90000}}`
	s := newStub(t, answers{"sendPoll": result(answer)})
	q := post(" Red or blue? ")
	q.Segment.Poll = &content.PollSpec{Options: []string{"Red", " Blue\r"}, Expires: 25 * time.Hour, Multiple: true}
	posts := s.open(t).Posts
	o, err := posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(s.calls("sendPoll")[0]), &sent); err != nil {
		t.Fatal(err)
	}
	if sent.Question != "Red or blue?" || len(sent.Options) != 2 || sent.Options[1].Text != "Blue" || sent.Period != 90000 || !sent.Multiple {
		t.Errorf("sent %+v", sent)
	}
	if o.Fields["poll.options[1]"] != "Blue" || o.Fields["poll.multiple"] != "true" || o.Fields["poll.open_period"] != "90000" || o.Fingerprint != telegram.Driver().Fingerprint(q.Segment) {
		t.Errorf("%+v", o)
	}
	_, err = posts.Edit(context.Background(), o.ID, edited(q, o, q.Segment))
	wantKind(t, err, provider.Unsupported)
	_, err = posts.Edit(context.Background(), o.ID, edited(q, o, post("No poll").Segment))
	wantKind(t, err, provider.Unsupported)
}

func TestRetractWindow(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{})
	ctx := context.Background()
	var ids []string
	for i := range 2 {
		o, err := r.Posts.Publish(ctx, post(fmt.Sprint("Message ", i)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, o.ID)
	}
	r.clock.Advance(r.Limits.RetractWindow - time.Second)
	if err := r.Posts.Delete(ctx, ids[0]); err != nil {
		t.Error(err)
	}
	r.clock.Advance(time.Second)
	wantKind(t, r.Posts.Delete(ctx, ids[1]), provider.Rejected)
	if _, err := r.Posts.Edit(ctx, ids[1], post("A tombstone")); err != nil {
		t.Errorf("an edit has no window: %v", err)
	}
	if live := r.Live(); !slices.Equal(live, []string{"A tombstone"}) {
		t.Errorf("live: %q", live)
	}
}

// TestProfileChangesWhatDiffers: each change is a message that readers see.
func TestProfileChangesWhatDiffers(t *testing.T) {
	t.Parallel()
	s := newStub(t, answers{
		"getChat":            result(`{"id":-1001,"type":"channel","title":"Acme","username":"acme_news","description":"Coats"}`),
		"setChatTitle":       result("true"),
		"setChatDescription": result("true"),
	})
	p := s.open(t).Profile
	for _, c := range []struct {
		face                content.Face
		titles, description int
	}{
		{content.Face{Name: "Acme", Bio: "Coats"}, 0, 0},
		{content.Face{Name: "Acme Coats", Bio: "Coats"}, 1, 0},
		{content.Face{Bio: "More coats"}, 1, 1},
		{content.Face{}, 1, 1},
	} {
		if _, err := p.SetProfile(context.Background(), c.face); err != nil {
			t.Fatal(err)
		}
		if a, b := len(s.calls("setChatTitle")), len(s.calls("setChatDescription")); a != c.titles || b != c.description {
			t.Errorf("after %+v: %d titles and %d descriptions were set", c.face, a, b)
		}
	}
	s.set("setChatTitle", func(w httpWriter, r *httpRequest) {
		s.set("getChat", dies)
		result("true")(w, r)
	})
	_, err := p.SetProfile(context.Background(), content.Face{Name: "Unseen"})
	wantKind(t, err, provider.Ambiguous)
	s.set("getChat", result(aChat))
	missing := picture("png")
	missing.File = "media/none.png"
	_, err = p.SetProfile(context.Background(), content.Face{Name: "Other", Avatar: &missing})
	wantKind(t, err, provider.Rejected)
	if n := len(s.calls("setChatTitle")); n != 2 {
		t.Errorf("a profile whose picture is missing was begun: %d titles", n)
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{})
	want := provider.Identity{Provider: "telegram", Server: strings.TrimPrefix(r.http.URL, "http://"), ID: "-1001234567890", Handle: "@acme_news"}
	if r.Identity != want {
		t.Errorf("%+v, want %+v", r.Identity, want)
	}
	r.chat = "-1001234567890"
	if again := r.open(t); !again.Identity.Same(want) {
		t.Errorf("by its number it is %+v", again.Identity)
	}
	if !r.ServerTime.Equal(start) || len(r.Access.Lacks) != 0 || !slices.Contains(r.Access.Can, "can_post_messages") {
		t.Errorf("server time %v, access %+v", r.ServerTime, r.Access)
	}
}

func TestRightsThatAreMissing(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{Denied: []string{"can_post_messages", "can_edit_messages", "can_change_info"}})
	if !slices.Equal(r.Access.Lacks, []string{"can_post_messages"}) {
		t.Errorf("access %+v", r.Access)
	}
	_, err := r.Posts.Publish(context.Background(), post("Hello"))
	wantKind(t, err, provider.Unauthorized)
	wantKind(t, r.Pins.Pin(context.Background(), r.Foreign("x")), provider.Rejected)
	_, err = r.Profile.SetProfile(context.Background(), content.Face{Name: "Acme"})
	wantKind(t, err, provider.Rejected)
	if len(r.Accepted()) > 0 {
		t.Errorf("published %q", r.Accepted())
	}
	out := startRig(t, telegramtest.Options{Status: "kicked"})
	_, err = telegram.Driver().Open(context.Background(), out.config())
	wantKind(t, err, provider.Unauthorized)
}

// TestMigration: a group that became another is never followed.
func TestMigration(t *testing.T) {
	t.Parallel()
	r := startRig(t, telegramtest.Options{Type: "group", MigratedTo: -1009999})
	r.chat = telegramtest.ChatID
	_, err := telegram.Driver().Open(context.Background(), r.config())
	if wantKind(t, err, provider.Rejected); !strings.Contains(err.Error(), "-1009999") {
		t.Errorf("%v does not name the new group", err)
	}
}

func TestDefaultServer(t *testing.T) {
	t.Parallel()
	var asked string
	_, err := telegram.Driver().Open(context.Background(), provider.Config{
		Account:    content.Account{Options: map[string]any{"chat": "@acme_news"}},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(secret), nil },
		HTTP:       clientOf(func(r *httpRequest) { asked = r.URL.Scheme + "://" + r.URL.Host }),
	})
	if err == nil || asked != "https://api.telegram.org" {
		t.Errorf("asked %q, %v", asked, err)
	}
}

func TestDriverSays(t *testing.T) {
	t.Parallel()
	d := telegram.Driver()
	if d.Capabilities.Notes[string(plan.Publish)] == "" || d.Facility != provider.NoFacility || d.Capabilities.Lookup {
		t.Errorf("a publication here cannot be looked for, and the plan is to say so: %+v", d)
	}
	for name, schema := range map[string]string{"post": d.PostOptions, "account": d.AccountOptions} {
		var v struct {
			Properties map[string]struct{ Title, Description string }
		}
		if err := json.Unmarshal([]byte(schema), &v); err != nil || len(v.Properties) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		for option, p := range v.Properties {
			if p.Title == "" || p.Description == "" {
				t.Errorf("%s: %s says too little", name, option)
			}
		}
	}
}
