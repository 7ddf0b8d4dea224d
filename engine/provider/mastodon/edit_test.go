package mastodon_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// revise asks for a new state of what was published.
func revise(q provider.Request, o provider.Object, s content.Segment) provider.Request {
	sent := map[string]string{}
	for _, v := range q.Segment.FieldValues() {
		sent[v.Path] = v.Value
	}
	q.Segment, q.Prior, q.PriorSent = s, o.Fields, sent
	return q
}

func body(t *testing.T, r sent) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal([]byte(r.body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRequestShape pins what is sent: nothing that was not asked for in a
// publication, everything in an edit.
func TestRequestShape(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		segment content.Segment
		version string
		publish string
		edit    string
	}{
		"text": {content.Segment{Text: "Hello"}, "4.5.0",
			`{"status":"Hello"}`,
			`{"status":"Hello","media_ids":[],"sensitive":false,"spoiler_text":""}`},
		"everything": {content.Segment{
			Text: "Red or blue?", Language: "en", Options: map[string]string{"visibility": "unlisted", "content_warning": "Food"},
			Poll: &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: 24 * time.Hour, Multiple: true},
		}, "4.5.0",
			`{"status":"Red or blue?","sensitive":true,"spoiler_text":"Food","visibility":"unlisted","language":"en","poll":{"options":["Red","Blue"],"expires_in":86400,"multiple":true}}`,
			`{"status":"Red or blue?","media_ids":[],"sensitive":true,"spoiler_text":"Food","language":"en","poll":{"options":["Red","Blue"],"expires_in":86400,"multiple":true}}`},
		"sensitive said": {content.Segment{Text: "Hello", Options: map[string]string{"sensitive": "false"}}, "4.5.0",
			`{"status":"Hello","sensitive":false}`,
			`{"status":"Hello","media_ids":[],"sensitive":false,"spoiler_text":""}`},
		"gotosocial": {content.Segment{Text: "Hello"}, "0.20.0",
			`{"status":"Hello","content_type":"text/plain"}`,
			`{"status":"Hello","media_ids":[],"sensitive":false,"spoiler_text":"","content_type":"text/plain"}`},
	} {
		s := newStub(t, map[string]http.HandlerFunc{
			posting: says(200, aStatus), "PUT /api/v1/statuses/5": says(200, aStatus),
			"GET /api/v2/instance": says(200, `{"domain":"x","version":"`+c.version+`"}`),
		})
		acc, q := s.open(t), post("")
		q.Segment = c.segment
		o, err := acc.Posts.Publish(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := acc.Posts.Edit(context.Background(), "5", revise(q, provider.Object{Fields: o.Fields}, c.segment)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := s.requests(posting)[0]
		if got.body != c.publish || got.header.Get("Idempotency-Key") != q.ClientKey || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: published\n%s\nwant\n%s", name, got.body, c.publish)
		}
		if got := s.requests("PUT /api/v1/statuses/5")[0]; got.body != c.edit || got.header.Get("Idempotency-Key") != "" {
			t.Errorf("%s: edited\n%s\nwant\n%s", name, got.body, c.edit)
		}
	}
}

// TestEditKeepsMedia: a picture whose file is the same is not uploaded again, and
// one left out of the request would be lost.
func TestEditKeepsMedia(t *testing.T) {
	t.Parallel()
	for flavour := range flavours {
		r := newRig(t, mastodontest.Options{Flavour: flavour})
		q := r.picture("Befor")
		o, err := r.Posts.Publish(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		s := q.Segment
		s.Text = "Before"
		s.Media = []content.Attachment{square()}
		s.Media[0].Alt = "White stripes"
		got, err := r.Posts.Edit(context.Background(), o.ID, revise(q, o, s))
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Requests()["POST /api/v2/media"]; n != 1 {
			t.Errorf("%s: %d uploads, want 1", flavour, n)
		}
		if got.Fields["media[0].id"] != o.Fields["media[0].id"] || got.Fields["media[0].description"] != "White stripes" || got.Fields["text"] != "Before" {
			t.Errorf("%s: %v", flavour, got.Fields)
		}
		if live := r.Live(); live[0].Edits != 1 || live[0].Alts[0] != "White stripes" {
			t.Errorf("%s: %+v", flavour, live)
		}
	}
}

// TestEditAwaitsMedia: an edit, too, waits for what it uploads.
func TestEditAwaitsMedia(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{AsyncImages: true, MediaPolls: 3})
	q := r.picture("Look")
	q.Segment.Media = nil
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	s := q.Segment
	s.Media = []content.Attachment{square()}
	if _, err := r.Posts.Edit(context.Background(), o.ID, revise(q, o, s)); err != nil {
		t.Fatal(err)
	}
	if n := r.Requests(); n["POST /api/v2/media"] != 1 || n["GET /api/v1/media/:id"] != 4 {
		t.Errorf("requests %v", n)
	}
}

// TestEditOrderOfMedia: pictures change places and one is new.
func TestEditOrderOfMedia(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{
		"POST /api/v2/media":     says(200, `{"id":"9"}`),
		"PUT /api/v1/statuses/5": says(200, strings.Replace(aStatus, `{`, `{"media_attachments":[{"id":"8"},{"id":"9"},{"id":"7"}],`, 1)),
	})
	a, b := attachmentOf(pictures, "media/a.png", "A"), attachmentOf(pictures, "media/b.png", "B")
	old := post("Three")
	old.Segment.Media = []content.Attachment{a, b}
	observed := provider.Object{Fields: map[string]string{"media[0].id": "7", "media[1].id": "8"}}
	next := content.Segment{Text: "Three", Media: []content.Attachment{b, a, a}}
	if _, err := s.open(t).Posts.Edit(context.Background(), "5", revise(old, observed, next)); err != nil {
		t.Fatal(err)
	}
	got := body(t, s.requests("PUT /api/v1/statuses/5")[0])
	ids, _ := json.Marshal(got["media_ids"])
	if string(ids) != `["8","7","9"]` || len(s.requests("POST /api/v2/media")) != 1 {
		t.Errorf("media %s, %d uploads", ids, len(s.requests("POST /api/v2/media")))
	}
}

// TestEditOfLostMedia: where a server drops what the post had, all is uploaded.
func TestEditOfLostMedia(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{LosesMedia: true})
	q := r.picture("Befor")
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	s := q.Segment
	s.Text = "Before"
	if _, err := r.Posts.Edit(context.Background(), o.ID, revise(q, o, s)); err != nil {
		t.Fatal(err)
	}
	if live := r.Live(); len(live[0].Alts) != 1 || live[0].Text != "Before" {
		t.Errorf("%+v", live)
	}
}

func TestEditOfPoll(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	q := post("Red or bleu?")
	q.Segment.Poll = &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: 24 * time.Hour}
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(5 * time.Hour)
	s := q.Segment
	s.Text = "Red or blue?"
	got, err := r.Posts.Edit(context.Background(), o.ID, revise(q, o, s))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := o.Fields["poll.expires_at"], got.Fields["poll.expires_at"]; a != b || a == "" {
		t.Errorf("the poll ended at %s, now at %s", a, b)
	}
	r.clock.Advance(20 * time.Hour)
	s.Text = "Red or blue, finally?"
	_, err = r.Posts.Edit(context.Background(), o.ID, revise(q, got, s))
	wantKind(t, err, provider.Rejected)
}

func TestVisibilityIsNotEdited(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	q := post("Hello")
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	s := q.Segment
	s.Options = map[string]string{"visibility": "unlisted"}
	_, err = r.Posts.Edit(context.Background(), o.ID, revise(q, o, s))
	wantKind(t, err, provider.Unsupported)
	// To write down what it is already changes nothing.
	s.Options = map[string]string{"visibility": "public"}
	if _, err = r.Posts.Edit(context.Background(), o.ID, revise(q, o, s)); err != nil {
		t.Error(err)
	}
}

func TestServerWithoutEditing(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{NoEdit: true})
	q := post("Hello")
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Posts.Edit(context.Background(), o.ID, revise(q, o, q.Segment))
	wantKind(t, err, provider.Unsupported)
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, flavour := range []mastodontest.Flavour{mastodontest.Mastodon, mastodontest.GoToSocial, mastodontest.Pleroma} {
		r := newRig(t, mastodontest.Options{Flavour: flavour})
		q := r.picture("Tomorrow")
		for _, lead := range []time.Duration{-time.Hour, 0, time.Minute, 5 * time.Minute} {
			q.At = start.Add(lead)
			_, err := r.Schedules.Schedule(ctx, q)
			wantKind(t, err, provider.Rejected)
		}
		if n := r.Requests(); n["POST /api/v1/statuses"]+n["POST /api/v2/media"] != 0 {
			t.Errorf("too near a time was sent: %v", n)
		}
		q.At = start.Add(24 * time.Hour)
		first, err := r.Schedules.Schedule(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		// Called off and handed over again within the key's life, then called off
		// and published: no key stands in the way.
		for range 2 {
			if err := r.Schedules.Unschedule(ctx, first.ID); err != nil {
				t.Fatal(err)
			}
			first = r.scheduleOnce(t, q)
		}
		if err := r.Schedules.Unschedule(ctx, first.ID); err != nil {
			t.Fatal(err)
		}
		q.At = start
		r.publishOnce(t, q)
		if n := len(r.Accepted()); n != 1 {
			t.Errorf("%s: %d publications, want 1", flavour, n)
		}
	}
}

// scheduleOnce does as publishOnce.
func (r *rig) scheduleOnce(t *testing.T, q provider.Request) provider.Object {
	t.Helper()
	for range 4 {
		o, err := r.Schedules.Schedule(context.Background(), q)
		if err == nil {
			return o
		}
		if !provider.Is(err, provider.Ambiguous) && !provider.Is(err, provider.Unsent) {
			t.Fatal(err)
		}
		if all, err := r.Schedules.ListScheduled(context.Background()); err != nil || len(all) > 0 {
			t.Fatalf("%v, %v", all, err)
		}
	}
	t.Fatal("not scheduled after four attempts")
	return provider.Object{}
}

// TestScheduleFaults: a lost answer is doubt, and the entry is found once.
func TestScheduleFaults(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, mastodontest.Options{})
	q := post("Tomorrow")
	q.At = start.Add(24 * time.Hour)
	r.Break(memory.OpSchedule, memory.Fault{Kind: memory.LostResponse})
	_, err := r.Schedules.Schedule(ctx, q)
	wantKind(t, err, provider.Ambiguous)
	if _, err := r.Schedules.Schedule(ctx, q); err != nil {
		t.Error(err)
	}
	all, err := r.Schedules.ListScheduled(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	r.Break(memory.OpDue, memory.Fault{Kind: memory.ScheduleLost})
	r.clock.Advance(25 * time.Hour)
	if all, err = r.Schedules.ListScheduled(ctx); err != nil || len(all)+len(r.live(t)) != 0 {
		t.Errorf("a post that the server lost is there: %v, %v", all, err)
	}
}

// TestScheduledAtOnce: an answer that is a post says so.
func TestScheduledAtOnce(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{posting: says(200, aStatus)})
	q := post("Hello")
	q.At = start.Add(time.Hour)
	o, err := s.open(t).Schedules.Schedule(context.Background(), q)
	if err != nil || !o.ScheduledAt.IsZero() || o.ID != "5" || o.CreatedAt.IsZero() {
		t.Errorf("%+v, %v", o, err)
	}
	s.answer(posting, says(200, `{"id":"9"}`))
	_, err = s.open(t).Schedules.Schedule(context.Background(), q)
	wantKind(t, err, provider.Ambiguous)
}
