package vk_test

import (
	"context"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

// edition asks for a new state of what was published.
func edition(q provider.Request, o provider.Object, change func(*provider.Request)) provider.Request {
	next := q
	next.Prior, next.PriorSent = o.Fields, map[string]string{}
	for _, v := range q.Segment.FieldValues() {
		next.PriorSent[v.Path] = v.Value
	}
	change(&next)
	return next
}

// An edit sends everything: the files that are the same keep their names, and the
// poll its votes.
func TestEditKeepsWhatIsTheSame(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	q := rich()
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	before := len(r.Requests())
	e := edition(q, o, func(n *provider.Request) { n.Segment.Text += "\nMended." })
	got, err := r.Posts.Edit(context.Background(), o.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	for path, value := range o.Fields {
		if path != "text" && got.Fields[path] != value {
			t.Errorf("%s was %q, is %q", path, value, got.Fields[path])
		}
	}
	if n := len(r.Requests()) - before; n != 3 {
		t.Errorf("%d requests: %v", n, r.Requests()[before:])
	}
	bare := edition(e, got, func(n *provider.Request) { n.Segment.Media, n.Segment.Options = nil, nil })
	got, err = r.Posts.Edit(context.Background(), o.ID, bare)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"media[0].id", "source", "signed", "close_comments", "mark_as_ads", "link"} {
		if got.Fields[path] != "" {
			t.Errorf("%s is still %q", path, got.Fields[path])
		}
	}
	if got.Fields["poll.id"] != o.Fields["poll.id"] {
		t.Error("the poll is gone")
	}
}

// Files are not mixed up where somebody has taken one away by hand.
func TestEditAfterHands(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	q := request("Pictures")
	q.Segment.Media = append(pictures(1), file("media/square.jpeg", "image/jpeg"))
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	e := edition(q, o, func(n *provider.Request) {
		n.Prior = map[string]string{"text": "Pictures", "media[0].id": o.Fields["media[1].id"]}
	})
	got, err := r.Posts.Edit(context.Background(), o.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	if got.Fields["media[0].id"] == o.Fields["media[1].id"] || got.Fields["media[1].id"] == "" {
		t.Errorf("edited into %v", got.Fields)
	}
}

// VK says itself what can be edited, and for how long.
func TestEditRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	q := request("Old")
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	withPoll := edition(q, o, func(n *provider.Request) { n.Segment.Poll = rich().Segment.Poll })
	_, err = r.Posts.Edit(context.Background(), o.ID, withPoll)
	is(t, err, provider.Unsupported)
	r.clock.Advance(25 * time.Hour)
	before := count(r.Requests(), "wall.edit")
	_, err = r.Posts.Edit(context.Background(), o.ID, edition(q, o, func(n *provider.Request) { n.Segment.Text = "New" }))
	is(t, err, provider.Rejected)
	if count(r.Requests(), "wall.edit") != before {
		t.Error("VK was asked for what it had said that it would refuse")
	}
	if got := r.Live(); len(got) != 1 || got[0] != "Old" {
		t.Errorf("live: %q", got)
	}
}

// What a person gave the post on VK, and no file speaks of, is kept.
func TestEditKeepsWhatHandsHaveDone(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]string{"wall.getById": `{"response":{"items":[{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"post","text":"x","topic_id":19,"signer_id":7,"marked_as_ads":1,"comments":{"can_open":1},"copyright":{"link":"https://a.example","name":"a","type":"b"}}]}}`})
	s.set("wall.get", `{"response":{"count":1,"items":[{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"postpone","text":"x","topic_id":19}]}}`)
	if _, err := s.Schedules.Reschedule(context.Background(), "-1_5", start.Add(time.Hour)); err != nil || s.sent("wall.edit").Get("topic_id") != "19" {
		t.Errorf("rescheduled with %v, %v", s.sent("wall.edit"), err)
	}
	if _, err := s.Posts.Edit(context.Background(), "-1_5", request("Hello")); err != nil {
		t.Fatal(err)
	}
	sent := s.sent("wall.edit")
	for name, want := range map[string]string{
		"topic_id": "19", "copyright": "https://a.example", "signed": "1", "close_comments": "1", "mark_as_ads": "1", "attachments": "",
	} {
		if !sent.Has(name) || sent.Get(name) != want {
			t.Errorf("%s is sent as %q, want %q", name, sent.Get(name), want)
		}
	}
	// What the file said before, and says no more, goes.
	q := request("Hello")
	q.PriorSent = map[string]string{"options.source": "https://a.example", "options.signed": "true", "options.close_comments": "true"}
	if _, err := s.Posts.Edit(context.Background(), "-1_5", q); err != nil {
		t.Fatal(err)
	}
	sent = s.sent("wall.edit")
	for name, want := range map[string]string{"copyright": "", "signed": "0", "close_comments": "0", "mark_as_ads": "1"} {
		if !sent.Has(name) || sent.Get(name) != want {
			t.Errorf("%s is sent as %q, want %q", name, sent.Get(name), want)
		}
	}
}

// What VK answers to the deletion of what is gone is not documented: whatever it
// is, the wall is looked at.
func TestDeleteOfWhatIsGone(t *testing.T) {
	t.Parallel()
	for _, code := range []int{15, 100, 104, 210} {
		s := newStub(t, map[string]string{"wall.delete": failed(code, "no"), "wall.getById": `{"response":{"items":[]}}`})
		is(t, s.Posts.Delete(context.Background(), "-1_5"), provider.NotFound)
		s.set("wall.getById", onePost)
		is(t, s.Posts.Delete(context.Background(), "-1_5"), provider.Rejected)
		s.set("wall.getById", failed(6, ""))
		is(t, s.Posts.Delete(context.Background(), "-1_5"), provider.Throttled)
	}
}

// Pinning looks first, and asks VK only for what is not so.
func TestPins(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	a, b := published(t, r, "A"), published(t, r, "B")
	for _, id := range []string{a.ID, a.ID, b.ID} {
		if err := r.Pins.Pin(context.Background(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range listed(t, r.Account) {
		if o.Pinned != (o.ID == b.ID) {
			t.Errorf("%s: pinned %t", o.ID, o.Pinned)
		}
	}
	if n := count(r.Requests(), "wall.pin"); n != 2 {
		t.Errorf("%d times pinned", n)
	}
}
