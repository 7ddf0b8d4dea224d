package vk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/vk"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

func providerFingerprint(q provider.Request) string { return vk.Driver().Fingerprint(q.Segment) }

func listed(t *testing.T, a *provider.Account) []provider.Object {
	t.Helper()
	var out []provider.Object
	for o, err := range a.Posts.List(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

func published(t *testing.T, r *rig, words string) provider.Object {
	t.Helper()
	o, err := r.Posts.Publish(context.Background(), request(words))
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	return o
}

// VK puts the pinned post first; here it stands where its time is.
func TestPinnedPostIsListedByItsTime(t *testing.T) {
	t.Parallel()
	for _, pinned := range []int{0, 3, 104, 105} {
		r := newRig(t, vktest.Options{})
		var want []string
		for i := range 106 {
			want = append([]string{r.Foreign(fmt.Sprint("Post ", i))}, want...)
			r.clock.Advance(time.Minute)
		}
		if err := r.Pins.Pin(context.Background(), want[pinned]); err != nil {
			t.Fatal(err)
		}
		got := listed(t, r.Account)
		if len(got) != len(want) {
			t.Fatalf("%d listed, %d published", len(got), len(want))
		}
		for i, o := range got {
			if o.ID != want[i] || o.Pinned != (i == pinned) {
				t.Fatalf("place %d: %s, pinned %t, want %s", i, o.ID, o.Pinned, want[i])
			}
		}
	}
}

// A post that is deleted while the listing is read moves the others up: none may
// slip through, or the listing must say that it is of no use.
func TestListingThatMoves(t *testing.T) {
	t.Parallel()
	for _, gone := range []int{1, 9, 10, 40} {
		r := newRig(t, vktest.Options{})
		want := map[string]bool{}
		var ids []string
		for i := range 150 {
			id := r.Foreign(fmt.Sprint("Post ", i))
			want[id] = true
			ids = append([]string{id}, ids...)
			r.clock.Advance(time.Minute)
		}
		var failure error
		n := 0
		for o, err := range r.Posts.List(context.Background()) {
			if err != nil {
				failure = err
				break
			}
			delete(want, o.ID)
			if n++; n == 50 {
				for _, id := range ids[:gone] {
					if err := r.Posts.Delete(context.Background(), id); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if failure == nil && len(want) > 0 {
			t.Errorf("%d deleted: %d posts slipped through", gone, len(want))
		}
		if failure != nil {
			is(t, failure, provider.Unsent)
		}
		if gone < 10 && failure != nil {
			t.Errorf("%d deleted: %v", gone, failure)
		}
	}
}

// page writes a page of posts with these numbers.
func page(total, from, n int) string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf(`{"id":%d,"owner_id":-1,"from_id":-1,"date":%d,"post_type":"post","text":"x"}`, from-i, 1796290000+from-i))
	}
	return fmt.Sprintf(`{"response":{"count":%d,"items":[%s]}}`, total, strings.Join(items, ","))
}

// A listing that cannot prove what is absent is an error, not an end.
func TestListingsOfNoUse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"counts fewer":   page(3, 50, 5),
		"too many":       page(500, 500, 101),
		"no end":         page(1<<30, 500, 100),
		"empty and more": `{"response":{"count":500,"items":[]}}`,
		"no time":        `{"response":{"count":1,"items":[{"id":4,"owner_id":-1,"from_id":-1,"post_type":"post","text":"x"}]}}`,
		"no number":      `{"response":{"count":1,"items":[{"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"post","text":"x"}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]string{"wall.get": body})
			err := errors.New("none")
			for _, e := range s.Posts.List(context.Background()) {
				err = e
			}
			is(t, err, provider.Unsent)
		})
	}
}

// What is somebody else's, a repost, or not published yet is not ours.
func TestWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	for _, item := range []string{
		`{"id":5,"owner_id":-1,"from_id":42,"date":1796290000,"post_type":"post","text":"x"}`,
		`{"id":5,"owner_id":-2,"from_id":-1,"date":1796290000,"post_type":"post","text":"x"}`,
		`{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"postpone","text":"x"}`,
		`{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"suggest","text":"x"}`,
		`{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"post","text":"x","is_deleted":true}`,
		`{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"post","text":"x","copy_history":[{"id":1}]}`,
	} {
		s := newStub(t, map[string]string{"wall.get": `{"response":{"count":1,"items":[` + item + `]}}`, "wall.getById": `{"response":{"items":[` + item + `]}}`})
		if got := listed(t, s.Account); len(got) > 0 {
			t.Errorf("listed: %s", item)
		}
		_, err := s.Posts.Get(context.Background(), "-1_5")
		is(t, err, provider.NotFound)
		_, err = s.Posts.Edit(context.Background(), "-1_5", request("Hello"))
		is(t, err, provider.NotFound)
		is(t, s.Pins.Pin(context.Background(), "-1_5"), provider.NotFound)
	}
	s := newStub(t, nil)
	for _, id := range []string{"", "5", "-2_5", "1_5", "-1_", "-1_-5", "-1_5_6", "-1_x", "wall-1_5"} {
		_, err := s.Posts.Get(context.Background(), id)
		is(t, err, provider.NotFound)
		is(t, s.Posts.Delete(context.Background(), id), provider.NotFound)
		is(t, s.Schedules.Unschedule(context.Background(), id), provider.NotFound)
	}
	if s.called("wall.delete") > 0 {
		t.Error("something was deleted")
	}
}

// The form in which older versions of the API answer is read, too.
func TestGetByIDAsAList(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]string{"wall.getById": `{"response":[{"id":5,"owner_id":-1,"from_id":-1,"date":1796290000,"post_type":"post","text":"x"}]}`})
	if o, err := s.Posts.Get(context.Background(), "-1_5"); err != nil || o.ID != "-1_5" {
		t.Errorf("%+v, %v", o, err)
	}
}
