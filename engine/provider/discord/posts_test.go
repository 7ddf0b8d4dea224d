package discord_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
)

// send publishes and checks that what is read back is the same.
func (r *rig) send(t *testing.T, req provider.Request) provider.Object {
	t.Helper()
	o, err := r.Posts.Publish(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	r.reads(t, o)
	return o
}

func (r *rig) edit(t *testing.T, o provider.Object, was, next provider.Request) provider.Object {
	t.Helper()
	next.Prior, next.PriorSent = o.Fields, map[string]string{}
	for _, v := range was.Segment.FieldValues() {
		next.PriorSent[v.Path] = v.Value
	}
	got, err := r.Posts.Edit(context.Background(), o.ID, next)
	if err != nil {
		t.Fatal(err)
	}
	r.reads(t, got)
	return got
}

func (r *rig) reads(t *testing.T, o provider.Object) {
	t.Helper()
	got, err := r.Posts.Get(context.Background(), o.ID)
	if err != nil || !reflect.DeepEqual(got, o) {
		t.Errorf("read back %+v, %v\nwant %+v", got, err, o)
	}
}

// with is a request to publish text with options, in pairs.
func with(text string, options ...string) provider.Request {
	r := post(text)
	r.Segment.Options = map[string]string{}
	for i := 0; i < len(options); i += 2 {
		r.Segment.Options[options[i]] = options[i+1]
	}
	return r
}

// TestNobodyIsNotifiedUnasked checks who is notified, by a server that believes
// in no escape.
func TestNobodyIsNotifiedUnasked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request provider.Request
		want    []string
	}{
		"everyone in a text":      {with("Hello @everyone and @here"), []string{}},
		"everyone, asked for":     {with("Hello @everyone and @here", "mention_everyone", "true"), []string{"everyone", "here"}},
		"everyone, asked not for": {with("Hello @everyone", "mention_everyone", "false"), []string{}},
		"of the directory":        {with("With <@100001> and <@&200002>"), []string{"100001", "200002"}},
		"escaped":                 {with(`Literally \<@100001>, \<@&200002> and \@everyone`), []string{}},
		"one and not the other":   {with(`To <@100001>, not \<@100002>`), []string{"100001"}},
		"everyone and a person":   {with("@here <@100001>", "mention_everyone", "true"), []string{"here", "100001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordtest.Options{})
			o := r.send(t, c.request)
			if got := r.Notified(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("created: notified %v, want %v", got, c.want)
			}
			r.edit(t, o, c.request, c.request)
			if got := r.Notified(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("edited: notified %v, want %v", got, c.want)
			}
		})
	}
}

// TestForum: each post begins a thread, and its parts follow in it.
func TestForum(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{Forum: true, Tags: []string{"300001", "300002"}, TagRequired: true})
	first := with("## Winter *sale*\n\nEverything must go.", "tags", "300001,300002")
	root := r.send(t, first)
	thread, message, in := strings.Cut(root.ID, "/")
	if !in || thread != message {
		t.Fatalf("the first message's id is %q", root.ID)
	}
	next := with("The second part.", "tags", "300001,300002")
	next.Index, next.ParentID, next.RootID = 1, root.ID, root.ID
	part := r.send(t, next)
	if !strings.HasPrefix(part.ID, thread+"/") || part.ParentID != "" {
		t.Errorf("the second part is %+v", part)
	}
	if want := map[string]string{thread: "Winter sale"}; !reflect.DeepEqual(r.Threads(), want) {
		t.Errorf("threads %v, want %v", r.Threads(), want)
	}
	if want := r.http.URL + "/channels/1180000000000000003/" + thread + "/" + message; root.URL != want {
		t.Errorf("address %s, want %s", root.URL, want)
	}
	if o, err := r.Posts.Get(context.Background(), part.URL); err != nil || o.ID != part.ID {
		t.Errorf("by its address: %+v, %v", o, err)
	}
	r.edit(t, part, next, with("The second part, corrected.", "tags", "300001,300002"))
	if err := r.Posts.Delete(context.Background(), part.ID); err != nil {
		t.Error(err)
	}
	if err := r.Posts.Delete(context.Background(), part.ID); !provider.Is(err, provider.NotFound) {
		t.Error(err)
	}
}

// TestThreadRefusals: what a webhook and its channel do not fit each other in is
// refused, with words, and nothing is published.
func TestThreadRefusals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	forum := newRig(t, discordtest.Options{Forum: true, TagRequired: true})
	text := newRig(t, discordtest.Options{})
	unsaid := *forum
	unsaid.Account = forum.open(t, false)
	for name, c := range map[string]struct {
		rig     *rig
		request provider.Request
		want    string
	}{
		"no tag":                      {forum, with("Sale"), "40067"},
		"an unknown tag":              {forum, with("Sale", "tags", "300009"), "10087"},
		"no first line":               {forum, with("** **"), "thread_name"},
		"a thread and a title":        {forum, with("Sale", "thread", "300009", "thread_name", "Sale"), "gets no"},
		"a forum that nobody said":    {&unsaid, with("Sale"), "forum: true"},
		"a title in a text channel":   {text, with("Sale", "thread_name", "Sale"), "the channel is no forum"},
		"a thread that is not there":  {text, with("Sale", "thread", "300009"), "10003"},
		"a name with Discord's":       {text, with("Sale", "username", "Discord team"), "username"},
		"an embed that is suppressed": {text, with("Sale", "embed.title", "Sale", "suppress_embeds", "true"), "leave one"},
	} {
		_, err := c.rig.Posts.Publish(ctx, c.request)
		wantKind(t, err, provider.Rejected)
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not say %q", name, err, c.want)
		}
	}
	if n := len(forum.Accepted()) + len(text.Accepted()); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// TestExistingThread posts into a thread of a text channel.
func TestExistingThread(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	thread := r.AddThread("News")
	first := with("One", "thread", thread)
	o := r.send(t, first)
	if !strings.HasPrefix(o.ID, thread+"/") {
		t.Errorf("id %s", o.ID)
	}
	next := with("Two", "thread", thread)
	next.Index, next.ParentID, next.RootID = 1, o.ID, o.ID
	if p := r.send(t, next); !strings.HasPrefix(p.ID, thread+"/") {
		t.Errorf("id %s", p.ID)
	}
}

// TestEmbedsAndFlags publishes them, edits them, and reads over what is
// Discord's: the preview of a link.
func TestEmbedsAndFlags(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	options := []string{"embed.title", " Sale ", "embed.description", "Every *coat*", "embed.color", "#00d9Ff", "embed.footer", "Acme", "silent", "true"}
	first := with("See https://x.example/a", options...)
	o := r.send(t, first)
	want := map[string]string{
		"text": "See https://x.example/a", "silent": "true", "embeds[0].title": "Sale", "embeds[0].description": "Every *coat*",
		"embeds[0].color": "#00d9ff", "embeds[0].footer": "Acme",
	}
	if !reflect.DeepEqual(o.Fields, want) {
		t.Errorf("fields %v\nwant %v", o.Fields, want)
	}
	next := with("See https://x.example/a", "suppress_embeds", "true", "silent", "true")
	o = r.edit(t, o, first, next)
	want = map[string]string{"text": "See https://x.example/a", "silent": "true", "suppress_embeds": "true"}
	if !reflect.DeepEqual(o.Fields, want) {
		t.Errorf("without the embed: fields %v\nwant %v", o.Fields, want)
	}
	o = r.edit(t, o, next, first)
	r.Suppress(o.ID)
	seen, err := r.Posts.Get(context.Background(), o.ID)
	if err != nil || reflect.DeepEqual(seen.Fields, o.Fields) {
		t.Errorf("a moderator's change is no drift: %v, %v", seen.Fields, err)
	}
}

// TestEditsThatCannotBe are refused without a request: Discord would leave them
// as they are, and say nothing.
func TestEditsThatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, discordtest.Options{})
	first := with("Hello", "username", "Acme News")
	o := r.send(t, first)
	sent := map[string]string{"text": "Hello", "options.username": "Acme News"}
	for name, options := range map[string][]string{
		"another name": {"username", "Acme"}, "no name": {}, "silent": {"username", "Acme News", "silent", "true"},
		"a thread": {"username", "Acme News", "thread", "300009"}, "a title": {"username", "Acme News", "thread_name", "x"},
	} {
		next := with("Hello there", options...)
		next.Prior, next.PriorSent = o.Fields, sent
		_, err := r.Posts.Edit(ctx, o.ID, next)
		if !provider.Is(err, provider.Unsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	question := post("Red or blue?")
	question.Segment.Poll = &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: 24 * time.Hour}
	p := r.send(t, question)
	bare := post("Red, blue?")
	bare.Prior = p.Fields
	for _, next := range []provider.Request{question, bare} {
		if _, err := r.Posts.Edit(ctx, p.ID, next); !provider.Is(err, provider.Unsupported) {
			t.Errorf("the edit of a poll: %v", err)
		}
	}
	r.reads(t, o)
}

func TestPoll(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	q := post("**Red** or blue?\n\nWe knit *both*.")
	q.Segment.Poll = &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: 36 * time.Hour, Multiple: true}
	o := r.send(t, q)
	want := map[string]string{
		"text": "We knit *both*.", "poll.question": "Red or blue?", "poll.options[0]": "Red", "poll.options[1]": "Blue",
		"poll.multiple": "true", "poll.expires_at": "2026-12-04T21:30:00Z",
	}
	if !reflect.DeepEqual(o.Fields, want) {
		t.Errorf("fields %v\nwant %v", o.Fields, want)
	}
	for name, spoil := range map[string]func(*content.Segment){
		"too long a question": func(s *content.Segment) { s.Text = strings.Repeat("w", 301) },
		"no question":         func(s *content.Segment) { s.Text = "" },
		"too long an answer":  func(s *content.Segment) { s.Poll.Options[1] = strings.Repeat("w", 56) },
		"no answers":          func(s *content.Segment) { s.Poll.Options = nil },
		"eleven answers":      func(s *content.Segment) { s.Poll.Options = strings.Split("abcdefghijk", "") },
		"33 days":             func(s *content.Segment) { s.Poll.Expires = 33 * 24 * time.Hour },
	} {
		bad := post("Red or blue?")
		bad.Segment.Poll = &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: time.Hour}
		spoil(&bad.Segment)
		if _, err := r.Posts.Publish(context.Background(), bad); !provider.Is(err, provider.Rejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := r.Accepted(); !reflect.DeepEqual(got, []string{"Red or blue?\nWe knit both."}) {
		t.Errorf("accepted %q", got)
	}
}

// TestMovedWebhook: a webhook that leads into another channel is another account.
func TestMovedWebhook(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	if id := r.Identity; id.ID != discordtest.ID+"/1180000000000000002" || id.Handle != "Acme" {
		t.Errorf("identity %+v", id)
	}
	r.Move()
	if r.Identity.Same(r.open(t, false).Identity) {
		t.Error("the channel makes no difference")
	}
}

func TestRetiredWebhook(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	o := r.send(t, post("Hello"))
	r.Retire()
	for range 3 {
		wantKind(t, r.Posts.Delete(context.Background(), o.ID), provider.Unauthorized)
	}
}

// TestProfile: the picture is observed, and Discord's rules of names are its own.
func TestProfile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, discordtest.Options{})
	if f, err := r.Profile.GetProfile(ctx); err != nil || !reflect.DeepEqual(f, map[string]string{"name": "Acme"}) {
		t.Errorf("%v, %v", f, err)
	}
	set, err := r.Profile.SetProfile(ctx, content.Face{Avatar: &content.Attachment{File: "media/square.png", Type: "image/png"}})
	if err != nil || set["avatar"] == "" || set["name"] != "Acme" {
		t.Errorf("%v, %v", set, err)
	}
	_, err = r.Profile.SetProfile(ctx, content.Face{Name: "The Discord shop"})
	wantKind(t, err, provider.Rejected)
	_, err = r.Profile.SetProfile(ctx, content.Face{Avatar: &content.Attachment{File: "media/none.png", Type: "image/png"}})
	wantKind(t, err, provider.Rejected)
}

// TestServerTime reads the server's clock.
func TestServerTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{Skew: 42 * time.Second})
	if !r.ServerTime.Equal(start.Add(42 * time.Second)) {
		t.Errorf("the server's clock is %v", r.ServerTime)
	}
}
